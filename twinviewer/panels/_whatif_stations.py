"""What every station does with its time, baseline above scenario, and how many parts wait before it."""

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QBrush, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from twinviewer.model.palette import STATE
from twinviewer.model.state import State
from twinviewer.panels._kit.style import colour, font, theme
from twinviewer.panels._kit.symbols import tint
from twinviewer.panels._pressable import Pressable
from twinviewer.panels._whatif_found import SHOWN_STATES, Answer, StationUse
from twinviewer.panels._whatif_words import number
from twinviewer.panels._wrap import WrapLayout

_ROW = 44
_NAMES = {State.IDLE: "Waiting for people", State.FAULT: "Down", State.OFFLINE: "Off shift"}


def state_name(state: State) -> str:
    """A state's name as shares of time call it."""
    return _NAMES.get(state, state.label)


def state_brush(state: State) -> QBrush:
    """Blocked and starved have one colour; a hatch tells them apart."""
    fill = tint(STATE[theme()][state])
    return QBrush(fill, Qt.BrushStyle.Dense4Pattern) if state is State.STARVED else QBrush(fill)


class _Swatch(QWidget):
    def __init__(self, state: State) -> None:
        super().__init__()
        self._state = state
        self.setAccessibleName(state_name(state))

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(22 + len(state_name(self._state)) * 7, 16)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        painter = QPainter(self)
        painter.setPen(QPen(colour("border"), 1))
        painter.setBrush(state_brush(self._state))
        painter.drawRect(QRectF(0.5, 2.5, 11, 11))
        painter.setPen(colour("text2"))
        painter.setFont(font(11))
        painter.drawText(QRectF(16, 0, self.width() - 16, 16), Qt.AlignmentFlag.AlignVCenter, state_name(self._state))
        painter.end()


class StationRow(Pressable):
    """One station; `chosen` comes with its name when it is pressed."""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.use: StationUse | None = None
        self.two = False
        self.narrow = (False, False)
        self.pressed.connect(self._choose)
        self.setFixedHeight(_ROW)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def put(self, use: StationUse, two: bool, narrow: tuple[bool, bool]) -> None:
        """Show a station; `two` where there is a scenario beside the baseline."""
        self.use, self.two, self.narrow = use, two, narrow
        self.setAccessibleName(self.said())
        self.setToolTip(self.said())
        self.update()

    def said(self) -> str:
        """Everything in words."""
        if self.use is None:
            return ""
        lines = []
        for k, who in enumerate(("baseline", "scenario") if self.two else ("baseline",)):
            parts = [
                f"{state_name(s).lower()} {v:.1%}"
                for s, v in zip(SHOWN_STATES, self.use.shares[k], strict=True)
                if v >= 0.0005
            ]
            lines.append(f"{who}: {', '.join(parts)}; {number(self.use.queue[k], 1)} parts waiting before it")
        return f"{self.use.name}\n" + "\n".join(lines)

    def _choose(self) -> None:
        if self.use is not None:
            self.chosen.emit(self.use.name)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        use = self.use
        if use is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        now = 1 if self.two else 0
        mark = "  ◀ bottleneck" if self.narrow[now] else ""
        painter.setFont(font(12, 600 if mark else 400))
        painter.setPen(colour("text"))
        painter.drawText(QRectF(0, 1, self.width() * 0.6, 17), Qt.AlignmentFlag.AlignVCenter, use.name + mark)
        load = f"{use.load[0]:.0%} → {use.load[1]:.0%}" if self.two else f"{use.load[0]:.0%}"
        waits = f" · {number(use.queue[now], 1)} waiting"
        painter.setFont(font(11))
        painter.setPen(colour("text2"))
        box = QRectF(0, 1, self.width() - 2, 17)
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, f"busy {load}{waits}")
        for k in range(2 if self.two else 1):
            self._bar(painter, use.shares[k], 20.0 + k * 10, 8.0 if self.two else 14.0)
        self.frame(painter)
        painter.end()

    def _bar(self, painter: QPainter, shares: tuple[float, ...], top: float, height: float) -> None:
        left, room = 0.0, self.width() - 2.0
        painter.setPen(QPen(colour("border"), 0.8))
        painter.setBrush(colour("field"))
        painter.drawRect(QRectF(0.5, top, room, height))
        for state, share in zip(SHOWN_STATES, shares, strict=True):
            if share > 0:
                painter.setBrush(state_brush(state))
                painter.drawRect(QRectF(left + 0.5, top, room * share, height))
                left += room * share


class Stations(QWidget):
    """All stations with a legend; `chosen` comes with a station's name."""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[StationRow] = []
        self.legend = QWidget()
        self._legend = WrapLayout(self.legend, 10)
        self._legend.setContentsMargins(0, 0, 0, 0)
        self._swatches = {s: _Swatch(s) for s in SHOWN_STATES}
        for swatch in self._swatches.values():
            self._legend.addWidget(swatch)
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(2)
        self._box.addWidget(self.legend)
        self._box.addStretch(1)
        self.legend.hide()  # until there is something that it explains

    def put(self, answer: Answer) -> None:
        """Show an answer's stations in the order of the line."""
        while len(self.rows) < len(answer.stations):
            item = StationRow()
            item.chosen.connect(self.chosen)
            self.rows.append(item)
            self._box.insertWidget(len(self.rows), item)
        self.legend.setVisible(bool(answer.stations))
        two = len(answer.narrows) > 1
        names = [n.station if n is not None else "" for n in answer.narrows]
        for item, use in zip(self.rows, answer.stations, strict=False):
            item.put(use, two, (names[0] == use.name, names[-1] == use.name))
        for k, item in enumerate(self.rows):
            item.setVisible(k < len(answer.stations))
        used = [any(s.shares[k][n] > 0.0005 for s in answer.stations for k in (0, 1)) for n in range(len(SHOWN_STATES))]
        for state, there in zip(SHOWN_STATES, used, strict=True):
            self._swatches[state].setVisible(there)
