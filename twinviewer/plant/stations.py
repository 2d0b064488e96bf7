"""Stations and conveyors: parts wait, are worked on, are passed on; blocking after service."""

import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from math import log, sqrt
from typing import NamedTuple

from twinviewer.model.asset import Asset
from twinviewer.model.state import State
from twinviewer.plant.agenda import Agenda
from twinviewer.plant.repairs import Unit

FOREVER = float("inf")


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


class Node(Unit):
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

    def accepts(self) -> bool:
        """Whether it takes another part now."""
        raise TypeError(f"{type(self).__name__} does not take parts")

    def take(self, part: Part) -> None:
        """Take a part; only where `accepts`."""
        raise TypeError(f"{type(self).__name__} does not take parts")

    def push(self) -> None:
        """Pass on what is finished, as far as the followers accept it."""
        raise TypeError(f"{type(self).__name__} does not pass parts on")

    def parts(self) -> int:
        """Parts in it."""
        raise TypeError(f"{type(self).__name__} holds no parts")

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


class Belt(Node):
    """A conveyor: each part travels `travel_s`, then waits at the end until a follower accepts it."""

    def __init__(self, asset: Asset, agenda: Agenda, rhythm: Rhythm, capacity: int, travel_s: float) -> None:
        super().__init__(asset, agenda, rhythm, capacity)
        self.travel_s = travel_s
        self._items: deque[tuple[Part, float]] = deque()
        self._stuck_since = FOREVER

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
            self._stuck_since = FOREVER
            self.since = now
            self.ask_for_parts()

    def restart(self) -> None:
        """Move again."""
        self.since, self._stuck_since = self.agenda.now, FOREVER
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


class Station(Node):
    """One machine with an input buffer: sets up when the product changes, works, and blocks after service.

    `cycle_s` is the mean of its lognormal cycle times, `cv` their coefficient of variation, `setup_s` the mean
    changeover (0: none), `mtbf_s` the mean operating time between failures. `breaks(station)` is called on a failure
    and `spoils(station)` says whether the part just made is scrap.
    """

    def __init__(
        self,
        asset: Asset,
        agenda: Agenda,
        rhythm: Rhythm,
        capacity: int,
        cycle_s: float,
        cv: float,
        draw: random.Random,
    ) -> None:
        super().__init__(asset, agenda, rhythm, capacity)
        self.cycle_s = cycle_s
        self.setup_s = 0.0
        self.mtbf_s = FOREVER
        self.scrap = 0
        self.last_cycle_s = cycle_s
        self.product = -1
        self.phase = "wait"  # wait, setup, work, done
        self.queue: deque[Part] = deque()
        self.part: Part | None = None
        self.hold_setup_s = 0.0
        self.breaks: Callable[[Station], None] = _nothing
        self.spoils: Callable[[Station], bool] = _never
        self._sigma = sqrt(log(1 + cv * cv))
        self._mean_log = log(cycle_s) - self._sigma**2 / 2
        self._draw = draw
        self._left = 0.0
        self._until_failure = FOREVER
        self._begun = agenda.now
        self._epoch = 0
        self._cycle_begun = agenda.now

    def parts(self) -> int:
        """Parts in the buffer and in work."""
        return len(self.queue) + (self.part is not None)

    def waiting(self) -> int:
        """Parts in the buffer."""
        return len(self.queue)

    def accepts(self) -> bool:
        """Whether the buffer has room."""
        return len(self.queue) < self.capacity

    def take(self, part: Part) -> None:
        """Put a part into the buffer."""
        self.queue.append(part)
        self.start()

    def start(self) -> None:
        """Begin with the next part where there is one and nothing is in the way."""
        if self.part is not None or self.standing or not self.rhythm.open or not self.queue or self.phase == "setup":
            return
        self.part = self.last = self.queue.popleft()
        self.ask_for_parts()
        if self.part.product != self.product and self.setup_s > 0 and self.product >= 0:
            self._enter("setup", self._draw.lognormvariate(log(self.setup_s) - 0.03, 0.25))
        else:
            self._work()

    def set_up(self, seconds: float) -> None:
        """Change over for `seconds`, before the next part."""
        self.hold_setup_s = seconds
        if self.phase == "wait" and not self.standing:
            self._work()

    def _work(self) -> None:
        if self.hold_setup_s > 0:
            seconds, self.hold_setup_s = self.hold_setup_s, 0.0
            self._enter("setup", seconds)
        elif self.part is None:
            self._enter("wait", FOREVER)
            self.start()
        else:
            self.product = self.part.product
            self._cycle_begun = self.agenda.now
            self._enter("work", self._draw.lognormvariate(self._mean_log, self._sigma) / self.speed)

    def _enter(self, phase: str, seconds: float) -> None:
        self.phase, self._left, self.since = phase, seconds, self.agenda.now
        self._go_on()

    def _go_on(self) -> None:
        """Schedule the end of what it does, or its failure where that comes first."""
        self._epoch += 1
        self._begun = self.agenda.now
        if self.phase not in ("work", "setup") or self.standing:
            return
        if self._until_failure == FOREVER and self.mtbf_s < FOREVER:
            self._until_failure = self._draw.expovariate(1 / self.mtbf_s)
        if self.phase == "work" and self._until_failure < self._left:
            self.agenda.after(self._until_failure, self._fail, self._epoch)
        else:
            self.agenda.after(self._left, self._finish, self._epoch)

    def _account(self) -> None:
        """Take the time since it went on off what is left."""
        if self.phase in ("work", "setup"):
            elapsed = self.agenda.now - self._begun
            self._left -= elapsed
            if self.phase == "work":
                self._until_failure -= elapsed
        self._begun = self.agenda.now

    def _fail(self, epoch: int) -> None:
        if epoch == self._epoch:
            self._account()
            self._until_failure = FOREVER
            self.breaks(self)

    def _finish(self, epoch: int) -> None:
        if epoch != self._epoch:
            return
        self._account()
        if self.phase == "setup":
            if self.part is None:
                self._enter("wait", FOREVER)
                self.start()
            else:
                self._work()
            return
        self.last_cycle_s = self.agenda.now - self._cycle_begun
        if self.spoils(self):
            self.scrap += 1
            self.rhythm.scrapped += 1
            self._let_go()
        else:
            self._enter("done", FOREVER)
            self.push()

    def push(self) -> None:
        """Pass the finished part on."""
        if self.phase != "done" or self.part is None or self.jammed or self.standing:
            return
        if self.hand_over(self.part):
            self.good += 1
            self._let_go()

    def _let_go(self) -> None:
        self.part = None
        self._enter("wait", FOREVER)
        if self.hold_setup_s > 0:
            self._work()
        else:
            self.start()

    def halt(self) -> None:
        """Stop in the middle of what it does; what is done is kept."""
        self._account()
        self._epoch += 1

    def restart(self) -> None:
        """Go on where it stopped."""
        if self.phase in ("wait", "done"):
            self.since = self.agenda.now
        self._go_on()
        self.push()
        self.start()

    def state(self, now_s: float) -> State:
        """Its state as a control system would show it."""
        if self.standing:
            return super().state(now_s)
        if self.jammed and self.phase == "done":
            return State.BLOCKED
        if self.phase == "setup":
            return State.SETUP
        if self.phase == "work":
            return State.RUNNING
        cause = State.BLOCKED if self.phase == "done" else State.STARVED
        return self.rhythm.waiting_state(now_s - self.since, cause)


def _nothing(_: Station) -> None:
    """The station that never breaks."""


def _never(_: Station) -> bool:
    return False
