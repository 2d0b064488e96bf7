"""What every place in a line has in common: parts flow through it, at the pace of its line; orders bring new ones."""

import random
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import NamedTuple

from twinviewer.model.asset import Asset
from twinviewer.model.state import State
from twinviewer.plant.agenda import Agenda
from twinviewer.plant.repairs import Unit


class Part(NamedTuple):
    """One part: the number of its order and the row of its product."""

    order: int
    product: int


@dataclass(slots=True)
class Rhythm:
    """What all nodes of one line share: its pace (s per part), whether its shift is on, and its tallies.

    Parts are conserved: released = in the line + completed + scrapped.
    """

    pace_s: float
    open: bool = True
    released: int = 0
    completed: int = 0
    scrapped: int = 0

    def waiting_state(self, waited_s: float, cause: State) -> State:
        """A short wait belongs to running, a longer one is idle, and then the cause shows."""
        if not self.open:
            return State.IDLE
        if waited_s < max(5.0, 1.2 * self.pace_s):
            return State.RUNNING
        return State.IDLE if waited_s < max(10.0, 2.2 * self.pace_s) else cause


class Node(Unit, ABC):
    """A unit through which parts flow."""

    def __init__(self, asset: Asset, agenda: Agenda, rhythm: Rhythm, capacity: int) -> None:
        super().__init__(asset)
        self.agenda = agenda
        self.rhythm = rhythm
        self.capacity = capacity
        self.feeders: list[Node | Source] = []
        self.followers: list[Node] = []
        self.since = agenda.now
        self.good = 0
        self.last: Part | None = None
        self._next = 0

    @abstractmethod
    def accepts(self) -> bool:
        """Whether it takes another part now."""

    @abstractmethod
    def take(self, part: Part) -> None:
        """Take a part; only where `accepts`."""

    @abstractmethod
    def push(self) -> None:
        """Pass on what is finished, as far as the followers accept it."""

    @abstractmethod
    def parts(self) -> int:
        """Parts in it."""

    def waiting(self) -> int:
        """Parts that wait in front of it (or lie on it)."""
        return self.parts()

    def hand_over(self, part: Part) -> bool:
        """Give a part to the next follower that accepts it, in turns; at the end of the line it leaves the plant."""
        if not self.followers:
            self.rhythm.completed += 1
            return True
        for k in range(len(self.followers)):
            follower = self.followers[(self._next + k) % len(self.followers)]
            if follower.accepts():
                self._next = (self._next + k + 1) % len(self.followers)
                follower.take(part)
                return True
        return False

    def jam(self) -> None:
        """It works on, but nothing leaves it."""
        self.jammed = True

    def clear(self) -> None:
        """What has waited may leave."""
        self.jammed = False
        self.agenda.soon(self.push)

    def ask_for_parts(self) -> None:
        """Tell the feeders that there is room."""
        for feeder in self.feeders:
            self.agenda.soon(feeder.push)


class Source:
    """Raw parts for the head of a line: order after order, at the line's pace, while its shift is on."""

    def __init__(self, head: Node, interval_s: float, lot: int, products: int, draw: random.Random) -> None:
        self._head = head
        self._interval_s = interval_s
        self._lot = lot
        self._products = products
        self._draw = draw
        self._left = 0
        self._due = True
        self.part = Part(10_000 + draw.randrange(1000), draw.randrange(products))
        head.feeders.append(self)
        head.agenda.soon(self.push)

    def push(self) -> None:
        """Release a part where one is due and the line's head accepts it."""
        rhythm = self._head.rhythm
        if not (self._due and rhythm.open and self._head.accepts()):
            return
        if self._left <= 0:
            step = self._draw.randrange(1, self._products) if self._products > 1 else 0
            self.part = Part(self.part.order + 1, (self.part.product + step) % self._products)
            self._left = max(1, round(self._lot * self._draw.uniform(0.6, 1.4)))
        self._left -= 1
        rhythm.released += 1
        self._due = False
        self._head.take(self.part)
        self._head.agenda.after(self._interval_s * self._draw.uniform(0.97, 1.03), self._fall_due)

    def _fall_due(self) -> None:
        self._due = True
        self.push()
