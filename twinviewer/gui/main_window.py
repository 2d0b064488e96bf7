"""The main window: puts menus, tool bar, docks, picture and strips together and keeps them in step with the session."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent, QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QMainWindow, QStackedWidget

from twinviewer.gui import changing_commands as changing
from twinviewer.gui import commands, layouts
from twinviewer.gui.asking import Asking
from twinviewer.gui.bridge import Bridge
from twinviewer.gui.docks import Docks
from twinviewer.gui.dropping import Dropping
from twinviewer.gui.host import Host
from twinviewer.gui.keeping import Bookmarks, Layouts
from twinviewer.gui.link_texts import clock_pill
from twinviewer.gui.menu_order import ORDER
from twinviewer.gui.menus import Menus
from twinviewer.gui.past_commands import PastCommands
from twinviewer.gui.picture import Picture
from twinviewer.gui.recording_commands import RecordingCommands
from twinviewer.gui.status_bar import StatusBar
from twinviewer.gui.toolbar import MainToolBar
from twinviewer.gui.view_tools import ViewTools
from twinviewer.gui.wall import Wall
from twinviewer.gui.welcome import Welcome
from twinviewer.model.errors import TwinError
from twinviewer.model.frame import Frame
from twinviewer.model.notice import Notice
from twinviewer.model.palette import ALARM
from twinviewer.panels._kit import style
from twinviewer.panels._kit.actions import Action, Actions
from twinviewer.scene.scene import Scene
from twinviewer.session import Session
from twinviewer.settings import Recent

if TYPE_CHECKING:
    from twinviewer.gui.command_palette import CommandPalette

SLOW_PART_NS = 400_000_000


class MainWindow(QMainWindow):
    """One window on one session. Made once; scenes and sources come and go in the session."""

    def __init__(self, host: Host, session: Session, on_error: Callable[[Exception], None]) -> None:
        super().__init__()
        self.setObjectName("window")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setDockNestingEnabled(True)
        self.host = host
        self.session = session
        self._on_error = on_error
        self._slow_ns = 0
        self._recorded: object = None
        self.registry = Actions(self, self.show_error)
        self.jobs = self.registry.jobs
        self.asking = Asking(self)
        self.wall = Wall(self)
        self.picture = Picture(session, self.registry)
        self.tools = ViewTools(self.picture, session)
        self.bookmarks = Bookmarks(self)
        self._palette: CommandPalette | None = None
        self.passing = False  # shown for a moment: its layout is not kept
        self.layouts = Layouts(self)
        commands.register(self)
        self.past = PastCommands(self)
        self.past.register()
        self.recordings = RecordingCommands(self)
        self.recordings.register()
        self.docks = Docks(self, session, self.registry)
        self.dropping = Dropping(self)
        self._build()
        self.bridge = Bridge(session, self.on_frame, host.settings.value.rate_hz, parent=self)
        self._listen()
        self._on_scene(session.scene)
        self.menus.refresh()
        style.dress(self)

    # -- building -----------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self.tool_bar = MainToolBar(self.session, self.registry, self)
        self.addToolBar(self.tool_bar)
        self.picture.place_panels(self.docks.build())
        changing.register_panels(self)
        self.welcome = Welcome(self.registry, self.open_recent, self.forget)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.welcome)
        self.pages.addWidget(self.picture)
        self.setCentralWidget(self.pages)
        self.setCorner(Qt.Corner.BottomLeftCorner, Qt.DockWidgetArea.LeftDockWidgetArea)
        self.setCorner(Qt.Corner.BottomRightCorner, Qt.DockWidgetArea.RightDockWidgetArea)
        self.status = StatusBar(self.jobs, self)
        self.setStatusBar(self.status)
        self.menus = Menus(self.menuBar(), self.registry, ORDER)
        self.layouts.begin()
        changing.register_layouts(self)
        changing.register_screens(self)

    def arrange(self) -> None:
        """The sizes of a first start: the picture gets most of the window, whatever its size."""
        docks = self.docks.docks
        wide = {"left": min(300, max(256, self.width() // 6)), "right": min(440, max(354, self.width() // 4))}
        for area, size in wide.items():
            sides = [d for d in docks.values() if d.property("area") == area]
            self.resizeDocks(sides, [size] * len(sides), Qt.Orientation.Horizontal)
        low = [d for d in docks.values() if d.property("area") == "bottom"]
        self.resizeDocks(low, [min(236, max(184, self.height() // 4))] * len(low), Qt.Orientation.Vertical)

    def _listen(self) -> None:
        session = self.session
        session.scene_changed.connect(self._on_scene)
        session.source_changed.connect(lambda _source: self.registry.refresh())
        session.selection_changed.connect(lambda _asset: self.registry.refresh())
        session.mode_changed.connect(self._on_mode)
        session.between.changed.connect(lambda _none: self.registry.refresh())
        session.notice.connect(self.picture.notices.add)
        self._say_failures()

    def _say_failures(self) -> None:
        for name, error in self.docks.failures:
            remedy = "The rest of the window works; the log says more."
            self.say("warning", f"The panel {name} could not be made: {error}.", remedy, key=f"panel.{name}")
        self.docks.failures.clear()

    # -- what the window shows ----------------------------------------------------------------------------------

    @property
    def has_scene(self) -> bool:
        """Whether a scene is open."""
        return bool(self.session.scene.key)

    def _on_scene(self, scene: Scene) -> None:
        self.pages.setCurrentWidget(self.picture if self.has_scene else self.welcome)
        self.tool_bar.set_scene(self.has_scene)
        self.layouts.show_docks(self.has_scene)
        if self.has_scene:
            self.setWindowTitle(f"{scene.name} – twinviewer")
            self._settle()
            self.picture.show_scene(scene)
            for note in scene.notes:
                if note.level != "info":
                    self.picture.notices.add(note)
            told = "\n".join(note.text for note in scene.notes if note.level == "info")
            counted = f"{len(scene.assets):,} asset{'' if len(scene.assets) == 1 else 's'}"
            self.status.say("scene", f"{counted} · {scene.name}", told, short=counted)
        else:
            self.setWindowTitle("twinviewer")
            self.welcome.show_recent(self.host.settings.value.recent)
        changing.register_bookmarks(self)
        changing.register_recent(self)
        self.registry.refresh()

    def _settle(self) -> None:
        """Give everything its final size before the picture is drawn, so that it is drawn once."""
        for owner in (self, self.pages, self.picture):
            layout = owner.layout()
            if layout is not None:
                layout.activate()

    def show_at_once(self) -> None:
        """Say what is known of a scene that was just opened: the first picture has its colours, and its final size."""
        self.bridge.tick_now()
        self._settle()
        self.picture.show_first()

    def _on_mode(self, mode: str) -> None:
        self.tool_bar.modes.choose(mode)
        self.registry.refresh()
        if self.session.frame is not None:
            self.picture.on_frame(self.session.frame)

    def on_frame(self, frame: Frame) -> None:
        """One tick: picture and panels always, figures in bars twice a second."""
        if not self.docks.complete and (self.picture.drawn or not (self.has_scene or self.jobs.running)):
            self.docks.make_more()
            self._say_failures()
        if not self.has_scene:
            return
        self.picture.on_frame(frame)
        self.docks.on_frame(frame)
        now_ns = time.monotonic_ns()
        if now_ns - self._slow_ns >= SLOW_PART_NS:
            self._slow_ns = now_ns
            recorded = self.session.archive is not None, self.recordings.recorded
            if recorded != self._recorded:  # the collector told of its recording
                self._recorded = recorded
                self.registry.refresh()
            words = clock_pill(frame, ALARM[self.picture.theme][1], self.session.can_go_live)
            self.tool_bar.pill.setToolTip("Back to live (0)" if self.session.can_go_live else "Connect… (Ctrl+L)")
            self.tool_bar.pill.set_text(words.glyph, words.strong, words.quiet, words.frame)
            self.picture.show_link(frame, words)
            self.status.show_frame(frame, len(self.session.scene.tags))
            self.status.say("recording", *self.recordings.status(frame))
            self.status.say("role", f"{self.session.user} (view + acknowledge)", short=self.session.user)
            self.status.say("picture", self.picture.speed_text())

    def on_theme(self, theme: str) -> None:
        """The theme changed; everything that keeps colours draws anew."""
        self.picture.set_theme(theme)
        self.docks.on_theme(theme)
        self.registry.refresh()

    def say(self, level: str, text: str, remedy: str = "", where: str = "", key: str = "") -> None:
        """Show a notice in this window."""
        self.session.notice.emit(Notice(level, text, remedy, where, key))

    def say_why_not(self, action: Action) -> None:
        """Say why a command cannot be run now."""
        self.say("info", f"{action.text.rstrip('…')}: not now.", action.why, key="not-now")

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 (Qt's name)
        waiting = self.registry.waiting_for(QKeySequence(event.keyCombination()))
        if waiting is not None:
            self.say_why_not(waiting)
        else:
            super().keyPressEvent(event)

    def show_error(self, error: Exception) -> None:
        """Show a failure: a sentence where a person can act on it, else the report."""
        if isinstance(error, TwinError):
            self.say("error", error.text, error.remedy, error.where, key=f"{error.where}{error.text}")
        else:
            self._on_error(error)

    # -- what commands ask of the window ------------------------------------------------------------------------

    @property
    def palette_(self) -> "CommandPalette":
        """The command palette, made when it is first asked for."""
        if self._palette is None:
            from twinviewer.gui.command_palette import CommandPalette
            from twinviewer.gui.palette_entries import PaletteEntries

            self._palette = CommandPalette(self, PaletteEntries(self))
        return self._palette

    def open_palette(self) -> None:
        """Open the command palette."""
        self.palette_.open()

    def escape(self) -> None:
        """Escape: end what is going on, else leave wall mode, else select nothing."""
        if self._palette is not None and self._palette.isVisible():
            self._palette.close_palette()
            return
        if self.tools.measuring:
            self.tools.toggle_measure()
            self.registry.refresh()
            return
        if self.wall.on:
            self.wall.toggle()
            return
        self.session.select(None)

    def copy_id(self) -> None:
        """Put the id of the selected asset on the clipboard."""
        QGuiApplication.clipboard().setText(self.session.selection or "")

    def open_recent(self, recent: Recent) -> None:
        """Open a scene that was open before, with its feed."""
        self.host.open_scene(self, Path(recent.path), recent.feed)

    def forget(self, path: str) -> None:
        """Take a scene off the recent ones."""
        self.host.settings.forget(path)
        self.welcome.show_recent(self.host.settings.value.recent)
        changing.register_recent(self)

    def reload_scene(self) -> None:
        """Read the scene's files again, on the same feed or recording."""
        self.host.reload(self)

    def switch_theme(self) -> None:
        """Dark to light and back."""
        self.host.set_theme("light" if self.picture.theme == "dark" else "dark")

    def toggle_full_screen(self) -> None:
        """Fill the screen, with everything in place, or be as large as before."""
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 (Qt's name)
        self.bridge.stop()
        self.jobs.cancel_all()
        if self.wall.on:
            self.wall.toggle()
        if self.has_scene and not self.host.safe_mode and not self.passing:
            kept = layouts.capture(self, self.docks.tabs)
            self.host.settings.change(layout=kept, geometry=layouts.geometry_of(self))
        if self.past.comparing is not None:
            self.past.comparing.close()
        self.session.close()
        self.picture.close_stage()
        self.host.closed(self)
        super().closeEvent(event)
