"""Machines and stations of a flow model as rows of the engine's tables."""

import numpy as np

from twinviewer.model.errors import LineError
from twinviewer.simulation import records as r
from twinviewer.simulation.builder import Builder
from twinviewer.simulation.flow_tables import UNLIMITED
from twinviewer.simulation.quantities import Distribution, distribution, span_s
from twinviewer.simulation.random_numbers import EXPONENTIAL, stream_of
from twinviewer.simulation.station import Station

POWER_KEYS = {
    "off": (r.OFF,),
    "idle": (r.WAITING_OPERATOR, r.WAITING_MATERIAL),
    "starved": (r.STARVED,),
    "setup": (r.SETTING_UP,),
    "run": (r.RUNNING,),
    "blocked": (r.BLOCKED,),
    "down": (r.DOWN, r.WAITING_CREW),
    "maintenance": (r.MAINTAINED,),
}


def _times(b: Builder, s: Station, name: str) -> list[Distribution]:
    where = f"station.{name}.time"
    if isinstance(s.time, str | int | float):
        return [distribution(s.time, where)] * len(b.laps)
    for key in s.time:
        if key != "default":
            _visit_of(b, name, key, where)
    by_name = {p: distribution(t, where) for p, t in s.time.items()}
    fallback = by_name.get("default") or next(iter(by_name.values()))
    visits = [_route(b, lap.product)[: lap.end].count(name) for lap in b.laps]
    by_lap = [
        by_name.get(f"{lap.product}#{n}", by_name.get(lap.product)) for lap, n in zip(b.laps, visits, strict=True)
    ]
    return [fallback if d is None else d for d in by_lap]


def _route(b: Builder, product: str) -> tuple[str, ...]:
    entry = b.line.product.get(product)
    return entry.route if entry is not None else ()


def _visit_of(b: Builder, name: str, key: str, where: str) -> None:
    """Check the key of a time: a product, or one of its visits to the station ("A#2")."""
    product, mark, visit = key.rpartition("#")
    if key in b.products or not mark:
        b.product(key, where)
        return
    b.product(product, where)
    most = _route(b, product).count(name)
    if not visit.isdigit() or not 1 <= int(visit) <= most:
        remedy = f'Its route comes to "{name}" {most} times.'
        raise LineError(f'"{key}" is no visit of "{product}"', where, remedy)


def machine_row(b: Builder, name: str, s: Station, k: int) -> dict[str, object]:
    where = f"station.{name}"
    calendar, on = b.calendar(s.calendar, 1, f"{where}.calendar")
    kw = np.zeros(r.N_STATES)
    for key, value in s.power.items():
        if key not in POWER_KEYS:
            raise LineError(
                f'"{key}" is not a state with a power', f"{where}.power", f"Known are: {', '.join(POWER_KEYS)}."
            )
        kw[list(POWER_KEYS[key])] = value
    for key, state in (("starved", r.STARVED), ("blocked", r.BLOCKED), ("setup", r.SETTING_UP)):
        if key not in s.power:
            kw[state] = s.power.get("idle", 0.0)
    if s.setpoint is not None:
        kw[r.RUNNING] = max(0.0, kw[r.RUNNING] * (1 + s.setpoint.power_slope * _moved(s)))
    values: dict[str, object] = {
        "station": b.station_row[name],
        "stream": stream_of(f"{name}#{k + 1}"),
        "calendar": calendar,
        "on": on,
        "up": 1,
        "part": -1,
        "last_product": -1,
        "repair_crew": -1,
        "crew_now": -1,
        "setup_crew": _setter(b, s, where),
        "operator_crew": -1,
        "blocked_next": -1,
        "crew_next": -1,
        "state": r.STARVED if on else r.OFF,
        "speed": _speed(s, where),
        "event_at": np.inf,
        "kw": kw,
    }
    if s.failure is not None:
        f = s.failure
        values["failure"] = r.FAILS_OPERATING if f.clock == "operating" else r.FAILS_CALENDAR
        runs = _mean_is_exponential(f.mtbf, f"{where}.failure.mtbf")
        repair = _mean_is_exponential(f.mttr, f"{where}.failure.mttr")
        b.paced(runs.mean + repair.mean, f"{where}.failure.mtbf")
        values["ttf"], values["ttr"] = b.add(runs), b.add(repair)
        values["repair_crew"] = b.crew(f.crew, f"{where}.failure.crew")
    elif s.maintenance:
        values["ttr"] = b.add(Distribution(0, 0.0))
    if s.operators is not None:
        values["operator_crew"] = b.crew(s.operators.crew, f"{where}.operators.crew")
        values["operators"] = s.operators.n
    return values


def _setter(b: Builder, s: Station, where: str) -> int:
    """Who comes for a setup; nobody where the operators are of that very crew: they do it themselves."""
    row = b.crew(s.setup_crew, f"{where}.setup_crew")
    return -1 if s.operators is not None and s.operators.crew == s.setup_crew else row


def _mean_is_exponential(value: str | float, where: str) -> Distribution:
    """A bare time between failures or to repair is the mean of an exponential distribution."""
    d = distribution(value, where)
    if not d.mean > 0:
        raise LineError("the time must be more than zero", where, "Leave failure out for a machine that never fails.")
    bare = not (isinstance(value, str) and "(" in value)
    return Distribution(EXPONENTIAL, d.mean) if bare else d


def _moved(s: Station) -> float:
    """How far the set-point stands from where the station's figures hold."""
    return 0.0 if s.setpoint is None or s.setpoint.value is None else s.setpoint.value - s.setpoint.at


def _speed(s: Station, where: str) -> float:
    slope = s.setpoint.speed_slope if s.setpoint is not None else 0.0
    speed = s.speed * (1 + slope * _moved(s))
    if speed <= 0:
        raise LineError("the set-point stops the station", f"{where}.setpoint", "Keep its value near `at`.")
    return speed


def _yield_share(s: Station) -> float:
    good = s.quality.yield_ if s.quality is not None else 1.0
    slope = s.setpoint.yield_slope if s.setpoint is not None else 0.0
    return float(np.clip(good + slope * _moved(s), 0, 1))


def station_table(b: Builder) -> np.ndarray:
    table = np.zeros(len(b.all_stations), r.STATION)
    for name in ("source", "setup_group", "head", "tail", "blocked_head", "blocked_tail", "listed_next"):
        table[name] = -1
    for name in ("transit_head", "transit_tail", "rework_to"):
        table[name] = -1
    for name in ("yield_share", "batch", "least", "per_part"):
        table[name] = 1
    inputs = _inputs(b)
    first = 0
    for k, (name, s) in enumerate(b.line.station.items()):
        where = f"station.{name}"
        row = table[k]
        row["first"], row["n"] = first, s.machines
        first += s.machines
        capacity, transit_s = inputs.get(name, (None, 0.0))
        capacity = s.buffer if capacity is None else capacity
        row["capacity"] = UNLIMITED if capacity is None else capacity
        row["transit_s"] = transit_s
        if transit_s > 0 and row["capacity"] == 0:
            raise LineError("a transport needs room for at least one part", where, "Give the buffer a capacity.")
        row["stream"] = stream_of(name)
        times = _times(b, s, name)
        b.paced(min(d.mean for d in times), f"{where}.time")
        rows = [b.add(d) for d in times]
        row["process"] = rows[0]
        row["yield_share"] = _yield_share(s)
        if s.quality is not None and s.quality.rework is not None:
            row["rework_to"] = b.station(s.quality.rework.to, f"{where}.quality.rework.to")
            row["rework_share"] = s.quality.rework.share
            row["max_rework"] = s.quality.rework.max
        row["need_first"], row["needs"] = len(b.needs), len(s.consumes)
        for material, quantity in s.consumes.items():
            b.needs.append((quantity, b.material(material, f"{where}.consumes")))
        _batch(row, s, where)
    moving = np.flatnonzero(table["transit_s"] > 0)
    table["transit_timer"][moving] = np.arange(len(moving))
    table["transit_station"][: len(moving)] = moving
    return table


def _batch(row: np.void, s: Station, where: str) -> None:
    if s.batch is None:
        return
    size, least = (s.batch, s.batch) if isinstance(s.batch, int) else (s.batch.size, s.batch.least or s.batch.size)
    if least > size or size < 1:
        raise LineError(f"a batch of {size} cannot start with {least}", f"{where}.batch", "least is at most size.")
    if row["capacity"] < least:
        text = f"there is room for {row['capacity']} parts before a batch of {least}"
        raise LineError(text, f"{where}.batch", "Make the buffer larger, or let it start with fewer.")
    row["batch"], row["least"], row["per_part"] = size, least, 1 / size


def _inputs(b: Builder) -> dict[str, tuple[int | None, float]]:
    """Capacity and transport time in front of stations, from [buffer."a>b"]."""
    found: dict[str, tuple[int | None, float]] = {}
    for key, buffer in b.line.buffer.items():
        where = f'buffer."{key}"'
        source, arrow, target = key.partition(">")
        if not arrow:
            source, target = "", key
        for end in (source.strip(), target.strip()):
            if end and end not in b.line.station and end not in b.line.source:
                raise LineError(f'there is no station "{end}"', where, 'Name a buffer "from>to".')
        value = (buffer.capacity, _transit_s(buffer.transport, where))
        target = target.strip()
        if found.get(target, value) != value:
            raise LineError(f'"{target}" has one input, but its buffers differ', where, "Give them the same capacity.")
        found[target] = value
    return found


def _transit_s(transport: object, where: str) -> float:
    if transport is None:
        return 0.0
    time, speed, length = (getattr(transport, n) for n in ("time", "speed_m_s", "length_m"))
    if time is not None:
        return span_s(time, where)
    if speed is None or length is None:
        raise LineError(
            "a transport needs a time, or speed_m_s and length_m", where, 'Write transport = { time = "15 s" }.'
        )
    return length / speed
