"""Small bars with figures: risk of failure with its interval, what each way to act costs, readiness of data."""

import math
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from twinviewer.maintenance.results import Card, Readiness
from twinviewer.model.palette import ALARM, STATE
from twinviewer.model.state import State
from twinviewer.panels._kit.style import colour, font, theme
from twinviewer.panels._maint_costs import money

ROW = 22.0
_MIDDLE = Qt.AlignmentFlag.AlignVCenter
_RIGHT = _MIDDLE | Qt.AlignmentFlag.AlignRight


def risk_colour(probability: float) -> QColor:
    """Red from even odds on, amber from one in ten, else quiet."""
    if probability >= 0.5:
        return QColor(STATE[theme()][State.FAULT])
    return QColor(ALARM[theme()][3]) if probability >= 0.1 else colour("text2")


def percent(probability: float) -> str:
    """A probability as a person reads it: never a false certainty."""
    if probability != probability:
        return "–"
    if probability > 0.995:
        return "> 99 %"
    if probability < 0.005:
        return "< 1 %"
    return f"{100 * probability:.0f} %"


def interval(low: float, high: float) -> str:
    """The bounds of a probability, "" where they say no more than its middle."""
    a, b = percent(low), percent(high)
    return "" if a == b else f"{a} to {b}".replace(" % to", " to") if "<" not in a and ">" not in b else f"{a} to {b}"


def risk_lines(card: Card) -> list[tuple[str, float, float, float, str]]:
    """(label, share, low, high, figure) per horizon."""
    found = []
    for risk in card.risks:
        bounds = interval(risk.low, risk.high)
        text = percent(risk.probability) + (f"  ({bounds})" if bounds else "")
        found.append((f"within {risk.days:.0f} d", risk.probability, risk.low, risk.high, text))
    return found


def paint_risks(painter: QPainter, width: float, height: float, card: Card) -> None:
    """A bar per horizon with its 80 % interval."""
    for k, (name, share, low, high, text) in enumerate(risk_lines(card)):
        track = _paint_line(painter, k, width, name, text)
        ink = risk_colour(share)
        painter.fillRect(QRectF(track.left(), track.top(), track.width() * share, track.height()), ink)
        if high > low:
            painter.setPen(QPen(colour("text"), 1.4))
            y, a, b = track.center().y(), track.left() + track.width() * low, track.left() + track.width() * high
            painter.drawLine(QPointF(a, y), QPointF(b, y))
            for x in (a, b):
                painter.drawLine(QPointF(x, y - 4), QPointF(x, y + 4))


def choice_lines(card: Card) -> list[tuple[str, float, str]]:
    """(label, share of the dearest, figure) per way to act."""
    most = max((c.cost_eur for c in card.choices), default=0.0) or 1.0
    return [
        (c.label, c.cost_eur / most, f"{money(c.cost_eur)} EUR, {percent(c.probability)} fail")
        if c.probability
        else (c.label, c.cost_eur / most, f"{money(c.cost_eur)} EUR")
        for c in card.choices
    ]


def paint_choices(painter: QPainter, width: float, height: float, card: Card) -> None:
    """A bar per way to act; the cheapest is strong."""
    lines = choice_lines(card)
    best = min((share for _, share, _ in lines), default=0.0)
    for k, (name, share, text) in enumerate(lines):
        track = _paint_line(painter, k, width, name, text, 152, 156, share == best)
        ink = colour("accent") if share == best else colour("text2")
        painter.fillRect(QRectF(track.left(), track.top(), max(track.width() * share, 1), track.height()), ink)


def _paint_line(
    painter: QPainter, k: int, width: float, name: str, text: str, left: float = 76, right: float = 150,
    strong: bool = False,
) -> QRectF:  # fmt: skip
    """Name, figure and the empty track between them, which is returned."""
    left = min(left, 0.41 * width)
    right = min(right, 0.44 * width)
    painter.setFont(font(12, 600 if strong else 400))
    painter.setPen(colour("text"))
    fit = painter.fontMetrics().elidedText
    elide = Qt.TextElideMode.ElideRight
    painter.drawText(QRectF(0, k * ROW, left - 6, ROW), _MIDDLE, fit(name, elide, int(left - 6)))
    painter.drawText(QRectF(width - right, k * ROW, right, ROW), _RIGHT, fit(text, elide, int(right)))
    track = QRectF(left, k * ROW + ROW / 2 - 5, max(width - left - right - 8, 10), 10)
    painter.fillRect(track, colour("field"))
    return track


def readiness_lines(ready: Readiness) -> list[tuple[str, str, bool]]:
    """(what, how it is, whether that is good enough) for each thing that a model needs of its data."""
    every = f"every {ready.interval_s:.0f} s" if math.isfinite(ready.interval_s) else "not known"
    days = f"{ready.days:.1f} d" if ready.days >= 1 else f"{24 * ready.days:.1f} h"
    return [
        ("Sampling", every, ready.interval_s <= 3600),
        ("Gaps", f"{100 * ready.gaps:.0f} %", ready.gaps <= 0.1),
        ("Flat lines", f"{100 * ready.flat:.0f} %", ready.flat <= 0.1),
        ("Clock", f"{abs(ready.clock_skew_s):.0f} s off", abs(ready.clock_skew_s) <= 60),
        ("Bad quality", f"{100 * ready.bad:.0f} %", ready.bad <= 0.02),
        ("History", days, ready.days >= 7),
    ]


def paint_readiness(painter: QPainter, width: float, height: float, lines: Sequence[tuple[str, str, bool]]) -> None:
    """Three columns of what the data are like; what is not good enough has a mark and stands out."""
    wide = width / 3
    for k, (name, text, good) in enumerate(lines):
        x, y = (k % 3) * wide, (k // 3) * 38.0
        box = QRectF(x + 1, y + 1, wide - 6, 34)
        painter.fillRect(box, colour("field"))
        if not good:
            painter.fillRect(QRectF(box.left(), box.top(), 3, box.height()), QColor(ALARM[theme()][3]))
        painter.setFont(font(11))
        painter.setPen(colour("text2"))
        painter.drawText(box.adjusted(9, 2, 0, -16), _MIDDLE, name)
        painter.setFont(font(12, 400 if good else 600))
        painter.setPen(colour("text"))
        painter.drawText(box.adjusted(9, 15, 0, -1), _MIDDLE, text if good else f"! {text}")
