"""Whether the data of an asset carry a model: sampling, gaps, flat lines, clock, bad quality, length of history."""

from collections.abc import Mapping

import numpy as np

from twinviewer.maintenance.results import Readiness

LEAST_DAYS = 0.02  # half an hour: less cannot even give a baseline
GOOD_DAYS = 7.0
MOST_GAPS, MOST_BAD, MOST_FLAT = 0.5, 0.2, 0.5
MOST_SKEW_S = 60.0
MOST_EVERY_S = 900.0  # between two values: more is too coarse for three in a row to be soon enough
LEAST_RUN_S = 1800.0
SILENT_S = 3600.0  # of running without one usable value: what was said before is no news any more
MOST_HELD_S = 6 * 3600.0
FLAT_RECORDS = 30  # of exactly the same value, while the machine runs


def judged(
    time_ns: np.ndarray,
    signals: Mapping[str, np.ndarray],
    running: np.ndarray,
    bad: Mapping[str, float],
    interval_s: float,
    clock_skew_s: float = 0.0,
) -> Readiness:
    """`signals` are those that a model would stand on, float64 (n,), NaN where nothing is usable; `running` bool (n,);
    `interval_s` the median time between values; `clock_skew_s` by how much the source is behind the recorder."""
    days = float(time_ns[-1] - time_ns[0]) / 86_400e9 if len(time_ns) > 1 else 0.0
    gaps = max((float(np.isnan(x).mean()) for x in signals.values()), default=1.0) if len(time_ns) else 1.0
    held = _held(time_ns, interval_s)
    flat = max((_flat(x, running, FLAT_RECORDS * held) for x in signals.values()), default=0.0)
    worst = max(bad.values(), default=0.0)
    forbids, warns = [], []
    if not signals:
        forbids.append("It has no sensor that shows wear.")
    ran_s = 86_400 * days * float(np.mean(running)) if len(running) else 0.0
    if days < LEAST_DAYS:
        forbids.append(f"Only {24 * 60 * days:.0f} min are recorded.")
    elif ran_s < LEAST_RUN_S:
        forbids.append(f"It ran for only {ran_s / 60:.0f} min of the recorded {_span(days)}.")
    elif days < GOOD_DAYS:
        warns.append(f"Only {days:.1f} d are recorded: the baseline may not hold for every load.")
    (forbids if gaps > MOST_GAPS else warns).extend([f"{100 * gaps:.0f} % of the time has no samples."] * (gaps > 0.1))
    (forbids if worst > MOST_BAD else warns).extend([f"{100 * worst:.0f} % are of bad quality."] * (worst > 0.02))
    (forbids if flat > MOST_FLAT else warns).extend([f"{100 * flat:.0f} % of a signal is a flat line."] * (flat > 0.1))
    if signals and MOST_EVERY_S < interval_s < np.inf:
        warns.append(f"A value comes only every {interval_s / 60:.0f} min.")
    if abs(clock_skew_s) > MOST_SKEW_S:
        way = "behind" if clock_skew_s > 0 else "ahead"
        warns.append(f"The clock of the source is {abs(clock_skew_s):.0f} s {way}.")
    return Readiness(not forbids, (*forbids, *warns), days, gaps, worst, flat, interval_s, clock_skew_s)


def silent_s(value: np.ndarray, running: np.ndarray, step_s: float) -> float:
    """For how long (s) an asset has been running since the last usable of some values, float64 (n,); `running` is bool
    (n,), both are every `step_s`."""
    usable = np.flatnonzero(np.isfinite(value))
    since = int(usable[-1]) + 1 if len(usable) else 0
    return float(running[since:].sum()) * step_s


def _span(days: float) -> str:
    return f"{days:.1f} d" if days >= 1 else f"{24 * days:.1f} h"


def _held(time_ns: np.ndarray, interval_s: float) -> int:
    """For how many records a value holds until the next one, where that is usual: this is no flat line."""
    if len(time_ns) < 2:
        return 1
    step_s = max(float(time_ns[1] - time_ns[0]) / 1e9, 1e-9)
    return max(1, round(min(interval_s, MOST_HELD_S) / step_s))


def _flat(x: np.ndarray, running: np.ndarray, records: int) -> float:
    """Share of the running time in which a signal has not moved at all for so many records."""
    on = x[running & np.isfinite(x)]
    if len(on) < records:
        return 0.0
    same = np.concatenate([[False], np.diff(on) == 0])
    count = np.arange(len(on))
    run = count - np.maximum.accumulate(np.where(same, 0, count))
    return float((run >= records).mean())
