"""Where a picture is seen from: fitting, flying, turning, shifting, zooming."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from twinviewer.model.camera import CameraView
from twinviewer.view import camera as cameras
from twinviewer.view.camera import Pose
from twinviewer.view.picture import Picture
from twinviewer.view.rig import HOME


class Navigation(Picture):
    """The camera of a picture. `remember` is called before each change that a person may want to take back."""

    def remember(self, what: str, mode: str = "") -> None:
        """Called before a change called `what`, which brings a colour `mode` along; call it before a gesture that moves
        the camera."""

    def fit(self, assets: Iterable[int] | None = None, *, animate: bool = True) -> None:
        """Move so that these assets (or everything) fill the picture, without turning."""
        self.remember("fit")
        goal, corners = self._rig.goal, self._corners(assets)
        self._frame(lambda aspect: cameras.fit(goal, corners, aspect), animate)

    def home(self, *, animate: bool = True) -> None:
        """The scene's view named "Home", else all of it from the south."""
        self.remember("home")
        for view in self.scene.views if self.scene else ():
            if view.name.lower() == "home":
                self._go(pose_of(view), animate)
                return
        corners = self._corners(None)
        self._frame(lambda aspect: cameras.fit(HOME, corners, aspect, 0.02), animate)

    def fly_to(self, where: CameraView | int, *, animate: bool = True) -> None:
        """Fly to a bookmark, its section box included, or to an asset row."""
        self.remember("fly", where.mode if isinstance(where, CameraView) else "")
        if isinstance(where, CameraView):
            if where.section != self.section_box:
                self.section_box = where.section
                self.apply_section()
            self._go(pose_of(where), animate)
        else:
            goal, corners = self._rig.goal, self._corners([where])
            self._frame(lambda aspect: cameras.fit(goal, corners, aspect, 0.45), animate)

    def camera(self, name: str = "", mode: str = "") -> CameraView:
        """Where the picture is seen from at this moment, as a bookmark; the section box included."""
        return self.view_of(self._rig.pose, name, mode)

    def view_of(self, pose: Pose, name: str = "", mode: str = "") -> CameraView:
        """A pose as a bookmark."""
        x, y, z = pose.position.tolist()
        u, v, w = pose.target.tolist()
        return CameraView(name, (x, y, z), (u, v, w), mode, self.section_box)

    @property
    def pose(self) -> Pose:
        """The camera as it is at this moment."""
        return self._rig.pose

    def look_from(self, pose: Pose) -> None:
        """Be there at once, without a step that can be taken back: for a picture that follows another one."""
        self._go(pose, animate=False)

    @property
    def reduced_motion(self) -> bool:
        """Jump instead of flying."""
        return self._rig.reduced_motion

    @reduced_motion.setter
    def reduced_motion(self, value: bool) -> None:
        self._rig.reduced_motion = value

    @property
    def flying(self) -> bool:
        """Whether `advance` has something to do."""
        return self._rig.flight is not None

    def advance(self, now_s: float) -> bool:
        """Carry a flight on to this moment of `time.monotonic`; returns whether it goes on."""
        if self._rig.flight is None:
            return False
        going_on = self._rig.advance(now_s)
        self.touch()
        return going_on

    def orbit(self, across_px: float, down_px: float, pivot: np.ndarray) -> None:
        """Turn about the vertical through `pivot`; Z stays up."""
        self._rig.orbit(across_px, down_px, pivot)
        self.touch()

    def pan(self, across_px: float, down_px: float, grabbed: np.ndarray) -> None:
        """Shift so that the world point `grabbed` follows the pointer."""
        self._rig.pan(across_px, down_px, grabbed)
        self.touch()

    def zoom(self, factor: float, towards: np.ndarray) -> None:
        """Come `factor` times as near to a world point."""
        self._rig.zoom(factor, towards)
        self.touch()

    def _go(self, pose: Pose, animate: bool) -> None:
        self._rig.go(pose, animate)
        self.touch()

    def _frame(self, framing: Callable[[float], Pose], animate: bool) -> None:
        self._sized().frame(framing, animate)
        self.touch()


def pose_of(view: CameraView) -> Pose:
    """A bookmark as the camera takes it."""
    return Pose(np.array(view.position, np.float64), np.array(view.target, np.float64))
