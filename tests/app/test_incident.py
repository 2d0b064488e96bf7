"""An incident that was handed over, in the whole program: whoever notes something in it is told that it goes."""

import time
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from tests.app.running import SKID, WAIT_MS
from twinviewer.app import Application, Start
from twinviewer.gui.main_window import MainWindow
from twinviewer.history.capsule import make_capsule
from twinviewer.history.recorder import Recorder
from twinviewer.history.recording import Recording
from twinviewer.model.sample import SampleBatch
from twinviewer.scene.scene import load_scene

NS = 1_000_000_000


@pytest.fixture
def incident(tmp_path: Path) -> Path:
    """A capsule of a minute of the pump skid."""
    scene = load_scene(SKID.resolve(), cache_dir=tmp_path / "cache")
    begun_ns, n = time.time_ns() - 3600 * NS, len(scene.tags)
    clock = [begun_ns]
    recorder = Recorder(tmp_path / "recording", scene, clock=lambda: clock[0], threads=False)
    for s in range(60):
        clock[0] = begun_ns + s * NS
        now = np.full(n, clock[0])
        recorder.tap(SampleBatch(np.arange(n, dtype=np.int32), np.ones(n), np.zeros(n, np.uint32), now, now, clock[0]))
    recorder.close()
    recording = Recording.open(tmp_path / "recording", scene)
    make_capsule(scene, recording, begun_ns, begun_ns + 50 * NS, tmp_path / "incident.twin")
    recording.close()
    return tmp_path / "incident.twin"


def told_of_a_note(qtbot: QtBot, window: MainWindow) -> bool:
    """Whether a note pinned now is said to be gone with the window."""
    qtbot.waitUntil(lambda: None not in (window.session.frame, window.session.archive), timeout=WAIT_MS)
    assert window.session.frame is not None
    seen: list[str] = []
    stop = window.session.notice.connect(lambda notice: seen.append(notice.key))
    window.session.pin_note("look here", "PMP-511", window.session.frame.now_ns)
    window.bridge.tick_now()
    stop()
    return "note.passing" in seen


def test_a_note_is_said_to_go_also_after_reading_the_scene_again_and_in_another_window(
    application: Application, qtbot: QtBot, incident: Path
) -> None:
    window = application.start(Start(size=(900, 600)))
    application.open_capsule(window, incident)
    qtbot.waitUntil(lambda: window.session.archive is not None, timeout=WAIT_MS)
    assert told_of_a_note(qtbot, window)
    scene = window.session.scene
    application.reload(window)
    qtbot.waitUntil(lambda: window.session.scene is not scene, timeout=WAIT_MS)
    assert told_of_a_note(qtbot, window)
    application.new_window(window)
    assert told_of_a_note(qtbot, application.windows[1])
