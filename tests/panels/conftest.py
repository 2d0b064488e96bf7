"""A window for one panel, with a session whose frames come from the test."""

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QMainWindow
from pytestqt.qtbot import QtBot

from tests.panels import fake, maint
from twinviewer.panels import maintenance
from twinviewer.panels._kit import style
from twinviewer.panels._kit.actions import Actions
from twinviewer.scene.scene import Scene, load_scene
from twinviewer.session import Session


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


@pytest.fixture(scope="session")
def hall() -> Scene:
    """The sample hall without its geometry."""
    return load_scene(maint.HALL, geometry=False)


@pytest.fixture
def opened(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Opens the maintenance panel on a scene, with work orders in a folder of the test."""
    style.install(qapp, "dark")
    made: list[Actions] = []

    def make(scene: Scene, size: tuple[int, int] = (440, 900)) -> Any:
        session, window = Session(scene), QMainWindow()
        qtbot.addWidget(window)
        actions = Actions(window)
        made.append(actions)
        panel = maintenance.Panel(session, actions)
        panel.desk.folder, panel.planning.seconds = tmp_path, 0.5
        panel.desk.clock = lambda: maint.START
        window.setCentralWidget(panel)
        window.resize(*size)
        window.show()
        qtbot.waitExposed(window)
        panel.open_scene()
        qtbot.waitUntil(lambda: not actions.jobs.running, timeout=maint.WAIT_MS)
        return SimpleNamespace(panel=panel, session=session, actions=actions, window=window)

    yield make
    for actions in made:
        actions.jobs.cancel_all()
