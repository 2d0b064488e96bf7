"""From a flow model to the engine's tables."""

import re
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from twinviewer.model.errors import LineError
from twinviewer.simulation import records as r
from twinviewer.simulation.calendars import MONDAY, breakpoints, windows
from twinviewer.simulation.line import Line, NextStation, Station
from twinviewer.simulation.quantities import Distribution, distribution, seconds
from twinviewer.simulation.random_numbers import DISTRIBUTION, TABLE, stream_of

UNLIMITED = 2**30
MOST_PARTS = 4_000_000
_ARRIVALS = re.compile(r"""^\s*arrivals\s*\(\s*["']?(.*?)["']?\s*\)\s*(\*.*)?$""", re.DOTALL)
POWER_KEYS = {
    "off": (r.OFF,),
    "idle": (r.STARVED, r.WAITING_OPERATOR, r.WAITING_MATERIAL),
    "setup": (r.SETTING_UP,),
    "run": (r.RUNNING,),
    "blocked": (r.BLOCKED,),
    "down": (r.DOWN, r.WAITING_CREW),
    "maintenance": (r.MAINTAINED,),
}


@dataclass
class Tables:
    """All tables of one model, as they stand at the start; `names` say what the rows mean.

    Stations that only create arrivals come last and are not among `stations_shown`.
    """

    machines: np.ndarray
    stations: np.ndarray
    crews: np.ndarray
    calendars: np.ndarray
    calendar_t: np.ndarray
    calendar_v: np.ndarray
    materials: np.ndarray
    sources: np.ndarray
    sequence: np.ndarray
    setups: np.ndarray
    script: np.ndarray
    distributions: np.ndarray
    quantiles: np.ndarray
    first_route: np.ndarray
    route_to: np.ndarray
    route_share: np.ndarray
    order_left: np.ndarray
    station_names: tuple[str, ...]
    stations_shown: int
    product_names: tuple[str, ...]
    crew_names: tuple[str, ...]
    material_names: tuple[str, ...]
    order_names: tuple[str, ...]
    order_due_s: np.ndarray
    parts: int = 4096
    horizon_s: float = 0.0

    def grow(self) -> None:
        """Twice the room for parts. Raises LineError where a queue grows beyond all bounds."""
        if self.parts >= MOST_PARTS:
            raise LineError(
                f"more than {MOST_PARTS:,} parts wait in this line",
                "source",
                "More enters than it can work off: lower the arrivals or add capacity.",
            )
        self.parts *= 2


class _Builder:
    """Collects distributions and names while the tables are written."""

    def __init__(self, line: Line, horizon_s: float) -> None:
        self.line = line
        self.horizon_s = horizon_s
        self.start = (line.model.start or MONDAY).replace(tzinfo=None)
        self.products = tuple(line.product) or ("part",)
        self.distributions: list[tuple[int, float, float, float, float]] = []
        self.quantiles: list[tuple[float, ...]] = []
        self.sources = [(name, s) for name, s in line.source.items()]
        self.arrivals = [(n, s) for n, s in self.sources if s.policy not in ("saturated", "orders")]
        self.stations = tuple(line.station)
        self.all_stations = (*self.stations, *(f"arrivals {n}" for n, _ in self.arrivals))
        self.station_row = {name: k for k, name in enumerate(self.all_stations)}
        self.crew_row = {name: k for k, name in enumerate(line.crew)}
        self.material_row = {name: k for k, name in enumerate(line.material)}
        self.calendar_rows: dict[tuple[str, int], int] = {}
        self.calendar_data: list[tuple[int, list[float], list[int]]] = []

    def add(self, d: Distribution) -> int:
        """Row of a distribution."""
        if d.kind == TABLE:
            self.quantiles.append(d.quantiles)
            self.distributions.append((TABLE, float(len(self.quantiles) - 1), d.b, 0.0, d.mean))
        else:
            self.distributions.append((d.kind, d.a, d.b, d.c, d.mean))
        return len(self.distributions) - 1

    def station(self, name: str, where: str) -> int:
        """Row of a station, or SINK and SCRAP for "out" and "scrap"."""
        if name in ("out", "sink"):
            return r.SINK
        if name == "scrap":
            return r.SCRAP
        if name not in self.line.station:
            raise LineError(f'there is no station "{name}"', where, f"Stations are: {', '.join(self.stations[:12])}.")
        return self.station_row[name]

    def product(self, name: str, where: str) -> int:
        """Row of a product."""
        if name not in self.products:
            raise LineError(f'there is no product "{name}"', where, f"Products are: {', '.join(self.products[:12])}.")
        return self.products.index(name)

    def crew(self, name: str | None, where: str) -> int:
        """Row of a crew, -1 for none."""
        if name is None:
            return -1
        if name not in self.crew_row:
            raise LineError(f'there is no crew "{name}"', where, "Add it under [crew.…].")
        return self.crew_row[name]

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


def build(line: Line, horizon_s: float, extra_stops: tuple[tuple[float, float, str, int, bool], ...] = ()) -> Tables:
    """The tables of a line for one horizon (s). Raises LineError.

    `extra_stops` are (at_s, duration_s, station, machine from 1, planned): a scenario's failures and stops.
    """
    b = _Builder(line, horizon_s)
    machines = [_machine(b, name, s, k) for name, s in line.station.items() for k in range(s.machines)]
    stations = _stations(b)
    for name, source in b.arrivals:
        _arrival_machine(b, name, machines, stations, source.policy)
    sources, sequence, orders = _sources(b, stations)
    first_route, route_to, route_share = _routes(b)
    setups = _setups(b, stations)
    calendars, calendar_t, calendar_v = _calendars(b)
    machine_table = np.zeros(len(machines), r.MACHINE)
    for k, values in enumerate(machines):
        for key, value in values.items():
            machine_table[k][key] = value
    crews = _crews(b)
    script = _script(b, extra_stops)
    materials = _materials(b)
    calendars, calendar_t, calendar_v = _calendars(b)
    shown = len(b.stations)
    ordered = list(orders)
    return Tables(
        machines=machine_table,
        stations=stations,
        crews=crews,
        calendars=calendars,
        calendar_t=calendar_t,
        calendar_v=calendar_v,
        materials=materials,
        sources=sources,
        sequence=sequence,
        setups=setups,
        script=script,
        distributions=np.array(b.distributions, DISTRIBUTION),
        quantiles=np.array(b.quantiles) if b.quantiles else np.zeros((1, 2)),
        first_route=first_route,
        route_to=route_to,
        route_share=route_share,
        order_left=np.array([o.quantity for o in ordered], np.int64),
        station_names=b.all_stations,
        stations_shown=shown,
        product_names=b.products,
        crew_names=tuple(line.crew),
        material_names=tuple(line.material),
        order_names=tuple(o.id for o in ordered),
        order_due_s=np.array([_due_s(o.due, b.start) for o in ordered], np.float64),
        horizon_s=horizon_s,
    )


def _due_s(due: datetime | str | float | None, start: datetime) -> float:
    if due is None:
        return float("inf")
    if isinstance(due, datetime):
        return (due.replace(tzinfo=None) - start).total_seconds()
    return seconds(due, "order.due")


def _times(b: _Builder, s: Station, name: str) -> list[Distribution]:
    where = f"station.{name}.time"
    if isinstance(s.time, str | int | float):
        return [distribution(s.time, where)] * len(b.products)
    for product in s.time:
        if product != "default":
            b.product(product, where)
    by_name = {p: distribution(t, where) for p, t in s.time.items()}
    fallback = by_name.get("default") or next(iter(by_name.values()))
    return [by_name.get(p, fallback) for p in b.products]


def _machine(b: _Builder, name: str, s: Station, k: int) -> dict[str, object]:
    where = f"station.{name}"
    calendar, on = b.calendar(s.calendar, 1, f"{where}.calendar")
    kw = np.zeros(r.N_STATES)
    for key, value in s.power.items():
        if key not in POWER_KEYS:
            raise LineError(
                f'"{key}" is not a state with a power', f"{where}.power", f"Known are: {', '.join(POWER_KEYS)}."
            )
        kw[list(POWER_KEYS[key])] = value
    for key, state in (("blocked", r.BLOCKED), ("setup", r.SETTING_UP)):
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
        values["ttf"] = b.add(_mean_is_exponential(f.mtbf, f"{where}.failure.mtbf"))
        values["ttr"] = b.add(_mean_is_exponential(f.mttr, f"{where}.failure.mttr"))
        values["repair_crew"] = b.crew(f.crew, f"{where}.failure.crew")
    elif s.maintenance:
        values["ttr"] = b.add(Distribution(0, 0.0))
    if s.operators is not None:
        values["operator_crew"] = b.crew(s.operators.crew, f"{where}.operators.crew")
        values["operators"] = s.operators.n
    return values


def _mean_is_exponential(value: str | float, where: str) -> Distribution:
    """A bare time between failures or to repair is the mean of an exponential distribution."""
    d = distribution(value, where)
    if d.kind == 0:
        if d.a <= 0:
            raise LineError(
                "the time must be more than zero", where, "Leave failure out for a machine that never fails."
            )
        return distribution(f"exponential({d.a} s)", where)
    return d


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


def _stations(b: _Builder) -> np.ndarray:
    table = np.zeros(len(b.all_stations), r.STATION)
    for name in ("source", "material", "setup_group", "head", "tail", "blocked_head", "blocked_tail", "listed_next"):
        table[name] = -1
    for name in ("transit_head", "transit_tail", "rework_to"):
        table[name] = -1
    table["yield_share"] = 1.0
    inputs = _inputs(b)
    first = 0
    for k, (name, s) in enumerate(b.line.station.items()):
        where = f"station.{name}"
        row = table[k]
        row["first"], row["n"] = first, s.machines
        first += s.machines
        capacity, transit_s = inputs.get(name, (s.buffer, 0.0))
        row["capacity"] = UNLIMITED if capacity is None else capacity
        row["transit_s"] = transit_s
        if transit_s > 0 and row["capacity"] == 0:
            raise LineError("a transport needs room for at least one part", where, "Give the buffer a capacity.")
        row["stream"] = stream_of(name)
        rows = [b.add(d) for d in _times(b, s, name)]
        row["process"] = rows[0]
        row["yield_share"] = _yield_share(s)
        if s.quality is not None and s.quality.rework is not None:
            row["rework_to"] = b.station(s.quality.rework.to, f"{where}.quality.rework.to")
            row["rework_share"] = s.quality.rework.share
            row["max_rework"] = s.quality.rework.max
        if len(s.consumes) > 1:
            raise LineError("a station consumes one material at most", f"{where}.consumes", "Name the scarcest one.")
        for material, quantity in s.consumes.items():
            if material not in b.material_row:
                raise LineError(f'there is no material "{material}"', f"{where}.consumes", "Add it under [material.…].")
            row["material"], row["material_n"] = b.material_row[material], int(np.ceil(quantity))
    moving = np.flatnonzero(table["transit_s"] > 0)
    table["transit_timer"][moving] = np.arange(len(moving))
    table["transit_station"][: len(moving)] = moving
    return table


def _inputs(b: _Builder) -> dict[str, tuple[int | None, float]]:
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
        return seconds(time, where)
    if speed is None or length is None:
        raise LineError(
            "a transport needs a time, or speed_m_s and length_m", where, 'Write transport = { time = "15 s" }.'
        )
    return length / speed


def _arrival_machine(
    b: _Builder, name: str, machines: list[dict[str, object]], stations: np.ndarray, policy: str
) -> None:
    match = _ARRIVALS.match(policy)
    text = f"{match[1]}{match[2] or ''}" if match is not None else policy
    row = b.station_row[f"arrivals {name}"]
    rows = [b.add(distribution(text, f"source.{name}.policy")) for _ in b.products]
    stations[row]["first"], stations[row]["n"] = len(machines), 1
    stations[row]["process"] = rows[0]
    stations[row]["stream"] = stream_of(f"arrivals {name}")
    stations[row]["entry"] = r.ARRIVALS
    machines.append(
        {
            "station": row,
            "stream": stream_of(f"arrivals {name}#1"),
            "calendar": -1,
            "on": 1,
            "up": 1,
            "part": -1,
            "last_product": -1,
            "repair_crew": -1,
            "crew_now": -1,
            "operator_crew": -1,
            "blocked_next": -1,
            "crew_next": -1,
            "state": r.STARVED,
            "speed": 1.0,
            "event_at": np.inf,
        }
    )


def _sources(b: _Builder, stations: np.ndarray) -> tuple[np.ndarray, np.ndarray, tuple]:
    """Sources with their sequences of (product, order), and the orders in the order in which they are made."""
    book = tuple(sorted(b.line.order, key=lambda o: o.priority))
    sequence: list[tuple[int, int]] = []
    table = np.zeros(max(len(b.sources), 1), r.SOURCE)
    taken: set[int] = set()
    for k, (name, source) in enumerate(b.sources):
        where = f"source.{name}"
        offset = len(sequence)
        repeat = 1
        if source.policy == "orders":
            repeat = 0
            for n, order in enumerate(book):
                product = b.product(order.product, f"order {order.id}")
                if n not in taken and _begins(b, product) in (None, source.feeds):
                    taken.add(n)
                    sequence += [(product, n)] * order.quantity
        elif source.lots:
            for lot in source.lots:
                sequence += [(b.product(lot.product, f"{where}.lots"), -1)] * lot.quantity
        else:
            sequence += [(p, -1) for p in range(len(b.products))]
        if len(sequence) == offset:
            raise LineError("the order book is empty", where, "Add [[order]] tables, or another policy.")
        row = (
            b.station_row[f"arrivals {name}"]
            if (name, source) in b.arrivals
            else b.station(source.feeds, f"{where}.feeds")
        )
        if row < 0 or stations[row]["source"] >= 0:
            raise LineError(f'"{source.feeds}" cannot be fed by this source', where, "One source per station.")
        stations[row]["source"] = k
        if stations[row]["entry"] == 0:
            stations[row]["entry"] = r.SATURATED
        table[k]["offset"], table[k]["n"], table[k]["repeat"] = offset, len(sequence) - offset, repeat
    if not b.sources:
        raise LineError("nothing enters this line", "source", 'Add a source: [source.main] feeds = "…".')
    return table, np.array(sequence, np.int64).reshape(-1, 2), book if taken else ()


def _begins(b: _Builder, product: int) -> str | None:
    """The station at which a product's route begins; None without a route."""
    entry = b.line.product.get(b.products[product])
    return entry.route[0] if entry is not None and entry.route else None


def _ways(b: _Builder, name: str, product: int) -> list[tuple[int, float]]:
    """Where a product goes from a station, with probabilities that add up to one."""
    where = f"station.{name}.next"
    following = b.line.station[name].next
    if isinstance(following, str):
        return [(b.station(following, where), 1.0)]
    if following:
        total = sum(n.share for n in following)
        if abs(total - 1) > 1e-6:
            raise LineError(f"the shares add up to {total:g}", where, "They must add up to 1.")
        return [(b.station(n.to, where), n.share) for n in _positive(following)]
    entry = b.line.product.get(b.products[product])
    route = entry.route if entry else ()
    if name in route:
        place = route.index(name)
        if route.count(name) > 1:
            raise LineError(
                f'the route visits "{name}" twice', f"product.{b.products[product]}.route", "Use next instead."
            )
        return [
            (
                b.station(route[place + 1], f"product.{b.products[product]}.route")
                if place + 1 < len(route)
                else r.SINK,
                1.0,
            )
        ]
    if not any(p.route for p in b.line.product.values()):
        place = b.stations.index(name)
        return [(place + 1 if place + 1 < len(b.stations) else r.SINK, 1.0)]
    return [(r.SINK, 1.0)]


def _positive(following: tuple[NextStation, ...]) -> list[NextStation]:
    return [n for n in following if n.share > 0]


def _routes(b: _Builder) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    first, to, share = [0], [], []
    feeds = {f"arrivals {n}": s.feeds for n, s in b.arrivals}
    for name in b.all_stations:
        for product in range(len(b.products)):
            ways = [(b.station(feeds[name], "source.feeds"), 1.0)] if name in feeds else _ways(b, name, product)
            to += [row for row, _ in ways]
            share += list(np.cumsum([p for _, p in ways]))
            first.append(len(to))
    return np.array(first, np.int64), np.array(to, np.int64), np.array(share, np.float64)


def _setups(b: _Builder, stations: np.ndarray) -> np.ndarray:
    n = len(b.products)
    groups: list[np.ndarray] = []
    for k, (name, s) in enumerate(b.line.station.items()):
        if s.setup is None:
            continue
        where = f"station.{name}.setup"
        matrix = np.full((n, n), -1, np.int64)
        entries = {"default": s.setup} if isinstance(s.setup, str | int | float) else dict(s.setup)
        default = entries.pop("default", None)
        if default is not None:
            matrix[:] = b.add(distribution(default, where))
        for key, value in entries.items():
            before, arrow, after = (p.strip() for p in key.partition(">"))
            if not arrow:
                raise LineError(f'"{key}" is not a change of product', where, 'Write "A>B" or "default".')
            matrix[b.product(before, where), b.product(after, where)] = b.add(distribution(value, where))
        np.fill_diagonal(matrix, -1)
        stations[k]["setup_group"] = len(groups)
        groups.append(matrix)
    return np.array(groups, np.int64) if groups else np.zeros((1, 1, 1), np.int64)


def _crews(b: _Builder) -> np.ndarray:
    table = np.zeros(max(len(b.line.crew), 1), r.CREW)
    table["head"] = table["tail"] = table["calendar"] = -1
    for k, (name, crew) in enumerate(b.line.crew.items()):
        row, now = b.calendar(crew.calendar, crew.size, f"crew.{name}.calendar")
        table[k]["calendar"], table[k]["size"], table[k]["free"] = row, now, now
    return table


def _calendars(b: _Builder) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    table = np.zeros(len(b.calendar_data), r.CALENDAR)
    times: list[float] = []
    values: list[int] = []
    for k, (_, t, v) in enumerate(b.calendar_data):
        table[k]["offset"], table[k]["n"] = len(times), len(t)
        times += t
        values += v
    return table, np.array([*times, np.inf]), np.array([*values, 0], np.int64)


def _materials(b: _Builder) -> np.ndarray:
    table = np.zeros(len(b.line.material), r.MATERIAL)
    for k, (name, m) in enumerate(b.line.material.items()):
        table[k]["stock"] = m.initial
        table[k]["next"] = np.inf
        if m.supply is not None:
            period = seconds(m.supply.every, f"material.{name}.supply.every")
            if period <= 0:
                raise LineError(
                    "the period must be more than zero", f"material.{name}.supply.every", 'Write for example "8 h".'
                )
            table[k]["period"], table[k]["quantity"] = period, m.supply.quantity
            table[k]["delay_row"] = b.add(distribution(m.supply.delay, f"material.{name}.supply.delay"))
            table[k]["next"] = period + seconds(m.supply.late, f"material.{name}.supply.late")
    return table


def _script(b: _Builder, extra: tuple[tuple[float, float, str, int, bool], ...]) -> np.ndarray:
    rows: list[tuple[float, float, int, int, int]] = []
    first = {name: sum(s.machines for s in list(b.line.station.values())[:k]) for k, name in enumerate(b.stations)}
    for name, s in b.line.station.items():
        for m in s.maintenance:
            where = f"station.{name}.maintenance"
            if m.machine > s.machines:
                raise LineError(f"there is no machine {m.machine}", where, f"The station has {s.machines}.")
            duration = seconds(m.duration, where)
            if m.every is not None:
                period = seconds(m.every, where)
                if period <= 0:
                    raise LineError("the period must be more than zero", where, 'Write for example "40 h".')
                begin = seconds(m.at, where) if m.at is not None else period
                times = list(np.arange(begin, b.horizon_s, period))
            else:
                times = [seconds(m.at or 0.0, where)]
            crew = b.crew(m.crew, where)
            rows += [(float(t), max(duration, 1e-6), first[name] + m.machine - 1, 1, crew) for t in times]
    for at, duration, name, machine, planned in extra:
        b.station(name, "scenario")
        if not 1 <= machine <= b.line.station[name].machines:
            raise LineError(f'station "{name}" has no machine {machine}', "scenario", "Count machines from 1.")
        rows.append((at, max(duration, 1e-6), first[name] + machine - 1, int(planned), -1))
    return np.array(sorted(rows), r.SCRIPT) if rows else np.zeros(0, r.SCRIPT)


def reachable(line: Line) -> set[str]:
    """Stations that some source can reach along routes and rework."""
    b = _Builder(line, 1.0)
    edges: dict[str, set[str]] = {name: set() for name in line.station}
    for name, s in line.station.items():
        for product in (p for p in range(len(b.products)) if _visits(b, name, p)):
            edges[name] |= {b.all_stations[row] for row, _ in _ways(b, name, product) if row >= 0}
        if s.quality is not None and s.quality.rework is not None:
            edges[name].add(s.quality.rework.to)
    seen: set[str] = set()
    todo = [s.feeds for s in line.source.values() if s.feeds in edges]
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            todo += list(edges.get(name, ()))
    return seen


def last_stations(line: Line) -> set[str]:
    """Stations from which some product leaves the line as a good part."""
    b = _Builder(line, 1.0)
    return {
        name
        for name in line.station
        for product in range(len(b.products))
        if _visits(b, name, product) and any(row == r.SINK for row, _ in _ways(b, name, product))
    }


def _visits(b: _Builder, name: str, product: int) -> bool:
    """Whether a product may come to a station at all."""
    entry = b.line.product.get(b.products[product])
    return entry is None or not entry.route or name in entry.route


def pairs_of(line: Line) -> set[tuple[str, str]]:
    """(from, to) pairs of the flow, for drawing and for matching with a scene."""
    b = _Builder(line, 1.0)
    return {
        (name, b.all_stations[row])
        for name in line.station
        for product in range(len(b.products))
        if _visits(b, name, product)
        for row, _ in _ways(b, name, product)
        if row >= 0
    }
