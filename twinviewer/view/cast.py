"""Contact shadows that go along: a soft dark patch on the floor under everything that moves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from vtkmodules.vtkCommonMath import vtkMatrix4x4
from vtkmodules.vtkRenderingCore import vtkActor, vtkRenderer
from vtkmodules.vtkRenderingOpenGL2 import vtkOpenGLPolyDataMapper

from twinviewer.view.arrays import image_texture, polydata
from twinviewer.view.ground import Extent, blur, empty_heights, floor_look, mark_heights, standing
from twinviewer.view.layout import Kind, Layout, Part

_MARGIN_M = 0.6  # within what is drawn again when an asset moves
_SOFT_M = 0.22
_LIFT_M = 0.012  # above the floor and its markings, below the patches
_STRENGTH = 1.35  # of the theme's wide shadow: there is no near one beside it


@dataclass(frozen=True)
class Cast:
    """The shadow of one mover where its file has it: corner float (2,) and size (2,) in metres, and how dark each cell
    is, float32 (rows, columns), 0 to 1."""

    mover: int
    corner: tuple[float, float]
    size: tuple[float, float]
    mask: np.ndarray


def casts(layout: Layout) -> tuple[Cast, ...]:
    """The shadows of all movers that stand on the floor."""
    parts: dict[int, list[Part]] = {}
    for part in layout.parts:
        if part.kind is Kind.MOVER and not part.glass and len(part.triangles):
            parts.setdefault(part.mover, []).append(part)
    found = (_cast(mover, own, layout.floor_m) for mover, own in parts.items())
    return tuple(cast for cast in found if cast is not None)


def _cast(mover: int, parts: Iterable[Part], floor_m: float) -> Cast | None:
    parts = list(parts)
    points = np.concatenate([part.points[np.unique(part.triangles)] for part in parts])
    margin = np.array([_MARGIN_M, _MARGIN_M, 0.0])
    extent = Extent(np.array([points.min(0) - margin, points.max(0) + margin]))
    heights = empty_heights(extent)
    for part in parts:
        mark_heights(heights, extent, part.points, part.triangles, floor_m)
    mask = standing(heights, extent)
    if not mask.any():
        return None
    mask = blur(mask, _SOFT_M * extent.pixels_per_m)
    size = (extent.columns / extent.pixels_per_m, extent.rows / extent.pixels_per_m)
    return Cast(mover, (extent.x0, extent.y0), size, mask)


class Casts:
    """The actors of all such shadows."""

    def __init__(self, renderer: vtkRenderer, found: Iterable[Cast], floor_m: float, theme: str) -> None:
        self._renderer = renderer
        self._of: dict[int, tuple[vtkActor, np.ndarray, object]] = {}
        self._masks: dict[int, np.ndarray] = {}
        for cast in found:
            pixels = np.zeros((*cast.mask.shape, 4), np.uint8)
            actor, image = _actor(cast, pixels, floor_m + _LIFT_M)
            self._of[cast.mover] = actor, pixels, image
            self._masks[cast.mover] = cast.mask
            renderer.AddActor(actor)
        self.set_theme(theme)

    def set_theme(self, theme: str) -> None:
        """As dark as the theme's other shadows."""
        strength = min(1.0, _STRENGTH * floor_look(theme).wide)
        for mover, (_, pixels, image) in self._of.items():
            pixels[..., 3] = np.minimum(255 * strength * self._masks[mover], 250).round()
            image.GetPointData().GetScalars().Modified()  # type: ignore[attr-defined]
            image.Modified()  # type: ignore[attr-defined]

    def show(self, alpha: np.ndarray) -> None:
        """uint8 (n_assets,): what is hidden throws none, nor does a ghost."""
        for mover, (actor, _, _) in self._of.items():
            actor.SetVisibility(bool(alpha[mover] == 255))

    def carry(self, mover: int, matrix: np.ndarray) -> None:
        """Bring the shadow along, float64 (4, 4); it stays on the floor."""
        if mover in self._of:
            flat = np.array(matrix, np.float64)
            flat[2] = (0.0, 0.0, 1.0, 0.0)
            vtk_matrix = vtkMatrix4x4()
            vtk_matrix.DeepCopy(flat.reshape(-1).tolist())
            self._of[mover][0].SetUserMatrix(vtk_matrix)

    def remove(self) -> None:
        """Take them away."""
        window = self._renderer.GetRenderWindow()
        for actor, _, _ in self._of.values():
            self._renderer.RemoveActor(actor)
            actor.ReleaseGraphicsResources(window)
            actor.GetTexture().ReleaseGraphicsResources(window)
        self._of = {}


def _actor(cast: Cast, pixels: np.ndarray, z: float) -> tuple[vtkActor, object]:
    (x0, y0), (width, depth) = cast.corner, cast.size
    points = np.array([(x0, y0, z), (x0 + width, y0, z), (x0 + width, y0 + depth, z), (x0, y0 + depth, z)])
    data = polydata(points, np.array([[0, 1, 2], [0, 2, 3]], np.int32))
    corners = polydata(points, uv=np.array([(0, 0), (1, 0), (1, 1), (0, 1)], np.float32)).GetPointData().GetArray("uv")
    data.GetPointData().SetTCoords(corners)
    mapper = vtkOpenGLPolyDataMapper()
    mapper.SetInputDataObject(data)
    mapper.ScalarVisibilityOff()
    texture, image = image_texture(pixels, smooth=True)
    actor = vtkActor()
    actor.SetMapper(mapper)
    actor.SetTexture(texture)
    actor.GetProperty().LightingOff()
    actor.ForceTranslucentOn()
    return actor, image
