"""Compiles the engine into the cache: `python -m twinviewer.simulation.warm` (at installation, or at first start)."""

import sys
import time

from twinviewer.simulation.line import parse_line
from twinviewer.simulation.runs import run


def main() -> int:
    """Run a tiny line once, which compiles all there is."""
    began = time.perf_counter()
    line = parse_line({"station": {"a": {"time": "10 s"}}, "source": {"s": {"feeds": "a"}}})
    run(line, horizon_s=600.0, replications=2, threads=1)
    print(f"the simulation is ready ({time.perf_counter() - began:.1f} s)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
