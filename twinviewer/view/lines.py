"""Plain marks in one colour, unlit: lines and flat shapes over the scene."""

import numpy as np
from vtkmodules.vtkRenderingCore import vtkActor
from vtkmodules.vtkRenderingOpenGL2 import vtkOpenGLPolyDataMapper

from twinviewer.view.arrays import polydata


def mark(
    points: np.ndarray,
    *,
    triangles: np.ndarray | None = None,
    lines: np.ndarray | None = None,
    colour: tuple[float, float, float] = (1, 1, 1),
    width_px: float = 1.0,
    opacity: float = 1.0,
) -> vtkActor:
    """An actor over points float32 (n, 3) with triangles int32 (m, 3) or lines int32 (k, 2), drawn in one colour."""
    mapper = vtkOpenGLPolyDataMapper()
    mapper.SetInputDataObject(polydata(points, triangles, lines))
    mapper.ScalarVisibilityOff()
    bring_forward(mapper)
    actor = vtkActor()
    actor.SetMapper(mapper)
    surface = actor.GetProperty()
    surface.LightingOff()
    surface.SetColor(*colour)
    surface.SetLineWidth(width_px)
    surface.SetOpacity(opacity)
    return actor


def bring_forward(mapper: vtkOpenGLPolyDataMapper) -> None:
    """Draw lines and patches before the faces on which they lie."""
    mapper.SetResolveCoincidentTopologyToPolygonOffset()
    mapper.SetRelativeCoincidentTopologyLineOffsetParameters(-2.0, -2.0)
    mapper.SetRelativeCoincidentTopologyPolygonOffsetParameters(-2.0, -2.0)


_BOX_EDGES = np.array(
    [(0, 1), (2, 3), (4, 5), (6, 7), (0, 2), (1, 3), (4, 6), (5, 7), (0, 4), (1, 5), (2, 6), (3, 7)], np.int32
)
_CORNER_STEPS = np.array([(i, j, k) for i in (0, 1) for j in (0, 1) for k in (0, 1)])


def box_corners(low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """The eight corners, float64 (8, 3), x slowest."""
    return np.where(_CORNER_STEPS == 0, low, high).astype(np.float64)


def box_lines(low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Points (8, 3) and lines (12, 2) of a box."""
    return box_corners(low, high), _BOX_EDGES


def corner_lines(
    low: np.ndarray, high: np.ndarray, share: float = 0.22, *, upper_only: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """Three short lines at each corner of a box (or at the upper four), `share` of its least side long: points
    (6k, 3), lines (3k, 2)."""
    chosen = _CORNER_STEPS[:, 2] == 1 if upper_only else np.ones(8, bool)
    corners = box_corners(low, high)[chosen]
    length = share * float(np.min(high - low))
    inwards = np.where(_CORNER_STEPS[chosen] == 0, 1.0, -1.0)
    starts = np.repeat(corners, 3, axis=0)
    steps = np.eye(3)[None] * inwards[:, :, None] * length
    points = np.empty((2 * len(starts), 3))
    points[0::2], points[1::2] = starts, starts + steps.reshape(-1, 3)
    return points, np.arange(len(points), dtype=np.int32).reshape(-1, 2)


def floor_brackets(low: np.ndarray, high: np.ndarray, z: float) -> tuple[np.ndarray, np.ndarray]:
    """Four flat angles around a footprint, a little outside it: points (n, 3), triangles (m, 3)."""
    side = float(np.min(high[:2] - low[:2]))
    margin = min(max(0.18 * side, 0.05), 0.45)
    x0, y0 = low[:2] - margin
    x1, y1 = high[:2] + margin
    thick, long = min(max(0.05 * side, 0.02), 0.13), 0.28 * min(x1 - x0, y1 - y0)
    points: list[tuple[float, float, float]] = []
    for x, along in ((x0, 1), (x1, -1)):
        for y, up in ((y0, 1), (y1, -1)):
            for width, depth in ((long, thick), (thick, long)):
                a, b = x + along * width, y + up * depth
                points += [(x, y, z), (a, y, z), (a, b, z), (x, b, z)]
    base = np.arange(0, len(points), 4, dtype=np.int32)[:, None]
    triangles = np.concatenate([base + np.array([0, 1, 2]), base + np.array([0, 2, 3])]).astype(np.int32)
    return np.array(points), triangles
