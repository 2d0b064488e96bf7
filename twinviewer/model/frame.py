"""What one tick shows: the newest samples, what they mean for every asset, alarms and indicators."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from twinviewer.model.alarm import Alarm
from twinviewer.model.connection import Connection


@dataclass(frozen=True, slots=True)
class TagSnapshot:
    """The tag table at one moment; all arrays have one row per tag and are the reader's own copies.

    value float64, status uint32, source_ns/server_ns/received_ns int64 (0: never), text maps a tag index to its
    text. `quality` uint8 (Quality, staleness included) and `age_s` float64 (inf: never had one) are filled by
    `states.evaluate`; None before.
    """

    value: np.ndarray
    status: np.ndarray
    source_ns: np.ndarray
    server_ns: np.ndarray
    received_ns: np.ndarray
    text: Mapping[int, str] = field(default_factory=dict)
    quality: np.ndarray | None = None
    age_s: np.ndarray | None = None


@dataclass(frozen=True, slots=True)
class AssetStates:
    """The state of every asset, one row per asset.

    state uint8 (State), since_ns int64 (0: unknown), quality uint8 (Quality: the worst of what decides the
    state), age_s float64 (of the state tag; inf: never), vibration_mm_s float64 (NaN: none), zone uint8 (Zone),
    power_kw float64 (NaN: none), priority uint8 (0: no active alarm, 1 worst … 4), unacknowledged bool,
    vibration_quality and power_quality uint8 (Quality; UNKNOWN where there is no such tag), monitored bool (has tags).
    """

    state: np.ndarray
    since_ns: np.ndarray
    quality: np.ndarray
    age_s: np.ndarray
    vibration_mm_s: np.ndarray
    vibration_quality: np.ndarray
    zone: np.ndarray
    power_kw: np.ndarray
    power_quality: np.ndarray
    priority: np.ndarray
    unacknowledged: np.ndarray
    monitored: np.ndarray


@dataclass(frozen=True, slots=True)
class Kpi:
    """One indicator as it stands. `series` holds its recent past as (time_ns int64 (k,), value float64 (k,))."""

    key: str
    label: str
    value: float
    unit: str
    formula: str = ""
    inputs: Mapping[str, float] = field(default_factory=dict)
    series: tuple[np.ndarray, np.ndarray] | None = None
    priority: int = 0
    target: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Frame:
    """All that view and panels need for one tick.

    `source` is "live", "replay", "simulation", "training" or "none"; anything but "live" wears the violet frame.
    `remarks` are words of the source at assets (their rows): they are shown as labels.
    """

    now_ns: int
    source: str
    connection: Connection
    tags: TagSnapshot
    assets: AssetStates
    alarms: tuple[Alarm, ...] = ()
    kpis: tuple[Kpi, ...] = ()
    flood: bool = False
    alarms_10_min: int = 0
    remarks: Mapping[int, str] = field(default_factory=dict)
