"""Earlier lives of like machines: cut from what was recorded, compared with a life that still runs.

A life ends where its signal reached the limit, or where a work order renewed the part. Trajectories are compared in
real time over the same stretch up to a moment (trajectory similarity: Wang et al. 2008), so that a slow life is like a
slow one. What was renewed before its limit had at least so much life left.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from twinviewer.maintenance.orders.model import Order, OrderState
from twinviewer.maintenance.planning.calendar import HOUR_NS
from twinviewer.maintenance.prognosis.curves import LEAST_SIGMA, Z80, lognormal
from twinviewer.maintenance.prognosis.degradation import Fit
from twinviewer.maintenance.prognosis.signals import Signal, wear_signals
from twinviewer.maintenance.recorded import Minutes
from twinviewer.maintenance.results import Similar
from twinviewer.maintenance.settings import TypeSettings
from twinviewer.model.asset import Tag

DAY_NS = 24 * HOUR_NS
LEAST_RECORDS = 20  # of a life that is compared
WORN = 0.1  # share of the way to the limit that a life must have gone to be compared with
NEW_AGAIN = 0.5  # a fall below this share of its own peak after the limit means that somebody renewed it
MOST_WORK_H = 1000.0  # of a job; more was mistyped
LOOK_BACK = 30  # points at which two stretches are compared
WIDTH = 0.1  # difference of wear (RMS, shares of the way to the limit) at which likeness falls to 1/e
LEAST_LIKE = 0.3
MOST = 5
LEAST_LIVES = 2  # that ended at their limit, before they have a say in the remaining life
SPREAD = 0.3  # of lives (logarithm): what differs between like machines even where few lives agree by chance


@dataclass(frozen=True)
class Life:
    """One ended life: `time_ns` float64 (n,), `wear` float64 (n,) from 0 (usual) to 1 (at the limit), NaN where it
    stood; `failed` where it ended at its limit or by a failure, else somebody renewed it sooner."""

    asset_id: str
    key: str
    time_ns: np.ndarray
    wear: np.ndarray
    ended_ns: int
    failed: bool


def renewals(orders: Sequence[Order], asset_id: str, kind: TypeSettings) -> list[Order]:
    """Finished work that made an asset as good as new, in order: what renews a component, else any repair."""
    titles = {c.renewed_by for c in kind.component}
    done = [o for o in orders if o.asset_id == asset_id and o.state is OrderState.DONE and o.ended_ns]
    made = [o for o in done if o.title in titles or (not titles and o.kind in ("corrective", "predictive"))]
    return sorted((o for o in made if o.begun_ns <= o.ended_ns), key=lambda o: o.ended_ns)


def begun(order: Order) -> int:
    """When the work began (UTC ns), by its duration where nobody noted it."""
    lasted_h = order.duration_h if 0 <= order.duration_h < MOST_WORK_H else 0.0
    return order.begun_ns or order.ended_ns - int(lasted_h * HOUR_NS)


def between(minutes: Minutes, first_ns: int, last_ns: int) -> Minutes:
    """The records from one moment to another."""
    rows = slice(*np.searchsorted(minutes.time_ns, [first_ns, last_ns]).tolist())
    return replace(minutes, time_ns=minutes.time_ns[rows], value={k: v[rows] for k, v in minutes.value.items()})


def ended_lives(minutes: Minutes, tags: Mapping[str, Tag], done: Sequence[Order]) -> tuple[Life, ...]:
    """The lives of an asset that ended with these renewals."""
    found, begin = list[Life](), 0
    for order in done:
        part = between(minutes, begin, begun(order))
        if len(part.time_ns):
            time, signals = wear_signals(part, dict(tags))
            found += [life for s in signals for life in _cut(part.asset.asset_id, time, s, order)]
        begin = order.ended_ns
    return tuple(found)


def own_lives(asset_id: str, time: np.ndarray, signals: Sequence[Signal]) -> tuple[Life, ...]:
    """Lives in a stretch without work orders: the limit was reached, and the signal is well below it since."""
    return tuple(life for s in signals for life in _cut(asset_id, time, s, None))


def wear_of(signal: Signal) -> np.ndarray:
    """float64 (n,): share of the way from usual to the limit."""
    return (signal.adjusted - signal.usual) / (signal.limit - signal.usual)


def _cut(asset_id: str, time: np.ndarray, signal: Signal, order: Order | None) -> list[Life]:
    if not np.isfinite(signal.limit) or signal.limit == signal.usual:
        return []
    wear, found, begin = wear_of(signal), list[Life](), 0
    above = _lasting(wear >= 1)
    while (hits := np.flatnonzero(above[begin:])).size:
        end = begin + int(hits[0])
        after = np.flatnonzero(_lasting(wear[end:] < NEW_AGAIN))
        if not len(after) and order is None:
            return found
        found.append(Life(asset_id, signal.tag.key, time[begin : end + 1], wear[begin : end + 1], int(time[end]), True))
        if not len(after):
            return [life for life in found if _worth(life)]
        begin = end + int(after[0])
    if order is not None:
        failed = order.failed is True
        found.append(Life(asset_id, signal.tag.key, time[begin:], wear[begin:], begun(order), failed))
    return [life for life in found if _worth(life)]


def _lasting(on: np.ndarray) -> np.ndarray:
    """bool (n,): three of the last five; one record is no failure and no repair."""
    total = np.concatenate([np.zeros(5, int), np.cumsum(on)])
    return on & (total[5:] - total[:-5] >= 3)


def _worth(life: Life) -> bool:
    known = life.wear[np.isfinite(life.wear)]
    return len(known) >= LEAST_RECORDS and float(np.median(known[-5:])) >= WORN


def similar(asset_id: str, key: str, time: np.ndarray, wear: np.ndarray, lives: Sequence[Life]) -> tuple[Similar, ...]:
    """Earlier lives like this one, the most alike first. `time` (UTC ns) and `wear` float64 (n,) since the first sign.

    Each life is compared at the moment at which it is most alike.
    """
    known = np.isfinite(wear)
    if known.sum() < 3:
        return ()
    back = np.linspace(0, float(time[known][-1] - time[known][0]), LOOK_BACK)
    ours = np.interp(time[known][-1] - back, time[known], _smooth(wear[known]))
    found = []
    for life in lives:
        if life.key == key and not (life.asset_id == asset_id and life.ended_ns > time[0]):
            off, left_ns = _nearest(back, ours, life)
            likeness = float(np.exp(-((off / WIDTH) ** 2)))
            if likeness >= LEAST_LIKE:
                found.append(Similar(life.asset_id, life.ended_ns, likeness, left_ns / DAY_NS, life.failed))
    return tuple(sorted(found, key=lambda s: -s.likeness)[:MOST])


def _nearest(back: np.ndarray, ours: np.ndarray, life: Life) -> tuple[float, float]:
    """(least RMS difference, time left there in ns) over all moments of a life."""
    known = np.isfinite(life.wear)
    time, wear = life.time_ns[known], _smooth(life.wear[known])
    at = time[:, None] - back[None, :]
    theirs = np.interp(at, time, wear)  # before its first record a life is as it was there
    off = np.sqrt(((theirs - ours) ** 2).mean(axis=1))
    best = int(off.argmin())
    return float(off[best]), float(max(life.ended_ns - time[best], 0.0))


def _smooth(x: np.ndarray) -> np.ndarray:
    """Medians of five, so that scatter is not compared."""
    padded = np.pad(x, (4, 0), mode="edge")
    return np.median(np.lib.stride_tricks.sliding_window_view(padded, 5), axis=1)


def combined(fit: Fit, found: Sequence[Similar]) -> tuple[Fit, float]:
    """A fit with what earlier lives had left from here, and their share in it (0: too few ended at their limit).

    Both are remaining lives with a lognormal spread; they are weighted by their precision.
    """
    ended = [s for s in found if s.failed and s.rul_days > 0]
    if len(ended) < LEAST_LIVES or fit.capped or fit.rul <= 0:
        return fit, 0.0
    weight = np.array([s.likeness for s in ended])
    logs = np.log([s.rul_days for s in ended])
    middle = float(np.average(logs, weights=weight))
    spread = max(float(np.sqrt(np.average((logs - middle) ** 2, weights=weight))), SPREAD)
    theirs = spread * np.sqrt(1 + float((weight**2).sum() / weight.sum() ** 2))
    median, ours = lognormal(fit.rul, fit.low, fit.high)
    share = float(ours**2 / (ours**2 + theirs**2))
    told = (1 - share) * np.log(median) + share * middle
    # what both say differently is uncertainty too
    sigma = np.sqrt((1 - share) * ours**2 + share * theirs**2 + share * (1 - share) * (np.log(median) - middle) ** 2)
    sigma = max(min(float(sigma), max(ours, float(theirs))), LEAST_SIGMA)
    rul, half = float(np.exp(told)), Z80 * sigma
    return replace(fit, rul=rul, low=rul * float(np.exp(-half)), high=rul * float(np.exp(half))), share
