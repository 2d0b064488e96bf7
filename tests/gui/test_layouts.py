"""Windows always lie on a screen that exists; layouts come back as they were."""

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow
from pytestqt.qtbot import QtBot

from twinviewer.gui.layouts import capture, clamp, restore
from twinviewer.settings import Layout

SCREENS = [QRect(0, 0, 1920, 1080), QRect(1920, 0, 1366, 768), QRect(-1280, 200, 1280, 1024)]
_PLACE = st.integers(-40_000, 40_000)
_SIZE = st.integers(1, 20_000)


@given(_PLACE, _PLACE, _SIZE, _SIZE)
def test_a_window_ends_up_wholly_on_one_screen(x: int, y: int, width: int, height: int) -> None:
    placed = clamp(QRect(x, y, width, height), SCREENS)
    assert any(screen.contains(placed) for screen in SCREENS)


def test_a_window_that_fits_stays_where_it_is() -> None:
    box = QRect(2000, 100, 800, 600)
    assert clamp(box, SCREENS) == box


def test_without_any_screen_nothing_is_changed() -> None:
    assert clamp(QRect(1, 2, 3, 4), []) == QRect(1, 2, 3, 4)


def _window(qtbot: QtBot) -> tuple[QMainWindow, QDockWidget]:
    window = QMainWindow()
    window.setObjectName("window")
    dock = QDockWidget("Assets")
    dock.setObjectName("dock.assets")
    window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, dock)
    qtbot.addWidget(window)
    window.show()
    return window, dock


def test_a_layout_comes_back(qtbot: QtBot) -> None:
    window, dock = _window(qtbot)
    kept = capture(window, None)
    window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, dock)
    dock.hide()
    assert restore(window, None, kept)
    assert window.dockWidgetArea(dock) == Qt.DockWidgetArea.LeftDockWidgetArea
    assert dock.isVisible()


def test_a_layout_that_is_no_layout_changes_nothing(qtbot: QtBot) -> None:
    window, dock = _window(qtbot)
    assert not restore(window, None, Layout("not base64!"))
    assert not restore(window, None, Layout("AAAA"))
    assert dock.isVisible()
