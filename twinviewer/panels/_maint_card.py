"""The page of the evidence card: what moved, since when, the likely cause, how long it lasts and what waiting costs."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from twinviewer.maintenance.results import Card
from twinviewer.panels._kit.widgets import button, label, row
from twinviewer.panels._text import local


def lines_of(card: Card) -> list[tuple[str, list[str]]]:
    """The card as headed lists of sentences; lists with nothing in them are left out."""
    parts = [
        ("What moved", [_moved(m) for m in card.moved]),
        ("Likely cause", _causes(card)),
        ("Risk of failure", [_risk(r.days, r.probability, r.low, r.high) for r in card.risks]),
        ("What waiting costs", _choices(card)),
        ("Predictions before", _back_tests(card)),
        ("Data", [*card.readiness.problems] or [f"{card.readiness.days:.1f} days of history, good enough."]),
        ("Notes", [*card.notes]),
    ]
    return [(head, lines) for head, lines in parts if lines]


def _moved(moved: object) -> str:
    m = moved
    since = local(m.since_ns)  # type: ignore[attr-defined]
    return (
        f"{m.label}: {m.now:.3g} {m.unit}, usually {m.baseline:.3g} {m.unit} {m.regime}; "  # type: ignore[attr-defined]
        f"{m.deviations:.1f} deviations, since {since.day} {since.strftime('%b %H:%M')}"  # type: ignore[attr-defined]
    )


def _causes(card: Card) -> list[str]:
    found = []
    for cause in card.causes[:3]:
        found.append(f"{cause.label}, {cause.component} ({100 * cause.weight:.0f} %)")
        found += [f"   for: {text}" for text in cause.speaks_for]
        found += [f"   against: {text}" for text in cause.speaks_against]
    if card.causes:
        found += [f"Do: {card.causes[0].action}", f"If nothing is done: {card.causes[0].unattended}"]
    return found


def _risk(days: float, probability: float, low: float, high: float) -> str:
    return f"within {days:.0f} days: {100 * probability:.0f} % ({100 * low:.0f} to {100 * high:.0f} %)"


def _choices(card: Card) -> list[str]:
    found = [f"{c.label}: {c.cost_eur:,.0f} EUR, {100 * c.probability:.0f} % failure before" for c in card.choices]
    if card.wait_a_week_eur == card.wait_a_week_eur:
        found.append(f"One more week of waiting is expected to cost {card.wait_a_week_eur:,.0f} EUR.")
    return found


def _back_tests(card: Card) -> list[str]:
    found = []
    for test in card.back_tests[-6:]:
        when = local(test.made_ns)
        so = f"{test.happened_days:.1f} d" if test.happened_days == test.happened_days else "not over yet"
        said = f"{test.rul_days:.1f} d ({test.low_days:.1f} to {test.high_days:.1f})"
        found.append(f"{when.day} {when.strftime('%b')}: {said}; happened: {so}")
    return found


class CardPage(QWidget):
    """Sends `asked` when the card is to be made, `answered(what)` with "accepted", "deferred" or "rejected"."""

    asked = Signal()
    answered = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.card: Card | None = None
        self.title = label("", "title")
        self.hint = label("", "quiet", wrap=True)
        self.ask = button("Work out the evidence", "primary", self.asked.emit)
        self.headline = label("", "heading", wrap=True)
        self.remaining = label("", "", wrap=True)
        self.accept = button("Accept…", "primary", lambda: self.answered.emit("accepted"))
        self.defer = button("Defer…", "", lambda: self.answered.emit("deferred"))
        self.reject = button("Reject…", "", lambda: self.answered.emit("rejected"))
        self.answers = row(self.accept, self.defer, self.reject, None)
        self._sections: list[QWidget] = []
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(8)
        for part in (self.title, self.hint, row(self.ask, None), self.headline, self.remaining, self.answers):
            self._layout.addWidget(part)
        self._layout.addStretch(1)
        self.show_nothing("", "")

    def show_nothing(self, asset_id: str, hint: str, can_ask: bool = False) -> None:
        """No card, and why or what would bring one."""
        self._clear()
        self.card = None
        self.title.setText(asset_id)
        self.title.setVisible(bool(asset_id))
        self.hint.setText(hint)
        self.hint.setVisible(bool(hint))
        self.ask.setVisible(can_ask)
        for part in (self.headline, self.remaining, self.answers):
            part.hide()

    def show_card(self, card: Card) -> None:
        """Show a card."""
        self.show_nothing(card.asset_id, "")
        self.card = card
        self.headline.setText(card.headline)
        self.headline.show()
        self.remaining.setText(self._remaining(card))
        self.remaining.setVisible(bool(self.remaining.text()))
        self.accept.setVisible(bool(card.causes))
        self.answers.setVisible(card.tier != "poor_data")
        for head, lines in lines_of(card):
            for words, kind in ((head, "heading"), ("\n".join(lines), "")):
                part = label(words, kind, wrap=True)
                self._layout.insertWidget(self._layout.count() - 1, part)
                self._sections.append(part)

    @staticmethod
    def _remaining(card: Card) -> str:
        if card.rul_days != card.rul_days:
            return ""
        more = "more than " if card.capped else ""
        text = f"Remaining life: {more}{card.rul_days:.1f} days (80 %: {card.low_days:.1f} to {card.high_days:.1f})"
        return f"{text}; health {100 * card.health:.0f} %"

    def _clear(self) -> None:
        for part in self._sections:
            self._layout.removeWidget(part)
            part.hide()
            part.deleteLater()
        self._sections = []
