"""Which parts of the picture must be drawn again when only some assets changed, and how to draw just those."""

from dataclasses import dataclass

import numpy as np
from vtkmodules.vtkRenderingCore import vtkRenderer

from twinviewer.view.lines import box_corners

_MARGIN_PX = 3
_MARGIN_M = 0.7  # patches and shadows reach a little beyond their asset
_MOST_SHARE = 0.45  # beyond that it is quicker to draw all of it
_MOST_RECTANGLES = 4
MOST_BOXES = 64  # when more assets change, all is drawn


@dataclass(frozen=True)
class Rectangle:
    """Pixels from the upper left corner: x0 <= x < x1, y0 <= y < y1."""

    x0: int
    y0: int
    x1: int
    y1: int

    @property
    def area(self) -> int:
        """Pixels in it."""
        return max(0, self.x1 - self.x0) * max(0, self.y1 - self.y0)

    def joined(self, other: "Rectangle") -> "Rectangle":
        """The least rectangle around both."""
        return Rectangle(min(self.x0, other.x0), min(self.y0, other.y0), max(self.x1, other.x1), max(self.y1, other.y1))


def around(boxes: np.ndarray, floor_m: float) -> np.ndarray:
    """Corners float64 (n, 8, 3) of what may change with assets of these boxes (n, 2, 3): their patches included."""
    low, high = boxes[:, 0] - _MARGIN_M, boxes[:, 1] + _MARGIN_M
    low[:, 2] = np.minimum(low[:, 2], floor_m - 0.1)
    return np.array([box_corners(a, b) for a, b in zip(low, high, strict=True)]).reshape(-1, 8, 3)


def rectangles(seen: np.ndarray, width: int, height: int) -> list[Rectangle] | None:
    """What to draw again, a few rectangles that do not overlap much; None for the whole picture.

    `seen` float64 (n, 8, 3): pixels and depth of the corners of boxes.
    """
    if len(seen) > MOST_BOXES or (seen[:, :, 2] < 0.05).any():
        return None
    found = []
    for corners in seen:
        left, top = (int(edge) - _MARGIN_PX for edge in np.floor(corners[:, :2].min(0)))
        right, bottom = (int(edge) + _MARGIN_PX for edge in np.ceil(corners[:, :2].max(0)))
        box = Rectangle(max(0, left), max(0, top), min(width, right), min(height, bottom))
        if box.x0 < box.x1 and box.y0 < box.y1:
            found.append(box)
    found = _merge(found)
    return None if sum(box.area for box in found) > _MOST_SHARE * width * height else found


def _merge(found: list[Rectangle]) -> list[Rectangle]:
    """Join the pair that wastes least, until none wastes little and there are few."""
    while len(found) > 1:
        waste, i, j = min(
            (found[i].joined(found[j]).area - found[i].area - found[j].area, i, j)
            for i in range(len(found))
            for j in range(i)
        )
        if waste > 0 and len(found) <= _MOST_RECTANGLES:
            break
        pair = found[i].joined(found[j])
        found = [box for k, box in enumerate(found) if k not in (i, j)] + [pair]
    return found


class Aperture:
    """Lets a renderer draw a rectangle of its picture and leave the rest of the framebuffer as it is."""

    def __init__(self, renderer: vtkRenderer, view_angle_deg: float) -> None:
        self._renderer = renderer
        self._angle = view_angle_deg
        self._bottom = self._top = (0.0, 0.0, 0.0)

    def set_background(self, bottom: tuple[float, float, float], top: tuple[float, float, float]) -> None:
        """The colours of the whole picture's gradient."""
        self._bottom, self._top = bottom, top
        self.open()

    def open(self) -> None:
        """Draw everything."""
        self._look(0.0, 0.0, 1.0, 1.0)

    def narrow(self, box: Rectangle, width: int, height: int) -> None:
        """Draw only `box` of a picture of this size, with the same perspective and background as the whole."""
        self._look(box.x0 / width, 1 - box.y1 / height, box.x1 / width, 1 - box.y0 / height)

    def _look(self, x0: float, y0: float, x1: float, y1: float) -> None:
        """Shares of the picture, from the lower left corner as VTK counts."""
        wide, tall = x1 - x0, y1 - y0
        camera = self._renderer.GetActiveCamera()
        tangent = np.tan(np.radians(self._angle) / 2)
        camera.SetViewAngle(float(np.degrees(2 * np.arctan(tangent * tall))))
        camera.SetWindowCenter((x0 + x1 - 1) / wide, (y0 + y1 - 1) / tall)
        self._renderer.SetViewport(x0, y0, x1, y1)
        self._renderer.SetBackground(*_between(self._bottom, self._top, y0))
        self._renderer.SetBackground2(*_between(self._bottom, self._top, y1))


def _between(
    bottom: tuple[float, float, float], top: tuple[float, float, float], share: float
) -> tuple[float, float, float]:
    red, green, blue = (a + share * (b - a) for a, b in zip(bottom, top, strict=True))
    return red, green, blue
