"""The legend over the picture: what each colour means and how many assets wear it."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QLinearGradient, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from twinviewer.colours import Legend, LegendEntry
from twinviewer.model.state import State, Zone
from twinviewer.panels._kit.style import colour, font, theme
from twinviewer.panels._kit.symbols import state_symbol, swatch, tint, zone_symbol

_MOST_SHARE = 0.25  # of the picture's height
_MIDDLE = Qt.AlignmentFlag.AlignVCenter


class LegendView(QWidget):
    """A card that is as wide as what it says; entries that do not fit go to a second line."""

    LINE, PAD = 30, 12

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._legend = Legend("")
        self._scale = 1.0
        self._lines: list[list[int]] = []
        self._brief = False  # a small picture has no room for words: symbols and counts
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    @property
    def legend(self) -> Legend:
        """What is shown."""
        return self._legend

    def set_scale(self, scale: float) -> None:
        """Larger letters for a wall screen."""
        self._scale = scale
        self.place()

    def show_legend(self, legend: Legend) -> None:
        """Show another legend or other counts."""
        if legend != self._legend:
            self._legend = legend
            parts = [f"{e.label} {e.note} {e.count}".replace("  ", " ") for e in legend.entries]
            self.setAccessibleName(f"Legend, {legend.title}: " + ", ".join(parts))
            self.place()
            self.update()

    def place(self) -> None:
        """Sit at the lower left of the parent."""
        parent = self.parentWidget()
        if parent is None:
            return
        self._brief = False
        size = self._size_for(parent.width() - 24)
        if size.height() > _MOST_SHARE * parent.height():
            self._brief = True
            size = self._size_for(parent.width() - 24)
        self.setGeometry(12, parent.height() - size.height() - 12, size.width(), size.height())

    def _widths(self) -> list[float]:
        strong, plain = QFontMetricsF(font(12, 600)), QFontMetricsF(font(12))
        return [
            _indent(e) + 22 + plain.horizontalAdvance(self._words(e)) + strong.horizontalAdvance(f" {e.count}")
            for e in self._legend.entries
        ]

    def _words(self, entry: LegendEntry) -> str:
        brief = self._brief and entry.symbol[0]
        return "" if brief else f"{entry.label} {entry.note}".strip()

    def _break(self, room: float) -> list[list[int]]:
        lines: list[list[int]] = [[]]
        used = 0.0
        for i, width in enumerate(self._widths()):
            if lines[-1] and used + width > room - 2 * self.PAD:
                lines.append([])
                used = 0.0
            lines[-1].append(i)
            used += width
        return lines

    def _size_for(self, room: float) -> QSize:
        self._lines = self._break(room / self._scale)
        widths = self._widths()
        width = max(sum(widths[i] for i in line) for line in self._lines) + 2 * self.PAD - 14
        height = self.LINE * len([line for line in self._lines if line]) + 6
        if self._legend.scale:
            width, height = max(width, 360), height + 44
        self.setVisible(bool(self._legend.entries or self._legend.scale))
        return QSize(round(width * self._scale), round(height * self._scale))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(self._scale, self._scale)
        width, height = self.width() / self._scale, self.height() / self._scale
        painter.setPen(QPen(colour("border"), 1))
        painter.setBrush(colour("panel", 232))
        painter.drawRoundedRect(QRectF(0.5, 0.5, width - 1, height - 1), 7, 7)
        top = 3.0
        if self._legend.scale:
            self._paint_scale(painter, width)
            top += 44
        widths = self._widths()
        for line in self._lines:
            x = float(self.PAD)
            for i in line:
                self._paint_entry(painter, self._legend.entries[i], x, top)
                x += widths[i]
            top += self.LINE
        painter.end()

    def _paint_entry(self, painter: QPainter, entry: LegendEntry, x: float, top: float) -> None:
        middle = QPointF(x + 8, top + self.LINE / 2)
        kind, code = entry.symbol
        if kind == "state":
            state_symbol(painter, middle, 8, State(code), theme())
        elif kind == "zone":
            zone_symbol(painter, middle, 8, Zone(code), theme())
        elif kind == "swatch":
            swatch(painter, middle, 8, tint(entry.colour), theme())
        box = QRectF(x + _indent(entry), top, 400, self.LINE)
        painter.setFont(font(12))
        painter.setPen(colour("text2"))
        words = self._words(entry)
        if words:
            painter.drawText(box, _MIDDLE, words)
            box.setLeft(box.left() + QFontMetricsF(painter.font()).horizontalAdvance(words) + 5)
        painter.setFont(font(12, 600))
        painter.setPen(colour("text"))
        painter.drawText(box, _MIDDLE, f"{entry.count}")

    def _paint_scale(self, painter: QPainter, width: float) -> None:
        legend = self._legend
        painter.setFont(font(11))
        painter.setPen(colour("text2"))
        painter.drawText(QRectF(self.PAD, 4, width, 16), _MIDDLE, f"{legend.title}, {legend.unit}")
        box = QRectF(self.PAD + 4, 22, width - 2 * self.PAD - 8, 9)
        gradient = QLinearGradient(box.topLeft(), box.topRight())
        for i, stop in enumerate(legend.scale):
            gradient.setColorAt(i / (len(legend.scale) - 1), tint(stop))
        painter.setPen(QPen(colour("border"), 1))
        painter.setBrush(gradient)
        painter.drawRect(box)
        painter.setFont(font(10))
        painter.setPen(colour("text2"))
        for place, text in legend.ticks:
            x = box.left() + place * box.width()
            painter.drawLine(QPointF(x, box.bottom()), QPointF(x, box.bottom() + 3))
            painter.drawText(QRectF(x - 30, box.bottom() + 2, 60, 13), Qt.AlignmentFlag.AlignCenter, text)


def _indent(entry: LegendEntry) -> int:
    """Room for the symbol."""
    return 22 if entry.symbol[0] else 0
