"""The plant at a glance, for when nothing is selected: states, alarms, worst vibrations, biggest consumers, silence."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QVBoxLayout, QWidget

from twinviewer.model.frame import Frame
from twinviewer.model.state import State, Zone
from twinviewer.panels import _text
from twinviewer.panels._alarm_rows import ASIDE
from twinviewer.panels._kit.style import colour, font, theme
from twinviewer.panels._kit.symbols import alarm_symbol, state_symbol, tint, zone_symbol
from twinviewer.panels._kit.widgets import label
from twinviewer.panels._overview_lines import Line, alarm_lines, power_lines, silent_lines, state_lines, vibration_lines
from twinviewer.session import Session

_MIDDLE = Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight


class Row(QWidget):
    """Draws one line; a click or Enter sends the next of its assets."""

    chosen = Signal(str)
    HEIGHT = 25

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.line: Line | None = None
        self._turn = 0
        self.setFixedHeight(self.HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_line(self, line: Line) -> None:
        """Show another line; the same one is left alone."""
        if line == self.line:
            return
        self.line = line
        alone = bool(line.asset_ids)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if alone else Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor if alone else Qt.CursorShape.ArrowCursor)
        self.setAccessibleName(f"{line.text} {line.quiet} {line.value}".replace("  ", " "))
        n = len(line.asset_ids)
        self.setToolTip("" if not n else f"Go to {line.asset_ids[0]}" if n == 1 else f"Go through these {n}")
        self.update()

    def _choose(self) -> None:
        if self.line is not None and self.line.asset_ids:
            self.chosen.emit(self.line.asset_ids[self._turn % len(self.line.asset_ids)])
            self._turn += 1

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        if event.button() == Qt.MouseButton.LeftButton:
            self._choose()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 (Qt's name)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._choose()
        else:
            super().keyPressEvent(event)

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(200, self.HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        if self.line is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.line.asset_ids and (self.underMouse() or self.hasFocus()):
            painter.fillRect(self.rect(), colour("hover"))
        if self.hasFocus():
            painter.setPen(QPen(colour("accent"), 1))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        self._paint_line(painter, self.line)
        painter.end()

    def _paint_line(self, painter: QPainter, line: Line) -> None:
        width, height = float(self.width()), float(self.height())
        centre = QPointF(13, height / 2)
        if line.symbol == "state":
            state_symbol(painter, centre, 7.5, State(line.code), theme())
        elif line.symbol == "zone":
            zone_symbol(painter, centre, 8, Zone(line.code), theme())
        elif line.symbol == "alarm":
            alarm_symbol(painter, centre, 7, line.code % 10, theme(), hollow=line.code >= 10)
        value_width = 74.0
        bar = QRectF(width * 0.52, height / 2 - 4, width * 0.48 - value_width - 6, 8)
        has_bar = line.share >= 0 and bar.width() > 30
        room = (bar.left() if has_bar else width - value_width) - 32
        self._paint_words(painter, line, room)
        if has_bar:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour("border", 120))
            painter.drawRect(bar)
            painter.setBrush(tint(line.token) if line.token else colour("text2"))
            painter.drawRect(QRectF(bar.left(), bar.top(), bar.width() * min(line.share, 1.0), bar.height()))
        painter.setFont(font(12, 600))
        painter.setPen(colour("text"))
        painter.drawText(QRectF(width - value_width, 0, value_width - 4, height), _RIGHT, line.value)

    def _paint_words(self, painter: QPainter, line: Line, room: float) -> None:
        height = float(self.height())
        painter.setFont(font(12))
        painter.setPen(colour("text"))
        metrics = QFontMetricsF(painter.font())
        text = metrics.elidedText(line.text, Qt.TextElideMode.ElideMiddle, room)
        painter.drawText(QRectF(28, 0, room, height), _MIDDLE, text)
        left = metrics.horizontalAdvance(text) + 8
        if line.quiet and room - left > 24:
            painter.setFont(font(11))
            painter.setPen(colour("text2"))
            quiet = QFontMetricsF(painter.font()).elidedText(line.quiet, Qt.TextElideMode.ElideRight, room - left)
            painter.drawText(QRectF(28 + left, 0, room - left, height), _MIDDLE, quiet)


class Section(QWidget):
    """A heading and lines, in one or two columns; hidden while it has none."""

    chosen = Signal(str)

    def __init__(self, title: str, columns: int = 1, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = label(title, "heading")
        self.rows: list[Row] = []
        self._columns = columns
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(14)
        self._grid.setVerticalSpacing(0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(3)
        layout.addWidget(self.title)
        layout.addLayout(self._grid)

    def show_lines(self, lines: Sequence[Line]) -> None:
        """Show other lines."""
        while len(self.rows) < len(lines):
            row = Row(self)
            row.chosen.connect(self.chosen)
            at = len(self.rows)
            self._grid.addWidget(row, at // self._columns, at % self._columns)
            self.rows.append(row)
        for i, row in enumerate(self.rows):
            row.setVisible(i < len(lines))
            if i < len(lines):
                row.show_line(lines[i])
        self.setVisible(bool(lines))


class OverviewPage(QWidget):
    """The sections from the top; long lists where there is room."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._second = -1
        self.title = label("", "title")
        self.subtitle = label("", "quiet", wrap=True)
        self.states = Section("States")
        self.alarms = Section("Alarms")
        self.vibrations = Section("Worst vibrations")
        self.power = Section("Biggest consumers")
        self.silent = Section("Without data")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 10, 12, 8)
        layout.setSpacing(10)
        layout.addWidget(self.title)
        layout.addWidget(self.subtitle)
        for section in (self.states, self.alarms, self.vibrations, self.power, self.silent):
            section.chosen.connect(session.fly_to)
            section.hide()
            layout.addWidget(section)
        layout.addStretch(1)
        layout.addWidget(
            label("Select an asset in the picture or in the tree to see all about it.", "quiet", wrap=True)
        )

    def on_frame(self, frame: Frame, height: int) -> None:
        """Show one frame, once a second; `height` is the room there is."""
        if frame.now_ns // _text.NS == self._second:
            return
        self._second = frame.now_ns // _text.NS
        session = self._session
        watched = sum(bool(a.tags) for a in session.scene.assets)
        self.title.setText(session.scene.name)
        total = len(session.scene.assets)
        rest = f", {total - watched:,} without tags" if watched < total else ""
        self.subtitle.setText(f"{watched:,} assets watched{rest} · {len(session.scene.tags):,} tags")
        most = max(3, min(8, (height - 480) // 60))
        self.states.show_lines(state_lines(frame, session))
        alarms = alarm_lines(frame)
        aside = sum(a.state in ASIDE for a in frame.alarms)
        self.alarms.title.setText(f"Alarms · {aside} shelved" if aside else "Alarms")
        self.alarms.show_lines(alarms or [Line("state", State.RUNNING, "No active alarm", "0")])
        self.vibrations.show_lines(vibration_lines(frame, session, most))
        self.power.show_lines(power_lines(frame, session, most))
        self.silent.show_lines(silent_lines(frame, session, 4))

    def refresh(self) -> None:
        """Let the next frame be drawn whatever its second."""
        self._second = -1
