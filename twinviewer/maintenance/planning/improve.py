"""Makes a plan at once and betters it as long as it may: first plan, bound, quick tries, exact neighbourhoods."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from twinviewer.maintenance.planning.bound import Bound, raised
from twinviewer.maintenance.planning.greedy import first_plan
from twinviewer.maintenance.planning.group_bound import group_values
from twinviewer.maintenance.planning.neighbourhood import solved
from twinviewer.maintenance.planning.problem import Options, Schedule
from twinviewer.maintenance.planning.ruin import Ruin
from twinviewer.maintenance.planning.usage import Usage, total_cost

Clock = Callable[[], float]
NEIGHBOURHOOD_S = 4.0
FREE = 40  # jobs that an exact neighbourhood frees
WARMEST, COLDEST = 0.02, 0.0005
GROUPS_SHARE = 0.35  # of the time for the bound of whole groups


@dataclass(frozen=True)
class Progress:
    """A plan, its cost (EUR), the proven lower bound (-inf: none yet) and the seconds since the beginning."""

    schedule: Schedule
    cost_eur: float
    bound_eur: float
    seconds: float

    @property
    def gap(self) -> float:
        """The share of the cost that a better plan could save at most."""
        if self.cost_eur <= 0:
            return 0.0
        return float(np.clip((self.cost_eur - self.bound_eur) / self.cost_eur, 0.0, 1.0))


def improved(
    options: Options,
    limit_s: float,
    seed: int = 0,
    start: Schedule | None = None,
    clock: Clock = time.monotonic,
) -> Iterator[Progress]:
    """The first plan, then one state after each round of work, until `limit_s` is over or the plan is proven best.

    The one who asks may stop at any time: the newest state holds a valid plan.
    """
    began = clock()
    schedule = first_plan(options) if start is None else start
    ruin = Ruin(options, schedule, seed)
    bound = Bound.start(options)
    proven = -np.inf

    def left() -> float:
        return limit_s - (clock() - began)

    def state() -> Progress:
        return Progress(ruin.best, ruin.best_cost, max(proven, bound.value), clock() - began)

    yield state()
    if not len(options.duration):
        return
    free = _Neighbourhoods(options, seed)
    grouped = False
    while left() > 0 and state().gap > 1e-4:
        used = 1 - left() / limit_s
        warm = WARMEST * (COLDEST / WARMEST) ** min(1.0, 1.5 * used)
        _for(0.06 * limit_s, lambda stop, w=warm: ruin.run(1_000_000, w, stop), left, clock)
        yield state()
        if not bound.settled:
            _for(0.08 * limit_s, lambda stop: raised(bound, ruin.best_cost, 1_000_000, stop), left, clock)
            yield state()
        elif not grouped and used > 0.15:
            grouped = True
            for value in _grouped(options, bound, left, until=left() - GROUPS_SHARE * limit_s):
                proven = max(proven, value)
                yield state()
        if used > 0.4:
            yield from _exactly(options, ruin, bound, free, left, state, until=left() - 0.08 * limit_s)


def _grouped(options: Options, bound: Bound, left: Callable[[], float], until: float) -> Iterator[float]:
    """The bound of whole groups; each may take its part of the time until `left()` falls to `until`."""
    waiting = len(options.loss)

    def seconds() -> float:
        nonlocal waiting
        waiting -= 1
        return max(left() - until, 0.05) / max(1.0, 0.4 * (waiting + 1))

    yield from group_values(options, bound, seconds)


def _for(seconds: float, work: Callable[[Callable[[], bool]], object], left: Callable[[], float], clock: Clock) -> None:
    end = clock() + min(seconds, left())
    work(lambda: clock() >= end)


def _exactly(
    options: Options,
    ruin: Ruin,
    bound: Bound,
    free: "_Neighbourhoods",
    left: Callable[[], float],
    state: Callable[[], Progress],
    until: float,
) -> Iterator[Progress]:
    """Exact neighbourhoods of the best plan until `left()` falls to `until`."""
    reduced = bound.reduced
    while left() > max(until, 0.3):
        found = solved(options, ruin.best, free.next(ruin.best), reduced, min(NEIGHBOURHOOD_S, left()))
        if found is not None:
            cost = total_cost(options, Usage(options, found))
            if cost < ruin.best_cost - 1e-9:
                ruin.best, ruin.best_cost = found, cost
        yield state()
    ruin.restart(ruin.best)


class _Neighbourhoods:
    """Which jobs to free next: whole groups in turn, then jobs of one crew's days."""

    def __init__(self, options: Options, seed: int) -> None:
        self._options = options
        self._random = np.random.default_rng([seed, 1])
        self._turn = 0

    def next(self, schedule: Schedule) -> list[int]:
        """Tasks, at most about `FREE`."""
        self._turn += 1
        movable = np.array([t.pinned_h is None for t in self._options.problem.tasks], bool)
        pick = self._by_group if self._turn % 2 else self._by_time
        return [int(t) for t in pick(schedule) if movable[t]][:FREE]

    def _by_group(self, schedule: Schedule) -> np.ndarray:
        groups = self._random.permutation(np.unique(self._options.group))
        parts, count = [], 0
        for group in groups:
            members = self._random.permutation(np.flatnonzero(self._options.group == group))
            parts.append(members)
            count += len(members)
            if count >= FREE:
                break
        return np.concatenate(parts)

    def _by_time(self, schedule: Schedule) -> np.ndarray:
        start = schedule.start.astype(float)
        middle = self._random.uniform(0, self._options.own.shape[1])
        far = np.where(start < 0, self._random.uniform(0, 400, len(start)), np.abs(start - middle))
        return np.argsort(far, kind="stable")
