"""Recording and looking back: cost, size, speed at any moment of a large day, memory, and kills at random moments."""

import argparse
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import psutil

from benchmarks._history_cost import recorder_cost
from benchmarks._history_made import RECORD_UNTIL_KILLED, START_NS, large_scene, rows_of, write_day
from benchmarks.harness import exit_code, figure
from twinviewer.history.layout import PARTS
from twinviewer.history.recording import Recording
from twinviewer.history.synth import record_offline
from twinviewer.model.connection import Connection, Link
from twinviewer.scene.scene import Scene, load_scene
from twinviewer.session import Session
from twinviewer.session.replay import ReplaySource
from twinviewer.states.evaluator import Evaluator

ROOT = Path(__file__).resolve().parent.parent
NS = 1_000_000_000
CSV_S = 300  # the CSV holds so many seconds; the day's reading time is that times the number of such pieces


def main() -> int:
    """Every figure of the recording, in the order of its table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tags", type=int, default=5000)
    parser.add_argument("--hours", type=int, default=24)
    parser.add_argument("--kills", type=int, default=200)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="twinviewer-bench-") as name:
        folder = Path(name)
        cost, sides = recorder_cost(folder)
        figure("recorder CPU / feed decode CPU, per 1,000 samples", cost, "ratio", sides, "<= 1")
        size(folder)
        scene = large_scene(args.tags)
        day = folder / "day"
        day.mkdir()
        begun = time.perf_counter()
        count = write_day(day, scene, args.hours)
        stored = sum(p.stat().st_size for p in (day / "samples").iterdir())
        sides = {"samples": count, "s": time.perf_counter() - begun}
        figure("the large day", stored / count, "bytes/sample", sides, "")
        scrub(day, scene, args.hours, folder)
        trend(day, scene, args.hours)
        memory(day, args.tags, args.hours)
        kills(folder, args.kills)
    return exit_code()


def size(folder: Path) -> None:
    """An hour of the demo plant, compacted."""
    scene = load_scene(ROOT / "scenes" / "assembly-hall", geometry=False)
    place = folder / "demo"
    count = record_offline(scene, place, 2.0, 1, start_ns=START_NS)
    sides = {n: sum(p.stat().st_size for p in (place / n).iterdir()) / count for n in PARTS}
    raw = sides["samples"] + sides["moments"] + sides["keyframes"]
    figure("bytes per sample, demo plant", raw, "bytes", sides, "<= 4")


def scrub(day: Path, scene: Scene, hours: int, folder: Path) -> None:
    """A random moment: every tag's sample and every asset's state; and the same from a CSV."""
    recording, evaluator = Recording.open(day, scene), Evaluator(scene)
    rng = np.random.default_rng(1)
    connected = Connection(Link.CONNECTED)
    spent = []
    csv, csv_s = _csv(folder, len(scene.tags)), []
    for k in range(120):
        time_ns = START_NS + int(rng.integers(0, hours * 3600 * NS))
        begun = time.perf_counter()
        evaluator.reset()
        _, states = evaluator.evaluate(recording.at(time_ns), time_ns, connected)
        spent.append(1000 * (time.perf_counter() - begun))
        assert (states.state > 0).all()
        if k % 40 == 20:
            csv_s.append(_from_csv(csv, len(scene.tags)))
    recording.close()
    p95 = float(np.quantile(spent, 0.95))
    csv_day_ms = 1000 * float(np.median(csv_s)) * hours * 3600 / CSV_S
    figure("scrub to any moment, p95", p95, "ms", {"median_ms": np.median(spent), "worst_ms": max(spent)}, "<= 200")
    sides = {"ours_ms": p95, "csv_of_the_day_ms": csv_day_ms, "csv_measured_s": csv_s, "csv_seconds": CSV_S}
    figure(
        "scrub / CSV by pandas, scaled from a part of the day",
        p95 / csv_day_ms,
        "ratio",
        sides,
        "<= 0.01",
    )


def _csv(folder: Path, tags: int) -> Path:
    import pandas as pd

    rows = rows_of(tags, START_NS, CSV_S, np.random.default_rng(5))
    path = folder / "part.csv"
    table = pd.DataFrame({"time": rows.time, "tag": rows.tag, "value": rows.value, "status": rows.status})
    table.to_csv(path, index=False)
    return path


def _from_csv(path: Path, tags: int) -> float:
    """Seconds to find the newest value of every tag at a moment."""
    import pandas as pd

    begun = time.perf_counter()
    table = pd.read_csv(path)
    newest = table[table.time <= START_NS + CSV_S * NS // 2].groupby("tag").last()
    assert len(newest) == tags
    return time.perf_counter() - begun


def trend(day: Path, scene: Scene, hours: int) -> None:
    """One tag over the whole day, 1,000 pixels wide; and over an hour."""
    recording = Recording.open(day, scene)
    rng = np.random.default_rng(2)
    spent: dict[int, list[float]] = {hours: [], 1: []}
    for _ in range(25):
        tag = int(rng.integers(0, len(scene.tags)))
        for span in spent:
            begin_ns = START_NS + int(rng.integers(0, hours - span + 1)) * 3600 * NS
            begun = time.perf_counter()
            seen = recording.series(tag, begin_ns, begin_ns + span * 3600 * NS, 1000)
            spent[span].append(1000 * (time.perf_counter() - begun))
            assert np.isfinite(seen.low).all()
    recording.close()
    sides = {"median_ms": np.median(spent[hours]), "worst_ms": max(spent[hours]), "one_hour_ms": np.median(spent[1])}
    figure("trend of one tag over the day, 1,000 px, p95", float(np.quantile(spent[hours], 0.95)), "ms", sides, "<= 50")


def memory(day: Path, tags: int, hours: int) -> None:
    """A process of its own scrubs the day from end to end."""
    command = [sys.executable, "-m", "benchmarks._history_scrub", str(day), str(tags), str(hours)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    idle, most, after = (float(x) for x in done.stdout.split())
    sides = {"idle_mb": idle, "after_mb": after}
    figure("memory above idle while scrubbing the day", most - idle, "MB", sides, "<= 300")


def scrub_through(day: Path, tags: int, hours: int) -> tuple[float, float, float]:
    """MB resident: with the scene open, at most while scrubbing, and afterwards."""
    scene, process = large_scene(tags), psutil.Process()
    session = Session(scene, ReplaySource(Recording.open(day, scene), scene, START_NS))
    idle = process.memory_info().rss / 1e6
    most = idle
    source = session.source
    assert isinstance(source, ReplaySource)
    for moment in range(0, hours * 3600, max(1, hours * 3600 // 400)):
        source.seek(START_NS + moment * NS)
        session.tick(time.time_ns())
        if moment % 7 == 0:
            source.bands("A3", START_NS, START_NS + 8 * 3600 * NS)
            session.trends.series(7, 8 * 3600, START_NS + moment * NS)
        most = max(most, process.memory_info().rss / 1e6)
    return idle, most, process.memory_info().rss / 1e6


def kills(folder: Path, count: int) -> None:
    """SIGKILL at random moments, one recording over all; its clock runs 1,200 times as fast, to hit compactions."""
    place, rng = folder / "kills", random.Random(11)
    lost_s, tapped, damaged = [], 0, 0
    expected: list[int] = []
    at_ns = 0
    for _ in range(count):
        command = [sys.executable, "-c", RECORD_UNTIL_KILLED, str(place), str(at_ns), str(tapped)]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(rng.uniform(0.05, 1.2))
        process.send_signal(signal.SIGKILL)
        last = int(process.communicate()[0].strip().splitlines()[-1] or tapped)
        recording = Recording.open(place)
        at_ns = max(0, recording.span()[1] - 1_800_000_000 * NS) + 3600 * NS
        rows = recording.samples(["M-0.State"], 0, 2**62)
        recording.close()
        values = rows.value[rows.value >= tapped].astype(int).tolist()
        damaged += values != list(range(tapped, tapped + len(values)))
        expected += values
        lost_s.append((last + 1 - tapped - len(values)) * 0.011)
        tapped = last + 2
    recording = Recording.open(place)
    damaged += recording.samples(["M-0.State"], 0, 2**62).value.astype(int).tolist() != expected
    parts = len(recording.parts)
    recording.close()
    figure("longest loss over all kills", max(lost_s), "s", {"kills": count, "mean_s": sum(lost_s) / count}, "<= 1")
    figure("recordings damaged by kills", damaged, "", {"kills": count, "compacted_hours": parts}, "== 0")


if __name__ == "__main__":
    sys.exit(main())
