"""A line's indicators as a recording shows them, block of time by block of time."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from twinviewer.history.recording import Recording
from twinviewer.model.asset import Tag
from twinviewer.model.state import State
from twinviewer.scene.scene import Scene
from twinviewer.simulation import evidence
from twinviewer.simulation.flow_tables import last_stations
from twinviewer.simulation.line import Line

NS = 1_000_000_000
LEAST_COVERED = 0.9  # of a block that must have been recorded for it to count
HOLDING = (State.RUNNING, State.SETUP, State.BLOCKED, State.FAULT)  # states in which a machine has a part


@dataclass(frozen=True)
class Blocks:
    """Indicators of n blocks between `edges_ns` int64 (n + 1,): float64 (n,) each, by their names in results.

    Sums ("good", "scrap", "energy_kwh", "carbon_kg") are per hour.
    """

    edges_ns: np.ndarray
    kpis: dict[str, np.ndarray]


def blocks(line: Line, scene: Scene, recording: Recording, from_ns: int, to_ns: int, n: int) -> Blocks:
    """`n` blocks of equal length; NaN in those that were not recorded whole. Raises RecordingError."""
    edges = np.linspace(from_ns, to_ns, n + 1).astype(np.int64)
    hours = np.diff(edges) / (3600 * NS)
    last = [a for name in last_stations(line) for a in evidence.known_assets(line, scene, name)]
    every = [a for name in line.station for a in evidence.known_assets(line, scene, name)]
    good = _gains(recording, scene, last, "count_good", "GoodCount", edges) / hours
    scrap = _gains(recording, scene, every, "count_scrap", "ScrapCount", edges) / hours
    energy = _gains(recording, scene, every, "energy", "Energy", edges) / hours
    with np.errstate(divide="ignore", invalid="ignore"):
        per_part = np.where(good > 0, energy / good, np.nan)
    kpis = {
        "throughput_per_h": good,
        "good": good,
        "scrap": scrap,
        "energy_kwh": energy,
        "energy_per_part_kwh": per_part,
        "carbon_kg": energy * line.energy.carbon_kg_per_kwh,
        "wip": _waiting(line, scene, recording, edges) + _held(scene, recording, every, edges),
    }
    whole = _covered(recording, edges) >= LEAST_COVERED
    return Blocks(edges, {k: np.where(whole, v, np.nan) for k, v in kpis.items()})


def _covered(recording: Recording, edges: np.ndarray) -> np.ndarray:
    """Share of each block in which the recorder ran and the feed delivered."""
    share = np.zeros(len(edges) - 1)
    for s in recording.usable(int(edges[0]), int(edges[-1])):
        share += np.maximum(0, np.minimum(edges[1:], s.last_ns) - np.maximum(edges[:-1], s.first_ns))
    return share / np.diff(edges)


def _recorded(recording: Recording, scene: Scene, assets: Sequence[str], role: str, key: str) -> list[Tag]:
    tags = [evidence.tag_of(scene, a, role, key) for a in assets]
    return [t for t in tags if t is not None and recording.number_of_row[t.index] >= 0]


def _gains(
    recording: Recording, scene: Scene, assets: Sequence[str], role: str, key: str, edges: np.ndarray
) -> np.ndarray:
    """How much some counters went up in each block; NaN where there is no such counter."""
    tags = _recorded(recording, scene, assets, role, key)
    total = np.zeros(len(edges) - 1) if tags else np.full(len(edges) - 1, np.nan)
    for tag in tags:
        time_s, value = evidence.samples(recording, tag, int(edges[0]), int(edges[-1]))
        if len(value):
            step = np.diff(value, prepend=value[0])
            up = np.cumsum(np.where(step >= 0, step, value))
            at = np.searchsorted(time_s, edges / NS, "right") - 1
            total += np.diff(np.where(at >= 0, up[np.maximum(at, 0)], 0.0))
    return total


def _mean_of(time_s: np.ndarray, value: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Mean over time of a stepping signal in each block; zero before its first value."""
    if not len(value):
        return np.zeros(len(edges) - 1)
    area = np.append(0.0, np.cumsum(value[:-1] * np.diff(time_s)))
    at = edges / NS
    k = np.searchsorted(time_s, at, "right") - 1
    inside = np.maximum(k, 0)
    up_to = np.where(k >= 0, area[inside] + value[inside] * (at - time_s[inside]), 0.0)
    return np.diff(up_to) / np.diff(at)


def _waiting(line: Line, scene: Scene, recording: Recording, edges: np.ndarray) -> np.ndarray:
    """Mean number of parts on belts and in front of machines."""
    known = {a.asset_id for a in scene.assets}
    assets = [a for name in line.station for a in evidence.known_assets(line, scene, name)]
    assets += [b.asset for b in line.buffer.values() if b.asset is not None and b.asset in known]
    total = np.zeros(len(edges) - 1)
    for tag in _recorded(recording, scene, list(dict.fromkeys(assets)), "queue", "Queue"):
        total += _mean_of(*evidence.samples(recording, tag, int(edges[0]), int(edges[-1])), edges)
    return total


def _held(scene: Scene, recording: Recording, assets: Sequence[str], edges: np.ndarray) -> np.ndarray:
    """Mean number of parts on machines."""
    total = np.zeros(len(edges) - 1)
    for asset in assets:
        seen = evidence.intervals(recording, scene, asset, int(edges[0]), int(edges[-1]))
        total += _mean_of(seen.begin_s, np.isin(seen.state, HOLDING).astype(float), edges)
    return total
