"""The alarm conditions of a scene as columns: limits of tags, faults of machines, lost signals."""

from dataclasses import dataclass

import numpy as np

from twinviewer.scene.scene import Scene

SIGNAL_DELAY_S = 2.0  # a lost signal must stay lost this long, so that a hiccup is no alarm
FAULT_PRIORITY, BEYOND_PRIORITY, LIMIT_PRIORITY, SIGNAL_PRIORITY = 1, 2, 3, 3


@dataclass(frozen=True, slots=True)
class Condition:
    """What a row of the condition arrays means."""

    key: str
    asset: int
    tag: int
    kind: str  # "low_low", "low", "high", "high_high", "fault", "signal"
    priority: int
    threshold: float = float("nan")


class Conditions:
    """All alarm conditions of a scene as columns: limits first, then faults, then lost signals."""

    def __init__(self, scene: Scene) -> None:
        self.rows: list[Condition] = []
        sign: list[float] = []
        hysteresis: list[float] = []
        delay: list[float] = []
        index = {a.asset_id: a.index for a in scene.assets}
        for tag in scene.tags:
            asset = index.get(tag.asset_id, -1)
            for kind, direction in (("low_low", -1.0), ("low", -1.0), ("high", 1.0), ("high_high", 1.0)):
                threshold = getattr(tag.limits, kind)
                if threshold is None or asset < 0:
                    continue
                beyond = BEYOND_PRIORITY if kind in ("low_low", "high_high") else LIMIT_PRIORITY
                self.rows.append(Condition(f"{tag.name}:{kind}", asset, tag.index, kind, beyond, threshold))
                sign.append(direction)
                hysteresis.append(tag.limits.hysteresis)
                delay.append(tag.limits.delay_s)
        self.n_limits = len(self.rows)
        self._stateful(scene)
        self._signals(scene)
        self.tag = np.array([c.tag for c in self.rows], np.int64)
        self.asset = np.array([c.asset for c in self.rows], np.int64)
        limits = self.rows[: self.n_limits]
        self.sign = np.array(sign)
        self.bound = np.array([c.threshold for c in limits]) * self.sign
        self.hysteresis = np.array(hysteresis)
        self.delay_ns = (np.array(delay + [0.0] * self.n_faults + [SIGNAL_DELAY_S] * self.n_signals) * 1e9).astype(
            np.int64
        )
        # a start-up must not alarm: vibration counts only while the machine runs, where its state is known
        self.gated = np.array([scene.tags[c.tag].role == "vibration" for c in limits], bool)

    def _stateful(self, scene: Scene) -> None:
        for asset in scene.assets:
            tag = next((t for t in asset.tags if scene.tags[t].role == "state"), None)
            if tag is not None:
                self.rows.append(Condition(f"{asset.asset_id}:fault", asset.index, tag, "fault", FAULT_PRIORITY))
        self.n_faults = len(self.rows) - self.n_limits

    def _signals(self, scene: Scene) -> None:
        """One condition per asset, whichever of its tags is bad: a dead device is one alarm, not eight."""
        for asset in scene.assets:
            if asset.tags:
                key = f"{asset.asset_id}:signal"
                self.rows.append(Condition(key, asset.index, asset.tags[0], "signal", SIGNAL_PRIORITY))
        self.n_signals = len(self.rows) - self.n_limits - self.n_faults
        owner = {t: a.index for a in scene.assets for t in a.tags}
        self.tag_asset = np.array([owner.get(t, -1) for t in range(len(scene.tags))], np.int64)
