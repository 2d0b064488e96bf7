"""Recordings of one window: begin one, end it, say how it stands, open others."""

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog

from twinviewer.model.frame import Frame
from twinviewer.panels._kit.actions import NO_SCENE, Action
from twinviewer.panels._text import clock
from twinviewer.session.archive import Archive

if TYPE_CHECKING:
    from twinviewer.collector.protocol import Recorded
    from twinviewer.gui.main_window import MainWindow
    from twinviewer.history.recording import Recording

SIZE_NS = 10_000_000_000  # how often is looked how large the recording is
_SIZE = object()


def recorded_bytes(recording: "Recording") -> int:
    """How much a recording takes on the disk; 0 behind an address."""
    folder, total = recording.folder.path, 0
    for path in folder.rglob("*") if folder is not None else ():
        with contextlib.suppress(OSError):  # compacted away meanwhile
            total += path.stat().st_size
    return total


class RecordingCommands:
    """The commands, and the words of the status bar."""

    def __init__(self, window: "MainWindow") -> None:
        self._window = window
        self._archive: Archive | None = None
        self._bytes = -1
        self._asked_ns = 0

    def register(self) -> None:
        """Put them into the window's registry."""

        def add(name: str, title: str, run: object, enabled: object, icon: str, words: str, why: str) -> None:
            self._window.registry.add(
                Action(f"file.{name}", title, "File", run, "", enabled, None, words, icon, why)  # type: ignore[arg-type]
            )

        def scene() -> bool:
            return self._window.has_scene

        add("record", "Record the plant…", self.record, lambda: self._can_record, "record", "recording history",
            "No plant is connected, or it is recorded already.")  # fmt: skip
        add("stop_recording", "Stop recording…", self.stop, lambda: bool(self.recorded), "stop", "record end history",
            "The plant is not recorded.")  # fmt: skip
        add("open_recording", "Open recording…", self.open_recording, scene, "folder", "replay history past", NO_SCENE)
        add("open_capsule", "Open incident capsule…", self.open_capsule, None, "folder", "twin", "")

    @property
    def recorded(self) -> "Recorded | None":
        """How the live plant is recorded, None where it is not, or none is there."""
        found = getattr(self._window.session.plant, "recorded", None)
        return found if found is not None and found.folder else None

    @property
    def _can_record(self) -> bool:
        return self._window.session.plant is not None and self.recorded is None

    # -- how it stands --------------------------------------------------------------------------------------------

    def status(self, frame: Frame) -> tuple[str, str, bool]:
        """What the status bar says: words, more words, and whether somebody should see it."""
        recorded, plant = self.recorded, self._window.session.plant
        if recorded is None:
            more = "Nothing of the plant is kept: File, Record the plant…"
            return ("not recorded", more, False) if plant is not None else ("", "", False)
        live = self._window.session.live_frame or frame
        since = clock(recorded.since_ns, live.now_ns, seconds=False)
        size = self._size(live.now_ns)
        more = f"Recorded into {recorded.folder} since {since}{f', {size} in all' if size else ''}"
        if recorded.trouble:
            return "RECORDING WAITS", f"{recorded.trouble}\n{more}", True
        return " · ".join(filter(None, (f"● recording since {since}", size, Path(recorded.folder).name))), more, False

    def _size(self, now_ns: int) -> str:
        """How large the recording is, counted aside; "" while nobody knows."""
        from twinviewer.gui.dialogs.recording import size_text

        archive = self._window.session.archive
        if archive is not self._archive:
            self._archive, self._bytes, self._asked_ns = archive, -1, 0
        if archive is None:
            return ""
        answer = archive.answer(_SIZE)
        if answer is not None and answer.value is not None:
            self._bytes = answer.value
        if abs(now_ns - self._asked_ns) >= SIZE_NS and not archive.asked(_SIZE):
            self._asked_ns = now_ns
            archive.ask(_SIZE, recorded_bytes)
        return size_text(self._bytes) if self._bytes >= 0 else ""

    # -- what a person does ---------------------------------------------------------------------------------------

    def record(self) -> None:
        """Let the collector record from now on."""
        from twinviewer.gui.dialogs.recording import RecordDialog

        window, plant = self._window, self._window.session.plant
        if plant is None:
            return
        name = "".join(c if c.isalnum() or c in " -_" else " " for c in window.session.scene.name).strip()
        offered = Path.home() / "twinviewer recordings" / (name or "plant")
        dialog = RecordDialog(offered, window.status.rate, window)
        if dialog.exec():
            plant.command("record", folder=str(dialog.folder), by=window.session.user)

    def stop(self) -> None:
        """Let the collector record no more, for every window."""
        from twinviewer.gui.dialogs.recording import StopDialog

        session, recorded = self._window.session, self.recorded
        if recorded is None or session.plant is None:
            return
        if StopDialog(recorded.folder, clock(recorded.since_ns, seconds=False), self._window).exec():
            session.plant.command("stop_recording", by=session.user)

    def open_recording(self) -> None:
        """Look at a recording of the scene that is open."""
        window = self._window
        folder = QFileDialog.getExistingDirectory(window, "Open the folder of a recording", str(Path.home()))
        if folder:
            window.host.open_recording(window, folder)

    def open_capsule(self) -> None:
        """Open an incident that somebody handed over."""
        window = self._window
        path, _ = QFileDialog.getOpenFileName(window, "Open incident capsule", str(Path.home()), "Capsule (*.twin)")
        if path:
            window.host.open_capsule(window, Path(path))
