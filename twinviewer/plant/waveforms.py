"""What acceleration sensors record: short waveforms of a turning shaft and, as its bearing wears, of a struck race."""

import math
from dataclasses import dataclass

import numpy as np

from twinviewer.model.asset import Asset, Tag
from twinviewer.model.bearing import Bearing, of_geometry
from twinviewer.model.units import factor
from twinviewer.plant.condition import Condition, severity
from twinviewer.plant.spec import PlantScene, stream

COUNT = 4096
EVERY_S = 20.0  # plant time between two recordings of a sensor
_SAMPLING_HZ = 10_240.0  # where the scene does not say it
_USUAL = of_geometry(8, 24.0, 102.5)  # where the scene does not say which bearing it is (as of an SKF 6313)
_RPM = 1480.0
_SOUND = 1.6  # m/s² RMS of a sound machine at half load and full speed
_SHARES = (0.5, 0.3, 0.8)  # of that: once a turn, twice a turn, noise (their squares make about 1)
_ZONE_D = 12.0  # m/s² RMS of the rings when vibration is at zone D
_LEAD = 0.15  # acceleration shows damage that much earlier than velocity
_DECAY = 700.0  # 1/s
_RINGS = 0.3  # of the sampling rate
_SLIP, _SPREAD = 0.01, 0.15  # of the time and of the strength of a strike
_STILL = 0.02  # m/s² RMS of a machine that stands


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a waveform stands on: the number of the recording; how much the asset moves (0 to 1), its load (0 to 1), the
    speed of its shaft and the damage of its bearing at that moment."""

    number: int
    drive: float
    load: float
    rpm: float
    damage: float


@dataclass(frozen=True, slots=True)
class _Sensor:
    tag: Tag
    asset: int
    bearing: Bearing
    speed: int  # row of the tag that tells the speed of the shaft, -1 without one
    to_rpm: float
    phase: tuple[float, float]


class Waveforms:
    """The sensors of a scene; `rows` are their tags. A waveform is made when somebody asks for it."""

    def __init__(self, scene: PlantScene, seed: int, every_s: float = EVERY_S) -> None:
        self._seed, self._every_s = seed, every_s
        self._sensors = {
            row: _sensor(scene.tags[row], asset, scene.tags, seed)
            for asset in scene.assets
            for row in asset.tags
            if scene.tags[row].role == "waveform"
        }
        self.rows = tuple(self._sensors)
        self._last: dict[int, Recorded] = {}
        self._fresh: set[int] = set()

    def sense(self, now_s: float, value: np.ndarray, drive: np.ndarray, load: np.ndarray, condition: Condition) -> None:
        """At each tick: begin a recording where one is due. `value` (n_tags) tells speeds, the rest has a row per
        asset."""
        number = math.floor(now_s / self._every_s)
        for row, sensor in self._sensors.items():
            if row in self._last and self._last[row].number == number:
                continue
            a = sensor.asset
            rpm = sensor.to_rpm * (float(value[sensor.speed]) if sensor.speed >= 0 else float(drive[a]))
            told = (float(drive[a]), float(load[a]), rpm, float(condition.damage[a]))
            self._last[row] = Recorded(number, *told)
            self._fresh.add(row)

    def take(self) -> list[int]:
        """The rows with a recording that nobody has taken yet."""
        fresh, self._fresh = sorted(self._fresh), set()
        return fresh

    def values(self, row: int) -> np.ndarray:
        """The newest recording of a sensor, float32 (COUNT,) in the unit of its tag."""
        return waveform(self._sensors[row], self._last[row], self._seed)


def waveform(sensor: _Sensor, recorded: Recorded, seed: int) -> np.ndarray:
    """A pure function of seed, sensor and recording."""
    draw = np.random.default_rng([seed, sensor.tag.index, recorded.number + 2**31])
    rate = sensor.tag.sampling_hz or _SAMPLING_HZ
    time = np.arange(COUNT) / rate
    turn = 2 * np.pi * recorded.rpm / 60 * time
    once, twice, noise = _SHARES
    moved = math.sqrt(2) * (once * np.sin(turn + sensor.phase[0]) + twice * np.sin(2 * turn + sensor.phase[1]))
    moved += noise * draw.standard_normal(COUNT)
    level = _SOUND * (0.8 + 0.4 * min(max(recorded.load, 0.0), 1.2)) * recorded.drive
    x = level * moved + _STILL * draw.standard_normal(COUNT)
    if recorded.damage > 0 and recorded.rpm > 1:
        struck_hz = sensor.bearing.frequencies_hz(recorded.rpm)["BPFO"]
        worn = float(severity(recorded.damage + _LEAD))
        x += _ZONE_D * worn * recorded.drive * _rings(struck_hz, rate, draw)
    size = factor("m/s²", sensor.tag.unit) if sensor.tag.unit else 1.0
    return (x * (size if size == size else 1.0)).astype(np.float32)


def _rings(struck_hz: float, rate: float, draw: np.random.Generator) -> np.ndarray:
    """float64 (COUNT,), RMS about 1: a race that is struck `struck_hz` times a second rings each time and fades."""
    strikes = np.arange(-2, int(COUNT / rate * struck_hz) + 3, dtype=float) + draw.random()
    at = np.round((strikes + _SLIP * draw.standard_normal(len(strikes))) / struck_hz * rate).astype(np.int64)
    inside = (at >= 0) & (at < COUNT)
    train = np.zeros(COUNT)
    np.add.at(train, at[inside], 1 + _SPREAD * draw.standard_normal(int(inside.sum())))
    fades = np.arange(int(5 / _DECAY * rate)) / rate
    ring = np.exp(-_DECAY * fades) * np.sin(2 * np.pi * _RINGS * rate * fades)
    return np.convolve(train, ring)[:COUNT] * math.sqrt(4 * _DECAY / struck_hz)


def _sensor(tag: Tag, asset: Asset, tags: tuple[Tag, ...], seed: int) -> _Sensor:
    bearing = asset.bearing or _USUAL
    draw = stream(seed, tag.name, "waveform")
    phase = draw.uniform(0, 2 * math.pi), draw.uniform(0, 2 * math.pi)
    nominal = bearing.rpm or _RPM
    for row in asset.tags:
        speed = tags[row]
        if speed.role == "speed":
            to_rpm = nominal / 100 if speed.unit == "%" else factor(speed.unit, "rpm")
            if speed.unit and to_rpm == to_rpm:
                return _Sensor(tag, asset.index, bearing, row, to_rpm, phase)
    return _Sensor(tag, asset.index, bearing, -1, nominal, phase)
