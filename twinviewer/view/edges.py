"""Finds the sharp edges of a mesh, so that they can be drawn once as lines."""

import numpy as np

SHARP_DEG = 38.0
_PRIMES = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9], np.uint64)


def sharp_edges(
    points: np.ndarray, normals: np.ndarray, triangles: np.ndarray, sharp_deg: float = SHARP_DEG
) -> np.ndarray:
    """Vertex pairs int32 (k, 2) of edges where two faces meet at more than `sharp_deg`.

    points, normals float32 (n, 3); triangles int32 (m, 3). An edge whose two triangles share both vertices is smooth,
    because vertices are split where normals break. What is left is joined by position and judged by its normals.
    """
    open_edges = _unshared(triangles, len(points))
    if not len(open_edges):
        return np.zeros((0, 2), np.int32)
    key = _place_keys(points, open_edges)
    order = np.argsort(key)
    key, edges = key[order], open_edges[order]
    facing = normals[edges[:, 0]] + normals[edges[:, 1]]
    facing /= np.maximum(np.linalg.norm(facing, axis=1, keepdims=True), 1e-9)
    joined = key[1:] == key[:-1]
    turned = np.einsum("ij,ij->i", facing[1:], facing[:-1]) < np.cos(np.radians(sharp_deg))
    return edges[:-1][joined & turned].astype(np.int32)


def _unshared(triangles: np.ndarray, n_points: int) -> np.ndarray:
    """Edges that only one triangle has by vertex number, int64 (k, 2)."""
    keys = []
    for first, second in ((0, 1), (1, 2), (2, 0)):
        a, b = triangles[:, first].astype(np.int64), triangles[:, second].astype(np.int64)
        keys.append(np.minimum(a, b) * n_points + np.maximum(a, b))
    key = np.concatenate(keys)
    key.sort()
    same = key[1:] == key[:-1]
    alone = ~(np.r_[False, same] | np.r_[same, False])
    key = key[alone]
    return np.stack([key // n_points, key % n_points], 1)


def _place_keys(points: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """The same number for edges between the same two places, to a tenth of a millimetre; uint64 (k,)."""
    used, inverse = np.unique(edges, return_inverse=True)
    cell = np.round(points[used].astype(np.float64) * 10_000).astype(np.int64).view(np.uint64)
    place = (cell * _PRIMES).sum(1, dtype=np.uint64)
    place ^= place >> np.uint64(29)
    place *= _PRIMES[1]
    ends = place[inverse.reshape(edges.shape)]
    low, high = ends.min(1), ends.max(1)
    return low ^ (high * _PRIMES[0] + (high >> np.uint64(31)))
