"""The tags as a control system offers them: states, counts, texts and positions beside the sensors' values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from twinviewer.model.asset import Tag
from twinviewer.model.quality import STATUS_GOOD
from twinviewer.model.state import State, codes_of
from twinviewer.plant.conveyors import Belt
from twinviewer.plant.movers import Mover
from twinviewer.plant.parts import Node
from twinviewer.plant.signals import unit_factor
from twinviewer.plant.spec import PlantScene
from twinviewer.plant.stations import Station
from twinviewer.plant.waveforms import COUNT

if TYPE_CHECKING:
    from twinviewer.plant.process import Process

_STANDARD = (
    State.OFFLINE, State.RUNNING, State.IDLE, State.SETUP, State.BLOCKED, State.STARVED, State.FAULT, State.MAINTENANCE
)  # fmt: skip


class Readings:
    """value float64, status uint32 (n_tags), text by tag row; `deadband` (n_tags) is the least change that counts."""

    def __init__(self, scene: PlantScene, process: Process) -> None:
        n = len(scene.tags)
        self.value = np.array([np.nan if is_text(t) or t.derived_from >= 0 else 0.0 for t in scene.tags])
        self.status = np.zeros(n, dtype=np.uint32)
        self.text: dict[int, str] = {}
        self.deadband = np.array([_deadband(t) for t in scene.tags]) if n else np.zeros(0)
        self._steps = 10.0 ** np.where(self.deadband > 0, np.ceil(-np.log10(np.maximum(self.deadband, 1e-6))) + 1, 3.0)
        self._raw_states = [_raw_states(t) for t in scene.tags]
        rows = {asset.asset_id: asset.index for asset in scene.assets}
        self._special: list[tuple[Tag, int]] = []
        self._moving: list[tuple[Tag, int]] = []
        self.setpoints = {t.index: t.asset_id for t in scene.tags if t.key == "SpeedSetpoint"}
        for tag in scene.tags:
            if tag.role.startswith(("position", "heading")):
                self._moving.append((tag, rows[tag.asset_id]))
            elif is_text(tag) or tag.role in _SPECIAL or tag.key in ("CycleTime", "Battery", "SpeedSetpoint"):
                self._special.append((tag, rows[tag.asset_id]))
        self._bad: Mapping[int, int] = {}
        self._products = process.settings.products

    def read(self, process: Process) -> None:
        """Take over what the sensors read, and states, counts and texts."""
        sensed = process.signals.told
        known = np.isfinite(sensed)
        self.value[known] = sensed[known]
        for tag, row in self._special:
            self._read_one(tag, process, row)

    def shown(self, rows: np.ndarray) -> np.ndarray:
        """Values of some tags as a transmitter shows them: a few digits, some ten steps within the deadband."""
        return np.round(self.value[rows] * self._steps[rows]) / self._steps[rows]

    def read_movers(self, movers: Sequence[Mover], now_s: float) -> None:
        """Positions and headings at `now_s`."""
        where: dict[int, Mover] = {}
        for mover in movers:
            mover.locate(now_s)
            where[mover.index] = mover
        for tag, row in self._moving:
            mover = where.get(row)
            if mover is not None:
                x, y, heading = mover.x_m, mover.y_m, mover.heading_deg
                self.value[tag.index] = {"position_x": x, "position_y": y, "heading_deg": heading}.get(tag.role, 0.0)

    def apply(self, bad: Mapping[int, int]) -> None:
        """Give tags whose sensor or controller has failed their bad status and take their value away."""
        if bad or self._bad:
            self.status[:] = STATUS_GOOD
            for row, status in bad.items():
                self.status[row], self.value[row] = status, np.nan
        self._bad = dict(bad)

    def _read_one(self, tag: Tag, process: Process, row: int) -> None:
        unit = process.units[row]
        if tag.role == "state":
            raw = self._raw_states[tag.index].get(int(process.state[row]), "")
            self._put(tag, raw)
        elif tag.role in ("product", "order"):
            part = process.lines.part_of(unit)
            if part is not None:
                self.text[tag.index] = self._products[part.product] if tag.role == "product" else f"ORD-{part.order}"
            else:
                self.text.setdefault(tag.index, "")
        elif tag.role == "fault_code":
            self.text[tag.index] = unit.fault or ("E-0900 outfeed jammed" if unit.jammed else "")
        elif tag.key == "SpeedSetpoint":
            self.value[tag.index] = round(nominal_speed(tag) * unit.setpoint, 3)
        elif tag.key == "Battery":
            self.value[tag.index] = getattr(unit, "battery", 100.0)
        elif tag.role == "waveform":
            self.text[tag.index] = f"{COUNT:,} values"
        elif tag.is_text:
            self.text.setdefault(tag.index, "")
        else:
            self.value[tag.index] = _count(tag, unit) if isinstance(unit, Node) else self.value[tag.index]

    def _put(self, tag: Tag, raw: str) -> None:
        if is_text(tag):
            self.text[tag.index] = raw
        elif raw:
            self.value[tag.index] = float(raw)


_SPECIAL = frozenset({"state", "count_good", "count_scrap", "queue", "order", "product", "fault_code"})


def is_text(tag: Tag) -> bool:
    """Whether a tag reads as text: it says so, its role does, or its raw states are words."""
    if tag.is_text or tag.role in ("order", "product", "fault_code", "waveform"):
        return True
    return tag.role == "state" and len(codes_of(tag.states)) < len(tag.states)


def nominal_speed(tag: Tag) -> float:
    """What a speed set-point reads at nominal speed: 100 %, or the middle of its normal band in its own unit."""
    if tag.unit in ("", "%") or tag.normal is None:
        return 100.0
    return (tag.normal[0] + tag.normal[1]) / 2 or 100.0


def _count(tag: Tag, node: Node) -> float:
    if tag.role == "count_good":
        return node.good
    if tag.role == "count_scrap":
        return node.scrap if isinstance(node, Station) else 0.0
    if tag.role == "queue":
        return node.waiting()
    if tag.key == "CycleTime" and isinstance(node, Station):
        return node.last_cycle_s
    return node.rhythm.pace_s if isinstance(node, Belt) else 0.0


def _raw_states(tag: Tag) -> dict[int, str]:
    """State -> the raw value that the tag's table gives it; the nearest where a state has no raw value of its own."""
    if tag.role != "state":
        return {}
    table = tag.states or {str(k): state for k, state in enumerate(_STANDARD)}
    raw: dict[int, str] = {}
    for text, state in table.items():
        raw.setdefault(int(state), text)
    for state, others in _NEAREST.items():
        for other in others:
            if state not in raw and other in raw:
                raw[int(state)] = raw[other]
    return raw


_NEAREST = {
    State.SETUP: (State.IDLE, State.MAINTENANCE), State.BLOCKED: (State.IDLE, State.RUNNING),
    State.STARVED: (State.IDLE, State.RUNNING), State.MAINTENANCE: (State.FAULT, State.OFFLINE),
    State.FAULT: (State.OFFLINE, State.IDLE), State.OFFLINE: (State.IDLE,), State.IDLE: (State.RUNNING,),
}  # fmt: skip


def _deadband(tag: Tag) -> float:
    if tag.role in _SPECIAL or tag.role.startswith(("position", "heading")) or is_text(tag):
        return 0.25 if tag.role == "heading_deg" else 0.005 if tag.role.startswith("position") else 0.0
    least = 0.01 / unit_factor(tag)
    if tag.role in ("energy", "hours"):
        return least
    if tag.normal is not None:
        return 0.012 * (tag.normal[1] - tag.normal[0])
    if tag.span is not None:
        return 0.002 * (tag.span[1] - tag.span[0])
    return least
