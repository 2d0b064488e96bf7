"""Docks of a window that opens without a scene hold their panels when there is something to see."""

import pytest
from PySide6.QtWidgets import QMainWindow
from pytestqt.qtbot import QtBot

from twinviewer.app import empty_scene
from twinviewer.gui import docks as module
from twinviewer.gui.docks import Docks
from twinviewer.panels import alarms
from twinviewer.panels._kit.actions import Action, Actions
from twinviewer.session import Session


@pytest.fixture
def docks(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Docks:
    """Those of a tree, an alarm list and an inspector, without a scene."""
    monkeypatch.setattr(module.discovery, "names_of", lambda _package: ["alarms", "assets", "inspector"])
    window = QMainWindow()
    qtbot.addWidget(window)
    session = Session(empty_scene())
    docks = Docks(window, session, Actions(window))
    docks.build()
    for name, dock in docks.docks.items():
        docks._actions.add(Action(f"panel.dock.{name}", name, "", dock.show, checked=dock.isVisible))
    return docks


def test_what_is_seen_is_made_first_and_one_at_a_time(docks: Docks, qtbot: QtBot) -> None:
    assert set(docks.docks) == {"alarms", "assets", "panels"}
    assert not docks.panels
    docks._window.show()
    docks.docks["assets"].hide()
    docks.make_more()
    assert len(docks.panels) == 1
    qtbot.waitUntil(lambda: set(docks.panels) == {"alarms", "inspector"})
    assert not docks.complete
    docks.make_more()  # reads its module
    assert not docks.complete
    docks.make_more()
    assert docks.complete
    for name in ("alarms", "assets"):
        assert docks.docks[name].widget() is docks.panels[name].widget


def test_a_panel_that_cannot_be_made_leaves_neither_dock_nor_command(
    docks: Docks, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("no list")

    monkeypatch.setattr(alarms, "Panel", broken)
    for _ in range(6):
        docks.make_more()
    assert docks.complete
    assert [name for name, _ in docks.failures] == ["alarms"]
    assert set(docks.docks) == {"assets", "panels"}
    assert "panel.dock.alarms" not in docks._actions
    docks._actions.refresh()
