"""A proven lower bound of the cost of any plan: Lagrangian relaxation, raised by subgradient steps.

Relaxed are the crews (a price `wage` per person and hour) and the sharing of a stop (each job of a group carries a
`share` of what the group's hour costs; the shares of an hour sum to that cost). Every job then chooses for itself, so
each set of prices gives a valid bound (Geoffrion 1974; for time-indexed schedules Christofides et al. 1987). The
bound holds for all starts of all hours: nothing is left out.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from twinviewer.maintenance.planning.problem import Options

SOFTENING = 0.3  # share of the newest subgradient in the direction of a step (deflection damps zigzagging)
SMALLEST = 0.0005  # scale of a step at which more steps hardly raise the bound
PATIENCE = 25  # steps without a better bound after which steps are made shorter


@dataclass
class Bound:
    """The best bound so far and its prices: wage (c, H), share (n, H); `reduced` (r, H) are starts at them."""

    options: Options
    value: float
    wage: np.ndarray
    share: np.ndarray
    _scale: float = 1.0
    _stalled: int = 0

    @classmethod
    def start(cls, options: Options) -> "Bound":
        """Prices to begin with: free crews, and each stop shared equally by the jobs of its group."""
        shape = (len(options.duration), options.own.shape[1])
        share = np.zeros(shape)
        for g in range(len(options.loss)):
            members = np.flatnonzero(options.group == g)
            share[members] = options.loss[g] / max(len(members), 1)
        bound = cls(options, -np.inf, np.zeros(options.there.shape), share)
        bound._now = (bound.wage, bound.share)
        bound._direction = (np.zeros_like(bound.wage), np.zeros_like(bound.share))
        return bound

    _now: tuple[np.ndarray, np.ndarray] = (np.zeros(0), np.zeros(0))
    _direction: tuple[np.ndarray, np.ndarray] = (np.zeros(0), np.zeros(0))

    def priced(self, wage: np.ndarray, share: np.ndarray) -> np.ndarray:
        """float64 (r, H): each start at these prices, inf where it is not allowed."""
        o = self.options
        per_hour = share[o.row_task]
        for k in range(o.row_crew.shape[1]):
            per_hour += o.row_people[:, k, None] * wage[o.row_crew[:, k]]
        total = np.zeros((len(per_hour), per_hour.shape[1] + 1))
        np.cumsum(per_hour, axis=1, out=total[:, 1:])
        hours = per_hour.shape[1]
        ends = np.minimum(np.arange(hours)[None, :] + o.duration[o.row_task][:, None], hours)
        return o.own + np.take_along_axis(total, ends, axis=1) - total[:, :-1]

    @property
    def settled(self) -> bool:
        """Whether more steps would hardly raise it."""
        return self._scale <= SMALLEST

    @property
    def reduced(self) -> np.ndarray:
        """`priced` at the best prices."""
        return self.priced(self.wage, self.share)

    def step(self, upper: float) -> None:
        """One step towards better prices; `upper` is the cost of the best plan known."""
        o = self.options
        wage, share = self._now
        cost = self.priced(wage, share)
        at = cost.argmin(axis=1)
        least = cost[np.arange(len(cost)), at]
        row = np.array([a + least[a:b].argmin() for a, b in zip(o.first_row[:-1], o.first_row[1:], strict=True)])
        chosen = least[row] < o.put_off
        value = float(np.minimum(least[row], o.put_off).sum() - (wage * o.there).sum())
        self._keep(value, wage, share)
        self._move(value, upper, *self._violations(row[chosen], at[row[chosen]]))

    def _keep(self, value: float, wage: np.ndarray, share: np.ndarray) -> None:
        if value > self.value + 1e-6 * abs(self.value if np.isfinite(self.value) else 1.0):
            self.value, self.wage, self.share, self._stalled = value, wage, share, 0
            return
        self.value = max(self.value, value)
        self._stalled += 1
        if self._stalled >= PATIENCE:
            self._stalled = 0
            self._scale = max(self._scale * 0.7, SMALLEST)
            self._now = (self.wage, self.share)

    def _violations(self, rows: np.ndarray, starts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Subgradients: people beyond those there, and hours in which each job keeps its group standing."""
        o = self.options
        excess, stands = -o.there.astype(float), np.zeros_like(self.share)
        for row, start in zip(rows.tolist(), starts.tolist(), strict=True):
            task = o.row_task[row]
            run = slice(start, start + int(o.duration[task]))
            for crew, people in o.team[row]:
                excess[crew, run] += people
            if o.group[task] >= 0:
                stands[task, run] = 1.0
        return excess, stands

    def _move(self, value: float, upper: float, excess: np.ndarray, stands: np.ndarray) -> None:
        wage, share = self._now
        excess = np.where((wage <= 0) & (excess < 0), 0.0, excess)
        for g in range(len(self.options.loss)):
            members = self.options.group == g
            stands[members] -= stands[members].mean(axis=0) if members.any() else 0.0
        old_excess, old_stands = self._direction
        excess = SOFTENING * excess + (1 - SOFTENING) * old_excess
        stands = SOFTENING * stands + (1 - SOFTENING) * old_stands
        self._direction = (excess, stands)
        norm = float((excess**2).sum() + (stands**2).sum())
        if norm <= 0:
            return
        step = self._scale * max(upper - value, 1e-3 * abs(upper)) / norm
        self._now = (np.maximum(wage + step * excess, 0.0), self._shared(share + step * stands))

    def _shared(self, share: np.ndarray) -> np.ndarray:
        """Shares made valid: none negative, those of a group's hour sum to its cost (nearly the nearest such point)."""
        o = self.options
        for g in range(len(o.loss)):
            members = np.flatnonzero(o.group == g)
            if not len(members):
                continue
            x = np.maximum(share[members], 0.0)
            for _ in range(3):
                active = np.maximum((x > 0).sum(axis=0), 1)
                x = np.maximum(x - np.where(x > 0, (x.sum(axis=0) - o.loss[g]) / active, 0.0), 0.0)
            total = x.sum(axis=0)
            even = np.broadcast_to(o.loss[g] / len(members), x.shape)
            share[members] = np.where(total > 1e-9, x * (o.loss[g] / np.maximum(total, 1e-9)), even)
        return share


def raised(bound: Bound, upper: float, steps: int, stop: Callable[[], bool] = lambda: False) -> Bound:
    """The same bound after up to `steps` steps."""
    for _ in range(steps):
        if stop() or bound.settled or bound.value >= upper * (1 - 1e-6):
            break
        bound.step(upper)
    return bound
