"""Experiments: a baseline and scenarios on shared random numbers, as many replications as the answer needs."""

import copy
import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from twinviewer.model.errors import LineError
from twinviewer.simulation.indicators import Indicators
from twinviewer.simulation.line import Line
from twinviewer.simulation.quantities import span_s
from twinviewer.simulation.replication import Replication, replicate
from twinviewer.simulation.results import Result
from twinviewer.simulation.samples import Samples, result_of
from twinviewer.simulation.scenario import Scenario, Stop, applied
from twinviewer.simulation.tables import Tables, build, horizon_of
from twinviewer.simulation.warmup import warmup_s

Start = Callable[[Replication], None]
Progress = Callable[[float, str], None]
DEFAULT_REPLICATIONS = 30
FIRST, STEP, MOST = 10, 10, 200  # of "auto"
UNSETTLED = 0.45  # of the horizon: a longer warm-up is no end of the beginning
NARROW = {"throughput_per_h": 0.01, "lead_time_s": 0.05}  # half-width by mean at which "auto" stops


@dataclass
class Model:
    """One variant, compiled to tables, with what is known of it."""

    line: Line
    tables: Tables
    indicators: Indicators
    samples: Samples
    stops: tuple[Stop, ...] = ()


def model_of(line: Line, horizon_s: float, scenario: Scenario | None = None, warmup_s: float = 0.0) -> Model:
    """The baseline, or a scenario of it. Raises LineError."""
    if scenario is None:
        return _model("baseline", line, build(line, horizon_s, (), warmup_s), ())
    line, stops = applied(line, scenario)
    try:
        tables = build(line, horizon_s, stops, warmup_s)
    except LineError as error:
        raise LineError(error.text, f'scenario "{scenario.name}": {error.where}', error.remedy) from error
    return _model(scenario.name, line, tables, stops)


def _model(name: str, line: Line, tables: Tables, stops: tuple[Stop, ...]) -> Model:
    indicators = Indicators.of(tables, line)
    return Model(
        line, tables, indicators, Samples(name, indicators.names, indicators.stations, tables.order_names), stops
    )


def asked_warmup(line: Line, start: Start | None) -> float | None:
    """The warm-up (s) that the line asks for; None where it is to be found out."""
    if start is not None:
        return 0.0  # a question about now ends: nothing of it is discarded
    asked = line.model.warmup
    if asked is None:
        ends = bool(line.order) or bool(line.calendar) or any(m.supply for m in line.material.values())
        asked = "0 s" if ends else "auto"
    return None if asked == "auto" else span_s(asked, "model.warmup")


def settled(found_s: Sequence[float], horizon_s: float, notes: list[str]) -> float:
    """The warm-up of all variants (s) from that of each; adds a note where the line does not settle at all."""
    longest = max(found_s)
    if longest > UNSETTLED * horizon_s:
        notes.append(
            "The line does not settle within the horizon: more may enter than it can work off, or the horizon is "
            "short. Its figures depend on the horizon."
        )
    return longest


class Experiment:
    """A baseline and its scenarios, refined by more replications as long as somebody wants.

    Replication k of every variant uses the same random numbers, so that differences are paired. The result depends on
    seed and number of replications alone, not on threads.
    """

    def __init__(
        self,
        line: Line,
        scenarios: Sequence[Scenario] = (),
        horizon_s: float | None = None,
        seed: int | None = None,
        start: Start | None = None,
        warmup: float | None = None,
    ) -> None:
        self.horizon_s = horizon_of(line) if horizon_s is None else float(horizon_s)
        self.seed = line.model.seed if seed is None else seed
        self.start = start
        self.notes: list[str] = []
        variants = (None, *scenarios)
        self.models = [model_of(line, self.horizon_s, s) for s in variants]
        self.replications = 0
        self.wall_s = 0.0
        if warmup is None:
            warmup = asked_warmup(line, start)
        if warmup is None:
            warmup = settled([warmup_s(m.tables, self.seed) for m in self.models], self.horizon_s, self.notes)
        self.warmup_s = warmup
        if warmup > 0:
            self.models = [model_of(line, self.horizon_s, s, warmup) for s in variants]

    def more(
        self,
        n: int,
        pool: Executor | None = None,
        progress: Progress | None = None,
        cancel: Callable[[], bool] | None = None,
    ) -> Result:
        """Run `n` more replications of every variant and return what is known then; stops early when cancelled."""
        began = time.perf_counter()
        target = self.replications + n
        jobs = [(m, k) for k in range(target) for m in self.models if k >= len(m.samples.rows)]
        for (model, _), (row, events) in zip(jobs, self._run(jobs, pool, progress, cancel), strict=False):
            model.samples.add([row], events)
        self.replications = min(target, *(len(m.samples.rows) for m in self.models))
        self.wall_s += time.perf_counter() - began
        return self.result()

    def against(self, scenarios: Sequence[Scenario]) -> "Experiment":
        """The same baseline, with what is known of it, against other scenarios: quick enough to follow a slider.

        Start it by `more` with at most the replications of the baseline, and only those of the scenarios are run.
        """
        other = copy.copy(self)
        other.models = [
            self.models[0],
            *(model_of(self.models[0].line, self.horizon_s, s, self.warmup_s) for s in scenarios),
        ]
        other.replications, other.wall_s, other.notes = 0, 0.0, list(self.notes)
        return other

    def _run(
        self,
        jobs: list[tuple[Model, int]],
        pool: Executor | None,
        progress: Progress | None,
        cancel: Callable[[], bool] | None,
    ) -> list[tuple[np.ndarray, int]]:
        futures: list[Future[tuple[np.ndarray, int]]] = []
        if pool is not None:
            futures = [pool.submit(self._one, m, k) for m, k in jobs]
        done: list[tuple[np.ndarray, int]] = []
        try:
            for place, (m, k) in enumerate(jobs):
                if cancel is not None and cancel():
                    break
                done.append(futures[place].result() if futures else self._one(m, k))
                if progress is not None:
                    progress((place + 1) / len(jobs), f"replication {k + 1}")
        finally:
            for future in futures:
                future.cancel()
        return done

    def _one(self, model: Model, number: int) -> tuple[np.ndarray, int]:
        outcome = replicate(model.tables, self.seed, number, self.warmup_s, self.start)
        return model.indicators.row(outcome, self.warmup_s), outcome.events

    def result(self) -> Result:
        """What is known so far."""
        samples = [m.samples for m in self.models]
        return result_of(
            samples, self.replications, self.seed, self.horizon_s, self.warmup_s, self.wall_s, tuple(self.notes)
        )


def narrow_enough(result: Result) -> bool:
    """Whether the intervals of throughput and lead time are narrow beside their means."""
    for variant in (result.baseline, *result.scenarios):
        for name, share in NARROW.items():
            e = variant.kpis.get(name)
            if e is not None and not e.half_width <= share * abs(e.mean):
                return False
    return True


class Refined(Protocol):
    """What can be refined: an experiment here, or on a cluster."""

    replications: int

    def result(self) -> Result:
        """What is known so far."""
        ...


def enough(
    experiment: Refined,
    replications: int | str,
    more: Callable[[int], object],
    cancel: Callable[[], bool] | None = None,
) -> None:
    """Run `more(n)` for a number of replications, or for "auto" until the intervals are narrow: the same rule wherever
    replications run, so that their number is the same too."""
    if replications != "auto":
        more(int(replications))
        return
    more(FIRST)
    while experiment.replications < MOST and not narrow_enough(experiment.result()):
        if cancel is not None and cancel():
            return
        more(STEP)


def run(
    line: Line,
    scenarios: Sequence[Scenario] = (),
    horizon_s: float | None = None,
    replications: int | str = DEFAULT_REPLICATIONS,
    seed: int | None = None,
    start: Start | None = None,
    progress: Progress | None = None,
    cancel: Callable[[], bool] | None = None,
    threads: int | None = None,
) -> Result:
    """Run an experiment; `replications` "auto" goes on until the intervals are narrow. Raises LineError."""
    began = time.perf_counter()
    experiment = Experiment(line, scenarios, horizon_s, seed, start)
    workers = threads or os.cpu_count() or 1
    with ThreadPoolExecutor(workers, "simulation") as pool:
        used = pool if workers > 1 else None
        enough(experiment, replications, lambda n: experiment.more(n, used, progress, cancel), cancel)
    experiment.wall_s = time.perf_counter() - began
    return experiment.result()
