"""What is painted over the picture: labels with leader lines, alarm badges, compass."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen, QPolygonF

from twinviewer.gui.abnormal import Label
from twinviewer.model.state import State, Zone
from twinviewer.panels._kit.icons import paint_glyph
from twinviewer.panels._kit.style import colour, font, theme
from twinviewer.panels._kit.symbols import alarm_symbol, state_symbol, zone_symbol
from twinviewer.view.labels import leader_end

_MIDDLE = Qt.AlignmentFlag.AlignVCenter
_LEFT = _MIDDLE | Qt.AlignmentFlag.AlignLeft


@dataclass(frozen=True, slots=True)
class Placed:
    """A label with its place on screen: `box` in logical pixels, `anchor` the point it speaks of."""

    label: Label
    box: QRectF
    anchor: QPointF


def label_size(label: Label, scale: float) -> tuple[float, float]:
    """Width and height in logical pixels."""
    title = QFontMetricsF(font(12 * scale, 600)).horizontalAdvance(label.title)
    detail = QFontMetricsF(font(11 * scale)).horizontalAdvance(label.detail)
    return (34 * scale + max(title, detail) + 10 * scale, 34 * scale)


def paint_labels(painter: QPainter, placed: Sequence[Placed], scale: float, blink: bool) -> None:
    """Leader lines first, then the boxes, so that no line crosses a text. `blink` is the dark half of a blink."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for item in placed:
        _paint_leader(painter, item)
    for item in reversed(placed):  # the worst come first in the list and must lie on top
        _paint_box(painter, item, scale, blink)


def _paint_leader(painter: QPainter, item: Placed) -> None:
    box, anchor = item.box, item.anchor
    if box.contains(anchor):
        return
    edges = np.array([(box.left(), box.top(), box.right(), box.bottom())])
    x, y = leader_end(np.array([anchor.x(), anchor.y()]), edges)[0].tolist()
    pen = QPen(colour("accent" if item.label.selected else "text2"), 1.2)
    painter.setPen(pen)
    painter.drawLine(QLineF(QPointF(x, y), anchor))
    painter.setPen(QPen(colour("outline"), 0.8))
    painter.setBrush(colour("text"))
    painter.drawEllipse(anchor, 2.6, 2.6)


def _paint_box(painter: QPainter, item: Placed, scale: float, blink: bool) -> None:
    label, box = item.label, item.box
    painter.setPen(QPen(colour("accent" if label.selected else "border"), 1.8 if label.selected else 1.0))
    painter.setBrush(colour("panel", 238))
    painter.drawRoundedRect(box, 6, 6)
    kind, code = label.symbol
    centre = QPointF(box.left() + 18 * scale, box.center().y())
    if kind == "zone":
        zone_symbol(painter, centre, 9 * scale, Zone(code), theme())
    elif kind == "note":
        paint_glyph(painter, "note", QRectF(centre.x() - 9 * scale, centre.y() - 9 * scale, 18 * scale, 18 * scale))
    else:
        state_symbol(painter, centre, 9 * scale, State(code), theme())
    left, width = box.left() + 34 * scale, box.width()
    painter.setFont(font(12 * scale, 600))
    painter.setPen(colour("text"))
    painter.drawText(QRectF(left, box.top() + 2 * scale, width, 16 * scale), _LEFT, label.title)
    painter.setFont(font(11 * scale))
    painter.setPen(colour("text2"))
    painter.drawText(QRectF(left, box.top() + 17 * scale, width, 15 * scale), _LEFT, label.detail)
    if label.priority:
        hollow = not label.unacknowledged or blink
        alarm_symbol(painter, badge_centre(item, scale), 7.5 * scale, label.priority, theme(), hollow)


def badge_centre(item: Placed, scale: float) -> QPointF:
    """Where the alarm badge of a label sits: on its upper right corner."""
    return QPointF(item.box.right() - 4 * scale, item.box.top() - 1 * scale)


def paint_compass(painter: QPainter, centre: QPointF, radius: float, azimuth: float, elevation: float) -> None:
    """A compass card lying on the floor as the camera sees it, with its needle to the north (+Y).

    `azimuth` and `elevation` in radians are those of the direction of view.
    """
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(centre)
    painter.setPen(QPen(colour("border"), 1))
    painter.setBrush(colour("panel", 200))
    painter.drawEllipse(QPointF(0, 0), radius, radius)
    flat = max(0.25, abs(math.sin(elevation)))

    def place(angle: float, reach: float) -> QPointF:
        turned = angle - azimuth
        return QPointF(-math.sin(turned) * reach, -math.cos(turned) * reach * flat)

    ring = radius * 0.62
    painter.setPen(QPen(colour("text2", 150), 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawEllipse(QPointF(0, 0), ring, ring * flat)
    north, south = place(0.0, ring), place(math.pi, ring)
    side, other = place(math.pi / 2, ring * 0.22), place(-math.pi / 2, ring * 0.22)
    painter.setPen(QPen(colour("outline"), 0.6))
    painter.setBrush(colour("text2", 120))
    painter.drawPolygon(QPolygonF([south, side, other]))
    painter.setBrush(colour("accent"))
    painter.drawPolygon(QPolygonF([north, side, other]))
    painter.setFont(font(radius * 0.4, 600))
    for angle, letter in ((0.0, "N"), (-math.pi / 2, "E"), (math.pi, "S"), (math.pi / 2, "W")):
        painter.setPen(colour("text" if letter == "N" else "text2"))
        at = place(angle, radius * 0.84)
        painter.drawText(QRectF(at.x() - 10, at.y() - 8, 20, 16), Qt.AlignmentFlag.AlignCenter, letter)
    painter.restore()


def angles_of_view(position: Sequence[float], target: Sequence[float]) -> tuple[float, float]:
    """Azimuth (0 looking north, growing anticlockwise) and elevation in radians of the direction of view."""
    dx, dy, dz = (float(t) - float(p) for p, t in zip(position, target, strict=True))
    return math.atan2(-dx, dy), math.atan2(dz, math.hypot(dx, dy))


def in_picture(pixels: np.ndarray, width: float, height: float) -> np.ndarray:
    """bool (n,): which projected points (n, 3) lie in front of the camera and inside the picture."""
    x, y, depth = pixels.T
    return (depth > 0) & (x >= 0) & (x < width) & (y >= 0) & (y < height)
