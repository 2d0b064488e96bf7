"""The camera as plain numbers: orbit with Z up, pan, zoom to a point, fit to boxes, eased flights."""

import math
from dataclasses import dataclass

import numpy as np

VIEW_ANGLE_DEG = 32.0
_LEAST_ELEVATION, _MOST_ELEVATION = math.radians(-85.0), math.radians(89.5)
_UP = np.array([0.0, 0.0, 1.0])


@dataclass(frozen=True)
class Pose:
    """Where the camera is and what it looks at, float64 (3,) each."""

    position: np.ndarray
    target: np.ndarray

    @property
    def distance(self) -> float:
        """Metres from the camera to its target."""
        return float(np.linalg.norm(self.target - self.position))

    def axes(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Right, up and forward as unit vectors; right stays level."""
        forward = (self.target - self.position) / max(self.distance, 1e-12)
        right = np.cross(forward, _UP)
        length = np.linalg.norm(right)
        right = np.array([1.0, 0.0, 0.0]) if length < 1e-9 else right / length
        return right, np.cross(right, forward), forward

    def angles(self) -> tuple[float, float]:
        """Azimuth and elevation in radians of the camera as its target sees it."""
        x, y, z = self.position - self.target
        return math.atan2(y, x), math.atan2(z, math.hypot(x, y))


def from_angles(target: np.ndarray, azimuth: float, elevation: float, distance: float) -> Pose:
    """The pose at `distance` metres from `target`; angles in radians."""
    away = np.array(
        [math.cos(elevation) * math.cos(azimuth), math.cos(elevation) * math.sin(azimuth), math.sin(elevation)]
    )
    return Pose(target + distance * away, np.asarray(target, np.float64))


def orbit(pose: Pose, pivot: np.ndarray, turn: float, tilt: float, least_z: float = -math.inf) -> Pose:
    """Turn about the vertical through `pivot` and tilt, in radians; the camera never rolls, goes over the top or sinks
    below `least_z` metres."""
    _, elevation = pose.angles()
    tilt = min(max(elevation + tilt, _LEAST_ELEVATION), _MOST_ELEVATION) - elevation
    right, _, _ = pose.axes()
    away, least_z = pose.position - pivot, min(least_z, float(pose.position[2]))

    def height(tilted: float) -> float:
        return float((pivot + _rotation(right, -tilted) @ away)[2])

    if height(tilt) < least_z:
        low, high = 0.0, tilt  # it is high enough at `low`
        for _ in range(24):
            middle = (low + high) / 2
            low, high = (low, middle) if height(middle) < least_z else (middle, high)
        tilt = low
    matrix = _rotation(_UP, turn) @ _rotation(right, -tilt)
    return Pose(pivot + matrix @ away, pivot + matrix @ (pose.target - pivot))


def _rotation(axis: np.ndarray, angle: float) -> np.ndarray:
    """Rotation by `angle` radians about a unit vector (Rodrigues)."""
    x, y, z = axis
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.eye(3) + math.sin(angle) * cross + (1 - math.cos(angle)) * (cross @ cross)


def pan(pose: Pose, right_m: float, up_m: float, least_z: float = -math.inf) -> Pose:
    """Shift sideways and upwards in the picture's plane; the camera never sinks below `least_z` metres."""
    right, up, _ = pose.axes()
    shift = right * right_m + up * up_m
    height = float(pose.position[2])
    shift[2] = max(shift[2], min(least_z, height) - height)
    return Pose(pose.position + shift, pose.target + shift)


def zoom(pose: Pose, point: np.ndarray, factor: float, least_m: float, most_m: float) -> Pose:
    """Bring the camera `factor` times as far from `point`, which stays where it is in the picture."""
    wanted = min(max(pose.distance * factor, least_m), most_m)
    factor = wanted / max(pose.distance, 1e-9)
    return Pose(point + (pose.position - point) * factor, point + (pose.target - point) * factor)


def fit(pose: Pose, points: np.ndarray, aspect: float, margin: float = 0.06) -> Pose:
    """The pose with the same direction from which all `points` (n, 3) just fill the picture.

    In camera axes a point is inside when |a - A| <= t (c - C); the tightest such position follows from the extremes
    of a - t c and -a - t c, for width and height alike.
    """
    right, up, forward = pose.axes()
    tall = math.tan(math.radians(VIEW_ANGLE_DEG) / 2) * (1 - margin)
    a, b, c = points @ right, points @ up, points @ forward
    centre, depth = [], []
    for across, slope in ((a, tall * aspect), (b, tall)):
        most, least = float((across - slope * c).max()), float((-across - slope * c).max())
        centre.append((most - least) / 2)
        depth.append(-(most + least) / (2 * slope))
    back = min(*depth, float(c.min()) - 0.5)
    position = centre[0] * right + centre[1] * up + back * forward
    middle = (float(c.min()) + float(c.max())) / 2
    return Pose(position, position + forward * max(middle - back, 0.5))


def ray(pose: Pose, x: float, y: float, width: int, height: int) -> tuple[np.ndarray, np.ndarray]:
    """Origin and unit direction through a pixel, (0, 0) being the picture's upper left corner."""
    right, up, forward = pose.axes()
    tall = math.tan(math.radians(VIEW_ANGLE_DEG) / 2)
    across = (2 * x / width - 1) * tall * width / height
    direction = forward + across * right + (1 - 2 * y / height) * tall * up
    return pose.position, direction / np.linalg.norm(direction)


def project(pose: Pose, points: np.ndarray, width: int, height: int) -> np.ndarray:
    """Pixels from the upper left and depth in metres of points (n, 3), float64 (n, 3); depth <= 0 lies behind."""
    axes = np.stack(pose.axes())
    seen = (np.asarray(points, np.float64) - pose.position) @ axes.T
    tall = math.tan(math.radians(VIEW_ANGLE_DEG) / 2)
    depth = seen[:, 2]
    safe = np.where(np.abs(depth) < 1e-9, 1e-9, depth)
    half = height / 2
    return np.stack([width / 2 + seen[:, 0] / safe / tall * half, half - seen[:, 1] / safe / tall * half, depth], 1)


def metres_per_pixel(depth_m: float, height: int) -> float:
    """How wide a pixel is at `depth_m` in front of the camera."""
    return 2 * depth_m * math.tan(math.radians(VIEW_ANGLE_DEG) / 2) / max(height, 1)


@dataclass(frozen=True)
class Flight:
    """A way from one pose to another, eased at both ends; `start_s` and `duration_s` on the caller's clock."""

    start: Pose
    end: Pose
    start_s: float
    duration_s: float

    def at(self, now_s: float) -> tuple[Pose, bool]:
        """The pose at a moment, and whether the flight is over."""
        share = 1.0 if self.duration_s <= 0 else (now_s - self.start_s) / self.duration_s
        if share >= 1:
            return self.end, True
        share = max(share, 0.0)
        return blend(self.start, self.end, share * share * (3 - 2 * share)), False


def blend(start: Pose, end: Pose, share: float) -> Pose:
    """Between two poses: target in a straight line, angles the short way round, distance by ratio."""
    if share <= 0 or share >= 1:
        return start if share <= 0 else end
    azimuth0, elevation0 = start.angles()
    azimuth1, elevation1 = end.angles()
    turn = (azimuth1 - azimuth0 + math.pi) % (2 * math.pi) - math.pi
    near, far = max(start.distance, 1e-6), max(end.distance, 1e-6)
    return from_angles(
        start.target + share * (end.target - start.target),
        azimuth0 + share * turn,
        elevation0 + share * (elevation1 - elevation0),
        near * (far / near) ** share,
    )
