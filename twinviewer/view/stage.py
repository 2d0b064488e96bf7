"""The 3D picture of one scene: what it shows, where it is seen from, and what lies under the pointer."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import numpy as np
from vtkmodules.vtkRenderingCore import vtkRenderWindow

from twinviewer.model.camera import CameraView
from twinviewer.model.palette import SURFACE, rgb
from twinviewer.view import camera as cameras
from twinviewer.view.camera import Flight, Pose
from twinviewer.view.drawing import Drawing
from twinviewer.view.history import Box, History, ViewState
from twinviewer.view.lights import add_lights
from twinviewer.view.picking import Hit, Picker
from twinviewer.view.window import halve, is_software, new_renderer, offscreen_window, pixels, renderer_name

if TYPE_CHECKING:
    from twinviewer.scene.scene import Scene

GHOST_ALPHA = 97
FLIGHT_S = 0.45
_HOME = Pose(np.array([-4.5, -47.0, 39.0]), np.zeros(3))  # from the south, a little from the west


class Stage:
    """VTK without Qt. Positions are metres, Z up; pixels count from the picture's upper left corner.

    `on_change` is called whenever a render is needed; `dirty` says that one is. Nothing renders by itself.
    """

    def __init__(self, render_window: vtkRenderWindow | None = None) -> None:
        self.window = render_window or offscreen_window()
        self.renderer = new_renderer()
        self.renderer.GetActiveCamera().SetViewAngle(cameras.VIEW_ANGLE_DEG)
        add_lights(self.renderer)
        self.window.AddRenderer(self.renderer)
        self.on_change: Callable[[], None] = lambda: None
        self.dirty = True
        self.render_count = 0
        self.reduced_motion = False
        self.scene: Scene | None = None
        self.theme = "dark"
        self._drawing: Drawing | None = None
        self._picker: Picker | None = None
        self._rgba = np.zeros((0, 4), np.uint8)
        self._hidden: frozenset[int] = frozenset()
        self._ghosted: frozenset[int] = frozenset()
        self._section: Box | None = None
        self._selected: int | None = None
        self._pose = _HOME
        self._flight: Flight | None = None
        self.history = History()

    # -- what is shown ---------------------------------------------------------------------------------------------

    def show(self, scene: Scene, theme: str) -> None:
        """Draw a scene; the one before goes. Colours start as unknown: ghosts."""
        self.clear()
        self.scene, self.theme = scene, theme
        geometry = scene.geometry
        if geometry is not None:
            self._drawing = Drawing(self.renderer, geometry, scene.asset_of_node, len(scene.assets), theme)
        self._rgba = np.zeros((len(scene.assets), 4), np.uint8)
        self.set_theme(theme)
        self.home(animate=False)
        self.history = History()

    def clear(self) -> None:
        """Show nothing."""
        if self._drawing is not None:
            self._drawing.remove()
        self._drawing = self._picker = self.scene = self._selected = self._section = self._flight = None
        self._hidden = self._ghosted = frozenset()
        self._touch()

    def set_theme(self, theme: str) -> None:
        """Background, floor, materials and accents of "light" or "dark"."""
        self.theme = theme
        tokens = SURFACE[theme]
        self.renderer.SetBackground(*_unit(tokens["scene_bottom"]))
        self.renderer.SetBackground2(*_unit(tokens["scene_top"]))
        if self._drawing is not None:
            self._drawing.set_theme(theme)
        self._touch()

    def set_colours(self, rgba: np.ndarray) -> None:
        """Colour every asset: uint8 (n_assets, 4); alpha 0 hidden, 255 solid, anything between a ghost."""
        if rgba.shape != self._rgba.shape:
            raise ValueError(f"colours for {len(rgba)} assets, the scene has {len(self._rgba)}")
        self._rgba[:] = rgba
        self._apply_colours()

    def _apply_colours(self) -> None:
        if self._drawing is None:
            return
        rgba = self._rgba
        if self._hidden or self._ghosted:
            rgba = rgba.copy()
            ghosted = list(self._ghosted)
            rgba[ghosted, 3] = np.minimum(rgba[ghosted, 3], GHOST_ALPHA)
            rgba[list(self._hidden), 3] = 0
        changed, alpha_changed = self._drawing.table.set_assets(rgba)
        if alpha_changed:
            self._drawing.tiles.show(self._drawing.table.alpha)
        if changed:
            self._touch()

    # -- the camera ------------------------------------------------------------------------------------------------

    def fit(self, assets: Iterable[int] | None = None, *, animate: bool = True) -> None:
        """Move so that these assets (or everything) fill the picture, without turning."""
        corners = self._corners(assets)
        if len(corners):
            self._remember("fit")
            self._go(cameras.fit(self._pose, corners, self._aspect()), animate)

    def home(self, *, animate: bool = True) -> None:
        """The scene's view named "Home", else all of it from the south."""
        for view in self.scene.views if self.scene else ():
            if view.name.lower() == "home":
                self.fly_to(view, animate=animate)
                return
        self._remember("home")
        self._go(cameras.fit(_HOME, self._corners(None), self._aspect(), 0.02), animate)

    def fly_to(self, where: CameraView | int, *, animate: bool = True) -> None:
        """Fly to a bookmark (its section box included) or to an asset row."""
        if isinstance(where, CameraView):
            self._remember("fly")
            self._go(Pose(np.array(where.position, float), np.array(where.target, float)), animate)
            return
        corners = self._corners([where])
        if len(corners):
            self._remember("fly")
            pose = cameras.fit(self._pose, corners, self._aspect(), 0.45)
            self._go(pose, animate)

    def camera(self, name: str = "", mode: str = "") -> CameraView:
        """Where the picture is seen from now, as a bookmark: the section box included."""
        pose = self._pose
        x, y, z = pose.position.tolist()
        u, v, w = pose.target.tolist()
        return CameraView(name, (x, y, z), (u, v, w), mode, self._section)

    def advance(self, now_s: float) -> bool:
        """Carry a flight on to this moment of `time.monotonic`; returns whether it goes on."""
        if self._flight is None:
            return False
        self._pose, over = self._flight.at(now_s)
        if over:
            self._flight = None
        self._touch()
        return not over

    def project(self, points: np.ndarray) -> np.ndarray:
        """Pixels and depth in metres of world points (n, 3), float64 (n, 3); depth <= 0 is behind the camera."""
        return cameras.project(self._pose, points, *self.size)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the picture in pixels."""
        width, height = self.window.GetSize()
        return max(1, width), max(1, height)

    def _aspect(self) -> float:
        width, height = self.size
        return width / height

    def _corners(self, assets: Iterable[int] | None) -> np.ndarray:
        """The eight corners of the boxes of these assets, or of everything, (n, 3)."""
        if self._drawing is None:
            return np.array([[-1.0, -1, 0], [1, 1, 1]])
        layout = self._drawing.layout
        boxes = layout.boxes[list(assets)] if assets is not None else layout.boxes
        boxes = boxes[np.isfinite(boxes[:, 0, 0])]
        if not len(boxes) and assets is None:
            boxes = layout.bounds[None]
        which = np.array([(i, j, k) for i in (0, 1) for j in (0, 1) for k in (0, 1)])
        return boxes[:, which, np.arange(3)].reshape(-1, 3)

    def _go(self, pose: Pose, animate: bool) -> None:
        if animate and not self.reduced_motion:
            self._flight = Flight(self._pose, pose, time.monotonic(), FLIGHT_S)
        else:
            self._flight, self._pose = None, pose
        self._touch()

    def _remember(self, what: str) -> None:
        self.history.remember(what, self.state())

    def state(self) -> ViewState:
        """All that undo brings back."""
        return ViewState(self.camera(), self._hidden, self._ghosted, self._section)

    # -- picking ---------------------------------------------------------------------------------------------------

    def pick(self, x: float, y: float) -> tuple[int, np.ndarray] | None:
        """The asset row (-1: background) and the world point under a pixel; None where there is nothing."""
        hit = self.hit(x, y)
        return None if hit is None else (hit.asset, hit.point)

    def hit(self, x: float, y: float) -> Hit | None:
        """What lies under a pixel, with its distance; hidden assets and what a section cut away do not count."""
        if self._drawing is None or self.scene is None or self.scene.geometry is None:
            return None
        if self._picker is None:
            geometry = self.scene.geometry
            rows = np.asarray(self.scene.asset_of_node, np.int32)[geometry.node]
            self._picker = Picker(geometry.points, geometry.triangles, rows)
        origin, direction = cameras.ray(self._pose, x, y, *self.size)
        return self._picker.pick(origin, direction, np.r_[self._drawing.table.alpha > 0, True])

    # -- drawing ---------------------------------------------------------------------------------------------------

    def render(self) -> None:
        """Draw one frame."""
        self._aim()
        self.dirty = False
        self.render_count += 1
        self.window.Render()

    def image(self, width: int, height: int) -> np.ndarray:
        """The picture at any size with smooth edges, RGB uint8 (height, width, 3), first row on top."""
        before = self.size
        self.window.SetSize(2 * width, 2 * height)
        try:
            self.render()
            return halve(pixels(self.window))
        finally:
            self.window.SetSize(*before)
            self._touch()

    def software(self) -> bool:
        """Whether no graphics card draws; known after the first render."""
        return is_software(renderer_name(self.window))

    def close(self) -> None:
        """Give everything back; the stage is of no use afterwards."""
        self.clear()
        self.on_change = lambda: None
        self.window.RemoveRenderer(self.renderer)
        self.window.Finalize()

    def _aim(self) -> None:
        camera = self.renderer.GetActiveCamera()
        camera.SetPosition(*self._pose.position)
        camera.SetFocalPoint(*self._pose.target)
        camera.SetViewUp(*self._pose.axes()[1])
        if self._drawing is not None:
            low, high = self._drawing.layout.bounds
            self.renderer.ResetCameraClippingRange(*np.stack([low - 3, high + 3], 1).reshape(-1))

    def _touch(self) -> None:
        self.dirty = True
        self.on_change()


def _unit(token: str) -> tuple[float, float, float]:
    red, green, blue = rgb(token)
    return red / 255, green / 255, blue / 255
