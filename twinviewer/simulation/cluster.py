"""Experiments on a Dask cluster by its address: the same numbers, bit for bit, as here."""

import itertools
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from twinviewer.model.errors import LineError
from twinviewer.simulation.line import Line
from twinviewer.simulation.replication import replicate
from twinviewer.simulation.results import Result
from twinviewer.simulation.runs import (
    DEFAULT_REPLICATIONS,
    Experiment,
    Model,
    Progress,
    Start,
    asked_warmup,
    enough,
    model_of,
)
from twinviewer.simulation.scenario import Scenario
from twinviewer.simulation.warmup import warmup_s

TASKS_PER_THREAD = 12  # few enough to cost little, many enough that no worker waits long for the others at the end
CONNECT_S, PATIENCE_S = 5, 60.0
Unit = tuple[int, int]  # variant (0 the baseline), replication


@dataclass(frozen=True)
class Question:
    """What all tasks of one experiment share."""

    line: Line
    scenarios: tuple[Scenario, ...]
    horizon_s: float
    seed: int
    start: Start | None

    def model(self, variant: int, warmup_s: float = 0.0) -> Model:
        """One of its variants."""
        scenario = self.scenarios[variant - 1] if variant else None
        return model_of(self.line, self.horizon_s, scenario, warmup_s)


def rows(question: Question, units: Sequence[Unit], warmup_s: float) -> tuple[np.ndarray, list[int]]:
    """What a worker does: some replications, as float64 (units, indicators of the longest variant), NaN beyond, and
    their events. The answer depends on the arguments alone."""
    found, events = [], []
    for variant, group in itertools.groupby(units, key=lambda u: u[0]):
        model = question.model(variant, warmup_s)
        for _, number in group:
            outcome = replicate(model.tables, question.seed, number, warmup_s, question.start)
            found.append(model.indicators.row(outcome, warmup_s))
            events.append(outcome.events)
    table = np.full((len(found), max(len(r) for r in found)), np.nan)
    for k, row in enumerate(found):
        table[k, : len(row)] = row
    return table, events


def warmups(question: Question, variants: Sequence[int]) -> list[float]:
    """What a worker does: the warm-up of some variants."""
    return [warmup_s(question.model(k).tables, question.seed) for k in variants]


def run_on(
    address: str,
    line: Line,
    scenarios: Sequence[Scenario] = (),
    horizon_s: float | None = None,
    replications: int | str = DEFAULT_REPLICATIONS,
    seed: int | None = None,
    start: Start | None = None,
    progress: Progress | None = None,
    cancel: Callable[[], bool] | None = None,
) -> Result:
    """As `runs.run`, on the cluster at `address`. A worker that dies costs time: its tasks are done again elsewhere.

    Raises LineError where the cluster does not answer or Dask is not installed.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise LineError("Dask is not installed here", address, 'Install "twinviewer[cluster]".') from error
    began = time.perf_counter()
    experiment = Experiment(line, scenarios, horizon_s, seed, start, 0.0)
    try:
        client = Client(address, timeout=CONNECT_S, set_as_default=False)
    except (OSError, ValueError) as error:
        raise LineError(
            f"no Dask scheduler answers ({error})", address, "Check the address, or leave it out."
        ) from error
    try:
        sweep = _Sweep(client, experiment, line, scenarios, progress, cancel)
        sweep.warm_up()
        enough(experiment, replications, sweep.more, cancel)
    finally:
        client.close()
    experiment.wall_s = time.perf_counter() - began
    return experiment.result()


class _Sweep:
    """One experiment's tasks on a cluster."""

    def __init__(
        self,
        client: Any,
        experiment: Experiment,
        line: Line,
        scenarios: Sequence[Scenario],
        progress: Progress | None,
        cancel: Callable[[], bool] | None,
    ) -> None:
        e = self.experiment = experiment
        self._client, self._progress, self._cancel = client, progress, cancel
        self._line, self._scenarios = line, scenarios
        self._question = Question(line, tuple(scenarios), e.horizon_s, e.seed, e.start)

    def warm_up(self) -> None:
        """Find the warm-up, of all variants at once, where the line asks for it."""
        e = self.experiment
        asked = asked_warmup(self._line, e.start)
        if asked is None:
            parts = self._parts(list(range(len(e.models))))
            asked = e.settled([s for found in self._answers(warmups, parts) for s in found])
        e.warm_up(self._line, self._scenarios, asked)

    def more(self, n: int) -> None:
        """`n` more replications of every variant."""
        e = self.experiment
        target = e.replications + n
        units = [(v, k) for v, m in enumerate(e.models) for k in range(len(m.rows), target)]
        parts = self._parts(units)
        for part, (table, events) in zip(parts, self._answers(rows, parts, e.warmup_s), strict=True):
            for (variant, _), row, handled in zip(part, table, events, strict=True):
                model = e.models[variant]
                model.rows.append(row[: len(model.indicators.names)])
                model.events += handled
        e.replications = target

    def _parts(self, units: list[Any]) -> list[list[Any]]:
        """The units in tasks of nearly equal size, in order, so that a task needs few variants."""
        threads = max(1, sum(self._client.nthreads().values()))
        n = min(len(units), TASKS_PER_THREAD * threads)
        edges = np.linspace(0, len(units), n + 1).astype(int)
        return [units[a:b] for a, b in itertools.pairwise(edges)]

    def _answers(self, work: Callable[..., Any], parts: list[list[Any]], *more: Any) -> Iterator[Any]:
        # The question travels with every task: what is kept on a worker would be lost with it.
        submit = self._client.submit
        futures = [submit(work, self._question, part, *more, pure=False, retries=5) for part in parts]
        for place, future in enumerate(futures):
            while not future.done():
                if self._cancel is not None and self._cancel():
                    self._client.cancel(futures)
                    raise LineError("the sweep was cancelled", "simulate", "Start it again.")
                time.sleep(0.01)
            yield self._result(future)
            if self._progress is not None:
                self._progress((place + 1) / len(futures), f"{place + 1} of {len(futures)} tasks")

    def _result(self, future: Any) -> Any:
        try:
            return future.result()
        except LineError:
            raise
        except Exception as error:  # of Dask's many, or of a worker that has another version
            text = f"the cluster could not finish a task ({type(error).__name__}: {error})"
            remedy = "Check that its workers run, have room, and the same version of twinviewer; then start again."
            raise LineError(text, self._client.scheduler.address, remedy) from error


@contextmanager
def local_cluster(workers: int) -> Iterator[str]:
    """A scheduler and worker processes of this machine, one thread each; gives the address."""
    with TemporaryDirectory(prefix="twinviewer-dask-") as folder:
        file = Path(folder) / "scheduler.json"
        common = ["--scheduler-file", str(file)]
        quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": None}
        dask = [sys.executable, "-m", "distributed.cli.dask_scheduler"]
        worker = [sys.executable, "-m", "distributed.cli.dask_worker"]
        options = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
        processes: list[subprocess.Popen[Any]] = [subprocess.Popen([*dask, *options, *common], **quiet)]
        try:
            address = _address(file, processes[0])
            for _ in range(workers):
                more = ["--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", folder]
                alone = ["--death-timeout", str(int(PATIENCE_S))]  # without a scheduler they end themselves
                processes.append(subprocess.Popen([*worker, address, *more, *alone], **quiet))
            _wait_for(address, workers)
            yield address
        finally:
            for process in reversed(processes):
                process.terminate()
            for process in processes:
                _end(process)


def _end(process: subprocess.Popen[Any]) -> None:
    try:
        process.wait(2)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _address(file: Path, process: subprocess.Popen[Any]) -> str:
    import json

    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end and process.poll() is None:
        try:
            return str(json.loads(file.read_text(encoding="utf-8"))["address"])
        except (OSError, ValueError):
            time.sleep(0.05)
    raise LineError("a Dask scheduler did not start", "cluster", 'Check that "twinviewer[cluster]" is installed.')


def _wait_for(address: str, workers: int) -> None:
    from distributed import Client

    with Client(address, timeout=30, set_as_default=False) as client:
        client.wait_for_workers(workers, timeout=PATIENCE_S)
