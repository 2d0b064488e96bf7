"""Made-up planning problems of any size for benchmarks and tests: lines, crews, planned stops, demand, ageing parts."""

import numpy as np

from twinviewer.maintenance.planning.problem import Crew, Problem, Task

SKILLS = ("mechanic", "electrician", "hydraulics", "inspector")
SHARE = (0.42, 0.26, 0.14, 0.18)


def made(jobs: int, weeks: int, seed: int) -> Problem:
    """A problem of `jobs` jobs over `weeks` weeks that starts on a Monday at midnight.

    Crews work 6 to 22 h on weekdays (half of them Saturday 6 to 14 h) and are sized for a load of about 70 %, which
    is what planners aim at. Lines lose 400 to 1,500 EUR per hour on working days, half of that on Saturday, a tenth on
    Sunday and at night, nothing in their planned stops of 6 to 8 h every week. Failures follow Weibull ages (shape 2
    to 4).
    """
    random = np.random.default_rng(seed)
    hours = weeks * 168
    lines = max(2, jobs // 12)
    loss = {f"line {k + 1}": _loss(random, hours) for k in range(lines)}
    tasks = tuple(_task(k, random, hours, lines) for k in range(jobs))
    return Problem(hours, tasks, _crews(tasks, hours), loss)


def _loss(random: np.random.Generator, hours: int) -> np.ndarray:
    hour = np.arange(hours)
    day = (hour // 24) % 7
    clock = hour % 24
    demand = np.where(day < 5, 1.0, np.where(day == 5, 0.5, 0.1))
    demand = np.where((clock < 6) | (clock >= 22), np.minimum(demand, 0.1), demand)
    loss = random.uniform(400, 1500) * demand
    first = int(random.integers(0, 10))
    for start_day in range(first % 5, hours // 24, 7):
        begin = 24 * start_day + int(random.choice([6, 8, 14]))
        loss[begin : begin + int(random.integers(6, 9))] = 0.0
    return loss


def _task(k: int, random: np.random.Generator, hours: int, lines: int) -> Task:
    skill = str(random.choice(SKILLS, p=SHARE))
    duration = int(random.choice([1, 2, 2, 3, 4, 4, 6, 8]))
    kind = str(random.choice(["predictive", "preventive", "corrective", "inspection"], p=[0.3, 0.4, 0.15, 0.15]))
    shape, scale = random.uniform(2, 4), hours * random.uniform(0.4, 3.0)
    age = scale * random.uniform(0.3, 1.1)
    t = np.arange(hours + 1.0)
    failure = 1 - np.exp((age / scale) ** shape - ((age + t) / scale) ** shape)
    needs_stop = kind != "inspection" and random.random() < 0.8
    due = int(random.uniform(0.3, 1.0) * hours) if random.random() < 0.7 else None
    return Task(
        name=f"WO-{k + 1:04d}",
        asset_id=f"A-{k + 1:04d}",
        title=f"{kind} {k + 1}",
        kind=kind,
        skill=skill,
        duration_h=duration,
        people=int(random.choice([1, 1, 2])),
        group=f"line {int(random.integers(lines)) + 1}" if needs_stop else "",
        failure_eur=float(random.lognormal(9.0, 0.8)),
        failure=failure,
        due_h=due,
        late_eur_per_h=float(random.uniform(5, 40)) if due is not None else 0.0,
        earliest_h=int(random.uniform(0, 0.4) * hours) if random.random() < 0.25 else 0,
        parts_eur=float(random.lognormal(5.0, 1.0)),
    )


def _crews(tasks: tuple[Task, ...], hours: int) -> tuple[Crew, ...]:
    clock, day = np.arange(hours) % 24, (np.arange(hours) // 24) % 7
    shift = (clock >= 6) & (clock < 22)
    rate = np.where(day < 5, 52.0, 78.0)
    crews = []
    for skill in SKILLS:
        work = sum(t.duration_h * t.people for t in tasks if t.skill == skill)
        open_h = float((shift & (day < 5)).sum())
        people = max(2, int(np.ceil(work / (0.7 * open_h))))
        saturday = (day == 5) & (clock >= 6) & (clock < 14)
        there = np.where(shift & (day < 5), people, np.where(saturday, max(1, people // 2), 0))
        crews.append(Crew(skill, frozenset({skill}), there.astype(np.int64), rate))
    return tuple(crews)
