"""A small Dask cluster: the same numbers as here, also when a worker dies."""

import psutil
import pytest

from tests.simulation.lines import queue, tandem
from twinviewer.model.errors import LineError
from twinviewer.simulation.cluster import local_cluster, run_on, shares
from twinviewer.simulation.runs import run
from twinviewer.simulation.scenario import Scenario


@pytest.mark.filterwarnings("ignore")  # distributed warns about its own sockets while it closes
def test_two_workers_give_the_same_numbers_also_when_one_dies():
    line = tandem(4, 2, failure={"mtbf": "200 s", "mttr": "20 s"})
    scenarios = [Scenario(f"s{k}", {"station.m1.speed": 1 + k / 10}) for k in range(1, 4)]
    here = run(line, scenarios, 50_000.0, 20, 5)
    steady, slower = queue(0.7, "exponential(1 s)"), [Scenario("slower", {"station.a.speed": 0.9})]
    killed = []

    def kill_one(fraction: float, _: str) -> None:
        if killed:
            return
        workers = [p for p in psutil.Process().children() if "distributed.cli.dask_worker" in " ".join(p.cmdline())]
        if len(workers) == 2:
            workers[0].kill()
            killed.append(workers[0])

    with local_cluster(2) as address:
        there = run_on(address, line, scenarios, 50_000.0, 20, 5, progress=kill_one)
        narrowed = run_on(address, steady, slower, 6_000.0, "auto", 3)
        with pytest.raises(LineError, match='there is no "b"') as refused:
            run_on(address, steady, [*slower, Scenario("wrong", {"station.b.speed": 2})], 60.0, 2)
    assert killed
    assert 'scenario "wrong"' in refused.value.where
    alone = run(steady, slower, 6_000.0, "auto", 3)
    assert narrowed.replications == alone.replications > 10
    assert narrowed.warmup_s == alone.warmup_s > 0
    assert narrowed.scenarios[0].samples.tobytes() == alone.scenarios[0].samples.tobytes()
    for a, b in zip((here.baseline, *here.scenarios), (there.baseline, *there.scenarios), strict=True):
        assert a.samples.tobytes() == b.samples.tobytes()
    assert there.replications == 20


def test_tasks_cover_all_units_once_and_grow_smaller_towards_the_end():
    for n, threads in ((0, 2), (1, 4), (7, 8), (650, 2), (650, 1), (30, 64)):
        parts = shares(n, threads)
        assert [k for part in parts for k in range(n)[part]] == list(range(n))
        sizes = [part.stop - part.start for part in parts]
        assert sizes == sorted(sizes, reverse=True)
        assert not sizes or sizes[-1] == 1
    assert len(shares(650, 2)) <= 40


def test_a_cluster_that_is_not_there_is_told():
    with pytest.raises(LineError, match="no Dask scheduler"):
        run_on("tcp://127.0.0.1:9", tandem(1, 0), (), 100.0, 1)
