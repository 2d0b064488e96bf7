"""One tag over time, reduced to what a screen can show: lowest and highest value in each step."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from twinviewer.history.layout import HOUR_NS, MINUTE_NS
from twinviewer.history.rows import Rows
from twinviewer.model.connection import Connection, Link
from twinviewer.model.quality import Quality, quality_of

__all__ = ["HOUR_NS", "MINUTE_NS", "Points", "Stretch", "Trend", "from_points", "of_rows", "usable"]


@dataclass(frozen=True, slots=True)
class Trend:
    """`time_ns` int64 (k,) begins each step; `low` and `high` float64 (k,), NaN: gap; `quality` uint8 (k,)."""

    time_ns: np.ndarray
    low: np.ndarray
    high: np.ndarray
    quality: np.ndarray


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time from `first_ns` to `last_ns`."""

    first_ns: int
    last_ns: int


@dataclass(frozen=True, slots=True)
class Points:
    """What is known of a tag, in order of time: between `low` and `high` at or shortly after `time`, then `last`."""

    time: np.ndarray
    low: np.ndarray
    high: np.ndarray
    last: np.ndarray
    quality: np.ndarray


def of_rows(rows: Rows) -> Points:
    """Samples as points; bad ones have no value."""
    quality = quality_of(rows.status, rows.time)
    value = np.where(quality < Quality.BAD, rows.value, np.nan)
    return Points(rows.time, value, value, value, quality)


def joined(parts: Sequence[Points]) -> Points:
    """All of them in order of time."""
    time = np.concatenate([p.time for p in parts])
    order = np.argsort(time, kind="stable")
    columns = (np.concatenate([getattr(p, name) for p in parts])[order] for name in ("low", "high", "last", "quality"))
    return Points(time[order], *columns)


def usable(stretches: Sequence[Stretch], connections: Sequence[tuple[int, Connection | None]]) -> list[Stretch]:
    """When the recorder ran and the feed delivered: only then does a value hold until the next one."""
    found: list[Stretch] = []
    for k, (begin_ns, connection) in enumerate(connections):
        if connection is not None and connection.link not in (Link.CONNECTED, Link.DEGRADED):
            continue
        end_ns = connections[k + 1][0] if k + 1 < len(connections) else 2**62
        for s in stretches:
            first, last = max(begin_ns, s.first_ns), min(end_ns, s.last_ns)
            if first < last:
                found.append(Stretch(first, last))
    return found


def from_points(points: Points, from_ns: int, to_ns: int, pixels: int, hold: Sequence[Stretch], grid_ns: int) -> Trend:
    """Steps of whole multiples of `grid_ns`, at most about `pixels`; a step without a point shows the value that held.

    `points` begin with the last one before `from_ns`, where there is one.
    """
    step_ns = max(1, -(-(to_ns - from_ns) // max(pixels, 1)))
    step_ns = max(1, step_ns // grid_ns) * grid_ns
    start_ns = from_ns - from_ns % step_ns if grid_ns > 1 else from_ns
    steps = int(-(-(to_ns - start_ns) // step_ns))
    time = start_ns + np.arange(steps, dtype=np.int64) * step_ns
    low, high, quality = np.full(steps, np.nan), np.full(steps, np.nan), np.full(steps, Quality.STALE, np.uint8)
    held = np.searchsorted(points.time, time, "right") - 1
    holds = _inside(time, step_ns, hold) & (held >= 0)
    if len(points.time):
        low[holds] = high[holds] = points.last[held[holds]]
        quality[holds] = points.quality[held[holds]]
    inside = (points.time >= start_ns) & (points.time < start_ns + steps * step_ns)
    cell = (points.time[inside] - start_ns) // step_ns
    if len(cell):
        first = np.flatnonzero(np.append(True, np.diff(cell) > 0))
        cells = cell[first]
        low[cells] = np.fmin.reduceat(points.low[inside], first)
        high[cells] = np.fmax.reduceat(points.high[inside], first)
        quality[cells] = np.maximum.reduceat(points.quality[inside], first)
    return Trend(time, low, high, quality)


def _inside(time: np.ndarray, step_ns: int, hold: Sequence[Stretch]) -> np.ndarray:
    """Whether each step touches one of the stretches."""
    if not hold:
        return np.zeros(len(time), bool)
    first = np.array([s.first_ns for s in hold])
    last = np.array([s.last_ns for s in hold])
    k = np.searchsorted(first, time + step_ns, "left") - 1
    return (k >= 0) & (last[np.maximum(k, 0)] >= time)
