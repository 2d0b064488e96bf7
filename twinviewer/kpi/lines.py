"""Production lines: their stations in the order of flow, the time each spent in each state, and what each counted."""

import heapq
from collections import deque
from collections.abc import Sequence

import numpy as np

from twinviewer.kpi import iso22400
from twinviewer.model.asset import Asset
from twinviewer.model.frame import AssetStates, TagSnapshot
from twinviewer.model.quality import Quality
from twinviewer.model.state import State
from twinviewer.scene.scene import Scene

NS = 1_000_000_000
RATE_WINDOW_NS = 600 * NS
LEAST_RATE_NS = 20 * NS


class Counter:
    """Increase of a counting tag since the beginning; a counter that goes back (a reset) counts from there anew.

    `unseen` is the part of `total` that came while nobody saw the station's state.
    """

    def __init__(self, tag: int) -> None:
        self.tag = tag
        self.total = 0.0
        self.unseen = 0.0
        self.first = float("nan")
        self._last = float("nan")
        self._history: deque[tuple[int, float]] = deque()

    @property
    def seen(self) -> float:
        """What came while the station's state was seen too: what indicators may set against its times."""
        return self.total - self.unseen

    def update(self, tags: TagSnapshot, now_ns: int, seen: bool = True) -> None:
        """Take in the newest usable value; `seen`: the station's state was known since the one before."""
        if self.tag < 0 or tags.quality is None or tags.quality[self.tag] >= Quality.STALE:
            return
        value = float(tags.value[self.tag])
        if np.isfinite(self._last) and np.isfinite(value):
            step = value - self._last if value >= self._last else value
            self.total += step
            self.unseen += 0.0 if seen else step
        if not np.isfinite(self.first):
            self.first = value
        self._last = value
        if not self._history or self._history[-1][1] != self.total or len(self._history) < 2:
            self._history.append((now_ns, self.total))
        while self._history and self._history[0][0] < now_ns - RATE_WINDOW_NS:
            self._history.popleft()

    @property
    def due_ns(self) -> int:
        """When to look at it again though it counts nothing; 0 is at once."""
        return self._history[0][0] + RATE_WINDOW_NS if len(self._history) > 1 else 0

    def precede(self, history: Sequence[tuple[int, float]], total: float) -> None:
        """Put before the beginning what was counted until then, as (time_ns, total)."""
        own = [(time_ns, value + total) for time_ns, value in self._history]
        self.total += total
        self._history = deque([*(h for h in history if not own or h[0] < own[0][0]), *own])

    def per_hour(self, now_ns: int) -> float:
        """Rate over the last ten minutes, or since the beginning if that is shorter; NaN in the first 20 s."""
        if not self._history:
            return float("nan")
        first_ns, first = self._history[0]
        seconds = (now_ns - first_ns) / NS
        return (self.total - first) * 3600 / seconds if now_ns - first_ns >= LEAST_RATE_NS else float("nan")


class Line:
    """One production line: its stations in the order of flow, and the times of each."""

    def __init__(self, scene: Scene, name: str, stations: Sequence[Asset]) -> None:
        self.name = name
        self.stations = list(stations)
        self.rows = np.array([a.index for a in stations], np.int64)
        self.good = [Counter(_tag(scene, a, "count_good")) for a in stations]
        self.scrap = [Counter(_tag(scene, a, "count_scrap")) for a in stations]
        self.pri_s = np.array([_ideal_cycle_s(scene, a) for a in stations])
        self.time_s = np.zeros((len(stations), 9))
        self.failures = np.zeros(len(stations), np.int64)
        self._before = np.full(len(stations), State.UNKNOWN, np.uint8)
        self._counters = [(k, c) for k in range(len(stations)) for c in (self.good[k], self.scrap[k]) if c.tag >= 0]
        self._counts = np.array([c.tag >= 0 for c in self.good], bool)
        self._tags = np.array([c.tag for _, c in self._counters], np.int64)
        self._values = np.full(len(self._tags), np.nan)
        self._due_ns = np.zeros(len(self._tags), np.int64)

    def update(self, tags: TagSnapshot, states: AssetStates, step_s: float, now_ns: int) -> None:
        """Add one step of time in state, and read the counters."""
        known = states.quality[self.rows] < Quality.STALE
        self.time_s[np.nonzero(known)[0], states.state[self.rows[known]]] += step_s
        state = np.where(known, states.state[self.rows], State.UNKNOWN).astype(np.uint8)
        seen = known & (self._before != State.UNKNOWN) & (step_s > 0)
        self.failures += (state == State.FAULT) & (self._before != State.FAULT) & (self._before != State.UNKNOWN)
        self._before = state
        self._count(tags, seen, now_ns)

    def _count(self, tags: TagSnapshot, seen: np.ndarray, now_ns: int) -> None:
        """Read the counters that changed: of ten thousand stations few do within a second."""
        if tags.quality is None or not len(self._tags):
            return
        value = tags.value[self._tags]
        new = (value != self._values) | (self._due_ns < now_ns)
        for i in np.flatnonzero(new & (tags.quality[self._tags] < Quality.STALE)).tolist():
            k, counter = self._counters[i]
            counter.update(tags, now_ns, bool(seen[k]))
            self._values[i], self._due_ns[i] = value[i], counter.due_ns

    def look_again(self) -> None:
        """Look at every counter with the next step: something was put before what they counted."""
        self._due_ns[:] = 0

    def unit_times(self, k: int) -> iso22400.UnitTimes:
        """Times and counts of the k-th station since the beginning; idle, it is planned to be busy and has no order."""
        t = self.time_s[k]
        good, scrap = self.good[k].seen, self.scrap[k].seen
        delay = t[State.BLOCKED] + t[State.STARVED] + t[State.FAULT]
        failures = int(self.failures[k])
        return iso22400.UnitTimes(
            apt_s=float(t[State.RUNNING]),
            aust_s=float(t[State.SETUP]),
            adet_s=float(delay),
            pbt_s=float(t[State.RUNNING] + t[State.SETUP] + delay + t[State.IDLE]),
            pri_s=float(self.pri_s[k]),
            pq=good + scrap,
            gq=good,
            sq=scrap,
            failures=failures,
            ttr_s=float(t[State.FAULT] + t[State.MAINTENANCE]) if failures else 0.0,
        )

    def bottleneck(self) -> int | None:
        """The station with the longest planned run time per item, None where no station has one."""
        usable = np.flatnonzero(self._counts & np.isfinite(self.pri_s))
        return int(usable[self.pri_s[usable] == self.pri_s[usable].max()][-1]) if len(usable) else None

    def last_counter(self) -> Counter | None:
        """Of the parts that leave the line, None where nobody counts."""
        return next((counter for counter in reversed(self.good) if counter.tag >= 0), None)


def lines_of(scene: Scene) -> list[Line]:
    """Assets that stand in the flow, grouped by the last step of their path, each behind what feeds it."""
    order = _flow_order(scene.flow)
    groups: dict[str, list[Asset]] = {}
    for asset in sorted((a for a in scene.assets if a.asset_id in order), key=lambda a: order[a.asset_id]):
        if _tag(scene, asset, "state") >= 0:
            groups.setdefault(asset.path[-1] if asset.path else scene.name, []).append(asset)
    return [Line(scene, name, stations) for name, stations in groups.items()]


def _flow_order(flow: Sequence[tuple[str, str]]) -> dict[str, int]:
    """The place of each asset: behind all that feed it, else as the flow names them; a loop begins at its first."""
    feeds: dict[str, set[str]] = {}
    follows: dict[str, set[str]] = {}
    for upstream, downstream in flow:
        for one in (upstream, downstream):
            feeds.setdefault(one, set())
            follows.setdefault(one, set())
        if upstream != downstream:
            feeds[downstream].add(upstream)
            follows[upstream].add(downstream)
    named = {asset_id: at for at, asset_id in enumerate(feeds)}
    ready = [(at, asset_id) for asset_id, at in named.items() if not feeds[asset_id]]
    order: dict[str, int] = {}
    for first in (*sorted(ready), *((at, asset_id) for asset_id, at in named.items())):
        heap = [first]
        while heap:
            _, asset_id = heapq.heappop(heap)
            if asset_id in order:
                continue
            order[asset_id] = len(order)
            for follower in follows[asset_id]:
                feeds[follower].discard(asset_id)
                if not feeds[follower]:
                    heapq.heappush(heap, (named[follower], follower))
    return order


def _tag(scene: Scene, asset: Asset, role: str) -> int:
    return next((t for t in asset.tags if scene.tags[t].role == role), -1)


def _ideal_cycle_s(scene: Scene, asset: Asset) -> float:
    """PRI: the lower end of the normal band of the asset's cycle-time tag, or `ideal_cycle_s` of its type."""
    given = asset.extras.get("ideal_cycle_s")
    if isinstance(given, int | float):
        return float(given)
    for t in asset.tags:
        tag = scene.tags[t]
        if tag.role == "cycle_time" and tag.normal is not None:
            return float(tag.normal[0])
    return float("nan")
