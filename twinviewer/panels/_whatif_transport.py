"""The transport of a simulated run: play, speed, where it stands, and the way back to the plant."""

from datetime import datetime

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QSizePolicy, QSlider, QToolButton, QVBoxLayout, QWidget

from twinviewer.model.frame import Frame
from twinviewer.panels._kit.icons import icon
from twinviewer.panels._kit.widgets import Combo, button, label, row
from twinviewer.session.run_source import RunSource

SPEEDS = (1.0, 10.0, 60.0, 100.0, 600.0, 1000.0)
_USUAL = 60.0
_STEPS = 1000
_NS = 1_000_000_000


class PlayBar(QWidget):
    """Shown while a run is played. `left` comes when a person goes back."""

    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.source: RunSource | None = None
        self.words = label("", "heading", wrap=True)
        self.plant = label("", "", wrap=True)
        self.play = QToolButton()
        self.play.clicked.connect(lambda _on=False: self.toggle())
        self.speed = Combo()
        self.speed.setAccessibleName("Speed of the run")
        for value in SPEEDS:
            self.speed.addItem(f"{value:g}×", value)
        self.speed.setCurrentIndex(SPEEDS.index(_USUAL))
        self.speed.activated.connect(lambda _i: self._change_speed())
        self.place = QSlider(Qt.Orientation.Horizontal)
        self.place.setRange(0, _STEPS)
        self.place.setPageStep(_STEPS // 24)
        self.place.setAccessibleName("Moment of the run")
        self.place.setMinimumWidth(60)
        self.place.valueChanged.connect(self._sought)
        self.time = label("", "quiet")
        self.back = button("Back to the plant", "primary", self.left.emit)
        self.back.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        head = row(self.words, self.back)
        head.layout().setStretch(0, 1)  # type: ignore[union-attr]
        layout.addWidget(head)
        layout.addWidget(row(self.play, self.speed, self.place, self.time, spacing=5))
        layout.addWidget(self.plant)
        self._glyph = ""
        self.hide()

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(320, super().sizeHint().height())

    def put(self, source: RunSource | None) -> None:
        """Another run, or none."""
        self.source = source
        self.setVisible(source is not None)
        if source is not None:
            narrow = f" · bottleneck {source.run.bottleneck[0]}" if source.run.bottleneck else ""
            self.words.setText(f"One run of “{source.run.title}”{narrow}")
            self.show_moment()

    def begin(self) -> None:
        """Play at the chosen speed."""
        if self.source is not None:
            self.source.play(float(self.speed.currentData()))
            self.show_moment()

    def toggle(self) -> None:
        """Play, or stand."""
        if self.source is None:
            return
        if self.source.speed > 0:
            self.source.play(0.0)
        else:
            if self.source.at_ns >= self.source.seen()[1]:
                self.source.seek(self.source.seen()[0])
            self.source.play(float(self.speed.currentData()))
        self.show_moment()

    def _change_speed(self) -> None:
        if self.source is not None and self.source.speed > 0:
            self.source.play(float(self.speed.currentData()))

    def _sought(self, place: int) -> None:
        if self.source is not None:
            first, last = self.source.seen()
            self.source.seek(first + (last - first) * place // _STEPS)
            self.show_moment()

    def show_moment(self, plant: Frame | None = None) -> None:
        """Where the run stands, and how the plant itself does meanwhile."""
        source = self.source
        if source is None:
            return
        first, last = source.seen()
        self.place.blockSignals(True)
        self.place.setValue(round(_STEPS * (source.at_ns - first) / max(1, last - first)))
        self.place.blockSignals(False)
        self.time.setText(f"{datetime.fromtimestamp(source.at_ns / _NS):%a %H:%M:%S}")
        glyph = "pause" if source.speed > 0 else "play"
        if glyph != self._glyph:
            self._glyph = glyph
            self.play.setIcon(icon(glyph))
            self.play.setAccessibleName("Pause the run" if glyph == "pause" else "Play the run")
            self.play.setToolTip(self.play.accessibleName())
        if plant is not None:
            open_ = sum(a.active and a.priority <= 2 for a in plant.alarms)
            text = f"Meanwhile in the plant: {open_} active alarms of priority 1 and 2" if open_ else ""
            self.plant.setText(text)
            self.plant.setVisible(bool(text))
