"""What was recorded from a real server shows, sample for sample, the states that were seen live."""

import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.factory import make_scene
from tests.history.made import NS, START_NS, Clock, batch
from tests.plant.served import plant
from twinviewer.collector.pipeline import Pipeline
from twinviewer.feeds.options import FeedOptions
from twinviewer.history.recorder import Recorder
from twinviewer.history.recording import Recording
from twinviewer.kpi.tracks import Tracks
from twinviewer.model.connection import Connection, Link
from twinviewer.model.errors import TwinError
from twinviewer.model.frame import TagSnapshot
from twinviewer.model.sample import SampleBatch
from twinviewer.model.state import State
from twinviewer.scene.scene import Scene, load_scene
from twinviewer.session import Past, Seekable, Session, Shares
from twinviewer.session.replay import ReplaySource
from twinviewer.states.evaluator import Evaluator
from twinviewer.tags.table import TagTable

SKID = Path(__file__).resolve().parents[2] / "scenes" / "pump-skid"


class Witness:
    """Hands everything to a recorder, and remembers the tag table after every batch."""

    def __init__(self, recorder: Recorder, scene: Scene) -> None:
        self.recorder = recorder
        self.table = TagTable.in_memory(len(scene.tags))
        self.seen: dict[int, TagSnapshot] = {}

    def tap(self, batch: SampleBatch) -> None:
        self.recorder.tap(batch)
        self.table.write(batch)
        self.seen[batch.received_ns] = self.table.read()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.recorder, name)


def test_states_of_a_replay_are_those_seen_live(tmp_path: Path) -> None:
    scene = load_scene(SKID, geometry=False)
    recorder = Recorder(tmp_path, scene)
    witness = Witness(recorder, scene)
    with plant(str(SKID), "--speed", "30") as served:
        pipeline = Pipeline(scene, served.url, FeedOptions(security="none"), witness)
        pipeline.start()
        try:
            end = time.monotonic() + 15
            while len(witness.seen) < 25 and time.monotonic() < end:
                time.sleep(0.1)
        finally:
            pipeline.stop()
    recorder.close()
    recording = Recording.open(tmp_path, scene)
    connected = [t for t in witness.seen if recording.connection_at(t).link is Link.CONNECTED]
    assert len(connected) >= 20
    for time_ns in connected:
        live = witness.seen[time_ns]
        past = recording.at(time_ns)
        for name in ("value", "status", "source_ns", "server_ns", "received_ns"):
            assert np.array_equal(getattr(live, name), getattr(past, name), equal_nan=name == "value"), name
        assert dict(live.text) == dict(past.text)
        seen = Evaluator(scene).evaluate(live, time_ns, recording.connection_at(time_ns))[1]  # its skew corrects ages
        replayed = Session(scene, ReplaySource(recording, scene, time_ns)).tick(0).assets
        for name in ("state", "since_ns", "quality", "age_s", "vibration_mm_s", "zone", "power_kw"):
            assert np.array_equal(getattr(seen, name), getattr(replayed, name), equal_nan=True), name
    recording.close()


@pytest.fixture
def source(tmp_path: Path) -> ReplaySource:
    """A minute of three machines; the first runs for 20 s, stands in fault for 20 s and runs again."""
    scene, clock = make_scene(3), Clock()
    recorder = Recorder(tmp_path, scene, clock=clock, threads=False)
    states = [scene.tag(f"M-{k}.State").index for k in range(3)]
    for s in range(61):
        clock.now_ns = START_NS + s * NS
        first = 6.0 if 20 <= s < 40 else 1.0
        recorder.tap(batch(clock.now_ns, states, [first, 1.0, 2.0]))
    recorder.flush()
    recorder.close(compact=True)
    return ReplaySource(Recording.open(tmp_path, scene), scene, START_NS)


def test_it_is_what_the_time_line_asks_for(source: ReplaySource) -> None:
    assert isinstance(source, Past)
    assert isinstance(source, Seekable)
    assert isinstance(source, Shares)
    source.close()


def test_bands_and_shares_tell_the_states_over_time(source: ReplaySource) -> None:
    bands = source.bands("M-0", START_NS, START_NS + 60 * NS)
    assert [b.state for b in bands] == [State.RUNNING, State.FAULT, State.RUNNING]
    assert [(b.start_ns - START_NS) // NS for b in bands] == [0, 20, 40]
    assert bands[-1].end_ns == START_NS + 60 * NS
    assert source.bands("nobody", START_NS, START_NS + 60 * NS) == []
    times, counts = source.shares(START_NS + NS, START_NS + 60 * NS)
    assert (counts.sum(axis=1) == 3).all()
    faulty = (times >= START_NS + 20 * NS) & (times < START_NS + 40 * NS)
    assert (counts[:, State.FAULT] == faulty).all()
    source.close()


def test_time_in_state_adds_up_to_the_time(source: ReplaySource) -> None:
    scene = make_scene(3)
    tracks = Tracks(source.recording, scene, START_NS - 30 * NS, START_NS + 60 * NS)
    seconds = tracks.of(scene.assets[0]).seconds()
    assert seconds[State.FAULT] == 20
    assert seconds[State.RUNNING] == 40
    assert seconds[State.UNKNOWN] == 30
    source.close()


def test_it_plays_pauses_steps_and_stops_at_the_end(source: ReplaySource) -> None:
    wall = 10**18
    source.poll(wall)
    source.play(2.0)
    assert source.poll(wall).now_ns == START_NS
    assert source.poll(wall + 5 * NS).now_ns == START_NS + 10 * NS
    source.play(0.0)
    assert source.poll(wall + 50 * NS).now_ns == START_NS + 10 * NS
    source.step(-1.0)
    assert source.poll(wall + 50 * NS).now_ns == START_NS + 9 * NS
    source.play(1e9)
    assert source.speed == 1000.0
    source.poll(wall + 60 * NS)
    assert source.poll(wall + 70 * NS).now_ns == START_NS + 60 * NS
    assert source.speed == 0.0
    source.close()


def test_a_loop_begins_again(source: ReplaySource) -> None:
    source.loop = (START_NS + 10 * NS, START_NS + 15 * NS)
    source.seek(START_NS + 14 * NS)
    source.play(1.0)
    source.poll(10**18)
    assert source.poll(10**18 + 2 * NS).now_ns == START_NS + 10 * NS
    source.close()


def test_a_session_in_the_past_is_never_live_and_changes_nothing(source: ReplaySource) -> None:
    session = Session(make_scene(3), source)
    source.seek(START_NS + 30 * NS)
    frame = session.tick(time.time_ns())
    assert frame.source == "replay"
    assert frame.now_ns == START_NS + 30 * NS
    assert State(int(frame.assets.state[0])) is State.FAULT
    assert frame.connection != Connection()
    source.seek(START_NS + 5 * NS)
    assert State(int(session.tick(time.time_ns()).assets.state[0])) is State.RUNNING
    seen = session.trends.series(0, 30, START_NS + 60 * NS)
    assert np.nanmax(seen.high) == 6
    with pytest.raises(TwinError, match="recording"):
        source.command("acknowledge", key="x")
    session.close()
