"""Lives by age: Weibull fits with censored lives, and the probability of failing within days."""

from dataclasses import dataclass

import numpy as np

from twinviewer.model.errors import DataError

LEAST_FAILED = 3
SAMPLES = 400
SHAPES = np.geomspace(0.2, 20.0, 200)  # in which the shape is sought for intervals; steeper is no wear that is known
MOST = 600.0  # logarithm of a hazard beyond which it is certain that the life is over


@dataclass(frozen=True)
class Weibull:
    """A fitted life: shape and scale of maximum likelihood. `draws` float64 (m, 2): shapes and scales of the posterior,
    for probabilities and intervals; `count` lives of which `failed` ended in failure; `straight` R² of the failures on
    Weibull paper (1: they follow it)."""

    shape: float
    scale: float
    draws: np.ndarray
    count: int = 0
    failed: int = 0
    straight: float = float("nan")

    def within(self, age: float, ahead: float, level: float = 0.8) -> tuple[float, float, float]:
        """Probability of failing within `ahead` at this age (mean over the draws), with its interval."""
        drawn = _within(self.draws[:, 0], self.draws[:, 1], age, ahead)
        low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
        value = float(drawn.mean())
        return value, min(float(low), value), max(float(high), value)

    def b10(self) -> float:
        """The age by which a tenth has failed."""
        return float(self.scale * (-np.log(0.9)) ** (1 / self.shape))


def _within(shape: np.ndarray, scale: np.ndarray, age: float, ahead: float) -> np.ndarray:
    if ahead <= 0:
        return np.zeros(len(shape))
    past, then = (shape * (np.log(max(t, 1e-300)) - np.log(scale)) for t in (age, age + ahead))
    return -np.expm1(np.exp(np.minimum(past, MOST)) - np.exp(np.minimum(then, MOST + 1)))


def fitted(lives: np.ndarray, failed: np.ndarray, seed: int = 0, samples: int = SAMPLES) -> Weibull:
    """From lives float64 (n,) and whether each ended in failure (bool (n,)); the others were still good.

    Maximum likelihood with right-censored lives. Probabilities are the posterior's under the prior 1 / (shape x scale)
    (Sun 1997), since plug-in values and a bootstrap are far too sure of few failures. Raises DataError for too few.
    """
    lives, failed = np.maximum(np.asarray(lives, float), 1e-9), np.asarray(failed, bool)
    if int(failed.sum()) < LEAST_FAILED:
        text = f"{int(failed.sum())} failures are too few for a Weibull fit"
        raise DataError(text, "lives", f"At least {LEAST_FAILED} are needed; enter expected lives in maintenance.toml.")
    shape, scale = _fit(lives, failed)
    drawn = _drawn(lives, failed, np.random.default_rng(seed), samples)
    return Weibull(shape, scale, drawn, len(lives), int(failed.sum()), straightness(lives, failed))


def _drawn(lives: np.ndarray, failed: np.ndarray, random: np.random.Generator, samples: int) -> np.ndarray:
    """float64 (samples, 2): shapes and scales of the posterior; given the shape, scale^-shape is a gamma variable."""
    logs, count = np.log(lives / lives.max()), int(failed.sum())
    total = np.exp(SHAPES[:, None] * logs).sum(axis=1)
    density = (count - 1) * np.log(SHAPES) + SHAPES * logs[failed].sum() - count * np.log(total)  # per log of the shape
    weight = np.exp(density - density.max())
    at = random.choice(len(SHAPES), samples, p=weight / weight.sum())
    shape = SHAPES[at]
    scale = lives.max() * (total[at] / random.gamma(count, size=samples)) ** (1 / shape)
    return np.column_stack([shape, scale])


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
    """Profile likelihood in the shape by bisection, up to a shape of 60."""
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
