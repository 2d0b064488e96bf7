"""What is written over the 3D picture: labels, marks of planned work, legend, pill, compass and what is not live."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import QFocusEvent, QPainter, QPen

from twinviewer.colours import Legend
from twinviewer.gui.abnormal import Labeller
from twinviewer.gui.banner import Banner, banner_box, banner_of, paint_not_live
from twinviewer.gui.legend import LegendView
from twinviewer.gui.link_texts import PillText
from twinviewer.gui.note_labels import note_labels
from twinviewer.gui.overlay import angles_of_view, paint_compass, paint_labels
from twinviewer.gui.pointer import Hit
from twinviewer.model.frame import Frame
from twinviewer.panels._kit import style
from twinviewer.panels._kit.widgets import Pill
from twinviewer.scene.scene import Scene
from twinviewer.session import Session

if TYPE_CHECKING:
    from twinviewer.gui.label_layer import LabelLayer
    from twinviewer.gui.work_marks import WorkMarks
    from twinviewer.view.qt_widget import StageWidget

BLINK_MS = 900
_COMPASS_RADIUS, _EDGE = 30, 16


class Annotations(QObject):
    """Words and signs over the stage of one window; they cost no render of the picture below.

    Made before there is a stage; `attach` gives it one.
    """

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._widget: StageWidget | None = None
        self._labeller = Labeller(session.scene)
        self.labels: LabelLayer | None = None
        self.labels_on = True
        self.work_marks: WorkMarks | None = None
        self.legend = LegendView()
        self.pill = Pill()
        self.pill.hide()
        self.banner: Banner | None = None
        self.scale = 1.0
        self._blink_dark = False
        self._blink = QTimer(self)
        self._framed = False
        self._blink.setInterval(BLINK_MS)
        self._blink.timeout.connect(self._turn_blink)
        session.work_changed.connect(lambda _work: self._mark_work())

    def attach(self, widget: "StageWidget") -> None:
        """Write over this stage from now on."""
        self._widget = widget
        widget.overlay = self._paint
        widget.installEventFilter(self)
        self.legend.setParent(widget)
        self.pill.setParent(widget)

    def show_scene(self, scene: Scene) -> None:
        """Write about another scene."""
        from twinviewer.gui.label_layer import LabelLayer

        self.labels = LabelLayer()
        self._labeller = Labeller(scene)
        self._mark_work()

    def close(self) -> None:
        """Blink no more."""
        self._blink.stop()

    def set_scale(self, scale: float) -> None:
        """Larger letters for a wall screen, which also has the pill here: it has no tool bar."""
        self.scale = scale
        self.legend.set_scale(scale)
        self.pill.set_scale(scale)
        self.pill.setVisible(scale > 1)

    # -- one frame ----------------------------------------------------------------------------------------------

    def on_frame(self, frame: Frame, mode: str) -> None:
        """Labels and banner; painted anew only when they say something else."""
        if self._widget is None or self.labels is None:
            return
        banner, self.banner = self.banner, banner_of(frame, self._session)
        labels = self._labeller.labels(frame, mode, self._session.selection) if self.labels_on else []
        changed = self.labels.set_labels([*labels[:1], *note_labels(self._session, frame), *labels[1:]])
        if changed or banner != self.banner:
            self._widget.update()
        self._set_blink(any(label.unacknowledged for label in labels))

    def show_legend(self, legend: Legend) -> None:
        """Say what the colours mean."""
        self.legend.show_legend(legend)

    def show_link(self, words: PillText) -> None:
        """How the connection stands, in wall mode."""
        self.pill.set_text(words.glyph, words.strong, words.quiet, words.frame)
        self.pill.setVisible(self.scale > 1)
        self.pill.adjustSize()
        self.pill.move(14, 14)

    def _set_blink(self, wanted: bool) -> None:
        wanted = wanted and not style.reduced_motion()
        if wanted and not self._blink.isActive():
            self._blink.start()
        elif not wanted and self._blink.isActive():
            self._blink.stop()
            self._blink_dark = False

    def _turn_blink(self) -> None:
        self._blink_dark = not self._blink_dark
        if self._widget is not None and self._widget.isVisible():
            self._widget.update()

    def _mark_work(self) -> None:
        """Marks on assets with planned work; made with the first."""
        if self._widget is None:
            return
        if self.work_marks is None and self._session.work:
            from twinviewer.gui.work_marks import WorkMarks

            self.work_marks = WorkMarks()
        if self.work_marks is not None:
            self.work_marks.set_work(self._session.scene, self._session.work)
            self._widget.update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 (Qt's name)
        """Frame the picture while the keyboard brought the focus to it."""
        if isinstance(event, QFocusEvent) and event.reason() != Qt.FocusReason.ActiveWindowFocusReason:
            self._framed = event.gotFocus() and event.reason() != Qt.FocusReason.MouseFocusReason
            if self._widget is not None:
                self._widget.update()
        return super().eventFilter(watched, event)

    # -- painting and pointing ----------------------------------------------------------------------------------

    def _paint(self, painter: QPainter, width: int, height: int) -> None:
        assert self._widget is not None
        assert self.labels is not None
        stage, scale = self._widget.stage, self.scale
        self._widget.letters = scale
        radius = _COMPASS_RADIUS * scale
        compass = QPointF(width - radius - _EDGE, radius + _EDGE)
        self.legend.place()
        self.labels.update(stage, width, height, scale, self._taken(compass, radius, width))
        paint_labels(painter, self.labels.placed, scale, self._blink_dark)
        if self.work_marks is not None:
            self.work_marks.update(stage, width, height, scale, self.labels.placed)
            self.work_marks.paint(painter, scale)
        camera = stage.camera()
        paint_compass(painter, compass, radius, *angles_of_view(camera.position, camera.target))
        if self.banner is not None:
            paint_not_live(painter, width, height, self.banner, scale)
        if self._framed and self._widget.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(style.colour("accent"), 2))
            painter.drawRect(1, 1, width - 2, height - 2)

    def _taken(self, compass: QPointF, radius: float, width: int) -> list[QRectF]:
        """Where no label may stand."""
        taken = [
            QRectF(compass.x() - radius, compass.y() - radius, 2 * radius, 2 * radius),
            QRectF(self.legend.geometry()),
        ]
        if self._widget is not None:
            taken += self._widget.written
        if self.scale > 1:
            taken.append(QRectF(self.pill.geometry()))
        if self.banner is not None:
            taken.append(banner_box(width, self.banner, self.scale))
        return taken

    def hit(self, x: float, y: float, asset: int) -> Hit:
        """A label counts as its asset, a mark as the work that is planned there."""
        assert self.labels is not None
        marked = self.work_marks.at(x, y, self.scale) if self.work_marks is not None else None
        row = self.labels.at(x, y) if marked is None else marked
        return Hit(asset if row is None else row, marked is not None)
