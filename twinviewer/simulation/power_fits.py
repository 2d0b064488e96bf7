"""What each station draws in each state, from its recorded power."""

import math
from collections.abc import Iterable, Sequence

import numpy as np
from scipy import stats

from twinviewer.model.state import State
from twinviewer.scene.scene import Scene
from twinviewer.simulation import evidence
from twinviewer.simulation.fitting import LEAST_FAILURES, Fit
from twinviewer.simulation.held import Held
from twinviewer.simulation.station import Station

LEAST_S = 3600.0  # in a state, which is enough even where it was one long stretch
STATES = {
    "run": (State.RUNNING,),
    "idle": (State.IDLE, State.STARVED),
    "setup": (State.SETUP,),
    "blocked": (State.BLOCKED,),
    "down": (State.FAULT, State.MAINTENANCE),  # control systems show a repair as maintenance
    "off": (State.OFFLINE,),
}


def powers(
    path: str, s: Station, scene: Scene, recording: Held, assets: Sequence[str], from_ns: int, to_ns: int
) -> Iterable[Fit]:
    """A proposal per state in which its machines were seen; none for a station without a power tag."""
    known = {**STATES, "idle": (State.IDLE,), "starved": (State.STARVED,)} if "starved" in s.power else STATES
    seen: dict[str, list[np.ndarray]] = {key: [] for key in known}
    for asset in assets:
        tag = evidence.tag_of(scene, asset, "power", "Power")
        if tag is None or recording.number_of_row[tag.index] < 0:
            return
        time_s, kw = evidence.samples(recording, tag, from_ns, to_ns)
        history = evidence.intervals(recording, scene, asset, from_ns, to_ns)
        for key, states in known.items():
            which = np.isin(history.state, states)
            seen[key].append(_means(time_s, kw, history.begin_s[which], history.end_s[which]))
    for key, parts in seen.items():
        rows = np.concatenate(parts)
        current = str(s.power[key]) if key in s.power else ""
        if len(rows) >= LEAST_FAILURES or (len(rows) and rows[:, 1].sum() >= LEAST_S):
            yield _fit(f"{path}.power.{key}", rows, current)
        elif current and len(rows):
            note = f"too little data: {len(rows)} stretches of at least {LEAST_FAILURES}"
            yield Fit(f"{path}.power.{key}", None, len(rows), current=current, note=note)


def _means(time_s: np.ndarray, kw: np.ndarray, begin: np.ndarray, end: np.ndarray) -> np.ndarray:
    """float64 (k, 2): mean power (kW) and length (s) of each stretch over which power was sampled."""
    if not len(time_s):
        return np.zeros((0, 2))
    area = np.append(0.0, np.cumsum(kw[:-1] * np.diff(time_s)))

    def up_to(t: np.ndarray) -> np.ndarray:
        k = np.maximum(np.searchsorted(time_s, t, "right") - 1, 0)
        return area[k] + kw[k] * (t - time_s[k])

    length = end - begin
    sampled = (length > 0) & (begin >= time_s[0])
    begin, end, length = begin[sampled], end[sampled], length[sampled]
    return np.stack([(up_to(end) - up_to(begin)) / length, length], 1)


def _fit(path: str, rows: np.ndarray, current: str) -> Fit:
    kw, weight = rows[:, 0], rows[:, 1] / rows[:, 1].sum()
    mean = float((kw * weight).sum())
    free = 1 / float((weight**2).sum())  # how many stretches of equal length these are worth
    if free < 2:
        return Fit(path, round(mean, 4), len(rows), mean, current=current)
    spread = math.sqrt(float((weight * (kw - mean) ** 2).sum()) / (free - 1))
    half = float(stats.t.ppf(0.975, (free - 1))) * spread
    return Fit(path, round(mean, 4), len(rows), mean, mean - half, mean + half, current=current)
