"""A plan after a drag as far as it can be told at once: bars, crew load, conflicts; the planner adds the cost."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from twinviewer.maintenance.results import Conflict, CrewLoad, Plan, PlannedJob

HOUR_NS = 3_600_000_000_000


def snapped(plan: Plan, job: PlannedJob, start_ns: int) -> int:
    """The nearest full hour at which the whole job lies within the plan."""
    hour = round((start_ns - plan.start_ns) / HOUR_NS)
    length = hours_of(job)
    return plan.start_ns + min(max(hour, 0), max(plan.hours - length, 0)) * HOUR_NS


def hours_of(job: PlannedJob) -> int:
    """Length of a job in whole hours."""
    return max(1, round((job.end_ns - job.start_ns) / HOUR_NS))


def moved_here(plan: Plan, work_order: str, start_ns: int) -> Plan:
    """The plan with one job elsewhere: same crew, load and conflicts counted anew, cost as it was."""
    old = next(j for j in plan.jobs if j.work_order == work_order)
    begin = snapped(plan, old, start_ns)
    new = replace(old, start_ns=begin, end_ns=begin + old.end_ns - old.start_ns, pinned=True)
    jobs = tuple(new if j is old else j for j in plan.jobs)
    crews = tuple(_reloaded(c, plan.start_ns, old, new) if c.crew == old.crew else c for c in plan.crews)
    kept = tuple(c for c in plan.conflicts if c.kind == "horizon")
    found = (*kept, *conflicts(jobs, crews, plan.start_ns))
    token, moves = plan.token if isinstance(plan.token, tuple) else (plan.token, ())
    waiting = (token, (*moves, (work_order, begin)))  # what the planner has not been told yet
    return replace(plan, jobs=jobs, crews=crews, conflicts=found, token=waiting)


def _reloaded(load: CrewLoad, start_ns: int, old: PlannedJob, new: PlannedJob) -> CrewLoad:
    busy = load.busy.copy()
    busy[_span(old, start_ns)] -= old.people
    busy[_span(new, start_ns)] += new.people
    return replace(load, busy=busy)


def _span(job: PlannedJob, start_ns: int) -> slice:
    first = round((job.start_ns - start_ns) / HOUR_NS)
    return slice(first, first + hours_of(job))


def conflicts(jobs: Sequence[PlannedJob], crews: Sequence[CrewLoad], start_ns: int) -> tuple[Conflict, ...]:
    """Too many people at once, parts that are not there yet, deadlines that are missed."""
    planned = [j for j in jobs if j.start_ns]
    found = []
    for crew in crews:
        over = crew.busy > crew.there
        if over.any():
            own = [j.work_order for j in planned if j.crew == crew.crew and np.any(over[_span(j, start_ns)])]
            text = f"{crew.crew}: {int(over.sum())} h with more people at work than are there"
            found.append(Conflict("crew", text, tuple(own)))
    for job in planned:
        name = f"{job.asset_id}, {job.title}"
        if job.start_ns < job.earliest_ns:
            short = (job.earliest_ns - job.start_ns) / (24 * HOUR_NS)
            text = f"{name}: {job.part or 'a part'} comes {short:.1f} d after this start"
            found.append(Conflict("parts", text, (job.work_order,)))
        if job.kind == "legal" and job.due_ns and job.end_ns > job.due_ns:
            found.append(Conflict("deadline", f"{name}: the deadline by law is missed", (job.work_order,)))
    return tuple(found)


class Edits:
    """The plans that a person came by, to go back and forth between."""

    def __init__(self) -> None:
        self._past: list[Plan] = []
        self._next: list[Plan] = []

    def clear(self) -> None:
        """Nothing to go back to."""
        self._past, self._next = [], []

    def leave(self, plan: Plan) -> None:
        """`plan` is about to be changed."""
        self._past.append(plan)
        self._next = []

    @property
    def can_undo(self) -> bool:
        """Whether there is a plan before this one."""
        return bool(self._past)

    @property
    def can_redo(self) -> bool:
        """Whether a change was taken back."""
        return bool(self._next)

    def undo(self, now: Plan) -> Plan:
        """The plan before; `now` can be had again."""
        self._next.append(now)
        return self._past.pop()

    def redo(self, now: Plan) -> Plan:
        """The plan that was taken back."""
        self._past.append(now)
        return self._next.pop()
