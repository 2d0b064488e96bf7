"""The indicators of the running shift, kept up to date from one evaluated snapshot after another."""

from collections import deque
from collections.abc import Sequence

import numpy as np

from twinviewer.kpi import iso22400
from twinviewer.model.asset import Asset
from twinviewer.model.frame import AssetStates, Kpi, TagSnapshot
from twinviewer.model.quality import Quality
from twinviewer.model.state import State, Zone
from twinviewer.scene.scene import Scene

NS = 1_000_000_000
SERIES_PERIOD_NS = 10 * NS
SERIES_LENGTH = 360  # an hour of sparkline
RATE_WINDOW_NS = 600 * NS
LONGEST_STEP_S = 5.0  # a longer gap between two snapshots is not counted as anything
ALARM_LIMIT_10_MIN = 10  # EEMUA 191


class Counter:
    """Increase of a counting tag since the beginning; a counter that goes back (a reset) counts from there anew."""

    def __init__(self, tag: int) -> None:
        self.tag = tag
        self.total = 0.0
        self._last = float("nan")
        self._history: deque[tuple[int, float]] = deque()

    def update(self, tags: TagSnapshot, now_ns: int) -> None:
        """Take in the newest usable value."""
        if self.tag < 0 or tags.quality is None or tags.quality[self.tag] >= Quality.STALE:
            return
        value = float(tags.value[self.tag])
        if np.isfinite(self._last) and np.isfinite(value):
            self.total += value - self._last if value >= self._last else value
        self._last = value
        if not self._history or self._history[-1][1] != self.total or len(self._history) < 2:
            self._history.append((now_ns, self.total))
        while self._history and self._history[0][0] < now_ns - RATE_WINDOW_NS:
            self._history.popleft()

    def per_hour(self, now_ns: int) -> float:
        """Rate over the last ten minutes, or since the beginning if that is shorter; NaN in the first 20 s."""
        if not self._history:
            return float("nan")
        first_ns, first = self._history[0]
        seconds = (now_ns - first_ns) / NS
        return (self.total - first) * 3600 / seconds if seconds >= 20 else float("nan")


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

    def update(self, tags: TagSnapshot, states: AssetStates, step_s: float, now_ns: int) -> None:
        """Add one step of time in state, and read the counters."""
        known = states.quality[self.rows] < Quality.STALE
        self.time_s[np.nonzero(known)[0], states.state[self.rows[known]]] += step_s
        for counter in (*self.good, *self.scrap):
            counter.update(tags, now_ns)

    def unit_times(self, k: int) -> iso22400.UnitTimes:
        """Times and counts of the k-th station since the beginning."""
        t = self.time_s[k]
        good, scrap = self.good[k].total, self.scrap[k].total
        delay = t[State.IDLE] + t[State.BLOCKED] + t[State.STARVED] + t[State.FAULT]
        return iso22400.UnitTimes(
            apt_s=float(t[State.RUNNING]),
            aust_s=float(t[State.SETUP]),
            adet_s=float(delay),
            pbt_s=float(t[State.RUNNING] + t[State.SETUP] + delay),
            pri_s=float(self.pri_s[k]),
            pq=good + scrap,
            gq=good,
            sq=scrap,
        )

    def bottleneck(self) -> int | None:
        """The station with the longest planned run time per item, None where no station has one."""
        usable = [k for k in range(len(self.stations)) if np.isfinite(self.pri_s[k]) and self.good[k].tag >= 0]
        return max(usable, key=lambda k: (self.pri_s[k], k)) if usable else None

    def rate_per_h(self, now_ns: int) -> float:
        """Good parts per hour that leave the last counting station."""
        for counter in reversed(self.good):
            if counter.tag >= 0:
                return counter.per_hour(now_ns)
        return float("nan")


class KpiTracker:
    """Six indicators of the shift as this session has seen it, each with its recent past."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._lines = lines_of(scene)
        self._begun_ns = 0
        self._last_ns = 0
        self._energy_kwh = 0.0
        self._series: dict[str, deque[tuple[int, float]]] = {}
        self._sampled_ns = 0
        self._kpis: tuple[Kpi, ...] = ()

    def update(self, tags: TagSnapshot, states: AssetStates, now_ns: int, alarms_10_min: int) -> tuple[Kpi, ...]:
        """The indicators after one more evaluated snapshot; a jump back in time starts anew."""
        if now_ns < self._last_ns:
            self.__init__(self._scene)
        if self._begun_ns and now_ns - self._last_ns < NS // 2:
            return self._kpis
        step_s = (now_ns - self._last_ns) / NS if self._last_ns else 0.0
        step_s = step_s if step_s <= LONGEST_STEP_S else 0.0
        self._begun_ns = self._begun_ns or now_ns
        self._last_ns = now_ns
        for line in self._lines:
            line.update(tags, states, step_s, now_ns)
        power = states.power_kw[(states.power_quality < Quality.STALE) & np.isfinite(states.power_kw)]
        self._energy_kwh += float(power.sum()) * step_s / 3600
        kpis = [self._oee(), *self._rates(now_ns), self._power(power), self._vibration(states)]
        kpis.append(_alarm_kpi(alarms_10_min))
        self._kpis = tuple(self._with_past(k, now_ns) for k in kpis)
        self._sampled_ns = now_ns if now_ns - self._sampled_ns >= SERIES_PERIOD_NS else self._sampled_ns
        return self._kpis

    def _with_past(self, kpi: Kpi, now_ns: int) -> Kpi:
        past = self._series.setdefault(kpi.key, deque(maxlen=SERIES_LENGTH))
        if now_ns - self._sampled_ns >= SERIES_PERIOD_NS and np.isfinite(kpi.value):
            past.append((now_ns, kpi.value))
        times, values = zip(*past, strict=True) if past else ((), ())
        target = self._scene.kpi_targets.get(kpi.key) if kpi.target is None else kpi.target
        series = (np.array(times, np.int64), np.array(values, np.float64))
        return Kpi(
            kpi.key, kpi.label, kpi.value, kpi.unit, kpi.formula, kpi.inputs, series, kpi.priority, target, kpi.note
        )

    def _oee(self) -> Kpi:
        units = [(line, line.bottleneck()) for line in self._lines]
        chosen = [(line, k, line.unit_times(k)) for line, k in units if k is not None]
        pbt = sum(u.pbt_s for _, _, u in chosen)
        value = 100 * iso22400.ratio(sum(u.pri_s * u.gq for _, _, u in chosen), pbt) if pbt >= 60 else float("nan")
        inputs = {f"{line.stations[k].asset_id} {name}": v for line, k, u in chosen for name, v in u.inputs.items()}
        target = self._scene.kpi_targets.get("oee")
        return Kpi(
            "oee",
            "OEE, shift",
            value,
            "%",
            "Σ PRI × GQ / Σ PBT over each line's slowest station (ISO 22400-2: availability × effectiveness × quality)",
            inputs,
            target=100 * target if target and target <= 1 else target,
            note="since this session began",
        )

    def _rates(self, now_ns: int) -> list[Kpi]:
        formula = "good parts of the line's last counting station over the last 10 min"
        return [
            Kpi(f"rate.{line.name}", f"{line.name} rate", line.rate_per_h(now_ns), "parts/h", formula)
            for line in self._lines[:2]
        ]

    def _power(self, power: np.ndarray) -> Kpi:
        total = float(power.sum()) if len(power) else float("nan")
        energy = self._scene.energy
        inputs = {
            "meters": float(len(power)),
            "energy_kwh since the session began": self._energy_kwh,
            "carbon_kg since the session began": self._energy_kwh * energy.carbon_kg_per_kwh,
        }
        note = f"carbon factor {energy.carbon_kg_per_kwh:g} kg/kWh ({energy.carbon_source})"
        return Kpi("power", "Power", total, "kW", "sum of all meters with a usable value", inputs, note=note)

    def _vibration(self, states: AssetStates) -> Kpi:
        usable = (states.vibration_quality < Quality.STALE) & np.isfinite(states.vibration_mm_s)
        if not usable.any():
            return Kpi("vibration", "Worst vibration", float("nan"), "mm/s", "highest zone, then highest velocity")
        score = np.where(usable, states.zone * 1000.0 + np.nan_to_num(states.vibration_mm_s), -1.0)
        row = int(np.argmax(score))
        zone = int(states.zone[row])
        priority = {Zone.D: 2, Zone.C: 3}.get(Zone(zone), 0)
        asset = self._scene.assets[row].asset_id
        value = float(states.vibration_mm_s[row])
        note = f"zone {Zone(zone).name}" if zone else ""
        formula = "highest zone (ISO 20816-3), then highest velocity"
        return Kpi("vibration", f"Worst vibration · {asset}", value, "mm/s", formula, {}, None, priority, None, note)


def _alarm_kpi(alarms_10_min: int) -> Kpi:
    priority = 2 if alarms_10_min > ALARM_LIMIT_10_MIN else 0
    label = f"Alarms in 10 min (limit {ALARM_LIMIT_10_MIN})"
    formula = "alarms raised in the last ten minutes (EEMUA 191: a flood above 10)"
    return Kpi("alarms", label, float(alarms_10_min), "", formula, {}, None, priority, float(ALARM_LIMIT_10_MIN))


def lines_of(scene: Scene) -> list[Line]:
    """Assets that stand in the flow, grouped by the last step of their path, in the order of the flow."""
    order: dict[str, int] = {}
    for upstream, downstream in scene.flow:
        order.setdefault(upstream, len(order))
        order.setdefault(downstream, len(order))
    groups: dict[str, list[Asset]] = {}
    for asset in sorted((a for a in scene.assets if a.asset_id in order), key=lambda a: order[a.asset_id]):
        if _tag(scene, asset, "state") >= 0:
            groups.setdefault(asset.path[-1] if asset.path else scene.name, []).append(asset)
    return [Line(scene, name, stations) for name, stations in groups.items()]


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
