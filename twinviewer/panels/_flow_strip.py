"""What feeds an asset and what it feeds, as a row of cards with their states; a click selects."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPolygonF, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from twinviewer.model.frame import Frame
from twinviewer.model.state import State
from twinviewer.panels._asset_facts import flow_around, shown_state
from twinviewer.panels._kit.style import colour, font, theme
from twinviewer.panels._kit.symbols import state_symbol
from twinviewer.panels._kit.widgets import ClickableCard
from twinviewer.session import Session

HEIGHT = 42
_CARD = 84  # pixels a card needs at least
_MIDDLE = Qt.AlignmentFlag.AlignVCenter


class FlowCard(ClickableCard):
    """One asset of the flow."""

    def __init__(self, asset_id: str, parent: QWidget | None = None) -> None:
        super().__init__(asset_id, parent)
        self.asset_id = asset_id
        self._state = State.UNKNOWN
        self.setFixedHeight(HEIGHT)
        self.setMinimumWidth(40)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._describe()

    def show_state(self, state: State) -> None:
        """Show another state."""
        if state is not self._state:
            self._state = state
            self._describe()
            self.update()

    def _describe(self) -> None:
        self.setAccessibleName(f"{self.asset_id}, {self._state.label.lower()}")
        self.setToolTip(f"{self.asset_id}: {self._state.label.lower()}. Click to select.")

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        state_symbol(painter, QPointF(12, HEIGHT / 2), 7.5, self._state, theme())
        room = self.width() - 24.0
        for y, text, look, token in (
            (5, self.asset_id, font(11, 600), "text"),
            (21, self._state.label, font(10), "text2"),
        ):
            painter.setFont(look)
            painter.setPen(colour(token))
            shown = QFontMetricsF(look).elidedText(text, Qt.TextElideMode.ElideMiddle, room)
            painter.drawText(QRectF(22, y, room, 16), _MIDDLE, shown)
        painter.end()


class _Arrow(QWidget):
    """Points downstream; `more` is how many further assets stand there beside the one shown."""

    def __init__(self, more: int = 0, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._more = more
        self.setFixedSize(QSize(14 if not more else 24, HEIGHT))
        if more:
            self.setToolTip(f"and {more} more beside it")

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour("text2"))
        x, y = self.width() / 2, HEIGHT / 2
        painter.drawPolygon(QPolygonF([QPointF(x - 4, y - 5), QPointF(x + 5, y), QPointF(x - 4, y + 5)]))
        if self._more:
            painter.setFont(font(10))
            painter.setPen(colour("text2"))
            painter.drawText(QRectF(0, y + 6, self.width(), 14), Qt.AlignmentFlag.AlignCenter, f"+{self._more}")
        painter.end()


class FlowStrip(QWidget):
    """Up to as many cards as the width allows, the asset itself outlined."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._asset_id = ""
        self._most = 4
        self.cards: list[FlowCard] = []
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(2)
        self.setFixedHeight(HEIGHT)
        self.setAccessibleName("Flow around it")

    def minimumSizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(120, HEIGHT)

    def show_asset(self, asset_id: str) -> bool:
        """Show what stands around an asset; False where the scene's flow does not name it."""
        self._asset_id = asset_id
        self._build()
        return len(self.cards) > 1

    def _build(self) -> None:
        while (item := self._row.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        names, more_up, more_down = flow_around(self._session.scene, self._asset_id, self._most)
        self.cards = []
        for i, name in enumerate(names):
            if i:
                beside = more_up if name == self._asset_id else more_down if names[i - 1] == self._asset_id else 0
                self._row.addWidget(_Arrow(beside, self))
            card = FlowCard(name, self)
            card.set_chosen(name == self._asset_id)
            card.clicked.connect(lambda n=name: self._session.select(n))
            self.cards.append(card)
            self._row.addWidget(card, 1)
        if self._session.frame is not None:
            self.on_frame(self._session.frame)

    def on_frame(self, frame: Frame) -> None:
        """Show one frame's states."""
        for card in self.cards:
            card.show_state(shown_state(frame, self._session.scene.asset(card.asset_id)))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        super().resizeEvent(event)
        most = max(2, min(6, (event.size().width() + 18) // (_CARD + 18)))
        if most != self._most and self._asset_id:
            self._most = most
            self._build()
