"""The dialogs: what a person decides there is what is done."""

import csv
import io

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from twinviewer.feeds.options import FeedOptions
from twinviewer.gui.dialogs.bind import BindDialog
from twinviewer.gui.dialogs.connect import ConnectDialog
from twinviewer.gui.dialogs.findings import FindingsDialog
from twinviewer.gui.dialogs.preferences import PreferencesDialog
from twinviewer.gui.dialogs.trust import TrustDialog
from twinviewer.gui.scene_work import Bindings
from twinviewer.model.asset import NodeAddress
from twinviewer.model.notice import Notice
from twinviewer.scene.binding import Proposal
from twinviewer.settings import Settings


def shown(qtbot: QtBot, dialog: QWidget) -> None:
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitExposed(dialog)


def proposal(asset: str, key: str, confidence: float, **flags: bool) -> Proposal:
    address = NodeAddress("urn:plant", f"s={asset}.{key}")
    return Proposal(asset, key, address, key.lower(), "kW", confidence, "by name", **flags)


FOUND = Bindings(
    (
        proposal("M-1", "Power", 0.95),
        proposal("M-1", "State", 0.6),
        proposal("M-2", "Power", 1.0, kept=True),
        proposal("M-2", "State", 0.5, bound=True, kept=True),
    ),
    {"p": "urn:plant"},
    120,
)


def accepted(text: str) -> dict[str, str]:
    return {f"{r['asset']}.{r['tag']}": r["accept"] for r in csv.DictReader(io.StringIO(text))}


def test_binding_accepts_what_is_sure_and_what_was_bound_and_a_person_changes_it(qtbot: QtBot) -> None:
    dialog = BindDialog(FOUND, None)
    shown(qtbot, dialog)
    assert dialog.table.rowCount() == 3
    assert [dialog._open[i].key for i in dialog.accepted_rows()] == ["Power", "State"]
    dialog._box(1).setCheckState(Qt.CheckState.Checked)
    dialog._box(2).setCheckState(Qt.CheckState.Unchecked)
    qtbot.mouseClick(dialog.accept_button, Qt.MouseButton.LeftButton)
    assert accepted(dialog.text) == {
        "M-1.Power": "yes",
        "M-1.State": "yes",
        "M-2.Power": "as written",
        "M-2.State": "no",
    }


def test_binding_can_be_filtered(qtbot: QtBot) -> None:
    dialog = BindDialog(FOUND, None)
    shown(qtbot, dialog)
    qtbot.keyClicks(dialog.filter, "m-2")
    assert [dialog.table.isRowHidden(i) for i in range(3)] == [True, True, False]


def test_binding_accepts_what_the_filter_leaves_and_a_refused_line_only_when_asked(qtbot: QtBot) -> None:
    refused = Bindings((*FOUND.proposals, proposal("M-3", "Power", 0.95, refused=True)), {"p": "urn:plant"}, 120)
    dialog = BindDialog(refused, None)
    shown(qtbot, dialog)
    assert [dialog._open[i].asset_id for i in dialog.accepted_rows()] == ["M-1", "M-2"]
    qtbot.keyClicks(dialog.filter, "m-1")
    (press,) = [b for b in dialog.findChildren(QPushButton) if b.text() == "Accept shown"]
    qtbot.mouseClick(press, Qt.MouseButton.LeftButton)
    assert [dialog._open[i].asset_id for i in dialog.accepted_rows()] == ["M-1", "M-1", "M-2"]


def test_binding_says_so_where_nothing_is_called_alike(qtbot: QtBot) -> None:
    dialog = BindDialog(Bindings((), {}, 12), None)
    shown(qtbot, dialog)
    assert any("none is called like" in text.text() for text in dialog.findChildren(QLabel))


def test_where_nothing_is_left_to_decide_nothing_is_offered_or_written(qtbot: QtBot) -> None:
    dialog = BindDialog(Bindings((proposal("M-2", "Power", 1.0, kept=True),), {"p": "urn:plant"}, 1), None)
    shown(qtbot, dialog)
    assert not dialog.table.isVisible()
    assert not dialog.filter.isVisible()
    qtbot.mouseClick(dialog.accept_button, Qt.MouseButton.LeftButton)
    assert dialog.result() == dialog.DialogCode.Rejected


def test_connecting_takes_no_address_without_a_scheme_and_sends_no_password_in_the_clear(qtbot: QtBot) -> None:
    dialog = ConnectDialog(None, [], None)
    shown(qtbot, dialog)
    dialog.address.setCurrentText("plc-hall2")
    qtbot.mouseClick(dialog.accept_button, Qt.MouseButton.LeftButton)
    assert dialog.url == ""
    assert "opc.tcp://" in dialog.warning.text()
    dialog.address.setCurrentText("opc.tcp://plc-hall2:4840")
    dialog.security.setCurrentIndex(dialog.security.findData("none"))
    dialog.who.setCurrentIndex(dialog.who.findData("user"))
    assert "sent only if you allow it" in dialog.warning.text()
    qtbot.mouseClick(dialog.accept_button, Qt.MouseButton.LeftButton)
    assert "name of the user" in dialog.warning.text()
    qtbot.keyClicks(dialog.user, "anna")
    qtbot.keyClicks(dialog.password, "secret")
    qtbot.mouseClick(dialog.accept_button, Qt.MouseButton.LeftButton)
    assert dialog.url == "opc.tcp://plc-hall2:4840"
    assert (dialog.options.security, dialog.options.user, dialog.options.password) == ("none", "anna", "secret")
    assert not dialog.options.plain_password
    assert "secret" not in repr(dialog.options)


def test_a_person_signs_on_with_a_certificate_and_the_dialog_begins_with_what_was_chosen_last(qtbot: QtBot) -> None:
    now = FeedOptions("Basic256Sha256,Sign", user="anna", password="secret", allow_write=True)
    dialog = ConnectDialog(None, [], None, now)
    shown(qtbot, dialog)
    assert (dialog.security.currentData(), dialog.user.text()) == ("Basic256Sha256,Sign", "anna")
    assert not dialog.certificate.isVisible()
    dialog.who.setCurrentIndex(dialog.who.findData("certificate"))
    assert dialog.certificate.isVisible()
    assert not dialog.user.isVisible()
    qtbot.keyClicks(dialog.certificate, "/home/anna/anna.der")
    qtbot.mouseClick(dialog.accept_button, Qt.MouseButton.LeftButton)
    assert "private key" in dialog.warning.text()
    qtbot.keyClicks(dialog.key, "/home/anna/anna.pem")
    dialog.password.clear()
    qtbot.mouseClick(dialog.accept_button, Qt.MouseButton.LeftButton)
    files = {"user_certificate": "/home/anna/anna.der", "user_key": "/home/anna/anna.pem"}
    assert dialog.options == FeedOptions("Basic256Sha256,Sign", allow_write=True, **files)


def test_a_certificate_is_trusted_only_after_its_fingerprint_was_compared(qtbot: QtBot) -> None:
    dialog = TrustDialog([("AA:BB:CC:DD", "CN=old"), ("11:22:33:44", "CN=plc")], None)
    shown(qtbot, dialog)
    assert not dialog.accept_button.isEnabled()
    dialog._checked.click()
    assert dialog.accept_button.isEnabled()
    dialog._choice.setCurrentIndex(1)
    assert not dialog.accept_button.isEnabled()
    dialog._checked.click()
    qtbot.mouseClick(dialog.accept_button, Qt.MouseButton.LeftButton)
    assert dialog.fingerprint == "AA:BB:CC:DD"


def test_the_certificate_that_the_connection_waits_for_is_shown_first_with_what_is_known_of_it(qtbot: QtBot) -> None:
    facts = {"AA:BB:CC:DD": "Another one was trusted for it before."}
    waiting = [("AA:BB:CC:DD", "CN=plc"), ("11:22:33:44", "CN=other")]
    dialog = TrustDialog(waiting, None, "not known here. Compare SHA-256 AA:BB:CC:DD.", lambda f: facts.get(f, ""))
    shown(qtbot, dialog)
    assert dialog._choice.currentText() == "CN=plc"
    assert dialog._facts.text() == "Another one was trusted for it before."
    dialog._choice.setCurrentIndex(0)
    assert not dialog._facts.isVisible()


def test_findings_are_counted_and_can_be_copied(qtbot: QtBot) -> None:
    findings = [Notice("error", "no such file", "Give one.", "scene.toml:3"), Notice("warning", "no limits")]
    dialog = FindingsDialog("Check", findings, None)
    shown(qtbot, dialog)
    assert dialog.table.rowCount() == 2
    dialog.copy()
    assert QGuiApplication.clipboard().text().splitlines()[0] == "Error\tscene.toml:3\tno such file\tGive one."


def test_where_nothing_was_found_there_is_no_table(qtbot: QtBot) -> None:
    dialog = FindingsDialog("Check", [], None)
    shown(qtbot, dialog)
    assert not dialog.table.isVisible()
    assert dialog.height() < 200


def test_every_choice_takes_effect_at_once(qtbot: QtBot) -> None:
    changed: dict[str, object] = {}
    dialog = PreferencesDialog(Settings(), changed.update, None)
    shown(qtbot, dialog)
    dialog.theme.setCurrentIndex(dialog.theme.findData("light"))
    dialog.refined.click()
    dialog.rate.setCurrentIndex(dialog.rate.findData(30))
    dialog.user.setText("Anna")
    dialog.user.editingFinished.emit()
    dialog.scheduler.setText(" tcp://host:8786 ")
    dialog.scheduler.editingFinished.emit()
    chosen = {"theme": "light", "refined": False, "rate_hz": 30, "user": "Anna", "scheduler": "tcp://host:8786"}
    assert changed == chosen
