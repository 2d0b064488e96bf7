"""A stretch of time as a picture: states as a band, alarms as marks above it, hours below, and where we are."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QBrush,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from twinviewer.model.palette import STATE
from twinviewer.model.state import State
from twinviewer.panels._kit.style import colour, font, theme
from twinviewer.panels._kit.symbols import alarm_symbol, tint
from twinviewer.panels._text import NS, clock, duration, local
from twinviewer.session import Band, Mark

SHORTEST_NS, LONGEST_NS = 60 * NS, 31 * 86_400 * NS
_STEPS_S = (10, 30, 60, 300, 900, 1800, 3600, 7200, 14_400, 28_800, 86_400, 172_800, 604_800)
_MARKS, _BAND, _AXIS = 17.0, 13.0, 17.0  # heights
_STACK = (
    State.RUNNING, State.IDLE, State.OFFLINE, State.SETUP, State.MAINTENANCE, State.STARVED, State.BLOCKED,
    State.UNKNOWN, State.FAULT,
)  # fmt: skip


def ticks(from_ns: int, to_ns: int, most: int) -> list[tuple[int, str]]:
    """Round local times in a stretch, at most `most` of them, as (moment, text)."""
    span_s = (to_ns - from_ns) / NS
    step = next((s for s in _STEPS_S if span_s / s <= max(most, 1)), _STEPS_S[-1])
    first = local(from_ns)
    midnight = first.replace(hour=0, minute=0, second=0, microsecond=0)
    passed = int((first - midnight).total_seconds()) // step * step
    moment = midnight + timedelta(seconds=passed)
    found: list[tuple[int, str]] = []
    while moment.timestamp() * NS <= to_ns and len(found) <= most + 2:
        at = int(moment.timestamp()) * NS
        if at >= from_ns:
            found.append((at, _tick_text(moment, step)))
        moment += timedelta(seconds=step)
    return found


def _tick_text(moment: datetime, step: int) -> str:
    if step >= 86_400 or (moment.hour == 0 and moment.minute == 0 and step >= 900):
        return f"{moment.day} {moment.strftime('%b')}"
    return moment.strftime("%H:%M:%S" if step < 60 else "%H:%M")


class TimeBand(QWidget):
    """Shows `from_ns` to `to_ns`. Sends what a person asks for; changes nothing by itself.

    `moved(ns)`: the stretch should end there; `zoomed(factor)`: it should be that much longer; `sought(ns)`: show this
    moment; `chosen(asset_id)`: a mark was clicked.
    """

    moved = Signal(object)
    zoomed = Signal(float)
    sought = Signal(object)
    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.from_ns, self.to_ns = 0, NS
        self.seekable = False
        self._bands: Sequence[Band] = ()
        self._shares: tuple[np.ndarray, np.ndarray] | None = None
        self._marks: list[tuple[float, Mark, int]] = []
        self._seen = (0, 0)
        self._now_ns = 0
        self._own = ""
        self._drag: tuple[float, int] | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(int(_MARKS + _BAND + _AXIS))
        self.setMouseTracking(True)

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(400, self.height())

    def show_time(
        self,
        stretch: tuple[int, int],
        now_ns: int,
        seen: tuple[int, int],
        bands: Sequence[Band],
        shares: tuple[np.ndarray, np.ndarray] | None,
        marks: Sequence[Mark],
        own: str,
    ) -> None:
        """Show a stretch with what is known of it; `own` is the asset whose marks stand out, "" for all."""
        self.from_ns, self.to_ns = stretch
        self._now_ns, self._seen, self._bands, self._shares, self._own = now_ns, seen, bands, shares, own
        self._marks = self._thin(marks)
        self.update()

    def _thin(self, marks: Sequence[Mark]) -> list[tuple[float, Mark, int]]:
        """Marks that would cover each other become one: the own, then the worst, with how many it stands for."""
        shown: list[tuple[float, Mark, int]] = []
        for mark in marks:
            x = min(max(self.x_of(mark.time_ns), 6.0), self.width() - 6.0)
            if shown and x - shown[-1][0] < 11:
                x0, before, n = shown[-1]
                rank = (mark.asset_id != self._own, mark.priority)
                better = rank < (before.asset_id != self._own, before.priority)
                shown[-1] = (x0, mark if better else before, n + 1)
            else:
                shown.append((x, mark, 1))
        return shown

    def x_of(self, time_ns: int) -> float:
        """Where a moment lies, in pixels."""
        return (time_ns - self.from_ns) / max(self.to_ns - self.from_ns, 1) * self.width()

    def time_at(self, x: float) -> int:
        """The moment at a pixel."""
        return self.from_ns + int(x / max(self.width(), 1) * (self.to_ns - self.from_ns))

    # Painting ------------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(0.5, _MARKS, self.width() - 1, _BAND)
        painter.fillRect(box, colour("field"))
        if self._shares is not None:
            self._paint_shares(painter, box, *self._shares)
        for band in self._bands:
            left = self.x_of(band.start_ns)
            self._fill(painter, QRectF(left, box.top(), self.x_of(band.end_ns) - left, _BAND), band.state)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colour("accent" if self.hasFocus() else "border"), 1))
        painter.drawRect(box)
        self._paint_axis(painter)
        for x, mark, _n in self._marks:
            faded = bool(self._own) and mark.asset_id != self._own
            painter.setOpacity(0.45 if faded else 1.0)
            alarm_symbol(painter, QPointF(x, 8), 5.5, mark.priority, theme(), hollow=faded)
        painter.setOpacity(1.0)
        self._paint_cursor(painter)
        painter.end()

    def _fill(self, painter: QPainter, box: QRectF, state: State) -> None:
        box = box.intersected(QRectF(0, 0, self.width(), self.height()))
        if state is State.UNKNOWN:
            painter.fillRect(box, QBrush(colour("text2", 150), Qt.BrushStyle.BDiagPattern))
        else:
            painter.fillRect(box, tint(STATE[theme()][state]))

    def _paint_shares(self, painter: QPainter, box: QRectF, times: np.ndarray, counts: np.ndarray) -> None:
        """All assets at once: each moment a column, divided by how many were in each state."""
        if not len(times):
            return
        xs = [self.x_of(t) for t in [*times.tolist(), min(self._seen[1], self.to_ns)]]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        columns = np.unique(np.maximum(np.array(xs[:-1]), 0).astype(int), return_index=True)[1].tolist()
        for i, j in zip(columns, [*columns[1:], len(times)], strict=True):
            total, y = int(counts[i].sum()), box.bottom()
            left, right = max(xs[i], box.left()), min(xs[j], box.right())
            for state in _STACK if total and right > left else ():
                height = _BAND * counts[i][state] / total
                self._fill(painter, QRectF(left, y - height, right - left, height), state)
                y -= height
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)

    def _paint_axis(self, painter: QPainter) -> None:
        painter.setFont(font(10))
        y = _MARKS + _BAND
        for at, text in ticks(self.from_ns, self.to_ns, max(2, self.width() // 90)):
            x = self.x_of(at)
            painter.setPen(QPen(colour("border"), 1))
            painter.drawLine(QPointF(x, y), QPointF(x, y + 3))
            painter.setPen(colour("text2"))
            width = painter.fontMetrics().horizontalAdvance(text) + 2
            left = min(max(x - width / 2, 0.0), self.width() - width)
            painter.drawText(QRectF(left, y + 3, width, 13), Qt.AlignmentFlag.AlignLeft, text)

    def _paint_cursor(self, painter: QPainter) -> None:
        x = min(self.x_of(self._now_ns), self.width() - 1.0)
        if x < 0 or self.x_of(self._now_ns) > self.width() + 2:
            return
        painter.setPen(QPen(colour("accent"), 2))
        painter.drawLine(QPointF(x, _MARKS - 2), QPointF(x, _MARKS + _BAND + 2))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour("accent"))
        top = _MARKS - 7
        painter.drawPolygon(QPolygonF([QPointF(x - 5, top), QPointF(x + 5, top), QPointF(x, top + 7)]))

    # What a person does --------------------------------------------------------------------------------------------

    def text_at(self, x: float, y: float) -> str:
        """What a tool tip says there."""
        at = self.time_at(x)
        if y < _MARKS:
            near = [(abs(mx - x), mark, n) for mx, mark, n in self._marks if abs(mx - x) <= 7]
            if near:
                _, mark, n = min(near, key=lambda found: found[0])
                more = f"\nand {n - 1} more nearby" if n > 1 else ""
                return f"{clock(mark.time_ns, self._now_ns)}  P{mark.priority}  {mark.asset_id}\n{mark.text}{more}"
        for band in self._bands:
            if band.start_ns <= at < band.end_ns:
                held = duration((band.end_ns - band.start_ns) / NS)
                return f"{band.state.label} {held}\n{clock(band.start_ns, self._now_ns)} to {clock(band.end_ns)}"
        return f"{clock(at, self._now_ns)}{self._shares_at(at)}"

    def _shares_at(self, at: int) -> str:
        if not self._seen[0] <= at <= self._seen[1]:
            return "\nnot seen"
        if self._shares is None or not len(self._shares[0]):
            return ""
        i = max(0, int(np.searchsorted(self._shares[0], at, side="right")) - 1)
        counts = self._shares[1][i]
        return "".join(f"\n{int(counts[s])} {s.label.lower()}" for s in reversed(_STACK) if counts[s])

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self.text_at(event.pos().x(), event.pos().y()), self)
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        if event.button() != Qt.MouseButton.LeftButton:
            return
        x, y = event.position().x(), event.position().y()
        if y < _MARKS:
            near = [(abs(mx - x), mark) for mx, mark, _ in self._marks if abs(mx - x) <= 7]
            if near:
                self.chosen.emit(min(near, key=lambda found: found[0])[1].asset_id)
                return
        self._drag = (x, self.to_ns)
        if self.seekable:
            self.sought.emit(self.time_at(x))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        if self._drag is None:
            return
        x = event.position().x()
        if self.seekable:
            self.sought.emit(self.time_at(min(max(x, 0.0), float(self.width()))))
        else:
            per_pixel = (self.to_ns - self.from_ns) / max(self.width(), 1)
            self.moved.emit(self._drag[1] - int((x - self._drag[0]) * per_pixel))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        self._drag = None

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 (Qt's name)
        turn: QPoint = event.angleDelta()
        if turn.y():
            self.zoomed.emit(0.8 if turn.y() > 0 else 1.25)
        elif turn.x():
            self.moved.emit(self.to_ns - int(turn.x() / 1200 * (self.to_ns - self.from_ns)))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 (Qt's name)
        span = self.to_ns - self.from_ns
        match event.key():
            case Qt.Key.Key_Left | Qt.Key.Key_Right:
                sign = -1 if event.key() == Qt.Key.Key_Left else 1
                if self.seekable:
                    self.sought.emit(self._now_ns + sign * max(NS, span // 100))
                else:
                    self.moved.emit(self.to_ns + sign * span // 10)
            case Qt.Key.Key_Plus:
                self.zoomed.emit(0.8)
            case Qt.Key.Key_Minus:
                self.zoomed.emit(1.25)
            case _:
                super().keyPressEvent(event)
