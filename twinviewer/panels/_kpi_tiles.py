"""One indicator as a tile, what a click on it explains, and the tile that stands for those without room."""

import math

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QVBoxLayout, QWidget

from twinviewer.model.frame import Kpi
from twinviewer.panels._kit.gauges import SparkLine, amount, figure
from twinviewer.panels._kit.style import colour, font, theme
from twinviewer.panels._kit.symbols import alarm_symbol
from twinviewer.panels._kit.widgets import ClickableCard, button, label, row
from twinviewer.panels._text import input_name, value_of

HEIGHT = 58
LEAST_LINE = 30  # pixels: a shorter line beside a figure says nothing
_MIDDLE = Qt.AlignmentFlag.AlignVCenter


class Tile(ClickableCard):
    """One indicator; `edit_wanted(key)` when a person wants to change it or see all of them."""

    edit_wanted = Signal(str)

    def __init__(self, kpi: Kpi, parent: QWidget | None = None) -> None:
        super().__init__(kpi.label, parent)
        self.setFixedHeight(HEIGHT)
        self.kpi = kpi
        self._stale = False
        self._scale = 1.0
        self._past = SparkLine()
        self.clicked.connect(self.explain)

    def show_kpi(self, kpi: Kpi, stale: bool) -> None:
        """Show another value; `stale` when the data behind it no longer comes in."""
        if kpi is self.kpi and stale == self._stale and self.toolTip():
            return
        self.kpi, self._stale = kpi, stale
        self.setAccessibleName(self.sentence())
        self.setToolTip("\n".join(explanation(kpi)))
        self.update()

    def set_scale(self, scale: float) -> None:
        """Larger letters for a wall screen."""
        self._scale = scale
        self.setFixedHeight(round(HEIGHT * scale))
        self.update()

    def sentence(self) -> str:
        """What a screen reader says."""
        kpi = self.kpi
        parts = [kpi.label, f"{value_of(kpi)} {kpi.unit}".strip() if math.isfinite(kpi.value) else "no value yet"]
        if kpi.target is not None:
            parts.append(f"target {figure(kpi.target)}")
        if kpi.priority:
            parts.append(f"alarm priority {kpi.priority}")
        if self._stale:
            parts.append("not up to date")
        return ", ".join(parts)

    def explain(self) -> "Explanation":
        """Open what stands behind the figure."""
        popup = Explanation(self.kpi, self)
        popup.edit_wanted.connect(self.edit_wanted)
        popup.adjustSize()
        popup.move(_on_screen(self, popup))
        popup.show()
        return popup

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(self._scale, self._scale)
        width, height, kpi = self.width() / self._scale, self.height() / self._scale, self.kpi
        painter.setFont(font(11))
        painter.setPen(colour("text2"))
        room = width - 24 - (14 if kpi.priority else 0)
        name = fitting(kpi.label, QFontMetricsF(painter.font()), room)
        painter.drawText(QRectF(12, 6, room, 16), _MIDDLE, name)
        x = self._paint_figure(painter)
        if kpi.series is not None:
            self._past.draw(painter, _place_of_line(x, width, height), kpi.series[0], kpi.series[1], kpi.target)
        if kpi.priority:
            alarm_symbol(painter, QPointF(width - 12, 13), 6, kpi.priority, theme())
        painter.end()

    def _paint_figure(self, painter: QPainter) -> float:
        kpi = self.kpi
        text = value_of(kpi)
        if not math.isfinite(kpi.value) and kpi.note:
            return self._paint_reason(painter, kpi.note)
        painter.setFont(font(20, 400 if self._stale else 600))
        painter.setPen(colour("text2" if self._stale or not math.isfinite(kpi.value) else "text"))
        painter.drawText(QRectF(12, 23, self.width(), 28), _MIDDLE, text)
        x = 12 + QFontMetricsF(painter.font()).horizontalAdvance(text) + 5
        unit = f"{kpi.unit} (old)" if self._stale and math.isfinite(kpi.value) else kpi.unit
        painter.setFont(font(11))
        painter.setPen(colour("text2"))
        metrics = QFontMetricsF(painter.font())
        if metrics.horizontalAdvance(unit) > self.width() / self._scale - 6 - x:
            unit = unit.rpartition(" ")[2]  # that it is old matters more than its unit
        painter.drawText(QRectF(x, 27, self.width(), 22), _MIDDLE, unit)
        return x + metrics.horizontalAdvance(unit)

    def _paint_reason(self, painter: QPainter, note: str) -> float:
        """Why there is no figure yet, in its place."""
        painter.setFont(font(11))
        painter.setPen(colour("text2"))
        room = self.width() / self._scale - 20
        wide = QFontMetricsF(painter.font()).horizontalAdvance(note) > room
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        box = QRectF(12, 22 if wide else 25, room, 32 if wide else 24)
        painter.drawText(box, flags | Qt.TextFlag.TextWordWrap if wide else flags, note)
        return self.width()


def _place_of_line(figure_end: float, width: float, height: float) -> QRectF:
    """Where the past is drawn: beside the figure, or as a strip below it where a tile is narrow."""
    box = QRectF(max(figure_end + 10, width - 90), 27, 0, height - 38)
    box.setRight(width - 12)
    return box if box.width() >= LEAST_LINE else QRectF(12, height - 9, width - 24, 5)


def fitting(name: str, metrics: QFontMetricsF, room: float) -> str:
    """A tile's name as it fits into `room` pixels: whole, without its brackets, or only what it is about."""
    for shown in (name, name.partition(" (")[0], name.rpartition(" · ")[2]):
        if metrics.horizontalAdvance(shown) <= room:
            return shown
    short = name.rpartition(" · ")[2].partition(" (")[0]
    return metrics.elidedText(short, Qt.TextElideMode.ElideRight, room)


def _on_screen(tile: QWidget, popup: QWidget) -> QPoint:
    """Below the tile, moved until it lies on the tile's screen."""
    place = tile.mapToGlobal(tile.rect().bottomLeft()) + Explanation.OFFSET
    screen = tile.screen().availableGeometry()
    size = popup.sizeHint()
    return QPoint(
        max(screen.left(), min(place.x(), screen.right() - size.width())),
        max(screen.top(), min(place.y(), screen.bottom() - size.height())),
    )


def explanation(kpi: Kpi) -> list[str]:
    """How an indicator is made, a line each."""
    value = f"{value_of(kpi)} {kpi.unit}".strip() if math.isfinite(kpi.value) else "no value yet"
    lines = [f"{kpi.label}: {value}"]
    if kpi.formula:
        lines.append(kpi.formula)
    if kpi.target is not None:
        word = "Limit" if kpi.key == "alarms" else "Target"
        lines.append(f"{word} {amount(kpi.target, kpi.unit)} {kpi.unit}".strip())
    if kpi.note:
        lines.append(kpi.note)
    return lines


class Explanation(QFrame):
    """Formula, inputs and target of one indicator; Escape or a click elsewhere closes it."""

    OFFSET = QPoint(0, 4)
    edit_wanted = Signal(str)

    def __init__(self, kpi: Kpi, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setProperty("kind", "card")
        self.setAccessibleName(f"How {kpi.label} is made")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 10, 14, 12)
        layout.setSpacing(5)
        head, *rest = explanation(kpi)
        layout.addWidget(label(head, "heading"))
        for line in rest:
            text = label(line, "quiet", wrap=True)
            text.setMinimumWidth(300)
            layout.addWidget(text)
        if kpi.inputs:
            layout.addWidget(label("Made of", "heading"))
            layout.addLayout(self._inputs(kpi))
        self._key = kpi.key
        self.change = button("Target and all indicators…", "link", self._edit)
        layout.addWidget(row(self.change, None))

    def _edit(self) -> None:
        self.close()
        self.edit_wanted.emit(self._key)

    @staticmethod
    def _inputs(kpi: Kpi) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(18)
        grid.setVerticalSpacing(2)
        for at, (name, value) in enumerate(list(kpi.inputs.items())[:24]):
            words = input_name(name)
            grid.addWidget(label(words, "quiet"), at, 0)
            number: QLabel = label(amount(value, words.partition(", ")[2]))
            number.setAlignment(Qt.AlignmentFlag.AlignRight)
            grid.addWidget(number, at, 1)
        return grid

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 (Qt's name)
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)


class More(ClickableCard):
    """Says how many tiles there was no room for; a click shows them all."""

    WIDTH = 36

    def __init__(self, parent: QWidget) -> None:
        super().__init__("", parent)
        self._text = ""

    def show_count(self, hidden: int, scale: float) -> None:
        """How many tiles are hidden."""
        self._text = f"+{hidden}"
        self.setAccessibleName(f"{hidden} more indicators")
        self.setToolTip("Show all indicators")
        self.setFixedSize(round(self.WIDTH * scale), round(HEIGHT * scale))
        self.setVisible(hidden > 0)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setFont(font(12 * self.height() / HEIGHT, 600))
        painter.setPen(colour("text2"))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._text)
        painter.end()
