"""The pictures of the quality page: a control chart with its marks, effects with intervals, energy against baseline."""

import math
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from twinviewer.model.palette import ALARM, STATE
from twinviewer.model.state import State
from twinviewer.panels._kit.gauges import figure
from twinviewer.panels._kit.style import colour, font, theme
from twinviewer.panels._maint_charts import paint_axis

if TYPE_CHECKING:  # what they come from takes a library that a window never loads
    from twinviewer.maintenance.quality.association import Effect
    from twinviewer.maintenance.quality.recorded import ControlChart, QualityView

CHART_HEIGHT, USE_HEIGHT, EFFECT_ROW = 170, 130, 22
_LEFT, _RIGHT, _TOP, _BOTTOM = 46.0, 40.0, 8.0, 18.0
_MIDDLE = Qt.AlignmentFlag.AlignVCenter


def rule_colour(rule: int) -> QColor:
    """Red for one value far out, amber for runs."""
    return QColor(STATE[theme()][State.FAULT]) if rule == 1 else QColor(ALARM[theme()][2])


def apart_said(value: float, step: float) -> str:
    """A figure beside an axis, with as many decimals as tell it from others that are `step` away."""
    decimals = min(max(math.ceil(-math.log10(step)), 0), 6) if step > 0 and math.isfinite(step) else 2
    return f"{value:,.{decimals}f}"


def _scale(*series: np.ndarray) -> tuple[float, float]:
    values = np.concatenate([np.ravel(s) for s in series])
    values = values[np.isfinite(values)]
    low, high = (float(values.min()), float(values.max())) if len(values) else (0.0, 1.0)
    room = 0.06 * (high - low) or 1.0
    return low - room, high + room


def paint_chart(painter: QPainter, width: float, height: float, chart: "ControlChart") -> None:
    """Values over time between their limits; what breaks a rule is marked with its number."""
    box = QRectF(_LEFT, _TOP, width - _LEFT - _RIGHT, height - _TOP - _BOTTOM)
    low, high = _scale(chart.value, np.array([chart.lower, chart.upper]))
    first, last = int(chart.time_ns[0]), int(chart.time_ns[-1])

    def at(time_ns: float, value: float) -> QPointF:
        x = box.left() + (time_ns - first) / max(last - first, 1) * box.width()
        return QPointF(x, box.bottom() - (value - low) / (high - low) * box.height())

    painter.fillRect(box, colour("field"))
    painter.setFont(font(11))
    apart = at(first, chart.centre).y() - at(first, chart.upper).y() >= 14  # else their names lie upon each other
    for value, text in ((chart.upper, "+3 σ"), (chart.centre, "mean"), (chart.lower, "−3 σ")):
        y = at(first, value).y()
        middle = text == "mean"
        painter.setPen(QPen(colour("text2"), 1, Qt.PenStyle.SolidLine if middle else Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(box.left(), y), QPointF(box.right(), y))
        if not (middle or apart):
            continue
        painter.setPen(colour("text2"))
        side = _MIDDLE | Qt.AlignmentFlag.AlignRight
        painter.drawText(QRectF(0, y - 8, _LEFT - 6, 16), side, apart_said(value, chart.upper - chart.centre))
        painter.drawText(QRectF(box.right() + 4, y - 8, _RIGHT, 16), _MIDDLE, text)
    if not apart:
        painter.drawText(QRectF(0, box.top(), _LEFT - 6, 16), _MIDDLE | Qt.AlignmentFlag.AlignRight, figure(high))
    points = [at(t, v) for t, v in zip(chart.time_ns, chart.value, strict=True)]
    painter.setPen(QPen(colour("text2"), 1))
    painter.drawPolyline(points)
    painter.setPen(Qt.PenStyle.NoPen)
    for point, rule in zip(points, chart.broken.tolist(), strict=True):
        painter.setBrush(rule_colour(rule) if rule else colour("text"))
        if rule:
            painter.drawRect(QRectF(point.x() - 3, point.y() - 3, 6, 6))
        else:
            painter.drawEllipse(point, 1.7, 1.7)
    _number_rules(painter, points, chart.broken.tolist())
    paint_axis(painter, box, first, last)


def _number_rules(painter: QPainter, points: list[QPointF], broken: list[int]) -> None:
    """The rule's number at the first of neighbours that break the same one."""
    painter.setFont(font(10, 600))
    for k, (point, rule) in enumerate(zip(points, broken, strict=True)):
        if rule and (k == 0 or broken[k - 1] != rule):
            painter.setPen(rule_colour(rule))
            painter.drawText(QPointF(point.x() - 3, point.y() - 6), str(rule))


def paint_effects(painter: QPainter, width: float, height: float, effects: "tuple[Effect, ...]") -> None:
    """A row per parameter: its effect on the share of scrap, with the 80 % interval, about a line of no effect."""
    most = max((max(abs(e.low), abs(e.high)) for e in effects), default=0.0) or 1.0
    left, right = min(128.0, 0.34 * width), 96.0
    middle = left + (width - left - right) / 2
    scale = (width - left - right) / 2 / most
    painter.setPen(QPen(colour("text2"), 1))
    painter.drawLine(QPointF(middle, 0), QPointF(middle, height))
    for k, effect in enumerate(effects):
        y = k * EFFECT_ROW
        sure = effect.low > 0 or effect.high < 0
        painter.setFont(font(12, 600 if sure else 400))
        painter.setPen(colour("text" if sure else "text2"))
        name = painter.fontMetrics().elidedText(effect.parameter, Qt.TextElideMode.ElideRight, int(left - 8))
        painter.drawText(QRectF(0, y, left, EFFECT_ROW), _MIDDLE, name)
        text = f"{100 * effect.effect:+.1f} points" if sure else "not certain"
        box = QRectF(width - right, y, right, EFFECT_ROW)
        painter.drawText(box, _MIDDLE | Qt.AlignmentFlag.AlignRight, text.replace("-", "−"))
        line = y + EFFECT_ROW / 2
        ink = colour("accent" if sure else "text2")
        painter.setPen(QPen(ink, 2))
        painter.drawLine(QPointF(middle + effect.low * scale, line), QPointF(middle + effect.high * scale, line))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink)
        painter.drawEllipse(QPointF(middle + effect.effect * scale, line), 4, 4)


def paint_use(painter: QPainter, width: float, height: float, view: "QualityView") -> None:
    """Energy over time and what its baseline expects at the same load (dashed)."""
    box = QRectF(_LEFT, _TOP, width - _LEFT - 8, height - _TOP - _BOTTOM)
    low, high = _scale(view.use, view.use_expected)
    low = max(low, 0.0)
    first, last = int(view.use_ns[0]), int(view.use_ns[-1])

    def at(time_ns: float, value: float) -> QPointF:
        x = box.left() + (time_ns - first) / max(last - first, 1) * box.width()
        return QPointF(x, box.bottom() - (value - low) / (high - low) * box.height())

    painter.fillRect(box, colour("field"))
    painter.setFont(font(11))
    painter.setPen(colour("text2"))
    side = _MIDDLE | Qt.AlignmentFlag.AlignRight
    for value in (low, (low + high) / 2, high):
        painter.drawText(QRectF(0, at(first, value).y() - 8, _LEFT - 6, 16), side, apart_said(value, (high - low) / 2))
    lines = ((view.use_expected, "text2", Qt.PenStyle.DashLine), (view.use, "accent", Qt.PenStyle.SolidLine))
    for values, ink, style in lines:
        known = np.isfinite(values)
        painter.setPen(QPen(colour(ink), 1.4, style))
        painter.drawPolyline([at(t, v) for t, v in zip(view.use_ns[known], values[known], strict=True)])
    paint_axis(painter, box, first, last)
