"""Draws the sharp edges of a scene as thin lines, darker than the surface they bound; they hide with their asset."""

from collections.abc import Sequence

import numpy as np
from vtkmodules.vtkCommonDataModel import vtkPolyData
from vtkmodules.vtkRenderingCore import vtkActor, vtkRenderer, vtkTexture
from vtkmodules.vtkRenderingOpenGL2 import vtkOpenGLPolyDataMapper

from twinviewer.model.palette import SURFACE
from twinviewer.view import shaders
from twinviewer.view.arrays import polydata
from twinviewer.view.finish import EDGE_LEVELS_M, EdgeLines
from twinviewer.view.marks import unit

_SHARE = {"light": 0.55, "dark": 0.55}  # how much of the edge colour lies on the surface's
_GHOST_SHARE = 0.65  # a ghost is hardly more than its lines


class Outlines:
    """For all that stands still, and for each mover, two line actors per level of length: for what is solid, and for
    ghosts, which are drawn later."""

    def __init__(self, renderer: vtkRenderer, edges: Sequence[EdgeLines], table: vtkTexture, theme: str) -> None:
        self._renderer, self._table = renderer, table
        self._actors: list[tuple[int, int, bool, vtkActor]] = []  # mover, level, whether for ghosts, actor
        self._least_m, self._ghosts = 0.0, False
        for one in edges:
            for level, segments in enumerate(one.lines):
                data = polydata(one.points, lines=segments, surface=one.surface)
                for ghost in (False, True) if len(segments) else ():
                    actor = _actor(data)
                    actor.SetForceTranslucent(ghost)
                    self._actors.append((one.mover, level, ghost, actor))
                    renderer.AddActor(actor)
        self.set_theme(theme)
        self._switch()

    def actors(self) -> list[vtkActor]:
        """All of them."""
        return [actor for *_, actor in self._actors]

    def of_mover(self, asset: int) -> list[vtkActor]:
        """Those of one moving asset."""
        return [actor for mover, *_, actor in self._actors if mover == asset]

    def set_theme(self, theme: str) -> None:
        """Lines in the theme's edge colour."""
        tokens = SURFACE[theme]
        solid, faint = (unit(tokens["edge"]), _SHARE[theme]), (unit(tokens["text2"]), _GHOST_SHARE)
        for _, _, ghost, actor in self._actors:
            where, tint = (shaders.GHOST, faint) if ghost else (shaders.SOLID, solid)
            shaders.colour_by_table(actor, self._table, where=where, lit=False, tint=tint, forward=True)

    def show_from(self, least_m: float) -> None:
        """Leave out the levels whose lines are all shorter than this."""
        if least_m != self._least_m:
            self._least_m = least_m
            self._switch()

    def show_ghosts(self, ghosts: bool) -> None:
        """Whether any asset is a ghost."""
        if ghosts != self._ghosts:
            self._ghosts = ghosts
            self._switch()

    def _switch(self) -> None:
        ends = (*EDGE_LEVELS_M[1:], np.inf)
        for _, level, ghost, actor in self._actors:
            actor.SetVisibility(ends[level] > self._least_m and (self._ghosts or not ghost))

    def remove(self) -> None:
        """Take them out of the renderer."""
        for *_, actor in self._actors:
            self._renderer.RemoveActor(actor)
            actor.ReleaseGraphicsResources(self._renderer.GetRenderWindow())
        self._actors = []


def _actor(data: vtkPolyData) -> vtkActor:
    mapper = vtkOpenGLPolyDataMapper()
    mapper.SetInputDataObject(data)
    mapper.ScalarVisibilityOff()
    mapper.StaticOn()
    mapper.SetVBOShiftScaleMethod(0)
    actor = vtkActor()
    actor.SetMapper(mapper)
    actor.GetProperty().LightingOff()
    return actor
