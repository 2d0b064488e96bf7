"""One replication: fresh tables, the engine, and what came out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from twinviewer.model.errors import LineError
from twinviewer.simulation import engine
from twinviewer.simulation import records as r
from twinviewer.simulation.tables import Tables
from twinviewer.simulation.tariff import QUARTER_S, quarters


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one replication gives between the end of the warm-up and its end.

    time_s float64 (machines, states), of which down_off_s and maintained_off_s (machines,) lie off shift; failures
    int64 (machines,); good, scrap, queue (mean number waiting), planned_s and planned_good_s (planned run time of what
    was worked on, and of the good part of it) float64 (stations,); done, scrapped, absorbed (as a material) int64
    (products,); order_done_s float64 (orders,) (inf: not finished); crew_busy (share of paid time) and crew_paid_s
    float64 (crews,); energy_kwh (stations,), quarters_kwh in each quarter of an hour since the start, peak_kw over
    them; wip the mean number of parts in the system; lead_s their mean time in it; events handled; wip_at_end.
    """

    span_s: float
    end_s: float
    time_s: np.ndarray
    down_off_s: np.ndarray
    maintained_off_s: np.ndarray
    failures: np.ndarray
    good: np.ndarray
    scrap: np.ndarray
    planned_s: np.ndarray
    planned_good_s: np.ndarray
    queue: np.ndarray
    done: np.ndarray
    scrapped: np.ndarray
    absorbed: np.ndarray
    order_done_s: np.ndarray
    crew_busy: np.ndarray
    crew_paid_s: np.ndarray
    energy_kwh: np.ndarray
    quarters_kwh: np.ndarray
    peak_kw: float
    wip: float
    lead_s: float
    lead_sd_s: float
    events: int
    entered: int
    wip_at_end: int
    completed_all: int
    trace: np.ndarray


class Replication:
    """The engine's state for one replication; can be run on in steps."""

    def __init__(self, tables: Tables, seed: int, number: int, profile: bool = True, trace: int = 0) -> None:
        t = self.tables = tables
        self.machines = t.machines.copy()
        self.stations = t.stations.copy()
        self.crews = t.crews.copy()
        self.calendars = t.calendars.copy()
        self.materials = t.materials.copy()
        self.sources = t.sources.copy()
        self.sequence = t.sequence
        self.order_left = t.order_left.copy()
        self.order_done = np.full(len(t.order_left), np.inf)
        self.left = np.zeros((3, len(t.lap_product)), np.int64)
        self.energy = np.zeros(quarters(t.horizon_s) if profile else 0)
        self.trace = np.zeros(trace, r.TRACE)
        self.globals = np.zeros(1, r.GLOBAL)
        g = self.globals[0]
        g["seed"], g["replication"], g["listed"], g["bin_s"] = seed, number, -1, QUARTER_S
        g["asks_head"] = g["await_head"] = g["served_at"] = -1
        self.parts = _pool(t.parts)
        g["free"] = 0
        self._failures_before = np.zeros(len(self.machines), np.int64)
        self._timers()

    def _timers(self) -> None:
        t, seed, number = self.tables, int(self.globals[0]["seed"]), int(self.globals[0]["replication"])
        transits = int((self.stations["transit_s"] > 0).sum())
        count = len(self.machines) + len(self.calendars) + transits + len(self.materials) + 1
        size = 1 << max(1, (count - 1).bit_length())
        self.tree = np.zeros(2 * size, r.NODE)
        self.tree["t"] = np.inf
        self.tree["i"][size:] = np.arange(size)
        self.tree["i"][:size] = 0
        engine.prepare(
            self.machines,
            self.stations,
            self.calendars,
            t.calendar_t,
            self.materials,
            t.script,
            t.distributions,
            t.quantiles,
            self.tree,
            seed,
            number,
            self.globals,
        )

    def run(self, until_s: float) -> None:
        """Advance to a moment (s from the start)."""
        t = self.tables
        engine.run(
            self.machines,
            self.stations,
            self.parts,
            self.globals,
            self.crews,
            self.calendars,
            t.calendar_t,
            t.calendar_v,
            self.materials,
            t.needs,
            self.sources,
            self.sequence,
            t.setups,
            t.script,
            t.distributions,
            t.quantiles,
            t.routes,
            t.ways,
            len(t.lap_product),
            self.energy,
            self.tree,
            self.trace,
            self.left,
            self.order_left,
            self.order_done,
            until_s,
        )

    @property
    def exhausted(self) -> bool:
        """Whether the pool of parts was too small: the run must be repeated with a larger one."""
        return int(self.globals[0]["error"]) == r.PART_POOL_EXHAUSTED

    @property
    def stuck(self) -> bool:
        """Whether time stood still."""
        return int(self.globals[0]["error"]) == r.TIME_STANDS_STILL

    def forget(self) -> None:
        """Discard the statistics so far, as after a warm-up."""
        self._failures_before = self.machines["failures"].astype(np.int64)
        self.energy[:] = 0
        engine.forget(self.machines, self.stations, self.globals, self.crews, self.left)

    def _by_product(self, parts: np.ndarray) -> np.ndarray:
        """Parts of every product, int64, from those of its laps."""
        total = np.zeros(len(self.tables.product_names), np.int64)
        np.add.at(total, self.tables.lap_product, parts)
        return total

    def outcome(self) -> Outcome:
        """What came out since the start or the last `forget`."""
        g, m = self.globals[0], self.machines
        span = float(g["now"] - g["since"])
        shown = self.tables.stations_shown
        real = m["station"] < shown
        kwh = (m["time"] * m["kw"]).sum(1) / 3600
        completed = int(self.left[r.GOOD].sum())
        mean = float(g["lead"]) / completed if completed else float("nan")
        second = float(g["lead2"]) / completed - mean * mean if completed else float("nan")
        crews = self.crews[: len(self.tables.crew_names)]
        paid = crews["paid_s"].copy()
        busy = np.divide(crews["busy_s"], paid, out=np.full(len(paid), np.nan), where=paid > 0)
        bins = self.energy[: max(1, int((g["now"]) // QUARTER_S))] if len(self.energy) else np.zeros(1)
        return Outcome(
            span_s=span,
            end_s=float(g["now"]),
            time_s=m["time"][real].copy(),
            down_off_s=m["down_off"][real].copy(),
            maintained_off_s=m["maintained_off"][real].copy(),
            failures=(m["failures"] - self._failures_before)[real].astype(np.int64),
            good=self.stations["good"][:shown].copy(),
            scrap=self.stations["scrap"][:shown].copy(),
            planned_s=self.stations["planned"][:shown].copy(),
            planned_good_s=self.stations["planned_good"][:shown].copy(),
            queue=self.stations["queue_area"][:shown] / span if span else np.full(shown, np.nan),
            done=self._by_product(self.left[r.GOOD]),
            scrapped=self._by_product(self.left[r.SCRAPPED]),
            absorbed=self._by_product(self.left[r.ABSORBED]),
            order_done_s=self.order_done.copy(),
            crew_busy=busy,
            crew_paid_s=paid,
            energy_kwh=np.bincount(m["station"][real], kwh[real], minlength=shown),
            quarters_kwh=self.energy / 3600,
            peak_kw=float(bins.max()) / min(QUARTER_S, float(g["now"])) if g["now"] > 0 else 0.0,
            wip=float(g["area"]) / span if span else float("nan"),
            lead_s=mean,
            lead_sd_s=float(np.sqrt(max(second, 0.0))) if completed else float("nan"),
            events=int(g["events"]),
            entered=int(self.sources["count"].sum()),
            wip_at_end=int(g["wip"]),
            completed_all=int(self.left.sum()),
            trace=self.trace[: int(g["traced"])].copy(),
        )


def _pool(n: int) -> np.ndarray:
    parts = np.zeros(n, r.PART)
    parts["next"] = np.arange(1, n + 1)
    parts["next"][-1] = -1
    parts["mate"] = -1
    parts["time"] = -1
    return parts


def replicate(
    tables: Tables,
    seed: int,
    number: int,
    warmup_s: float = 0.0,
    start: Callable[[Replication], None] | None = None,
    profile: bool = True,
    trace: int = 0,
) -> Outcome:
    """Run one replication over the tables' horizon; `start` may set the plant's initial state.

    A pool of parts that proves too small is doubled and the replication run again: its random numbers are keyed by
    meaning, so it comes out the same. Raises LineError where a queue grows beyond all bounds.
    """
    while True:
        one = Replication(tables, seed, number, profile, trace)
        if start is not None:
            start(one)
        if warmup_s > 0:
            one.run(warmup_s)
            if not one.exhausted:
                one.forget()
        if not one.exhausted:
            one.run(tables.horizon_s)
        if one.stuck:
            raise LineError(
                "parts go round without time passing",
                "station",
                "Give the stations of that loop, or a saturated source's station, a time.",
            )
        if not one.exhausted:
            return one.outcome()
        tables.grow(len(one.parts))


def states_by_name() -> Mapping[str, int]:
    """Names of the machine states as they appear in results."""
    return {
        "off": r.OFF,
        "starved": r.STARVED,
        "setup": r.SETTING_UP,
        "running": r.RUNNING,
        "blocked": r.BLOCKED,
        "down": r.DOWN,
        "waiting_for_crew": r.WAITING_CREW,
        "waiting_for_operator": r.WAITING_OPERATOR,
        "waiting_for_material": r.WAITING_MATERIAL,
        "maintenance": r.MAINTAINED,
    }
