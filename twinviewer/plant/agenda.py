"""The plant's event list: what happens next, and in which order, in seconds of plant time."""

import heapq
from collections import deque
from collections.abc import Callable
from typing import Any

Action = Callable[..., None]


class Agenda:
    """Events in plant time. Events of the same moment happen in the order in which they were entered.

    `now` is in seconds since the plant's start; it may be negative while the plant warms up.
    """

    def __init__(self, now: float = 0.0) -> None:
        self.now = now
        self._later: list[tuple[float, int, Action, tuple[Any, ...]]] = []
        self._soon: deque[tuple[Action, tuple[Any, ...]]] = deque()
        self._count = 0

    def at(self, time_s: float, action: Action, *args: Any) -> None:
        """Let `action(*args)` happen at `time_s`, or now where that is past."""
        self._count += 1
        heapq.heappush(self._later, (max(time_s, self.now), self._count, action, args))

    def after(self, delay_s: float, action: Action, *args: Any) -> None:
        """Let `action(*args)` happen `delay_s` from now."""
        self.at(self.now + delay_s, action, *args)

    def soon(self, action: Action, *args: Any) -> None:
        """Let `action(*args)` happen now, behind what is already due: long chains then need no deep call stack."""
        self._soon.append((action, args))

    def run_until(self, time_s: float) -> None:
        """Make everything happen that is due up to and including `time_s`."""
        later, soon = self._later, self._soon
        while True:
            while soon:
                action, args = soon.popleft()
                action(*args)
            if not later or later[0][0] > time_s:
                break
            self.now, _, action, args = heapq.heappop(later)
            action(*args)
        self.now = max(self.now, time_s)
