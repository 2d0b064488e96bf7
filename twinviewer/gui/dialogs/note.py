"""A remark, pinned to a moment and to an asset or the whole plant; its correction, and its withdrawal."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QCompleter, QPlainTextEdit, QWidget

from twinviewer.gui.dialogs.base import BaseDialog, quiet
from twinviewer.gui.dialogs.moments import written
from twinviewer.model.note import Note

PLANT = "The whole plant"
LONGEST, _SHOWN = 2000, 300


class _TextDialog(BaseDialog):
    """Asks for some words; without any it cannot be accepted."""

    def __init__(self, title: str, parent: QWidget | None) -> None:
        super().__init__(title, parent, 480)
        self.note = QPlainTextEdit()
        self.note.setTabChangesFocus(True)
        self.note.setFixedHeight(90)

    def _begin(self, accept: str) -> None:
        self.buttons(accept)
        self.note.textChanged.connect(self._check)
        self._check()
        self.note.setFocus()

    def _check(self) -> None:
        self.accept_button.setEnabled(bool(self.text))

    @property
    def text(self) -> str:
        """The words."""
        return self.note.toPlainText().strip()[:LONGEST]


class NoteDialog(_TextDialog):
    """After `exec()`, `asset_id` ("" for the whole plant) and `text` say what is to be pinned."""

    title, accepts = "Pin a note", "Pin"

    def __init__(
        self, assets: Sequence[str], chosen: str, time_ns: int, by: str, keeper: str, parent: QWidget | None
    ) -> None:
        super().__init__(self.title, parent)
        self.about = QComboBox()
        self.about.setEditable(True)
        self.about.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.about.addItems([PLANT, *assets])
        self.about.setCurrentText(chosen or PLANT)
        self.about.setAccessibleName("What the note is about")
        completer = self.about.completer() or QCompleter(self.about)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self.note.setAccessibleName("Note")
        self.note.setPlaceholderText("What was seen, heard or done")
        form = self.form()
        form.addRow("About", self.about)
        form.addRow("Note", self.note)
        self.body.addWidget(quiet(f"Pinned to {written(time_ns)} by {by}, {keeper}."))
        self._assets = set(assets)
        self._begin(self.accepts)
        self.about.currentTextChanged.connect(lambda _text: self._check())

    def _check(self) -> None:
        known = self.about.currentText() in (PLANT, "") or self.about.currentText() in self._assets
        self.accept_button.setEnabled(known and bool(self.text))

    @property
    def asset_id(self) -> str:
        """What the note is about, "" for the whole plant."""
        name = self.about.currentText()
        return name if name in self._assets else ""


class CorrectDialog(NoteDialog):
    """The same for what a note says instead; it must be something else."""

    title, accepts = "Correct a note", "Correct"

    def __init__(self, assets: Sequence[str], note: Note, by: str, parent: QWidget | None) -> None:
        self._before = note.text, note.asset_id
        keeper = f"corrected by {by}; what it said is kept"
        super().__init__(assets, note.asset_id, note.time_ns, note.by or "somebody", keeper, parent)
        self.note.setPlainText(note.text)
        self.note.selectAll()

    def _check(self) -> None:
        super()._check()
        if (self.text, self.asset_id) == self._before:
            self.accept_button.setEnabled(False)


class WithdrawDialog(_TextDialog):
    """After `exec()`, `text` says why a note is withdrawn."""

    def __init__(self, note: Note, by: str, parent: QWidget | None) -> None:
        super().__init__("Withdraw a note", parent)
        self.note.setAccessibleName("Why it is withdrawn")
        self.note.setPlaceholderText("Why it counts no more")
        self.body.addWidget(quiet(f"“{note.text if len(note.text) <= _SHOWN else note.text[:_SHOWN] + '…'}”"))
        self.form().addRow("Why", self.note)
        said = (
            f"Withdrawn by {by}. It leaves the picture and the time line; the list and the report keep it, struck out."
        )
        self.body.addWidget(quiet(said))
        self._begin("Withdraw")
