"""Conveyors: parts travel, queue at the end, and are passed on."""

from collections import deque

from twinviewer.model.asset import Asset
from twinviewer.model.state import State
from twinviewer.plant.agenda import Agenda
from twinviewer.plant.parts import Node, Part, Rhythm

_NEVER = float("inf")


class Belt(Node):
    """A conveyor: each part travels `travel_s`, then waits at the end until a follower accepts it."""

    def __init__(self, asset: Asset, agenda: Agenda, rhythm: Rhythm, capacity: int, travel_s: float) -> None:
        super().__init__(asset, agenda, rhythm, capacity)
        self.travel_s = travel_s
        self._items: deque[tuple[Part, float]] = deque()
        self._stuck_since = _NEVER

    def parts(self) -> int:
        """Parts on the belt."""
        return len(self._items)

    def accepts(self) -> bool:
        """Whether there is room and the belt moves."""
        return len(self._items) < self.capacity and not self.standing

    def take(self, part: Part) -> None:
        """Put a part on the belt."""
        self.last = part
        ready = self.agenda.now + self.travel_s / self.speed
        self._items.append((part, ready))
        self.agenda.at(ready, self.push)

    def push(self) -> None:
        """Pass on the parts that have arrived at the end."""
        now = self.agenda.now
        while self._items and self._items[0][1] <= now and not self.standing and not self.jammed:
            if not self.hand_over(self._items[0][0]):
                self._stuck_since = min(self._stuck_since, now)
                return
            self._items.popleft()
            self.good += 1
            self._stuck_since = _NEVER
            self.since = now
            self.ask_for_parts()

    def restart(self) -> None:
        """Move again."""
        self.since, self._stuck_since = self.agenda.now, _NEVER
        self.agenda.soon(self.push)
        self.ask_for_parts()

    def state(self, now_s: float) -> State:
        """Blocked when it is full and cannot pass on, starved when nothing has lain on it for a while."""
        basic = super().state(now_s)
        if basic is not State.RUNNING:
            return basic
        if not self._items:
            return self.rhythm.waiting_state(now_s - self.since - self.travel_s, State.STARVED)
        if len(self._items) >= self.capacity and self._stuck_since < now_s:
            return self.rhythm.waiting_state(now_s - self._stuck_since, State.BLOCKED)
        return State.RUNNING
