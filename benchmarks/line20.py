"""The benchmark line, once as a flow model of twinviewer and once as a plain SimPy program.

14 stages, 20 machines, buffers of 5, blocking after service; two products in lots of 30 and 20 with setups at three
stages; lognormal times (cv 0.25); failures (MTBF 4 h, MTTR 12 min; even stages while operating, odd stages in all time
on shift and up) repaired by two technicians; shift calendars; empty start on a Monday at midnight.
"""

import math
import random
from collections.abc import Generator, Iterator
from typing import Any

import simpy

from twinviewer.simulation.line import Line, parse_line

MACHINES = (1, 1, 2, 1, 2, 1, 2, 1, 1, 2, 1, 2, 2, 1)
TIMES_S = (50, 48, 98, 52, 100, 47, 96, 51, 49, 102, 45, 94, 99, 50)
ROOM, CV, CREW = 5, 0.25, 2
LOTS = (("A", 30), ("B", 20))
SETUP_STAGES, SETUP_S, SETUP_CV = (0, 5, 10), 180.0, 0.2
MTBF_S, MTTR_S = 14_400.0, 720.0
ROUND_THE_CLOCK = (10, 11)
WINDOWS_H = ((6, 10), (10.5, 18), (18.5, 22))
WEEK_S = 604_800.0
Events = Generator[simpy.Event, Any, None]


def time_s(stage: int, product: str) -> float:
    """Mean processing time: product B takes a tenth longer at odd stages."""
    return TIMES_S[stage] * (1.1 if product == "B" and stage % 2 else 1.0)


def line20(copies: int = 1) -> Line:
    """The line; with `copies`, as many of it behind each other with as many times the technicians."""
    windows = [f"{int(a):02d}:{int(a % 1 * 60):02d}-{int(b):02d}:{int(b % 1 * 60):02d}" for a, b in WINDOWS_H]
    stations: dict[str, Any] = {}
    for k in range(len(MACHINES) * copies):
        s = k % len(MACHINES)
        stations[f"stage{k:02d}"] = {
            "machines": MACHINES[s],
            "buffer": ROOM,
            "time": {p: f"lognormal({time_s(s, p)} s, cv={CV})" for p, _ in LOTS},
            "calendar": "weekdays" if s in ROUND_THE_CLOCK else "two_shift",
            "failure": {
                "clock": "calendar" if s % 2 else "operating",
                "mtbf": f"exponential({MTBF_S} s)",
                "mttr": f"exponential({MTTR_S} s)",
                "crew": "technicians",
            },
        }
        if s in SETUP_STAGES:
            stations[f"stage{k:02d}"]["setup"] = f"lognormal({SETUP_S} s, cv={SETUP_CV})"
    return parse_line(
        {
            "model": {"name": "benchmark", "horizon": "7 d", "start": "2026-01-05T00:00:00", "warmup": "0 s"},
            "product": {p: {} for p, _ in LOTS},
            "station": stations,
            "crew": {"technicians": {"size": CREW * copies}},
            "calendar": {
                "two_shift": {"week": {"mon-fri": windows}},
                "weekdays": {"week": {"mon-fri": ["00:00-24:00"]}},
            },
            "source": {"s": {"feeds": "stage00", "lots": [{"product": p, "quantity": n} for p, n in LOTS]}},
        }
    )


class Plant:
    """The same line as SimPy processes."""

    def __init__(self, seed: int) -> None:
        self.env = simpy.Environment()
        self.random = random.Random(seed)
        self.buffers = [simpy.Store(self.env, ROOM) for _ in MACHINES[1:]]
        self.crew = simpy.Resource(self.env, CREW)
        self.source = _lots()
        self.done = self.failures = 0
        self.lead_s = self.wip_area = self.wip_at = 0.0
        self.wip = 0
        self.waiting = [0] * len(MACHINES)
        self.waiting_area, self.waiting_at = [0.0] * len(MACHINES), [0.0] * len(MACHINES)
        self.machines = [Machine(self, stage) for stage, n in enumerate(MACHINES) for _ in range(n)]

    def run(self, horizon_s: float) -> "Plant":
        """Simulate from the start."""
        self.env.run(horizon_s)
        for machine in self.machines:
            machine.now("")
        self.count(0)
        for stage in range(len(MACHINES)):
            self.wait(stage, 0)
        return self

    def count(self, change: int) -> None:
        """Keep the area under the number of parts in the line."""
        self.wip_area += self.wip * (self.env.now - self.wip_at)
        self.wip_at = self.env.now
        self.wip += change

    def lognormal(self, mean: float, cv: float) -> float:
        """A lognormal number."""
        variance = math.log1p(cv * cv)
        return self.random.lognormvariate(math.log(mean) - variance / 2, math.sqrt(variance))

    def wait(self, stage: int, change: int) -> None:
        """Keep the area under the number of parts that wait before a stage."""
        self.waiting_area[stage] += self.waiting[stage] * (self.env.now - self.waiting_at[stage])
        self.waiting_at[stage] = self.env.now
        self.waiting[stage] += change


class Machine:
    """A machine that loads, works, fails, keeps its shift, and waits for room."""

    def __init__(self, plant: Plant, stage: int) -> None:
        self.plant, self.env, self.stage = plant, plant.env, stage
        self.up, self.on = True, stage in ROUND_THE_CLOCK
        self.ages_always = stage % 2 == 1
        self.changed = self.env.event()
        self.can_stop: list[simpy.Process] = []  # processes that an end of shift or a failure interrupts
        self.to_failure = plant.random.expovariate(1 / MTBF_S)
        self.product = ""
        self.state, self.since = "starved", 0.0
        self.seconds: dict[str, float] = {}
        self.main = self.env.process(self.run())
        self.env.process(self.shifts())
        if self.ages_always:
            self.clock = self.env.process(self.age())

    def now(self, state: str) -> None:
        """Account the time in the last state."""
        now = self.env.now
        self.seconds[self.state] = self.seconds.get(self.state, 0.0) + now - self.since
        self.state, self.since = state, now

    def set(self, up: bool | None = None, on: bool | None = None) -> None:
        """Change what the machine can do and tell those who wait or work."""
        self.up = self.up if up is None else up
        self.on = self.on if on is None else on
        if self.up and self.on:
            self.changed.succeed()
            self.changed = self.env.event()
        else:
            for process in self.can_stop:
                process.interrupt()
            self.can_stop.clear()

    def available(self) -> Events:
        """Wait until the machine is up and on shift."""
        while not (self.up and self.on):
            self.now("off" if self.up else "down")
            yield self.changed

    def shifts(self) -> Events:
        """Switch the machine on and off."""
        day = (
            ((0, 120),)
            if self.stage in ROUND_THE_CLOCK
            else [(a + 24 * d, b + 24 * d) for d in range(5) for a, b in WINDOWS_H]
        )
        for begin, end in day:
            yield self.env.timeout(begin * 3600 - self.env.now)
            self.set(on=True)
            yield self.env.timeout(end * 3600 - self.env.now)
            self.set(on=False)

    def stoppable(self, process: simpy.Process, wait: simpy.Event) -> Generator[simpy.Event, Any, bool]:
        """Wait for an event; False when a failure or the end of the shift came first."""
        self.can_stop.append(process)
        try:
            yield wait
        except simpy.Interrupt:
            return False
        self.can_stop.remove(process)
        return True

    def age(self) -> Events:
        """Fail by the time on shift and up."""
        while True:
            while not (self.up and self.on):
                yield self.changed
            begin = self.env.now
            if not (yield from self.stoppable(self.clock, self.env.timeout(self.to_failure))):
                self.to_failure -= self.env.now - begin
                continue
            yield from self.fail()

    def fail(self) -> Events:
        """Go down, wait for a technician, be repaired."""
        self.plant.failures += 1
        self.set(up=False)
        self.now("down")
        with self.plant.crew.request() as technician:
            yield technician
            yield self.env.timeout(self.plant.random.expovariate(1 / MTTR_S))
        self.to_failure = self.plant.random.expovariate(1 / MTBF_S)
        self.set(up=True)

    def work(self, seconds: float, state: str) -> Events:
        """Work that shifts and failures interrupt and that goes on afterwards."""
        while seconds > 0:
            yield from self.available()
            self.now(state)
            breaks = not self.ages_always and self.to_failure <= seconds
            begin = self.env.now
            wait = self.env.timeout(self.to_failure if breaks else seconds)
            whole = yield from self.stoppable(self.main, wait)
            spent = self.env.now - begin
            if not self.ages_always:
                self.to_failure -= spent
            if whole and breaks:
                seconds -= spent
                yield from self.fail()
            elif whole:
                return
            else:
                seconds -= spent

    def load(self) -> Generator[simpy.Event, Any, tuple[str, float]]:
        """The next part: its product and when it entered the line."""
        while True:
            yield from self.available()
            if self.stage == 0:
                self.plant.count(1)
                return next(self.plant.source), self.env.now
            self.now("starved")
            get = self.plant.buffers[self.stage - 1].get()
            if get.triggered or (yield from self.stoppable(self.main, get)) or get.triggered:
                self.plant.wait(self.stage, -1)
                return get.value
            get.cancel()

    def run(self) -> Events:
        """The life of a machine."""
        plant = self.plant
        while True:
            product, entered = yield from self.load()
            if self.stage in SETUP_STAGES and self.product not in ("", product):
                yield from self.work(plant.lognormal(SETUP_S, SETUP_CV), "setup")
            self.product = product
            yield from self.work(plant.lognormal(time_s(self.stage, product), CV), "running")
            if self.stage + 1 < len(MACHINES):
                self.now("blocked")
                yield plant.buffers[self.stage].put((product, entered))
                plant.wait(self.stage + 1, 1)
            else:
                plant.count(-1)
                plant.done += 1
                plant.lead_s += self.env.now - entered


def _lots() -> Iterator[str]:
    while True:
        for product, n in LOTS:
            yield from (product for _ in range(n))


def simpy_week(seed: int) -> Plant:
    """One week of the SimPy model."""
    return Plant(seed).run(WEEK_S)
