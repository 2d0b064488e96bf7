"""The parts of the inspector of one asset: head, device line, what changed, why this colour."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from twinviewer.model.asset import Asset, Tag
from twinviewer.model.frame import Frame
from twinviewer.model.quality import Quality
from twinviewer.model.state import State, Zone
from twinviewer.panels import _asset_facts as facts
from twinviewer.panels import _text
from twinviewer.panels._kit import roles
from twinviewer.panels._kit.icons import icon, paint_glyph
from twinviewer.panels._kit.style import colour, font, theme
from twinviewer.panels._kit.symbols import alarm_symbol, ne107_symbol, state_symbol, zone_symbol
from twinviewer.panels._kit.widgets import Canvas, label
from twinviewer.scene.scene import Scene
from twinviewer.session import Change, Session


class Head(QWidget):
    """Who it is and how it is, in three lines beside a large symbol."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state, self._zone, self._priority, self._hollow = State.UNKNOWN, Zone.NONE, 0, False
        self.symbol = Canvas(self._paint_symbol, 52, 46)
        self.badges = Canvas(self._paint_badges, 24, 52)
        self.title = label("", "title")
        self.kind = label("", "quiet", wrap=True)
        self.sentence = label("", "heading", wrap=True)
        words = QVBoxLayout()
        words.setSpacing(1)
        for item in (self.title, self.kind, self.sentence):
            words.addWidget(item)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.symbol, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(words, 1)
        layout.addWidget(self.badges, 0, Qt.AlignmentFlag.AlignTop)

    def show_asset(self, asset: Asset) -> None:
        """Another asset."""
        self.title.setText(asset.asset_id)
        name = asset.name if asset.name and asset.name != asset.asset_id else ""
        parts = [name, asset.type_label or asset.type, " › ".join(asset.path)]
        self.kind.setText(" · ".join(p for p in parts if p))

    def show_frame(self, frame: Frame, scene: Scene, asset: Asset) -> None:
        """Its state at this frame."""
        state = facts.shown_state(frame, asset)
        zone = Zone(int(frame.assets.zone[asset.index]))
        alarms = [a for a in facts.alarms_of(frame, asset.asset_id) if a.active]
        priority = int(frame.assets.priority[asset.index])
        hollow = not bool(frame.assets.unacknowledged[asset.index])
        reason = facts.why(frame, scene, asset)
        text = self._since(frame, asset, state) + (f" — {reason}" if reason else "")
        if self.sentence.text() != text:
            self.sentence.setText(text)
        now = (state, zone, priority, hollow)
        if now != (self._state, self._zone, self._priority, self._hollow) or not self.symbol.accessibleName():
            self._state, self._zone, self._priority, self._hollow = now
            self.symbol.setAccessibleName(f"State {state.label.lower()}")
            badges = [f"alarm priority {priority}"] if priority else []
            badges += [f"vibration zone {zone.name}"] if zone else []
            self.badges.setAccessibleName(", ".join(badges))
            self.badges.setToolTip(", ".join([*badges, *(a.message for a in alarms)]))
            self.symbol.update()
            self.badges.update()

    @staticmethod
    def _since(frame: Frame, asset: Asset, state: State) -> str:
        since_ns = int(frame.assets.since_ns[asset.index])
        if state is State.UNKNOWN:
            seconds = float(frame.assets.age_s[asset.index])
            last = State(int(frame.assets.state[asset.index]))
            before = f", last known {last.label.lower()}" if last is not State.UNKNOWN else ""
            return f"No data ({_text.age(seconds)} old{before})" if seconds < 1e9 else "No data"
        if since_ns <= 0:
            return state.label
        held = _text.duration((frame.now_ns - since_ns) / _text.NS)
        return f"{state.label} since {_text.clock(since_ns, frame.now_ns)} ({held})"

    def _paint_symbol(self, painter: QPainter, width: float, height: float) -> None:
        state_symbol(painter, QPointF(width / 2, 24), 19, self._state, theme())

    def _paint_badges(self, painter: QPainter, width: float, height: float) -> None:
        x = width - 12
        if self._priority:
            alarm_symbol(painter, QPointF(x, 12), 9, self._priority, theme(), self._hollow)
            x -= 26
        if self._zone:
            zone_symbol(painter, QPointF(x, 12), 9.5, self._zone, theme())


class DeviceLine(QFrame):
    """Device status in the manner of NE 107; hidden while all is good."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "card")
        self._device: facts.Device | None = None
        self._symbol = Canvas(self._paint, 22, 24)
        self.word = label("", "heading")
        self.text = label("", "quiet", wrap=True)
        self.text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 4, 8, 4)
        layout.addWidget(self._symbol)
        layout.addWidget(self.word)
        layout.addWidget(self.text, 1)
        self.hide()

    def show_device(self, device: facts.Device | None) -> None:
        """Show another status."""
        if device == self._device:
            return
        self._device = device
        if device is not None:
            self.word.setText(device.word)
            self.text.setText(device.text)
            self.setAccessibleName(f"Device: {device.word}, {device.text}")
            self._symbol.update()
        self.setVisible(device is not None)

    def _paint(self, painter: QPainter, width: float, height: float) -> None:
        centre = QPointF(width / 2, height / 2)
        if self._device is None or not self._device.status:
            state_symbol(painter, centre, 8, State.UNKNOWN, theme())
        else:
            ne107_symbol(painter, centre, 8, self._device.status, theme())


class ChangeRow(QWidget):
    """One line of what happened; a click selects the asset."""

    clicked = Signal(str)

    def __init__(self, change: Change, own: bool, now_ns: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._change = change
        self.setFixedHeight(21)
        self._time = _text.clock(change.time_ns, now_ns)
        self._own = own
        self.setToolTip(f"{self._time}  {change.asset_id}  {change.text}")
        self.setAccessibleName(f"{self._time}, {change.asset_id}, {change.text}")
        if not own:
            self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            self.setCursor(Qt.CursorShape.PointingHandCursor)
            roles.act_as(self, roles.BUTTON)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        if event.button() == Qt.MouseButton.LeftButton:
            self.clicked.emit(self._change.asset_id)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 (Qt's name)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.clicked.emit(self._change.asset_id)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.hasFocus() or (self.underMouse() and not self._own):
            painter.fillRect(self.rect(), colour("hover"))
        middle, height = Qt.AlignmentFlag.AlignVCenter, self.height()
        painter.setFont(font(11))
        painter.setPen(colour("text2"))
        metrics = painter.fontMetrics()
        x = metrics.horizontalAdvance(self._time) + 8
        painter.drawText(0, 0, x, height, middle, self._time)
        centre = QPointF(x + 8, height / 2)
        if self._change.noted:
            paint_glyph(painter, "note", QRectF(centre.x() - 7, centre.y() - 7, 14, 14), "accent")
        elif self._change.priority:
            alarm_symbol(painter, centre, 6, self._change.priority, theme(), hollow=True)
        else:
            state_symbol(painter, centre, 6.5, self._change.state, theme())
        x += 22
        if not self._own:
            painter.setFont(font(11, 600))
            painter.drawText(x, 0, self.width() - x, height, middle, self._change.asset_id)
            x += painter.fontMetrics().horizontalAdvance(self._change.asset_id) + 7
        painter.setFont(font(11))
        painter.setPen(colour("text"))
        text = metrics.elidedText(self._change.text, Qt.TextElideMode.ElideRight, self.width() - x)
        painter.drawText(x, 0, self.width() - x, height, middle, text)
        painter.end()


class Changes(QWidget):
    """The newest changes of an asset and its neighbours."""

    def __init__(self, session: Session, most: int = 6, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._most = most
        self._shown: tuple[object, ...] | None = None
        self.rows: list[ChangeRow] = []
        self.nothing = label("", "quiet", wrap=True)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self._layout.addWidget(self.nothing)

    def show_changes(self, changes: Sequence[Change], asset_id: str, now_ns: int) -> None:
        """Show other changes; the same ones are left alone."""
        newest, known = list(changes[-self._most :]), self._session.changes_known(now_ns)
        what = (asset_id, tuple(newest), known)
        if what == self._shown:
            return
        self._shown = what
        for row in self.rows:
            self._layout.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.rows = []
        for change in newest:
            row = ChangeRow(change, change.asset_id == asset_id, now_ns, self)
            row.clicked.connect(self._session.select)
            self._layout.addWidget(row)
            self.rows.append(row)
        first = self._session.past.seen()[0]
        since = f"Nothing since {_text.clock(first, now_ns)}, before which nothing is known."
        self.nothing.setText(since if known else "Reading the recording …")
        self.nothing.setVisible(not newest)


class Why(QWidget):
    """ "Why this colour?": folded away until it is asked."""

    opened = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.button = QToolButton(self)
        self.button.setText("Why this colour?")
        self.button.setCheckable(True)
        self.button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.button.setIcon(icon("chevron-right"))
        self.button.setStyleSheet("padding: 2px 4px; font-weight: 600; background: transparent;")
        self.button.toggled.connect(self._on_toggled)
        self.text: QLabel = label("", "quiet", wrap=True)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.text.setContentsMargins(22, 0, 0, 4)
        self.text.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(self.text)

    @property
    def is_open(self) -> bool:
        """Whether it is asked."""
        return self.button.isChecked()

    def show_lines(self, lines: Sequence[str]) -> None:
        """Say why."""
        text = "\n".join(f"•  {line}" for line in lines)
        if text != self.text.text():
            self.text.setText(text)

    def _on_toggled(self, on: bool) -> None:
        self.button.setIcon(icon("chevron-down" if on else "chevron-right"))
        self.text.setVisible(on)
        if on:
            self.opened.emit()


def best_tag(scene: Scene, asset: Asset, frame: Frame, wanted_key: str) -> Tag | None:
    """Whose trend to draw first: the tag a person chose before, else that of the worst alarm, else the first usable."""
    numeric = [t for t in facts.tags_of(scene, asset) if facts.is_numeric(t)]
    for tag in numeric:
        if tag.key == wanted_key:
            return tag
    alarmed = [a.tag for a in facts.alarms_of(frame, asset.asset_id) if a.active]
    for name in alarmed:
        for tag in numeric:
            if tag.name == name:
                return tag
    usable = [t for t in numeric if _text.quality_of(t, frame) < Quality.STALE]
    return (usable or numeric or [None])[0]
