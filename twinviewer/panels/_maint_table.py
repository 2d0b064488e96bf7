"""The tables of the maintenance panel: rows of things with one chosen, and columns that share the width."""

from collections.abc import Sequence
from typing import Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

Index = QModelIndex | QPersistentModelIndex
LEFT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
RIGHT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight)
T = TypeVar("T")


class Rows(QAbstractTableModel, Generic[T]):
    """A row per thing; what stands in its cells is said by `data` of who derives."""

    HEADS: tuple[str, ...] = ()
    TIPS: tuple[str, ...] = ()
    FIGURES: frozenset[int] = frozenset()  # columns that are flush right

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: list[T] = []

    def show_rows(self, rows: Sequence[T]) -> None:
        """Show others."""
        self.beginResetModel()
        self.rows = list(rows)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008, N802 (Qt's name and default)
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008, N802 (Qt's name and default)
        return len(self.HEADS)

    def headerData(self, section: int, way: Qt.Orientation, role: int = 0) -> object:  # noqa: N802 (Qt's name)
        if way != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.HEADS[section]
        if role == Qt.ItemDataRole.ToolTipRole and self.TIPS:
            return self.TIPS[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT if section in self.FIGURES else LEFT
        return None


def table_of(model: QAbstractTableModel, name: str, widths: Sequence[int], row_px: int) -> QTableView:
    """A table of which one row can be chosen; a width of 0 takes what the others leave."""
    table = QTableView()
    table.setModel(model)
    table.setAccessibleName(name)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    table.setShowGrid(False)
    table.setTabKeyNavigation(False)
    table.setWordWrap(False)
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(row_px)
    table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    head = table.horizontalHeader()
    head.setHighlightSections(False)
    head.setMinimumSectionSize(40)
    for k, width in enumerate(widths):
        head.setSectionResizeMode(k, QHeaderView.ResizeMode.Fixed if width else QHeaderView.ResizeMode.Stretch)
        if width:
            table.setColumnWidth(k, width)
    return table


def choose_row(table: QTableView, row: int) -> None:
    """Choose a row, none where it is below 0, without telling."""
    selection = table.selectionModel()
    selection.blockSignals(True)
    if row >= 0:
        table.selectRow(row)
        table.scrollTo(table.model().index(row, 0))
    else:
        table.clearSelection()
        table.setCurrentIndex(QModelIndex())
    selection.blockSignals(False)
    table.viewport().update()
