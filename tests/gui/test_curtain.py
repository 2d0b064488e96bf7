"""The picture of a window that covers it while Qt makes its native window anew."""

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from twinviewer.gui import curtain

pytestmark = pytest.mark.usefixtures("display")


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    """A green one that a person works with."""
    made = QWidget()
    qtbot.addWidget(made)
    made.setStyleSheet("background: #00ff00")
    made.setGeometry(120, 90, 300, 200)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    qtbot.waitUntil(lambda: _on_screen(made) == QColor("#00ff00"))
    return made


def _on_screen(window: QWidget) -> QColor:
    """The colour in the middle of where the window is, whatever stands there."""
    middle = window.geometry().center()
    return window.screen().grabWindow(0, middle.x(), middle.y(), 1, 1).toImage().pixelColor(0, 0)


def test_the_screen_shows_the_window_while_it_is_away_and_the_keyboard_stays_with_it(
    qtbot: QtBot, window: QWidget
) -> None:
    made = curtain.before(window)
    assert made is not None
    assert made.geometry() == window.geometry()
    assert QApplication.activeWindow() is window
    window.hide()
    qtbot.wait(50)
    assert _on_screen(window) == QColor("#00ff00")
    made.close()
    qtbot.waitUntil(lambda: _on_screen(window) != QColor("#00ff00"))


def test_a_window_that_is_hidden_or_behind_another_has_none(qtbot: QtBot, window: QWidget) -> None:
    other = QWidget()
    qtbot.addWidget(other)
    other.show()
    other.activateWindow()
    qtbot.waitUntil(lambda: not window.isActiveWindow())
    assert curtain.before(window) is None
    window.hide()
    assert curtain.before(window) is None
