"""A stronger bound: at the prices of the simple one, the jobs of each group are planned together, exactly.

Within a group the hours of a stop are shared and crews are not overbooked, which the simple bound gives away. Starts
whose reduced cost lies above a slack are left out, and the group's value is then counted as at most its simple value
plus that slack, so that nothing is claimed which is not proven (reduced-cost fixing).
"""

from collections.abc import Callable, Iterator

import numpy as np
from scipy.optimize import Bounds, milp

from twinviewer.maintenance.planning.bound import Bound
from twinviewer.maintenance.planning.neighbourhood import Rows
from twinviewer.maintenance.planning.problem import Options

MOST_COLUMNS = 3500
GAP = 0.0005


def group_values(
    options: Options, bound: Bound, seconds: Callable[[], float], order: np.ndarray | None = None
) -> Iterator[float]:
    """Rising lower bounds, one after each group; `seconds()` is the time that one group may take now."""
    reduced = bound.reduced
    least = np.minimum(np.minimum.reduceat(reduced.min(axis=1), options.first_row[:-1]), options.put_off)
    alone = bound.priced(bound.wage, np.zeros_like(bound.share))
    value = float(least.sum() - (bound.wage * options.there).sum())
    for g in range(len(options.loss)) if order is None else order:
        members = np.flatnonzero(options.group == g)
        if len(members) > 1:
            value += _gain(options, int(g), members, reduced, least, alone, seconds())
        yield value


def _slack(options: Options, members: np.ndarray, reduced: np.ndarray, least: np.ndarray) -> float:
    """The largest slack with which the model stays small enough to be solved."""
    rows = np.isin(options.row_task, members)
    over = (reduced[rows] - least[options.row_task[rows]][:, None]).ravel()
    over = over[np.isfinite(over)]
    return float(np.partition(over, MOST_COLUMNS)[MOST_COLUMNS]) if len(over) > MOST_COLUMNS else np.inf


def _gain(
    options: Options,
    group: int,
    members: np.ndarray,
    reduced: np.ndarray,
    least: np.ndarray,
    alone: np.ndarray,
    seconds: float,
) -> float:
    """By how much the value of these jobs together surpasses the sum of each by itself."""
    slack = _slack(options, members, reduced, least)
    rows, cost = Rows(), list[float]()
    crew: dict[tuple[int, int], list[tuple[int, int]]] = {}
    standing: dict[int, dict[int, list[int]]] = {}
    for task in members.tolist():
        columns = []
        for row in range(options.first_row[task], options.first_row[task + 1]):
            for start in np.flatnonzero(np.isfinite(reduced[row]) & (reduced[row] - least[task] <= slack)).tolist():
                columns.append(len(cost))
                for h in range(start, start + int(options.duration[task])):
                    for c, people in options.team[row]:
                        crew.setdefault((c, h), []).append((len(cost), people))
                    if options.loss[group, h] > 0:
                        standing.setdefault(h, {}).setdefault(task, []).append(len(cost))
                cost.append(float(alone[row, start]))
        if options.put_off[task] - least[task] <= slack and np.isfinite(options.put_off[task]):
            columns.append(len(cost))
            cost.append(float(options.put_off[task]))
        rows.add(columns, [1.0] * len(columns), 1.0, 1.0)
    for (c, h), wanted in crew.items():
        needs = [float(people) for _, people in wanted]
        if sum(needs) > options.there[c, h]:
            rows.add([column for column, _ in wanted], needs, -np.inf, float(options.there[c, h]))
    for h, tasks in standing.items():
        hour = len(cost)
        cost.append(float(options.loss[group, h]))
        for columns in tasks.values():
            rows.add([*columns, hour], [1.0] * len(columns) + [-1.0], -np.inf, 0.0)
    proven = _solved(cost, rows, seconds)
    simple = float(least[members].sum())
    return max(0.0, min(proven, simple + slack) - simple)


def _solved(cost: list[float], rows: Rows, seconds: float) -> float:
    """HiGHS's own lower bound, -inf where it found none in time."""
    result = milp(
        np.array(cost),
        constraints=rows.constraint(len(cost)),
        integrality=np.ones(len(cost)),
        bounds=Bounds(0, 1),
        options={"time_limit": max(seconds, 0.05), "mip_rel_gap": GAP},
    )
    value = result.mip_dual_bound
    return float(value) if value is not None and np.isfinite(value) else -np.inf
