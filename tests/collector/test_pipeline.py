"""From server to alarms in one process, and what a recorder gets."""

import threading
import time
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from tests.feeds.live import until_up
from tests.feeds.servers import ServerProcess, until
from twinviewer.collector.pipeline import Pipeline
from twinviewer.collector.tap import TapQueue
from twinviewer.feeds.options import FeedOptions
from twinviewer.model.alarm import AlarmEvent
from twinviewer.model.connection import Connection, Link
from twinviewer.model.errors import FeedError
from twinviewer.model.sample import SampleBatch
from twinviewer.scene.scene import Scene


class Recorder:
    """Keeps everything; waits while `hold` is set; fails when told to."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, object]] = []
        self.samples = 0
        self.hold = threading.Event()
        self.hold.set()
        self.fail = False

    def tap(self, batch: SampleBatch) -> None:
        self.hold.wait()
        if self.fail:
            raise OSError("disk full")
        self.samples += len(batch)

    def event(self, event: AlarmEvent) -> None:
        self.calls.append(("event", event))

    def connection(self, connection: Connection, time_ns: int | None = None) -> None:
        self.calls.append(("connection", connection.link))

    def note(self, *said: object) -> None:
        self.calls.append(("note", said[1:]))

    def action(self, about: Mapping[str, Any]) -> None:
        self.calls.append(("action", about))


def batch(n: int) -> SampleBatch:
    """n samples of different tags."""
    rows = np.arange(n, dtype=np.int64)
    return SampleBatch(rows.astype(np.int32), rows.astype(float), rows.astype(np.uint32) * 0, rows, rows, 1)


def test_an_alarm_is_raised_recorded_and_returns(server: ServerProcess, scene: Scene):
    recorder = Recorder()
    pipeline = Pipeline(scene, server.url, FeedOptions(security="none"), recorder)
    pipeline.start()
    try:
        until_up(pipeline)
        assert pipeline.alarms == ()
        server.command("set M-1.State 6")
        until(lambda: any(a.key == "M-1:fault" for a in pipeline.alarms))
        server.command("set M-1.State 1")
        until(lambda: not any(a.active for a in pipeline.alarms))
        pipeline._loop.call_soon_threadsafe(pipeline.note, "looked at it", "anna", "M-1")  # type: ignore[union-attr]
        until(lambda: ("note", ("looked at it", "anna", "M-1", "", False)) in recorder.calls)
    finally:
        pipeline.stop()
    pipeline.stop()
    events = [e for kind, e in recorder.calls if kind == "event"]
    assert [e.what for e in events if isinstance(e, AlarmEvent)][:2] == ["raised", "returned"]
    assert ("connection", Link.CONNECTED) in recorder.calls
    assert recorder.samples == pipeline.connection().samples


def test_a_recorder_that_fails_stops_recording_and_nothing_else(server: ServerProcess, scene: Scene):
    recorder, notices = Recorder(), []
    recorder.fail = True
    pipeline = Pipeline(scene, server.url, FeedOptions(security="none"), recorder)
    pipeline.notify = notices.append
    pipeline.start()
    try:
        until_up(pipeline)
        until(lambda: notices)
        server.command("set M-0.Vibration 1.5")
        until(lambda: pipeline.snapshot().value[scene.tag("M-0.Vibration").index] == 1.5)
        server.command("set M-0.Vibration 1")
    finally:
        pipeline.stop()
    assert [n.text for n in notices] == ["The recording stopped: disk full"]


def test_a_slow_recorder_loses_samples_that_are_counted_and_never_waits():
    recorder = Recorder()
    recorder.hold.clear()
    taps = TapQueue(recorder, most=4)
    taps.put("tap", batch(2))
    time.sleep(0.1)
    for _ in range(10):
        taps.put("tap", batch(5))
    assert taps.dropped == 30
    recorder.hold.set()
    taps.close()
    assert recorder.samples == 22


def test_an_address_that_nothing_serves_is_refused_at_once(scene: Scene):
    with pytest.raises(FeedError, match="not one of a live source"):
        Pipeline(scene, "ftp://here")
