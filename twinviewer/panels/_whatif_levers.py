"""The what-if panel's levers: one fitting control each, of which only those looked for are shown."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from PySide6.QtCore import QSize, QTimer, Signal
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from twinviewer.panels._kit.filter_field import FilterField
from twinviewer.panels._kit.widgets import Combo, label, row
from twinviewer.panels._whatif_calendar import CalendarRow
from twinviewer.panels._whatif_dated import SpikeRow, StopsRow
from twinviewer.panels._whatif_model import TIMES, Control
from twinviewer.panels._whatif_rows import LeverRow, ListRow, SliderRow

_OVERVIEW = ("line_speed", "demand", "crew", "overtime", "supplier")
OVERVIEW, SELECTED, CHANGED, ALL = "Overview", "Selected asset", "Changed", "All levers"

_KINDS: dict[str, Callable[[Control], LeverRow]] = {
    "slider": SliderRow, "calendar": CalendarRow, "list": ListRow, "stops": StopsRow,
}  # fmt: skip
_AT_ONCE = 12  # new rows, which take a millisecond or two each
_PARTS = {"demand_spike": TIMES}  # levers that are moved in the row of another one


class Levers(QWidget):
    """The chooser and the rows. `moved(dragging)` comes on every change, `arranged` when other rows are shown."""

    moved = Signal(bool)
    arranged = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._controls: dict[str, Control] = {}
        self._rows: dict[str, LeverRow] = {}
        self.settings: dict[str, Any] = {}
        self._asset: str | None = None
        self._start = (datetime(2026, 1, 5), False)
        self.which = Combo()
        self.which.setAccessibleName("Which levers are shown")
        self.search = FilterField("Find, e.g. speed oven", "Find a lever", glyph="search")
        self.search.setMinimumWidth(60)
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
        self._rest = QTimer(self)  # goes on with rows that were not made in one go
        self._rest.setSingleShot(True)
        self._rest.setInterval(0)
        self._rest.timeout.connect(self.arrange)
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

    def begin(self, start: datetime, dated: bool) -> None:
        """From when runs start (local time), and whether that is a real day."""
        if (start, dated) != self._start:
            self._start = start, dated
            for item in self._rows.values():
                item.begin(start, dated)

    def put(self, settings: Mapping[str, Any]) -> None:
        """Show a scenario."""
        self.settings = {k: v for k, v in settings.items() if k in self._controls}
        for item in self._rows.values():
            item.show_all(self.settings)
        self.arrange()

    def look_for(self, words: str) -> None:
        """Show the levers of which the text tells these words."""
        self.search.setText(words)

    def of_row(self, name: str) -> LeverRow:
        """The row of a lever, made when it is first needed. KeyError for an unknown one."""
        if name not in self._rows:
            item = self._made(self._controls[name])
            item.begin(*self._start)
            item.show_all(self.settings)
            item.moved.connect(lambda n=name: self._moved(n))
            self._rows[name] = item
            self._box.addWidget(item)
        return self._rows[name]

    def _made(self, control: Control) -> LeverRow:
        parts = [self._controls[n] for n in _PARTS.get(control.id, ()) if n in self._controls]
        if len(parts) == 2:
            return SpikeRow(control, *parts)
        return _KINDS["stops" if control.stretches else control.kind](control)

    def _head(self, name: str) -> str:
        """The lever in whose row this one is moved."""
        return next((head for head, parts in _PARTS.items() if name in parts and head in self._controls), name)

    @property
    def shown(self) -> list[str]:
        """Ids of the levers that can be seen, in order."""
        words = self.search.text().lower().split()
        if words:
            found = [c.id for c in self._controls.values() if all(w in self._text(c) for w in words)]
            return list(dict.fromkeys(map(self._head, found)))[:40]
        which = self.which.currentText()
        others = [c.id for c in self._controls.values() if self._fits(c, which)]
        return list(dict.fromkeys(map(self._head, [*self.settings, *others])))

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
        """Show the rows that are wanted, in the order of the model; of many, some at a time, so that nothing waits."""
        wanted = self.shown
        new = [name for name in wanted if name not in self._rows][_AT_ONCE:]
        if new:
            self._rest.start()
        for name, item in self._rows.items():
            if name not in wanted:
                item.hide()
        for place, name in enumerate(n for n in wanted if n not in new):
            item = self.of_row(name)
            if self._box.indexOf(item) != place:
                self._box.removeWidget(item)
                self._box.insertWidget(place, item)
            item.show()
        self.hint.setText(self._hint(wanted))
        self.hint.setVisible(bool(self.hint.text()))
        self.arranged.emit()

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
        changes = item.changes
        self.settings = {k: v for k, v in self.settings.items() if k in changes or k not in item.ids} | changes
        self.moved.emit(item.held)

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(340, super().sizeHint().height())
