"""Strips above the picture: what a person should know and do. Alarms never come here; they have their own list."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QRectF, Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from twinviewer.model.notice import Notice
from twinviewer.model.palette import ALARM, STATE
from twinviewer.model.state import State
from twinviewer.panels._kit.icons import icon, paint_glyph
from twinviewer.panels._kit.style import colour, theme
from twinviewer.panels._kit.symbols import tint
from twinviewer.panels._kit.widgets import button, label

Buttons = Sequence[tuple[str, Callable[[], object]]]
_GLYPH = {"info": "info", "warning": "warning", "error": "error"}
INFO_MS = 10_000
MOST = 3


def level_colour(level: str) -> str:
    """The colour of a level's edge."""
    if level == "error":
        return ALARM[theme()][1]
    return ALARM[theme()][3] if level == "warning" else STATE[theme()][State.MAINTENANCE]


class Strip(QWidget):
    """One line: glyph, text, remedy, buttons, and a cross where it may be put away."""

    def __init__(self, on_dismiss: Callable[[], object] | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._level = "info"
        self._said: tuple[str, str, str] = ("", "", "")
        self._text = label("", "heading", wrap=True)
        self._remedy = label("", wrap=True)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(6)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(40, 7, 8, 7)
        layout.setSpacing(10)
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(self._text)
        words.addWidget(self._remedy)
        layout.addLayout(words, 1)
        layout.addLayout(self._buttons)
        if on_dismiss is not None:
            cross = QToolButton(self)
            cross.setIcon(icon("close", "text2"))
            cross.setToolTip("Dismiss")
            cross.setAccessibleName("Dismiss this notice")
            cross.clicked.connect(lambda _on=False: on_dismiss())
            layout.addWidget(cross, 0, Qt.AlignmentFlag.AlignTop)

    @property
    def level(self) -> str:
        """ "info", "warning" or "error"."""
        return self._level

    def say(self, level: str, text: str, remedy: str = "", buttons: Buttons = ()) -> None:
        """Show a sentence and what to do about it."""
        names = " | ".join(name for name, _ in buttons)
        said = (level, f"{text}\n{remedy}", names)
        if said == self._said:
            return
        if names != self._said[2]:
            self._set_buttons(buttons)
        self._said, self._level = said, level
        self._text.setText(text)
        self._remedy.setText(remedy)
        self._remedy.setVisible(bool(remedy))
        self.setAccessibleName(f"{level}: {text} {remedy}")
        self.update()

    def _set_buttons(self, buttons: Buttons) -> None:
        while (item := self._buttons.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        for name, run in buttons:
            self._buttons.addWidget(button(name, on_click=run))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = level_colour(self._level)
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.setPen(QPen(tint(edge), 1.5))
        painter.setBrush(colour("raised"))
        painter.drawRoundedRect(box, 6, 6)
        painter.fillRect(QRectF(box.left(), box.top() + 4, 4, box.height() - 8), tint(edge))
        paint_glyph(painter, _GLYPH[self._level], QRectF(14, self.height() / 2 - 9, 18, 18))
        painter.end()


class NoticeBar(QWidget):
    """The newest notices, one strip each; a notice with the key of an earlier one takes its place.

    What is only said for information goes away by itself, a recovery included; everything else stays until a person
    dismisses it.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(6, 2, 6, 2)
        self._layout.setSpacing(3)
        self._strips: dict[str, Strip] = {}
        self.history: list[Notice] = []
        self.setVisible(False)

    @property
    def shown(self) -> list[str]:
        """The keys of what is shown."""
        return list(self._strips)

    def add(self, notice: Notice, buttons: Buttons = ()) -> None:
        """Show a notice."""
        self.history.append(notice)
        del self.history[:-200]
        key = notice.key or f"{notice.where}{notice.text}"
        strip = self._strips.get(key) or self._make(key)
        text = f"{notice.where}: {notice.text}" if notice.where else notice.text
        strip.say(notice.level, text, notice.remedy, buttons)
        if notice.level == "info":
            QTimer.singleShot(INFO_MS, self, lambda: self._fade(key))
        while len(self._strips) > MOST:
            self.dismiss(next(iter(self._strips)))
        self.setVisible(True)

    def _make(self, key: str) -> Strip:
        strip = Strip(lambda: self.dismiss(key), self)
        self._strips[key] = strip
        self._layout.addWidget(strip)
        return strip

    def _fade(self, key: str) -> None:
        """Take information away, unless something worse was said under the same key meanwhile."""
        strip = self._strips.get(key)
        if strip is not None and strip.level == "info":
            self.dismiss(key)

    def dismiss(self, key: str) -> None:
        """Take a notice away."""
        strip = self._strips.pop(key, None)
        if strip is not None:
            strip.hide()
            strip.deleteLater()
        self.setVisible(bool(self._strips))
