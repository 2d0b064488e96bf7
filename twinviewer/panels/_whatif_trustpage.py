"""How far the model can be believed, and how it is brought nearer to the plant: back-test and calibration."""

from pathlib import Path

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QProgressBar, QVBoxLayout, QWidget

from twinviewer.panels._kit.widgets import button, label, row
from twinviewer.panels._whatif_calibration import Calibration
from twinviewer.panels._whatif_trustbar import Elided

_TESTS = (
    "Starts the model at past moments of the recording, runs it forward and compares parts, parts in the line and "
    "energy with what happened."
)


class TrustPage(QWidget):
    """The page. `another` wants another recording to hold the model against, `cancelled` an end of what runs."""

    another = Signal()
    cancelled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.calibration = Calibration()
        self.record = Elided()
        self.choose = button("Another…", "", self.another.emit)
        self.choose.setToolTip("Choose another recording than the plant's own")
        self.choose.setAccessibleName("Choose another recording")
        self.test = button("Back-test…")
        self.doing = Elided()
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(6)
        self.cancel = button("Cancel", "", self.cancelled.emit)
        self.progress = row(self.doing, self.bar, self.cancel, margins=(0, 0, 6, 0))
        self.progress.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 4)
        layout.setSpacing(5)
        layout.addWidget(row(label("Recording"), self.record, self.choose, margins=(0, 0, 6, 0)))
        layout.addWidget(self.progress)
        layout.addWidget(row(label("Back-test", "heading"), None, self.test, margins=(0, 4, 6, 0)))
        layout.addWidget(label(_TESTS, "quiet", wrap=True))
        layout.addWidget(self.calibration)
        layout.addStretch(1)
        self.tell_record("", False)

    def tell_record(self, address: str, chosen: bool) -> None:
        """Say which recording it is, and whether a person chose it."""
        if not address:
            self.record.setText("none known")
            self.choose.setText("Choose…")
            return
        self.choose.setText("Another…")
        self.record.setText(f"{Path(address).name or address}{' (chosen)' if chosen else ' (the plant’s own)'}")
        self.record.setToolTip(address)

    def begin(self, what: str) -> None:
        """Something runs on the recording: say how far it is, offer to end it, and begin nothing else meanwhile."""
        self.doing.setText(f"{what}…")
        self.bar.setAccessibleName(f"{what}, how far it is")
        self.tell_progress(-1.0)
        self._run(True)

    def tell_progress(self, fraction: float) -> None:
        """How far it is (0 to 1), below 0 where nobody knows."""
        self.bar.setRange(0, 0 if fraction < 0 else 100)
        self.bar.setValue(round(100 * max(0.0, fraction)))

    def rest(self) -> None:
        """Nothing runs any more."""
        self._run(False)

    def _run(self, on: bool) -> None:
        self.progress.setVisible(on)
        for item in (self.choose, self.test, self.calibration.go):
            item.setEnabled(not on)

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(340, super().sizeHint().height())
