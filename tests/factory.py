"""Small scenes and snapshots made of plain data, for tests that need no file and no server."""

import itertools
from pathlib import Path

import numpy as np

from twinviewer.model.asset import Asset, Limits, NodeAddress, Tag
from twinviewer.model.connection import Connection, Link
from twinviewer.model.frame import TagSnapshot
from twinviewer.model.state import State
from twinviewer.scene.scene import EnergySettings, Scene

NOW_NS = 1_800_000_000_000_000_000
SECOND_NS = 1_000_000_000
CONNECTED = Connection(Link.CONNECTED, url="opc.tcp://127.0.0.1:4840")
STATES = {
    "0": State.OFFLINE,
    "1": State.RUNNING,
    "2": State.IDLE,
    "3": State.SETUP,
    "4": State.BLOCKED,
    "5": State.STARVED,
    "6": State.FAULT,
    "7": State.MAINTENANCE,
}
VIBRATION_LIMITS = Limits(high=2.8, high_high=4.5, hysteresis=0.2, delay_s=5)
KEYS = ("State", "Vibration", "Power", "GoodCount", "CycleTime")


def make_tag(index: int, asset_id: str, key: str, **changes: object) -> Tag:
    """One tag of a standard key, with the role, unit and limits that go with it."""
    standard: dict[str, dict[str, object]] = {
        "State": {"role": "state", "states": STATES},
        "Vibration": {"role": "vibration", "unit": "mm/s", "limits": VIBRATION_LIMITS, "normal": (0.4, 2.0)},
        "Power": {"role": "power", "unit": "kW", "normal": (2.0, 8.0), "span": (0.0, 12.0)},
        "GoodCount": {"role": "count_good"},
        "CycleTime": {"role": "cycle_time", "unit": "s", "normal": (30.0, 36.0)},
    }
    values = {**standard.get(key, {}), **changes}
    address = NodeAddress("urn:test", f"s={asset_id}.{key}")
    return Tag(index, f"{asset_id}.{key}", key, asset_id, address, **values)  # type: ignore[arg-type]


def make_scene(n: int = 3, keys: tuple[str, ...] = KEYS, path: tuple[str, ...] = ("Hall", "Line A")) -> Scene:
    """`n` machines M-0, M-1, … in one line, each with the same tags."""
    tags: list[Tag] = []
    assets: list[Asset] = []
    for k in range(n):
        asset_id = f"M-{k}"
        first = len(tags)
        tags += [make_tag(first + i, asset_id, key) for i, key in enumerate(keys)]
        rows = tuple(range(first, len(tags)))
        assets.append(
            Asset(
                k,
                asset_id,
                asset_id,
                "machine",
                path,
                rows,
                vibration_limits=(1.4, 2.8, 4.5),
                rated_power_kw=10.0,
                station=True,
            )
        )
    return scene_of(assets, tags)


def scene_of(assets: list[Asset], tags: list[Tag]) -> Scene:
    """A scene without geometry, its assets feeding one another in order."""
    return Scene(
        path=Path("test"),
        name="Test",
        key="test",
        assets=tuple(assets),
        tags=tuple(tags),
        geometry=None,
        asset_of_node=np.zeros(0, np.int32),
        flow=tuple((a.asset_id, b.asset_id) for a, b in itertools.pairwise(assets)),
        namespaces={},
        energy=EnergySettings(),
        kpi_targets={},
        views=(),
        notes=(),
    )


def snapshot(scene: Scene, now_ns: int = NOW_NS, age_s: float = 0.5, **values: float) -> TagSnapshot:
    """Every tag good and `age_s` old; values by key for all assets ("State=1"), the rest a running machine's."""
    defaults = {"State": 1.0, "Vibration": 1.0, "Power": 5.0, "GoodCount": 0.0, "CycleTime": 33.0}
    chosen = {**defaults, **values}
    n = len(scene.tags)
    stamp = np.full(n, now_ns - int(age_s * SECOND_NS), np.int64)
    value = np.array([chosen.get(t.key, 0.0) for t in scene.tags], np.float64)
    return TagSnapshot(value, np.zeros(n, np.uint32), stamp.copy(), stamp.copy(), stamp.copy())
