"""What a station's counters grew by while nobody saw its state: parts without their time would swell its indicators."""

from dataclasses import dataclass

import numpy as np

from twinviewer.history.recording import Recording
from twinviewer.kpi.tracks import Track
from twinviewer.model.quality import Quality, quality_of
from twinviewer.model.state import State


@dataclass(frozen=True, slots=True)
class Unseen:
    """At each of `time` int64 (k,) UTC ns a station was seen again; `total` float64 (k,) had come unseen until then."""

    time: np.ndarray
    total: np.ndarray

    def at(self, time_ns: int) -> float:
        """Growth that came unseen until a moment."""
        return float(self.at_all(np.array([time_ns], np.int64))[0])

    def at_all(self, time: np.ndarray) -> np.ndarray:
        """The same for each of these moments, float64."""
        k = np.searchsorted(self.time, time, "right")
        return np.append(0.0, self.total)[k]


NOTHING_UNSEEN = Unseen(np.zeros(0, np.int64), np.zeros(0))


def unseen_of(recording: Recording, number: int, track: Track) -> Unseen:
    """Of one counter (its number in the recording, -1: none) of the station whose states are `track`.

    Where the retention took the samples nothing is known to be unseen. Raises RecordingError.
    """
    known = np.flatnonzero(track.state != State.UNKNOWN)
    if number < 0 or not len(known):
        return NOTHING_UNSEEN
    dark = np.flatnonzero(track.state[known[0] : known[-1]] == State.UNKNOWN) + known[0]
    if not len(dark):
        return NOTHING_UNSEEN
    rows = recording.of_numbers([number], int(track.start_ns[0]), track.end_ns, True, ("time", "value", "status"))
    good = (quality_of(rows.status, rows.time) < Quality.BAD) & np.isfinite(rows.value)
    time, value = rows.time[good], rows.value[good]
    if len(time) < 2:
        return NOTHING_UNSEEN
    step = np.diff(value)
    grown = np.append(0.0, np.cumsum(np.where(step >= 0, step, value[1:])))
    before = np.searchsorted(time, track.start_ns[dark], "right") - 1
    after = np.minimum(np.searchsorted(time, track.start_ns[dark + 1], "left"), len(time) - 1)
    missed = np.where(before >= 0, grown[after] - grown[np.maximum(before, 0)], 0.0)
    return Unseen(time[after], np.cumsum(missed))
