"""The what-if panel: a real worker answers while levers move, scenarios are files, and no control is dead."""

import csv
import multiprocessing
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QAbstractButton, QAbstractSpinBox, QApplication, QComboBox, QLineEdit, QSlider
from pytestqt.qtbot import QtBot

from tests.panels import fake
from tests.panels.whatif_bench import LINE, WAIT_MS, answered, figure, opened
from twinviewer.panels import whatif
from twinviewer.panels._kit.actions import Action
from twinviewer.panels._whatif_files import file_name
from twinviewer.panels._whatif_found import KPIS, Figure, verdict
from twinviewer.panels._whatif_model import Control, Kept
from twinviewer.panels._whatif_play import PLAY, Handed, scenario_of
from twinviewer.panels._whatif_trust import trust
from twinviewer.panels._whatif_words import number, signed


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A scene's folder with a flow model."""
    (tmp_path / "line.toml").write_text(LINE, encoding="utf-8")
    return tmp_path


def test_the_window_never_loads_the_engine() -> None:
    code = "import sys, twinviewer.panels.whatif; print([m for m in ('numba', 'scipy') if m in sys.modules])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


def test_without_a_model_it_says_how_to_get_one_and_nothing_is_dead(bench: Callable[..., Any], tmp_path: Path) -> None:
    session = fake.make_session(replace(fake.make_scene(), path=tmp_path), past_s=0)
    b = bench(whatif.Panel, session=session)
    assert "line.toml" in b.panel.empty.text.text()
    assert str(tmp_path) in b.panel.empty.text.text()
    assert [w for w in b.panel.findChildren(QAbstractButton) if w.isVisible()] == [b.panel.empty.draw]
    assert not b.panel.link.running
    commands = b.actions.in_group("Simulation")
    assert [a.id for a in commands if a.is_enabled] == ["whatif.show"]
    assert all(a.why for a in commands if not a.is_enabled)


def test_a_command_opens_the_panel_and_is_done_as_soon_as_the_model_is_there(
    bench: Callable[..., Any], qtbot: QtBot, folder: Path
) -> None:
    b = bench(whatif.Panel, session=fake.make_session(replace(fake.make_scene(), path=folder), past_s=0))
    panel, brought = b.panel, []
    panel.link.close()
    panel.hide()
    b.actions.add(Action("panel.show.whatif", "", "", lambda: (brought.append(1), panel.show())))
    assert b.actions["whatif.flow"].is_enabled  # although nothing was opened yet
    assert b.actions["whatif.reset"].why
    b.actions.run("whatif.flow")
    assert brought == [1]
    assert panel.model is None
    assert panel.turned_to == "try"
    qtbot.waitUntil(lambda: panel.turned_to == "flow", timeout=WAIT_MS)
    assert panel.model is not None
    b.actions.run("whatif.suggest")
    assert panel.turned_to == "suggest"
    assert brought == [1]  # it was in view


def test_the_sample_of_the_empty_page_is_a_model(tmp_path: Path, bench: Callable[..., Any]) -> None:
    from twinviewer.simulation.reading import load_line

    b = bench(whatif.Panel, session=fake.make_session(replace(fake.make_scene(), path=tmp_path), past_s=0))
    file = tmp_path / "sample.toml"
    file.write_text(b.panel.empty.sample.text(), encoding="utf-8")
    assert list(load_line(file).station) == ["saw", "mill"]


def test_numbers_follow_a_lever_and_differences_are_paired(
    bench: Callable[..., Any], qtbot: QtBot, folder: Path
) -> None:
    b = opened(bench, qtbot, folder)
    panel = b.panel
    assert "baseline" in panel.banner.words
    assert "today" in panel.banner.words or "Nov" in panel.banner.words
    assert figure(panel.results.answer, "throughput_per_h").scenario is None
    failure = panel.levers.of_row("failure.mill")
    answer = answered(qtbot, panel, lambda: failure.number.setValue(4.0))
    good = figure(answer, "throughput_per_h")
    assert good.significant
    assert good.difference is not None
    assert good.difference[2] < 0
    assert good.scenario is not None
    assert good.scenario[0] - good.baseline[0] == pytest.approx(good.difference[0])
    assert answer.replications >= 30
    assert "replications" in panel.status.text()
    assert "worse" in panel.results.row_of("throughput_per_h").said()
    assert panel.reset_button.isVisible()
    # The same settings again give the same numbers, and none give no difference at all.
    answered(qtbot, panel, panel.reset)
    assert panel.levers.settings == {}
    assert figure(panel.results.answer, "throughput_per_h").difference is None
    again = answered(qtbot, panel, lambda: failure.slider.setValue(16))
    assert figure(again, "throughput_per_h").baseline == pytest.approx(good.baseline, rel=0.05)
    # A run by keyboard goes on until the interval is narrow, and can be stopped.
    panel.setFocus()
    qtbot.keyClick(panel, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert panel.busy
    assert panel.stop_button.isVisible()
    qtbot.mouseClick(panel.stop_button, Qt.MouseButton.LeftButton)
    assert not panel.busy
    assert panel.status.text().endswith("stopped")
    # The wheel scrolls the page, and changes nothing that the pointer happens to be over.
    changed: list[object] = []
    panel.link.send = changed.append
    for item in [w for kind in (QComboBox, QAbstractSpinBox, QSlider) for w in panel.findChildren(kind)]:
        turn = QWheelEvent(QPointF(5, 5), QPointF(5, 5), QPoint(), QPoint(0, -120), Qt.MouseButton.NoButton,
                           Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False)  # fmt: skip
        before = item.currentIndex() if isinstance(item, QComboBox) else item.property("value")
        QApplication.sendEvent(item, turn)
        assert not turn.isAccepted(), item.accessibleName()
        assert (item.currentIndex() if isinstance(item, QComboBox) else item.property("value")) == before
    del panel.link.send
    assert not changed
    controls = [w for kind in (QAbstractButton, QLineEdit, QComboBox, QSlider) for w in panel.findChildren(kind)]
    mine = [w for w in controls if w.isVisible() and not w.objectName().startswith("qt_")]
    mine = [w for w in mine if not isinstance(w.parent(), QLineEdit | QComboBox)]
    assert [w for w in mine if not (w.accessibleName() or getattr(w, "text", str)())] == []


def test_scenarios_are_files_beside_the_scene(bench: Callable[..., Any], qtbot: QtBot, folder: Path) -> None:
    b = opened(bench, qtbot, folder)
    panel = b.panel
    assert not panel.scenarios.save.isVisible()
    panel.levers.which.setCurrentText("Shifts")
    hours = panel.levers.of_row("shifts.day")
    answered(qtbot, panel, lambda: panel.levers.of_row("crew.fitters").number.setValue(2))
    field = hours.findChildren(QLineEdit)[0]
    field.setText("nonsense")
    field.editingFinished.emit()
    assert "no window" in hours.was.text()
    assert "shifts.day" not in panel.levers.settings
    field.setText("06:00-14:00, 14:30-22:00")
    field.editingFinished.emit()
    panel.save()
    panel.asking.field.setText("Second fitter / late shift")
    qtbot.keyClick(panel.asking.field, Qt.Key.Key_Return)
    file = folder / "scenarios" / "second-fitter-late-shift.toml"
    qtbot.waitUntil(lambda: len(panel.kept) == 1, timeout=WAIT_MS)
    from twinviewer.simulation.scenario import load_scenario

    saved = load_scenario(file)
    assert saved.name == "Second fitter / late shift"
    assert saved.levers == {"crew.fitters": 2, "shifts.day": {"mon-fri": ["06:00-14:00", "14:30-22:00"]}}
    assert not panel.scenarios.save.isVisible()
    panel.choose(-1)
    assert panel.levers.settings == {}
    panel.choose(0)
    assert panel.levers.of_row("crew.fitters").value == 2
    qtbot.waitUntil(lambda: not panel.busy and panel.results.answer.name == saved.name, timeout=WAIT_MS)
    told: list[Any] = []
    b.session.notice.connect(told.append)
    panel.write_csv(folder / "out.csv")
    rows = list(csv.DictReader((folder / "out.csv").read_text(encoding="utf-8").splitlines()))
    assert rows[0]["indicator"] == "Throughput"
    assert rows[0]["scenario"] == saved.name
    assert told[-1].level == "info"
    panel.write_csv(folder / "nowhere" / "out.csv")
    assert told[-1].level == "error"
    panel.delete()
    assert file.exists()
    qtbot.mouseClick(panel.asking.yes, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not panel.kept, timeout=WAIT_MS)
    assert not file.exists()
    panel.suggest.offer(["line_speed", "crew.fitters"])
    panel.turn_to("suggest")
    panel.ask_suggestions()
    assert panel.end_button.isVisible()  # whatever runs can be stopped where it was begun
    qtbot.mouseClick(panel.end_button, Qt.MouseButton.LeftButton)
    assert not panel.end_button.isVisible()
    assert panel.suggest.hint.text() == "Stopped before the search was through."
    panel.ask_drivers()
    panel.stop()  # at once: the next question is answered all the same
    panel.ask_drivers()
    qtbot.waitUntil(lambda: bool(panel.drivers.rows), timeout=WAIT_MS)
    assert "parts/h" in panel.drivers.rows[0].said()


def test_a_broken_model_or_worker_is_said_and_mended(bench: Callable[..., Any], qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "line.toml").write_text("[station.a]\ntime = ", encoding="utf-8")
    b = bench(whatif.Panel, session=fake.make_session(replace(fake.make_scene(), path=tmp_path), past_s=0))
    qtbot.waitUntil(b.panel.trouble.isVisible, timeout=WAIT_MS)
    assert "TOML" in b.panel.trouble.text()
    assert "Mend" in b.panel.trouble.text()
    assert not b.panel.run_button.isVisible()
    (tmp_path / "line.toml").write_text(LINE, encoding="utf-8")
    qtbot.mouseClick(b.panel.reload_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: b.panel.results.answer is not None and not b.panel.busy, timeout=WAIT_MS)
    assert not b.panel.trouble.isVisible()
    # A worker that is killed is said, and the next one begins with the levers as they stood.
    answered(qtbot, b.panel, lambda: b.panel.levers.of_row("line_speed").number.setValue(80))
    (worker,) = [p for p in multiprocessing.active_children() if p.is_alive()]
    worker.kill()
    qtbot.waitUntil(b.panel.trouble.isVisible, timeout=WAIT_MS)
    assert "ended unexpectedly" in b.panel.trouble.text()
    answer = answered(qtbot, b.panel, lambda: qtbot.mouseClick(b.panel.reload_button, Qt.MouseButton.LeftButton))
    assert figure(answer, "throughput_per_h").difference is not None
    assert b.panel.levers.of_row("line_speed").value == 80


@pytest.mark.parametrize(
    ("difference", "significant", "words"),
    [
        ((2.0, 1.0, 3.0), True, "better"),
        ((-2.0, -3.0, -1.0), True, "worse"),
        ((0.5, -1.0, 2.0), False, "not significant"),
        ((0.5, float("nan"), float("nan")), False, "too few runs to tell"),
    ],
)
def test_a_difference_is_said_in_words(difference: Any, significant: bool, words: str) -> None:
    f = Figure("throughput_per_h", (9.0, 8.0, 10.0), (9.0, 8.0, 10.0), difference, significant)
    assert verdict(f, KPIS[0]) == words


def test_figures_are_written_as_people_read_them() -> None:
    assert number(12345.6, 0) == "12\u202f346"
    assert number(-0.04, 1) == "0.0"
    assert number(float("nan"), 1) == "–"
    assert signed(3.0, 1) == "+3.0"
    assert signed(-3.0, 1) == "−3.0"
    assert signed(0.0, 1) == "0.0"
    assert file_name("Zwölf / ../x") == "zwölf-..-x"
    assert file_name("///") == "scenario"
    assert not Kept("x").changes


def test_trust_is_what_the_last_back_test_says(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    assert trust(tmp_path, now).level == "none"
    assert "first estimate" in trust(tmp_path, now).headline
    file = tmp_path / "backtest.json"
    file.write_text('{"error": {"good": 0.012}, "valid": true, "moments": 8, "warnings": []}', encoding="utf-8")
    found = trust(tmp_path, now)
    assert found.level == "good"
    assert "good parts +1.2 % · 8 moments" in found.headline
    file.write_text('{"error": {}, "valid": false, "moments": 2, "warnings": ["only 2 moments"]}', encoding="utf-8")
    assert trust(tmp_path, now).level == "warning"
    assert "only 2 moments" in trust(tmp_path, now).details
    assert "days old" in trust(tmp_path, now + timedelta(days=40)).details[-1]
    (tmp_path / "line.toml").write_text(LINE, encoding="utf-8")
    os.utime(tmp_path / "line.toml", (2e9, 2e9))
    assert "The model was changed since the back-test." in trust(tmp_path, now).details
    file.write_text("[]", encoding="utf-8")
    assert "cannot be read" in trust(tmp_path, now).headline


def test_stops_of_a_plan_become_planned_events_of_their_stations() -> None:
    controls = (
        Control("speed.CNC", "Speed", "CNC", "slider", 1.0, assets=("CNC-102", "CNC-103")),
        Control("speed.WSH-107", "Speed", "Washer", "slider", 1.0, assets=("WSH-107",)),
    )
    hour = 3600 * 10**9
    stops = ((5 * hour, "CNC-103", 7200.0), (6 * hour, "CNC-103", 7200.0), (hour, "WSH-107", 3600.0), (9, "CV-1", 60.0))
    kept = scenario_of(Handed("Plan", "", stops), controls, 2 * hour)
    assert kept.events == ((3 * 3600.0, "CNC", 3 * 3600.0, 2, True),)  # the washer's is over, a conveyor is no station


def test_a_plan_that_is_handed_over_is_played_and_costs_throughput(
    bench: Callable[..., Any], qtbot: QtBot, folder: Path
) -> None:
    b = opened(bench, qtbot, folder)
    begin = b.session.frame.now_ns + 3600 * 10**9
    handed = Handed("Plan of week 47", "", ((begin, "CNC-103", 5 * 3600.0),))
    answer = answered(qtbot, b.panel, lambda: b.actions.hand(PLAY, handed))
    assert answer.name == "Plan of week 47"
    output = figure(answer, "throughput_per_h").difference
    assert output is not None
    assert output[2] < 0
    assert not b.actions[PLAY].is_enabled
    assert b.panel.differs
