"""The buttons of the time line: back and on from alarm to alarm, play, speed, loop."""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QToolButton, QWidget

from twinviewer.panels._kit.icons import icon

SPEEDS = (0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 60.0, 100.0, 600.0, 1000.0)


class TimeControls(QWidget):
    """Shows what it is told with `show_state`; `speed_chosen` comes when a person chooses another speed."""

    speed_chosen = Signal(float)

    def __init__(self, runs: dict[str, Callable[[], object]], parent: QWidget | None = None) -> None:
        """`runs` are what "back", "play", "forward" and "loop" do."""
        super().__init__(parent)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(1)
        self.back = self._button("skip-previous", "time.back", "Back to the alarm before (,)", runs["back"])
        self.play = self._button("play", "time.play", "Play (P)", runs["play"])
        self.forward = self._button("skip-next", "time.forward", "On to the next alarm (.)", runs["forward"])
        self.speed = QComboBox(self)
        for value in SPEEDS:
            self.speed.addItem(f"{value:g}×", value)
        self.speed.setCurrentIndex(SPEEDS.index(1.0))
        self.speed.setFixedWidth(84)
        self.speed.setToolTip("Speed of the replay (< and >)")
        self.speed.setAccessibleName("Speed of the replay")
        self.speed.activated.connect(lambda _i: self.speed_chosen.emit(self.chosen_speed))
        self.loop = self._button("refresh", "time.loop", "Repeat (O)", runs["loop"])
        self.loop.setCheckable(True)
        for item in (self.back, self.play, self.forward, self.speed, self.loop):
            layout.addWidget(item)

    def _button(self, glyph: str, name: str, tip: str, run: Callable[[], object]) -> QToolButton:
        item = QToolButton(self)
        item.setIcon(icon(glyph))
        item.setObjectName(name)
        item.setToolTip(tip)
        item.setAccessibleName(tip.rpartition(" (")[0])
        item.clicked.connect(lambda _on=False: run())
        return item

    @property
    def chosen_speed(self) -> float:
        """The speed that is chosen, times real time."""
        return float(self.speed.currentData())

    def show_state(self, past: bool, speed: float, loop: tuple[int, int] | None, repeats: str) -> None:
        """Speed and loop belong to the past; while live, the middle button holds this moment. Nothing comes or goes:
        the band must not move under the pointer."""
        for item in (self.forward, self.speed, self.loop):
            item.setEnabled(past)
        if speed in SPEEDS and speed != self.speed.currentData():
            self.speed.setCurrentIndex(SPEEDS.index(speed))
        self.loop.setChecked(loop is not None)
        words = "Stop repeating (O)" if loop is not None else f"Repeat {repeats} (O)"
        if self.loop.toolTip() != words:
            self.loop.setToolTip(words)
            self.loop.setAccessibleName(words.rpartition(" (")[0])
        name = ("Pause" if speed > 0 else "Play") if past else "Hold this moment"
        if self.play.accessibleName() != name:
            self.play.setIcon(icon("play" if name == "Play" else "pause"))
            self.play.setAccessibleName(name)
            self.play.setToolTip(f"{name} (P)")
