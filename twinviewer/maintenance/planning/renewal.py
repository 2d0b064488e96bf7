"""What it is worth to renew a part now rather than later: the long-run cost of a part's life (Barlow and Hunter 1960).

A planned renewal costs `planned`, a failure `failed` instead. The best long-run cost per hour `rate` prices time
after a renewal, so that a plan neither wastes life nor lives on credit beyond its horizon.
"""

from dataclasses import dataclass

import numpy as np

STEPS = 400


@dataclass(frozen=True)
class Renewal:
    """`rate` EUR per hour of the best age policy, `interval_h` its age (inf: run to failure is best)."""

    rate: float
    interval_h: float


def best_age(shape: float, scale_h: float, planned_eur: float, failed_eur: float) -> Renewal:
    """Age replacement of a part with Weibull life: the age with the least cost per hour."""
    age = scale_h * np.linspace(0.005, 3.0, STEPS)
    survival = np.exp(-((age / scale_h) ** shape))
    lived = np.concatenate([[0.0], np.cumsum((survival[1:] + survival[:-1]) / 2 * np.diff(age))]) + age[0]
    rate = (planned_eur * survival + failed_eur * (1 - survival)) / lived
    k = int(rate.argmin())
    return Renewal(float(rate[k]), float(age[k]) if k < STEPS - 1 else float("inf"))


def weibull_failure(shape: float, scale_h: float, age_h: float, hours: np.ndarray, pace: float = 1.0) -> np.ndarray:
    """Probability of failing within each of `hours` from now, at this age; `pace` running hours per hour."""
    return -np.expm1((age_h / scale_h) ** shape - ((age_h + pace * hours) / scale_h) ** shape)


def left_to_do(failure: np.ndarray, horizon: int, planned_eur: float, failed_eur: float, rate: float) -> float:
    """What a part that was not renewed within the horizon still costs more than a new one, on top of its risk.

    `failure` float64 (m,) is the probability by each hour from now on, m > horizon: the best later moment is chosen.
    """
    if failure[horizon] >= 1:
        return 0.0
    gone = (failure[horizon:] - failure[horizon]) / (1 - failure[horizon])
    cost = failed_eur * gone + planned_eur * (1 - gone) - rate * np.cumsum(np.concatenate([[0.0], 1 - gone[:-1]]))
    return float((1 - failure[horizon]) * cost.min())
