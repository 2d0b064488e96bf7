"""A small plant as pure data: a scene, frames and a session for panels to be run on their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from twinviewer.model.alarm import Alarm, AlarmState
from twinviewer.model.asset import Asset, Limits, NodeAddress, Tag
from twinviewer.model.connection import Connection, Link
from twinviewer.model.frame import AssetStates, Frame, Kpi, TagSnapshot
from twinviewer.model.quality import Quality
from twinviewer.model.state import State, Zone

NS = 1_000_000_000
NOW = 1_795_243_337 * NS  # 2026-11-21 06:42:17 UTC
BOUNDS = (1.4, 2.8, 4.5)

_ASSETS = """
CV-101 conveyor Line_A running 1.4
CNC-102 cnc Line_A running 22.2 2.1
CNC-103 cnc Line_A setup 6.1 0.9
CV-104 conveyor Line_A blocked 0.3
ROB-105 robot Line_A starved 1.9 0.4
CV-106 conveyor Line_A running 1.3
WSH-107 washer Line_A running 32.8 1.1
INS-109 vision Line_A running 1.3
PAL-111 palletiser Line_A running 4.3 1.0
CV-201 conveyor Line_B running 1.4
PRS-202 press Line_B running 64.1 2.4
PRS-204 press Line_B idle 14.6 0.8
CV-205 conveyor Line_B blocked 0.3
ROB-206 robot Line_B fault 2.1 0.5
OVN-207 oven Line_B running 133.4 0.7
WLD-209 welder Line_B idle 7.8 0.6
PKG-211 packaging Line_B starved 1.6 0.7
TNK-301 tank Utilities running 1.5
PMP-311 pump Utilities running 6.9 1.2
PMP-312 pump Utilities running 6.1 3.9
PMP-314 pump Utilities unknown 0.1 1.0
CMP-321 compressor Utilities running 72.5 8.3
CMP-322 compressor Utilities maintenance 1.6 0.3
CHL-331 chiller Utilities running 96.7 1.3
"""
LABELS = {
    "conveyor": "Belt conveyor",
    "cnc": "CNC centre",
    "robot": "6-axis robot",
    "washer": "Parts washer",
    "vision": "Vision inspection",
    "palletiser": "Palletiser",
    "press": "Hydraulic press",
    "oven": "Curing oven",
    "welder": "Laser welding",
    "packaging": "Packaging",
    "tank": "Process tank",
    "pump": "Centrifugal pump",
    "compressor": "Screw compressor",
    "chiller": "Chiller",
}
_TAGS: tuple[tuple[str, str, str, tuple[float, float] | None, tuple[float, float] | None, Limits], ...] = (
    ("State", "state", "", None, None, Limits()),
    ("Power", "power", "kW", (4.0, 9.0), (0, 20), Limits()),
    ("Vibration", "vibration", "mm/s", (0.4, 2.0), (0, 12), Limits(high=2.8, high_high=4.5)),
    ("Temperature", "temperature", "°C", (50.0, 72.0), (20, 110), Limits(high=85, high_high=95)),
    ("Current", "current", "A", (2.0, 12.0), (0, 20), Limits(high=14, high_high=17)),
    ("Product", "product", "", None, None, Limits()),
)
PER_ASSET = len(_TAGS)
_CODES = {
    str(i): s
    for i, s in enumerate(
        (
            State.OFFLINE,
            State.RUNNING,
            State.IDLE,
            State.SETUP,
            State.BLOCKED,
            State.STARVED,
            State.FAULT,
            State.MAINTENANCE,
        )
    )
}


def make_tags(asset_id: str, first: int) -> list[Tag]:
    """The six tags of one asset, beginning at row `first`."""
    return [
        Tag(
            first + i,
            f"{asset_id}.{key}",
            key,
            asset_id,
            NodeAddress("urn:test", f"s={asset_id}.{key}"),
            role,
            unit,
            limits,
            normal,
            span,
            30.0,
            _CODES if role == "state" else {},
            is_text=key == "Product",
        )
        for i, (key, role, unit, normal, span, limits) in enumerate(_TAGS)
    ]


def make_scene(copies: int = 0, per_line: int = 40) -> Any:
    """The named plant, or `copies` pumps in lines of `per_line`."""
    from twinviewer.scene.scene import EnergySettings, Scene

    assets: list[Asset] = []
    tags: list[Tag] = []
    if copies:
        rows = [
            (f"PMP-{i:05d}", "pump", (f"Area {i // (per_line * 10)}", f"Line {i // per_line}")) for i in range(copies)
        ]
    else:
        split = [line.split() for line in _ASSETS.split("\n") if line]
        areas = {"Line_A": "Machining", "Line_B": "Forming"}
        rows = [
            (a, t, ("Hall 2", areas[line], line.replace("_", " ")) if line in areas else ("Hall 2", line))
            for a, t, line, *_ in split
        ]
    for index, (asset_id, kind, path) in enumerate(rows):
        own = make_tags(asset_id, len(tags))
        tags += own
        assets.append(
            Asset(
                index,
                asset_id,
                asset_id,
                kind,
                path,
                tuple(t.index for t in own),
                (),
                LABELS[kind],
                BOUNDS,
                "group 2, rigid",
                20.0,
                station=path[-1].startswith("Line"),
            )
        )
    chain = [a.asset_id for a in assets if a.path[-1] == "Line B"]
    return Scene(
        path=Path("hall"),
        name="Assembly hall",
        key="fake",
        assets=tuple(assets),
        tags=tuple(tags),
        geometry=None,
        asset_of_node=np.empty(0, np.int32),
        flow=tuple(pairwise(chain)),
        namespaces={},
        energy=EnergySettings(),
        kpi_targets={},
        views=(),
        notes=(),
    )


def empty_scene() -> Any:
    """What a window holds before a scene is open."""
    from twinviewer.scene.scene import Scene

    return Scene(Path(), "", "", (), (), None, np.zeros(0, np.int32))


def make_states(scene: Any, now_ns: int = NOW) -> AssetStates:
    """States of the named plant as its table says; all running where the scene is another one."""
    n = len(scene.assets)
    split = {line.split()[0]: line.split() for line in _ASSETS.split("\n") if line}
    state = np.full(n, State.RUNNING, np.uint8)
    power = np.full(n, 5.0)
    vibration = np.full(n, 1.0)
    for asset in scene.assets:
        if asset.asset_id in split:
            words = split[asset.asset_id]
            state[asset.index] = State[words[3].upper()]
            power[asset.index] = float(words[4])
            vibration[asset.index] = float(words[5]) if len(words) > 5 else np.nan
    unknown = state == State.UNKNOWN
    zone = np.digitize(np.nan_to_num(vibration), BOUNDS) + 1
    return AssetStates(
        state=state,
        since_ns=np.full(n, now_ns - 252 * NS, np.int64),
        quality=np.where(unknown, Quality.BAD, Quality.GOOD).astype(np.uint8),
        age_s=np.where(unknown, 129.0, 0.4),
        vibration_mm_s=vibration,
        vibration_quality=np.where(np.isfinite(vibration), np.where(unknown, 3, 0), 4).astype(np.uint8),
        zone=np.where(np.isfinite(vibration) & ~unknown, zone, Zone.NONE).astype(np.uint8),
        power_kw=power,
        power_quality=np.where(unknown, Quality.STALE, Quality.GOOD).astype(np.uint8),
        priority=np.zeros(n, np.uint8),
        unacknowledged=np.zeros(n, bool),
        monitored=np.ones(n, bool),
    )


def make_snapshot(scene: Any, states: AssetStates, now_ns: int = NOW) -> TagSnapshot:
    """A tag table that fits the states."""
    n = len(scene.tags)
    value = np.full(n, np.nan)
    codes = {s: int(k) for k, s in _CODES.items()}
    code = [float(codes.get(State(s), np.nan)) for s in states.state]
    value[0::PER_ASSET] = code
    value[1::PER_ASSET] = states.power_kw
    value[2::PER_ASSET] = states.vibration_mm_s
    value[3::PER_ASSET] = 64.0
    value[4::PER_ASSET] = np.where(states.state == State.FAULT, 18.9, 7.0)
    quality = np.repeat(states.quality, PER_ASSET)
    status = np.where(quality == Quality.BAD, np.uint32(0x808C0000), np.uint32(0))
    stamp = np.full(n, now_ns - int(0.4 * NS), np.int64)
    return TagSnapshot(
        value,
        status,
        stamp,
        stamp,
        stamp,
        {a.tags[5]: "Housing 4711" for a in scene.assets},
        quality,
        np.where(quality == Quality.BAD, 129.0, 0.4),
    )


def make_alarms(now_ns: int = NOW) -> tuple[Alarm, ...]:
    """Six alarms of all kinds."""
    rows: Sequence[tuple[str, str, int, str, AlarmState, int]] = (
        ("ROB-206", "Current", 1, "Servo axis 3 overcurrent, E-2207", AlarmState.UNACKNOWLEDGED, 252),
        ("CMP-321", "Vibration", 2, "Vibration zone D, 8.3 mm/s", AlarmState.UNACKNOWLEDGED, 637),
        ("PMP-312", "Vibration", 2, "Vibration zone C, 3.9 mm/s", AlarmState.ACKNOWLEDGED, 1095),
        ("CV-205", "State", 3, "Queue full, blocked by ROB-206", AlarmState.UNACKNOWLEDGED, 97),
        ("PMP-314", "Temperature", 3, "Signal lost, bad quality", AlarmState.ACKNOWLEDGED, 129),
        ("CV-104", "State", 4, "Photo-eye blocked", AlarmState.SHELVED, 1762),
        ("PRS-202", "Temperature", 3, "Oil temperature above 85 °C", AlarmState.RETURNED_UNACKNOWLEDGED, 900),
    )
    return tuple(
        Alarm(
            f"{asset}.{tag}:high",
            asset,
            f"{asset}.{tag}",
            priority,
            message,
            state,
            state is not AlarmState.RETURNED_UNACKNOWLEDGED,
            now_ns - age * NS,
            now_ns - age * NS,
            until_ns=now_ns + 1680 * NS if state is AlarmState.SHELVED else 0,
            reason="cleaning" if state is AlarmState.SHELVED else "",
        )
        for asset, tag, priority, message, state, age in rows
    )


def make_kpis(now_ns: int = NOW) -> tuple[Kpi, ...]:
    """Six tiles."""
    noise = np.random.default_rng(2)
    times = now_ns - np.arange(60)[::-1].astype(np.int64) * 60 * NS

    def kpi(
        key: str, label: str, value: float, unit: str, spread: float, target: float | None, priority: int = 0
    ) -> Kpi:
        series = value + np.linspace(spread * 2, 0, 60) + noise.normal(0, spread, 60)
        return Kpi(
            key, label, value, unit, f"how {label} is made", {"part": 1.5}, (times, series), priority, target, ""
        )

    return (
        kpi("oee", "OEE, shift", 71.4, "%", 1.2, 78.0, 3),
        kpi("rate.a", "Line A rate", 412, "parts/h", 6, 420.0),
        kpi("rate.b", "Line B rate", 188, "parts/h", 12, 245.0, 1),
        kpi("power", "Power", 612, "kW", 9, 640.0),
        kpi("vibration", "Worst vibration · CMP-321", 8.3, "mm/s", 0.3, None, 2),
        kpi("alarms", "Alarms in 10 min (limit 10)", 6, "", 0.7, 10.0),
    )


def with_alarms(scene: Any, states: AssetStates, alarms: Sequence[Alarm]) -> AssetStates:
    """The states with priority and acknowledgement of these alarms."""
    priority, unacknowledged = states.priority.copy(), states.unacknowledged.copy()
    row = {a.asset_id: a.index for a in scene.assets}
    for alarm in alarms:
        if alarm.asset_id in row and alarm.active and alarm.state is not AlarmState.SHELVED:
            i = row[alarm.asset_id]
            priority[i] = alarm.priority if not priority[i] else min(priority[i], alarm.priority)
            unacknowledged[i] |= alarm.state is AlarmState.UNACKNOWLEDGED
    return replace(states, priority=priority, unacknowledged=unacknowledged)


def make_frame(scene: Any, now_ns: int = NOW, alarms: Sequence[Alarm] | None = None, **states: np.ndarray) -> Frame:
    """One frame of a scene; keyword arguments replace columns of the states."""
    chosen = tuple(make_alarms(now_ns)) if alarms is None else tuple(alarms)
    own = replace(make_states(scene, now_ns), **states)
    own = with_alarms(scene, own, chosen)
    return Frame(
        now_ns,
        "live",
        Connection(Link.CONNECTED, since_ns=now_ns - 3600 * NS, url="opc.tcp://127.0.0.1:4840"),
        make_snapshot(scene, own, now_ns),
        own,
        chosen,
        make_kpis(now_ns),
        flood=False,
        alarms_10_min=6,
    )


@dataclass
class FakeSource:
    """Keeps the commands it is given."""

    name: str = "live"
    commands: list[tuple[str, dict[str, object]]] = field(default_factory=list)

    def poll(self, now_ns: int) -> Any:
        """Frames come from the test."""
        raise AssertionError("not polled")

    def command(self, name: str, **arguments: object) -> None:
        """Keep it."""
        self.commands.append((name, arguments))

    def close(self) -> None:
        """Nothing."""


def make_session(scene: Any | None = None, past_s: int = 3600) -> Any:
    """A session whose frames come from the test; `past_s` seconds of trend are there already."""
    from twinviewer.session import Session

    scene = scene or make_scene()
    session = Session(scene, FakeSource())
    if past_s:
        fill_past(session, past_s)
    return session


def fill_past(session: Any, past_s: int) -> None:
    """Let the session see an hour in which ROB-206's current rises and its line stops."""
    scene = session.scene
    noise = np.random.default_rng(1)
    rob = scene.asset("ROB-206").index if any(a.asset_id == "ROB-206" for a in scene.assets) else 0
    final = make_states(scene)
    for back in range(past_s, 0, -10):
        now = NOW - back * NS
        before = back > 252
        state = np.where(before & (final.state != State.UNKNOWN), np.uint8(State.RUNNING), final.state).astype(np.uint8)
        if 2000 < back < 2600:
            state[rob] = State.SETUP
        elif 900 < back < 1100:
            state[rob] = State.BLOCKED
        states = replace(final, state=state, since_ns=np.full(len(scene.assets), now, np.int64))
        tags = make_snapshot(scene, states, now)
        tags.value[3::PER_ASSET] += noise.normal(0, 1.5, len(scene.assets))
        tags.value[4::PER_ASSET] += noise.normal(0, 0.6, len(scene.assets))
        if 252 < back < 500:
            tags.value[4 + rob * PER_ASSET] += (500 - back) / 40
        frame = Frame(
            now,
            "live",
            Connection(Link.CONNECTED),
            tags,
            states,
            tuple(a for a in make_alarms() if a.since_ns <= now),
        )
        session.trends.add(now, tags)
        session.journal.add(frame)


def show(session: Any, panel: Any, frame: Frame) -> None:
    """Give one frame to session and panel."""
    session.frame = frame
    session.journal.add(frame)
    panel.on_frame(frame)
