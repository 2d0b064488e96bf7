"""A week's shifts as strips to draw in: windows of work per group of days, in minutes of the day."""

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from twinviewer.panels._kit.style import colour, font

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY = 1440  # minutes
SNAP = 15
BREAK = 150  # a shorter gap between two windows is a break, which is moved as one
_EDGE = 5  # pixels in which an edge is taken hold of
_HEIGHT, _LEFT, _TOP = 22, 58, 14
_WINDOW = re.compile(r"^(\d{1,2}):(\d\d)\s*-\s*(\d{1,2}):(\d\d)$")
Window = tuple[int, int]  # begin, end; the end is the next day's where it is not later


def said(group: str) -> str:
    """The name of a group of days as a person says it."""
    return "every day" if group == "all" else group


def minutes(text: str) -> Window:
    """A window as minutes of the day. ValueError where it is none."""
    found = _WINDOW.match(text.strip())
    if found is None:
        raise ValueError(text)
    h, m, to_h, to_m = (int(x) for x in found.groups())
    begin, end = h * 60 + m, to_h * 60 + to_m
    if begin >= DAY or end > DAY or m > 59 or to_m > 59 or begin == end:
        raise ValueError(text)
    return begin, end


def words(window: Window) -> str:
    """A window as it is written."""
    begin, end = window
    return f"{begin // 60:02d}:{begin % 60:02d}-{end // 60:02d}:{end % 60:02d}"


def days_of(group: str) -> frozenset[str]:
    """The days that "mon-fri", "mon,wed" or "all" name."""
    found: set[str] = set()
    for part in group.lower().replace(" ", "").split(","):
        first, _, last = part.partition("-")
        if part == "all":
            found |= set(DAYS)
        elif first in DAYS and (not last or last in DAYS):
            a, b = DAYS.index(first), DAYS.index(last or first)
            found |= {DAYS[k % 7] for k in range(a, b + 1 if b >= a else b + 8)}
    return frozenset(found)


def groups_of(week: Mapping[str, Sequence[str]]) -> list[str]:
    """The groups of a week, and the days that none of them names, so that a shift can be put there."""
    taken = frozenset().union(*(days_of(g) for g in week)) if week else frozenset()
    rest = [d for d in DAYS if d not in taken]
    if rest == ["sat", "sun"]:
        return [*week, "sat-sun"]
    return [*week, *rest]


class Week(QWidget):
    """Strips of a day each. Drag on free time draws a window, its edges and its middle move it, a short gap between
    two is a break that is moved; Delete takes the chosen one away, arrow keys move it. `edited` comes on changes."""

    edited = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.value: dict[str, list[Window]] = {}
        self._was: dict[str, list[Window]] = {}
        self.chosen: tuple[str, int] | None = None
        self._hold: tuple[str, str, int, int, list[Window]] | None = None  # what, group, index, minute, as it was
        self.held = False
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def put(self, value: Mapping[str, Sequence[Window]], was: Mapping[str, Sequence[Window]]) -> None:
        """Show a week beside what it was."""
        self.value = {g: sorted(w) for g, w in value.items()}
        self._was = {g: list(w) for g, w in was.items()}
        self.chosen = None
        self.setFixedHeight(_TOP + _HEIGHT * len(self.value) + 2)
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(320, _TOP + _HEIGHT * max(1, len(self.value)) + 2)

    # drawing -----------------------------------------------------------------------------------------------------

    def _x(self, minute: float) -> float:
        return _LEFT + (self.width() - _LEFT - 1) * minute / DAY

    def _minute(self, x: float) -> int:
        raw = (x - _LEFT) / max(1, self.width() - _LEFT - 1) * DAY
        return int(min(max(round(raw / SNAP) * SNAP, 0), DAY))

    def box(self, group: str, window: Window) -> QRectF:
        """Where a window is drawn, up to midnight."""
        top = _TOP + _HEIGHT * list(self.value).index(group)
        end = window[1] if window[1] > window[0] else DAY
        return QRectF(self._x(window[0]), top + 3, self._x(end) - self._x(window[0]), _HEIGHT - 6)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._scale(painter)
        for group, windows in self.value.items():
            self._strip(painter, group, windows)
        if self.hasFocus():
            painter.setPen(QPen(colour("accent"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.end()

    def _scale(self, painter: QPainter) -> None:
        painter.setFont(font(10))
        for hour in range(0, 25, 6):
            painter.setPen(colour("text2"))
            x = min(max(self._x(hour * 60) - 12, _LEFT - 12), self.width() - 25)
            painter.drawText(QRectF(x, 0, 24, _TOP), Qt.AlignmentFlag.AlignCenter, f"{hour:02d}")

    def _strip(self, painter: QPainter, group: str, windows: list[Window]) -> None:
        top = _TOP + _HEIGHT * list(self.value).index(group)
        painter.setFont(font(11))
        painter.setPen(colour("text"))
        box = QRectF(0, top, _LEFT - 6, _HEIGHT)
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, said(group))
        painter.setPen(QPen(colour("border"), 1))
        painter.setBrush(colour("field"))
        painter.drawRect(QRectF(_LEFT, top + 3, self.width() - _LEFT - 1, _HEIGHT - 6))
        for hour in range(6, 24, 6):
            painter.drawLine(QPointF(self._x(hour * 60), top + 3), QPointF(self._x(hour * 60), top + _HEIGHT - 3))
        for k, window in enumerate(windows):
            painter.setPen(QPen(colour("text" if self.chosen == (group, k) else "accent"), 1.5))
            painter.setBrush(colour("accent", 190))
            painter.drawRect(self.box(group, window))
            if window[1] <= window[0] and window[1]:
                painter.drawRect(QRectF(self._x(0), top + 3, self._x(window[1]) - self._x(0), _HEIGHT - 6))
        painter.setPen(QPen(colour("text2"), 1.5, Qt.PenStyle.DotLine))
        for begin, end in self._was.get(group, ()):
            for minute in (begin, end):  # the edges as they were
                painter.drawLine(QPointF(self._x(minute), top + 1), QPointF(self._x(minute), top + _HEIGHT - 1))

    # mouse and keys ----------------------------------------------------------------------------------------------

    def _find(self, at: QPointF) -> tuple[str, str, int]:
        """What lies there ("move", "begin", "end", "break", "new"), of which group, and the window's place."""
        row = int((at.y() - _TOP) // _HEIGHT)
        groups = list(self.value)
        if not 0 <= row < len(groups) or at.x() < _LEFT:
            return "", "", -1
        group = groups[row]
        windows = self.value[group]
        for k in range(len(windows) - 1):  # first: a short break is narrower than the reach of its edges
            gap = windows[k + 1][0] - windows[k][1]
            if 0 < gap <= BREAK and self._x(windows[k][1]) < at.x() < self._x(windows[k + 1][0]):
                return "break", group, k
        for k, window in enumerate(windows):
            box = self.box(group, window)
            if abs(at.x() - box.left()) <= _EDGE and box.width() > 2 * _EDGE:
                return "begin", group, k
            if abs(at.x() - box.right()) <= _EDGE:
                return "end", group, k
            if box.left() < at.x() < box.right():
                return "move", group, k
        return "new", group, -1

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        what, group, k = self._find(event.position())
        if not what or event.button() != Qt.MouseButton.LeftButton:
            return
        at = self._minute(event.position().x())
        self._hold = (what, group, k, at, list(self.value[group]))
        self.held = True
        self.chosen = (group, k) if k >= 0 and what != "break" else None
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        if self._hold is None:
            shapes = {
                "begin": Qt.CursorShape.SizeHorCursor, "end": Qt.CursorShape.SizeHorCursor,
                "move": Qt.CursorShape.OpenHandCursor, "break": Qt.CursorShape.OpenHandCursor,
                "new": Qt.CursorShape.CrossCursor,
            }  # fmt: skip
            self.setCursor(shapes.get(self._find(event.position())[0], Qt.CursorShape.ArrowCursor))
            return
        what, group, k, from_minute, before = self._hold
        changed = _dragged(what, before, k, from_minute, self._minute(event.position().x()))
        if changed is not None and changed != self.value[group]:
            self.value[group] = changed
            self.chosen = None
            self.update()
            self.edited.emit()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        if self._hold is None:
            return
        group, before = self._hold[1], self._hold[4]
        self._hold, self.held = None, False
        if self.value[group] != before:
            self.edited.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 (Qt's name)
        step = {Qt.Key.Key_Left: -SNAP, Qt.Key.Key_Right: SNAP}.get(Qt.Key(event.key()), 0)
        places = [(g, k) for g, windows in self.value.items() for k in range(len(windows))]
        turn = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
        if turn and places:
            at = places.index(self.chosen) if self.chosen in places else -turn
            self.chosen = places[(at + turn) % len(places)]
            self.update()
        elif self.chosen in places and event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            group, k = self.chosen  # type: ignore[misc]
            del self.value[group][k]
            self.chosen = None
            self.update()
            self.edited.emit()
        elif self.chosen in places and step:
            group, k = self.chosen  # type: ignore[misc]
            moved = _dragged("move", self.value[group], k, 0, step)
            if moved is not None:
                self.value[group] = moved
                self.update()
                self.edited.emit()
        else:
            super().keyPressEvent(event)


def _dragged(what: str, windows: list[Window], k: int, from_minute: int, to: int) -> list[Window] | None:
    """The windows after a drag; None where it would make no sense (an empty window, one over another)."""
    by = to - from_minute
    if what == "new":
        begin, end = min(from_minute, to), max(from_minute, to)
        changed = [*windows, (begin, end)] if end - begin >= SNAP else windows
    else:
        changed = list(windows)
        begin, end = windows[k]
        if what == "break":
            changed[k], changed[k + 1] = (begin, end + by), (windows[k + 1][0] + by, windows[k + 1][1])
        else:
            first, last = (begin if what == "end" else begin + by), (end if what == "begin" else end + by)
            if what == "move" and end <= begin:
                first, last = first % DAY, last % DAY
            changed[k] = (first, last)
    return changed if _sensible(changed) else None


def _sensible(windows: list[Window]) -> bool:
    windows.sort()
    inside = all(0 <= a < DAY and 0 <= b <= DAY and a != b for a, b in windows)
    apart = all(a[1] <= b[0] and a[1] > a[0] for a, b in pairwise(windows))
    if not windows or not inside or not apart:
        return not windows
    begin, end = windows[-1]
    return end > begin or end <= windows[0][0]  # over midnight, but not into the first window


def as_windows(week: Mapping[str, Sequence[str]]) -> dict[str, list[Window]]:
    """A calendar's week in minutes, with room for days without work. ValueError where a window cannot be read."""
    return {g: [minutes(w) for w in week.get(g, ())] for g in groups_of(week)}
