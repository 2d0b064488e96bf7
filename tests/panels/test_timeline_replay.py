"""The time line of a replay on a slow disk: the window never waits, and what is drawn late is never wrong."""

import threading
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QMainWindow
from pytestqt.qtbot import QtBot

from tests.factory import make_scene
from tests.history.made import NS, START_NS, Clock, batch
from twinviewer.history.folder import Folder
from twinviewer.history.recorder import Recorder
from twinviewer.history.recording import Recording
from twinviewer.model.alarm import Alarm, AlarmEvent, AlarmState
from twinviewer.model.palette import STATE
from twinviewer.model.state import State
from twinviewer.panels import timeline
from twinviewer.panels._asset_parts import Changes
from twinviewer.panels._kit import style
from twinviewer.panels._kit.actions import Actions
from twinviewer.session import Session
from twinviewer.session.replay import RecordedPast, ReplaySource

SCENE = make_scene(2)
ROWS = [SCENE.tag(f"M-{k}.State").index for k in range(2)]
LAST_S = 3 * 3600


class Disk:
    """Reads of any recording: held back while it is slow, counted on the window's thread."""

    def __init__(self) -> None:
        self.ready = threading.Event()
        self.ready.set()
        self.held = 0
        self.by_window = 0

    def reads(self, read: Callable[..., Any]) -> Callable[..., Any]:
        def slow(folder: Folder, name: str) -> Any:
            if threading.current_thread() is threading.main_thread():
                self.by_window += 1
            else:
                self.held += not self.ready.is_set()
                self.ready.wait(20)
            return read(folder, name)

        return slow


class Line:
    """Three hours of two machines, the first in fault for ten minutes of each hour; the panel stands at the end."""

    def __init__(self, folder: Path, disk: Disk, qtbot: QtBot) -> None:
        self.disk, self.qtbot = disk, qtbot
        clock = Clock(START_NS)
        recorder = Recorder(folder, SCENE, clock=clock, threads=False)
        for s in range(0, LAST_S, 10):
            clock.now_ns = START_NS + s * NS
            recorder.tap(batch(clock.now_ns, ROWS, [6.0 if 600 <= s % 3600 < 1200 else 1.0, 1.0]))
            if s % 3600 == 600:
                alarm = Alarm(
                    "M-0:x", "M-0", "", 2, "stuck", AlarmState.UNACKNOWLEDGED, True, clock.now_ns, clock.now_ns
                )
                recorder.event(AlarmEvent(clock.now_ns, "raised", alarm))
        recorder.close(compact=True)
        self.true = RecordedPast(Recording.open(folder, SCENE), SCENE)
        self.source = ReplaySource(Recording.open(folder, SCENE), SCENE)
        self.session = Session(SCENE, self.source)
        self.window = QMainWindow()
        qtbot.addWidget(self.window)
        self.actions = Actions(self.window)
        self.panel = timeline.Panel(self.session, self.actions)
        self.changes = Changes(self.session, parent=self.panel)
        self.window.setCentralWidget(self.panel)
        self.window.resize(1190, 56)
        self.window.show()
        qtbot.waitExposed(self.window)

    def tick(self) -> None:
        """One frame, in which the panel reads nothing itself and everything that it shows is true."""
        frame = self.session.tick(10**18)
        before = self.disk.by_window
        self.panel.on_frame(frame)
        self.changes.show_changes(self.session.changes(["M-0"], frame.now_ns), "M-0", frame.now_ns)
        assert self.disk.by_window == before
        band = self.panel.band
        for shown in band.shown.bands:
            assert shown.state is State(int(self.state_at((shown.start_ns + shown.end_ns) // 2)))
        if band.shown.shares is not None:
            times, counts = band.shown.shares
            for (begin, end), count in zip(pairwise([*times.tolist(), self.source.seen()[1]]), counts, strict=True):
                grid_ns = 2 * (end - begin)  # a column stands for its whole width
                faults = {self.state_at(t) == State.FAULT for t in (begin - grid_ns, begin, begin + grid_ns)}
                assert not count.any() or bool(count[State.FAULT]) in faults

    def state_at(self, time_ns: int) -> int:
        s = (time_ns - START_NS) // NS % 3600
        return State.FAULT if 600 <= s < 1200 else State.RUNNING

    def until_read(self) -> None:
        def read() -> bool:
            self.tick()
            return not self.panel.band.shown.waits

        self.qtbot.waitUntil(read, timeout=20_000)


@pytest.fixture
def line(qapp: QApplication, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Line]:
    style.install(qapp, "dark")
    disk = Disk()
    monkeypatch.setattr(Folder, "open", disk.reads(Folder.open))
    monkeypatch.setattr(Folder, "read", disk.reads(Folder.read))
    made = Line(tmp_path / "recording", disk, qtbot)
    yield made
    disk.ready.set()
    archive = made.session.archive
    made.session.close()
    made.true.recording.close()
    qtbot.waitUntil(lambda: archive is None or not archive._working)


def test_while_the_disk_is_slow_the_band_says_so_and_then_shows_the_truth(line: Line) -> None:
    line.disk.ready.clear()
    line.session.select("M-0")
    line.panel._set_span(8 * 3600 * NS)
    line.tick()
    band = line.panel.band
    line.qtbot.waitUntil(lambda: line.disk.held > 0, timeout=20_000)
    line.tick()
    assert not band.shown.bands
    assert "Reading the recording" in band.accessibleName()
    x = int(band.x_of(START_NS + 900 * NS))
    assert "Reading the recording" in band.text_at(x, 24)
    assert line.changes.nothing.text() == "Reading the recording …"
    assert STATE["dark"][State.FAULT].upper() != band.grab().toImage().pixelColor(x, 24).name().upper()
    line.disk.ready.set()
    line.until_read()
    assert band.shown.bands == line.true.bands("M-0", band.from_ns, band.to_ns)
    assert [m.time_ns for m in band.shown.marks] == [START_NS + (h * 3600 + 600) * NS for h in range(3)]
    assert STATE["dark"][State.FAULT].upper() == band.grab().toImage().pixelColor(x, 24).name().upper()
    line.qtbot.waitUntil(lambda: (line.tick(), bool(line.changes.rows))[1], timeout=20_000)


def test_what_is_known_stays_while_another_stretch_is_read(line: Line) -> None:
    line.session.select("M-0")
    line.until_read()
    line.disk.ready.clear()
    for span_s in (9000, 4 * 3600, 600):
        line.panel._set_span(span_s * NS)
        line.tick()
    line.session.select(None)
    line.panel._move_to(START_NS + 1800 * NS)
    line.tick()
    line.disk.ready.set()
    line.until_read()
    assert line.panel.band.shown.shares is not None


def test_the_next_alarm_is_shown_when_it_is_found(line: Line) -> None:
    line.until_read()
    line.disk.ready.clear()
    line.panel.step_back()
    line.tick()
    assert line.session.frame is not None
    assert line.session.frame.now_ns == line.source.seen()[1]
    line.disk.ready.set()
    wanted = START_NS + (2 * 3600 + 600) * NS
    line.qtbot.waitUntil(lambda: (line.tick(), line.source.at_ns == wanted)[1], timeout=20_000)
    for at in (wanted - 3600 * NS, wanted - 7200 * NS, line.source.seen()[0]):
        line.panel.step_back()
        line.qtbot.waitUntil(lambda at=at: (line.tick(), line.source.at_ns == at)[1], timeout=20_000)


def test_a_recording_that_cannot_be_read_says_why_in_the_band(line: Line) -> None:
    for broken in (Path(line.source.recording.folder.address) / "states").iterdir():
        broken.write_bytes(b"no parquet")
    line.session.select("M-0")

    def said() -> bool:
        line.tick()
        return "states/" in line.panel.band.accessibleName()

    line.qtbot.waitUntil(said, timeout=20_000)
    assert "states/" in line.panel.band.text_at(line.panel.band.x_of(START_NS + 2 * 3600 * NS), 24)
