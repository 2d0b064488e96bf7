"""Stations: parts wait, are worked on, and block the machine until they can be passed on (blocking after service)."""

import random
from collections import deque
from collections.abc import Callable
from math import log, sqrt

from twinviewer.model.asset import Asset
from twinviewer.model.state import State
from twinviewer.plant.agenda import Agenda
from twinviewer.plant.parts import Node, Part, Rhythm

FOREVER = float("inf")


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
