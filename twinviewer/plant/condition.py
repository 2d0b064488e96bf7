"""How worn every asset is: wear, bearing damage, lubrication, running hours, and what lasting faults do to it."""

import numpy as np

from twinviewer.plant.spec import stream

SEIZES_AT = 1.1  # bearing damage at which the bearing seizes; 1 is where vibration reaches zone D
_GROWTH = 4.0  # steepness of the climb: slow at first, quick at the end, as bearings fail


def severity(damage: np.ndarray | float) -> np.ndarray:
    """Share of the way to zone D (0 to 1, beyond 1 after it) for bearing damage; grows exponentially."""
    x = np.clip(damage, 0.0, 1.4)
    return np.expm1(_GROWTH * x) / np.expm1(_GROWTH)


class Condition:
    """Arrays with one row per asset.

    wear 0 (new) to 1; damage of the bearing (0: sound, 1: zone D); lubrication %; hours running;
    power_factor, heat_c, pressure_left: what lasting faults do.
    """

    def __init__(self, asset_ids: tuple[str, ...], seed: int) -> None:
        draws = [stream(seed, name, "condition") for name in asset_ids]
        n = len(draws)
        self.wear = np.array([d.uniform(0.02, 0.45) for d in draws])
        self.lubrication = np.array([d.uniform(48, 96) for d in draws])
        self.hours = np.array([round(d.uniform(1200, 19000), 1) for d in draws])
        self.damage = np.zeros(n)
        self.power_factor = np.ones(n)
        self.heat_c = np.zeros(n)
        self.pressure_left = np.ones(n)
        self._damage_per_h = np.zeros(n)

    def start_bearing(self, row: int, hours: float, progress: float = 0.0) -> None:
        """Let a bearing wear out within `hours` of running, `progress` (0 to 1) of which is over."""
        self.damage[row] = max(self.damage[row], progress, 1e-6)
        self._damage_per_h[row] = 1.0 / hours

    def advance(self, seconds: float, running: np.ndarray) -> np.ndarray:
        """Let `seconds` pass with these assets running (bool); returns the rows whose bearing has seized now."""
        hours = np.where(running, seconds / 3600, 0.0)
        self.hours += hours
        self.wear = np.minimum(1.0, self.wear + hours / 6000)
        before = self.damage.copy()
        self.damage += hours * self._damage_per_h
        drained = hours * (0.03 + 60 * self._damage_per_h * (self.damage > 0.1))
        self.lubrication = np.maximum(2.0, self.lubrication - drained)
        return np.flatnonzero((before < SEIZES_AT) & (self.damage >= SEIZES_AT))

    def renew(self, row: int) -> None:
        """After maintenance: a new bearing, fresh grease, hardly any wear, no lasting fault."""
        self.wear[row], self.damage[row], self._damage_per_h[row], self.lubrication[row] = 0.03, 0.0, 0.0, 98.0
        self.ease(row)

    def ease(self, row: int) -> None:
        """End what lasting faults do to an asset."""
        self.power_factor[row], self.heat_c[row], self.pressure_left[row] = 1.0, 0.0, 1.0
