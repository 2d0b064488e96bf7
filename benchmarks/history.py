"""Recording and looking back: cost, size, speed at any moment of a large day, memory, and kills at random moments."""

import argparse
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks._history_cost import recorder_cost
from benchmarks._history_made import RECORD_UNTIL_KILLED, START_NS, large_scene, rows_of, write_day
from benchmarks.harness import exit_code, figure
from benchmarks.history_window import memory_of_window
from twinviewer.history.layout import PARTS
from twinviewer.history.recording import Recording
from twinviewer.history.synth import record_offline
from twinviewer.model.connection import Connection, Link
from twinviewer.scene.scene import Scene, load_scene
from twinviewer.states.evaluator import Evaluator

ROOT = Path(__file__).resolve().parent.parent
NS = 1_000_000_000
CSV_S = 300  # the CSV holds so many seconds; the day's reading time is that times the number of such pieces


PARTS_OF_IT = ("cost", "size", "scrub", "trend", "memory", "kills")


def main() -> int:
    """Every figure of the recording, in the order of its table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tags", type=int, default=5000)
    parser.add_argument("--hours", type=int, default=24)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--only", nargs="+", choices=PARTS_OF_IT, default=PARTS_OF_IT, help="some of the figures")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="twinviewer-bench-") as name:
        folder = Path(name)
        if "cost" in args.only:
            cost, sides = recorder_cost(folder)
            figure("recorder CPU / feed decode CPU, per 1,000 samples", cost, "ratio", sides, "<= 1")
        if "size" in args.only:
            size(folder)
        if {"scrub", "trend", "memory"} & set(args.only):
            large_day(folder, args.tags, args.hours, args.only)
        if "kills" in args.only:
            kills(folder, args.kills)
    return exit_code()


def large_day(folder: Path, tags: int, hours: int, only: Sequence[str]) -> None:
    """What is measured on a day of a large plant."""
    scene, day = large_scene(tags), folder / "day"
    day.mkdir()
    begun = time.perf_counter()
    count = write_day(day, scene, hours)
    stored = sum(p.stat().st_size for p in (day / "samples").iterdir())
    sides = {"samples": count, "s": time.perf_counter() - begun}
    figure("the large day", stored / count, "bytes/sample", sides, "")
    if "scrub" in only:
        scrub(day, scene, hours, folder)
    if "trend" in only:
        trend(day, scene, hours)
    if "memory" in only:
        memory_of_window(day, tags, hours)


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
    spent, cpu = [], []
    csv, csv_s = _csv(folder, len(scene.tags)), []
    for k in range(120):
        time_ns = START_NS + int(rng.integers(0, hours * 3600 * NS))
        begun, worked = time.perf_counter(), time.process_time()
        evaluator.reset()
        _, states = evaluator.evaluate(recording.at(time_ns), time_ns, connected)
        spent.append(1000 * (time.perf_counter() - begun))
        cpu.append(1000 * (time.process_time() - worked))
        assert (states.state > 0).all()
        if k % 40 == 20:
            csv_s.append(_from_csv(csv, len(scene.tags)))
    recording.close()
    p95 = float(np.quantile(spent, 0.95))
    told = {"median_ms": np.median(spent), "worst_ms": max(spent), "cpu_p95_ms": np.quantile(cpu, 0.95)}
    csv_day_ms = 1000 * float(np.median(csv_s)) * hours * 3600 / CSV_S
    figure("scrub to any moment, p95", p95, "ms", told, "<= 200")
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
    cpu: dict[int, list[float]] = {hours: [], 1: []}
    for _ in range(25):
        tag = int(rng.integers(0, len(scene.tags)))
        for span in spent:
            begin_ns = START_NS + int(rng.integers(0, hours - span + 1)) * 3600 * NS
            begun, worked = time.perf_counter(), time.process_time()
            seen = recording.series(tag, begin_ns, begin_ns + span * 3600 * NS, 1000)
            spent[span].append(1000 * (time.perf_counter() - begun))
            cpu[span].append(1000 * (time.process_time() - worked))
            assert np.isfinite(seen.low).all()
    recording.close()
    sides = {
        "median_ms": np.median(spent[hours]),
        "worst_ms": max(spent[hours]),
        "cpu_p95_ms": np.quantile(cpu[hours], 0.95),
        "one_hour_ms": np.median(spent[1]),
    }
    figure("trend of one tag over the day, 1,000 px, p95", float(np.quantile(spent[hours], 0.95)), "ms", sides, "<= 50")


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
