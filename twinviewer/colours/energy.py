"""Colours by active power, on a logarithmic scale."""

from functools import lru_cache

import numpy as np

from twinviewer.colours._base import SOLID, Legend, LegendEntry, gradient, with_role
from twinviewer.model.frame import AssetStates, Frame
from twinviewer.model.palette import ENERGY, STATE, SURFACE, rgb
from twinviewer.model.quality import Quality
from twinviewer.model.state import State
from twinviewer.model.units import factor
from twinviewer.scene.scene import Scene

NAME = "energy"
TITLE = "Energy"
KEY = "3"
LOWEST_KW = 0.5


@lru_cache(maxsize=2)
def highest_kw(scene: Scene) -> float:
    """The top of the scale: the largest rating in the scene, so that colours do not wander with the moment."""
    ratings = [a.rated_power_kw for a in scene.assets if a.rated_power_kw]
    spans = [t.span[1] * factor(t.unit, "kW") for t in scene.tags if t.role == "power" and t.span]
    return max([*ratings, *(s for s in spans if np.isfinite(s)), 10 * LOWEST_KW])


def share(power_kw: np.ndarray, scene: Scene) -> np.ndarray:
    """float64 (n,): place on the logarithmic scale, 0..1."""
    top = highest_kw(scene)
    with np.errstate(invalid="ignore", divide="ignore"):
        place = np.log(np.maximum(power_kw, LOWEST_KW) / LOWEST_KW) / np.log(top / LOWEST_KW)
    return np.clip(place, 0, 1)


def quality(states: AssetStates, scene: Scene) -> np.ndarray:
    """uint8 (n,): that of the meter; a machine without one is not unknown, only not measured."""
    return np.where(with_role(scene, "power"), states.power_quality, Quality.GOOD)


def colour(states: AssetStates, scene: Scene, theme: str) -> np.ndarray:
    """uint8 (n, 4): along the energy scale, which has no alarm hue in it; without a meter a quiet one of its own."""
    rgba = gradient(ENERGY[theme], share(states.power_kw, scene))
    rgba[~np.isfinite(states.power_kw)] = (*rgb(SURFACE[theme]["unmeasured"]), SOLID)
    return rgba


def legend(frame: Frame, scene: Scene, theme: str) -> Legend:
    """The scale with its ticks, and how many meters say nothing usable."""
    top = highest_kw(scene)
    steps = [v for v in (0.5, 1, 5, 10, 50, 100, 500, 1000, 5000) if v <= top]
    keep = [v for v in steps if str(v)[0] == "5" or v == steps[0]]
    place = share(np.array([*keep, top], float), scene)
    ticks = [(float(p), f"{v:g}") for p, v in zip(place, [*keep, top], strict=True)]
    if len(ticks) > 1 and ticks[-1][0] - ticks[-2][0] < 0.12:
        del ticks[-2]
    metered = with_role(scene, "power")
    usable = metered & (frame.assets.power_quality < Quality.STALE)
    shown = usable & np.isfinite(frame.assets.power_kw)
    entries = (
        LegendEntry("measured", "", ("", 0), int(shown.sum())),
        LegendEntry(
            "no meter", SURFACE[theme]["unmeasured"], ("swatch", 0), int((frame.assets.monitored & ~metered).sum())
        ),
        LegendEntry("not in kW", SURFACE[theme]["unmeasured"], ("swatch", 0), int((usable & ~shown).sum())),
        LegendEntry("No data", STATE[theme][State.UNKNOWN], ("state", 0), int((metered & ~usable).sum())),
    )
    return Legend("Active power", "kW, log scale", tuple(e for e in entries if e.count), ENERGY[theme], tuple(ticks))
