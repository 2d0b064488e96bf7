"""What lies over a trend: zoom and drag, the value under the pointer, and where the quality was not good."""

import math
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QEnterEvent,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from twinviewer.model.quality import Quality
from twinviewer.panels._kit import roles
from twinviewer.panels._kit.gauges import figure
from twinviewer.panels._kit.style import colour, font
from twinviewer.panels._text import NS, clock
from twinviewer.session import Series

ZOOM = 1.25  # of one notch of the wheel
SHORTEST_S, LONGEST_S = 2.0, 40 * 86400.0
STRIP = 4  # height of the mark of doubtful values


@dataclass(frozen=True, slots=True)
class Extent:
    """Where the drawing lies (pixels) and which time it shows (UTC ns)."""

    box: QRectF
    from_ns: int
    to_ns: int

    def time_at(self, x: float) -> int:
        """The moment under a pixel."""
        return self.from_ns + int((x - self.box.left()) / max(self.box.width(), 1.0) * (self.to_ns - self.from_ns))

    def x_of(self, time_ns: np.ndarray) -> np.ndarray:
        """The pixel of each moment."""
        return self.box.left() + (time_ns - self.from_ns) / max(self.to_ns - self.from_ns, 1) * self.box.width()


class Glass(QWidget):
    """Turns wheel, drag and keys into another stretch of time: `moved(from_ns, to_ns)`; `homed()` is back to now."""

    moved = Signal(object, object)  # int64 does not fit into Qt's int
    homed = Signal()
    menu_wanted = Signal(QPointF)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        roles.act_as(self, roles.SLIDER)
        self.setAccessibleName("Time shown: arrows move, plus and minus zoom, Home goes back to now")
        self._extent = Extent(QRectF(), 0, 1)
        self._series: Series | None = None
        self._unit = ""
        self._pointer: float | None = None
        self._grip: tuple[float, Extent] | None = None
        self._came: QPointF | None = None  # where the pointer stood when the plot came under it
        self._meant = False  # the pointer was moved here: its wheel is meant for the plot, not for the page

    def show_line(self, extent: Extent, series: Series, unit: str) -> None:
        """Know what is drawn below."""
        self._extent, self._series, self._unit = extent, series, unit
        self.update()

    # Changing the time ---------------------------------------------------------------------------------------------

    def _zoom(self, factor: float, x: float) -> None:
        extent = self._extent
        span = extent.to_ns - extent.from_ns
        wanted = min(max(span * factor, SHORTEST_S * NS), LONGEST_S * NS)
        at = extent.time_at(x)
        from_ns = at - int((at - extent.from_ns) * (wanted / span))
        self.moved.emit(from_ns, from_ns + int(wanted))

    def _pan(self, extent: Extent, share: float) -> None:
        by = int((extent.to_ns - extent.from_ns) * share)
        self.moved.emit(extent.from_ns + by, extent.to_ns + by)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 (Qt's name)
        notches = event.angleDelta().y() / 120
        if not self._meant:
            event.ignore()
        elif notches:
            self._zoom(ZOOM**-notches, event.position().x())
            event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        if event.button() == Qt.MouseButton.LeftButton:
            self._grip = (event.position().x(), self._extent)
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        x = event.position().x()
        self._pointer = x
        self._meant = self._meant or event.globalPosition() != self._came
        if self._grip is not None:
            begun, extent = self._grip
            self._pan(extent, (begun - x) / max(extent.box.width(), 1.0))
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        self._grip = None
        self.unsetCursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        self.homed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 (Qt's name)
        key, middle = event.key(), self._extent.box.center().x()
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._pan(self._extent, -0.2 if key == Qt.Key.Key_Left else 0.2)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus):
            self._zoom(ZOOM if key == Qt.Key.Key_Minus else 1 / ZOOM, middle)
        elif key == Qt.Key.Key_Home:
            self.homed.emit()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802 (Qt's name)
        self.menu_wanted.emit(QPointF(event.globalPos()))

    def enterEvent(self, event: QEnterEvent) -> None:  # noqa: N802 (Qt's name)
        self._pointer = event.position().x()
        self._came = event.globalPosition()
        self.update()

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802 (Qt's name)
        self._pointer, self._meant = None, False
        self.update()

    # Painting ------------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        if self._series is None:
            return
        painter = QPainter(self)
        for first, last, quality in doubtful(self._series):
            self._paint_strip(painter, first, last, quality)
        if self._pointer is not None and self._extent.box.left() <= self._pointer <= self._extent.box.right():
            self._paint_reading(painter, self._pointer)
        if self.hasFocus():
            painter.setPen(QPen(colour("accent"), 1))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def _paint_strip(self, painter: QPainter, first_ns: int, last_ns: int, quality: int) -> None:
        box = self._extent.box
        left, right = np.clip(self._extent.x_of(np.array([first_ns, last_ns])), box.left(), box.right()).tolist()
        ink = colour("text2", 255 if quality >= Quality.BAD else 120)
        painter.fillRect(QRectF(left, box.bottom() - STRIP, max(right - left, 2.0), STRIP), ink)

    def _paint_reading(self, painter: QPainter, x: float) -> None:
        box = self._extent.box
        painter.setPen(QPen(colour("text2", 160), 1))
        painter.drawLine(QLineF(x, box.top(), x, box.bottom()))
        text = self.reading(x)
        painter.setFont(font(11))
        width = QFontMetricsF(painter.font()).horizontalAdvance(text) + 12
        left = min(max(x + 6, box.left()), box.right() - width) if x + 6 + width < box.right() else x - 6 - width
        frame = QRectF(max(left, 0.0), box.top() + 1, width, 17)
        painter.setPen(QPen(colour("border"), 1))
        painter.setBrush(colour("panel"))
        painter.drawRoundedRect(frame, 3, 3)
        painter.setPen(colour("text"))
        painter.drawText(frame, Qt.AlignmentFlag.AlignCenter, text)

    def reading(self, x: float) -> str:
        """Time and value under a pixel, as they are written beside the pointer."""
        at, series = self._extent.time_at(x), self._series
        when = clock(at)
        if series is None or not len(series.time_ns):
            return f"{when}  nothing known"
        k = int(np.searchsorted(series.time_ns, at, "right")) - 1
        if k < 0:
            return f"{when}  nothing known"
        low, high, quality = float(series.low[k]), float(series.high[k]), int(series.quality[k])
        if not math.isfinite(low):
            return f"{when}  {'bad' if quality == Quality.BAD else 'nothing known'}"
        if k == len(series.time_ns) - 1 and at - int(series.time_ns[k]) > 15 * NS:
            return f"{when}  nothing known"
        value = figure(low) if figure(low) == figure(high) else f"{figure(low)} to {figure(high)}"
        mark = {Quality.UNCERTAIN: ", uncertain", Quality.STALE: ", old", Quality.BAD: ", partly bad"}.get(
            Quality(quality), ""
        )
        return f"{when}  {value} {self._unit}".rstrip() + mark


def doubtful(series: Series) -> list[tuple[int, int, int]]:
    """Stretches of uncertain or bad values: first and last moment and the Quality."""
    quality = np.where((series.quality == Quality.UNCERTAIN) | (series.quality == Quality.BAD), series.quality, 0)
    if not quality.any():
        return []
    change = np.flatnonzero(np.diff(quality)) + 1
    starts = np.concatenate([[0], change])
    ends = np.append(change, len(quality) - 1)
    time = series.time_ns
    return [(int(time[a]), int(time[b]), int(quality[a])) for a, b in zip(starts, ends, strict=True) if quality[a]]
