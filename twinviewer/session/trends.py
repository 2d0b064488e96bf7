"""What this session has seen of every tag: two ring buffers, fine for an hour, coarse for a day."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from twinviewer.model.frame import TagSnapshot
from twinviewer.model.quality import Quality

NS = 1_000_000_000
_MOST = float(np.finfo(np.float32).max)
CELLS = 12_000_000  # cells of the fine ring at most: about 60 MB of float32 and quality


@dataclass(frozen=True, slots=True)
class Series:
    """A trend: `time_ns` int64 (k,), `low` and `high` float64 (k,) in each step (NaN: gap), `quality` uint8 (k,)."""

    time_ns: np.ndarray
    low: np.ndarray
    high: np.ndarray
    quality: np.ndarray


class Trends(Protocol):
    """What a session asks for trends: its own memory of what it saw, or a recording."""

    def add(self, now_ns: int, snapshot: TagSnapshot) -> None:
        """Take in one evaluated snapshot."""
        ...

    def series(self, tag: int, span_s: float, now_ns: int) -> Series:
        """The last `span_s` seconds of one tag."""
        ...


class _Ring:
    """Rows of (low, high, quality) per tag, one row a period; rows are touched only when written."""

    def __init__(self, rows: int, tags: int, period_ns: int) -> None:
        self.period_ns = period_ns
        self.rows = rows
        self.low = np.empty((rows, tags), np.float32)
        self.high = np.empty((rows, tags), np.float32)
        self.quality = np.empty((rows, tags), np.uint8)
        self.stamp = np.full(rows, -1, np.int64)

    def add(self, now_ns: int, value: np.ndarray, quality: np.ndarray) -> None:
        period = now_ns // self.period_ns
        row = int(period % self.rows)
        if self.stamp[row] != period:
            self.stamp[row] = period
            self.low[row], self.high[row], self.quality[row] = value, value, quality
            return
        np.fmin(self.low[row], value, out=self.low[row])
        np.fmax(self.high[row], value, out=self.high[row])
        np.maximum(self.quality[row], quality, out=self.quality[row])

    def series(self, tag: int, from_ns: int, to_ns: int) -> Series:
        wanted = (self.stamp >= from_ns // self.period_ns) & (self.stamp <= to_ns // self.period_ns) & (self.stamp >= 0)
        rows = np.nonzero(wanted)[0]
        rows = rows[np.argsort(self.stamp[rows])]
        return Series(
            self.stamp[rows] * self.period_ns,
            self.low[rows, tag].astype(np.float64),
            self.high[rows, tag].astype(np.float64),
            self.quality[rows, tag],
        )


class TrendBuffer:
    """Trends of all tags since the session began, in bounded memory."""

    def __init__(self, tags: int) -> None:
        step_s = max(1, -(-3600 * max(tags, 1) // CELLS))
        self._fine = _Ring(3600 // step_s, tags, step_s * NS)
        coarse_s = max(30, -(-86400 * max(tags, 1) // CELLS))
        self._coarse = _Ring(86400 // coarse_s, tags, coarse_s * NS)

    def add(self, now_ns: int, snapshot: TagSnapshot) -> None:
        """Keep one evaluated snapshot (its `quality` is filled). Unusable values become gaps, and so do those that no
        float32 holds."""
        if snapshot.quality is None or not len(snapshot.value):
            return
        usable = (snapshot.quality < Quality.STALE) & (np.abs(snapshot.value) <= _MOST)
        value = np.where(usable, snapshot.value, np.nan).astype(np.float32)
        self._fine.add(now_ns, value, snapshot.quality)
        self._coarse.add(now_ns, value, snapshot.quality)

    def series(self, tag: int, span_s: float, now_ns: int) -> Series:
        """The last `span_s` seconds of one tag; an hour or less from the fine ring, more from the coarse one."""
        ring = self._fine if span_s <= 3600 else self._coarse
        return ring.series(tag, now_ns - int(span_s * NS), now_ns)

    def between(self, tag: int, from_ns: int, to_ns: int) -> Series:
        """One tag between two moments: from the fine ring as far as it reaches back, else from the coarse one."""
        fine = self._fine
        reach_ns = (int(fine.stamp.max()) - fine.rows + 1) * fine.period_ns
        return (fine if from_ns >= reach_ns else self._coarse).series(tag, from_ns, to_ns)
