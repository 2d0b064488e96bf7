"""Reading the picture: every symbol with its meaning, drawn by the same code as in the picture."""

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QGridLayout, QScrollArea, QVBoxLayout, QWidget

from twinviewer.gui.dialogs.base import BaseDialog
from twinviewer.model.state import State, Zone
from twinviewer.panels._kit.style import theme
from twinviewer.panels._kit.symbols import (
    alarm_symbol,
    energy_swatch,
    ne107_symbol,
    state_symbol,
    zone_symbol,
)
from twinviewer.panels._kit.widgets import Canvas, label

Draw = Callable[[QPainter, float, float], None]
_STATES = (
    (State.RUNNING, "Making parts, or doing what it is for."),
    (State.IDLE, "Ready, with nothing to do."),
    (State.SETUP, "Being changed over to another product."),
    (State.BLOCKED, "Cannot hand its part on: what follows is full or stopped."),
    (State.STARVED, "Waits for parts from upstream."),
    (State.FAULT, "Stopped by a fault."),
    (State.MAINTENANCE, "Being worked on."),
    (State.OFFLINE, "Switched off."),
    (State.UNKNOWN, "Nobody can say: the value is missing, bad, too old, or the connection is gone. Drawn as a ghost."),
)
_ALARMS = (
    (1, "Act at once."),
    (2, "Act soon."),
    (3, "Act when there is time."),
    (4, "For information."),
)
_ZONES = (
    (Zone.A, "As a new machine."),
    (Zone.B, "May run without limit of time."),
    (Zone.C, "May run for a limited time; plan the repair."),
    (Zone.D, "Severe enough to do damage."),
    (Zone.NONE, "No sensor, or no usable value."),
)
_DEVICES = (
    ("F", "Failure: the signal is not valid."),
    ("C", "Function check: the signal is not valid for the moment."),
    ("S", "Out of specification: the signal is uncertain."),
    ("M", "Maintenance required: the signal is valid."),
)


class GuideDialog(BaseDialog):
    """A scrolling page of symbols."""

    def __init__(self, parent: QWidget | None) -> None:
        super().__init__("Reading the picture", parent, 640)
        self.setMinimumHeight(560)
        area = QScrollArea()
        area.setObjectName("panel")
        area.setWidgetResizable(True)
        page = QWidget()
        area.setWidget(page)
        self._page = QVBoxLayout(page)
        self._page.setContentsMargins(0, 0, 12, 0)
        self._page.setSpacing(6)
        self._fill()
        self.body.addWidget(area, 1)
        self.buttons("Close", cancel="")

    def _fill(self) -> None:
        self._text(
            "Quiet grey and green are normal. Colour means that something wants your attention; shape and "
            "sign say the same, so that nobody has to rely on colour."
        )
        self._section("States", [(s.label, t, _state(s)) for s, t in _STATES])
        self._section(
            "Alarms: filled until acknowledged, then hollow", [(f"Priority {p}", t, _alarm(p)) for p, t in _ALARMS]
        )
        self._section(
            "Vibration, zones of ISO 20816-3", [(f"Zone {z.name}" if z else "No value", t, _zone(z)) for z, t in _ZONES]
        )
        self._section(
            "Energy",
            [
                (
                    "Active power",
                    "From the least to the most, on a logarithmic scale. There is no alarm colour in it.",
                    _energy,
                )
            ],
        )
        self._section("Device status after NE 107", [(k, t, _device(k)) for k, t in _DEVICES])
        self._text(
            "A dashed violet frame means that the picture is not the plant: it is a replay, a simulation or "
            "training. The pill in the tool bar says how old the newest data is."
        )

    def _text(self, words: str) -> None:
        self._page.addWidget(label(words, wrap=True))

    def _section(self, title: str, lines: list[tuple[str, str, Draw]]) -> None:
        self._page.addSpacing(6)
        self._page.addWidget(label(title, "heading"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setColumnStretch(2, 1)
        for i, (name, meaning, draw) in enumerate(lines):
            picture = Canvas(draw, 30, 84 if draw is _energy else 34)
            picture.setAccessibleName(name)
            grid.addWidget(picture, i, 0)
            name_label = label(name, "heading")
            name_label.setMinimumWidth(96)
            grid.addWidget(name_label, i, 1)
            grid.addWidget(label(meaning, wrap=True), i, 2)
        self._page.addLayout(grid)


def _state(state: State) -> Draw:
    return lambda p, w, h: state_symbol(p, QPointF(w / 2, h / 2), 11, state, theme())


def _alarm(priority: int) -> Draw:
    return lambda p, w, h: alarm_symbol(p, QPointF(w / 2, h / 2), 11, priority, theme())


def _zone(zone: Zone) -> Draw:
    return lambda p, w, h: zone_symbol(p, QPointF(w / 2, h / 2), 11, zone, theme())


def _device(status: str) -> Draw:
    return lambda p, w, h: ne107_symbol(p, QPointF(w / 2, h / 2), 11, status, theme())


def _energy(painter: QPainter, width: float, height: float) -> None:
    energy_swatch(painter, QRectF(2, height / 2 - 7, width - 4, 14), theme())
