"""How long a person waits for the sample hall: process start to its first frame, against bare Python with Qt and numpy.

Both sides are wall-clock seconds of fresh processes, measured in turns; the geometry's cache is warm, as at every start
but the first. Needs a screen (or Xvfb).
"""

import compileall
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.harness import exit_code, figure
from twinviewer.cli._display import virtual_screen

ROOT = Path(__file__).resolve().parents[1]
SCENE = ROOT / "scenes" / "assembly-hall"
ROUNDS = 7
BARE = "import numpy; from PySide6 import QtCore, QtGui, QtWidgets"
CHILD = "--child"
PATIENCE_S = 60


def child() -> int:
    """Open the hall as `twinviewer open` does, print the moment of the first frame, and go."""
    from PySide6.QtCore import QTimer

    import twinviewer.app
    from twinviewer.__main__ import main

    start, begun = twinviewer.app.Application.start, time.time()

    def watched(self: twinviewer.app.Application, wanted: twinviewer.app.Start) -> object:
        window = start(self, wanted)
        timer = QTimer(window)

        def look() -> None:
            if window.picture.has_stage and window.has_scene and window.picture.stage.render_count:
                print(time.time(), flush=True)
                os._exit(0)
            if time.time() - begun > PATIENCE_S:
                os._exit(1)

        timer.timeout.connect(look)
        timer.start(1)
        return window

    twinviewer.app.Application.start = watched  # type: ignore[method-assign,assignment]
    return main(["open", str(SCENE), "--safe-mode", "--size", "1366x768", "--theme", "dark"])


def first_frame_s(environ: dict[str, str]) -> float:
    """Seconds from starting the process to the first frame of the hall."""
    begun = time.time()
    command = [sys.executable, "-m", "benchmarks.startup", CHILD]
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=120, check=False)
    words = done.stdout.split()
    if not words:
        raise RuntimeError(f"the window did not come up:\n{done.stderr[-2000:]}")
    return float(words[-1]) - begun


def bare_s(environ: dict[str, str]) -> float:
    """Seconds of a process that only imports numpy and Qt."""
    begun = time.time()
    subprocess.run([sys.executable, "-c", BARE], cwd=ROOT, env=environ, check=True, timeout=120)
    return time.time() - begun


def measure() -> None:
    """Print the figure."""
    compileall.compile_dir(ROOT / "twinviewer", quiet=1)  # as set-up does
    with tempfile.TemporaryDirectory() as home, virtual_screen(1920, 1080):
        environ = dict(os.environ, XDG_CONFIG_HOME=home, XDG_CACHE_HOME=f"{home}/cache")
        first_frame_s(environ)
        bare_s(environ)
        ours, bare = [], []
        for turn in range(ROUNDS):
            for side in (0, 1) if turn % 2 == 0 else (1, 0):
                (ours if side else bare).append((first_frame_s if side else bare_s)(environ))
    a, b = statistics.median(ours), statistics.median(bare)
    figure("startup_first_frame", a / b, "ratio", {"first_frame_s": a, "python_numpy_pyside6_s": b}, "<= 2.5")


def main() -> int:
    """Exit code 1 when the bound does not hold."""
    if CHILD in sys.argv:
        return child()
    measure()
    return exit_code()


if __name__ == "__main__":
    sys.exit(main())
