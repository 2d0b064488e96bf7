"""What lies on the Gantt chart: a job as a bar that can be dragged."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import (
    QGraphicsItem,
    QGraphicsSceneHoverEvent,
    QGraphicsSceneMouseEvent,
    QStyleOptionGraphicsItem,
    QWidget,
)

from twinviewer.maintenance.orders.model import OrderState
from twinviewer.maintenance.plan_results import PlannedJob
from twinviewer.model.palette import ALARM, STATE
from twinviewer.model.state import State
from twinviewer.panels._kit.style import colour, font, theme
from twinviewer.panels._maint_book import TITLES
from twinviewer.panels._maint_marks import ROW, day

if TYPE_CHECKING:
    from twinviewer.panels._maint_gantt import Gantt

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
    when = day(job.start_ns)
    hours = (job.end_ns - job.start_ns) / 3.6e12
    stage = TITLES[state] if state is not None else "Proposal of the planner"
    lines = [f"{job.asset_id} · {job.title}", f"{when}, {hours:.0f} h · {job.who} · {stage}", job.reason]
    if job.part:
        lines.append(f"Part: {job.part}, {'in store' if not job.parts_ns else 'there on ' + day(job.parts_ns)}")
    if job.tools:
        lines.append(f"Tools: {', '.join(job.tools)}")
    if job.lock_out:
        takes = f", {job.lock_out_h:g} h of the time" if job.lock_out_h else ""
        lines.append(f"Lock-out: {job.lock_out}{takes}")
    lines.append(f"Stands meanwhile: all of {job.group}" if job.group else "Nothing else stands meanwhile")
    if job.due_ns:
        lines.append(f"{'Due by law' if job.kind == 'legal' else 'Due'} {day(job.due_ns)}")
    return "\n".join(lines)


def paint_bar(painter: QPainter, box: QRectF, look: Look) -> None:
    """A job. Dashed: proposed; filled: approved; outlined strongly: scheduled; with a line in it: begun; grey: done."""
    state = look.state
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
    painter.setPen(QPen(colour("accent"), 2) if look.selected else QPen(edge, 1.2, style))
    painter.setBrush(fill)
    painter.drawRoundedRect(box, 3, 3)
    if look.wrong:
        painter.setPen(QPen(QColor(ALARM[theme()][2]), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box.adjusted(-1.5, -1.5, 1.5, 1.5), 4, 4)
    if state in (OrderState.IN_PROGRESS, OrderState.ON_HOLD):
        painter.fillRect(QRectF(box.left() + 2, box.bottom() - 5, box.width() * 0.6, 3), colour("text"))


class Bar(QGraphicsItem):
    """A job on the chart, as `paint_bar` draws it."""

    def __init__(self, gantt: "Gantt", job: PlannedJob, look: Look) -> None:
        super().__init__()
        self._gantt, self.job, self.look = gantt, job, look
        self._width, self._room, self._before = _LEAST, 0.0, 0.0
        self._grip: float | None = None
        self.dragged_ns = 0
        self.setZValue(2)
        self._title_wide = -1.0  # measured when it is first needed
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAcceptHoverEvents(True)

    @property
    def can_move(self) -> bool:
        """Whether a person may put it elsewhere: not once work has begun."""
        return self.look.state in (None, OrderState.PROPOSED, OrderState.APPROVED, OrderState.SCHEDULED)

    @property
    def held(self) -> bool:
        """Whether a person drags it now."""
        return self._grip is not None

    def show_job(self, job: PlannedJob, look: Look) -> None:
        """The same job in another plan."""
        if job != self.job or look.state is not self.look.state:
            self.job = job
            self._title_wide = -1.0
            self.update()
        self._change(look)

    def place(self, x: float, y: float, per_hour: float) -> None:
        """Put it where its time and its row are."""
        width = max((self.job.end_ns - self.job.start_ns) / 3.6e12 * per_hour, _LEAST)
        if width != self._width:
            self.prepareGeometryChange()
            self._width = width
        if (x, y) != (self.x(), self.y()):
            self.setPos(x, y)

    @property
    def right(self) -> float:
        """Where it ends."""
        return self.x() + self._width

    def set_room(self, before: float, room: float) -> None:
        """How far its title may reach from its left end: to the left, and to the right."""
        if (before, room) != (self._before, self._room):
            self.prepareGeometryChange()
            self._before, self._room = before, room

    def set_wrong(self, on: bool) -> None:
        """Show or drop the mark of a conflict."""
        self._change(replace(self.look, wrong=on))

    def set_selected(self, on: bool) -> None:
        """Outline it."""
        self._change(replace(self.look, selected=on))

    def _change(self, look: Look) -> None:
        if look != self.look:
            self._title_wide = -1.0
            self.look = look
            self.setZValue(3 if look.selected else 2)
            self.update()

    def _text_box(self) -> QRectF:
        """Where the title stands: behind the bar, before it where there is more room, nowhere where there is none."""
        if self._title_wide < 0:
            self._title_wide = QFontMetricsF(font(11)).horizontalAdvance(self._words()) + 2
        wide = self._title_wide
        behind, before = self._room - self._width - 10, self._before - 8
        if behind >= min(wide, 34) and (behind >= wide or behind >= before):
            return QRectF(self._width + 6, 0, min(wide, behind) + 4, ROW)
        if before >= min(wide, 34):
            wide = min(wide, before)
            return QRectF(-wide - 6, 0, wide + 4, ROW)
        return QRectF()

    def _words(self) -> str:
        return ("! " if self.look.wrong else "") + self.job.title

    def boundingRect(self) -> QRectF:  # noqa: N802 (Qt's name)
        return QRectF(-3, 0, self._width + 6, ROW).united(self._text_box().adjusted(-1, 0, 3, 0))

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        box = QRectF(0.5, (ROW - _HEIGHT) / 2, self._width - 1, _HEIGHT)
        paint_bar(painter, box, self.look)
        title = self._text_box()
        if not title.isEmpty():
            painter.setFont(font(11, 600 if self.look.selected else 400))
            painter.setPen(colour("text") if self.look.selected else colour("text2"))
            text = painter.fontMetrics().elidedText(self._words(), Qt.TextElideMode.ElideRight, int(title.width()) - 3)
            painter.drawText(title, Qt.AlignmentFlag.AlignVCenter, text)

    # Dragging --------------------------------------------------------------------------------------------------------

    def hoverEnterEvent(self, event: QGraphicsSceneHoverEvent) -> None:  # noqa: N802 (Qt's name)
        self.setToolTip(said(self.job, self.look.state))

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
        if was is None:
            return
        if self.dragged_ns != self.job.start_ns:
            self._gantt.dropped.emit(self.job.work_order, self.dragged_ns)
        else:
            self._gantt.shown.emit(self.job.work_order)
