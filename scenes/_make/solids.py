"""The solids that every machine is made of: bevelled boxes and prisms, turned, swept and lofted bodies."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from scenes._make.mesh import Mesh, facets, merge

Point = Sequence[float] | np.ndarray
Outline = Sequence[Point] | np.ndarray


SLIM_M = 0.04  # rods thinner than this need no bevel unless asked for


def segments_for(radius: float) -> int:
    """How many sides a round body of this radius needs to look round from a step away."""
    return int(np.clip(2 * round(4 + radius * 48), 8, 40))


def box(x: float, y: float, z: float, bevel: float = 0.012, arc: int = 0) -> Mesh:
    """A box of these sizes about the origin with bevelled edges.

    With `arc` = 0 each bevel is one strip whose normals run from face to face, so that 44 triangles look rounded;
    with `arc` >= 1 each half of an edge has that many strips (true rounding, for large radii).
    """
    bevel = min(bevel, 0.499 * min(x, y, z))
    half = np.array([x, y, z]) / 2
    return _bevelled_box(half, bevel) if arc == 0 else _rounded_box(half, bevel, arc)


def block(x: float, y: float, z: float) -> Mesh:
    """A sharp-edged box of these sizes about the origin, 12 triangles: for wood, cartons and what is seen from afar."""
    half = np.array([x, y, z]) / 2
    quads = []
    for axis in range(3):
        u, v = (axis + 1) % 3, (axis + 2) % 3
        quads += [[_sign(axis, side, u, a, v, b) for a, b in _ROUND[::side]] for side in (-1, 1)]
    return facets(np.array(quads, float) * half)


def _bevelled_box(half: np.ndarray, bevel: float) -> Mesh:
    signs = np.array([[sx, sy, sz] for sx in (-1, 1) for sy in (-1, 1) for sz in (-1, 1)], float)
    points = np.repeat(signs * (half - bevel), 3, axis=0)
    normals = np.zeros((24, 3))
    for axis in range(3):
        points[axis::3, axis] = signs[:, axis] * half[axis]
        normals[axis::3, axis] = signs[:, axis]
    corner = {tuple(s): 3 * k for k, s in enumerate(signs.astype(int))}
    quads, triangles = [], []
    for axis in range(3):
        u, v = (axis + 1) % 3, (axis + 2) % 3
        quads += [[corner[_sign(axis, s, u, a, v, b)] + axis for a, b in _ROUND[::s]] for s in (-1, 1)]
        for a in (-1, 1):
            for b in (-1, 1):  # the edge along `axis` between face u = a and face v = b
                low, high = corner[_sign(axis, -1, u, a, v, b)], corner[_sign(axis, 1, u, a, v, b)]
                quads.append([low + u, low + v, high + v, high + u][:: a * b])
    for sign, k in corner.items():
        triangles.append([k, k + 1, k + 2][:: int(np.prod(sign))])
    q = np.array(quads)
    return Mesh(points, normals, np.vstack([q[:, [0, 1, 2]], q[:, [0, 2, 3]], np.array(triangles)]))


_ROUND = ((-1, -1), (1, -1), (1, 1), (-1, 1))


def _sign(axis: int, side: int, u: int, a: int, v: int, b: int) -> tuple[int, int, int]:
    sign = [0, 0, 0]
    sign[axis], sign[u], sign[v] = side, a, b
    return sign[0], sign[1], sign[2]


def _rounded_box(half: np.ndarray, radius: float, arc: int) -> Mesh:
    step = radius * np.tan(np.linspace(0, 1, arc + 1) * np.pi / 4)
    faces = []
    for axis in range(3):
        u, v = (axis + 1) % 3, (axis + 2) % 3
        lines = [np.concatenate([-half[k] + radius - step[::-1], half[k] - radius + step]) for k in (u, v)]
        grid_u, grid_v = np.meshgrid(*lines, indexing="ij")
        for side in (-1, 1):
            cube = np.zeros((grid_u.size, 3))
            cube[:, u], cube[:, v], cube[:, axis] = grid_u.ravel(), grid_v.ravel(), side * half[axis]
            inner = np.clip(cube, radius - half, half - radius)
            normals = cube - inner
            normals /= np.linalg.norm(normals, axis=1, keepdims=True)
            faces.append(Mesh(inner + normals * radius, normals, _grid_triangles(*grid_u.shape, flip=side < 0)))
    return merge(faces)


def _grid_triangles(rows: int, columns: int, flip: bool = False) -> np.ndarray:
    index = np.arange(rows * columns).reshape(rows, columns)
    quads = np.stack([index[:-1, :-1], index[1:, :-1], index[1:, 1:], index[:-1, 1:]], -1).reshape(-1, 4)
    quads = quads[:, ::-1] if flip else quads
    return np.vstack([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])


def revolve(profile: Outline, sides: int | None = None, smooth_deg: float = 35.0) -> Mesh:
    """The body turned about Z from a profile of (radius, z) from bottom to top (outside to the right of the way).

    Neighbouring pieces that meet at less than `smooth_deg` share their normal.
    """
    line = np.array(profile, float)
    if np.sum((line[:-1, 0] + line[1:, 0]) * np.diff(line[:, 1])) < 0:
        line = line[::-1]
    sides = sides or segments_for(float(line[:, 0].max()))
    pieces = [k for k in range(len(line) - 1) if np.linalg.norm(line[k + 1] - line[k]) > 1e-9]
    way = np.array([line[k + 1] - line[k] for k in pieces])
    normal = np.stack([way[:, 1], -way[:, 0]], 1) / np.linalg.norm(way, axis=1, keepdims=True)
    limit = np.cos(np.radians(smooth_deg))
    strips = []
    for i, k in enumerate(pieces):
        low = high = normal[i]
        if i > 0 and normal[i - 1] @ normal[i] > limit:
            low = normal[i - 1] + normal[i]
        if i < len(pieces) - 1 and normal[i + 1] @ normal[i] > limit:
            high = normal[i + 1] + normal[i]
        strips.append(_turned_strip(line[k], line[k + 1], low, high, sides))
    return merge(strips)


def _turned_strip(low: np.ndarray, high: np.ndarray, n_low: np.ndarray, n_high: np.ndarray, sides: int) -> Mesh:
    angle = np.linspace(0, 2 * np.pi, sides + 1)
    ring = np.stack([np.cos(angle), np.sin(angle)], 1)
    points = [np.column_stack([ring * p[0], np.full(sides + 1, p[1])]) for p in (low, high)]
    normals = [np.column_stack([ring * n[0], np.full(sides + 1, n[1])]) / np.linalg.norm(n) for n in (n_low, n_high)]
    a = np.arange(sides)
    b = a + sides + 1
    triangles = []
    if low[0] > 1e-9:
        triangles.append(np.stack([a, a + 1, b + 1], 1))
    if high[0] > 1e-9:
        triangles.append(np.stack([a, b + 1, b], 1))
    return Mesh(np.vstack(points), np.vstack(normals), np.vstack(triangles))


def cylinder(radius: float, height: float, bevel: float | None = None, sides: int | None = None) -> Mesh:
    """A cylinder about Z, centred on the origin, with bevelled rims (none with `bevel` = 0, nor on slim rods)."""
    slim = 0.0 if radius < SLIM_M else min(0.12 * radius, 0.12 * height, 0.012)
    b = slim if bevel is None else min(bevel, 0.49 * height, 0.9 * radius)
    h = height / 2
    if b == 0:
        return revolve([(0, -h), (radius, -h), (radius, h), (0, h)], sides)
    profile = [(0, -h), (radius - b, -h), (radius, -h + b), (radius, h - b), (radius - b, h), (0, h)]
    return revolve(profile, sides, 30)


def ring(outer: float, inner: float, height: float, sides: int | None = None) -> Mesh:
    """A flat ring about Z, centred on the origin, open in the middle."""
    h, b = height / 2, min(0.2 * (outer - inner), 0.2 * height, 0.006)
    profile = [(inner, -h), (outer - b, -h), (outer, -h + b), (outer, h - b), (outer - b, h), (inner, h), (inner, -h)]
    return revolve(profile, sides, 20)


def prism(outline: Outline, height: float, bevel: float = 0.006) -> Mesh:
    """A simple polygon (x, y), pushed along Z about the origin, with bevelled rims."""
    p = np.array(outline, float)
    if _area(p) < 0:
        p = p[::-1]
    n = len(p)
    edge = np.roll(p, -1, 0) - p
    out = np.stack([edge[:, 1], -edge[:, 0]], 1) / np.linalg.norm(edge, axis=1, keepdims=True)
    back = np.roll(out, 1, 0)
    inset = p - bevel * (out + back) / np.maximum(1 + np.sum(out * back, 1), 0.2)[:, None]
    h = height / 2
    levels = [(inset, -h), (p, -h + bevel), (p, h - bevel), (inset, h)]
    rings = [np.column_stack([q, np.full(n, z)]) for q, z in levels]
    sides = []
    for low, high in itertools.pairwise(rings):
        sides.append(facets(np.stack([low, np.roll(low, -1, 0), np.roll(high, -1, 0), high], 1)))
    caps = ear_triangles(inset)
    top = Mesh(rings[3], np.tile([0.0, 0.0, 1.0], (n, 1)), caps)
    bottom = Mesh(rings[0], np.tile([0.0, 0.0, -1.0], (n, 1)), caps[:, ::-1])
    return merge([*sides, top, bottom])


def _area(p: np.ndarray) -> float:
    return 0.5 * float(np.sum(p[:, 0] * np.roll(p[:, 1], -1) - np.roll(p[:, 0], -1) * p[:, 1]))


def ear_triangles(p: np.ndarray) -> np.ndarray:
    """Triangles (n - 2, 3) of a simple anticlockwise polygon (n, 2), by clipping ears."""

    def turn(a: np.ndarray, b: np.ndarray, c: np.ndarray) -> float:
        return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])

    def is_ear(a: int, b: int, c: int) -> bool:
        if turn(p[a], p[b], p[c]) <= 1e-12:
            return False
        others = (p[j] for j in left if j not in (a, b, c))
        return not any(
            turn(p[a], p[b], q) >= 0 and turn(p[b], p[c], q) >= 0 and turn(p[c], p[a], q) >= 0 for q in others
        )

    left, found = list(range(len(p))), []
    while len(left) > 3:
        for k in range(len(left)):
            ear = left[k - 1], left[k], left[(k + 1) % len(left)]
            if is_ear(*ear):
                found.append(ear)
                left.pop(k)
                break
        else:
            raise ValueError("the outline crosses itself")
    triangles = np.array([*found, tuple(left)])
    if any(_area(p[t]) < -1e-12 for t in triangles):
        raise ValueError("the outline crosses itself")
    return triangles


def frame(width: float, height: float, border: float, depth: float, bevel: float = 0.006) -> Mesh:
    """A rectangular frame in the XZ plane about the origin, `depth` along Y: for doors and windows."""
    outer = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * [width / 2, height / 2]
    inner = outer - np.sign(outer) * border
    lean = np.sign(outer) * bevel
    d = depth / 2
    rings = [
        (outer - lean, -d), (outer, -d + bevel), (outer, d), (inner, d), (inner, -d + bevel), (inner + lean, -d),
    ]  # fmt: skip
    loops = [np.column_stack([q[:, 0], np.full(4, y), q[:, 1]]) for q, y in rings]
    quads = []
    for a, b in zip(loops, loops[1:] + loops[:1], strict=True):
        quads.append(np.stack([a, b, np.roll(b, -1, 0), np.roll(a, -1, 0)], 1))
    return facets(np.concatenate(quads))


_Z_TO_X = np.array([[0.0, 0, 1, 0], [1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 1]])
_Z_TO_Y = np.array([[1.0, 0, 0, 0], [0, 0, -1, 0], [0, 1, 0, 0], [0, 0, 0, 1]])


def prism_x(outline_yz: Outline, width: float, bevel: float = 0.006) -> Mesh:
    """A polygon (y, z), pushed along X about the origin."""
    return prism(outline_yz, width, bevel).at(_Z_TO_X)


def prism_y(outline_xz: Outline, depth: float, bevel: float = 0.006) -> Mesh:
    """A polygon (x, z), pushed along Y about the origin."""
    return prism(outline_xz, depth, bevel).at(_Z_TO_Y)


def plate_with_window(
    width: float, height: float, window: tuple[float, float, float, float], depth: float, bevel: float = 0.006
) -> Mesh:
    """A plate in the XZ plane about the origin with a rectangular opening (x0, x1, z0, z1)."""
    x0, x1, z0, z1 = window
    left, right, low, high = -width / 2, width / 2, -height / 2, height / 2
    pieces = [
        (left, x0, low, high), (x1, right, low, high), (x0, x1, low, z0), (x0, x1, z1, high),
    ]  # fmt: skip
    boxes = [
        box(b - a, depth, d - c, bevel).to((a + b) / 2, 0, (c + d) / 2)
        for a, b, c, d in pieces
        if b - a > 1e-6 and d - c > 1e-6
    ]
    return merge(boxes)
