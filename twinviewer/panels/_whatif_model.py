"""Plain data that the what-if panel and its worker process exchange; nothing here loads the engine."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from twinviewer.model.state import State

FIRST = 4  # replications of the answer that follows a slider, where they are quick enough
SETTLED = 30  # to which it refines itself when the slider rests
MOST = 200  # at which a run stops although its intervals are not narrow
TIMES = ("demand_from", "demand_to")  # levers that only say when another one holds
SHOWN_STATES = (
    State.RUNNING, State.SETUP, State.BLOCKED, State.STARVED, State.IDLE, State.FAULT, State.MAINTENANCE, State.OFFLINE,
)  # fmt: skip  # the order of shares of time

Three = tuple[float, float, float]
_H, _MIN = 3600.0, 60.0


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
    Kpi("lead_time_s", "Lead time", "min", 1, _MIN, -1),
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
class Control:
    """One lever, as `twinviewer.simulation.levers.Lever` has it, with the assets of its station; `stretches` are its
    planned stops (begin, end; s after the start of a run), where it moves some."""

    id: str
    group: str
    label: str
    kind: str
    current: Any
    unit: str = ""
    low: float = 0.0
    high: float = 0.0
    step: float = 0.0
    integer: bool = False
    assets: tuple[str, ...] = ()
    station: str = ""
    stretches: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Kept:
    """A scenario: what its file holds. `extra` are patches and events that no lever writes; they are kept as read."""

    name: str
    levers: Mapping[str, Any] = field(default_factory=dict)
    patches: Mapping[str, Any] = field(default_factory=dict)
    events: tuple[tuple[float, str, float, int, bool], ...] = ()
    note: str = ""
    path: str = ""

    @property
    def changes(self) -> bool:
        """Whether it differs from the baseline at all."""
        return bool(self.levers or self.patches or self.events)


@dataclass(frozen=True, slots=True)
class Trust:
    """How far the model can be believed. `level` is "good", "warning" (something speaks against it) or "none" (never
    tested); `headline` is always shown, `details` are the reasons."""

    level: str
    headline: str
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FlowStation:
    """One box of the flow view. `rank` is its distance from the sources, `lane` its place among its equals."""

    name: str
    assets: tuple[str, ...]
    machines: int
    rank: int
    lane: float


@dataclass(frozen=True, slots=True)
class FlowLink:
    """One way of parts, "" standing for source or sink. `capacity` is None for unlimited room."""

    before: str
    after: str
    share: float = 1.0
    capacity: int | None = None


@dataclass(frozen=True, slots=True)
class Flow:
    """The line as a graph."""

    stations: tuple[FlowStation, ...] = ()
    links: tuple[FlowLink, ...] = ()


@dataclass(frozen=True, slots=True)
class Model:
    """What the worker found when it opened the flow model."""

    name: str
    horizon_s: float
    currency: str
    controls: tuple[Control, ...]
    kept: tuple[Kept, ...]
    trust: Trust
    start: datetime | None = None  # of the model's calendars, local time
    flow: Flow = Flow()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """What to compare with the baseline: `replications` is where to stop; `narrow` goes on until the interval is."""

    scenario: Kept
    horizon_s: float
    from_now: bool
    replications: int
    narrow: bool = False


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
class Try:
    """A lever that a search may move, within bounds; `cost` is the price of one unit of change."""

    lever: str
    low: float
    high: float
    cost: float = 0.0


@dataclass(frozen=True, slots=True)
class Search:
    """What to look for: the goal's key, whether more of it is better, and how much money a change may cost."""

    tries: tuple[Try, ...]
    goal: str
    largest: bool
    budget: float | None
    horizon_s: float
    from_now: bool


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


@dataclass(frozen=True, slots=True)
class Sketched:
    """One station of a line that is sketched, as a person corrects it."""

    name: str
    machines: int
    time: str
    room: str
    next: str


def number(value: float, digits: int) -> str:
    """A number as a person reads it: thousands apart, a real minus."""
    if value != value:
        return "–"
    text = f"{value:,.{digits}f}".replace(",", "\u202f").replace("-", "−")
    return text[1:] if text.startswith("−") and not text.strip("−0.\u202f") else text


def signed(value: float, digits: int) -> str:
    """As `number`, with its sign."""
    text = number(value, digits)
    return text if text.startswith(("−", "–")) or not text.strip("0.\u202f") else f"+{text}"


def span(seconds: float) -> str:
    """A length of time in hours, or days where it is whole days."""
    hours = seconds / _H
    return f"{hours / 24:g} d" if hours >= 48 and hours % 24 == 0 else f"{hours:g} h"


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
