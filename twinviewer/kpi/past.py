"""A shift out of a recording, read once (`kpi.reading`), so that the indicators of any moment in it are a look-up."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from twinviewer.kpi.lines import LEAST_RATE_NS, RATE_WINDOW_NS, Line
from twinviewer.model.frame import TagSnapshot
from twinviewer.model.state import State

if TYPE_CHECKING:  # a window without a recording never loads what reads one
    from twinviewer.kpi.tracks import Track
    from twinviewer.kpi.unseen import Unseen

NS = 1_000_000_000
MINUTE_NS = 60 * NS
ALARM_WINDOW_NS = 600 * NS


@dataclass(frozen=True, slots=True)
class Gain:
    """A counter over the shift: at each of `time` (k,) it had grown by `total` (k,) and showed `last` (k,)."""

    time: np.ndarray
    total: np.ndarray
    last: np.ndarray

    def at(self, time_ns: int, value: float = float("nan")) -> float:
        """Growth until a moment; `value` is what the counter showed then, where that is known."""
        k = int(np.searchsorted(self.time, time_ns, "right")) - 1
        if k < 0:
            return 0.0
        step = value - self.last[k] if value >= self.last[k] else value
        return float(self.total[k] + (step if np.isfinite(step) else 0.0))

    def at_all(self, time: np.ndarray) -> np.ndarray:
        """float64: growth until each of these moments, as far as was written down."""
        if not len(self.time):
            return np.zeros(len(time))
        k = np.searchsorted(self.time, time, "right") - 1
        return np.where(k >= 0, self.total[np.maximum(k, 0)], 0.0)


def usable_value(snapshot: TagSnapshot, row: int) -> float:
    """The value of a tag, NaN for a bad one: some servers send zero with it."""
    return float(snapshot.value[row]) if snapshot.status[row] >> 30 < 2 else float("nan")


def usable_last(seen: Mapping[str, np.ndarray], first: int, last: int) -> np.ndarray:
    """The last usable value of each minute from row `first` to before `last` of one-minute aggregates, NaN: none.

    Older recordings hold the very last one, also where that was bad: it then lies outside the minute's usable values.
    """
    value = seen["last"][first:last]
    with np.errstate(invalid="ignore"):
        usable = (seen["min"][first:last] <= value) & (value <= seen["max"][first:last])
    return np.where(usable, value, np.nan)


NO_GAIN = Gain(np.zeros(0, np.int64), np.zeros(0), np.zeros(0))


def gain_of(time: np.ndarray, value: np.ndarray) -> Gain:
    """`value` (k,) at `time` (k,), ascending; a counter that goes back counts from there anew."""
    good = np.isfinite(value)
    time, value = time[good], value[good]
    step = np.diff(value)
    grown = np.concatenate([np.zeros(min(1, len(value))), np.where(step >= 0, step, value[1:])])
    return Gain(time, np.cumsum(grown), value)


class Stay:
    """The time that one asset spent in each state, until any moment."""

    def __init__(self, track: "Track") -> None:
        self._breaks = np.append(track.start_ns, track.end_ns).astype(np.float64)
        spans = np.diff(self._breaks) / 1e9
        each = np.zeros((len(self._breaks), len(State)))
        each[np.arange(1, len(self._breaks)), track.state] = spans
        self._sum = np.cumsum(each, axis=0)
        self._failures = track.failures_ns()

    def seconds(self, time: np.ndarray) -> np.ndarray:
        """float64 (k, 9): until each of `time` int64 (k,)."""
        at = time.astype(np.float64)
        return np.stack([np.interp(at, self._breaks, self._sum[:, s]) for s in range(len(State))], axis=1)

    def failures(self, time_ns: int) -> int:
        """How often it failed until a moment."""
        return int(np.searchsorted(self._failures, time_ns, "right"))


@dataclass(frozen=True)
class ShiftPast:
    """One shift from `from_ns`, known from `since_ns` (0: nothing was recorded in it) until `known_ns`.

    `stays` by row of scene.assets, `gains` and `unseen` by row of scene.tags. On the minutes `grid` int64 (m,) stand,
    float64 (m,): `energy_kwh` since the beginning, `power_kw` of all meters, and the worst `vibration_mm_s`. `raised`
    int64: when alarms were raised, from ten minutes before the shift.
    """

    from_ns: int
    since_ns: int
    known_ns: int
    stays: dict[int, Stay]
    gains: dict[int, Gain]
    grid: np.ndarray
    energy_kwh: np.ndarray
    power_kw: np.ndarray
    vibration_mm_s: np.ndarray
    raised: np.ndarray
    unseen: dict[int, "Unseen"] = field(default_factory=dict)
    _series: dict[str, np.ndarray] = field(default_factory=dict)

    def energy_at(self, time_ns: int) -> float:
        """Energy of all assets since the beginning, kWh."""
        return float(np.interp(float(time_ns), self.grid.astype(np.float64), self.energy_kwh)) if len(self.grid) else 0

    def recall(self, line: Line, time_ns: int, values: np.ndarray) -> None:
        """Give a line the times and counts that it had at a moment; `values` are those of its tags then."""
        ones = np.array([time_ns], np.int64)
        for k, asset in enumerate(line.stations):
            stay = self.stays.get(asset.index)
            if stay is not None:
                line.time_s[k] = stay.seconds(ones)[0]
                line.failures[k] = stay.failures(time_ns)
        for counter in (*line.good, *line.scrap):
            if counter.tag >= 0:
                counter.total = self.gains.get(counter.tag, NO_GAIN).at(time_ns, float(values[counter.tag]))
                counter.unseen = self._unseen_at(counter.tag, time_ns)

    def _unseen_at(self, tag: int, time_ns: int) -> float:
        return self.unseen[tag].at(time_ns) if tag in self.unseen else 0.0

    def precede(self, line: Line, begun_ns: int) -> None:
        """Put before what a line has counted since `begun_ns` what it did in the shift until then."""
        ones = np.array([begun_ns], np.int64)
        for k, asset in enumerate(line.stations):
            stay = self.stays.get(asset.index)
            if stay is not None:
                line.time_s[k] += stay.seconds(ones)[0]
                line.failures[k] += stay.failures(begun_ns)
        for counter in (*line.good, *line.scrap):
            gain = self.gains.get(counter.tag)
            if gain is not None:
                recent = (gain.time >= begun_ns - RATE_WINDOW_NS) & (gain.time <= begun_ns)
                history = list(zip(gain.time[recent].tolist(), gain.total[recent].tolist(), strict=True))
                counter.precede(history, gain.at(begun_ns, counter.first))
                counter.unseen += self._unseen_at(counter.tag, begun_ns)
        line.look_again()

    def rate_at(self, tag: int, time_ns: int, total: float) -> float:
        """Parts per hour of a counter over the ten minutes before a moment; NaN in the first 20 s."""
        first_ns = max(time_ns - RATE_WINDOW_NS, self.since_ns)
        if not self.since_ns or time_ns - first_ns < LEAST_RATE_NS:
            return float("nan")
        return (total - self.gains.get(tag, NO_GAIN).at(first_ns)) * 3600 * NS / (time_ns - first_ns)

    def series(self, key: str, lines: list[Line]) -> np.ndarray | None:
        """An indicator of the tiles on the minutes of `grid`, float64 (m,); None for one that is not kept."""
        if key not in self._series:
            made = self._make_series(key, lines)
            if made is None:
                return None
            self._series[key] = made
        return self._series[key]

    def _make_series(self, key: str, lines: list[Line]) -> np.ndarray | None:
        if key == "power":
            return self.power_kw
        if key == "vibration":
            return self.vibration_mm_s
        if key == "alarms":
            first, last = np.searchsorted(self.raised, [self.grid - ALARM_WINDOW_NS, self.grid], "right")
            return np.where(self._recorded, (last - first).astype(np.float64), np.nan)
        if key == "oee":
            return self._oee(lines)
        for line in lines:
            counter = line.last_counter()
            if key == f"rate.{line.name}" and counter is not None:
                gain = self.gains.get(counter.tag, NO_GAIN)
                first = np.maximum(self.grid - RATE_WINDOW_NS, self.since_ns)
                hours = np.maximum(self.grid - first, 1) / (3600 * NS)
                rate = (gain.at_all(self.grid) - gain.at_all(first)) / hours
                return np.where(self._recorded & (self.grid - first >= LEAST_RATE_NS), rate, np.nan)
        return None

    @property
    def _recorded(self) -> np.ndarray:
        """bool (m,): the minutes since the recording began; before it nobody counted, which is not zero."""
        return (self.grid >= self.since_ns) & (self.since_ns > 0)

    def _oee(self, lines: list[Line]) -> np.ndarray:
        made, planned = np.zeros(len(self.grid)), np.zeros(len(self.grid))
        busy = [State.RUNNING, State.SETUP, State.IDLE, State.BLOCKED, State.STARVED, State.FAULT]
        for line in lines:
            k = line.bottleneck()
            stay = self.stays.get(line.stations[k].index) if k is not None else None
            if k is not None and stay is not None:
                planned += stay.seconds(self.grid)[:, busy].sum(axis=1)
                tag = line.good[k].tag
                made += line.pri_s[k] * self.gains.get(tag, NO_GAIN).at_all(self.grid)
                made -= line.pri_s[k] * self.unseen[tag].at_all(self.grid) if tag in self.unseen else 0.0
        return np.where(planned >= 60, 100 * made / np.maximum(planned, 1), np.nan)


def nothing(from_ns: int) -> ShiftPast:
    """A shift of which nothing is known."""
    none, times = np.zeros(0), np.zeros(0, np.int64)
    return ShiftPast(from_ns, 0, from_ns, {}, {}, times, none, none, none, times)
