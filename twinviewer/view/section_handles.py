"""Knobs at the middles of the section box's faces, which move them."""

import numpy as np

from twinviewer.view.history import Box
from twinviewer.view.stage import Stage

_REACH = 11.0
_LEAST_M = 0.2


class SectionHandles:
    """Finds and drags the knobs."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._face: int | None = None
        self._start: Box | None = None
        self._press = np.zeros(2)

    @property
    def dragging(self) -> bool:
        """Whether a knob was pressed."""
        return self._face is not None

    def places(self) -> np.ndarray:
        """Pixels and depth of the six knobs in the stage's pixels, (6, 3); x0, x1, y0, y1, z0, z1. Empty without a
        section."""
        box = self._stage.section_box
        return np.zeros((0, 3)) if box is None else self._stage.project(face_middles(box))

    def press(self, x: float, y: float, ratio: float) -> bool:
        """Take the knob at a pixel, if there is one."""
        seen = self.places()
        self._face = None
        if len(seen):
            way = np.hypot(seen[:, 0] - x, seen[:, 1] - y)
            way[seen[:, 2] <= 0] = np.inf
            nearest = int(way.argmin())
            if way[nearest] <= _REACH * ratio:
                self._face = nearest
                self._start = self._stage.section_box
                self._press = np.array([x, y])
        return self.dragging

    def drag(self, x: float, y: float) -> None:
        """Move the face so that its knob follows the pointer along its own axis."""
        if self._face is None or self._start is None:
            return
        if self._stage.section_box is self._start:
            self._stage.remember("section")
        axis = self._face // 2
        middle = face_middles(self._start)[self._face]
        ahead = middle.copy()
        ahead[axis] += 1.0
        seen = self._stage.project(np.array([middle, ahead]))[:, :2]
        along = seen[1] - seen[0]
        metres = float((np.array([x, y]) - self._press) @ along / max(float(along @ along), 1e-9))
        self._stage.set_section(moved_face(self._start, self._face, metres))

    def release(self) -> bool:
        """Let the knob go; returns whether there was one."""
        held, self._face, self._start = self.dragging, None, None
        return held


def face_middles(box: Box) -> np.ndarray:
    """Middles of the faces x0, x1, y0, y1, z0, z1: float64 (6, 3)."""
    ends = np.array(box).reshape(3, 2)
    middles = np.tile(ends.mean(1), (6, 1))
    for face in range(6):
        middles[face, face // 2] = box[face]
    return middles


def moved_face(box: Box, face: int, metres: float) -> Box:
    """The box with one face moved along its axis, never through the one opposite."""
    edges = list(box)
    other = edges[face ^ 1]
    moved = edges[face] + metres
    edges[face] = min(moved, other - _LEAST_M) if face % 2 == 0 else max(moved, other + _LEAST_M)
    x0, x1, y0, y1, z0, z1 = edges
    return x0, x1, y0, y1, z0, z1
