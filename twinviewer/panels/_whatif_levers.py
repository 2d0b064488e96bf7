"""The what-if panel's levers: one fitting control each, of which only those looked for are shown."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDoubleSpinBox,
    QGridLayout,
    QLineEdit,
    QListWidget,
    QSizePolicy,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from twinviewer.panels._kit.style import font
from twinviewer.panels._kit.widgets import label, row
from twinviewer.panels._whatif_model import Control

_WINDOW = re.compile(r"^([01]\d|2[0-4]):[0-5]\d-([01]\d|2[0-4]):[0-5]\d$")
_OVERVIEW = ("line_speed", "demand", "crew", "overtime", "supplier")
OVERVIEW, SELECTED, CHANGED, ALL = "Overview", "Selected asset", "Changed", "All levers"


class _Slider(QSlider):
    """A slider that the wheel does not move: the panel scrolls instead."""

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 (Qt's name)
        event.ignore()


class _Number(QDoubleSpinBox):
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
    def changed(self) -> bool:
        """Whether it differs from the baseline."""
        return self.value != self.control.current

    def put(self, value: Any) -> None:
        """Show a value without sending `moved`."""

    def _mark(self) -> None:
        """A lever that differs is set apart by weight, not by colour alone."""
        self.title.setFont(font(12, 600 if self.changed else 400))


class SliderRow(LeverRow):
    """Slider, number and "was X"."""

    def __init__(self, control: Control) -> None:
        super().__init__(control)
        self._step = control.step if control.step > 0 else 1.0
        decimals = 0 if control.integer else next((n for n in (0, 1) if self._step * 10**n % 1 < 1e-9), 2)
        self.slider = _Slider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, max(1, round((control.high - control.low) / self._step)))
        self.slider.setPageStep(max(1, self.slider.maximum() // 10))
        self.slider.setAccessibleName(control.label)
        self.slider.setMinimumWidth(60)
        self.number = _Number()
        self.number.setDecimals(decimals)
        self.number.setRange(control.low, control.high)
        self.number.setSingleStep(self._step)
        self.number.setSuffix(f" {control.unit}" if control.unit else "")
        self.number.setFixedWidth(86)
        self.number.setKeyboardTracking(False)
        self.number.setAccessibleName(f"{control.label}, number")
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


class CalendarRow(LeverRow):
    """A week: a field with windows per group of days; what cannot be read is said and not used."""

    def __init__(self, control: Control) -> None:
        super().__init__(control)
        self._fields: dict[str, QLineEdit] = {}
        self._value: dict[str, list[str]] = {k: list(v) for k, v in control.current.items()}
        self.grid.addWidget(self.title, 0, 0, 1, 2)
        for place, (days, windows) in enumerate(control.current.items(), start=1):
            field = QLineEdit(", ".join(windows))
            field.setAccessibleName(f"{control.label}, {days}")
            field.setToolTip("Windows such as 06:00-14:00, 14:30-22:00; empty for no shift")
            field.editingFinished.connect(self._edited)
            self._fields[days] = field
            self.grid.addWidget(label(days), place, 0)
            self.grid.addWidget(field, place, 1)
        self.grid.addWidget(self.was, len(self._fields) + 1, 1)
        self.grid.setColumnStretch(1, 1)
        self._tell()

    @property
    def value(self) -> Mapping[str, list[str]]:
        return {k: list(v) for k, v in self._value.items()}

    def put(self, value: Any) -> None:
        self._value = {k: list(v) for k, v in value.items()}
        for days, field in self._fields.items():
            field.setText(", ".join(self._value.get(days, ())))
        self._mark()
        self._tell()

    def _tell(self, wrong: str = "") -> None:
        was = "; ".join(f"{k} {', '.join(v) or 'none'}" for k, v in self.control.current.items())
        self.was.setText(wrong or f"was {was}")

    def _edited(self) -> None:
        new = dict(self._value)
        for days, field in self._fields.items():
            windows = [w.strip() for w in field.text().split(",") if w.strip()]
            wrong = next((w for w in windows if not _WINDOW.match(w)), "")
            if wrong:
                self._tell(f'"{wrong}" is no window: write 06:00-14:00')
                return
            new[days] = windows
        self._tell()
        if new != self._value:
            self._value = new
            self._mark()
            self.moved.emit()


class _Order(QListWidget):
    """A list whose entries are dragged, or moved by Alt+Up and Alt+Down."""

    moved = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 (Qt's name)
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
        place = self.currentRow() + step
        if event.modifiers() & Qt.KeyboardModifier.AltModifier and step and 0 <= place < self.count():
            self.insertItem(place, self.takeItem(self.currentRow()))
            self.setCurrentRow(place)
            self.moved.emit()
            return
        super().keyPressEvent(event)


class ListRow(LeverRow):
    """A sequence to be dragged."""

    def __init__(self, control: Control) -> None:
        super().__init__(control)
        self.list = _Order()
        self.list.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.list.setAccessibleName(f"{control.label}: drag, or Alt+Up and Alt+Down")
        self.list.setFixedHeight(140)
        self.list.addItems([str(v) for v in control.current])
        self.was.setText("Drag an order, or move it with Alt+Up and Alt+Down; the first runs first.")
        self.was.setWordWrap(True)
        for place, item in enumerate((self.title, self.list, self.was)):
            self.grid.addWidget(item, place, 0)
        self.list.moved.connect(self._sorted)
        self.list.model().rowsMoved.connect(lambda *_: self._sorted())

    @property
    def value(self) -> list[str]:
        return [self.list.item(k).text() for k in range(self.list.count())]

    def put(self, value: Any) -> None:
        named = [str(v) for v in value]
        rest = [str(v) for v in self.control.current if str(v) not in named]
        self.list.clear()
        self.list.addItems(named + rest)
        self._mark()

    def _sorted(self) -> None:
        self._mark()
        self.moved.emit()


_KINDS: dict[str, Callable[[Control], LeverRow]] = {"slider": SliderRow, "calendar": CalendarRow, "list": ListRow}


class Levers(QWidget):
    """The chooser and the rows. `moved(dragging)` comes on every change."""

    moved = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self._controls: dict[str, Control] = {}
        self._rows: dict[str, LeverRow] = {}
        self.settings: dict[str, Any] = {}
        self._asset: str | None = None
        self.which = QComboBox()
        self.which.setAccessibleName("Which levers are shown")
        self.search = QLineEdit()
        self.search.setMinimumWidth(60)
        self.search.setPlaceholderText("Find, e.g. speed oven")
        self.search.setAccessibleName("Find a lever")
        self.search.setClearButtonEnabled(True)
        self.search.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.hint = label("", "quiet", wrap=True)
        self._box = QVBoxLayout()
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(3)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(5)
        layout.addWidget(row(label("Levers"), self.which, self.search))
        layout.addLayout(self._box)
        layout.addWidget(self.hint)
        self.which.currentTextChanged.connect(lambda _t: self.arrange())
        self.search.textChanged.connect(lambda _t: self.arrange())

    def show_controls(self, controls: Sequence[Control]) -> None:
        """The levers of another model."""
        for item in self._rows.values():
            self._box.removeWidget(item)
            item.deleteLater()
        self._rows = {}
        self.settings = {}
        self._controls = {c.id: c for c in controls}
        self.which.blockSignals(True)
        self.which.clear()
        self.which.addItems([OVERVIEW, SELECTED, CHANGED, *dict.fromkeys(c.group for c in controls), ALL])
        self.which.blockSignals(False)
        self.arrange()

    def select(self, asset: str | None) -> None:
        """Follow the selection."""
        self._asset = asset
        self.arrange()

    def put(self, settings: Mapping[str, Any]) -> None:
        """Show a scenario."""
        self.settings = {k: v for k, v in settings.items() if k in self._controls}
        for name, item in self._rows.items():
            item.put(self.settings.get(name, item.control.current))
        self.arrange()

    def of_row(self, name: str) -> LeverRow:
        """The row of a lever, made when it is first needed. KeyError for an unknown one."""
        if name not in self._rows:
            control = self._controls[name]
            item = _KINDS[control.kind](control)
            if name in self.settings:
                item.put(self.settings[name])
            item.moved.connect(lambda n=name: self._moved(n))
            self._rows[name] = item
            self._box.addWidget(item)
        return self._rows[name]

    @property
    def shown(self) -> list[str]:
        """Ids of the levers that can be seen, in order."""
        words = self.search.text().lower().split()
        if words:
            return [c.id for c in self._controls.values() if all(w in self._text(c) for w in words)][:40]
        which = self.which.currentText()
        return [c.id for c in self._controls.values() if c.id in self.settings or self._fits(c, which)]

    def _text(self, c: Control) -> str:
        return f"{c.label} {c.group} {c.id} {' '.join(c.assets)}".lower()

    def _fits(self, c: Control, which: str) -> bool:
        if which == SELECTED:
            return self._asset is not None and self._asset in c.assets
        if which == OVERVIEW:
            mine = c.kind == "slider" and self._asset is not None and self._asset in c.assets
            return c.id.partition(".")[0] in _OVERVIEW or (mine and c.group in ("Speed", "Failures", "Process"))
        return which in (ALL, c.group)

    def arrange(self) -> None:
        """Show the rows that are wanted, in the order of the model."""
        wanted = self.shown
        for name, item in self._rows.items():
            if name not in wanted:
                item.hide()
        for place, name in enumerate(wanted):
            item = self.of_row(name)
            if self._box.indexOf(item) != place:
                self._box.removeWidget(item)
                self._box.insertWidget(place, item)
            item.show()
        self.hint.setText(self._hint(wanted))
        self.hint.setVisible(bool(self.hint.text()))

    def _hint(self, wanted: Sequence[str]) -> str:
        if self.search.text().strip():
            return "" if wanted else "No lever is called that."
        which = self.which.currentText()
        if which == CHANGED and not wanted:
            return "Nothing differs from the baseline yet."
        if which == SELECTED and not any(self._asset in self._controls[n].assets for n in wanted):
            return "Select a machine of the line in the picture or the tree."
        return ""

    def _moved(self, name: str) -> None:
        item = self._rows[name]
        if item.changed:
            self.settings[name] = item.value
        else:
            self.settings.pop(name, None)
        self.moved.emit(item.held)

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(340, super().sizeHint().height())
