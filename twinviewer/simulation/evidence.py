"""What a recording says about the stations of a line: state intervals, cycle times, counts, energy."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from twinviewer.history.recording import Recording
from twinviewer.model.asset import Tag
from twinviewer.model.state import State, codes_of
from twinviewer.scene.scene import Scene
from twinviewer.simulation.held import Held
from twinviewer.simulation.line import Line
from twinviewer.simulation.lint import assets_of

NS = 1_000_000_000


@dataclass(frozen=True)
class Intervals:
    """State intervals of one machine in order: begin, end float64 (n,) in s, state int64 (n,) (`State`)."""

    begin_s: np.ndarray
    end_s: np.ndarray
    state: np.ndarray

    def seconds(self, *states: State) -> float:
        """Time in any of some states."""
        return float((self.end_s - self.begin_s)[np.isin(self.state, states)].sum())

    def whole(self, state: State) -> np.ndarray:
        """Lengths (s) of the intervals in a state of which both ends were seen."""
        inside = (self.state == state)[1:-1]
        return (self.end_s - self.begin_s)[1:-1][inside]


def repairs(history: Intervals) -> np.ndarray:
    """Lengths (s) of the failures of which both ends were seen: from the fault until it goes on, the crew's work on it
    included, which control systems show as maintenance."""
    state, found = history.state, []
    k = 1
    while k < len(state) - 1:
        if state[k] == State.FAULT and state[k - 1] not in (State.FAULT, State.MAINTENANCE):
            begin = history.begin_s[k]
            while k < len(state) - 1 and state[k] in (State.FAULT, State.MAINTENANCE):
                k += 1
            if state[k] not in (State.FAULT, State.MAINTENANCE):
                found.append(history.begin_s[k] - begin)
        else:
            k += 1
    return np.array(found)


def failures(history: Intervals) -> int:
    """How often it failed: faults that did not follow another one or the work on it."""
    fault = history.state[1:] == State.FAULT
    return int((fault & ~np.isin(history.state[:-1], (State.FAULT, State.MAINTENANCE))).sum())


def tag_of(scene: Scene, asset: str, role: str, key: str) -> Tag | None:
    """The tag of an asset with a role, or else with a key."""
    tags = [scene.tags[k] for k in scene.asset(asset).tags]
    return next((t for t in tags if t.role == role), next((t for t in tags if t.key == key), None))


def intervals(recording: Recording | Held, scene: Scene, asset: str, from_ns: int, to_ns: int) -> Intervals:
    """The states of one asset as recorded; gaps of the recording are not told apart."""
    tag = tag_of(scene, asset, "state", "State")
    if tag is None:
        return _intervals(np.zeros(0), np.zeros(0, np.int64), 0.0)
    time_s, value = samples(recording, tag, from_ns, to_ns)
    known = codes_of(tag.states)
    state = np.array([int(known.get(float(v), State.UNKNOWN)) for v in value], np.int64)
    return _intervals(np.maximum(time_s, from_ns / NS), state, to_ns / NS)


def _intervals(time_s: np.ndarray, state: np.ndarray, end_s: float) -> Intervals:
    change = np.append(True, state[1:] != state[:-1]) if len(state) else np.zeros(0, bool)
    begin = time_s[change]
    return Intervals(begin, np.append(begin[1:], end_s) if len(begin) else begin, state[change])


def samples(recording: Recording | Held, tag: Tag, from_ns: int, to_ns: int) -> tuple[np.ndarray, np.ndarray]:
    """Times (s) and values of a tag, with the one that stood at the beginning; none where it was not recorded,
    such as a tag that the scene has only since."""
    if recording.number_of_row[tag.index] < 0:
        return np.zeros(0), np.zeros(0)
    rows = recording.samples([tag.name], from_ns, to_ns, before=True)
    usable = np.isfinite(rows.value) & (rows.status >> 30 == 0)
    return rows.time[usable] / NS, rows.value[usable]


def increase(
    recording: Recording | Held, scene: Scene, assets: Sequence[str], role: str, key: str, from_ns: int, to_ns: int
) -> float:
    """How much the counters of some assets went up; a counter that goes back counts from there anew."""
    total = 0.0
    for asset in assets:
        tag = tag_of(scene, asset, role, key)
        if tag is not None:
            _, value = samples(recording, tag, from_ns, to_ns)
            step = np.diff(value)
            total += float(np.where(step >= 0, step, value[1:]).sum())
    return total


def cycles(recording: Recording | Held, scene: Scene, assets: Sequence[str], from_ns: int, to_ns: int) -> np.ndarray:
    """Cycle times (s) as the machines told them; cycles during which a machine stood are left out."""
    found = []
    for asset in assets:
        tag = tag_of(scene, asset, "cycle_time", "CycleTime")
        if tag is None:
            continue
        time_s, value = samples(recording, tag, from_ns, to_ns)
        new = np.append(False, value[1:] != value[:-1])[: len(value)] & (value > 0)
        time_s, value = time_s[new], value[new]
        history = intervals(recording, scene, asset, from_ns, to_ns)
        stood = np.isin(history.state, (State.FAULT, State.MAINTENANCE, State.SETUP, State.OFFLINE))
        begin, end = history.begin_s[stood], history.end_s[stood]
        # the last stop that began before the cycle's end must have ended before its beginning
        last = np.searchsorted(begin, time_s) - 1
        clear = np.ones(len(value), bool)
        clear[last >= 0] = end[last[last >= 0]] <= (time_s - value)[last >= 0]
        found.append(value[clear])
    return np.concatenate(found) if found else np.zeros(0)


def known_assets(line: Line, scene: Scene, station: str) -> list[str]:
    """The station's assets that the scene has."""
    known = {a.asset_id for a in scene.assets}
    return [a for a in assets_of(line, station) if a in known]
