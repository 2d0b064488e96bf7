"""Builds and connects everything that a window needs; the only place that wires."""

import logging
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QCoreApplication, Qt, QTimer
from PySide6.QtWidgets import QApplication

from twinviewer.gui import layouts
from twinviewer.gui.beside import show_beside
from twinviewer.gui.crash import CrashDialog, CrashGuard
from twinviewer.gui.garbage import GarbageTimer, settle_memory
from twinviewer.gui.main_window import MainWindow
from twinviewer.gui.opening import Opened, attach_job, load, replay, replay_job, unpack
from twinviewer.panels._kit import style
from twinviewer.scene.scene import Scene
from twinviewer.session import LiveSource, NoSource, Session, Source
from twinviewer.settings import Recent, SettingsStore

if TYPE_CHECKING:
    from twinviewer.feeds.options import FeedOptions
    from twinviewer.history.capsule import Capsule

_log = logging.getLogger(__name__)
SETTLE_MS = 1_000  # after the first pictures, when everything that stays is there


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


class Application:
    """The running program: settings, theme, windows. Answers what windows ask (`gui.host.Host`)."""

    def __init__(self, qt: QApplication, settings: SettingsStore, safe_mode: bool = False) -> None:
        self.qt = qt
        self.settings = settings
        self.safe_mode = safe_mode
        self.windows: list[MainWindow] = []
        self._feed_options: dict[str, FeedOptions] = {}
        self._plants: list[Any] = []
        self._capsules: list[Capsule] = []
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
        window = self.make_window()
        if start.size is not None:
            window.resize(*start.size)
        else:
            layouts.place(window, () if self.safe_mode else self.settings.value.geometry)
        window.show()
        window.layouts.restore_kept()
        window.bridge.start()
        if start.demo:
            self.start_demo(window, start.options)
        elif start.scene is not None:
            if start.options is not None:
                self._feed_options[start.feed] = start.options
            self.open_scene(window, start.scene, start.feed, start.past, start.record)
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
        session = Session(scene, mode=window.session.mode)
        other = self.make_window(session)
        box = window.normalGeometry().translated(40, 40)
        other.setGeometry(layouts.clamp(box, layouts.screen_boxes()))
        other.show()
        other.arrange()
        other.bridge.start()
        live = window.session.live_frame or frame
        if live is not None and live.source == "live":
            self.connect_feed(other, live.connection.url)
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
        for plant in self._plants:
            plant.stop()
        self._plants.clear()
        for capsule in self._capsules:
            capsule.close()
        self._capsules.clear()
        self._guard.remove()
        self._garbage.stop()

    # -- scenes and feeds ---------------------------------------------------------------------------------------

    def open_scene(
        self,
        window: MainWindow,
        path: Path,
        feed: str = "",
        past: Callable[[Scene], Source] | None = None,
        record: Path | None = None,
    ) -> None:
        """Load in a thread; the window shows progress, and what it had before until then."""
        options = self._feed_options.get(feed)
        window.jobs.start(
            f"Opening {path.name}",
            load,
            path.resolve(),
            feed,
            options,
            record,
            past,
            done=lambda opened: self._opened(window, opened, feed, past is not None),
            failed=window.show_error,
            thread=True,
        )
        QTimer.singleShot(0, window, window.picture.warm_up)

    def _opened(self, window: MainWindow, opened: Opened, feed: str, is_past: bool) -> None:
        scene = opened.scene
        window.picture.prepared = scene, opened.layout
        QTimer.singleShot(SETTLE_MS, window, settle_memory)
        if not is_past:
            self.settings.remember(Recent(str(scene.path), scene.name, feed, time.time_ns()))
        window.session.set_scene(scene, LiveSource(opened.link) if opened.link is not None else opened.past)
        window.show_at_once()
        if opened.trouble is not None:
            window.show_error(opened.trouble)

    def open_recording(self, window: MainWindow, address: str, at_ns: int | None = None) -> None:
        """Look at a recording of the scene that is open; it is opened in a thread."""
        scene = window.session.scene

        def done(source: Source) -> None:
            if window.session.scene is scene:
                window.session.set_source(source)
            else:  # another scene was opened meanwhile
                source.close()

        window.jobs.start(
            "Opening the recording",
            replay_job,
            scene,
            address,
            at_ns,
            self._passes(address),
            done=done,
            failed=window.show_error,
            thread=True,
        )

    def _passes(self, address: str) -> bool:
        """Whether this recording is that of an unpacked incident, which goes with the program."""
        return any(str(capsule.recording) == address for capsule in self._capsules)

    def _past(self, address: str, at_ns: int | None) -> Callable[[Scene], Source]:
        """What opens a recording once its scene is there."""
        passing = self._passes(address)
        return lambda scene: replay(scene, address, at_ns, passing=passing)

    def reload(self, window: MainWindow) -> None:
        """Read the scene's files again; the feed, or the moment of the recording, stays."""
        session = window.session
        frame, archive = session.live_frame or session.frame, session.archive
        if frame is not None and frame.source == "replay" and archive is not None:
            address, at_ns = archive.address, frame.now_ns
            self.open_scene(window, session.scene.path, "", self._past(address, at_ns))
        else:
            self.open_scene(window, session.scene.path, frame.connection.url if frame is not None else "")

    def open_capsule(self, window: MainWindow, path: Path) -> None:
        """Check and unpack an incident, in a thread, and open it; what was unpacked goes with the program."""

        def done(capsule: "Capsule") -> None:
            self._capsules.append(capsule)
            self.open_scene(window, capsule.scene, "", self._past(str(capsule.recording), capsule.from_ns))

        window.jobs.start(f"Opening {path.name}", unpack, path, done=done, failed=window.show_error, thread=True)

    def connect_feed(self, window: MainWindow, url: str, options: "FeedOptions | None" = None) -> None:
        """Look at another live source in this window."""
        if options is not None:
            self._feed_options[url] = options
        scene = window.session.scene

        def done(opened: Opened) -> None:
            if opened.trouble is not None:
                window.show_error(opened.trouble)
            elif opened.link is not None and window.session.scene is scene:
                window.session.set_source(LiveSource(opened.link))
                self.settings.remember(Recent(str(scene.path), scene.name, url, time.time_ns()))
            elif opened.link is not None:  # another scene was opened meanwhile
                opened.link.close()

        window.jobs.start(
            f"Connecting to {url}",
            attach_job,
            scene,
            url,
            self._feed_options.get(url),
            done=done,
            failed=window.show_error,
            thread=True,
        )

    def feed_options(self, url: str) -> "FeedOptions | None":
        """How this source was connected to in this session, None where nobody chose."""
        return self._feed_options.get(url)

    def disconnect_feed(self, window: MainWindow) -> None:
        """Let go of the live source; everything becomes unknown."""
        window.session.set_source(NoSource(len(window.session.scene.tags)))

    def start_demo(self, window: MainWindow, asked: "FeedOptions | None" = None) -> None:
        """Start the embedded plant in a process of its own and open the sample hall on it."""
        from twinviewer.gui.demo import DemoPlant

        plant = DemoPlant()
        self._plants.append(plant)

        def ready(url: str) -> None:
            from twinviewer.feeds.options import FeedOptions

            self._feed_options[url] = FeedOptions(security="none", allow_write=bool(asked and asked.allow_write))
            self.open_scene(window, plant.scene, url, record=plant.recording)

        window.jobs.start("Starting the plant", plant.start, done=ready, failed=window.show_error, thread=True)

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
