"""How parts enter and move: sources, order book and routes as the engine's tables, and the graph they make."""

import re

import numpy as np

from twinviewer.model.errors import LineError
from twinviewer.simulation import records as r
from twinviewer.simulation.builder import RELEASED, Builder
from twinviewer.simulation.line import Line, SourceOfParts
from twinviewer.simulation.quantities import Distribution, distribution
from twinviewer.simulation.random_numbers import CONSTANT, stream_of
from twinviewer.simulation.station import NextStation

UNLIMITED = 2**30  # room
MOST_LISTED = 10_000_000  # parts of an order book, or of a source's lots
_ARRIVALS = re.compile(r"""^\s*arrivals\s*\(\s*["']?(.*?)["']?\s*\)\s*(\*.*)?$""", re.DOTALL)


def arrival_machine(
    b: Builder, name: str, machines: list[dict[str, object]], stations: np.ndarray, source: SourceOfParts
) -> None:
    """What makes the parts of a source, one after the other."""
    text = _text_between(name, source)
    between = _between(text, f"source.{name}.policy")
    b.paced(between.mean, f"source.{name}.policy")
    stations[b.station_row[f"arrivals {name}"]]["entry"] = r.ARRIVALS
    _hidden_station(b, f"arrivals {name}", between, machines, stations)


def door(b: Builder, name: str, machines: list[dict[str, object]], stations: np.ndarray) -> None:
    """Where the parts of a source wait that find a full buffer: they arrive although nobody has room for them."""
    stations[b.station_row[f"outside {name}"]]["capacity"] = UNLIMITED
    _hidden_station(b, f"outside {name}", Distribution(CONSTANT, 0.0), machines, stations)


def _hidden_station(
    b: Builder, name: str, time: Distribution, machines: list[dict[str, object]], stations: np.ndarray
) -> None:
    row = b.station_row[name]
    stations[row]["first"], stations[row]["n"] = len(machines), 1
    rows = [b.add(time) for _ in b.laps]  # one behind the other
    stations[row]["process"] = rows[0]
    stations[row]["stream"] = stream_of(name)
    nobody = dict.fromkeys(
        ("calendar", "part", "last_product", "repair_crew", "crew_now", "setup_crew", "operator_crew"), -1
    )
    nobody |= {"blocked_next": -1, "crew_next": -1}
    own = {"station": row, "stream": stream_of(f"{name}#1"), "on": 1, "up": 1, "state": r.STARVED, "speed": 1.0}
    machines.append({**nobody, **own, "event_at": np.inf})


def _text_between(name: str, source: SourceOfParts) -> str | float:
    if source.takt is None:
        match = _ARRIVALS.match(source.policy)
        return f"{match[1]}{match[2] or ''}" if match is not None else source.policy
    if source.policy not in RELEASED:
        remedy = "Leave out the takt, or the time between arrivals."
        raise LineError("a takt and a time between arrivals exclude each other", f"source.{name}.takt", remedy)
    return source.takt


def _between(text: str | float, where: str) -> Distribution:
    """The distribution of the time between arrivals."""
    try:
        between = distribution(text, where)
    except LineError as error:
        remedy = 'Write "saturated", "orders", or the time between arrivals such as "exponential(60 s)".'
        raise LineError(f"this is no policy of a source: {error.text}", where, remedy) from error
    if not between.mean > 0:
        raise LineError("the time between arrivals is zero", where, 'Write "saturated" for parts that never lack.')
    return between


def source_tables(b: Builder, stations: np.ndarray) -> tuple[np.ndarray, np.ndarray, tuple]:
    """Sources with their sequences of (product, order), and the orders in the order in which they are made."""
    book = tuple(sorted(b.line.order, key=lambda o: o.priority))
    sequence: list[tuple[int, int]] = []
    table = np.zeros(max(len(b.sources), 1), r.SOURCE)
    taken: set[int] = set()
    _not_too_many(b)
    for k, (name, source) in enumerate(b.sources):
        where = f"source.{name}"
        offset = len(sequence)
        repeat = 1
        if source.policy == "orders":
            repeat = 0
            for n, order in enumerate(book):
                product = b.product(order.product, f"order.{order.id}.product")
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
        if row < 0:
            raise LineError(f'"{source.feeds}" is no station', f"{where}.feeds", "Feed a station.")
        if stations[row]["source"] >= 0:
            text = f'"{source.feeds}" is fed by another source that is saturated or has orders'
            raise LineError(text, f"{where}.feeds", "Make them one source, or give both a time between arrivals.")
        stations[row]["source"] = k
        if stations[row]["entry"] == 0:
            stations[row]["entry"] = r.SATURATED
        table[k]["offset"], table[k]["n"], table[k]["repeat"] = offset, len(sequence) - offset, repeat
    if not b.sources:
        raise LineError("nothing enters this line", "source", 'Add a source: [source.main] feeds = "…".')
    return table, np.array(sequence, np.int64).reshape(-1, 2), book if taken else ()


def _not_too_many(b: Builder) -> None:
    for where, parts in [
        ("order", sum(o.quantity for o in b.line.order)),
        *((f"source.{name}.lots", sum(x.quantity for x in source.lots)) for name, source in b.sources),
    ]:
        if parts > MOST_LISTED:
            raise LineError(f"these are {parts:,} parts", where, f"Up to {MOST_LISTED:,} can be simulated.")


def _begins(b: Builder, product: int) -> str | None:
    """The station at which a product's route begins; None without a route."""
    entry = b.line.product.get(b.products[product])
    return entry.route[0] if entry is not None and entry.route else None


def _ways(b: Builder, name: str, lap: int) -> list[tuple[int, float, int]]:
    """Where a product goes from a station on one of its laps: row, probability (they add up to one), the next lap."""
    where = f"station.{name}.next"
    following = b.line.station[name].next
    if isinstance(following, str):
        return [(b.station(following, where), 1.0, lap)]
    if following:
        total = sum(n.share for n in following)
        if abs(total - 1) > 1e-6:
            raise LineError(f"the shares add up to {total:g}", where, "They must add up to 1.")
        return [(b.station(n.to, where), n.share, lap) for n in _positive(following)]
    route = _route(b, lap)
    if name in route:
        place = _place(b, name, lap) + 1
        if place == len(route):
            return [(r.SINK, 1.0, lap)]
        row = b.station(route[place], f"product.{b.laps[lap].product}.route")
        return [(row, 1.0, _lap_at(b, lap, place))]
    if not any(p.route for p in b.line.product.values()):
        place = b.stations.index(name)
        return [(place + 1 if place + 1 < len(b.stations) else r.SINK, 1.0, lap)]
    return [(r.SINK, 1.0, lap)]


def _route(b: Builder, lap: int) -> tuple[str, ...]:
    entry = b.line.product.get(b.laps[lap].product)
    return entry.route if entry is not None else ()


def _place(b: Builder, name: str, lap: int) -> int:
    """The step of the route that a visit to a station is on a lap, or was last before it, or will be."""
    route, end = _route(b, lap), b.laps[lap].end
    before = [k for k in range(end) if route[k] == name]
    return before[-1] if before else route.index(name)


def _lap_at(b: Builder, lap: int, place: int) -> int:
    """The lap of the same product to which a step of its route belongs."""
    product = b.laps[lap].product
    return next(k for k, x in enumerate(b.laps) if x.product == product and x.begin <= place < x.end)


def _rework_lap(b: Builder, name: str, lap: int) -> int:
    """The lap on which a bad part goes on from the station that works on it again."""
    s = b.line.station[name]
    to = s.quality.rework.to if s.quality is not None and s.quality.rework is not None else ""
    return _lap_at(b, lap, _place(b, to, lap)) if to in _route(b, lap) else lap


def _positive(following: tuple[NextStation, ...]) -> list[NextStation]:
    return [n for n in following if n.share > 0]


def route_tables(b: Builder) -> tuple[np.ndarray, np.ndarray]:
    """Routes (stations x laps + 1,) and their ways."""
    routes = np.zeros(len(b.all_stations) * len(b.laps) + 1, r.ROUTE)
    ways: list[tuple[float, int, int]] = []
    feeds = {f"outside {n}": b.line.source[n].feeds for n in b.doors}
    feeds |= {f"arrivals {n}": f"outside {n}" if n in b.doors else s.feeds for n, s in b.arrivals}
    row = 0
    for name in b.all_stations:
        for lap in range(len(b.laps)):
            fed = name in feeds
            found = [(b.station_row[feeds[name]], 1.0, lap)] if fed else _ways(b, name, lap)
            routes[row] = len(ways), lap if fed else _rework_lap(b, name, lap)
            shares = np.cumsum([p for _, p, _ in found])
            ways += [(float(share), to, after) for share, (to, _, after) in zip(shares, found, strict=True)]
            row += 1
    routes[row]["first"] = len(ways)
    return routes, np.array(ways, r.WAY)


def reachable(line: Line) -> set[str]:
    """Stations that some source can reach along routes and rework."""
    b = Builder(line, 1.0)
    edges: dict[str, set[str]] = {name: set() for name in line.station}
    for name, s in line.station.items():
        for lap in (k for k in range(len(b.laps)) if _visits(b, name, k)):
            edges[name] |= {b.all_stations[row] for row, _, _ in _ways(b, name, lap) if row >= 0}
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
    b = Builder(line, 1.0)
    return {
        name
        for name in line.station
        for lap in range(len(b.laps))
        if _visits(b, name, lap) and any(row == r.SINK for row, _, _ in _ways(b, name, lap))
    }


def _visits(b: Builder, name: str, lap: int) -> bool:
    """Whether a product may come to a station at all on a lap."""
    route, x = _route(b, lap), b.laps[lap]
    return not route or name in route[x.begin : x.end]


def leaving(line: Line) -> set[str]:
    """Stations from which some product leaves the line, as a good part or as a material."""
    b = Builder(line, 1.0)
    return last_stations(line) | {
        name
        for name in line.station
        for lap in range(len(b.laps))
        if _visits(b, name, lap) and any(row <= r.MADE for row, _, _ in _ways(b, name, lap))
    }


def made_of(line: Line) -> set[str]:
    """Materials that the line makes itself."""
    b = Builder(line, 1.0)
    names = list(line.material)
    return {
        names[r.MADE - row]
        for name in line.station
        for lap in range(len(b.laps))
        if _visits(b, name, lap)
        for row, _, _ in _ways(b, name, lap)
        if row <= r.MADE
    }


def made_at(line: Line, station: str) -> tuple[str, ...]:
    """The products that come to a station; all of the line's where none does."""
    b = Builder(line, 1.0)
    found = tuple(dict.fromkeys(lap.product for k, lap in enumerate(b.laps) if _visits(b, station, k)))
    return found or b.products


def pairs_of(line: Line) -> set[tuple[str, str]]:
    """(from, to) pairs of the flow, for drawing and for matching with a scene."""
    b = Builder(line, 1.0)
    return {
        (name, b.all_stations[row])
        for name in line.station
        for lap in range(len(b.laps))
        if _visits(b, name, lap)
        for row, _, _ in _ways(b, name, lap)
        if row >= 0
    }


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
