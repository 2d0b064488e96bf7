"""Energy that drifts from its baseline at the same load: a sign of wear, with what it costs a year and in carbon."""

from dataclasses import dataclass

import numpy as np

from twinviewer.maintenance.condition.residual import learned

HOURS_A_YEAR = 8760.0
RECENT = 0.1  # share of the records that say how it is now
LEARN = 0.35


@dataclass(frozen=True)
class EnergyDrift:
    """Power beyond baseline at the same load now (kW, with an 80 % interval), and what that makes in a year."""

    excess_kw: float
    low_kw: float
    high_kw: float
    share: float
    kwh_a_year: float
    eur_a_year: float
    kg_co2_a_year: float
    significant: bool


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
    off = off[np.isfinite(off)]
    if len(off) < 10:
        return None
    groups = [g.mean() for g in np.array_split(off, 10)]  # neighbours are alike: means of ten stretches
    middle, half = float(np.mean(groups)), 1.383 * float(np.std(groups, ddof=1)) / np.sqrt(10)  # t, 9 degrees, 90 %
    usual = float(np.nanmean(baseline.expected(covariates[recent])))
    hours = HOURS_A_YEAR * running_share
    kwh = middle * hours
    return EnergyDrift(
        middle,
        middle - half,
        middle + half,
        middle / usual if usual else 0.0,
        kwh,
        kwh * tariff_eur_per_kwh,
        kwh * carbon_kg_per_kwh,
        bool(middle - half > 0.01 * abs(usual)),
    )
