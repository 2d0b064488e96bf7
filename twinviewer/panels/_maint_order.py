"""One work order in full: what it is, its checklist, what can be done with it, whether it helped, and its record."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QPushButton, QVBoxLayout, QWidget

from twinviewer.maintenance.orders.model import OPEN, Order, OrderState
from twinviewer.panels._kit.widgets import button, label
from twinviewer.panels._maint_bar import day
from twinviewer.panels._maint_book import TITLES
from twinviewer.panels._maint_risk import between, days
from twinviewer.panels._wrap import WrapLayout

# What a person may do, with the word on its button; in the order of a work order's life.
STEPS: tuple[tuple[OrderState, str, tuple[OrderState, ...]], ...] = (
    (OrderState.APPROVED, "Approve…", (OrderState.PROPOSED,)),
    (OrderState.SCHEDULED, "Schedule…", (OrderState.APPROVED,)),
    (OrderState.IN_PROGRESS, "Start…", (OrderState.APPROVED, OrderState.SCHEDULED, OrderState.ON_HOLD)),
    (OrderState.ON_HOLD, "Hold…", (OrderState.IN_PROGRESS,)),
    (OrderState.DONE, "Done…", (OrderState.IN_PROGRESS,)),
    (OrderState.CANCELLED, "Cancel…", tuple(OPEN)),
)
_DAY_NS = 86_400_000_000_000


def skills_of(order: Order) -> str:
    """ "mechanic", or "2 × mechanic, electrician" where several crews are needed; "" where no skill is named."""
    first = f"{order.people} × {order.skill}" if order.skill and order.also and order.people > 1 else order.skill
    return ", ".join(filter(None, (first, order.also)))


def facts(order: Order) -> list[str]:
    """What there is to know about a work order, a line each."""
    many = order.everybody
    size = f"{order.duration_h:g} h, {many} people" if many > 1 else f"{order.duration_h:g} h, 1 person"
    who = " · ".join(filter(None, (order.crew, skills_of(order))))
    lines = [f"{TITLES[order.state]} · {order.kind} · {size}{f' · {who}' if who else ''}"]
    if order.start_ns:
        lines.append(f"Planned {day(order.start_ns)} to {day(order.end_ns)}")
    if order.begun_ns:
        ended = f", ended {day(order.ended_ns)}" if order.ended_ns else ""
        lines.append(f"Begun {day(order.begun_ns)}{ended}")
    if order.due_ns:
        lines.append(f"Due {day(order.due_ns)}")
    if order.part:
        lines.append(f"Part: {order.part}")
    if order.tools:
        lines.append(f"Tools: {order.tools}")
    if order.lock_out:
        takes = f" ({order.lock_out_h:g} h of the time)" if order.lock_out_h else ""
        lines.append(f"Lock-out: {order.lock_out}{takes}")
    if not order.stops:
        lines.append("The asset runs on meanwhile")
    if order.reason:
        lines.append(f"Why: {order.reason}")
    return [*lines, *_prediction(order), *_feedback(order)]


def _prediction(order: Order) -> list[str]:
    if order.predicted_rul_days != order.predicted_rul_days:
        return []
    span = between(order.predicted_low_days, order.predicted_high_days)
    text = f"Predicted when it was proposed: {days(order.predicted_rul_days)} left ({span})"
    if not order.begun_ns:
        return [text]
    after = days((order.begun_ns - order.created_ns) / _DAY_NS)
    failed = {True: ", it had failed by then", False: ", it had not failed", None: ""}[order.failed]
    return [f"{text}; work began after {after}{failed}"]


def _feedback(order: Order) -> list[str]:
    told = order.feedback
    if told is None:
        return []
    lines = [f"Found: {told.found}", f"Done: {told.done}"]
    if told.parts_used:
        lines.append(f"Parts used: {'; '.join(told.parts_used)}")
    lines.append(f"Hands-on {told.worked_h:g} h, waiting {told.waited_h:g} h")
    if told.prediction_right is not None:
        lines.append(f"The crew says that the prediction was {'right' if told.prediction_right else 'wrong'}")
    return lines


class OrderDetail(QWidget):
    """Sends `wanted(number, state)`, `checked(number, line, on)` and `printed(number)`."""

    wanted = Signal(str, str)
    checked = Signal(str, int, bool)
    printed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.order: Order | None = None
        self.title = label("", "heading", wrap=True)
        self.facts = label("", "", wrap=True)
        self.helped = label("", "", wrap=True)
        self.list_head = label("Checklist", "heading")
        self.checks: list[QCheckBox] = []
        self._checks = QWidget()
        self._check_layout = QVBoxLayout(self._checks)
        self._check_layout.setContentsMargins(0, 0, 0, 0)
        self._check_layout.setSpacing(4)
        self.record_head = label("Who, when and why", "heading")
        self.record = label("", "quiet", wrap=True)
        self.steps: dict[OrderState, QPushButton] = {}
        self.bar = QWidget()
        wrap = WrapLayout(self.bar)
        wrap.setContentsMargins(0, 0, 0, 0)
        for state, word, _from in STEPS:
            item = button(word, "", lambda s=state: self._want(s))
            item.setAccessibleName(f"{word.rstrip('…')} the chosen work order")
            wrap.addWidget(item)
            self.steps[state] = item
        self.print = button("Job card (PDF)…", "", self._print)
        wrap.addWidget(self.print)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        parts = (self.title, self.facts, self.helped, self.bar, self.list_head, self._checks)
        for part in (*parts, self.record_head, self.record):
            layout.addWidget(part)
        self.show_order(None)

    def _want(self, state: OrderState) -> None:
        if self.order is not None:
            self.wanted.emit(self.order.number, state.value)

    def _print(self) -> None:
        if self.order is not None:
            self.printed.emit(self.order.number)

    def show_order(self, order: Order | None) -> None:
        """Show one; None for none. Only what can be done with it has a button."""
        other = order is None or self.order is None or order.number != self.order.number
        self.order = order
        self.setVisible(order is not None)
        if other:
            self.show_record(())
            self.show_help("")
        if order is None:
            return
        self.title.setText(f"{order.number} · {order.asset_id} · {order.title}")
        self.facts.setText("\n".join(facts(order)))
        for state, _word, origins in STEPS:
            self.steps[state].setVisible(order.state in origins)
        self._show_checks(order)

    def _show_checks(self, order: Order) -> None:
        for k in range(len(self.checks), len(order.checks)):
            item = QCheckBox()
            item.clicked.connect(lambda on, line=k: self._check(line, on))
            self._check_layout.addWidget(item)
            self.checks.append(item)
        for k, item in enumerate(self.checks):
            item.setVisible(k < len(order.checks))
            if k < len(order.checks):
                check = order.checks[k]
                signed = f"  ({check.by}, {day(check.at_ns)})" if check.done and check.by else ""
                item.setText(f"{check.text}{signed}")
                item.setChecked(check.done)
                item.setEnabled(order.state in OPEN)
        self.list_head.setVisible(bool(order.checks))
        self._checks.setVisible(bool(order.checks))

    def _check(self, line: int, on: bool) -> None:
        if self.order is not None:
            self.checked.emit(self.order.number, line, on)

    def show_record(self, lines: Sequence[str]) -> None:
        """Who changed what and why."""
        self.record.setText("\n".join(lines))
        for part in (self.record_head, self.record):
            part.setVisible(bool(lines))

    def show_help(self, text: str) -> None:
        """Whether the work helped, as far as that can be told."""
        self.helped.setText(text)
        self.helped.setVisible(bool(text))
