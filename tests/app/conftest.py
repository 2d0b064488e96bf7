"""The whole program for one test, and a plant for it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.app.running import SKID, wait_for_collectors
from twinviewer.app import Application
from twinviewer.gui.demo import DemoPlant
from twinviewer.settings import SettingsStore


@pytest.fixture
def application(qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> Iterator[Application]:
    """With settings of its own; nothing that it started is left afterwards."""
    made = Application(qapp, SettingsStore(tmp_path, {}, {"theme": "dark", "motion": "reduced"}))
    yield made
    made.quit()
    made.shut_down()
    qtbot.wait(50)
    wait_for_collectors()


@pytest.fixture(scope="module")
def plant() -> Iterator[str]:
    """URL of a running pump skid."""
    made = DemoPlant(SKID.resolve())
    yield made.start(progress=lambda _fraction, _text: None)
    made.stop()
