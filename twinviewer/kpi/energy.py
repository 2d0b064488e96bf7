"""The plant's energy: what meters count, and power added up over time where no meter counts."""

import numpy as np

from twinviewer.model.frame import AssetStates, TagSnapshot
from twinviewer.model.quality import Quality
from twinviewer.scene.scene import Scene
from twinviewer.states.evaluator import factors, first_tag


class EnergyMeter:
    """All assets' energy in kWh since the beginning; `power_kw` is the newest sum of all usable meters of power."""

    def __init__(self, scene: Scene) -> None:
        rows = first_tag(scene, "energy")
        self.metered = rows >= 0
        self._rows = rows[self.metered]
        self._factor = factors(scene, rows, "kWh")[self.metered]
        self._last = np.full(len(self._rows), np.nan)
        self.first = self._last
        self.total_kwh = 0.0
        self.power_kw = float("nan")
        self.meters = 0

    def update(self, tags: TagSnapshot, states: AssetStates, step_s: float) -> None:
        """Take in one evaluated snapshot, `step_s` after the one before; a counter that goes back counts anew."""
        usable = (states.power_quality < Quality.STALE) & np.isfinite(states.power_kw)
        power = states.power_kw[usable]
        self.meters = len(power)
        self.power_kw = float(power.sum()) if len(power) else float("nan")
        self.total_kwh += float(states.power_kw[usable & ~self.metered].sum()) * step_s / 3600
        if not len(self._rows) or tags.quality is None:
            return
        value = np.where(tags.quality[self._rows] < Quality.STALE, tags.value[self._rows], np.nan)
        step = np.where(value >= self._last, value - self._last, value)
        self.total_kwh += float(np.nansum(np.where(np.isfinite(self._last), step, 0.0) * self._factor))
        self._last = np.where(np.isfinite(value), value, self._last)
        self.first = np.where(np.isfinite(self.first), self.first, value)
