"""Indicators and targets are looked at and changed in the window, with real clicks and keys."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from tests.factory import CONNECTED, snapshot
from tests.factory import make_scene as make_line
from twinviewer.kpi.book import INDICATOR, TARGET, load
from twinviewer.model.frame import Frame, Kpi
from twinviewer.panels import _kpi_tiles, _text, kpi_strip
from twinviewer.panels._indicators import IndicatorsDialog
from twinviewer.panels._kit.actions import Actions
from twinviewer.session import Session
from twinviewer.session.sources import Polled

NS = 1_000_000_000
NOW = 1_795_243_337 * NS
TEN = ("oee", "availability", "effectiveness", "quality_ratio", "utilisation_efficiency", "allocation_efficiency",
       "mtbf", "mttr", "throughput")  # fmt: skip


class Plant:
    """Two machines that run and make a part every forty seconds."""

    name = "live"

    def __init__(self, scene: Any) -> None:
        self.scene = scene

    def poll(self, now_ns: int) -> Polled:
        good = float((now_ns - NOW) // (40 * NS))
        return Polled(now_ns, snapshot(self.scene, now_ns, GoodCount=good), CONNECTED)

    def command(self, name: str, **arguments: object) -> None:
        """Nothing to do."""

    def close(self) -> None:
        """Nothing is held."""


class Desk:
    """A strip of tiles in a window, over a session that has seen five minutes."""

    def __init__(self, qtbot: QtBot, folder: Path, make: Callable[..., Any]) -> None:
        scene = replace(make_line(2), path=folder)
        self.session = Session(scene, Plant(scene))
        self.session.user = "eva"
        self.now_ns = NOW
        for _ in range(75):
            self.tick()
        self.window, self.panel, self.actions = make(self.session)
        self.tick()
        self.qtbot = qtbot

    def tick(self) -> Frame:
        self.now_ns += 4 * NS
        frame = self.session.tick(self.now_ns)
        if hasattr(self, "panel"):
            self.panel.on_frame(frame)
        return frame

    def open(self, key: str = "") -> IndicatorsDialog:
        dialog = self.panel.open_indicators(key)
        self.qtbot.waitExposed(dialog)
        return dialog

    def click(self, button: Any) -> None:
        assert button.isVisible()
        self.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    def type(self, field: Any, text: str) -> None:
        field.setFocus()
        field.selectAll() if isinstance(field, QLineEdit) else field.clear()
        self.qtbot.keyClicks(field, text)

    def kpi(self, key: str) -> Kpi:
        return next(k for k in self.session.kpis.all() if k.key == key)


@pytest.fixture
def desk(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[Desk]:
    from PySide6.QtWidgets import QMainWindow

    from twinviewer.panels._kit import style

    style.install(qapp, "dark")

    def make(session: Session) -> tuple[QMainWindow, Any, Actions]:
        window = QMainWindow()
        qtbot.addWidget(window)
        actions = Actions(window)
        panel = kpi_strip.Panel(session, actions)
        window.setCentralWidget(panel)
        window.resize(1300, 80)
        window.show()
        qtbot.waitExposed(window)
        return window, panel, actions

    made = Desk(qtbot, tmp_path, make)
    yield made
    if made.panel._dialog is not None:
        made.panel._dialog.close()
    made.session.close()


def test_all_ten_indicators_of_the_standard_are_there_with_formula_and_inputs(desk: Desk) -> None:
    dialog = desk.open()
    for key in (*(f"{name}.Line A" for name in TEN), "energy_per_part"):
        dialog.choose(key)
        kpi = desk.kpi(key)
        assert dialog.form.made.text().startswith(kpi.formula)
        assert kpi.formula
        assert [n.text() for n, _ in dialog.form._made_of] == [_text.input_name(name) for name in kpi.inputs]
    texts = [item.text(0) for item in dialog._items.values()]
    assert {"OEE", "Availability", "MTBF", "MTTR", "Throughput rate", "Energy per part"} <= set(texts)


def test_the_popover_leads_to_the_target_and_a_new_one_is_on_the_tile_at_once(desk: Desk, tmp_path: Path) -> None:
    desk.click(desk.panel.tiles[0])
    popup = QApplication.activePopupWidget()
    assert isinstance(popup, _kpi_tiles.Explanation)
    desk.click(popup.change)
    dialog = desk.panel._dialog
    assert dialog._chosen == "oee"
    desk.type(dialog.form.target, "72,5")
    desk.click(dialog.form.save)
    desk.tick()
    assert desk.panel.tiles[0].kpi.target == 72.5
    assert dialog._items["oee"].text(2) == "72.5"
    kept = load(tmp_path).now(TARGET, "oee")
    assert kept is not None
    assert (kept.target, kept.by) == (72.5, "eva")
    assert dialog.form.history.item(0).text().endswith("eva: target 72.5")


def test_undo_and_an_earlier_version_bring_back_what_was(desk: Desk) -> None:
    dialog = desk.open("oee")
    for text in ("70", "80", "90"):
        desk.type(dialog.form.target, text)
        desk.click(dialog.form.save)
    desk.click(dialog.form.back)
    assert desk.kpi("oee").target == 80
    dialog.form.history.setCurrentRow(3)  # the first one of all
    desk.click(dialog.form.again)
    assert desk.kpi("oee").target == 70
    assert dialog.form.history.count() == 5  # going back is a version too


def test_a_formula_becomes_a_tile_and_goes_again(desk: Desk, tmp_path: Path) -> None:
    dialog = desk.open()
    desk.click(dialog.new)
    desk.type(dialog.form.name, "Power per machine")
    desk.type(dialog.form.formula, "sum([*.Power]) / count([*.Power])")
    desk.type(dialog.form.unit, "kW")
    desk.type(dialog.form.target, "6")
    desk.qtbot.waitUntil(lambda: dialog.form.verdict.text() == "The formula can be worked out.")
    desk.click(dialog.form.save)
    desk.tick()
    tile = desk.panel.tiles[-1]
    assert tile.accessibleName() == "Power per machine, 5.0 kW, target 6.0"
    assert dialog._chosen == "Power per machine"
    desk.click(dialog.form.drop)
    desk.tick()
    assert "Power per machine" not in [t.kpi.key for t in desk.panel.tiles]
    assert [v.removed for v in load(tmp_path).history(INDICATOR, "Power per machine")] == [False, True]


def test_a_name_is_inserted_from_the_list(desk: Desk) -> None:
    dialog = desk.open()
    desk.click(dialog.new)
    desk.type(dialog.form.insert, "M-1.pow")
    completer = dialog.form.insert.completer()
    desk.qtbot.waitUntil(lambda: completer.completionCount() == 1)
    desk.qtbot.keyClick(completer.popup(), Qt.Key.Key_Down)
    desk.qtbot.keyClick(completer.popup(), Qt.Key.Key_Return)
    assert dialog.form.formula.toPlainText() == "[M-1.Power]"


@pytest.mark.parametrize(
    ("formula", "said"),
    [("[M-7.Power]", "There is no tag or indicator"), ("1 +", "cannot be read"), ("open('x')", "no function 'open'")],
)
def test_a_wrong_formula_is_told_while_typing_and_never_kept(
    desk: Desk, tmp_path: Path, formula: str, said: str
) -> None:
    dialog = desk.open()
    desk.click(dialog.new)
    desk.type(dialog.form.name, "Wrong")
    desk.type(dialog.form.formula, formula)
    desk.qtbot.waitUntil(lambda: said in dialog.form.verdict.text())
    desk.click(dialog.form.save)
    assert dialog.trouble.isVisible()
    assert not load(tmp_path).versions
    assert dialog.form.formula.toPlainText() == formula  # what was typed stays


def test_a_target_that_is_no_number_is_told(desk: Desk, tmp_path: Path) -> None:
    dialog = desk.open("oee")
    desk.type(dialog.form.target, "much")
    desk.click(dialog.form.save)
    assert "not a number" in dialog.trouble.text()
    assert not load(tmp_path).versions


def test_a_folder_that_is_gone_is_told_in_the_window(desk: Desk, tmp_path: Path) -> None:
    dialog = desk.open("oee")
    tmp_path.rmdir()
    desk.type(dialog.form.target, "70")
    desk.click(dialog.form.save)
    assert "cannot be kept in the scene's folder" in dialog.trouble.text()
    tmp_path.mkdir()


def test_other_shifts_hold_at_once(desk: Desk) -> None:
    dialog = desk.open()
    desk.type(dialog.shifts, "00:00, 12:00")
    desk.qtbot.keyClick(dialog.shifts, Qt.Key.Key_Return)
    assert desk.session.kpis.book.shift_starts == ("00:00", "12:00")
    desk.tick()
    assert desk.session.kpis._shift[1] - desk.session.kpis._shift[0] == 12 * 3600 * NS


def test_it_is_reached_from_the_keyboard_and_fits_a_small_screen(desk: Desk, qtbot: QtBot) -> None:
    desk.actions.run("scene.indicators")
    dialog = desk.panel._dialog
    dialog.resize(900, 560)
    qtbot.wait(30)
    assert dialog.width() <= 900
    assert dialog.height() <= 700
    for item in (dialog.new, dialog.shifts, dialog.form.save):
        assert item.isVisible()
        assert dialog.rect().contains(item.mapTo(dialog, item.rect().bottomRight()))
    assert np.isfinite(desk.kpi("oee").value)


def test_a_tile_says_since_when_it_counts_instead_of_a_dash(desk: Desk) -> None:
    begun = replace(desk.kpi("oee"), value=float("nan"), note="counting since 07:20")
    tile = desk.panel.tiles[0]
    tile.show_kpi(begun, False)
    picture = tile.grab().toImage()
    ground = picture.pixelColor(tile.width() // 2, 20).name()
    row = [picture.pixelColor(x, y).name() for x in range(14, 140) for y in range(28, 48)]
    assert sum(c != ground for c in row) > 250  # a sentence, not a dash
    assert "no value yet" in tile.accessibleName()
    assert "counting since 07:20" in tile.toolTip()
