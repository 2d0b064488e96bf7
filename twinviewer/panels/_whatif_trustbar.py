"""How far the model can be believed, always in view: one line, its reasons on a click, and the way to a back-test."""

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from twinviewer.panels._kit.widgets import button, label
from twinviewer.panels._whatif_model import Trust


class TrustBar(QWidget):
    """The last back-test in a sentence, a warning sign where something speaks against the model."""

    def __init__(self) -> None:
        super().__init__()
        self.trust = Trust("none", "")
        self._more: tuple[str, ...] = ()
        self.words = label("", "quiet", wrap=True)
        self.why = QToolButton()
        self.why.setCheckable(True)
        self.why.setText("Why?")
        self.why.setAccessibleName("What speaks for and against the model")
        self.why.toggled.connect(lambda _on: self._show())
        self.details = label("", "quiet", wrap=True)
        self.run = button("Back-test…", "")
        self.run.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, 0, 0)
        head.addWidget(self.words, 1)
        head.addWidget(self.why)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(3)
        head.addWidget(self.run)
        layout.addLayout(head)
        layout.addWidget(self.details)
        self.details.hide()
        self.run.hide()

    def put(self, trust: Trust) -> None:
        """Another back-test."""
        self.trust = trust
        self._show()

    def inputs(self, more: tuple[str, ...]) -> None:
        """What is not sure of the state that a run starts from."""
        self._more = more
        self._show()

    @property
    def warns(self) -> bool:
        """Whether something speaks against advice."""
        return self.trust.level != "good" or bool(self._more)

    def _show(self) -> None:
        stale = f" · {len(self._more)} inputs stale or unknown" if self._more else ""
        self.words.setText(f"{'⚠ ' if self.warns else '✓ '}{self.trust.headline}{stale}")
        details = [*self.trust.details, *self._more[:10]]
        if len(self._more) > 10:
            details.append(f"and {len(self._more) - 10} more inputs")
        self.details.setText("\n".join(f"• {d}" for d in details))
        open_ = self.why.isChecked()
        self.details.setVisible(open_ and bool(details))
        self.run.setVisible(open_ or self.trust.level == "none")
        self.why.setVisible(bool(details))

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(320, super().sizeHint().height())
