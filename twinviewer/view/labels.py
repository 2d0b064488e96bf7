"""Places labels beside what they name: they keep off each other, off the window's edge and off what matters."""

from collections.abc import Callable

import numpy as np

_GAP = 9.0  # pixels between two labels: one of them may wear a badge at its corner
_EDGE = 8.0
_UP = (26, 48, 74, 104, 138, 176)
_ASIDE = (0, -55, 55, -120, 120)
_DOWN = (30, 74, 118)
_OFFSETS = np.array([(dx, -dy) for dy in _UP for dx in _ASIDE] + [(dx, dy) for dy in _DOWN for dx in _ASIDE], float)
_WAY_COST = np.abs(_OFFSETS[:, 0]) * 0.25 + np.abs(_OFFSETS[:, 1]) * 0.5 + 40.0 * (_OFFSETS[:, 1] > 0)
_BESIDE = np.array([(gap, down) for gap in (22, 60, 110) for down in (0, -30, 30)], float)
_BESIDE_COST = np.tile(12.0 + _BESIDE[:, 0] * 0.4 + np.abs(_BESIDE[:, 1]) * 0.3, 2)
_COVER_COST = 150.0  # for covering the whole label's area of something that matters
_CROSS_COST = 60.0  # for a leader line through another label
_KEEP_GAIN = 25.0


def place(
    anchors: np.ndarray,
    sizes: np.ndarray,
    view: tuple[float, float],
    taken: np.ndarray,
    avoid: np.ndarray | None = None,
    before: np.ndarray | None = None,
) -> np.ndarray:
    """Upper left corners float64 (n, 2) of labels in pixels, NaN where there is no room.

    anchors float64 (n, 2) what each label names, the most important first; sizes (n, 2) width and height; `view` width
    and height of the picture; taken (k, 4) boxes (x, y, width, height) that must stay free; avoid (m, 4) boxes that
    should (those of the abnormal machines); before (n, 2) corners of the last placement, NaN for new ones, which are
    kept where they are nearly as good, so that labels do not jump.
    """
    n = len(anchors)
    corners = np.full((n, 2), np.nan)
    if not n:
        return corners
    boxes, cost = _candidates(anchors, sizes, view)
    cost += _cover(boxes, avoid, sizes)
    if before is not None:
        way = np.linalg.norm(boxes[:, :, :2] - before[:, None], axis=2)
        cost -= np.where(way < 30, _KEEP_GAIN * (1 - way / 30), 0)
    blocked = _overlaps(boxes, _edges(taken)) if len(taken) else np.zeros(cost.shape, bool)
    cost[blocked] = np.inf
    placed = np.empty((n, 4))
    count = 0
    for i in range(n):
        mine = cost[i]
        if count:
            mine = mine + _CROSS_COST * _crossings(anchors[i], boxes[i], placed[:count])
            mine[_touches(boxes[i], placed[:count])] = np.inf
        best = int(mine.argmin())
        if np.isfinite(mine[best]):
            corners[i] = boxes[i, best, :2]
            placed[count] = boxes[i, best]
            count += 1
    return corners


def boxes_on_screen(project: Callable[[np.ndarray], np.ndarray], boxes: np.ndarray, ratio: float = 1.0) -> np.ndarray:
    """The rectangles (x, y, width, height) that world boxes (n, 2, 3) cover in the picture, (m, 4) with m <= n.

    `project` as Stage.project; `ratio` are its pixels per wanted pixel. Boxes behind the camera are left out.
    """
    if not len(boxes):
        return np.zeros((0, 4))
    which = np.array([(i, j, k) for i in (0, 1) for j in (0, 1) for k in (0, 1)])
    seen = project(boxes[:, which, np.arange(3)].reshape(-1, 3)).reshape(-1, 8, 3)
    seen = seen[(seen[:, :, 2] > 0.05).all(1)]
    low, high = seen[:, :, :2].min(1) / ratio, seen[:, :, :2].max(1) / ratio
    return np.concatenate([low, high - low], 1)


def _candidates(anchors: np.ndarray, sizes: np.ndarray, view: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    """Boxes (n, c, 4) as left, top, right, bottom, and their costs (n, c), inf outside the picture."""
    offset = _OFFSETS[None] * np.maximum(sizes[:, None, 1:] / 32.0, 0.6)
    low = anchors[:, None] + offset - sizes[:, None] * (0.5, 0.0)
    low[:, :, 1] -= np.where(_OFFSETS[:, 1] < 0, sizes[:, None, 1], 0.0)
    beside = _BESIDE[None] * np.maximum(sizes[:, None, 1:] / 32.0, 0.6)
    right = anchors[:, None] + beside - sizes[:, None] * (0.0, 0.5)
    left = right - beside * (2.0, 0.0) - sizes[:, None] * (1.0, 0.0)
    low = np.concatenate([low, right, left], 1)
    boxes = np.concatenate([low, low + sizes[:, None]], 2)
    outside = (boxes[:, :, :2] < _EDGE).any(2) | (boxes[:, :, 2:] > np.array(view) - _EDGE).any(2)
    return boxes, np.where(outside, np.inf, np.r_[_WAY_COST, _BESIDE_COST])


def leader_end(anchor: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """Where the leader line from `anchor` (2,) meets each label (n, 4) as left, top, right, bottom: float64 (n, 2), on
    the side that is nearest, away from the corners."""
    x, y = anchor
    left, top, right, bottom = boxes.T
    above, below = y > bottom, y < top  # where the label is
    end_y = np.where(above, bottom, np.where(below, top, np.clip(y, top + 8, bottom - 8)))
    along = np.clip(x, left + 8, right - 8)
    end_x = np.where(above | below, along, np.where(x < left, left, np.where(x > right, right, along)))
    return np.stack([end_x, end_y], 1)


def _edges(boxes: np.ndarray) -> np.ndarray:
    """(x, y, width, height) to left, top, right, bottom."""
    return np.concatenate([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]], 1)


def _cover(boxes: np.ndarray, avoid: np.ndarray | None, sizes: np.ndarray) -> np.ndarray:
    """The cost of covering what should stay free, (n, c)."""
    if avoid is None or not len(avoid):
        return np.zeros(boxes.shape[:2])
    edges = _edges(avoid)
    area = np.ones((*boxes.shape[:2], len(avoid)))
    for axis in (0, 1):
        across = np.minimum(boxes[:, :, None, axis + 2], edges[:, axis + 2])
        across -= np.maximum(boxes[:, :, None, axis], edges[:, axis])
        area *= np.maximum(across, 0)
    return _COVER_COST * area.sum(2) / (sizes[:, 0] * sizes[:, 1])[:, None]


def _overlaps(boxes: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Which candidates (n, c) touch any of some boxes (k, 4)."""
    return _touches(boxes.reshape(-1, 4), edges).reshape(boxes.shape[:2])


def _touches(boxes: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Which boxes (c, 4) come nearer than the gap to any of the others (k, 4)."""
    clear = boxes[:, None, 0] >= edges[:, 2] + _GAP
    clear |= boxes[:, None, 2] <= edges[:, 0] - _GAP
    clear |= boxes[:, None, 1] >= edges[:, 3] + _GAP
    clear |= boxes[:, None, 3] <= edges[:, 1] - _GAP
    return np.logical_not(clear.all(axis=1))


_ALONG = np.array([0.25, 0.5, 0.75])


def _crossings(anchor: np.ndarray, boxes: np.ndarray, placed: np.ndarray) -> np.ndarray:
    """How many placed labels the leader line of each candidate (c, 4) runs through, (c,); judged at three points."""
    x, y = anchor
    end = leader_end(anchor, boxes)
    across = (x + _ALONG * (end[:, :1] - x))[:, :, None]
    down = (y + _ALONG * (end[:, 1:] - y))[:, :, None]
    inside = (across > placed[:, 0]) & (across < placed[:, 2]) & (down > placed[:, 1]) & (down < placed[:, 3])
    return inside.any(1).sum(1)
