"""Errors that nobody expected: what is said of them, and that the window lives on."""

import logging
from collections.abc import Iterator

import pytest
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from twinviewer.gui.crash import CrashGuard, report_of


class Faulty(QWidget):
    """Fails in the middle of painting, as often as it is told."""

    faults = 2

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        painter = QPainter(self)
        painter.drawText(20, 20, "half")
        if self.faults:
            self.faults -= 1
            raise ZeroDivisionError("no width")
        painter.end()


@pytest.fixture
def shown(qtbot: QtBot) -> Iterator[list[BaseException]]:
    """What a guard at work has shown."""
    errors: list[BaseException] = []
    guard = CrashGuard(errors.append)
    guard.install()
    yield errors
    guard.remove()


def test_a_painter_ends_with_the_error_that_broke_it_off(
    qtbot: QtBot, shown: list[BaseException], caplog: pytest.LogCaptureFixture
) -> None:
    """Else Qt says that a painter is active where none may be, which fails every test here, and may crash."""
    widget = Faulty()
    qtbot.addWidget(widget)
    with caplog.at_level(logging.CRITICAL):
        widget.show()
        for size in (200, 210, 220, 230):
            widget.resize(size, 100)
            qtbot.wait(30)
    assert not widget.faults
    assert len(shown) == 1, "the same error is told once"
    assert "no width" in report_of(shown[0])
