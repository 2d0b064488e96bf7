"""The memory of the real offline window while a day of a large plant is scrubbed from end to end, above idle.

`python -m benchmarks.history_window [--tags 5000] [--hours 24]` makes the day and measures it; `memory_of_window` is
called by the benchmark of recordings with the day that it has made already. It needs a screen, or Xvfb in front of it.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from benchmarks._history_made import START_NS, large_scene, write_day
from benchmarks.harness import exit_code, figure
from twinviewer.cli.open import MEMORY

ROOT = Path(__file__).resolve().parent.parent
NS = 1_000_000_000
MOMENTS = 400
BOUND_MB = 300


def memory_of_window(day: Path, tags: int, hours: int) -> bool:
    """Print the figure; whether it holds. `day` is a recording of `large_scene(tags)` from START_NS on."""
    from installer import display

    command = [sys.executable, "-m", "benchmarks.history_window", "--day", str(day)]
    command += ["--tags", str(tags), "--hours", str(hours)]
    with display.screen(os.environ) as env:
        environ = {**env, MEMORY[0]: MEMORY[1]}  # as `twinviewer open` does
        done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr)
    idle, most, after, seconds = (float(x) for x in done.stdout.split()[-4:])
    sides = {"idle_mb": idle, "after_mb": after, "moments": MOMENTS, "s": seconds}
    return figure("memory of the window above idle while scrubbing the day", most - idle, "MB", sides, f"<= {BOUND_MB}")


def scrub(day: Path, tags: int, hours: int) -> tuple[float, float, float, float]:
    """MB resident: the window with the scene and the first moment, at most, afterwards; and the seconds it took.

    The whole window ticks and draws at each moment: picture, tree, indicators, trend of one asset, time line.
    """
    from twinviewer.app import Application, make_qt
    from twinviewer.history.recording import Recording
    from twinviewer.session import Session
    from twinviewer.session.replay import ReplaySource
    from twinviewer.settings import SettingsStore

    qt = make_qt(["twinviewer"])
    application = Application(qt, SettingsStore(keep=False), safe_mode=True)
    scene, process = large_scene(tags), psutil.Process()
    source = ReplaySource(Recording.open(day, scene), scene, START_NS, follow=True)
    window = application.make_window(Session(scene, source))
    window.resize(1366, 768)
    window.show()
    window.arrange()

    def pass_s(seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            qt.processEvents()
            time.sleep(0.002)

    for _ in range(20):
        window.bridge.tick_now()
        pass_s(0.1)
    while not window.docks.complete:
        window.docks.make_more()
    window.session.select("A3")
    window.bridge.tick_now()
    pass_s(2.0)
    idle = most = process.memory_info().rss / 1e6
    begun = time.perf_counter()
    for k in range(MOMENTS):
        source.seek(START_NS + hours * 3600 * NS * k // MOMENTS)
        window.bridge.tick_now()
        qt.processEvents()
        if k % 20 == 0:
            pass_s(0.2)  # what is read in the thread of the archive comes too
        most = max(most, process.memory_info().rss / 1e6)
    seconds = time.perf_counter() - begun
    pass_s(1.0)
    after = process.memory_info().rss / 1e6
    application.quit()
    application.shut_down()
    pass_s(0.2)
    return idle, most, after, seconds


def main() -> int:
    """Make a day, or take the one that is given, and measure the window on it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tags", type=int, default=5000)
    parser.add_argument("--hours", type=int, default=24)
    parser.add_argument("--day", type=Path, help=argparse.SUPPRESS)  # in the process that is measured
    args = parser.parse_args()
    if args.day is not None:
        print(*scrub(args.day, args.tags, args.hours))
        return 0
    with tempfile.TemporaryDirectory(prefix="twinviewer-bench-") as name:
        day = Path(name) / "day"
        day.mkdir()
        write_day(day, large_scene(args.tags), args.hours)
        memory_of_window(day, args.tags, args.hours)
    return exit_code()


if __name__ == "__main__":
    sys.exit(main())
