"""Paints what stands behind and beside the bars of the Gantt chart: rows, stops, low demand, time axis, assets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from twinviewer.maintenance.orders.model import OrderState
from twinviewer.maintenance.plan_results import Plan
from twinviewer.model.state import State
from twinviewer.panels._kit.style import colour, font, theme
from twinviewer.panels._kit.symbols import state_symbol
from twinviewer.panels._kit.widgets import Canvas
from twinviewer.panels._maint_bar import Look, paint_bar
from twinviewer.panels._maint_marks import ROW, paint_diamond, paint_flag
from twinviewer.panels._text import NS, local

HOUR_NS = 3_600_000_000_000
STOP_ALPHA, LOW_ALPHA = 52, 20
_LINE = 18
_WRONG = "conflict"
_BARS = (
    (OrderState.PROPOSED, "proposed"),
    (OrderState.APPROVED, "approved"),
    (OrderState.SCHEDULED, "scheduled"),
    (OrderState.IN_PROGRESS, "begun"),
    (OrderState.PROPOSED, _WRONG),
)
Stretch = tuple[int, int, int]  # from, to (UTC ns), alpha


@dataclass(frozen=True)
class Behind:
    """What is drawn behind the rows: per asset the stretches in which it stands anyway, or costs little."""

    stretches: Mapping[str, Sequence[Stretch]] = field(default_factory=dict)


def behind(plan: Plan | None) -> Behind:
    """Planned stops and low demand of a plan, by asset."""
    if plan is None:
        return Behind()
    by_group: dict[str, list[Stretch]] = {}
    for stops, alpha in ((plan.low_demand, LOW_ALPHA), (plan.stops, STOP_ALPHA)):
        for stop in stops:
            by_group.setdefault(stop.group, []).append((stop.start_ns, stop.end_ns, alpha))
    return Behind({j.asset_id: by_group[j.group] for j in plan.jobs if j.group in by_group})


def marks(plan: Plan, zoom: str) -> list[tuple[int, str]]:
    """Lines of the time axis: (moment, text), every 6 hours, day or week."""
    # A time of day without a zone: a day may have 23 or 25 hours.
    moment = local(plan.start_ns).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    end_ns = plan.start_ns + plan.hours * HOUR_NS
    step = {"day": timedelta(hours=6), "week": timedelta(days=1), "month": timedelta(days=7)}[zoom]
    if zoom == "month":
        moment -= timedelta(days=moment.weekday())
    found = []
    while (at := round(moment.timestamp()) * NS) < end_ns:
        if at >= plan.start_ns - step.total_seconds() * NS:
            if zoom == "month":
                text = f"Week {moment.isocalendar().week}"
            elif zoom == "day" and moment.hour:
                text = moment.strftime("%H:%M")
            else:
                text = f"{moment.strftime('%a')} {moment.day}"
            found.append((at, text))
        moment += step
    return found


def paint_head(painter: QPainter, width: float, height: float, texts: Sequence[tuple[float, str]], now: float) -> None:
    """The time axis: texts at their places, and the mark of now (both in pixels)."""
    painter.fillRect(QRectF(0, 0, width, height), colour("panel"))
    painter.setFont(font(10))
    right = -1.0
    for x, text in texts:
        wide = painter.fontMetrics().horizontalAdvance(text)
        if x + 3 < right or x + 3 < 0 or x + 3 + wide > width:
            continue
        painter.setPen(colour("text2"))
        painter.drawText(QPointF(x + 3, height - 8), text)
        right = x + wide + 5
    if 0 <= now <= width:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour("accent"))
        painter.drawPolygon([QPointF(now - 5, height - 7), QPointF(now + 5, height - 7), QPointF(now, height)])


def paint_name(painter: QPainter, box: QRectF, asset: str, state: State | None, chosen: bool) -> None:
    """The head of a row: how the asset is, and its name."""
    if chosen:
        painter.fillRect(box, colour("hover"))
        painter.fillRect(QRectF(0, box.top(), 2, box.height()), colour("accent"))
    if state is not None:
        state_symbol(painter, QPointF(box.left() + 13, box.center().y()), 6.5, state, theme())
    painter.setFont(font(12, 600 if chosen else 400))
    painter.setPen(colour("text"))
    inner = box.adjusted(24, 0, -2, 0)
    text = painter.fontMetrics().elidedText(asset, Qt.TextElideMode.ElideRight, int(inner.width()))
    painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter, text)


def paint_rows(painter: QPainter, rect: QRectF, rows: int, lines: Sequence[float], chosen: int) -> None:
    """The empty chart: the chosen row, lines of time, lines between rows."""
    painter.fillRect(rect, colour("panel"))
    if chosen >= 0:
        painter.fillRect(QRectF(rect.left(), chosen * ROW, rect.width(), ROW), colour("hover"))
    painter.setPen(QPen(colour("border"), 1))
    for x in lines:
        painter.drawLine(QPointF(round(x) + 0.5, rect.top()), QPointF(round(x) + 0.5, rect.bottom()))
    painter.setPen(QPen(colour("border", 110), 1))
    for k in range(1, rows + 1):
        painter.drawLine(QPointF(rect.left(), k * ROW - 0.5), QPointF(rect.right(), k * ROW - 0.5))


class Legend(Canvas):
    """What the bars, shades and marks of the chart mean, in two lines."""

    def __init__(self) -> None:
        super().__init__(self._paint_all, 2 * _LINE)
        self.setAccessibleName("Key of the plan")
        self.setAccessibleDescription(
            "Bars: dashed proposed, filled approved, outlined scheduled, with a line begun, orange in conflict. "
            "Dark stretch: planned stop. Light stretch: low demand. Diamond: part arrives. Flag: deadline by law."
        )

    @staticmethod
    def _paint_all(painter: QPainter, width: float, height: float) -> None:
        painter.setFont(font(11))
        x = 2.0
        for state, text in _BARS:
            box = QRectF(x + 0.5, 2.5, 15, _LINE - 6)
            paint_bar(painter, box, Look(state, text == _WRONG))
            x = _paint_word(painter, x + 19, 0, text)
        x = 2.0
        for kind, text in (
            ("stop", "planned stop"),
            ("low", "low demand"),
            ("part", "part arrives"),
            ("law", "due by law"),
        ):
            x = _paint_word(painter, x + _paint_sign(painter, kind, x, 1.5 * _LINE), _LINE, text)


def _paint_sign(painter: QPainter, kind: str, x: float, middle: float) -> float:
    """A shade or a mark; returns how wide it is."""
    if kind == "part":
        painter.setPen(Qt.PenStyle.NoPen)
        paint_diamond(painter, x + 5, middle)
        return 15
    if kind == "law":
        paint_flag(painter, x + 1, middle - 7, middle + 7)
        return 15
    box = QRectF(x + 0.5, middle - 5.5, 17, 11)
    painter.fillRect(box, colour("text2", STOP_ALPHA if kind == "stop" else LOW_ALPHA))
    painter.setPen(QPen(colour("border"), 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(box)
    return 22


def _paint_word(painter: QPainter, x: float, top: float, text: str) -> float:
    """A word of the key; returns where the next sign stands."""
    painter.setPen(colour("text2"))
    wide = painter.fontMetrics().horizontalAdvance(text)
    painter.drawText(QRectF(x, top, wide + 4, _LINE), Qt.AlignmentFlag.AlignVCenter, text)
    return x + wide + 9
