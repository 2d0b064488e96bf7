"""A stretch of time as a picture: states as a band, alarms and notes above it, hours below, and where we are."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from twinviewer.panels import _time_paint as paint
from twinviewer.panels._kit import roles
from twinviewer.panels._kit.style import colour
from twinviewer.panels._text import NS, clock, duration, signed
from twinviewer.panels._time_paint import ticks
from twinviewer.session import Band, Mark, Note

__all__ = ["LONGEST_NS", "SHORTEST_NS", "Shown", "TimeBand", "ticks"]

SHORTEST_NS, LONGEST_NS = 60 * NS, 31 * 86_400 * NS
_REACH = 7  # pixels around a mark that count as the mark


@dataclass(frozen=True)
class Shown:
    """What is known of a stretch. `own` is the asset whose marks stand out, "" for all; `shares` None for one asset.

    `waits` says why a part of what was recorded is not shown yet, "" where all is.
    """

    seen: tuple[int, int] = (0, 0)
    bands: Sequence[Band] = ()
    shares: tuple[np.ndarray, np.ndarray] | None = None
    marks: Sequence[Mark] = ()
    notes: Sequence[Note] = ()
    own: str = ""
    between: tuple[int, int] = field(default=(0, 0))  # A and B, 0 where not marked
    waits: str = ""


class TimeBand(QWidget):
    """Shows `from_ns` to `to_ns`. Sends what a person asks for; changes nothing by itself.

    `moved(ns)`: the stretch should end there; `zoomed(factor)`: it should be that much longer; `sought(ns)`: show this
    moment; `chosen(asset_id)`: a mark was clicked; `asked(ns, global position)`: what can be done with this moment?
    """

    moved = Signal(object)
    zoomed = Signal(float)
    sought = Signal(object)
    chosen = Signal(str)
    asked = Signal(object, QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.from_ns, self.to_ns = 0, NS
        self.seekable = False
        self.is_past = False
        self.shown = Shown()
        self._marks: list[tuple[float, Mark, int]] = []
        self._now_ns = 0
        self._drag: tuple[float, int] | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        roles.act_as(self, roles.SLIDER)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(int(paint.MARKS + paint.BAND + paint.AXIS))
        self.setMouseTracking(True)

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(400, self.height())

    @property
    def dragging(self) -> bool:
        """Whether a person holds it."""
        return self._drag is not None

    def show_time(self, stretch: tuple[int, int], now_ns: int, shown: Shown) -> None:
        """Show a stretch with what is known of it."""
        self.from_ns, self.to_ns = stretch
        self._now_ns, self.shown = now_ns, shown
        self._marks = self._thin(shown.marks)
        self.update()

    def show_now(self, now_ns: int) -> None:
        """Only the moment is another one."""
        if now_ns != self._now_ns:
            self._now_ns = now_ns
            self.update()

    def _thin(self, marks: Sequence[Mark]) -> list[tuple[float, Mark, int]]:
        """Marks that would cover each other become one: the own, then the worst, with how many it stands for."""
        shown: list[tuple[float, Mark, int]] = []
        own = self.shown.own
        for mark in marks:
            x = min(max(self.x_of(mark.time_ns), 6.0), self.width() - 6.0)
            if shown and x - shown[-1][0] < 11:
                x0, before, n = shown[-1]
                rank = (mark.asset_id != own, mark.priority)
                better = rank < (before.asset_id != own, before.priority)
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

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shown = self.shown
        box = QRectF(0.5, paint.MARKS, self.width() - 1, paint.BAND)
        painter.fillRect(box, colour("field"))
        if shown.shares is not None:
            paint.paint_shares(painter, box, self.x_of, min(shown.seen[1], self.to_ns), shown.shares)
        paint.paint_bands(painter, box, self.x_of, shown.bands)
        paint.paint_words(painter, box, self._bare(), shown.waits)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colour("accent" if self.hasFocus() else "border"), 1))
        painter.drawRect(box)
        paint.paint_axis(painter, self.width(), self.from_ns, self.to_ns, self.x_of)
        paint.paint_between(painter, box, self.x_of, *shown.between)
        paint.paint_alarms(painter, self._marks, shown.own)
        paint.paint_notes(painter, shown.notes, self.x_of, shown.own)
        x = self.x_of(self._now_ns)
        if 0 <= x <= self.width() + 2:
            paint.paint_cursor(painter, min(x, self.width() - 1.0), "not_live" if self.is_past else "accent")
        painter.end()

    def _bare(self) -> tuple[float, float]:
        """The longer stretch of pixels, left or right of what is known, in which nothing is known yet."""
        shown = self.shown
        if shown.shares is None:
            known = [b.start_ns for b in shown.bands[:1]] + [b.end_ns for b in shown.bands[-1:]]
        else:
            times = shown.shares[0][shown.shares[1].any(axis=1)]
            known = [int(times[0]), int(times[-1])] if len(times) else []
        if not known:
            return 0.0, float(self.width())
        left, right = self.x_of(known[0]), self.x_of(known[1])
        end = min(self.x_of(shown.seen[1]), float(self.width()))
        return (0.0, left) if left >= end - right else (right, end)

    # What a person does --------------------------------------------------------------------------------------------

    def _mark_at(self, x: float) -> tuple[Mark, int] | None:
        near = [(abs(mx - x), mark, n) for mx, mark, n in self._marks if abs(mx - x) <= _REACH]
        return min(near, key=lambda found: found[0])[1:] if near else None

    def _note_at(self, x: float) -> Note | None:
        near = [(abs(self.x_of(n.time_ns) - x), n) for n in self.shown.notes]
        near = [found for found in near if found[0] <= _REACH]
        return min(near, key=lambda found: found[0])[1] if near else None

    def text_at(self, x: float, y: float) -> str:
        """What a tool tip says there."""
        at = self.time_at(x)
        if y < paint.MARKS:
            said = [text for text in (self._note_text(self._note_at(x)), self._mark_text(self._mark_at(x))) if text]
            if said:
                return "\n".join(said)
        for band in self.shown.bands:
            if band.start_ns <= at < band.end_ns:
                held = duration((band.end_ns - band.start_ns) / NS)
                return f"{band.state.label} {held}\n{clock(band.start_ns, self._now_ns)} to {clock(band.end_ns)}"
        waits = f"\n{self.shown.waits}" if self.shown.waits else ""
        return f"{clock(at, self._now_ns)}{self._shares_at(at) or waits}"

    def _mark_text(self, found: tuple[Mark, int] | None) -> str:
        if found is None:
            return ""
        mark, n = found
        more = f"\nand {n - 1} more nearby" if n > 1 else ""
        return f"{clock(mark.time_ns, self._now_ns)}  P{mark.priority}  {mark.asset_id}\n{mark.text}{more}"

    def _note_text(self, note: Note | None) -> str:
        if note is None:
            return ""
        by = f", {signed(note)}" if note.by else ""
        return f"{clock(note.time_ns, self._now_ns)}  {note.asset_id or 'Note'}{by}\n{note.text}"

    def _shares_at(self, at: int) -> str:
        seen, shares = self.shown.seen, self.shown.shares
        if not seen[0] <= at <= seen[1]:
            return "\nnot seen"
        if shares is None or not len(shares[0]):
            return ""
        i = max(0, int(np.searchsorted(shares[0], at, side="right")) - 1)
        counts = shares[1][i]
        return "".join(f"\n{int(counts[s])} {s.label.lower()}" for s in reversed(paint.STACK) if counts[s])

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self.text_at(event.pos().x(), event.pos().y()), self)
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        if event.button() != Qt.MouseButton.LeftButton:
            return
        x, y = event.position().x(), event.position().y()
        if y < paint.MARKS:
            note, mark = self._note_at(x), self._mark_at(x)
            asset = note.asset_id if note is not None else mark[0].asset_id if mark is not None else ""
            if note is not None and self.seekable:
                self.sought.emit(note.time_ns)
            if asset:
                self.chosen.emit(asset)
            if note is not None or asset:
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

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802 (Qt's name)
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        self.asked.emit(self._now_ns if by_key else self.time_at(event.pos().x()), event.globalPos())

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 (Qt's name)
        turn: QPoint = event.angleDelta()
        if turn.y():
            self.zoomed.emit(0.8 if turn.y() > 0 else 1.25)
        elif turn.x():
            self.moved.emit(self.to_ns - int(turn.x() / 1200 * (self.to_ns - self.from_ns)))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 (Qt's name)
        span, key = self.to_ns - self.from_ns, event.key()
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        pages = {Qt.Key.Key_PageUp: -1, Qt.Key.Key_PageDown: 1}
        ends = {Qt.Key.Key_Home: self.shown.seen[0], Qt.Key.Key_End: self.shown.seen[1]}
        if key in steps and self.seekable:
            self.sought.emit(self._now_ns + steps[Qt.Key(key)] * max(NS, span // 100))
        elif key in steps:
            self.moved.emit(self.to_ns + steps[Qt.Key(key)] * span // 10)
        elif key in pages:
            self.moved.emit(self.to_ns + pages[Qt.Key(key)] * span)
        elif key in ends and self.seekable:
            self.sought.emit(ends[Qt.Key(key)])
        elif key == Qt.Key.Key_Plus:
            self.zoomed.emit(0.8)
        elif key == Qt.Key.Key_Minus:
            self.zoomed.emit(1.25)
        else:
            super().keyPressEvent(event)
