"""What each lever writes into the flow model: patches of its paths, and stops."""

import math
from collections.abc import Callable, Mapping
from typing import Any

from twinviewer.model.errors import LineError
from twinviewer.simulation.builder import RELEASED
from twinviewer.simulation.calendars import window_s
from twinviewer.simulation.demand import demanded
from twinviewer.simulation.flow_tables import lines_of
from twinviewer.simulation.line import Line
from twinviewer.simulation.quantities import distribution, seconds
from twinviewer.simulation.scenario import Event

Patches = list[tuple[str, Any]]


def patches_of(line: Line, lever: str, value: Any, where: str) -> tuple[Patches, list[Event]]:
    """What a lever at a value writes. Raises LineError for an unknown lever, name or value."""
    key, _, name = lever.partition(".")
    name = name.strip('"')
    maker = MAKERS.get(key)
    if maker is None:
        raise LineError(f'there is no lever "{lever}"', where, f"Known are: {', '.join(MAKERS)}.")
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
        kept = [m for m in line.station[name].maintenance if m.machine <= n]
        stops = [m.model_dump(by_alias=True, exclude_none=True) for m in kept]  # what is gone is not maintained
        more = (
            [(_path("station", name, "maintenance"), stops)] if len(kept) < len(line.station[name].maintenance) else []
        )
        return [(_path("station", name, "machines"), n), *more], []
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
    if value < 0:
        raise LineError("overtime cannot be less than nothing", where, "Draw shorter shifts with the lever of shifts.")
    week: dict[str, list[str]] = {}
    for days, spans in line.calendar[name].week.items():
        windows = list(spans)
        if windows:
            last = max(range(len(windows)), key=lambda k: window_s(windows[k], where))
            begin, end = (round(t / 60) for t in window_s(windows[last], where))
            end = max(end, min(1440, end + round(value * 60)))
            windows[last] = (
                f"{begin // 60:02d}:{begin % 60:02d}-{end // 60 % 24 if end > 1440 else end // 60:02d}:{end % 60:02d}"
            )
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


MAKERS: dict[str, Callable[[Line, str, Any, str], tuple[Patches, list[Event]]]] = {
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
