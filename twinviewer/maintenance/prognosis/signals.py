"""Turns an asset's recorded minutes into signals of wear: gated, with load and speed taken out, each with its limit."""

from dataclasses import dataclass

import numpy as np

from twinviewer.maintenance.condition import residual, zones
from twinviewer.maintenance.recorded import Minutes, scale_of, unit_of
from twinviewer.maintenance.results import Moved
from twinviewer.model.asset import Tag
from twinviewer.model.state import State

ROLES = {"vibration": 1, "temperature": 1, "current": 1, "power": 1, "pressure": -1, "lubrication": -1}  # bad direction
COVARIATES = ("load", "speed")
LEARN = 0.35  # share of the records from which the baseline is learned
RECORDS = 600  # blocks to which minutes are reduced
SETTLE_NS = 180_000_000_000
LEAST_SCALE = 0.015  # robust spread is taken as at least this share of the level
MOVED_AT = 4.0


@dataclass(frozen=True)
class Signal:
    """One signal on blocks of time: `level` float64 (n,), `off` its deviation from what is expected at this load, in
    robust standard deviations in the bad direction; `adjusted` the level at usual load; `limit` where it is a failure
    (NaN: none); `since` the first block from which it has moved for good (-1: it has not)."""

    tag: Tag
    role: str
    level: np.ndarray
    adjusted: np.ndarray
    off: np.ndarray
    usual: float
    limit: float
    since: int

    @property
    def beyond(self) -> bool:
        """Whether its level is at its limit, or past it."""
        return ROLES[self.role] * (recent(self.level) - self.limit) >= 0

    @property
    def unit(self) -> str:
        """The unit of its values, which need not be that of the tag."""
        return unit_of(self.tag)


def is_running(minutes: Minutes, tags: dict[str, Tag]) -> np.ndarray:
    """bool (n,): whether the asset runs; always, where it has no state."""
    for key, role in minutes.role.items():
        if role == "state" and key in minutes.value:
            codes = [float(c) for c, s in tags[key].states.items() if s is State.RUNNING and _is_number(c)]
            return np.isin(np.round(minutes.value[key]), codes)
    return np.ones(len(minutes.time_ns), bool)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def wear_signals(minutes: Minutes, tags: dict[str, Tag]) -> tuple[np.ndarray, tuple[Signal, ...]]:
    """(time of each block, UTC ns; the signals)."""
    time = minutes.time_ns.astype(float)
    if len(time) < 2 * residual.LEAST_LEARN:
        return np.zeros(0), ()
    settle = int(SETTLE_NS // max(time[1] - time[0], 1.0))
    on = is_running(minutes, tags)
    factor = max(1, len(time) // RECORDS)
    covered = [minutes.of_role(role) for role in COVARIATES]
    covariates = [_reduced(x, on, settle, factor) for x in covered if x is not None]
    centres = _centres(time, factor)
    found = []
    for key, role in minutes.role.items():
        if role in ROLES and key in minutes.value:
            signal = _signal(tags[key], role, _reduced(minutes.value[key], on, settle, factor), covariates, minutes)
            if signal is not None:
                found.append(signal)
    return centres, tuple(found)


def recent(x: np.ndarray, count: int = 5) -> float:
    """The median of the last so many usable values, so that a machine that stands is told as it last ran; NaN where
    nothing is usable."""
    tail = x[np.isfinite(x)][-count:]
    return float(np.median(tail)) if len(tail) else float("nan")


def _centres(time: np.ndarray, factor: int) -> np.ndarray:
    n = len(time) // factor * factor
    return time[:n].reshape(-1, factor).mean(axis=1)


def _reduced(x: np.ndarray, on: np.ndarray, settle: int, factor: int) -> np.ndarray:
    """Medians of blocks of the gated signal; NaN where the asset stood all the time."""
    gated = zones.gated(x, on, settle)
    n = len(gated) // factor * factor
    block = gated[:n].reshape(-1, factor)
    out = np.full(len(block), np.nan)
    some = np.isfinite(block).any(axis=1)
    out[some] = np.nanmedian(block[some], axis=1)
    return out


def _signal(tag: Tag, role: str, level: np.ndarray, covariates: list[np.ndarray], minutes: Minutes) -> Signal | None:
    usable = np.flatnonzero(np.isfinite(level))
    if len(usable) < 2 * residual.LEAST_LEARN:
        return None
    table = np.column_stack([_filled(x) for x in covariates]) if covariates else np.zeros((len(level), 0))
    learn = usable[: max(residual.LEAST_LEARN + 1, int(LEARN * len(usable)))]
    usual = float(np.median(level[learn]))
    baseline = residual.learned(level[learn], table[learn], LEAST_SCALE * max(abs(usual), 1e-6))
    if baseline is None:
        return None
    off = ROLES[role] * baseline.residual(level, table)
    adjusted = level - baseline.expected(table) + usual
    return Signal(tag, role, level, adjusted, off, usual, _limit(tag, role, minutes), _since(off, learn[-1]))


def _filled(x: np.ndarray) -> np.ndarray:
    return np.where(np.isfinite(x), x, np.nanmedian(x) if np.isfinite(x).any() else 0.0)


def _limit(tag: Tag, role: str, minutes: Minutes) -> float:
    """Where this signal means failure: the boundary C/D for vibration, else the outermost alarm limit."""
    if role == "vibration" and minutes.asset.vibration_limits is not None:
        return minutes.asset.vibration_limits[2]
    limits = tag.limits
    if limits is None:
        return float("nan")
    value = limits.high_high if ROLES[role] > 0 else limits.low_low
    return float("nan") if value is None else value * scale_of(tag)


def _since(off: np.ndarray, learned_until: int) -> int:
    """The block at which EWMA and CUSUM began to speak and have not fallen silent since."""
    speaks = residual.speaks(off)
    speaks[: learned_until + 1] = False
    if not len(speaks) or not speaks[-3:].any():
        return -1
    silent = np.flatnonzero(~speaks[:-3])
    quiet = [k for k in silent.tolist() if not speaks[k : k + 3].any()]
    return (quiet[-1] if quiet else 0) + 1


def as_moved(signal: Signal, time: np.ndarray, regime: str) -> Moved:
    """The signal as evidence."""
    recent = signal.off[np.isfinite(signal.off)][-5:]
    now = signal.adjusted[np.isfinite(signal.adjusted)][-5:]
    return Moved(
        signal.tag.name,
        signal.tag.key,
        signal.unit,
        float(np.median(now)),
        signal.usual,
        float(np.median(recent)),
        int(time[signal.since]) if signal.since >= 0 else 0,
        regime,
    )
