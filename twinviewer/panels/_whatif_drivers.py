"""Which lever moves what most: one step of every slider on a chosen indicator, as bars from the middle."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QProgressBar, QSizePolicy, QVBoxLayout, QWidget

from twinviewer.panels._kit.style import colour, font
from twinviewer.panels._kit.widgets import Combo, button, label, row
from twinviewer.panels._pressable import Pressable
from twinviewer.panels._whatif_found import KPIS, Kpi, Sensitive
from twinviewer.panels._whatif_words import number, signed

_ROW = 42


class DriverRow(Pressable):
    """One lever; pressed, it sends `chosen` with its id."""

    chosen = Signal(str)

    def __init__(self, found: Sensitive, kpi: Kpi, most: float) -> None:
        super().__init__()
        self._found, self._kpi, self._most = found, kpi, most
        self.setFixedHeight(_ROW)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.pressed.connect(lambda: self.chosen.emit(found.lever))
        self.setAccessibleName(self.said())
        self.setToolTip(f"{self.said()}\nClick to move this lever.")

    def said(self) -> str:
        """In words, with the interval."""
        f, k = self._found, self._kpi
        mean, low, high = (x / k.scale for x in f.difference)
        wide = f"{signed(low, k.digits)} to {signed(high, k.digits)}"
        text = f"{f.label} {f.by}: {signed(mean, k.digits)} {k.unit} ({wide})"
        return text if f.significant else f"{text}, not significant"

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        f, k = self._found, self._kpi
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(font(12, 600 if f.significant else 400))
        painter.setPen(colour("text" if f.significant else "text2"))
        digits = k.digits + 1 if abs(f.difference[0] / k.scale) < 1 else k.digits
        value = signed(f.difference[0] / k.scale, digits) + ("" if f.significant else "  not significant")
        room = painter.fontMetrics().horizontalAdvance(value) + 8
        right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        painter.drawText(QRectF(0, 2, self.width() - 2, 18), right, value)
        painter.setFont(font(12))
        title = f"{f.label}  {f.by}"
        shown = painter.fontMetrics().elidedText(title, Qt.TextElideMode.ElideRight, int(self.width() - room))
        painter.drawText(QRectF(0, 2, self.width() - room, 18), Qt.AlignmentFlag.AlignVCenter, shown)
        self._bar(painter)
        self.frame(painter)
        painter.end()

    def _bar(self, painter: QPainter) -> None:
        f, middle = self._found, self.width() / 2
        scale = (self.width() / 2 - 4) / self._most if self._most > 0 else 0.0
        mean, low, high = (middle + x * scale for x in f.difference)
        painter.setPen(QPen(colour("border"), 1))
        painter.drawLine(int(middle), 21, int(middle), _ROW - 2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour("accent" if f.significant else "text2", 255 if f.significant else 120))
        painter.drawRect(QRectF(min(middle, mean), 26, max(1.0, abs(mean - middle)), 8))
        if low == low and high == high:
            painter.setPen(QPen(colour("text"), 1.2))
            low, high = max(1.0, low), min(self.width() - 2.0, high)
            painter.drawLine(int(low), 30, int(high), 30)
            for x in (low, high):
                painter.drawLine(int(x), 26, int(x), 34)


class Drivers(QWidget):
    """The page: which indicator, the button, and the bars. `asked` comes with a KPI's key, `chosen` with a lever."""

    asked = Signal(str)
    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.what = Combo()
        self.what.setAccessibleName("Indicator that levers are tried on")
        for kpi in KPIS:
            self.what.addItem(kpi.title, kpi.key)
        self.what.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.go = button("What moves it most?", "primary", lambda: self.asked.emit(self.kpi.key))
        self.bar = QProgressBar()
        self.bar.setAccessibleName("Levers tried")
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(6)
        self.words = label(
            "Every slider of the plant is moved up by a tenth of its way, one at a time, on the same random numbers: "
            "the bars say what that does, with 95 % intervals.",
            "quiet",
            wrap=True,
        )
        self.rows: list[DriverRow] = []
        self._list = QVBoxLayout()
        self._list.setSpacing(2)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 6, 4)
        layout.addWidget(row(self.what, self.go))
        layout.addWidget(self.bar)
        layout.addWidget(self.words)
        layout.addLayout(self._list)
        layout.addStretch(1)
        self.bar.hide()
        self.what.activated.connect(lambda _i: self.asked.emit(self.kpi.key) if self.rows else None)

    @property
    def kpi(self) -> Kpi:
        """The indicator that is asked for."""
        return KPIS[self.what.currentIndex()]

    def progress(self, fraction: float | None) -> None:
        """How far it is; None when nothing runs."""
        self.bar.setVisible(fraction is not None)
        self.bar.setRange(0, 100)
        self.bar.setValue(round(100 * (fraction or 0)))

    def put(self, found: Sequence[Sensitive]) -> None:
        """Show effects, the strongest first."""
        self.progress(None)
        for item in self.rows:
            self._list.removeWidget(item)
            item.deleteLater()
        most = max((abs(x) for f in found for x in f.difference if x == x), default=0.0)
        self.rows = [DriverRow(f, self.kpi, most) for f in found]
        for item in self.rows:
            item.chosen.connect(self.chosen)
            self._list.addWidget(item)
        unit = f" in {self.kpi.unit}" if self.kpi.unit else ""
        sure = sum(f.significant for f in found)
        self.words.setText(
            f"Effect of one step up on {self.kpi.title.lower()}{unit}: {number(sure, 0)} of {len(found)} shown are "
            "significant. Click a lever to move it."
            if found
            else f"No lever moves {self.kpi.title.lower()}."
        )

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(340, super().sizeHint().height())
