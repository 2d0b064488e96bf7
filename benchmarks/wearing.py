"""An asset whose bearing wears, as recorded minutes, for benchmarks and tests: the truth is known."""

import numpy as np

from twinviewer.maintenance.recorded import Minutes
from twinviewer.model.asset import Asset, Limits, NodeAddress, Tag
from twinviewer.model.state import State

LIMITS = (1.4, 2.8, 4.5)
MINUTE_NS = 60_000_000_000
_SIGNALS = {
    "Temperature": ("temperature", 48.0, 6.0, 0.5),
    "Power": ("power", 60.0, 25.0, 1.0),
    "Current": ("current", 110.0, 45.0, 2.0),
    "Pressure": ("pressure", 6.0, 0.1, 0.05),
    "Lubrication": ("lubrication", 70.0, 0.0, 0.5),
}


def minutes_with_wear(
    days: float, left_days: float = 6.0, wears: bool = True, seed: int = 0, noise: float = 0.04
) -> tuple[Minutes, dict[str, Tag]]:
    """`days` of minutes up to now; vibration will pass zone C/D in `left_days`. It stands at night."""
    random = np.random.default_rng(seed)
    n = int(days * 1440)
    time = 1_760_000_000 * 10**9 + np.arange(n, dtype=np.int64) * MINUTE_NS
    hour = (np.arange(n) / 60) % 24
    on = (hour >= 5) & (hour < 23)
    load = np.where(on, 65 + 15 * np.sin(np.arange(n) / 700) + random.normal(0, 3, n), 0.0)
    life = days * 0.4 + left_days
    x = np.clip((np.arange(n) / 1440 - days * 0.6) / life, 0, None) if wears else np.zeros(n)
    climb = (LIMITS[2] - 1.0) * np.expm1(4 * x) / np.expm1(4)
    vibration = (1.0 + 0.003 * (load - 65) + climb) * (1 + noise * random.normal(0, 1, n))
    value = {"State": np.where(on, 1.0, 2.0), "Load": load, "Vibration": np.where(on, vibration, 0.05)}
    role = {"State": "state", "Load": "load", "Vibration": "vibration"}
    for key, (name, usual, by_load, spread) in _SIGNALS.items():
        value[key] = usual + by_load * (load - 65) / 65 + random.normal(0, spread, n)
        role[key] = name
    tags = {key: _tag(k, key, role[key]) for k, key in enumerate(value)}
    asset = Asset(0, "CMP-1", "Compressor", "compressor", ("Hall",), tuple(range(len(tags))), vibration_limits=LIMITS)
    return Minutes(asset, time, value, role, dict.fromkeys(value, 0.0), 60.0), tags


def _tag(index: int, key: str, role: str) -> Tag:
    states = {"1": State.RUNNING, "2": State.IDLE} if role == "state" else {}
    limits = Limits(high_high=85.0) if role == "temperature" else Limits()
    return Tag(index, f"CMP-1.{key}", key, "CMP-1", NodeAddress(), role, "", limits, states=states)
