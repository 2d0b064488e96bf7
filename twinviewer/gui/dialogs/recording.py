"""Questions about the recording of the plant: where to, and whether it shall really end."""

import shutil
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QLineEdit, QWidget

from twinviewer.gui.dialogs.base import BaseDialog, quiet
from twinviewer.history.layout import MANIFEST
from twinviewer.panels._kit.widgets import button, label, row

SAMPLE_BYTES = 4  # at most, once an hour is compacted
DAY_S = 86_400


def size_text(size: float) -> str:
    """ "812 kB", "12 MB", "3.4 GB"."""
    for unit, of in (("GB", 1e9), ("MB", 1e6)):
        if size >= of:
            return f"{size / of:.1f} {unit}" if size < 10 * of else f"{size / of:,.0f} {unit}"
    return f"{size / 1e3:.0f} kB"


class RecordDialog(BaseDialog):
    """After `exec()`, `folder` is where the plant is to be recorded. `rate` is how many values change a second."""

    def __init__(self, offered: Path, rate: float, parent: QWidget | None) -> None:
        super().__init__("Record the plant", parent, 540)
        self._rate = rate
        words = "Every value, alarm and action is kept from now on, for as long as a window shows this plant."
        self.body.addWidget(label(words, wrap=True))
        self.body.addWidget(quiet("The command twinviewer record does it without one."))
        self.field = QLineEdit(str(offered))
        self.field.setAccessibleName("Folder of the recording")
        choose = button("Choose…", "", self._choose)
        choose.setAccessibleName("Choose the folder")
        self.form().addRow("Folder", row(self.field, choose))
        self.said = label("", "quiet", wrap=True)
        self.body.addWidget(self.said)
        self.buttons("Record")
        self.field.textChanged.connect(lambda _text: self._check())
        self._check()
        self.field.setFocus()

    @property
    def folder(self) -> Path:
        """The folder as it is written, from the home folder on where it does not begin at the root."""
        return Path.home() / Path(self.field.text().strip()).expanduser()

    def _choose(self) -> None:
        near = next((p for p in (self.folder, *self.folder.parents) if p.is_dir()), Path.home())
        found = QFileDialog.getExistingDirectory(self, "Record the plant into a folder", str(near))
        if found:
            self.field.setText(found)

    def _check(self) -> None:
        fault = self._fault()
        self.said.setText(fault or self._prospect())
        self.accept_button.setEnabled(not fault)

    def _fault(self) -> str:
        if not self.field.text().strip():
            return "Give a folder: a new one, an empty one, or that of a recording, which is then continued."
        try:
            if self.folder.is_file():
                return "This is a file. Give a folder."
            foreign = self.folder.is_dir() and not (self.folder / MANIFEST).exists()
            if foreign and any(p.name != "recorder.lock" for p in self.folder.iterdir()):
                return "This folder holds other things. Give a new one, or an empty one."
        except OSError as error:
            return f"This folder cannot be read: {error.strerror}."
        return ""

    def _prospect(self) -> str:
        """What it will take, and what there is."""
        near = next((p for p in (self.folder, *self.folder.parents) if p.is_dir()), Path("/"))
        goes_on = "The recording in it is continued. " if (self.folder / MANIFEST).exists() else ""
        try:
            free = f"{size_text(shutil.disk_usage(near).free)} are free there."
        except OSError:
            free = ""
        if self._rate != self._rate or self._rate <= 0:
            return goes_on + free
        day = size_text(self._rate * SAMPLE_BYTES * DAY_S)
        return f"{goes_on}At {self._rate:,.0f} changes a second a day takes up to {day}. {free}"


class StopDialog(BaseDialog):
    """Accepted when the recording shall end, for every window."""

    def __init__(self, folder: str, since: str, parent: QWidget | None) -> None:
        super().__init__("Stop recording the plant", parent, 480)
        self.body.addWidget(label(f"Recorded since {since} into {folder}. What was recorded stays there.", wrap=True))
        self.body.addWidget(quiet("From now on nothing of this plant would be kept, whichever window shows it."))
        self.buttons("Stop recording", cancel="Go on recording")
