"""Proposing a value for the plant: what, how much, why, and who approves. Nothing is written without all of them."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QComboBox, QDialog, QDialogButtonBox, QDoubleSpinBox, QFormLayout, QLineEdit, QWidget

from twinviewer.model.asset import Tag
from twinviewer.model.errors import TwinError
from twinviewer.model.frame import Frame
from twinviewer.model.notice import Notice
from twinviewer.panels._kit.widgets import label
from twinviewer.session import Session

NAME = "asset.setpoint"
WHY_NOT = "It takes an asset with a value that may be set, and a window that was opened with --allow-write."


def settable(session: Session) -> list[Tag]:
    """The tags of the selected asset that a person may set; none where this window may not write to the plant."""
    if not getattr(session.source, "may_write", False):
        return []
    scene = session.scene
    chosen = next((a for a in scene.assets if a.asset_id == session.selection), None)
    return [scene.tags[row] for row in chosen.tags if scene.tags[row].settable is not None] if chosen else []


class SetpointDialog(QDialog):
    """One value, inside the range that the scene allows."""

    def __init__(self, tags: Sequence[Tag], frame: Frame | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tags, self._frame = list(tags), frame
        self.setWindowTitle(f"Set a value of {tags[0].asset_id}")
        self.which = QComboBox()
        self.which.addItems([tag.key for tag in tags])
        self.which.setAccessibleName("What to set")
        self.now = label("", "quiet")
        self.value = QDoubleSpinBox()
        self.value.setAccessibleName("New value")
        self.value.setDecimals(1)
        self.reason = self._line("Why (needed)", "Reason")
        self.approver = self._line("Approved by (needed)", "Approved by")
        box = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        box.button(QDialogButtonBox.StandardButton.Cancel).setIcon(QIcon())
        self.accept_button = box.addButton("Write to the plant", QDialogButtonBox.ButtonRole.AcceptRole)
        self.accept_button.setProperty("kind", "primary")
        box.accepted.connect(self.accept)
        box.rejected.connect(self.reject)
        form = QFormLayout(self)
        for name, field in (("Value", self.which), ("Now", self.now), ("New", self.value), ("Reason", self.reason),
                            ("Approval", self.approver)):  # fmt: skip
            form.addRow(name, field)
        form.addRow(label("It is read back and logged. The machine does what its controller makes of it.", "quiet"))
        form.addRow(box)
        self.setMinimumWidth(380)
        self.which.currentIndexChanged.connect(lambda _row: self._choose())
        self._choose()
        self._refresh()

    def _line(self, hint: str, name: str) -> QLineEdit:
        line = QLineEdit()
        line.setPlaceholderText(hint)
        line.setAccessibleName(name)
        line.setMaxLength(300)
        line.textChanged.connect(lambda _text: self._refresh())
        return line

    @property
    def tag(self) -> Tag:
        """What is to be set."""
        return self._tags[self.which.currentIndex()]

    def _choose(self) -> None:
        tag = self.tag
        low, high = tag.settable or (0.0, 0.0)
        self.value.setRange(low, high)
        self.value.setSuffix(f" {tag.unit}" if tag.unit else "")
        known = float(self._frame.tags.value[tag.index]) if self._frame is not None else float("nan")
        said = f"{known:g} {tag.unit}".strip() if np.isfinite(known) else "not known"
        self.now.setText(f"{said}; {low:g} to {high:g} may be set")
        self.value.setValue(known if np.isfinite(known) else low)

    def _refresh(self) -> None:
        self.accept_button.setEnabled(bool(self.reason.text().strip() and self.approver.text().strip()))


def ask(session: Session, parent: QWidget) -> None:
    """Let a person propose a value for the selected asset, and have it written; refusals become notices."""
    tags = settable(session)
    if not tags:
        return
    dialog = SetpointDialog(tags, session.frame, parent)
    accepted = dialog.exec() == QDialog.DialogCode.Accepted
    tag, value = dialog.tag, dialog.value.value()
    reason, approved_by = dialog.reason.text().strip(), dialog.approver.text().strip()
    dialog.deleteLater()
    if not accepted:
        return
    about = {"tag": tag.name, "value": value, "by": session.user, "reason": reason, "approved_by": approved_by}
    try:
        session.source.command("write", **about)
    except TwinError as error:
        session.notice.emit(Notice("error", error.text, error.remedy, error.where))
