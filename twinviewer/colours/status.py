"""Colours by state."""

import numpy as np

from twinviewer.colours._base import Legend, LegendEntry, lookup
from twinviewer.model.frame import AssetStates, Frame
from twinviewer.model.palette import STATE, SURFACE, rgb
from twinviewer.model.quality import Quality
from twinviewer.model.state import State
from twinviewer.scene.scene import Scene

NAME = "status"
TITLE = "Status"
KEY = "1"
ORDER = (
    State.RUNNING,
    State.IDLE,
    State.SETUP,
    State.BLOCKED,
    State.STARVED,
    State.FAULT,
    State.MAINTENANCE,
    State.OFFLINE,
)


def quality(states: AssetStates, scene: Scene) -> np.ndarray:
    """uint8 (n,): the quality that decides how far a colour can be trusted."""
    return states.quality


def colour(states: AssetStates, scene: Scene, theme: str) -> np.ndarray:
    """uint8 (n, 4): the token of each state; an asset whose tags are good but say no state keeps the trim colour."""
    table = lookup({int(k): v for k, v in STATE[theme].items()}, 9)
    rgba = table[states.state]
    silent = (states.state == State.UNKNOWN) & (states.quality < Quality.STALE)
    rgba[silent, :3] = rgb(SURFACE[theme]["trim"])
    return rgba


def legend(frame: Frame, scene: Scene, theme: str) -> Legend:
    """Counts per state; everything that cannot be trusted counts as "No data", what says no state apart from that."""
    tagged = frame.assets.monitored
    usable = tagged & (frame.assets.quality < Quality.STALE)
    known = usable & (frame.assets.state != State.UNKNOWN)
    counts = np.bincount(frame.assets.state[known], minlength=9)
    entries = [
        LegendEntry(s.label, STATE[theme][s], ("state", int(s)), int(counts[s]))
        for s in ORDER
        if counts[s] or s not in (State.OFFLINE,)
    ]
    entries.append(LegendEntry("No state", SURFACE[theme]["trim"], ("swatch", 0), int((usable & ~known).sum())))
    missing = int((tagged & ~usable).sum())
    entries.append(LegendEntry("No data", STATE[theme][State.UNKNOWN], ("state", 0), missing))
    return Legend("Status", entries=tuple(e for e in entries if e.count))
