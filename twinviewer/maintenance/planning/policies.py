"""What others would do with the same jobs: run to failure, and fixed intervals; to compare a plan with."""

import numpy as np

from twinviewer.maintenance.planning.problem import Options, Schedule
from twinviewer.maintenance.planning.usage import Usage

MUST = frozenset({"corrective", "legal"})


def run_to_failure(options: Options) -> Schedule:
    """Only what has failed or what the law asks for is done, as soon as it can be."""
    usage = Usage(options)
    for k, task in enumerate(options.problem.tasks):
        if task.kind in MUST or task.pinned_h is not None:
            _put_near(usage, k, task.earliest_h)
    return usage.schedule


def fixed_interval(options: Options) -> Schedule:
    """Every job on its date, whatever the condition, and without regard to stops: by the calendar alone.

    Jobs without a date are spread evenly over the horizon, as a yearly calendar does.
    """
    usage = Usage(options)
    hours, tasks = options.own.shape[1], options.problem.tasks
    undated = [k for k, t in enumerate(tasks) if t.due_h is None]
    wanted = {k: hours * (j + 0.5) / len(undated) for j, k in enumerate(undated)}
    for k, task in enumerate(tasks):
        if task.due_h is not None:
            wanted[k] = max(0, task.due_h - task.duration_h)
    for k in sorted(wanted, key=lambda k: (tasks[k].pinned_h is None, wanted[k])):
        _put_near(usage, k, wanted[k])
    return usage.schedule


def _put_near(usage: Usage, task: int, wanted: float) -> None:
    """At the free hour that is nearest to the wanted one; put off where no hour is free. What is fixed stays."""
    fixed = usage.options.problem.tasks[task].pinned_h
    if fixed is not None:
        usage.put(task, fixed, int(usage.options.first_row[task]))
        return
    cost = usage.marginal(task)
    away = np.where(np.isfinite(cost), np.abs(np.arange(cost.shape[1]) - wanted)[None, :], np.inf)
    row, start = divmod(int(away.argmin()), cost.shape[1])
    if np.isfinite(away[row, start]):
        usage.put(task, start, int(usage.options.first_row[task]) + row)
