"""A server's certificate that nobody trusted yet: its fingerprint, to be compared, and a person's word."""

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QCheckBox, QComboBox, QWidget

from twinviewer.gui.dialogs.base import BaseDialog, quiet
from twinviewer.panels._kit.widgets import label


class TrustDialog(BaseDialog):
    """`waiting` are (fingerprint, subject), newest last; `why` is what the connection says, which names the one that it
    waits for; `about` tells more of a fingerprint. After `exec()`, `fingerprint` is the trusted one."""

    def __init__(
        self,
        waiting: Sequence[tuple[str, str]],
        parent: QWidget | None,
        why: str = "",
        about: Callable[[str], str] = lambda fingerprint: "",
    ) -> None:
        super().__init__("Trust this server?", parent, 560)
        self.fingerprint = ""
        says = "The server showed a certificate that nobody here trusted yet. Compare the fingerprint with the one "
        self.body.addWidget(label(says + "that the server's administrator gives you.", wrap=True))
        self._choice = QComboBox()
        self._choice.setAccessibleName("Certificate")
        for fingerprint, subject in reversed(waiting):
            self._choice.addItem(subject, fingerprint)
        self.body.addWidget(self._choice)
        self._about = about
        self._facts = label("", wrap=True)
        self.body.addWidget(self._facts)
        self._shown = label("")
        self._shown.setStyleSheet('font-family: "monospace"; font-size: 12px;')
        self.body.addWidget(self._shown)
        self._checked = QCheckBox("I compared the fingerprint and it is the same")
        self.body.addWidget(self._checked)
        self.body.addWidget(quiet("It is kept in the trust store; twinviewer connects at once and asks no more."))
        self.buttons("Trust and connect", self._accept, "Do not trust")
        self.accept_button.setEnabled(False)
        self._checked.toggled.connect(self.accept_button.setEnabled)
        asked = [i for i in range(self._choice.count()) if self._choice.itemData(i) in why]
        self._choice.setCurrentIndex(asked[0] if asked else 0)
        self._choice.currentIndexChanged.connect(self._show)
        self._show()

    def _show(self) -> None:
        self._checked.setChecked(False)
        fingerprint = str(self._choice.currentData() or "")
        facts = self._about(fingerprint)
        self._facts.setText(facts)
        self._facts.setVisible(bool(facts))
        pairs = fingerprint.split(":")
        half = (len(pairs) + 1) // 2
        self._shown.setText(":".join(pairs[:half]) + "\n" + ":".join(pairs[half:]))
        self._shown.setAccessibleName(f"Fingerprint {':'.join(pairs)}")

    def _accept(self) -> None:
        self.fingerprint = str(self._choice.currentData())
        self.accept()
