"""Vibration severity (ISO 20816-3): zones with hysteresis and gating, and the criterion of change.

Criterion I is the zone of the level; criterion II a change by more than a quarter of the boundary B/C from the level
that is usual for the machine, up or down, even within a zone.
"""

import numpy as np

from twinviewer.model.state import Zone

HYSTERESIS = 0.05  # share of a boundary by which the level must fall below it before the better zone is shown
CHANGE = 0.25  # criterion II, share of boundary B/C


def gated(level: np.ndarray, running: np.ndarray, settle: int) -> np.ndarray:
    """float64 (n,): the level where the machine has been running for more than `settle` records, else NaN."""
    on = np.asarray(running, bool)
    count = np.arange(len(on))
    last_off = np.maximum.accumulate(np.where(on, -1, count))
    return np.where(on & (count - last_off > settle), level, np.nan)


def zones(level: np.ndarray, limits: tuple[float, float, float]) -> np.ndarray:
    """uint8 (n,) Zone: NONE where the level is NaN (standing, starting up, no usable value).

    A worse zone is shown at once, a better one when the level is below the boundary by the hysteresis.
    """
    up = np.digitize(level, limits) + 1
    down = np.digitize(level, [limit * (1 - HYSTERESIS) for limit in limits]) + 1
    out, now = np.zeros(len(level), np.uint8), 0
    for i, (rise, fall) in enumerate(zip(up.tolist(), down.tolist(), strict=True)):
        if level[i] != level[i]:
            continue
        now = rise if rise > now else min(now, fall)
        out[i] = now
    return out


def changed(level: np.ndarray, usual: float, limits: tuple[float, float, float]) -> np.ndarray:
    """bool (n,): criterion II, kept until the level has come back by the hysteresis; False where it is NaN."""
    out, on = np.zeros(len(level), bool), False
    over, under = CHANGE * limits[1], CHANGE * limits[1] * (1 - HYSTERESIS)
    for i, off in enumerate(np.abs(level - usual).tolist()):
        if off == off:
            on = off > (under if on else over)
            out[i] = on
    return out


def changed_since(level: np.ndarray, usual: float, limits: tuple[float, float, float]) -> int:
    """The first of the records in which criterion II has been met without a break up to now, in three of the newest
    five at least; -1 where it is not met."""
    known = np.flatnonzero(np.isfinite(level))
    met = changed(level, usual, limits)[known]
    if not len(met) or not met[-1] or int(met[-5:].sum()) < 3:
        return -1
    broken = np.flatnonzero(~met)
    return int(known[broken[-1] + 1 if len(broken) else 0])


def worst(zone: np.ndarray) -> Zone:
    """The zone of the newest usable record."""
    known = zone[zone > 0]
    return Zone(int(known[-1])) if len(known) else Zone.NONE
