"""The whole program in one process: a real plant, a real collector, real windows."""

import signal
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.app.running import SKID, WAIT_MS, collectors, known, wait_live
from twinviewer.app import Application, Start
from twinviewer.feeds.options import FeedOptions
from twinviewer.gui.crash import CrashDialog
from twinviewer.gui.opener import Opener
from twinviewer.panels._kit import style
from twinviewer.panels._kit.actions import Action
from twinviewer.settings import SettingsStore


def test_two_windows_look_at_one_plant_through_one_collector(
    application: Application, plant: str, qtbot: QtBot
) -> None:
    window = application.start(Start(SKID, plant, size=(1000, 640)))
    wait_live(qtbot, window)
    qtbot.waitUntil(lambda: window.tool_bar.pill.accessibleName().startswith("LIVE"), timeout=WAIT_MS)
    application.new_window(window)
    other = application.windows[1]
    wait_live(qtbot, other)
    assert other.session.scene is window.session.scene
    assert other.picture.arranged is window.picture.arranged is not None  # nothing is worked out again
    assert application.settings.value.recent[0].feed == plant
    application.connect_feed(other, plant, FeedOptions(security="none", user="anna", plain_password=True, password="x"))
    kept = application.settings.value.recent[0]
    assert (kept.security, kept.user) == ("none", "anna")
    assert Opener(application.settings).feed_options(plant) == FeedOptions("none", "anna"), "and no password"
    application.connect_feed(other, plant, FeedOptions(security="none"))
    window.close()
    qtbot.wait(100)
    other.bridge.tick_now()
    wait_live(qtbot, other)  # the connection is made anew, as it was chosen
    application.disconnect_feed(other)
    other.bridge.tick_now()
    assert known(other) == 0


def test_a_killed_collector_is_said_ghosts_everything_and_comes_back(
    application: Application, plant: str, qtbot: QtBot
) -> None:
    window = application.start(Start(SKID, plant, size=(900, 600)))
    wait_live(qtbot, window)
    (collector,) = collectors()
    collector.kill()
    strip, pill = window.picture.trouble, window.tool_bar.pill
    qtbot.waitUntil(lambda: "does not answer" in strip.accessibleName() and strip.isVisible(), timeout=WAIT_MS)
    assert known(window) == 0
    assert "LIVE" not in pill.accessibleName()
    wait_live(qtbot, window)
    qtbot.waitUntil(lambda: pill.accessibleName().startswith("LIVE") and not strip.isVisible(), timeout=WAIT_MS)


def test_a_scene_that_is_not_there_is_said_and_the_first_page_stays(
    application: Application, qtbot: QtBot, tmp_path: Path
) -> None:
    window = application.start(Start(tmp_path / "nowhere", size=(900, 600)))
    qtbot.waitUntil(lambda: bool(window.picture.notices.history), timeout=WAIT_MS)
    assert window.picture.notices.history[0].level == "error"
    assert not window.has_scene
    assert window.pages.currentWidget() is window.welcome
    assert not application.settings.value.recent


def test_a_feed_that_nobody_serves_leaves_the_scene_open_and_says_why(
    application: Application, qtbot: QtBot, free_port: int
) -> None:
    window = application.start(Start(SKID, f"opc.tcp://127.0.0.1:{free_port}", size=(900, 600)))
    qtbot.waitUntil(lambda: window.has_scene, timeout=WAIT_MS)
    strip = window.picture.trouble
    qtbot.waitUntil(lambda: strip.isVisible() and "nobody listens" in strip.accessibleName(), timeout=WAIT_MS)
    assert str(free_port) in strip.accessibleName()
    assert known(window) == 0
    assert "LIVE" not in window.tool_bar.pill.accessibleName()


def test_the_theme_reaches_every_window_and_is_kept(application: Application, qtbot: QtBot, tmp_path: Path) -> None:
    windows = [application.start(Start(size=(800, 500))) for _ in range(2)]
    application.set_theme("light")
    assert [w.picture.theme for w in windows] == ["light", "light"]
    assert SettingsStore(tmp_path, {}).value.theme == "light"


def test_the_theme_follows_the_system_while_nobody_chose_one(
    application: Application, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = application.start(Start(size=(800, 500)))
    application.set_theme("system")
    hints = qapp.styleHints()
    for wanted in ("light", "dark", "light"):
        monkeypatch.setattr(style, "system_theme", lambda wanted=wanted: wanted)
        hints.colorSchemeChanged.emit(Qt.ColorScheme.Unknown)
        assert window.picture.theme == wanted
    application.set_theme("dark")
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Unknown)
    assert window.picture.theme == "dark"


def test_an_error_that_nobody_expected_is_reported_and_the_window_goes_on(
    application: Application, qtbot: QtBot
) -> None:
    window = application.start(Start(size=(800, 500)))

    def fail() -> None:
        raise ZeroDivisionError("boom")

    window.registry.add(Action("test.fail", "Fail", "", fail))
    window.registry.run("test.fail")
    window.registry.run("test.fail")
    qtbot.waitUntil(lambda: len(window.findChildren(CrashDialog)) == 1, timeout=5000)
    (dialog,) = window.findChildren(CrashDialog)
    assert "ZeroDivisionError: boom" in dialog.report.toPlainText()
    dialog.copy()
    assert "ZeroDivisionError: boom" in QApplication.clipboard().text()
    dialog.accept()
    window.registry.run("view.theme")
    assert window.picture.theme == "light"


def test_safe_mode_keeps_nothing(qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> None:
    made = Application(qapp, SettingsStore(tmp_path, {}, keep=False), safe_mode=True)
    window = made.start(Start(SKID, size=(900, 600)))
    qtbot.waitUntil(lambda: window.has_scene, timeout=WAIT_MS)
    made.quit()
    made.shut_down()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="needs signals")
def test_a_signal_while_the_picture_is_drawn_closes_the_window_only_afterwards(
    application: Application, qtbot: QtBot
) -> None:
    kept = signal.getsignal(signal.SIGUSR1)
    try:
        application.quit_on(signal.SIGUSR1)
        window = application.start(Start(SKID, size=(700, 500)))
        qtbot.waitUntil(lambda: window.picture.drawn, timeout=WAIT_MS)
        signal.raise_signal(signal.SIGUSR1)
        assert application.windows == [window]  # whoever was drawing draws to the end
        qtbot.waitUntil(lambda: not application.windows, timeout=WAIT_MS)
    finally:
        signal.signal(signal.SIGUSR1, kept)
