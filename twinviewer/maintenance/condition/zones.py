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
    """bool (n,): criterion II."""
    with np.errstate(invalid="ignore"):
        return np.abs(level - usual) > CHANGE * limits[1]


def worst(zone: np.ndarray) -> Zone:
    """The zone of the newest usable record."""
    known = zone[zone > 0]
    return Zone(int(known[-1])) if len(known) else Zone.NONE
