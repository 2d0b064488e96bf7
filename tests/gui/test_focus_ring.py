"""F6 takes the keyboard round the window; the list of keys also has those of its parts."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QTableView, QTreeView
from pytestqt.qtbot import QtBot

from tests.gui.fakes import FakeHost
from twinviewer.app import empty_scene
from twinviewer.gui.dialogs import shortcuts
from twinviewer.gui.main_window import MainWindow
from twinviewer.session import NoSource, Session


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> Iterator[MainWindow]:
    made = MainWindow(FakeHost(tmp_path), Session(empty_scene(), NoSource(0)), lambda e: None)
    made.resize(1200, 700)
    made.show()
    made.layouts.show_docks(True)  # as with a scene
    while not made.docks.complete:
        made.docks.make_more()
    qtbot.waitExposed(made)
    made.activateWindow()
    yield made
    made.close()
    qtbot.wait(20)


def where(window: MainWindow) -> str:
    focus = QApplication.focusWidget()
    assert focus is not None
    places = {"tool bar": window.tool_bar, "page": window.pages, **window.docks.docks}
    return next(name for name, place in places.items() if place.isAncestorOf(focus))


def test_f6_goes_round_and_back_and_leaves_closed_panels_out(window: MainWindow, qtbot: QtBot) -> None:
    window.tool_bar.search.setFocus()
    seen = []
    for _ in range(5):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_F6)
        seen.append(where(window))
    assert seen == ["assets", "page", "alarms", "panels", "tool bar"]
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_F6)
    assert isinstance(QApplication.focusWidget(), QTreeView)
    window.docks.docks["panels"].hide()
    for expected in ("tool bar", "alarms"):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_F6, Qt.KeyboardModifier.ShiftModifier)
        assert where(window) == expected
    assert isinstance(QApplication.focusWidget(), QTableView)


def test_the_list_of_keys_has_those_of_the_parts(window: MainWindow) -> None:
    listed = shortcuts.rows(window.registry)
    assert ("View", "Next part of the window", "F6") in listed
    assert ("Alarm list", "Shelve; unshelve", "S; U") in listed
