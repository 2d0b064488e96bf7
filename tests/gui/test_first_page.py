"""The window before a scene is open: what it offers, what can be dropped on it, which panels come with the scene."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from tests.gui.fakes import FakeHost
from twinviewer.app import empty_scene
from twinviewer.gui import layouts
from twinviewer.gui.main_window import MainWindow
from twinviewer.gui.welcome import Welcome
from twinviewer.panels._kit.actions import Actions
from twinviewer.session import NoSource, Session
from twinviewer.settings import Recent


@pytest.fixture
def open_window(qtbot: QtBot) -> Iterator[Callable[[FakeHost], MainWindow]]:
    """Makes windows without a scene, and closes them."""
    windows: list[MainWindow] = []

    def make(host: FakeHost) -> MainWindow:
        window = MainWindow(host, Session(empty_scene(), NoSource(0)), lambda e: None)
        windows.append(window)
        window.show()
        return window

    yield make
    for window in windows:
        window.close()
    qtbot.wait(20)


@pytest.mark.parametrize("width", [620, 1000])
def test_a_scene_with_a_long_address_is_not_cut_off(qtbot: QtBot, tmp_path: Path, width: int) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    page = Welcome(Actions(window), lambda r: None, lambda p: None, window)
    feed = "opc.tcp://plc.factory.example:4840/" + "long/" * 20
    page.show_recent((Recent(str(tmp_path / "gone"), "Old", feed, 1),) * 3)
    window.resize(width, 500)
    page.resize(width, 500)
    window.show()
    qtbot.waitExposed(window)
    assert page.horizontalScrollBar().maximum() == 0
    assert sum(label.text().startswith("no longer there") for label in page.findChildren(QLabel)) == 3
    assert {label.toolTip() for label in page.findChildren(QLabel)} >= {str(tmp_path / "gone")}


def drag(path: Path | None) -> QMimeData:
    data = QMimeData()
    if path is None:
        data.setText("no file")
    else:
        data.setUrls([QUrl.fromLocalFile(str(path))])
    return data


def sent(window: MainWindow, kind: type[QDropEvent], data: QMimeData) -> bool:
    """Whether the window accepts it."""
    event = kind(QPoint(300, 300), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton,
                 Qt.KeyboardModifier.NoModifier)  # type: ignore[call-overload]  # fmt: skip
    event.ignore()
    QApplication.sendEvent(window, event)
    return event.isAccepted()


def test_what_is_dropped_is_opened_as_what_it_is(open_window: Callable[..., MainWindow], tmp_path: Path) -> None:
    host = FakeHost(tmp_path)
    window = open_window(host)
    (tmp_path / "hall").mkdir()
    for name, asked in (
        ("hall", ("open", tmp_path / "hall", "")),
        ("hall/scene.toml", ("open", tmp_path / "hall", "")),
        ("robot.glb", ("open", tmp_path / "robot.glb", "")),
        ("Jam.twin", ("capsule", tmp_path / "Jam.twin")),
    ):
        data = drag(tmp_path / name)
        assert sent(window, QDragEnterEvent, data)
        assert sent(window, QDropEvent, data)
        assert host.asked[-1] == asked
    assert not sent(window, QDragEnterEvent, drag(None))


def test_a_panel_that_was_closed_stays_closed_and_none_shows_without_a_scene(
    open_window: Callable[..., MainWindow], tmp_path: Path
) -> None:
    host = FakeHost(tmp_path)
    first = open_window(host)
    first.layouts.show_docks(True)  # what a scene does
    first.docks.docks["alarms"].hide()
    first.layouts.show_docks(True)  # another one
    assert first.docks.docks["alarms"].isHidden()
    host.settings.change(layout=layouts.capture(first, first.docks.tabs))
    second = open_window(host)
    second.layouts.restore_kept()
    assert all(dock.isHidden() for dock in second.docks.docks.values())
    second.layouts.show_docks(True)
    assert [name for name, dock in second.docks.docks.items() if dock.isHidden()] == ["alarms"]
