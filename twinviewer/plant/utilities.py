"""Compressed air, process water and cooling: utilities share a load, so that one that stands burdens the others."""

from collections.abc import Sequence

import numpy as np

from twinviewer.model.asset import Asset
from twinviewer.plant.spec import PlantScene, kind_of

_LEVEL_SETPOINT, _LEVEL_PER_S = 58.0, 0.03  # %, % per second at the flow of one pump


class Utilities:
    """Load of every utility as `load` (n_assets; 0 to 1 across its normal band, beyond when strained; NaN elsewhere).

    `air` is the header pressure as share of its normal value; `level` the level of every tank in % (NaN elsewhere).
    """

    def __init__(self, scene: PlantScene) -> None:
        n = len(scene.assets)
        self.load = np.full(n, np.nan)
        self.level = np.full(n, np.nan)
        self.air = 1.0
        self._heat = 0.5
        rows = {kind: _rows(scene.assets, kind) for kind in ("compressor", "chiller", "pump", "tank")}
        self._compressors, self._chillers = rows["compressor"], rows["chiller"]
        self._tanks, self._pumps = rows["tank"], rows["pump"]
        self.level[self._tanks] = _LEVEL_SETPOINT
        self._feeds = np.zeros((len(self._tanks), len(self._pumps)))
        place = {row: k for k, row in enumerate(self._tanks)}
        for k, pump in enumerate(self._pumps):
            tank = _tank_of(scene, int(pump), self._tanks)
            if tank is not None:
                self._feeds[place[tank], k] = 1.0

    def advance(
        self, seconds: float, running: np.ndarray, activity: float, wander: np.ndarray, leak: np.ndarray
    ) -> None:
        """Let `seconds` pass. `activity` (0 to 1) is how busy the lines are, `wander` (n_assets, -1 to 1) how each
        asset's demand drifts, `leak` (n_assets) the share of its air or water that an asset still holds."""
        self._air(seconds, running, activity, wander, leak)
        self._water(seconds, running, wander, leak)
        self._heat += (0.2 + 0.6 * activity - self._heat) * -np.expm1(-seconds / 300)
        self.load[self._chillers] = self._heat + 0.12 * wander[self._chillers]

    def _air(self, seconds: float, running: np.ndarray, activity: float, wander: np.ndarray, leak: np.ndarray) -> None:
        rows = self._compressors
        if not len(rows):
            return
        demand = 0.35 + 0.33 * activity + 0.03 * wander[rows[0]] + 0.5 * float(np.mean(1 - leak[rows]))
        working = int(running[rows].sum())
        each = demand * len(rows) / working if working else 0.0
        held = min(1.0, 1.03 / each) if working else 0.0
        self.air += (held - self.air) * -np.expm1(-seconds / 150)
        self.load[rows] = (min(each, 1.05) - 0.48) / 0.36 + 0.04 * wander[rows]

    def _water(self, seconds: float, running: np.ndarray, wander: np.ndarray, leak: np.ndarray) -> None:
        if len(self._pumps):
            level_there = np.where(
                self._feeds.any(axis=0),
                (self._feeds * self.level[self._tanks][:, None]).sum(axis=0) if len(self._tanks) else 0.0,
                _LEVEL_SETPOINT,
            )
            self.load[self._pumps] = np.clip(
                0.5 + (_LEVEL_SETPOINT - level_there) / 70 + 0.06 * wander[self._pumps], -0.2, 1.3
            )
        if len(self._tanks):
            flow = (0.6 + 0.8 * self.load[self._pumps]) * running[self._pumps] * leak[self._pumps]
            wanted = self._feeds.sum(axis=1) * (1.0 + 0.5 * wander[self._tanks])
            balance = self._feeds @ flow - wanted if len(self._pumps) else np.zeros(len(self._tanks))
            free = self._feeds.sum(axis=1) == 0
            drift = np.where(free, (_LEVEL_SETPOINT + 12 * wander[self._tanks] - self.level[self._tanks]) / 900, 0.0)
            now = self.level[self._tanks] + seconds * (_LEVEL_PER_S * balance + drift)
            self.level[self._tanks] = np.clip(now, 0.0, 100.0)


def _rows(assets: Sequence[Asset], kind: str) -> np.ndarray:
    return np.array([a.index for a in assets if kind_of(a) == kind], dtype=np.intp)


def _tank_of(scene: PlantScene, pump: int, tanks: np.ndarray) -> int | None:
    """The tank that a pump fills: the next one down the flow, else the one of the same number at the same place."""
    row = {a.asset_id: a.index for a in scene.assets}
    follower: dict[int, int] = {}
    for up, down in scene.flow:
        if up in row and down in row:
            follower.setdefault(row[up], row[down])
    at, seen = pump, {pump}
    while at in follower and follower[at] not in seen:
        at = follower[at]
        seen.add(at)
        if at in tanks:
            return at
    if pump in follower or any(pump == d for d in follower.values()):
        return None
    path = scene.assets[pump].path
    here = [int(t) for t in tanks if scene.assets[t].path == path]
    beside = [a.index for a in scene.assets if kind_of(a) == "pump" and a.path == path]
    return here[beside.index(pump) % len(here)] if here else None
