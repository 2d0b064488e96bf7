"""Draws the sharp edges of a scene as thin lines, darker than the surface they bound; they hide with their asset."""

from collections.abc import Sequence

import numpy as np
from vtkmodules.vtkRenderingCore import vtkActor, vtkRenderer, vtkTexture
from vtkmodules.vtkRenderingOpenGL2 import vtkOpenGLPolyDataMapper

from twinviewer.model.palette import SURFACE
from twinviewer.view import lines, shaders
from twinviewer.view.arrays import polydata
from twinviewer.view.finish import EDGE_LEVELS_M, EdgeLines
from twinviewer.view.marks import unit

_SHARE = {"light": 0.55, "dark": 0.70}  # how much of the edge colour lies on the surface's


class Outlines:
    """For all that stands still, and for each mover, one line actor per level of length."""

    def __init__(self, renderer: vtkRenderer, edges: Sequence[EdgeLines], table: vtkTexture, theme: str) -> None:
        self._renderer, self._table = renderer, table
        self._actors: list[tuple[int, int, vtkActor]] = []  # mover, level, actor
        for one in edges:
            for level, segments in enumerate(one.lines):
                if len(segments):
                    actor = _actor(one, segments)
                    self._actors.append((one.mover, level, actor))
                    renderer.AddActor(actor)
        self.set_theme(theme)

    def actors(self) -> list[vtkActor]:
        """All of them."""
        return [actor for _, _, actor in self._actors]

    def of_mover(self, asset: int) -> list[vtkActor]:
        """Those of one moving asset."""
        return [actor for mover, _, actor in self._actors if mover == asset]

    def set_theme(self, theme: str) -> None:
        """Lines in the theme's edge colour."""
        tint = unit(SURFACE[theme]["edge"]), _SHARE[theme]
        for _, _, actor in self._actors:
            shaders.colour_by_table(actor, self._table, lit=False, tint=tint)

    def show_from(self, least_m: float) -> None:
        """Leave out the levels whose lines are all shorter than this."""
        ends = (*EDGE_LEVELS_M[1:], np.inf)
        for _, level, actor in self._actors:
            actor.SetVisibility(ends[level] > least_m)

    def remove(self) -> None:
        """Take them out of the renderer."""
        for _, _, actor in self._actors:
            self._renderer.RemoveActor(actor)
            actor.ReleaseGraphicsResources(self._renderer.GetRenderWindow())
        self._actors = []


def _actor(edges: EdgeLines, segments: np.ndarray) -> vtkActor:
    mapper = vtkOpenGLPolyDataMapper()
    mapper.SetInputDataObject(polydata(edges.points, lines=segments, surface=edges.surface))
    mapper.ScalarVisibilityOff()
    mapper.StaticOn()
    mapper.SetVBOShiftScaleMethod(0)
    lines.bring_forward(mapper)
    actor = vtkActor()
    actor.SetMapper(mapper)
    actor.GetProperty().LightingOff()
    return actor
