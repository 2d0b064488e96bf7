"""Energy that drifts from its baseline at the same load: a sign of wear, with what it costs a year and in carbon."""

import numpy as np

from twinviewer.maintenance.condition.residual import learned
from twinviewer.maintenance.results import EnergyDrift

HOURS_A_YEAR = 8760.0
RECENT = 0.1  # share of the records that say how it is now
LEARN = 0.35
STRETCHES = 10
T90 = 1.383  # quantile of 90 % of Student's t with nine degrees of freedom: half of an 80 % interval
LEAST_SHARE = 0.01  # of the usual power: what a baseline may be off by without any wear


def drift(
    power_kw: np.ndarray,
    covariates: np.ndarray,
    tariff_eur_per_kwh: float,
    carbon_kg_per_kwh: float,
    running_share: float = 1.0,
) -> EnergyDrift | None:
    """From power float64 (n,) while running and what it depends on, float64 (n, k); None for too few records."""
    learn = int(LEARN * len(power_kw))
    baseline = learned(power_kw[:learn], covariates[:learn], 1e-6)
    if baseline is None:
        return None
    recent = slice(len(power_kw) - max(10, int(RECENT * len(power_kw))), None)
    off = power_kw[recent] - baseline.expected(covariates[recent])
    usual = float(np.nanmean(baseline.expected(covariates[recent])))
    return told(off, usual, tariff_eur_per_kwh, carbon_kg_per_kwh, running_share)


def told(
    off_kw: np.ndarray, usual_kw: float, tariff_eur_per_kwh: float, carbon_kg_per_kwh: float, running_share: float
) -> EnergyDrift | None:
    """The same from the newest deviations float64 (n,) from the baseline; None for fewer than ten usable ones."""
    off = off_kw[np.isfinite(off_kw)]
    if len(off) < STRETCHES:
        return None
    groups = [g.mean() for g in np.array_split(off, STRETCHES)]  # neighbours are alike: means of ten stretches
    middle, half = float(np.mean(groups)), T90 * float(np.std(groups, ddof=1)) / np.sqrt(STRETCHES)
    kwh = middle * HOURS_A_YEAR * running_share
    return EnergyDrift(
        middle,
        float(middle - half),
        float(middle + half),
        middle / usual_kw if usual_kw else 0.0,
        kwh,
        kwh * tariff_eur_per_kwh,
        kwh * carbon_kg_per_kwh,
        bool(middle - half > LEAST_SHARE * abs(usual_kw)),
    )
