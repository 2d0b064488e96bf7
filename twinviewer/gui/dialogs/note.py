"""A remark, pinned to a moment and to an asset or the whole plant."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QCompleter, QPlainTextEdit, QWidget

from twinviewer.gui.dialogs.base import BaseDialog, quiet
from twinviewer.gui.dialogs.moments import written

PLANT = "The whole plant"
LONGEST = 2000


class NoteDialog(BaseDialog):
    """After `exec()`, `asset_id` ("" for the whole plant) and `text` say what is to be pinned."""

    def __init__(
        self, assets: Sequence[str], chosen: str, time_ns: int, by: str, keeper: str, parent: QWidget | None
    ) -> None:
        super().__init__("Pin a note", parent, 480)
        self.about = QComboBox()
        self.about.setEditable(True)
        self.about.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.about.addItems([PLANT, *assets])
        self.about.setCurrentText(chosen or PLANT)
        self.about.setAccessibleName("What the note is about")
        completer = self.about.completer() or QCompleter(self.about)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self.note = QPlainTextEdit()
        self.note.setAccessibleName("Note")
        self.note.setPlaceholderText("What was seen, heard or done")
        self.note.setTabChangesFocus(True)
        self.note.setFixedHeight(90)
        form = self.form()
        form.addRow("About", self.about)
        form.addRow("Note", self.note)
        self.body.addWidget(quiet(f"Pinned to {written(time_ns)} by {by}, {keeper}."))
        self.buttons("Pin")
        self._assets = set(assets)
        self.note.textChanged.connect(self._check)
        self.about.currentTextChanged.connect(lambda _text: self._check())
        self._check()
        self.note.setFocus()

    def _check(self) -> None:
        known = self.about.currentText() in (PLANT, "") or self.about.currentText() in self._assets
        self.accept_button.setEnabled(known and bool(self.text))

    @property
    def asset_id(self) -> str:
        """What the note is about, "" for the whole plant."""
        name = self.about.currentText()
        return name if name in self._assets else ""

    @property
    def text(self) -> str:
        """The note itself."""
        return self.note.toPlainText().strip()[:LONGEST]
