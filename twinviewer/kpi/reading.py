"""Reads a shift out of a recording: states, counters, and the minutes of power, energy and vibration."""

from collections.abc import Sequence

import numpy as np

from twinviewer.history.recording import Recording
from twinviewer.kpi.lines import Line, lines_of
from twinviewer.kpi.past import ALARM_WINDOW_NS, MINUTE_NS, Gain, ShiftPast, Stay, gain_of, usable_last, usable_value
from twinviewer.kpi.tracks import Tracks
from twinviewer.kpi.unseen import Unseen, unseen_of
from twinviewer.scene.scene import Scene
from twinviewer.states.evaluator import factors, first_tag
from twinviewer.states.same_cause import new_lines


def read_shift(recording: Recording, scene: Scene, from_ns: int, to_ns: int, counted: Sequence[int] = ()) -> ShiftPast:
    """Read a shift, or the part of it that was recorded. Raises RecordingError.

    `counted` are rows of scene.tags whose growth is wanted besides that of good and scrap parts.
    """
    to_ns = max(min(to_ns, recording.span()[1]), from_ns)
    tracks = Tracks(recording, scene, from_ns, to_ns)
    begun = recording.stretches(from_ns, to_ns)
    since_ns = begun[0].first_ns if begun else 0
    minutes = _Minutes(recording, scene, (from_ns, to_ns), max(from_ns, since_ns), counted)
    grid = np.arange(from_ns - from_ns % MINUTE_NS, to_ns + 1, MINUTE_NS, dtype=np.int64)
    known = tracks.known(grid)
    lines = lines_of(scene)
    stations = [asset for line in lines for asset in line.stations]
    power, energy = minutes.power_and_energy(grid, known)
    return ShiftPast(
        from_ns,
        since_ns,
        to_ns,
        {asset.index: Stay(tracks.of(asset)) for asset in stations},
        minutes.gains,
        grid,
        energy,
        power,
        minutes.vibration(grid, known),
        _new_alarms(recording, from_ns - ALARM_WINDOW_NS, to_ns),
        _unseen(recording, lines, tracks),
    )


def _new_alarms(recording: Recording, from_ns: int, to_ns: int) -> np.ndarray:
    """When another line came into the alarm list (UTC ns)."""
    return np.array([e.time_ns for e in new_lines(recording.changes_of_alarms(from_ns, to_ns))], np.int64)


def _unseen(recording: Recording, lines: Sequence[Line], tracks: Tracks) -> dict[int, Unseen]:
    """Of the counters that indicators set against times: those of each line's bottleneck."""
    found: dict[int, Unseen] = {}
    for line in lines:
        k = line.bottleneck()
        for counter in (line.good[k], line.scrap[k]) if k is not None else ():
            if k is not None and counter.tag >= 0:
                number = int(recording.number_of_row[counter.tag])
                found[counter.tag] = unseen_of(recording, number, tracks.of(line.stations[k]))
    return found


class _Minutes:
    """One-minute aggregates of the tags that indicators need."""

    def __init__(
        self, recording: Recording, scene: Scene, span: tuple[int, int], first_ns: int, counted: Sequence[int]
    ) -> None:
        self._scene = scene
        self._number = recording.number_of_row
        counts = [t.index for t in scene.tags if t.role in ("count_good", "count_scrap")]
        counts += [row for row in counted if row not in counts]
        self._power, self._energy, self._vibration = (first_tag(scene, r) for r in ("power", "energy", "vibration"))
        rows = [*counts, *self._power, *self._energy, *self._vibration]
        wanted = sorted({int(self._number[r]) for r in rows if r >= 0 and self._number[r] >= 0})
        self._seen = recording.minutes(wanted, *span)
        self._first = recording.at(first_ns)
        self._first_ns = first_ns
        self.gains = {row: gain for row in counts if (gain := self._gain_of(row)) is not None}

    def _of(self, row: int, name: str) -> tuple[np.ndarray, np.ndarray]:
        """When each minute's value was known, int64 (k,), and the usable values of a column (NaN: none)."""
        number = int(self._number[row]) if row >= 0 else -1
        a, b = np.searchsorted(self._seen["tag"], [number, number + 1]) if number >= 0 else (0, 0)
        time = self._seen["time"][a:b]
        ends = np.maximum.accumulate(np.where(time % MINUTE_NS == 0, time + MINUTE_NS, time))
        return ends, usable_last(self._seen, a, b) if name == "last" else self._seen[name][a:b]

    def _gain_of(self, row: int) -> Gain | None:
        if self._number[row] < 0:
            return None
        time, last = self._of(row, "last")
        inside = time > self._first_ns
        before = usable_value(self._first, row)
        return gain_of(np.append(self._first_ns, time[inside]), np.append(before, last[inside]))

    def _held(self, row: int, name: str, grid: np.ndarray) -> np.ndarray:
        """A column at each minute, held where no sample came; NaN before the first."""
        time, value = self._of(row, name)
        good = np.isfinite(value)
        time, value = time[good], value[good]
        if not len(time):
            return np.full(len(grid), np.nan)
        k = np.searchsorted(time, grid + MINUTE_NS, "right") - 1
        return np.where(k >= 0, value[np.maximum(k, 0)], np.nan)

    def power_and_energy(self, grid: np.ndarray, known: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """kW of all meters in each minute (NaN: none), kWh until its beginning."""
        power = np.full(len(grid), np.nan)
        unmetered, counted = np.zeros(len(grid)), np.zeros(len(grid))
        to_kw, to_kwh = factors(self._scene, self._power, "kW"), factors(self._scene, self._energy, "kWh")
        for asset in self._scene.assets:
            own = np.where(known, self._held(int(self._power[asset.index]), "mean", grid), np.nan) * to_kw[asset.index]
            power = np.where(np.isfinite(own), np.nan_to_num(power) + own, power)
            meter = int(self._energy[asset.index])
            gain = self._gain_of(meter) if meter >= 0 else None
            if meter < 0:
                unmetered += np.nan_to_num(own)
            elif gain is not None:
                counted += gain.at_all(grid) * np.nan_to_num(to_kwh[asset.index])
        added = np.concatenate([np.zeros(1), np.cumsum(unmetered)[:-1] / 60]) if len(grid) else unmetered
        return power, counted + added

    def vibration(self, grid: np.ndarray, known: np.ndarray) -> np.ndarray:
        """The velocity of the worst asset in each minute: the highest zone, then the highest velocity; NaN: none."""
        worst, shown = np.full(len(grid), -1.0), np.full(len(grid), np.nan)
        to_mm_s = factors(self._scene, self._vibration, "mm/s")
        for asset in self._scene.assets:
            row = int(self._vibration[asset.index])
            if row < 0:
                continue
            own = np.where(known, self._held(row, "mean", grid), np.nan) * to_mm_s[asset.index]
            zone = np.digitize(np.nan_to_num(own), asset.vibration_limits) if asset.vibration_limits else 0
            score = np.where(np.isfinite(own), zone * 1000.0 + np.nan_to_num(own), -1.0)
            shown = np.where(score > worst, own, shown)
            worst = np.maximum(worst, score)
        return shown
