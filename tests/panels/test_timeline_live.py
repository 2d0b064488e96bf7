"""The time line of a live plant whose collector records: a drag leads into the past, a key out of it."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QMenu
from pytestqt.qtbot import QtBot

from tests.factory import make_scene
from tests.history.made import NS, START_NS, Clock, batch
from twinviewer.history.recorder import Recorder
from twinviewer.model.connection import Connection, Link
from twinviewer.model.frame import TagSnapshot
from twinviewer.model.palette import STATE, SURFACE, rgb
from twinviewer.model.state import State
from twinviewer.panels import timeline
from twinviewer.panels._kit import style
from twinviewer.panels._kit.actions import Actions
from twinviewer.session import Polled, Seekable, Session

SCENE = make_scene(2)
ROWS = [SCENE.tag(f"M-{k}.State").index for k in range(2)]
NOW = START_NS + 1800 * NS


class Plant:
    """Live, all running; recorded is half an hour in which M-0 stood in fault for the middle ten minutes."""

    name = "live"

    def __init__(self, folder: Path) -> None:
        self.recording = folder
        clock = Clock(START_NS)
        recorder = Recorder(folder, SCENE, clock=clock, threads=False)
        for s in range(0, 1800, 10):
            clock.now_ns = START_NS + s * NS
            recorder.tap(batch(clock.now_ns, ROWS, [6.0 if 600 <= s < 1200 else 1.0, 1.0]))
        recorder.note(START_NS + 700 * NS, "spindle warm", "ada", "M-0")
        recorder.close(compact=True)

    def poll(self, now_ns: int) -> Polled:
        n = len(SCENE.tags)
        value = np.where(np.isin(np.arange(n), ROWS), 1.0, np.nan)
        stamp = np.where(np.isfinite(value), now_ns, 0)
        snapshot = TagSnapshot(value, np.zeros(n, np.uint32), stamp, stamp.copy(), stamp.copy())
        return Polled(now_ns, snapshot, Connection(Link.CONNECTED))

    def command(self, name: str, **arguments: object) -> None:
        raise AssertionError(name)

    def close(self) -> None:
        """Nothing."""


class Line:
    """The panel on a session that is ticked by the test."""

    def __init__(self, folder: Path, qtbot: QtBot) -> None:
        self.session = Session(SCENE, Plant(folder))
        self.now_ns = NOW
        self.session.tick(NOW)
        self.window, self.qtbot = QMainWindow(), qtbot
        qtbot.addWidget(self.window)
        self.actions = Actions(self.window)
        self.panel = timeline.Panel(self.session, self.actions)
        self.session.source_changed.connect(lambda _source: self.actions.refresh())  # as the window does
        self.window.setCentralWidget(self.panel)
        self.window.resize(1190, 56)
        self.window.show()
        qtbot.waitExposed(self.window)
        self.window.activateWindow()
        self.tick()

    def tick(self, seconds: float = 1) -> None:
        self.now_ns += int(seconds * NS)
        self.panel.on_frame(self.session.tick(self.now_ns))

    def key(self, key: Qt.Key, *modifiers: Qt.KeyboardModifier) -> None:
        if not self.window.isActiveWindow():  # another window's closing may have taken it
            self.window.activateWindow()
            self.qtbot.waitUntil(self.window.isActiveWindow, timeout=20_000)
        self.qtbot.keyClick(self.panel.band, key, *modifiers)
        self.tick()

    def shown(self) -> int:
        """Seconds since the beginning of the recording that are shown."""
        assert self.session.frame is not None
        return round((self.session.frame.now_ns - START_NS) / NS)


@pytest.fixture
def line(qapp: QApplication, tmp_path: Path, qtbot: QtBot) -> Iterator[Line]:
    style.install(qapp, "dark")
    made = Line(tmp_path / "recording", qtbot)
    yield made
    archive = made.session.archive
    made.session.close()
    qtbot.waitUntil(lambda: archive is None or not archive._working)


def read_past(line: Line) -> None:
    """Wait until the archive's thread has told what is recorded."""

    def told() -> bool:
        line.tick(1)
        shown = line.panel.band.shown
        known = len(shown.bands) == 3 if shown.own else shown.shares is not None and len(shown.shares[0]) > 10
        return known and bool(shown.notes) and line.session.past.seen()[0] == START_NS

    line.qtbot.waitUntil(told, timeout=20_000)


def test_what_was_recorded_before_is_on_the_live_line(line: Line) -> None:
    line.session.select("M-0")
    read_past(line)
    assert line.panel.live.isChecked()
    band = line.panel.band
    picture = band.grab().toImage()
    for at_s, state in ((300, State.RUNNING), (900, State.FAULT), (1500, State.RUNNING)):
        x = int(band.x_of(START_NS + at_s * NS))
        assert picture.pixelColor(x, 24).name().upper() == STATE["dark"][state].upper()
    x = int(band.x_of(START_NS + 700 * NS))
    assert "spindle warm" in band.text_at(x, 8)
    wanted = rgb(SURFACE["dark"]["accent"])
    pins = [picture.pixelColor(x + dx, y) for dx in range(-4, 5) for y in range(0, 17)]
    assert any(abs(p.red() - wanted[0]) + abs(p.green() - wanted[1]) + abs(p.blue() - wanted[2]) < 60 for p in pins)


def test_a_drag_shows_the_past_under_the_pointer_and_a_key_goes_back(line: Line) -> None:
    read_past(line)
    band, stretch = line.panel.band, (line.panel.band.from_ns, line.panel.band.to_ns)
    assert not line.actions["time.forward"].is_enabled
    place = band.geometry()
    x = int(band.x_of(START_NS + 900 * NS))
    line.qtbot.mousePress(band, Qt.MouseButton.LeftButton, pos=QPoint(x, 24))
    line.tick()
    assert isinstance(line.session.source, Seekable)
    assert band.geometry() == place
    assert (band.from_ns, band.to_ns) == stretch  # it does not jump away under the pointer
    assert abs(line.shown() - 900) <= 4
    line.qtbot.mouseMove(band, QPoint(x + 100, 24))
    line.tick()
    assert abs(line.shown() - (band.time_at(x + 100) - START_NS) // NS) <= 1
    line.qtbot.mouseRelease(band, Qt.MouseButton.LeftButton, pos=QPoint(x + 100, 24))
    assert not line.panel.live.isChecked()
    assert line.panel.live.isVisible()
    assert line.panel.controls.speed.isEnabled()
    violet = SURFACE["dark"]["not_live"].upper()
    assert band.grab().toImage().pixelColor(int(band.x_of(band._now_ns)), 24).name().upper() == violet
    assert line.panel.span.button("3600").isChecked()
    line.panel.span.button("28800").click()
    line.key(Qt.Key.Key_0)
    assert line.session.source.name == "live"
    assert line.panel.span.button("3600").isChecked()  # as the line is again
    assert line.panel.live.isChecked()
    assert not line.panel.controls.speed.isEnabled()


def test_hold_play_quicker_step_and_repeat_by_keyboard(line: Line) -> None:
    read_past(line)
    line.key(Qt.Key.Key_P)  # holds this moment
    source = line.session.source
    assert isinstance(source, Seekable)
    assert source.speed == 0
    assert 1780 <= line.shown() <= 1800
    line.key(Qt.Key.Key_Home)
    assert line.shown() == 0
    line.key(Qt.Key.Key_BracketRight)
    line.key(Qt.Key.Key_BracketRight)
    line.key(Qt.Key.Key_BracketLeft)
    assert line.shown() == 1
    for _ in range(3):
        line.key(Qt.Key.Key_Greater)
    line.key(Qt.Key.Key_P)
    assert source.speed == 10
    begun = line.shown()
    line.tick(5)
    assert line.shown() == begun + 50
    line.key(Qt.Key.Key_Less)
    assert source.speed == 5
    line.key(Qt.Key.Key_P)
    assert source.speed == 0
    line.session.between.mark_a(START_NS + 100 * NS)
    line.session.between.mark_b(START_NS + 50 * NS)
    line.key(Qt.Key.Key_O)
    assert source.loop == (START_NS + 50 * NS, START_NS + 100 * NS)
    line.key(Qt.Key.Key_O)
    assert source.loop is None


def test_the_two_moments_are_marked_by_key_and_seen_on_the_line(line: Line) -> None:
    read_past(line)
    band = line.panel.band
    line.panel.seek(START_NS + 300 * NS)
    line.tick()
    line.key(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    line.panel.seek(START_NS + 1500 * NS)
    line.tick()
    line.key(Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert line.session.between.stretch == (START_NS + 300 * NS, START_NS + 1500 * NS)
    violet = SURFACE["dark"]["not_live"].upper()
    picture = band.grab().toImage()
    for at_s in (300, 1500):
        x = int(band.x_of(START_NS + at_s * NS))
        assert violet in {picture.pixelColor(x + dx, 35).name().upper() for dx in range(-7, 8)}
    line.actions.run("time.clear_ab")
    assert line.session.between.stretch == (band.from_ns, band.to_ns)


def test_the_menu_of_a_moment_acts_on_that_moment(line: Line) -> None:
    read_past(line)
    band = line.panel.band
    x = int(band.x_of(START_NS + 900 * NS))
    where = QPoint(x, 24)
    QApplication.sendEvent(band, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, where, band.mapToGlobal(where)))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    by_name = {a.objectName(): a for a in menu.actions()}
    by_name["time.mark_a"].trigger()
    assert abs(line.session.between.a_ns - START_NS - 900 * NS) <= 4 * NS
    assert line.session.source.name == "live"
    by_name["time.here"].trigger()
    line.tick()
    menu.close()
    assert abs(line.shown() - 900) <= 4
    assert line.session.between.aimed_ns == 0


def test_a_recording_that_went_away_is_said_and_the_plant_stays(line: Line, tmp_path: Path) -> None:
    read_past(line)
    said: list[Exception] = []
    line.actions.on_error = said.append
    (tmp_path / "recording" / "manifest.json").unlink()
    line.key(Qt.Key.Key_P)
    assert "not a recording" in str(said[0])
    assert line.session.source.name == "live"
