"""How long a what-if slider waits for its numbers, from the panel's slider to the panel's table, worker and all."""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.harness import exit_code, figure

HALL = Path(__file__).resolve().parents[1] / "scenes" / "assembly-hall"
STEPS = 40
BOUND_MS = 150.0


def main() -> int:
    """One figure: the median wait while a slider of the sample hall is dragged, 24 h ahead, 11 stations."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication, QMainWindow

    from twinviewer.panels import whatif
    from twinviewer.panels._kit.actions import Actions
    from twinviewer.scene.scene import load_scene
    from twinviewer.session import Session

    application = QApplication.instance() or QApplication([])

    def until(done: Callable[[], bool], seconds: float = 60.0) -> None:
        end = time.perf_counter() + seconds
        while not done() and time.perf_counter() < end:
            application.processEvents()
            time.sleep(0.001)

    window = QMainWindow()
    panel = whatif.Panel(Session(load_scene(HALL, geometry=False)), Actions(window))
    window.setCentralWidget(panel)
    window.show()
    until(lambda: panel.results.answer is not None and not panel.busy)
    slider = panel.levers.of_row("speed.OVN-207").slider  # type: ignore[attr-defined]
    slider.setSliderDown(True)
    waits = []
    for k in range(STEPS):
        before, begun = panel.results.answer, time.perf_counter()
        slider.setValue(20 + k)
        until(lambda before=before: panel.results.answer is not before)
        waits.append((time.perf_counter() - begun) * 1000)
    window.close()
    until(lambda: False, 0.5)
    sides = {"p95_ms": round(float(np.percentile(waits, 95)), 1), "steps": STEPS}
    figure("what-if panel: slider to first answer", float(np.median(waits)), "ms", sides, f"<= {BOUND_MS:g}")
    return exit_code()


if __name__ == "__main__":
    sys.exit(main())
