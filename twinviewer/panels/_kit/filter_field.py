"""The field above a list that says what of it is shown; Escape shows everything again."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QToolButton, QWidget

from twinviewer.panels._kit.icons import icon


def wants_escape(event: QEvent) -> bool:
    """Whether Qt asks for Escape here, before the window's command with that key gets it; accepted, it comes here."""
    if event.type() != QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent):
        return False
    return event.key() == Qt.Key.Key_Escape and event.modifiers() == Qt.KeyboardModifier.NoModifier


class FilterField(QLineEdit):
    """A line with a filter's glyph and a cross. Escape empties it; empty, it leaves Escape to the window."""

    def __init__(self, hint: str, name: str, parent: QWidget | None = None, glyph: str = "filter") -> None:
        super().__init__(parent)
        self.setPlaceholderText(hint)
        self.setAccessibleName(name)
        self.setClearButtonEnabled(True)
        self.addAction(icon(glyph, "text2"), QLineEdit.ActionPosition.LeadingPosition)
        for item in self.findChildren(QToolButton):  # the glyph and the cross
            item.setAccessibleName(f"{name}: show everything")

    def event(self, event: QEvent) -> bool:
        """Ask for Escape while there is something to clear."""
        if self.text() and wants_escape(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 (Qt's name)
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        else:
            super().keyPressEvent(event)
