"""The suggest page: which levers may move and how far, what to gain, and the three best with their evidence."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QDoubleSpinBox,
    QGridLayout,
    QProgressBar,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from twinviewer.panels._kit.widgets import Card, Combo, button, label, row
from twinviewer.panels._whatif_bar import Asking
from twinviewer.panels._whatif_found import KPIS, Figure, Found, Kpi
from twinviewer.panels._whatif_model import Control, Try
from twinviewer.panels._whatif_results import signed_difference
from twinviewer.panels._whatif_words import number
from twinviewer.panels._wrap import WrapLayout

_MEANS = ("speed", "line_speed", "buffer", "machines", "crew", "overtime", "changeover", "setpoint", "batch")
_CHEAP = 6


class _Number(QDoubleSpinBox):
    def __init__(self, name: str, value: float, low: float, high: float, step: float, decimals: int) -> None:
        super().__init__()
        self.setDecimals(decimals)
        self.setRange(low, high)
        self.setSingleStep(step)
        self.setValue(value)
        self.setFixedWidth(68)
        self.setAccessibleName(name)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 (Qt's name)
        event.ignore()  # the page scrolls


class LeverChoice(QWidget):
    """One lever that a search may move: ticked or not, from, to, and what a unit costs."""

    def __init__(self, control: Control, currency: str) -> None:
        super().__init__()
        self.control, self._currency = control, currency
        self.tick = QCheckBox(control.label)
        self.tick.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.tick.setToolTip(control.label)
        self.detail: QWidget | None = None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 2)
        layout.setSpacing(2)
        layout.addWidget(self.tick)
        self.tick.toggled.connect(self._open)

    def _open(self, on: bool) -> None:
        """Bounds and cost are made when they are first asked for: there are many levers, and few are ticked."""
        if self.detail is None:
            self._make_detail()
        if self.detail is not None:
            self.detail.setVisible(on)

    def _make_detail(self) -> None:
        c, currency = self.control, self._currency
        digits = 0 if c.integer or c.step % 1 == 0 else 1 if c.step * 10 % 1 < 1e-9 else 2
        low, high = _bounds(c)
        unit = f", {c.unit}" if c.unit else ""
        self.low = _Number(f"{c.label}, from{unit}", low, c.low, c.high, c.step, digits)
        self.high = _Number(f"{c.label}, to{unit}", high, c.low, c.high, c.step, digits)
        self.cost = _Number(f"{c.label}, cost of one unit, {currency}", 0.0, 0.0, 1e7, 10.0, 0)
        self.cost.setSpecialValueText("free")
        self.cost.setToolTip(f"What one {c.unit or 'unit'} of change costs in the time looked ahead, {currency}")
        now = label(f"now {c.current:g} {c.unit}".strip(), "quiet")
        self.detail = row(18, now, None, self.low, label("to"), self.high, self.cost, spacing=4)
        layout = self.layout()
        assert layout is not None
        layout.addWidget(self.detail)

    @property
    def choice(self) -> Try | None:
        """What it says, None where it is not ticked."""
        if not self.tick.isChecked():
            return None
        low, high = sorted((self.low.value(), self.high.value()))
        return Try(self.control.id, low, high, self.cost.value())


def _bounds(c: Control) -> tuple[float, float]:
    """A modest way around where the lever stands."""
    now = float(c.current)
    if c.integer:
        return max(c.low, now - 1 if now > 1 else now), min(c.high, now + 2)
    if c.unit == "%":
        return (now, min(c.high, now + 10)) if not c.id.startswith("changeover") else (max(c.low, 50), now)
    return max(c.low, now - 0.2 * (c.high - c.low)), min(c.high, now + 0.2 * (c.high - c.low))


class FoundCard(Card):
    """One suggestion. `tried`, `played` and `accepted` come with it; accepting asks for the reason first."""

    tried = Signal(object)
    played = Signal(object)
    accepted = Signal(object, str)

    def __init__(self, place: int, found: Found, goal: Kpi, labels: Mapping[str, Control], currency: str) -> None:
        super().__init__()
        self.found = found
        words = []
        for name, value in found.kept.levers.items():
            c = labels[name]
            words.append(f"{c.label}: {c.current:g} → {value:g} {c.unit}".strip())
        self.title = label(f"{place}.  " + "\n     ".join(words), "", wrap=True)
        gain = signed_difference(Figure(goal.key, found.gain, None, found.gain, found.significant), goal)
        unit = currency if goal.key.startswith("cost") else goal.unit
        sure = "" if found.significant else ", not significant"
        price = f" · costs {number(found.price, 0)} {currency}" if found.price else ""
        self.gain = label(f"{goal.title} {gain} {unit} (95 %){sure}{price}", "heading", wrap=True)
        self.others = label(_others(found, goal), "quiet", wrap=True)
        self.warning = label("\n".join(f"⚠ {w}" for w in found.answer.warnings), "", wrap=True)
        self.warning.setVisible(bool(found.answer.warnings))
        self.asking = Asking()
        buttons = QWidget()
        bar = WrapLayout(buttons)
        bar.setContentsMargins(0, 0, 0, 0)
        self.try_button = button("Try it", "", lambda: self.tried.emit(self.found))
        self.play_button = button("Play", "", lambda: self.played.emit(self.found), "play")
        self.accept_button = button("Accept…", "primary", self._ask, "check")
        for item in (self.try_button, self.play_button, self.accept_button):
            bar.addWidget(item)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 8, 10, 8)
        layout.setSpacing(5)
        for item in (self.title, self.gain, self.others, self.warning, buttons, self.asking):
            layout.addWidget(item)

    def _ask(self) -> None:
        self.asking.ask_name("", lambda reason: self.accepted.emit(self.found, reason), "Reason", "Accept")


def _others(found: Found, goal: Kpi) -> str:
    """The other indicators that change for certain."""
    said = []
    for kpi in KPIS:
        f = next((x for x in found.answer.figures if x.key == kpi.key), None)
        if f is not None and f.significant and kpi.key != goal.key:
            title = kpi.title if kpi.title.isupper() else kpi.title.lower()
            said.append(f"{title} {signed_difference(f, kpi)} {kpi.unit}".strip())
    return "; ".join(said[:6]) or "No other indicator changes significantly."


class Suggest(QWidget):
    """The page. `asked` comes with nothing: `tries`, `goal` and `budget` say what for."""

    asked = Signal()
    tried = Signal(object)
    played = Signal(object)
    accepted = Signal(object, str)

    def __init__(self) -> None:
        super().__init__()
        self.currency = ""
        self.choices: list[LeverChoice] = []
        self.cards: list[FoundCard] = []
        self.goal_box = Combo()
        self.goal_box.setAccessibleName("What to improve")
        for kpi in KPIS:
            self.goal_box.addItem(f"{'More' if kpi.good > 0 else 'Less'}: {kpi.title.lower()}", kpi.key)
        self.budget_box = _Number("Most that the change may cost, 0 for no limit", 0.0, 0.0, 1e9, 100.0, 0)
        self.budget_box.setSpecialValueText("no limit")
        self.budget_box.setFixedWidth(92)
        self.more = button("Other levers…", "link", self._show_all)
        self.go = button("Suggest", "primary", self.asked.emit)
        self.bar = QProgressBar()
        self.bar.setAccessibleName("Search")
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(6)
        self.bar.hide()
        self.hint = label("", "quiet", wrap=True)
        self._levers, self._found = QVBoxLayout(), QVBoxLayout()
        self._levers.setSpacing(1)
        self._found.setSpacing(6)
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.addWidget(label("Goal"), 0, 0)
        grid.addWidget(self.goal_box, 0, 1)
        grid.addWidget(label("Budget"), 1, 0)
        grid.addWidget(row(self.budget_box, None, self.go), 1, 1)
        grid.setColumnStretch(1, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 6, 4)
        layout.setSpacing(6)
        layout.addWidget(label("Levers that may move, from, to, and the cost of one unit", "quiet", wrap=True))
        layout.addLayout(self._levers)
        layout.addWidget(self.more)
        layout.addLayout(grid)
        layout.addWidget(self.bar)
        layout.addWidget(self.hint)
        layout.addLayout(self._found)
        layout.addStretch(1)

    def show_controls(self, controls: Sequence[Control], currency: str) -> None:
        """The levers of another model."""
        self.currency = currency
        for item in self.choices:
            self._levers.removeWidget(item)
            item.deleteLater()
        usable = [c for c in controls if c.kind == "slider" and c.id.partition(".")[0] in _MEANS]
        usable.sort(key=lambda c: c.id.partition(".")[0] not in ("line_speed", "crew", "overtime"))
        self.choices = [LeverChoice(c, currency) for c in usable]
        for k, item in enumerate(self.choices):
            self._levers.addWidget(item)
            item.tick.toggled.connect(lambda _on: self._count())
            item.setVisible(k < _CHEAP)
        self.more.setVisible(len(self.choices) > _CHEAP)
        self.put((), {})
        self._count()

    def offer(self, levers: Sequence[str]) -> None:
        """Tick these: the drivers that were found."""
        for item in self.choices:
            if item.control.id in levers:
                item.show()
                item.tick.setChecked(True)

    def _show_all(self) -> None:
        for item in self.choices:
            item.show()
        self.more.hide()

    def _count(self) -> None:
        n = len(self.tries)
        self.go.setEnabled(n > 0)
        if not self.cards:
            self.hint.setText("" if n else "Tick the levers that may be moved.")

    @property
    def tries(self) -> tuple[Try, ...]:
        """The levers that are ticked."""
        return tuple(t for c in self.choices if (t := c.choice) is not None)

    @property
    def goal(self) -> Kpi:
        """The indicator to improve."""
        return KPIS[self.goal_box.currentIndex()]

    @property
    def budget(self) -> float | None:
        """What a change may cost, None for no limit."""
        return self.budget_box.value() or None

    def progress(self, fraction: float | None) -> None:
        """How far the search is; None when nothing runs, which ended it where it did."""
        if fraction is None and not self.bar.isHidden():
            self.hint.setText("Stopped before the search was through.")
        self.bar.setVisible(fraction is not None)
        self.bar.setRange(0, 100)
        self.bar.setValue(round(100 * (fraction or 0)))

    def put(self, found: Sequence[Found], labels: Mapping[str, Control]) -> None:
        """Show suggestions, the best first."""
        self.progress(None)
        for card in self.cards:
            self._found.removeWidget(card)
            card.deleteLater()
        self.cards = [FoundCard(k + 1, f, self.goal, labels, self.currency) for k, f in enumerate(found)]
        for card in self.cards:
            card.tried.connect(self.tried)
            card.played.connect(self.played)
            card.accepted.connect(self.accepted)
            self._found.addWidget(card)
        self.hint.setText(
            f"The {len(found)} best of what was tried; each was run again on fresh random numbers." if found else ""
        )

    def none_found(self) -> None:
        """A search that found nothing better."""
        self.put((), {})
        self.hint.setText(f"Nothing within these bounds and this budget improves {self.goal.title.lower()}.")

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(340, super().sizeHint().height())
