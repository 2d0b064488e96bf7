"""A window for one panel, with a session whose frames come from the test."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QMainWindow
from pytestqt.qtbot import QtBot

from tests.panels import fake
from twinviewer.panels._kit import style
from twinviewer.panels._kit.actions import Actions


class Bench:
    """A panel in a window of its own."""

    def __init__(self, qtbot: QtBot, panel_class: Callable[..., Any], session: Any, size: tuple[int, int]) -> None:
        self.window = QMainWindow()
        qtbot.addWidget(self.window)
        self.session = session
        self.actions = Actions(self.window)
        self.panel = panel_class(session, self.actions)
        self.window.setCentralWidget(self.panel)
        self.window.resize(*size)
        self.frame = fake.make_frame(session.scene)
        self.window.show()
        qtbot.waitExposed(self.window)
        self.window.activateWindow()
        self.show()

    def show(self, **changes: Any) -> None:
        """Show a frame; keyword arguments as of `fake.make_frame`."""
        self.frame = fake.make_frame(self.session.scene, **changes)
        self.give(self.frame)

    def give(self, frame: Any) -> None:
        """Show this frame."""
        self.frame = frame
        fake.show(self.session, self.panel, frame)


@pytest.fixture(params=["dark", "light"])
def both_themes(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[str]:
    """The test runs in each theme."""
    yield style.install(qapp, request.param)
    style.install(qapp, "dark")


@pytest.fixture
def bench(qtbot: QtBot, qapp: QApplication) -> Callable[..., Bench]:
    """Makes a bench for a panel class."""
    style.install(qapp, "dark")

    def make(
        panel_class: Callable[..., Any], session: Any = None, size: tuple[int, int] = (420, 800), past_s: int = 0
    ) -> Bench:
        return Bench(qtbot, panel_class, session or fake.make_session(past_s=past_s), size)

    return make
