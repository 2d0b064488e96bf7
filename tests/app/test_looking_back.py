"""The past of a live plant in the whole program: a real plant, a real collector that records, a real window."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.app.running import SKID, WAIT_MS, collectors, wait_live
from twinviewer.app import Application, Start
from twinviewer.feeds.options import FeedOptions
from twinviewer.history.recording import Recording
from twinviewer.model.connection import Link
from twinviewer.session import Seekable


def recorded(folder: Path) -> int:
    """Samples on the disk."""
    recording = Recording.open(folder)
    try:
        return sum(len(rows) for rows in recording.batches(0, 2**62))
    finally:
        recording.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "recording"


def test_the_past_is_shown_while_the_plant_is_recorded_on_also_by_a_new_collector(
    application: Application,
    plant: str,
    qtbot: QtBot,
    folder: Path,
) -> None:
    options = FeedOptions(security="none")
    window = application.start(Start(SKID, plant, options, size=(1000, 640), record=folder))
    wait_live(qtbot, window)
    session = window.session
    qtbot.waitUntil(lambda: session.can_look_back, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: recorded(folder) > 50, timeout=WAIT_MS)
    begun = recorded(folder)
    window.activateWindow()
    window.registry.run("time.play")  # hold this moment
    qtbot.waitUntil(lambda: session.frame is not None and session.frame.source == "replay", timeout=WAIT_MS)
    assert isinstance(session.source, Seekable)
    held = session.frame
    assert held is not None
    pill = window.tool_bar.pill
    qtbot.waitUntil(lambda: pill.accessibleName().startswith("REPLAY"), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: recorded(folder) > begun + 20, timeout=WAIT_MS)
    assert session.frame is not None
    assert session.frame.now_ns == held.now_ns
    session.pin_note("look here", "PMP-511", held.now_ns)  # through the collector
    past = session.past
    qtbot.waitUntil(lambda: [n.text for n in past.notes(0, 2**62)] == ["look here"], timeout=WAIT_MS)  # type: ignore[attr-defined]
    (collector,) = collectors()
    collector.kill()

    def plant_is_back() -> bool:
        live = session.live_frame
        return live is not None and live.connection.link is Link.CONNECTED and collector not in collectors()

    def said_so() -> bool:
        banner = window.picture.annotations.banner
        return banner is not None and "no connection" in banner.plant

    qtbot.waitUntil(said_so, timeout=WAIT_MS)
    qtbot.waitUntil(plant_is_back, timeout=WAIT_MS)
    before = recorded(folder)
    qtbot.waitUntil(lambda: recorded(folder) > before + 20, timeout=WAIT_MS)
    qtbot.mouseClick(pill, Qt.MouseButton.LeftButton)
    wait_live(qtbot, window)
    assert session.source.name == "live"
