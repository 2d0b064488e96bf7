"""Levers: what a person can move, within which bounds, and what each writes into the flow model."""

import math
from collections.abc import Callable, Mapping
from typing import Any

from twinviewer.model.errors import LineError
from twinviewer.simulation.builder import RELEASED
from twinviewer.simulation.demand import demanded
from twinviewer.simulation.flow_tables import pairs_of
from twinviewer.simulation.lever import Lever
from twinviewer.simulation.line import Demand, Line
from twinviewer.simulation.quantities import distribution, seconds
from twinviewer.simulation.scenario import Event
from twinviewer.simulation.tables import horizon_of

Patches = list[tuple[str, Any]]


def levers(line: Line) -> list[Lever]:
    """Every lever that the line has."""
    found: list[Lever] = [
        Lever("line_speed", "Line", "Speed of the whole line", "slider", 100.0, "%", 50, 150, 1),
        *_demand_levers(line),
    ]
    for name in lines_of(line):
        text = f"Speed of {name.replace('_', ' ')}"
        found.append(Lever(f"line_speed.{name}", "Line", text, "slider", 100.0, "%", 50, 150, 1))
    for name, s in line.station.items():
        found += _of_station(line, name, s.asset or name)
    for name, crew in line.crew.items():
        found.append(
            Lever(
                f"crew.{name}",
                "People",
                f"Members of {name}",
                "slider",
                crew.size,
                "",
                0,
                max(10, crew.size * 3),
                1,
                integer=True,
            )
        )
    for name, calendar in line.calendar.items():
        week = {k: list(v) for k, v in calendar.week.items()}
        found.append(Lever(f"shifts.{name}", "Shifts", f"Shifts and breaks of {name}", "calendar", week))
        found.append(
            Lever(f"overtime.{name}", "Shifts", f"Overtime of {name}, each day", "slider", 0.0, "h", 0, 8, 0.5)
        )
    for name, m in line.material.items():
        if m.supply is not None:
            found.append(
                Lever(f"supplier.{name}", "Supply", f"Deliveries of {name} later by", "slider", 0.0, "h", 0, 72, 1)
            )
    for name, source in line.source.items():
        if source.lots:
            found.append(Lever(f"batch.{name}", "Orders", f"Lot sizes of {name}", "slider", 100.0, "%", 10, 300, 10))
    if line.order:
        sequence = [o.id for o in sorted(line.order, key=lambda o: o.priority)]
        found.append(Lever("sequence", "Orders", "Sequence of orders", "list", sequence))
    return found


def _demand_levers(line: Line) -> list[Lever]:
    """Demand for the whole run, and a spike or drop of it between two times."""
    sources = demanded(line)
    if not sources:
        return []
    window = line.source[sources[0]].demand or Demand()
    end_h = horizon_of(line) / 3600
    begin = seconds(window.from_) / 3600
    to = end_h if window.to is None else seconds(window.to) / 3600
    return [
        Lever("demand", "Demand", "Demand", "slider", 100.0, "%", 0, 300, 5),
        Lever("demand_spike", "Demand", "Demand for a time (spike or drop)", "slider", window.percent, "%", 0, 300, 5),
        Lever("demand_from", "Demand", "Spike or drop of demand from", "slider", begin, "h", 0, end_h, 1),
        Lever("demand_to", "Demand", "Spike or drop of demand until", "slider", to, "h", 0, end_h, 1),
    ]


def lines_of(line: Line) -> dict[str, tuple[str, ...]]:
    """The stations that each source feeds, where a model holds several lines that share none; else nothing."""
    if len(line.source) < 2:
        return {}
    pairs = pairs_of(line)
    found: dict[str, tuple[str, ...]] = {}
    for name, source in line.source.items():
        reached, grown = {source.feeds}, True
        while grown:
            more = {b for a, b in pairs if a in reached} - reached
            reached |= more
            grown = bool(more)
        found[name] = tuple(n for n in line.station if n in reached)
    apart = sum(map(len, found.values())) == len({n for own in found.values() for n in own})
    return found if apart else {}


def _of_station(line: Line, name: str, asset: str) -> list[Lever]:
    s = line.station[name]

    def slider(
        key: str,
        group: str,
        label: str,
        current: float,
        unit: str,
        low: float,
        high: float,
        step: float,
        integer: bool = False,
    ) -> Lever:
        return Lever(f"{key}.{name}", group, label, "slider", current, unit, low, high, step, name, integer, asset)

    found = [
        slider("speed", "Speed", f"Speed of {name}", 100.0, "%", 50, 150, 1),
        slider("time", "Speed", f"Processing time of {name}", 100.0, "%", 50, 200, 1),
        slider("machines", "Machines", f"Machines at {name}", s.machines, "", 0, s.machines + 3, 1, True),
        slider("failure", "Failures", f"Failure of {name} now, for", 0.0, "h", 0, 24, 0.25),
    ]
    capacity = capacity_of(line, name)
    if capacity is not None:
        found.append(
            slider("buffer", "Buffers", f"Buffer before {name}", capacity, "parts", 0, max(20, capacity * 3), 1, True)
        )
    if s.setup is not None:
        found.append(slider("changeover", "Setups", f"Changeover of {name}", 100.0, "%", 0, 200, 5))
    if s.maintenance:
        found.append(slider("maintenance", "Maintenance", f"Maintenance of {name} moved by", 0.0, "h", -24, 72, 1))
    if s.setpoint is not None:
        p = s.setpoint
        now = p.at if p.value is None else p.value
        found.append(
            slider("setpoint", "Process", f"{p.name} of {name}", now, p.unit, p.low, p.high, (p.high - p.low) / 100)
        )
    return found


def capacity_of(line: Line, name: str) -> int | None:
    """Room before a station, None for unlimited."""
    for key, buffer in line.buffer.items():
        if key.rpartition(">")[2].strip() == name:
            return line.station[name].buffer if buffer.capacity is None else buffer.capacity
    return line.station[name].buffer


def patches_of(line: Line, lever: str, value: Any, where: str) -> tuple[Patches, list[Event]]:
    """What a lever at a value writes. Raises LineError for an unknown lever, name or value."""
    key, _, name = lever.partition(".")
    name = name.strip('"')
    maker = _MAKERS.get(key)
    if maker is None:
        raise LineError(f'there is no lever "{lever}"', where, f"Known are: {', '.join(_MAKERS)}.")
    table = _TABLES.get(key)
    if table is not None and name not in getattr(line, table):
        names = ", ".join(list(getattr(line, table))[:12]) or "none"
        raise LineError(f'lever "{lever}": the line has no such {table}', where, f"It has: {names}.")
    if key not in ("shifts", "sequence") and not _is_number(value):
        raise LineError(f'lever "{lever}" needs a number', where, 'Write for example "speed.mill" = 105.')
    return maker(line, name, value, where)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _path(table: str, name: str, key: str) -> str:
    return f'{table}."{name}".{key}'


def _factor(value: float, where: str) -> float:
    if value <= 0:
        raise LineError("a percentage must be more than zero", where, "100 leaves things as they are.")
    return value / 100


def _speed(line: Line, name: str, value: float, where: str) -> tuple[Patches, list[Event]]:
    return [(_path("station", name, "speed"), line.station[name].speed * _factor(value, where))], []


def _line_speed(line: Line, name: str, value: float, where: str) -> tuple[Patches, list[Event]]:
    stations = list(line.station)
    if name:
        lines = lines_of(line)
        if name not in lines:
            raise LineError(f'there is no line "{name}"', where, f"Known are: {', '.join(lines) or 'none'}.")
        stations = list(lines[name])
    return [p for n in stations for p in _speed(line, n, value, where)[0]], []


def _times(old: Any, factor: float, where: str) -> Any:
    if isinstance(old, Mapping):
        return {k: _times(v, factor, where) for k, v in old.items()}
    distribution(old, where)
    return f"{old} * {factor!r}"


def _time(line: Line, name: str, value: float, where: str) -> tuple[Patches, list[Event]]:
    return [(_path("station", name, "time"), _times(line.station[name].time, _factor(value, where), where))], []


def _changeover(line: Line, name: str, value: float, where: str) -> tuple[Patches, list[Event]]:
    old = line.station[name].setup
    if old is None:
        raise LineError(f'"{name}" has no setup', where, "Give the station one.")
    new = {"default": 0.0} if value == 0 else _times(old, _factor(value, where), where)
    return [(_path("station", name, "setup"), new)], []


def _buffer(line: Line, name: str, value: float, where: str) -> tuple[Patches, list[Event]]:
    room = int(value)
    for key in line.buffer:
        if key.rpartition(">")[2].strip() == name:
            return [
                (_path("buffer", k, "capacity"), room) for k in line.buffer if k.rpartition(">")[2].strip() == name
            ], []
    return [(_path("station", name, "buffer"), room)], []


def _machines(line: Line, name: str, value: float, where: str) -> tuple[Patches, list[Event]]:
    n, had = int(value), line.station[name].machines
    if n >= 1:
        return [(_path("station", name, "machines"), n)], []
    return [], [Event(0.0, name, 1e12, k + 1, True) for k in range(had)]  # taken out: planned, and for good


def _failure(line: Line, name: str, value: float, where: str) -> tuple[Patches, list[Event]]:
    return [], [Event(0.0, name, value * 3600, 1, False)] if value > 0 else []


def _maintenance(line: Line, name: str, value: float, where: str) -> tuple[Patches, list[Event]]:
    found: Patches = []
    for k, m in enumerate(line.station[name].maintenance):
        begin = seconds(m.at, where) if m.at is not None else seconds(m.every or 0.0, where)
        found.append((_path("station", name, f"maintenance.{k}.at"), max(0.0, begin + value * 3600)))
    return found, []


def _setpoint(line: Line, name: str, value: float, where: str) -> tuple[Patches, list[Event]]:
    if line.station[name].setpoint is None:
        raise LineError(f'"{name}" has no set-point', where, "Give the station one.")
    return [(_path("station", name, "setpoint.value"), float(value))], []


def _crew(line: Line, name: str, value: float, where: str) -> tuple[Patches, list[Event]]:
    return [(_path("crew", name, "size"), int(value))], []


def _shifts(line: Line, name: str, value: Any, where: str) -> tuple[Patches, list[Event]]:
    if not isinstance(value, Mapping):
        raise LineError("shifts are a table of days and windows", where, 'Write { mon-fri = ["06:00-14:00"] }.')
    return [(_path("calendar", name, "week"), dict(value))], []


def _overtime(line: Line, name: str, value: float, where: str) -> tuple[Patches, list[Event]]:
    """The last window of every day lasts longer, until midnight at the latest."""
    week: dict[str, list[str]] = {}
    for days, spans in line.calendar[name].week.items():
        windows = list(spans)
        if windows:
            begin, _, end = windows[-1].partition("-")
            hours, _, minutes = end.strip().partition(":")
            first = [int(x) for x in begin.strip().split(":")]
            last = int(hours) * 60 + int(minutes)
            if last > first[0] * 60 + first[1]:
                last = min(1440, last + round(value * 60))
                windows[-1] = f"{begin.strip()}-{last // 60:02d}:{last % 60:02d}"
        week[days] = windows
    return [(_path("calendar", name, "week"), week)], []


def _supplier(line: Line, name: str, value: float, where: str) -> tuple[Patches, list[Event]]:
    supply = line.material[name].supply
    if supply is None:
        raise LineError(f'"{name}" has no supply', where, "Give the material one.")
    return [(_path("material", name, "supply.late"), value * 3600)], []


def _batch(line: Line, name: str, value: float, where: str) -> tuple[Patches, list[Event]]:
    lots = [
        {"product": x.product, "quantity": max(1, round(x.quantity * _factor(value, where)))}
        for x in line.source[name].lots
    ]
    if not lots:
        raise LineError(f'source "{name}" has no lots', where, "Give it lots.")
    return [(_path("source", name, "lots"), lots)], []


def _demanded(line: Line, where: str) -> list[str]:
    sources = demanded(line)
    if not sources:
        remedy = "Give a source a takt, orders, or a time between arrivals."
        raise LineError("every source of this line is saturated, so it knows no demand", where, remedy)
    return sources


def _demand(line: Line, name: str, value: float, where: str) -> tuple[Patches, list[Event]]:
    """Orders grow by the factor, and arrivals come that much quicker; a saturated source knows no demand."""
    factor = _factor(value, where) if value > 0 else 1e-9
    found: Patches = [(f"order.#{k}.quantity", max(1, round(o.quantity * factor))) for k, o in enumerate(line.order)]
    for n in _demanded(line, where):
        s = line.source[n]
        if s.takt is not None:
            found.append((_path("source", n, "takt"), _times(s.takt, 1 / factor, where)))
        elif s.policy not in RELEASED:
            found.append((_path("source", n, "policy"), f"{s.policy} * {1 / factor!r}"))
    return found, []


def _demand_spike(line: Line, name: str, value: float, where: str) -> tuple[Patches, list[Event]]:
    return [(_path("source", n, "demand.percent"), float(value)) for n in _demanded(line, where)], []


def _demand_from(line: Line, name: str, value: float, where: str) -> tuple[Patches, list[Event]]:
    return [(_path("source", n, "demand.from"), value * 3600.0) for n in _demanded(line, where)], []


def _demand_to(line: Line, name: str, value: float, where: str) -> tuple[Patches, list[Event]]:
    return [(_path("source", n, "demand.to"), value * 3600.0) for n in _demanded(line, where)], []


def _sequence(line: Line, name: str, value: Any, where: str) -> tuple[Patches, list[Event]]:
    known = [o.id for o in line.order]
    if not isinstance(value, list | tuple) or not set(map(str, value)) <= set(known):
        raise LineError("a sequence is a list of orders", where, f"Orders are: {', '.join(known[:12])}.")
    first = [str(v) for v in value]
    rest = [o.id for o in sorted(line.order, key=lambda o: o.priority) if o.id not in first]
    place = {order: k + 1 for k, order in enumerate([*first, *rest])}
    return [(f"order.#{k}.priority", place[o]) for k, o in enumerate(known)], []


_MAKERS: dict[str, Callable[[Line, str, Any, str], tuple[Patches, list[Event]]]] = {
    "speed": _speed,
    "line_speed": _line_speed,
    "time": _time,
    "buffer": _buffer,
    "changeover": _changeover,
    "machines": _machines,
    "failure": _failure,
    "maintenance": _maintenance,
    "setpoint": _setpoint,
    "crew": _crew,
    "shifts": _shifts,
    "overtime": _overtime,
    "supplier": _supplier,
    "batch": _batch,
    "demand": _demand,
    "demand_spike": _demand_spike,
    "demand_from": _demand_from,
    "demand_to": _demand_to,
    "sequence": _sequence,
}
_TABLES = {
    **dict.fromkeys(
        ("speed", "time", "buffer", "changeover", "machines", "failure", "maintenance", "setpoint"), "station"
    ),
    "crew": "crew",
    "shifts": "calendar",
    "overtime": "calendar",
    "supplier": "material",
    "batch": "source",
}
