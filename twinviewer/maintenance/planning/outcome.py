"""What a schedule means: its cost by cause, its jobs as bars, loads of crews, and what is wrong with it."""

from dataclasses import dataclass

import numpy as np

from twinviewer.maintenance.plan_results import Conflict, Cost, Load, PlannedJob
from twinviewer.maintenance.planning.calendar import HOUR_NS
from twinviewer.maintenance.planning.conflicts import conflicts
from twinviewer.maintenance.planning.problem import (
    Options,
    Schedule,
    Task,
    energy_cost,
    failure_cost,
    labour_cost,
    lateness_cost,
    later_cost,
)
from twinviewer.maintenance.planning.usage import Usage

EVEN = 0.5  # probability of failure above which a start comes late
SURE = 0.9  # probability of failing before a crew can begin from which somebody is to be called out
CALL_OUT = "it is expected to fail before a crew is there: call somebody out"


def cost_of(options: Options, schedule: Schedule) -> Cost:
    """The expected cost by cause; their sum is what the planner minimises (a conflict costs nothing here)."""
    hours = options.own.shape[1]
    failure = labour = parts = lateness = later = failures = down_h = worked_h = energy = energy_kwh = 0.0
    for k, task in enumerate(options.problem.tasks):
        start = int(schedule.start[k])
        at = start if start >= 0 else hours
        failure += failure_cost(task, hours)[at]
        lateness += lateness_cost(task, hours)[at]
        later += later_cost(task, hours)[at]
        energy += energy_cost(task, hours)[at]
        energy_kwh += task.excess_kw * at
        risk = float(task.failure[at]) if task.failure is not None else 0.0
        failures += risk
        down_h += risk * task.failure_down_h
        if start >= 0:
            team = options.team[schedule.row[k]]
            labour += labour_cost(task, team, options.problem.crews)[start]
            parts += task.parts_eur
            worked_h += task.duration_h * task.everybody
    standing = Usage(options, schedule).down > 0
    lost = float(options.loss[standing].sum())
    down_h += float((standing & (options.loss > 0)).sum())
    values = (failure, lost, labour, parts, lateness, later, down_h, failures)
    drawn = {"energy_kwh": float(energy_kwh), "energy_eur": float(energy)}
    return Cost(*(float(v) for v in values), person_h=float(worked_h), **drawn)


@dataclass(frozen=True)
class Outcome:
    """The jobs of a schedule, the loads of crews and of tools, and what is wrong."""

    jobs: tuple[PlannedJob, ...]
    crews: tuple[Load, ...]
    tools: tuple[Load, ...]
    conflicts: tuple[Conflict, ...]


def outcome_of(options: Options, schedule: Schedule, start_ns: int) -> Outcome:
    """All that a schedule means for people who carry it out, from `start_ns` (UTC, more than 0) on."""
    jobs, hours = bars(options, schedule, start_ns), options.own.shape[1]
    crews, tools = loads(options, schedule)
    wrong = (*impossible(options, schedule), *conflicts(jobs, crews, tools, start_ns, hours))
    return Outcome(jobs, crews, tools, wrong)


def bars(options: Options, schedule: Schedule, start_ns: int) -> tuple[PlannedJob, ...]:
    """The jobs of a plan, earliest first, those put off last."""
    found = [_bar(options, schedule, k, start_ns) for k in range(len(schedule.start))]
    return tuple(sorted(found, key=lambda job: (job.start_ns == 0, job.start_ns, job.work_order)))


def _bar(options: Options, schedule: Schedule, k: int, start_ns: int) -> PlannedJob:
    task, start = options.problem.tasks[k], int(schedule.start[k])
    group = int(options.group[k])
    planned = start >= 0
    run = slice(start, start + task.duration_h)
    stands_anyway = planned and group >= 0 and bool((options.loss[group, run] == 0).all())
    crews, row = options.problem.crews, int(schedule.row[k])
    team = tuple((crews[c].name, people) for c, people in options.team[row]) if planned else ()
    return PlannedJob(
        task.name,
        task.asset_id,
        task.title,
        task.kind,
        start_ns + start * HOUR_NS if planned else 0,
        start_ns + (start + task.duration_h) * HOUR_NS if planned else 0,
        options.crews_of(row) if planned else "",
        task.everybody,
        _reason(task, options, schedule, k, stands_anyway),
        task.group,
        start_ns + task.earliest_h * HOUR_NS,
        start_ns + task.due_h * HOUR_NS if task.due_h is not None else 0,
        stands_anyway,
        task.pinned_h is not None,
        task.part,
        start_ns + task.parts_h * HOUR_NS if task.parts_h else 0,
        task.tools,
        task.lock_out,
        task.lock_out_h,
        team,
        _even_odds_ns(task, start_ns),
    )


def _even_odds_ns(task: Task, start_ns: int) -> int:
    """When the asset will rather have failed than not, 0 where that is not within the plan."""
    likely = task.failure > EVEN if task.failure is not None else np.zeros(1, bool)
    return start_ns + int(likely.argmax()) * HOUR_NS if likely.any() else 0


def _reason(task: Task, options: Options, schedule: Schedule, k: int, stands_anyway: bool) -> str:
    """Why then: one sentence."""
    start, hours = int(schedule.start[k]), options.own.shape[1]
    words = [task.why] if task.why else []
    if start < 0:
        words.append(CALL_OUT if _comes_too_late(options, k) else "waiting is cheaper than a place in this plan")
        return "; ".join(words)
    if task.pinned_h is not None:
        words.append("kept where a person put it")
    if stands_anyway:
        words.append(f"{task.group} stands anyway")
    elif len(_with_others(task, options, schedule, k)):
        words.append(f"shares a stop of {task.group} with {_with_others(task, options, schedule, k)[0]}")
    if task.parts_h and start - task.parts_h < 24:
        words.append("as soon as its part is there")
    if task.due_h is not None and start + task.duration_h > task.due_h:
        words.append(f"{(start + task.duration_h - task.due_h) / 24:.1f} d late")
    if task.failure is not None and start < hours:
        risk = float(task.failure[start])
        words.append(f"{'> 99' if risk > 0.995 else f'{100 * risk:.0f}'} % risk of failure before it")
    return "; ".join(words) or "cheapest free place"


def _comes_too_late(options: Options, k: int) -> bool:
    """Whether a task's asset will as good as surely have failed by the first hour in which a crew could begin."""
    failure = options.problem.tasks[k].failure
    able = np.isfinite(options.own[options.first_row[k] : options.first_row[k + 1]]).any(axis=0)
    return failure is not None and bool(able.any()) and float(failure[int(able.argmax())]) > SURE


def _with_others(task: Task, options: Options, schedule: Schedule, k: int) -> list[str]:
    if not task.group:
        return []
    same = np.flatnonzero((options.group == options.group[k]) & (schedule.start >= 0))
    begin, end = int(schedule.start[k]), int(schedule.start[k]) + task.duration_h
    names = options.problem.tasks
    ends = schedule.start + options.duration
    return [names[j].name for j in same.tolist() if j != k and schedule.start[j] < end and ends[j] > begin]


def loads(options: Options, schedule: Schedule) -> tuple[tuple[Load, ...], tuple[Load, ...]]:
    """Who is busy and who is there, of each crew; and the same of each tool that a job needs."""
    usage = Usage(options, schedule)
    problem = options.problem
    used = {tool for tools in options.tools for tool in tools}
    crews = (Load(c.name, usage.busy[k].copy(), c.there.copy()) for k, c in enumerate(problem.crews))
    tools = (
        Load(name, usage.held[k].copy(), np.full(usage.held.shape[1], count, np.int64))
        for k, (name, count) in enumerate(problem.tools.items())
        if k in used
    )
    return tuple(crews), tuple(tools)


def impossible(options: Options, schedule: Schedule) -> tuple[Conflict, ...]:
    """Jobs that are put off because no crew has the time in one go, or comes before the failure that is expected."""
    found = []
    for k, task in enumerate(options.problem.tasks):
        own = options.own[options.first_row[k] : options.first_row[k + 1]]
        if schedule.start[k] >= 0:
            continue
        said = ""
        if not np.isfinite(own).any():
            said = _why_impossible(task, options.own.shape[1])
        elif _comes_too_late(options, k):
            said = CALL_OUT
        if said:
            found.append(Conflict("horizon", f"{task.asset_id}, {task.title}: {said}", (task.name,)))
    return tuple(found)


def _why_impossible(task: Task, hours: int) -> str:
    """Why a task has no start at all within the plan."""
    if task.duration_h > hours:
        return f"its {task.duration_h} h are longer than the whole plan"
    if task.earliest_h + task.duration_h > hours:
        what = task.part if task.part and task.parts_h == task.earliest_h else "what it waits for"
        return f"{what} comes too late for this plan, {task.earliest_h / 24:.0f} d after its start"
    if task.beside:
        return f"its crews are never there together for {task.duration_h} h in one go ({task.everybody} people)"
    people = "1 person" if task.people == 1 else f"{task.people} people"
    return f"no crew has {people} there for {task.duration_h} h in one go"
