"""The 20-station line against a plain SimPy program of the same line."""

import numpy as np

from benchmarks.line20 import WEEK_S, Plant, line20, simpy_week
from twinviewer.simulation.results import intervals
from twinviewer.simulation.runs import run


def _figures(w: Plant) -> list[float]:
    shares = [sum(m.seconds.get(s, 0.0) for m in w.machines) / WEEK_S / 20 for s in ("running", "setup")]
    return [w.done, w.lead_s / w.done, w.wip_area / WEEK_S, w.failures, sum(w.waiting_area) / WEEK_S, *shares]


def test_throughput_lead_time_wip_failures_and_states_agree():
    weeks = [simpy_week(seed) for seed in range(8)]
    theirs = np.array([_figures(w) for w in weeks])
    ours = run(line20(), horizon_s=WEEK_S, replications=40).baseline
    column = {n: k for k, n in enumerate(ours.names)}
    stations = [n.removeprefix("queue.") for n in ours.names if n.startswith("queue.")]
    machines = np.array([2 if k in (2, 4, 6, 9, 11, 12) else 1 for k in range(14)])

    def share(state: str) -> np.ndarray:
        return ours.samples[:, [column[f"state.{s}.{state}"] for s in stations]] @ machines / 20

    failures = ours.samples[:, [column[f"failures.{s}"] for s in stations]].sum(1)
    queues = ours.samples[:, [column[f"queue.{s}"] for s in stations]].sum(1)
    mine = np.stack(
        [ours.samples[:, column[k]] for k in ("good", "lead_time_s", "wip")]
        + [failures, queues, share("running"), share("setup")],
        1,
    )
    a, a_low, _ = intervals(mine, 0.999)
    b, b_low, _ = intervals(theirs, 0.999)
    assert (np.abs(a - b) <= (a - a_low) + (b - b_low) + 2e-3 * np.abs(b)).all(), (a, b)
