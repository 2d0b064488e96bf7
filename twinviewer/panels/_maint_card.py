"""The page of evidence: assets by risk, and for the chosen one what moved, the likely cause, and what waiting costs."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QProgressBar, QVBoxLayout, QWidget

from twinviewer.maintenance.orders.model import Decision
from twinviewer.maintenance.results import Card, Detection, Moved, Similar
from twinviewer.panels import _maint_charts as charts
from twinviewer.panels import _maint_scales as scales
from twinviewer.panels._kit.widgets import Canvas, Paint, button, label, row
from twinviewer.panels._maint_risk import RiskList, between, days
from twinviewer.panels._text import clock, local

TIERS = {
    "poor_data": "The data do not carry a prognosis",
    "age": "By age only: a probability, never a date",
    "degradation": "Wear is seen: continued to the limit",
    "similar": "As earlier lives went",
}
_NO_TREND = "No signal has left its own baseline, so there is nothing to continue into the future."
_NO_TESTS = (
    "None yet: predictions begin with the first sign of wear, and are judged when the asset fails or is repaired."
)
_NO_SIMILAR = "None: no asset of this type has failed within the recording or the work orders."
_NO_CAUSE = "No failure mode speaks for itself: nothing moved."


def moved_said(moved: Moved) -> str:
    """A signal that left its baseline, in one sentence."""
    since = local(moved.since_ns)
    unit = f" {moved.unit}" if moved.unit else ""
    return (
        f"{moved.label}: {moved.now:.3g}{unit}, usually {moved.baseline:.3g}{unit} {moved.regime}; "
        f"{moved.deviations:.0f} × its usual scatter, since {since.day} {since.strftime('%b %H:%M')}"
    )


def detection_said(found: Detection) -> str:
    """Which detector speaks, since when, and how it did before."""
    since, newest = (f"{t.day} {t.strftime('%b %H:%M')}" for t in (local(found.since_ns), local(found.newest_ns)))
    again = f", again {newest}" if found.newest_ns > found.since_ns else ""
    return f"{found.label}, {found.detector}: since {since}{again} ({found.record})"


def change_said(card: Card) -> list[str]:
    """A change of vibration that is one by ISO 20816-3, whatever the zone."""
    if not card.changed_ns:
        return []
    since = local(card.changed_ns)
    when = f"{since.day} {since.strftime('%b %H:%M')}"
    return [f"Vibration has changed by {card.change_mm_s:+.2f} mm/s since {when} (ISO 20816-3, criterion II)"]


def energy_said(card: Card) -> list[str]:
    """What the wear costs in energy, where that is more than chance."""
    drift = card.energy
    if drift is None or not drift.significant:
        return []
    return [
        f"It draws {drift.excess_kw:+.1f} kW ({drift.low_kw:+.1f} to {drift.high_kw:+.1f}) more than at the same load "
        f"before: {drift.eur_a_year:,.0f} EUR and {drift.kg_co2_a_year:,.0f} kg CO₂ a year"
    ]


def causes_said(card: Card) -> list[str]:
    """Likely causes with what speaks for and against each."""
    found = []
    for cause in card.causes[:3]:
        found.append(f"{cause.label}, {cause.component} ({100 * cause.weight:.0f} %)")
        found += [f"   for: {text}" for text in cause.speaks_for]
        found += [f"   against: {text}" for text in cause.speaks_against]
    return found


def action_said(card: Card) -> list[str]:
    """What to do, with what it takes, and what happens otherwise."""
    if not card.causes:
        return []
    cause = card.causes[0]
    who = f"{cause.people} × {cause.skill}" if cause.people > 1 else cause.skill
    takes = f"{cause.duration_h:.0f} h, {who}" + (f", {cause.part}" if cause.part else ", no part")
    return [cause.action, f"It takes {takes}.", f"If nothing is done: {cause.unattended}"]


def similar_said(similar: Similar) -> str:
    """An earlier life in one line."""
    when = local(similar.ended_ns)
    ended, left = ("ended", "left from here") if similar.failed else ("renewed", "from here until it was renewed")
    return (
        f"{similar.asset_id}, {ended} {when.day} {when.strftime('%b %Y')}: {100 * similar.likeness:.0f} % alike, "
        f"it had {days(similar.rul_days)} {left}"
    )


def decision_said(decision: Decision) -> str:
    """What a person decided before."""
    made = f"{clock(decision.at_ns, 0, seconds=False)}  {decision.what} by {decision.by}: {decision.reason}"
    return f"{made} ({decision.number})" if decision.number else made


class CardPage(QWidget):
    """Sends `asked` when all cards are to be made, `answered(what)` with "accepted", "deferred" or "rejected"."""

    asked = Signal()
    stopped = Signal()
    answered = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.card: Card | None = None
        self.risks = RiskList()
        self.as_of = label("", "quiet")
        self.ask = button("Work out the evidence", "primary", self.asked.emit)
        self.again = button("Again", "link", self.asked.emit)
        self.again.setAccessibleName("Work out the evidence again")
        self.top = row(self.as_of, None, self.again)
        self.hint = label("", "quiet", wrap=True)
        self.bar = QProgressBar()
        self.bar.setAccessibleName("Progress of the evidence")
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(8)
        self.running = row(self.bar, button("Stop", "", self.stopped.emit), spacing=8)
        self.title = label("", "title", wrap=True)
        self.headline = label("", "", wrap=True)
        self.tier = label("", "quiet", wrap=True)
        self.accept = button("Accept…", "primary", lambda: self.answered.emit("accepted"))
        self.defer = button("Defer…", "", lambda: self.answered.emit("deferred"))
        self.reject = button("Reject…", "", lambda: self.answered.emit("rejected"))
        self.answers = row(self.accept, self.defer, self.reject, None)
        self._sections: list[QWidget] = []
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(8)
        parts = (self.running, self.top, self.hint, self.risks, row(self.ask, None))
        for part in (*parts, self.title, self.headline, self.tier, self.answers):
            self._layout.addWidget(part)
        self._layout.addStretch(1)
        self.show_cards((), "", 0)
        self.say("")
        self.set_running(False)
        self.show_card(None)

    # The list --------------------------------------------------------------------------------------------------------

    def say(self, hint: str, can_ask: bool = False) -> None:
        """Why there is nothing, or what is missing; "" for nothing to say."""
        self.hint.setText(hint)
        self.hint.setVisible(bool(hint))
        self.ask.setVisible(can_ask)

    def set_running(self, on: bool, fraction: float = 0.0) -> None:
        """Whether cards are being made, and how far that is."""
        self.running.setVisible(on)
        self.bar.setRange(0, 1000)
        self.bar.setValue(round(1000 * min(max(fraction, 0.0), 1.0)))
        self.again.setVisible(not on)

    def set_deciding(self, on: bool) -> None:
        """A decision is being kept: no second one meanwhile."""
        self.answers.setEnabled(not on)
        if self.card is not None:
            self.tier.setText("Keeping the decision …" if on else TIERS.get(self.card.tier, self.card.tier))

    def show_cards(self, cards: Sequence[Card], chosen: str, as_of_ns: int) -> None:
        """Show the list."""
        self.risks.show_cards(cards, chosen)
        self.risks.give_room(self.card is None)
        self.risks.setVisible(bool(cards))
        self.top.setVisible(bool(cards))
        self.as_of.setText(f"{len(cards)} assets by risk, as of {clock(as_of_ns, 0, seconds=False)}" if cards else "")

    # The card --------------------------------------------------------------------------------------------------------

    def show_card(self, card: Card | None, decisions: Sequence[Decision] = ()) -> None:
        """Show a card; None for none."""
        self._clear()
        self.card = card
        self.risks.give_room(card is None)
        for part in (self.title, self.headline, self.tier, self.answers):
            part.setVisible(card is not None)
        if card is None:
            return
        zone = f" · zone {card.zone.name}" if card.zone else ""
        self.title.setText(f"{card.asset_id}{zone}")
        self.headline.setText(card.headline)
        self.tier.setText(TIERS.get(card.tier, card.tier))
        self.accept.setVisible(bool(card.causes))
        self.answers.setVisible(card.tier != "poor_data" or bool(card.causes))
        if decisions:
            self._words("Decided before", [decision_said(d) for d in reversed(decisions[-4:])])
        self._show_condition(card)
        self._show_future(card)
        self._show_data(card)

    def _show_condition(self, card: Card) -> None:
        if card.moved:
            self._words("What moved", [moved_said(m) for m in card.moved])
        if card.detections:
            self._words("Detected by", [detection_said(d) for d in card.detections])
        if card.bearing is not None:
            self._words("Which part of the bearing", [card.bearing.said])
        if beyond := [*change_said(card), *energy_said(card)]:
            self._words("Beyond its usual level", beyond)
        if len(card.health_ns) > 1:
            paint = partial(charts.paint_health, card=card)
            self._chart("Health, continued to the failure limit", charts.HEALTH_HEIGHT, paint, self._remaining(card))
            self._words("", [self._remaining(card)])
        else:
            self._words("Trend", [_NO_TREND])
        self._words("Likely cause", causes_said(card) or [_NO_CAUSE])
        if card.causes:
            self._words("What to do", action_said(card))
        self._words("Similar cases before", [similar_said(s) for s in card.similar[:2]] or [_NO_SIMILAR], quiet=True)

    def _show_future(self, card: Card) -> None:
        risks = scales.risk_lines(card)
        if risks:
            said = "; ".join(f"{name}: {text}" for name, *_, text in risks)
            self._bars("Risk of failure (80 % interval)", len(risks), partial(scales.paint_risks, card=card), said)
        choices = scales.choice_lines(card)
        if choices:
            said = "; ".join(f"{name}: {text}" for name, _, text in choices)
            paint = partial(scales.paint_choices, card=card)
            self._bars("Expected cost of the work, if done …", len(choices), paint, said)
        if card.wait_a_week_eur == card.wait_a_week_eur and card.choices:
            self._words("", [f"One more week of waiting is expected to cost {card.wait_a_week_eur:,.0f} EUR."])
        tests = card.back_tests[-6:]
        if tests:
            said = charts.tests_said(tests)
            paint = partial(charts.paint_tests, card=card, tests=tests)
            self._chart("Last six predictions, and what happened", charts.tests_height(tests), paint, said)
            self._words("", [said])
        else:
            self._words("Last six predictions, and what happened", [_NO_TESTS], quiet=True)

    def _show_data(self, card: Card) -> None:
        lines = scales.readiness_lines(card.readiness)
        said = "; ".join(f"{name} {text}{'' if good else ' (not good enough)'}" for name, text, good in lines)
        self._chart("Data readiness", 78, partial(scales.paint_readiness, lines=lines), said)
        ready = "These data carry a model." if card.readiness.ready else "These data carry no model."
        self._words("", [ready, *card.readiness.problems], quiet=True)
        if card.notes:
            self._words("Notes", list(card.notes), quiet=True)

    @staticmethod
    def _remaining(card: Card) -> str:
        if card.rul_days != card.rul_days:
            return f"Health {100 * card.health:.0f} %"
        more = "more than " if card.capped else ""
        text = f"Remaining life {more}{days(card.rul_days)} (80 %: {between(card.low_days, card.high_days)})"
        pf = f"; {days(card.pf_days)} from the first sign to failure" if card.pf_days == card.pf_days else ""
        return f"{text}; health {100 * card.health:.0f} %{pf}"

    def _words(self, head: str, lines: Sequence[str], quiet: bool = False) -> None:
        if head:
            self._put(label(head, "heading", wrap=True))
        items = len(lines) > 1 and not any(line.startswith(" ") for line in lines)  # long ones run into each other
        text = "\n".join(f"• {line}" if items else line for line in lines)
        self._put(label(text, "quiet" if quiet else "", wrap=True))

    def _bars(self, head: str, count: int, paint: Paint, said: str) -> None:
        self._chart(head, round(scales.ROW * count), paint, said)

    def _chart(self, head: str, height: int, paint: Paint, said: str) -> None:
        self._put(label(head, "heading", wrap=True))
        canvas = Canvas(paint, height)
        canvas.setAccessibleName(head)
        canvas.setAccessibleDescription(said)
        self._put(canvas)

    def _put(self, part: QWidget) -> None:
        self._layout.insertWidget(self._layout.count() - 1, part)
        self._sections.append(part)

    def _clear(self) -> None:
        for part in self._sections:
            self._layout.removeWidget(part)
            part.hide()
            part.deleteLater()
        self._sections = []
