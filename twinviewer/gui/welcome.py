"""The first page: the demo in one click, a scene from disk, and the scenes that were open before."""

import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from twinviewer.panels._kit.actions import Actions
from twinviewer.panels._kit.icons import icon
from twinviewer.panels._kit.widgets import ClickableCard, button, label, row
from twinviewer.panels._text import clock
from twinviewer.settings import Recent

WIDTH = 760


class _Shortened(QLabel):
    """A quiet line that gives way in the middle where there is no room; the tool tip says it in full."""

    def __init__(self, text: str, full: str = "") -> None:
        super().__init__()
        self._whole = text
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("kind", "quiet")
        self.setToolTip(full or text)
        self.setAccessibleName(full or text)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setText(text)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        super().resizeEvent(event)
        self.setText(self.fontMetrics().elidedText(self._whole, Qt.TextElideMode.ElideMiddle, event.size().width()))


class _RecentCard(ClickableCard):
    """One scene that was open before."""

    forget = Signal()

    def __init__(self, recent: Recent) -> None:
        there = Path(recent.path).exists()
        name = recent.name or Path(recent.path).name
        super().__init__(f"Open {name}" + ("" if there else ", no longer there"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 9, 8, 9)
        layout.setSpacing(2)
        cross = QToolButton()
        cross.setIcon(icon("close", "text2"))
        cross.setStyleSheet("padding: 1px;")
        cross.setToolTip("Take off this list")
        cross.setAccessibleName(f"Take {name} off this list")
        cross.clicked.connect(lambda _on=False: self.forget.emit())
        layout.addWidget(row(label(name, "heading"), None, cross))
        layout.addWidget(_Shortened(recent.path if there else f"no longer there: {recent.path}", recent.path))
        feed = f"with {recent.feed}" if recent.feed else "without a feed"
        if recent.opened_ns:
            feed += f" · opened {clock(recent.opened_ns, time.time_ns(), seconds=False)}"
        layout.addWidget(_Shortened(feed))


class Welcome(QScrollArea):
    """Shown while no scene is open. `open_recent(recent)` and `forget(path)` are what the cards call."""

    def __init__(
        self,
        actions: Actions,
        open_recent: Callable[[Recent], object],
        forget: Callable[[str], object],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._actions = actions
        self._open_recent, self._forget = open_recent, forget
        self.setObjectName("panel")
        self.setWidgetResizable(True)
        self.setAccessibleName("First page")
        page = QWidget()
        self.setWidget(page)
        outer = QVBoxLayout(page)
        outer.setContentsMargins(24, 40, 24, 24)
        body = QWidget()
        body.setMaximumWidth(WIDTH)
        line = QHBoxLayout()
        line.addStretch(1)
        line.addWidget(body, 100)
        line.addStretch(1)
        outer.addLayout(line)
        outer.addStretch(1)
        self._body = QVBoxLayout(body)
        self._body.setSpacing(14)
        title = label("twinviewer", "title")
        title.setStyleSheet("font-size: 26px;")
        self._body.addWidget(title)
        says = "See the plant as it is: geometry, state, vibration and energy of every machine, live over OPC UA."
        self._body.addWidget(label(says, wrap=True))
        self._body.addWidget(self._starts())
        self._heading = label("Recent scenes", "heading")
        self._body.addWidget(self._heading)
        self._cards = QGridLayout()
        self._cards.setSpacing(8)
        self._cards.setColumnStretch(0, 1)
        self._cards.setColumnStretch(1, 1)
        self._body.addLayout(self._cards)
        self._body.addWidget(
            label(
                "A scene, a geometry file or an incident can also be dropped here. "
                "Ctrl+K finds every command and every asset, Ctrl+/ lists the keys, F1 explains the picture.",
                "quiet",
                wrap=True,
            )
        )

    def _starts(self) -> QWidget:
        demo = button("Start the demo", "primary", lambda: self._actions.run("file.demo"), "play")
        demo.setToolTip("A sample hall with a simulated plant behind it, as an OPC UA server on this machine")
        open_ = button("Open a scene…", "", lambda: self._actions.run("file.open"), "folder")
        file = button("Open a geometry file…", "", lambda: self._actions.run("file.open_file"), "section")
        return row(demo, open_, file, None, spacing=8)

    def show_recent(self, recent: tuple[Recent, ...]) -> None:
        """List the scenes that were open before."""
        while (item := self._cards.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        self._heading.setVisible(bool(recent))
        for i, each in enumerate(recent[:8]):
            card = _RecentCard(each)
            card.clicked.connect(lambda r=each: self._open_recent(r))
            card.forget.connect(lambda r=each: self._forget(r.path))
            self._cards.addWidget(card, i // 2, i % 2)
