"""Puts a replication into the state of the plant: queues, parts in work, failures, crews, orders, stock."""

from dataclasses import dataclass

import numpy as np

from twinviewer.model.errors import LineError
from twinviewer.simulation import engine
from twinviewer.simulation import records as r
from twinviewer.simulation.line import Line
from twinviewer.simulation.plant_now import LOADED, MachineNow, PlantNow
from twinviewer.simulation.random_numbers import START, draw, uniform
from twinviewer.simulation.replication import Replication

FIRST_SERIAL = 1 << 36  # parts that were there already: beyond every part that will be made


@dataclass(frozen=True)
class StartFrom:
    """Applied to every replication before it runs; a written state and a line give the same start anywhere."""

    now: PlantNow

    def __call__(self, one: Replication) -> None:
        """Set the state. Raises LineError for names that the line does not have."""
        _Placing(one, self.now).place()


def at_time(line: Line, now: PlantNow) -> Line:
    """The line with its calendars at the time of the state."""
    return line.model_copy(update={"model": line.model.model_copy(update={"start": now.local_time})})


class _Placing:
    def __init__(self, one: Replication, now: PlantNow) -> None:
        self.one, self.now, self.t = one, now, one.tables
        self.count = 0
        self.seed, self.number = int(one.globals["seed"][0]), int(one.globals["replication"][0])

    def place(self) -> None:
        names = {n: k for k, n in enumerate(self.t.station_names[: self.t.stations_shown])}
        for name in self.now.stations:
            if name not in names:
                raise LineError(f'the state has a station "{name}" that the line has not', "state", "Check its names.")
        self._orders()
        for name, s in self.now.stations.items():
            row = names[name]
            for product in s.queue:
                self._enqueue(row, self._part(row, product))
            n, first = int(self.one.stations["n"][row]), int(self.one.stations["first"][row])
            for k, m in enumerate(s.machines):
                if k < n:
                    self._machine(row, first + k, m)
                elif m.state in LOADED:  # of a machine that a scenario took away
                    self._enqueue(row, self._part(row, m.product))
        for name, stock in self.now.materials.items():
            self._material(name, stock)
        engine.resume(self.one.machines, self.one.stations, self.one.tree, self.one.trace, self.one.globals)

    def _part(self, row: int, product: str | None) -> int:
        g, parts = self.one.globals, self.one.parts
        p = int(g["free"][0])
        if p < 0:
            g["error"] = r.PART_POOL_EXHAUSTED
            return -1
        g["free"] = parts["next"][p]
        names = self.t.product_names
        parts[p] = 0
        parts["serial"][p] = FIRST_SERIAL + self.count
        parts["product"][p] = names.index(product) if product in names else self.t.usual_product[row]
        parts["order"][p] = -1
        parts["next"][p] = parts["mate"][p] = parts["time"][p] = -1
        g["wip"] += 1
        self.count += 1
        return p

    def _enqueue(self, row: int, p: int) -> None:
        if p < 0:
            return
        s, parts = self.one.stations, self.one.parts
        if s["queued"][row] == 0:
            s["head"][row] = p
        else:
            parts["next"][s["tail"][row]] = p
        s["tail"][row] = p
        s["queued"][row] += 1
        s["occupied"][row] += 1

    def _machine(self, row: int, i: int, now: MachineNow) -> None:
        if now.state in LOADED:
            self._load(row, i, now)
        if now.state in ("fault", "maintenance"):
            self._stand(i, now)

    def _load(self, row: int, i: int, now: MachineNow) -> None:
        m, s = self.one.machines, self.one.stations
        p = self._part(row, now.product)
        if p < 0:
            return
        product = int(self.one.parts["product"][p])
        process = int(s["process"][row]) + product
        m["part"][i], m["last_product"][i] = p, product
        serial = int(self.one.parts["serial"][p])
        whole = draw(
            self.t.distributions,
            self.t.quantiles,
            process,
            self.seed,
            self.number,
            int(s["stream"][row]),
            START,
            serial,
        ) / float(m["speed"][i])
        if now.state == "blocked":
            self._block(row, i, product)
            return
        share = uniform(self.seed, self.number, int(m["stream"][i]), START, serial)
        known = now.remaining_s is not None and now.state == "running"
        m["remaining"][i] = now.remaining_s if known else max(1e-9, share * whole)
        group = int(s["setup_group"][row])
        if now.state == "setup" and group >= 0:
            rows = self.t.setups[group][self.t.setups[group] >= 0]
            mean = float(self.t.distributions["mean"][rows].mean()) if len(rows) else 0.0
            m["remaining"][i] = now.remaining_s if now.remaining_s is not None else max(1e-9, share * mean)
            m["after_setup"][i] = max(whole, 1e-9)
            self._busy(i, "setup_crew", "has_setter", 1)
        self._busy(i, "operator_crew", "has_operator", int(m["operators"][i]))

    def _busy(self, i: int, row: str, has: str, n: int) -> None:
        """Take people who are at a machine already; where the model has too few, its crew is short of them."""
        m, crews = self.one.machines, self.one.crews
        asked = int(m[row][i])
        if asked < 0:
            return
        crew = engine.crew_with(crews, asked, n, -1, 0)
        if crew < 0:
            mask = int(crews["mask"][asked])
            crew = (mask & -mask).bit_length() - 1 if mask else asked
        crews["free"][crew] -= n
        m[has][i] = crew + 1

    def _block(self, row: int, i: int, product: int) -> None:
        """A finished part waits for room at the first station of its ways; without one it leaves at once."""
        m, s, t = self.one.machines, self.one.stations, self.t
        k = row * len(t.lap_product) + product
        ways = [int(x) for x in t.ways["to"][t.routes["first"][k] : t.routes["first"][k + 1]] if x >= 0]
        if not ways:
            m["remaining"][i] = 1e-9
            return
        to = ways[0]
        m["finished"][i], m["blocked_next"][i] = 1, -1
        if s["blocked"][to] == 0:
            s["blocked_head"][to] = i
        else:
            m["blocked_next"][s["blocked_tail"][to]] = i
        s["blocked_tail"][to] = i
        s["blocked"][to] += 1

    def _stand(self, i: int, now: MachineNow) -> None:
        """Down or maintained: with a member of its crew where one is free, else waiting for one."""
        m, crews = self.one.machines, self.one.crews
        crew = int(m["repair_crew"][i])
        m["up"][i] = 0
        m["planned"][i] = 1 if now.state == "maintenance" else 0
        free = int(engine.crew_with(crews, crew, 1, -1, 0)) if crew >= 0 else -1
        m["crew_now"][i] = free
        left = now.remaining_s
        if left is None:
            if m["failure"][i] > 0:
                share = uniform(self.seed, self.number, int(m["stream"][i]), START, 1)
                left = 2 * share * float(self.t.distributions["mean"][m["ttr"][i]])
            else:
                left = 600.0
        if crew >= 0 and free < 0:
            m["state"][i], m["planned_s"][i] = r.WAITING_CREW, max(left, 1e-6)
            if crews["waiting"][crew] == 0:
                crews["head"][crew] = i
            else:
                m["crew_next"][crews["tail"][crew]] = i
            crews["tail"][crew] = i
            crews["waiting"][crew] += 1
            m["event"][i], m["event_at"][i] = r.NO_EVENT, np.inf
            engine.appoint(self.one.tree, i, np.inf)
            return
        if free >= 0:
            crews["free"][free] -= 1
        m["state"][i] = r.MAINTAINED if now.state == "maintenance" else r.DOWN
        m["event"][i], m["event_at"][i] = r.REPAIRED, left
        engine.appoint(self.one.tree, i, float(left))

    def _orders(self) -> None:
        """Take what has been released of every order out of what the sources are going to make."""
        if not self.now.orders:
            return
        sequence = self.one.sequence = self.t.sequence.copy()
        for k in range(len(self.one.sources)):
            source = self.one.sources[k]
            if source["repeat"]:
                continue
            span = slice(int(source["offset"]), int(source["offset"]) + int(source["n"]))
            made = self._made(sequence[span, 1])
            sequence[span] = np.concatenate([sequence[span][made], sequence[span][~made]])
            source["count"] = int(made.sum())

    def _made(self, orders: np.ndarray) -> np.ndarray:
        """Which parts of a source's sequence (their orders) have been released already."""
        made = np.zeros(len(orders), bool)
        for row, name in enumerate(self.t.order_names):
            places = np.flatnonzero(orders == row)
            left = self.now.orders.get(name)
            if left is None or not len(places):
                continue
            done = max(0, len(places) - left)
            made[places[:done]] = True
            self.one.order_left[row] -= done
            if self.one.order_left[row] <= 0:
                self.one.order_done[row] = 0.0
        return made

    def _material(self, name: str, stock: float) -> None:
        names = list(self.t.material_names)
        if name not in names:
            raise LineError(f'the state has a material "{name}" that the line has not', "state", "Check its names.")
        self.one.materials["stock"][names.index(name)] = stock
