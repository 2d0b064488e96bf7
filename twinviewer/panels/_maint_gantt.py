"""The Gantt chart of a plan: a row per asset, a bar per job, zoom, drag with snap to the hour."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPen, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QFrame, QGraphicsScene, QGraphicsView, QSizePolicy, QWidget

from twinviewer.maintenance.orders.model import OrderState
from twinviewer.maintenance.results import Plan, PlannedJob
from twinviewer.panels._kit.style import colour, font
from twinviewer.panels._kit.widgets import Canvas
from twinviewer.panels._maint_bar import ROW, Bar, Look, NowLine
from twinviewer.panels._maint_edit import HOUR_NS, snapped
from twinviewer.panels._text import NS, local

SPAN_H = {"day": 24, "week": 168, "month": 672}
LEFT, TOP = 84, 24
_MOST_ROWS = 11


class Gantt(QGraphicsView):
    """Sends `chosen(work order)` on a click, `moving` while a bar is dragged and `dropped` when it is let go."""

    chosen = Signal(str)
    moving = Signal(str, object)
    dropped = Signal(str, object)
    asset_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scene = QGraphicsScene(self)
        self.setScene(self._scene)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName("Plan of jobs")
        self.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.FullViewportUpdate)
        self.setViewportMargins(LEFT, TOP, 0, 0)
        self.head = Canvas(self._paint_head, parent=self)
        self.names = Canvas(self._paint_names, parent=self)
        self.names.mouseReleaseEvent = self._name_clicked  # type: ignore[method-assign]
        self.plan: Plan | None = None
        self.zoom = "week"
        self.rows: list[str] = []
        self.bars: dict[str, Bar] = {}
        self.selected = ""
        self.selected_asset = ""
        self._now_ns = 0
        self._now_line: NowLine | None = None
        self.horizontalScrollBar().valueChanged.connect(lambda _v: self.head.update())
        self.verticalScrollBar().valueChanged.connect(lambda _v: self.names.update())

    # What is shown ---------------------------------------------------------------------------------------------------

    def set_plan(self, plan: Plan | None, states: Mapping[str, OrderState], now_ns: int) -> None:
        """Show a plan; `states` by work order, proposals of the planner are not in it."""
        self.plan, self._now_ns = plan, now_ns
        self._scene.clear()
        self.bars, self.rows, self._now_line = {}, [], None
        if plan is None:
            return
        planned = sorted((j for j in plan.jobs if j.start_ns), key=lambda j: (j.start_ns, j.asset_id))
        self.rows = list(dict.fromkeys(j.asset_id for j in planned))
        wrong = {name for c in plan.conflicts for name in c.jobs}
        for job in planned:
            look = Look(states.get(job.work_order), job.work_order in wrong, job.work_order == self.selected)
            bar = Bar(self, job, look)
            self._scene.addItem(bar)
            self.bars[job.work_order] = bar
        self._now_line = NowLine(max(len(self.rows), 1) * ROW)
        self._scene.addItem(self._now_line)
        self._place()

    def set_now(self, now_ns: int) -> None:
        """Move the now line."""
        if abs(now_ns - self._now_ns) >= 20 * NS:
            self._now_ns = now_ns
            self._place_now()

    def set_zoom(self, zoom: str) -> None:
        """ "day", "week" or "month" in the width of the chart; the moment at the left edge stays there."""
        hours = self.horizontalScrollBar().value() / self.per_hour
        self.zoom = zoom
        self._place()
        self.horizontalScrollBar().setValue(round(hours * self.per_hour))

    def mark_conflicts(self, wrong: Sequence[str]) -> None:
        """Outline the bars of these work orders."""
        for name, bar in self.bars.items():
            bar.set_wrong(name in wrong)

    def select(self, work_order: str, asset_id: str) -> None:
        """Outline a job and name its asset."""
        self.selected, self.selected_asset = work_order, asset_id
        for name, bar in self.bars.items():
            bar.set_selected(name == work_order)
        bar = self.bars.get(work_order)
        if bar is not None:
            self.ensureVisible(bar, 20, 4)
            self.setAccessibleDescription(bar.toolTip())
        elif asset_id in self.rows:
            self.ensureVisible(QRectF(self.horizontalScrollBar().value(), self.rows.index(asset_id) * ROW, 1, ROW))
        self.names.update()
        self.viewport().update()

    @property
    def per_hour(self) -> float:
        """Pixels of an hour."""
        return max(self.viewport().width(), 60) / SPAN_H[self.zoom]

    def _place(self) -> None:
        if self.plan is None:
            return
        height = max(len(self.rows), 1) * ROW
        self._scene.setSceneRect(0, 0, self.plan.hours * self.per_hour, height)
        rows = min(max(len(self.rows), 1), _MOST_ROWS)
        self.setFixedHeight(TOP + round(rows * ROW) + self.horizontalScrollBar().sizeHint().height() + 2)
        for bar in self.bars.values():
            bar.place(self.x_of(bar.job.start_ns), self.rows.index(bar.job.asset_id) * ROW, self.per_hour)
        self._give_room()
        self._place_now()
        self.head.update()
        self.names.update()
        self.viewport().update()

    def _give_room(self) -> None:
        """Each title has the room up to the next bar of its row."""
        for asset in self.rows:
            own = sorted((b for b in self.bars.values() if b.job.asset_id == asset), key=lambda b: b.x())
            for k, bar in enumerate(own):
                end = own[k + 1].x() if k + 1 < len(own) else self._scene.width()
                bar.set_room(end - bar.x())

    def _place_now(self) -> None:
        if self._now_line is not None:
            self._now_line.setX(self.x_of(self._now_ns))

    def x_of(self, time_ns: int) -> float:
        """Where a moment is, in pixels of the chart."""
        start = self.plan.start_ns if self.plan is not None else 0
        return (time_ns - start) / HOUR_NS * self.per_hour

    def time_at(self, x: float) -> int:
        """The moment at a place."""
        assert self.plan is not None
        return self.plan.start_ns + int(x / self.per_hour * HOUR_NS)

    # Acting ----------------------------------------------------------------------------------------------------------

    def snap(self, job: PlannedJob, x: float) -> int:
        """The start that a bar dragged to `x` gets."""
        assert self.plan is not None
        return snapped(self.plan, job, self.time_at(x))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 (Qt's name)
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        order = sorted(self.bars, key=lambda n: self.bars[n].job.start_ns)
        if not step or not order:
            super().keyPressEvent(event)
            return
        if event.modifiers() & Qt.KeyboardModifier.AltModifier and self.selected in self.bars:
            job = self.bars[self.selected].job
            begin = snapped(self.plan, job, job.start_ns + step * HOUR_NS) if self.plan else job.start_ns
            if begin != job.start_ns:
                self.dropped.emit(job.work_order, begin)
            return
        k = order.index(self.selected) + step if self.selected in order else 0
        self.chosen.emit(order[min(max(k, 0), len(order) - 1)])

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 (Qt's name)
        """Ctrl and the wheel zoom, Shift and the wheel go along the time; else the rows or the page scroll."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            names = list(SPAN_H)
            k = names.index(self.zoom) + (1 if event.angleDelta().y() < 0 else -1)
            if 0 <= k < len(names):
                self.set_zoom(names[k])
            event.accept()
        else:
            super().wheelEvent(event)

    def _name_clicked(self, event: object) -> None:
        y = event.position().y() + self.verticalScrollBar().value()  # type: ignore[attr-defined]
        if 0 <= int(y // ROW) < len(self.rows):
            self.asset_chosen.emit(self.rows[int(y // ROW)])

    # Painting --------------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        super().resizeEvent(event)
        self.head.setGeometry(LEFT, 0, self.width() - LEFT, TOP)
        self.names.setGeometry(0, TOP, LEFT, self.viewport().height())
        self._place()

    def marks(self) -> list[tuple[int, str]]:
        """Lines of the time axis: (moment, text), every 6 hours, day or week."""
        if self.plan is None:
            return []
        moment = local(self.plan.start_ns).replace(minute=0, second=0, microsecond=0)
        moment = moment.replace(hour=0)
        end_ns = self.plan.start_ns + self.plan.hours * HOUR_NS
        step = {"day": timedelta(hours=6), "week": timedelta(days=1), "month": timedelta(days=7)}[self.zoom]
        if self.zoom == "month":
            moment -= timedelta(days=moment.weekday())
        found = []
        while (at := round(moment.timestamp()) * NS) < end_ns:
            if at >= self.plan.start_ns - step.total_seconds() * NS:
                found.append((at, self._mark_text(moment)))
            moment += step
        return found

    def _mark_text(self, moment: object) -> str:
        if self.zoom == "month":
            return f"Week {moment.isocalendar().week}"  # type: ignore[attr-defined]
        if self.zoom == "day" and moment.hour:  # type: ignore[attr-defined]
            return moment.strftime("%H:%M")  # type: ignore[attr-defined]
        return f"{moment.strftime('%a')} {moment.day}"  # type: ignore[attr-defined]

    def drawBackground(self, painter: QPainter, rect: QRectF) -> None:  # type: ignore[override]  # noqa: N802 (Qt's name)
        painter.fillRect(rect, colour("panel"))
        if self.plan is None:
            return
        if self.selected_asset in self.rows:
            painter.fillRect(
                QRectF(rect.left(), self.rows.index(self.selected_asset) * ROW, rect.width(), ROW), colour("hover")
            )
        self._paint_stops(painter)
        painter.setPen(QPen(colour("border"), 1))
        for at, _text in self.marks():
            x = round(self.x_of(at)) + 0.5
            painter.drawLine(QPointF(x, rect.top()), QPointF(x, rect.bottom()))
        painter.setPen(QPen(colour("border", 110), 1))
        for k in range(1, len(self.rows) + 1):
            painter.drawLine(QPointF(rect.left(), k * ROW - 0.5), QPointF(rect.right(), k * ROW - 0.5))

    def _paint_stops(self, painter: QPainter) -> None:
        """Where a group stands anyway, behind the rows of its jobs."""
        if self.plan is None:
            return
        group_of = {j.asset_id: j.group for j in self.plan.jobs if j.group}
        for stop in self.plan.stops:
            x, end = self.x_of(stop.start_ns), self.x_of(stop.end_ns)
            for k, asset in enumerate(self.rows):
                if group_of.get(asset) == stop.group:
                    painter.fillRect(QRectF(x, k * ROW + 1, max(end - x, 2), ROW - 2), colour("text2", 46))

    def _paint_head(self, painter: QPainter, width: float, height: float) -> None:
        painter.fillRect(QRectF(0, 0, width, height), colour("panel"))
        painter.setFont(font(11))
        shift = self.horizontalScrollBar().value()
        right = -1.0
        for at, text in self.marks():
            x = self.x_of(at) - shift + 3
            wide = painter.fontMetrics().horizontalAdvance(text)
            if x < right or x < -wide:
                continue
            painter.setPen(colour("text2"))
            painter.drawText(QPointF(x, height - 8), text)
            right = x + wide + 6
        x = self.x_of(self._now_ns) - shift
        if self.plan is not None and 0 <= x <= width:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour("accent"))
            painter.drawPolygon([QPointF(x - 5, height - 7), QPointF(x + 5, height - 7), QPointF(x, height)])

    def _paint_names(self, painter: QPainter, width: float, height: float) -> None:
        painter.fillRect(QRectF(0, 0, width, height), colour("panel"))
        shift = self.verticalScrollBar().value()
        for k, asset in enumerate(self.rows):
            box = QRectF(0, k * ROW - shift, width - 6, ROW)
            if box.bottom() < 0 or box.top() > height:
                continue
            chosen = asset == self.selected_asset
            if chosen:
                painter.fillRect(box, colour("hover"))
                painter.fillRect(QRectF(0, box.top(), 2, ROW), colour("accent"))
            painter.setFont(font(12, 600 if chosen else 400))
            painter.setPen(colour("text"))
            text = painter.fontMetrics().elidedText(asset, Qt.TextElideMode.ElideRight, int(width - 12))
            painter.drawText(box.adjusted(6, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, text)
