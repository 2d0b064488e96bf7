"""The painted floor as geometry: a sheet, lighter aisles, and thin markings just above it.

Shadows and the metre grid are left to whoever draws the scene, so that both follow the theme.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from scenes._make.machine import Machine
from scenes._make.mesh import facets
from scenes._make.solids import box

AISLE_Z, PAINT_Z = 0.003, 0.006
Spot = Sequence[float] | np.ndarray


class Floor:
    """Collects the floor's parts; coordinates in metres on the plan."""

    def __init__(self) -> None:
        self.machine = Machine("floor")

    def _quads(self, part: str, material: str, quads: Sequence[Sequence[Spot]], z: float) -> None:
        plan = np.array(quads, float)
        corners = np.concatenate([plan, np.full((*plan.shape[:2], 1), z)], axis=2)
        self.machine.add(part, material, facets(corners))

    def sheet(self, x0: float, x1: float, y0: float, y1: float) -> None:
        """The floor itself, its upper side at z = 0."""
        slab = box(x1 - x0, y1 - y0, 0.12, 0.01).to((x0 + x1) / 2, (y0 + y1) / 2, -0.06)
        self.machine.add("Sheet", "floor", slab)

    def zone(self, x0: float, x1: float, y0: float, y1: float) -> None:
        """A lighter rectangle for traffic."""
        self._quads("Aisles", "aisle", [[(x0, y0), (x1, y0), (x1, y1), (x0, y1)]], AISLE_Z)

    def line(self, start: Spot, end: Spot, material: str, width: float) -> None:
        """A straight painted line with square ends."""
        a, b = np.asarray(start, float), np.asarray(end, float)
        along = (b - a) / np.linalg.norm(b - a)
        side = np.array([-along[1], along[0]]) * width / 2
        self._quads("Markings", material, [[a - side, b - side, b + side, a + side]], PAINT_Z)

    def outline(self, x0: float, x1: float, y0: float, y1: float, material: str, width: float = 0.09) -> None:
        """The border of a rectangle, inside it."""
        h = width / 2
        self.line((x0, y0 + h), (x1, y0 + h), material, width)
        self.line((x0, y1 - h), (x1, y1 - h), material, width)
        self.line((x0 + h, y0 + width), (x0 + h, y1 - width), material, width)
        self.line((x1 - h, y0 + width), (x1 - h, y1 - width), material, width)

    def dashes(self, start: Spot, end: Spot, material: str, width: float = 0.07) -> None:
        """A dashed line: 0.6 m on, 0.6 m off."""
        a, b = np.asarray(start, float), np.asarray(end, float)
        length = float(np.linalg.norm(b - a))
        for k in np.arange(0, length - 0.3, 1.2):
            self.line(a + (b - a) * k / length, a + (b - a) * min(k + 0.6, length) / length, material, width)

    def hatch(self, x0: float, x1: float, y0: float, y1: float, material: str, pitch: float = 0.62) -> None:
        """Slanting stripes (45 degrees), cut off at the rectangle's border."""
        tall, half = y1 - y0, pitch / 4 * np.sqrt(2)
        quads = []
        for middle in np.arange(x0 - tall, x1, pitch):
            lower = [max(middle - half, x0 - tall), min(middle + half, x1)]
            quads.append([(lower[0], y0), (lower[1], y0), (lower[1] + tall, y1), (lower[0] + tall, y1)])
        for quad in quads:
            cut = clip_x(np.array(quad), x0, x1)
            for k in range(1, len(cut) - 1):
                self._quads("Markings", material, [[cut[0], cut[k], cut[k + 1], cut[k + 1]]], PAINT_Z)

    def strokes(self, letter: Sequence[tuple[Spot, Spot]], x: float, y: float, height: float) -> None:
        """A painted letter of straight strokes in units of its height, lower left corner at (x, y)."""
        for start, end in letter:
            a, b = np.array([x, y]) + height * np.array(start), np.array([x, y]) + height * np.array(end)
            self.line(a, b, "paint_yellow", 0.12 * height)


def clip_x(polygon: np.ndarray, low: float, high: float) -> np.ndarray:
    """A convex polygon (n, 2) cut down to low <= x <= high; (0, 2) where nothing is left."""
    for limit, keep in ((low, 1.0), (high, -1.0)):
        out = []
        for a, b in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
            inside_a, inside_b = (a[0] - limit) * keep >= 0, (b[0] - limit) * keep >= 0
            if inside_a:
                out.append(a)
            if inside_a != inside_b:
                out.append(a + (b - a) * (limit - a[0]) / (b[0] - a[0]))
        polygon = np.array(out).reshape(-1, 2)
        if not len(polygon):
            break
    return polygon
