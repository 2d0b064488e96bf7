"""Marks on the Gantt chart: where a part arrives, a deadline by law, and the line of now."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from twinviewer.maintenance.plan_results import PlannedJob
from twinviewer.model.palette import ALARM
from twinviewer.panels._kit.style import colour, theme
from twinviewer.panels._text import clock, local

ROW = 27.0
_SIZE = 4.0


def day(time_ns: int) -> str:
    """ "Tue 24 Nov, 14:00"."""
    moment = local(time_ns)
    return f"{moment.strftime('%a')} {moment.day} {moment.strftime('%b')}, {clock(time_ns, seconds=False)}"


class Mark(QGraphicsItem):
    """A moment in the row of a job, which no bar may hide and which takes no clicks."""

    def __init__(self) -> None:
        super().__init__()
        self.setZValue(4)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    @staticmethod
    def moment(job: PlannedJob) -> int:
        """Where it stands (UTC ns), 0 where the job has no such moment."""
        return 0

    def show_job(self, job: PlannedJob) -> None:
        """Say what it means for this job."""

    def boundingRect(self) -> QRectF:  # noqa: N802 (Qt's name)
        return QRectF(-_SIZE - 1, 0, 4 * _SIZE + 2, ROW)


class PartMark(Mark):
    """Where a part arrives that a job waits for: a diamond."""

    @staticmethod
    def moment(job: PlannedJob) -> int:
        return job.parts_ns

    def show_job(self, job: PlannedJob) -> None:
        self.setToolTip(f"{job.part} arrives {day(job.parts_ns)}")

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        painter.setPen(QPen(colour("panel"), 1))
        paint_diamond(painter, 0, ROW - _SIZE - 1)


class LawMark(Mark):
    """A deadline by law: a flag; in the colour of an alarm where the plan misses it."""

    def __init__(self) -> None:
        super().__init__()
        self.missed = False

    @staticmethod
    def moment(job: PlannedJob) -> int:
        return job.due_ns if job.kind == "legal" else 0

    def show_job(self, job: PlannedJob) -> None:
        self.missed = job.end_ns > job.due_ns
        self.setToolTip(f"{job.title}: due by law {day(job.due_ns)}{', missed' if self.missed else ''}")
        self.update()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        paint_flag(painter, 0, 3, ROW - 3, self.missed)


def paint_diamond(painter: QPainter, x: float, y: float) -> None:
    """The arrival of a part, around a point."""
    painter.setBrush(colour("text"))
    painter.drawPolygon([QPointF(x - _SIZE, y), QPointF(x, y - _SIZE), QPointF(x + _SIZE, y), QPointF(x, y + _SIZE)])


def paint_flag(painter: QPainter, x: float, top: float, bottom: float, missed: bool = False) -> None:
    """A deadline by law, its pole at x."""
    ink = QColor(ALARM[theme()][2]) if missed else colour("text")
    painter.setPen(QPen(ink, 1.6))
    painter.drawLine(QPointF(x, top), QPointF(x, bottom))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink)
    painter.drawPolygon([QPointF(x, top), QPointF(x + 9, top + 3.5), QPointF(x, top + 7)])


class NowLine(QGraphicsItem):
    """Now, from top to bottom."""

    def __init__(self, height: float) -> None:
        super().__init__()
        self._height = height
        self.setZValue(5)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def set_height(self, height: float) -> None:
        """How many rows it crosses, in pixels."""
        if height != self._height:
            self.prepareGeometryChange()
            self._height = height

    def boundingRect(self) -> QRectF:  # noqa: N802 (Qt's name)
        return QRectF(-1.5, 0, 3, self._height)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        painter.setPen(QPen(colour("accent"), 2))
        painter.drawLine(QPointF(0, 0), QPointF(0, self._height))
