"""The states of all assets over time, out of a recording: bands, shares, time in state."""

from dataclasses import dataclass

import numpy as np

from twinviewer.history.recording import Recording
from twinviewer.history.rows import Rows
from twinviewer.history.trend import Stretch
from twinviewer.model.asset import Asset, Tag
from twinviewer.model.quality import Quality, quality_of
from twinviewer.model.state import State, codes_of
from twinviewer.model.units import factor
from twinviewer.scene.scene import Scene
from twinviewer.states.evaluator import RUNNING_SHARE, first_tag

POWER_STEPS = 2000


@dataclass(frozen=True, slots=True)
class Track:
    """One asset's states: `state` uint8 (k,) from `start_ns` int64 (k,) until the next start, the last until `end_ns`.

    UNKNOWN where nothing usable was recorded. Equal states are one stretch.
    """

    start_ns: np.ndarray
    state: np.ndarray
    end_ns: int

    def seconds(self) -> np.ndarray:
        """float64 (9,): the time in each state."""
        if not len(self.start_ns):
            return np.zeros(len(State))
        spans = np.diff(np.append(self.start_ns, self.end_ns)) / 1e9
        return np.bincount(self.state, spans, len(State))

    def failures_ns(self) -> np.ndarray:
        """int64: when it failed; a fault that stood already when the asset was first seen, or again, is none."""
        fault = self.state == State.FAULT
        return self.start_ns[fault & np.append(False, self.state[:-1] != State.UNKNOWN)[: len(fault)]]

    def at(self, time_ns: np.ndarray) -> np.ndarray:
        """uint8: the state at each of these moments."""
        k = np.searchsorted(self.start_ns, time_ns, "right") - 1
        return (
            np.where(k >= 0, self.state[np.maximum(k, 0)], State.UNKNOWN)
            if len(self.state)
            else np.zeros(len(time_ns), np.uint8)
        )


class Tracks:
    """All assets between two moments, read once. Raises RecordingError."""

    def __init__(self, recording: Recording, scene: Scene, from_ns: int, to_ns: int) -> None:
        self.from_ns, self.to_ns = from_ns, to_ns
        self._recording, self._scene = recording, scene
        self._usable = recording.usable(from_ns, to_ns)
        self._rows = recording.state_changes(from_ns, to_ns)
        self._state_tag = first_tag(scene, "state")
        self._power_tag = first_tag(scene, "power")
        self._known: dict[int, Track] = {}

    def of(self, asset: Asset) -> Track:
        """The states of one asset."""
        if asset.index not in self._known:
            self._known[asset.index] = self._make(asset)
        return self._known[asset.index]

    def _make(self, asset: Asset) -> Track:
        row = int(self._state_tag[asset.index])
        if row >= 0:
            number = int(self._recording.number_of_row[row])
            first, last = np.searchsorted(self._rows.tag, [number, number + 1])
            own = self._rows.take(slice(int(first), int(last)))
            return self._clipped(own.time, states_of(self._scene.tags[row], own))
        power = int(self._power_tag[asset.index])
        if power >= 0 and asset.rated_power_kw and self._recording.number_of_row[power] >= 0:
            seen = self._recording.series(power, self.from_ns, self.to_ns, POWER_STEPS)
            to_kw = factor(self._scene.tags[power].unit, "kW")
            running = (seen.low + seen.high) / 2 * to_kw > RUNNING_SHARE * asset.rated_power_kw
            state = np.where(running, State.RUNNING, State.IDLE).astype(np.uint8)
            state[~np.isfinite(seen.low * to_kw)] = State.UNKNOWN
            return self._clipped(np.maximum(seen.time_ns, self.from_ns), state)
        return self._clipped(np.zeros(0, np.int64), np.zeros(0, np.uint8))

    def _clipped(self, time: np.ndarray, state: np.ndarray) -> Track:
        """Unknown outside the stretches in which the feed delivered; neighbours of one state joined."""
        starts, states = [np.array([self.from_ns])], [np.array([State.UNKNOWN], np.uint8)]
        for stretch in _joined(self._usable):
            k = int(np.searchsorted(time, stretch.first_ns, "right"))
            inside = time[k:][time[k:] <= stretch.last_ns]
            before = state[k - 1] if k else np.uint8(State.UNKNOWN)
            starts += [np.array([stretch.first_ns]), inside, np.array([stretch.last_ns])]
            states += [np.array([before]), state[k : k + len(inside)], np.array([State.UNKNOWN], np.uint8)]
        start, state = np.concatenate(starts), np.concatenate(states)
        last = np.append(start[1:] != start[:-1], True)  # of several at one moment the last one holds
        start, state = start[last], state[last]
        change = np.append(True, state[1:] != state[:-1])
        start, state = start[change], state[change]
        keep = start < self.to_ns
        return Track(start[keep], state[keep], self.to_ns)

    def shares(self, steps: int) -> tuple[np.ndarray, np.ndarray]:
        """Times int64 (k,) and how many watched assets were in each state then, int64 (k, 9)."""
        time = np.linspace(self.from_ns, self.to_ns, steps, endpoint=False).astype(np.int64)
        counts = np.zeros((steps, len(State)), np.int64)
        every = np.arange(steps)
        for asset in self._scene.assets:
            if asset.tags:
                counts[every, self.of(asset).at(time)] += 1
        counts[~self.known(time)] = 0
        return time, counts

    def known(self, time_ns: np.ndarray) -> np.ndarray:
        """bool: whether the recorder ran and the feed delivered at each of these moments."""
        known = np.zeros(len(time_ns), bool)
        for stretch in self._usable:
            known |= (time_ns >= stretch.first_ns) & (time_ns <= stretch.last_ns)
        return known

    @property
    def usable_s(self) -> float:
        """Seconds in which the recorder ran and the feed delivered."""
        return sum(s.last_ns - s.first_ns for s in _joined(self._usable)) / 1e9


def states_of(tag: Tag, rows: Rows) -> np.ndarray:
    """uint8 (n,): what the values of a state tag mean; UNKNOWN for bad ones and those that the scene does not name."""
    state = np.full(len(rows), State.UNKNOWN, np.uint8)
    good = quality_of(rows.status, rows.time) < Quality.BAD
    if tag.is_text:
        for word, text in enumerate(rows.words):
            state[rows.word == word] = tag.states.get(text, State.UNKNOWN)
    else:
        for code, meaning in codes_of(tag.states).items():
            state[rows.value == code] = meaning
    state[~good] = State.UNKNOWN
    return state


def _joined(stretches: list[Stretch]) -> list[Stretch]:
    """Stretches that touch or overlap as one."""
    found: list[Stretch] = []
    for stretch in sorted(stretches, key=lambda s: s.first_ns):
        if found and stretch.first_ns <= found[-1].last_ns + 1_000_000_000:
            found[-1] = Stretch(found[-1].first_ns, max(found[-1].last_ns, stretch.last_ns))
        else:
            found.append(stretch)
    return found
