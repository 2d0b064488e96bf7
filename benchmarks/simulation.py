"""The what-if engine: against SimPy, while dragging, at first use, as it grows, coverage, on a small cluster."""

import os
import statistics
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from benchmarks.harness import best, exit_code, figure, interleaved
from benchmarks.line20 import WEEK_S, line20, simpy_week
from twinviewer.simulation.line import Line, parse_line
from twinviewer.simulation.replication import replicate
from twinviewer.simulation.runs import Experiment, run
from twinviewer.simulation.scenario import Scenario
from twinviewer.simulation.tables import build

REPLICATIONS, DRAGGING = 30, 8
FIRST_USE = """
import time
began = time.perf_counter()
from twinviewer.simulation.api import Experiment
from benchmarks.line20 import line20
Experiment(line20(), horizon_s=3600.0).more(1)
print(time.perf_counter() - began)
"""


def main() -> int:
    """Print every figure."""
    line = line20()
    run(line, horizon_s=3600.0, replications=1)
    _against_simpy(line)
    _interactive(line)
    _first_use()
    _growth()
    _coverage()
    _cluster(line)
    return exit_code()


def _against_simpy(line: Line) -> None:
    tables = build(line, WEEK_S)
    ours, theirs = interleaved(lambda: [replicate(tables, 1, k) for k in range(10)], lambda: simpy_week(1), repeats=5)
    sides = {"ours_ms": ours * 100, "simpy_ms": theirs * 1000}
    figure("SimPy ÷ ours, one week of the 20-station line", theirs / ours * 10, "x", sides, ">= 60")


def _interactive(line: Line) -> None:
    base = run(line, horizon_s=WEEK_S, replications=REPLICATIONS)
    week = best(lambda: run(line, horizon_s=WEEK_S, replications=REPLICATIONS), 5)
    sides = {"events": base.baseline.events, "threads": os.cpu_count()}
    figure("one week x 30 replications, warm", week, "s", sides, "<= 0.5")
    experiment = Experiment(line, (), WEEK_S)
    experiment.more(DRAGGING)  # the baseline is known before anybody drags
    value = iter(range(80, 200))
    with ThreadPoolExecutor(os.cpu_count()) as pool:

        def answer() -> None:
            dragged = Scenario("dragged", levers={"speed.stage03": next(value)})
            experiment.against([dragged]).more(DRAGGING, pool)

        figure("first answer while dragging", best(answer, 5) * 1000, "ms", {"replications": DRAGGING}, "<= 150")


def _first_use() -> None:
    def once() -> float:
        return float(
            subprocess.run([sys.executable, "-c", FIRST_USE], capture_output=True, text=True, check=True).stdout
        )

    once()
    figure("first use after start, compile cache present", min(once() for _ in range(3)), "s", {}, "<= 1")


def _growth() -> None:
    def seconds(line: Line, horizon_s: float) -> tuple[float, int]:
        tables = build(line, horizon_s)
        return best(lambda: replicate(tables, 1, 0), 5, time.process_time), replicate(tables, 1, 0).events

    (one, events), (longer, more), (larger, most) = (
        seconds(line20(), WEEK_S),
        seconds(line20(), 10 * WEEK_S),
        seconds(line20(10), WEEK_S),
    )
    figure("time at 10x horizon ÷ time", longer / one, "x", {"events": [events, more]}, "<= 11")
    figure("time at 10x stations ÷ time", larger / one, "x", {"events": [events, most]}, "<= 12")


def _coverage() -> None:
    """Share of 400 intervals that hold the exact value: 100 experiments of ten replications on each of four cases."""

    def queue(rate: float, machines: int) -> Line:
        station = {"a": {"time": "exponential(1 s)", "machines": machines}}
        return parse_line({"station": station, "source": {"s": {"feeds": "a", "policy": f"exponential({1 / rate} s)"}}})

    blocking = {f"m{k}": {"time": "exponential(1 s)", "buffer": 3} for k in range(2)}
    breaking = {"a": {"time": "1 s", "failure": {"mtbf": "90 s", "mttr": "10 s"}}}
    source = {"s": {"feeds": "m0"}}
    cases = [
        (queue(0.5, 1), "lead_time_s", 2.0),
        (queue(2.0, 3), "lead_time_s", 1 + 4 / 9),  # Erlang C(3, 2) = 4/9, over 3 - 2
        (parse_line({"station": blocking, "source": source}), "throughput_per_h", 3600 * 5 / 6),
        (parse_line({"station": breaking, "source": {"s": {"feeds": "a"}}}), "throughput_per_h", 3600 * 0.9),
    ]
    held = 0
    for line, kpi, exact in cases:
        for seed in range(100):
            e = Experiment(line, (), 6000.0, seed, warmup=600.0).more(10).baseline.kpis[kpi]
            held += e.low <= exact <= e.high
    figure("coverage of 95 % intervals over 400 experiments, at least", held / 4, "%", {"held": held}, ">= 93")
    figure("coverage of 95 % intervals over 400 experiments, at most", held / 4, "%", {"held": held}, "<= 97")


def _cluster(line: Line) -> None:
    from twinviewer.simulation.cluster import local_cluster, run_on

    scenarios = [Scenario(f"s{k}", levers={"speed.stage03": 90 + k / 2}) for k in range(64)]
    with local_cluster(2) as address, local_cluster(1) as alone:

        def sweep(where: str) -> float:
            began = time.perf_counter()
            run_on(where, line, scenarios, WEEK_S, 10)
            return time.perf_counter() - began

        sweep(address), sweep(alone)
        times = [(sweep(address), sweep(alone)) for _ in range(3)]
    two, one = (statistics.median(t[k] for t in times) for k in (0, 1))
    figure("one Dask worker ÷ two, 64 scenarios", one / two, "x", {"two_s": two, "one_s": one}, ">= 1.7")


if __name__ == "__main__":
    sys.exit(main())
