"""Lives by age: Weibull fits with censored lives, and the probability of failing within days."""

from dataclasses import dataclass

import numpy as np

from twinviewer.model.errors import DataError

LEAST_FAILED = 3
SAMPLES = 200


@dataclass(frozen=True)
class Weibull:
    """A fitted life. `draws` float64 (m, 2): shapes and scales of the fit to resampled lives, for intervals; `count`
    lives of which `failed` ended in failure; `straight` R² of the failures on Weibull paper (1: they follow it)."""

    shape: float
    scale: float
    draws: np.ndarray
    count: int = 0
    failed: int = 0
    straight: float = float("nan")

    def within(self, age: float, ahead: float, level: float = 0.8) -> tuple[float, float, float]:
        """Probability of failing within `ahead` at this age, with its interval."""
        value = float(_within(self.shape, self.scale, age, ahead))
        if not len(self.draws):
            return value, value, value
        drawn = _within(self.draws[:, 0], self.draws[:, 1], age, ahead)
        low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
        return value, min(float(low), value), max(float(high), value)

    def b10(self) -> float:
        """The age by which a tenth has failed."""
        return float(self.scale * (-np.log(0.9)) ** (1 / self.shape))


def _within(shape: np.ndarray | float, scale: np.ndarray | float, age: float, ahead: float) -> np.ndarray:
    return -np.expm1((age / np.asarray(scale)) ** shape - ((age + ahead) / np.asarray(scale)) ** shape)


def fitted(lives: np.ndarray, failed: np.ndarray, seed: int = 0, samples: int = SAMPLES) -> Weibull:
    """From lives float64 (n,) and whether each ended in failure (bool (n,)); the others were still good.

    Maximum likelihood with right-censored lives; bootstrap by lives. Raises DataError for too few failures.
    """
    lives, failed = np.maximum(np.asarray(lives, float), 1e-9), np.asarray(failed, bool)
    if int(failed.sum()) < LEAST_FAILED:
        text = f"{int(failed.sum())} failures are too few for a Weibull fit"
        raise DataError(text, "lives", f"At least {LEAST_FAILED} are needed; enter expected lives in maintenance.toml.")
    shape, scale = _fit(lives, failed)
    random = np.random.default_rng(seed)
    draws = []
    for _ in range(samples):
        pick = random.integers(0, len(lives), len(lives))
        if failed[pick].sum() >= LEAST_FAILED:
            draws.append(_fit(lives[pick], failed[pick]))
    drawn = np.array(draws).reshape(-1, 2)
    return Weibull(shape, scale, drawn, len(lives), int(failed.sum()), straightness(lives, failed))


def straightness(lives: np.ndarray, failed: np.ndarray) -> float:
    """R² of the failures on Weibull paper, with median ranks that are adjusted for censored lives (Johnson 1964)."""
    order = np.lexsort((~failed, lives))  # of a failure and a censored life of the same length the failure comes first
    n, rank, at, places = len(lives), 0.0, list[float](), list[float]()
    for k, row in enumerate(order.tolist()):
        if failed[row]:
            rank += (n + 1 - rank) / (n - k + 1)
            at.append(float(np.log(lives[row])))
            places.append((rank - 0.3) / (n + 0.4))
    if len(at) < LEAST_FAILED or np.ptp(at) == 0:
        return float("nan")
    return float(np.corrcoef(at, np.log(-np.log1p(-np.array(places))))[0, 1] ** 2)


def _fit(lives: np.ndarray, failed: np.ndarray) -> tuple[float, float]:
    """Profile likelihood in the shape by bisection: quick enough for a bootstrap."""
    logs = np.log(lives / lives.max())
    mean_failed = logs[failed].mean()

    def slope(k: float) -> float:
        power = np.exp(k * logs)
        return float((power * logs).sum() / power.sum() - 1 / k - mean_failed)

    low, high = 0.05, 60.0
    for _ in range(60):
        middle = np.sqrt(low * high)
        low, high = (middle, high) if slope(middle) < 0 else (low, middle)
    shape = float(np.sqrt(low * high))
    scale = float(lives.max() * (np.exp(shape * logs).sum() / failed.sum()) ** (1 / shape))
    return shape, scale
