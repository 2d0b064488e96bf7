"""Which server, how to secure the connection, and who signs on."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote, urlsplit

from PySide6.QtWidgets import QCheckBox, QComboBox, QFileDialog, QFormLayout, QLineEdit, QWidget

from twinviewer.feeds.options import FeedOptions
from twinviewer.gui.dialogs.base import BaseDialog, quiet
from twinviewer.gui.link_texts import security_text
from twinviewer.model.errors import FeedError
from twinviewer.model.frame import Frame
from twinviewer.panels._kit.widgets import button, label, row

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
_WHO = (("", "Nobody (anonymous)"), ("user", "User and password"), ("certificate", "Certificate of a person"))


def _parts(url: str) -> tuple[str, str]:
    """(address, user) of an address that may name both."""
    parts = urlsplit(url)
    place = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
    return place, unquote(parts.username or "")


class ConnectDialog(BaseDialog):
    """After `exec()`, `url` and `options` hold what was chosen; `now` are the options that it begins with.

    A password goes to the system keyring on request.
    """

    def __init__(
        self, frame: Frame | None, known: Sequence[str], parent: QWidget | None, now: FeedOptions | None = None
    ) -> None:
        super().__init__("Connect", parent, 560)
        self.url = ""
        self.options = now or FeedOptions()
        if frame is not None and frame.source == "live":
            self.body.addWidget(quiet(self._now(frame)))
        self.address = QComboBox()
        self.address.setEditable(True)
        self.address.addItems(list(dict.fromkeys(known)))
        place, user = _parts(frame.connection.url if frame is not None else "")
        if place:
            self.address.setCurrentText(place)
        elif not known:
            self.address.setCurrentText("opc.tcp://127.0.0.1:4840")
        self.security, self.who = QComboBox(), QComboBox()
        for box, choices in ((self.security, SECURITY), (self.who, _WHO)):
            for key, text in choices:
                box.addItem(text, key)
        self.user, self.password = QLineEdit(self.options.user or user), QLineEdit(self.options.password)
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.keep = QCheckBox("Keep the password in the system keyring")
        self.plain = QCheckBox("Send the password all the same")
        self.plain.setChecked(self.options.plain_password)
        self.certificate, self.key = QLineEdit(self.options.user_certificate), QLineEdit(self.options.user_key)
        self.warning = label("", wrap=True)
        self._lay_out()
        self.security.setCurrentIndex(max(0, self.security.findData(self.options.security)))
        signs = "certificate" if self.options.user_certificate else "user" if self.user.text() else ""
        self.who.setCurrentIndex(self.who.findData(signs))
        self.security.currentIndexChanged.connect(self._show)
        self.who.currentIndexChanged.connect(self._show)
        self._show()
        self.address.setFocus()

    def _lay_out(self) -> None:
        self._form: QFormLayout = self.form()
        fields = (
            ("Address", self.address, self.address),
            ("Security", self.security, self.security),
            ("Sign on as", self.who, self.who),
            ("User", self.user, self.user),
            ("Certificate", self.certificate, self._file(self.certificate, "Certificate (*.der *.crt *.cer *.pem)")),
            ("Private key", self.key, self._file(self.key, "Private key (*.pem *.key)")),
            ("Password", self.password, self.password),
            ("", self.keep, self.keep),
            ("", self.plain, self.plain),
        )
        for name, field, shown in fields:
            self._form.addRow(name, shown)
            field.setAccessibleName(name or field.text())  # type: ignore[union-attr]
        self._files = [shown for _, field, shown in fields if field in (self.certificate, self.key)]
        self.body.addWidget(self.warning)
        self.buttons("Connect", self._accept)

    def _file(self, field: QLineEdit, kinds: str) -> QWidget:
        def choose() -> None:
            path, _ = QFileDialog.getOpenFileName(self, "Choose a file", field.text() or str(Path.home()), kinds)
            if path:
                field.setText(path)

        return row(field, button("Browse…", "", choose), spacing=6)

    @staticmethod
    def _now(frame: Frame) -> str:
        link = frame.connection
        words = [link.link.name.lower().replace("_", " "), link.url, security_text(link)]
        return "Now: " + " · ".join(filter(None, words)) + (f" ({link.why})" if link.why else "")

    def _show(self) -> None:
        who, bare = self.who.currentData(), self.security.currentData() == "none"
        for field in (self.user, self.keep):
            self._form.setRowVisible(field, who == "user")
        for field in self._files:
            self._form.setRowVisible(field, who == "certificate")
        self._form.setRowVisible(self.password, bool(who))
        self._form.setRowVisible(self.plain, who == "user" and bare)
        kept = "from the system keyring, if it is kept there"
        self.password.setPlaceholderText(kept if who == "user" else "of the private key, if it has one")
        words = ""
        if bare:
            words = "Without security nobody can tell whether what you see is true. The window will say so."
            if who == "user":
                words += " Anybody on the way could read the password: it is sent only if you allow it."
        self._say(words)

    def _accept(self) -> None:
        address, user = self.address.currentText().strip(), self.user.text().strip()
        who, password = self.who.currentData(), self.password.text()
        if "://" not in address:
            self._say("An address looks like opc.tcp://plc:4840.")
        elif who == "user" and not user:
            self._say("Enter the name of the user.")
        elif who == "certificate" and not (self.certificate.text().strip() and self.key.text().strip()):
            self._say("Choose the file of the certificate and that of its private key.")
        elif not (who == "user" and password and self.keep.isChecked()) or self._kept(address, user, password):
            self.url = address
            self.options = replace(
                self.options,
                security=self.security.currentData(),
                user=user if who == "user" else "",
                password=password if who else "",
                user_certificate=self.certificate.text().strip() if who == "certificate" else "",
                user_key=self.key.text().strip() if who == "certificate" else "",
                plain_password=who == "user" and self.security.currentData() == "none" and self.plain.isChecked(),
            )
            self.accept()

    def _kept(self, address: str, user: str, password: str) -> bool:
        """Whether the keyring took the password; where it did not, that is said."""
        from twinviewer.feeds.passwords import store_password

        try:
            store_password(address, user, password)
        except FeedError as error:
            self._say(f"{error.text[0].upper()}{error.text[1:]}. {error.remedy}")
            self.keep.setChecked(False)
            return False
        return True

    def _say(self, words: str) -> None:
        self.warning.setText(words)
        self.warning.setVisible(bool(words))
        self.layout().activate()  # type: ignore[union-attr]
        self.adjustSize()  # else what is more to show is taken from the height of the fields
