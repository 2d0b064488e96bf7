"""The plant as one model: lines, utilities, vehicles, crew, wear and sensors on one clock, without any server."""

from collections.abc import Sequence

import numpy as np

from twinviewer.model.asset import Tag
from twinviewer.model.errors import FeedError
from twinviewer.model.quality import STATUS_BAD_NO_COMMUNICATION, STATUS_BAD_SENSOR_FAILURE
from twinviewer.model.state import State
from twinviewer.plant.agenda import Agenda
from twinviewer.plant.condition import Condition
from twinviewer.plant.faults import LASTING, LASTING_S, Fault
from twinviewer.plant.line import Lines, connect_failures
from twinviewer.plant.movers import Crane, Mover, Vehicle
from twinviewer.plant.readings import Readings
from twinviewer.plant.repairs import Repairs, Unit
from twinviewer.plant.signals import Signals
from twinviewer.plant.spec import CALM, MOVERS, PlantScene, PlantSettings, kind_of, route_of, stream, tags_by_key
from twinviewer.plant.stations import Station
from twinviewer.plant.utilities import Utilities
from twinviewer.plant.waveforms import EVERY_S, Waveforms

SEIZED = "E-1105 bearing seized"
_FAULTS = {
    "robot": ("E-2207 servo axis 3 overcurrent", "E-2214 gripper vacuum lost", "E-2240 safety fence opened"),
    "cnc": ("E-3104 spindle drive", "E-3120 tool broken", "E-3133 coolant low"),
    "press": ("E-4012 hydraulic pressure low", "E-4020 light curtain", "E-4031 die not clamped"),
    "conveyor": ("E-1021 motor overload", "E-1030 photo-eye blocked"),
    "oven": ("E-5007 burner lockout", "E-5015 circulation fan"),
    "pump": ("E-6003 seal leakage", "E-6011 dry running"),
    "compressor": ("E-7002 air end too hot", "E-7009 oil separator"),
    "agv": ("E-8001 obstacle", "E-8010 route lost"),
}
_ANY_FAULT = ("E-0101 emergency stop", "E-0117 drive tripped", "E-0123 sensor not plausible")


class Process:
    """A plant that behaves like the scene's machines. Plant time is in seconds since the start.

    `value` float64, `status` uint32 (n_tags) and `text` (tag row -> text) are what the tags read now. Equal seed,
    scene, settings, faults and tick give equal readings, however often `advance` is called. `start_hour` is the hour
    of the day at the start, for the shifts. Acceleration sensors record every `waveform_every_s`.
    """

    def __init__(
        self,
        scene: PlantScene,
        seed: int = 1,
        settings: PlantSettings = CALM,
        faults: Sequence[Fault] = (),
        start_hour: float = 8.0,
        waveform_every_s: float = EVERY_S,
    ) -> None:
        self.scene = scene
        self.settings = settings
        self.seed = seed
        self._start_hour = start_hour
        begin = -max(_warm_up_s(settings, scene), *(60.0 - f.at_s for f in faults), 0.0)
        self.agenda = Agenda(begin)
        self._tags = tags_by_key(scene.assets, scene.tags)
        self.lines = Lines(scene, self._tags, settings, seed, self.agenda)
        self.movers: list[Mover] = []
        self.units: list[Unit] = self._make_units()
        self._unit = {unit.asset_id: unit for unit in self.units}
        self.repairs = Repairs(self.agenda, settings, seed, self._repaired)
        turning = np.array([a.vibration_limits is not None for a in scene.assets], dtype=bool)
        names = tuple(a.asset_id for a in scene.assets)
        self.condition = Condition(names, seed, turning, settings.bearing_life_h)
        self.utilities = Utilities(scene)
        self.signals = Signals(scene, seed, settings.ambient_c)
        self.waveforms = Waveforms(scene, seed, waveform_every_s)
        self._bad: dict[int, int] = {}
        self._is_open = True
        self.state = np.full(len(scene.assets), int(State.RUNNING), dtype=np.uint8)
        self._fault_draws = {u.index: stream(seed, u.asset_id, "faults") for u in self.units}
        self._permanent: set[int] = set()
        self.readings = Readings(scene, self)
        connect_failures(self.lines, float("inf"), self._break_down, self._spoils)
        for fault in faults:
            self._check(fault)
            self.agenda.at(fault.at_s, self._begin, fault)
        self._warm_up()

    @property
    def now_s(self) -> float:
        """Plant time."""
        return self.agenda.now

    @property
    def value(self) -> np.ndarray:
        """float64 (n_tags): NaN for texts and where the status is bad."""
        return self.readings.value

    @property
    def status(self) -> np.ndarray:
        """uint32 (n_tags): OPC UA StatusCodes."""
        return self.readings.status

    @property
    def text(self) -> dict[int, str]:
        """Texts by tag row."""
        return self.readings.text

    def unit(self, asset_id: str) -> Unit:
        """The machine behind an asset (KeyError)."""
        return self._unit[asset_id]

    def advance(self, to_s: float, tick_s: float = 1.0) -> None:
        """Let the plant run until `to_s`. Sensors read on the grid of `tick_s`, vehicles also at `to_s`."""
        tick = self._last_tick + tick_s
        while tick <= to_s + 1e-9:
            self._tick(tick)
            tick += tick_s
        self.agenda.run_until(to_s)
        self.readings.read_movers(self.movers, self.agenda.now)
        self.readings.apply(self._bad)

    def order_maintenance(self, asset_id: str, seconds: float = 1200.0) -> None:
        """Send the crew to maintain an asset as soon as somebody is free (KeyError)."""
        self.repairs.call(self._unit[asset_id], seconds)

    def set_speed(self, asset_id: str, percent: float) -> None:
        """Set the speed of an asset in % of nominal (KeyError); 20 to 150 is taken."""
        self._unit[asset_id].setpoint = min(1.5, max(0.2, percent / 100))

    def activity(self) -> float:
        """Share of the line's stations that run; 0.6 where there is no line."""
        rows = [i for i, node in self.lines.nodes.items() if isinstance(node, Station)]
        return float(np.mean(self.state[rows] == State.RUNNING)) if rows else 0.6

    def _make_units(self) -> list[Unit]:
        owners: dict[tuple[float, float], int] = {}
        units: list[Unit] = []
        for asset in self.scene.assets:
            tags = self._tags[asset.index]
            if asset.index in self.lines.nodes:
                units.append(self.lines.nodes[asset.index])
            elif kind_of(asset) in MOVERS or any(t.role == "position_x" for t in tags.values()):
                draw = stream(self.seed, asset.asset_id, "moves")
                x, y = _span(tags, "position_x", (0.0, 40.0)), _span(tags, "position_y", (0.0, 20.0))
                if kind_of(asset) == "crane" or not any(t.role == "position_y" for t in tags.values()):
                    mover: Mover = Crane(asset, self.agenda, [(x[0], y[0]), (x[1], y[0])], draw)
                else:
                    mover = Vehicle(asset, self.agenda, route_of(asset, x, y), draw, owners)
                self.movers.append(mover)
                units.append(mover)
            else:
                units.append(Unit(asset))
        return units

    def _warm_up(self) -> None:
        """Fill the lines, settle the sensors, then let breakdowns begin; the start is plant time 0."""
        self._last_tick = max(-60.0, self.agenda.now)
        self.agenda.run_until(self._last_tick)
        connect_failures(self.lines, self.settings.mtbf_h * 3600, self._break_down, self._spoils)
        self._sense(0.0)
        self.advance(0.0)

    def _tick(self, time_s: float) -> None:
        self.agenda.run_until(time_s)
        seconds, self._last_tick = time_s - self._last_tick, time_s
        self._keep_shift(time_s)
        self._sense(seconds)

    def _sense(self, seconds: float) -> None:
        now = self.agenda.now
        self.state[:] = [unit.state(now) for unit in self.units]
        if not self._is_open:
            off = self.state == State.STARVED
            self.state[off] = State.IDLE
        running = self.state == State.RUNNING
        speed = np.array([unit.speed for unit in self.units])
        wander = self.signals.demand.at(now)
        self.utilities.advance(seconds, running, self.activity(), wander, self.condition.pressure_left)
        load = np.where(np.isfinite(self.utilities.load), self.utilities.load, 0.5 + 0.35 * wander)
        for row in self.condition.advance(seconds, running):
            repair_s = 1800.0
            self.repairs.break_down(self.units[row], SEIZED, repair_s, int(row) in self._permanent)
        carried = np.full(len(self.units), np.nan)
        for mover in self.movers:
            mover.locate(now)
            carried[mover.index] = mover.carried if mover.kind == "crane" else np.nan
            mover.battery = _charged(mover, seconds)
        self.signals.update(now, seconds, self.state, load, speed, self.condition, self.utilities, carried)
        self.waveforms.sense(now, self.signals.value, self.signals.drive, load, self.condition)
        self.readings.read(self)

    def _keep_shift(self, time_s: float) -> None:
        if not self.settings.shift_h:
            return
        hour = (self._start_hour + time_s / 3600) % 24
        is_open = any(first <= hour < last for first, last in self.settings.shift_h)
        if is_open != self._is_open:
            self._is_open = is_open
            self.lines.set_open(is_open)

    def _break_down(self, unit: Unit) -> None:
        draw = self._fault_draws[unit.index]
        seconds = max(30.0, draw.expovariate(1 / self.settings.mttr_s))
        self.repairs.break_down(unit, draw.choice(_FAULTS.get(unit.kind, _ANY_FAULT)), seconds)

    def _spoils(self, station: Station) -> bool:
        wear = self.condition.wear[station.index] + self.condition.damage[station.index]
        share = self.settings.scrap * (1 + 5 * wear**2) * station.speed**3
        return self._fault_draws[station.index].random() < share

    def _repaired(self, unit: Unit, fault: str) -> None:
        unit.slow = 1.0
        self._permanent.discard(unit.index)
        if fault in ("", SEIZED):
            self.condition.renew(unit.index)
            for tag in self._tags[unit.index].values():
                self._bad.pop(tag.index, None)
        else:
            self.condition.ease(unit.index)

    def _check(self, fault: Fault) -> None:
        unit = self._unit.get(fault.asset_id)
        if unit is None:
            raise FeedError(f"The scene has no asset “{fault.asset_id}”.", "--fault")
        if fault.kind == "setup" and not isinstance(unit, Station):
            raise FeedError(f"{fault.asset_id} is no station of a line, so it has no changeover.", "--fault")

    def _begin(self, fault: Fault) -> None:
        unit, row = self._unit[fault.asset_id], self._unit[fault.asset_id].index
        if fault.kind == "stop":
            text = _FAULTS.get(unit.kind, _ANY_FAULT)[0]
            self.repairs.break_down(unit, text, fault.amount, fault.for_good)
        elif fault.kind == "bearing":
            self.condition.start_bearing(row, fault.amount, fault.progress)
            if fault.for_good:
                self._permanent.add(row)
        elif fault.kind == "jam":
            unit.jam()
        elif fault.kind == "setup" and isinstance(unit, Station):
            unit.set_up(fault.amount)
        elif fault.kind == "repair":
            self.repairs.maintain_now(unit, fault.amount)
        elif fault.kind in ("sensor", "offline"):
            self._bad.update(self._bad_rows(fault))
        else:
            self._strain(fault, unit)
        lasts_s = LASTING_S if fault.kind in LASTING else fault.amount
        if not fault.for_good and fault.kind in LASTING | {"jam", "sensor", "offline"}:
            self.agenda.after(lasts_s, self._end, fault)

    def _strain(self, fault: Fault, unit: Unit) -> None:
        if fault.kind == "overheat":
            self.condition.heat_c[unit.index] = fault.amount
        elif fault.kind == "power":
            self.condition.power_factor[unit.index] = fault.amount
        elif fault.kind == "leak":
            self.condition.pressure_left[unit.index] = min(1.0, fault.amount)
        elif fault.kind == "slow":
            unit.slow = fault.amount

    def _end(self, fault: Fault) -> None:
        unit = self._unit[fault.asset_id]
        if fault.kind == "jam":
            unit.clear()
        elif fault.kind in ("sensor", "offline"):
            for row in self._bad_rows(fault):
                self._bad.pop(row, None)
        else:
            unit.slow = 1.0
            self.condition.ease(unit.index)

    def _bad_rows(self, fault: Fault) -> dict[int, int]:
        tags = self._tags[self._unit[fault.asset_id].index]
        if fault.kind == "sensor":
            tag = tags.get(fault.tag)
            return {tag.index: STATUS_BAD_SENSOR_FAILURE} if tag is not None else {}
        return {tag.index: STATUS_BAD_NO_COMMUNICATION for tag in tags.values()}


def _warm_up_s(settings: PlantSettings, scene: PlantScene) -> float:
    """Shorter for large plants, so that they start quickly; their lines are then less full at first."""
    return settings.warm_up_s * min(1.0, max(0.1, 300 / max(1, len(scene.assets))))


def _span(tags: dict[str, Tag], role: str, otherwise: tuple[float, float]) -> tuple[float, float]:
    return next((t.span for t in tags.values() if t.role == role and t.span is not None), otherwise)


def _charged(mover: Mover, seconds: float) -> float:
    """Battery in %: a charge takes about half an hour, a full one lasts a shift."""
    change = 0.045 * seconds if getattr(mover, "charging", False) else -seconds * (0.0008 + 0.0035 * mover.moving)
    return min(100.0, max(3.0, mover.battery + change))
