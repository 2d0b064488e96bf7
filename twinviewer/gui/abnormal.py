"""Which assets get a label in the picture, and what it says: only what is abnormal, worst first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from twinviewer import colours
from twinviewer.model.alarm import Alarm, AlarmState
from twinviewer.model.frame import Frame
from twinviewer.model.quality import Quality
from twinviewer.model.state import ABNORMAL_STATES, State, Zone
from twinviewer.panels._text import silent_s, title_of, value_text
from twinviewer.scene.scene import Scene
from twinviewer.states.explain import duration

MOST_LABELS = 24
_REMARKED = 8  # more than a state that passes by, less than a fault
_NS = 1_000_000_000
_ABNORMAL = np.isin(np.arange(9), [int(s) for s in ABNORMAL_STATES])
_QUIET = (AlarmState.SHELVED, AlarmState.SUPPRESSED, AlarmState.OUT_OF_SERVICE)
# Worst first: what decides the order when there are more than fit.
_WEIGHT = np.array([2, 0, 0, 0, 4, 5, 5, 9, 3], np.int64)


@dataclass(frozen=True, slots=True)
class Label:
    """One label: `symbol` is ("state", State), ("zone", Zone) or ("note", 0), `priority` 0 without an active alarm."""

    asset: int
    title: str
    detail: str
    symbol: tuple[str, int]
    priority: int = 0
    unacknowledged: bool = False
    selected: bool = False


class Labeller:
    """Finds the labels of one scene's frames; made once per scene."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._tagged = np.fromiter((bool(a.tags) for a in scene.assets), bool, len(scene.assets))
        self._worst: tuple[tuple[Alarm, ...], dict[str, Alarm]] = ((), {})  # alarms, and the worst of each asset

    def labels(self, frame: Frame, mode: str, selection: str | None) -> list[Label]:
        """The labels for one frame, worst first and at most `MOST_LABELS`; the selected asset always has one."""
        scene, states = self._scene, frame.assets
        if not scene.assets:
            return []
        quality = colours.modes()[mode].quality(states, scene)
        weight = _weights(frame, self._tagged, mode, quality)
        for row in frame.remarks:
            weight[row] = max(int(weight[row]), _REMARKED)
        chosen = scene.asset(selection).index if selection is not None else -1
        rows = np.nonzero(weight > 0)[0]
        rows = rows[np.lexsort((rows, -weight[rows]))][:MOST_LABELS]
        order = [chosen, *(int(r) for r in rows if r != chosen)] if chosen >= 0 else [int(r) for r in rows]
        if order and frame.alarms is not self._worst[0]:  # thousands in a flood, which change seldom
            self._worst = frame.alarms, _worst_alarms(frame.alarms)
        alarms = self._worst[1]
        return [
            Label(
                row,
                scene.assets[row].asset_id,
                _detail(frame, scene, row, mode if quality[row] < Quality.STALE else "", alarms),
                _symbol(frame, row, mode if quality[row] < Quality.STALE else ""),
                int(states.priority[row]),
                bool(states.unacknowledged[row]),
                row == chosen,
            )
            for row in order
        ]


def labelled(frame: Frame, scene: Scene, mode: str, selection: str | None) -> list[Label]:
    """The labels of a single frame; see `Labeller.labels`."""
    return Labeller(scene).labels(frame, mode, selection)


def _weights(frame: Frame, tagged: np.ndarray, mode: str, quality: np.ndarray) -> np.ndarray:
    """int64 (n,): 0 for no label, else how badly it wants one. `quality` uint8 (n,) is that of what the mode shows."""
    states = frame.assets
    unknown = tagged & (quality >= Quality.STALE)
    known = tagged & ~unknown
    weight = np.zeros(len(tagged), np.int64)
    alarmed = (states.priority > 0) & (states.priority <= 3)
    weight[alarmed] = 20 - 4 * states.priority[alarmed].astype(np.int64)
    if mode == "vibration":
        zone = states.zone.astype(np.int64)
        weight = np.where(known & (zone >= Zone.C), weight + 10 * zone, weight)
    elif mode == "status":
        weight += np.where(known & _ABNORMAL[states.state], _WEIGHT[states.state], 0)
    # With no connection everything is unknown; the strip says that once, better than a label on every machine.
    if unknown.any() and unknown.sum() <= max(3, 0.3 * tagged.sum()):
        weight += np.where(unknown, 6, 0)
    return weight


def _worst_alarms(alarms: Sequence[Alarm]) -> dict[str, Alarm]:
    worst: dict[str, Alarm] = {}
    for alarm in alarms:
        if not alarm.active or alarm.state in _QUIET:
            continue
        old = worst.get(alarm.asset_id)
        if old is None or alarm.priority < old.priority:
            worst[alarm.asset_id] = alarm
    return worst


def _symbol(frame: Frame, row: int, mode: str) -> tuple[str, int]:
    """`mode` is "" where what it shows cannot be trusted."""
    states = frame.assets
    if mode == "vibration" and states.zone[row]:
        return ("zone", int(states.zone[row]))
    known = mode and states.quality[row] < Quality.STALE
    return ("state", int(states.state[row]) if known else int(State.UNKNOWN))


def _detail(frame: Frame, scene: Scene, row: int, mode: str, alarms: Mapping[str, Alarm]) -> str:
    """`mode` is "" where what it shows cannot be trusted."""
    states = frame.assets
    if row in frame.remarks:
        return frame.remarks[row]
    since = int(states.since_ns[row])
    lasts = f" {_whole((frame.now_ns - since) / _NS)}" if since else ""
    if mode == "energy" and np.isfinite(states.power_kw[row]):
        return f"{states.power_kw[row]:.1f} kW"
    vibration = float(states.vibration_mm_s[row])
    if mode == "vibration" and np.isfinite(vibration):
        return f"Vibration {vibration:.1f} mm/s"
    if states.quality[row] >= Quality.STALE:
        age = float(silent_s(frame)[row])
        return f"No data {_whole(age)}" if np.isfinite(age) else "No data"
    if not mode:
        return "No usable value"
    state = State(int(states.state[row]))
    if state in ABNORMAL_STATES:
        return f"{state.label}{lasts}"
    alarm = alarms.get(scene.assets[row].asset_id)
    if alarm is not None:
        return _alarm_text(alarm, frame, scene)
    return f"{state.label}{lasts}" if state is not State.UNKNOWN else "No state"


def _whole(seconds: float) -> str:
    """A duration without tenths, so that the picture is not painted anew for each of them."""
    return f"{max(0, int(seconds))} s" if seconds < 60 else duration(seconds)


def _alarm_text(alarm: Alarm, frame: Frame, scene: Scene) -> str:
    """ "Vibration 8.3 mm/s", as it is now, where a limit of that value was passed, else the alarm's own words."""
    if not np.isfinite(alarm.limit):
        return alarm.message
    try:
        tag = scene.tag(alarm.tag)
    except KeyError:
        return alarm.message
    quality = frame.tags.quality
    if quality is None or quality[tag.index] >= Quality.STALE:
        return alarm.message
    return f"{title_of(tag)} {value_text(tag, frame)}"
