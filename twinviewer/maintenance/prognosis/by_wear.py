"""Evidence cards of assets whose wear is seen: a date with its interval, from the fit and from earlier lives."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from twinviewer.maintenance.prognosis import degradation, earlier_lives, money
from twinviewer.maintenance.prognosis.curves import failure_within
from twinviewer.maintenance.prognosis.earlier_lives import Life, wear_of
from twinviewer.maintenance.prognosis.failure_modes import BEARING_LINE, causes
from twinviewer.maintenance.prognosis.seen import DAY_NS, Seen
from twinviewer.maintenance.prognosis.signals import Signal, as_detections, as_moved, recent
from twinviewer.maintenance.results import BackTest, BearingEvidence, Card, Cause, Moved, Risk, Similar
from twinviewer.maintenance.settings import MaintenanceSettings
from twinviewer.plant.spec import kind_of
from twinviewer.waveforms.tags import LINES

HORIZONS = (7.0, 30.0)
MOST_DAYS = 125.0  # longer remaining lives are shown as "more than"
BACK_TESTS = 6
OF_LIVES = 3  # of them at most of earlier lives of its own, whose end is known
SHOWN = 240  # points of the health series


def card_by_wear(seen: Seen, settings: MaintenanceSettings, lives: Sequence[Life] = ()) -> Card:
    """The card of an asset with a fit. `lives` are ended lives of its type, its own included."""
    worn, fit = seen.worn, seen.fit
    assert worn is not None
    assert fit is not None
    since = slice(worn.since, None)
    wear = wear_of(worn)
    alike = earlier_lives.similar(seen.asset.asset_id, worn.tag.key, seen.time[since], wear[since], lives)
    fit, share = earlier_lives.combined(fit, alike)
    asset, kind = seen.asset, settings.of_type(seen.asset.type)
    risk = failure_within(np.array(HORIZONS), fit.rul, fit.low, fit.high)
    usable = np.isfinite(worn.adjusted)
    shown_ns, shown = degradation.blocks(seen.time[usable], _health(worn)[usable], SHOWN)
    detected = worn.since_ns
    part = next((w.part for c in kind.component for w in kind.work if w.title == c.renewed_by), "")
    choices, week = money.choices(asset, settings, seen.now_ns, lambda d: failure_within(d, fit.rul, fit.low, fit.high))
    own = [x for x in lives if x.asset_id == asset.asset_id and x.key == worn.tag.key and x.ended_ns < detected]
    tests = _back_tests(seen.time, worn)
    told = _tests_of_lives(own)[-OF_LIVES:]
    return Card(
        asset.asset_id,
        seen.now_ns,
        "similar" if share >= 0.5 else "degradation",
        _headline(worn, fit),
        seen.zone,
        recent(_health(worn)),
        detected,
        fit.rul,
        fit.low,
        fit.high,
        _is_far(fit),
        float("nan") if _is_far(fit) else (seen.now_ns - detected) / DAY_NS + fit.rul,
        tuple(Risk(d, float(p), *_risk_bounds(d, fit)) for d, p in zip(HORIZONS, risk, strict=True)),
        week,
        seen.readiness,
        moved_of(seen),
        causes_of(seen, part),
        choices,
        alike,
        (*told, *tests[-(BACK_TESTS - len(told)) :]),
        (*seen.notes, *_of_lives_said(share, alike)),
        shown_ns.astype(np.int64),
        shown,
        seen.now_ns + (fit.ahead * DAY_NS).astype(np.int64),
        _as_health(worn, fit.curve),
        _as_health(worn, fit.curve_high),  # the signal's upper bound is the lower one of health
        _as_health(worn, fit.curve_low),
        seen.change,
        seen.changed_ns,
        seen.energy,
        as_detections(seen.moved),
        seen.bearing,
    )


def moved_of(seen: Seen) -> tuple[Moved, ...]:
    """What moved, the first sign first; of the frequencies of a bearing the one that rose most."""
    first = seen.bearing.lines[0].name if seen.bearing is not None else ""
    shown = [s for s in seen.moved if LINES.get(s.role, first) == first]
    return tuple(as_moved(s, seen.regime) for s in sorted(shown, key=lambda s: s.since_ns))


def causes_of(seen: Seen, part: str = "") -> tuple[Cause, ...]:
    """Likely failure modes from what moved and what did not."""
    moved = [(s.role, as_moved(s, "")) for s in seen.moved if s.role not in LINES]
    still = [(s.role, s.label) for s in seen.signals if s not in seen.moved and s.role not in LINES]
    told = seen.bearing
    if told is not None and told.part:  # one part is enough: that the others are as usual speaks against nothing
        risen = next(s for s in seen.moved if LINES.get(s.role) == told.lines[0].name)
        moved.append((BEARING_LINE, as_moved(risen, "")))
    elif told is not None:
        still.append((BEARING_LINE, "Every frequency of the bearing"))
    found = causes(kind_of(seen.asset), moved, still, part)
    return tuple(_with_part(cause, told) for cause in found)


def _with_part(cause: Cause, told: BearingEvidence | None) -> Cause:
    """Which part of the bearing it is, where its frequencies say so."""
    if told is None or not told.part or not told.clear or cause.component != "bearing":
        return cause
    return replace(cause, component=f"bearing: {told.part}")


def health_of(signals: Sequence[Signal]) -> float:
    """The least health of all signals with a limit, NaN without one."""
    limited = [s for s in signals if np.isfinite(s.limit)]
    return min((0.0 if s.beyond else recent(_health(s)) for s in limited), default=float("nan"))


def _health(signal: Signal) -> np.ndarray:
    return np.clip(1 - wear_of(signal), 0.0, 1.0)


def _as_health(worn: Signal, curve: np.ndarray) -> np.ndarray:
    """A curve of the fit as health, 0 to 1."""
    scale = worn.limit - worn.usual
    return np.clip((worn.limit - np.sign(scale) * curve) / scale, 0, 1)


def _is_far(fit: degradation.Fit) -> bool:
    return fit.capped or fit.rul > MOST_DAYS


def _risk_bounds(days: float, fit: degradation.Fit) -> tuple[float, float]:
    """Bounds from the fit's own: the remaining life is at its upper, or at its lower bound, with less spread."""
    middle = np.sqrt(max(fit.low, 1e-3) * max(fit.rul, 1e-3)), np.sqrt(max(fit.high, 1e-3) * max(fit.rul, 1e-3))
    near, far = (failure_within(np.array([days]), m, fit.low, fit.high)[0] for m in middle)
    return float(min(near, far)), float(max(near, far))


def _headline(worn: Signal, fit: degradation.Fit) -> str:
    now = recent(worn.adjusted)
    what = f"{worn.label} {worn.usual:.3g} to {now:.3g} {worn.unit}".strip()
    if _is_far(fit):
        return f"{what}: it moves, but reaches its limit of {worn.limit:.3g} in more than {MOST_DAYS:.0f} d"
    return f"{what}: reaches {worn.limit:.3g} in about {spans_said(fit.rul, fit.low, fit.high)}"


def spans_said(rul: float, low: float, high: float) -> str:
    """A remaining life and its bounds (days), all in the unit that suits the life: "8 h (6 to 9 h)"."""
    unit, size = ("d", 1) if rul >= 2 else ("h", 24) if 24 * rul >= 2 else ("min", 1440)
    digits = 1 if unit == "d" and low < 10 else 0
    middle, least, most = (f"{size * days:.{digits}f}" for days in (rul, low, high))
    return f"{middle} {unit} ({least} to {most} {unit})"


def _of_lives_said(share: float, alike: Sequence[Similar]) -> list[str]:
    if share <= 0:
        return []
    count = sum(s.failed for s in alike)
    return [f"The remaining life stands to {100 * share:.0f} % on {count} earlier lives, else on the fit of its own."]


# What was predicted before, and what happened ------------------------------------------------------------------------


def _back_tests(time: np.ndarray, worn: Signal) -> tuple[BackTest, ...]:
    """Predictions that would have been made since the first sign; what happened is NaN where it is not over yet."""
    sign = 1.0 if worn.limit > worn.usual else -1.0
    return _tests(time, sign * worn.adjusted, sign * worn.limit, worn.since, float("nan"))


def _tests_of_lives(own: Sequence[Life]) -> tuple[BackTest, ...]:
    """The same within its last earlier life: three predictions and its end (NaN where it was renewed sooner)."""
    if not own:
        return ()
    life = max(own, key=lambda x: x.ended_ns)
    begun = np.flatnonzero(np.nan_to_num(life.wear) > earlier_lives.WORN)
    ended = float(life.ended_ns) if life.failed else float("nan")
    return _tests(life.time_ns, life.wear, 1.0, int(begun[0]) if len(begun) else 0, ended, OF_LIVES)


def _tests(
    time: np.ndarray, level: np.ndarray, limit: float, since: int, ended_ns: float, count: int = BACK_TESTS
) -> tuple[BackTest, ...]:
    found, begin = list[BackTest](), max(0, since - 5)
    for k in range(1, count + 1):
        end = since + (len(time) - since) * k // (count + 1)
        past = degradation.fitted(time[begin:end] / DAY_NS, level[begin:end], limit)
        if past is not None:
            reached = np.flatnonzero(level[end:] >= limit)
            happened_ns = float(time[end + reached[0]]) if len(reached) else ended_ns
            made = float(time[end - 1])
            found.append(BackTest(int(made), past.rul, past.low, past.high, (happened_ns - made) / DAY_NS))
    return tuple(found)
