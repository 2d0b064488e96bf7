"""The second step of drawing a scene: shadows, sharp edges and detail levels, while the first frame shows."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from twinviewer.view.cast import Cast, casts
from twinviewer.view.detail import Detail, split
from twinviewer.view.edges import sharp_edges
from twinviewer.view.ground import Extent, empty_heights, mark_heights, shadow_map, standing
from twinviewer.view.layout import Kind, Layout, Part

EDGE_LEVELS_M = (0.0, 0.05, 0.15, 0.4, 1.2, 4.0)  # outlines are drawn in groups of these least lengths
MOST_EDGES = 300_000


@dataclass(frozen=True)
class EdgeLines:
    """Sharp edges of what stands still (`mover` -1) or of one mover: points float32 (n, 3), surface float32 (n,), and
    lines int32 (k, 2) for each of EDGE_LEVELS_M, each edge in one of them."""

    mover: int
    points: np.ndarray
    surface: np.ndarray
    lines: tuple[np.ndarray, ...]


@dataclass(frozen=True)
class Finish:
    """shadows uint8 RGBA (rows, columns, 4); the edges; `detail` by the part's place in the layout; `casts`: the
    shadows of what moves."""

    shadows: np.ndarray
    edges: tuple[EdgeLines, ...]
    detail: dict[int, Detail]
    casts: tuple[Cast, ...] = ()


def finish(layout: Layout, extent: Extent, *, detail: bool) -> Finish:
    """Work all of it out; numpy and scipy only, so that it can run in a thread. `detail` is for slow renderers."""
    split_parts = {}
    if detail:
        cell_m = coarse_cell_m(layout.bounds)
        for row, part in enumerate(layout.parts):
            if part.kind is not Kind.FLOOR and not part.glass:
                cell = cell_m if part.uv is None else None
                split_parts[row] = split(part.points, part.normals, part.triangles, part.surface, cell)
    return Finish(_shadows(layout, extent), _all_edges(layout), split_parts, casts(layout))


def coarse_cell_m(bounds: np.ndarray) -> float:
    """How fine the copy for motion is: about a pixel and a half of a picture of the whole scene at half size."""
    return float(np.linalg.norm(bounds[1] - bounds[0])) / 750


def _shadows(layout: Layout, extent: Extent) -> np.ndarray:
    """What stands still and is no floor casts a soft shadow on it."""
    heights = empty_heights(extent)
    for part in layout.parts:
        if part.kind in (Kind.ASSET, Kind.BACKGROUND) and not part.glass:
            mark_heights(heights, extent, part.points, part.triangles, layout.floor_m)
    return shadow_map(extent, standing(heights, extent))


def _all_edges(layout: Layout) -> tuple[EdgeLines, ...]:
    groups: dict[int, list[Part]] = {}
    for part in layout.parts:
        if part.kind is not Kind.FLOOR and not part.glass:
            groups.setdefault(part.mover, []).append(part)
    found = (_edges(mover, parts) for mover, parts in groups.items())
    return tuple(lines for lines in found if lines is not None)


def _edges(mover: int, parts: list[Part]) -> EdgeLines | None:
    points, surfaces, segments, count = [], [], [], 0
    for part in parts:
        pairs = sharp_edges(part.points, part.normals, part.triangles)
        if len(pairs):
            pairs = pairs[
                np.lexsort((pairs[:, 1], pairs[:, 0]))
            ]  # neighbours together: fewer vertices worked out twice
            used, inverse = np.unique(pairs, return_inverse=True)
            points.append(part.points[used])
            surfaces.append(part.surface[used])
            segments.append(inverse.reshape(-1, 2).astype(np.int32) + np.int32(count))
            count += len(used)
    if not count:
        return None
    all_points, all_segments = np.concatenate(points), np.concatenate(segments)
    length = np.linalg.norm(all_points[all_segments[:, 0]] - all_points[all_segments[:, 1]], axis=1)
    if len(length) > MOST_EDGES:
        kept = np.sort(np.argpartition(-length, MOST_EDGES)[:MOST_EDGES])
        all_segments, length = all_segments[kept], length[kept]
    level = np.searchsorted(EDGE_LEVELS_M, length, side="right") - 1
    lines = tuple(all_segments[level == k] for k in range(len(EDGE_LEVELS_M)))
    return EdgeLines(mover, all_points, np.concatenate(surfaces), lines)


class Background:
    """One piece of work in a thread, whose result the starter fetches."""

    def __init__(self, work: Callable[[], Finish]) -> None:
        self._result: Finish | None = None
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, args=(work,), name="picture-finish")
        self._thread.start()

    def _run(self, work: Callable[[], Finish]) -> None:
        try:
            self._result = work()
        except BaseException as failure:
            self._failure = failure

    def fetch(self, *, wait: bool = False) -> Finish | None:
        """The result, None while it is not there yet. Raises what the work raised."""
        if not wait and self._thread.is_alive():
            return None
        self._thread.join()
        if self._failure is not None:
            raise self._failure
        return self._result

    def drop(self) -> None:
        """Wait for the end, and forget the result."""
        self._thread.join()
