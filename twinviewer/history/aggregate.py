"""One-minute aggregates and changes of state, made while an hour is compacted."""

import numpy as np
import pyarrow as pa

from twinviewer.history.columns import column
from twinviewer.history.layout import MINUTE_NS, MINUTE_SCHEMA, STATE_SCHEMA
from twinviewer.history.rows import Rows, concatenated, words_to_arrow
from twinviewer.model.quality import quality_of


class Minutes:
    """Takes the slices of one hour in order and sums each tag's minutes; a value holds until the tag's next one."""

    def __init__(self, hour_ns: int, tags: int) -> None:
        self._hour_ns = hour_ns
        self._shape = (tags, 60)
        cells = tags * 60
        self._sum = np.zeros(cells)
        self._seconds = np.zeros(cells)
        self._low = np.full(cells, np.inf)
        self._high = np.full(cells, -np.inf)
        self._last = np.full(cells, np.nan)
        self._count = np.zeros(cells, np.int32)
        self._quality = np.zeros(cells, np.uint8)

    def add(self, keyframe: Rows, rows: Rows, first_ns: int, last_ns: int) -> None:
        """One slice: `keyframe` before it, `rows` sorted by tag and time, and when it began and ended."""
        tag = np.concatenate([keyframe.tag, rows.tag])
        order = np.argsort(tag, kind="stable")
        tag = tag[order].astype(np.int64)
        time = np.concatenate([np.full(len(keyframe), first_ns, np.int64), rows.time])[order]
        value = np.concatenate([keyframe.value, rows.value])[order]
        status = np.concatenate([keyframe.status, rows.status])[order]
        ends = np.full(len(tag), last_ns, np.int64)
        ends[:-1][tag[1:] == tag[:-1]] = time[1:][tag[1:] == tag[:-1]]
        self._hold(tag, time, np.maximum(ends, time), np.where(status >> np.uint32(30) < 2, value, np.nan))
        cell = self._cell(rows.tag.astype(np.int64), rows.time)
        np.add.at(self._count, cell, 1)
        np.maximum.at(self._quality, cell, quality_of(rows.status, rows.time))
        usable = (rows.status >> np.uint32(30) < 2) & np.isfinite(rows.value)
        self._last[cell[usable]] = rows.value[usable]

    def _cell(self, tag: np.ndarray, time: np.ndarray) -> np.ndarray:
        return tag * 60 + np.clip((time - self._hour_ns) // MINUTE_NS, 0, 59)

    def _hold(self, tag: np.ndarray, start: np.ndarray, end: np.ndarray, value: np.ndarray) -> None:
        """Each value from `start` to `end`, cut at full minutes."""
        finite = np.isfinite(value)
        tag, start, end, value = tag[finite], start[finite], end[finite], value[finite]
        if not len(tag):
            return
        first, last = start // MINUTE_NS, np.maximum(end - 1, start) // MINUTE_NS
        pieces = last - first + 1
        if int(pieces.max()) > 1:
            row = np.repeat(np.arange(len(tag)), pieces)
            step = np.arange(len(row)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
            minute = first[row] + step
            begun = np.maximum(start[row], minute * MINUTE_NS)
            end = np.minimum(end[row], (minute + 1) * MINUTE_NS)
            tag, value, start = tag[row], value[row], begun
        cell = self._cell(tag, start)
        seconds = np.maximum(end - start, 0) / 1e9
        n = len(self._sum)
        self._sum += np.bincount(cell, value * seconds, n)
        self._seconds += np.bincount(cell, seconds, n)
        np.minimum.at(self._low, cell, value)
        np.maximum.at(self._high, cell, value)

    def table(self) -> pa.Table:
        """Rows of MINUTE_SCHEMA, by tag and minute, for minutes in which a sample came."""
        cell = np.flatnonzero(self._count)
        seconds, low = self._seconds[cell], self._low[cell]
        usable = np.isfinite(low)
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = np.where(seconds > 0, self._sum[cell] / seconds, self._last[cell])
        columns = {
            "tag": (cell // 60).astype(np.int32),
            "time": self._hour_ns + (cell % 60) * MINUTE_NS,
            "mean": np.where(usable, mean, np.nan),
            "min": np.where(usable, low, np.nan),
            "max": np.where(usable, self._high[cell], np.nan),
            "last": self._last[cell],
            "count": self._count[cell],
            "quality": self._quality[cell],
        }
        return pa.table([column(columns[f.name], f.type) for f in MINUTE_SCHEMA], schema=MINUTE_SCHEMA)


def state_changes(keyframe: Rows, rows: Rows, first_ns: int, state_tags: np.ndarray) -> Rows:
    """What the state tags said at the start of a slice and each change in it, by tag and time (bool (tags,))."""
    before = keyframe.take(state_tags[keyframe.tag])
    before = Rows(
        np.full(len(before), first_ns, np.int64),
        before.tag,
        before.value,
        before.status,
        before.source,
        before.server,
        before.word,
        before.words,
    )
    both = concatenated([before, rows.take(state_tags[rows.tag])])
    if not len(both):
        return both
    both = both.sorted()
    same = (both.tag[1:] == both.tag[:-1]) & (both.status[1:] == both.status[:-1])
    same &= (both.value[1:] == both.value[:-1]) | (np.isnan(both.value[1:]) & np.isnan(both.value[:-1]))
    same &= both.word[1:] == both.word[:-1]
    return both.take(np.concatenate([[True], ~same]))


def state_table(changes: Rows) -> pa.Table:
    """Rows of STATE_SCHEMA."""
    columns = (changes.tag, changes.time, changes.value, changes.status)
    arrays = [column(c, f.type) for c, f in zip(columns, list(STATE_SCHEMA)[:4], strict=True)]
    return pa.table([*arrays, words_to_arrow(changes)], schema=STATE_SCHEMA)
