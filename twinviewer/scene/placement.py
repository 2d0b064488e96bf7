"""Where a model stands in the scene, and how a file's own axes and unit become metres with Z up."""

import math
from dataclasses import dataclass

import numpy as np

UP_AXES = ("Y", "Z")


@dataclass(frozen=True, slots=True)
class Placement:
    """How to place one model. `up` ("Y", "Z") and `unit` (metres per file unit) override what the format says.

    `position` in metres, `rotation_deg` about X, then Y, then Z of the scene, `scale` a plain factor.
    `label` stands before "#" in node paths.
    """

    label: str
    up: str | None = None
    unit: float | None = None
    position: tuple[float, float, float] = (0.0, 0.0, 0.0)
    rotation_deg: tuple[float, float, float] = (0.0, 0.0, 0.0)
    scale: float = 1.0

    def matrix(self, up: str, unit: float) -> np.ndarray:
        """File to scene, float64 (4, 4); `up` and `unit` are what the format says by itself."""
        result = np.eye(4)
        result[:3, :3] = _rotation(self.rotation_deg) * (self.unit or unit) * self.scale
        if (self.up or up) == "Y":
            result[:3, :3] = result[:3, :3] @ np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])
        result[:3, 3] = self.position
        return result


def _rotation(degrees: tuple[float, float, float]) -> np.ndarray:
    """Z @ Y @ X for angles about the fixed axes, in degrees."""
    (cx, sx), (cy, sy), (cz, sz) = ((math.cos(math.radians(a)), math.sin(math.radians(a))) for a in degrees)
    about_x = np.array([[1, 0, 0], [0, cx, -sx], [0, sx, cx]])
    about_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    about_z = np.array([[cz, -sz, 0], [sz, cz, 0], [0, 0, 1]])
    return about_z @ about_y @ about_x
