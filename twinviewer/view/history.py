"""What undo brings back: the camera and what is hidden, ghosted, cut and measured."""

import math
from dataclasses import dataclass, field, replace

from twinviewer.model.camera import CameraView

_SAME_M = 1e-6
Box = tuple[float, float, float, float, float, float]
Point = tuple[float, float, float]


@dataclass(frozen=True)
class ViewState:
    """All that a person set in the picture. `hidden` and `ghosted` are asset rows; `section` is (x0, x1, y0, y1, z0,
    z1); `measurements` are pairs of points in metres. The camera has a colour mode where the step changed that too."""

    camera: CameraView
    hidden: frozenset[int] = frozenset()
    ghosted: frozenset[int] = frozenset()
    section: Box | None = None
    measurements: tuple[tuple[Point, Point], ...] = ()

    def same(self, other: "ViewState") -> bool:
        """Whether nobody could tell the two apart: the same framing twice differs in the last digits."""
        mine, theirs = self.camera, other.camera
        moved_m = math.dist(mine.position, theirs.position) + math.dist(mine.target, theirs.target)
        return moved_m < _SAME_M and mine.mode == theirs.mode and replace(self, camera=theirs) == other


@dataclass
class History:
    """States before (`past`) and after (`future`) the one that shows."""

    most: int = 200
    past: list[tuple[str, ViewState]] = field(default_factory=list)
    future: list[tuple[str, ViewState]] = field(default_factory=list)

    def remember(self, what: str, state: ViewState) -> None:
        """Keep the state before a change called `what`. One that turned out to change nothing is forgotten."""
        if self.past and self.past[-1][1].same(state):
            self.past.pop()
        self.past.append((what, state))
        del self.past[: -self.most]
        self.future.clear()

    def undo(self, now: ViewState) -> ViewState | None:
        """The state before the last change, None when there is none. `now` names the colour mode that shows."""
        return _swap(self.past, self.future, now)

    def redo(self, now: ViewState) -> ViewState | None:
        """The state that `undo` left, None when there is none."""
        return _swap(self.future, self.past, now)


def _swap(source: list[tuple[str, ViewState]], target: list[tuple[str, ViewState]], now: ViewState) -> ViewState | None:
    """Take a step from `source` over to `target`; steps that would change nothing are passed over."""
    while source:
        what, state = source.pop()
        here = now if state.camera.mode else replace(now, camera=replace(now.camera, mode=""))
        if not state.same(here):
            target.append((what, here))
            return state
    return None
