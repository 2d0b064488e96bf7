"""What a person does with alarms of the list: acknowledge, here or on the server, shelve, bring back, save."""

from collections.abc import Container, Sequence
from pathlib import Path

from PySide6.QtWidgets import QDialog, QFileDialog, QWidget

from twinviewer.model.alarm import SERVER, Alarm, AlarmState, parts_of
from twinviewer.model.errors import TwinError
from twinviewer.model.notice import Notice
from twinviewer.panels import _alarm_rows as rows
from twinviewer.panels._alarm_dialogs import AcknowledgeDialog, ShelveDialog
from twinviewer.panels._alarm_table import AlarmTable
from twinviewer.session import Session


class AlarmActs:
    """Acts on the alarms of one table; every act becomes a command to the session's source."""

    def __init__(self, session: Session, table: AlarmTable, parent: QWidget) -> None:
        self._session = session
        self.table = table
        self._parent = parent

    def fly(self, key: str) -> None:
        alarm = next((a for a in self.table.alarms.shown if a.key == key), None)
        if alarm is not None:
            self._session.fly_to(alarm.asset_id)

    def act(self, key: str) -> None:
        alarm = next((a for a in self.table.alarms.shown if a.key == key), None)
        if alarm is None:
            return
        match self.table.alarms.action(alarm):
            case rows.ACKNOWLEDGE:
                self._acknowledge(self.waiting([alarm]))
            case rows.SHELVE:
                self._shelve(parts_of(alarm))
            case rows.UNSHELVE:
                self._send("unshelve", parts_of(alarm))

    def on_key(self, key: str) -> None:
        {
            "A": self.acknowledge_selected,
            "Shift+A": lambda: self._ask_and_acknowledge(self.waiting(self.table.selected())),
            "S": self.shelve_selected,
            "U": self.unshelve_selected,
        }[key]()

    @property
    def held(self) -> str:
        """Why nothing can be done about these alarms, "" where something can."""
        return rows.held_reason(self._session.source.name)

    def waiting(self, alarms: Sequence[Alarm]) -> list[Alarm]:
        """What waits to be acknowledged behind these lines."""
        return self._in(rows.WAITING, alarms)

    def shelvable(self) -> list[Alarm]:
        """What may be shelved behind the selected lines."""
        return self._in((AlarmState.UNACKNOWLEDGED, AlarmState.ACKNOWLEDGED), self.table.selected())

    def shelved(self) -> list[Alarm]:
        """What is shelved behind the selected lines."""
        return self._in((AlarmState.SHELVED,), self.table.selected())

    def _in(self, states: Container[AlarmState], lines: Sequence[Alarm]) -> list[Alarm]:
        return [part for line in lines for part in parts_of(line) if part.state in states and not self.held]

    def acknowledge_selected(self) -> None:
        """Acknowledge what is selected and waits."""
        self._acknowledge(self.waiting(self.table.selected()))

    def acknowledge_shown(self) -> None:
        """Acknowledge all that the filter shows and that waits, after asking."""
        self._ask_and_acknowledge(self.waiting(self.table.alarms.shown))

    def shelve_selected(self) -> None:
        """Ask for time and reason, and shelve what is selected."""
        self._shelve(self.shelvable())

    def unshelve_selected(self) -> None:
        """Bring back what is selected and shelved."""
        self._send("unshelve", self.shelved())

    def _acknowledge(self, alarms: Sequence[Alarm], comment: str = "") -> None:
        """Ours at once; those of the server only when somebody was named who approves it."""
        self._send("acknowledge", [a for a in alarms if a.source != SERVER], **({"reason": comment} if comment else {}))
        self._ask_and_acknowledge([a for a in alarms if a.source == SERVER], comment)

    def _ask_and_acknowledge(self, alarms: Sequence[Alarm], comment: str = "") -> None:
        if any(a.source == SERVER for a in alarms) and not getattr(self._session.source, "may_write", False):
            text = "Alarms of the server are acknowledged on the server: this window may not write to the plant."
            remedy = "Open it with --allow-write, or shelve them here."
            self._session.notice.emit(Notice("warning", text, remedy, key="read-only"))
            alarms = [a for a in alarms if a.source != SERVER]
        if not alarms:
            return
        dialog = AcknowledgeDialog(alarms, self._parent)
        dialog.comment.setText(comment)
        if dialog.exec() == QDialog.DialogCode.Accepted:
            said = {"reason": dialog.comment_text} if dialog.comment_text else {}
            self._send("acknowledge", [a for a in alarms if a.source != SERVER], **said)
            on_server = [a for a in alarms if a.source == SERVER]
            self._send("acknowledge", on_server, approved_by=dialog.approver_text, **said)
        dialog.deleteLater()

    def _shelve(self, alarms: Sequence[Alarm]) -> None:
        if not alarms:
            return
        dialog = ShelveDialog(alarms, self.table.alarms.now_ns, self._parent)
        if dialog.exec() == QDialog.DialogCode.Accepted and dialog.reason_text:
            self._send("shelve", alarms, reason=dialog.reason_text, until_ns=dialog.until_ns)
        dialog.deleteLater()

    def _send(self, command: str, alarms: Sequence[Alarm], **more: object) -> None:
        try:
            for alarm in alarms:
                self._session.source.command(command, key=alarm.key, by=self._session.user, **more)
        except TwinError as error:
            self._session.notice.emit(Notice("error", error.text, error.remedy, error.where))

    def export(self) -> None:
        """Ask for a file and write the shown alarms into it."""
        path, _kind = QFileDialog.getSaveFileName(self._parent, "Save alarms", "alarms.csv", "CSV (*.csv)")
        if path:
            self.export_to(Path(path))

    def export_to(self, path: Path) -> None:
        """Write the shown alarms as CSV; a failure becomes a notice."""
        try:
            path.write_text(rows.as_csv(self.table.alarms.shown), encoding="utf-8-sig", newline="")
        except OSError as error:
            text = f"the alarm list could not be written: {error.strerror or error}"
            self._session.notice.emit(Notice("error", text, "Choose another place.", str(path)))
            return
        self._session.notice.emit(Notice("info", f"{len(self.table.alarms.shown)} alarms written", "", str(path)))
