"""The what-if panel's controls for numbers and sequences: one row each, with what it was before."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QGridLayout,
    QListWidget,
    QListWidgetItem,
    QSizePolicy,
    QSlider,
    QWidget,
)

from twinviewer.panels._kit.style import font
from twinviewer.panels._kit.widgets import label
from twinviewer.panels._whatif_model import Control


class _Slider(QSlider):
    """A slider that the wheel does not move: the panel scrolls instead."""

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 (Qt's name)
        event.ignore()


class Number(QDoubleSpinBox):
    """A lever's number; the wheel scrolls the panel instead."""

    def __init__(self, control: Control) -> None:
        super().__init__()
        step = control.step if control.step > 0 else 1.0
        self.setDecimals(0 if control.integer else next((n for n in (0, 1) if step * 10**n % 1 < 1e-9), 2))
        self.setRange(control.low, control.high)
        self.setSingleStep(step)
        self.setSuffix(f" {control.unit}" if control.unit else "")
        self.setFixedWidth(90)
        self.lineEdit().setTextMargins(4, 0, 0, 0)  # what a style sheet pads at the left does not come here
        self.setKeyboardTracking(False)
        self.setAccessibleName(f"{control.label}, number")

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 (Qt's name)
        event.ignore()


class LeverRow(QWidget):
    """One lever. `moved` comes on a person's change; `held` tells whether a slider is being dragged."""

    moved = Signal()

    def __init__(self, control: Control) -> None:
        super().__init__()
        self.control = control
        self.title = label(control.label)
        self.title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.title.setToolTip(control.label)
        self.was = label("", "quiet")
        self.grid = QGridLayout(self)
        self.grid.setContentsMargins(0, 1, 0, 1)
        self.grid.setHorizontalSpacing(8)
        self.grid.setVerticalSpacing(1)

    @property
    def held(self) -> bool:
        return False

    @property
    def value(self) -> Any:
        raise TypeError("a row of no kind")

    @property
    def ids(self) -> tuple[str, ...]:
        """The levers that it moves."""
        return (self.control.id,)

    @property
    def changes(self) -> dict[str, Any]:
        """The settings of its levers that differ from the baseline."""
        return {} if self.value == self.control.current else {self.control.id: self.value}

    def show_all(self, settings: Mapping[str, Any]) -> None:
        """Show its levers as a scenario has them, without sending `moved`."""
        self.put(settings.get(self.control.id, self.control.current))

    def put(self, value: Any) -> None:
        """Show a value without sending `moved`."""

    def begin(self, start: datetime, dated: bool) -> None:
        """From when runs start (local time), and whether that is a real day: for controls that show days."""

    def _mark(self) -> None:
        """A lever that differs is set apart by weight, not by colour alone."""
        self.title.setFont(font(12, 600 if self.changes else 400))


class SliderRow(LeverRow):
    """Slider, number and "was X"."""

    def __init__(self, control: Control) -> None:
        super().__init__(control)
        self._step = control.step if control.step > 0 else 1.0
        self.slider = _Slider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, max(1, round((control.high - control.low) / self._step)))
        self.slider.setPageStep(max(1, self.slider.maximum() // 10))
        self.slider.setAccessibleName(control.label)
        self.slider.setMinimumWidth(60)
        self.number = Number(control)
        self.was.setText(f"was {control.current:g}")
        self.was.setFixedWidth(50)
        self.grid.addWidget(self.title, 0, 0)
        self.grid.addWidget(self.slider, 1, 0)
        self.grid.addWidget(self.number, 0, 1, 2, 1)
        self.grid.addWidget(self.was, 0, 2, 2, 1)
        self.grid.setColumnStretch(0, 1)
        self.put(control.current)
        self.slider.valueChanged.connect(self._slid)
        self.slider.sliderReleased.connect(self.moved)
        self.number.valueChanged.connect(self._typed)

    @property
    def held(self) -> bool:
        return self.slider.isSliderDown()

    @property
    def value(self) -> float | int:
        value = self.number.value()
        if abs(value - float(self.control.current)) < self._step / 1000:
            return self.control.current
        return round(value) if self.control.integer else value

    def put(self, value: Any) -> None:
        for widget in (self.slider, self.number):
            widget.blockSignals(True)
        self.number.setRange(min(self.control.low, float(value)), max(self.control.high, float(value)))
        self.number.setValue(float(value))
        self.slider.setValue(round((float(value) - self.control.low) / self._step))
        for widget in (self.slider, self.number):
            widget.blockSignals(False)
        self._mark()

    def _slid(self, place: int) -> None:
        self.number.blockSignals(True)
        self.number.setValue(self.control.low + place * self._step)
        self.number.blockSignals(False)
        self._mark()
        self.moved.emit()

    def _typed(self, value: float) -> None:
        self.slider.blockSignals(True)
        self.slider.setValue(round((value - self.control.low) / self._step))
        self.slider.blockSignals(False)
        self._mark()
        self.moved.emit()


class Order(QListWidget):
    """A list whose entries are dragged, or moved by Alt+Up and Alt+Down. `moved` comes on every step."""

    moved = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.held = False
        self.setCursor(Qt.CursorShape.OpenHandCursor)

    def _shift(self, place: int) -> None:
        self.insertItem(place, self.takeItem(self.currentRow()))
        self.setCurrentRow(place)
        self.moved.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        super().mousePressEvent(event)
        self.held = event.button() == Qt.MouseButton.LeftButton and self.currentRow() >= 0

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        if not self.held:
            return
        at = event.position().toPoint()
        over = self.itemAt(max(2, min(at.x(), self.viewport().width() - 2)), at.y())
        if over is not None and self.row(over) != self.currentRow():
            self._shift(self.row(over))
        self.scrollToItem(self.currentItem())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        super().mouseReleaseEvent(event)
        if self.held:
            self.held = False
            self.moved.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 (Qt's name)
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
        place = self.currentRow() + step
        if event.modifiers() & Qt.KeyboardModifier.AltModifier and step and 0 <= place < self.count():
            self._shift(place)
            return
        super().keyPressEvent(event)


class ListRow(LeverRow):
    """A sequence to be dragged."""

    def __init__(self, control: Control) -> None:
        super().__init__(control)
        self.list = Order()
        self.list.setAccessibleName(f"{control.label}: drag, or Alt+Up and Alt+Down")
        self.list.setFixedHeight(140)
        self._fill([str(v) for v in control.current])
        self.was.setText("Drag an order, or move it with Alt+Up and Alt+Down; the first runs first.")
        self.was.setWordWrap(True)
        for place, item in enumerate((self.title, self.list, self.was)):
            self.grid.addWidget(item, place, 0)
        self.list.moved.connect(self._sorted)

    @property
    def held(self) -> bool:
        return self.list.held

    @property
    def value(self) -> list[str]:
        return [str(self.list.item(k).data(Qt.ItemDataRole.UserRole)) for k in range(self.list.count())]

    def _fill(self, names: Sequence[str]) -> None:
        self.list.clear()
        for name in names:
            words = self.control.words.get(name, "")
            item = QListWidgetItem(f"{name}   {words}".rstrip())
            item.setData(Qt.ItemDataRole.UserRole, name)
            self.list.addItem(item)

    def put(self, value: Any) -> None:
        named = [str(v) for v in value]
        rest = [str(v) for v in self.control.current if str(v) not in named]
        self._fill(named + rest)
        self._mark()

    def _sorted(self) -> None:
        self._mark()
        self.moved.emit()
