"""The alarm table: symbols that are filled while an alarm waits, links to act on it, keys for a person's hands."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFontMetricsF, QHideEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from twinviewer.model.alarm import Alarm, AlarmState
from twinviewer.panels import _alarm_rows as rows
from twinviewer.panels._alarm_model import AlarmModel
from twinviewer.panels._kit.rows import paint_edge, paint_ground
from twinviewer.panels._kit.style import colour, font, reduced_motion, theme
from twinviewer.panels._kit.symbols import alarm_symbol

ROW_HEIGHT = 25
BLINK_MS = 900
_LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
_WIDTHS = {rows.SYMBOL: 34, rows.TIME: 72, rows.ASSET: 92, rows.STATE: 82, rows.ACTIVE: 92, rows.ACTION: 96}


class AlarmDelegate(QStyledItemDelegate):
    """Bold for what waits to be acknowledged, quiet for what is set aside. `dim` is the dark half of the blink."""

    dim = False

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:  # noqa: N802
        return QSize(40, ROW_HEIGHT)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        model = index.model()
        if not isinstance(model, AlarmModel):
            super().paint(painter, option, index)
            return
        alarm, box = model.shown[index.row()], QRectF(option.rect)  # type: ignore[attr-defined]
        painter.save()
        chosen = paint_ground(painter, box, option.state)  # type: ignore[attr-defined]
        if index.column() == rows.SYMBOL:
            if chosen:
                paint_edge(painter, box)
            self._paint_symbol(painter, box, alarm)
        else:
            self._paint_text(painter, box, alarm, model.text(alarm, index.column()), index.column())
        painter.restore()

    def _paint_symbol(self, painter: QPainter, box: QRectF, alarm: Alarm) -> None:
        waiting = alarm.state in rows.WAITING
        if waiting and self.dim:
            painter.setOpacity(0.35)
        alarm_symbol(painter, QPointF(box.left() + 18, box.center().y()), 7.5, alarm.priority, theme(), not waiting)

    def _paint_text(self, painter: QPainter, box: QRectF, alarm: Alarm, text: str, column: int) -> None:
        waiting, aside = alarm.state in rows.WAITING, alarm.state in rows.ASIDE
        link = column == rows.ACTION
        painter.setFont(font(12, 600 if waiting and not link else 400))
        painter.setPen(colour("accent" if link else "text2" if aside or not alarm.active else "text"))
        room = box.adjusted(6, 0, -4, 0)
        text = QFontMetricsF(painter.font()).elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, _LEFT, text)


class AlarmTable(QTableView):
    """Sends what a person wants: `acted(alarm key)` for the link, `flew(alarm key)`, `keyed("A" | "S" | "U")`."""

    acted = Signal(str)
    flew = Signal(str)
    keyed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.alarms = AlarmModel(self)
        self.setModel(self.alarms)
        self._delegate = AlarmDelegate(self)
        self.setItemDelegate(self._delegate)
        self.setAccessibleName("Alarms")
        self.empty_text = "No alarms."
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        self.verticalHeader().setMinimumSectionSize(ROW_HEIGHT)
        head = self.horizontalHeader()
        head.setHighlightSections(False)
        head.setMinimumSectionSize(30)
        for column, width in _WIDTHS.items():
            self.setColumnWidth(column, width)
        head.setSectionResizeMode(rows.MESSAGE, QHeaderView.ResizeMode.Stretch)
        self.setSortingEnabled(True)
        self.sortByColumn(rows.SYMBOL, Qt.SortOrder.AscendingOrder)
        self._blink = QTimer(self)
        self._blink.setInterval(BLINK_MS)
        self._blink.timeout.connect(self._turn)
        self.doubleClicked.connect(lambda index: self.flew.emit(self.alarms.shown[index.row()].key))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        super().paintEvent(event)
        if not self.alarms.shown:
            painter = QPainter(self.viewport())
            painter.setFont(font(12))
            painter.setPen(colour("text2"))
            painter.drawText(self.viewport().rect(), Qt.AlignmentFlag.AlignCenter, self.empty_text)
            painter.end()

    def selected(self) -> list[Alarm]:
        """The alarms of the selected rows, from the top."""
        marked = sorted({index.row() for index in self.selectionModel().selectedRows()})
        return [self.alarms.shown[row] for row in marked]

    def show_alarms(self, alarms: tuple[Alarm, ...], now_ns: int) -> None:
        """Take in one frame."""
        self.alarms.show_alarms(alarms, now_ns)
        self._run_blink()

    def _run_blink(self) -> None:
        """Blink only while something waits that is on the list, the table is seen and motion is wanted."""
        wanted = (
            self.isVisible()
            and not reduced_motion()
            and any(a.state is AlarmState.UNACKNOWLEDGED for a in self.alarms.shown)
        )
        if wanted and not self._blink.isActive():
            self._blink.start()
        elif not wanted and self._blink.isActive():
            self._blink.stop()
            self._delegate.dim = False
            self.viewport().update()

    def _turn(self) -> None:
        self._delegate.dim = not self._delegate.dim
        self.viewport().update(0, 0, self.columnWidth(rows.SYMBOL), self.viewport().height())
        self._run_blink()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 (Qt's name)
        super().showEvent(event)
        self._run_blink()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 (Qt's name)
        super().hideEvent(event)
        self._run_blink()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        index = self.indexAt(event.position().toPoint())
        link = index.isValid() and index.column() == rows.ACTION and bool(index.data())
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if link else Qt.CursorShape.ArrowCursor)
        super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        super().mouseReleaseEvent(event)
        index = self.indexAt(event.position().toPoint())
        plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
        if event.button() != Qt.MouseButton.LeftButton or not index.isValid() or not plain:
            return
        alarm = self.alarms.shown[index.row()]
        if index.column() == rows.ACTION:
            if self.alarms.action(alarm):
                self.acted.emit(alarm.key)
        elif len(self.selectionModel().selectedRows()) == 1:
            self.flew.emit(alarm.key)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 (Qt's name)
        shift = event.modifiers() == Qt.KeyboardModifier.ShiftModifier
        keys = {Qt.Key.Key_A: "Shift+A" if shift else "A", Qt.Key.Key_S: "S", Qt.Key.Key_U: "U"}
        name = keys.get(Qt.Key(event.key()), "")
        if name and event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier):
            self.keyed.emit(name)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.flew.emit(self.alarms.shown[self.currentIndex().row()].key)
        else:
            super().keyPressEvent(event)
