"""Evidence cards: the prognosis of one asset from its recorded minutes, in the tier that its data allow."""

from collections.abc import Callable, Sequence

import numpy as np

from twinviewer.history.recording import Recording
from twinviewer.maintenance.condition import readiness as ready
from twinviewer.maintenance.condition import zones
from twinviewer.maintenance.orders.model import Order
from twinviewer.maintenance.planning.calendar import HOUR_NS
from twinviewer.maintenance.planning.renewal import weibull_failure
from twinviewer.maintenance.prognosis import degradation, money
from twinviewer.maintenance.prognosis.curves import failure_within
from twinviewer.maintenance.prognosis.failure_modes import causes
from twinviewer.maintenance.prognosis.signals import (
    MOVED_AT,
    ROLES,
    Signal,
    as_moved,
    is_running,
    recent,
    wear_signals,
)
from twinviewer.maintenance.recorded import Minutes, minutes_of, running
from twinviewer.maintenance.results import BackTest, Card, Readiness, Risk
from twinviewer.maintenance.settings import MaintenanceSettings
from twinviewer.model.asset import Asset, Tag
from twinviewer.model.errors import DataError
from twinviewer.model.state import Zone
from twinviewer.plant.spec import kind_of
from twinviewer.scene.scene import Scene

DAY_NS = 24 * HOUR_NS
HORIZONS = (7.0, 30.0)
MOST_DAYS = 125.0  # longer remaining lives are shown as "more than"
BACK_TESTS = 6
AT_ONCE = 10  # assets that are read together: one pass over the recording, in bounded memory
SHOWN = 240  # points of the health series


def cards_of(
    scene: Scene,
    recording: Recording,
    settings: MaintenanceSettings,
    orders: Sequence[Order] = (),
    asset_ids: Sequence[str] = (),
    until_ns: int = 0,
    progress: Callable[[float, str], None] = lambda fraction, text: None,
) -> tuple[Card, ...]:
    """Cards of the named assets, or of all with signals of wear. Raises DataError for an unknown asset."""
    known = {a.asset_id: a for a in scene.assets}
    unknown = [name for name in asset_ids if name not in known]
    if unknown:
        like = ", ".join(list(known)[:6])
        raise DataError(f"the scene has no asset “{unknown[0]}”", "--asset", f"Some it has: {like}.")
    hours, pace = running(recording, scene, scene.assets)
    chosen = [known[name] for name in asset_ids] or [
        a for a in scene.assets if any(scene.tags[row].role in ROLES for row in a.tags)
    ]
    found = []
    for k in range(0, len(chosen), AT_ONCE):
        progress(k / len(chosen), chosen[k].asset_id)
        for minutes in minutes_of(recording, scene, chosen[k : k + AT_ONCE], until_ns):
            name = minutes.asset.asset_id
            tags = {scene.tags[row].key: scene.tags[row] for row in minutes.asset.tags}
            found.append(card(minutes, tags, settings, hours.get(name, float("nan")), pace.get(name, 0.7), orders))
    return tuple(found)


def card(
    minutes: Minutes,
    tags: dict[str, Tag],
    settings: MaintenanceSettings,
    hours_run: float = float("nan"),
    pace: float = 0.7,
    orders: Sequence[Order] = (),
) -> Card:
    """The evidence card of one asset at the end of its recorded minutes."""
    time, signals = wear_signals(minutes, tags)
    state = _readiness(minutes, tags, signals)
    moved = [s for s in signals if s.since >= 0 and recent(s.off) > MOVED_AT]
    worn = _leading(moved)
    fit = _fit(time, worn) if worn is not None and state.ready else None
    if worn is None or fit is None or not state.ready:
        return _by_age(minutes, settings, state, signals, moved, time, hours_run, pace)
    return _by_wear(minutes, settings, state, signals, moved, worn, fit, time, orders)


def _readiness(minutes: Minutes, tags: dict[str, Tag], signals: tuple[Signal, ...]) -> Readiness:
    keys = [s.tag.key for s in signals]
    on = is_running(minutes, tags) if len(minutes.time_ns) else np.zeros(0, bool)
    series = {k: minutes.value[k] for k in keys}
    vital = {k: v for k, v in series.items() if minutes.role[k] == "vibration"} or series
    return ready.judged(minutes.time_ns, vital, on, {k: minutes.bad[k] for k in vital}, minutes.sampled_s)


def _leading(moved: list[Signal]) -> Signal | None:
    """The moved signal that is furthest on its way from usual to its limit."""
    limited = [s for s in moved if np.isfinite(s.limit) and s.limit != s.usual]
    return max(limited, key=lambda s: (s.role == "vibration", _way(s)), default=None)


def _way(signal: Signal) -> float:
    return (recent(signal.adjusted) - signal.usual) / (signal.limit - signal.usual)


def _fit(time: np.ndarray, signal: Signal) -> degradation.Fit | None:
    begin = max(0, signal.since - 5)
    sign = 1.0 if signal.limit > signal.usual else -1.0
    return degradation.fitted(time[begin:] / DAY_NS, sign * signal.adjusted[begin:], sign * signal.limit)


def _zone(minutes: Minutes, tags: dict[str, Tag]) -> Zone:
    level = minutes.of_role("vibration")
    limits = minutes.asset.vibration_limits
    if level is None or limits is None or not len(level):
        return Zone.NONE
    return zones.worst(zones.zones(zones.gated(level, is_running(minutes, tags), 3), limits))


def _health(signal: Signal) -> np.ndarray:
    return np.clip((signal.limit - signal.adjusted) / (signal.limit - signal.usual), 0.0, 1.0)


def _by_wear(
    minutes: Minutes,
    settings: MaintenanceSettings,
    state: Readiness,
    signals: tuple[Signal, ...],
    moved: list[Signal],
    worn: Signal,
    fit: degradation.Fit,
    time: np.ndarray,
    orders: Sequence[Order],
) -> Card:
    now_ns = int(minutes.time_ns[-1])
    asset, kind = minutes.asset, settings.of_type(minutes.asset.type)
    days = np.array(HORIZONS)
    risk = failure_within(days, fit.rul, fit.low, fit.high)
    usable = np.isfinite(worn.adjusted)
    shown_ns, shown = degradation.blocks(time[usable], _health(worn)[usable], SHOWN)
    detected = int(time[worn.since])
    scale = worn.limit - worn.usual
    sign = 1.0 if scale > 0 else -1.0
    curves = [np.clip((worn.limit - sign * c) / scale, 0, 1) for c in (fit.curve, fit.curve_high, fit.curve_low)]
    capped = fit.capped or fit.rul > MOST_DAYS
    part = next((w.part for c in kind.component for w in kind.work if w.title == c.renewed_by), "")
    choices, week = money.choices(asset, settings, now_ns, lambda d: failure_within(d, fit.rul, fit.low, fit.high))
    return Card(
        asset.asset_id,
        now_ns,
        "degradation",
        _headline(worn, fit, capped),
        _zone_of(worn, asset),
        recent(_health(worn)),
        detected,
        fit.rul,
        fit.low,
        fit.high,
        capped,
        (now_ns - detected) / DAY_NS + fit.rul,
        tuple(Risk(float(d), float(p), *_risk_bounds(d, fit)) for d, p in zip(days, risk, strict=True)),
        week,
        state,
        tuple(as_moved(s, time, _regime(minutes)) for s in sorted(moved, key=lambda s: s.since)),
        causes(
            kind_of(asset),
            [(s.role, as_moved(s, time, "")) for s in moved],
            [(s.role, s.tag.key) for s in signals if s not in moved],
            part,
        ),
        choices,
        (),
        _back_tests(time, worn, fit),
        (),
        shown_ns.astype(np.int64),
        shown,
        now_ns + (fit.ahead * DAY_NS).astype(np.int64),
        *curves,
    )


def _zone_of(worn: Signal, asset: Asset) -> Zone:
    if worn.role != "vibration" or asset.vibration_limits is None:
        return Zone.NONE
    level = worn.level[np.isfinite(worn.level)]
    return zones.worst(zones.zones(level, asset.vibration_limits))


def _risk_bounds(days: float, fit: degradation.Fit) -> tuple[float, float]:
    """Bounds from the fit's own: the remaining life is at its upper, or at its lower bound, with less spread."""
    middle = np.sqrt(max(fit.low, 1e-3) * max(fit.rul, 1e-3)), np.sqrt(max(fit.high, 1e-3) * max(fit.rul, 1e-3))
    near, far = (failure_within(np.array([days]), m, fit.low, fit.high)[0] for m in middle)
    return float(min(near, far)), float(max(near, far))


def _headline(worn: Signal, fit: degradation.Fit, capped: bool) -> str:
    now = recent(worn.adjusted)
    what = f"{worn.tag.key} {worn.usual:.3g} to {now:.3g} {worn.tag.unit}".strip()
    if capped:
        return f"{what}: it moves, but reaches its limit of {worn.limit:.3g} in more than {MOST_DAYS:.0f} d"
    return f"{what}: reaches {worn.limit:.3g} in about {_span(fit.rul)} ({_span(fit.low)} to {_span(fit.high)})"


def _span(days: float) -> str:
    if days >= 2:
        return f"{days:.0f} d"
    return f"{24 * days:.0f} h" if 24 * days >= 2 else f"{24 * 60 * days:.0f} min"


def _regime(minutes: Minutes) -> str:
    load = minutes.of_role("load")
    middle = recent(load, 60) if load is not None else float("nan")
    if middle != middle:
        return "while running"
    return f"while running at about {middle:.0f} % load"


def _back_tests(time: np.ndarray, worn: Signal, fit: degradation.Fit) -> tuple[BackTest, ...]:
    """Predictions that would have been made since the first sign, beside what is expected now (NaN: not over yet)."""
    length = len(time) - worn.since
    found = []
    for k in range(1, BACK_TESTS + 1):
        end = worn.since + length * k // (BACK_TESTS + 1)
        begin = max(0, worn.since - 5)
        sign = 1.0 if worn.limit > worn.usual else -1.0
        past = degradation.fitted(time[begin:end] / DAY_NS, sign * worn.adjusted[begin:end], sign * worn.limit)
        if past is not None:
            reached = np.flatnonzero(sign * worn.adjusted[end:] >= sign * worn.limit)
            happened = float(time[end + reached[0]] - time[end - 1]) / DAY_NS if len(reached) else float("nan")
            found.append(BackTest(int(time[end - 1]), past.rul, past.low, past.high, happened))
    return tuple(found)


def _by_age(
    minutes: Minutes,
    settings: MaintenanceSettings,
    state: Readiness,
    signals: tuple[Signal, ...],
    moved: list[Signal],
    time: np.ndarray,
    hours_run: float,
    pace: float,
) -> Card:
    """No wear to be seen, or data too poor to see it: a probability by age, never a date."""
    asset, nan = minutes.asset, float("nan")
    kind = settings.of_type(asset.type)
    now_ns = int(minutes.time_ns[-1]) if len(minutes.time_ns) else 0

    def within(days: np.ndarray) -> np.ndarray:
        survive = np.ones(len(days))
        for part in kind.component:
            age = min(hours_run, 1.5 * part.life_h) if hours_run == hours_run else part.life_h / 3
            survive *= 1 - weibull_failure(part.shape, part.life_h, age, days * 24, pace)
        return 1 - survive

    known = bool(kind.component)
    risks = within(np.array(HORIZONS)) if known else np.full(len(HORIZONS), nan)
    health = min((recent(_health(s)) for s in signals if np.isfinite(s.limit)), default=nan)
    choices, week = money.choices(asset, settings, now_ns, within) if known else ((), nan)
    worst = {s.tag.key for s in moved}
    if not state.ready:
        tier, headline = "poor_data", f"No prognosis: {state.problems[0][:1].lower()}{state.problems[0][1:]}"
    elif moved:
        tier, headline = "age", f"{', '.join(sorted(worst))} moved, but not towards a limit that could be dated"
    else:
        tier, headline = "age", "No sign of wear"
        if known:
            headline += f"; by age {100 * risks[1]:.1f} % within 30 d (estimated)"
    return Card(
        asset.asset_id,
        now_ns,
        tier,
        headline,
        next((_zone_of(s, asset) for s in signals if s.role == "vibration"), Zone.NONE),
        health,
        int(time[min(s.since for s in moved)]) if moved else 0,
        nan,
        nan,
        nan,
        False,
        nan,
        tuple(Risk(float(d), float(p), float(p), float(p)) for d, p in zip(HORIZONS, risks, strict=True))
        if known
        else (),
        week,
        state,
        tuple(as_moved(s, time, _regime(minutes)) for s in moved),
        causes(
            kind_of(asset),
            [(s.role, as_moved(s, time, "")) for s in moved],
            [(s.role, s.tag.key) for s in signals if s not in moved],
        ),
        choices,
        notes=() if known else ("maintenance.toml gives no component life for this type.",),
    )
