"""One tick of 10,000 assets with five tags each: read the table, evaluate states, judge alarms, choose colours."""

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.harness import exit_code, figure
from tests.factory import CONNECTED, NOW_NS, make_scene, snapshot
from twinviewer import colours
from twinviewer.model.frame import Frame
from twinviewer.model.sample import SampleBatch
from twinviewer.states.alarms import AlarmBook
from twinviewer.states.evaluator import Evaluator
from twinviewer.tags.table import TagTable

ASSETS = 10_000


def main() -> int:
    """Median of 60 ticks, in each of which a tenth of the tags changed."""
    scene = make_scene(ASSETS)
    rng = np.random.default_rng(1)
    first = snapshot(scene)
    n = len(scene.tags)
    with tempfile.TemporaryDirectory(dir=os.environ.get("XDG_RUNTIME_DIR")) as folder:
        table = TagTable.create(Path(folder) / "table", n, scene.key)
        every = np.arange(n, dtype=np.int32)
        table.write(SampleBatch(every, first.value, first.status, first.source_ns, first.server_ns, NOW_NS))
        evaluator, book = Evaluator(scene), AlarmBook(scene)
        parts: dict[str, list[float]] = {"read": [], "states": [], "alarms": [], "colours": [], "tick": []}
        for k in range(70):
            now = NOW_NS + k * 100_000_000
            some = np.sort(rng.choice(n, n // 10, replace=False)).astype(np.int32)
            value = np.abs(first.value[some] + rng.normal(0, 0.3, len(some)) * (some % 5 == 1))
            stamp = np.full(len(some), now, np.int64)
            table.write(SampleBatch(some, value, np.zeros(len(some), np.uint32), stamp, stamp, now))
            marks = [time.perf_counter()]
            shot = table.read()
            marks.append(time.perf_counter())
            tags, assets = evaluator.evaluate(shot, now, CONNECTED, book.alarms)
            marks.append(time.perf_counter())
            book.update(tags, assets, now)
            marks.append(time.perf_counter())
            colours.table("status", Frame(now, "live", CONNECTED, tags, assets), scene, "dark")
            marks.append(time.perf_counter())
            for name, seconds in zip(parts, [*np.diff(marks), marks[-1] - marks[0]], strict=True):
                parts[name].append(1000 * float(seconds))
        table.close()
    median = {name: statistics.median(times[10:]) for name, times in parts.items()}
    sides = {f"{name}_ms": value for name, value in median.items() if name != "tick"}
    figure("one tick, 10,000 assets with 5 tags", median["tick"], "ms", sides, "<= 10")
    return exit_code()


if __name__ == "__main__":
    sys.exit(main())
