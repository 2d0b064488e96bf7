"""Improvement by exact search: frees some jobs and solves for all of them at once, with HiGHS, around the others.

Time-indexed model (Sousa and Wolsey 1992): one binary per job and start that is worth considering, one per hour in
which a group would stand because of them.
"""

from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_matrix

from twinviewer.maintenance.planning.problem import Options, Schedule
from twinviewer.maintenance.planning.usage import Usage

GAP = 0.002


@dataclass
class Rows:
    """Rows of a sparse constraint matrix while they are collected."""

    row: list[int] = field(default_factory=list)
    column: list[int] = field(default_factory=list)
    value: list[float] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)

    def add(self, columns: list[int], values: list[float], low: float, high: float) -> None:
        self.row += [len(self.low)] * len(columns)
        self.column += columns
        self.value += values
        self.low.append(low)
        self.high.append(high)

    def constraint(self, columns: int) -> LinearConstraint:
        matrix = csr_matrix((self.value, (self.row, self.column)), shape=(len(self.low), columns))
        return LinearConstraint(matrix, np.array(self.low), np.array(self.high))  # type: ignore[arg-type]


def candidates(
    usage: Usage, task: int, reduced: np.ndarray | None, keep: int, now: tuple[int, int]
) -> list[tuple[int, int, float]]:
    """(row, start, own cost) worth considering: the cheapest as the plan stands, and at the bound's prices."""
    o = usage.options
    first = int(o.first_row[task])
    marginal = usage.marginal(task)
    free = np.isfinite(marginal)
    chosen = set(np.argsort(marginal, axis=None, kind="stable")[:keep].tolist())
    if reduced is not None:
        priced = np.where(free, reduced[first : first + len(marginal)], np.inf)
        chosen |= set(np.argsort(priced, axis=None, kind="stable")[:keep].tolist())
    start, row = now
    if start >= 0:
        chosen.add((row - first) * marginal.shape[1] + start)
    found = []
    for flat in sorted(chosen):
        k, s = divmod(flat, marginal.shape[1])
        if free[k, s]:
            found.append((first + k, s, float(o.own[first + k, s])))
    return found


def solved(
    options: Options,
    schedule: Schedule,
    free: list[int],
    reduced: np.ndarray | None,
    seconds: float,
    keep: int = 25,
) -> Schedule | None:
    """The best plan in which only the tasks of `free` differ, None where none was found in time."""
    usage = Usage(options, schedule)
    now = {t: (int(usage.start[t]), int(usage.row[t])) for t in free}
    for task in free:
        usage.take(task)
    choice = [(t, *c) for t in free for c in candidates(usage, t, reduced, keep, now[t])]
    cost = [c for _, _, _, c in choice]
    rows = Rows()
    _one_each(rows, options, free, choice, cost)
    _within_crews(rows, usage, choice)
    _within_tools(rows, usage, choice)
    _stops(rows, usage, choice, cost)
    result = milp(
        np.array(cost),
        constraints=rows.constraint(len(cost)),
        integrality=np.ones(len(cost)),
        bounds=Bounds(0, 1),
        options={"time_limit": seconds, "mip_rel_gap": GAP},
    )
    if result.x is None:
        return None
    starts, picked = usage.start.copy(), usage.row.copy()
    for (task, row, start, _), x in zip(choice, result.x, strict=False):
        if x > 0.5:
            starts[task], picked[task] = start, row
    return Schedule(starts, picked)


_Choice = list[tuple[int, int, int, float]]


def _one_each(rows: Rows, options: Options, free: list[int], choice: _Choice, cost: list[float]) -> None:
    """Each task at one of its starts, or put off where that is allowed."""
    of: dict[int, list[int]] = {t: [] for t in free}
    for j, (task, _, _, _) in enumerate(choice):
        of[task].append(j)
    for task, columns in of.items():
        if np.isfinite(options.put_off[task]):
            columns = [*columns, len(cost)]
            cost.append(float(options.put_off[task]))
        rows.add(columns, [1.0] * len(columns), 1.0, 1.0)


def _within_crews(rows: Rows, usage: Usage, choice: _Choice) -> None:
    o = usage.options
    wanted: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for j, (task, row, start, _) in enumerate(choice):
        for crew, people in o.team[row]:
            for h in range(start, start + int(o.duration[task])):
                wanted.setdefault((crew, h), []).append((j, people))
    for (crew, h), columns in wanted.items():
        needs = [float(people) for _, people in columns]
        left = float(o.there[crew, h] - usage.busy[crew, h])
        if sum(needs) > left:
            rows.add([j for j, _ in columns], needs, -np.inf, left)


def _within_tools(rows: Rows, usage: Usage, choice: _Choice) -> None:
    o = usage.options
    wanted: dict[tuple[int, int], list[int]] = {}
    for j, (task, _, start, _) in enumerate(choice):
        for tool in o.tools[task]:
            for h in range(start, start + int(o.duration[task])):
                wanted.setdefault((tool, h), []).append(j)
    for (tool, h), columns in wanted.items():
        left = float(o.tool_count[tool] - usage.held[tool, h])
        if len(columns) > left:
            rows.add(columns, [1.0] * len(columns), -np.inf, left)


def _stops(rows: Rows, usage: Usage, choice: _Choice, cost: list[float]) -> None:
    """A binary for each hour in which a group stands because of these tasks; jobs of a group share it."""
    o = usage.options
    standing: dict[tuple[int, int], dict[int, list[int]]] = {}
    for j, (task, _, start, _) in enumerate(choice):
        group = int(o.group[task])
        if group < 0:
            continue
        for h in range(start, start + int(o.duration[task])):
            if usage.down[group, h] == 0 and o.loss[group, h] > 0:
                standing.setdefault((group, h), {}).setdefault(task, []).append(j)
    for (group, h), tasks in standing.items():
        hour = len(cost)
        cost.append(float(o.loss[group, h]))
        for columns in tasks.values():
            rows.add([*columns, hour], [1.0] * len(columns) + [-1.0], -np.inf, 0.0)
