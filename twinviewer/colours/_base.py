"""What every colouring mode returns and shares."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from twinviewer.model.palette import rgb
from twinviewer.scene.scene import Scene

SOLID, UNCERTAIN, GHOST = 255, 170, 97  # alpha: certain, doubtful, unknown (38 %)


@dataclass(frozen=True, slots=True)
class LegendEntry:
    """One line of a legend: `symbol` is ("state", State), ("zone", Zone), ("swatch", 0) or ("", 0) for words alone."""

    label: str
    colour: str
    symbol: tuple[str, int]
    count: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Legend:
    """A legend: entries, or a continuous `scale` of colours with `ticks` as (place 0..1, text)."""

    title: str
    unit: str = ""
    entries: tuple[LegendEntry, ...] = ()
    scale: tuple[str, ...] = ()
    ticks: tuple[tuple[float, str], ...] = ()
    note: str = ""


@lru_cache(maxsize=8)
def with_role(scene: Scene, role: str) -> np.ndarray:
    """bool (n_assets,): which assets have a tag with this role."""
    rows = (any(scene.tags[t].role == role for t in a.tags) for a in scene.assets)
    return np.fromiter(rows, bool, len(scene.assets))


def lookup(tokens: dict[int, str], size: int) -> np.ndarray:
    """uint8 (size, 4): solid colours by code."""
    table = np.zeros((size, 4), np.uint8)
    for code, token in tokens.items():
        table[int(code)] = (*rgb(token), SOLID)
    return table


def gradient(stops: tuple[str, ...], share: np.ndarray) -> np.ndarray:
    """uint8 (n, 4) from `share` in 0..1 (n,) along evenly spaced stops; NaN is taken as 0."""
    colours = np.array([rgb(s) for s in stops], np.float64)
    place = np.clip(np.nan_to_num(share), 0, 1) * (len(stops) - 1)
    low = np.minimum(place.astype(np.int64), len(stops) - 2)
    part = (place - low)[:, None]
    out = np.full((len(share), 4), SOLID, np.uint8)
    out[:, :3] = np.rint(colours[low] * (1 - part) + colours[low + 1] * part)
    return out
