"""The stage as a Qt widget: mouse, keys, flights, and what others paint over the picture."""

import math
import time
from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QEvent, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from twinviewer.view.qt_widget.canvas import Canvas
from twinviewer.view.qt_widget.tools import MeasureTool, paint_knobs
from twinviewer.view.section_handles import SectionHandles
from twinviewer.view.stage import Stage

REST_MS = 180
_HOVER_MS = 40
_TICK_MS = 15
_FINISH_MS = 40
_CLICK_PX = 4
_WHEEL_REMEMBER_S = 0.8
_KEY_STEP_PX = 40

Overlay = Callable[[QPainter, int, int], None]


class StageWidget(QWidget):
    """Left drag orbits, right or middle drag (or Shift) pans, the wheel zooms to the pointer, a click picks.

    Signals give logical pixels and an asset row, -1 for floor, walls and nothing. `overlay` paints over the picture
    with (painter, width, height); call `update` when it would paint something else.
    """

    clicked = Signal(float, float, int)
    double_clicked = Signal(float, float, int)
    context_requested = Signal(float, float, int)
    hovered = Signal(int)
    camera_changed = Signal()
    resized = Signal()  # the picture has its new size, and was not drawn in it yet
    measured = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName("3D picture")
        self.setAccessibleDescription("Arrow keys turn, Shift and arrow keys shift, plus and minus zoom.")
        self.setMinimumSize(160, 120)
        self.canvas = Canvas(self)
        self._glass = _Glass(self)
        self.overlay: Overlay | None = None
        self.refined = True
        self._measure = MeasureTool(self.stage)
        self._handles = SectionHandles(self.stage)
        self._last_pose = self.stage.pose
        self._press: QPointF | None = None
        self._drag_from = QPointF()
        self._grabbed: np.ndarray | None = None
        self._button = Qt.MouseButton.NoButton
        self._dragging = False
        self._wheel_s = -math.inf
        self._hover_row = -1
        self._pointer = QPointF()
        self._flight = self._timer(_TICK_MS, self._fly)
        self._rest = self._timer(REST_MS, self._at_rest)
        self._hover = self._timer(_HOVER_MS, self._look_under_pointer)
        self._finish = self._timer(_FINISH_MS, self._finish_picture)
        self.stage.on_change = self._on_stage_change
        self.canvas.on_drawn = self._on_drawn

    def _timer(self, interval_ms: int, slot: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(interval_ms)
        timer.timeout.connect(slot)
        return timer

    @property
    def stage(self) -> Stage:
        """The picture."""
        return self.canvas.stage

    @property
    def failure(self) -> str:
        """Why nothing can be drawn, "" when all is well."""
        if not self.canvas.failure and self.canvas.isVisible() and not self.canvas.isValid():
            return "OpenGL could not be started on this display."
        return self.canvas.failure

    def renderer_name(self) -> str:
        """The OpenGL renderer string, "" before the first paint."""
        return self.canvas.renderer

    def close_stage(self) -> None:
        """Give the graphics memory back; the widget draws nothing afterwards."""
        for timer in (self._flight, self._rest, self._hover, self._finish):
            timer.stop()
        self.overlay = None
        self.canvas.on_drawn = _nothing
        self.canvas.close_stage()

    # -- drawing

    def update(self, *_: object) -> None:
        """Paint the overlay again, without another render."""
        self._glass.update()

    def paint_overlay(self, painter: QPainter) -> None:
        """What lies over the picture: handles, measures, and the owner's overlay."""
        if self.failure:
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.failure)
            return
        if self.stage.scene is None:
            return
        paint_knobs(painter, self._handles, self.stage.theme, self.ratio)
        self._measure.paint(painter, self.ratio, self._pointer)
        if self.overlay is not None:
            self.overlay(painter, self.width(), self.height())

    @property
    def ratio(self) -> float:
        """Pixels of the stage per logical pixel of this widget."""
        return self.stage.size[0] / max(1, self.width())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Canvas and overlay fill the widget."""
        self.canvas.setGeometry(self.rect())
        self._glass.setGeometry(self.rect())
        super().resizeEvent(event)
        self.resized.emit()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """A screen with another pixel ratio needs another render size."""
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self.canvas.fit_window()
        super().changeEvent(event)

    def render_refined(self) -> None:
        """Draw one frame with smooth edges now, also where it takes long: for pictures of the window."""
        self.stage.finish(detail=self.canvas.software, wait=True)
        self.stage.economy = False
        self._rest.stop()
        self._set_scale(2.0)
        self.canvas.repaint()
        self._glass.repaint()

    def _on_stage_change(self) -> None:
        self.canvas.request()
        if self.stage.pose is not self._last_pose:
            self._last_pose = self.stage.pose
            self._moving()
            self.camera_changed.emit()
        if self.stage.flying and not self._flight.isActive():
            self._flight.start()

    def _on_drawn(self) -> None:
        self._glass.update()
        if not self.stage.finished and not self._finish.isActive():
            self._finish.start()

    def _finish_picture(self) -> None:
        if not self.stage.finish(detail=self.canvas.software):
            self._finish.start()

    def _fly(self) -> None:
        if self.stage.advance(time.monotonic()):
            self._flight.start()

    def _moving(self) -> None:
        """Draw smaller while the picture moves, where full size would stutter."""
        self._rest.start()
        self.stage.economy = self.canvas.slow
        self._set_scale(self.canvas.moving_scale())

    def _at_rest(self) -> None:
        if self._dragging or self.stage.flying:
            self._rest.start()
            return
        if self.stage.economy:
            self.stage.economy = False
            self.stage.touch()
        refine = self.refined and self.canvas.renderer and not self.canvas.software
        self._set_scale(2.0 if refine else 1.0)

    def _set_scale(self, scale: float) -> None:
        if scale != self.canvas.scale:
            self.canvas.scale = scale
            self.canvas.fit_window()

    # -- mouse

    def _stage_point(self, place: QPointF) -> tuple[float, float]:
        return place.x() * self.ratio, place.y() * self.ratio

    def asset_at(self, x: float, y: float) -> int:
        """The asset row under a logical pixel, -1 where there is none."""
        found = self.stage.pick(x * self.ratio, y * self.ratio)
        return -1 if found is None else found[0]

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """A drag or a click begins."""
        self._press = self._drag_from = event.position()
        self._button = event.button()
        self._dragging = False
        self._handles.press(*self._stage_point(self._press), self.ratio)
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Drag on, or see what the pointer is over."""
        self._pointer = event.position()
        if self._press is None:
            self._hover.start()
            if self._measure.active:
                self._glass.update()
            return
        if not self._dragging:
            if (event.position() - self._press).manhattanLength() < _CLICK_PX:
                return
            self._begin_drag()
        step = (event.position() - self._drag_from) * self.ratio
        self._drag_from = event.position()
        self._drag(step.x(), step.y(), event.modifiers())

    def _begin_drag(self) -> None:
        assert self._press is not None
        self._dragging = True
        if not self._handles.dragging:
            self.stage.remember("camera")
            self._grabbed = self.stage.under(*self._stage_point(self._press))
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def _drag(self, across: float, down: float, modifiers: Qt.KeyboardModifier) -> None:
        if self._handles.dragging:
            self._handles.drag(*self._stage_point(self._drag_from))
            return
        assert self._grabbed is not None
        shift = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        if self._button == Qt.MouseButton.LeftButton and not shift:
            self.stage.orbit(across, down, self._grabbed)
        else:
            self.stage.pan(across, down, self._grabbed)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """A press without a drag is a click."""
        dragged, self._dragging = self._dragging, False
        on_handle = self._handles.release()
        pressed, self._press = self._press, None
        self.unsetCursor()
        if dragged or on_handle or pressed is None:
            return
        place = event.position()
        if event.button() == Qt.MouseButton.RightButton:
            self.context_requested.emit(place.x(), place.y(), self.asset_at(place.x(), place.y()))
        elif event.button() == Qt.MouseButton.LeftButton:
            self._click(place)

    def _click(self, place: QPointF) -> None:
        if self._measure.active:
            distance = self._measure.click(*self._stage_point(place))
            self._glass.update()
            if distance is not None:
                self.measured.emit(distance)
            return
        self.clicked.emit(place.x(), place.y(), self.asset_at(place.x(), place.y()))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """The owner flies to what was meant."""
        if event.button() == Qt.MouseButton.LeftButton and not self._measure.active:
            place = event.position()
            self.double_clicked.emit(place.x(), place.y(), self.asset_at(place.x(), place.y()))

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        """Zoom to the pointer."""
        steps = (event.angleDelta().y() or event.pixelDelta().y()) / 120
        if steps:
            now = time.monotonic()
            if now - self._wheel_s > _WHEEL_REMEMBER_S:
                self.stage.remember("camera")
            self._wheel_s = now
            self.stage.zoom(0.85**steps, self.stage.under(*self._stage_point(event.position())))
        event.accept()

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        """The pointer is over nothing."""
        self._hover.stop()
        self._set_hover(-1)
        super().leaveEvent(event)

    def _look_under_pointer(self) -> None:
        if self._press is None:
            self._set_hover(self.asset_at(self._pointer.x(), self._pointer.y()))

    def _set_hover(self, row: int) -> None:
        if row != self._hover_row:
            self._hover_row = row
            over = row >= 0 and not self._measure.active
            self.setCursor(Qt.CursorShape.PointingHandCursor if over else self._idle_cursor())
            self.hovered.emit(row)

    def _idle_cursor(self) -> Qt.CursorShape:
        return Qt.CursorShape.CrossCursor if self._measure.active else Qt.CursorShape.ArrowCursor

    @property
    def measuring(self) -> bool:
        """Whether clicks set the ends of a distance."""
        return self._measure.active

    @measuring.setter
    def measuring(self, value: bool) -> None:
        self._measure.set_active(value)
        self.setCursor(self._idle_cursor())
        self._glass.update()

    # -- keys

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Arrow keys turn, with Shift they shift; plus and minus zoom."""
        arrows = {
            Qt.Key.Key_Left: (1, 0), Qt.Key.Key_Right: (-1, 0), Qt.Key.Key_Up: (0, 1), Qt.Key.Key_Down: (0, -1)
        }  # fmt: skip
        zoom = {Qt.Key.Key_Plus: 0.85, Qt.Key.Key_Equal: 0.85, Qt.Key.Key_Minus: 1 / 0.85}
        key = Qt.Key(event.key())
        if key in arrows:
            across, down = (_KEY_STEP_PX * side for side in arrows[key])
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                self.stage.pan(across, down, self.stage.pose.target)
            else:
                self.stage.orbit(across, down, self.stage.pose.target)
        elif key in zoom:
            self.stage.zoom(zoom[key], self.stage.pose.target)
        else:
            super().keyPressEvent(event)


class _Glass(QWidget):
    """A clear pane over the canvas on which Qt paints; repainting it costs no render."""

    def __init__(self, owner: StageWidget) -> None:
        super().__init__(owner)
        self._owner = owner
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Let the owner paint."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        try:
            self._owner.paint_overlay(painter)
        finally:
            painter.end()


def _nothing() -> None:
    return
