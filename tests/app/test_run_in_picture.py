"""The real program: a simulated run is played in the picture by clicks, nobody may take it for the plant, and back."""

import shutil
from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from tests.app.running import SKID, WAIT_MS
from twinviewer.app import Application, Start
from twinviewer.gui.main_window import MainWindow
from twinviewer.model.palette import STATE, SURFACE, rgb
from twinviewer.model.state import State
from twinviewer.session.run_source import RunSource

LINE = """
[model]
horizon = "4 h"
[station.first]
time = "60 s"
asset = "PMP-511"
[station.second]
time = "50 s"
buffer = 5
asset = "HEX-541"
[source.s]
feeds = "first"
"""


def pixels(window: MainWindow) -> np.ndarray:
    image = window.picture._widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)  # type: ignore[union-attr]
    flat = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return flat[:, : image.width() * 3].reshape(image.height(), image.width(), 3).copy()


def near(picture: np.ndarray, token: str) -> int:
    return int((np.abs(picture.astype(int) - rgb(token)).max(2) <= 30).sum())


def test_a_run_is_played_in_the_violet_frame_and_in_a_second_window(
    application: Application, qtbot: QtBot, tmp_path: Path
) -> None:
    folder = tmp_path / "skid"
    shutil.copytree(SKID, folder)
    (folder / "line.toml").write_text(LINE, encoding="utf-8")
    window = application.start(Start(folder, size=(1366, 768)))
    qtbot.waitUntil(lambda: "panel.show.whatif" in window.registry and window.picture.drawn, timeout=WAIT_MS)
    window.registry.run("panel.show.whatif")
    panel = window.docks.panels["whatif"].widget
    qtbot.waitUntil(lambda: panel.results.answer is not None and not panel.busy, timeout=WAIT_MS)
    violet, red = SURFACE["dark"]["not_live"], STATE["dark"][State.FAULT]
    calm = pixels(window)
    panel.levers.of_row("failure.first").number.setValue(2.0)
    qtbot.waitUntil(lambda: not panel.busy, timeout=WAIT_MS)
    qtbot.mouseClick(panel.play_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(panel.play_bar.isVisible, timeout=WAIT_MS)
    run = window.session.source
    assert isinstance(run, RunSource)
    run.play(0.0)
    run.seek(run.seen()[0] + 3600 * 1_000_000_000)
    qtbot.waitUntil(lambda: window.tool_bar.pill.accessibleName().startswith("SIMULATION"), timeout=WAIT_MS)
    qtbot.wait(200)
    played = pixels(window)
    assert near(played, violet) > near(calm, violet) + 2000  # the frame and its banner
    assert near(played, red) > near(calm, red) + 100  # the machine that is down, in the picture
    assert window.session.frame is not None
    assert window.session.frame.remarks
    qtbot.mouseClick(panel.beside_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(application.windows) == 2, timeout=WAIT_MS)
    other = application.windows[1]
    qtbot.waitUntil(lambda: other.session.frame is not None and other.picture.drawn, timeout=WAIT_MS)
    assert other.session.frame is not None
    assert other.session.frame.source == "simulation"
    assert not other.tool_bar.isVisible()
    first, second = window.picture.stage, other.picture.stage
    assert second.camera() == first.camera()  # seen from the same place, and they move together
    first.orbit(120.0, 30.0, np.zeros(3))
    assert second.camera() == first.camera()
    second.zoom(0.5, np.zeros(3))
    assert second.camera() == first.camera()
    other.registry.run("view.shared")
    second.orbit(120.0, 0.0, np.zeros(3))
    assert second.camera() != first.camera()
    other.registry.run("view.shared")
    assert second.camera() == first.camera()
    kept = application.settings.value.layout
    other.close()
    assert application.settings.value.layout == kept  # a window for a moment leaves no layout behind
    qtbot.mouseClick(panel.play_bar.back, Qt.MouseButton.LeftButton)
    assert window.session.source.name == "none"
    qtbot.wait(200)
    assert near(pixels(window), violet) < near(played, violet) / 4
