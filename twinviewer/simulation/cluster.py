"""Experiments on a Dask cluster by its address: the same numbers, bit for bit, as here."""

import itertools
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from twinviewer.model.errors import LineError
from twinviewer.settings import scheduler_of
from twinviewer.simulation.line import Line
from twinviewer.simulation.replication import replicate
from twinviewer.simulation.results import Result
from twinviewer.simulation.runs import (
    DEFAULT_REPLICATIONS,
    Model,
    Progress,
    Start,
    asked_warmup,
    enough,
    model_of,
    settled,
)
from twinviewer.simulation.samples import Samples, result_of
from twinviewer.simulation.scenario import Scenario
from twinviewer.simulation.tables import horizon_of
from twinviewer.simulation.warmup import warmup_s

TASKS_PER_THREAD = 12  # few enough to cost little, many enough for progress and for a worker that dies
CONNECT_S, PATIENCE_S, LOOK_S = 5, 60.0, 0.01
_ADDRESS = re.compile(r"[a-z]+://.+:\d+/?")
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


def rows(question: Question, units: Sequence[Unit], warmup_s: float) -> list[tuple[int, Samples]] | LineError:
    """What a worker does: some replications, by variant; a scenario that does not fit is an answer too, because a task
    that raises is tried again. The answer depends on the arguments alone."""
    found: list[tuple[int, Samples]] = []
    try:
        for variant, group in itertools.groupby(units, key=lambda u: u[0]):
            model = question.model(variant, warmup_s)
            for _, number in group:
                outcome = replicate(model.tables, question.seed, number, warmup_s, question.start)
                model.samples.add([model.indicators.row(outcome, warmup_s)], outcome.events)
            found.append((variant, model.samples))
    except LineError as error:
        return error
    return found


def warmups(question: Question, variants: Sequence[int]) -> list[float] | LineError:
    """What a worker does: the warm-up of some variants (s)."""
    try:
        return [warmup_s(question.model(k).tables, question.seed) for k in variants]
    except LineError as error:
        return error


def shares(n: int, threads: int) -> list[slice]:
    """`n` units in order as tasks: alike until little is left, then ever smaller, so that no worker waits long for the
    others at the end (guided self-scheduling, Polychronopoulos and Kuck 1987)."""
    most = max(1, -(-n // (TASKS_PER_THREAD * threads)))
    found: list[slice] = []
    begin = 0
    while begin < n:
        size = min(most, -(-(n - begin) // (2 * threads)))
        found.append(slice(begin, begin + size))
        begin += size
    return found


def chosen_scheduler(asked: str | None) -> str | None:
    """The address of the cluster to run on: what was asked for, else what the settings say; None for this machine."""
    return (scheduler_of() if asked is None else asked.strip()) or None


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
    if _ADDRESS.fullmatch(address) is None:  # a client of it would leave a traceback behind
        raise LineError("this is no address of a Dask scheduler", address, "Write for example tcp://host:8786.")
    try:
        from distributed import Client
    except ImportError as error:
        raise LineError("Dask is not installed here", address, 'Install "twinviewer[cluster]".') from error
    began = time.perf_counter()
    question = Question(
        line,
        tuple(scenarios),
        horizon_of(line) if horizon_s is None else float(horizon_s),
        line.model.seed if seed is None else seed,
        start,
    )
    try:
        client = Client(address, timeout=CONNECT_S, set_as_default=False)
    except (OSError, ValueError) as error:
        raise LineError(
            f"no Dask scheduler answers ({error})", address, "Check the address, or leave it out."
        ) from error
    try:
        sweep = _Sweep(client, question, began, progress, cancel)
        sweep.warm_up()
        enough(sweep, replications, sweep.more, cancel)
    finally:
        client.close()
    return sweep.result()


class _Sweep:
    """One experiment's tasks on a cluster. Only the workers build models: what this process did alone, all would wait
    for."""

    def __init__(
        self,
        client: Any,
        question: Question,
        began: float,
        progress: Progress | None,
        cancel: Callable[[], bool] | None,
    ) -> None:
        self._client, self._question, self._began = client, question, began
        self._progress, self._cancel = progress, cancel
        self._samples: dict[int, Samples] = {}
        self._variants = range(1 + len(question.scenarios))
        self._notes: list[str] = []
        self._warmup_s = 0.0
        self.replications = 0

    def warm_up(self) -> None:
        """Find the warm-up, of all variants at once, where the line asks for it."""
        q = self._question
        asked = asked_warmup(q.line, q.start)
        if asked is None:
            found = itertools.chain.from_iterable(self._answers(warmups, self._variants))
            asked = settled(list(found), q.horizon_s, self._notes)
        self._warmup_s = asked

    def more(self, n: int) -> None:
        """`n` more replications of every variant."""
        target = self.replications + n
        units = [(v, k) for v in self._variants for k in range(self.replications, target)]
        for pieces in self._answers(rows, units, self._warmup_s):
            for variant, piece in pieces:
                if variant in self._samples:
                    self._samples[variant].add(piece.rows, piece.events)
                else:
                    self._samples[variant] = piece
        self.replications = target

    def result(self) -> Result:
        """What is known so far."""
        q, wall_s = self._question, time.perf_counter() - self._began
        samples = [self._samples[v] for v in self._variants]
        return result_of(samples, self.replications, q.seed, q.horizon_s, self._warmup_s, wall_s, tuple(self._notes))

    def _answers(self, work: Callable[..., Any], units: Sequence[Any], *more: Any) -> Iterator[Any]:
        threads = max(1, sum(self._client.nthreads().values()))
        parts = shares(len(units), threads)
        # The question travels with every task: what is kept on a worker would be lost with it.
        futures = [
            self._client.submit(work, self._question, units[part], *more, pure=False, retries=5) for part in parts
        ]
        for part, future in zip(parts, futures, strict=True):
            answer = self._result(future, futures)
            if isinstance(answer, LineError):
                self._client.cancel(futures)
                raise answer
            yield answer
            if self._progress is not None:
                self._progress(part.stop / len(units), f"{part.stop} of {len(units)} runs")

    def _result(self, future: Any, futures: list[Any]) -> Any:
        while not future.done():
            if self._cancel is not None and self._cancel():
                self._client.cancel(futures)
                raise LineError("the sweep was cancelled", "simulate", "Start it again.")
            time.sleep(LOOK_S)
        try:
            return future.result()
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
