"""Questions about time: which moment to show, from when to when to hand over."""

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from PySide6.QtWidgets import QLineEdit, QWidget

from twinviewer.gui.dialogs.base import BaseDialog, quiet
from twinviewer.history.times import iso, parse_range, parse_time
from twinviewer.model.errors import DataError
from twinviewer.panels._kit.widgets import button, label, row

NS = 1_000_000_000


def written(time_ns: int) -> str:
    """A moment as a person of this computer writes it: "2026-11-21 06:42:17"."""
    return datetime.fromtimestamp(time_ns / NS).strftime("%Y-%m-%d %H:%M:%S")


def _field(time_ns: int, name: str) -> QLineEdit:
    field = QLineEdit(written(time_ns) if time_ns else "")
    field.setAccessibleName(name)
    field.setPlaceholderText("2026-11-21 06:42:17, now, or 1h for an hour ago")
    return field


class _Told(BaseDialog):
    """A dialog that says under its fields what is wrong with them, and cannot be accepted until nothing is."""

    def __init__(self, title: str, parent: QWidget | None, width: int = 460) -> None:
        super().__init__(title, parent, width)
        self.said = label("", "quiet", wrap=True)

    def check(self, look: Callable[[], str]) -> None:
        """Say what `look` returns, or the sentence of its DataError."""
        try:
            text, fine = look(), True
        except DataError as error:
            text, fine = str(error), False
        self.said.setText(text)
        self.accept_button.setEnabled(fine)


class MomentDialog(_Told):
    """After `exec()`, `time_ns` is the moment that was asked for."""

    def __init__(self, now_ns: int, seen: tuple[int, int], parent: QWidget | None) -> None:
        super().__init__("Go to a moment", parent)
        self.time_ns = now_ns
        self._seen = seen
        self.at = _field(now_ns, "Moment")
        self.form().addRow("Moment", self.at)
        self.body.addWidget(quiet(f"Recorded from {written(seen[0])} to {written(seen[1])}."))
        self.body.addWidget(self.said)
        self.buttons("Show")
        self.at.textChanged.connect(lambda _text: self.check(self._look))
        self.at.selectAll()

    def _look(self) -> str:
        self.time_ns = parse_time(self.at.text(), time.time_ns())
        if not self._seen[0] <= self.time_ns <= self._seen[1]:
            return "Nothing was recorded then; the nearest moment is shown."
        return ""


class StretchDialog(_Told):
    """After `exec()`, `stretch` is from when to when; a click on one of the `choices` (words, from when to when) fills
    the fields."""

    def __init__(
        self,
        title: str,
        words: str,
        stretch: tuple[int, int],
        accept: str,
        parent: QWidget | None,
        choices: Sequence[tuple[str, tuple[int, int]]] = (),
    ) -> None:
        super().__init__(title, parent, 500)
        self.stretch = stretch
        self.body.addWidget(label(words, wrap=True))
        self.begin, self.end = _field(stretch[0], "From"), _field(stretch[1], "To")
        form = self.form()
        form.addRow("From", self.begin)
        form.addRow("To", self.end)
        self.choices = [button(said, "link", partial(self.fill, *ends)) for said, ends in choices]
        if self.choices:
            form.addRow("", row(*self.choices, None, spacing=14))
        self.body.addWidget(self.said)
        self.buttons(accept)
        for field in (self.begin, self.end):
            field.textChanged.connect(lambda _text: self.check(self._look))
        self._look_once()

    def fill(self, from_ns: int, to_ns: int) -> None:
        """Put a stretch into the fields."""
        self.begin.setText(written(from_ns))
        self.end.setText(written(to_ns))

    def _look_once(self) -> None:
        self.check(self._look)

    def _look(self) -> str:
        first, last = parse_range(self.begin.text(), self.end.text(), time.time_ns())
        self.stretch = first, last
        minutes = (last - first) / NS / 60
        long = f"{minutes:.1f} min" if minutes < 120 else f"{minutes / 60:.1f} h"
        long = f"{minutes * 60:.0f} s" if minutes < 2 else long
        return f"{long}, {iso(first)} to {iso(last)}"
