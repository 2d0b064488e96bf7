"""Where the what-if panel's runs start: the plant as it was taken, an empty line, or a state that lies in a file."""

from datetime import datetime
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QFileDialog

from twinviewer.model.notice import Notice
from twinviewer.panels._whatif_model import SETTLED
from twinviewer.panels._whatif_questions import Questions
from twinviewer.session import Session

_NS = 1_000_000_000
_KIND = "States (*.json)"


class States(Questions):
    """What a person chooses to start from; a state that cannot be read leaves what was chosen before."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.state: Path | None = None  # the file that runs start from, where they do
        self._asked_state = 0

    @property
    def from_now(self) -> bool:
        """Whether runs start from a state that the worker holds: the plant's, or a file's."""
        return self.taken_ns > 0 and (self.start.wants_now or (self.start.wants_file and self.state is not None))

    def start_chosen(self) -> None:
        """A person chose where runs start."""
        if self.start.wants_file:
            self.choose_state()
            return
        if self.start.wants_now and self.state is not None:
            self._forget_state()
            if self.can_take:
                self.take_now()
                return
        self.ask(SETTLED)

    def take_now(self) -> None:
        """The plant again, whatever was chosen."""
        if self.can_take:
            self._forget_state()
            self.start.choose("now")
        super().take_now()

    def begin_anew(self) -> None:
        """The file's state again, after the worker was lost."""
        if self.start.wants_file and self.state is not None:
            self.load_state(self.state)
        else:
            super().begin_anew()

    def scene_changed(self) -> None:
        """A state belongs to its line."""
        self._forget_state()
        self.start.choose("now")
        super().scene_changed()

    def _forget_state(self) -> None:
        if self.state is not None:
            self.state, self.taken_ns = None, 0

    # Files ----------------------------------------------------------------------------------------------------------

    def choose_state(self) -> None:
        """Ask for the file of a state, and start from it."""
        path, _kind = QFileDialog.getOpenFileName(self, "Start from a written state", "", _KIND)
        if path:
            self.load_state(Path(path))
        else:
            self._go_back()

    def load_state(self, path: Path) -> None:
        """Start from the state in this file."""
        self._asked_state = self.link.send("state", str(path))

    def save_state(self) -> None:
        """Write the state that runs start from where a person wants it."""
        path, _kind = QFileDialog.getSaveFileName(self, "Write the state that runs start from", "state.json", _KIND)
        if path:
            self.write_state(Path(path))

    def write_state(self, path: Path) -> None:
        """Write it into this file, as `twinviewer simulate --from` reads it."""
        self.link.send("write_state", str(path))

    def hear(self, kind: str, number: int, value: Any) -> None:
        """A state that cannot be used changes nothing."""
        if kind == "failed" and number and number == self._asked_state:
            self._go_back()
        super().hear(kind, number, value)

    def hear_more(self, kind: str, current: bool, value: Any) -> None:
        """A state was read, or written."""
        if kind == "state":
            path, self.taken_ns, notes = value
            self.state = Path(path)
            self.start.choose("file")
            self.trust.inputs(notes)
            self.ask(SETTLED)
        elif kind == "state_written":
            text = f"The state was written to {Path(value).name}."
            self.session.notice.emit(Notice("info", text, where=str(value)))
        else:
            super().hear_more(kind, current, value)

    def _go_back(self) -> None:
        self.start.choose("file" if self.state is not None else "now" if self.taken_ns else "empty")

    # Words ----------------------------------------------------------------------------------------------------------

    @property
    def baseline_text(self) -> str:
        """What the banner says."""
        if not self.from_now or self.state is None:
            return super().baseline_text
        return f"baseline {self.state.name}, {datetime.fromtimestamp(self.taken_ns / _NS):%d %b %H:%M}"

    @property
    def start_text(self) -> str:
        """Where runs start, in words."""
        if not self.from_now or self.state is None:
            return super().start_text
        return f"the state in {self.state.name}, of {datetime.fromtimestamp(self.taken_ns / _NS):%d %b %Y %H:%M:%S}"
