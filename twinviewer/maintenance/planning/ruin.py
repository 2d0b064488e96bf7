"""Quick improvement: takes related jobs out of the plan and puts them back at their cheapest places, again and again.

Ruin and recreate (Schrimpf et al. 2000) with the acceptance of simulated annealing; a thousand tries a second.
"""

from collections.abc import Callable

import numpy as np

from twinviewer.maintenance.planning.problem import Options, Schedule
from twinviewer.maintenance.planning.usage import Usage, total_cost

MOST_OUT = 14
BLINK = 0.05  # share of noise on costs while putting back, so that ties and near ties are explored


class Ruin:
    """A plan that is being improved; `best` is the best seen."""

    def __init__(self, options: Options, schedule: Schedule, seed: int) -> None:
        self.options = options
        self._usage = Usage(options, schedule)
        self._random = np.random.default_rng(seed)
        self._cost = total_cost(options, self._usage)
        self.best, self.best_cost = schedule, self._cost
        self._movable = np.flatnonzero(np.array([t.pinned_h is None for t in options.problem.tasks], bool))

    def run(self, tries: int, warm: float, stop: Callable[[], bool] = lambda: False) -> None:
        """`tries` attempts; a plan dearer by `warm` (share of the cost of an average job) is accepted in 1 of e."""
        if not len(self._movable):
            return
        heat = max(warm * self.best_cost / len(self._movable), 1e-9)
        for _ in range(tries):
            if stop():
                return
            self._try(heat)

    def restart(self, schedule: Schedule) -> None:
        """Go on from another plan."""
        self._usage = Usage(self.options, schedule)
        self._cost = total_cost(self.options, self._usage)
        if self._cost < self.best_cost - 1e-9:
            self.best, self.best_cost = schedule, self._cost

    def _try(self, heat: float) -> None:
        usage, random = self._usage, self._random
        out = self._related(int(random.integers(1, MOST_OUT + 1)))
        before = [(int(t), int(usage.start[t]), int(usage.row[t])) for t in out]
        for task in out:
            usage.take(int(task))
        for task in self._order(out):
            _, start, row = usage.best(int(task))
            usage.put(int(task), start, row)
        cost = total_cost(self.options, usage)
        if cost < self._cost - heat * np.log(max(random.random(), 1e-12)):
            self._cost = cost
            if cost < self.best_cost - 1e-9:
                self.best, self.best_cost = usage.schedule, cost
            return
        for task, _, _ in before:
            usage.take(task)
        for task, start, row in before:
            usage.put(task, start, row)

    def _related(self, count: int) -> np.ndarray:
        """Jobs near a random one: of the same group, of the same skill, or about the same time."""
        usage, random, o = self._usage, self._random, self.options
        seed = int(random.choice(self._movable))
        kind = random.random()
        far = np.abs(usage.start[self._movable] - usage.start[seed]) + 1.0
        if kind < 0.5 and o.group[seed] >= 0:
            far = np.where(o.group[self._movable] == o.group[seed], far, far + 1e6)
        elif kind < 0.8:
            crew = o.row_crew[o.first_row[self._movable], 0]
            far = np.where(crew == o.row_crew[o.first_row[seed], 0], far, far + 1e6)
        far = far * random.random(len(far)) ** 0.7
        return self._movable[np.argsort(far)[:count]]

    def _order(self, out: np.ndarray) -> np.ndarray:
        kind = self._random.random()
        if kind < 0.4:
            return self._random.permutation(out)
        if kind < 0.7:
            return out[np.argsort(-(self.options.duration * self.options.people)[out], kind="stable")]
        return out[np.argsort(-self.options.put_off[out], kind="stable")]
