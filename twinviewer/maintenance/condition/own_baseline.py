"""Alarms against a machine's own baseline: a level that stands well above what was usual, and each further rise.

The level (acceleration RMS, g, where there is one: velocity hardly moves in many bearing failures) is compared with the
median of the machine's own first records after run-in. An alarm needs several records of a row; a leap needs fewer,
because some bearings are gone within a few records of their first sign. Some machines settle on a new level after an
alarm; the next alarm is then a rise above that level.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.ndimage import median_filter

RUN_IN, LEARN = 30, 90  # records that are skipped, and from which the baseline is learned
IN_A_ROW = 3  # records that must have leapt
NEEDED, OF = 3, 5  # records above, among the last ones


@dataclass(frozen=True)
class Rule:
    """An alarm is a level `rise` times its reference (median of `smooth` records: single impacts are no damage), or
    `leap` times it without delay; in the `pause` records after it the machine may settle."""

    rise: float = 1.45
    leap: float = 2.5
    pause: int = 120
    smooth: int = 9


@dataclass(frozen=True)
class Alarm:
    """Raised at record `at`: the level was `times` its `reference`, which is in the unit of the level."""

    at: int
    times: float
    reference: float


def smoothed(level: np.ndarray, width: int) -> np.ndarray:
    """float64 (n,): the median of each record and those before it (nothing of the future)."""
    return median_filter(level, width, mode="nearest", origin=(width - 1) // 2)


def alarms(level: np.ndarray, rule: Rule = Rule()) -> tuple[Alarm, ...]:
    """All alarms of a series of records, float64 (n,), none before the baseline is learned; missing records (NaN) are
    passed over."""
    level, start = np.asarray(level, float), RUN_IN + LEARN
    known = np.flatnonzero(np.isfinite(level))
    if len(known) < len(level):
        return tuple(replace(a, at=int(known[a.at])) for a in alarms(level[known], rule))
    if len(level) <= start:
        return ()
    smooth = smoothed(level, rule.smooth)
    reference, found, wait = float(np.median(level[RUN_IN:start])), list[Alarm](), start
    for i in range(start, len(smooth)):
        if i < wait:
            continue
        if i == wait and found:
            reference = float(np.median(smooth[i - LEARN + 1 : i + 1]))
        risen = int((smooth[i - OF + 1 : i + 1] > rule.rise * reference).sum()) >= NEEDED
        leapt = bool((level[i - IN_A_ROW + 1 : i + 1] > rule.leap * reference).all())
        if risen or leapt:
            height = level[i] if leapt and not risen else smooth[i]
            found.append(Alarm(i, float(height / max(reference, 1e-12)), reference))
            wait = i + rule.pause
    return tuple(found)


def standing(level: np.ndarray, rule: Rule = Rule()) -> tuple[Alarm, ...]:
    """The alarms that still stand at the end of the records, float64 (n,): since each, the smoothed level has not come
    half of the way back to the reference. Missing records (NaN) are passed over."""
    level = np.asarray(level, float)
    known = np.flatnonzero(np.isfinite(level))
    smooth = smoothed(level[known], rule.smooth) if len(known) else np.zeros(0)
    back = 1 + (rule.rise - 1) / 2
    found = [a for a in alarms(level[known], rule) if (smooth[a.at + rule.smooth :] > back * a.reference).all()]
    return tuple(replace(a, at=int(known[a.at])) for a in found)


@dataclass(frozen=True)
class Score:
    """How alarms did on one series: `useful` where one came 1-50 % of the life before failure, `lead` the share of life
    left at the first of those (NaN without), `false` alarms earlier than that or on a machine that did not fail."""

    useful: bool
    lead: float
    false: int


def scored(found: tuple[Alarm, ...], records: int, failed: bool) -> Score:
    """`records` is the whole life where the machine failed."""
    left = [(records - alarm.at) / records for alarm in found]
    if not failed:
        return Score(False, float("nan"), len(left))
    useful = [x for x in left if 0.01 <= x <= 0.5]
    return Score(bool(useful), useful[0] if useful else float("nan"), sum(x > 0.5 for x in left))
