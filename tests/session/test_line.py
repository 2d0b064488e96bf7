"""A trend is one line: the recording before this session, the session's own memory after, gaps where nobody looked."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.factory import CONNECTED, make_scene, snapshot
from tests.history.made import START_NS, batch, record
from twinviewer.model.quality import STATUS_BAD_SENSOR_FAILURE, Quality
from twinviewer.scene.scene import Scene
from twinviewer.session import Session
from twinviewer.session.line import TrendLine
from twinviewer.session.sources import Polled
from twinviewer.session.trends import Series

NS = 1_000_000_000
POWER = 2
MINUTE_NS = 60 * NS


class Plant:
    """A live source whose collector records into a folder."""

    name = "live"

    def __init__(self, scene: Scene, recording: Path | None) -> None:
        self.scene = scene
        self.recording = recording
        self.power = 8.0

    def poll(self, now_ns: int) -> Polled:
        return Polled(now_ns, snapshot(self.scene, now_ns, Power=self.power), CONNECTED)

    def command(self, name: str, **arguments: object) -> None:
        """Nothing to do."""

    def close(self) -> None:
        """Nothing is held."""


@pytest.fixture
def scene() -> Scene:
    return make_scene(1)


@pytest.fixture
def made(tmp_path: Path, scene: Scene) -> Path:
    """Two hours at 10 s: power rises from 0 to 7.2 kW, nobody records in minute 30 to 40, minute 50 is bad."""
    steps = [k for k in range(720) if not 180 <= k < 240]
    batches = [
        batch(START_NS + k * 10 * NS, [POWER], [k / 100], STATUS_BAD_SENSOR_FAILURE if 300 <= k < 306 else 0)
        for k in steps
    ]
    record(tmp_path / "rec", scene, batches)
    return tmp_path / "rec"


@pytest.fixture
def session(scene: Scene, made: Path) -> Iterator[Session]:
    one = Session(scene, Plant(scene, made))
    yield one
    one.close()


def settled(line: TrendLine, from_ns: int, to_ns: int) -> Series:
    """What is known once everything that was asked has been read."""
    return _when(lambda: (line.between(POWER, from_ns, to_ns), not line.pending)[1], line, from_ns, to_ns)


def _when(done: Callable[[], bool], line: TrendLine, from_ns: int, to_ns: int) -> Series:
    end = time.monotonic() + 20
    while not done() and time.monotonic() < end:
        time.sleep(0.01)
    return line.between(POWER, from_ns, to_ns)


def test_what_was_recorded_goes_on_in_what_is_seen(session: Session) -> None:
    begun = START_NS + 7200 * NS
    for second in range(60):
        session.tick(begun + second * NS)
    series = settled(TrendLine(session), START_NS, begun + 59 * NS)
    assert (np.diff(series.time_ns) > 0).all()
    assert series.time_ns[0] < START_NS + 10 * NS
    assert series.time_ns[-1] == begun + 59 * NS
    before = series.time_ns < begun
    expected = (series.time_ns[before] - START_NS) / NS / 1000
    good = np.isfinite(series.low[before])
    assert np.abs(series.low[before][good] - expected[good]).max() < 0.02
    assert (series.high[~before] == 8.0).all()
    assert len(series.high[~before]) >= 59


def test_a_gap_is_one_and_bad_values_are_marked(session: Session) -> None:
    session.tick(START_NS + 7200 * NS)
    series = settled(TrendLine(session), START_NS, START_NS + 7190 * NS)
    minute = (series.time_ns - START_NS) / MINUTE_NS
    assert np.isnan(series.low[(minute > 30.6) & (minute < 39.9)]).all()
    assert np.isfinite(series.low[(minute > 41) & (minute < 49)]).all()
    bad = (minute > 50.1) & (minute < 50.9)
    assert np.isnan(series.low[bad]).all()
    assert (series.quality[bad] == Quality.BAD).all()


def test_a_closer_look_reads_finer_steps(session: Session) -> None:
    session.tick(START_NS + 7200 * NS)
    line = TrendLine(session)
    far = settled(line, START_NS, START_NS + 7000 * NS)
    near = settled(line, START_NS + 600 * NS, START_NS + 660 * NS)
    assert np.median(np.diff(near.time_ns)) < np.median(np.diff(far.time_ns)) / 20
    assert near.low[-1] == pytest.approx(0.66, abs=0.011)


def test_nothing_is_read_by_the_one_who_asks(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    from twinviewer.history.recording import Recording

    readers: set[int] = set()
    series = Recording.series

    def seen(self: Recording, *arguments: object) -> object:
        readers.add(threading.get_ident())
        return series(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(Recording, "series", seen)
    session.tick(START_NS + 7200 * NS)
    settled(TrendLine(session), START_NS, START_NS + 7000 * NS)
    assert readers
    assert threading.get_ident() not in readers


def test_a_line_that_was_read_while_nobody_looked_is_still_taken(session: Session) -> None:
    line = TrendLine(session)
    session.tick(START_NS + 7200 * NS)
    line.between(POWER, START_NS, START_NS + 7000 * NS)
    while any(thread.name == "archive" for thread in threading.enumerate()):
        time.sleep(0.005)
    assert line.pending
    assert len(line.between(POWER, START_NS, START_NS + 7000 * NS).time_ns)
    assert not line.pending


def test_without_a_recording_the_line_is_what_the_session_saw(scene: Scene) -> None:
    session = Session(scene, Plant(scene, None))
    for second in (*range(30), *range(60, 90)):
        session.tick(START_NS + second * NS)
    series = TrendLine(session).between(POWER, START_NS, START_NS + 89 * NS)
    assert len(series.time_ns) == 61  # one more than was seen: the hole
    assert np.isnan(series.low).sum() == 1
    session.close()


def test_a_recording_that_is_gone_is_told_and_the_rest_is_shown(scene: Scene, tmp_path: Path) -> None:
    session = Session(scene, Plant(scene, tmp_path / "none"))
    session.tick(START_NS)
    line = TrendLine(session)
    series = settled(line, START_NS - 3600 * NS, START_NS)
    assert len(series.time_ns) == 1
    assert line.error is not None
    assert "not a recording" in line.error.text
    session.close()


def test_another_source_brings_another_recording(session: Session, scene: Scene) -> None:
    session.tick(START_NS + 7200 * NS)
    line = TrendLine(session)
    assert np.isfinite(settled(line, START_NS, START_NS + 600 * NS).low).any()
    session.set_source(Plant(scene, None))
    session.tick(START_NS + 7201 * NS)
    assert not len(line.between(POWER, START_NS, START_NS + 600 * NS).time_ns)
    assert session.archive is None
