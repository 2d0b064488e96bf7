"""How much time the line shows: buttons side by side, or a list where there is less room."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QToolButton, QWidget

from twinviewer.panels._kit.widgets import Segmented

SPANS = (("3600", "1 h", ""), ("28800", "8 h", ""), ("86400", "24 h", ""))
_NAME = "Span of the time line"


class SpanChoice(QWidget):
    """`chosen(seconds, as text)` when a person chooses."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._buttons = Segmented(SPANS, _NAME)
        self._list = QComboBox(self)
        for key, text, _glyph in SPANS:
            self._list.addItem(text, key)
        self._list.setAccessibleName(_NAME)
        self._list.setFixedWidth(84)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._buttons)
        layout.addWidget(self._list)
        self.choose(SPANS[0][0])
        self._buttons.chosen.connect(self._take)
        self._list.activated.connect(lambda i: self._take(SPANS[i][0]))

    def button(self, key: str) -> QToolButton:
        """One of the buttons."""
        return self._buttons.button(key)

    def choose(self, key: str) -> None:
        """Show a choice; a span that is none of them leaves what was chosen last."""
        at = self._list.findData(key)
        if at >= 0:
            self._buttons.choose(key)
            self._list.setCurrentIndex(at)

    def show_in(self, roomy: bool) -> None:
        """Buttons where there is room for them, else the list."""
        self._buttons.setVisible(roomy)
        self._list.setVisible(not roomy)

    def _take(self, key: str) -> None:
        self.choose(key)
        self.chosen.emit(key)
