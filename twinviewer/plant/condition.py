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

    def __init__(
        self, asset_ids: tuple[str, ...], seed: int, turning: np.ndarray | None = None, bearing_life_h: float = np.inf
    ) -> None:
        """`turning` (bool) are the assets whose bearings wear out by themselves after Weibull lives (shape 2.5) of
        about `bearing_life_h` running hours, the last tenth to quarter of which shows."""
        draws = [stream(seed, name, "condition") for name in asset_ids]
        n = len(draws)
        self._draws = draws
        self._life_h = bearing_life_h
        self._turning = np.zeros(n, dtype=bool) if turning is None else turning
        self.wear = np.array([d.uniform(0.02, 0.45) for d in draws])
        self.lubrication = np.array([d.uniform(48, 96) for d in draws])
        self.hours = np.array([round(d.uniform(1200, 19000), 1) for d in draws])
        self.damage = np.zeros(n)
        self.power_factor = np.ones(n)
        self.heat_c = np.zeros(n)
        self.pressure_left = np.ones(n)
        self._damage_per_h = np.zeros(n)
        self._warning_h = np.full(n, 8.0)
        self._shows_h = np.full(n, np.inf)  # running hours at which the bearing's wear begins to show
        for row in np.flatnonzero(self._turning):
            self._draw_life(int(row), draws[row].random())

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
        for row in np.flatnonzero((self.hours >= self._shows_h) & (self.damage <= 0)):
            self.start_bearing(int(row), self._warning_h[row])
        self.damage += hours * self._damage_per_h
        drained = hours * (0.03 + 60 * self._damage_per_h * (self.damage > 0.1))
        self.lubrication = np.maximum(2.0, self.lubrication - drained)
        return np.flatnonzero((before < SEIZES_AT) & (self.damage >= SEIZES_AT))

    def renew(self, row: int) -> None:
        """After maintenance: a new bearing, fresh grease, hardly any wear, no lasting fault."""
        self.wear[row], self.damage[row], self._damage_per_h[row], self.lubrication[row] = 0.03, 0.0, 0.0, 98.0
        self.ease(row)
        if self._turning[row]:
            self._draw_life(row, 0.0)

    def _draw_life(self, row: int, lived: float) -> None:
        """A new bearing of which the share `lived` is over already."""
        if self._life_h < np.inf:
            draw = self._draws[row]
            life = max(2.0, draw.weibullvariate(1.13 * self._life_h, 2.5)) * (1 - lived)
            self._warning_h[row] = min(life, self._life_h * draw.uniform(0.1, 0.25))
            self._shows_h[row] = self.hours[row] + life - self._warning_h[row]

    def ease(self, row: int) -> None:
        """End what lasting faults do to an asset."""
        self.power_factor[row], self.heat_c[row], self.pressure_left[row] = 1.0, 0.0, 1.0
