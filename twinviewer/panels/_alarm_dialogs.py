"""What is asked before alarms are shelved or acknowledged together."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from twinviewer.model.alarm import SERVER, Alarm
from twinviewer.panels._kit.widgets import Segmented, button, label
from twinviewer.panels._text import NS, clock

PRESETS = ((15, "15 min"), (30, "30 min"), (60, "1 h"), (240, "4 h"), (480, "8 h"), (1440, "24 h"))
REASONS = ("Maintenance under way", "Known fault, spare part ordered", "Nuisance alarm, limit under review", "Cleaning")


def _names(alarms: Sequence[Alarm]) -> str:
    shown = "\n".join(f"{a.asset_id}  {_words(a)}" for a in alarms[:5])
    return f"{shown}\nand {len(alarms) - 5} more" if len(alarms) > 5 else shown


def _words(alarm: Alarm) -> str:
    if alarm.source != SERVER:
        return alarm.message
    return f"{alarm.message.removeprefix(f'{alarm.asset_id}: ')} (on the server)"


def _buttons(dialog: QDialog, word: str) -> tuple[QDialogButtonBox, QPushButton]:
    box = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
    box.button(QDialogButtonBox.StandardButton.Cancel).setIcon(QIcon())
    accept = box.addButton(word, QDialogButtonBox.ButtonRole.AcceptRole)
    accept.setProperty("kind", "primary")
    accept.setDefault(True)
    box.accepted.connect(dialog.accept)
    box.rejected.connect(dialog.reject)
    return box, accept


class ShelveDialog(QDialog):
    """For how long, and why: without a reason nothing is shelved."""

    def __init__(self, alarms: Sequence[Alarm], now_ns: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Shelve alarm" if len(alarms) == 1 else f"Shelve {len(alarms)} alarms")
        self._now_ns = now_ns
        self.time = Segmented([(str(m), text, "") for m, text in PRESETS], "Shelve for")
        self.time.choose("60")
        self.time.chosen.connect(lambda _key: self._refresh())
        self.reason = QLineEdit()
        self.reason.setAccessibleName("Reason")
        self.reason.setPlaceholderText("Why? (needed)")
        self.reason.setMaxLength(300)
        self.reason.textChanged.connect(lambda _text: self._refresh())
        usual = QGridLayout()
        for i, words in enumerate(REASONS):
            usual.addWidget(button(words, "link", lambda w=words: self.reason.setText(w)), i // 2, i % 2)
        self.until = label("", "quiet")
        box, self.accept_button = _buttons(self, "Shelve")
        layout = QVBoxLayout(self)
        layout.setSpacing(8)
        for item in (
            label(_names(alarms)),
            label("For", "heading"),
            self.time,
            self.until,
            label("Reason", "heading"),
            self.reason,
        ):
            layout.addWidget(item)
        layout.addLayout(usual)
        layout.addWidget(label("It stays in the list as shelved and comes back by itself.", "quiet"))
        layout.addWidget(box)
        self.reason.setFocus()
        self._refresh()

    def _refresh(self) -> None:
        self.until.setText(f"until {clock(self.until_ns, self._now_ns, seconds=False)}")
        self.accept_button.setEnabled(bool(self.reason_text))

    @property
    def until_ns(self) -> int:
        """When the shelf ends (UTC ns)."""
        return self._now_ns + int(self.time.current) * 60 * NS

    @property
    def reason_text(self) -> str:
        """The reason without blanks around it."""
        return self.reason.text().strip()


class AcknowledgeDialog(QDialog):
    """What is about to be acknowledged, and an optional comment. For alarms of the server also who approves it, for
    that is written to the plant."""

    def __init__(self, alarms: Sequence[Alarm], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        n = len(alarms)
        self.setWindowTitle("Acknowledge alarm" if n == 1 else f"Acknowledge {n} alarms")
        self.comment = QLineEdit()
        self.comment.setPlaceholderText("Comment (may stay empty)")
        self.comment.setAccessibleName("Comment")
        self.comment.setMaxLength(300)
        self.approver = QLineEdit()
        self.approver.setPlaceholderText("Approved by (needed)")
        self.approver.setAccessibleName("Approved by")
        self.approver.setMaxLength(100)
        box, self.accept_button = _buttons(self, "Acknowledge" if n == 1 else f"Acknowledge {n}")
        layout = QVBoxLayout(self)
        layout.setSpacing(8)
        items = [label(_names(alarms)), self.comment]
        if any(a.source == SERVER for a in alarms):
            written = "Alarms of the server are acknowledged there: this is written to the plant, and logged."
            items += [label(written, "quiet"), self.approver]
            self.approver.textChanged.connect(lambda _text: self.accept_button.setEnabled(bool(self.approver_text)))
            self.accept_button.setEnabled(False)
        for item in (*items, box):
            layout.addWidget(item)
        self.setMinimumWidth(380)
        self.comment.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def comment_text(self) -> str:
        """The comment without blanks around it, "" for none."""
        return self.comment.text().strip()

    @property
    def approver_text(self) -> str:
        """Who approves, without blanks around it."""
        return self.approver.text().strip()
