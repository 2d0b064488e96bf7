"""The controls that show days: planned stops that are moved, and the time for which demand rises or falls."""

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from twinviewer.panels._kit.widgets import label
from twinviewer.panels._whatif_days import DAY_S, Stops, Stretch, Window
from twinviewer.panels._whatif_model import Control
from twinviewer.panels._whatif_rows import LeverRow, Number, SliderRow

_HOUR_S = 3600.0
_ALL = 100.0  # per cent of demand: as without a spike


def days_until(start: datetime, last_s: float) -> int:
    """How many days a run touches that ends `last_s` after its start."""
    since = (start - start.replace(hour=0, minute=0, second=0, microsecond=0)).total_seconds()
    return math.ceil((since + last_s) / DAY_S)


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
        self.days.begin(start, dated, days_until(start, last))
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


class SpikeRow(SliderRow):
    """How large demand is for a time, and from when until when; three levers in one."""

    def __init__(self, percent: Control, begin: Control, end: Control) -> None:
        self._begin, self._end = begin, end
        self.days = Window(f"{percent.label}: draw from when until when", end.high * _HOUR_S)
        self.days.put([self._before], [self._before])
        self.words = label("", "quiet", wrap=True)
        super().__init__(percent)
        self.days.setToolTip("Draw the time in which demand is another; drag its edges, or all of it.")
        self.grid.addWidget(self.days, 2, 0, 1, 3)
        self.grid.addWidget(self.words, 3, 0, 1, 3)
        self.begin(datetime(2026, 1, 5), False)
        self.days.edited.connect(self._drawn)
        self.moved.connect(self._say)

    @property
    def ids(self) -> tuple[str, ...]:
        return self.control.id, self._begin.id, self._end.id

    @property
    def held(self) -> bool:
        return super().held or self.days.held

    @property
    def changes(self) -> dict[str, Any]:
        if self.value == _ALL:
            return super().changes  # without a spike its time means nothing
        hours = dict(zip(self.ids[1:], (round(s / _HOUR_S, 4) for s in self.days.stretches[0]), strict=True))
        was = {self._begin.id: self._begin.current, self._end.id: self._end.current}
        return {**super().changes, **{k: v for k, v in hours.items() if v != was[k]}}

    def begin(self, start: datetime, dated: bool) -> None:
        self.days.begin(start, dated, days_until(start, self.days.end_s))
        self._say()

    def show_all(self, settings: Mapping[str, Any]) -> None:
        begin, end = (float(settings.get(c.id, c.current)) * _HOUR_S for c in (self._begin, self._end))
        self.days.put([(begin, max(begin, min(end, self.days.end_s)))], [self._before])
        super().show_all(settings)
        self._say()

    def put(self, value: Any) -> None:
        super().put(value)
        self._say()

    @property
    def _before(self) -> Stretch:
        return float(self._begin.current) * _HOUR_S, float(self._end.current) * _HOUR_S

    def _say(self) -> None:
        begin, end = (self.days.moment(s) for s in self.days.stretches[0])
        self.days.idle = self.value == _ALL
        self.days.update()
        none = " (100 % is no change: move the slider)" if self.days.idle else f" at {self.value:g} %"
        self.words.setText(f"{begin} – {end}{none}")

    def _drawn(self) -> None:
        self._mark()
        self.moved.emit()
