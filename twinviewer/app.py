"""Builds and connects everything that a window needs; the only place that wires."""

import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QCoreApplication, Qt, QTimer
from PySide6.QtWidgets import QApplication

from twinviewer.gui import drivers, layouts
from twinviewer.gui.ahead import Ahead
from twinviewer.gui.beside import show_beside
from twinviewer.gui.crash import CrashDialog, CrashGuard
from twinviewer.gui.garbage import GarbageTimer
from twinviewer.gui.main_window import MainWindow
from twinviewer.gui.opener import Opener
from twinviewer.gui.opening import address_of
from twinviewer.panels._kit import style
from twinviewer.scene.scene import Scene
from twinviewer.session import Session, Source
from twinviewer.settings import SettingsStore

if TYPE_CHECKING:
    from twinviewer.feeds.options import FeedOptions

LATEST_MS = 300  # after this a window that opens shows, whether its scene was read or not


@dataclass(frozen=True)
class Start:
    """What the command line asked for."""

    scene: Path | None = None
    feed: str = ""
    options: "FeedOptions | None" = None
    wall: bool = False
    demo: bool = False
    size: tuple[int, int] | None = None
    past: Callable[[Scene], Source] | None = None  # a recording to look at instead of a feed
    record: Path | None = None  # where the feed's collector is to record
    ahead: Ahead | None = None  # who began to read the scene already, because its first picture is kept


def empty_scene() -> Scene:
    """What a window holds while no scene is open."""
    return Scene(Path(), "", "", (), (), None, np.zeros(0, np.int32))


def make_qt(arguments: list[str]) -> QApplication:
    """The QApplication, with what must be set before it is made."""
    running = QApplication.instance()
    if isinstance(running, QApplication):
        return running
    QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_ShareOpenGLContexts)
    QCoreApplication.setApplicationName("twinviewer")
    return QApplication(arguments)


class Application(Opener):
    """The running program: settings, theme, windows. Answers what windows ask (`gui.host.Host`)."""

    def __init__(self, qt: QApplication, settings: SettingsStore, safe_mode: bool = False) -> None:
        super().__init__(settings)
        self.qt = qt
        self.safe_mode = safe_mode
        self.windows: list[MainWindow] = []
        self._guard = CrashGuard(self._show_crash, qt)
        self._guard.install()
        self._garbage = GarbageTimer(qt)
        self._theme = style.install(qt, settings.value.theme)
        self._apply_motion()
        qt.styleHints().colorSchemeChanged.connect(self._system_changed)
        qt.aboutToQuit.connect(self.shut_down)

    # -- windows ------------------------------------------------------------------------------------------------

    def make_window(self, session: Session | None = None) -> MainWindow:
        """A window, not yet shown."""
        session = session or Session(empty_scene(), mode=self.settings.value.mode)
        session.user = self.settings.value.user
        window = MainWindow(self, session, self._guard.handle)
        window.picture.set_theme(self._theme)
        window.picture.set_options(refined=self.settings.value.refined)
        self.windows.append(window)
        session.beside_requested.connect(lambda source: self.show_beside(window, source))
        for notice in self.settings.notices:
            session.notice.emit(notice)
        self.settings.notices.clear()
        return window

    def start(self, start: Start) -> MainWindow:
        """The first window, with what the command line asked for."""
        ahead = start.ahead
        if ahead is None:
            drivers.load()
        window = self.make_window()
        if start.size is not None:
            window.resize(*start.size)
        else:
            layouts.place(window, () if self.safe_mode else self.settings.value.geometry)
        if ahead is None:
            self.appear(window)
        else:  # with the scene's first picture, which is there in a moment
            QTimer.singleShot(LATEST_MS, window, lambda: window in self.windows and self.appear(window))
        window.bridge.start()
        if start.demo:
            self.start_demo(window, start.options, ahead)
        elif start.scene is not None:
            if start.options is not None:
                self._feed_options[start.feed] = start.options
            self.open_scene(window, start.scene, start.feed, start.past, start.record, ahead)
        if start.wall:
            self._when_scene(window, window.wall.toggle)
        return window

    @staticmethod
    def _when_scene(window: MainWindow, run: Callable[[], object]) -> None:
        stop: list[Callable[[], None]] = []

        def once(_scene: Scene) -> None:
            stop[0]()
            QTimer.singleShot(0, window, run)

        stop.append(window.session.scene_changed.connect(once))

    def new_window(self, window: MainWindow) -> None:
        """Another window on the same scene and the same collector."""
        scene, frame = window.session.scene, window.session.frame
        other = self.make_window(Session(empty_scene(), mode=window.session.mode))
        box = window.normalGeometry().translated(40, 40)
        other.setGeometry(layouts.clamp(box, layouts.screen_boxes()))
        other.show()
        other.picture.prepared = scene, window.picture.arranged
        other.session.set_scene(scene)
        other.show_at_once()
        other.arrange()
        other.bridge.start()
        live = window.session.live_frame or frame
        if live is not None and live.source == "live":
            self.connect_feed(other, address_of(window.session))
        elif frame is not None and window.session.archive is not None:
            self.open_recording(other, window.session.archive.address, frame.now_ns)

    def show_beside(self, window: MainWindow, source: Source) -> None:
        """Another window with this source, beside the one that shows the plant."""
        other = self.make_window(Session(window.session.scene, source, window.session.mode))
        show_beside(window, other)

    def closed(self, window: MainWindow) -> None:
        """A window was closed."""
        if window in self.windows:
            self.windows.remove(window)

    def quit(self) -> None:
        """Close all windows."""
        for window in list(self.windows):
            window.close()

    def quit_on(self, *numbers: signal.Signals) -> None:
        """Close all windows when one of these signals comes.

        It may come while VTK draws and asks Python for its context; closing there would take the ground from under it,
        so the event loop closes when it is next at rest.
        """
        for number in numbers:
            signal.signal(number, lambda *_: QTimer.singleShot(0, self.quit))

    def shut_down(self) -> None:
        """End what was started besides the windows."""
        self.close_opened()
        self._guard.remove()
        self._garbage.stop()

    # -- settings and theme -------------------------------------------------------------------------------------

    def change_settings(self, **fields: Any) -> None:
        """Keep choices and let them take effect at once."""
        self.settings.change(**fields)
        value = self.settings.value
        if "theme" in fields:
            self._install_theme()
        self._apply_motion()
        for window in self.windows:
            window.session.user = value.user
            window.bridge.set_rate(value.rate_hz)
            window.picture.set_options(refined=value.refined)

    def set_theme(self, wanted: str) -> None:
        """ "system", "light" or "dark" for all windows."""
        self.change_settings(theme=wanted)

    def _system_changed(self) -> None:
        if self.settings.value.theme == "system" and style.system_theme() != self._theme:
            self._install_theme()

    def _install_theme(self) -> None:
        self._theme = style.install(self.qt, self.settings.value.theme)
        for window in self.windows:
            window.on_theme(self._theme)

    def _apply_motion(self) -> None:
        wanted = self.settings.value.motion
        style.set_reduced_motion(wanted == "reduced" or (wanted == "system" and style.system_reduces_motion()))
        for window in self.windows:
            window.picture.apply_motion()

    def _show_crash(self, error: BaseException) -> None:
        parent = self.windows[0] if self.windows else None
        if parent is None:
            print(f"twinviewer: {error!r}", file=sys.stderr)
            return
        CrashDialog(error, parent).show()
