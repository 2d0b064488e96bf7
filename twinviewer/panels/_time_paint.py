"""How the time band is drawn: states, shares, hours, alarms, notes, the marked stretch and where we are."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QPainter, QPen, QPolygonF

from twinviewer.model.palette import STATE
from twinviewer.model.state import State
from twinviewer.panels._kit.icons import paint_glyph
from twinviewer.panels._kit.style import colour, font, theme
from twinviewer.panels._kit.symbols import alarm_symbol, tint
from twinviewer.panels._text import NS, local
from twinviewer.session import Band, Mark, Note

MARKS, BAND, AXIS = 17.0, 13.0, 17.0  # heights, from the top
STACK = (
    State.RUNNING, State.IDLE, State.OFFLINE, State.SETUP, State.MAINTENANCE, State.STARVED, State.BLOCKED,
    State.UNKNOWN, State.FAULT,
)  # fmt: skip
_STEPS_S = (10, 30, 60, 300, 900, 1800, 3600, 7200, 14_400, 28_800, 86_400, 172_800, 604_800)
XOf = Callable[[int], float]


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


def paint_bands(painter: QPainter, box: QRectF, x_of: XOf, bands: Sequence[Band]) -> None:
    """One asset's states."""
    for band in bands:
        left = x_of(band.start_ns)
        _fill(painter, QRectF(left, box.top(), x_of(band.end_ns) - left, BAND), box, band.state)


def _fill(painter: QPainter, part: QRectF, box: QRectF, state: State) -> None:
    part = part.intersected(QRectF(0, box.top(), box.width() + 1, BAND))
    if state is State.UNKNOWN:
        painter.fillRect(part, QBrush(colour("text2", 150), Qt.BrushStyle.BDiagPattern))
    else:
        painter.fillRect(part, tint(STATE[theme()][state]))


def paint_words(painter: QPainter, box: QRectF, part: tuple[float, float], words: str) -> None:
    """Why a part of the band is empty; nothing where there is no room for it."""
    room = QRectF(part[0] + 6, box.top(), part[1] - part[0] - 12, BAND)
    if not words or room.width() < 60:
        return
    painter.setFont(font(10))
    painter.setPen(colour("text2"))
    elided = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, int(room.width()))
    painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, elided)


def paint_shares(
    painter: QPainter, box: QRectF, x_of: XOf, until_ns: int, shares: tuple[np.ndarray, np.ndarray]
) -> None:
    """All assets at once: each moment a column, divided by how many were in each state."""
    times, counts = shares
    if not len(times):
        return
    xs = [x_of(t) for t in [*times.tolist(), until_ns]]
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    columns = np.unique(np.maximum(np.array(xs[:-1]), 0).astype(int), return_index=True)[1].tolist()
    for i, j in zip(columns, [*columns[1:], len(times)], strict=True):
        total, y = int(counts[i].sum()), box.bottom()
        left, right = max(xs[i], box.left()), min(xs[j], box.right())
        for state in STACK if total and right > left else ():
            height = BAND * counts[i][state] / total
            _fill(painter, QRectF(left, y - height, right - left, height), box, state)
            y -= height
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)


def paint_axis(painter: QPainter, width: int, from_ns: int, to_ns: int, x_of: XOf) -> None:
    """Round times below the band; none runs into another."""
    painter.setFont(font(10))
    y, taken = MARKS + BAND, -8.0
    for at, text in ticks(from_ns, to_ns, max(2, width // 90)):
        x = x_of(at)
        painter.setPen(QPen(colour("border"), 1))
        painter.drawLine(QPointF(x, y), QPointF(x, y + 3))
        painter.setPen(colour("text2"))
        wide = painter.fontMetrics().horizontalAdvance(text) + 2
        left = min(max(x - wide / 2, 0.0), width - wide)
        if left >= taken + 8:
            painter.drawText(QRectF(left, y + 3, wide, 13), Qt.AlignmentFlag.AlignLeft, text)
            taken = left + wide


def paint_alarms(painter: QPainter, marks: Sequence[tuple[float, Mark, int]], own: str) -> None:
    """Marks of alarms; those of other assets than `own` stand back."""
    for x, mark, _n in marks:
        faded = bool(own) and mark.asset_id != own
        painter.setOpacity(0.45 if faded else 1.0)
        alarm_symbol(painter, QPointF(x, 8), 5.5, mark.priority, theme(), hollow=faded)
    painter.setOpacity(1.0)


def paint_notes(painter: QPainter, notes: Sequence[Note], x_of: XOf, own: str) -> None:
    """A pin with a sheet for each note, standing on the band."""
    for note in notes:
        x = x_of(note.time_ns)
        painter.setOpacity(0.45 if own and note.asset_id not in (own, "") else 1.0)
        painter.setPen(QPen(colour("accent"), 1.4))
        painter.drawLine(QPointF(x, 12), QPointF(x, MARKS + BAND))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour("panel"))
        painter.drawEllipse(QPointF(x, 7), 7.5, 7.5)
        paint_glyph(painter, "note", QRectF(x - 6.5, 0.5, 13, 13), "accent")
    painter.setOpacity(1.0)


def paint_between(painter: QPainter, box: QRectF, x_of: XOf, a_ns: int, b_ns: int) -> None:
    """The moments A and B, and the stretch between them."""
    if a_ns and b_ns:
        left, right = sorted((x_of(a_ns), x_of(b_ns)))
        painter.fillRect(
            QRectF(left, MARKS - 3, right - left, BAND + 6).intersected(box.adjusted(0, -3, 0, 3)),
            colour("not_live", 70),
        )
    painter.setFont(font(10, 700))
    for at_ns, letter in ((a_ns, "A"), (b_ns, "B")):
        x = x_of(at_ns)
        if not at_ns or not box.left() - 1 <= x <= box.right() + 1:
            continue
        painter.setPen(QPen(colour("not_live"), 1.6))
        painter.drawLine(QPointF(x, MARKS - 3), QPointF(x, MARKS + BAND + 4))
        flag = QRectF(min(max(x - 6.5, 0), box.right() - 13), MARKS + BAND + 3, 13, 13)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour("not_live"))
        painter.drawRoundedRect(flag, 3, 3)
        painter.setPen(colour("window"))
        painter.drawText(flag, Qt.AlignmentFlag.AlignCenter, letter)


def paint_cursor(painter: QPainter, x: float, token: str) -> None:
    """Where in time the window stands: accent while live, violet in the past."""
    painter.setPen(QPen(colour(token), 2))
    painter.drawLine(QPointF(x, MARKS - 2), QPointF(x, MARKS + BAND + 2))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour(token))
    top = MARKS - 7
    painter.drawPolygon(QPolygonF([QPointF(x - 5, top), QPointF(x + 5, top), QPointF(x, top + 7)]))
