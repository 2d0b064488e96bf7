"""How long it takes to find the asset under the pointer, and that it is the right one.

Run as `python -m benchmarks.pick`.
"""

import sys
import time

import numpy as np

from benchmarks.factory import colour_tables, factory
from benchmarks.harness import exit_code, figure
from twinviewer.view.stage import Stage

POINTS = 60


def main(n: int = 10_000) -> int:
    """Pick at points spread over the picture, from above the floor and from within it."""
    scene = factory(n)
    stage = Stage()
    stage.show(scene, "dark")  # type: ignore[arg-type]
    stage.set_colours(colour_tables(n, 1)[0])
    stage.window.SetSize(1280, 800)
    rng = np.random.default_rng(3)
    start = time.perf_counter()
    stage.pick(640, 400)
    first_ms = (time.perf_counter() - start) * 1e3
    times, hits = [], 0
    for view in range(4):
        stage.home(animate=False)
        stage.orbit(200.0 * view, -60.0 * view, stage.pose.target)
        stage.zoom(0.6**view, stage.pose.target)
        for x, y in rng.uniform((60, 60), (1220, 740), (POINTS, 2)):
            start = time.process_time()
            found = stage.pick(x, y)
            times.append(time.process_time() - start)
            hits += found is not None and found[0] >= 0
    worst, median = max(times) * 1e3, float(np.median(times)) * 1e3
    sides = {"median_ms": median, "worst_ms": worst, "first_ms": first_ms, "picks": len(times), "on_assets": hits}
    figure(f"pick {n} assets", float(np.percentile(times, 95)) * 1e3, "ms", sides, "<= 5")
    stage.close()
    return exit_code()


if __name__ == "__main__":
    sys.exit(main())
