"""What stops far away shows in the window's own pixels: no state's colour is left, the banner says why, all returns."""

import signal
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from tests.app.running import SKID, WAIT_MS, collectors, wait_live
from tests.gui.test_main_window import near, pixels_of
from tests.plant.served import Plant
from twinviewer.app import Application, Start
from twinviewer.gui.main_window import MainWindow
from twinviewer.model.palette import STATE
from twinviewer.model.state import State

RUNNING = STATE["dark"][State.RUNNING]


def serve(port: int) -> Plant:
    return Plant(["-m", "twinviewer", "plant", str(SKID), "--scenario", "calm", "--port", str(port)])


def picture(window: MainWindow) -> np.ndarray:
    """RGB of the 3D picture with what is painted over it."""
    return pixels_of(window.picture._widget.grab().toImage())  # type: ignore[union-attr]


def coloured(window: MainWindow) -> int:
    """Pixels in the colour of a running machine, legend and labels aside: they do not change it by much."""
    return near(picture(window), RUNNING, 14)


def lose_and_regain(
    window: MainWindow, qtbot: QtBot, lose: Callable[[], None], regain: Callable[[], None], says: str
) -> None:
    wait_live(qtbot, window)
    strip, pill = window.picture.trouble, window.tool_bar.pill
    qtbot.waitUntil(lambda: coloured(window) > 2000, timeout=WAIT_MS)
    before = coloured(window)
    lose()
    qtbot.waitUntil(lambda: strip.isVisible() and says in strip.accessibleName().lower(), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: coloured(window) < before / 10, timeout=WAIT_MS)
    assert "LIVE" not in pill.accessibleName()
    regain()
    wait_live(qtbot, window)
    qtbot.waitUntil(lambda: not strip.isVisible() and pill.accessibleName().startswith("LIVE"), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: coloured(window) > before / 2, timeout=WAIT_MS)


@pytest.mark.skipif(sys.platform == "win32", reason="needs signals")
def test_a_plant_that_freezes_and_one_that_dies(
    application: Application,
    qtbot: QtBot,
    free_port: int,
    tmp_path: Path,
) -> None:
    plants = [serve(free_port)]
    try:
        window = application.start(Start(SKID, plants[0].url, size=(900, 620)))
        freeze = lambda: plants[0].process.send_signal(signal.SIGSTOP)  # noqa: E731
        thaw = lambda: plants[0].process.send_signal(signal.SIGCONT)  # noqa: E731
        lose_and_regain(window, qtbot, freeze, thaw, "silent")
        lose_and_regain(window, qtbot, lambda: _ended(plants[0]), lambda: plants.append(serve(free_port)), "connection")
    finally:
        for each in plants:
            if each.process.poll() is None:
                each.process.send_signal(signal.SIGCONT)
                each.end()


def _ended(running: Plant) -> None:
    running.end(signal.SIGKILL)


def test_a_collector_that_dies_leaves_no_colour_behind(
    application: Application,
    qtbot: QtBot,
    free_port: int,
) -> None:
    running = serve(free_port)
    try:
        window = application.start(Start(SKID, running.url, size=(900, 620)))

        def kill() -> None:
            (collector,) = collectors()
            collector.kill()

        lose_and_regain(window, qtbot, kill, lambda: None, "does not answer")
    finally:
        running.end()
