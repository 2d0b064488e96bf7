"""Accepted proposals: what was expected of each, what the record shows, and what became of it."""

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from twinviewer.panels._kit.widgets import Card, button, label
from twinviewer.panels._whatif_bar import Asking
from twinviewer.panels._whatif_found import KPIS, Expectation, Filed, Three
from twinviewer.panels._whatif_words import number, signed
from twinviewer.panels._wrap import WrapLayout

_NS = 1_000_000_000
_BY_KEY = {k.key: k for k in KPIS}
_WAYS = {
    "in_force": ("Put into force…", "Since when the plant runs by it is kept; the record is compared from then on"),
    "withdrawn": ("Withdraw…", "It is not done any more, or will not be"),
    "rejected": ("Turn down…", "It will not be done"),
    "accepted": ("Accept again…", "It shall be done after all"),
}
_STATES = {"accepted": "accepted", "in_force": "in force", "withdrawn": "withdrawn", "rejected": "turned down"}


def _when(ns: int) -> str:
    return f"{datetime.fromtimestamp(ns / _NS):%d %b %Y %H:%M}"


def _figure(three: Three, scale: float, digits: int) -> str:
    mean, low, high = (x / scale for x in three)
    if low != low or high != high:
        return signed(mean, digits)
    wide = (high - low) / 2
    while digits < 4 and 0 < wide < 2 * 10.0**-digits:
        digits += 1
    return f"{signed(mean, digits)} ± {number(wide, digits)}"


def expectation_text(e: Expectation) -> str:
    """One indicator: expected, seen, and what that says."""
    k = _BY_KEY[e.key]
    unit = f" {k.unit}" if k.unit else ""
    text = f"{k.title}: expected {_figure(e.expected, k.scale, k.digits)}{unit}"
    if e.seen is not None:
        text += f", the record shows {_figure(e.seen, k.scale, k.digits)}{unit}: {e.verdict}"
    return text


class FiledCard(Card):
    """One proposal. `decided` comes with (number, state, reason); `compared` with its number; `opened` with it."""

    decided = Signal(str, str, str)
    compared = Signal(str)
    opened = Signal(object)

    def __init__(self, filed: Filed, has_record: bool) -> None:
        super().__init__()
        self.filed = filed
        state = _STATES.get(filed.state, filed.state)
        since = f" since {_when(filed.in_force_ns)}" if filed.in_force_ns and filed.state == "in_force" else ""
        self.title = label(f"{filed.number}  {filed.name}", "heading", wrap=True)
        self.who = label(f"{state}{since} · {filed.by}, {_when(filed.at_ns)}: {filed.reason}", "quiet", wrap=True)
        lines = [expectation_text(e) for e in filed.figures]
        self.figures = label("\n".join(lines) or "Nothing was expected to change significantly.", "", wrap=True)
        self.notes = label("\n".join(filed.notes), "quiet", wrap=True)
        self.notes.setVisible(bool(filed.notes))
        self.asking = Asking()
        buttons = QWidget()
        bar = WrapLayout(buttons)
        bar.setContentsMargins(0, 0, 0, 0)
        self.buttons = {"open": button("Show", "", lambda: self.opened.emit(self.filed))}
        self.buttons["open"].setToolTip("Put its levers into the panel")
        if filed.state == "in_force" and has_record:
            self.buttons["compare"] = button("Compare with the record", "", lambda: self.compared.emit(filed.number))
        for way in filed.ways:
            text, tip = _WAYS[way]
            self.buttons[way] = button(text, "", lambda w=way: self._ask(w))
            self.buttons[way].setToolTip(tip)
        for item in self.buttons.values():
            bar.addWidget(item)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 8, 10, 8)
        layout.setSpacing(5)
        for item in (self.title, self.who, self.figures, self.notes, buttons, self.asking):
            layout.addWidget(item)

    def _ask(self, way: str) -> None:
        yes = _WAYS[way][0].rstrip("…")
        self.asking.ask_name("", lambda why: self.decided.emit(self.filed.number, way, why), "Reason", yes)


class Proposals(QWidget):
    """The register's list, newest first."""

    decided = Signal(str, str, str)
    compared = Signal(str)
    opened = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.cards: list[FiledCard] = []
        self.title = label("Proposals", "heading")
        self.hint = label("", "quiet", wrap=True)
        self._list = QVBoxLayout()
        self._list.setSpacing(6)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 6, 4)
        layout.addWidget(self.title)
        layout.addWidget(self.hint)
        layout.addLayout(self._list)
        layout.addStretch(1)
        self.put((), False)

    def put(self, filed: Sequence[Filed], has_record: bool) -> None:
        """Show them."""
        for card in self.cards:
            self._list.removeWidget(card)
            card.deleteLater()
        self.cards = [FiledCard(f, has_record) for f in filed]
        for card in self.cards:
            card.decided.connect(self.decided)
            card.compared.connect(self.compared)
            card.opened.connect(self.opened)
            self._list.addWidget(card)
        waits = any(f.state == "in_force" for f in filed) and not has_record
        self.hint.setText(
            "None yet. Accept a suggestion, or any scenario, and it is kept here with its expected effect; when the "
            "plant runs by it, the record is compared with that."
            if not filed
            else "A recording is needed to compare with what happened."
            if waits
            else ""
        )
        self.hint.setVisible(bool(self.hint.text()))

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(340, super().sizeHint().height())
