"""Small widgets that panels and window share: card, labels, rows, segmented control, pill."""

from collections.abc import Callable, Sequence
from functools import lru_cache

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from twinviewer.panels._kit import roles
from twinviewer.panels._kit.icons import icon, paint_glyph
from twinviewer.panels._kit.style import colour, font

Paint = Callable[[QPainter, float, float], None]


def label(text: str, kind: str = "", wrap: bool = False) -> QLabel:
    """A label; `kind` is "", "heading", "quiet" or "title". Text is plain, never rich."""
    value = QLabel(text)
    value.setTextFormat(Qt.TextFormat.PlainText)
    if kind:
        value.setProperty("kind", kind)
    value.setWordWrap(wrap)
    return value


def button(text: str, kind: str = "", on_click: Callable[[], object] | None = None, glyph: str = "") -> QPushButton:
    """A push button; `kind` is "", "primary" or "link"."""
    value = QPushButton(text)
    value.setAutoDefault(False)
    if kind:
        value.setProperty("kind", kind)
    if glyph:
        value.setIcon(icon(glyph, "on_accent" if kind == "primary" else "text"))
    if on_click is not None:
        value.clicked.connect(lambda _checked=False: on_click())
    return value


def row(*items: QWidget | int | None, spacing: int = 6, margins: tuple[int, int, int, int] = (0, 0, 0, 0)) -> QWidget:
    """Widgets side by side; an int is a gap in pixels, None takes all room that is left."""
    return _fill(QWidget(), QHBoxLayout, items, spacing, margins)


def column(
    *items: QWidget | int | None, spacing: int = 6, margins: tuple[int, int, int, int] = (0, 0, 0, 0)
) -> QWidget:
    """Widgets one under the other; as `row`."""
    return _fill(QWidget(), QVBoxLayout, items, spacing, margins)


def _fill(
    parent: QWidget,
    kind: type[QHBoxLayout] | type[QVBoxLayout],
    items: Sequence[QWidget | int | None],
    spacing: int,
    margins: tuple[int, int, int, int],
) -> QWidget:
    layout = kind(parent)
    layout.setContentsMargins(*margins)
    layout.setSpacing(spacing)
    for item in items:
        if item is None:
            layout.addStretch(1)
        elif isinstance(item, int):
            layout.addSpacing(item)
        else:
            layout.addWidget(item)
    return parent


class Card(QFrame):
    """A raised box with a border; `set_chosen` gives it the accent outline."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "card")

    def set_chosen(self, on: bool) -> None:
        """Outline the card in the accent colour."""
        if bool(self.property("chosen")) != on:
            self.setProperty("chosen", on)
            self.style().unpolish(self)
            self.style().polish(self)


class Combo(QComboBox):
    """A choice that the wheel does not change: the page that it stands on scrolls instead."""

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 (Qt's name)
        event.ignore()


class Canvas(QWidget):
    """A widget drawn by one function `paint(painter, width, height)`."""

    def __init__(self, paint: Paint, height: int = 0, width: int = 0, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._paint = paint
        if height:
            self.setFixedHeight(height)
        if width:
            self.setFixedWidth(width)

    def set_paint(self, paint: Paint) -> None:
        """Draw something else from now on."""
        self._paint = paint
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint(painter, self.width(), self.height())
        painter.end()


class Segmented(QFrame):
    """A row of buttons of which exactly one is pressed; arrow keys move. Sends `chosen(key)` on a person's choice."""

    chosen = Signal(str)

    def __init__(self, choices: Sequence[tuple[str, str, str]], name: str, parent: QWidget | None = None) -> None:
        """`choices` are (key, text, icon name or ""); `name` is what a screen reader says."""
        super().__init__(parent)
        self.setProperty("kind", "segmented")
        self.setAccessibleName(name)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(2, 2, 2, 2)
        layout.setSpacing(1)
        self._group = QButtonGroup(self)
        self._keys: dict[str, QToolButton] = {}
        for key, text, glyph in choices:
            item = QToolButton(self)
            item.setText(text)
            item.setCheckable(True)
            item.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            item.setAccessibleName(f"{name}: {text}")
            if glyph:
                item.setIcon(icon(glyph))
                item.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            item.clicked.connect(lambda _on=False, k=key: self.chosen.emit(k))
            self._group.addButton(item)
            self._keys[key] = item
            layout.addWidget(item)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def choose(self, key: str) -> None:
        """Press the button of `key` without sending `chosen`; the focus goes with it, so that one of them is framed."""
        if key in self._keys:
            if any(item.hasFocus() for item in self._keys.values()):
                self._keys[key].setFocus(Qt.FocusReason.OtherFocusReason)
            self._keys[key].setChecked(True)

    def button(self, key: str) -> QToolButton:
        """The button of `key`."""
        return self._keys[key]

    @property
    def current(self) -> str:
        """The key that is pressed, "" before the first choice."""
        return next((key for key, item in self._keys.items() if item.isChecked()), "")

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 (Qt's name)
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        keys = list(self._keys)
        if not step or self.current not in keys:
            super().keyPressEvent(event)
            return
        item = self._keys[keys[(keys.index(self.current) + step) % len(keys)]]
        item.setFocus(Qt.FocusReason.TabFocusReason)
        item.click()


@lru_cache(maxsize=256)
def _advance(text: str, weight: int) -> float:
    """Width of letters of 12 pixels: a layout asks for it many times before it is done."""
    return QFontMetricsF(font(12, weight)).horizontalAdvance(text)


class Pill(QAbstractButton):
    """A rounded box with a glyph, a strong word and quiet text.

    `frame` is the token of a dashed outline, or "#RRGGBB" of a solid one.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._glyph, self._strong, self._quiet, self._frame = "", "", "", ""
        self._glyph_token, self._fill_token = "text", "raised"
        self._scale = 1.0
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_text(self, glyph: str, strong: str, quiet: str, frame: str = "", fill: str = "raised") -> None:
        """Change what it says. Screen readers get "STRONG, quiet"."""
        now = (glyph, strong, quiet, frame, fill)
        if now == (self._glyph, self._strong, self._quiet, self._frame, self._fill_token):
            return
        wider = self.sizeHint().width()
        self._glyph, self._strong, self._quiet, self._frame, self._fill_token = now
        self._glyph_token = "on_accent" if fill == "accent" else "text"
        self.setAccessibleName(f"{strong}, {quiet}" if quiet else strong)
        if self.sizeHint().width() != wider:
            self.updateGeometry()
        self.update()

    def set_scale(self, scale: float) -> None:
        """Larger letters for a wall screen."""
        self._scale = scale
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        strong, quiet = _advance(self._strong, 600), _advance(self._quiet, 400)
        glyph = 20 if self._glyph else 0
        gap = 10 if self._quiet else 0
        # Steps of 8 keep the pill from trembling while figures change.
        width = 24 + glyph + strong + gap + quiet
        return QSize(round(8 * round(width / 8 + 0.5) * self._scale), round(30 * self._scale))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(self._scale, self._scale)
        width, height = self.width() / self._scale, self.height() / self._scale
        outline = "accent" if self.hasFocus() else "border"
        painter.setPen(QPen(colour(outline), 1))
        painter.setBrush(colour("hover" if self.underMouse() else self._fill_token))
        box = QRectF(0.5, 0.5, width - 1, height - 1)
        painter.drawRoundedRect(box, 7, 7)
        if self._frame:
            dashes = Qt.PenStyle.SolidLine if self._frame.startswith("#") else Qt.PenStyle.DashLine
            pen = QPen(colour(self._frame), 2, dashes)
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), 6, 6)
        self._write(painter)
        painter.end()

    def _write(self, painter: QPainter) -> None:
        x, height = 12.0, self.height() / self._scale
        if self._glyph:
            paint_glyph(painter, self._glyph, QRectF(x - 2, height / 2 - 8, 16, 16), self._glyph_token)
            x += 20
        painter.setFont(font(12, 600))
        painter.setPen(colour("text"))
        painter.drawText(QRectF(x, 0, self.width(), height), Qt.AlignmentFlag.AlignVCenter, self._strong)
        x += QFontMetricsF(painter.font()).horizontalAdvance(self._strong) + 10
        painter.setFont(font(12))
        painter.setPen(colour("text2"))
        painter.drawText(QRectF(x, 0, self.width(), height), Qt.AlignmentFlag.AlignVCenter, self._quiet)


class ClickableCard(Card):
    """A card that acts like a button: mouse, Enter and Space send `clicked`."""

    clicked = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(name)
        roles.act_as(self, roles.BUTTON)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.clicked.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 (Qt's name)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.clicked.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        super().paintEvent(event)
        if self.hasFocus():
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(colour("accent"), 1.5))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 7, 7)
            painter.end()
