"""Recorded from a server that nobody here wrote, through the collector's own process: replayed as it was seen live."""

import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.collector.made import scene_folder
from tests.feeds import servers
from tests.feeds.servers import ROOT, ServerProcess, node_server, until, unused_port
from twinviewer.collector import places
from twinviewer.collector.link import attach
from twinviewer.feeds.options import FeedOptions
from twinviewer.history.recording import Recording
from twinviewer.model.connection import Link
from twinviewer.model.frame import Frame
from twinviewer.model.quality import STATUS_BAD_SENSOR_FAILURE
from twinviewer.model.state import State
from twinviewer.scene.scene import load_scene
from twinviewer.session import Session
from twinviewer.session.replay import ReplaySource
from twinviewer.session.sources import LiveSource

STATES = (2, 6, 0, 1, 2, 1, 6, 1)
LEVELS = (1.25, 2.9, 4.75, 0.5, 7.1, 1.0, 3.3, 2.0)
COLUMNS = ("value", "status", "source_ns", "server_ns", "received_ns")
JUDGED = ("state", "since_ns", "quality", "vibration_mm_s", "vibration_quality", "zone")


@pytest.fixture
def server() -> Iterator[ServerProcess]:
    """node-opcua; skips where it cannot be had."""
    try:
        modules = servers.node_modules()
    except servers.Unavailable as error:
        pytest.skip(str(error))
    with node_server(modules, unused_port()) as process:
        yield process


@contextlib.contextmanager
def recording_collector(scene: Path, url: str, folder: Path) -> Iterator[None]:
    """The process that `twinviewer record` runs."""
    command = [sys.executable, "-m", "twinviewer.collector", str(scene), "--feed", url, "--security", "none"]
    process = subprocess.Popen([*command, "--record", str(folder), "--keep"], cwd=ROOT)
    place = places.runtime_folder(scene, load_scene(scene, geometry=False).key, url)
    try:
        until(lambda: places.read_ready(place) is not None, 30)
        yield
    finally:
        process.terminate()
        process.wait()


def newest(frame: Frame) -> int:
    """When the newest sample of a frame came."""
    return int(frame.tags.received_ns.max())


def test_a_replay_shows_the_samples_and_states_seen_live(server: ServerProcess, tmp_path: Path) -> None:
    path = scene_folder(tmp_path / "scene")
    scene = load_scene(path, geometry=False)
    seen: dict[int, Frame] = {}
    with recording_collector(path, server.url, tmp_path / "recording"):
        live = Session(scene, LiveSource(attach(path, scene, server.url, FeedOptions(security="none"))))

        def look() -> Frame:
            frame = live.tick(time.time_ns())
            if frame.connection.link is Link.CONNECTED and newest(frame):
                seen[newest(frame)] = frame
            return frame

        vibration, product = scene.tag("M-0.Vibration").index, scene.tag("M-1.Product").index
        until(lambda: bool((look().tags.received_ns > 0).all()), 30)
        for state, level in zip(STATES, LEVELS, strict=True):
            server.command(f"set M-0.State {state}")
            server.command(f"set M-0.Vibration {level}")
            until(lambda level=level: look().tags.value[vibration] == level)
        server.command("text M-1.Product Kolben 7")
        until(lambda: look().tags.text[product] == "Kolben 7")
        server.command("status M-0.Vibration BadSensorFailure")
        until(lambda: look().tags.status[vibration] == STATUS_BAD_SENSOR_FAILURE)
        live.close()
    assert len(seen) > len(STATES)
    recording = Recording.open(tmp_path / "recording", scene)
    for time_ns, frame in seen.items():
        replay = Session(scene, ReplaySource(recording, scene, time_ns)).tick(0)
        assert replay.now_ns == time_ns
        assert dict(replay.tags.text) == dict(frame.tags.text)
        for name in COLUMNS:
            a, b = getattr(frame.tags, name), getattr(replay.tags, name)
            assert np.array_equal(a, b, equal_nan=name == "value"), (time_ns, name)
        for name in JUDGED:
            a, b = getattr(frame.assets, name), getattr(replay.assets, name)
            assert np.array_equal(a, b, equal_nan=name == "vibration_mm_s"), (time_ns, name, a, b)
    told = recording.samples(["M-0.State"], 0, 2**62).value.tolist(), recording.samples(["M-0.Vibration"], 0, 2**62)
    assert told[0] == [1.0, *STATES], "every change, also those between two looks"
    assert told[1].value[:-1].tolist() == [1.0, *LEVELS]
    assert {State(int(frame.assets.state[0])) for frame in seen.values()} >= {State.FAULT, State.RUNNING, State.OFFLINE}
    recording.close()
