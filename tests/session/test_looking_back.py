"""A live plant's past is shown beside it: the plant goes on, nothing of it is missing afterwards."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.factory import make_scene
from tests.history.made import NS, START_NS, Clock, batch
from twinviewer.history.recorder import Recorder
from twinviewer.history.recording import Recording
from twinviewer.model.connection import Connection, Link
from twinviewer.model.errors import TwinError
from twinviewer.model.frame import TagSnapshot
from twinviewer.model.state import State
from twinviewer.session import Noted, Past, Polled, Seekable, Session, Shares, archive, moment, replay_beside

SCENE = make_scene(2)
ROWS = [SCENE.tag(f"M-{k}.State").index for k in range(2)]


class Plant:
    """A live source whose collector records: 60 s of M-0 in fault for the middle third, then running."""

    name = "live"

    def __init__(self, folder: Path) -> None:
        self.recording = folder
        self.clock = Clock(START_NS)
        self.recorder = Recorder(folder, SCENE, clock=self.clock, threads=False)
        self.commands: list[tuple[str, dict]] = []
        self.polls = 0
        self.closed = False
        self.state = 1.0
        self.silent_until_ns = 0  # before that this session is not connected yet, while others record
        for s in range(60):
            self._record(START_NS + s * NS, 6.0 if 20 <= s < 40 else 1.0)

    def _record(self, now_ns: int, state: float) -> None:
        self.clock.now_ns = now_ns
        self.recorder.tap(batch(now_ns, ROWS, [state, 1.0]))
        self.recorder.flush()

    def poll(self, now_ns: int) -> Polled:
        self.polls += 1
        self._record(now_ns, self.state)
        n = len(SCENE.tags)
        value = np.full(n, np.nan)
        if now_ns < self.silent_until_ns:
            never = np.zeros(n, np.int64)
            nothing = TagSnapshot(value, np.zeros(n, np.uint32), never, never.copy(), never.copy())
            return Polled(now_ns, nothing, Connection(Link.CONNECTING))
        value[ROWS] = [self.state, 1.0]
        stamp = np.where(np.isfinite(value), now_ns, 0)
        snapshot = TagSnapshot(value, np.zeros(n, np.uint32), stamp, stamp.copy(), stamp.copy())
        return Polled(now_ns, snapshot, Connection(Link.CONNECTED))

    def command(self, name: str, **arguments: object) -> None:
        self.commands.append((name, arguments))
        if name != "note":
            return
        self.recorder.note(**arguments)  # type: ignore[arg-type]
        self.recorder.flush()

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Plant]:
    made = Plant(tmp_path / "recording")
    yield made
    made.recorder.close()


@pytest.fixture
def session(plant: Plant) -> Iterator[Session]:
    made = Session(SCENE, plant)
    made.tick(START_NS + 60 * NS)
    yield made
    archive = made.archive
    made.close()
    while archive is not None and archive._working:
        time.sleep(0.01)


def until(holds: Callable[[], object]) -> None:
    end = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_the_moment_is_shown_as_it_was_and_the_way_back_leads_to_now(session: Session, plant: Plant) -> None:
    heard: list[str] = []
    session.source_changed.connect(lambda source: heard.append(source.name))
    assert session.can_look_back
    assert not session.can_go_live
    session.look_back(START_NS + 30 * NS)
    frame = session.tick(START_NS + 61 * NS)
    assert (frame.source, frame.now_ns) == ("replay", START_NS + 30 * NS)
    assert State(int(frame.assets.state[0])) is State.FAULT
    assert isinstance(session.source, Seekable)
    assert not session.can_look_back
    session.go_live()
    frame = session.tick(START_NS + 62 * NS)
    assert (frame.source, frame.now_ns) == ("live", START_NS + 62 * NS)
    assert State(int(frame.assets.state[0])) is State.RUNNING
    assert heard == ["replay", "live"]
    assert not plant.closed


def test_the_plant_is_read_on_while_its_past_is_shown(session: Session, plant: Plant) -> None:
    session.look_back(START_NS + 30 * NS)
    before = plant.polls
    plant.state = 4.0
    for s in range(61, 81):
        session.tick(START_NS + s * NS)
    assert plant.polls >= before + 20
    live = session.live_frame
    assert live is not None
    assert State(int(live.assets.state[0])) is State.BLOCKED
    session.go_live()
    session.tick(START_NS + 81 * NS)
    states = [b.state for b in session.journal.bands("M-0", START_NS + 60 * NS, START_NS + 81 * NS)]
    assert states == [State.RUNNING, State.BLOCKED]  # no hole where the past was looked at
    assert len(session.trends.series(ROWS[0], 60, START_NS + 81 * NS).time_ns) >= 20
    assert session.live_frame is None


def test_while_live_the_time_before_this_session_comes_from_the_recording(session: Session) -> None:
    past = session.past
    assert isinstance(past, Past)
    assert isinstance(past, Shares)
    assert isinstance(past, Noted)
    for s in range(61, 70):
        session.tick(START_NS + s * NS)

    def states() -> list[tuple[State, int]]:
        return [(b.state, (b.end_ns - b.start_ns) // NS) for b in past.bands("M-0", START_NS, START_NS + 69 * NS)]

    until(lambda: len(states()) == 3)
    assert states() == [(State.RUNNING, 20), (State.FAULT, 20), (State.RUNNING, 29)]  # joined where the session began
    assert past.seen() == (START_NS, START_NS + 69 * NS)
    times, counts = past.shares(START_NS, START_NS + 69 * NS)
    faulty = counts[(times >= START_NS + 20 * NS) & (times < START_NS + 39 * NS)]
    assert len(faulty)
    assert (faulty[:, State.FAULT] == 1).all()


def test_before_a_session_knew_anything_the_recording_knows_better(plant: Plant) -> None:
    plant.silent_until_ns = START_NS + 72 * NS
    session = Session(SCENE, plant)
    try:
        for s in range(60, 90):
            session.tick(START_NS + s * NS)
        past = session.past
        assert isinstance(past, Shares)

        def known() -> bool:
            bands = past.bands("M-0", START_NS + 50 * NS, START_NS + 89 * NS)
            return [(b.state, (b.end_ns - b.start_ns) // NS) for b in bands] == [(State.RUNNING, 39)]

        until(known)
        _, counts = past.shares(START_NS + 50 * NS, START_NS + 89 * NS)
        assert (counts[:, State.UNKNOWN] == 0).all()
    finally:
        archive = session.archive
        session.close()
        until(lambda: archive is None or not archive._working)


def test_a_note_goes_to_the_plants_recorder_wherever_one_looks(session: Session, plant: Plant) -> None:
    session.pin_note("now", "M-0", START_NS + 60 * NS)
    session.look_back(START_NS + 30 * NS)
    session.pin_note("then", "M-1", START_NS + 30 * NS)
    assert [(n, a["text"], a["by"]) for n, a in plant.commands] == [
        ("note", "now", "operator"),
        ("note", "then", "operator"),
    ]
    past = session.past
    assert isinstance(past, Noted)
    session.tick(START_NS + 61 * NS)
    until(lambda: len(past.notes(0, 2**62)) == 2)
    assert [(n.time_ns, n.asset_id, n.text) for n in past.notes(0, START_NS + 40 * NS)] == [
        (START_NS + 30 * NS, "M-1", "then")
    ]
    session.go_live()
    live = session.past
    assert isinstance(live, Noted)
    session.tick(START_NS + 70 * NS)
    until(lambda: len(live.notes(0, 2**62)) == 2)


def test_a_note_is_corrected_and_withdrawn_and_what_changed_there_forgets_it(session: Session) -> None:
    session.pin_note("seal leeks", "M-0", START_NS + 30 * NS)
    past = session.past
    assert isinstance(past, Noted)
    at = START_NS + 60 * NS

    def now(tick_s: int) -> list[tuple[str, str, bool]]:
        session.tick(START_NS + tick_s * NS)
        return [(n.text, n.changed_by, n.withdrawn) for n in past.notes(0, 2**62)]

    until(lambda: now(64) == [("seal leeks", "", False)])
    session.user = "Ada"
    session.correct_note(past.notes(0, 2**62)[0], "seal leaks", "M-0")
    until(lambda: now(68) == [("seal leaks", "Ada", False)])
    assert [c.text for c in session.changes(["M-0"], at) if c.noted] == ["seal leaks"]
    session.withdraw_note(past.notes(0, 2**62)[0], "it was the pump beside it")
    until(lambda: now(72) == [("seal leaks", "Ada", True)])
    assert [c.text for c in session.changes(["M-0"], at) if c.noted] == []


def test_what_was_decided_goes_on_the_plants_record_wherever_one_looks(session: Session, plant: Plant) -> None:
    session.user = "Kim"
    session.keep_on_record("work order WO-7: approved", "bearing")
    session.tick(START_NS + 61 * NS)
    session.look_back(START_NS + 30 * NS)
    session.keep_on_record("what-if proposal 3: in force", "tried", "Ada")
    said = [(a["subject"], a["by"], a["reason"]) for name, a in plant.commands if name == "accept"]
    assert said == [("work order WO-7: approved", "Kim", "bearing"), ("what-if proposal 3: in force", "Ada", "tried")]
    Session(SCENE).keep_on_record("nobody hears it", "no plant")


def test_without_a_recording_there_is_nothing_to_look_back_at() -> None:
    session = Session(SCENE)
    session.tick(START_NS)
    assert not session.can_look_back
    with pytest.raises(TwinError, match="Nothing is recorded"):
        session.look_back(START_NS)
    with pytest.raises(TwinError, match="would be lost"):
        session.pin_note("x", "", START_NS)
    session.go_live()
    assert session.source.name == "none"


def test_closing_in_the_past_lets_go_of_the_plant_too(session: Session, plant: Plant) -> None:
    session.look_back(START_NS + 30 * NS)
    session.close()
    assert plant.closed


def test_what_happened_before_a_moment_is_known_in_the_past_too(session: Session, plant: Plant) -> None:
    session.look_back(START_NS + 30 * NS)
    session.tick(START_NS + 61 * NS)
    session.pin_note("seal leaks", "M-0", START_NS + 25 * NS)
    session.tick(START_NS + 64 * NS)
    at = START_NS + 30 * NS
    until(lambda: len(session.changes(["M-0"], at)) == 2)
    assert [(c.text, c.noted) for c in session.changes(["M-0"], at)] == [
        ("Running → Fault", False),
        ("seal leaks", True),
    ]
    assert [c.text for c in session.changes(["M-0"], START_NS + 50 * NS)][-1] == "Fault → Running"
    assert session.changes(["M-1"], at) == []


def test_scrubbing_keeps_nothing_of_the_moments_passed(session: Session) -> None:
    session.look_back(START_NS)
    source = session.source
    assert isinstance(source, Seekable)
    for s in range(0, 60, 2):
        source.seek(START_NS + s * NS)
        frame = session.tick(START_NS + 61 * NS)
    assert session.journal.seen() == (frame.now_ns, frame.now_ns)
    assert session.journal.changes(["M-0", "M-1"], 2**62) == []


class Disk:
    """Moments are read when it lets them be, never by the window's thread."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.ready = threading.Event()
        self.error: TwinError | None = None
        read = moment.read_moment
        patch.setattr(archive, "PATIENCE_S", 0.0)

        def slow(recording: Recording, time_ns: int | None = None) -> moment.Moment:
            assert threading.current_thread() is not threading.main_thread()
            assert self.ready.wait(20)
            if self.error is not None:
                raise self.error
            return read(recording, time_ns)

        for module in (moment, replay_beside):
            patch.setattr(module, "read_moment", slow)

    def read(self, session: Session, now_ns: int) -> None:
        """Let what waits be read, and taken by the session."""
        self.ready.set()
        until(lambda: session.tick(now_ns) and not session.reading)
        self.ready.clear()


@pytest.fixture
def disk(session: Session, monkeypatch: pytest.MonkeyPatch) -> Disk:
    """From now on slow."""
    return Disk(monkeypatch)


def test_while_a_moment_is_read_the_last_one_shows_under_its_own_time(session: Session, disk: Disk) -> None:
    session.look_back(START_NS + 10 * NS)
    frame = session.tick(START_NS + 61 * NS)
    assert (frame.source, frame.now_ns, session.reading) == ("live", START_NS + 61 * NS, True)
    session.look_back(START_NS + 30 * NS)  # of several, the last counts
    disk.read(session, START_NS + 62 * NS)
    source = session.source
    assert isinstance(source, Seekable)
    jumps: list[bool] = []
    poll = source.poll  # type: ignore[attr-defined]
    source.poll = lambda now_ns: jumps.append((p := poll(now_ns)).jumped) or p  # type: ignore[attr-defined]
    source.seek(START_NS + 50 * NS)
    for _ in range(3):
        frame = session.tick(START_NS + 63 * NS)
        assert frame.now_ns == START_NS + 30 * NS
        assert State(int(frame.assets.state[0])) is State.FAULT
        assert session.reading
    disk.read(session, START_NS + 64 * NS)
    frame = session.tick(START_NS + 64 * NS)
    assert frame.now_ns == START_NS + 50 * NS
    assert State(int(frame.assets.state[0])) is State.RUNNING
    assert jumps.count(True) == 1
    assert not session.reading


def test_a_past_that_cannot_be_read_is_told_and_the_plant_stays(session: Session, disk: Disk) -> None:
    heard: list[str] = []
    session.notice.connect(lambda notice: heard.append(notice.text))
    session.look_back(START_NS + 10 * NS)
    disk.error = TwinError("the disk is gone")
    disk.read(session, START_NS + 61 * NS)
    assert heard == ["the disk is gone"]
    assert session.tick(START_NS + 62 * NS).source == "live"
    disk.error = None
    session.look_back(START_NS + 10 * NS)
    disk.read(session, START_NS + 63 * NS)
    assert session.source.name == "replay"


def test_a_past_that_is_still_being_read_can_be_called_off(session: Session, disk: Disk) -> None:
    session.look_back(START_NS + 10 * NS)
    assert session.can_go_live
    session.go_live()
    assert not session.reading
    assert not session.can_go_live
    disk.ready.set()
    assert session.tick(START_NS + 61 * NS).source == "live"


def test_a_session_that_ends_while_its_past_is_read_waits_for_nobody(
    session: Session, disk: Disk, plant: Plant
) -> None:
    session.look_back(START_NS + 10 * NS)
    session.close()
    assert plant.closed
    disk.ready.set()
    assert not session.reading
