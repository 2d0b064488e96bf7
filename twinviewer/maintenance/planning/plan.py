"""A plan as the outside sees it: made, bettered, edited by a person, and compared with other policies."""

import pickle
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from twinviewer.maintenance.plan_results import Cost, Plan, PlannedStop
from twinviewer.maintenance.planning.calendar import HOUR_NS
from twinviewer.maintenance.planning.greedy import first_plan
from twinviewer.maintenance.planning.improve import Clock, Progress, improved
from twinviewer.maintenance.planning.outcome import cost_of, outcome_of
from twinviewer.maintenance.planning.policies import fixed_interval, run_to_failure
from twinviewer.maintenance.planning.problem import Options, Problem, Schedule, compiled
from twinviewer.model.errors import DataError

Tell = Callable[[float, str], None]


@dataclass(frozen=True)
class Move:
    """Where a person has put a job: its work order (or the name of a proposal), asset and title, start, and crew."""

    work_order: str
    asset_id: str
    title: str
    start_ns: int
    crew: str


@dataclass(frozen=True)
class Token:
    """What a plan needs to be worked on further; the `edited` tasks were placed by a person."""

    options: Options
    schedule: Schedule
    edited: frozenset[str] = frozenset()
    planner: Cost | None = None


def first(
    problem: Problem,
    start_ns: int,
    stops: tuple[PlannedStop, ...] = (),
    notes: tuple[str, ...] = (),
    low_demand: tuple[PlannedStop, ...] = (),
) -> Plan:
    """A valid plan at once. Raises DataError for a job that no crew can do."""
    options = compiled(problem)
    token = Token(options, first_plan(options))
    return replace(_plan(token, start_ns, stops, notes, 0.0, _others(options)), low_demand=low_demand)


def bettered(
    plan: Plan,
    limit_s: float,
    progress: Tell = lambda fraction, text: None,
    snapshot: Path | None = None,
    seed: int = 0,
    clock: Clock = time.monotonic,
) -> Plan:
    """The plan after up to `limit_s` of search; jobs that a person placed stay where they are.

    `progress` may raise to cancel. With `snapshot`, each better plan is written there as a whole (read it with
    `read_snapshot`), so that who stops this early has the best plan so far.
    """
    token = _token(plan)
    best = token
    bound, told = plan.bound_eur, float("inf")
    for state in improved(token.options, limit_s, seed, token.schedule, clock):
        bound = max(bound, state.bound_eur)
        best = replace(token, schedule=state.schedule)
        if snapshot is not None and state.cost_eur < told:
            told = state.cost_eur
            _write(_remade(plan, best, bound), snapshot)
        progress(min(1.0, state.seconds / max(limit_s, 1e-9)), _said(state, bound))
    return _remade(plan, best, bound)


def moved(plan: Plan, work_order: str, start_ns: int, crew: str = "") -> Plan:
    """The plan after a person has put a job elsewhere (to the nearest full hour), with another crew where one is named.
    Conflicts are said, not prevented.

    Raises DataError for a job that the plan does not have, or a time outside of it.
    """
    token = _token(plan)
    problem = token.options.problem
    names = [t.name for t in problem.tasks]
    if work_order not in names:
        raise DataError("the plan has no such job", work_order)
    hour = round((start_ns - plan.start_ns) / HOUR_NS)
    k = names.index(work_order)
    if not 0 <= hour <= plan.hours - problem.tasks[k].duration_h:
        raise DataError("this lies outside the plan", work_order, f"It covers {plan.hours // 24} days.")
    row = int(token.schedule.row[k])
    same = token.options.crews_of(row) if row >= 0 else problem.tasks[k].pinned_crew
    task = replace(problem.tasks[k], pinned_h=hour, pinned_crew=crew or same)
    tasks = (*problem.tasks[:k], task, *problem.tasks[k + 1 :])
    options = compiled(replace(problem, tasks=tasks))
    rows = token.schedule.row.copy()
    shift = options.first_row - token.options.first_row
    planned = rows >= 0
    rows[planned] += shift[:-1][planned]
    schedule = Schedule(token.schedule.start.copy(), rows).with_task(k, hour, int(options.first_row[k]))
    edited = Token(options, schedule, token.edited | {work_order}, token.planner or plan.cost)
    return _remade(plan, edited, 0.0)


def with_moves(plan: Plan, moves: Sequence[Move], planner: Cost | None = None) -> Plan:
    """The plan with what a person has moved in one before it; `planner` is what that one cost without the moves.

    Jobs are told by work order, or by asset and title where one has become a work order since. A move that cannot be
    kept, as its time is over, is named in a note.
    """
    lost = []
    for move in moves:
        same = [j for j in plan.jobs if j.work_order == move.work_order]
        same = same or [j for j in plan.jobs if (j.asset_id, j.title) == (move.asset_id, move.title)]
        try:
            plan = moved(plan, same[0].work_order, move.start_ns, move.crew) if same else plan
        except DataError:
            lost.append(f"{move.asset_id}, {move.title}")
    if lost:
        note = f"Your moves of these are over, they are planned anew: {'; '.join(lost)}."
        plan = replace(plan, notes=(*plan.notes, note))
    token = _token(plan)
    if planner is None or not token.edited:
        return plan
    return _remade(plan, replace(token, planner=planner), 0.0)


def read_snapshot(path: Path) -> Plan | None:
    """The newest plan that `bettered` has written, None where there is none yet."""
    try:
        with path.open("rb") as file:
            plan = pickle.load(file)
    except FileNotFoundError:
        return None
    return plan if isinstance(plan, Plan) else None


def _write(plan: Plan, path: Path) -> None:
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        pickle.dump(plan, file)
    part.replace(path)


def _token(plan: Plan) -> Token:
    if not isinstance(plan.token, Token):
        raise DataError("this plan cannot be worked on", "plan", "Make a new one.")
    return plan.token


def _others(options: Options) -> Mapping[str, Cost]:
    return {
        "run_to_failure": cost_of(options, run_to_failure(options)),
        "fixed_interval": cost_of(options, fixed_interval(options)),
    }


def _remade(plan: Plan, token: Token, bound: float) -> Plan:
    """The plan with another schedule."""
    made = _plan(token, plan.start_ns, plan.stops, plan.notes, bound, plan.compare)
    return replace(made, low_demand=plan.low_demand)


def _plan(
    token: Token,
    start_ns: int,
    stops: tuple[PlannedStop, ...],
    notes: tuple[str, ...],
    bound: float,
    compare: Mapping[str, Cost],
) -> Plan:
    options, schedule = token.options, token.schedule
    cost = cost_of(options, schedule)
    total = cost.total_eur
    gap = min(max((total - bound) / total, 0.0), 1.0) if total > 0 else 0.0
    compared = {**compare, "plan": token.planner or cost}
    if token.edited:
        compared["edit"] = cost
    made = outcome_of(options, schedule, start_ns)
    return Plan(
        start_ns,
        options.own.shape[1],
        made.jobs,
        cost,
        bound,
        gap,
        compared,
        made.crews,
        stops,
        made.conflicts,
        token,
        notes,
        tools=made.tools,
    )


def _said(state: Progress, bound: float) -> str:
    proven = (
        f", at most {100 * (1 - bound / state.cost_eur):.0f} % above the best" if state.cost_eur > bound > 0 else ""
    )
    return f"{state.cost_eur:,.0f} EUR{proven}"
