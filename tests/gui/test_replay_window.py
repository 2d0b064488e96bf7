"""The real window on a plant whose collector records: into the past and back, notes, comparing, handing over."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QMenu, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from tests.gui.fakes import FakeHost, FakeLive
from tests.gui.pdf_text import Pdf
from twinviewer.cli.record import judge_of
from twinviewer.collector.protocol import Recorded as Told
from twinviewer.gui.dialogs.compare import CompareDialog
from twinviewer.gui.dialogs.moments import MomentDialog, StretchDialog, written
from twinviewer.gui.dialogs.note import CorrectDialog, NoteDialog, WithdrawDialog
from twinviewer.gui.dialogs.recording import RecordDialog, StopDialog
from twinviewer.gui.main_window import MainWindow
from twinviewer.history.capsule import open_capsule
from twinviewer.history.recorder import Recorder
from twinviewer.history.recording import Recording
from twinviewer.kpi.book import Book
from twinviewer.model.note import Note
from twinviewer.model.palette import STATE, SURFACE, rgb
from twinviewer.model.sample import SampleBatch
from twinviewer.model.state import State
from twinviewer.scene.scene import Scene, load_scene
from twinviewer.session import Seekable, Session

SCENE = Path("scenes/pump-skid").resolve()
NS = 1_000_000_000
LONG_S, STEP_S = 600, 5
FAULT_S = (200, 400)


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return load_scene(SCENE, cache_dir=tmp_path_factory.mktemp("cache"))


class Recorded(FakeLive):
    """Live and running; its recording of the last ten minutes has the first machine in fault in the middle."""

    def __init__(self, scene: Scene, folder: Path) -> None:
        super().__init__(scene)
        self.recording = folder
        self.recorded = Told(str(folder), time.time_ns())
        self.machine = next(t.asset_id for t in scene.tags if t.role == "state")
        self.begun_ns = time.time_ns() - LONG_S * NS
        self._clock_ns = self.begun_ns
        self.recorder = Recorder(folder, scene, clock=lambda: self._clock_ns, threads=False)
        judge = judge_of(scene)
        for s in range(0, LONG_S, STEP_S):
            self._record(self.begun_ns + s * NS, FAULT_S[0] <= s < FAULT_S[1], judge)
        self.recorder.flush()

    def _record(self, now_ns: int, fault: bool, judge: Callable[[SampleBatch], Any]) -> None:
        self.states = {self.machine: State.FAULT} if fault else {}
        snapshot, n = self.snapshot(now_ns), len(self.scene.tags)
        self._clock_ns = now_ns
        batch = SampleBatch(
            np.arange(n, dtype=np.int32),
            snapshot.value,
            snapshot.status,
            snapshot.source_ns,
            snapshot.server_ns,
            now_ns,
        )
        self.recorder.tap(batch)
        for event in judge(batch):
            self.recorder.event(event)

    def command(self, name: str, **arguments: Any) -> None:
        super().command(name, **arguments)
        if name == "note":
            self.recorder.note(**arguments)
            self.recorder.flush()


class Setup:
    def __init__(self, qtbot: QtBot, scene: Scene, folder: Path) -> None:
        self.qtbot = qtbot
        self.source = Recorded(scene, folder / "recording")
        self.session = Session(scene, self.source)
        self.host = FakeHost(folder)
        self.errors: list[Exception] = []
        self.window = MainWindow(self.host, self.session, self.errors.append)
        self.window.resize(1366, 768)
        self.window.show()
        self.window.arrange()
        qtbot.waitExposed(self.window)
        self.window.activateWindow()
        qtbot.waitUntil(lambda: self.window.picture.stage.render_count > 0, timeout=20_000)
        self.panel = self.window.docks.panels["timeline"].widget
        qtbot.waitUntil(self._knows_its_past, timeout=20_000)

    def _knows_its_past(self) -> bool:
        self.tick()
        return self.panel.band.from_ns <= self.source.begun_ns == self.session.past.seen()[0]

    def tick(self) -> None:
        self.window._slow_ns = 0
        self.window.bridge.tick_now()
        self.qtbot.wait(30)

    def key(self, key: Qt.Key, *modifiers: Qt.KeyboardModifier) -> None:
        held = Qt.KeyboardModifier.NoModifier
        for modifier in modifiers:
            held |= modifier
        if not self.window.isActiveWindow():
            self.window.activateWindow()
            self.qtbot.waitUntil(self.window.isActiveWindow, timeout=20_000)
        target = QApplication.focusWidget() or self.window
        self.qtbot.keyClick(target, key, held)
        self.tick()

    def drag_to(self, second: float) -> None:
        """Press the time line there, with the mouse."""
        band = self.panel.band
        where = QPoint(round(band.x_of(self.source.begun_ns + int(second * NS))), 24)
        self.qtbot.mousePress(band, Qt.MouseButton.LeftButton, pos=where)
        self.tick()
        self.qtbot.mouseMove(band, where + QPoint(1, 0))
        self.qtbot.mouseRelease(band, Qt.MouseButton.LeftButton, pos=where + QPoint(1, 0))
        self.tick()

    @property
    def second(self) -> float:
        """Which second of the recording is shown."""
        assert self.session.frame is not None
        return (self.session.frame.now_ns - self.source.begun_ns) / NS

    def pixels(self) -> np.ndarray:
        self.qtbot.wait(250)
        image = self.window.picture._widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
        flat = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
        return flat[:, : image.width() * 3].reshape(image.height(), image.width(), 3).copy()


def near(pixels: np.ndarray, token: str, tolerance: int = 30) -> int:
    return int((np.abs(pixels.astype(int) - rgb(token)).max(2) <= tolerance).sum())


@pytest.fixture
def setup(qtbot: QtBot, scene: Scene, tmp_path: Path) -> Iterator[Setup]:
    made = Setup(qtbot, scene, tmp_path)
    yield made
    archive = made.session.archive
    if isValid(made.window):
        made.window.close()
    made.source.recorder.close()
    qtbot.waitUntil(lambda: archive is None or not archive._working, timeout=20_000)
    qtbot.wait(20)
    assert made.errors == []


def answer(monkeypatch: pytest.MonkeyPatch, kind: type[QDialog], fill: Callable[[Any], None]) -> None:
    """Fill a dialog in instead of a person and press its button."""

    def run(dialog: Any) -> int:
        dialog.show()
        fill(dialog)
        assert dialog.accept_button.isEnabled()
        dialog.accept_button.click()
        return dialog.result()

    monkeypatch.setattr(kind, "exec", run)


# -- into the past and back ---------------------------------------------------------------------------------------


def test_a_drag_on_the_time_line_shows_the_plant_as_it_was_and_a_key_brings_it_back(setup: Setup) -> None:
    window, source = setup.window, setup.source
    source.states = {}
    setup.tick()
    red, violet = STATE["dark"][State.FAULT], SURFACE["dark"]["not_live"]
    calm = setup.pixels()
    assert window.tool_bar.pill.accessibleName().startswith("LIVE")
    assert setup.session.frame is not None
    assert not setup.session.frame.alarms
    setup.drag_to(300)
    assert abs(setup.second - 300) < 5
    shown = setup.pixels()
    assert near(shown, red) > near(calm, red) + 200  # the fault of then, in the colours of now
    assert near(shown[:8], violet) > near(calm[:8], violet) + 300  # the dashed frame
    assert window.tool_bar.pill.accessibleName().startswith("REPLAY")
    assert window.picture.annotations.banner is not None
    assert window.picture.annotations.banner.time in written(setup.session.frame.now_ns)
    assert "plant now" in window.picture.annotations.banner.plant
    tree, alarms = window.docks.panels["assets"].widget, window.docks.panels["alarms"].widget
    assert any(a.asset_id == source.machine for a in setup.session.frame.alarms)
    assert alarms is not None
    assert tree is not None
    polled = source._samples
    setup.tick()
    time.sleep(0.6)
    setup.tick()
    assert source._samples > polled  # the plant is read on
    setup.key(Qt.Key.Key_0)
    assert setup.session.source is source
    assert window.tool_bar.pill.accessibleName().startswith("LIVE")
    back = setup.pixels()
    assert near(back[:8], violet) < 50
    assert near(back, red) < near(shown, red) / 4


def test_a_click_on_the_pill_goes_back_to_live(setup: Setup) -> None:
    setup.key(Qt.Key.Key_P)
    assert isinstance(setup.session.source, Seekable)
    pill = setup.window.tool_bar.pill
    assert "back to live" in pill.accessibleName()
    setup.qtbot.mouseClick(pill, Qt.MouseButton.LeftButton)
    setup.tick()
    assert setup.session.source is setup.source
    assert setup.host.asked == []  # and nobody was asked for a connection
    setup.key(Qt.Key.Key_P)
    setup.key(Qt.Key.Key_F11)  # the wall has a pill of its own
    setup.qtbot.mouseClick(setup.window.picture.annotations.pill, Qt.MouseButton.LeftButton)
    setup.tick()
    assert setup.session.source is setup.source


def test_alarms_of_the_plant_are_told_while_its_past_is_shown(setup: Setup) -> None:
    setup.drag_to(100)
    assert setup.window.picture.annotations.banner is not None
    assert "no alarm" in setup.window.picture.annotations.banner.plant
    setup.source.states = {setup.source.machine: State.FAULT}

    def told() -> bool:
        setup.tick()
        banner = setup.window.picture.annotations.banner
        return banner is not None and "1 alarm to acknowledge" in banner.plant

    setup.qtbot.waitUntil(told, timeout=20_000)


def test_a_moment_can_be_typed(setup: Setup, monkeypatch: pytest.MonkeyPatch) -> None:
    at_ns = setup.source.begun_ns + 250 * NS
    answer(monkeypatch, MomentDialog, lambda dialog: dialog.at.setText(written(at_ns)))
    setup.window.registry.run("time.goto")
    setup.tick()
    assert abs(setup.second - 250) <= 1


# -- notes --------------------------------------------------------------------------------------------------------


def test_a_note_is_seen_on_the_line_and_at_the_machine_at_its_time_only(
    setup: Setup, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = setup.source.machine
    setup.session.select(machine)
    setup.drag_to(300)

    def fill(dialog: NoteDialog) -> None:
        assert dialog.about.currentText() == machine
        assert not dialog.accept_button.isEnabled()
        setup.qtbot.keyClicks(dialog.note, "Seal leaks")

    answer(monkeypatch, NoteDialog, fill)
    setup.key(Qt.Key.Key_T)
    name, note = setup.source.commands[-1]
    assert (name, note["text"], note["asset"], note["by"]) == ("note", "Seal leaks", machine, setup.session.user)
    assert abs(note["time_ns"] - setup.source.begun_ns - 300 * NS) < 5 * NS

    def titles() -> list[str]:
        setup.tick()
        setup.pixels()
        assert setup.window.picture.annotations.labels is not None
        return [p.label.title for p in setup.window.picture.annotations.labels.placed]

    setup.qtbot.waitUntil(lambda: "Seal leaks" in titles(), timeout=20_000)
    assert [n.text for n in setup.panel.band.shown.notes] == ["Seal leaks"]
    setup.drag_to(100)
    assert "Seal leaks" not in titles()
    assert [n.text for n in setup.panel.band.shown.notes] == ["Seal leaks"]
    setup.key(Qt.Key.Key_T, Qt.KeyboardModifier.ShiftModifier)
    assert setup.source.commands[-1][1]["text"] == "Marked moment"
    setup.session.select(None)
    setup.session.pin_note("Power dip", "", setup.source.begun_ns + 500 * NS)
    setup.window.registry.run("panel.show.notes")
    found = setup.window.docks.panels["notes"].widget.list
    assert "No notes yet" not in found.empty_text

    def listed() -> list[str]:
        setup.tick()
        return [n.text for n in found.notes.shown]

    setup.qtbot.waitUntil(lambda: listed() == ["Power dip", "Seal leaks", "Marked moment"], timeout=20_000)
    where = found.visualRect(found.notes.index(0)).center()
    setup.qtbot.mouseClick(found.viewport(), Qt.MouseButton.LeftButton, pos=where)
    setup.tick()
    assert setup.second == pytest.approx(500, abs=1)
    assert found.notes.current_ns == found.notes.shown[0].time_ns
    setup.window.docks.panels["notes"].widget.field.setText("seal")
    assert listed() == ["Seal leaks"]
    setup.qtbot.mouseClick(found.viewport(), Qt.MouseButton.LeftButton, pos=where)
    setup.tick()
    assert setup.session.frame is not None
    assert setup.session.frame.now_ns == note["time_ns"]
    assert setup.session.selection == machine


def test_a_note_is_corrected_and_withdrawn_from_its_menu_and_both_are_kept(
    setup: Setup, monkeypatch: pytest.MonkeyPatch
) -> None:
    setup.session.pin_note("Seal leeks", setup.source.machine, setup.source.begun_ns + 300 * NS)
    assert not setup.window.registry["note.correct"].is_enabled  # only for a note that was chosen
    setup.window.registry.run("panel.show.notes")
    found = setup.window.docks.panels["notes"].widget.list

    def first() -> Note | None:
        setup.tick()
        return found.notes.shown[0] if found.notes.shown else None

    def choose(title: str) -> None:
        box = found.visualRect(found.notes.index(0)).center()
        found.customContextMenuRequested.emit(box)
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        titles = {a.text(): a for a in menu.actions()}
        if title in titles:
            titles[title].trigger()
        menu.close()
        assert (title in titles) is (found.notes.shown[0].withdrawn is False)

    def correct(dialog: CorrectDialog) -> None:
        assert dialog.text == "Seal leeks"
        assert not dialog.accept_button.isEnabled()
        dialog.note.setPlainText("Seal leaks")
        assert dialog.accept_button.isEnabled()

    def withdraw(dialog: WithdrawDialog) -> None:
        assert not dialog.accept_button.isEnabled()
        dialog.note.setPlainText("the pump beside it")

    setup.qtbot.waitUntil(lambda: first() is not None, timeout=20_000)
    answer(monkeypatch, CorrectDialog, correct)
    choose("Correct…")
    setup.qtbot.waitUntil(lambda: (n := first()) is not None and n.text == "Seal leaks", timeout=20_000)
    said = found.notes.data(found.notes.index(0), Qt.ItemDataRole.ToolTipRole)
    assert f"Corrected by {setup.session.user} at " in said
    assert "at first: Seal leeks" in said
    answer(monkeypatch, WithdrawDialog, withdraw)
    choose("Withdraw…")
    setup.qtbot.waitUntil(lambda: (n := first()) is not None and n.withdrawn, timeout=20_000)
    assert "the pump beside it" in found.notes.data(found.notes.index(0), Qt.ItemDataRole.ToolTipRole)
    setup.tick()
    assert setup.panel.band.shown.notes == ()
    choose("Correct…")  # no more


def test_nothing_can_be_pinned_without_a_recording(qtbot: QtBot, scene: Scene, tmp_path: Path) -> None:
    window = MainWindow(FakeHost(tmp_path), Session(scene, FakeLive(scene)), lambda e: None)
    window.show()
    window.bridge.tick_now()
    window.registry.refresh()
    for name in ("note.pin", "note.mark", "file.capsule", "file.shift_report", "replay.compare", "time.play"):
        assert not window.registry[name].is_enabled
    assert window.registry["file.record"].is_enabled
    window.close()
    qtbot.wait(20)


# -- comparing ----------------------------------------------------------------------------------------------------


def test_two_moments_are_compared_side_by_side_and_as_a_difference(setup: Setup) -> None:
    setup.drag_to(100)
    setup.key(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier)
    setup.drag_to(300)
    setup.key(Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier)
    setup.key(Qt.Key.Key_C)
    dialog = setup.window.past.comparing
    assert isinstance(dialog, CompareDialog)
    setup.qtbot.waitUntil(lambda: dialog.drawn, timeout=60_000)
    (state,) = dialog.compared.of("State")
    assert (state.asset_id, state.before, state.after) == (setup.source.machine, "Running", "Fault")
    assert [r.asset_id for r in dialog.compared.of("Alarm")] == [setup.source.machine]
    red = STATE["dark"][State.FAULT]

    def seen(picture: Any) -> int:
        image = picture.image.convertToFormat(QImage.Format.Format_RGB888)
        flat = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
        return near(flat[:, : image.width() * 3].reshape(image.height(), image.width(), 3), red)

    assert seen(dialog.b.picture) > seen(dialog.a.picture) + 200
    assert dialog.a.isVisible()
    assert not dialog.change.isVisible()
    setup.qtbot.mouseClick(dialog.way.button("difference"), Qt.MouseButton.LeftButton)
    assert dialog.change.isVisible()
    assert seen(dialog.change.picture) > 200
    group = dialog.table.topLevelItem(0)
    assert group is not None
    item = group.child(0)
    assert item is not None
    dialog.table.setCurrentItem(item)
    assert setup.session.selection == setup.source.machine
    setup.qtbot.mouseClick(dialog.way.button("side"), Qt.MouseButton.LeftButton)
    setup.qtbot.mouseClick(dialog.a.go, Qt.MouseButton.LeftButton)
    setup.tick()
    assert abs(setup.second - 100) < 5
    dialog.close()
    assert setup.window.past.comparing is None


# -- handing over -------------------------------------------------------------------------------------------------


def test_a_capsule_of_a_to_b_is_packed_beside_the_window_and_carries_the_notes(
    setup: Setup, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    begun = setup.source.begun_ns
    setup.session.pin_note("Seal leaks", setup.source.machine, begun + 300 * NS)
    setup.session.pin_note("too early", "", begun + 10 * NS)
    setup.session.between.mark_a(begun + 250 * NS)
    setup.session.between.mark_b(begun + 350 * NS)
    answer(monkeypatch, StretchDialog, lambda dialog: None)
    path = tmp_path / "incident.twin"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    setup.key(Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier)
    assert [job.title for job in setup.window.jobs.running] == ["Packing the incident"]
    setup.qtbot.waitUntil(lambda: not setup.window.jobs.running, timeout=60_000)
    assert any(str(path) in n.text for n in setup.window.picture.notices.history)
    capsule = open_capsule(path)
    recording = Recording.open(capsule.recording)
    assert [n["text"] for n in recording.diary.notes()] == ["Seal leaks"]
    first, last = recording.span()
    assert begun + 249 * NS <= first <= last <= begun + 351 * NS
    recording.close()
    capsule.close()


def test_packing_can_be_cancelled_and_leaves_nothing(
    setup: Setup, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    answer(monkeypatch, StretchDialog, lambda dialog: None)
    folder = tmp_path / "out"
    folder.mkdir()
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(folder / "incident.twin"), ""))
    setup.window.registry.run("file.capsule")
    strip = setup.window.status.jobs
    setup.qtbot.waitUntil(strip.isVisible, timeout=20_000)
    role = next(p for p in setup.window.status.children() if p.objectName() == "status.role")
    assert isinstance(role, QWidget)
    assert not role.isVisible()  # what the job says has room
    setup.qtbot.waitUntil(lambda: strip._title.width() > 100, timeout=20_000)
    setup.qtbot.mouseClick(strip._cancel, Qt.MouseButton.LeftButton)
    assert role.isVisible()
    assert not setup.window.jobs.running
    setup.qtbot.wait(200)
    setup.qtbot.waitUntil(lambda: list(folder.iterdir()) == [], timeout=20_000)


def test_a_shift_report_is_written_beside_the_window(
    setup: Setup, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    before = time.localtime(setup.source.begun_ns / NS - 1800)  # at whatever time of the day this runs
    monkeypatch.setattr(Book, "shift_starts", (time.strftime("%H:%M", before),))

    def choose(dialog: StretchDialog) -> None:
        this = next(choice for choice in dialog.choices if choice.text() == "This shift")
        setup.qtbot.mouseClick(this, Qt.MouseButton.LeftButton)
        assert dialog.stretch[0] <= setup.session.past.seen()[1]

    answer(monkeypatch, StretchDialog, choose)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "shift"), ""))
    setup.window.registry.run("file.shift_report")
    setup.qtbot.waitUntil(lambda: not setup.window.jobs.running, timeout=90_000)
    text = " ".join(Pdf(tmp_path / "shift.pdf").text.split())
    assert "Pump skid" in text
    assert "Alarms raised 1" in text
    said = [n.text for n in setup.window.picture.notices.history]
    assert any("Shift report saved" in text and "1 alarm." in text for text in said)


def test_recordings_are_begun_and_opened_from_the_menu(
    qtbot: QtBot, scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, host = FakeLive(scene), FakeHost(tmp_path)
    window = MainWindow(host, Session(scene, source), lambda e: None)
    window.show()
    window.bridge.tick_now()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(tmp_path / "x.twin"), ""))

    def choose(dialog: RecordDialog) -> int:
        dialog.field.setText(str(tmp_path / "new"))
        return QDialog.DialogCode.Accepted

    monkeypatch.setattr(RecordDialog, "exec", choose)
    assert window.status.text("recording") == "not recorded"
    window.registry.run("file.record")
    assert source.commands == [("record", {"folder": str(tmp_path / "new"), "by": window.session.user})]
    window.registry.run("file.open_recording")
    window.registry.run("file.open_capsule")
    window.registry.run("scene.reload")
    assert host.asked == [("recording", str(tmp_path), None), ("capsule", tmp_path / "x.twin"), ("reload",)]
    window.close()
    qtbot.wait(20)


def test_a_folder_that_holds_other_things_is_not_offered_to_a_recorder(qtbot: QtBot, tmp_path: Path) -> None:
    dialog = RecordDialog(tmp_path / "new" / "folder", 100.0, None)
    qtbot.addWidget(dialog)
    assert dialog.accept_button.isEnabled()
    assert "a day takes up to 35 MB" in dialog.said.text()
    (tmp_path / "letter.txt").touch()
    for text, said in ((str(tmp_path), "holds other things"), (str(tmp_path / "letter.txt"), "a file"), (" ", "Give")):
        dialog.field.setText(text)
        assert not dialog.accept_button.isEnabled()
        assert said in dialog.said.text()
    (tmp_path / "manifest.json").touch()
    dialog.field.setText(str(tmp_path))
    assert dialog.accept_button.isEnabled()
    assert "continued" in dialog.said.text()


def test_the_status_bar_says_how_the_recording_stands_and_a_person_ends_it(
    setup: Setup, monkeypatch: pytest.MonkeyPatch
) -> None:
    status, stop = setup.window.status, setup.window.registry["file.stop_recording"]
    setup.qtbot.waitUntil(lambda: (setup.tick(), "B · recording" in status.text("recording"))[1], timeout=20_000)
    assert status.text("recording").startswith("● recording since ")
    assert str(setup.source.recording) in status.more("recording")
    setup.drag_to(100)  # the plant is recorded on while its past is shown
    assert status.text("recording").startswith("● recording since ")
    setup.source.recorded = replace(setup.source.recorded, trouble="The recording cannot be written: disk full.")
    setup.tick()
    assert status.text("recording") == "RECORDING WAITS"
    assert "disk full" in status.more("recording")
    monkeypatch.setattr(StopDialog, "exec", lambda _dialog: QDialog.DialogCode.Accepted)
    assert stop.is_enabled
    setup.window.registry.run("file.stop_recording")
    assert setup.source.commands[-1] == ("stop_recording", {"by": setup.session.user})
    setup.source.recorded = Told(stopped=True)
    setup.tick()
    assert status.text("recording") == "not recorded"
    assert not stop.is_enabled


def test_a_stretch_that_ends_before_it_begins_cannot_be_chosen(qtbot: QtBot) -> None:
    dialog = StretchDialog("Save", "…", (0, NS), "Choose", None)
    qtbot.addWidget(dialog)
    dialog.begin.setText("2026-11-21T06:00:00Z")
    dialog.end.setText("2026-11-21T05:00:00Z")
    assert not dialog.accept_button.isEnabled()
    assert "empty" in dialog.said.text()
    dialog.end.setText("2026-11-21T07:30:00Z")
    assert dialog.accept_button.isEnabled()
    assert "90.0 min" in dialog.said.text()
    dialog.fill(NS, 91 * NS)
    assert dialog.stretch == (NS, 91 * NS)
    assert dialog.said.text().startswith("90 s")
