"""The window's questions: files, names, connection, settings, help."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog

from twinviewer.model.connection import without_secret
from twinviewer.model.errors import TwinError
from twinviewer.model.notice import Notice
from twinviewer.settings import write_atomic

if TYPE_CHECKING:
    from twinviewer.gui.main_window import MainWindow
    from twinviewer.gui.scene_work import Bindings

PICTURE_SIZE = (2560, 1440)


class Asking:
    """Dialogs are made when they are asked for, so that none of them costs anything at the start."""

    def __init__(self, window: "MainWindow") -> None:
        self._window = window

    # -- scenes and connection ----------------------------------------------------------------------------------

    def ask_scene(self) -> None:
        """Open a scene folder."""
        w = self._window
        path = QFileDialog.getExistingDirectory(w, "Open scene (a folder with scene.toml)", str(self._scenes_folder()))
        if path:
            w.host.open_scene(w, Path(path))

    def _scenes_folder(self) -> Path:
        recent = self._window.host.settings.value.recent
        if recent and Path(recent[0].path).parent.is_dir():
            return Path(recent[0].path).parent
        from twinviewer.discovery import shipped

        return shipped("scenes")

    def ask_geometry(self) -> None:
        """Open a bare geometry file."""
        from twinviewer.scene.formats import suffixes

        w = self._window
        kinds = " ".join(f"*{s}" for s in sorted(suffixes()))
        path, _ = QFileDialog.getOpenFileName(w, "Open geometry file", str(Path.home()), f"Geometry ({kinds})")
        if path:
            w.host.open_scene(w, Path(path))

    def ask_connection(self) -> None:
        """Choose a server and how to secure the connection."""
        from twinviewer.gui.dialogs.connect import ConnectDialog

        w = self._window
        frame = w.session.live_frame or w.session.frame
        now = w.host.feed_options(frame.connection.url if frame is not None else "") or w.host.feed_options("")
        dialog = ConnectDialog(frame, [r.feed for r in w.host.settings.value.recent if r.feed], w, now)
        if dialog.exec():
            w.host.connect_feed(w, dialog.url, dialog.options)

    def ask_trust(self) -> None:
        """Trust the certificate of a server, by its fingerprint."""
        from twinviewer.feeds.trust import standard_store
        from twinviewer.gui.dialogs.trust import TrustDialog

        w = self._window
        store, frame = standard_store(), w.session.live_frame or w.session.frame
        waiting = store.waiting()
        if not waiting:
            w.say("info", "No certificate waits to be trusted.", "Connect once, so that the server shows its own.")
            return
        why = frame.connection.why if frame is not None else ""
        dialog = TrustDialog(waiting, w, why, store.about)
        if dialog.exec():
            w.session.source.command("trust", fingerprint=dialog.fingerprint, by=w.session.user)

    # -- the scene's files --------------------------------------------------------------------------------------

    def check_scene(self) -> None:
        """Find what is wrong with the scene's files."""
        from twinviewer.gui.dialogs.findings import FindingsDialog
        from twinviewer.gui.scene_work import check_scene

        w = self._window
        scene = w.session.scene

        def show(findings: list[Notice]) -> None:
            FindingsDialog(f"Check of {scene.name}", findings, w).exec()

        w.jobs.start(f"Checking {scene.name}", check_scene, scene.path, done=show, failed=w.show_error)

    def bind_scene(self) -> None:
        """Look on the server for the nodes that are the scene's tags, and let a person accept them."""
        from twinviewer.gui.opening import address_of
        from twinviewer.gui.scene_work import Bindings, find_bindings

        w = self._window
        path, url = w.session.scene.path, address_of(w.session)

        def show(found: Bindings) -> None:
            self._decide(found, path, url)

        options = w.host.feed_options(url)
        w.jobs.start(
            f"Browsing {without_secret(url)}", find_bindings, path, url, options, done=show, failed=w.show_error
        )

    def _decide(self, found: "Bindings", path: Path, url: str) -> None:
        from twinviewer.gui.dialogs.bind import BindDialog

        w = self._window
        dialog = BindDialog(found, w)
        if not dialog.exec():
            return
        target = (path.parent if path.is_file() else path) / "bindings.csv"
        try:
            if target.exists():
                write_atomic(target.with_suffix(".csv.before"), target.read_text(encoding="utf-8"))
            write_atomic(target, dialog.text)
        except OSError as error:
            remedy = "Make the scene's folder writable, or use `twinviewer bind -o`."
            raise TwinError(f"The bindings cannot be written: {error.strerror}.", str(target), remedy) from error
        w.host.open_scene(w, path, url)

    def show_messages(self) -> None:
        """What twinviewer said in this session."""
        from twinviewer.gui.dialogs.findings import FindingsDialog

        FindingsDialog("Messages of this session", self._window.picture.notices.history[::-1], self._window).exec()

    # -- names --------------------------------------------------------------------------------------------------

    def _name(self, title: str, words: str, text: str = "") -> str:
        from twinviewer.gui.dialogs.name import NameDialog

        dialog = NameDialog(title, words, text, self._window)
        return dialog.name if dialog.exec() else ""

    def ask_bookmark(self) -> None:
        """Keep the camera under a name."""
        count = len(self._window.bookmarks.all()) + 1
        name = self._name("Add bookmark", "Name of this view", self._window.session.selection or f"View {count}")
        if name:
            self._window.bookmarks.add(name)

    def ask_layout_name(self) -> None:
        """Keep the layout under a name."""
        name = self._name("Save layout", "Name of this layout")
        if name:
            self._window.layouts.save(name)

    # -- pictures -----------------------------------------------------------------------------------------------

    def _file_for(self, title: str, suffix: str, kind: str) -> Path | None:
        stamp = datetime.now().strftime("%Y-%m-%d_%H%M%S")
        offered = Path.home() / f"{self._window.session.scene.name} {stamp}{suffix}"
        path, _ = QFileDialog.getSaveFileName(self._window, title, str(offered), f"{kind} (*{suffix})")
        return Path(path if Path(path).suffix else path + suffix) if path else None

    def picture_now(self) -> QImage:
        """The picture as it stands, labels and legend included."""
        return self._window.picture.image()

    def save_picture(self) -> None:
        """Write the picture to a PNG file."""
        image = self.picture_now()  # as it is when asked for, not when a name was found for it
        path = self._file_for("Save picture", ".png", "PNG picture")
        if path is not None:
            if not image.save(str(path)):
                raise TwinError("The picture could not be written.", str(path), "Choose a folder you may write to.")
            self._window.say("info", f"Picture saved as {path}.", key="saved")

    def copy_picture(self) -> None:
        """Put the picture on the clipboard."""
        QGuiApplication.clipboard().setImage(self.picture_now())
        self._window.say("info", "The picture is on the clipboard.", key="saved")

    def save_report(self) -> None:
        """Write a PDF report: the picture, what is abnormal, the alarms, the indicators."""
        path = self._file_for("Save report", ".pdf", "PDF document")
        if path is not None:
            from twinviewer.gui.report import write_report

            write_report(path, self._window.session, self.picture_now())
            self._window.say("info", f"Report saved as {path}.", key="saved")

    # -- settings and help --------------------------------------------------------------------------------------

    def ask_settings(self) -> None:
        """Change settings."""
        from twinviewer.gui.dialogs.preferences import PreferencesDialog

        w = self._window
        PreferencesDialog(w.host.settings.value, w.host.change_settings, w).exec()

    def show_keys(self) -> None:
        """All keys."""
        from twinviewer.gui.dialogs.shortcuts import ShortcutsDialog

        ShortcutsDialog(self._window.registry, self._window).exec()

    def show_guide(self) -> None:
        """How to read the picture."""
        from twinviewer.gui.dialogs.guide import GuideDialog

        GuideDialog(self._window).exec()

    def show_about(self) -> None:
        """Versions and licence."""
        from twinviewer.gui.dialogs.about import AboutDialog

        AboutDialog(self._window, self._window.picture.renderer_name()).exec()
