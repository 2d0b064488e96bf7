"""Quietens material colours for a theme: what is not a state must never look like one (ISA-101)."""

import numpy as np

from twinviewer.model.palette import SURFACE, rgb
from twinviewer.view.layout import Role, Surfaces

# Luminance range into which materials are mapped, and how much of their chroma they keep.
_RANGE = {"light": (0.34, 0.86), "dark": (0.17, 0.50)}
_CHROMA = {"light": 0.38, "dark": 0.30}
_PLAIN_CHROMA = 40  # sRGB steps between the strongest and the weakest channel of a grey
_LUMA = np.array([0.2126, 0.7152, 0.0722])


def adapt(surfaces: Surfaces, theme: str) -> np.ndarray:
    """Colour of every surface without its state, uint8 (n, 4), alpha as the material has it."""
    colour = surfaces.colour.astype(np.float64)
    base = colour[:, :3]
    grey = base @ _LUMA
    low, high = (255 * edge for edge in _RANGE[theme])
    quiet_grey = low + (high - low) * grey / 255
    quiet = quiet_grey[:, None] + (base - grey[:, None]) * (_CHROMA[theme] * quiet_grey / np.maximum(grey, 24))[:, None]
    plain = np.ptp(base, axis=1) < _PLAIN_CHROMA
    for role, token in ((Role.FLOOR, "floor"), (Role.WALL, "wall")):
        chosen = (surfaces.role == role) & plain
        if chosen.any():
            quiet[chosen] = _around(SURFACE[theme][token], grey[chosen])
    kept = surfaces.textured
    quiet[kept] = base[kept] * (1.0 if theme == "light" else 0.65)
    quiet[kept & (surfaces.role == Role.FLOOR)] = rgb(SURFACE[theme]["floor"])
    return np.concatenate([quiet.clip(0, 255), colour[:, 3:]], axis=1).round().astype(np.uint8)


def _around(token: str, grey: np.ndarray) -> np.ndarray:
    """The token for the brightest plain surface of a role, a little darker for darker ones, so that steps stay
    visible: markings on a floor, bands on a wall."""
    shade = 1 - 0.22 * (grey.max() - grey) / 255
    return np.array(rgb(token), np.float64) * shade[:, None]
