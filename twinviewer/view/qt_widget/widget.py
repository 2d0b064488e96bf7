"""The stage as a Qt widget that a person moves, points and measures in: mouse and keys."""

import math
import time

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QNativeGestureEvent, QPainter, QWheelEvent
from PySide6.QtWidgets import QWidget

from twinviewer.view.qt_widget.surface import StageSurface
from twinviewer.view.qt_widget.tools import MeasureTool, paint_knobs
from twinviewer.view.section_handles import SectionHandles

_HOVER_MS = 40
_CLICK_PX = 4
_ONE_GESTURE_S = 0.8  # turns of the wheel, or presses of keys, that follow sooner are undone together
_KEY_STEP_PX = 40


class StageWidget(StageSurface):
    """Left drag orbits, right or middle drag (or Shift) pans, the wheel zooms to the pointer, a click picks.

    Signals give logical pixels and an asset row, -1 for floor, walls and nothing.
    """

    clicked = Signal(float, float, int)
    double_clicked = Signal(float, float, int)
    context_requested = Signal(float, float, int)
    hovered = Signal(int)
    measured = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName("3D picture")
        self.setAccessibleDescription("Arrow keys turn, Shift and arrow keys shift, plus and minus zoom.")
        self.letters = 1.0  # how much larger than usual lengths are written
        self._measure = MeasureTool(self.stage)
        self._handles = SectionHandles(self.stage)
        self._press: QPointF | None = None
        self._drag_from = QPointF()
        self._grabbed: np.ndarray | None = None
        self._button = Qt.MouseButton.NoButton
        self._step_s = -math.inf
        self._step: object = None
        self._hover_row = -1
        self._pointer = QPointF()
        self._hover = self.timer(_HOVER_MS, self._look_under_pointer)

    @property
    def written(self) -> list[QRectF]:
        """Where lengths stand in the picture, in logical pixels."""
        return self._measure.texts

    def paint_tools(self, painter: QPainter) -> None:
        """Knobs of the section box, and distances."""
        font = painter.font()
        font.setPixelSize(round(13 * self.letters))
        painter.setFont(font)
        paint_knobs(painter, self._handles, self.stage.theme, self.ratio)
        self._measure.paint(painter, self.ratio, self._pointer)

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
        self.dragging = False
        self._handles.press(*self._stage_point(self._press), self.ratio)
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Drag on, or see what the pointer is over."""
        self._pointer = event.position()
        if self._press is None:
            self._hover.start()
            if self._measure.active:
                self.update()
            return
        if not self.dragging:
            if (event.position() - self._press).manhattanLength() < _CLICK_PX:
                return
            self._begin_drag()
        step = (event.position() - self._drag_from) * self.ratio
        self._drag_from = event.position()
        self._drag(step.x(), step.y(), event.modifiers())

    def _begin_drag(self) -> None:
        assert self._press is not None
        self.dragging = True
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
        dragged, self.dragging = self.dragging, False
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
            self.update()
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
            self._remember_step()
            self.stage.zoom(0.85**steps, self.stage.under(*self._stage_point(event.position())))
        event.accept()

    def event(self, event: QEvent) -> bool:
        """Two fingers on a touchpad zoom to where the pointer is."""
        if isinstance(event, QNativeGestureEvent) and event.gestureType() is Qt.NativeGestureType.ZoomNativeGesture:
            self._remember_step()
            self.stage.zoom(1 / max(1 + event.value(), 0.2), self.stage.under(*self._stage_point(event.position())))
            return True
        return super().event(event)

    def _remember_step(self) -> None:
        """Small steps that follow each other are one for undo, unless something else was done or undone meanwhile."""
        now, past = time.monotonic(), self.stage.history.past
        if now - self._step_s > _ONE_GESTURE_S or not past or past[-1] is not self._step:
            self.stage.remember("camera")
            self._step = past[-1]
        self._step_s = now

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
        self.update()

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
            self._remember_step()
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                self.stage.pan(across, down, self.stage.pose.target)
            else:
                self.stage.orbit(across, down, self.stage.pose.target)
        elif key in zoom:
            self._remember_step()
            self.stage.zoom(zoom[key], self.stage.pose.target)
        else:
            super().keyPressEvent(event)
