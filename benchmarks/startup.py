"""How long a person waits for the sample hall: process start to its first frame, against bare Python, Qt and numpy.

Both sides are wall-clock seconds of fresh processes, measured in turns; what a scene keeps on disk is there, as at
every start but the first. The first frame is the scene's picture as VTK drew it when all was as it is now, which is
kept (`twinviewer.view.first_picture`); it counts when Qt has painted it. When VTK has drawn the same anew is told
beside, and the time to that without a kept picture, as at a first start. Needs a screen (or Xvfb).
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
CHILD, KEEP = "--child", "--keep"
PATIENCE_S = 60


def child() -> int:
    """Open the hall as `twinviewer open` does, print the moments of the first frame and of the first that VTK drew, and
    go; with KEEP stay until a picture is kept."""
    from PySide6.QtCore import QTimer
    from PySide6.QtGui import QPaintEvent

    import twinviewer.app
    from twinviewer.__main__ import main
    from twinviewer.gui.first_look import StagePlace
    from twinviewer.view.first_picture import is_likely

    start, begun = twinviewer.app.Application.start, time.time()
    paint = StagePlace.paintEvent
    stay = KEEP in sys.argv
    moments: list[float] = []

    def painted(self: StagePlace, event: QPaintEvent) -> None:
        paint(self, event)
        if self.was_painted:
            moments.append(time.time())

    def watched(self: twinviewer.app.Application, wanted: twinviewer.app.Start) -> object:
        window = start(self, wanted)
        timer = QTimer(window)

        def look() -> None:
            drawn = window.has_scene and window.picture.drawn
            if drawn and (not stay or is_likely(SCENE)):
                print(*moments[:1] or [time.time()], time.time(), flush=True)
                os._exit(0)
            if time.time() - begun > PATIENCE_S:
                os._exit(1)

        timer.timeout.connect(look)
        timer.start(1)
        return window

    StagePlace.paintEvent = painted  # type: ignore[method-assign]
    twinviewer.app.Application.start = watched  # type: ignore[method-assign,assignment]
    return main(["open", str(SCENE), "--safe-mode", "--size", "1366x768", "--theme", "dark"])


def frames_s(environ: dict[str, str], *options: str) -> tuple[float, float]:
    """Seconds from starting the process to the first frame of the hall, and to the first that VTK drew in it."""
    begun = time.time()
    command = [sys.executable, "-m", "benchmarks.startup", CHILD, *options]
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=120, check=False)
    words = done.stdout.split()
    if len(words) < 2:
        raise RuntimeError(f"the window did not come up:\n{done.stderr[-2000:]}")
    return float(words[-2]) - begun, float(words[-1]) - begun


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
        frames_s(environ, KEEP)
        bare_s(environ)
        ours, bare = [], []
        for turn in range(ROUNDS):
            for side in (0, 1) if turn % 2 == 0 else (1, 0):
                (ours if side else bare).append((frames_s if side else bare_s)(environ))
        unkept = [_without_picture(environ, Path(home)) for _ in range(ROUNDS // 2)]
    shown, drawn = (statistics.median(times) for times in zip(*ours, strict=True))
    base, anew = statistics.median(bare), statistics.median(unkept)
    figure(
        "startup_first_frame", shown / base, "ratio", {"first_frame_s": shown, "python_numpy_pyside6_s": base}, "<= 2.5"
    )
    figure("startup_drawn_anew", drawn / base, "ratio", {"drawn_s": drawn, "without_kept_picture_s": anew}, "")


def _without_picture(environ: dict[str, str], home: Path) -> float:
    """Seconds until VTK has drawn the hall where no picture of it is kept."""
    for picture in home.rglob("*.first"):
        picture.unlink()
    return frames_s(environ)[1]


def main() -> int:
    """Exit code 1 when the bound does not hold."""
    if CHILD in sys.argv:
        return child()
    measure()
    return exit_code()


if __name__ == "__main__":
    sys.exit(main())
