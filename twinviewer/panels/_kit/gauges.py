"""Values as pictures: a bar against its normal band, and a sparkline."""

import math
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from twinviewer.model.asset import Limits
from twinviewer.model.palette import ALARM
from twinviewer.model.quality import Quality
from twinviewer.panels._kit.style import colour, font, theme
from twinviewer.panels._kit.symbols import alarm_symbol, tint

_NO_LIMITS = Limits()
_RIGHT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight


@dataclass(frozen=True, slots=True)
class Reading:
    """What a bar shows. `span` is the whole track, `normal` the band in which the value usually lies.

    `text` is shown for values that are not numbers. `note` stands behind the name ("12 s old", "bad sensor").
    `priority` is that of the active alarm, 0 for none.
    """

    name: str
    value: float = math.nan
    unit: str = ""
    text: str = ""
    normal: tuple[float, float] | None = None
    span: tuple[float, float] | None = None
    limits: Limits = _NO_LIMITS
    quality: Quality = Quality.GOOD
    note: str = ""
    priority: int = 0


def figure(value: float) -> str:
    """A number with three significant digits and no exponent ("0.52", "71.4", "2,140"); "–" for NaN."""
    if not math.isfinite(value):
        return "–"
    size = abs(value)
    if size >= 1000:
        return f"{value:,.0f}"
    if size >= 100:
        return f"{value:.0f}"
    return f"{value:.1f}" if size >= 10 or value == 0 or size >= 0.995 else f"{value:.2f}"


def amount(value: float, unit: str) -> str:
    """A value as it is written before its unit: a whole number without one is a count and has no decimal ("12")."""
    return f"{value:,.0f}" if not unit and math.isfinite(value) and float(value).is_integer() else figure(value)


def track_of(reading: Reading) -> tuple[float, float]:
    """The ends of the track: the span, or what is needed to show band, limits and value with some air."""
    if reading.span is not None and reading.span[1] > reading.span[0]:
        return reading.span
    limits = reading.limits
    known = [v for v in (limits.low_low, limits.low, limits.high, limits.high_high) if v is not None]
    known += list(reading.normal or ())
    if math.isfinite(reading.value):
        known.append(reading.value)
    low, high = min([0.0, *known]), max(known, default=1.0)
    return (low, high + (high - low) * 0.15) if high > low else (low, low + 1.0)


class NormalBar(QWidget):
    """One tag: name, value against normal band and limits, alarm, figure and unit; quality is never hidden."""

    NAME_WIDTH = 112
    FIGURE_WIDTH = 104

    def __init__(self, reading: Reading, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(26)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._reading = reading
        self._describe()

    @property
    def reading(self) -> Reading:
        """What is shown now."""
        return self._reading

    def show_reading(self, reading: Reading) -> None:
        """Show another reading; repaints only when something changed."""
        if reading != self._reading:
            self._reading = reading
            self._describe()
            self.update()

    def _describe(self) -> None:
        r = self._reading
        value = r.text or f"{amount(r.value, r.unit)} {r.unit}".strip()
        parts = [r.name, value]
        if r.quality is not Quality.GOOD:
            parts.append(f"quality {r.quality.name.lower()}")
        if r.note:
            parts.append(r.note)
        if r.priority:
            parts.append(f"alarm priority {r.priority}")
        self.setAccessibleName(", ".join(parts))
        self.setToolTip("\n".join(parts))

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(320, 26)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_name(painter)
        if not self._reading.text:
            self._paint_track(painter)
        self._paint_figure(painter)
        painter.end()

    def _paint_name(self, painter: QPainter) -> None:
        r, height = self._reading, float(self.height())
        painter.setFont(font(12))
        painter.setPen(colour("text2"))
        metrics = QFontMetricsF(painter.font())
        name = metrics.elidedText(r.name, Qt.TextElideMode.ElideRight, self.NAME_WIDTH - 8)
        if not r.note:
            painter.drawText(QRectF(0, 0, self.NAME_WIDTH, height), Qt.AlignmentFlag.AlignVCenter, name)
            return
        painter.drawText(QRectF(0, 0, self.NAME_WIDTH, height / 2 + 2), Qt.AlignmentFlag.AlignVCenter, name)
        painter.setFont(font(10))
        room = self.note_width()
        note = QFontMetricsF(painter.font()).elidedText(r.note, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRectF(0, height / 2, room, height / 2), Qt.AlignmentFlag.AlignVCenter, note)

    def note_width(self) -> float:
        """Pixels that the note below the name has: as far as the figure, below the track, which gives way."""
        return float(self.width() - self.FIGURE_WIDTH - 8)

    def _paint_track(self, painter: QPainter) -> None:
        r = self._reading
        y = self.height() / 2 - (4 if r.note else 0)
        left, right = float(self.NAME_WIDTH), float(self.width() - self.FIGURE_WIDTH)
        if right - left < 24:
            return
        low, high = track_of(r)

        def place(value: float) -> float:
            return left + (min(max(value, low), high) - low) / (high - low) * (right - left)

        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour("border", 120))
        painter.drawRect(QRectF(left, y - 4, right - left, 8))
        if r.normal is not None:
            painter.setBrush(tint("#8FB7C2" if theme() == "light" else "#3F6A76"))
            painter.drawRect(QRectF(place(r.normal[0]), y - 4, place(r.normal[1]) - place(r.normal[0]), 8))
        painter.setPen(QPen(colour("text2"), 1))
        for limit in (r.limits.low_low, r.limits.low, r.limits.high, r.limits.high_high):
            if limit is not None and low <= limit <= high:
                painter.drawLine(QPointF(place(limit), y - 5), QPointF(place(limit), y + 5))
        if math.isfinite(r.value):
            self._paint_pointer(painter, place(r.value), y)

    def _paint_pointer(self, painter: QPainter, x: float, y: float) -> None:
        r = self._reading
        shape = QPainterPath()
        shape.moveTo(x, y + 1)
        shape.lineTo(x - 6, y - 9)
        shape.lineTo(x + 6, y - 9)
        shape.closeSubpath()
        if r.quality >= Quality.STALE:
            painter.setPen(QPen(colour("text2"), 1.2, Qt.PenStyle.DashLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
        else:
            painter.setPen(QPen(colour("panel"), 1))
            painter.setBrush(tint(ALARM[theme()][r.priority]) if r.priority else colour("text"))
        painter.drawPath(shape)

    def _paint_figure(self, painter: QPainter) -> None:
        r, width, height = self._reading, float(self.width()), float(self.height())
        if r.priority:
            alarm_symbol(painter, QPointF(width - 94, height / 2), 7, r.priority, theme())
        usable = r.quality < Quality.STALE
        painter.setPen(colour("text" if usable else "text2"))
        painter.setFont(font(13, 600 if usable else 400))
        if r.text:
            room = width - self.NAME_WIDTH
            text = QFontMetricsF(painter.font()).elidedText(r.text, Qt.TextElideMode.ElideRight, room)
            painter.drawText(QRectF(self.NAME_WIDTH, 0, room, height), _RIGHT, text)
            return
        figures = amount(r.value, r.unit) if r.quality < Quality.UNKNOWN else "?"
        painter.drawText(QRectF(width - 86, 0, 50, height), _RIGHT, figures)
        painter.setFont(font(11))
        painter.setPen(colour("text2"))
        painter.drawText(QRectF(width - 31, 0, 31, height), Qt.AlignmentFlag.AlignVCenter, r.unit)


class SparkLine:
    """A series as a small line without axes: NaN breaks it, `reference` is dashed, at most one point per pixel.

    The shape is made once for a series and a size, out of plain numbers, and kept until another one is drawn: nothing
    that a painter is given goes away while it paints.
    """

    def __init__(self) -> None:
        self._key: tuple[object, ...] = ()
        self._series: tuple[np.ndarray, np.ndarray] | None = None
        self._line = QPainterPath()
        self._reference_y: float | None = None

    def draw(
        self, painter: QPainter, box: QRectF, times: np.ndarray, values: np.ndarray, reference: float | None = None
    ) -> None:
        """Draw `values` (k,) at `times` (k,) into `box`; fewer than two values are nothing to draw."""
        key = (id(times), len(times), id(values), box.getRect(), reference)
        if key != self._key:
            self._key, self._series = key, (times, values)  # kept, so that no other array can have their identity
            self._make(box, times, values, reference)
        if self._reference_y is not None:
            painter.setPen(QPen(colour("text2", 130), 1, Qt.PenStyle.DashLine))
            painter.drawLine(QLineF(box.left(), self._reference_y, box.right(), self._reference_y))
        painter.setPen(QPen(colour("text", 200), 1.4))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(self._line)

    def _make(self, box: QRectF, times: np.ndarray, values: np.ndarray, reference: float | None) -> None:
        self._line, self._reference_y = QPainterPath(), None
        good = np.isfinite(values)
        if good.sum() < 2:
            return
        low, high = float(values[good].min()), float(values[good].max())
        if reference is not None:
            low, high = min(low, reference), max(high, reference)
        if high > low:
            y = box.bottom() - (values - low) / (high - low) * box.height()
        else:
            y = np.where(good, box.center().y(), np.nan)
        x = box.left() + (times - times[0]) / max(int(times[-1] - times[0]), 1) * box.width()
        step = max(1, len(values) // max(int(box.width()), 1))
        pen_down = False
        for x_k, y_k in zip(x[::step].tolist(), y[::step].tolist(), strict=True):
            if not math.isfinite(y_k):
                pen_down = False
            elif pen_down:
                self._line.lineTo(x_k, y_k)
            else:
                self._line.moveTo(x_k, y_k)
                pen_down = True
        if reference is not None:
            share = (reference - low) / (high - low) if high > low else 0.5
            self._reference_y = box.bottom() - share * box.height()
