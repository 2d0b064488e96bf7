"""Finds what lies under the pointer on the CPU: boxes of small groups of triangles first, then their triangles."""

from dataclasses import dataclass

import numpy as np

CHUNK = 128  # triangles that share a box


@dataclass(frozen=True)
class Hit:
    """`asset` is a row or -1 for background, `point` float64 (3,) in the world, `distance` along the ray in metres
    when its direction has unit length."""

    asset: int
    point: np.ndarray
    distance: float


class Picker:
    """Boxes over consecutive triangles of one asset; meshes keep neighbours together, so no sorting is needed.

    points float32 (n, 3); triangles int32 (m, 3); asset_of_vertex int32 (n,), -1 background.
    """

    def __init__(self, points: np.ndarray, triangles: np.ndarray, asset_of_vertex: np.ndarray) -> None:
        asset = asset_of_vertex[triangles[:, 0]] if len(triangles) else np.zeros(0, np.int32)
        change = np.flatnonzero(np.diff(asset)) + 1
        ends = np.r_[change, len(asset)]
        runs = zip(np.r_[0, change].tolist(), ends.tolist(), strict=True)
        starts = [np.arange(first, last, CHUNK) for first, last in runs if last > first]
        self._points, self._triangles = points, triangles
        self._starts = np.concatenate(starts) if starts else np.zeros(0, np.int64)
        self._ends = np.r_[self._starts[1:], len(asset)]
        self._asset = asset[self._starts]
        self._low, self._high = self._boxes()

    def _boxes(self) -> tuple[np.ndarray, np.ndarray]:
        if not len(self._starts):
            return np.zeros((3, 0)), np.zeros((3, 0))
        low = high = self._points[self._triangles[:, 0]]
        for corner in (1, 2):
            points = self._points[self._triangles[:, corner]]
            low, high = np.minimum(low, points), np.maximum(high, points)
        return (
            np.ascontiguousarray(np.minimum.reduceat(low, self._starts).T, np.float64),
            np.ascontiguousarray(np.maximum.reduceat(high, self._starts).T, np.float64),
        )

    def pick(
        self,
        origin: np.ndarray,
        direction: np.ndarray,
        visible: np.ndarray,
        section: np.ndarray | None = None,
        span: tuple[float, float] | None = None,
    ) -> Hit | None:
        """The nearest visible triangle along the ray, from either side.

        origin, direction float64 (3,); visible bool (n_assets + 1,), the last one for background; section float64
        (2, 3) bounds where triangles exist at all; `span` gives the same as distances along the ray.
        """
        near, far = _box_span(origin, direction, self._low, self._high)
        start, end = span or (0.0, np.inf)
        if section is not None:
            start, end = self.span(origin, direction, section)
        candidates = np.flatnonzero((near <= far) & (far >= start) & (near <= end) & visible[self._asset])
        candidates = candidates[np.argsort(near[candidates])]
        best, row = np.inf, -1
        for batch in _batches(candidates):
            if near[batch[0]] > best:
                break
            count = self._ends[batch] - self._starts[batch]
            index = _ranges(self._starts[batch], count)
            distance = _triangle_distances(origin, direction, self._points, self._triangles[index])
            distance[(distance < start) | (distance > end)] = np.inf
            least = int(distance.argmin())
            if distance[least] < best:
                best = float(distance[least])
                row = int(self._asset[batch[np.searchsorted(np.cumsum(count), least, side="right")]])
        return None if row < 0 and not np.isfinite(best) else Hit(row, origin + best * direction, best)

    @staticmethod
    def span(origin: np.ndarray, direction: np.ndarray, box: np.ndarray) -> tuple[float, float]:
        """Distances at which the ray enters and leaves a box (2, 3); the first is greater when it misses."""
        near, far = _box_span(origin, direction, box[0], box[1])
        return max(float(near), 0.0), float(far)


def _ranges(starts: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """The numbers start … start + count - 1 of each pair, one after the other."""
    first = np.cumsum(counts) - counts
    return np.arange(int(counts.sum())) + np.repeat(starts - first, counts)


def _batches(candidates: np.ndarray):
    """Few boxes first, then more at once: the first few usually decide."""
    size, start = 8, 0
    while start < len(candidates):
        yield candidates[start : start + size]
        start += size
        size = min(size * 2, 256)


def _box_span(
    origin: np.ndarray, direction: np.ndarray, low: np.ndarray, high: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Where the ray enters and leaves boxes with corners (3, …); it misses where the first is greater (slab method)."""
    near, far = -np.inf, np.inf
    for axis in range(3):
        inverse = 1 / (direction[axis] if abs(direction[axis]) > 1e-15 else 1e-15)
        one, two = (low[axis] - origin[axis]) * inverse, (high[axis] - origin[axis]) * inverse
        if inverse < 0:
            one, two = two, one
        near, far = np.maximum(near, one), np.minimum(far, two)
    return np.asarray(near), np.asarray(far)


def _triangle_distances(
    origin: np.ndarray, direction: np.ndarray, points: np.ndarray, triangles: np.ndarray
) -> np.ndarray:
    """Distance along the ray to each triangle, inf where it misses (Möller and Trumbore 1997)."""
    a = points[triangles[:, 0]].astype(np.float64)
    edge1, edge2 = points[triangles[:, 1]] - a, points[triangles[:, 2]] - a
    h = np.cross(direction, edge2)
    determinant = np.einsum("ij,ij->i", edge1, h)
    usable = np.abs(determinant) > 1e-14
    f = 1 / np.where(usable, determinant, 1.0)
    s = origin - a
    u = f * np.einsum("ij,ij->i", s, h)
    q = np.cross(s, edge1)
    v = f * (q @ direction)
    distance = f * np.einsum("ij,ij->i", edge2, q)
    inside = usable & (u >= -1e-9) & (v >= -1e-9) & (u + v <= 1 + 1e-9) & (distance > 0)
    return np.where(inside, distance, np.inf)
