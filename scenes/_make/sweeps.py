"""Bodies drawn along a way: pipes, hoses, lofted housings, spirals."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from scenes._make.mesh import Mesh, merge
from scenes._make.solids import Point, segments_for


def rounded_way(path: Sequence[Point], bend: float, steps: int = 5) -> np.ndarray:
    """The corners of `path` replaced by arcs of radius `bend` (smaller where there is no room; none at 0)."""
    p = np.array(path, float)
    out = [p[0]]
    for before, corner, after in zip(p, p[1:], p[2:], strict=False):
        u, v = before - corner, after - corner
        len_u, len_v = np.linalg.norm(u), np.linalg.norm(v)
        u, v = u / len_u, v / len_v
        half = np.arccos(np.clip(u @ v, -1, 1)) / 2
        if bend <= 0 or half > np.pi / 2 - 1e-3:
            out.append(corner)
            continue
        reach = min(bend / np.tan(half), 0.49 * len_u, 0.49 * len_v)
        radius = reach * np.tan(half)
        centre = corner + (u + v) / np.linalg.norm(u + v) * (radius / np.sin(half))
        start, end = corner + u * reach - centre, corner + v * reach - centre
        angle = np.pi - 2 * half
        for t in np.linspace(0, 1, steps + 1):
            arc = (np.sin((1 - t) * angle) * start + np.sin(t * angle) * end) / np.sin(angle)
            out.append(centre + arc)
    out.append(p[-1])
    return np.array(out)


def pipe(
    path: Sequence[Point],
    radius: float,
    bend: float | None = None,
    sides: int | None = None,
    capped: bool = True,
    steps: int = 5,
) -> Mesh:
    """A round pipe along `path` with rounded corners and closed ends."""
    way = rounded_way(path, 2.2 * radius if bend is None else bend, steps)
    m = sides or segments_for(radius)
    angle = np.linspace(0, 2 * np.pi, m + 1)
    circle = np.stack([np.cos(angle), np.sin(angle)], 1)
    rings = [q + radius * (circle @ axes[:2]) for q, axes in zip(way, frames_along(way), strict=True)]
    return loft(rings, capped=capped)


def frames_along(way: np.ndarray, closed: bool = False) -> np.ndarray:
    """Axes (n, 3, 3) along a way (n, 3): two across it that do not twist, and the tangent."""
    tangent = np.gradient(way, axis=0)
    if closed:
        tangent[0] = tangent[-1] = way[1] - way[-2]
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    up = np.array([0.0, 0.0, 1.0]) if abs(tangent[0, 2]) < 0.9 else np.array([1.0, 0.0, 0.0])
    out = np.empty((len(way), 3, 3))
    for k, t in enumerate(tangent):
        across = np.cross(up, t)
        across /= np.linalg.norm(across)
        up = np.cross(t, across)
        out[k] = across, up, t
    return out


def loft(rings: Sequence[np.ndarray], capped: bool = True) -> Mesh:
    """A smooth skin over closed rings (k of (m + 1, 3), last point = first), anticlockwise seen along the way back.

    Normals follow the surface; with `capped` both ends are closed flat.
    """
    grid = np.array(rings)
    count, m1 = grid.shape[:2]
    along = np.gradient(grid, axis=0)
    wrapped = np.concatenate([grid[:, -2:-1], grid, grid[:, 1:2]], axis=1)
    around = wrapped[:, 2:] - wrapped[:, :-2]
    normals = np.cross(around, along)
    length = np.linalg.norm(normals, axis=2, keepdims=True)
    normals = (normals / np.maximum(length, 1e-12)).reshape(-1, 3)
    a = (np.arange(count - 1)[:, None] * m1 + np.arange(m1 - 1)).ravel()
    b = a + m1
    triangles = np.vstack([np.stack([a, a + 1, b + 1], 1), np.stack([a, b + 1, b], 1)])
    skin = Mesh(grid.reshape(-1, 3), normals, triangles)
    return merge([skin, _cap(grid[0], True), _cap(grid[-1], False)]) if capped else skin


def _cap(points: np.ndarray, start: bool) -> Mesh:
    p = points[:-1]
    n = len(p)
    normal = np.sum(np.cross(p - p.mean(0), np.roll(p, -1, 0) - p.mean(0)), axis=0)
    normal /= max(float(np.linalg.norm(normal)), 1e-12)
    fan = np.stack([np.zeros(n - 2, int), np.arange(1, n - 1), np.arange(2, n)], 1)
    if start:
        return Mesh(p, np.tile(-normal, (n, 1)), fan[:, ::-1])
    return Mesh(p, np.tile(normal, (n, 1)), fan)


def oval(
    centre: Point, axis_u: Point, axis_v: Point, size_u: float, size_v: float, power: float = 2.0, sides: int = 24
) -> np.ndarray:
    """A closed ring (sides + 1, 3) of half sizes `size_u`, `size_v`: an ellipse at power 2, squarer above (Lamé)."""
    angle = np.linspace(0, 2 * np.pi, sides + 1)
    c, s = np.cos(angle), np.sin(angle)
    x = np.sign(c) * np.abs(c) ** (2 / power) * size_u
    y = np.sign(s) * np.abs(s) ** (2 / power) * size_v
    return np.asarray(centre, float) + np.outer(x, axis_u) + np.outer(y, axis_v)


def torus(radius: float, thickness: float, sides: int = 28, thin_sides: int = 8) -> Mesh:
    """A round rim about Z: a hand wheel, a hose loop, a rope ring."""
    angle = np.linspace(0, 2 * np.pi, sides + 1)
    turn = np.linspace(0, 2 * np.pi, thin_sides + 1)
    a, t = np.meshgrid(angle, turn, indexing="ij")
    normal = np.stack([np.cos(a) * np.cos(t), np.sin(a) * np.cos(t), np.sin(t)], -1)
    middle = radius * np.stack([np.cos(a), np.sin(a), np.zeros_like(a)], -1)
    m1 = thin_sides + 1
    i = (np.arange(sides)[:, None] * m1 + np.arange(thin_sides)).ravel()
    j = i + m1
    triangles = np.vstack([np.stack([i, j, j + 1], 1), np.stack([i, j + 1, i + 1], 1)])
    return Mesh((middle + thickness * normal).reshape(-1, 3), normal.reshape(-1, 3), triangles)
