"""The control of planned stops that are moved: their days to drag them in, and the same as a number of hours."""

import math
from datetime import datetime
from typing import Any

from twinviewer.panels._whatif_days import DAY_S, Stops
from twinviewer.panels._whatif_model import Control
from twinviewer.panels._whatif_rows import LeverRow, Number

_HOUR_S = 3600.0


class StopsRow(LeverRow):
    """All stops of a station, moved by the same number of hours."""

    def __init__(self, control: Control) -> None:
        super().__init__(control)
        self.days = Stops(
            f"{control.label}: drag a stop; arrow keys move it by steps and days",
            control.low * _HOUR_S, control.high * _HOUR_S, (control.step or 1.0) * _HOUR_S,
        )  # fmt: skip
        self.days.setToolTip("Drag a stop to another hour or day; all of the station's move along. Dotted: as it was.")
        self.number = Number(control)
        self.was.setWordWrap(True)
        self.grid.addWidget(self.title, 0, 0)
        self.grid.addWidget(self.number, 0, 1)
        self.grid.addWidget(self.days, 1, 0, 1, 2)
        self.grid.addWidget(self.was, 2, 0, 1, 2)
        self.grid.setColumnStretch(0, 1)
        self.begin(datetime(2026, 1, 5), False)
        self.put(control.current)
        self.days.edited.connect(self._dragged)
        self.number.valueChanged.connect(self._typed)

    @property
    def held(self) -> bool:
        return self.days.held

    @property
    def value(self) -> float:
        return self.number.value()

    def begin(self, start: datetime, dated: bool) -> None:
        """From when runs start, and whether that is a real day."""
        last = max(end for _, end in self.control.stretches) + self.control.high * _HOUR_S
        since = (start - start.replace(hour=0, minute=0, second=0, microsecond=0)).total_seconds()
        self.days.begin(start, dated, math.ceil((since + last) / DAY_S))
        self._say()

    def put(self, value: Any) -> None:
        self.number.blockSignals(True)
        self.number.setValue(float(value))
        self.number.blockSignals(False)
        self.days.put(self.control.stretches, self.control.stretches)
        self.days.put(self.days.at(float(value) * _HOUR_S), self.control.stretches)
        self._say()

    def _say(self) -> None:
        if not self.days.stretches:
            return
        (begin, end), was = self.days.stretches[0], self.control.stretches[0][0]
        until = self.days.moment(end)[-5:]
        moved = f", was {self.days.moment(was)}" if begin != was else ""
        again = f", and {len(self.control.stretches) - 1} more" if len(self.control.stretches) > 1 else ""
        self.was.setText(f"{self.days.moment(begin)}–{until}{moved}{again}")
        self._mark()

    def _dragged(self) -> None:
        self.number.blockSignals(True)
        self.number.setValue(self.days.moved_s / _HOUR_S)
        self.number.blockSignals(False)
        self._say()
        self.moved.emit()

    def _typed(self, hours: float) -> None:
        self.days.put(self.days.at(hours * _HOUR_S), self.control.stretches)
        self._say()
        self.moved.emit()
