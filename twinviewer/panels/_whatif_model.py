"""What the what-if panel asks its worker process: plain data, and nothing that loads the engine."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from twinviewer.simulation.lever import Lever

FIRST = 4  # replications of the answer that follows a slider, where they are quick enough
SETTLED = 30  # to which it refines itself when the slider rests
MOST = 200  # at which a run stops although its intervals are not narrow
TIMES = ("demand_from", "demand_to")  # levers that only say when another one holds


@dataclass(frozen=True)
class Control(Lever):
    """One lever with the assets of its station; `stretches` are its planned stops (begin, end; s after the start of a
    run), where it moves some; `words` says more of the entries of a list."""

    assets: tuple[str, ...] = ()
    stretches: tuple[tuple[float, float], ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Kept:
    """A scenario: what its file holds. Patches and events that no lever writes are kept as they were read."""

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
class Sketched:
    """One station of a line that is sketched, as a person corrects it."""

    name: str
    machines: int
    time: str
    room: str
    next: str
