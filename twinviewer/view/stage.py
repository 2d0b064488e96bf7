"""The stage: a picture in which a person hides, ghosts, cuts, measures, and takes it back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import numpy as np
from vtkmodules.vtkRenderingCore import vtkRenderWindow

from twinviewer.view.history import Box, History, Point, ViewState
from twinviewer.view.navigation import Navigation, pose_of

if TYPE_CHECKING:
    from twinviewer.scene.scene import Scene
    from twinviewer.view.layout import Layout


class Stage(Navigation):
    """All that others need of the 3D view. Every change that a person makes can be undone, the camera's included.

    `mode` is the colour mode as whoever sets the colours tells it; flying to a bookmark, undo and redo change it.
    """

    def __init__(self, render_window: vtkRenderWindow | None = None) -> None:
        super().__init__(render_window)
        self.history = History()
        self.mode = ""

    def show(self, scene: Scene, theme: str, layout: Layout | None = None) -> None:
        """Draw a scene; the one before goes. Everything stays a ghost until `set_colours`. `layout` is what
        `prepare(scene)` worked out, where that was done elsewhere."""
        super().show(scene, theme, layout)
        self.home(animate=False)
        self.history = History()

    def isolate(self, assets: Iterable[int]) -> None:
        """Hide all other assets; walls and floor stay."""
        self._change_visibility("isolate", lambda: self._visibility.isolate(assets))

    def hide(self, assets: Iterable[int]) -> None:
        """Hide these assets."""
        self._change_visibility("hide", lambda: self._visibility.hide(assets))

    def ghost(self, assets: Iterable[int]) -> None:
        """Make these see-through, or solid again."""
        self._change_visibility("ghost", lambda: self._visibility.ghost(assets))

    def ghost_only(self, assets: Iterable[int]) -> None:
        """Make these see-through and no others."""
        self._change_visibility("ghost", lambda: self._visibility.ghost_only(assets))

    def show_assets(self, assets: Iterable[int] | None = None) -> None:
        """Show these, or all, as their state says."""
        self._change_visibility("show", lambda: self._visibility.show(assets))

    def _change_visibility(self, what: str, change: Callable[[], None]) -> None:
        self.remember(what)
        change()
        self._apply_colours()

    def section(self, box: Box | None) -> None:
        """Show only what lies inside (x0, x1, y0, y1, z0, z1), or everything."""
        self.remember("section")
        self.set_section(box)

    def section_of(self, assets: Iterable[int] | None = None, margin_m: float = 0.5) -> Box:
        """A section box around these assets, or around everything."""
        corners = self._corners(assets)
        low, high = (corners.min(0) - margin_m).tolist(), (corners.max(0) + margin_m).tolist()
        return low[0], high[0], low[1], high[1], low[2], high[2]

    def measure(self, start: Point, end: Point) -> float:
        """Draw a line between two points and return its length in metres."""
        self.remember("measure")
        self._set_measurements((*self.measurements, (start, end)))
        return float(np.linalg.norm(np.subtract(end, start)))

    def clear_measurements(self) -> None:
        """Take all measured lines away."""
        if self.measurements:
            self.remember("clear measurements")
            self._set_measurements(())

    def _set_measurements(self, pairs: tuple[tuple[Point, Point], ...]) -> None:
        self.measurements = pairs
        self._marks.measure(pairs)
        self._order()
        self.touch()

    def remember(self, what: str, mode: str = "") -> None:
        """Keep the picture as it is for undo; call it before a gesture that moves the camera. `mode` is the colour mode
        that the change brings along."""
        self.history.remember(what, self.state("" if mode in ("", self.mode) else self.mode))
        self.mode = mode or self.mode

    def state(self, mode: str = "") -> ViewState:
        """All that undo brings back."""
        seen, camera = self._visibility, self.view_of(self._rig.goal, mode=mode)
        return ViewState(camera, seen.hidden, seen.ghosted, self.section_box, self.measurements)

    def undo(self) -> bool:
        """Take the last change back; returns whether there was one."""
        return self._restore(self.history.undo(self.state(self.mode)))

    def redo(self) -> bool:
        """Make the change again that undo took back; returns whether there was one."""
        return self._restore(self.history.redo(self.state(self.mode)))

    def _restore(self, state: ViewState | None) -> bool:
        if state is None:
            return False
        self._visibility.hidden, self._visibility.ghosted = state.hidden, state.ghosted
        self._apply_colours()
        self.section_box = state.section
        self.apply_section()
        self._set_measurements(state.measurements)
        self.mode = state.camera.mode or self.mode
        if not state.same(self.state(state.camera.mode)):
            self._go(pose_of(state.camera), True)
        return True
