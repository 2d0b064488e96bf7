"""The list of work orders, and what can be done with the one that is chosen."""

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QTableView, QVBoxLayout, QWidget

from twinviewer.maintenance.orders.model import OPEN, Order
from twinviewer.panels._kit.style import font
from twinviewer.panels._kit.widgets import Segmented, label, row
from twinviewer.panels._maint_book import TITLES
from twinviewer.panels._maint_indicators import IndicatorTiles
from twinviewer.panels._maint_order import OrderDetail
from twinviewer.panels._maint_table import Index, Rows, choose_row, table_of
from twinviewer.panels._text import clock, local

_NARROW = 400  # pixels below which the start gives its room to the work


class OrderModel(Rows[Order]):
    """Work orders as rows: what is open first, then by start."""

    HEADS = ("Number", "Asset", "Work", "State", "Start")

    def show_orders(self, orders: Sequence[Order]) -> None:
        """Show others."""
        self.show_rows(sorted(orders, key=lambda o: (o.state not in OPEN, o.start_ns or o.due_ns or 2**62, o.number)))

    def data(self, index: Index, role: int = 0) -> object:
        order = self.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._cell(order, index.column())
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{order.number} · {order.asset_id} · {order.title}\n{order.reason}"
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{order.number}, {order.asset_id}, {order.title}, {TITLES[order.state]}"
        if role == Qt.ItemDataRole.FontRole and index.column() == 1:
            return font(12, 600)
        return None

    @staticmethod
    def _cell(order: Order, column: int) -> str:
        start = order.begun_ns or order.start_ns
        moment = local(start) if start else None
        when = f"{moment.day} {moment.strftime('%b')} {clock(start, seconds=False)}" if moment else "–"
        return (order.number, order.asset_id, order.title, TITLES[order.state], when)[column]


class OrderPage(QWidget):
    """Sends `chosen(number)` when a person chooses one."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = OrderModel(self)
        self._all: tuple[Order, ...] = ()
        self.which = Segmented((("open", "Open", ""), ("all", "All", "")), "Work orders shown")
        self.which.choose("open")
        self.which.chosen.connect(lambda _key: self._refill(self.number))
        self.count = label("", "quiet")
        self.table = self._make_table()
        self.nothing = label("", "quiet", wrap=True)
        self.detail = OrderDetail()
        self.indicators = IndicatorTiles()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        parts = (row(self.which, self.count, None), self.nothing, self.table, self.detail, self.indicators)
        for part in parts:
            layout.addWidget(part)
        layout.addStretch(1)
        self.show_orders(())

    def _make_table(self) -> QTableView:
        table = table_of(self.model, "Work orders", (78, 72, 0, 78, 88), 26)
        table.selectionModel().currentRowChanged.connect(self._on_row)
        return table

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        super().resizeEvent(event)
        self.table.setColumnHidden(len(OrderModel.HEADS) - 1, self.width() < _NARROW)

    @property
    def number(self) -> str:
        """The work order that is chosen, "" for none."""
        at = self.table.selectionModel().currentIndex()
        return self.model.rows[at.row()].number if at.isValid() else ""

    @property
    def order(self) -> Order | None:
        """The same, as it stands."""
        return next((o for o in self._all if o.number == self.number), None)

    def show_orders(self, orders: Sequence[Order]) -> None:
        """Show others; the chosen one stays chosen."""
        self._all = tuple(orders)
        self._refill(self.number)

    def _refill(self, number: str) -> None:
        shown = [o for o in self._all if self.which.current == "all" or o.state in OPEN]
        selection = self.table.selectionModel()
        selection.blockSignals(True)
        self.model.show_orders(shown)
        selection.blockSignals(False)
        still_open = sum(o.state in OPEN for o in self._all)
        self.count.setText(f"{still_open} open, {len(self._all) - still_open} closed" if self._all else "")
        self.nothing.setText(
            "No work order yet. Select an asset and press New work order, or make a plan and take over its jobs."
            if not self._all
            else "Nothing is open."
        )
        self.nothing.setVisible(not shown)
        self.table.setVisible(bool(shown))
        self.table.setFixedHeight(26 * min(max(len(shown), 3), 9) + 32)
        self.which.setVisible(bool(self._all))
        self.select(number)

    def show_number(self, number: str) -> None:
        """Choose one, whatever list it is in."""
        if number in {o.number for o in self._all} - {o.number for o in self.model.rows}:
            self.which.choose("all")
            self._refill(number)
        else:
            self.select(number)

    def select(self, number: str) -> None:
        """Choose one without telling."""
        choose_row(self.table, next((k for k, o in enumerate(self.model.rows) if o.number == number), -1))
        self._show_chosen()

    def select_asset(self, asset_id: str | None) -> None:
        """Choose the first work order of an asset, unless one of it is chosen already."""
        order = self.order
        if order is not None and order.asset_id == asset_id:
            return
        self.select(next((o.number for o in self.model.rows if o.asset_id == asset_id), ""))

    def _on_row(self, now: QModelIndex, _before: QModelIndex) -> None:
        self._show_chosen()
        if now.isValid():
            self.chosen.emit(self.number)

    def _show_chosen(self) -> None:
        self.detail.show_order(self.order)
