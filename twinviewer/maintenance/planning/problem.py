"""A planning problem: jobs, crews and what an hour of standing costs, compiled to arrays over whole hours.

A job runs in one go, with tools that no other job has meanwhile, by a team: one crew that has its skills, and where it
needs others beside them the crew that has theirs (the same one, or another). All hours count from the plan's start. A
job that is put off runs its risk until the end of the horizon; one that failed before its
start has been repaired by then, at `failure_eur`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from twinviewer.maintenance.planning.teams import Team, team_name, teams_for


@dataclass(frozen=True)
class Task:
    """One job. `failure` float64 (hours + 1,): probability that the asset has failed by each hour without the job.

    `group` is what stands while it runs ("" nothing). `due_h` is its deadline (None without) and `late_eur_per_h`
    what each hour beyond it costs. `earliest_h` is when it may begin, `parts_h` when its part arrives (0: it is in
    store). `pinned_h` fixes its start, `pinned_crew` its crew or crews. `parts_eur` is paid when the job is done.
    `after_eur_per_h` prices each hour of the horizon after the job (a part renewed early is used up earlier),
    `put_off_eur` what remains to be paid when it is not done in the horizon. `failure_down_h` is how long the asset
    stands after a failure, `why` the reason for the job, `order` its number where it is a work order already.
    `excess_kw` is what the asset draws beyond its baseline until the job is done (mean over the hours of the
    calendar), `energy_eur_per_h` what that costs. `duration_h` holds the time to make the asset safe and give it
    back, of which there are `lock_out_h`. `beside` are (skill, people) of those who work on it beside `people` with
    `skill`, for all of its time.
    """

    name: str
    asset_id: str
    title: str
    kind: str
    skill: str
    duration_h: int
    people: int = 1
    group: str = ""
    failure_eur: float = 0.0
    failure: np.ndarray | None = None
    due_h: int | None = None
    late_eur_per_h: float = 0.0
    earliest_h: int = 0
    parts_eur: float = 0.0
    part: str = ""
    pinned_h: int | None = None
    pinned_crew: str = ""
    failure_down_h: float = 0.0
    after_eur_per_h: float = 0.0
    put_off_eur: float = 0.0
    order: str = ""
    why: str = ""
    parts_h: int = 0
    excess_kw: float = 0.0
    energy_eur_per_h: float = 0.0
    tools: tuple[str, ...] = ()
    lock_out: str = ""
    lock_out_h: float = 0.0
    beside: tuple[tuple[str, int], ...] = ()

    @property
    def everybody(self) -> int:
        """How many people it takes together."""
        return self.people + sum(people for _, people in self.beside)


@dataclass(frozen=True)
class Crew:
    """People with the same skills. `there` int64 (hours,): how many are there; `eur_per_h` float64 (hours,): each."""

    name: str
    skills: frozenset[str]
    there: np.ndarray
    eur_per_h: np.ndarray


@dataclass(frozen=True)
class Problem:
    """`loss` maps a group to what each of its hours standing costs, float64 (hours,): 0 within planned stops; `tools`
    maps a tool to how many of it there are."""

    hours: int
    tasks: tuple[Task, ...]
    crews: tuple[Crew, ...]
    loss: Mapping[str, np.ndarray]
    tools: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Options:
    """A problem as arrays: n tasks, r rows (a task by a team that can do it), c crews, g groups, H hours.

    `team` are the crews of each row with their people, `row_crew` and `row_people` int64 (r, m) the same as arrays: a
    team of fewer than m crews is filled up with its first one and nobody of it. `people` is how many a task takes.
    `own` float64 (r, H) is what starting there costs by itself, inf where it is not allowed; `put_off` float64 (n,)
    what not doing the job within the horizon costs; `first_row` int64 (n + 1,) the rows of each task. `tools` are the
    tools of each task, as rows of `tool_count` int64 (t,). `there` int64 (c, H) are the people who can be planned with.
    """

    problem: Problem
    row_task: np.ndarray
    team: tuple[Team, ...]
    row_crew: np.ndarray
    row_people: np.ndarray
    first_row: np.ndarray
    own: np.ndarray
    put_off: np.ndarray
    duration: np.ndarray
    people: np.ndarray
    group: np.ndarray
    loss: np.ndarray
    there: np.ndarray
    tools: tuple[tuple[int, ...], ...]
    tool_count: np.ndarray

    def crews_of(self, row: int) -> str:
        """The name of the crew of a row, or the names of its crews."""
        return team_name(self.team[row], self.problem.crews)


@dataclass(frozen=True)
class Schedule:
    """A start hour and a row of `Options` per task, int64 (n,); -1 and -1 where it is put off."""

    start: np.ndarray
    row: np.ndarray

    def with_task(self, task: int, start: int, row: int) -> "Schedule":
        """The same with one task elsewhere."""
        starts, rows = self.start.copy(), self.row.copy()
        starts[task], rows[task] = start, row
        return Schedule(starts, rows)


def window_sums(x: np.ndarray, length: int) -> np.ndarray:
    """float64 (H,): the sum of x[h : h + length] for each h; windows beyond the end are cut short."""
    total = np.concatenate([[0.0], np.cumsum(x)])
    ends = np.minimum(np.arange(len(x)) + length, len(x))
    return total[ends] - total[:-1]


def failure_cost(task: Task, hours: int) -> np.ndarray:
    """float64 (hours + 1,): expected cost of failing before each hour."""
    if task.failure is None:
        return np.zeros(hours + 1)
    return task.failure_eur * task.failure[: hours + 1]


def lateness_cost(task: Task, hours: int) -> np.ndarray:
    """float64 (hours + 1,): what ending late costs for each start; the last entry is never ending in the horizon."""
    if task.due_h is None:
        return np.zeros(hours + 1)
    return task.late_eur_per_h * np.maximum(0, np.arange(hours + 1) + task.duration_h - task.due_h)


def labour_cost(task: Task, team: Team, crews: tuple[Crew, ...]) -> np.ndarray:
    """float64 (hours,): wages of a team for each start."""
    hourly = sum(people * crews[k].eur_per_h for k, people in team)
    return window_sums(np.asarray(hourly, float), task.duration_h)


def later_cost(task: Task, hours: int) -> np.ndarray:
    """float64 (hours + 1,): life used up early for each start; the last entry is putting it off."""
    cost = task.after_eur_per_h * (hours - np.arange(hours + 1.0))
    cost[-1] = task.put_off_eur
    return cost


def energy_cost(task: Task, hours: int) -> np.ndarray:
    """float64 (hours + 1,): what a worn asset draws too much before each start; the last entry is putting it off."""
    return task.energy_eur_per_h * np.arange(hours + 1.0)


def own_cost(task: Task, team: Team, crews: tuple[Crew, ...], hours: int) -> np.ndarray:
    """float64 (hours,): all that a start with this team costs by itself, inf where it is not allowed."""
    cost = failure_cost(task, hours)[:-1] + lateness_cost(task, hours)[:-1] + later_cost(task, hours)[:-1]
    cost = cost + labour_cost(task, team, crews) + energy_cost(task, hours)[:-1] + task.parts_eur
    lacking = np.any([crews[k].there < people for k, people in team], axis=0)
    short = window_sums(lacking.astype(float), task.duration_h) > 0.5
    start = np.arange(hours)
    allowed = ~short & (start >= task.earliest_h) & (start + task.duration_h <= hours)
    if task.pinned_h is not None:
        allowed = start == task.pinned_h
    return np.where(allowed, cost, np.inf)


def _there(problem: Problem, rows: Sequence[tuple[int, Team]]) -> np.ndarray:
    """int64 (c, hours): the people of each crew, and for what a person has fixed as many as it takes: it stays there,
    and must not make all plans impossible (nor a bound endless). What is amiss then is told as a conflict."""
    there = np.array([c.there for c in problem.crews], np.int64).reshape(len(problem.crews), problem.hours)
    fixed = np.zeros_like(there)
    seen = set[int]()
    for i, team in rows:
        begin = problem.tasks[i].pinned_h
        if begin is not None and i not in seen:
            seen.add(i)
            for crew, people in team:
                fixed[crew, begin : begin + problem.tasks[i].duration_h] += people
    return np.maximum(there, fixed)


def compiled(problem: Problem) -> Options:
    """A problem as arrays. Raises DataError for a job that no crew can do."""
    rows: list[tuple[int, Team]] = []
    first = [0]
    for i, task in enumerate(problem.tasks):
        rows += [(i, team) for team in teams_for(task, problem.crews)]
        first.append(len(rows))
    most = max((len(team) for _, team in rows), default=1)
    filled = [(*team, *[(team[0][0], 0)] * (most - len(team))) for _, team in rows]
    hours, tasks = problem.hours, problem.tasks
    names = sorted(problem.loss)
    number = {name: k for k, name in enumerate(names)}
    tool = {name: k for k, name in enumerate(problem.tools)}
    own = [own_cost(tasks[i], team, problem.crews, hours) for i, team in rows]
    put_off = [
        failure_cost(t, hours)[-1] + lateness_cost(t, hours)[-1] + energy_cost(t, hours)[-1] + t.put_off_eur
        for t in tasks
    ]
    for i, t in enumerate(tasks):
        if t.pinned_h is not None:
            put_off[i] = np.inf
    return Options(
        problem,
        np.array([i for i, _ in rows], np.int64),
        tuple(team for _, team in rows),
        np.array([[k for k, _ in team] for team in filled], np.int64).reshape(len(rows), most),
        np.array([[people for _, people in team] for team in filled], np.int64).reshape(len(rows), most),
        np.array(first, np.int64),
        np.array(own).reshape(len(rows), hours),
        np.array(put_off, float),
        np.array([t.duration_h for t in tasks], np.int64),
        np.array([t.everybody for t in tasks], np.int64),
        np.array([number.get(t.group, -1) for t in tasks], np.int64),
        np.array([problem.loss[name] for name in names], float).reshape(len(names), hours),
        _there(problem, rows),
        tuple(tuple(sorted({tool[name] for name in t.tools if name in tool})) for t in tasks),
        np.array(list(problem.tools.values()), np.int64),
    )
