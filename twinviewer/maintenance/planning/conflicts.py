"""What is wrong with a plan, told from its jobs and loads alone: planner and chart say the same during a drag."""

from collections.abc import Sequence

import numpy as np

from twinviewer.maintenance.plan_results import Conflict, Load, PlannedJob

HOUR_NS = 3_600_000_000_000


def span_of(job: PlannedJob, start_ns: int) -> slice:
    """The hours of a plan that a job takes."""
    first = round((job.start_ns - start_ns) / HOUR_NS)
    return slice(first, first + hours_of(job))


def hours_of(job: PlannedJob) -> int:
    """Length of a job in whole hours."""
    return max(1, round((job.end_ns - job.start_ns) / HOUR_NS))


def conflicts(
    jobs: Sequence[PlannedJob], crews: Sequence[Load], tools: Sequence[Load], start_ns: int, hours: int
) -> tuple[Conflict, ...]:
    """What is wrong, in sentences: too many people or tools at once, parts that are not there yet, work after the
    likely failure, deadlines by law that are missed."""
    planned = [j for j in jobs if j.start_ns]
    found = []
    for load in crews:
        text = "{}: {} h with more people at work than are there"
        found += _over("crew", text, load, [j for j in planned if load.name in dict(j.at_work)], start_ns)
    for load in tools:
        text = "{}: wanted by more jobs at once than there are of it, {} h"
        found += _over("tool", text, load, [j for j in planned if load.name in j.tools], start_ns)
    for job in jobs:
        name = f"{job.asset_id}, {job.title}"
        if job.start_ns and job.start_ns < job.earliest_ns:
            short = (job.earliest_ns - job.start_ns) / (24 * HOUR_NS)
            text = f"{name}: {job.part or 'what it needs'} comes {short:.1f} d after this start"
            found.append(Conflict("parts", text, (job.work_order,)))
        ends_ns = job.end_ns if job.start_ns else start_ns + hours * HOUR_NS
        if 0 < job.even_odds_ns < job.start_ns:
            late = (job.start_ns - job.even_odds_ns) / HOUR_NS
            text = f"{name}: begins {late:.0f} h after even odds of failure; begin sooner, or call somebody out"
            found.append(Conflict("risk", text, (job.work_order,)))
        if job.kind == "legal" and job.due_ns and ends_ns > job.due_ns:
            found.append(Conflict("deadline", f"{name}: the deadline by law is missed", (job.work_order,)))
    return tuple(found)


def _over(kind: str, text: str, load: Load, jobs: Sequence[PlannedJob], start_ns: int) -> list[Conflict]:
    over = load.busy > load.there
    if not over.any():
        return []
    own = tuple(j.work_order for j in jobs if np.any(over[span_of(j, start_ns)]))
    return [Conflict(kind, text.format(load.name, int(over.sum())), own)]
