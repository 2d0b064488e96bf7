"""The alarm list for Qt's views: rows come, go and move with the alarms; unchanged rows are left alone."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from twinviewer.model.alarm import SERVER, Alarm, AlarmState
from twinviewer.panels import _alarm_rows as rows
from twinviewer.panels._asset_model import runs
from twinviewer.panels._text import clock

_DISPLAY = Qt.ItemDataRole.DisplayRole
_NO_INDEX = QModelIndex()
Index = QModelIndex | QPersistentModelIndex


class AlarmModel(QAbstractTableModel):
    """One row per shown alarm, in the order that `wanted` asks for."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.wanted = rows.Wanted()
        self.now_ns = 0
        self.held = ""  # why nothing can be done about these alarms
        self.all: tuple[Alarm, ...] = ()
        self.shown: list[Alarm] = []

    def rowCount(self, parent: Index = _NO_INDEX) -> int:  # noqa: N802 (Qt's name)
        return 0 if parent.isValid() else len(self.shown)

    def columnCount(self, parent: Index = _NO_INDEX) -> int:  # noqa: N802 (Qt's name)
        return 0 if parent.isValid() else len(rows.COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY) -> Any:  # noqa: N802
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == _DISPLAY:
            return "" if section in (rows.SYMBOL, rows.ACTION) else rows.COLUMNS[section]
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return rows.COLUMNS[section]
        if role == Qt.ItemDataRole.ToolTipRole and section == rows.SYMBOL:
            return "Sort by urgency: priority, then what waits to be acknowledged, then the newest"
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: Index, role: int = _DISPLAY) -> Any:
        if not index.isValid():
            return None
        alarm = self.shown[index.row()]
        if role == _DISPLAY:
            return self.text(alarm, index.column())
        if role == Qt.ItemDataRole.AccessibleTextRole:
            if index.column() == rows.ACTION:
                return f"{self.action(alarm)} {alarm.asset_id}: {alarm.message}".strip() if not self.held else self.held
            return rows.sentence(alarm, self.now_ns)
        if role == Qt.ItemDataRole.ToolTipRole:
            return "\n".join(filter(None, (rows.details(alarm, self.now_ns), self.held)))
        return None

    def text(self, alarm: Alarm, column: int) -> str:
        """What stands in a cell."""
        match column:
            case rows.TIME:
                return clock(alarm.since_ns, self.now_ns)
            case rows.ASSET:
                return alarm.asset_id
            case rows.MESSAGE:
                aside = f"  ({alarm.reason})" if alarm.state is AlarmState.SHELVED and alarm.reason else ""
                return f"{'Server: ' if alarm.source == SERVER else ''}{alarm.message}{aside}"
            case rows.STATE:
                return rows.WORDS[alarm.state]
            case rows.ACTIVE:
                return rows.active_for(alarm, self.now_ns)
            case rows.ACTION:
                return self.action(alarm)
        return ""

    def action(self, alarm: Alarm) -> str:
        """The next thing a person may do with an alarm, "" for none."""
        return "" if self.held else rows.action_of(alarm)

    def hold(self, reason: str) -> None:
        """Offer nothing, and say why; "" offers again."""
        if reason != self.held:
            self.held = reason
            if self.shown:
                self.dataChanged.emit(self.index(0, rows.ACTION), self.index(len(self.shown) - 1, rows.ACTION))

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Order by a column, as a click on its head asks."""
        descending = order == Qt.SortOrder.DescendingOrder
        self.show_wanted(rows.Wanted(**{**vars(self.wanted), "column": column, "descending": descending}))

    def show_wanted(self, wanted: rows.Wanted) -> None:
        """Filter and order anew."""
        self.wanted = wanted
        self._arrange()

    def show_alarms(self, alarms: tuple[Alarm, ...], now_ns: int) -> None:
        """Take in the alarms of one frame; durations are written anew once a second."""
        second = now_ns // rows.NS != self.now_ns // rows.NS
        self.now_ns = now_ns
        if alarms is not self.all:
            same = alarms == self.all
            self.all = alarms
            if not same:
                self._arrange()
        if second and self.shown:
            last = len(self.shown) - 1
            self.dataChanged.emit(self.index(0, rows.ACTIVE), self.index(last, rows.ACTIVE), [_DISPLAY])

    def _arrange(self) -> None:
        new = self.wanted.rows(self.all)
        keys = {a.key for a in new}
        for first, last in reversed(runs([i for i, a in enumerate(self.shown) if a.key not in keys])):
            self.beginRemoveRows(QModelIndex(), first, last)
            del self.shown[first : last + 1]
            self.endRemoveRows()
        there = {a.key for a in self.shown}
        self._permute([a.key for a in new if a.key in there])
        for first, last in runs([i for i, a in enumerate(new) if a.key not in there]):
            self.beginInsertRows(QModelIndex(), first, last)
            self.shown[first:first] = new[first : last + 1]
            self.endInsertRows()
        changed = [i for i, (a, b) in enumerate(zip(self.shown, new, strict=True)) if a != b]
        self.shown = new
        for first, last in runs(changed):
            self.dataChanged.emit(self.index(first, 0), self.index(last, len(rows.COLUMNS) - 1))

    def _permute(self, order: Sequence[str]) -> None:
        """Bring the rows that stay into another order; selections move along."""
        if [a.key for a in self.shown] == list(order):
            return
        self.layoutAboutToBeChanged.emit()
        old = self.persistentIndexList()
        keys = [self.shown[index.row()].key for index in old]
        place = {key: row for row, key in enumerate(order)}
        self.shown.sort(key=lambda a: place[a.key])
        self.changePersistentIndexList(
            old, [self.index(place[key], index.column()) for key, index in zip(keys, old, strict=True)]
        )
        self.layoutChanged.emit()
