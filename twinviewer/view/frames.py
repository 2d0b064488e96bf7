"""Frames: what is drawn again, how much of it, at which size; and the work that is left for after the first one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from vtkmodules.vtkRenderingCore import vtkRenderWindow

from twinviewer.view import camera as cameras
from twinviewer.view import window as windows
from twinviewer.view.drawing import Drawing
from twinviewer.view.finish import Background
from twinviewer.view.lights import add_lights
from twinviewer.view.marks import Marks
from twinviewer.view.partial import MOST_BOXES, Aperture, Rectangle, around, rectangles
from twinviewer.view.rig import Rig


class Frames:
    """One render window with its camera and what is drawn in it. Pixels count from the upper left corner.

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
        self.on_change: Callable[[], None] = nothing
        self.dirty = True
        self.render_count = 0
        self.drawn_whole = True
        self.drawing: Drawing | None = None
        self._rig = Rig()
        self._marks = Marks(self.renderer)
        self._work: Background | None = None
        self._whole = True
        self._changed: list[np.ndarray] = []
        self._drawn_size = (0, 0)
        self.economy = False

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

    @property
    def floor_m(self) -> float:
        """The height on which the assets stand."""
        return 0.0 if self.drawing is None else self.drawing.layout.floor_m

    def project(self, points: np.ndarray) -> np.ndarray:
        """Pixels and depth in metres of world points (n, 3), float64 (n, 3); depth <= 0 is behind the camera."""
        return self._sized().project(points)

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


def nothing() -> None:
    """Nobody listens."""
