"""A scene drawn: its colours, what moves and what is marked, and what lies under a pixel."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import numpy as np
from vtkmodules.vtkRenderingCore import vtkRenderWindow

from twinviewer.model.palette import SURFACE
from twinviewer.view import camera as cameras
from twinviewer.view import window as windows
from twinviewer.view.drawing import Drawing
from twinviewer.view.finish import Background
from twinviewer.view.history import Box, Point
from twinviewer.view.lights import add_lights
from twinviewer.view.lines import box_corners
from twinviewer.view.marks import Marks, unit
from twinviewer.view.moving import Movement
from twinviewer.view.partial import MOST_BOXES, Aperture, Rectangle, around, rectangles
from twinviewer.view.picking import Hit
from twinviewer.view.rig import Rig
from twinviewer.view.visibility import Visibility

if TYPE_CHECKING:
    from twinviewer.model.frame import TagSnapshot
    from twinviewer.scene.scene import Scene
    from twinviewer.view.layout import Layout


class Picture:
    """VTK without Qt. Positions are metres, Z up; pixels count from the picture's upper left corner.

    `on_change` is called whenever a render is needed; `dirty` says that one is. Nothing renders by itself. With
    `economy` a slow picture leaves out what it may while it moves.
    """

    def __init__(self, render_window: vtkRenderWindow | None = None) -> None:
        self.window = render_window or windows.offscreen_window()
        self._at_once = render_window is None
        self.renderer = windows.new_renderer()
        self._aperture = Aperture(self.renderer, cameras.VIEW_ANGLE_DEG)
        add_lights(self.renderer)
        self.window.AddRenderer(self.renderer)
        self.on_change: Callable[[], None] = _nothing
        self.dirty = True
        self.render_count = 0
        self.drawn_whole = True
        self.scene: Scene | None = None
        self.theme = "dark"
        self.drawing: Drawing | None = None
        self.selected: int | None = None
        self.section_box: Box | None = None
        self.measurements: tuple[tuple[Point, Point], ...] = ()
        self._rig = Rig()
        self._marks = Marks(self.renderer)
        self._visibility = Visibility()
        self._movement: Movement | None = None
        self._rgba = self._patches = np.zeros((0, 4), np.uint8)
        self._work: Background | None = None
        self._whole = True
        self._changed: list[np.ndarray] = []
        self._drawn_size = (0, 0)
        self.economy = False

    def show(self, scene: Scene, theme: str, layout: Layout | None = None) -> None:
        """Draw a scene; the one before goes. Everything stays a ghost until `set_colours`. `layout` is what
        `prepare(scene)` worked out, where that was done elsewhere."""
        self.clear()
        n = len(scene.assets)
        self.scene = scene
        self._visibility = Visibility(n)
        self._movement = Movement(scene)
        self._rgba = np.full((n, 4), 97, np.uint8)
        self._patches = np.zeros((n, 4), np.uint8)
        self._draw(theme, self._movement.assets, layout)
        self.set_theme(theme)

    def _draw(self, theme: str, movers: frozenset[int], layout: Layout | None = None) -> None:
        scene = self.scene
        if scene is None or scene.geometry is None:
            return
        self._forget_work()
        if self.drawing is not None:
            self.drawing.remove()
        n = len(scene.assets)
        self.drawing = Drawing(self.renderer, scene.geometry, scene.asset_of_node, n, theme, movers, layout)
        if self._at_once:
            self.drawing.install(self.drawing.work(detail=False)())
        self._rig.bounds = self.drawing.layout.bounds
        self._apply_colours()

    @property
    def finished(self) -> bool:
        """Whether shadows, edges and detail levels are there; a stage in a window shows its first frame without."""
        return self.drawing is None or self.drawing.finished

    def finish(self, *, detail: bool = False, wait: bool = False) -> bool:
        """Work on what the first frame left out, in a thread; call it until it returns True.

        `detail` prepares for a slow renderer, `wait` does not return before the end.
        """
        if self.drawing is None or self.drawing.finished:
            return True
        if self._work is None:
            self._work = Background(self.drawing.work(detail=detail))
        found = self._work.fetch(wait=wait)
        if found is None:
            return False
        self._work = None
        self.drawing.install(found)
        self.touch()
        return True

    def _forget_work(self) -> None:
        if self._work is not None:
            self._work.drop()
            self._work = None

    def clear(self) -> None:
        """Show nothing."""
        self._forget_work()
        if self.drawing is not None:
            self.drawing.remove()
        self._marks.remove()
        self.drawing = self.scene = self.selected = self.section_box = self._movement = None
        self.measurements = ()
        self._visibility = Visibility()
        self._rgba = self._patches = np.zeros((0, 4), np.uint8)
        self._rig.flight = None
        self.touch()

    def set_theme(self, theme: str) -> None:
        """Background, floor, materials and marks of "light" or "dark"."""
        self.theme = theme
        self._aperture.set_background(unit(SURFACE[theme]["scene_bottom"]), unit(SURFACE[theme]["scene_top"]))
        self._marks.set_theme(theme)
        if self.drawing is not None:
            self.drawing.set_theme(theme)
        self.touch()

    def set_colours(self, rgba: np.ndarray) -> None:
        """Colour every asset: uint8 (n_assets, 4); alpha 0 hidden, 255 solid, anything between a ghost."""
        if rgba.shape != self._rgba.shape:
            raise ValueError(f"colours of shape {rgba.shape}, the scene needs {self._rgba.shape}")
        self._rgba[:] = rgba
        self._apply_colours()

    def _apply_colours(self) -> None:
        if self.drawing is None:
            return
        changed = self.drawing.set_colours(self._visibility.over(self._rgba))
        if len(changed):
            self._touch_assets(changed)
            self._apply_patches()

    def set_patches(self, rgba: np.ndarray) -> None:
        """A rectangle on the floor under each asset: uint8 (n_assets, 4), alpha 0 none. Hidden assets have none."""
        self._patches[:] = rgba
        self._apply_patches()

    def _apply_patches(self) -> None:
        if self.drawing is not None:
            changed = self.drawing.patches.set_colours(self._patches, self.drawing.table.alpha > 0)
            if len(changed):
                self._touch_assets(changed)

    def set_section(self, box: Box | None) -> None:
        """Cut the picture, without a place to come back to: within a gesture."""
        self.section_box = box
        self.apply_section()

    def apply_section(self) -> None:
        """Cut what is drawn by `section_box`."""
        if self.drawing is not None:
            self.drawing.set_section(self.section_box)
        self._marks.section(self.section_box)
        self._order()
        self.touch()

    def move(self, asset: int, matrix: np.ndarray) -> None:
        """Carry an asset by a transform float64 (4, 4) from where its file has it."""
        if self.drawing is None:
            return
        if asset not in self.drawing.movers:
            self._draw(self.theme, self.drawing.movers | {asset})
            self.apply_section()
        self._touch_assets(np.array([asset]))
        self.drawing.move(asset, matrix)
        self._touch_assets(np.array([asset]))
        if asset == self.selected:
            self.select(asset)

    def follow(self, snapshot: TagSnapshot) -> None:
        """Put the moving assets where their position tags say."""
        if self._movement is not None:
            for asset, matrix in self._movement.changed(snapshot):
                self.move(asset, matrix)

    def select(self, asset: int | None) -> None:
        """Mark one asset, or none."""
        self.selected = asset
        box = self.box(asset) if asset is not None else None
        self._marks.select(box, self.floor_m)
        self._order()
        self.touch()

    @property
    def floor_m(self) -> float:
        """The height on which the assets stand."""
        return 0.0 if self.drawing is None else self.drawing.layout.floor_m

    def box(self, asset: int) -> np.ndarray | None:
        """Least and greatest corner of an asset where it is now, float64 (2, 3); None without geometry."""
        if self.drawing is None or not np.isfinite(self.drawing.boxes[asset]).all():
            return None
        return self.drawing.boxes[asset]

    @property
    def boxes(self) -> np.ndarray:
        """Boxes of all assets where they are now, float64 (n_assets, 2, 3), NaN without geometry."""
        return np.zeros((0, 2, 3)) if self.drawing is None else self.drawing.boxes

    def _corners(self, assets: Iterable[int] | None) -> np.ndarray:
        """Corners of the boxes of these assets, or of all visible ones, or of the whole scene: (n, 3)."""
        if self.drawing is None:
            return np.array(self._rig.bounds)
        boxes = self.drawing.boxes
        rows = np.flatnonzero(self.visible()) if assets is None else list(assets)
        boxes = boxes[rows]
        boxes = boxes[np.isfinite(boxes[:, 0, 0])]
        if not len(boxes):
            boxes = self.drawing.layout.bounds[None]
        return np.concatenate([box_corners(low, high) for low, high in boxes])

    def visible(self) -> np.ndarray:
        """Which assets can be seen at all: not hidden and not wholly outside the section; bool (n_assets,)."""
        seen = self._visible()
        if self.drawing is not None and self.section_box is not None:
            low, high = np.array(self.section_box[0::2]), np.array(self.section_box[1::2])
            boxes = self.drawing.boxes
            seen &= ((boxes[:, 1] >= low) & (boxes[:, 0] <= high)).all(1)
        return seen

    def _visible(self) -> np.ndarray:
        return np.zeros(0, bool) if self.drawing is None else self.drawing.table.alpha > 0

    def project(self, points: np.ndarray) -> np.ndarray:
        """Pixels and depth in metres of world points (n, 3), float64 (n, 3); depth <= 0 is behind the camera."""
        return self._sized().project(points)

    def pick(self, x: float, y: float) -> tuple[int, np.ndarray] | None:
        """The asset row (-1: background) and the world point under a pixel; None where there is nothing."""
        hit = self.hit(x, y)
        return None if hit is None else (hit.asset, hit.point)

    def hit(self, x: float, y: float) -> Hit | None:
        """What lies under a pixel, with its distance; hidden assets and what a section cut away do not count."""
        if self.drawing is None:
            return None
        origin, direction = self._sized().ray(x, y)
        return self.drawing.pick(origin, direction, self.section_box)

    def under(self, x: float, y: float) -> np.ndarray:
        """The world point under a pixel, or one on the floor or at the target's depth where there is nothing."""
        hit = self.hit(x, y)
        return self._rig.under(x, y, self.floor_m) if hit is None else hit.point

    def _sized(self) -> Rig:
        self._rig.resize(*self.size)
        return self._rig

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the picture in pixels."""
        width, height = self.window.GetSize()
        return max(1, width), max(1, height)

    def render(self) -> None:
        """Draw one frame: all of it, or only where assets changed since the last."""
        self._aim()
        boxes = self._to_draw()
        self.dirty, self._whole, self._changed = False, False, []
        self._drawn_size = self.size
        self.render_count += 1
        self.drawn_whole = boxes is None
        if boxes is None:
            self._aperture.open()
            self.window.Render()
            return
        for box in boxes:
            self._aperture.narrow(box, *self.size)
            self.window.Render()
        self._aperture.open()

    def _to_draw(self) -> list[Rectangle] | None:
        """Rectangles that changed, None for everything."""
        if self._whole or self.size != self._drawn_size or self.renderer.GetUseFXAA() or not self._changed:
            return None
        return rectangles(self._rig.project(np.concatenate(self._changed).reshape(-1, 3)).reshape(-1, 8, 3), *self.size)

    def image(self, width: int, height: int) -> np.ndarray:
        """The picture at any size with smooth edges, RGB uint8 (height, width, 3), first row on top."""
        before = self.size
        self.finish(wait=True)
        self.window.SetSize(2 * width, 2 * height)
        self._marks.set_scale(2.0)
        try:
            self.render()
            return windows.halve(windows.pixels(self.window))
        finally:
            self._marks.set_scale(1.0)
            self.window.SetSize(*before)
            self.touch()

    def set_scale(self, scale: float) -> None:
        """How many rendered pixels one on the screen has in each direction; lines become as much wider."""
        self._marks.set_scale(max(scale, 1.0))

    def software(self) -> bool:
        """Whether no graphics card draws; known after the first render."""
        return windows.is_software(windows.renderer_name(self.window))

    def close(self) -> None:
        """Give everything back; the stage is of no use afterwards."""
        self.on_change = _nothing
        self.clear()
        self.window.RemoveRenderer(self.renderer)
        self.window.Finalize()

    def _aim(self) -> None:
        rig = self._sized()
        camera = self.renderer.GetActiveCamera()
        camera.SetPosition(*rig.pose.position)
        camera.SetFocalPoint(*rig.pose.target)
        camera.SetViewUp(*rig.pose.axes()[1])
        if self.drawing is not None:
            pixel_m = cameras.metres_per_pixel(rig.pose.distance, rig.size[1])
            self.drawing.set_economy(self.economy, pixel_m)
        camera.SetClippingRange(*rig.depth_range())

    def _order(self) -> None:
        """Marks are solid: what veils ghosts is drawn after them."""
        if self.drawing is not None:
            self.drawing.tiles.draw_veils_last()

    def touch(self) -> None:
        """Say that the picture must be drawn again, perhaps at another size."""
        self._whole = True
        self._ask()

    def _touch_assets(self, rows: np.ndarray) -> None:
        """Say that these assets must be drawn again, where they are now."""
        self._whole = self._whole or len(rows) > MOST_BOXES
        if self.drawing is not None and not self._whole:
            boxes = self.drawing.boxes[rows]
            self._changed.append(around(boxes[np.isfinite(boxes[:, 0, 0])], self.floor_m))
        self._ask()

    def _ask(self) -> None:
        self._rig.resize(*self.size)
        self.dirty = True
        self.on_change()


def _nothing() -> None:
    return
