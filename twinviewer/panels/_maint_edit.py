"""A plan after a drag as far as it can be told at once: bars, crew load, conflicts; the planner adds the cost."""

from dataclasses import replace

from twinviewer.maintenance.plan_results import Load, Plan, PlannedJob
from twinviewer.maintenance.planning.conflicts import HOUR_NS, conflicts, hours_of, span_of


def snapped(plan: Plan, job: PlannedJob, start_ns: int) -> int:
    """The nearest full hour at which the whole job lies within the plan."""
    hour = round((start_ns - plan.start_ns) / HOUR_NS)
    length = hours_of(job)
    return plan.start_ns + min(max(hour, 0), max(plan.hours - length, 0)) * HOUR_NS


def moved_here(plan: Plan, work_order: str, start_ns: int) -> Plan:
    """The plan with one job elsewhere: same crews, load and conflicts counted anew, cost as it was."""
    old = next(j for j in plan.jobs if j.work_order == work_order)
    begin = snapped(plan, old, start_ns)
    new = replace(old, start_ns=begin, end_ns=begin + old.end_ns - old.start_ns, pinned=True)
    jobs = tuple(new if j is old else j for j in plan.jobs)
    team = dict(old.at_work)
    crews = tuple(_reloaded(c, plan.start_ns, old, new, team[c.name]) if c.name in team else c for c in plan.crews)
    tools = tuple(_reloaded(t, plan.start_ns, old, new, 1) if t.name in old.tools else t for t in plan.tools)
    kept = tuple(c for c in plan.conflicts if c.kind == "horizon")
    found = (*kept, *conflicts(jobs, crews, tools, plan.start_ns, plan.hours))
    token, moves = plan.token if isinstance(plan.token, tuple) else (plan.token, ())
    waiting = (token, (*moves, (work_order, begin)))  # what the planner has not been told yet
    return replace(plan, jobs=jobs, crews=crews, tools=tools, conflicts=found, token=waiting)


def _reloaded(load: Load, start_ns: int, old: PlannedJob, new: PlannedJob, pieces: int) -> Load:
    busy = load.busy.copy()
    busy[span_of(old, start_ns)] -= pieces
    busy[span_of(new, start_ns)] += pieces
    return replace(load, busy=busy)


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
