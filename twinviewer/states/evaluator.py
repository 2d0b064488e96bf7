"""Evaluates a whole scene as arrays: the tag table in, the state of every asset out."""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from twinviewer.model.alarm import Alarm, AlarmState
from twinviewer.model.asset import Asset, Limits, Tag
from twinviewer.model.connection import Connection, Link
from twinviewer.model.frame import AssetStates, Frame, TagSnapshot
from twinviewer.model.quality import Quality, quality_of
from twinviewer.model.state import State, Zone, codes_of
from twinviewer.model.units import factor
from twinviewer.scene.scene import Scene
from twinviewer.states.explain import explain

ZONE_HYSTERESIS = 0.05  # a zone is left downwards only below 95 % of its lower boundary
RUNNING_SHARE = 0.05  # without a state tag, more than this share of the rated power counts as running
_USABLE_LINKS = (Link.CONNECTED, Link.DEGRADED)


def first_tag(scene: Scene, role: str) -> np.ndarray:
    """int64 (n_assets,): the row of the first tag with this role of each asset, -1 where there is none."""
    rows = np.full(len(scene.assets), -1, np.int64)
    for asset in scene.assets:
        for tag in asset.tags:
            if scene.tags[tag].role == role:
                rows[asset.index] = tag
                break
    return rows


def factors(scene: Scene, rows: np.ndarray, unit: str) -> np.ndarray:
    """float64 (n_assets,): what makes values of these tags ones in `unit`; NaN where a tag has quite another unit."""
    return np.array([factor(scene.tags[row].unit, unit) if row >= 0 else 1.0 for row in rows], np.float64)


class StateMap:
    """Turns raw values of state tags into states, tags with the same mapping together."""

    def __init__(self, tags: Sequence[Tag], tag_rows: np.ndarray) -> None:
        self._tags = tags
        self._text: list[tuple[int, int]] = []  # (asset, tag) whose raw value is text
        groups: dict[tuple[tuple[str, State], ...], list[tuple[int, int]]] = {}
        for asset, row in enumerate(tag_rows):
            if row < 0:
                continue
            tag = tags[row]
            if tag.is_text:
                self._text.append((asset, int(row)))
            else:
                groups.setdefault(tuple(sorted(tag.states.items())), []).append((asset, int(row)))
        self._groups = [
            (np.array([a for a, _ in pairs]), np.array([t for _, t in pairs]), *_lookup(dict(mapping)))
            for mapping, pairs in groups.items()
        ]

    def states(self, snapshot: TagSnapshot, n_assets: int) -> np.ndarray:
        """uint8 (n_assets,): the state each asset's tag names; UNKNOWN for a value that the scene does not name."""
        state = np.full(n_assets, State.UNKNOWN, np.uint8)
        for assets, rows, codes, meaning in self._groups:
            value = snapshot.value[rows]
            place = np.minimum(np.searchsorted(codes, value), len(codes) - 1)
            state[assets] = np.where(codes[place] == value, meaning[place], State.UNKNOWN)
        for asset, row in self._text:
            state[asset] = self._tags[row].states.get(snapshot.text.get(row, ""), State.UNKNOWN)
        return state


def _lookup(mapping: Mapping[str, State]) -> tuple[np.ndarray, np.ndarray]:
    """Raw numbers in order, float64 (k,), and the state that each means, uint8 (k,); k is 1 at least."""
    known = sorted(codes_of(mapping).items()) or [(math.inf, State.UNKNOWN)]
    return np.array([code for code, _ in known]), np.array([state for _, state in known], np.uint8)


class Evaluator:
    """Built once per scene. Remembers only what needs a past: since when a state holds, and the zone before."""

    def __init__(self, scene: Scene) -> None:
        n = len(scene.assets)
        self.scene = scene
        self.state_tag = first_tag(scene, "state")
        self.vibration_tag = first_tag(scene, "vibration")
        self.power_tag = first_tag(scene, "power")
        self._to_mm_s = factors(scene, self.vibration_tag, "mm/s")
        self._to_kw = factors(scene, self.power_tag, "kW")
        self._map = StateMap(scene.tags, self.state_tag)
        self._stale_after_s = np.array([np.inf if t.stale_after_s is None else t.stale_after_s for t in scene.tags])
        self._measured = np.array([_is_measured(t) for t in scene.tags], bool)
        self._tag_asset = np.array([_owner(scene, t) for t in scene.tags], np.int64)
        self._bounds = np.full((n, 3), np.nan)
        self._rated_kw = np.full(n, np.nan)
        for asset in scene.assets:
            if asset.vibration_limits is not None:
                self._bounds[asset.index] = asset.vibration_limits
            if asset.rated_power_kw:
                self._rated_kw[asset.index] = asset.rated_power_kw
        self.monitored = np.array([bool(a.tags) for a in scene.assets], bool)
        self._asset_row = {a.asset_id: a.index for a in scene.assets}
        self._judged: tuple[Sequence[Alarm], np.ndarray, np.ndarray] | None = None  # alarms, and what came of them
        self.reset()

    def reset(self) -> None:
        """Forget the past, as after a jump in time."""
        n = len(self.scene.assets)
        self._state = np.full(n, 255, np.uint8)
        self._since_ns = np.zeros(n, np.int64)
        self._zone = np.zeros(n, np.uint8)

    def evaluate(
        self, snapshot: TagSnapshot, now_ns: int, connection: Connection, alarms: Sequence[Alarm] = ()
    ) -> tuple[TagSnapshot, AssetStates]:
        """The snapshot with quality and age filled in, and the state of every asset at `now_ns` (UTC ns)."""
        snapshot = self._with_quality(snapshot, now_ns, connection)
        quality = _at(snapshot.quality, self.state_tag, Quality.UNKNOWN)
        power, power_quality = self._read(snapshot, self.power_tag)
        vibration, vibration_quality = self._read(snapshot, self.vibration_tag)
        power, vibration = power * self._to_kw, vibration * self._to_mm_s
        state, quality = self._states(snapshot, quality, power, power_quality)
        since = self._since(state, snapshot, now_ns)
        priority, unacknowledged = self._alarms(alarms)
        return snapshot, AssetStates(
            state=state,
            since_ns=since,
            quality=quality,
            age_s=self._state_age(snapshot),
            vibration_mm_s=vibration,
            vibration_quality=vibration_quality,
            zone=self._zones(vibration, vibration_quality),
            power_kw=power,
            power_quality=power_quality,
            priority=priority,
            unacknowledged=unacknowledged,
            monitored=self.monitored,
        )

    def explain(self, frame: Frame, asset: Asset, mode: str) -> tuple[str, ...]:
        """Why this asset has its colour in this mode, as sentences."""
        return explain(frame, self.scene, asset, mode)

    def _with_quality(self, snapshot: TagSnapshot, now_ns: int, connection: Connection) -> TagSnapshot:
        """Staleness: by the link for every tag, and by the age of the value where the scene gives a limit.

        What should be a number and is none (NaN, an infinity, a text, an array) is bad, whatever the server says.
        """
        quality = quality_of(snapshot.status, snapshot.received_ns)
        quality[self._measured & ~np.isfinite(snapshot.value) & (quality < Quality.BAD)] = Quality.BAD
        skew_ns = int(connection.clock_skew_s * 1e9)
        source = np.where(snapshot.source_ns > 0, snapshot.source_ns - skew_ns, snapshot.received_ns)
        age_s = np.maximum(now_ns - np.minimum(source, snapshot.received_ns), 0) / 1e9
        age_s[snapshot.received_ns == 0] = np.inf
        stale = age_s > self._stale_after_s
        if connection.link not in _USABLE_LINKS:
            stale[:] = True
        quality = np.where(stale & (quality < Quality.STALE), Quality.STALE, quality).astype(np.uint8)
        return TagSnapshot(
            snapshot.value,
            snapshot.status,
            snapshot.source_ns,
            snapshot.server_ns,
            snapshot.received_ns,
            snapshot.text,
            quality,
            age_s,
        )

    def _read(self, snapshot: TagSnapshot, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Values (NaN where bad or absent) and quality of one tag per asset."""
        quality = _at(snapshot.quality, rows, Quality.UNKNOWN)
        value = np.where(quality < Quality.BAD, _at(snapshot.value, rows, np.nan), np.nan)
        return value, np.where((quality < Quality.BAD) & ~np.isfinite(value), Quality.BAD, quality).astype(np.uint8)

    def _states(
        self, snapshot: TagSnapshot, quality: np.ndarray, power: np.ndarray, power_quality: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """States from state tags; without one, from power against the rating; else unknown with the tags' quality."""
        state = self._map.states(snapshot, len(self.scene.assets))
        state[quality >= Quality.BAD] = State.UNKNOWN
        without = (self.state_tag < 0) & self.monitored
        if without.any():
            by_power = without & np.isfinite(power) & np.isfinite(self._rated_kw)
            running = power > RUNNING_SHARE * self._rated_kw
            state[by_power] = np.where(running[by_power], State.RUNNING, State.IDLE)
            quality = np.where(by_power, power_quality, quality)
            rest = without & ~by_power
            if rest.any():
                quality = np.where(rest, self._best_quality(snapshot), quality)
        return state, quality.astype(np.uint8)

    def _best_quality(self, snapshot: TagSnapshot) -> np.ndarray:
        best = np.full(len(self.scene.assets), Quality.UNKNOWN, np.uint8)
        known = self._tag_asset >= 0
        assert snapshot.quality is not None
        np.minimum.at(best, self._tag_asset[known], snapshot.quality[known])
        return best

    def _since(self, state: np.ndarray, snapshot: TagSnapshot, now_ns: int) -> np.ndarray:
        """When each state began: the source's timestamp of the sample that changed it, else now."""
        changed = state != self._state
        if changed.any():
            first = self._state == 255
            source = _at(snapshot.source_ns, self.state_tag, 0)
            usable = (source > 0) & (source <= now_ns) & (first | (source > self._since_ns)) & (state != State.UNKNOWN)
            begun = np.where(usable, source, np.where(first, 0, now_ns))
            self._since_ns = np.where(changed, begun, self._since_ns)
            self._state = state.copy()
        return self._since_ns.copy()

    def _state_age(self, snapshot: TagSnapshot) -> np.ndarray:
        return _at(snapshot.age_s, np.where(self.state_tag >= 0, self.state_tag, self.power_tag), np.inf)

    def _zones(self, vibration: np.ndarray, quality: np.ndarray) -> np.ndarray:
        """ISO 20816-3 zones by the scene's boundaries, with hysteresis downwards."""
        usable = np.isfinite(vibration) & (quality < Quality.BAD) & np.isfinite(self._bounds[:, 0])
        level = vibration[:, None]
        with np.errstate(invalid="ignore"):
            up = 1 + (level > self._bounds).sum(axis=1)
            down = 1 + (level > self._bounds * (1 - ZONE_HYSTERESIS)).sum(axis=1)
        zone = np.where(usable, np.maximum(up, np.minimum(self._zone, down)), Zone.NONE).astype(np.uint8)
        self._zone = zone
        return zone

    def _alarms(self, alarms: Sequence[Alarm]) -> tuple[np.ndarray, np.ndarray]:
        """The worst priority of each asset's alarms that are not shelved or suppressed, and whether one waits.

        In a flood there are thousands, and they change seldom: the very same tuple is not looked through again.
        """
        if self._judged is None or alarms is not self._judged[0] or not isinstance(alarms, tuple):
            self._judged = (alarms, *self._judge(alarms))
        return self._judged[1].copy(), self._judged[2].copy()

    def _judge(self, alarms: Sequence[Alarm]) -> tuple[np.ndarray, np.ndarray]:
        n = len(self.scene.assets)
        priority = np.zeros(n, np.uint8)
        unacknowledged = np.zeros(n, bool)
        for alarm in alarms:
            row = self._asset_row.get(alarm.asset_id, -1)
            if row < 0 or alarm.state in (AlarmState.NORMAL, AlarmState.SHELVED, AlarmState.SUPPRESSED):
                continue
            if alarm.active and (priority[row] == 0 or alarm.priority < priority[row]):
                priority[row] = alarm.priority
            if alarm.state in (AlarmState.UNACKNOWLEDGED, AlarmState.RETURNED_UNACKNOWLEDGED):
                unacknowledged[row] = True
        return priority, unacknowledged


def _is_measured(tag: Tag) -> bool:
    """Whether only a number can be meant: the scene gives the tag a meaning, a unit or limits, and no text."""
    return not tag.is_text and tag.role != "waveform" and bool(tag.role or tag.unit or tag.limits != Limits())


def _owner(scene: Scene, tag: Tag) -> int:
    try:
        return scene.asset(tag.asset_id).index
    except KeyError:
        return -1


def _at(column: np.ndarray | None, rows: np.ndarray, missing: float) -> np.ndarray:
    """column[rows] with `missing` where a row is -1."""
    assert column is not None
    if not len(column):
        return np.full(len(rows), missing, column.dtype)
    return np.where(rows >= 0, column[np.maximum(rows, 0)], np.array(missing).astype(column.dtype))
