"""The command palette, with real keys."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QMainWindow
from pytestqt.qtbot import QtBot

from twinviewer.gui.command_palette import CommandPalette, Entry

Setup = tuple[QMainWindow, CommandPalette, list[str]]


@pytest.fixture
def setup(qtbot: QtBot) -> Setup:
    window = QMainWindow()
    window.resize(900, 600)
    window.setCentralWidget(QLineEdit())
    qtbot.addWidget(window)
    ran: list[str] = []
    names = ("Fit all", "Home view", "Colour by vibration", "Colour by energy")
    palette = CommandPalette(window, lambda _q: [Entry(n, lambda n=n: ran.append(n), "View", "F") for n in names])
    window.show()
    qtbot.waitExposed(window)
    window.activateWindow()
    window.centralWidget().setFocus()
    return window, palette, ran


def test_typing_finds_and_enter_runs(setup: Setup, qtbot: QtBot) -> None:
    _, palette, ran = setup
    palette.open()
    qtbot.keyClicks(palette.box, "vib")
    qtbot.keyClick(palette.box, Qt.Key.Key_Return)
    assert ran == ["Colour by vibration"]
    assert palette.isHidden()


def test_arrows_move_round_and_escape_gives_the_focus_back(setup: Setup, qtbot: QtBot) -> None:
    window, palette, ran = setup
    palette.open()
    qtbot.keyClick(palette.box, Qt.Key.Key_Up)
    assert palette.list.currentRow() == 3
    qtbot.keyClick(palette.box, Qt.Key.Key_Down)
    assert palette.list.currentRow() == 0
    qtbot.keyClick(palette.box, Qt.Key.Key_Escape)
    assert palette.isHidden()
    assert window.focusWidget() is window.centralWidget()
    assert ran == []


def test_a_click_runs(setup: Setup, qtbot: QtBot) -> None:
    _, palette, ran = setup
    palette.open()
    box = palette.list.visualItemRect(palette.list.item(1))
    qtbot.mouseClick(palette.list.viewport(), Qt.MouseButton.LeftButton, pos=box.center())
    assert ran == ["Home view"]


def test_nothing_fits_is_said_and_enter_does_nothing(setup: Setup, qtbot: QtBot) -> None:
    _, palette, ran = setup
    palette.open("qqqq")
    assert palette.list.item(0).text() == "Nothing fits"
    qtbot.keyClick(palette.box, Qt.Key.Key_Return)
    assert ran == []
    assert not palette.isHidden()


def test_every_line_speaks_its_keys(setup: Setup) -> None:
    _, palette, _ = setup
    palette.open()
    assert palette.list.item(0).data(Qt.ItemDataRole.AccessibleTextRole) == "Fit all View F"
