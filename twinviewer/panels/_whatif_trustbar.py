"""How far the model can be believed, always in view: one line, its reasons on a click, and the way to a back-test."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from twinviewer.panels._kit.style import colour, font
from twinviewer.panels._kit.widgets import button, label
from twinviewer.panels._whatif_model import Trust


class Elided(QWidget):
    """One line that ends in an ellipsis where it must; all of it as a tool tip."""

    def __init__(self) -> None:
        super().__init__()
        self._text = ""
        self.setMinimumWidth(60)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    def text(self) -> str:
        """What it says."""
        return self._text

    def setText(self, text: str) -> None:  # noqa: N802 (as Qt's labels)
        """Say something else."""
        self._text = text
        self.setToolTip(text)
        self.setAccessibleName(text)
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(160, 18)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        painter = QPainter(self)
        painter.setFont(font(11))
        painter.setPen(colour("text2"))
        shown = painter.fontMetrics().elidedText(self._text, Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter, shown)
        painter.end()


class TrustBar(QWidget):
    """The last back-test in a sentence, a warning sign where something speaks against the model."""

    def __init__(self) -> None:
        super().__init__()
        self.trust = Trust("none", "")
        self._more: tuple[str, ...] = ()
        self.words = Elided()
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
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(3)
        head.addWidget(self.run)
        head.addWidget(self.why)  # at the end: a second click on it meets nothing else
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
        n = len(self._more)
        stale = f" · {n} input{'s' if n > 1 else ''} stale or unknown" if n else ""
        self.words.setText(f"{'⚠ ' if self.warns else '✓ '}{self.trust.headline}{stale}")
        details = [*self.trust.details, *self._more[:10]]
        if len(self._more) > 10:
            details.append(f"and {len(self._more) - 10} more inputs")
        self.details.setText("\n".join(f"• {d}" for d in details))
        open_ = self.why.isChecked()
        self.details.setVisible(open_ and bool(details))
        self.run.setVisible(open_ or self.trust.level == "none")
        self.why.setVisible(bool(details) and (self.trust.level != "none" or bool(self._more)))

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(320, super().sizeHint().height())
