"""Tools that Qt paints over the picture: measured distances, and the knobs of the section box."""

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from twinviewer.model.palette import SURFACE
from twinviewer.view.history import Point
from twinviewer.view.section_handles import SectionHandles
from twinviewer.view.stage import Stage

_KNOB_RADIUS, _END_RADIUS = 6.0, 3.5


class MeasureTool:
    """Keeps the first point of a distance, and paints lengths of those that stand."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.active = False
        self.texts: list[QRectF] = []  # where lengths were painted last, in logical pixels
        self._start: Point | None = None

    def set_active(self, active: bool) -> None:
        """Begin or end; a first point without a second is dropped."""
        self.active = active
        self._start = None

    def click(self, x: float, y: float) -> float | None:
        """Take a point at a pixel of the stage; returns the distance in metres when it was the second."""
        found = self._stage.pick(x, y)
        if found is None:
            return None
        point: Point = (float(found[1][0]), float(found[1][1]), float(found[1][2]))
        if self._start is None:
            self._start = point
            return None
        start, self._start = self._start, None
        return self._stage.measure(start, point)

    def paint(self, painter: QPainter, ratio: float, pointer: QPointF) -> None:
        """Lengths beside the lines, and the line that grows with the pointer."""
        accent = QColor(SURFACE[self._stage.theme]["accent"])
        self.texts = []
        for start, end in self._stage.measurements:
            a, b = (self._on_screen(point, ratio) for point in (start, end))
            if a is not None and b is not None:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(accent)
                for place in (a, b):
                    painter.drawEllipse(place, _END_RADIUS, _END_RADIUS)
                self._write(painter, (a + b) / 2, length_text(float(np.linalg.norm(np.subtract(end, start)))))
        start = self._on_screen(self._start, ratio) if self._start is not None else None
        if start is not None:
            painter.setPen(QPen(accent, 1.6, Qt.PenStyle.DashLine))
            painter.setBrush(accent)
            painter.drawLine(start, pointer)
            painter.drawEllipse(start, _END_RADIUS, _END_RADIUS)

    def _on_screen(self, point: Point, ratio: float) -> QPointF | None:
        x, y, depth = self._stage.project(np.array([point]))[0]
        return QPointF(x / ratio, y / ratio) if depth > 0 else None

    def _write(self, painter: QPainter, middle: QPointF, text: str) -> None:
        tokens = SURFACE[self._stage.theme]
        width = painter.fontMetrics().horizontalAdvance(text) + 14
        height = painter.fontMetrics().height() + 6
        box = QRectF(middle.x() - width / 2, middle.y() - height / 2, width, height)
        self.texts.append(box)
        painter.setPen(QPen(QColor(tokens["accent"]), 1))
        painter.setBrush(QColor(tokens["panel"]))
        painter.drawRoundedRect(box, 4, 4)
        painter.setPen(QColor(tokens["text"]))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


def length_text(metres: float) -> str:
    """A length as people write it: millimetres below a metre."""
    return f"{metres * 1000:.0f} mm" if metres < 1 else f"{metres:.2f} m"


def paint_knobs(painter: QPainter, handles: SectionHandles, theme: str, ratio: float) -> None:
    """The knobs of the section box as discs in the accent; `ratio` stage pixels per logical pixel."""
    painter.setPen(QPen(QColor(SURFACE[theme]["panel"]), 1.5))
    painter.setBrush(QColor(SURFACE[theme]["accent"]))
    for x, y, depth in handles.places().tolist():
        if depth > 0:
            painter.drawEllipse(QPointF(x / ratio, y / ratio), _KNOB_RADIUS, _KNOB_RADIUS)
