"""What all dialogs share: size, head, and a row of buttons with the first one as default."""

from collections.abc import Callable

from PySide6.QtWidgets import QDialog, QFormLayout, QVBoxLayout, QWidget

from twinviewer.panels._kit.widgets import button, label, row


class BaseDialog(QDialog):
    """A dialog with a body, and buttons below. Escape closes it."""

    def __init__(self, title: str, parent: QWidget | None, width: int = 460) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setModal(True)
        self.setMinimumWidth(width)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(18, 16, 18, 14)
        self.body.setSpacing(10)

    def form(self) -> QFormLayout:
        """A new form at the end of the body."""
        form = QFormLayout()
        form.setHorizontalSpacing(14)
        form.setVerticalSpacing(8)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self.body.addLayout(form)
        return form

    def buttons(self, accept: str, run: Callable[[], object] | None = None, cancel: str = "Cancel") -> None:
        """The row at the end: the accepting button (primary, default) and a cancelling one ("" for none)."""
        yes = button(accept, "primary", run or self.accept)
        yes.setDefault(True)
        items: list[QWidget | int | None] = [None]
        if cancel:
            items.append(button(cancel, "", self.reject))
        items.append(yes)
        self.body.addSpacing(4)
        self.body.addWidget(row(*items, spacing=8))
        self.accept_button = yes


def quiet(text: str) -> QWidget:
    """A quiet, wrapping line."""
    return label(text, "quiet", wrap=True)
