"""Collects distributions, calendars and the numbers of names while a flow model's tables are written."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from twinviewer.model.errors import LineError
from twinviewer.simulation import records as r
from twinviewer.simulation.calendars import MONDAY, breakpoints, windows
from twinviewer.simulation.line import Line
from twinviewer.simulation.quantities import Distribution, wall_clock
from twinviewer.simulation.random_numbers import TABLE

RELEASED = ("saturated", "orders")  # policies of a source that is not told when parts come


MOST_STEPS = 50_000_000  # of one machine within a horizon: half a minute of computing for each
MOST_CREWS = 63  # whose members may be asked for by skill: one bit each
SKILL = "skill."


@dataclass(frozen=True)
class Lap:
    """A product on the steps `begin` to `end` of its route, on which it comes to no station twice."""

    product: str
    begin: int
    end: int


def skilled(line: Line, skill: str) -> list[str]:
    """The crews that have a skill, in the order of the file."""
    return [name for name, crew in line.crew.items() if skill in crew.skills]


def _laps(line: Line, products: tuple[str, ...]) -> list[Lap]:
    """The first lap of every product in their order, and then the further ones."""
    firsts: list[Lap] = []
    more: list[Lap] = []
    for product in products:
        route = line.product[product].route if product in line.product else ()
        found: list[Lap] = []
        begin = 0
        for k, step in enumerate(route):
            if step in route[begin:k]:
                found.append(Lap(product, begin, k))
                begin = k
        found.append(Lap(product, begin, len(route)))
        firsts.append(found[0])
        more += found[1:]
    return firsts + more


def capacity_of(line: Line, name: str) -> int | None:
    """Room before a station, None for unlimited."""
    room = line.station[name].buffer if name in line.station else None
    for key, buffer in line.buffer.items():
        if key.rpartition(">")[2].strip() == name:
            return room if buffer.capacity is None else buffer.capacity
    return room


class Builder:
    """Collects distributions and names while the tables are written."""

    def __init__(self, line: Line, horizon_s: float, warmup_s: float = 0.0) -> None:
        self.line = line
        self.warmup_s = warmup_s
        self.horizon_s = horizon_s + warmup_s  # of the whole run; time zero lies at the end of the warm-up
        self.start = self._start()
        self.products = tuple(line.product) or ("part",)
        self.laps = _laps(line, self.products)
        self.lap_product = [self.products.index(lap.product) for lap in self.laps]
        self.skill_rows: dict[str, int] = {}
        self.distributions: list[tuple[int, float, float, float, float]] = []
        self.quantiles: list[tuple[float, ...]] = []
        self.sources = [(name, s) for name, s in line.source.items()]
        self.arrivals = [(n, s) for n, s in self.sources if s.takt is not None or s.policy not in RELEASED]
        self.stations = tuple(line.station)
        self.doors = [n for n, s in self.arrivals if s.takt is None and capacity_of(line, s.feeds) is not None]
        hidden = (*(f"arrivals {n}" for n, _ in self.arrivals), *(f"outside {n}" for n in self.doors))
        self.all_stations = (*self.stations, *hidden)
        self.station_row = {name: k for k, name in enumerate(self.all_stations)}
        self.crew_row = {name: k for k, name in enumerate(line.crew)}
        self.material_row = {name: k for k, name in enumerate(line.material)}
        self.needs: list[tuple[float, int]] = []  # pieces, material
        self.calendar_rows: dict[tuple[str, int], int] = {}
        self.calendar_data: list[tuple[int, list[float], list[int]]] = []

    def _start(self) -> datetime:
        """Wall-clock time at which the run begins. Raises LineError where it leaves the calendar."""
        zero = wall_clock(self.line.model.start or MONDAY)
        try:
            start = zero - timedelta(seconds=self.warmup_s)
            _ = start - timedelta(days=2), start + timedelta(seconds=self.horizon_s, days=2)
        except OverflowError as error:
            text = "the run reaches beyond the years 1 to 9999"
            raise LineError(text, "model.start", "Give a shorter horizon, or another start.") from error
        return start

    def add(self, d: Distribution) -> int:
        """Row of a distribution."""
        if d.kind == TABLE:
            self.quantiles.append(d.quantiles)
            self.distributions.append((TABLE, float(len(self.quantiles) - 1), d.b, 0.0, d.mean))
        else:
            self.distributions.append((d.kind, d.a, d.b, d.c, d.mean))
        return len(self.distributions) - 1

    def paced(self, cycle_s: float, where: str) -> None:
        """Raises LineError where something that takes so long (s) would happen too often for anybody to wait for."""
        if 0 < cycle_s * MOST_STEPS < self.horizon_s:
            text = f"{cycle_s:g} s each, this could happen more than {MOST_STEPS:,} times within the horizon"
            raise LineError(text, where, "Give a longer time, or a shorter horizon; 0 s where it takes no time at all.")

    def station(self, name: str, where: str) -> int:
        """Row of a station, or SINK and SCRAP for "out" and "scrap"."""
        if name in ("out", "sink"):
            return r.SINK
        if name == "scrap":
            return r.SCRAP
        if name.startswith("material.") and name not in self.line.station:
            return r.MADE - self.material(name.removeprefix("material."), where)
        if name not in self.line.station:
            raise LineError(f'there is no station "{name}"', where, f"Stations are: {', '.join(self.stations[:12])}.")
        return self.station_row[name]

    def material(self, name: str, where: str) -> int:
        """Row of a material."""
        if name not in self.material_row:
            raise LineError(f'there is no material "{name}"', where, "Add it under [material.…].")
        return self.material_row[name]

    def product(self, name: str, where: str) -> int:
        """Row of a product."""
        if name not in self.products:
            raise LineError(f'there is no product "{name}"', where, f"Products are: {', '.join(self.products[:12])}.")
        return self.products.index(name)

    def crew(self, name: str | None, where: str) -> int:
        """Row of a crew, or of all crews with a skill ("skill.NAME"); -1 for none."""
        if name is None:
            return -1
        if name.startswith(SKILL) and name not in self.crew_row:
            return self._skill(name.removeprefix(SKILL), where)
        if name not in self.crew_row:
            raise LineError(f'there is no crew "{name}"', where, "Add it under [crew.…].")
        return self.crew_row[name]

    def _skill(self, skill: str, where: str) -> int:
        if not skilled(self.line, skill):
            known = ", ".join(sorted({k for c in self.line.crew.values() for k in c.skills})) or "none"
            raise LineError(f'no crew has the skill "{skill}"', where, f"Skills are: {known}.")
        if len(self.line.crew) > MOST_CREWS:
            raise LineError(f"there are more than {MOST_CREWS} crews", where, "Name a crew instead of a skill.")
        return self.skill_rows.setdefault(skill, len(self.line.crew) + len(self.skill_rows))

    def open_windows(self, name: str, where: str) -> list[tuple[float, float]]:
        """Open windows of a named calendar."""
        if name not in self.line.calendar:
            raise LineError(f'there is no calendar "{name}"', where, "Add it under [calendar.…].")
        return windows(self.line.calendar[name], self.start, self.horizon_s, where)

    def calendar(self, name: str | None, value: int, where: str) -> tuple[int, int]:
        """Row of a calendar that switches between 0 and `value`, and its value at the start; -1 for none."""
        if name is None:
            return -1, value
        key = (name, value)
        if key not in self.calendar_rows:
            self.calendar_rows[key] = len(self.calendar_data)
            self.calendar_data.append(breakpoints(self.open_windows(name, where), value))
        row = self.calendar_rows[key]
        return row, self.calendar_data[row][0]
