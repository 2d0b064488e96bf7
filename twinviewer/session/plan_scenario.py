"""Turns a maintenance plan into a scenario of the flow model: what stands because of it, and when."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from twinviewer.maintenance.plan_results import Plan
from twinviewer.model.asset import Asset

if TYPE_CHECKING:
    from twinviewer.simulation.line import Line
    from twinviewer.simulation.scenario import Scenario

SECOND_NS = 1_000_000_000


def plan_scenario(plan: Plan, line: "Line", assets: Sequence[Asset], name: str = "Maintenance plan") -> "Scenario":
    """Stops of all stations of a group while a job in it needs the group to stand; times count from the plan's start.

    Jobs in stops that are planned anyway are left out: the line's own calendar has these. Stops that meet become one.
    """
    from twinviewer.simulation.scenario import Event, Scenario

    machines = machines_of(line)
    spans: dict[tuple[str, int], list[list[float]]] = {}
    for job in sorted(plan.jobs, key=lambda j: j.start_ns):
        if not job.start_ns or not job.group or job.in_planned_stop:
            continue
        begin, end = ((t - plan.start_ns) / SECOND_NS for t in (job.start_ns, job.end_ns))
        inside = [a.asset_id for a in assets if f"/{job.group}/" in f"/{'/'.join(a.path)}/"]
        for machine in (m for asset_id in inside for m in machines.get(asset_id, ())):
            own = spans.setdefault(machine, [])
            if own and begin <= own[-1][1]:
                own[-1][1] = max(own[-1][1], end)
            else:
                own.append([begin, end])
    events = [
        Event(begin, station, end - begin, machine, True)
        for (station, machine), own in spans.items()
        for begin, end in own
    ]
    note = "Stops of the maintenance plan outside of the planned stops, from the plan's start on."
    return Scenario(name, events=tuple(sorted(events, key=lambda e: (e.at_s, e.station, e.machine))), note=note)


def machines_of(line: "Line") -> dict[str, tuple[tuple[str, int], ...]]:
    """(station, machine from 1) of each asset that the flow model knows; all of a station that it is itself."""
    found: dict[str, tuple[tuple[str, int], ...]] = {}
    for name, station in line.station.items():
        found.setdefault(name, tuple((name, m) for m in range(1, int(station.machines) + 1)))
        for k, asset_id in enumerate(station.assets[: int(station.machines)]):
            found[asset_id] = ((name, k + 1),)
    return found
