"""What the sensors read: power, heat, vibration and the rest, computed for all tags at once from states and wear."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from twinviewer.model.asset import Asset, Tag
from twinviewer.model.state import State
from twinviewer.model.units import factor
from twinviewer.plant.condition import Condition, severity
from twinviewer.plant.spec import PlantScene, kind_of, stream
from twinviewer.plant.utilities import Utilities

_BY_KEY = {
    "vibration": "vibration", "power": "power", "energy": "energy", "temperature": "temperature",
    "current": "current", "pressure": "pressure", "lubrication": "lubrication", "speed": "speed", "load": "load",
    "runninghours": "hours", "level": "load", "acceleration": "acceleration", "health": "health",
}  # fmt: skip
_BANDS: dict[str, tuple[float, float]] = {
    "vibration": (0.6, 1.8), "acceleration": (0.2, 0.6), "temperature": (35.0, 55.0), "current": (5.0, 15.0),
    "pressure": (4.5, 6.0), "speed": (90.0, 100.0), "load": (45.0, 80.0), "power": (4.0, 8.0),
}  # fmt: skip
_COMPUTED_IN = {"power": "kW", "vibration": "mm/s", "energy": "kWh"}  # whatever the tag's own unit is
_IDLE_POWER = {"conveyor": 0.22, "oven": 0.82, "washer": 0.65, "pump": 0.02, "agv": 0.6, "crane": 0.6, "rack": 0.5}
_COLD = frozenset({"chiller", "ahu"})
_KEEPS_HEAT = frozenset({"oven", "washer"})
_KEEPS_PRESSURE = frozenset({"press", "washer", "cnc", "machine"})
_WAITS = (State.IDLE, State.SETUP, State.BLOCKED, State.STARVED)
_TIME_CONSTANT_S = {"oven": 1500.0, "robot": 900.0, "pump": 400.0, "tank": 3600.0, "chiller": 500.0}
_PASSIVE = frozenset({"tank", "exchanger", "rack", "valve"})


def meaning_of(tag: Tag) -> str:
    """What a numeric tag measures: its role, else what its key says, else ""."""
    return tag.role or _BY_KEY.get(tag.key.lower(), "")


def unit_factor(tag: Tag) -> float:
    """What makes a value in the tag's own unit one in the unit that the plant computes in."""
    made = factor(tag.unit, _COMPUTED_IN.get(meaning_of(tag), tag.unit))
    return made if made == made else 1.0


def band_of(tag: Tag, asset: Asset) -> tuple[float, float]:
    """The band in which a tag usually lies, in the unit that the plant computes in: from the scene, else from its
    span, rated power or what it measures."""
    scale = unit_factor(tag)
    if tag.normal is not None:
        return tag.normal[0] * scale, tag.normal[1] * scale
    meaning = meaning_of(tag)
    if meaning == "power" and asset.rated_power_kw:
        return 0.4 * asset.rated_power_kw, 0.7 * asset.rated_power_kw
    if tag.span is not None:
        low, high = tag.span[0] * scale, tag.span[1] * scale
        return low + 0.4 * (high - low), low + 0.6 * (high - low)
    return _BANDS.get(meaning, (40.0, 60.0))


@dataclass(frozen=True, slots=True)
class Group:
    """Tags of one meaning: their rows, the rows of their assets, and their normal bands as low edge and width."""

    rows: np.ndarray
    assets: np.ndarray
    low: np.ndarray
    width: np.ndarray


class Drift:
    """A slow, bounded wander of each row between -1 and 1: a pure function of the seed and the time."""

    def __init__(self, names: Sequence[str], seed: int, fastest_s: float, slowest_s: float) -> None:
        draws = [stream(seed, name, "drift") for name in names]
        n = len(draws)
        ratio = slowest_s / fastest_s
        periods = [[fastest_s * ratio ** d.random() for d in draws] for _ in range(3)]
        self._omega = 2 * np.pi / np.array(periods).reshape(3, n)
        self._phase = np.array([[d.uniform(0, 2 * np.pi) for d in draws] for _ in range(3)]).reshape(3, n)

    def at(self, now_s: float) -> np.ndarray:
        """float64 (n,) at plant time `now_s`."""
        return np.array([0.5, 0.3, 0.2]) @ np.sin(self._omega * now_s + self._phase)


class Signals:
    """The physical tags of a scene. `value` (n_tags) is written by `update`; NaN for tags that are not physical.

    `told` is the same in the tags' own units. `drive` (n_assets) is how much of their full motion assets have (0 to 1).
    """

    def __init__(self, scene: PlantScene, seed: int, ambient_c: float) -> None:
        self._seed = seed
        self._ambient = ambient_c
        self.value = np.full(len(scene.tags), np.nan)
        self._own = 1.0 / np.array([unit_factor(t) for t in scene.tags])
        names = [a.asset_id for a in scene.assets]
        kinds = [kind_of(a) for a in scene.assets]
        self.demand = Drift(names, seed, 60.0, 1200.0)
        self._wander = Drift([t.name for t in scene.tags], seed, 900.0, 14400.0)
        self.drive = np.zeros(len(names))
        self._passive = np.array([k in _PASSIVE for k in kinds], dtype=bool)
        self._groups = _groups(scene)
        self._idle = _idle_levels(kinds)
        self._level_d = np.array([_zone_d(a, scene.tags) for a in scene.assets])
        self._heat_to_alarm = _heat_to_alarm(scene, self._groups.get("temperature"))
        self._tau = np.array([_TIME_CONSTANT_S.get(k, 600.0) for k in kinds])
        self._cold = np.array([k in _COLD for k in kinds], dtype=bool)
        self._keeps_pressure = np.array([k in _KEEPS_PRESSURE for k in kinds], dtype=bool)
        self._keeps_heat = np.array([k in _KEEPS_HEAT for k in kinds], dtype=bool)
        self._shared_air = np.array([k == "compressor" for k in kinds], dtype=bool)
        self._tanks = np.array([k == "tank" for k in kinds], dtype=bool)
        energy = self._groups.get("energy")
        if energy is not None:
            start = [stream(seed, scene.tags[r].name, "energy").uniform(2e3, 9e4) for r in energy.rows]
            self.value[energy.rows] = np.round(start, 2)

    @property
    def told(self) -> np.ndarray:
        """float64 (n_tags): what the sensors send, each in its tag's unit."""
        return self.value * self._own

    def update(
        self, now_s: float, seconds: float, state: np.ndarray, load: np.ndarray, speed: np.ndarray,
        condition: Condition, utilities: Utilities, carried: np.ndarray,
    ) -> None:  # fmt: skip
        """Bring all physical tags from `seconds` ago to `now_s`; with `seconds` 0 they settle where they belong.

        `state`, `load` (0 to 1 across the normal band), `speed` (share of nominal) and `carried` (share of what a
        crane may lift) have one row per asset.
        """
        settle = seconds <= 0
        running = (state == State.RUNNING) | (self._passive & (state != State.OFFLINE))
        self.drive += (running - self.drive) * (1.0 if settle else -np.expm1(-seconds / 2.0))
        self.drive[self.drive < 1e-3] = 0.0
        noise = np.random.default_rng([self._seed, round((now_s + 1e8) * 10)]).standard_normal(len(self.value))
        self._worn = severity(condition.damage)
        for meaning in ("power", "current"):
            self._electrical(meaning, state, load, speed, condition, noise)
        self._vibration(load, speed, condition, noise)
        self._temperature(seconds, settle, state, load, condition, noise)
        self._pressure(state, load, condition, utilities, noise)
        self._others(now_s, load, speed, condition, utilities, carried, noise)
        energy, power = self._groups.get("energy"), self._groups.get("power")
        if energy is not None and power is not None:
            kw = np.zeros(len(state))
            kw[power.assets] = self.value[power.rows]
            self.value[energy.rows] += kw[energy.assets] * seconds / 3600

    def _electrical(
        self,
        meaning: str,
        state: np.ndarray,
        load: np.ndarray,
        speed: np.ndarray,
        condition: Condition,
        noise: np.ndarray,
    ) -> None:
        group = self._groups.get(meaning)
        if group is None:
            return
        a = group.assets
        on = (group.low + group.width * load[a]) * (0.4 + 0.6 * speed[a]) + 0.03 * group.width * noise[group.rows]
        on *= condition.power_factor[a] * (1 + 0.08 * self._worn[a] + 0.04 * condition.wear[a])
        off = group.low * self._idle[a, state[a]] * (1 + 0.01 * noise[group.rows])
        share = np.where(state[a] == State.RUNNING, 1.0, 0.0)
        self.value[group.rows] = np.maximum(0.0, share * on + (1 - share) * off)

    def _vibration(self, load: np.ndarray, speed: np.ndarray, condition: Condition, noise: np.ndarray) -> None:
        for meaning, lead, gain in (("vibration", 0.0, 1.0), ("acceleration", 0.15, 0.8)):
            group = self._groups.get(meaning)
            if group is None:
                continue
            a = group.assets
            sound = (group.low + group.width * np.clip(0.2 + 0.5 * load[a], 0, 1.2)) * (1 + 0.25 * condition.wear[a])
            top = self._level_d[a] * gain * 1.06
            worn = severity(np.where(condition.damage[a] > 0, condition.damage[a] + lead, 0.0))
            level = sound + np.maximum(top - sound, sound) * worn
            level *= np.sqrt(np.maximum(speed[a], 0.0)) * (1 + 0.03 * noise[group.rows])
            still = 0.04 * group.low * (1 + 0.2 * np.abs(noise[group.rows]))
            self.value[group.rows] = np.maximum(still, level * self.drive[a])

    def _temperature(
        self, seconds: float, settle: bool, state: np.ndarray, load: np.ndarray, condition: Condition, noise: np.ndarray
    ) -> None:
        group = self._groups.get("temperature")
        if group is None:
            return
        a = group.assets
        warm = group.low + group.width * np.clip(0.25 + 0.5 * load[a], 0.0, 1.3)
        hot = self._heat_to_alarm * 1.05 * severity(np.maximum(condition.damage[a] - 0.12, 0.0)) + condition.heat_c[a]
        waits = self._keeps_heat[a] & np.isin(state[a], _WAITS)
        works = (self.drive[a] > 0.5) | waits
        coldish = self._cold[a] | (group.low + group.width < self._ambient + 6)
        rest = np.where(coldish, self._ambient + 1.5, np.minimum(self._ambient + 1.5, group.low))
        target = np.where(works, warm + hot, rest)
        before = target if settle else self._last_temperature
        share = -np.expm1(-seconds / self._tau[a])
        self._last_temperature = before + (target - before) * share
        self.value[group.rows] = self._last_temperature + 0.004 * group.width * noise[group.rows]

    def _pressure(
        self, state: np.ndarray, load: np.ndarray, condition: Condition, utilities: Utilities, noise: np.ndarray
    ) -> None:
        group = self._groups.get("pressure")
        if group is None:
            return
        a = group.assets
        level = group.low + group.width * np.clip(0.3 + 0.4 * load[a], 0.1, 0.9)
        held = self._keeps_pressure[a] & np.isin(state[a], (*_WAITS, State.RUNNING))
        share = np.where(self._shared_air[a], utilities.air, np.where(held, 0.97, self.drive[a]))
        share = share * condition.pressure_left[a]
        self.value[group.rows] = np.maximum(
            0.0, level * share + 0.012 * group.width * noise[group.rows] * (share > 0.1)
        )

    def _others(
        self, now_s: float, load: np.ndarray, speed: np.ndarray, condition: Condition, utilities: Utilities,
        carried: np.ndarray, noise: np.ndarray,
    ) -> None:  # fmt: skip
        wander = self._wander.at(now_s)
        for meaning, group in self._groups.items():
            a, rows = group.assets, group.rows
            if meaning == "speed":
                turning = (group.low + group.width * np.clip(0.7 - 0.25 * load[a], 0, 1)) * self.drive[a] * speed[a]
                self.value[rows] = turning * (1 + 0.0015 * noise[rows])
            elif meaning == "load":
                value = (group.low + group.width * load[a]) * self.drive[a] + 0.01 * group.width * noise[rows]
                drifting = group.low + group.width * (0.5 + 0.45 * wander[rows])
                value = np.where(self._passive[a], drifting, np.maximum(0.0, value))
                value = np.where(self._tanks[a] & np.isfinite(utilities.level[a]), utilities.level[a], value)
                self.value[rows] = np.where(np.isfinite(carried[a]), 100 * carried[a], value)
            elif meaning == "lubrication":
                self.value[rows] = condition.lubrication[a]
            elif meaning == "hours":
                self.value[rows] = condition.hours[a]
            elif meaning == "health":
                self.value[rows] = 100 * np.clip(1 - 0.3 * condition.wear[a] - 0.7 * self._worn[a], 0, 1)
            elif meaning == "":
                self.value[rows] = group.low + group.width * (0.5 + 0.4 * wander[rows] + 0.01 * noise[rows])


_NOT_PHYSICAL = frozenset({
    "state", "count_good", "count_scrap", "queue", "order", "product", "fault_code",
    "position_x", "position_y", "position_z", "heading_deg", "waveform",
})  # fmt: skip
COUNTED_KEYS = frozenset({"CycleTime", "Battery", "SpeedSetpoint"})


def _groups(scene: PlantScene) -> dict[str, Group]:
    found: dict[str, list[Tag]] = {}
    for tag in scene.tags:
        meaning = meaning_of(tag)
        if tag.is_text or tag.derived_from >= 0 or meaning in _NOT_PHYSICAL or tag.key in COUNTED_KEYS:
            continue
        found.setdefault(meaning if meaning in _KNOWN else "", []).append(tag)
    row = {a.asset_id: a.index for a in scene.assets}
    groups: dict[str, Group] = {}
    for meaning, tags in found.items():
        assets = np.array([row[t.asset_id] for t in tags], dtype=np.intp)
        bands = np.array([band_of(t, scene.assets[row[t.asset_id]]) for t in tags])
        rows = np.array([t.index for t in tags], dtype=np.intp)
        groups[meaning] = Group(rows, assets, bands[:, 0], bands[:, 1] - bands[:, 0])
    return groups


_KNOWN = frozenset(_BY_KEY.values())


def _idle_levels(kinds: Sequence[str]) -> np.ndarray:
    """Power as a share of the lower edge of the normal band, by asset and state."""
    levels = np.zeros((len(kinds), len(State)))
    idle = np.array([_IDLE_POWER.get(k, 0.3) for k in kinds])
    for state in (State.IDLE, State.BLOCKED, State.STARVED):
        levels[:, state] = idle
    levels[:, State.SETUP] = 0.3 + 0.5 * idle
    levels[:, State.FAULT] = 0.07
    levels[:, State.MAINTENANCE] = 0.03
    levels[:, State.OFFLINE] = 0.01
    return levels


def _zone_d(asset: Asset, tags: Sequence[Tag]) -> float:
    """Vibration (mm/s) at which an asset stands in zone D, or at its highest limit."""
    if asset.vibration_limits is not None:
        return asset.vibration_limits[2]
    for row in asset.tags:
        limits = tags[row].limits
        if meaning_of(tags[row]) == "vibration" and (limits.high_high or limits.high):
            return float(limits.high_high or limits.high or 4.5) * unit_factor(tags[row])
    return 4.5


def _heat_to_alarm(scene: PlantScene, group: Group | None) -> np.ndarray:
    """Degrees from the middle of the normal band to the high limit, for each tag of the group."""
    if group is None:
        return np.zeros(0)
    middle = group.low + group.width / 2
    high = [scene.tags[r].limits.high for r in group.rows]
    return np.array([h - m if h is not None and h > m else 25.0 for h, m in zip(high, middle, strict=True)])
