"""The list of assets by risk: what another week of waiting is expected to cost, and how likely a failure is."""

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QVBoxLayout, QWidget

from twinviewer.maintenance.results import Card
from twinviewer.panels._kit.style import colour, font
from twinviewer.panels._maint_costs import money
from twinviewer.panels._maint_scales import percent, risk_colour
from twinviewer.panels._maint_table import LEFT, RIGHT, Index, Rows, choose_row, table_of

_WIDTHS = (84, 0, 116, 88)
_TIGHT = (70, 0, 106, 76)
_NARROW = 420


def by_risk(cards: Sequence[Card]) -> list[Card]:
    """Those whose wear is seen first, then by what a week of waiting costs; assets that cannot be judged last."""

    def key(card: Card) -> tuple[bool, float, float, str]:
        known = card.wait_a_week_eur == card.wait_a_week_eur
        seen = card.tier in ("degradation", "similar")
        return (not seen, -card.wait_a_week_eur if known else 1.0, -within_a_week(card), card.asset_id)

    return sorted(cards, key=key)


def within_a_week(card: Card) -> float:
    """Probability of failure within the nearest horizon; -1 where nothing is known."""
    found = card.risks[0].probability if card.risks else float("nan")
    return found if found == found else -1.0


def life(card: Card) -> str:
    """Remaining life in a few characters."""
    if card.tier == "poor_data":
        return "data too poor"
    if card.rul_days != card.rul_days:
        return "no wear seen" if not card.moved else "moved"
    if card.capped:
        return f"> {card.rul_days:.0f} d"
    return f"{days(card.rul_days)} ({between(card.low_days, card.high_days)})"


def between(low: float, high: float) -> str:
    """Two numbers of days in one unit: "38–55 h", "30–61 d"."""
    if high < 4 / 24:
        return f"{24 * 60 * low:.0f}–{24 * 60 * high:.0f} min"
    if high < 4:
        return f"{24 * low:.0f}–{24 * high:.0f} h"
    return f"{low:.0f}–{high:.0f} d" if low >= 10 else f"{low:.1f}–{high:.1f} d"


def days(value: float) -> str:
    """Days, or hours where it is less than two."""
    if value < 2:
        return f"{24 * value:.0f} h" if 24 * value >= 2 else f"{24 * 60 * value:.0f} min"
    return f"{value:.0f} d" if value >= 10 else f"{value:.1f} d"


class RiskModel(Rows[Card]):
    """Cards as rows."""

    HEADS = ("Asset", "Fails in 7 d", "Life left", "EUR a week")
    TIPS = (
        "",
        "Probability of failure within 7 days",
        "Days until the failure limit, with the bounds of the 80 % interval",
        "What one more week of waiting is expected to cost; assets whose wear is seen come first",
    )
    FIGURES = frozenset({3})

    def show_cards(self, cards: Sequence[Card]) -> None:
        """Show others."""
        self.show_rows(by_risk(cards))

    def data(self, index: Index, role: int = 0) -> object:
        card, column = self.rows[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            known = card.wait_a_week_eur == card.wait_a_week_eur
            cost = money(card.wait_a_week_eur) if known else "–"
            return (card.asset_id, percent(within_a_week(card)) if card.risks else "–", life(card), cost)[column]
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{card.asset_id}: {card.headline}"
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{card.asset_id}, {percent(within_a_week(card))} within 7 days, {life(card)}, {card.headline}"
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT if column in self.FIGURES else LEFT
        if role == Qt.ItemDataRole.FontRole:
            return font(12, 600) if column == 0 or card.tier in ("degradation", "similar") else None
        return None


class RiskBar(QStyledItemDelegate):
    """A probability as a bar with its figure."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)
        model = index.model()
        assert isinstance(model, RiskModel)
        share = within_a_week(model.rows[index.row()])
        box = QRectF(option.rect)  # type: ignore[attr-defined]
        track = QRectF(box.left() + 52, box.center().y() - 4, max(box.width() - 62, 4), 8)
        painter.fillRect(track, colour("field"))
        if share > 0:
            painter.fillRect(QRectF(track.left(), track.top(), max(track.width() * share, 1), 8), risk_colour(share))


class RiskList(QWidget):
    """Sends `chosen(asset)` when a person chooses a row."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = RiskModel(self)
        self.table = table_of(self.model, "Assets by risk", _WIDTHS, 24)
        self._bars = RiskBar(self)
        self.table.setItemDelegateForColumn(1, self._bars)
        self.give_room(False)
        self.table.selectionModel().currentRowChanged.connect(self._on_row)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.table)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        super().resizeEvent(event)
        for k, width in enumerate(_TIGHT if self.width() < _NARROW else _WIDTHS):
            if width:
                self.table.setColumnWidth(k, width)

    def give_room(self, whole: bool) -> None:
        """Show eight rows, or as many as there are where nothing else wants the page."""
        self.table.setFixedHeight((max(len(self.model.rows), 8) if whole else 8) * 24 + 30)

    def show_cards(self, cards: Sequence[Card], chosen: str) -> None:
        """Show others; an asset stays chosen."""
        selection = self.table.selectionModel()
        selection.blockSignals(True)
        self.model.show_cards(cards)
        selection.blockSignals(False)
        self.table.scrollToTop()
        self.select(chosen)

    def select(self, asset_id: str) -> None:
        """Choose a row without telling."""
        choose_row(self.table, next((k for k, c in enumerate(self.model.rows) if c.asset_id == asset_id), -1))

    def _on_row(self, now: QModelIndex, _before: QModelIndex) -> None:
        if now.isValid():
            self.chosen.emit(self.model.rows[now.row()].asset_id)
