"""From a flow model to the engine's tables."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from twinviewer.model.errors import LineError
from twinviewer.simulation import records as r
from twinviewer.simulation.builder import Builder, skilled
from twinviewer.simulation.demand import paces, with_demand
from twinviewer.simulation.flow_tables import arrival_machine, door, made_at, route_tables, source_tables
from twinviewer.simulation.line import Line
from twinviewer.simulation.machine_tables import machine_row, station_table
from twinviewer.simulation.quantities import distribution, due_s, seconds, span_s
from twinviewer.simulation.random_numbers import DISTRIBUTION, stream_of
from twinviewer.simulation.tariff import quarter_prices

MOST_PARTS = 4_000_000
MOST_TIMES = 1_000_000  # of one delivery or stop within a horizon


@dataclass
class Tables:
    """All tables of one model, as they stand at the start; `names` say what the rows mean.

    Stations that only create arrivals come last and are not among `stations_shown`. Within the engine a product is one
    of its laps (`builder.Lap`); `lap_product` int64 (laps,) says of which product each is one.
    """

    machines: np.ndarray
    stations: np.ndarray
    crews: np.ndarray
    calendars: np.ndarray
    calendar_t: np.ndarray
    calendar_v: np.ndarray
    materials: np.ndarray
    needs: np.ndarray
    sources: np.ndarray
    sequence: np.ndarray
    setups: np.ndarray
    script: np.ndarray
    distributions: np.ndarray
    quantiles: np.ndarray
    routes: np.ndarray
    ways: np.ndarray
    lap_product: np.ndarray
    order_left: np.ndarray
    station_names: tuple[str, ...]
    stations_shown: int
    product_names: tuple[str, ...]
    crew_names: tuple[str, ...]
    material_names: tuple[str, ...]
    order_names: tuple[str, ...]
    order_due_s: np.ndarray
    usual_product: np.ndarray
    prices: np.ndarray
    parts: int = 4096
    horizon_s: float = 0.0

    def grow(self, tried: int) -> None:
        """Twice the room that was `tried`, once for all threads. Raises LineError where a queue grows beyond all
        bounds."""
        if tried >= MOST_PARTS:
            raise LineError(
                f"more than {MOST_PARTS:,} parts wait in this line",
                "source",
                "More enters than it can work off: lower the arrivals or add capacity.",
            )
        self.parts = max(self.parts, 2 * tried)


def build(
    line: Line,
    horizon_s: float,
    extra_stops: tuple[tuple[float, float, str, int, bool], ...] = (),
    warmup_s: float = 0.0,
) -> Tables:
    """The tables of a line for one horizon (s) after a warm-up that comes before it. Raises LineError.

    `extra_stops` are (at_s, duration_s, station, machine from 1, planned): a scenario's failures and stops, counted
    like all times of the line from the end of the warm-up.
    """
    _doubles(line)
    line = with_demand(line)
    b = Builder(line, horizon_s, warmup_s)
    machines = [machine_row(b, name, s, k) for name, s in line.station.items() for k in range(s.machines)]
    stations = station_table(b)
    for name, source in b.arrivals:
        arrival_machine(b, name, machines, stations, source)
    for name in b.doors:
        door(b, name, machines, stations)
    sources, sequence, orders = source_tables(b, stations)
    routes, ways = route_tables(b)
    setups = _setups(b, stations)
    machine_table = np.zeros(len(machines), r.MACHINE)
    for k, values in enumerate(machines):
        for key, value in values.items():
            machine_table[k][key] = value
    script = _script(b, extra_stops)
    crews = _crews(b)
    materials = _materials(b)
    calendars, calendar_t, calendar_v = _calendars(b)
    shown = len(b.stations)
    ordered = list(orders)
    zero = b.start + timedelta(seconds=warmup_s)
    return Tables(
        machines=machine_table,
        stations=stations,
        crews=crews,
        calendars=calendars,
        calendar_t=calendar_t,
        calendar_v=calendar_v,
        materials=materials,
        needs=np.array(b.needs, r.NEED) if b.needs else np.zeros(1, r.NEED),
        sources=sources,
        sequence=sequence,
        setups=setups,
        script=script,
        distributions=np.array(b.distributions, DISTRIBUTION),
        quantiles=np.array(b.quantiles) if b.quantiles else np.zeros((1, 2)),
        routes=routes,
        ways=ways,
        lap_product=np.array(b.lap_product, np.int64),
        order_left=np.array([o.quantity for o in ordered], np.int64),
        station_names=b.all_stations,
        stations_shown=shown,
        product_names=b.products,
        crew_names=tuple(line.crew),
        material_names=tuple(line.material),
        order_names=tuple(o.id for o in ordered),
        order_due_s=np.array([due_s(o.due, zero, f"order.{o.id}.due") for o in ordered], np.float64) + warmup_s,
        usual_product=np.array([b.products.index(made_at(line, n)[0]) for n in b.stations], np.int64),
        prices=quarter_prices(b),
        horizon_s=b.horizon_s,
    )


def horizon_of(line: Line) -> float:
    """How long a run of the line lasts by default, s. Raises LineError."""
    horizon_s = seconds(line.model.horizon, "model.horizon")
    if not 0 < horizon_s < float("inf"):
        raise LineError("the horizon must be more than zero", "model.horizon", 'Write for example "7 d".')
    return horizon_s


def _doubles(line: Line) -> None:
    seen: set[str] = set()
    for o in line.order:
        if o.id in seen:
            raise LineError(f'order "{o.id}" is there twice', f"order.{o.id}", "Give each order its own id.")
        seen.add(o.id)


def _setups(b: Builder, stations: np.ndarray) -> np.ndarray:
    groups: list[np.ndarray] = []
    for k, (name, s) in enumerate(b.line.station.items()):
        if s.setup is not None:
            entries = {"default": s.setup} if isinstance(s.setup, str | int | float) else s.setup
            stations[k]["setup_group"] = len(groups)
            groups.append(_setup_rows(b, entries, f"station.{name}.setup")[np.ix_(b.lap_product, b.lap_product)])
    return np.array(groups, np.int64) if groups else np.zeros((1, 1, 1), np.int64)


def _setup_rows(b: Builder, entries: Mapping[str, str | float], where: str) -> np.ndarray:
    """The distribution of every change from one product (row) to another: int64 (products, products), -1 for none.

    What is written for two products counts before what is written for their families, and that before the default.
    """
    family = [b.line.product[p].family if p in b.line.product else "" for p in b.products]
    members = {p: [k] for k, p in enumerate(b.products)}
    for f in dict.fromkeys(family):
        if f:
            members.setdefault(f, [k for k, own in enumerate(family) if own == f])
    matrix = np.full((len(b.products), len(b.products)), -1, np.int64)
    default = entries.get("default")
    if default is not None:
        row = b.add(distribution(default, where))
        matrix[[[f != g or not f for g in family] for f in family]] = row
    named: list[tuple[int, list[int], list[int], int]] = []
    for key, value in entries.items():
        if key == "default":
            continue
        ends = [p.strip() for p in key.partition(">")[::2]]
        if ">" not in key:
            raise LineError(f'"{key}" is not a change of product', where, 'Write "A>B" or "default".')
        for end in ends:
            if end not in members:
                known = ", ".join(list(members)[:12])
                raise LineError(f'there is no product or family "{end}"', where, f"There are: {known}.")
        before, after = (members[end] for end in ends)
        families = sum(end not in b.products for end in ends)
        named.append((families, before, after, b.add(distribution(value, where))))
    for _, before, after, row in sorted(named, key=lambda n: -n[0]):
        matrix[np.ix_(before, after)] = row
    np.fill_diagonal(matrix, -1)
    return matrix


def _crews(b: Builder) -> np.ndarray:
    """A row for each crew, and then one for each skill that is asked for."""
    table = np.zeros(max(len(b.line.crew) + len(b.skill_rows), 1), r.CREW)
    table["head"] = table["tail"] = table["calendar"] = -1
    for k, (name, crew) in enumerate(b.line.crew.items()):
        row, now = b.calendar(crew.calendar, crew.size, f"crew.{name}.calendar")
        table[k]["calendar"], table[k]["size"], table[k]["free"] = row, now, now
    for skill, row in b.skill_rows.items():
        table[row]["mask"] = sum(1 << b.crew_row[name] for name in skilled(b.line, skill))
    return table


def _calendars(b: Builder) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    table = np.zeros(len(b.calendar_data), r.CALENDAR)
    times: list[float] = []
    values: list[int] = []
    for k, (_, t, v) in enumerate(b.calendar_data):
        table[k]["offset"], table[k]["n"] = len(times), len(t)
        times += t
        values += v
    return table, np.array([*times, np.inf]), np.array([*values, 0], np.int64)


def _check_period(b: Builder, period_s: float, where: str, example: str) -> None:
    if not period_s > 0:
        raise LineError("the period must be more than zero", where, f'Write for example "{example}".')
    if b.horizon_s / period_s > MOST_TIMES:
        text = f"this happens more than {MOST_TIMES:,} times within the horizon"
        raise LineError(text, where, f'Write a longer period, for example "{example}".')


def _materials(b: Builder) -> np.ndarray:
    table = np.zeros(len(b.line.material), r.MATERIAL)
    for k, (name, m) in enumerate(b.line.material.items()):
        table[k]["stock"] = m.initial
        table[k]["stream"] = stream_of(f"material {name}")
        table[k]["capacity"] = np.inf if m.capacity is None else m.capacity
        table[k]["next"] = np.inf
        if m.supply is not None:
            period = seconds(m.supply.every, f"material.{name}.supply.every")
            _check_period(b, period, f"material.{name}.supply.every", "8 h")
            table[k]["period"], table[k]["quantity"] = period, m.supply.quantity
            table[k]["delay_row"] = b.add(distribution(m.supply.delay, f"material.{name}.supply.delay"))
            table[k]["next"] = b.warmup_s % period + period + span_s(m.supply.late, f"material.{name}.supply.late")
    return table


def _script(b: Builder, extra: tuple[tuple[float, float, str, int, bool], ...]) -> np.ndarray:
    rows: list[tuple[float, float, int, int, int]] = []
    first = {name: sum(s.machines for s in list(b.line.station.values())[:k]) for k, name in enumerate(b.stations)}
    for name, s in b.line.station.items():
        for m in s.maintenance:
            where = f"station.{name}.maintenance"
            if m.machine > s.machines:
                raise LineError(f"there is no machine {m.machine}", where, f"The station has {s.machines}.")
            duration = span_s(m.duration, where)
            if m.every is not None:
                period = seconds(m.every, where)
                _check_period(b, period, where, "40 h")
                begin = b.warmup_s % period + period if m.at is None else b.warmup_s + span_s(m.at, where)
                times = list(np.arange(begin, b.horizon_s, period))
            elif m.at is not None:
                times = [b.warmup_s + span_s(m.at, where)]
            else:
                raise LineError(
                    "a maintenance says neither when nor how often", where, 'Write every = "40 h" or at = "10 h".'
                )
            crew = b.crew(m.crew, where)
            rows += [(float(t), max(duration, 1e-6), first[name] + m.machine - 1, 1, crew) for t in times]
    for at, duration, name, machine, planned in extra:
        b.station(name, "scenario")
        if not 1 <= machine <= b.line.station[name].machines:
            raise LineError(f'station "{name}" has no machine {machine}', "scenario", "Count machines from 1.")
        rows.append((b.warmup_s + at, max(duration, 1e-6), first[name] + machine - 1, int(planned), -1))
    rows += paces(b, sum(s.machines for s in b.line.station.values()))
    return np.array(sorted(rows), r.SCRIPT) if rows else np.zeros(0, r.SCRIPT)
