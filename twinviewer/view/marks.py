"""What is drawn over the scene: the selection, patches on the floor, the section box and measured distances."""

import numpy as np
from vtkmodules.vtkCommonCore import vtkPoints
from vtkmodules.vtkCommonDataModel import vtkPlane, vtkPolyData
from vtkmodules.vtkRenderingCore import vtkActor, vtkRenderer
from vtkmodules.vtkRenderingOpenGL2 import vtkOpenGLPolyDataMapper

from twinviewer.model.palette import SURFACE, rgb
from twinviewer.view import lines, shaders
from twinviewer.view.arrays import image_texture, polydata
from twinviewer.view.colour_table import WIDTH
from twinviewer.view.history import Box, Point

_SELECTION, _SECTION, _MEASURE = "selection", "section", "measure"


def unit(token: str) -> tuple[float, float, float]:
    """A colour token as VTK takes it."""
    red, green, blue = rgb(token)
    return red / 255, green / 255, blue / 255


class Marks:
    """Adds and removes marks by name; one theme colour for all of them."""

    def __init__(self, renderer: vtkRenderer) -> None:
        self._renderer = renderer
        self._accent = (1.0, 1.0, 1.0)
        self._actors: dict[str, list[vtkActor]] = {}
        self._scale = 1.0

    def set_theme(self, theme: str) -> None:
        """Marks wear the accent."""
        self._accent = unit(SURFACE[theme]["accent"])
        for actors in self._actors.values():
            for actor in actors:
                actor.GetProperty().SetColor(*self._accent)

    def set_scale(self, scale: float) -> None:
        """Draw lines `scale` times as wide, in a picture that will be made smaller."""
        if scale != self._scale:
            for actors in self._actors.values():
                for actor in actors:
                    surface = actor.GetProperty()
                    surface.SetLineWidth(surface.GetLineWidth() * scale / self._scale)
            self._scale = scale

    def select(self, box: np.ndarray | None, floor_m: float, matrix: np.ndarray | None = None) -> None:
        """Brackets on the floor and at the corners of a box (2, 3) carried by `matrix` float64 (4, 4), or none."""
        actors = []
        if box is not None:
            (low, high), matrix = box, np.eye(4) if matrix is None else matrix
            margin = min(max(0.02 * float(np.max(high - low)), 0.01), 0.08)
            standing = bool(carried(matrix, low[None])[0, 2] - floor_m < 1.0)
            points, segments = lines.corner_lines(low - margin, high + margin, upper_only=standing)
            actors.append(lines.mark(carried(matrix, points), lines=segments, colour=self._accent, width_px=2.0))
            if standing:
                points, triangles = lines.floor_brackets(low, high, 0.0)
                points = carried(matrix, points)
                points[:, 2] = floor_m + 0.07  # above the patch
                actors.append(lines.mark(points, triangles=triangles, colour=self._accent))
        self._put(_SELECTION, actors)

    def section(self, box: Box | None) -> None:
        """The outline of the section box, or none."""
        actors = []
        if box is not None:
            points, segments = lines.box_lines(np.array(box[0::2]), np.array(box[1::2]))
            actors.append(lines.mark(points, lines=segments, colour=self._accent, width_px=1.5, opacity=0.8))
        self._put(_SECTION, actors)

    def measure(self, pairs: tuple[tuple[Point, Point], ...]) -> None:
        """A line between the two points of each pair."""
        actors = []
        if pairs:
            points = np.array(pairs).reshape(-1, 3)
            segments = np.arange(len(points), dtype=np.int32).reshape(-1, 2)
            actors.append(lines.mark(points, lines=segments, colour=self._accent, width_px=2.0))
        self._put(_MEASURE, actors)

    def remove(self) -> None:
        """Take all marks away."""
        for name in list(self._actors):
            self._put(name, [])

    def _put(self, name: str, actors: list[vtkActor]) -> None:
        for actor in self._actors.pop(name, []):
            self._renderer.RemoveActor(actor)
            actor.ReleaseGraphicsResources(self._renderer.GetRenderWindow())
        for actor in actors:
            surface = actor.GetProperty()
            surface.SetLineWidth(surface.GetLineWidth() * self._scale)
            self._renderer.AddActor(actor)
        self._actors[name] = actors


def carried(matrix: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Points (n, 3) where a transform float64 (4, 4) brings them."""
    return points @ matrix[:3, :3].T + matrix[:3, 3]


class Patches:
    """A translucent rectangle on the floor under every asset that has a colour for it; one draw call for all."""

    def __init__(self, renderer: vtkRenderer, boxes: np.ndarray, floor_m: float) -> None:
        n = len(boxes)
        self._renderer = renderer
        self._texels = np.zeros((max(1, -(-n // WIDTH)), WIDTH, 4), np.uint8)
        self._rgba = self._texels.reshape(-1, 4)[:n]
        self._texture, self._image = image_texture(self._texels, smooth=False)
        self._wanted = np.zeros(n, np.uint32)
        self._points = np.zeros((4 * n, 3), np.float32)
        self._z = floor_m + 0.02
        for asset in range(n):
            self._place(asset, boxes[asset])
        self._data = _quads(self._points, n)
        self._actor = _patch_actor(self._data)
        shaders.colour_by_table(self._actor, self._texture, where=shaders.GHOST, lit=False, forward=True)
        self._actor.VisibilityOff()
        renderer.AddActor(self._actor)

    def set_colours(self, rgba: np.ndarray, alpha: np.ndarray) -> np.ndarray:
        """uint8 (n_assets, 4), alpha 0 none, and the alpha of each asset, uint8 (n_assets,): what is hidden has none.
        Returns the rows that changed."""
        wanted = np.ascontiguousarray(rgba).view(np.uint32)[:, 0]
        some = np.flatnonzero(wanted)
        if not len(some) and not self._actor.GetVisibility():
            return some
        wanted = wanted.copy()
        wanted[some[alpha[some] == 0]] = 0
        changed = np.flatnonzero(wanted != self._wanted)
        if len(changed):
            self._wanted = wanted
            self._rgba.view(np.uint32)[:, 0] = wanted
            self._rgba[:, 3] = np.minimum(self._rgba[:, 3], 250)  # solid ones would not count as translucent
            self._image.GetPointData().GetScalars().Modified()
            self._image.Modified()
            self._actor.SetVisibility(bool(self._rgba[:, 3].any()))
        return changed

    def place(self, asset: int, box: np.ndarray, matrix: np.ndarray) -> None:
        """Move the patch of a moving asset under its box (2, 3), carried by a transform float64 (4, 4)."""
        self._place(asset, box, matrix)
        points: vtkPoints = self._data.GetPoints()
        points.GetData().Modified()
        points.Modified()

    def _place(self, asset: int, box: np.ndarray, matrix: np.ndarray | None = None) -> None:
        if not np.isfinite(box).all():
            return
        side = float(np.min(box[1, :2] - box[0, :2]))
        margin = min(max(0.16 * side, 0.05), 0.5)
        x0, y0 = box[0, :2] - margin
        x1, y1 = box[1, :2] + margin
        self._points[4 * asset : 4 * asset + 4] = [
            (x0, y0, self._z), (x1, y0, self._z), (x1, y1, self._z), (x0, y1, self._z)
        ]  # fmt: skip
        if matrix is not None:
            mine = self._points[4 * asset : 4 * asset + 4]
            mine[:, :2] = carried(matrix, mine)[:, :2]

    def remove(self) -> None:
        """Take them away."""
        self._renderer.RemoveActor(self._actor)
        self._actor.ReleaseGraphicsResources(self._renderer.GetRenderWindow())


def _quads(points: np.ndarray, n: int) -> vtkPolyData:
    base = np.arange(0, 4 * n, 4, dtype=np.int32)[:, None]
    triangles = np.concatenate([base + np.array([0, 1, 2]), base + np.array([0, 2, 3])]).astype(np.int32)
    return polydata(points, triangles, surface=np.repeat(np.arange(n, dtype=np.float32), 4))


def _patch_actor(data: vtkPolyData) -> vtkActor:
    mapper = vtkOpenGLPolyDataMapper()
    mapper.SetInputDataObject(data)
    mapper.ScalarVisibilityOff()
    mapper.SetVBOShiftScaleMethod(0)
    actor = vtkActor()
    actor.SetMapper(mapper)
    actor.GetProperty().LightingOff()
    actor.ForceTranslucentOn()
    return actor


def section_planes(box: Box) -> list[vtkPlane]:
    """Six planes that keep what lies inside the box."""
    planes = []
    for axis in range(3):
        for side in (0, 1):
            plane = vtkPlane()
            origin, normal = [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]
            origin[axis] = box[2 * axis + side]
            normal[axis] = -1.0 if side else 1.0
            plane.SetOrigin(*origin)
            plane.SetNormal(*normal)
            planes.append(plane)
    return planes
