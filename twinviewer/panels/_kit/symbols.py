"""State, alarm, vibration and NE 107 symbols, each told apart by outline, glyph and colour.

Every function draws around `centre` with `radius` in the painter's units and leaves the painter as it was.
Sources: ISA-101 (quiet colour), ISA-18.2 (priorities), NAMUR NE 107 (device status), ISO 20816-3 (zones).
"""

import math
from collections.abc import Callable, Iterable
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QIcon, QPainter, QPen, QPixmap, QPolygonF

from twinviewer.model.palette import ALARM, ENERGY, STATE, SURFACE, ZONE, ink_on, rgb
from twinviewer.model.state import State, Zone

Draw = Callable[[QPainter, QPointF, float], None]


def tint(token: str, alpha: int = 255) -> QColor:
    """The QColor of a "#RRGGBB" token with `alpha` 0 to 255."""
    colour = QColor(token)
    colour.setAlpha(alpha)
    return colour


def _polygon(points: Iterable[tuple[float, float]]) -> QPolygonF:
    return QPolygonF([QPointF(x, y) for x, y in points])


def _ring(corners: int, radius: float, turn_deg: float = 0.0) -> QPolygonF:
    angles = [math.radians(turn_deg + 360 * i / corners) for i in range(corners)]
    return _polygon((radius * math.cos(a), radius * math.sin(a)) for a in angles)


def _text(painter: QPainter, text: str, radius: float, size: float, colour: QColor, dy: float = 0.0) -> None:
    font = QFont("Inter")
    font.setPixelSize(max(1, round(size)))
    font.setWeight(QFont.Weight.Bold)
    painter.setFont(font)
    painter.setPen(colour)
    painter.drawText(QRectF(-radius * 2, -radius + dy, radius * 4, radius * 2), Qt.AlignmentFlag.AlignCenter, text)


def _contour(theme: str, radius: float) -> QPen:
    return QPen(tint(SURFACE[theme]["outline"]), max(1.0, radius * 0.11))


def _glyph_pen(colour: QColor, radius: float) -> QPen:
    style, cap, join = Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin
    return QPen(colour, max(1.2, radius * 0.22), style, cap, join)


def state_symbol(painter: QPainter, centre: QPointF, radius: float, state: State, theme: str) -> None:
    """The symbol of one asset state."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(centre)
    if state in (State.UNKNOWN, State.OFFLINE):
        _draw_without_state(painter, radius, state, theme)
    else:
        token = STATE[theme][state]
        painter.setPen(_contour(theme, radius))
        painter.setBrush(tint(token))
        _GLYPHS[state](painter, radius, tint(ink_on(token)))
    painter.restore()


def _draw_without_state(painter: QPainter, r: float, state: State, theme: str) -> None:
    surface = SURFACE[theme]
    pen = QPen(tint(surface["text2"]), max(1.2, r * 0.16), Qt.PenStyle.DashLine)
    pen.setDashPattern([1.6, 1.4])
    painter.setPen(pen)
    painter.setBrush(tint(STATE[theme][state], 120))
    painter.drawEllipse(QPointF(0, 0), r * 0.9, r * 0.9)
    if state is State.UNKNOWN:
        _text(painter, "?", r, r * 1.25, tint(surface["text"]))
        return
    pen = _glyph_pen(tint(surface["text"]), r)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    box = QRectF(-r * 0.42, -r * 0.36, r * 0.84, r * 0.84)
    painter.drawArc(box, 125 * 16, 290 * 16)
    painter.drawLine(QPointF(0, -r * 0.5), QPointF(0, -r * 0.02))


def _running(painter: QPainter, r: float, ink: QColor) -> None:
    painter.drawEllipse(QPointF(0, 0), r * 0.92, r * 0.92)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink)
    painter.drawPolygon(_polygon([(-r * 0.3, -r * 0.45), (r * 0.5, 0), (-r * 0.3, r * 0.45)]))


def _idle(painter: QPainter, r: float, ink: QColor) -> None:
    painter.drawEllipse(QPointF(0, 0), r * 0.92, r * 0.92)
    painter.setPen(_glyph_pen(ink, r))
    for x in (-r * 0.25, r * 0.25):
        painter.drawLine(QPointF(x, -r * 0.35), QPointF(x, r * 0.35))


def _setup(painter: QPainter, r: float, ink: QColor) -> None:
    painter.drawPolygon(_ring(6, r))
    painter.setPen(_glyph_pen(ink, r))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawArc(QRectF(-r * 0.42, -r * 0.42, r * 0.84, r * 0.84), 40 * 16, 280 * 16)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink)
    painter.drawPolygon(_polygon([(r * 0.18, -r * 0.5), (r * 0.62, -r * 0.42), (r * 0.34, -r * 0.02)]))


def _waiting(painter: QPainter, r: float, ink: QColor, bar_x: float, shaft: tuple[float, float]) -> None:
    painter.drawRoundedRect(QRectF(-r, -r * 0.74, 2 * r, 1.48 * r), r * 0.2, r * 0.2)
    painter.setPen(_glyph_pen(ink, r))
    painter.drawLine(QPointF(bar_x, -r * 0.4), QPointF(bar_x, r * 0.4))
    painter.drawLine(QPointF(shaft[0], 0), QPointF(shaft[1], 0))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink)
    tip = shaft[1] + r * 0.28
    painter.drawPolygon(_polygon([(tip - r * 0.42, -r * 0.38), (tip, 0), (tip - r * 0.42, r * 0.38)]))


def _blocked(painter: QPainter, r: float, ink: QColor) -> None:
    _waiting(painter, r, ink, r * 0.62, (-r * 0.66, r * 0.1))


def _starved(painter: QPainter, r: float, ink: QColor) -> None:
    _waiting(painter, r, ink, -r * 0.62, (-r * 0.2, r * 0.4))


def _fault(painter: QPainter, r: float, ink: QColor) -> None:
    painter.drawPolygon(_ring(8, r, 22.5))
    painter.setPen(_glyph_pen(ink, r))
    q = r * 0.38
    painter.drawLine(QPointF(-q, -q), QPointF(q, q))
    painter.drawLine(QPointF(-q, q), QPointF(q, -q))


def _maintenance(painter: QPainter, r: float, ink: QColor) -> None:
    painter.drawPolygon(_ring(4, r * 1.08))
    painter.setPen(_glyph_pen(ink, r))
    painter.drawLine(QPointF(-r * 0.34, r * 0.34), QPointF(r * 0.1, -r * 0.1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawArc(QRectF(r * 0.0, -r * 0.5, r * 0.5, r * 0.5), 100 * 16, 250 * 16)


_GLYPHS: dict[State, Callable[[QPainter, float, QColor], None]] = {
    State.RUNNING: _running,
    State.IDLE: _idle,
    State.SETUP: _setup,
    State.BLOCKED: _blocked,
    State.STARVED: _starved,
    State.FAULT: _fault,
    State.MAINTENANCE: _maintenance,
}


def alarm_symbol(
    painter: QPainter, centre: QPointF, radius: float, priority: int, theme: str, hollow: bool = False
) -> None:
    """The symbol of an alarm of `priority` 1 to 4; `hollow` when it is acknowledged or shelved."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(centre)
    r, token = radius, ALARM[theme][priority]
    contour, width = _contour(theme, r), max(1.4, r * 0.18)
    if hollow:
        painter.setBrush(tint(SURFACE[theme]["panel"]))
        pens = [QPen(contour.color(), width + 2 * contour.widthF()), QPen(tint(token), width)]
    else:
        painter.setBrush(tint(token))
        pens = [contour]
    for pen in pens:
        painter.setPen(pen)
        _alarm_shape(painter, r, priority)
    dy = {2: r * 0.2, 3: -r * 0.2}.get(priority, 0.0)
    ink = tint(SURFACE[theme]["text"] if hollow else ink_on(token))
    _text(painter, str(priority), r, r * 1.15, ink, dy)
    painter.restore()


def _alarm_shape(painter: QPainter, r: float, priority: int) -> None:
    if priority == 1:
        painter.drawRect(QRectF(-r * 0.85, -r * 0.85, 1.7 * r, 1.7 * r))
    elif priority == 2:
        painter.drawPolygon(_polygon([(0, -r), (r * 1.05, r * 0.82), (-r * 1.05, r * 0.82)]))
    elif priority == 3:
        painter.drawPolygon(_polygon([(0, r), (r * 1.05, -r * 0.82), (-r * 1.05, -r * 0.82)]))
    else:
        painter.drawEllipse(QPointF(0, 0), r * 0.88, r * 0.88)


def zone_symbol(painter: QPainter, centre: QPointF, radius: float, zone: Zone, theme: str) -> None:
    """The badge of a vibration zone: its letter on its colour; without a sensor an outline with a dash."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(centre)
    r, surface = radius, SURFACE[theme]
    box = QRectF(-r * 0.85, -r * 0.85, 1.7 * r, 1.7 * r)
    if zone is Zone.NONE:
        pen = QPen(tint(surface["text2"]), max(1.2, r * 0.14), Qt.PenStyle.DashLine)
        pen.setDashPattern([1.6, 1.4])
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box, r * 0.3, r * 0.3)
        _text(painter, "–", r, r * 1.25, tint(surface["text2"]))
    else:
        token = ZONE[theme][zone]
        painter.setPen(_contour(theme, r))
        painter.setBrush(tint(token))
        painter.drawRoundedRect(box, r * 0.3, r * 0.3)
        _text(painter, zone.name, r, r * 1.2, tint(ink_on(token)))
    painter.restore()


def ne107_symbol(painter: QPainter, centre: QPointF, radius: float, status: str, theme: str) -> None:
    """The symbol of a device status after NAMUR NE 107: "F", "C", "S", "M", or "N" for normal."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(centre)
    r = radius
    token = {
        "F": ALARM[theme][1],
        "C": ALARM[theme][2],
        "S": ALARM[theme][3],
        "M": STATE[theme][State.MAINTENANCE],
        "N": STATE[theme][State.RUNNING],
    }[status]
    painter.setPen(_contour(theme, r))
    painter.setBrush(tint(token))
    dy = 0.0
    if status == "F":
        painter.drawEllipse(QPointF(0, 0), r * 0.95, r * 0.95)
    elif status == "C":
        painter.drawPolygon(_polygon([(0, r), (r * 1.1, -r * 0.8), (-r * 1.1, -r * 0.8)]))
        dy = -r * 0.2
    elif status == "S":
        painter.drawPolygon(_polygon([(0, -r), (r * 1.1, r * 0.8), (-r * 1.1, r * 0.8)]))
        dy = r * 0.22
    elif status == "M":
        painter.drawPolygon(_ring(4, r * 1.1))
    else:
        painter.drawRect(QRectF(-r * 0.8, -r * 0.8, 1.6 * r, 1.6 * r))
    glyph = {"F": "✕", "C": "C", "S": "?", "M": "M", "N": "✓"}[status]
    _text(painter, glyph, r, r * 1.1, tint(ink_on(token)), dy)
    painter.restore()


def energy_colour(fraction: float, theme: str) -> QColor:
    """The colour of a share of 0 to 1 of the energy scale, mixed between its nine stops."""
    stops = ENERGY[theme]
    place = min(max(fraction, 0.0), 1.0) * (len(stops) - 1)
    low = min(int(place), len(stops) - 2)
    part = place - low
    mixed = [round(a + (b - a) * part) for a, b in zip(rgb(stops[low]), rgb(stops[low + 1]), strict=True)]
    return QColor(*mixed)


def energy_swatch(painter: QPainter, box: QRectF, theme: str) -> None:
    """The whole energy scale as a strip from 0 (left) to 1 (right)."""
    painter.save()
    painter.setPen(QPen(tint(SURFACE[theme]["border"]), 1))
    steps = max(2, int(box.width()))
    for i in range(steps):
        strip = QRectF(box.left() + i, box.top(), 1.5, box.height())
        painter.fillRect(strip, energy_colour(i / (steps - 1), theme))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(box)
    painter.restore()


def swatch(painter: QPainter, centre: QPointF, radius: float, colour: QColor, theme: str) -> None:
    """A plain square of `colour` with the contour that all symbols have."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(_contour(theme, radius))
    painter.setBrush(QBrush(colour))
    side = radius * 1.7
    painter.drawRoundedRect(QRectF(centre.x() - side / 2, centre.y() - side / 2, side, side), 2, 2)
    painter.restore()


def pixmap(draw: Draw, size: int, ratio: float = 2.0) -> QPixmap:
    """A transparent picture of `size` device-independent pixels, sharp up to a scale of `ratio`."""
    picture = QPixmap(round(size * ratio), round(size * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    draw(painter, QPointF(size / 2, size / 2), size * 0.42)
    painter.end()
    return picture


@lru_cache(maxsize=256)
def state_icon(state: State, theme: str, size: int = 18) -> QIcon:
    """A state symbol as an icon, for trees, lists and menus."""
    return QIcon(pixmap(lambda p, c, r: state_symbol(p, c, r, state, theme), size))


@lru_cache(maxsize=256)
def alarm_icon(priority: int, theme: str, hollow: bool = False, size: int = 20) -> QIcon:
    """An alarm symbol as an icon."""
    return QIcon(pixmap(lambda p, c, r: alarm_symbol(p, c, r, priority, theme, hollow), size))


@lru_cache(maxsize=256)
def zone_icon(zone: Zone, theme: str, size: int = 18) -> QIcon:
    """A vibration badge as an icon."""
    return QIcon(pixmap(lambda p, c, r: zone_symbol(p, c, r, zone, theme), size))
