"""Colours by vibration severity zone (ISO 20816-3)."""

import numpy as np

from twinviewer.colours._base import SOLID, Legend, LegendEntry, lookup, with_role
from twinviewer.model.frame import AssetStates, Frame
from twinviewer.model.palette import SURFACE, ZONE, rgb
from twinviewer.model.quality import Quality
from twinviewer.model.state import Zone
from twinviewer.scene.scene import Scene

NAME = "vibration"
TITLE = "Vibration"
KEY = "2"
MEANING = {Zone.A: "new condition", Zone.B: "unrestricted", Zone.C: "limited time", Zone.D: "damage risk"}


def quality(states: AssetStates, scene: Scene) -> np.ndarray:
    """uint8 (n,): that of the sensor; a machine without one is not unknown, only not measured."""
    return np.where(with_role(scene, "vibration"), states.vibration_quality, Quality.GOOD)


def colour(states: AssetStates, scene: Scene, theme: str) -> np.ndarray:
    """uint8 (n, 4): the token of each zone; without a sensor a quiet colour that is no zone's."""
    rgba = lookup({int(k): v for k, v in ZONE[theme].items()}, 5)[states.zone]
    rgba[states.zone == Zone.NONE] = (*rgb(SURFACE[theme]["unmeasured"]), SOLID)
    return rgba


def legend(frame: Frame, scene: Scene, theme: str) -> Legend:
    """Counts per zone; boundaries are shown when all measured assets share them."""
    measured = with_role(scene, "vibration")
    usable = measured & (frame.assets.vibration_quality < Quality.STALE)
    counts = np.bincount(frame.assets.zone[usable], minlength=5)
    limits = {a.vibration_limits for a in scene.assets if measured[a.index] and a.vibration_limits}
    spans = dict.fromkeys(MEANING, "")
    if len(limits) == 1:
        a, b, c = next(iter(limits))
        spans = {Zone.A: f"< {a:g}", Zone.B: f"{a:g} – {b:g}", Zone.C: f"{b:g} – {c:g}", Zone.D: f"> {c:g}"}
    entries = [LegendEntry(MEANING[z], ZONE[theme][z], ("zone", int(z)), int(counts[z]), spans[z]) for z in MEANING]
    unmeasured = int((frame.assets.monitored & ~measured).sum())
    if unmeasured:
        entries.append(LegendEntry("no sensor", SURFACE[theme]["unmeasured"], ("swatch", 0), unmeasured))
    if counts[Zone.NONE]:
        entries.append(LegendEntry("no limits", SURFACE[theme]["unmeasured"], ("swatch", 0), int(counts[Zone.NONE])))
    lost = int((measured & ~usable).sum())
    if lost:
        entries.append(LegendEntry("no usable value", ZONE[theme][Zone.NONE], ("state", 0), lost))
    note = "Zones of ISO 20816-3" + ("" if len(limits) <= 1 else ", limits by machine group")
    return Legend("Vibration velocity", "mm/s RMS", tuple(entries), note=note)
