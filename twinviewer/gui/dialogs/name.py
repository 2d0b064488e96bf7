"""A name for what a person keeps: a view, a layout."""

from PySide6.QtWidgets import QLineEdit, QWidget

from twinviewer.gui.dialogs.base import BaseDialog


class NameDialog(BaseDialog):
    """Asks for a name, `text` offered; without one nothing is kept. `name` is what was written."""

    def __init__(self, title: str, words: str, text: str, parent: QWidget | None) -> None:
        super().__init__(title, parent, 360)
        self._field = QLineEdit(text)
        self._field.setAccessibleName(words)
        self._field.setMaxLength(80)
        self._field.selectAll()
        self.form().addRow(words, self._field)
        self.buttons("Keep")
        self._field.textChanged.connect(lambda _text: self._enable())
        self._enable()

    def _enable(self) -> None:
        self.accept_button.setEnabled(bool(self.name))

    @property
    def name(self) -> str:
        """The name, without blanks around it."""
        return self._field.text().strip()
