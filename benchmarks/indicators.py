"""Indicators and trends over a recording: what a scrubbed moment and a moved trend cost the window's thread.

`python -m benchmarks.indicators`: two hours of the sample hall, recorded offline into a temporary folder.
"""

import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.harness import exit_code, figure
from twinviewer.history.recording import Recording
from twinviewer.history.synth import record_offline
from twinviewer.kpi.live import KpiTracker
from twinviewer.kpi.reading import read_shift
from twinviewer.kpi.report import shift_report
from twinviewer.kpi.shifts import shift_of
from twinviewer.model.connection import Connection, Link
from twinviewer.scene.scene import Scene, load_scene
from twinviewer.session import Session
from twinviewer.session.line import TrendLine
from twinviewer.session.replay import ReplaySource
from twinviewer.states.evaluator import Evaluator

NS = 1_000_000_000
HOURS = 2.0
MOMENTS = 100


def main() -> int:
    """Print the figures; 1 when one does not hold."""
    scene = load_scene(Path(__file__).resolve().parents[1] / "scenes" / "assembly-hall", geometry=False)
    start_ns = shift_of(time.time_ns() - 86_400 * NS)[0]
    with tempfile.TemporaryDirectory(prefix="twinviewer-benchmark-") as folder:
        record_offline(scene, Path(folder) / "r", HOURS, 3, start_ns=start_ns, step_s=2.0)
        recording = Recording.open(Path(folder) / "r", scene)
        try:
            _moments(recording, scene)
            _trend(recording, scene)
        finally:
            recording.close()
    return exit_code()


def _moments(recording: Recording, scene: Scene) -> None:
    """All indicators of a moment: looked up, and as a report would work them out."""
    first, last = recording.span()
    rng = np.random.default_rng(1)
    tracker, evaluator = KpiTracker(scene, replaying=True), Evaluator(scene)
    begun = time.perf_counter()
    past = read_shift(recording, scene, *shift_of(first + NS))
    read_s = time.perf_counter() - begun
    spent: list[float] = []
    for time_ns in rng.integers(first, last, MOMENTS).tolist():
        tags, states = evaluator.evaluate(recording.at(time_ns), time_ns, Connection(Link.CONNECTED))
        begun = time.perf_counter()
        tracker.update(tags, states, time_ns, 0)
        spent.append(time.perf_counter() - begun)
        if len(spent) == 1:
            tracker.take(past)
    begun = time.perf_counter()
    shift_report(recording, scene, past.from_ns, last)
    report_ms = 1e3 * (time.perf_counter() - begun)
    p95 = 1e3 * float(np.percentile(spent[1:], 95))
    sides = {"report_ms": report_ms, "read_once_beside_the_window_s": read_s}
    figure("indicators of a replayed moment, p95", p95, "ms", sides, "<= 20")


def _trend(recording: Recording, scene: Scene) -> None:
    """The longest that a question for any stretch of any trend holds up the one who asks."""
    first, last = recording.span()
    rng = np.random.default_rng(2)
    session = Session(scene, ReplaySource(Recording.open(recording.folder.address, scene), scene, last))
    line = TrendLine(session)
    tags = [t.index for t in scene.tags if t.role in ("power", "vibration", "temperature")]
    waits, whole = [], []
    for _ in range(MOMENTS // 2):
        span = int(NS * 10 ** rng.uniform(1, np.log10((last - first) / NS)))
        from_ns = int(rng.integers(first, last - span + 1))
        tag = int(rng.choice(tags))
        asked = time.perf_counter()
        while True:
            begun = time.perf_counter()
            line.between(tag, from_ns, from_ns + span)
            waits.append(time.perf_counter() - begun)
            if not line.pending:
                break
            time.sleep(0.002)
        whole.append(time.perf_counter() - asked)
    session.close()
    sides = {"until_drawn_p95_ms": 1e3 * float(np.percentile(whole, 95)), "questions": len(waits)}
    figure("a trend of any stretch holds up the window, worst", 1e3 * max(waits), "ms", sides, "<= 50")


if __name__ == "__main__":
    sys.exit(main())
