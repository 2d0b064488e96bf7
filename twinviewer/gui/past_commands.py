"""What a window does with the past: notes, going to a moment, comparing, handing over, reporting."""

import functools
import operator
import time
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog

from twinviewer.kpi.shifts import shift_of
from twinviewer.model.note import Note
from twinviewer.panels._kit.actions import Action

if TYPE_CHECKING:
    from twinviewer.gui.dialogs.compare import CompareDialog
    from twinviewer.gui.main_window import MainWindow
    from twinviewer.kpi.report import ShiftReport

MARKED = "Marked moment"
NS = 1_000_000_000
_NOT_RECORDED = "The plant is not recorded; File, Record the plant…, begins it."


class PastCommands:
    """The commands of one window about its recording."""

    def __init__(self, window: "MainWindow") -> None:
        self._window = window
        self.comparing: CompareDialog | None = None

    def register(self) -> None:
        """Put them into the window's registry."""
        session = self._window.session

        def recorded() -> bool:
            return session.archive is not None and session.frame is not None

        def both() -> bool:
            return recorded() and session.between.both

        def pin_title() -> str:
            return f"Pin a note to {session.selection}…" if session.selection else "Pin a note…"

        def add(name: str, title: str, group: str, run: object, keys: str = "", enabled: object = recorded,
                icon: str = "", words: str = "", why: str = _NOT_RECORDED) -> None:  # fmt: skip
            self._window.registry.add(
                Action(name, title, group, run, keys, enabled, None, words, icon, why)  # type: ignore[arg-type]
            )

        self._window.registry.add(
            Action("note.pin", pin_title, "Asset", self.pin_note, "T", recorded, None, "annotation remark", "note",
                   _NOT_RECORDED),
        )  # fmt: skip
        for name, title, run in (
            ("note.correct", "Correct a note…", self.correct_note),
            ("note.withdraw", "Withdraw a note…", self.withdraw_note),
        ):
            handed = functools.partial(operator.contains, self._window.registry.handed, name)
            add(
                name,
                title,
                "Asset",
                run,
                "",
                handed,
                "note",
                why="Choose it in the menu of a note, in the panel Notes.",
            )
        add("note.mark", "Mark this moment", "History", self.mark, "Shift+T", icon="bookmark", words="note report")
        add("time.goto", "Go to a moment…", "History", self.go_to, "Ctrl+G", icon="clock", words="time date seek")
        add("replay.compare", "Compare A and B…", "History", self.compare, "C", both, "layout", "difference moments",
            "Mark two moments first, A and B.")  # fmt: skip
        add("file.capsule", "Save incident capsule…", "File", self.save_capsule, "Ctrl+Shift+E", icon="export",
            words="hand over twin export")  # fmt: skip
        add("file.shift_report", "Save shift report…", "File", self.save_shift_report, icon="report",
            words="pdf html kpi")  # fmt: skip

    @property
    def _now_ns(self) -> int:
        """The moment that a menu was opened for, else the one that is shown."""
        session = self._window.session
        shown_ns = session.frame.now_ns if session.frame is not None else 0
        return session.between.aimed_ns or shown_ns

    # -- notes --------------------------------------------------------------------------------------------------

    def pin_note(self) -> None:
        """Ask for a remark and keep it with the recording."""
        from twinviewer.gui.dialogs.note import NoteDialog

        session, time_ns = self._window.session, self._now_ns
        if session.archive is None:
            return
        assets = [a.asset_id for a in session.scene.assets]
        keeper = f"in the recording {session.archive.address}"
        dialog = NoteDialog(assets, session.selection or "", time_ns, session.user, keeper, self._window)
        if dialog.exec():
            session.pin_note(dialog.text, dialog.asset_id, time_ns)

    def correct_note(self) -> None:
        """Ask what the note that was handed over should say instead."""
        from twinviewer.gui.dialogs.note import CorrectDialog

        note, session = self._window.registry.handed.pop("note.correct"), self._window.session
        assert isinstance(note, Note)
        dialog = CorrectDialog([a.asset_id for a in session.scene.assets], note, session.user, self._window)
        if dialog.exec():
            session.correct_note(note, dialog.text, dialog.asset_id)

    def withdraw_note(self) -> None:
        """Ask why the note that was handed over should count no more."""
        from twinviewer.gui.dialogs.note import WithdrawDialog

        note, session = self._window.registry.handed.pop("note.withdraw"), self._window.session
        assert isinstance(note, Note)
        dialog = WithdrawDialog(note, session.user, self._window)
        if dialog.exec():
            session.withdraw_note(note, dialog.text)

    def mark(self) -> None:
        """Keep this moment, with the selected asset, without asking: reports show marked moments as pictures."""
        session = self._window.session
        session.pin_note(MARKED, session.selection or "", self._now_ns)

    # -- moments ------------------------------------------------------------------------------------------------

    def go_to(self) -> None:
        """Show a moment that a person types."""
        from twinviewer.gui.dialogs.moments import MomentDialog

        session = self._window.session
        dialog = MomentDialog(self._now_ns, session.past.seen(), self._window)
        if dialog.exec():
            self.show_moment(dialog.time_ns)

    def show_moment(self, time_ns: int) -> None:
        """Show a moment, from a live plant too."""
        from twinviewer.session import Seekable

        session = self._window.session
        if isinstance(session.source, Seekable):
            session.source.seek(time_ns)
        else:
            session.look_back(time_ns)

    def compare(self) -> None:
        """Show A and B side by side, and what differs."""
        from twinviewer.gui.dialogs.compare import CompareDialog

        window, session = self._window, self._window.session
        if session.archive is None or not session.between.both or not window.picture.has_stage:
            return
        a_ns, b_ns = session.between.stretch
        if self.comparing is not None:
            self.comparing.close()
        self.comparing = CompareDialog(
            session, window.jobs, window.picture.stage, session.archive.address, (a_ns, b_ns), window
        )
        self.comparing.sought.connect(self.show_moment)
        self.comparing.finished.connect(lambda _code: self._forget())
        self.comparing.show()

    def _forget(self) -> None:
        self.comparing = None

    # -- handing over -------------------------------------------------------------------------------------------

    def _stretch(self, title: str, words: str, stretch: tuple[int, int], accept: str) -> tuple[int, int] | None:
        from twinviewer.gui.dialogs.moments import StretchDialog

        dialog = StretchDialog(title, words, stretch, accept, self._window, self._choices())
        return dialog.stretch if dialog.exec() else None

    def _choices(self) -> list[tuple[str, tuple[int, int]]]:
        """Stretches that are often wanted: the shift of the moment that is shown and the one before, and what is marked
        or shown; none reaches beyond what was recorded."""
        session = self._window.session
        first, last = session.past.seen()
        starts = session.kpis.book.shift_starts
        shift = shift_of(self._now_ns, starts)
        found = [("This shift", shift), ("The shift before", shift_of(shift[0] - 1, starts))]
        found += [("The time line", session.between.shown)] if session.between.shown[1] else []
        found += [("A to B", session.between.stretch)] if session.between.both else []
        inside = [(words, (max(begin, first), min(end, last))) for words, (begin, end) in found]
        return [(words, ends) for words, ends in inside if ends[0] < ends[1]]

    def _default(self, span_ns: int = 0) -> tuple[int, int]:
        """From A to B where both are marked; else the last `span_ns`, or what the time line shows."""
        session = self._window.session
        first, last = session.past.seen()
        begin, end = session.between.stretch
        if span_ns and not session.between.both:
            begin, end = self._now_ns - span_ns, self._now_ns
        return max(begin, first), min(end, last) if last else end

    def _file(self, title: str, name: str, kinds: str) -> Path | None:
        path, _ = QFileDialog.getSaveFileName(self._window, title, str(Path.home() / name), kinds)
        return Path(path) if path else None

    def save_capsule(self) -> None:
        """Pack a stretch of time with the scene into one file, in a worker process."""
        from twinviewer.gui.replay_work import pack_capsule
        from twinviewer.history.capsule import SUFFIX

        window, session = self._window, self._window.session
        words = "One file with the scene, the samples, alarms, actions and notes of this time. It opens anywhere."
        stretch = self._stretch("Save incident capsule", words, self._default(), "Choose file…")
        if stretch is None or session.archive is None:
            return
        path = self._file(
            "Save incident capsule", f"{session.scene.name} {_stamp(stretch[0])}{SUFFIX}", "Capsule (*.twin)"
        )
        if path is None:
            return
        path = path if path.suffix.lower() == SUFFIX else path.with_name(path.name + SUFFIX)
        arguments = (session.scene.path, session.archive.address, *stretch, path)

        def done(samples: int) -> None:
            size = path.stat().st_size / 1e6
            window.say("info", f"Capsule saved as {path}: {samples:,} samples, {size:.1f} MB.", key="saved")

        window.jobs.start("Packing the incident", pack_capsule, *arguments, done=done, failed=window.show_error)

    def save_shift_report(self) -> None:
        """Work out the shift report and write it as PDF or HTML, in a worker process."""
        from twinviewer.gui.shift_report import FORMATS, write_shift_report

        window, session = self._window, self._window.session
        words = "Indicators, time in state, vibration, energy, alarms, notes, and a picture of each marked moment."
        stretch = self._stretch("Save shift report", words, self._default(8 * 3600 * NS), "Choose file…")
        if stretch is None or session.archive is None:
            return
        path = self._file(
            "Save shift report",
            f"{session.scene.name} {_stamp(stretch[0])}.pdf",
            "PDF document (*.pdf);;Web page (*.html)",
        )
        if path is None:
            return
        path = path if path.suffix.lower() in FORMATS else path.with_name(f"{path.name}.pdf")

        def done(report: "ShiftReport") -> None:
            raised = "1 alarm" if report.alarms.raised == 1 else f"{report.alarms.raised} alarms"
            recorded = f"{report.recorded_s / 3600:.1f} h recorded"
            window.say("info", f"Shift report saved as {path}: {recorded}, {raised}.", key="saved")

        arguments = (session.scene.path, session.archive.address, *stretch, path)
        window.jobs.start("Shift report", write_shift_report, *arguments, done=done, failed=window.show_error)


def _stamp(time_ns: int) -> str:
    return time.strftime("%Y-%m-%d %H%M", time.localtime(time_ns / NS))
