"""Which assets wear a patch on the floor, so that trouble is seen from afar."""

import numpy as np

from twinviewer.model.frame import Frame
from twinviewer.model.quality import Quality
from twinviewer.model.state import ABNORMAL_STATES, Zone

PATCH_ALPHA = 92
_ABNORMAL = np.isin(np.arange(9), [int(s) for s in ABNORMAL_STATES])


def patches(frame: Frame, mode: str, rgba: np.ndarray) -> np.ndarray:
    """uint8 (n, 4): the asset's own colour, translucent, under what is abnormal in this mode; alpha 0 elsewhere."""
    states = frame.assets
    if mode == "vibration":
        odd = (states.zone >= Zone.C) & (states.vibration_quality < Quality.STALE)
    elif mode == "status":
        odd = _ABNORMAL[states.state] & (states.quality < Quality.STALE)
    else:
        odd = np.zeros(len(rgba), bool)
    out = np.zeros_like(rgba)
    out[odd] = rgba[odd]
    out[odd, 3] = PATCH_ALPHA
    return out
