"""The control of shifts and breaks: strips to draw in, and the same as text."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtWidgets import QLineEdit

from twinviewer.panels._kit.widgets import label
from twinviewer.panels._whatif_model import Control
from twinviewer.panels._whatif_rows import LeverRow
from twinviewer.panels._whatif_week import Week, as_windows, groups_of, minutes, said, words


class CalendarRow(LeverRow):
    """A week; what is typed and cannot be read is said and not used."""

    def __init__(self, control: Control) -> None:
        super().__init__(control)
        self._value = {k: list(v) for k, v in control.current.items()}
        self.week = Week(f"{control.label}: drag windows of work; arrow keys move, Delete removes")
        self.week.setToolTip(
            "Drag on free time for an extra shift; drag an edge, a shift or the break between two; "
            "Delete takes a shift away. Dotted: as it was."
        )
        self.fields: dict[str, QLineEdit] = {}
        self.grid.addWidget(self.title, 0, 0, 1, 2)
        self.grid.addWidget(self.week, 1, 0, 1, 2)
        for place, days in enumerate(groups_of(control.current), start=2):
            field = QLineEdit()
            field.setAccessibleName(f"{control.label}, {said(days)}")
            field.setToolTip("Windows such as 06:00-14:00, 14:30-22:00; empty for no shift")
            field.setPlaceholderText("no shift")
            field.editingFinished.connect(self._typed)
            self.fields[days] = field
            self.grid.addWidget(label(said(days)), place, 0)
            self.grid.addWidget(field, place, 1)
        self.grid.addWidget(self.was, len(self.fields) + 2, 0, 1, 2)
        self.grid.setColumnStretch(1, 1)
        self.was.setWordWrap(True)
        self.week.edited.connect(self._drawn)
        self.put(self._value)

    @property
    def held(self) -> bool:
        return self.week.held

    @property
    def value(self) -> Mapping[str, list[str]]:
        return {k: list(v) for k, v in self._value.items()}

    def put(self, value: Any) -> None:
        self._value = {k: list(v) for k, v in value.items()}
        self._draw()
        self._show()

    def _draw(self) -> None:
        """What cannot be drawn (a window written in another way) is left to the text."""
        try:
            was = as_windows(self.control.current)
            self.week.put({g: [minutes(w) for w in self._value.get(g, ())] for g in was}, was)
        except ValueError:
            self.week.hide()

    def _show(self, wrong: str = "") -> None:
        for days, field in self.fields.items():
            if not wrong:
                field.setText(", ".join(self._value.get(days, ())))
        was = "; ".join(f"{said(k)} {', '.join(v) or 'none'}" for k, v in self.control.current.items())
        self.was.setText(wrong or f"was {was}")
        self._mark()

    def _drawn(self) -> None:
        new = {g: [words(w) for w in windows] for g, windows in self.week.value.items()}
        self._take({g: w for g, w in new.items() if w or g in self.control.current})

    def _typed(self) -> None:
        new: dict[str, list[str]] = {}
        for days, field in self.fields.items():
            windows = [w.strip() for w in field.text().split(",") if w.strip()]
            for window in windows:
                try:
                    minutes(window)
                except ValueError:
                    self._show(f'"{window}" is no window: write 06:00-14:00')
                    return
            if windows or days in self.control.current:
                new[days] = windows
        if new == self._value:
            self._show()
            return
        self._take(new)
        self.week.put(
            {g: [minutes(w) for w in new.get(g, ())] for g in self.week.value}, as_windows(self.control.current)
        )

    def _take(self, new: dict[str, list[str]]) -> None:
        """A drag that ends has changed nothing since its last step, but must be told once it is let go."""
        self._value = new
        self._show()
        self.moved.emit()
