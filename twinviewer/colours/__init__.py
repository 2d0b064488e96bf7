"""One module = one colouring mode. Quality is applied here, so that no mode can forget it."""

from functools import cache
from types import ModuleType

import numpy as np

from twinviewer import discovery
from twinviewer.colours._base import GHOST, SOLID, UNCERTAIN, Legend, LegendEntry
from twinviewer.model.frame import Frame
from twinviewer.model.palette import STATE, SURFACE, rgb
from twinviewer.model.quality import Quality
from twinviewer.model.state import State
from twinviewer.scene.scene import Scene

__all__ = ["GHOST", "SOLID", "UNCERTAIN", "Legend", "LegendEntry", "legend", "modes", "table"]


@cache  # asked several times for each frame
def modes() -> dict[str, ModuleType]:
    """The colouring modes by name, in the order of their keys."""
    found = discovery.modules_of(__name__).values()
    return {m.NAME: m for m in sorted(found, key=lambda m: m.KEY)}


def table(mode: str, frame: Frame, scene: Scene, theme: str) -> np.ndarray:
    """uint8 (n_assets, 4): the colour of every asset; alpha says how far it can be trusted.

    An asset without tags is scenery and keeps a quiet trim colour. Doubtful values are paler, stale, bad and unknown
    ones are ghosts in the colour of "no data".
    """
    module = modes()[mode]
    rgba = module.colour(frame.assets, scene, theme)
    quality = module.quality(frame.assets, scene)
    rgba[quality == Quality.UNCERTAIN, 3] = UNCERTAIN
    unknown = quality >= Quality.STALE
    rgba[unknown] = (*rgb(STATE[theme][State.UNKNOWN]), GHOST)
    rgba[~frame.assets.monitored] = (*rgb(SURFACE[theme]["trim"]), SOLID)
    return rgba


def legend(mode: str, frame: Frame, scene: Scene, theme: str) -> Legend:
    """What the colours of this mode mean, with counts of the assets that have tags."""
    return modes()[mode].legend(frame, scene, theme)
