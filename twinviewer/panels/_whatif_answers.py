"""Turns what the engine finds into the plain data that the what-if panel shows."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from twinviewer.model.state import State
from twinviewer.panels._whatif_found import (
    KPIS,
    SHOWN_STATES,
    Answer,
    Expectation,
    Figure,
    Filed,
    Narrow,
    StationUse,
    Three,
)
from twinviewer.panels._whatif_model import Control, Flow, FlowLink, FlowStation
from twinviewer.panels._whatif_words import number, span
from twinviewer.simulation.lever import Lever

if TYPE_CHECKING:
    from twinviewer.simulation.api import Difference, Estimate, Line, Proposal, Result, Variant

_PARTS = {
    State.RUNNING: ("running",),
    State.SETUP: ("setup",),
    State.BLOCKED: ("blocked",),
    State.STARVED: ("starved", "waiting_for_material"),
    State.IDLE: ("waiting_for_operator",),
    State.FAULT: ("down", "waiting_for_crew"),
    State.MAINTENANCE: ("maintenance",),
    State.OFFLINE: ("off",),
}
_NAN = float("nan")
_DATE = re.compile(r"\s*\d{4}-")
_WEEK_S = 7 * 86400.0


def three(e: "Estimate | Difference") -> Three:
    """Mean, low, high."""
    return e.mean, e.low, e.high


def answer_of(result: "Result", place: int = 0, warnings: Sequence[str] = (), final: bool = True) -> Answer:
    """One scenario of a result (or the baseline alone, where there is none) without samples."""
    base = result.baseline
    other = result.scenarios[place] if len(result.scenarios) > place else None
    figures = []
    for kpi in KPIS:
        b, s = base.kpis.get(kpi.key), other.kpis.get(kpi.key) if other else None
        d = other.difference.get(kpi.key) if other else None
        if b is not None:
            sure = bool(d and d.significant)
            figures.append(Figure(kpi.key, three(b), three(s) if s else None, three(d) if d else None, sure))
    variants = [base] if other is None else [base, other]
    through = variants[-1].kpis.get("throughput_per_h")
    half = through.half_width / abs(through.mean) if through is not None and through.mean else _NAN
    return Answer(
        other.name if other else "", tuple(figures), result.replications, result.wall_s, half,
        tuple(_narrow(v) for v in variants), tuple(v.late_orders for v in variants), _stations(base, variants[-1]),
        result.notes, tuple(warnings), final,
    )  # fmt: skip


def answer_of_variant(v: "Variant", warnings: Sequence[str] = ()) -> Answer:
    """A variant alone, whose baseline is known through the differences: the evidence of a suggestion."""
    figures = []
    for kpi in KPIS:
        s, d = v.kpis.get(kpi.key), v.difference.get(kpi.key)
        if s is not None and d is not None:
            figures.append(Figure(kpi.key, (s.mean - d.mean, _NAN, _NAN), three(s), three(d), d.significant))
    narrows, late = (None, _narrow(v)), ((), v.late_orders)
    return Answer(v.name, tuple(figures), len(v.samples), 0.0, _NAN, narrows, late, (), (), tuple(warnings))


def _narrow(v: "Variant") -> Narrow | None:
    b = v.bottleneck
    return None if b is None else Narrow(b.station, b.load, b.second, three(b.margin))


def _mean(v: "Variant", key: str) -> float:
    found = v.kpis.get(key)
    return found.mean if found is not None else 0.0


def _stations(base: "Variant", other: "Variant") -> tuple[StationUse, ...]:
    names = [n.removeprefix("load.") for n in base.names if n.startswith("load.")]

    def shares(v: "Variant", name: str) -> tuple[float, ...]:
        return tuple(sum(_mean(v, f"state.{name}.{p}") for p in _PARTS[s]) for s in SHOWN_STATES)

    return tuple(
        StationUse(
            n,
            (shares(base, n), shares(other, n)),
            (_mean(base, f"load.{n}"), _mean(other, f"load.{n}")),
            (_mean(base, f"queue.{n}"), _mean(other, f"queue.{n}")),
        )
        for n in names
    )


def controls_of(line: "Line") -> tuple[Control, ...]:
    """Every lever of the line, with the assets its station stands for; a failure for each of its machines."""
    from twinviewer.simulation.api import levers
    from twinviewer.simulation.lint import assets_of

    found: list[Control] = []
    for x in levers(line):
        if x.id.startswith("overtime.") and not _has_evening(line.calendar[x.id.partition(".")[2]].week):
            continue  # work goes on till midnight already: there is nothing to lengthen
        assets = tuple(assets_of(line, x.station)) if x.station else ()
        label = x.label.replace("_", " ")
        if x.id.startswith("failure."):
            found += _failures(line, x, assets)
            continue
        stops = _stops(line, x.station) if x.id.startswith("maintenance.") else ()
        words = _orders(line) if x.id == "sequence" else {}
        found.append(Control(**{**vars(x), "label": label}, assets=assets, stretches=stops, words=words))
    return tuple(found)


def _orders(line: "Line") -> dict[str, str]:
    """What each order is for, and when it is due."""
    return {o.id: f"{o.product} × {number(o.quantity, 0)}{_due(o.due)}" for o in line.order}


def _due(due: datetime | str | float | None) -> str:
    if due is None:
        return ""
    if isinstance(due, str) and _DATE.match(due):
        due = datetime.fromisoformat(due.strip())
    if isinstance(due, datetime):
        return f", due {due.day} {due:%b %H:%M}"
    return f", due after {due if isinstance(due, str) else span(due)}"


def _has_evening(week: Mapping[str, Sequence[str]]) -> bool:
    """Whether the last shift of some day ends before midnight."""
    last = [[t.strip().zfill(5) for t in spans[-1].split("-")] for spans in week.values() if spans]
    return any(begin < end < "24:00" for begin, end in last)


def _stops(line: "Line", station: str) -> tuple[tuple[float, float], ...]:
    """The planned stops of a station in the first week of a run, begin and end in s, in order."""
    from twinviewer.simulation.quantities import distribution, seconds

    found: list[tuple[float, float]] = []
    for m in line.station[station].maintenance:
        lasts = distribution(m.duration).mean
        every = seconds(m.every) if m.every is not None else _WEEK_S
        begin = seconds(m.at) if m.at is not None else every
        while not found or begin < _WEEK_S:
            found.append((begin, begin + lasts))
            begin += max(every, lasts, 1.0)
    return tuple(sorted(found))


def _failures(line: "Line", lever: Lever, assets: tuple[str, ...]) -> list[Control]:
    """A failure of each machine of a station."""
    found = []
    for k in range(line.station[lever.station].machines):
        own = assets[k] if k < len(assets) else f"{lever.station} machine {k + 1}" if k else lever.station
        changed = {"id": f"{lever.id}#{k + 1}" if k else lever.id, "label": f"Failure of {own} now, for"}
        found.append(Control(**{**vars(lever), **changed}, assets=(own,)))
    return found


def flow_of(line: "Line") -> Flow:
    """The line as a graph: rank by the longest way from a source, lanes side by side."""
    from twinviewer.simulation.flow_tables import last_stations, pairs_of
    from twinviewer.simulation.levers import capacity_of
    from twinviewer.simulation.lint import assets_of

    pairs = sorted({(a, b) for a, b in pairs_of(line) if a != b})
    rank = _ranks(list(line.station), pairs)
    lane = _lanes(list(line.station), pairs, rank)
    stations = tuple(
        FlowStation(n, tuple(assets_of(line, n)), s.machines, rank[n], lane[n]) for n, s in line.station.items()
    )
    share = {
        (n, way.to): way.share
        for n, s in line.station.items()
        if s.next is not None and not isinstance(s.next, str)
        for way in s.next
    }
    links = [FlowLink("", s.feeds, 1.0, capacity_of(line, s.feeds)) for s in line.source.values()]
    links += [FlowLink(a, b, share.get((a, b), 1.0), capacity_of(line, b)) for a, b in pairs]
    links += [FlowLink(n, "") for n in line.station if n in set(last_stations(line))]
    return Flow(stations, tuple(links))


def _ranks(names: list[str], pairs: list[tuple[str, str]]) -> dict[str, int]:
    """Longest ways; ways back (rework) are those that would go on for ever."""
    order = {n: k for k, n in enumerate(names)}
    forward = [(a, b) for a, b in pairs if order[a] < order[b]]
    rank = dict.fromkeys(names, 0)
    for _ in names:
        moved = False
        for a, b in forward:
            if rank[b] < rank[a] + 1:
                rank[b], moved = rank[a] + 1, True
        if not moved:
            break
    return rank


def _lanes(names: list[str], pairs: list[tuple[str, str]], rank: dict[str, int]) -> dict[str, float]:
    """Lines that have nothing to do with each other stand side by side; equals of a rank beside each other."""
    group = {n: n for n in names}

    def root(n: str) -> str:
        while group[n] != n:
            n = group[n]
        return n

    for a, b in pairs:
        group[root(b)] = root(a)
    lane: dict[str, float] = {}
    left = 0.0
    for first in dict.fromkeys(root(n) for n in names):
        mine = [n for n in names if root(n) == first]
        widest = max(sum(rank[m] == rank[n] for m in mine) for n in mine)
        for r in sorted({rank[n] for n in mine}):
            row = [n for n in mine if rank[n] == r]
            for k, n in enumerate(row):
                lane[n] = left + (widest - len(row)) / 2 + k
        left += widest
    return lane


def filed_of(p: "Proposal", ways: Sequence[str]) -> Filed:
    """A proposal without the engine's types."""
    from twinviewer.panels._whatif_files import kept_of

    seen = {h.kpi: h for h in p.outcome.figures} if p.outcome is not None else {}
    figures = tuple(
        Expectation(
            kpi.key,
            three(p.expected[kpi.key]),
            three(seen[kpi.key].difference) if kpi.key in seen else None,
            seen[kpi.key].verdict if kpi.key in seen else "",
        )
        for kpi in KPIS
        if kpi.key in p.expected and (p.expected[kpi.key].significant or kpi.key in seen)
    )
    notes = p.outcome.notes if p.outcome is not None else ()
    return Filed(
        p.number, p.name, str(p.state), p.by, p.reason, p.at_ns, p.in_force_ns, figures, kept_of(p.scenario, None),
        tuple(str(w) for w in ways), notes,
    )  # fmt: skip
