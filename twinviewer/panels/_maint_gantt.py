"""The Gantt chart of a plan: a row per asset, a bar per job, zoom, drag with snap to the hour; changes in place."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QMouseEvent, QPainter, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QFrame, QGraphicsScene, QGraphicsView, QSizePolicy, QWidget

from twinviewer.maintenance.orders.model import OrderState
from twinviewer.maintenance.plan_results import Plan, PlannedJob
from twinviewer.model.state import State
from twinviewer.panels._kit import roles
from twinviewer.panels._kit.style import colour
from twinviewer.panels._kit.widgets import Canvas
from twinviewer.panels._maint_bar import Bar, Look, said
from twinviewer.panels._maint_edit import HOUR_NS, snapped
from twinviewer.panels._maint_gantt_paint import Behind, behind, marks, paint_head, paint_name, paint_rows
from twinviewer.panels._maint_marks import ROW, LawMark, Mark, NowLine, PartMark
from twinviewer.panels._text import NS

SPAN_H = {"day": 24, "week": 168, "month": 672}
LEFT, TOP = 92, 24
_MOST_ROWS = 11


class Gantt(QGraphicsView):
    """Sends `chosen(work order)` when a bar is pressed, `shown` when it was let go without a drag, `moving` while it
    is dragged and `dropped` when it is let go elsewhere; `undone` and `redone` on the keys for that."""

    chosen = Signal(str)
    shown = Signal(str)
    moving = Signal(str, object)
    dropped = Signal(str, object)
    asset_chosen = Signal(str)
    undone = Signal()
    redone = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scene = QGraphicsScene(self)
        self._scene.setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)  # all bars move at once
        self.setScene(self._scene)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName("Plan of jobs")
        self.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        roles.act_as(self, roles.PICTURE)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.FullViewportUpdate)
        self.setViewportMargins(LEFT, TOP, 0, 0)
        self.head = Canvas(self._paint_head, parent=self)
        self.names = Canvas(self._paint_names, parent=self)
        self.names.mouseReleaseEvent = self._name_clicked
        self.plan: Plan | None = None
        self.zoom = "week"
        self.rows: list[str] = []
        self.bars: dict[str, Bar] = {}
        self.marks: dict[tuple[type[Mark], str], Mark] = {}
        self.selected = ""
        self.selected_asset = ""
        self.states: Mapping[str, State] = {}
        self._row_of: dict[str, int] = {}
        self._behind = Behind()
        self._now_ns = 0
        self.now_line = NowLine(ROW)
        self._scene.addItem(self.now_line)
        self.horizontalScrollBar().valueChanged.connect(lambda _v: self.head.update())
        self.verticalScrollBar().valueChanged.connect(lambda _v: self.names.update())

    # What is shown ---------------------------------------------------------------------------------------------------

    def set_plan(self, plan: Plan | None, states: Mapping[str, OrderState], now_ns: int) -> None:
        """Show a plan; `states` by work order, proposals of the planner are not in it. Bars that stay are moved."""
        self.plan, self._now_ns = plan, now_ns
        jobs = sorted((j for j in plan.jobs if j.start_ns), key=_order) if plan is not None else []
        self.rows = list(dict.fromkeys(j.asset_id for j in jobs))
        self._row_of = {asset: k for k, asset in enumerate(self.rows)}
        self._behind = behind(plan)
        wrong = {name for c in plan.conflicts for name in c.jobs} if plan is not None else set()
        for name in self.bars.keys() - {j.work_order for j in jobs}:
            self._scene.removeItem(self.bars.pop(name))
        for job in jobs:
            look = Look(states.get(job.work_order), job.work_order in wrong, job.work_order == self.selected)
            bar = self.bars.get(job.work_order)
            if bar is None:
                self.bars[job.work_order] = bar = Bar(self, job, look)
                self._scene.addItem(bar)
            else:
                bar.show_job(job, look)
        self._show_marks(jobs)
        self._place()

    def _show_marks(self, jobs: Sequence[PlannedJob]) -> None:
        wanted = {(kind, j.work_order): j for kind in (PartMark, LawMark) for j in jobs if kind.moment(j)}
        for name in self.marks.keys() - wanted.keys():
            self._scene.removeItem(self.marks.pop(name))
        for (kind, name), job in wanted.items():
            if (kind, name) not in self.marks:
                self.marks[kind, name] = kind()
                self._scene.addItem(self.marks[kind, name])
            self.marks[kind, name].show_job(job)

    @property
    def dragging(self) -> bool:
        """Whether a person holds a bar: nothing may move under the pointer."""
        return any(bar.held for bar in self.bars.values())

    def set_now(self, now_ns: int) -> None:
        """Move the now line."""
        if abs(now_ns - self._now_ns) >= 20 * NS:
            self._now_ns = now_ns
            self._place_now()
            self.head.update()

    def set_states(self, states: Mapping[str, State]) -> None:
        """How the assets are, beside their names."""
        if states != self.states:
            self.states = states
            self.names.update()

    def set_zoom(self, zoom: str) -> None:
        """ "day", "week" or "month" in the width of the chart; the moment at the left edge stays there, unless the
        chosen job would be out of sight."""
        hours = self.horizontalScrollBar().value() / self.per_hour
        self.zoom = zoom
        self._place()
        self.horizontalScrollBar().setValue(round(hours * self.per_hour))
        self.show_selected()

    def mark_conflicts(self, wrong: Sequence[str]) -> None:
        """Outline the bars of these work orders."""
        for name, bar in self.bars.items():
            bar.set_wrong(name in wrong)

    def select(self, work_order: str, asset_id: str) -> None:
        """Outline a job and name its asset; the chart goes there only where that is something new."""
        new = (work_order, asset_id) != (self.selected, self.selected_asset)
        self.selected, self.selected_asset = work_order, asset_id
        for name, bar in self.bars.items():
            bar.set_selected(name == work_order)
        bar = self.bars.get(work_order)
        if bar is not None:
            self.setAccessibleDescription(said(bar.job, bar.look.state))
        if new and not self.dragging:
            self.show_selected()
        self.names.update()
        self.viewport().update()

    def show_selected(self) -> None:
        """Scroll to the chosen job, or to the row of the chosen asset."""
        bar = self.bars.get(self.selected)
        if bar is not None:
            self.ensureVisible(bar, 20, 4)
        elif self.selected_asset in self._row_of:
            y = self._row_of[self.selected_asset] * ROW
            self.ensureVisible(QRectF(self.horizontalScrollBar().value(), y, 1, ROW))

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
            if not bar.held:
                bar.place(self.x_of(bar.job.start_ns), self._row_of[bar.job.asset_id] * ROW, self.per_hour)
        for (kind, name), mark in self.marks.items():
            job = self.bars[name].job
            mark.setPos(self.x_of(kind.moment(job)), self._row_of[job.asset_id] * ROW)
        self._give_room()
        self.now_line.set_height(height)
        self._place_now()
        self.head.update()
        self.names.update()
        self.viewport().update()

    def _give_room(self) -> None:
        """Each title has the room up to the next bar of its row, or from the one before."""
        own: dict[str, list[Bar]] = {}
        for bar in self.bars.values():
            own.setdefault(bar.job.asset_id, []).append(bar)
        for bars in own.values():
            bars.sort(key=Bar.x)
            for k, bar in enumerate(bars):
                end = bars[k + 1].x() if k + 1 < len(bars) else self._scene.width()
                bar.set_room(bar.x() if not k else 0.0, end - bar.x())

    def _place_now(self) -> None:
        self.now_line.setX(self.x_of(self._now_ns))

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

    def event(self, event: QEvent) -> bool:
        """With the focus here, the keys of undo mean the plan and not the camera."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _undo_key(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 (Qt's name)
        undo = _undo_key(event)
        if undo:
            (self.undone if undo < 0 else self.redone).emit()
            return
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        order = sorted(self.bars, key=lambda n: self.bars[n].job.start_ns)
        if not step or not order:
            super().keyPressEvent(event)
            return
        if event.modifiers() & Qt.KeyboardModifier.AltModifier and self.selected in self.bars:
            bar = self.bars[self.selected]
            begin = snapped(self.plan, bar.job, bar.job.start_ns + step * HOUR_NS) if self.plan else bar.job.start_ns
            if begin != bar.job.start_ns and bar.can_move:
                self.dropped.emit(bar.job.work_order, begin)
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
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            bar, turned = self.horizontalScrollBar(), event.angleDelta()
            bar.setValue(bar.value() - (turned.y() or turned.x()))
            event.accept()
        else:
            super().wheelEvent(event)

    def _name_clicked(self, event: QMouseEvent) -> None:
        row = int((event.position().y() + self.verticalScrollBar().value()) // ROW)
        if 0 <= row < len(self.rows):
            self.asset_chosen.emit(self.rows[row])

    # Painting --------------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        super().resizeEvent(event)
        self.head.setGeometry(LEFT, 0, self.viewport().width(), TOP)
        self.names.setGeometry(0, TOP, LEFT, self.viewport().height())
        self._place()

    def _marks(self) -> list[tuple[float, str]]:
        return [(self.x_of(at), text) for at, text in marks(self.plan, self.zoom)] if self.plan is not None else []

    def drawBackground(self, painter: QPainter, rect: QRectF | object) -> None:  # noqa: N802 (Qt's name)
        assert isinstance(rect, QRectF)
        paint_rows(
            painter, rect, len(self.rows), [x for x, _ in self._marks()], self._row_of.get(self.selected_asset, -1)
        )
        for asset, stretches in self._behind.stretches.items():
            if asset not in self._row_of:
                continue
            y = self._row_of[asset] * ROW
            for begin_ns, end_ns, alpha in stretches:
                box = QRectF(self.x_of(begin_ns), y + 1, self.x_of(end_ns) - self.x_of(begin_ns), ROW - 2)
                if box.intersects(rect):
                    painter.fillRect(box, colour("text2", alpha))

    def _paint_head(self, painter: QPainter, width: float, height: float) -> None:
        shift = self.horizontalScrollBar().value()
        now = self.x_of(self._now_ns) - shift if self.plan is not None else -1.0
        paint_head(painter, width, height, [(x - shift, text) for x, text in self._marks()], now)

    def _paint_names(self, painter: QPainter, width: float, height: float) -> None:
        painter.fillRect(QRectF(0, 0, width, height), colour("panel"))
        shift = self.verticalScrollBar().value()
        for k, asset in enumerate(self.rows):
            box = QRectF(0, k * ROW - shift, width - 4, ROW)
            if box.bottom() >= 0 and box.top() <= height:
                paint_name(painter, box, asset, self.states.get(asset), asset == self.selected_asset)


def _order(job: PlannedJob) -> tuple[int, str]:
    return job.start_ns, job.asset_id


def _undo_key(event: QKeyEvent) -> int:
    """-1 for the keys of undo, 1 for those of redo, 0 for others."""
    if event.matches(QKeySequence.StandardKey.Undo):
        return -1
    return 1 if event.matches(QKeySequence.StandardKey.Redo) else 0
