"""The head of the what-if panel: the banner that says SIMULATION, the scenario selector, and where a run starts."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from twinviewer.panels._kit.filter_field import wants_escape
from twinviewer.panels._kit.icons import icon, paint_glyph
from twinviewer.panels._kit.style import colour, font
from twinviewer.panels._kit.widgets import Combo, button, label, row
from twinviewer.panels._whatif_model import Kept
from twinviewer.panels._whatif_words import span

HORIZONS_S = (8 * 3600.0, 24 * 3600.0, 3 * 86400.0, 7 * 86400.0)
NEW = "New scenario"
_BANNER = 30


class Banner(QWidget):
    """Dashed violet: nothing below it is live."""

    def __init__(self) -> None:
        super().__init__()
        self._quiet = ""
        self.setFixedHeight(_BANNER)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.tell("")

    def tell(self, baseline: str) -> None:
        """Say when the baseline was taken."""
        self._quiet = baseline
        self.setAccessibleName(f"Simulation, not live. {baseline}".strip())
        self.setToolTip(baseline)
        self.update()

    @property
    def words(self) -> str:
        """What it says at its right end."""
        return self._quiet

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(colour("not_live", 40))
        painter.setPen(QPen(colour("not_live"), 1.6, Qt.PenStyle.DashLine))
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.drawRoundedRect(box, 6, 6)
        paint_glyph(painter, "flask", QRectF(10, self.height() / 2 - 8, 16, 16))
        painter.setPen(colour("text"))
        painter.setFont(font(12, 600))
        strong = "SIMULATION — not live"
        painter.drawText(QRectF(34, 0, self.width(), self.height()), Qt.AlignmentFlag.AlignVCenter, strong)
        used = 34 + painter.fontMetrics().horizontalAdvance(strong) + 12
        painter.setFont(font(11))
        painter.setPen(colour("text2"))
        room = QRectF(used, 0, self.width() - used - 10, self.height())
        text = painter.fontMetrics().elidedText(self._quiet, Qt.TextElideMode.ElideRight, int(room.width()))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, text)
        painter.end()

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(380, _BANNER)


class Asking(QWidget):
    """One line that asks: for a name, or whether something shall really be done. Escape says no."""

    def __init__(self) -> None:
        super().__init__()
        self._yes: Callable[[str], object] = lambda _text: None
        self.words = label("", "", wrap=True)
        self.field = QLineEdit()
        self.field.setAccessibleName("Name of the scenario")
        self.field.setMaxLength(200)
        self.yes = button("Save", "primary", self._confirm)
        self.no = button("Cancel", "", self.hide)
        layout = QVBoxLayout(self)  # what is typed gets the whole width: a reason is a sentence
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        for item in (self.words, self.field, row(None, self.yes, self.no)):
            layout.addWidget(item)
        self.field.returnPressed.connect(self._confirm)
        self.hide()

    def ask_name(self, offered: str, then: Callable[[str], object], what: str = "Name", yes: str = "Save") -> None:
        """Ask for a name, or for something else in a few words."""
        self._show(what, yes, then)
        self.field.setAccessibleName(f"{what} of the scenario" if what == "Name" else what)
        self.field.setText(offered)
        self.field.selectAll()
        self.field.show()
        self.field.setFocus()

    def ask(self, question: str, yes: str, then: Callable[[str], object]) -> None:
        """Ask for a yes."""
        self._show(question, yes, then)
        self.field.hide()
        self.no.setFocus()

    def _show(self, words: str, yes: str, then: Callable[[str], object]) -> None:
        self.words.setText(words)
        self.yes.setText(yes)
        self._yes = then
        self.show()
        QTimer.singleShot(0, self, self._reveal)  # when there is room for it

    def _reveal(self) -> None:
        """Scroll to it, where it lies on a page that scrolls."""
        area = self.parentWidget()
        while area is not None and not isinstance(area, QScrollArea):
            area = area.parentWidget()
        if area is not None:
            area.ensureWidgetVisible(self, 0, 8)

    def _confirm(self) -> None:
        name = self.field.text().strip()
        if self.field.isVisibleTo(self) and not name:
            self.field.setFocus()
            return
        self.hide()
        self._yes(name)

    def event(self, event: QEvent) -> bool:
        """Ask for Escape before the window has it."""
        if wants_escape(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 (Qt's name)
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
            return
        super().keyPressEvent(event)


class ScenarioBar(QWidget):
    """Which scenario is shown; `chosen(place)` comes with its place in the list, -1 for a new one."""

    chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.box = Combo()
        self.box.setAccessibleName("Scenario")
        self.box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.box.setMinimumWidth(80)
        self.save: QPushButton = button("Save", "")
        self.save.setToolTip("Save the scenario as a file beside the scene")
        self.more = QToolButton()
        self.more.setIcon(icon("menu"))
        self.more.setAccessibleName("More to do with scenarios")
        self.more.setToolTip("Open a scenario's file, share it, rename or delete it")
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.menu = QMenu(self.more)
        self.more.setMenu(self.menu)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for item in (label("Scenario"), self.box, self.save, self.more):
            layout.addWidget(item)
        self.box.activated.connect(lambda place: self.chosen.emit(place - 1))

    def put(self, kept: Sequence[Kept], current: int) -> None:
        """Fill the list."""
        self.box.clear()
        self.box.addItems([NEW, *(k.name for k in kept)])
        self.box.setCurrentIndex(current + 1)


class StartBar(QWidget):
    """From when a run starts, and how far it looks ahead. `changed` comes on a person's choice."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.start = Combo()
        self.start.setAccessibleName("Where a run starts")
        for text, key in (("plant now", "now"), ("empty line", "empty"), ("written state…", "file")):
            self.start.addItem(text, key)
        self.start.setToolTip(
            "The plant as the window shows it, now or at the moment that is looked at; an empty line; or a file"
        )
        self.horizon = Combo()
        self.horizon.setAccessibleName("How far a run looks ahead")
        self.again = button("", "", None, "refresh")
        self.again.setAccessibleName("Take the plant's state again")
        self.again.setToolTip("Take the plant's state again")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for item in (row(label("From"), self.start, self.again), row(label("ahead"), self.horizon)):
            layout.addWidget(item)
        layout.addStretch(1)
        self.start.activated.connect(lambda _i: self.changed.emit())
        self.horizon.activated.connect(lambda _i: self.changed.emit())

    def put(self, horizon_s: float) -> None:
        """Offer the model's own horizon among the usual ones."""
        self.horizon.clear()
        for value in sorted({horizon_s, *HORIZONS_S}):
            self.horizon.addItem(span(value), value)
        self.horizon.setCurrentIndex(self.horizon.findData(horizon_s))

    def reach(self, seconds: float) -> None:
        """Look as far ahead as this, or as far as is offered."""
        offered = [self.horizon.itemData(k) for k in range(self.horizon.count())]
        enough = [value for value in offered if value >= seconds]
        if offered and self.horizon_s < seconds:
            self.horizon.setCurrentIndex(self.horizon.findData(min(enough, default=max(offered))))

    @property
    def horizon_s(self) -> float:
        """The horizon that is chosen."""
        value = self.horizon.currentData()
        return float(value) if value is not None else 86400.0

    @property
    def wants_now(self) -> bool:
        """Whether the run shall start from the plant."""
        return self.start.currentData() == "now"

    @property
    def wants_file(self) -> bool:
        """Whether the run shall start from a state that was written."""
        return self.start.currentData() == "file"

    def choose(self, key: str) -> None:
        """Show "now", "empty" or "file" as chosen."""
        self.start.setCurrentIndex(self.start.findData(key))
