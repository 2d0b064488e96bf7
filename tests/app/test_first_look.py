"""The kept first picture of a scene: shown before the drawing library is there, and the very one that is drawn then."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from tests.app.running import SKID
from twinviewer.app import Application, Start
from twinviewer.gui import ahead, first_look
from twinviewer.gui.main_window import MainWindow
from twinviewer.model.errors import SceneError
from twinviewer.scene.cache import default_cache_dir
from twinviewer.view.first_picture import Look

SIZE = (1366, 768)


@dataclass
class Shown:
    """How often a kept picture was found and shown; `hold` keeps the scene's own from following."""

    folder: Path
    found: list[bool] = field(default_factory=list)
    hold: bool = False

    def kept(self) -> list[Path]:
        return sorted(self.folder.glob("*.first"))


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Shown:
    """As in a new process, where nothing can be drawn yet."""
    monkeypatch.setattr(first_look, "_LIBRARY", "not.loaded")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    seen = Shown(default_cache_dir())
    show = first_look.FirstLook.show

    def watched(self: first_look.FirstLook, look: Look, then: Callable[[], None]) -> bool:
        seen.found.append(show(self, look, (lambda: None) if seen.hold else then))
        return seen.found[-1]

    monkeypatch.setattr(first_look.FirstLook, "show", watched)
    return seen


def open_skid(application: Application, qtbot: QtBot, shown: Shown) -> MainWindow:
    """The pump skid in a new window, as soon as it was looked for a picture."""
    asked = len(shown.found)
    window = application.start(Start(SKID, size=SIZE, ahead=ahead.begin(SKID)))
    qtbot.waitUntil(lambda: len(shown.found) > asked, timeout=20_000)
    return window


def drawn(window: MainWindow, qtbot: QtBot) -> np.ndarray:
    """The pixels of the finished picture, uint8 (height, width, 3)."""
    qtbot.waitUntil(lambda: window.picture.drawn and window.picture.stage.finished, timeout=20_000)
    qtbot.waitUntil(lambda: not window.picture.stage.dirty, timeout=20_000)
    widget = window.picture.stage_widget
    assert widget is not None
    return widget.pixels()


def keep_one(application: Application, qtbot: QtBot, shown: Shown) -> np.ndarray:
    """Open the skid until its picture is kept, and close it; the picture."""
    window = open_skid(application, qtbot, shown)
    assert shown.found == [False], "nothing is kept yet"
    picture = drawn(window, qtbot)
    qtbot.waitUntil(lambda: len(shown.kept()) == 1, timeout=20_000)
    window.close()
    return picture


def pixels_of(image: QImage) -> np.ndarray:
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy()


def test_the_second_opening_shows_at_once_what_it_will_draw(
    application: Application, qtbot: QtBot, shown: Shown
) -> None:
    first = keep_one(application, qtbot, shown)
    shown.hold = True
    window = open_skid(application, qtbot, shown)
    qtbot.waitUntil(lambda: window.picture.place.was_painted, timeout=5_000)
    assert not window.picture.has_stage
    np.testing.assert_array_equal(pixels_of(window.picture.place.grab().toImage()), first)
    window.picture.draw_waiting()
    np.testing.assert_array_equal(drawn(window, qtbot), first)
    qtbot.waitUntil(lambda: not window.picture.place.shows_picture, timeout=5_000)
    assert len(shown.kept()) == 1, "the same picture is not kept twice"


def test_the_scene_is_drawn_once_its_kept_picture_was_painted(
    application: Application, qtbot: QtBot, shown: Shown
) -> None:
    keep_one(application, qtbot, shown)
    window = open_skid(application, qtbot, shown)
    qtbot.waitUntil(lambda: window.picture.drawn, timeout=20_000)
    assert shown.found == [False, True]
    window.close()
    application.set_theme("light")
    open_skid(application, qtbot, shown)
    assert not shown.found[-1], "in another theme it looks different"


def test_a_command_for_the_picture_need_not_wait_and_a_window_may_close_before_it_is_drawn(
    application: Application, qtbot: QtBot, shown: Shown
) -> None:
    keep_one(application, qtbot, shown)
    shown.hold = True
    window = open_skid(application, qtbot, shown)
    assert not window.picture.has_stage
    window.picture.stage.fit()
    assert window.picture.has_stage
    window.close()
    window = open_skid(application, qtbot, shown)
    window.close()
    window.picture.draw_waiting()
    assert not window.picture.has_stage


def test_a_damaged_picture_is_not_shown(application: Application, qtbot: QtBot, shown: Shown) -> None:
    keep_one(application, qtbot, shown)
    (path,) = shown.kept()
    data = bytearray(path.read_bytes())
    data[-1000] ^= 1
    path.write_bytes(data)
    window = open_skid(application, qtbot, shown)
    assert shown.found == [False, False]
    qtbot.waitUntil(lambda: window.picture.drawn, timeout=20_000)


def test_what_is_begun_ahead_is_there_or_fails_for_whoever_takes_it(tmp_path: Path) -> None:
    scene, layout = ahead.Ahead(SKID.resolve()).take(lambda _share, _text: None)
    assert scene.name
    assert layout is not None
    with pytest.raises(SceneError, match="no such scene"):
        ahead.Ahead(tmp_path / "nowhere").take(lambda _share, _text: None)
