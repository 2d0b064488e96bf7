"""The tags of one asset in the inspector: bars for what has a band, cells for counters and texts."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from twinviewer.model.asset import Asset, Tag
from twinviewer.model.frame import Frame
from twinviewer.model.quality import Quality
from twinviewer.panels import _asset_facts as facts
from twinviewer.panels import _text
from twinviewer.panels._kit import roles
from twinviewer.panels._kit.gauges import NormalBar
from twinviewer.panels._kit.style import colour, font
from twinviewer.panels._kit.widgets import label

NARROW = 380  # pixels of a tag row below which names give way to bars


class TagItem(QWidget):
    """A tag that a click or Enter chooses for the trend, where it has one."""

    chosen = Signal(int)

    def __init__(self, tag: Tag, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tag = tag
        self._is_chosen = False
        self._can_choose = facts.is_numeric(tag)
        if self._can_choose:
            self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            self.setCursor(Qt.CursorShape.PointingHandCursor)
            roles.act_as(self, roles.BUTTON)

    def set_chosen(self, on: bool) -> None:
        """Mark as the one whose trend is drawn."""
        if on != self._is_chosen:
            self._is_chosen = on
            self.update()

    def describe(self, sentence: str, age: str) -> None:
        """Tell a screen reader and the tool tip."""
        trend = ", Enter shows its trend" if self._can_choose else ""
        self.setAccessibleName(f"{sentence}, {age} old{trend}")

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        if event.button() == Qt.MouseButton.LeftButton and self._can_choose:
            self.chosen.emit(self.tag.index)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 (Qt's name)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self._can_choose:
            self.chosen.emit(self.tag.index)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        painter = QPainter(self)
        if self.underMouse() and self._can_choose:
            painter.fillRect(self.rect(), colour("hover"))
        if self._is_chosen:
            painter.fillRect(0, 3, 2, self.height() - 6, colour("accent"))
        if self.hasFocus():
            painter.setPen(QPen(colour("accent"), 1))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()


class TagBar(NormalBar):
    """A bar whose name gives way where there is little room."""

    @property
    def NAME_WIDTH(self) -> int:  # type: ignore[override]  # noqa: N802 (the base class's name)
        return 84 if self.width() < NARROW - 50 else 112


class TagRow(TagItem):
    """A measured quantity: its bar and the age of its value."""

    def __init__(self, tag: Tag, parent: QWidget | None = None) -> None:
        super().__init__(tag, parent)
        self.bar: TagBar | None = None
        self.age = label("", "quiet")
        self.age.setFixedWidth(44)
        self.age.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(6, 0, 4, 0)
        self._row.setSpacing(2)

    def show_frame(self, frame: Frame, asset: Asset, second: bool) -> None:
        """Show one frame; `second` when a second has passed since ages were written."""
        reading = facts.reading(self.tag, frame, asset, facts.alarms_of(frame, asset.asset_id))
        if self.bar is None:
            self.bar = TagBar(reading, self)
            self._row.insertWidget(0, self.bar, 1)
            self._row.addWidget(self.age)
            second = True
        self.bar.show_reading(reading)
        if second:
            text = _text.age_text(self.tag, frame)
            if text != self.age.text():
                self.age.setText(text)
                self.age.setToolTip(f"Age of the value: {text}")
            self.describe(self.bar.accessibleName(), text)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        super().resizeEvent(event)
        self.age.setFixedWidth(38 if event.size().width() < NARROW else 44)

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(320, 26)


class TagCell(TagItem):
    """A counter or a text, which no band says anything about: name and value in half a row."""

    HEIGHT = 22
    WIDE = 188  # pixels from which the age is written behind every value
    AGE = 36  # pixels that it has

    def __init__(self, tag: Tag, parent: QWidget | None = None) -> None:
        super().__init__(tag, parent)
        self._name = _text.title_of(tag)
        self.text = self.age = ""
        self.quality = Quality.UNKNOWN
        self.setFixedHeight(self.HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def show_frame(self, frame: Frame, asset: Asset, second: bool) -> None:
        """Show one frame; `second` when a second has passed since ages were written."""
        text, quality = facts.fact(self.tag, frame), _text.quality_of(self.tag, frame)
        if (text, quality) != (self.text, self.quality):
            self.text, self.quality = text, quality
            second = True
            self.update()
        if second:
            age = _text.age_text(self.tag, frame)
            if age != self.age:
                self.age = age
                self.update()
            word = "" if quality is Quality.GOOD else f", quality {quality.name.lower()}"
            self.describe(f"{self._name}, {text}{word}", age)
            self.setToolTip(f"{self._name}: {text}\n{quality.name.lower()}, {age} old")

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(150, self.HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        super().paintEvent(event)
        painter = QPainter(self)
        usable = self.quality < Quality.STALE
        metrics = QFontMetrics(font(12, 600 if usable else 400))
        room = self.width() - 10
        middle, right = Qt.AlignmentFlag.AlignVCenter, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        if self.shows_age():
            painter.setFont(font(10))
            painter.setPen(colour("text2"))
            painter.drawText(6, 0, room, self.height(), right, self.age)
            room -= self.AGE
        painter.setFont(font(12, 600 if usable else 400))
        painter.setPen(colour("text" if usable else "text2"))
        text = metrics.elidedText(self.text, Qt.TextElideMode.ElideRight, max(room - 68, room // 2))
        painter.drawText(6, 0, room, self.height(), right, text)
        room -= metrics.horizontalAdvance(text) + 8
        painter.setFont(font(12))
        painter.setPen(colour("text2"))
        name = painter.fontMetrics().elidedText(self._name, Qt.TextElideMode.ElideRight, room)
        painter.drawText(6, 0, room, self.height(), middle, name)
        painter.end()

    def shows_age(self) -> bool:
        """Whether the age stands behind the value: where there is room, and always where the value is not good."""
        return self.quality is not Quality.GOOD or self.width() >= self.WIDE
