"""Prepares a mesh for slow renderers: closed bodies, whose back faces nobody sees, and a coarse copy for motion."""

from dataclasses import dataclass

import numpy as np

_PRIMES = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9], np.uint64)


@dataclass(frozen=True)
class Mesh:
    """points, normals float32 (n, 3); triangles int32 (m, 3); surface float32 (n,); `closed` when back faces need not
    be drawn."""

    points: np.ndarray
    normals: np.ndarray
    triangles: np.ndarray
    surface: np.ndarray
    closed: bool


@dataclass(frozen=True)
class Detail:
    """Triangles of a part, int32 (m, 3), of closed bodies and of others, and a coarse copy of both (none for textured
    parts)."""

    closed: np.ndarray
    open: np.ndarray
    coarse: tuple[Mesh, ...]


def split(
    points: np.ndarray, normals: np.ndarray, triangles: np.ndarray, surface: np.ndarray, cell_m: float | None
) -> Detail:
    """Sort out closed bodies, and melt the mesh to `cell_m` (None: no coarse copy)."""
    closed = closed_triangles(points, triangles)
    kept, rest = triangles[closed], triangles[~closed]
    coarse = ()
    if cell_m is not None:
        melted = (
            melt(points, normals, some, surface, cell_m, closed=is_closed)
            for some, is_closed in ((kept, True), (rest, False))
        )
        coarse = tuple(mesh for mesh in melted if len(mesh.triangles))
    return Detail(kept, rest, coarse)


def melt(
    points: np.ndarray, normals: np.ndarray, triangles: np.ndarray, surface: np.ndarray, cell_m: float, *, closed: bool
) -> Mesh:
    """Join all vertices within each cell of a grid (Rossignac and Borrel 1993); what is smaller than a cell is gone.

    Vertices that face different ways share a place but not a normal, so that edges stay hard.
    """
    used = np.unique(triangles)
    inside = ((points[used] - points[used].min(0, initial=0)) / cell_m).astype(np.int64)
    size = inside.max(0, initial=0) + 1
    cell = (inside[:, 0] * size[1] + inside[:, 1]) * size[2] + inside[:, 2]
    axis = np.abs(normals[used]).argmax(1)
    facing = axis * 2 + (normals[used, axis] < 0)
    key, first, inverse = np.unique(cell * 8 + facing, return_index=True, return_inverse=True)
    cells, first_of_cell = np.unique(cell, return_index=True)
    place = used[first_of_cell[np.searchsorted(cells, key >> 3)]]
    new = np.zeros(len(points), np.int64)
    new[used] = inverse.reshape(-1)
    corners = new[triangles]
    cell_of = (key >> 3)[corners]
    kept = (cell_of != np.roll(cell_of, 1, axis=1)).all(1)
    corners = corners[kept]
    ordered = np.sort(corners, axis=1)
    _, once = np.unique((ordered[:, 0] * len(key) + ordered[:, 1]) * len(key) + ordered[:, 2], return_index=True)
    source = used[first]
    return Mesh(points[place], normals[source], corners[np.sort(once)].astype(np.int32), surface[source], closed)


def closed_triangles(points: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Which triangles belong to a closed body with its faces turned outwards, bool (m,).

    A connected piece is closed when each edge, joined by position, has an even number of triangles, and turned
    outwards when its signed volume is positive.
    """
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    place = places(points)
    welded = place[triangles]
    n = int(place.max(initial=-1)) + 1
    ones = np.ones(2 * len(triangles), np.int8)
    links = coo_matrix((ones, (np.tile(welded[:, 0], 2), welded[:, 1:].T.reshape(-1))), shape=(n, n))
    count, label = connected_components(links.tocsr(), directed=False)
    piece = label[welded[:, 0]]
    return _closed(points, triangles, welded, piece, count, n)[piece]


def places(points: np.ndarray) -> np.ndarray:
    """A number for each distinct position to a tenth of a millimetre, int64 (n,)."""
    cell = np.round(points.astype(np.float64) * 10_000).astype(np.int64).view(np.uint64)
    key = (cell * _PRIMES).sum(1, dtype=np.uint64)
    key ^= key >> np.uint64(29)
    return np.unique(key, return_inverse=True)[1].reshape(-1)


def _closed(
    points: np.ndarray, triangles: np.ndarray, welded: np.ndarray, piece: np.ndarray, count: int, n: int
) -> np.ndarray:
    """Which pieces are closed and turned outwards, bool (count,)."""
    keys = []
    for first, second in ((0, 1), (1, 2), (2, 0)):
        a, b = welded[:, first], welded[:, second]
        keys.append(np.minimum(a, b) * n + np.maximum(a, b))
    edge, times = np.unique(np.concatenate(keys), return_counts=True)
    loose = edge[times % 2 == 1] // max(n, 1)
    piece_of_place = np.zeros(n, np.int64)
    piece_of_place[welded[:, 0]] = piece
    piece_of_place[welded[:, 1]] = piece
    piece_of_place[welded[:, 2]] = piece
    closed = np.ones(count, bool)
    closed[piece_of_place[loose]] = False
    a, b, c = (points[triangles[:, k]].astype(np.float64) for k in range(3))
    volume = np.bincount(piece, np.einsum("ij,ij->i", a, np.cross(b, c)), minlength=count)
    return closed & (volume > 0)
