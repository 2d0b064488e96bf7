"""Two moments side by side, or their difference, and a table of what differs."""

from PySide6.QtCore import QByteArray, QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QSizePolicy,
    QSplitter,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from twinviewer.gui.compare_work import Look, compare_job, draw_moments
from twinviewer.gui.comparing import Compared
from twinviewer.gui.dialogs.moments import written
from twinviewer.model.errors import TwinError
from twinviewer.panels._kit.jobs import Job, Jobs
from twinviewer.panels._kit.style import colour, theme
from twinviewer.panels._kit.widgets import Segmented, button, label, row
from twinviewer.session import Session
from twinviewer.view.stage import Stage

PIXELS = (880, 680)
SIDE, DIFFERENCE = "side", "difference"
_KINDS = (("State", "States"), ("Alarm", "Alarms"), ("Value", "Values"))


class _Picture(QWidget):
    """A picture that fills its place without being stretched."""

    def __init__(self) -> None:
        super().__init__()
        self.image: QImage | None = None
        self.missing = "Drawing …"
        self.setMinimumSize(240, 150)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(PIXELS[0] // 2, PIXELS[1] // 2)

    def show_image(self, image: QImage) -> None:
        """Show another picture."""
        self.image = image
        self.update()

    def say(self, text: str) -> None:
        """What stands there while there is no picture."""
        self.missing = text
        self.setAccessibleName(text)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        painter = QPainter(self)
        if self.image is None:
            painter.setPen(colour("text2"))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.missing)
        else:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            ratio = self.devicePixelRatioF()
            keep, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
            size = self.image.size().scaled(self.size() * ratio, keep)
            shown = self.image.scaled(size, keep, smooth)
            shown.setDevicePixelRatio(ratio)
            left = (self.width() - size.width() / ratio) / 2
            painter.drawImage(round(left), round((self.height() - size.height() / ratio) / 2), shown)
        painter.end()


class _Moment(QWidget):
    """A picture with its moment above it."""

    def __init__(self, letter: str) -> None:
        super().__init__()
        self.title = label(letter, "heading")
        self.picture = _Picture()
        self.go = button("Show in the window", "link")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(row(self.title, None, self.go))
        layout.addWidget(self.picture, 1)


class CompareDialog(QDialog):
    """Stays open beside the window; what differs and the pictures come when they are there, and closing it ends the
    work. `sought(ns)`: show this moment there."""

    sought = Signal(object)

    def __init__(
        self, session: Session, jobs: Jobs, stage: Stage, address: str, moments: tuple[int, int], parent: QWidget | None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Compare two moments")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(1180, 760)
        self._session, self._moments = session, moments
        self.compared: Compared | None = None
        self._drawn = False
        self.summary = label("Comparing …", "quiet")
        self.way = Segmented(((SIDE, "Side by side", ""), (DIFFERENCE, "Difference", "")), "How to compare")
        self.way.choose(SIDE)
        self.way.chosen.connect(lambda _key: self._arrange())
        self.a, self.b, self.change = _Moment("A"), _Moment("B"), _Moment("A → B")
        self.table = self._make_table()
        self.table.currentItemChanged.connect(lambda item, _before: self._choose(item))
        self._lay_out()
        self._arrange()
        self._running = self._begin(jobs, stage, address)

    def _begin(self, jobs: Jobs, stage: Stage, address: str) -> list[Job]:
        scene, (width, height) = self._session.scene, stage.size
        look = Look(theme(), self._session.mode, stage.camera(), width / height, PIXELS)
        found = jobs.start(
            "Comparing two moments", compare_job, scene, address, self._moments,
            done=self._take_compared, failed=self._fail, cancelled=self._cancelled, thread=True,
        )  # fmt: skip
        drawn = jobs.start(
            "Drawing two moments", draw_moments, scene.path, address, self._moments, look,
            done=self._take_pictures, failed=self._fail, cancelled=self._cancelled,
        )  # fmt: skip
        drawn.moved.connect(self._tell)
        return [found, drawn]

    def _lay_out(self) -> None:
        a_ns, b_ns = self._moments
        self.a.title.setText(f"A   {written(a_ns)}")
        self.b.title.setText(f"B   {written(b_ns)}")
        self.change.title.setText(f"What changed from {written(a_ns)} to {written(b_ns)}")
        self.a.go.clicked.connect(lambda _on=False: self.sought.emit(a_ns))
        for moment in (self.b, self.change):
            moment.go.clicked.connect(lambda _on=False: self.sought.emit(b_ns))
        pictures = QWidget()
        side = QHBoxLayout(pictures)
        side.setContentsMargins(0, 0, 0, 0)
        side.setSpacing(12)
        for moment in (self.a, self.b, self.change):
            side.addWidget(moment, 1)
        split = QSplitter(Qt.Orientation.Vertical)
        split.addWidget(pictures)
        split.addWidget(self.table)
        split.setStretchFactor(0, 3)
        split.setStretchFactor(1, 2)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 12, 14, 12)
        layout.setSpacing(8)
        layout.addWidget(row(self.summary, None, self.way))
        layout.addWidget(split, 1)

    @staticmethod
    def _make_table() -> QTreeWidget:
        table = QTreeWidget()
        table.setAccessibleName("What differs")
        table.setHeaderLabels(["Asset", "What", "A", "B"])
        table.setAlternatingRowColors(False)
        table.setUniformRowHeights(True)
        head = table.header()
        head.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        for column, width in ((0, 170), (2, 220), (3, 220)):
            head.resizeSection(column, width)
        return table

    def _choose(self, item: QTreeWidgetItem | None) -> None:
        if item is not None and item.parent() is not None:
            self._session.select(item.text(0))

    def _arrange(self) -> None:
        beside = self.way.current == SIDE
        self.a.setVisible(beside)
        self.b.setVisible(beside)
        self.change.setVisible(not beside)

    # -- what comes ---------------------------------------------------------------------------------------------

    @property
    def drawn(self) -> bool:
        """Whether all is there."""
        return self._drawn and self.compared is not None

    def _take_compared(self, compared: Compared) -> None:
        self.compared = compared
        self.summary.setText(summary(compared))
        for kind, title in _KINDS:
            rows = compared.of(kind)
            group = QTreeWidgetItem(self.table, [f"{title} ({len(rows)})"])
            group.setFirstColumnSpanned(True)
            for found in rows:
                QTreeWidgetItem(group, [found.asset_id, found.what, found.before, found.after])
            group.setExpanded(kind != "Value" or len(rows) <= 20)

    def _take_pictures(self, pictures: tuple[bytes, bytes, bytes]) -> None:
        self._drawn = True
        for moment, png in zip((self.a, self.b, self.change), pictures, strict=True):
            moment.picture.show_image(QImage.fromData(QByteArray(png)))

    def _tell(self, told: tuple[float, str]) -> None:
        self._say(f"{told[0] * 100:.0f} %, {told[1]} …")

    def _cancelled(self) -> None:
        self._say("Cancelled.")

    def _fail(self, error: Exception) -> None:
        words = error.text if isinstance(error, TwinError) else str(error)
        self._say(f"This cannot be shown: {words}")
        if self.compared is None:
            self.summary.setText(words)

    def _say(self, text: str) -> None:
        for moment in (self.a, self.b, self.change):
            moment.picture.say(text)

    def _end(self) -> None:
        running, self._running = self._running, []
        for job in running:
            job.cancel()

    def done(self, result: int) -> None:
        """Closed in whatever way."""
        self._end()
        super().done(result)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 (Qt's name)
        self._end()
        super().closeEvent(event)


def summary(compared: Compared) -> str:
    """How much differs, in words."""
    counts = [(len(compared.of(kind)), title.lower()) for kind, title in _KINDS]
    if not any(n for n, _ in counts):
        return "Nothing differs between these moments."
    return ", ".join(f"{n} {word if n != 1 else word[:-1]}" for n, word in counts) + " differ"
