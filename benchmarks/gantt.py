"""How long the Gantt chart keeps the window's thread when a better plan comes: 200 jobs moved in place.

The other side makes the same bars anew each time; both in turns, on the platform that Qt has here.
"""

import os
import sys
import time
from dataclasses import replace

import numpy as np

from benchmarks.harness import exit_code, figure

JOBS, ASSETS, ROUNDS = 200, 60, 12
HOUR_NS = 3_600_000_000_000
BOUND_MS = 50.0


def main() -> int:
    """Prints the figures; 1 where one does not hold."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    from twinviewer.maintenance.plan_results import Cost, Load, Plan, PlannedJob
    from twinviewer.panels._kit import style
    from twinviewer.panels._maint_plan import PlanPage

    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    style.install(application, "dark")
    random = np.random.default_rng(1)
    start = 1_760_000_000_000_000_000 // HOUR_NS * HOUR_NS

    def plan() -> Plan:
        hours = random.integers(0, 660, JOBS)
        jobs = tuple(
            PlannedJob(
                f"job-{k}", f"A-{k % ASSETS:03d}", "Replace the bearings", "preventive", start + int(h) * HOUR_NS,
                start + (int(h) + 4) * HOUR_NS, "Mechanics", 2, "due", "", start, 0, False, False,
            )
            for k, h in enumerate(hours)
        )  # fmt: skip
        cost = Cost(1, 2, 3, 4, 5, 6, 7, 0.5)
        crews = tuple(Load(f"Crew {k}", random.integers(0, 3, 672), np.full(672, 3)) for k in range(4))
        return Plan(start, 672, jobs, cost, 9.0, 0.1, {"run_to_failure": cost, "plan": cost}, crews, (), ())

    page = PlanPage()
    page.resize(420, 900)
    page.show()
    plans = [plan() for _ in range(ROUNDS)]
    spent: dict[str, list[float]] = {"in place": [], "anew": []}
    page.show_plan(plans[0], {}, start)
    application.processEvents()
    for made in plans:
        for side in spent:
            if side == "anew":
                page.gantt.set_plan(None, {}, start)
            moved = replace(made, start_ns=made.start_ns)
            begun = time.thread_time()
            page.show_plan(moved, {}, start)
            page.gantt.viewport().repaint()
            spent[side].append(1000 * (time.thread_time() - begun))
    sides = {f"{side} ms": round(float(np.median(v)), 1) for side, v in spent.items()}
    worst = float(np.quantile(spent["in place"], 0.95))
    figure(
        "gantt, 200 jobs, update CPU time of the window's thread (95 %)",
        round(worst, 1),
        "ms",
        sides,
        f"<= {BOUND_MS:g}",
    )
    page.close()
    return exit_code()


if __name__ == "__main__":
    sys.exit(main())
