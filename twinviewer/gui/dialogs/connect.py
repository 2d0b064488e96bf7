"""Which server, how to secure the connection, and who signs on."""

from collections.abc import Sequence

from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QWidget

from twinviewer.feeds.options import FeedOptions
from twinviewer.gui.dialogs.base import BaseDialog, quiet
from twinviewer.gui.link_texts import security_text
from twinviewer.model.errors import FeedError
from twinviewer.model.frame import Frame
from twinviewer.panels._kit.widgets import label

_POLICIES = ("Basic256Sha256", "Aes128_Sha256_RsaOaep", "Aes256_Sha256_RsaPss")
SECURITY = (
    ("auto", "The best the server offers"),
    *(
        (f"{p},{m}", f"{p}, {w}")
        for p in _POLICIES
        for m, w in (("SignAndEncrypt", "sign and encrypt"), ("Sign", "sign"))
    ),
    ("none", "None: anybody on the way can read and change it"),
)


class ConnectDialog(BaseDialog):
    """After `exec()`, `url` and `options` hold what was chosen. A password goes to the system keyring on request."""

    def __init__(self, frame: Frame | None, known: Sequence[str], parent: QWidget | None) -> None:
        super().__init__("Connect", parent, 520)
        self.url = ""
        self.options = FeedOptions()
        if frame is not None and frame.source == "live":
            self.body.addWidget(quiet(self._now(frame)))
        self.address = QComboBox()
        self.address.setEditable(True)
        self.address.addItems(list(dict.fromkeys(known)))
        if frame is not None and frame.connection.url:
            self.address.setCurrentText(frame.connection.url)
        elif not known:
            self.address.setCurrentText("opc.tcp://127.0.0.1:4840")
        self.security = QComboBox()
        for key, text in SECURITY:
            self.security.addItem(text, key)
        self.user = QLineEdit()
        self.user.setPlaceholderText("nobody (anonymous)")
        self.password = QLineEdit()
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.password.setPlaceholderText("from the system keyring, if it is kept there")
        self.keep = QCheckBox("Keep the password in the system keyring")
        self.warning = label("", wrap=True)
        form = self.form()
        fields = (
            ("Address", self.address),
            ("Security", self.security),
            ("User", self.user),
            ("Password", self.password),
            ("", self.keep),
        )
        for name, field in fields:
            form.addRow(name, field)
            field.setAccessibleName(name or field.text())  # type: ignore[union-attr]
        self.body.addWidget(self.warning)
        self.buttons("Connect", self._accept)
        self.security.currentIndexChanged.connect(self._warn)
        self.user.textChanged.connect(self._warn)
        self._warn()
        self.address.setFocus()

    @staticmethod
    def _now(frame: Frame) -> str:
        link = frame.connection
        words = [link.link.name.lower().replace("_", " "), link.url, security_text(link)]
        return "Now: " + " · ".join(filter(None, words)) + (f" ({link.why})" if link.why else "")

    def _warn(self) -> None:
        named = bool(self.user.text().strip())
        self.password.setEnabled(named)
        self.keep.setEnabled(named)
        words = ""
        if self.security.currentData() == "none":
            words = "Without security nobody can tell whether what you see is true. The window will say so."
            if named:
                words += " A password is not sent over such a connection."
        self.warning.setText(words)
        self.warning.setVisible(bool(words))

    def _accept(self) -> None:
        address, user = self.address.currentText().strip(), self.user.text().strip()
        if "://" not in address:
            self._say("An address looks like opc.tcp://plc:4840.")
            return
        password = self.password.text() if user else ""
        if user and password and self.keep.isChecked():
            from twinviewer.feeds.passwords import store_password

            try:
                store_password(address, user, password)
            except FeedError as error:
                self._say(f"{error.text}. {error.remedy}")
                self.keep.setChecked(False)
                return
        self.url = address
        self.options = FeedOptions(security=self.security.currentData(), user=user, password=password)
        self.accept()

    def _say(self, words: str) -> None:
        self.warning.setText(words)
        self.warning.show()
