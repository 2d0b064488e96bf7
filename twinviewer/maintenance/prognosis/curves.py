"""Probability of failure over time, from what an evidence card says."""

import numpy as np
from scipy.special import ndtr

from twinviewer.maintenance.results import Card

Z80 = 1.2815515655446004  # standard normal quantile of 90 %: half of an 80 % interval
LEAST_SIGMA = 0.15  # no prognosis is surer than this (logarithm of the remaining life)


def lognormal(rul_days: float, low_days: float, high_days: float) -> tuple[float, float]:
    """Median and standard deviation (of logarithms) of a remaining life with these 80 % bounds."""
    rul = max(rul_days, 1e-3)
    low, high = max(min(low_days, rul), 1e-3), max(high_days, rul)
    return rul, max(float(np.log(high / low)) / (2 * Z80), LEAST_SIGMA)


def failure_within(days: np.ndarray, rul_days: float, low_days: float, high_days: float) -> np.ndarray:
    """float64 like `days`: probability of having failed by then."""
    median, sigma = lognormal(rul_days, low_days, high_days)
    with np.errstate(divide="ignore"):
        return ndtr((np.log(np.maximum(days, 0.0)) - np.log(median)) / sigma)


def failure_curve(card: Card, days: np.ndarray) -> np.ndarray | None:
    """The same for a card; None where it gives no date (the age has to speak then)."""
    if card.tier not in ("degradation", "similar") or not np.isfinite(card.rul_days) or card.capped:
        return None
    return failure_within(days, card.rul_days, card.low_days, card.high_days)
