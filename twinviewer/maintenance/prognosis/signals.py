"""Turns an asset's recorded minutes into signals of wear: gated, with load, speed and ambient taken out, each with
its limit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from twinviewer.maintenance.condition import own_baseline, residual, zones
from twinviewer.maintenance.condition.detectors import EWMA_CUSUM, OWN_BASELINE, figures_of
from twinviewer.maintenance.recorded import Minutes, scale_of, unit_of
from twinviewer.maintenance.results import Detection, Moved
from twinviewer.model.asset import Tag
from twinviewer.model.state import State, codes_of
from twinviewer.waveforms.tags import LINES, title_of

ROLES = {"vibration": 1, "temperature": 1, "current": 1, "power": 1, "pressure": -1, "lubrication": -1}  # bad direction
ROLES |= {"acceleration": 1}
SPECTRUM = {"kurtosis": 1, "envelope": 1, **dict.fromkeys(LINES, 1)}  # evidence beside them, and no alarm by itself
LEVELS = ("vibration", "acceleration")  # judged against the machine's own first records
COVARIATES = ("load", "speed", "ambient")
DIRECTION = {**ROLES, **SPECTRUM}
LEARN = 0.35  # share of the records from which the baseline is learned
RECORDS = 600  # blocks to which minutes are reduced
FINE_RECORDS = 2000  # the same for alarms against the own baseline, whose rule was measured on series about so long
SETTLE_NS = 180_000_000_000
LEAST_SCALE = 0.015  # robust spread is taken as at least this share of the level
MOVED_AT = 4.0


@dataclass(frozen=True)
class Signal:
    """One signal on blocks of time: `level` float64 (n,), `off` its deviation from what is expected at this load, in
    robust standard deviations in the bad direction; `adjusted` the level at usual load; `limit` where it is a failure
    (NaN: none); `since` the block from which it moves towards it (-1: it does not), which began at `since_ns` (UTC
    ns); `spoke` the detectors that say so, each with the times at which it did (UTC ns): none for spectrum features."""

    tag: Tag
    role: str
    level: np.ndarray
    adjusted: np.ndarray
    off: np.ndarray
    usual: float
    limit: float
    since: int
    since_ns: int = 0
    spoke: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    @property
    def alarmed(self) -> bool:
        """Whether an alarm against its own baseline stands."""
        return OWN_BASELINE in self.spoke

    @property
    def detected_ns(self) -> int:
        """When the first of its detectors spoke, UTC ns; 0 where none does."""
        return min((at_ns[0] for at_ns in self.spoke.values()), default=0)

    @property
    def beyond(self) -> bool:
        """Whether its level is at its limit, or past it."""
        return DIRECTION[self.role] * (recent(self.level) - self.limit) >= 0

    @property
    def label(self) -> str:
        """What people call it."""
        return title_of(self.tag) or self.tag.key

    @property
    def unit(self) -> str:
        """The unit of its values, which need not be that of the tag."""
        return unit_of(self.tag)


def is_running(minutes: Minutes, tags: dict[str, Tag]) -> np.ndarray:
    """bool (n,): whether the asset runs; always, where it has no state."""
    for key, role in minutes.role.items():
        if role == "state" and key in minutes.value:
            codes = [code for code, state in codes_of(tags[key].states).items() if state is State.RUNNING]
            if tags[key].is_text:
                codes = [float(State.RUNNING)]
            return np.isin(np.round(minutes.value[key]), codes)
    return np.ones(len(minutes.time_ns), bool)


def wear_signals(minutes: Minutes, tags: dict[str, Tag]) -> tuple[np.ndarray, tuple[Signal, ...]]:
    """(time of each block, UTC ns; the signals)."""
    time = minutes.time_ns.astype(float)
    if len(time) < 2 * residual.LEAST_LEARN:
        return np.zeros(0), ()
    settle = int(SETTLE_NS // max(time[1] - time[0], 1.0))
    on = is_running(minutes, tags)
    coarse, fine = (_Blocks(minutes, on, settle, max(1, len(time) // records)) for records in (RECORDS, FINE_RECORDS))
    found = []
    for key, role in minutes.role.items():
        if role in DIRECTION and key in minutes.value:
            signal = _signal(tags[key], role, minutes, coarse, fine)
            if signal is not None:
                found.append(signal)
    return coarse.time, tuple(found)


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


class _Blocks:
    """An asset's minutes in blocks of `factor`: `time` of each, UTC ns; `table` float64 (n, k), the covariates."""

    def __init__(self, minutes: Minutes, on: np.ndarray, settle: int, factor: int) -> None:
        self._minutes, self._on, self._settle, self._factor = minutes, on, settle, factor
        self.time = _centres(minutes.time_ns.astype(float), factor)
        covered = [x for name in COVARIATES if (x := minutes.of_role(name)) is not None]
        self.table = np.array([_filled(self.of(x)) for x in covered]).reshape(len(covered), len(self.time)).T

    def of(self, x: np.ndarray) -> np.ndarray:
        """float64 (n,): the medians of a signal while the asset runs."""
        return _reduced(x, self._on, self._settle, self._factor)

    def told(self, key: str, role: str) -> np.ndarray:
        """The same of a tag, and of what waveforms gave each value once: it is one record however long it held, and
        detectors that want several records of a row would be woken by a single impact."""
        level = self.of(self._minutes.value[key])
        every_s, block_s = self._minutes.every_s.get(key, 0.0), self._factor * self._minutes.sampled_s
        if (role == "acceleration" or role in SPECTRUM) and block_s < every_s < np.inf:
            level[np.arange(len(level)) % int(every_s // block_s) != 0] = np.nan
        return level


def _signal(tag: Tag, role: str, minutes: Minutes, coarse: _Blocks, fine: _Blocks) -> Signal | None:
    level, table = coarse.told(tag.key, role), coarse.table
    usable = np.flatnonzero(np.isfinite(level))
    if len(usable) < 2 * residual.LEAST_LEARN:
        return None
    learn = usable[: max(residual.LEAST_LEARN + 1, int(LEARN * len(usable)))]
    usual = float(np.median(level[learn]))
    baseline = residual.learned(level[learn], table[learn], LEAST_SCALE * max(abs(usual), 1e-6))
    if baseline is None:
        return None
    off = DIRECTION[role] * baseline.residual(level, table)
    adjusted = level - baseline.expected(table) + usual
    since = _since(off, learn[-1])
    spoke: dict[str, tuple[int, ...]] = {}
    if since >= 0 and role in ROLES:
        spoke[EWMA_CUSUM] = (int(coarse.time[since]),)
    if role in LEVELS:
        by_load = baseline.expected(fine.table) - baseline.expected(np.median(table[learn], axis=0)[None])
        alarms, alarmed_ns = _alarms(fine.time, fine.told(tag.key, role) - by_load)
        if alarms:
            spoke[OWN_BASELINE] = alarmed_ns
        if alarms and since < 0:  # the regression has taken the wear for usual: the machine's first records know better
            since = max(int(np.searchsorted(coarse.time, alarmed_ns[0], "right")) - 1, 0)
            off, usual = off + (usual - alarms[0].reference) / baseline.scale, alarms[0].reference
    since_ns = min((at_ns[0] for at_ns in spoke.values()), default=int(coarse.time[since]) if since >= 0 else 0)
    return Signal(tag, role, level, adjusted, off, usual, _limit(tag, role, minutes), since, since_ns, spoke)


def _alarms(time: np.ndarray, records: np.ndarray) -> tuple[tuple[own_baseline.Alarm, ...], tuple[int, ...]]:
    """The alarms that stand against the machine's own baseline, and when they were raised, UTC ns."""
    known = np.flatnonzero(np.isfinite(records))
    found = own_baseline.standing(records[known])
    return found, tuple(int(time[known[alarm.at]]) for alarm in found)


def _filled(x: np.ndarray) -> np.ndarray:
    return np.where(np.isfinite(x), x, np.nanmedian(x) if np.isfinite(x).any() else 0.0)


def _limit(tag: Tag, role: str, minutes: Minutes) -> float:
    """Where this signal means failure: the boundary C/D for vibration, else the outermost alarm limit."""
    if role == "vibration" and minutes.asset.vibration_limits is not None:
        return minutes.asset.vibration_limits[2]
    limits = tag.limits
    if limits is None:
        return float("nan")
    value = limits.high_high if DIRECTION[role] > 0 else limits.low_low
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


def as_detections(signals: Sequence[Signal]) -> tuple[Detection, ...]:
    """The detectors that speak of these signals, the first one first."""
    found = [
        Detection(s.tag.name, s.label, name, at_ns[0], at_ns[-1], figures_of(name, s.role))
        for s in signals
        for name, at_ns in s.spoke.items()
    ]
    return tuple(sorted(found, key=lambda d: d.since_ns))


def as_moved(signal: Signal, regime: str) -> Moved:
    """The signal as evidence."""
    recent = signal.off[np.isfinite(signal.off)][-5:]
    now = signal.adjusted[np.isfinite(signal.adjusted)][-5:]
    return Moved(
        signal.tag.name,
        signal.label,
        signal.unit,
        float(np.median(now)),
        signal.usual,
        float(np.median(recent)),
        signal.since_ns,
        regime,
    )
