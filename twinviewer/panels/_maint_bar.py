"""One job of the Gantt chart as a bar that can be dragged, and the line of now."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QGraphicsSceneMouseEvent, QStyleOptionGraphicsItem, QWidget

from twinviewer.maintenance.orders.model import OrderState
from twinviewer.maintenance.results import PlannedJob
from twinviewer.model.palette import ALARM, STATE
from twinviewer.model.state import State
from twinviewer.panels._kit.style import colour, font, theme
from twinviewer.panels._maint_book import TITLES
from twinviewer.panels._text import clock, local

if TYPE_CHECKING:
    from twinviewer.panels._maint_gantt import Gantt

ROW = 27.0
_HEIGHT = 17.0
_LEAST = 7.0


@dataclass(frozen=True)
class Look:
    """How a bar is drawn: the state of its work order (None: a proposal of the planner), in conflict, selected."""

    state: OrderState | None
    wrong: bool = False
    selected: bool = False


def said(job: PlannedJob, state: OrderState | None) -> str:
    """A job in words, for tool tips and screen readers."""
    begin = local(job.start_ns)
    when = f"{begin.strftime('%a')} {begin.day} {begin.strftime('%b')}, {clock(job.start_ns, seconds=False)}"
    hours = (job.end_ns - job.start_ns) / 3.6e12
    stage = TITLES[state] if state is not None else "Proposal of the planner"
    lines = [f"{job.asset_id} · {job.title}", f"{when}, {hours:.0f} h · {job.crew}, {job.people} · {stage}", job.reason]
    return "\n".join([*lines, f"Part: {job.part}"] if job.part else lines)


class NowLine(QGraphicsItem):
    """Now, from top to bottom."""

    def __init__(self, height: float) -> None:
        super().__init__()
        self._height = height
        self.setZValue(5)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def boundingRect(self) -> QRectF:  # noqa: N802 (Qt's name)
        return QRectF(-1.5, 0, 3, self._height)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        painter.setPen(QPen(colour("accent"), 2))
        painter.drawLine(QPointF(0, 0), QPointF(0, self._height))


class Bar(QGraphicsItem):
    """A job. Dashed: proposed; filled: approved; outlined strongly: scheduled; grey: done."""

    def __init__(self, gantt: "Gantt", job: PlannedJob, look: Look) -> None:
        super().__init__()
        self._gantt, self.job, self.look = gantt, job, look
        self._width, self._room = _LEAST, 0.0
        self._grip: float | None = None
        self.dragged_ns = 0
        self.setZValue(2)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip(said(job, look.state))

    @property
    def can_move(self) -> bool:
        """Whether a person may put it elsewhere: not once work has begun."""
        return self.look.state in (None, OrderState.PROPOSED, OrderState.APPROVED, OrderState.SCHEDULED)

    def place(self, x: float, y: float, per_hour: float) -> None:
        """Put it where its time and its row are."""
        self.prepareGeometryChange()
        self._width = max((self.job.end_ns - self.job.start_ns) / 3.6e12 * per_hour, _LEAST)
        self.setPos(x, y)

    def set_room(self, room: float) -> None:
        """How far its title may reach, from its left end."""
        self.prepareGeometryChange()
        self._room = room

    def set_wrong(self, on: bool) -> None:
        """Show or drop the mark of a conflict."""
        self._change(replace(self.look, wrong=on))

    def set_selected(self, on: bool) -> None:
        """Outline it."""
        self._change(replace(self.look, selected=on))

    def _change(self, look: Look) -> None:
        if look != self.look:
            self.look = look
            self.setZValue(3 if look.selected else 2)
            self.update()

    def _text_width(self) -> float:
        free = self._room - self._width - 10
        wide = QFontMetricsF(font(11)).horizontalAdvance(self.job.title) + 2
        return min(wide, free) if free >= 34 else 0.0

    def boundingRect(self) -> QRectF:  # noqa: N802 (Qt's name)
        return QRectF(-3, 0, self._width + 12 + self._text_width(), ROW)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        box = QRectF(0.5, (ROW - _HEIGHT) / 2, self._width - 1, _HEIGHT)
        self._paint_box(painter, box)
        if self.look.wrong:
            painter.setPen(QPen(QColor(ALARM[theme()][2]), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(-1.5, -1.5, 1.5, 1.5), 4, 4)
        wide = self._text_width()
        if wide:
            painter.setFont(font(11, 600 if self.look.selected else 400))
            painter.setPen(colour("text") if self.look.selected else colour("text2"))
            words = ("! " if self.look.wrong else "") + self.job.title
            text = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, int(wide) + 1)
            painter.drawText(QRectF(self._width + 6, 0, wide + 4, ROW), Qt.AlignmentFlag.AlignVCenter, text)

    def _paint_box(self, painter: QPainter, box: QRectF) -> None:
        state = self.look.state
        fill = QColor(STATE[theme()][State.MAINTENANCE])
        edge, style = QColor(fill), Qt.PenStyle.SolidLine
        if state in (None, OrderState.PROPOSED):
            fill.setAlpha(70)
            style = Qt.PenStyle.DashLine
        elif state is OrderState.APPROVED:
            fill.setAlpha(170)
        elif state in (OrderState.DONE, OrderState.CANCELLED):
            fill, edge = colour("border"), colour("text2")
        if state is OrderState.SCHEDULED:
            edge = colour("text")
        painter.setPen(QPen(colour("accent"), 2) if self.look.selected else QPen(edge, 1.2, style))
        painter.setBrush(fill)
        painter.drawRoundedRect(box, 3, 3)
        if state in (OrderState.IN_PROGRESS, OrderState.ON_HOLD):
            painter.fillRect(QRectF(box.left() + 2, box.bottom() - 5, box.width() * 0.6, 3), colour("text"))

    # Dragging --------------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QGraphicsSceneMouseEvent) -> None:  # noqa: N802 (Qt's name)
        if event.button() != Qt.MouseButton.LeftButton or event.pos().x() > self._width + 3:
            event.ignore()
            return
        self._grip = event.scenePos().x() - self.x()
        self.dragged_ns = self.job.start_ns
        self._gantt.chosen.emit(self.job.work_order)
        event.accept()

    def mouseMoveEvent(self, event: QGraphicsSceneMouseEvent) -> None:  # noqa: N802 (Qt's name)
        if self._grip is None or not self.can_move:
            return
        start_ns = self._gantt.snap(self.job, event.scenePos().x() - self._grip)
        if start_ns != self.dragged_ns:
            self.dragged_ns = start_ns
            self.setX(self._gantt.x_of(start_ns))
            self._gantt.moving.emit(self.job.work_order, start_ns)

    def mouseReleaseEvent(self, event: QGraphicsSceneMouseEvent) -> None:  # noqa: N802 (Qt's name)
        was, self._grip = self._grip, None
        if was is not None and self.dragged_ns != self.job.start_ns:
            self._gantt.dropped.emit(self.job.work_order, self.dragged_ns)
