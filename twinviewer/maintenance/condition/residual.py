"""Detectors that need no limits: EWMA and CUSUM on what is left of a signal after load, speed and ambient are out."""

from dataclasses import dataclass

import numpy as np

LEAST_LEARN = 40
EWMA_WEIGHT = 0.2
EWMA_LIMIT = 4.0  # standard deviations of the EWMA statistic (Montgomery, Introduction to SPC)
CUSUM_SLACK, CUSUM_LIMIT = 0.75, 12.0  # in standard deviations
MOST = 8.0  # a residual counts at most this much, so that one bad record does not alarm


@dataclass(frozen=True)
class Baseline:
    """What a signal usually is at given covariates: coefficients of a robust regression, and the robust spread."""

    coefficients: np.ndarray
    scale: float

    def expected(self, covariates: np.ndarray) -> np.ndarray:
        """float64 (n,) for covariates float64 (n, k)."""
        return np.column_stack([np.ones(len(covariates)), covariates]) @ self.coefficients

    def residual(self, signal: np.ndarray, covariates: np.ndarray) -> np.ndarray:
        """float64 (n,): deviations from what is expected, in robust standard deviations; NaN stays NaN."""
        return (signal - self.expected(covariates)) / self.scale


def learned(signal: np.ndarray, covariates: np.ndarray, least_scale: float = 1e-9) -> Baseline | None:
    """A baseline from records of good times; Huber's regression by reweighting. None for too few usable records."""
    usable = np.isfinite(signal) & np.isfinite(covariates).all(axis=1)
    if int(usable.sum()) < LEAST_LEARN:
        return None
    y, x = signal[usable], covariates[usable]
    spread = x.std(axis=0)
    design = np.column_stack([np.ones(len(y)), np.where(spread > 1e-9, x, 0.0)])
    weight = np.ones(len(y))
    beta = np.zeros(design.shape[1])
    scale = 1.0
    for _ in range(8):
        root = np.sqrt(weight)[:, None]
        beta = np.linalg.lstsq(design * root, y * root[:, 0], rcond=None)[0]
        off = y - design @ beta
        scale = max(1.4826 * float(np.median(np.abs(off - np.median(off)))), least_scale)
        weight = np.minimum(1.0, 1.345 * scale / np.maximum(np.abs(off), 1e-12))
    return Baseline(beta, scale)


def ewma(residual: np.ndarray, weight: float = EWMA_WEIGHT) -> np.ndarray:
    """float64 (n,): exponentially weighted mean in its own standard deviations (Roberts 1959); NaN is passed over."""
    out, mean, factor = np.zeros(len(residual)), 0.0, np.sqrt(weight / (2 - weight))
    for i, r in enumerate(np.clip(residual, -MOST, MOST).tolist()):
        if r == r:
            mean += weight * (r - mean)
        out[i] = mean / factor
    return out


def cusum(residual: np.ndarray, slack: float = CUSUM_SLACK) -> np.ndarray:
    """float64 (n,): one-sided upper cumulative sum (Page 1954), bounded so that it can come down again."""
    out, total = np.zeros(len(residual)), 0.0
    for i, r in enumerate(np.clip(residual, -MOST, MOST).tolist()):
        if r == r:
            total = min(max(0.0, total + r - slack), 4 * CUSUM_LIMIT)
        out[i] = total
    return out


def speaks(residual: np.ndarray) -> np.ndarray:
    """bool (n,): where both EWMA and CUSUM are beyond their limits; one alone has too many false alarms."""
    return (ewma(residual) > EWMA_LIMIT) & (cusum(residual) > CUSUM_LIMIT)
