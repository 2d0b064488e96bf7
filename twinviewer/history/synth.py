"""Recordings of a made-up plant, far quicker than real time: for tests, back-tests and first looks."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np

from twinviewer.history.recorder import Recorder
from twinviewer.model.alarm import AlarmEvent
from twinviewer.model.connection import Connection, Link
from twinviewer.model.sample import SampleBatch
from twinviewer.plant.faults import Fault
from twinviewer.plant.offline import simulate
from twinviewer.plant.spec import CALM, PlantSettings
from twinviewer.scene.scene import Scene

NS = 1_000_000_000
FLUSH_ROWS = 50_000
Judge = Callable[[SampleBatch], Iterable[AlarmEvent]]


def record_offline(
    scene: Scene,
    folder: Path | str,
    hours: float,
    seed: int,
    faults: Sequence[Fault] = (),
    *,
    start_ns: int,
    step_s: float = 1.0,
    settings: PlantSettings = CALM,
    judge: Judge | None = None,
    progress: Callable[[float, str], None] | None = None,
) -> int:
    """Record `hours` of plant life from `start_ns` on; how many samples that were.

    Sensors are read every `step_s`. `judge` turns each batch into alarm events (the layers above know the rules).
    `progress(fraction, text)` may raise to cancel: what is recorded until then stays. Raises RecordingError, FeedError.
    """
    clock = np.array([start_ns], np.int64)
    recorder = Recorder(folder, scene, clock=lambda: int(clock[0]), threads=False, unbroken=True)
    try:
        recorder.connection(Connection(Link.CONNECTED, url="plant", since_ns=start_ns))
        waiting, told_ns, compacted_ns = 0, start_ns, start_ns
        for batch in simulate(scene, seed, start_ns, hours * 3600, step_s, faults, settings):
            clock[0] = batch.received_ns
            recorder.tap(batch)
            for event in judge(batch) if judge is not None else ():
                recorder.event(event)
            waiting += len(batch)
            if waiting >= FLUSH_ROWS:
                recorder.flush()
                waiting = 0
            if batch.received_ns - compacted_ns > 3600 * NS:
                recorder.compact()
                compacted_ns = batch.received_ns
            if progress is not None and batch.received_ns - told_ns > 600 * NS:
                told_ns = batch.received_ns
                progress((told_ns - start_ns) / (hours * 3600 * NS), "recording the made-up plant")
    finally:
        recorder.close(compact=True)
    return recorder.status.written
