"""The painted floor: grid, aisles, markings, and soft contact shadows baked from the geometry that stands on it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from scenes._make.mesh import Mesh

PIXELS_PER_M = 36
BASE = np.array([210.0, 215.0, 218.0])
AISLE = np.array([221.0, 225.0, 227.0])
LINE = np.array([236.0, 238.0, 239.0])
YELLOW = np.array([214.0, 184.0, 92.0])
BLUE = np.array([150.0, 172.0, 188.0])


class Floor:
    """An image of the floor seen from above; x to the right, y up, in metres."""

    def __init__(self, x0: float, y0: float, width: float, depth: float) -> None:
        self.x0, self.y0, self.width, self.depth = x0, y0, width, depth
        columns, rows = round(width * PIXELS_PER_M), round(depth * PIXELS_PER_M)
        self.x = x0 + (np.arange(columns) + 0.5) / PIXELS_PER_M
        self.y = y0 + depth - (np.arange(rows) + 0.5) / PIXELS_PER_M
        self.rgb = np.tile(BASE, (rows, columns, 1))

    def image(self) -> np.ndarray:
        """uint8 (height, width, 3)."""
        return np.clip(np.rint(self.rgb), 0, 255).astype(np.uint8)

    def _paint(self, coverage: np.ndarray, rows: slice, columns: slice, colour: np.ndarray) -> None:
        patch = self.rgb[rows, columns]
        patch += coverage[..., None] * (colour - patch)

    def _window(self, x0: float, x1: float, y0: float, y1: float) -> tuple[slice, slice]:
        pad = 2 / PIXELS_PER_M
        columns = np.flatnonzero((self.x > x0 - pad) & (self.x < x1 + pad))
        rows = np.flatnonzero((self.y > y0 - pad) & (self.y < y1 + pad))
        if not len(columns) or not len(rows):
            return slice(0, 0), slice(0, 0)
        return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)

    def rectangle(self, x0: float, x1: float, y0: float, y1: float, colour: np.ndarray, strength: float = 1.0) -> None:
        """Fills an upright rectangle with smooth edges."""
        rows, columns = self._window(x0, x1, y0, y1)
        across = _edge(self.x[columns], x0, x1)
        along = _edge(self.y[rows], y0, y1)
        self._paint(strength * along[:, None] * across[None, :], rows, columns, colour)

    def outline(self, x0: float, x1: float, y0: float, y1: float, colour: np.ndarray, line: float = 0.1) -> None:
        """Draws the border of a rectangle, `line` wide, inside it."""
        self.rectangle(x0, x1, y0, y0 + line, colour)
        self.rectangle(x0, x1, y1 - line, y1, colour)
        self.rectangle(x0, x0 + line, y0 + line, y1 - line, colour)
        self.rectangle(x1 - line, x1, y0 + line, y1 - line, colour)

    def stroke(self, start: Sequence[float], end: Sequence[float], line: float, colour: np.ndarray) -> None:
        """Draws a straight line of any direction with square ends."""
        a, b = np.asarray(start, float), np.asarray(end, float)
        way = b - a
        length = float(np.linalg.norm(way))
        u = way / length
        low, high = np.minimum(a, b) - line, np.maximum(a, b) + line
        rows, columns = self._window(low[0], high[0], low[1], high[1])
        dx, dy = self.x[columns][None, :] - a[0], self.y[rows][:, None] - a[1]
        along, across = dx * u[0] + dy * u[1], dy * u[0] - dx * u[1]
        self._paint(_edge(along, 0, length) * _edge(across, -line / 2, line / 2), rows, columns, colour)

    def hatch(self, x0: float, x1: float, y0: float, y1: float, colour: np.ndarray, pitch: float = 0.5) -> None:
        """Fills a rectangle with slanting stripes."""
        rows, columns = self._window(x0, x1, y0, y1)
        slant = (self.x[columns][None, :] + self.y[rows][:, None]) / np.sqrt(2)
        phase = np.abs((slant / pitch) % 1 - 0.5) * pitch
        stripes = np.clip((pitch / 4 - phase) * PIXELS_PER_M + 0.5, 0, 1)
        inside = _edge(self.y[rows], y0, y1)[:, None] * _edge(self.x[columns], x0, x1)[None, :]
        self._paint(stripes * inside, rows, columns, colour)

    def dashes(self, start: Sequence[float], end: Sequence[float], line: float, colour: np.ndarray) -> None:
        """Draws a dashed line: 0.6 m on, 0.6 m off."""
        a, b = np.asarray(start, float), np.asarray(end, float)
        length = float(np.linalg.norm(b - a))
        for k in np.arange(0, length - 0.3, 1.2):
            self.stroke(a + (b - a) * k / length, a + (b - a) * min(k + 0.6, length) / length, line, colour)

    def grid(self) -> None:
        """Fine joints every metre, stronger ones every five."""
        for step, width, strength in ((1.0, 0.028, 0.10), (5.0, 0.045, 0.22)):
            dark = BASE * 0.72
            for x in np.arange(np.ceil(self.x0 / step) * step, self.x0 + self.width + 1e-6, step):
                self.rectangle(x - width / 2, x + width / 2, self.y0, self.y0 + self.depth, dark, strength)
            for y in np.arange(np.ceil(self.y0 / step) * step, self.y0 + self.depth + 1e-6, step):
                self.rectangle(self.x0, self.x0 + self.width, y - width / 2, y + width / 2, dark, strength)

    def shadows(self, meshes: Sequence[Mesh]) -> None:
        """Darkens the floor under and beside what stands on it, the closer the darker."""
        near, low = self._occupied(meshes, 0.12), self._occupied(meshes, 0.9)
        contact = _blur(near, 0.09 * PIXELS_PER_M)
        ambient = _blur(low, 0.5 * PIXELS_PER_M)
        shift = (-round(0.26 * PIXELS_PER_M), round(0.34 * PIXELS_PER_M))
        cast = _shifted(_blur(low, 0.2 * PIXELS_PER_M), *shift)
        keep = np.clip(1 - 0.34 * contact - 0.42 * ambient - 0.22 * cast, 0.28, 1)
        self.rgb *= keep[..., None]

    def _occupied(self, meshes: Sequence[Mesh], fade_m: float) -> np.ndarray:
        """How much stands above each pixel, 0 to 1, fading with height above the floor."""
        rows, columns = self.rgb.shape[:2]
        best = np.zeros(rows * columns)
        for mesh in meshes:
            points = _samples(mesh, 0.6 / PIXELS_PER_M)
            column = np.floor((points[:, 0] - self.x0) * PIXELS_PER_M).astype(int)
            row = np.floor((self.y0 + self.depth - points[:, 1]) * PIXELS_PER_M).astype(int)
            inside = (column >= 0) & (column < columns) & (row >= 0) & (row < rows) & (points[:, 2] > -1e-3)
            weight = np.exp(-np.maximum(points[inside, 2], 0) / fade_m)
            np.maximum.at(best, row[inside] * columns + column[inside], weight)
        return best.reshape(rows, columns)


def _edge(v: np.ndarray, low: float, high: float) -> np.ndarray:
    """1 inside [low, high], 0 outside, one pixel of ramp."""
    return np.clip(np.minimum(v - low, high - v) * PIXELS_PER_M + 0.5, 0, 1)


def _samples(mesh: Mesh, spacing: float) -> np.ndarray:
    """Points on the triangles seen from above, about `spacing` apart; small triangles give their middle."""
    a, b, c = (mesh.points[mesh.triangles[:, k]] for k in range(3))
    middle = (a + b + c) / 3
    keep = middle[:, 2] < 2.5
    a, b, c, middle = a[keep], b[keep], c[keep], middle[keep]
    longest = np.sqrt(np.max([np.sum((p - q)[:, :2] ** 2, 1) for p, q in ((a, b), (b, c), (c, a))], axis=0))
    steps = np.clip(np.ceil(longest / spacing).astype(int), 1, 160)
    out = [middle]
    for n in np.unique(steps[steps > 1]):
        pick = steps == n
        i, j = np.meshgrid(np.arange(n), np.arange(n), indexing="ij")
        inside = i + j < n
        u, v = (i[inside] + 0.33) / n, (j[inside] + 0.33) / n
        corner, first, second = a[pick], (b - a)[pick], (c - a)[pick]
        grid = corner[:, None] + u[None, :, None] * first[:, None] + v[None, :, None] * second[:, None]
        out.append(grid.reshape(-1, 3))
    return np.vstack(out)


def _shifted(image: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """The image moved up by -`rows` and right by `columns`, nothing coming in from the other side."""
    out = np.zeros_like(image)
    out[:rows, columns:] = image[-rows:, :-columns]
    return out


def _blur(image: np.ndarray, sigma: float) -> np.ndarray:
    """Gaussian blur by three box means in each direction."""
    size = max(round(sigma), 1) * 2 + 1
    for _ in range(3):
        for axis in (0, 1):
            image = _box_mean(image, size, axis)
    return image


def _box_mean(image: np.ndarray, size: int, axis: int) -> np.ndarray:
    pad = [(0, 0), (0, 0)]
    pad[axis] = (size // 2 + 1, size // 2)
    total = np.cumsum(np.pad(image, pad), axis=axis)
    ahead = np.take(total, range(size, total.shape[axis]), axis)
    behind = np.take(total, range(total.shape[axis] - size), axis)
    return (ahead - behind) / size
