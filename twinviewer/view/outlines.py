"""Draws the sharp edges of a scene as thin lines, darker than the surface they bound; they hide with their asset."""

import numpy as np
from vtkmodules.vtkRenderingCore import vtkActor, vtkRenderer, vtkTexture
from vtkmodules.vtkRenderingOpenGL2 import vtkOpenGLPolyDataMapper

from twinviewer.model.palette import SURFACE
from twinviewer.view import lines, shaders
from twinviewer.view.arrays import polydata
from twinviewer.view.edges import MOST_EDGES, sharp_edges
from twinviewer.view.layout import Kind, Part
from twinviewer.view.marks import unit

_SHARE = {"light": 0.55, "dark": 0.70}  # how much of the edge colour lies on the surface's


class Outlines:
    """One line actor for all that stands still, one for each mover."""

    def __init__(self, renderer: vtkRenderer, parts: tuple[Part, ...], table: vtkTexture) -> None:
        self._renderer, self._table = renderer, table
        self._actors: dict[int, vtkActor] = {}
        groups: dict[int, list[Part]] = {}
        for part in parts:
            if part.kind is not Kind.FLOOR and not part.glass:
                groups.setdefault(part.mover, []).append(part)
        for mover, mine in groups.items():
            actor = _actor(mine)
            if actor is not None:
                self._actors[mover] = actor
                renderer.AddActor(actor)

    def actors(self) -> list[vtkActor]:
        """All of them."""
        return list(self._actors.values())

    def of_mover(self, asset: int) -> list[vtkActor]:
        """Those of one moving asset."""
        return [self._actors[asset]] if asset in self._actors else []

    def set_theme(self, theme: str) -> None:
        """Lines in the theme's edge colour."""
        tint = unit(SURFACE[theme]["edge"]), _SHARE[theme]
        for actor in self._actors.values():
            shaders.colour_by_table(actor, self._table, lit=False, tint=tint)

    def show(self, visible: bool) -> None:
        """Draw them or not."""
        for actor in self._actors.values():
            actor.SetVisibility(visible)

    def remove(self) -> None:
        """Take them out of the renderer."""
        for actor in self._actors.values():
            self._renderer.RemoveActor(actor)
            actor.ReleaseGraphicsResources(self._renderer.GetRenderWindow())
        self._actors = {}


def _actor(parts: list[Part]) -> vtkActor | None:
    points, surfaces, segments, count = [], [], [], 0
    for part in parts:
        pairs = sharp_edges(part.points, part.normals, part.triangles)
        if len(pairs):
            used, inverse = np.unique(pairs, return_inverse=True)
            points.append(part.points[used])
            surfaces.append(part.surface[used])
            segments.append(inverse.reshape(-1, 2).astype(np.int32) + np.int32(count))
            count += len(used)
    if not count:
        return None
    mapper = vtkOpenGLPolyDataMapper()
    drawn = _longest(np.concatenate(points), np.concatenate(segments))
    mapper.SetInputDataObject(polydata(np.concatenate(points), lines=drawn, surface=np.concatenate(surfaces)))
    mapper.ScalarVisibilityOff()
    mapper.StaticOn()
    mapper.SetVBOShiftScaleMethod(0)
    lines.bring_forward(mapper)
    actor = vtkActor()
    actor.SetMapper(mapper)
    actor.GetProperty().LightingOff()
    return actor


def _longest(points: np.ndarray, segments: np.ndarray) -> np.ndarray:
    if len(segments) <= MOST_EDGES:
        return segments
    length = np.linalg.norm(points[segments[:, 0]] - points[segments[:, 1]], axis=1)
    return segments[np.argpartition(-length, MOST_EDGES)[:MOST_EDGES]]
