"""Experiments on a Dask cluster by its address: the same numbers, bit for bit, as here."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from twinviewer.model.errors import LineError
from twinviewer.simulation.line import Line
from twinviewer.simulation.replication import replicate
from twinviewer.simulation.results import Result
from twinviewer.simulation.runs import DEFAULT_REPLICATIONS, Experiment, Progress, Start, model_of
from twinviewer.simulation.scenario import Scenario

BATCH = 10  # replications of one task
CONNECT_S, PATIENCE_S = 5, 60.0


def rows(
    line: Line,
    scenario: Scenario | None,
    horizon_s: float,
    seed: int,
    numbers: Sequence[int],
    warmup_s: float,
    start: Start | None,
) -> list[tuple[np.ndarray, int]]:
    """What a worker does: some replications of one variant. The answer depends on the arguments alone."""
    model = model_of(line, horizon_s, scenario, warmup_s)
    found = []
    for k in numbers:
        outcome = replicate(model.tables, seed, k, warmup_s, start)
        found.append((model.indicators.row(outcome, warmup_s), outcome.events))
    return found


def run_on(
    address: str,
    line: Line,
    scenarios: Sequence[Scenario] = (),
    horizon_s: float | None = None,
    replications: int = DEFAULT_REPLICATIONS,
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
    experiment = Experiment(line, scenarios, horizon_s, seed, start)
    try:
        client = Client(address, timeout=CONNECT_S, set_as_default=False)
    except (OSError, ValueError) as error:
        raise LineError(
            f"no Dask scheduler answers ({error})", address, "Check the address, or leave it out."
        ) from error
    try:
        _gather(client, experiment, line, scenarios, replications, progress, cancel)
    finally:
        client.close()
    experiment.wall_s = time.perf_counter() - began
    return experiment.result()


def _gather(
    client: Any,
    experiment: Experiment,
    line: Line,
    scenarios: Sequence[Scenario],
    replications: int,
    progress: Progress | None,
    cancel: Callable[[], bool] | None,
) -> None:
    e = experiment
    batches = [list(range(k, min(k + BATCH, replications))) for k in range(0, replications, BATCH)]
    futures = [
        client.submit(rows, line, s, e.horizon_s, e.seed, numbers, e.warmup_s, e.start, pure=False, retries=5)
        for s in (None, *scenarios)
        for numbers in batches
    ]
    for place, future in enumerate(futures):
        while not future.done():
            if cancel is not None and cancel():
                client.cancel(futures)
                raise LineError("the sweep was cancelled", "simulate", "Start it again.")
            time.sleep(0.005)
        model = e.models[place // len(batches)]
        for row, events in future.result():
            model.rows.append(row)
            model.events += events
        if progress is not None:
            progress((place + 1) / len(futures), f"{place + 1} of {len(futures)} tasks")
    e.replications = replications


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
                processes.append(subprocess.Popen([*worker, address, *more], **quiet))
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
