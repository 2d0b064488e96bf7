"""A scene drawn: its colours, what moves and what is marked, and what lies under a pixel."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
from vtkmodules.vtkRenderingCore import vtkRenderWindow

from twinviewer.model.palette import SURFACE
from twinviewer.view.drawing import Drawing
from twinviewer.view.frames import Frames, nothing
from twinviewer.view.history import Box, Point
from twinviewer.view.lines import box_corners
from twinviewer.view.marks import unit
from twinviewer.view.moving import Movement
from twinviewer.view.picking import Hit
from twinviewer.view.visibility import Visibility

if TYPE_CHECKING:
    from twinviewer.model.frame import TagSnapshot
    from twinviewer.scene.scene import Scene
    from twinviewer.view.layout import Layout


class Picture(Frames):
    """VTK without Qt. Positions are metres, Z up; pixels count from the picture's upper left corner."""

    def __init__(self, render_window: vtkRenderWindow | None = None) -> None:
        super().__init__(render_window)
        self.scene: Scene | None = None
        self.theme = "dark"
        self.selected: int | None = None
        self._marked = False
        self.section_box: Box | None = None
        self.measurements: tuple[tuple[Point, Point], ...] = ()
        self._visibility = Visibility()
        self._movement: Movement | None = None
        self._rgba = self._patches = np.zeros((0, 4), np.uint8)

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
        self._rig.bounds, self._rig.floor_m = self.drawing.layout.bounds, self.drawing.layout.floor_m
        self._apply_colours()

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
        changed, alpha_changed = self.drawing.set_colours(self._visibility.over(self._rgba))
        if len(changed):
            self._touch_assets(changed)
        if alpha_changed:
            self._apply_patches()
            self._mark_what_shows()

    def set_patches(self, rgba: np.ndarray) -> None:
        """A rectangle on the floor under each asset: uint8 (n_assets, 4), alpha 0 none. Assets that are hidden, or cut
        away whole, have none."""
        self._patches[:] = rgba
        self._apply_patches()

    def _apply_patches(self) -> None:
        if self.drawing is not None:
            changed = self.drawing.patches.set_colours(self._patches, self.drawing.table.alpha * self.visible())
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
        self._apply_patches()
        self._mark_what_shows()
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
        if self.section_box is not None:
            self._apply_patches()
        if asset == self.selected:
            self.select(asset)

    def follow(self, snapshot: TagSnapshot) -> None:
        """Put the moving assets where their position tags say."""
        if self._movement is not None:
            for asset, matrix in self._movement.changed(snapshot):
                self.move(asset, matrix)

    def select(self, asset: int | None) -> None:
        """Mark one asset, or none; one that is hidden wears no mark until it shows again."""
        self.selected = asset
        self._marked = asset is not None and bool(self.visible()[asset : asset + 1].any())
        if self._marked and asset is not None and self.drawing is not None and self.box(asset) is not None:
            box, matrix = self.drawing.where(asset)
            self._marks.select(box, self.floor_m, matrix)
        else:
            self._marks.select(None, self.floor_m)
        self._order()
        self.touch()

    def _mark_what_shows(self) -> None:
        """The selection's mark comes and goes with what it marks."""
        if self.selected is not None and self._marked != bool(self.visible()[self.selected : self.selected + 1].any()):
            self.select(self.selected)

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

    def pick(self, x: float, y: float) -> tuple[int, np.ndarray] | None:
        """The asset row (-1: background) and the world point under a pixel; None where there is nothing."""
        hit = self.hit(x, y)
        return None if hit is None else (hit.asset, hit.point)

    def hit(self, x: float, y: float) -> Hit | None:
        """What lies under a pixel, with its distance; hidden assets and what a section cut away do not count. An asset
        seen through one that a person ghosted comes before it."""
        if self.drawing is None:
            return None
        origin, direction = self._sized().ray(x, y)
        ghosted = self._visibility.ghosted
        if ghosted:
            hit = self.drawing.pick(origin, direction, self.section_box, through=ghosted)
            if hit is not None and hit.asset >= 0:
                return hit
        return self.drawing.pick(origin, direction, self.section_box)

    def under(self, x: float, y: float) -> np.ndarray:
        """The world point under a pixel, or one on the floor or at the target's depth where there is nothing."""
        hit = self.hit(x, y)
        return self._rig.under(x, y, self.floor_m) if hit is None else hit.point

    def close(self) -> None:
        """Give everything back; the stage is of no use afterwards."""
        self.on_change = nothing
        self.clear()
        self.window.RemoveRenderer(self.renderer)
        self.window.Finalize()

    def _visible(self) -> np.ndarray:
        return np.zeros(0, bool) if self.drawing is None else self.drawing.table.alpha > 0

    def _order(self) -> None:
        """Marks are solid: what veils ghosts is drawn after them."""
        if self.drawing is not None:
            self.drawing.tiles.draw_veils_last()
