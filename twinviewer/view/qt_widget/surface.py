"""The stage shown in a widget: when it is drawn, at which size, and what others paint over it."""

import time
from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from twinviewer.view.qt_widget.canvas import Canvas
from twinviewer.view.stage import Stage
from twinviewer.view.window import halve, pixels

REST_MS = 180
_TICK_MS = 15
_FINISH_MS = 40

Overlay = Callable[[QPainter, int, int], None]


class StageSurface(QWidget):
    """A canvas under a clear pane. `overlay` paints over the picture with (painter, width, height); call `update` when
    it would paint something else. `dragging` says that the picture moves under a pointer."""

    camera_changed = Signal()
    resized = Signal()  # the picture has its new size, and was not drawn in it yet

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumSize(160, 120)
        self.canvas = Canvas(self)
        self._glass = _Glass(self)
        self.overlay: Overlay | None = None
        self.refined = True
        self.dragging = False
        self._last_pose = self.stage.pose
        self._timers: list[QTimer] = []
        self._flight = self.timer(_TICK_MS, self._fly)
        self._rest = self.timer(REST_MS, self._at_rest)
        self._finish = self.timer(_FINISH_MS, self._finish_picture)
        self.stage.on_change = self._on_stage_change
        self.canvas.on_drawn = self._on_drawn

    def timer(self, interval_ms: int, slot: Callable[[], None]) -> QTimer:
        """A timer that runs once each time it is started, and no more when the stage is closed."""
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(interval_ms)
        timer.timeout.connect(slot)
        self._timers.append(timer)
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
        for timer in self._timers:
            timer.stop()
        self.overlay = None
        self.canvas.on_drawn = _nothing
        self.canvas.close_stage()

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
        self.paint_tools(painter)
        if self.overlay is not None:
            self.overlay(painter, self.width(), self.height())

    def paint_tools(self, painter: QPainter) -> None:
        """What a person's tools show below the owner's overlay."""

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

    def rest(self) -> None:
        """Draw as usual again after `render_refined`."""
        self._rest.start()

    def pixels(self) -> np.ndarray:
        """What was drawn last, without what is painted over it: RGB uint8 (height, width, 3), first row on top."""
        self.canvas.makeCurrent()
        found = pixels(self.stage.window)
        return halve(found) if self.canvas.scale == 2.0 else found

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
        if self.dragging or self.stage.flying:
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


class _Glass(QWidget):
    """A clear pane over the canvas on which Qt paints; repainting it costs no render."""

    def __init__(self, owner: StageSurface) -> None:
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
