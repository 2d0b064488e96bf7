"""A first plan at once: job after job, the one that saves most first, each at its cheapest free place."""

import numpy as np

from twinviewer.maintenance.planning.problem import Options, Schedule
from twinviewer.maintenance.planning.usage import Usage


def urgency(options: Options) -> np.ndarray:
    """float64 (n,): what doing a job saves per hour of work, against putting it off; inf where it is pinned."""
    cheapest = np.minimum.reduceat(options.own.min(axis=1), options.first_row[:-1]) if len(options.duration) else []
    with np.errstate(invalid="ignore"):
        saved = np.where(np.isinf(cheapest), -np.inf, options.put_off - cheapest)
    return saved / (options.duration * options.people)


def first_plan(options: Options) -> Schedule:
    """A plan that keeps to all crews and calendars."""
    usage = Usage(options)
    pinned = [k for k, t in enumerate(options.problem.tasks) if t.pinned_h is not None]
    for task in pinned:
        usage.put(task, int(options.problem.tasks[task].pinned_h or 0), int(options.first_row[task]))
    for task in np.argsort(-urgency(options), kind="stable"):
        if task in pinned:
            continue
        _, start, row = usage.best(int(task))
        usage.put(int(task), start, row)
    return usage.schedule
