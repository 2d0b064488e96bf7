"""What is seen of an asset at a moment: its signals since its last renewal, what moved, whether data carry that."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from twinviewer.maintenance.condition import readiness as ready
from twinviewer.maintenance.condition import zones
from twinviewer.maintenance.condition.bearing import Line, evidence_of
from twinviewer.maintenance.orders.model import Order
from twinviewer.maintenance.prognosis import degradation
from twinviewer.maintenance.prognosis.earlier_lives import Life, between, ended_lives, own_lives, renewals
from twinviewer.maintenance.prognosis.signals import (
    LEVELS,
    MOVED_AT,
    ROLES,
    SPECTRUM,
    Signal,
    is_running,
    recent,
    wear_signals,
)
from twinviewer.maintenance.quality import energy
from twinviewer.maintenance.recorded import HOUR_NS, Minutes
from twinviewer.maintenance.results import BearingEvidence, EnergyDrift, Readiness
from twinviewer.maintenance.settings import TypeSettings
from twinviewer.model.asset import Asset, Tag
from twinviewer.model.state import Zone
from twinviewer.scene.scene import EnergySettings

DAY_NS = 24 * HOUR_NS
RECENT = 0.1  # share of the records that say what a machine draws now


@dataclass(frozen=True)
class Seen:
    """An asset at the end of its record. `time` float64 (n,) UTC ns of the blocks of its `signals`; `moved` those that
    left their baseline, `worn` the one that is furthest on its way to its limit, with its `fit`; `change` from usual
    vibration (mm/s, NaN without), met as criterion II since `changed_ns`; `lives` those of its own that ended;
    `bearing` what the frequencies of its bearing say."""

    asset: Asset
    now_ns: int
    readiness: Readiness
    time: np.ndarray
    signals: tuple[Signal, ...]
    moved: tuple[Signal, ...]
    worn: Signal | None
    fit: degradation.Fit | None
    regime: str
    zone: Zone
    change: float
    changed_ns: int
    energy: EnergyDrift | None
    lives: tuple[Life, ...]
    notes: tuple[str, ...]
    bearing: BearingEvidence | None = None


def look(
    minutes: Minutes,
    tags: Mapping[str, Tag],
    kind: TypeSettings,
    orders: Sequence[Order] = (),
    prices: EnergySettings | None = None,
) -> Seen:
    """The asset at the end of its minutes; its baseline begins anew with its last renewal."""
    now_ns = int(minutes.time_ns[-1]) if len(minutes.time_ns) else 0
    done = [o for o in renewals(orders, minutes.asset.asset_id, kind) if o.ended_ns <= now_ns]
    lives, notes = ended_lives(minutes, tags, done), list[str]()
    if done and len(minutes.time_ns) and done[-1].ended_ns > minutes.time_ns[0]:
        minutes = between(minutes, done[-1].ended_ns, now_ns + 1)
        notes.append(f"Its baseline begins with the end of {done[-1].number} ({done[-1].title}).")
    minutes, silent = _heard(minutes, tags)
    notes += silent
    time, signals = wear_signals(minutes, dict(tags))
    state = _readiness(minutes, tags)
    lives += own_lives(minutes.asset.asset_id, time, signals)
    moved = tuple(s for s in signals if s.alarmed or (s.since >= 0 and recent(s.off) > MOVED_AT))
    worn = _leading(moved)
    change, changed_ns = _change(minutes.asset, time, signals)
    drift = _energy(minutes, tags, signals, prices)
    return Seen(
        minutes.asset, now_ns, state, time, signals, moved, worn,
        _fit(time, worn) if worn is not None and state.ready else None,
        _regime(minutes, tags), _zone(minutes.asset, signals), change, changed_ns,
        drift, lives, tuple(notes), _bearing(minutes.asset, signals, moved) if state.ready else None,
    )  # fmt: skip


def _heard(minutes: Minutes, tags: Mapping[str, Tag]) -> tuple[Minutes, list[str]]:
    """The minutes without what waveforms told long ago, and what is to be said about that."""
    of_waveforms = {k for k, role in minutes.role.items() if role == "acceleration" or role in SPECTRUM}
    on = is_running(minutes, dict(tags))
    silent = {k: ready.silent_s(minutes.value[k], on, minutes.sampled_s) for k in of_waveforms & minutes.value.keys()}
    gone = {k: s for k, s in silent.items() if s > ready.SILENT_S}
    if not gone:
        return minutes, []
    hours = min(gone.values()) / 3600
    text = f"Its waveform has been silent or bad for the last {hours:.0f} h of running, and is not judged."
    return replace(minutes, value={k: v for k, v in minutes.value.items() if k not in gone}), [text]


def _readiness(minutes: Minutes, tags: Mapping[str, Tag]) -> Readiness:
    keys = [k for k, role in minutes.role.items() if role in ROLES and k in minutes.value]
    vital = next((found for role in LEVELS if (found := [k for k in keys if minutes.role[k] == role])), keys)
    on = is_running(minutes, dict(tags)) if len(minutes.time_ns) else np.zeros(0, bool)
    every_s = min((minutes.every_s[k] for k in vital if k in minutes.every_s), default=minutes.sampled_s)
    signals, bad = {k: minutes.value[k] for k in vital}, {k: minutes.bad.get(k, 0.0) for k in vital}
    return ready.judged(minutes.time_ns, signals, on, bad, every_s, minutes.skew_s)


def _bearing(asset: Asset, signals: Sequence[Signal], moved: Sequence[Signal]) -> BearingEvidence | None:
    lines = [Line(s.role, s.unit, s.usual, recent(s.adjusted), s in moved) for s in signals]
    return evidence_of(lines, asset.bearing)


def _leading(moved: Sequence[Signal]) -> Signal | None:
    """The moved signal that is furthest on its way from usual to its limit."""
    limited = [s for s in moved if np.isfinite(s.limit) and s.limit != s.usual]
    return max(limited, key=lambda s: (s.role == "vibration", _way(s)), default=None)


def _way(signal: Signal) -> float:
    return (recent(signal.adjusted) - signal.usual) / (signal.limit - signal.usual)


def _fit(time: np.ndarray, signal: Signal) -> degradation.Fit | None:
    begin = max(0, signal.since - 5)
    sign = 1.0 if signal.limit > signal.usual else -1.0
    return degradation.fitted(time[begin:] / DAY_NS, sign * signal.adjusted[begin:], sign * signal.limit)


def _vibration(signals: Sequence[Signal]) -> Signal | None:
    return next((s for s in signals if s.role == "vibration"), None)


def _zone(asset: Asset, signals: Sequence[Signal]) -> Zone:
    """Criterion I: the zone of the level, whatever signal leads."""
    signal = _vibration(signals)
    if signal is None or asset.vibration_limits is None:
        return Zone.NONE
    return zones.worst(zones.zones(signal.level, asset.vibration_limits))


def _change(asset: Asset, time: np.ndarray, signals: Sequence[Signal]) -> tuple[float, int]:
    """Criterion II: (change from the usual level at the same load in mm/s, since when it counts, 0: it does not)."""
    signal = _vibration(signals)
    if signal is None:
        return float("nan"), 0
    change = recent(signal.adjusted) - signal.usual
    if asset.vibration_limits is None:
        return change, 0
    since = zones.changed_since(signal.adjusted, signal.usual, asset.vibration_limits)
    return change, int(time[since]) if since >= 0 else 0


def _energy(
    minutes: Minutes, tags: Mapping[str, Tag], signals: Sequence[Signal], prices: EnergySettings | None
) -> EnergyDrift | None:
    signal = next((s for s in signals if s.role == "power"), None)
    if signal is None:
        return None
    off = signal.adjusted - signal.usual
    off = off[np.isfinite(off)]
    on = float(is_running(minutes, dict(tags)).mean())
    tariff, carbon = (prices.tariff_eur_per_kwh, prices.carbon_kg_per_kwh) if prices else (0.0, 0.0)
    return energy.told(off[-max(energy.STRETCHES, int(RECENT * len(off))) :], signal.usual, tariff, carbon, on)


def _regime(minutes: Minutes, tags: Mapping[str, Tag]) -> str:
    load = minutes.of_role("load")
    middle = recent(load[is_running(minutes, dict(tags))], 60) if load is not None and len(load) else float("nan")
    if middle != middle:
        return "while running"
    return f"while running at about {middle:.0f} % load"
