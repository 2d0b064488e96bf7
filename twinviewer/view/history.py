"""What undo brings back: the camera and what is hidden, ghosted, cut and measured."""

from dataclasses import dataclass, field

from twinviewer.model.camera import CameraView

Box = tuple[float, float, float, float, float, float]
Point = tuple[float, float, float]


@dataclass(frozen=True)
class ViewState:
    """All that a person set in the picture. `hidden` and `ghosted` are asset rows; `section` is (x0, x1, y0, y1, z0,
    z1); `measurements` are pairs of points in metres."""

    camera: CameraView
    hidden: frozenset[int] = frozenset()
    ghosted: frozenset[int] = frozenset()
    section: Box | None = None
    measurements: tuple[tuple[Point, Point], ...] = ()


@dataclass
class History:
    """States before (`past`) and after (`future`) the one that shows."""

    most: int = 200
    past: list[tuple[str, ViewState]] = field(default_factory=list)
    future: list[tuple[str, ViewState]] = field(default_factory=list)

    def remember(self, what: str, state: ViewState) -> None:
        """Keep the state before a change called `what`. One that turned out to change nothing is forgotten."""
        if self.past and self.past[-1][1] == state:
            self.past.pop()
        self.past.append((what, state))
        del self.past[: -self.most]
        self.future.clear()

    def undo(self, now: ViewState) -> ViewState | None:
        """The state before the last change, None when there is none."""
        return _swap(self.past, self.future, now)

    def redo(self, now: ViewState) -> ViewState | None:
        """The state that `undo` left, None when there is none."""
        return _swap(self.future, self.past, now)


def _swap(source: list[tuple[str, ViewState]], target: list[tuple[str, ViewState]], now: ViewState) -> ViewState | None:
    if not source:
        return None
    what, state = source.pop()
    target.append((what, now))
    return state
