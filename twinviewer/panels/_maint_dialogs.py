"""What is asked before a work order changes: who and why, what was found and done, what is to be done."""

from collections.abc import Sequence

from PySide6.QtCore import QDateTime, Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDateTimeEdit,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFormLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from twinviewer.maintenance.orders.model import KINDS, Feedback, Order, beside_text
from twinviewer.panels._kit.widgets import Segmented, label, row
from twinviewer.panels._text import NS

YES_NO = (("yes", "Yes", ""), ("no", "No", ""))


class Asking(QDialog):
    """A form that can be accepted once what is needed is there, signed with a name."""

    def __init__(self, title: str, about: str, word: str, user: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setMinimumWidth(420)
        self.by = QLineEdit(user)
        self.form = QFormLayout()
        self.form.setSpacing(8)
        box = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.cancel_button = box.button(QDialogButtonBox.StandardButton.Cancel)
        self.cancel_button.setIcon(QIcon())
        self.cancel_button.setAutoDefault(False)  # Enter must never throw away what was written
        self.accept_button: QPushButton = box.addButton(word, QDialogButtonBox.ButtonRole.AcceptRole)
        self.accept_button.setProperty("kind", "primary")
        self.accept_button.setDefault(True)
        box.accepted.connect(self.accept)
        box.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setSpacing(10)
        layout.addWidget(label(about, wrap=True))
        layout.addLayout(self.form)
        layout.addWidget(box)
        self._needed: list[QLineEdit] = []

    def ask(self, words: str, field: QWidget, needed: bool = False) -> None:
        """One more line of the form."""
        if words:
            field.setAccessibleName(words)
        self.form.addRow(words, field)
        if isinstance(field, QLineEdit):
            field.setMaxLength(300)
            if needed:
                self._needed.append(field)
                field.textChanged.connect(lambda _text: self.refresh())
        self.refresh()

    def refresh(self) -> None:
        """Whether it can be accepted."""
        self.accept_button.setEnabled(all(f.text().strip() for f in self._needed))
        self.accept_button.setDefault(True)

    @property
    def who(self) -> str:
        """Who signs."""
        return self.by.text().strip()


class ReasonDialog(Asking):
    """Who and why."""

    def __init__(self, title: str, about: str, word: str, user: str, usual: str = "", parent: QWidget | None = None):
        super().__init__(title, about, word, user, parent)
        self.reason = QLineEdit(usual)
        self.ask("Reason", self.reason, needed=True)
        self.ask("By", self.by, needed=True)
        self.reason.setFocus(Qt.FocusReason.OtherFocusReason)
        self.reason.selectAll()

    @property
    def why(self) -> str:
        """The reason."""
        return self.reason.text().strip()


class ScheduleDialog(ReasonDialog):
    """When, by which crew."""

    def __init__(self, order: Order, start_ns: int, crew: str, user: str, parent: QWidget | None = None) -> None:
        about = f"{order.number} · {order.asset_id} · {order.title}"
        super().__init__("Schedule work order", about, "Schedule", user, "As planned", parent)
        self._hours = order.duration_h
        self.start = QDateTimeEdit(QDateTime.fromSecsSinceEpoch(start_ns // NS))
        self.start.setDisplayFormat("ddd d MMM yyyy HH:mm")
        self.crew = QLineEdit(crew)
        self.ask("Start", self.start)
        self.ask("Crew", self.crew, needed=True)

    @property
    def start_ns(self) -> int:
        """When work begins (UTC ns)."""
        return self.start.dateTime().toSecsSinceEpoch() * NS

    @property
    def end_ns(self) -> int:
        """When it should be over (UTC ns)."""
        return self.start_ns + int(self._hours * 3600) * NS


class WholePlanDialog(ReasonDialog):
    """Who and why, for a whole plan; whether proposals of the planner become work orders on the way."""

    def __init__(self, jobs: int, proposals: int, waiting: int, user: str, parent: QWidget | None = None) -> None:
        about = "Work orders get the time and crew that the plan gives them"
        about += f": {jobs} that are known already." if jobs else "."
        if waiting:
            about += f" {waiting} of them waited for approval: this approves them."
        super().__init__("Schedule the whole plan", about, "Schedule", user, "As planned", parent)
        self.proposals = QCheckBox(f"Also what the planner proposes, as new work orders: {proposals}")
        self.proposals.setChecked(proposals > 0)
        if proposals:
            self.form.insertRow(0, self.proposals)
        else:
            self.proposals.setParent(self)
            self.proposals.hide()


class DoneDialog(Asking):
    """What was found and done, and whether the prediction was right."""

    def __init__(self, order: Order, user: str, parent: QWidget | None = None) -> None:
        about = f"{order.number} · {order.asset_id} · {order.title}"
        left = sum(not check.done for check in order.checks)
        if left:
            about += f"\n{left} of the {len(order.checks)} lines of its checklist are not ticked."
        super().__init__("Work is done", about, "Done", user, parent)
        self.found, self.work, self.parts = QLineEdit(), QLineEdit(), QLineEdit(order.part)
        self.parts.setPlaceholderText("One; another one")
        self.worked, self.waited = QDoubleSpinBox(), QDoubleSpinBox()
        for field, hours in ((self.worked, order.duration_h), (self.waited, 0.0)):
            field.setRange(0, 9999)
            field.setDecimals(1)
            field.setSingleStep(0.5)
            field.setValue(hours)
            field.setSuffix(" h")
        self.failed = Segmented(YES_NO, "Had it failed before")
        self.failed.choose("no")
        self.right = Segmented((*YES_NO, ("", "Cannot tell", "")), "Was the prediction right")
        self.right.choose("")
        self.ask("Found", self.found, needed=True)
        self.ask("Done", self.work, needed=True)
        self.ask("Parts used", self.parts)
        self.ask("Hands-on", self.worked)
        self.ask("Waiting", self.waited)
        self.ask("Had it failed before?", self.failed)
        if order.predicted_rul_days == order.predicted_rul_days:
            self.ask("Was the prediction right?", self.right)
        else:
            self.right.setParent(self)
            self.right.hide()
        self.ask("By", self.by, needed=True)
        self.found.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def feedback(self) -> Feedback:
        """What the crew reports."""
        parts = tuple(p.strip() for p in self.parts.text().split(";") if p.strip())  # names have commas in them
        right = {"yes": True, "no": False}.get(self.right.current)
        found, done = self.found.text().strip(), self.work.text().strip()
        return Feedback(found, done, parts, self.worked.value(), self.waited.value(), right)


class NewOrderDialog(Asking):
    """A work order by hand."""

    def __init__(
        self, asset_id: str, skills: Sequence[str], parts: Sequence[str], now_ns: int, user: str,
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__("New work order", f"For {asset_id}", "Create", user, parent)
        self._asset_id = asset_id
        self.title_field = QLineEdit()
        self.title_field.setPlaceholderText("What is to be done?")
        self.kind = QComboBox()
        self.kind.addItems([k.capitalize() for k in KINDS])
        self.hours, self.people = QSpinBox(), QSpinBox()
        self.hours.setRange(1, 72)
        self.hours.setSuffix(" h")
        self.people.setRange(1, 20)
        self.skill, self.part = QComboBox(), QComboBox()
        self.part.setEditable(True)  # a part that the store does not know may be named
        self.part.addItems(["", *parts])
        self.skill.addItem("Whoever is there", "")
        self.beside, self.helpers = QComboBox(), QSpinBox()
        self.beside.addItem("Nobody else", "")
        self.helpers.setRange(1, 20)
        self.helpers.setEnabled(False)
        self.helpers.setAccessibleName("People beside them")
        self.beside.currentIndexChanged.connect(lambda k: self.helpers.setEnabled(k > 0))
        for skill in skills:
            self.skill.addItem(skill.capitalize(), skill)
            self.beside.addItem(skill.capitalize(), skill)
        self.stops = QCheckBox("The asset must stand, and what stands with it")
        self.stops.setChecked(True)
        self.has_due = QCheckBox("Due by")
        self.due = QDateTimeEdit(QDateTime.fromSecsSinceEpoch((now_ns + 7 * 86_400 * NS) // NS))
        self.due.setDisplayFormat("ddd d MMM yyyy HH:mm")
        self.due.setEnabled(False)
        self.has_due.toggled.connect(self.due.setEnabled)
        self.reason = QPlainTextEdit()
        self.reason.setFixedHeight(60)
        self.reason.setTabChangesFocus(True)
        self.reason.setPlaceholderText("Why? What was seen or heard?")
        self.title_field.setFocus(Qt.FocusReason.OtherFocusReason)
        self.ask("Work", self.title_field, needed=True)
        self.ask("Kind", self.kind)
        self.ask("Duration", self.hours)
        self.ask("People", self.people)
        self.ask("Skill", self.skill)
        self.beside.setAccessibleName("Skill beside it")
        self.form.addRow("Together with", row(self.beside, self.helpers))
        self.ask("Part", self.part)
        self.ask("", self.stops)
        self.due.setAccessibleName("Due by")
        self.form.addRow(self.has_due, self.due)
        self.ask("Reason", self.reason)
        self.ask("By", self.by, needed=True)

    @property
    def why(self) -> str:
        """The reason; what is to be done where none is given."""
        return self.reason.toPlainText().strip() or self.title_field.text().strip()

    @property
    def due_ns(self) -> int:
        """When it must be done (UTC ns), 0 where it need not be."""
        return self.due.dateTime().toSecsSinceEpoch() * NS if self.has_due.isChecked() else 0

    def order(self, now_ns: int) -> Order:
        """The work order that was asked for; its number comes from the store."""
        from twinviewer.maintenance.orders.model import OrderState

        kind, beside = KINDS[self.kind.currentIndex()], str(self.beside.currentData())
        return Order(
            "", self._asset_id, self.title_field.text().strip(), kind, OrderState.PROPOSED, self.why, now_ns, now_ns,
            people=self.people.value(), duration_h=float(self.hours.value()), part=self.part.currentText().strip(),
            skill=str(self.skill.currentData()), stops=self.stops.isChecked(), due_ns=self.due_ns,
            also=beside_text([(beside, self.helpers.value())] if beside else ()),
        )  # fmt: skip
