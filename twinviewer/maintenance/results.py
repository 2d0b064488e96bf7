"""What maintenance finds of a machine, as frozen data: evidence cards and their parts; times UTC ns, money EUR."""

from dataclasses import dataclass, field

import numpy as np

from twinviewer.maintenance.condition.bearing import BearingEvidence
from twinviewer.model.state import Zone


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether the data of an asset carry a model. `problems` are sentences; `ready` is False where one forbids it.

    `days` of history, `gaps` share of the time without usable samples (0-1), `bad` share of samples of bad quality,
    `flat` share of the time in which a signal that should move does not, `interval_s` median sampling interval,
    `clock_skew_s` largest difference between source and receiving clock.
    """

    ready: bool
    problems: tuple[str, ...]
    days: float
    gaps: float
    bad: float
    flat: float
    interval_s: float
    clock_skew_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Moved:
    """One signal that left its own baseline: value now and baseline at the same load, robust standard deviations,
    since when, and in which regime it was compared ("running at 70-80 % load")."""

    tag: str
    label: str
    unit: str
    now: float
    baseline: float
    deviations: float
    since_ns: int
    regime: str


@dataclass(frozen=True, slots=True)
class DetectorFigures:
    """How a detector did on velocities or accelerations (`measured_on`) of bearings run to failure: in time (50 to 1 %
    of the life before) for `useful` of `failed` series, at the median with `lead_share` (0-1) of the life left; false
    alarms per 1,000 records."""

    useful: int
    failed: int
    lead_share: float
    false_per_1000: float
    measured_on: str = "velocities"


@dataclass(frozen=True, slots=True)
class Detection:
    """A detector that speaks of a signal, since when, when it did so last (a further rise; the same moment without
    one), and how it did on bearings that ran to failure."""

    tag: str
    label: str
    detector: str
    since_ns: int
    newest_ns: int
    figures: DetectorFigures

    @property
    def record(self) -> str:
        """Its figures in words."""
        known = self.figures
        return (
            f"on {known.measured_on} of bearings run to failure in time for {known.useful} of {known.failed}, at the "
            f"median with {100 * known.lead_share:.0f} % of the life left; "
            f"{known.false_per_1000:.2g} false alarms per 1,000 records"
        )


@dataclass(frozen=True, slots=True)
class Cause:
    """A likely failure mode (ISO 14224) with its weight among all considered (0-1) and what speaks for and against."""

    mode: str
    label: str
    component: str
    weight: float
    speaks_for: tuple[str, ...]
    speaks_against: tuple[str, ...]
    action: str
    unattended: str
    skill: str
    people: int
    duration_h: float
    part: str


@dataclass(frozen=True, slots=True)
class Risk:
    """Probability of failure within `days`, with the bounds of its 80 % interval."""

    days: float
    probability: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Choice:
    """What one way to act is expected to cost: `name` is "now", "planned_stop", "in_a_week" or "not_at_all"."""

    name: str
    label: str
    at_ns: int
    probability: float
    cost_eur: float


@dataclass(frozen=True, slots=True)
class BackTest:
    """A past prediction of remaining days, and what happened (NaN: not over yet)."""

    made_ns: int
    rul_days: float
    low_days: float
    high_days: float
    happened_days: float


@dataclass(frozen=True, slots=True)
class Similar:
    """An earlier life that resembles this one: `likeness` 0 to 1, `rul_days` what it had left when it was like this.
    `failed` is False where it was renewed before its limit: it would have had more."""

    asset_id: str
    ended_ns: int
    likeness: float
    rul_days: float
    failed: bool = True


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class Card:
    """The evidence card of one asset.

    `tier` is "poor_data", "age" (nothing detected: a probability, never a date), "degradation" or "similar".
    `health` is 1 as new and 0 at the failure limit; `health_ns`, `health_series` its past (int64, float64 (k,)),
    `fit_ns`, `fit`, `fit_low`, `fit_high` what the fit continues with (float64 (m,), empty without one). `rul_days`
    with its 80 % bounds is NaN in the tiers without a date; `capped` means "more than". `pf_days` is the P-F interval:
    from the first sign (`detected_ns`, 0 without) to failure. `change_mm_s` is how far vibration is from its usual
    level at the same load (NaN without a sensor), `changed_ns` since when that is a change by ISO 20816-3, criterion II
    (0: it is none). `energy` is what it draws beyond its baseline at the same load, None without a power meter.
    `detections` are the detectors that speak, the first one first. `bearing` is what the frequencies of its bearing
    say, None where no waveform is recorded.
    """

    asset_id: str
    time_ns: int
    tier: str
    headline: str
    zone: Zone
    health: float
    detected_ns: int
    rul_days: float
    low_days: float
    high_days: float
    capped: bool
    pf_days: float
    risks: tuple[Risk, ...]
    wait_a_week_eur: float
    readiness: Readiness
    moved: tuple[Moved, ...] = ()
    causes: tuple[Cause, ...] = ()
    choices: tuple[Choice, ...] = ()
    similar: tuple[Similar, ...] = ()
    back_tests: tuple[BackTest, ...] = ()
    notes: tuple[str, ...] = ()
    health_ns: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    health_series: np.ndarray = field(default_factory=lambda: np.zeros(0))
    fit_ns: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    fit: np.ndarray = field(default_factory=lambda: np.zeros(0))
    fit_low: np.ndarray = field(default_factory=lambda: np.zeros(0))
    fit_high: np.ndarray = field(default_factory=lambda: np.zeros(0))
    change_mm_s: float = float("nan")
    changed_ns: int = 0
    energy: EnergyDrift | None = None
    detections: tuple[Detection, ...] = ()
    bearing: BearingEvidence | None = None
