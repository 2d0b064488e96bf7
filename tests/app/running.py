"""What tests of the whole program share: the sample scene, and waiting for windows and collectors."""

from pathlib import Path

import numpy as np
import psutil
from pytestqt.qtbot import QtBot

from twinviewer.gui.main_window import MainWindow
from twinviewer.model.connection import Link
from twinviewer.model.quality import Quality

SKID = Path("scenes/pump-skid")
WAIT_MS = 60_000


def collectors() -> list[psutil.Process]:
    """The collectors that this test run started."""
    return [p for p in psutil.Process().children(recursive=True) if _is_collector(p)]


def _is_collector(process: psutil.Process) -> bool:
    try:
        return "twinviewer.collector" in process.cmdline()
    except psutil.NoSuchProcess:  # it ended while it was looked at, or waits to be joined
        return False


def wait_for_collectors() -> None:
    """A collector lingers for some seconds after its last window, so that a quick restart finds it again."""
    _, alive = psutil.wait_procs(collectors(), timeout=20)
    assert not alive


def known(window: MainWindow) -> int:
    """How many assets have usable data."""
    frame = window.session.frame
    return 0 if frame is None else int(np.sum(frame.assets.quality < Quality.STALE))


def wait_live(qtbot: QtBot, window: MainWindow) -> None:
    """Until the plant is there and something of it is known."""

    def live() -> bool:
        frame = window.session.frame
        return frame is not None and frame.connection.link is Link.CONNECTED and known(window) > 0

    qtbot.waitUntil(live, timeout=WAIT_MS)
