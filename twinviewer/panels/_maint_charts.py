"""The pictures of an evidence card: health with its forecast, and the last predictions against the outcome."""

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from twinviewer.maintenance.results import BackTest, Card
from twinviewer.model.palette import ALARM, STATE
from twinviewer.model.state import State
from twinviewer.panels._kit.style import colour, font, theme
from twinviewer.panels._text import NS, local

DAY_NS = 86_400 * NS
HEALTH_HEIGHT, TEST_ROW, TEST_HEAD = 132, 20, 22
_LEFT, _RIGHT, _TOP, _BOTTOM = 42.0, 8.0, 14.0, 18.0
_MIDDLE = Qt.AlignmentFlag.AlignVCenter


def short(time_ns: int, span_ns: int) -> str:
    """A moment on an axis: the day, with the hour or by it alone where the axis is short."""
    moment = local(time_ns)
    if span_ns < 2 * DAY_NS:
        return moment.strftime("%H:%M")
    if span_ns < 5 * DAY_NS and moment.hour:
        return moment.strftime("%a %H h")
    return f"{moment.day} {moment.strftime('%b')}"


def ticks(first_ns: int, last_ns: int, most: int) -> list[int]:
    """Round moments (local time) between two, at most so many."""
    span = max(last_ns - first_ns, 1)
    steps = (300, 900, 1800, 3600, 3 * 3600, 6 * 3600, 12 * 3600, *(86_400 * d for d in (1, 2, 5, 10, 20, 50)))
    step_s = next((s for s in steps if span / (s * NS) <= most), 100 * 86_400)
    offset = local(first_ns).utcoffset()
    shift = int(offset.total_seconds()) * NS if offset is not None else 0
    step = step_s * NS
    begin = -(-(first_ns + shift) // step) * step - shift
    return list(range(begin, last_ns + 1, step))


def health_span(card: Card) -> tuple[int, int]:
    """From the first health to the end of what is foreseen; the far end is cut where it would dwarf the past."""
    first = int(card.health_ns[0])
    last = int(card.fit_ns[-1]) if len(card.fit_ns) else card.time_ns
    return first, min(last, card.time_ns + max(card.time_ns - first, DAY_NS // 24))


def paint_health(painter: QPainter, width: float, height: float, card: Card) -> None:
    """Health from 100 % (as usual) to 0 (failure limit) over time, its fit with interval, first sign, and now."""
    first, last = health_span(card)
    box = QRectF(_LEFT, _TOP, width - _LEFT - _RIGHT, height - _TOP - _BOTTOM)
    scale = box.width() / max(last - first, 1)

    def at(time_ns: float, health: float) -> QPointF:
        return QPointF(box.left() + (time_ns - first) * scale, box.bottom() - health * box.height())

    _paint_frame(painter, box, first, last)
    painter.save()
    painter.setClipRect(box.adjusted(-1, -6, 1, 6))
    if len(card.fit_ns):
        band = [at(t, h) for t, h in zip(card.fit_ns, card.fit_high, strict=True)]
        band += [at(t, h) for t, h in zip(card.fit_ns[::-1], card.fit_low[::-1], strict=True)]
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour("accent", 60))
        painter.drawPolygon(QPolygonF(band))
        painter.setPen(QPen(colour("accent"), 1.4, Qt.PenStyle.DashLine))
        painter.drawPolyline([at(t, h) for t, h in zip(card.fit_ns, card.fit, strict=True)])
    painter.setPen(QPen(colour("text"), 1.4))
    known = np.isfinite(card.health_series)
    pairs = zip(card.health_ns[known], card.health_series[known], strict=True)
    painter.drawPolyline([at(t, h) for t, h in pairs])
    painter.setPen(QPen(colour("text2"), 1, Qt.PenStyle.DotLine))
    now = at(card.time_ns, 0).x()
    painter.drawLine(QPointF(now, box.top()), QPointF(now, box.bottom()))
    painter.restore()
    if card.detected_ns > first:
        _flag(painter, at(card.detected_ns, 1.0).x(), box, "first sign")


def _paint_frame(painter: QPainter, box: QRectF, first: int, last: int) -> None:
    painter.fillRect(box, colour("field"))
    painter.setFont(font(11))
    for share in (0.0, 0.5, 1.0):
        y = box.bottom() - share * box.height()
        limit = share == 0
        painter.setPen(QPen(QColor(STATE[theme()][State.FAULT]) if limit else colour("border"), 1.4 if limit else 1))
        painter.drawLine(QPointF(box.left(), y), QPointF(box.right(), y))
        painter.setPen(colour("text2"))
        where = QRectF(0, y - 8, box.left() - 6, 16)
        painter.drawText(where, _MIDDLE | Qt.AlignmentFlag.AlignRight, "limit" if limit else f"{100 * share:.0f} %")
    paint_axis(painter, box, first, last)


def paint_axis(painter: QPainter, box: QRectF, first: int, last: int) -> None:
    """Moments below a box."""
    painter.setFont(font(11))
    right = -1.0
    for tick in ticks(first, last, max(2, int(box.width() // 60))):
        x = box.left() + (tick - first) / max(last - first, 1) * box.width()
        text = short(tick, last - first)
        wide = painter.fontMetrics().horizontalAdvance(text)
        if x - wide / 2 < right or x + wide / 2 > box.right() + _RIGHT:
            continue
        painter.setPen(QPen(colour("border"), 1))
        painter.drawLine(QPointF(x, box.bottom()), QPointF(x, box.bottom() + 3))
        painter.setPen(colour("text2"))
        painter.drawText(QPointF(x - wide / 2, box.bottom() + 14), text)
        right = x + wide / 2 + 8


def _flag(painter: QPainter, x: float, box: QRectF, text: str) -> None:
    amber = QColor(ALARM[theme()][3])
    painter.setPen(QPen(amber, 1.4))
    painter.drawLine(QPointF(x, box.top() - 3), QPointF(x, box.bottom()))
    painter.setFont(font(11))
    painter.setPen(colour("text2"))
    wide = painter.fontMetrics().horizontalAdvance(text)
    left = x + 4 if x + 4 + wide < box.right() else x - 4 - wide
    painter.drawText(QPointF(left, box.top() - 3), text)


def tests_height(tests: tuple[BackTest, ...]) -> int:
    """How much room the chart of predictions needs, in pixels."""
    return TEST_HEAD + TEST_ROW * len(tests) + 2


def tests_span(card: Card, tests: tuple[BackTest, ...]) -> tuple[int, int]:
    """From the first prediction to the last moment that it named, in bounds."""
    first = tests[0].made_ns
    ends = [t.made_ns + int(t.high_days * DAY_NS) for t in tests if np.isfinite(t.high_days)]
    ends += [t.made_ns + int(t.happened_days * DAY_NS) for t in tests if np.isfinite(t.happened_days)]
    middle = [t.made_ns + int(t.rul_days * DAY_NS) for t in tests if np.isfinite(t.rul_days)]
    far = max([card.time_ns, *ends])
    return first, min(far, max([card.time_ns, *middle]) + 2 * max(card.time_ns - first, DAY_NS // 24))


def paint_tests(painter: QPainter, width: float, height: float, card: Card, tests: tuple[BackTest, ...]) -> None:
    """A row per prediction: when it was made, when it foresaw the failure (80 %), and when that was reached."""
    first, last = tests_span(card, tests)
    painter.setFont(font(11))
    made = [_made(test, last - first) for test in tests]
    left = max(painter.fontMetrics().horizontalAdvance(text) for text in made) + 8.0
    box = QRectF(left, 0, width - left - _RIGHT, TEST_ROW * len(tests))
    scale = box.width() / max(last - first, 1)

    def x_of(time_ns: float) -> float:
        return box.left() + min(max(time_ns - first, 0), last - first) * scale

    painter.fillRect(box, colour("field"))
    for k, test in enumerate(tests):
        y = (k + 0.5) * TEST_ROW
        painter.setFont(font(11))
        painter.setPen(colour("text2"))
        painter.drawText(QRectF(0, k * TEST_ROW, left - 4, TEST_ROW), _MIDDLE, made[k])
        low, high = test.made_ns + test.low_days * DAY_NS, test.made_ns + test.high_days * DAY_NS
        painter.fillRect(QRectF(x_of(low), y - 4, max(x_of(high) - x_of(low), 2), 8), colour("accent", 90))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour("accent"))
        painter.drawEllipse(QPointF(x_of(test.made_ns + test.rul_days * DAY_NS), y), 4, 4)
        painter.setBrush(colour("text2"))
        painter.drawRect(QRectF(x_of(test.made_ns) - 1, y - 4, 2, 8))
        if np.isfinite(test.happened_days):
            x = x_of(test.made_ns + test.happened_days * DAY_NS)
            painter.setPen(QPen(QColor(STATE[theme()][State.FAULT]), 2))
            painter.drawLine(QPointF(x, y - TEST_ROW / 2), QPointF(x, y + TEST_ROW / 2))
    painter.setPen(QPen(colour("text"), 1, Qt.PenStyle.DotLine))
    now = x_of(card.time_ns)
    painter.drawLine(QPointF(now, box.top()), QPointF(now, box.bottom()))
    paint_axis(painter, box, first, last)


def _made(test: BackTest, span_ns: int) -> str:
    moment = local(test.made_ns)
    return moment.strftime("%H:%M") if span_ns < 2 * DAY_NS else f"{moment.day} {moment.strftime('%b %H h')}"


def tests_said(tests: tuple[BackTest, ...]) -> str:
    """What the chart shows, in words."""
    over = [t for t in tests if np.isfinite(t.happened_days)]
    if not over:
        return (
            f"{len(tests)} predictions made since the first sign (dot, bar: 80 %); the limit is not reached yet, "
            "so they must agree with each other."
        )
    right = sum(t.low_days <= t.happened_days <= t.high_days for t in over)
    return f"{right} of {len(over)} held what happened (red line) within their 80 % interval."
