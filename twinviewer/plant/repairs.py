"""Things that can stop, and the small crew that gets them going again."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from twinviewer.model.asset import Asset
from twinviewer.model.state import State
from twinviewer.plant.agenda import Agenda
from twinviewer.plant.spec import PlantSettings, kind_of, stream


class Unit:
    """One asset of the plant: it runs unless it has a fault or the crew works on it."""

    def __init__(self, asset: Asset) -> None:
        self.index = asset.index
        self.asset_id = asset.asset_id
        self.kind = kind_of(asset)
        self.fault = ""
        self.serviced = False
        self.jammed = False
        self.slow = 1.0
        self.setpoint = 1.0

    @property
    def speed(self) -> float:
        """Share of its nominal speed at which it works."""
        return max(0.05, self.slow * self.setpoint)

    @property
    def standing(self) -> bool:
        """Whether it stands because of a fault or because the crew works on it."""
        return bool(self.fault) or self.serviced

    def halt(self) -> None:
        """Told when it begins to stand."""

    def restart(self) -> None:
        """Told when it may run again."""

    def jam(self) -> None:
        """Its way out is barred."""
        self.jammed = True
        self.halt()

    def clear(self) -> None:
        """Its way out is free again."""
        self.jammed = False
        if not self.standing:
            self.restart()

    def state(self, now_s: float) -> State:
        """What it shows at plant time `now_s`."""
        if self.serviced:
            return State.MAINTENANCE
        if self.fault:
            return State.FAULT
        return State.BLOCKED if self.jammed else State.RUNNING


@dataclass(slots=True)
class Job:
    """Work for the crew on one unit."""

    unit: Unit
    seconds: float
    stopped_s: float
    begun_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Repair:
    """One finished job, for the record: when the asset stopped, when work on it began and ended (plant seconds).

    `fault` is "" for planned maintenance.
    """

    asset_id: str
    fault: str
    stopped_s: float
    begun_s: float
    ended_s: float


class Repairs:
    """A crew of `settings.crew` people: first come, first served; each job takes the way there and the work.

    `done` is what it has done so far, the last 10,000 jobs. `repaired(unit, fault)` is called when the work is done;
    `fault` is "" after planned maintenance.
    """

    def __init__(
        self, agenda: Agenda, settings: PlantSettings, seed: int, repaired: Callable[[Unit, str], None]
    ) -> None:
        self._agenda = agenda
        self._settings = settings
        self.done: deque[Repair] = deque(maxlen=10_000)
        self._free = max(1, settings.crew)
        self._waiting: deque[Job] = deque()
        self._called: set[int] = set()
        self._repaired = repaired
        self._ways = stream(seed, "crew", "way")

    def break_down(self, unit: Unit, fault: str, seconds: float, for_good: bool = False) -> None:
        """Stop `unit` with a fault; unless `for_good`, the crew comes and works `seconds` on it."""
        if unit.standing:
            return
        unit.fault = fault
        unit.halt()
        if not for_good:
            self.call(unit, seconds)

    def call(self, unit: Unit, seconds: float) -> None:
        """Ask the crew for `seconds` of work on `unit`: a repair where it stands, planned maintenance where it runs."""
        if unit.index not in self._called:
            self._called.add(unit.index)
            self._waiting.append(Job(unit, seconds, self._agenda.now))
            self._assign()

    def maintain_now(self, unit: Unit, seconds: float) -> None:
        """Planned maintenance by people who are there already (they do not come from the crew)."""
        if not unit.standing and unit.index not in self._called:
            self._called.add(unit.index)
            unit.serviced = True
            unit.halt()
            self._agenda.after(seconds, self._finish, Job(unit, seconds, self._agenda.now, self._agenda.now), False)

    def _assign(self) -> None:
        while self._free and self._waiting:
            self._free -= 1
            way_s = self._settings.call_s * self._ways.uniform(0.5, 1.5)
            self._agenda.after(way_s, self._arrive, self._waiting.popleft())

    def _arrive(self, job: Job) -> None:
        stood = job.unit.standing
        job.begun_s = self._agenda.now
        if not stood:
            job.stopped_s = job.begun_s
        job.unit.serviced = True
        if not stood:
            job.unit.halt()
        self._agenda.after(job.seconds, self._finish, job, True)

    def _finish(self, job: Job, of_crew: bool) -> None:
        unit = job.unit
        fault, unit.fault, unit.serviced, unit.jammed = unit.fault, "", False, False
        self._called.discard(unit.index)
        self.done.append(Repair(unit.asset_id, fault, job.stopped_s, job.begun_s, self._agenda.now))
        self._repaired(unit, fault)
        unit.restart()
        if of_crew:
            self._free += 1
            self._assign()
