"""What a unit's past says about its wear: levels, slow changes and its distance from its own youth."""

from itertools import pairwise

import numpy as np
from scipy.signal import lfilter

SHORT, LONG, WINDOW, YOUTH = 10, 40, 30, 10  # rows: two smoothing spans, one window, and the first rows of a life


def ewm(z: np.ndarray, span: int) -> np.ndarray:
    """Exponentially weighted mean with bias correction along axis 0 of (n, k), span in rows."""
    decay = 1 - 2 / (span + 1)
    weighted = np.asarray(lfilter([1.0], [1.0, -decay], z, axis=0))
    total = np.asarray(lfilter([1.0], [1.0, -decay], np.ones(len(z))))
    return weighted / total[:, None]


def of_life(z: np.ndarray, time: np.ndarray, stretch: int = 1) -> np.ndarray:
    """Features of every row of one life from the rows up to it: (n, 5 k + 1) from normalised signals (n, k).

    Per signal: smoothed level, mean of the last 30 rows, its change since the first 10 rows, change of the level over
    30 rows, and level against a slower level; then the age. All of these spans are `stretch` times as long.
    """
    n, window = len(z), WINDOW * stretch
    level, slow = ewm(z, SHORT * stretch), ewm(z, LONG * stretch)
    total = np.vstack([np.zeros((1, z.shape[1])), np.cumsum(z, axis=0)])
    rows = np.arange(1, n + 1)
    begin = np.maximum(rows - window, 0)
    mean = (total[rows] - total[begin]) / (rows - begin)[:, None]
    young = np.minimum(rows, YOUTH * stretch)
    youth = total[young] / young[:, None]
    before = np.repeat(youth[:1], n, axis=0)
    if n > window:
        before[window:] = level[:-window]
    return np.hstack([level, mean, mean - youth, level - before, level - slow, time[:, None]])


def held(z: np.ndarray, missing: np.ndarray, start: np.ndarray) -> np.ndarray:
    """float64 (n, k): each missing value (bool (n, k)) is the one before it in its unit; `start` as in `Lives`.

    What is missing from a unit's first row on stays as it is.
    """
    first = np.repeat(start[:-1], np.diff(start))[:, None]
    at = np.maximum.accumulate(np.where(missing, first, np.arange(len(z))[:, None]), axis=0)
    return np.take_along_axis(z, at, axis=0)


def of_lives(z: np.ndarray, time: np.ndarray, start: np.ndarray, stretch: int, rows: np.ndarray) -> np.ndarray:
    """`of_life` for every unit, at some `rows` (int64, ascending) of all; `start` as in `Lives`."""
    bounds = np.searchsorted(rows, start)
    parts = [
        of_life(z[a:b], time[a:b], stretch)[rows[first:last] - a]
        for (a, b), (first, last) in zip(pairwise(start.tolist()), pairwise(bounds.tolist()), strict=True)
    ]
    return np.vstack(parts)
