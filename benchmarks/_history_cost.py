"""What recording costs beside what receiving costs: one connection, the recorder switched on and off in turns."""

import asyncio
import statistics
import time
from pathlib import Path

import numpy as np

from benchmarks._history_made import NS, START_NS, large_scene, rows_of
from tests.plant.served import plant
from twinviewer.collector.tap import TapQueue
from twinviewer.feeds.opcua import run
from twinviewer.feeds.options import FeedOptions
from twinviewer.feeds.source import FeedSource
from twinviewer.history import manifest
from twinviewer.history.compact import PartWriter
from twinviewer.history.layout import PARTS
from twinviewer.history.recorder import Recorder
from twinviewer.history.rows import no_rows
from twinviewer.history.stream import Slice
from twinviewer.model.connection import Connection
from twinviewer.model.sample import SampleBatch
from twinviewer.scene.scene import Scene
from twinviewer.tags.table import TagTable

TAGS, RATE = 10_000, 5_000
TURNS, TURN_S, SETTLE_S = 10, 3.0, 0.5


class Switch:
    """Every batch goes into a tag table as in the collector, and to the recorder while `on`."""

    def __init__(self, tags: int, tap: TapQueue) -> None:
        self.count = 0
        self.on = False
        self._table = TagTable.in_memory(tags)
        self._tap = tap

    def samples(self, batch: SampleBatch) -> None:
        self.count += len(batch)
        if self.on:
            self._tap.put("tap", batch)
        self._table.write(batch)

    def connection(self, connection: Connection) -> None:
        """Not of interest."""

    def event(self, event: object) -> None:
        """Not of interest."""


def recorder_cost(folder: Path) -> tuple[float, dict[str, float]]:
    """CPU of recording and compacting 1,000 samples ÷ CPU of receiving and decoding them, and what that is made of."""
    scene = large_scene(TAGS)
    with plant("--tags", str(TAGS), "--rate", str(RATE)) as served:
        off, on, count = asyncio.run(_turns(scene, served.url, folder / "cost"))
    recorder = statistics.median(on) - statistics.median(off)
    sides = {
        "decode_ms": statistics.median(off),
        "recorder_ms": recorder,
        "compaction_ms": compaction_ms(folder),
        "samples": count,
    }
    return (recorder + sides["compaction_ms"]) / sides["decode_ms"], sides


async def _turns(scene: Scene, url: str, folder: Path) -> tuple[list[float], list[float], int]:
    """CPU ms per 1,000 samples of each turn without and with the recorder, and how many samples there were."""
    recorder = Recorder(folder, scene)
    tap = TapQueue(recorder)
    sink = Switch(len(scene.tags), tap)
    feed = asyncio.create_task(run(FeedSource(url, FeedOptions(security="none")), scene.tags, sink))
    while sink.count < 2 * TAGS:
        await asyncio.sleep(0.05)
    sides: tuple[list[float], list[float]] = ([], [])
    for turn in range(TURNS):
        sink.on = turn % 4 in (1, 2)  # off on on off
        await asyncio.sleep(SETTLE_S)
        cpu, count = time.process_time(), sink.count
        await asyncio.sleep(TURN_S)
        sides[sink.on].append(1e6 * (time.process_time() - cpu) / (sink.count - count))
    feed.cancel()
    await asyncio.gather(feed, return_exceptions=True)
    tap.close()
    recorder.close(compact=False)
    return *sides, sink.count


def compaction_ms(folder: Path) -> float:
    """CPU ms to compact 1,000 samples of an hour at 5,000 samples a second."""
    plan = manifest.Manifest("", "").with_tags(large_scene(5000))
    paths = {name: folder / f"compaction.{name}" for name in PARTS}
    rng, spent, count = np.random.default_rng(3), 0.0, 0
    writer = PartWriter(paths, plan, START_NS)
    for number in range(1, 36):
        rows = rows_of(5000, START_NS + (number - 1) * 100 * NS, 100, rng)
        begun = time.process_time()
        writer.add(number, Slice(no_rows(), rows, int(rows.time[0]), int(rows.time[-1])))
        spent, count = spent + time.process_time() - begun, count + len(rows)
    begun = time.process_time()
    writer.close()
    return 1e6 * (spent + time.process_time() - begun) / count
