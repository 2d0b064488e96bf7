"""The flow of the line as a picture: stations from source to sink, queues before them, the bottleneck."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from twinviewer.model.palette import STATE
from twinviewer.model.state import State
from twinviewer.panels._kit.style import colour, font, theme
from twinviewer.panels._kit.symbols import tint
from twinviewer.panels._whatif_found import Answer, StationUse
from twinviewer.panels._whatif_model import Flow, FlowLink, FlowStation
from twinviewer.panels._whatif_words import number

_WIDE, _HIGH = 132.0, 44.0
_GAP_X, _GAP_Y = 18.0, 40.0
_END = 18.0  # room above and below for sources and sinks
_KEYS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
_MIDDLE = Qt.AlignmentFlag.AlignCenter


class FlowView(QWidget):
    """From top to bottom. A click sends `chosen` with a station's name; arrow keys go from station to station."""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.flow = Flow()
        self._uses: dict[str, StationUse] = {}
        self._narrow = ""
        self._two = False
        self._selected = ""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Flow of the line")

    def show_flow(self, flow: Flow) -> None:
        """Another line."""
        self.flow = flow
        self._uses, self._narrow, self._selected = {}, "", ""
        ranks = max((s.rank for s in flow.stations), default=0) + 1
        self.setFixedHeight(round(ranks * _HIGH + (ranks - 1) * _GAP_Y + 2 * (_END + 14)))
        self.setMinimumWidth(min(320, round(self._lanes * 96)))
        self._say()
        self.update()

    def put(self, answer: Answer) -> None:
        """What the stations do in the scenario, or in the baseline where there is none."""
        self._uses = {s.name: s for s in answer.stations}
        self._two = len(answer.narrows) > 1
        narrow = answer.narrows[-1] if answer.narrows else None
        self._narrow = narrow.station if narrow is not None else ""
        self._say()
        self.update()

    def select(self, asset: str | None) -> None:
        """Outline the station of the selected asset."""
        self._selected = next((s.name for s in self.flow.stations if asset is not None and asset in s.assets), "")
        self.update()

    def _say(self) -> None:
        names = ", ".join(s.name for s in sorted(self.flow.stations, key=lambda s: (s.lane, s.rank)))
        narrow = f"; bottleneck {self._narrow}" if self._narrow else ""
        self.setAccessibleName(f"Flow of the line: {names}{narrow}")

    @property
    def _lanes(self) -> float:
        return max((s.lane for s in self.flow.stations), default=0.0) + 1

    def box(self, name: str) -> QRectF:
        """Where a station is drawn. KeyError."""
        s = next((x for x in self.flow.stations if x.name == name), None)
        if s is None:
            raise KeyError(name)
        wide = min(_WIDE, (self.width() - _GAP_X * (self._lanes - 1) - 4) / self._lanes)
        whole = self._lanes * wide + (self._lanes - 1) * _GAP_X
        left = (self.width() - whole) / 2 + s.lane * (wide + _GAP_X)
        return QRectF(left, _END + 14 + s.rank * (_HIGH + _GAP_Y), wide, _HIGH)

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(340, self.height())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        name = self._at(event.position())
        if name:
            self.chosen.emit(name)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 (Qt's name)
        key = Qt.Key(event.key())
        order = sorted(self.flow.stations, key=lambda s: (s.lane, s.rank))
        if key not in _KEYS or not order:
            super().keyPressEvent(event)
            return
        here = next((s for s in order if s.name == self._selected), None)
        if here is None:
            there = order[0]
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            beside = [s for s in order if s.lane * _KEYS[key] > here.lane * _KEYS[key]]
            there = min(beside, key=lambda s: (abs(s.lane - here.lane), abs(s.rank - here.rank)), default=here)
        else:
            there = order[max(0, min(len(order) - 1, order.index(here) + _KEYS[key]))]
        self._selected = there.name  # also one that stands for no asset, which nothing else would select
        self.update()
        self.chosen.emit(there.name)

    def _at(self, at: QPointF) -> str:
        return next((s.name for s in self.flow.stations if self.box(s.name).contains(at)), "")

    def event(self, event) -> bool:  # type: ignore[no-untyped-def, override]
        if isinstance(event, QHelpEvent):
            name = self._at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), self._tip(name), self) if name else QToolTip.hideText()
            return True
        return super().event(event)

    def _tip(self, name: str) -> str:
        s = next(x for x in self.flow.stations if x.name == name)
        text = f"{name}: {s.machines} machine{'s' if s.machines > 1 else ''}"
        use = self._uses.get(name)
        if use is not None:
            now = 1 if self._two else 0
            text += f", busy {use.load[now]:.0%}, {number(use.queue[now], 1)} parts waiting before it"
        return text

    # drawing -----------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for link in self.flow.links:
            self._link(painter, link)
        for station in self.flow.stations:
            self._station(painter, station)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(colour("accent"), 1))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.end()

    def _station(self, painter: QPainter, s: FlowStation) -> None:
        box, now = self.box(s.name), 1 if self._two else 0
        use = self._uses.get(s.name)
        narrow = s.name == self._narrow
        painter.setBrush(colour("raised"))
        painter.setPen(QPen(colour("border"), 1))
        painter.drawRoundedRect(box, 6, 6)
        if narrow:
            painter.setPen(QPen(tint(STATE[theme()][State.BLOCKED]), 3))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), 6, 6)
        if s.name == self._selected:
            painter.setPen(QPen(colour("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(-3, -3, 3, 3), 8, 8)
        painter.setPen(colour("text"))
        painter.setFont(font(12, 600))
        title = s.name if s.machines == 1 else f"{s.name} ×{s.machines}"
        shown = painter.fontMetrics().elidedText(title, Qt.TextElideMode.ElideRight, int(box.width() - 8))
        painter.drawText(QRectF(box.left(), box.top() + 3, box.width(), 17), _MIDDLE, shown)
        if use is None:
            return
        painter.setFont(font(10, 600 if narrow else 400))
        painter.setPen(colour("text" if narrow else "text2"))
        words = f"bottleneck, {use.load[now]:.0%}" if narrow else f"busy {use.load[now]:.0%}"
        painter.drawText(QRectF(box.left(), box.top() + 18, box.width(), 14), _MIDDLE, words)
        bar = QRectF(box.left() + 8, box.bottom() - 10, box.width() - 16, 5)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour("border"))
        painter.drawRect(bar)
        painter.setBrush(tint(STATE[theme()][State.BLOCKED]) if narrow else colour("accent"))
        painter.drawRect(QRectF(bar.left(), bar.top(), bar.width() * min(1.0, use.load[now]), bar.height()))

    def _link(self, painter: QPainter, link: FlowLink) -> None:
        after = self.box(link.after) if link.after else None
        before = self.box(link.before) if link.before else None
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colour("text2"), 1.4))
        if before is None and after is not None:
            end = QPointF(after.center().x(), after.top())
            start = QPointF(end.x(), end.y() - _END)
            painter.drawEllipse(QPointF(start.x(), start.y() - 5), 5, 5)
            self._arrow(painter, start, end)
        elif after is None and before is not None:
            start = QPointF(before.center().x(), before.bottom())
            end = QPointF(start.x(), start.y() + _END)
            self._arrow(painter, start, end)
            painter.drawLine(QPointF(end.x() - 8, end.y() + 3), QPointF(end.x() + 8, end.y() + 3))
        elif before is not None and after is not None:
            self._between(painter, link, before, after)

    def _between(self, painter: QPainter, link: FlowLink, before: QRectF, after: QRectF) -> None:
        if after.top() <= before.top():  # rework goes back at the side
            start, end = QPointF(before.right(), before.center().y()), QPointF(after.right(), after.center().y())
            path = QPainterPath(start)
            out = max(start.x(), end.x()) + 14
            path.cubicTo(QPointF(out, start.y()), QPointF(out, end.y()), end)
            painter.setPen(QPen(colour("text2"), 1.2, Qt.PenStyle.DashLine))
            painter.drawPath(path)
            self._head(painter, end, QPointF(-1, 0))
            return
        start, end = QPointF(before.center().x(), before.bottom()), QPointF(after.center().x(), after.top())
        self._arrow(painter, start, end)
        self._queue(painter, link, (start + end) / 2)

    def _queue(self, painter: QPainter, link: FlowLink, at: QPointF) -> None:
        """How full the buffer is on average, as a bar and in figures."""
        use = self._uses.get(link.after)
        waits = use.queue[1 if self._two else 0] if use is not None else None
        text = "" if waits is None else number(waits, 1)
        if link.capacity is not None:
            text = f"{text} / {link.capacity}" if text else f"room {link.capacity}"
        if not text:
            return
        painter.setFont(font(10))
        wide = painter.fontMetrics().horizontalAdvance(text) + 12.0
        box = QRectF(at.x() - wide / 2, at.y() - 8, wide, 16)
        painter.setPen(QPen(colour("border"), 1))
        painter.setBrush(colour("panel"))
        painter.drawRoundedRect(box, 3, 3)
        if waits is not None and link.capacity:
            full = QRectF(box.left(), box.top(), box.width() * min(1.0, waits / link.capacity), box.height())
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour("accent", 90))
            painter.drawRoundedRect(full, 3, 3)
        painter.setPen(colour("text"))
        painter.drawText(box, _MIDDLE, text)

    def _arrow(self, painter: QPainter, start: QPointF, end: QPointF) -> None:
        painter.setPen(QPen(colour("text2"), 1.4))
        painter.drawLine(start, end)
        way = end - start
        length = max(1e-6, (way.x() ** 2 + way.y() ** 2) ** 0.5)
        self._head(painter, end, way / length)

    def _head(self, painter: QPainter, at: QPointF, way: QPointF) -> None:
        side = QPointF(-way.y(), way.x())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour("text2"))
        painter.drawPolygon(QPolygonF([at, at - way * 7 + side * 4, at - way * 7 - side * 4]))
        painter.setBrush(Qt.BrushStyle.NoBrush)
