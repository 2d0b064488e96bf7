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
        return (self.x1 - self.x0) * (self.y1 - self.y0)


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
    low = np.floor(seen[:, :, :2].min(1)) - _MARGIN_PX
    high = np.ceil(seen[:, :, :2].max(1)) + _MARGIN_PX
    edges = np.concatenate([np.maximum(low, 0), np.minimum(high, (width, height))], axis=1).astype(np.int64)
    edges = _merge(edges[(edges[:, :2] < edges[:, 2:]).all(1)])
    if _areas(edges).sum() > _MOST_SHARE * width * height:
        return None
    return [Rectangle(*edge) for edge in edges.tolist()]


def _merge(edges: np.ndarray) -> np.ndarray:
    """Join the pair that wastes least, until none wastes little and there are few; int64 (n, 4) as in Rectangle.

    All pairs are weighed at once, and again only with what was joined: sixty boxes take a millisecond or two, where
    weighing each pair anew every time took longer than drawing the whole picture.
    """
    edges, count = edges.copy(), len(edges)
    never = np.iinfo(np.int64).max
    waste = _waste(edges[:, None], edges[None])
    np.fill_diagonal(waste, never)
    while count > 1:
        i, j = divmod(int(waste.argmin()), len(edges))
        if waste[i, j] > 0 and count <= _MOST_RECTANGLES:
            break
        edges[i] = _joined(edges[i], edges[j])
        waste[j], waste[:, j] = never, never
        left = waste[i] < never
        left[i] = False
        waste[i, left] = waste[left, i] = _waste(edges[i], edges[left])
        edges[j, 2:] = edges[j, :2]  # empty
        count -= 1
    return edges[_areas(edges) > 0]


def _areas(edges: np.ndarray) -> np.ndarray:
    return (edges[..., 2] - edges[..., 0]) * (edges[..., 3] - edges[..., 1])


def _joined(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """The least rectangle around both."""
    low, high = np.minimum(one[..., :2], other[..., :2]), np.maximum(one[..., 2:], other[..., 2:])
    return np.concatenate([low, high], axis=-1)


def _waste(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Pixels of the rectangle around both that neither covers by itself (less where they overlap)."""
    return _areas(_joined(one, other)) - _areas(one) - _areas(other)


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
