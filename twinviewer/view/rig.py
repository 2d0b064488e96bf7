"""The camera of a picture: where it is, where it flies, and how the pointer moves it."""

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from twinviewer.view import camera as cameras
from twinviewer.view.camera import Flight, Pose
from twinviewer.view.lines import box_corners

FLIGHT_S = 0.45
HOME = Pose(np.array([-4.5, -47.0, 39.0]), np.zeros(3))  # from the south, a little from the west
_BEYOND_M = 3.0  # what moves may leave the scene's bounds a little
_SLAB_M, _EYE_M = 1.0, 0.25
_ORBIT_RAD = np.pi  # a drag over the whole height of the picture


class Rig:
    """Holds the pose of a picture of `size` pixels over a scene that reaches from `bounds[0]` to `bounds[1]`."""

    def __init__(self) -> None:
        self.pose = HOME
        self.flight: Flight | None = None
        self.size: tuple[int, int] = (1280, 800)
        self.bounds = np.array([[-1.0, -1.0, 0.0], [1.0, 1.0, 1.0]])
        self.floor_m = 0.0
        self.reduced_motion = False
        self._framing: Callable[[float], Pose] | None = None
        self._framed_aspect = 1.0

    def resize(self, width: int, height: int) -> None:
        """Take the picture's size; what was framed stays framed when its shape changes."""
        self.size = (width, height)
        if self._framing is not None and abs(self.aspect / self._framed_aspect - 1) > 0.01:
            self._framed_aspect = self.aspect
            pose = self._framing(self.aspect)
            if self.flight is None:
                self.pose = pose
            else:
                self.flight = replace(self.flight, end=pose)

    @property
    def aspect(self) -> float:
        """Width by height of the picture."""
        return self.size[0] / self.size[1]

    @property
    def goal(self) -> Pose:
        """Where a flight ends; the pose itself when there is none."""
        return self.flight.end if self.flight else self.pose

    def go(self, pose: Pose, animate: bool) -> None:
        """Fly, or be there at once."""
        self._framing = None
        if animate and not self.reduced_motion:
            self.flight = Flight(self.pose, pose, time.monotonic(), FLIGHT_S)
        else:
            self.flight, self.pose = None, pose

    def frame(self, framing: Callable[[float], Pose], animate: bool) -> None:
        """Go where `framing` says for the picture's aspect, and again when that changes before the camera moves."""
        self.go(framing(self.aspect), animate)
        self._framing, self._framed_aspect = framing, self.aspect

    def advance(self, now_s: float) -> bool:
        """Carry a flight on; returns whether it goes on. There must be one."""
        assert self.flight is not None
        self.pose, over = self.flight.at(now_s)
        if over:
            self.flight = None
        return not over

    def orbit(self, across_px: float, down_px: float, pivot: np.ndarray) -> None:
        """Turn about the vertical through `pivot` as the pointer moves."""
        self.flight = self._framing = None
        step = _ORBIT_RAD / self.size[1]
        self.pose = cameras.orbit(self.pose, pivot, -across_px * step, down_px * step, self._least_z())

    def pan(self, across_px: float, down_px: float, grabbed: np.ndarray) -> None:
        """Shift so that the point `grabbed` stays under the pointer."""
        self.flight = self._framing = None
        scale = cameras.metres_per_pixel(max(self.depth(grabbed), 0.05), self.size[1])
        self.pose = cameras.pan(self.pose, -across_px * scale, down_px * scale, self._least_z())

    def zoom(self, factor: float, towards: np.ndarray) -> None:
        """Come `factor` times as near to a point, which stays where it is in the picture."""
        self.flight = self._framing = None
        reach = float(np.linalg.norm(self.bounds[1] - self.bounds[0]))
        self.pose = cameras.zoom(self.pose, towards, factor, reach / 500, reach * 6)

    def _least_z(self) -> float:
        """How low a hand may bring the camera: from under the floor nothing could be seen. Where the scene goes on far
        below what was found to be its floor, that is not the end of it."""
        lowest = float(self.bounds[0, 2])
        ground = self.floor_m if self.floor_m - lowest < _SLAB_M else lowest
        return ground + min(_EYE_M, 0.01 * float(np.linalg.norm(self.bounds[1] - self.bounds[0])))

    def depth(self, point: np.ndarray) -> float:
        """Metres in front of the camera."""
        return float((point - self.pose.position) @ self.pose.axes()[2])

    def depth_range(self) -> tuple[float, float]:
        """Metres between which things are drawn. The near end keeps its proportion to the target's distance, so that
        lines can be brought forward by about a pixel everywhere (see `shaders`)."""
        near = self.pose.distance / 50
        corners = box_corners(self.bounds[0] - _BEYOND_M, self.bounds[1] + _BEYOND_M)
        depth = (corners - self.pose.position) @ self.pose.axes()[2]
        return near, max(float(depth.max()), 4 * near)

    def under(self, x: float, y: float, floor_m: float) -> np.ndarray:
        """A point below a pixel where nothing was hit: on the floor when that is near, else at the target's depth."""
        origin, direction = self.ray(x, y)
        reach = float(np.linalg.norm(self.bounds[1] - self.bounds[0]))
        if direction[2] < -1e-3:
            along = (floor_m - origin[2]) / direction[2]
            if 0 < along < 3 * reach:
                return origin + along * direction
        return origin + direction * max(self.pose.distance, 0.1)

    def ray(self, x: float, y: float) -> tuple[np.ndarray, np.ndarray]:
        """Origin and unit direction through a pixel."""
        return cameras.ray(self.pose, x, y, *self.size)

    def project(self, points: np.ndarray) -> np.ndarray:
        """Pixels and depth in metres of points (n, 3)."""
        return cameras.project(self.pose, points, *self.size)
