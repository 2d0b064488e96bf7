"""The indicators of the running shift, kept up to date from one evaluated snapshot after another."""

from collections import deque
from dataclasses import replace
from datetime import datetime

import numpy as np

from twinviewer.kpi.book import Book, load
from twinviewer.kpi.energy import EnergyMeter
from twinviewer.kpi.indicators import line_indicators, scene_target
from twinviewer.kpi.lines import lines_of
from twinviewer.kpi.own import OwnIndicators
from twinviewer.kpi.past import MINUTE_NS, ShiftPast
from twinviewer.kpi.shifts import shift_of
from twinviewer.kpi.tiles import NOBODY_COUNTS, alarms, oee, power, tile_keys, vibration
from twinviewer.model.frame import AssetStates, Kpi, TagSnapshot
from twinviewer.model.notice import Notice
from twinviewer.model.quality import Quality
from twinviewer.scene.scene import Scene

NS = 1_000_000_000
SERIES_PERIOD_NS = 10 * NS
SERIES_LENGTH = 360  # an hour of sparkline
SERIES_NS = SERIES_LENGTH * SERIES_PERIOD_NS
LONGEST_STEP_S = 5.0  # a longer gap between two snapshots is not counted as anything
READ_AFTER_NS = 3 * NS  # by then the recorder has written what was before this session
READ_AGAIN_NS = 60 * NS
KEPT_SHIFTS = 4


class KpiTracker:
    """The tiles' indicators and all others of the shift, each with its recent past.

    `replaying`: nothing is counted, every moment's figures come out of the recording. Otherwise what this session sees
    is counted, and what the recording knows of the shift before it is put in front. `wanted` says what of a recording
    is to be read (`past.read_shift`) and given to `take`; without one the figures begin with the session.
    """

    def __init__(self, scene: Scene, replaying: bool = False, book: Book | None = None) -> None:
        self._scene = scene
        self._replaying = replaying
        self.book = book if book is not None else load(scene.path)
        self._pasts: dict[int, ShiftPast] = {}
        self._counted: set[int] = set()
        self._begin((0, 0))

    def _begin(self, shift: tuple[int, int]) -> None:
        self._shift = shift
        self._lines = lines_of(self._scene)
        self._energy = EnergyMeter(self._scene)
        self._begun_ns = 0
        self._last_ns = 0
        self._preceded = False
        self._changed = False
        self._series: dict[str, deque[tuple[int, float]]] = {}
        self._arrays: dict[str, tuple[np.ndarray, np.ndarray]] = {}
        self._sampled_ns = 0
        self._kpis: tuple[Kpi, ...] = ()
        self._values = np.zeros(0)
        self._shown: tuple[TagSnapshot, AssetStates, int, int] | None = None
        self._make_own()

    def _make_own(self) -> None:
        """The scene's own indicators; what their counters did before now is read from a recording."""
        self._own_begun_ns = self._last_ns
        self._own_preceded = False
        built_in = [*tile_keys(self._lines), *(k.key for k in self._iso(0))]
        self._own = OwnIndicators(self._scene, self.book.indicators, built_in)
        self._own_kpis: list[Kpi] = []

    def set_book(self, book: Book) -> None:
        """Other targets, indicators or shifts: they hold at once."""
        shifts_changed = book.shift_starts != self.book.shift_starts
        self.book = book
        if shifts_changed:
            self._pasts.clear()
            self._begin((0, 0))
        else:
            self._make_own()
            self._changed = True
            if set(self._own.counters.values()) - self._counted:
                self._pasts.clear()  # a recording is read anew, for the counters that formulas name now
            if self._shown is not None:
                self._kpis = self._shape(*self._shown)

    def reload_book(self) -> None:
        """Take in what somebody else changed in the scene's folder."""
        path = self.book.path
        if path is not None and path.exists() and path.stat().st_size != self.book.size:
            self.set_book(load(self._scene.path))

    def problems(self) -> list[Notice]:
        """What in the scene's book cannot be read or worked out."""
        where = self.book.path.name if self.book.path is not None else ""
        found = [Notice("warning", note, "Correct the line, or set it anew in the window.") for note in self.book.notes]
        for version, error in self._own.problems:
            text = f"the indicator {version.label} cannot be worked out: {error.text}"
            found.append(Notice("warning", text, error.remedy, where))
        return found

    # A recording ---------------------------------------------------------------------------------------------------

    @property
    def wanted(self) -> tuple[int, int] | None:
        """The stretch (UTC ns) of a recording that would complete the figures, None where nothing is missing."""
        if not self._last_ns:
            return None
        begin, end = self._shift
        past = self._pasts.get(begin)
        if self._replaying:
            late = past is not None and self._last_ns > past.known_ns + READ_AGAIN_NS
            return (begin, end) if past is None or late else None
        until_ns = self._own_begun_ns if self._preceded else self._begun_ns
        missing = not self._preceded or (past is None and not self._own_preceded)
        return (begin, until_ns) if missing and self._last_ns >= until_ns + READ_AFTER_NS else None

    @property
    def counted(self) -> tuple[int, ...]:
        """Counters (rows of scene.tags) that formulas name: a recording is read for these too."""
        return tuple(self._own.counters.values())

    def take(self, past: ShiftPast) -> None:
        """What was read of a recording."""
        self._changed = True
        self._counted = set(past.gains)
        self._pasts[past.from_ns] = past
        while len(self._pasts) > KEPT_SHIFTS:
            del self._pasts[next(iter(self._pasts))]
        if self._replaying or past.from_ns != self._shift[0]:
            return
        if not self._preceded:
            self._precede(past)
        if not self._own_preceded:
            self._own_preceded = True
            self._own.precede(past.gains, self._own_begun_ns)

    def _precede(self, past: ShiftPast) -> None:
        """Put the part of the shift that was recorded before what this session counted."""
        self._preceded = True
        for line in self._lines:
            past.precede(line, self._begun_ns)
        self._energy.total_kwh += past.energy_at(self._begun_ns)
        recent = (past.grid > self._begun_ns - SERIES_NS) & (past.grid <= self._begun_ns)
        for key in tile_keys(self._lines):
            before = past.series(key, self._lines)
            if before is not None:
                own = self._series.get(key, ())
                pairs = zip(past.grid[recent].tolist(), before[recent].tolist(), strict=True)
                self._series[key] = deque([*(p for p in pairs if np.isfinite(p[1])), *own], maxlen=SERIES_LENGTH)
        self._arrays.clear()

    # One snapshot --------------------------------------------------------------------------------------------------

    def update(self, tags: TagSnapshot, states: AssetStates, now_ns: int, alarms_10_min: int) -> tuple[Kpi, ...]:
        """The tiles' indicators after one more evaluated snapshot; a jump back in time starts anew."""
        begin, end = self._shift
        if (now_ns < self._last_ns and not self._replaying) or not begin <= now_ns < end:
            self._begin(shift_of(now_ns, self.book.shift_starts))
        if self._begun_ns and 0 <= now_ns - self._last_ns < NS // 2 and not self._changed:
            return self._kpis
        self._changed = False
        step_s = (now_ns - self._last_ns) / NS if self._last_ns else 0.0
        step_s = step_s if 0 <= step_s <= LONGEST_STEP_S and not self._replaying else 0.0
        self._begun_ns = self._begun_ns or now_ns
        self._own_begun_ns = self._own_begun_ns or now_ns
        self._last_ns = now_ns
        self._values = np.where(_usable(tags), tags.value, np.nan)
        self._energy.update(tags, states, step_s)
        if self._replaying:
            self._recall(now_ns)
        else:
            for line in self._lines:
                line.update(tags, states, step_s, now_ns)
            self._own.count(tags, now_ns)
        self._shown = (tags, states, now_ns, alarms_10_min)
        self._kpis = self._shape(*self._shown)
        self._sampled_ns = now_ns if abs(now_ns - self._sampled_ns) >= SERIES_PERIOD_NS else self._sampled_ns
        return self._kpis

    def _shape(self, tags: TagSnapshot, states: AssetStates, now_ns: int, alarms_10_min: int) -> tuple[Kpi, ...]:
        """The tiles' indicators, and the scene's own, out of what was counted."""
        since = self._since()
        kpis = [oee(self._lines, since), *self._rates(now_ns), power(self._energy, self._scene.energy, since)]
        kpis += [vibration(self._scene, states), alarms(alarms_10_min)]
        if self.book.indicators:  # hundreds of lines have thousands of indicators, which only formulas ask for always
            figures = {k.key: k.value for k in (*kpis, *self._iso(now_ns))}
            self._own_kpis = self._own.of(tags, figures)
        tiles = {v.key for v in self.book.indicators if v.tile}
        kpis += [k for k in self._own_kpis if k.key in tiles]
        return tuple(self._with_past(k, now_ns) for k in kpis)

    def all(self) -> tuple[Kpi, ...]:
        """Every indicator as it stands: the tiles', those of ISO 22400-2 of each line, and the scene's own."""
        shown = {k.key for k in self._kpis}
        more = [k for k in (*self._iso(self._last_ns), *self._own_kpis) if k.key not in shown]
        return (*self._kpis, *(self._targeted(k) for k in more))

    def _recall(self, now_ns: int) -> None:
        past = self._pasts.get(self._shift[0])
        if past is None:
            return
        for line in self._lines:
            past.recall(line, now_ns, self._values)
        self._energy.total_kwh = past.energy_at(now_ns)
        self._own.recall(past.gains, now_ns, self._values)

    def _with_past(self, kpi: Kpi, now_ns: int) -> Kpi:
        return replace(self._targeted(kpi), series=self._recent(kpi, now_ns))

    def _recent(self, kpi: Kpi, now_ns: int) -> tuple[np.ndarray, np.ndarray]:
        past = self._pasts.get(self._shift[0]) if self._replaying else None
        values = past.series(kpi.key, self._lines) if past is not None else None
        if past is not None and values is not None:
            first, last = np.searchsorted(past.grid, [now_ns - SERIES_NS, now_ns], "right")
            return past.grid[first:last], values[first:last]
        lived = self._series.setdefault(kpi.key, deque(maxlen=SERIES_LENGTH))
        if abs(now_ns - self._sampled_ns) >= SERIES_PERIOD_NS and np.isfinite(kpi.value):
            if lived and lived[-1][0] > now_ns:
                lived.clear()
            lived.append((now_ns, kpi.value))
            self._arrays.pop(kpi.key, None)
        if kpi.key not in self._arrays:
            times, figures = zip(*lived, strict=True) if lived else ((), ())
            self._arrays[kpi.key] = np.array(times, np.int64), np.array(figures, np.float64)
        return self._arrays[kpi.key]

    def _targeted(self, kpi: Kpi) -> Kpi:
        """With the target that the scene gives it, the book before scene.toml."""
        own = self.book.target(kpi.key)
        if own is not None:
            return replace(kpi, target=own.target)
        if kpi.target is None:
            return replace(kpi, target=scene_target(self._scene.kpi_targets, kpi.key, kpi.unit))
        return kpi

    def _since(self) -> str:
        """From when the figures of the shift count, as it is written."""
        past = self._pasts.get(self._shift[0])
        begun = past.since_ns if past is not None else 0
        if self._replaying and past is None:
            return "reading the shift…"
        since_ns = begun or (0 if self._replaying else self._begun_ns)
        if not since_ns:
            return "nothing was recorded of this shift"
        whole = since_ns - self._shift[0] <= MINUTE_NS
        shown = datetime.fromtimestamp((self._shift[0] if whole else since_ns) / NS).strftime("%H:%M")
        return f"since {shown}" if whole else f"counting since {shown}"

    # The figures ---------------------------------------------------------------------------------------------------

    def _rates(self, now_ns: int) -> list[Kpi]:
        formula = "good parts of the line's last counting station over the last 10 min"
        found = []
        for line in self._lines[:2]:
            counter = line.last_counter()
            value = float("nan")
            if counter is not None:
                past = self._pasts.get(self._shift[0])
                recalled = past.rate_at(counter.tag, now_ns, counter.total) if past is not None else value
                value = recalled if self._replaying else counter.per_hour(now_ns)
            since = NOBODY_COUNTS if counter is None else self._since()
            note = since if not np.isfinite(value) else ""
            last = (a.asset_id for a, c in zip(line.stations, line.good, strict=True) if c is counter)
            inputs = {f"{name} good parts of the shift": counter.total for name in last} if counter is not None else {}
            found.append(Kpi(f"rate.{line.name}", f"{line.name} rate", value, "parts/h", formula, inputs, note=note))
        return found

    def _iso(self, now_ns: int) -> list[Kpi]:
        """The ten indicators of ISO 22400-2 over the shift so far, of each line's bottleneck."""
        found = line_indicators(self._scene.kpi_targets, self._lines, self._hours(), self._energy.total_kwh)
        note = self._since() if now_ns else ""
        return [replace(k, note=f"{k.note}, {note}" if k.note else note) for k in found]

    def _hours(self) -> float:
        """Hours of the shift that the figures count."""
        past = self._pasts.get(self._shift[0])
        since_ns = (past.since_ns if past is not None else 0) or self._begun_ns
        return max(0, self._last_ns - since_ns) / NS / 3600


def _usable(tags: TagSnapshot) -> np.ndarray:
    quality = tags.quality
    return np.isfinite(tags.value) if quality is None else (quality < Quality.STALE) & np.isfinite(tags.value)
