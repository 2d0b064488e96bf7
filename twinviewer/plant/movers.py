"""Vehicles and cranes: they drive from stop to stop along their routes; where they are is known at any moment."""

import random
from collections.abc import Sequence
from math import atan2, degrees, hypot

from twinviewer.model.asset import Asset
from twinviewer.model.state import State
from twinviewer.plant.agenda import Agenda
from twinviewer.plant.repairs import Unit

AGV_SPEED_M_S, CRANE_SPEED_M_S, TURN_DEG_S = 1.2, 0.5, 60.0
Point = tuple[float, float]


class Mover(Unit):
    """A unit that travels from point to point. `x_m`, `y_m`, `heading_deg` and `speed` hold after `locate`."""

    def __init__(self, asset: Asset, agenda: Agenda, points: Sequence[Point], draw: random.Random) -> None:
        super().__init__(asset)
        self.agenda = agenda
        self.points = list(points)
        self.draw = draw
        self.travelling = False
        self.moving = 0.0
        self.carried = 0.0
        self.battery = draw.uniform(55, 95)
        self.at_point = 0
        self.charging = False
        self.x_m, self.y_m = self.points[0]
        self.heading_deg = 0.0
        self._from: Point = self.points[0]
        self._to: Point = self.points[0]
        self._turn: tuple[float, float] = (0.0, 0.0)  # heading before, change
        self._begun = self._rolling = self._arrives = agenda.now
        self._left = 0.0
        self._epoch = 0

    def go(self, target: Point, speed_m_s: float) -> None:
        """Turn on the spot, then drive to `target`; `arrive` follows."""
        self._from, self._to = (self.x_m, self.y_m), target
        dx, dy = target[0] - self.x_m, target[1] - self.y_m
        way = hypot(dx, dy)
        change = 0.0
        if way > 0.01:
            change = (degrees(atan2(dy, dx)) - self.heading_deg + 180) % 360 - 180
        self._turn = (self.heading_deg, change)
        self._begun = self.agenda.now
        self._rolling = self._begun + abs(change) / TURN_DEG_S
        # The smooth start and stop of `locate` needs one and a half times the way at full speed.
        self._arrives = self._rolling + max(1.0, 1.5 * way / speed_m_s)
        self.travelling = True
        self._schedule(self._arrives)

    def locate(self, now_s: float) -> None:
        """Bring position, heading (-180 to 180) and `moving` (share of full speed) up to `now_s`."""
        if not self.travelling or self.standing or self.jammed:
            self.moving = 0.0
        else:
            self._place(now_s)

    def _place(self, now_s: float) -> None:
        turning = max(self._rolling - self._begun, 1e-9)
        turned = min(1.0, max(0.0, (now_s - self._begun) / turning))
        self.heading_deg = (self._turn[0] + self._turn[1] * turned + 180) % 360 - 180
        u = min(1.0, max(0.0, (now_s - self._rolling) / max(self._arrives - self._rolling, 1e-9)))
        smooth = u * u * (3 - 2 * u)
        self.x_m = self._from[0] + (self._to[0] - self._from[0]) * smooth
        self.y_m = self._from[1] + (self._to[1] - self._from[1]) * smooth
        self.moving = 4 * u * (1 - u)

    def halt(self) -> None:
        """Stop where it is."""
        if self.travelling:
            self._place(self.agenda.now)
        self.moving = 0.0
        self._left = max(0.0, self._arrives - self.agenda.now)
        self._epoch += 1

    def restart(self) -> None:
        """Drive on to where it was going."""
        if self.travelling:
            self.go(self._to, AGV_SPEED_M_S if self.kind == "agv" else CRANE_SPEED_M_S)
        else:
            self._schedule(self.agenda.now + self._left)

    def wait(self, seconds: float) -> None:
        """Stand for a while; `arrive` follows."""
        self.travelling = False
        self._schedule(self.agenda.now + seconds)

    def _schedule(self, time_s: float) -> None:
        self._arrives = time_s
        self._epoch += 1
        self.agenda.at(time_s, self._done, self._epoch)

    def _done(self, epoch: int) -> None:
        if epoch != self._epoch:
            return
        if self.travelling:
            self.locate(self.agenda.now)
            self.travelling = False
            self.arrived()
        else:
            self.waited()

    def arrived(self) -> None:
        """Told when it has reached where it was going."""

    def waited(self) -> None:
        """Told when a wait is over."""

    def state(self, now_s: float) -> State:
        """Running while it travels, idle while it stands and loads."""
        basic = super().state(now_s)
        if basic is not State.RUNNING or self.travelling:
            return basic
        return State.IDLE


class Vehicle(Mover):
    """An AGV that goes round its route, loads and unloads at every corner, and charges at the first when low.

    Vehicles on the same route keep apart: a corner belongs to one of them from the moment it drives there.
    """

    def __init__(
        self, asset: Asset, agenda: Agenda, points: Sequence[Point], draw: random.Random, owners: dict[Point, int]
    ) -> None:
        super().__init__(asset, agenda, points, draw)
        self._owners = owners
        free = [k for k, p in enumerate(self.points) if p not in owners]
        self.at_point = free[(len(self.points) // 2 * len(owners)) % len(free)] if free else 0
        self._owners.setdefault(self.points[self.at_point], self.index)
        self.x_m, self.y_m = self.points[self.at_point]
        self.wait(draw.uniform(2, 12))

    def arrived(self) -> None:
        """Hand the corner behind back, then load or unload."""
        behind = self.points[self.at_point]
        self.at_point = (self.at_point + 1) % len(self.points)
        if self._owners.get(behind) == self.index and behind != self.points[self.at_point]:
            del self._owners[behind]
        self.carried = 0.0 if self.carried else self.draw.uniform(0.3, 0.8)
        self.charging = self.at_point == 0 and self.battery < 45
        self.wait(self.draw.uniform(600, 900) if self.charging else self.draw.uniform(8, 25))

    def waited(self) -> None:
        """Drive on where the next corner is free, else look again soon."""
        self.charging = False
        ahead = self.points[(self.at_point + 1) % len(self.points)]
        if self._owners.get(ahead, self.index) != self.index:
            self.wait(2.0)
            return
        self._owners[ahead] = self.index
        self.go(ahead, AGV_SPEED_M_S)


class Crane(Mover):
    """A crane on its rails: travels along X, lifts, travels, sets down; now and then nobody needs it."""

    def __init__(self, asset: Asset, agenda: Agenda, points: Sequence[Point], draw: random.Random) -> None:
        super().__init__(asset, agenda, points, draw)
        (self._low, self._y), (self._high, _) = self.points[0], self.points[-1]
        self.x_m = draw.uniform(self._low, self._high)
        self._to = (self.x_m, self._y)
        self.wait(draw.uniform(5, 40))

    def arrived(self) -> None:
        """Lift or set down; after setting down nobody may need it for a while."""
        self.carried = 0.0 if self.carried else self.draw.uniform(0.15, 0.75)
        rest = 0.0 if self.carried else self.draw.uniform(0, 180)
        self.wait(self.draw.uniform(15, 40) + rest)

    def waited(self) -> None:
        """Travel to where it is needed next."""
        self.go((self.draw.uniform(self._low, self._high), self._y), CRANE_SPEED_M_S)

    def _place(self, now_s: float) -> None:
        """A crane does not turn."""
        heading = self.heading_deg
        super()._place(now_s)
        self.heading_deg = heading
