"""What the worker process of the what-if panel answers: plain data, and nothing that loads the engine."""

from dataclasses import dataclass

from twinviewer.model.state import State
from twinviewer.panels._whatif_model import Kept

SHOWN_STATES = (
    State.RUNNING, State.SETUP, State.BLOCKED, State.STARVED, State.IDLE, State.FAULT, State.MAINTENANCE, State.OFFLINE,
)  # fmt: skip  # the order of shares of time

Three = tuple[float, float, float]  # mean, low, high


@dataclass(frozen=True, slots=True)
class Kpi:
    """An indicator as the table shows it; `scale` divides the engine's unit, `good` is +1 where more is better."""

    key: str
    title: str
    unit: str
    digits: int
    scale: float
    good: int


KPIS = (
    Kpi("throughput_per_h", "Throughput", "parts/h", 1, 1.0, 1),
    Kpi("oee", "OEE", "%", 1, 0.01, 1),
    Kpi("wip", "Parts in the line", "", 0, 1.0, -1),
    Kpi("lead_time_s", "Lead time", "min", 1, 60.0, -1),
    Kpi("on_time", "Orders on time", "%", 0, 0.01, 1),
    Kpi("late_orders", "Late orders", "", 1, 1.0, -1),
    Kpi("energy_kwh", "Energy", "kWh", 0, 1.0, -1),
    Kpi("energy_per_part_kwh", "Energy per part", "kWh", 3, 1.0, -1),
    Kpi("peak_kw", "Peak, 15 min", "kW", 0, 1.0, -1),
    Kpi("carbon_kg", "Carbon", "kg CO₂", 0, 1.0, -1),
    Kpi("cost", "Cost", "", 0, 1.0, -1),
    Kpi("cost_per_part", "Cost per part", "", 2, 1.0, -1),
)


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of the table in the engine's units: (mean, low, high) each; low and high may be NaN."""

    key: str
    baseline: Three
    scenario: Three | None = None
    difference: Three | None = None
    significant: bool = False


@dataclass(frozen=True, slots=True)
class StationUse:
    """One station in baseline and scenario (the same one twice without a scenario): shares of time in the order of
    SHOWN_STATES, load (share of its open time in which nothing else held it up) and mean queue."""

    name: str
    shares: tuple[tuple[float, ...], tuple[float, ...]]
    load: tuple[float, float]
    queue: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Narrow:
    """The bottleneck, by how much it leads (shares, with interval), and the one after it."""

    station: str
    load: float
    second: str
    margin: Three


@dataclass(frozen=True, slots=True)
class Answer:
    """What is known after so many replications; `half_width` is that of throughput by its mean.

    `narrows` and `late` are of the baseline and, where there is one, of the scenario.
    """

    name: str
    figures: tuple[Figure, ...]
    replications: int
    wall_s: float
    half_width: float
    narrows: tuple[Narrow | None, ...]
    late: tuple[tuple[str, ...], ...]
    stations: tuple[StationUse, ...]
    notes: tuple[str, ...]
    warnings: tuple[str, ...] = ()
    final: bool = True


@dataclass(frozen=True, slots=True)
class Sensitive:
    """What one step of a lever does to an indicator, in the engine's unit."""

    lever: str
    label: str
    by: str
    difference: Three
    significant: bool


@dataclass(frozen=True, slots=True)
class Found:
    """One suggestion with its evidence."""

    kept: Kept
    gain: Three
    significant: bool
    price: float
    answer: Answer


@dataclass(frozen=True, slots=True)
class Expectation:
    """One indicator of a proposal: what was expected, what the record shows (None before), and what that says."""

    key: str
    expected: Three
    seen: Three | None = None
    verdict: str = ""


@dataclass(frozen=True, slots=True)
class Filed:
    """A proposal as the register holds it; `ways` are the states that it can be given."""

    number: str
    name: str
    state: str
    by: str
    reason: str
    at_ns: int
    in_force_ns: int | None
    figures: tuple[Expectation, ...]
    kept: Kept
    ways: tuple[str, ...]
    notes: tuple[str, ...] = ()


def verdict(figure: Figure, kpi: Kpi) -> str:
    """What the difference says, in words."""
    if figure.difference is None:
        return ""
    mean, low, high = figure.difference
    if low != low or high != high:
        return "too few runs to tell"
    if not figure.significant:
        return "not significant"
    return "better" if mean * kpi.good > 0 else "worse"
