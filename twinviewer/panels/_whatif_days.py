"""Days as strips with stretches of time on them that are dragged: a small calendar of what happens in a run."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from twinviewer.panels._kit.style import colour, font

DAY_S = 86400.0
SNAP_S = 900.0
MOST_DAYS = 8  # a week that begins in mid-day
_HEIGHT, _LEFT, _TOP = 20, 50, 14
_EDGE = 5  # pixels in which an edge is taken hold of
_LEAST = 5  # pixels that a stretch is wide at least, to be taken hold of
_SHAPES = {
    "begin": Qt.CursorShape.SizeHorCursor, "end": Qt.CursorShape.SizeHorCursor,
    "move": Qt.CursorShape.OpenHandCursor, "new": Qt.CursorShape.CrossCursor,
}  # fmt: skip
Stretch = tuple[float, float]  # begin, end; s after the start of the run


class Days(QWidget):
    """`stretches` on strips of a day each, from the day of the start on. `edited` comes on every step of a drag, of the
    arrow keys (left and right by a step, up and down by a day), and when a drag ends. What a drag does is said by
    `dragged`."""

    edited = Signal()
    step_s = SNAP_S

    def __init__(self, name: str) -> None:
        super().__init__()
        self.stretches: list[Stretch] = []
        self.was: tuple[Stretch, ...] = ()
        self.held = False
        self.idle = False  # drawn as what has no effect
        self._start, self._dated, self._days = datetime(2026, 1, 5), False, 1
        self._hold: tuple[str, float, list[Stretch]] | None = None  # what, from when, as it was
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def begin(self, start: datetime, dated: bool, days: int) -> None:
        """From when the run starts; `dated` where that is a real day."""
        self._start, self._dated, self._days = start, dated, max(1, min(days, MOST_DAYS))
        self.setFixedHeight(_TOP + _HEIGHT * self._days + 2)
        self.update()

    def put(self, stretches: Sequence[Stretch], was: Sequence[Stretch]) -> None:
        """Show them beside what they were."""
        self.stretches, self.was = list(stretches), tuple(was)
        self.update()

    def dragged(self, what: str, before: list[Stretch], from_s: float, to_s: float) -> list[Stretch]:
        """The stretches after a drag ("move", "begin", "end", "new") of what was `before`."""
        raise TypeError("days of no kind")

    def moment(self, after_s: float) -> str:
        """A moment of the run as a person reads it."""
        at = self._start + timedelta(seconds=round(after_s))
        return f"{at:%a %d %b %H:%M}" if self._dated else f"{self._day_name(self._row_of(at))} {at:%H:%M}"

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(320, _TOP + _HEIGHT * self._days + 2)

    # where things lie --------------------------------------------------------------------------------------------

    @property
    def _first(self) -> datetime:
        return self._start.replace(hour=0, minute=0, second=0, microsecond=0)

    def _row_of(self, at: datetime) -> int:
        return (at - self._first).days

    def _day_name(self, row: int) -> str:
        return f"{self._first + timedelta(days=row):%a %d}" if self._dated else f"day {row + 1}"

    def boxes(self, stretch: Stretch) -> list[QRectF]:
        """Where a stretch is drawn: a box on each strip that it touches."""
        before = (self._start - self._first).total_seconds()
        begin, end = stretch[0] + before, stretch[1] + before
        found = []
        for row in range(max(0, int(begin // DAY_S)), self._days):
            a, b = max(begin - row * DAY_S, 0.0), min(end - row * DAY_S, DAY_S)
            if b <= a:
                break
            x = self._x(a)
            found.append(QRectF(x, _TOP + row * _HEIGHT + 3, max(self._x(b) - x, _LEAST), _HEIGHT - 6))
        return found

    def _x(self, second: float) -> float:
        return _LEFT + (self.width() - _LEFT - 1) * second / DAY_S

    def second(self, at: QPointF) -> float:
        """The moment under a point, s after the start."""
        row = min(max(int((at.y() - _TOP) // _HEIGHT), 0), self._days - 1)
        share = min(max((at.x() - _LEFT) / max(1, self.width() - _LEFT - 1), 0.0), 1.0)
        return (row + share) * DAY_S - (self._start - self._first).total_seconds()

    def what_at(self, at: QPointF) -> str:
        """What lies there: "begin", "end", "move", "new" (free time), or "" outside the strips."""
        for stretch in self.stretches:
            boxes = self.boxes(stretch)
            for k, box in enumerate(boxes):
                if box.adjusted(-_EDGE, -3, _EDGE, 3).contains(at):
                    if k == 0 and abs(at.x() - box.left()) <= _EDGE < box.width() / 2:
                        return "begin"
                    if k == len(boxes) - 1 and abs(at.x() - box.right()) <= _EDGE < box.width() / 2:
                        return "end"
                    return "move"
        inside = at.x() >= _LEFT and _TOP <= at.y() < _TOP + _HEIGHT * self._days
        return "new" if inside else ""

    # drawing -----------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._strips(painter)
        painter.setPen(QPen(colour("text2"), 1.2, Qt.PenStyle.DotLine))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for stretch in self.was:
            for box in self.boxes(stretch):
                painter.drawRect(box.adjusted(0, -2, 0, 2))
        token = "text2" if self.idle else "accent"
        painter.setPen(QPen(colour(token), 1.5))
        painter.setBrush(colour(token, 80 if self.idle else 190))
        for stretch in self.stretches:
            for box in self.boxes(stretch):
                painter.drawRect(box)
        if self.hasFocus():
            painter.setPen(QPen(colour("accent"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.end()

    def _strips(self, painter: QPainter) -> None:
        painter.setFont(font(10))
        painter.setPen(colour("text2"))
        for hour in range(0, 25, 6):
            x = min(max(self._x(hour * 3600) - 12, _LEFT - 12), self.width() - 25)
            painter.drawText(QRectF(x, 0, 24, _TOP), Qt.AlignmentFlag.AlignCenter, f"{hour:02d}")
        gone = self._x((self._start - self._first).total_seconds())
        for row in range(self._days):
            top = _TOP + _HEIGHT * row
            painter.setFont(font(11))
            painter.setPen(colour("text"))
            box = QRectF(4, top, _LEFT - 6, _HEIGHT)
            left = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
            painter.drawText(box, left, self._day_name(row))
            painter.setPen(QPen(colour("border"), 1))
            painter.setBrush(colour("field"))
            painter.drawRect(QRectF(_LEFT, top + 3, self.width() - _LEFT - 1, _HEIGHT - 6))
            if row == 0:  # before the run begins
                painter.setBrush(colour("border", 120))
                painter.drawRect(QRectF(_LEFT, top + 3, gone - _LEFT, _HEIGHT - 6))
            for hour in range(6, 24, 6):
                painter.drawLine(QPointF(self._x(hour * 3600), top + 3), QPointF(self._x(hour * 3600), top + 17))

    # mouse and keys ----------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        what = self.what_at(event.position())
        if what and event.button() == Qt.MouseButton.LeftButton:
            self._hold = (what, self.second(event.position()), list(self.stretches))
            self.held = True

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        if self._hold is None:
            self.setCursor(_SHAPES.get(self.what_at(event.position()), Qt.CursorShape.ArrowCursor))
            return
        what, from_s, before = self._hold
        self._take(self.dragged(what, before, from_s, self.second(event.position())))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        if self._hold is None:
            return
        before = self._hold[2]
        self._hold, self.held = None, False
        if self.stretches != before:
            self.edited.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 (Qt's name)
        by = {Qt.Key.Key_Left: -self.step_s, Qt.Key.Key_Right: self.step_s, Qt.Key.Key_Up: -DAY_S,
              Qt.Key.Key_Down: DAY_S}.get(Qt.Key(event.key()), 0.0)  # fmt: skip
        if by and self.stretches:
            self._take(self.dragged("move", list(self.stretches), 0.0, by))
            return
        super().keyPressEvent(event)

    def _take(self, changed: list[Stretch]) -> None:
        if changed != self.stretches:
            self.stretches = changed
            self.update()
            self.edited.emit()


class Stops(Days):
    """Stops that are moved together, between `low_s` and `high_s` from where they were, in steps of `step_s`; none
    begins before the run does."""

    def __init__(self, name: str, low_s: float, high_s: float, step_s: float) -> None:
        super().__init__(name)
        self._low_s, self._high_s, self.step_s = low_s, high_s, step_s

    @property
    def moved_s(self) -> float:
        """How much later they are than they were."""
        return self.stretches[0][0] - self.was[0][0] if self.stretches and self.was else 0.0

    def what_at(self, at: QPointF) -> str:
        found = super().what_at(at)
        return "move" if found in ("begin", "end") else "" if found == "new" else found

    def dragged(self, what: str, before: list[Stretch], from_s: float, to_s: float) -> list[Stretch]:
        first = self.was[0][0]
        by = round((before[0][0] - first + to_s - from_s) / self.step_s) * self.step_s
        return self.at(by)

    def at(self, by_s: float) -> list[Stretch]:
        """The stops this much later."""
        by = min(max(by_s, self._low_s, -self.was[0][0]), self._high_s)
        return [(a + by, b + by) for a, b in self.was]


class Window(Days):
    """One stretch between the start and `end_s` of which edges and middle are dragged, or that is drawn anew, on
    quarters of the clock's hours."""

    def __init__(self, name: str, end_s: float) -> None:
        super().__init__(name)
        self.end_s = end_s

    def what_at(self, at: QPointF) -> str:
        found = super().what_at(at)
        whole = self.stretches == [(0.0, self.end_s)]
        return "new" if found == "move" and whole else found  # there is nowhere to move it to

    def dragged(self, what: str, before: list[Stretch], from_s: float, to_s: float) -> list[Stretch]:
        begin, end = before[0]
        if what == "move":
            at = self._on_clock(begin + min(max(to_s - from_s, -begin), self.end_s - end))
            return [(at, min(at + end - begin, self.end_s))]
        a, b = self._on_clock(from_s), self._on_clock(to_s)
        if what == "begin":
            a, b = b, end
        elif what == "end":
            a = begin
        else:
            a, b = min(a, b), max(a, b)
        return [(a, b)] if b - a >= SNAP_S / 2 else self.stretches

    def _on_clock(self, after_s: float) -> float:
        since = (self._start - self._first).total_seconds()
        return min(max(round((since + after_s) / SNAP_S) * SNAP_S - since, 0.0), self.end_s)
