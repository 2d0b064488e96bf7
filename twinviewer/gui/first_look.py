"""The kept first picture of a scene in the place of the 3D picture, until the drawn one covers it; and keeping it."""

import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QTimer
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from twinviewer.scene.scene import Scene
from twinviewer.view import first_picture
from twinviewer.view.first_picture import FirstPicture, Look

if TYPE_CHECKING:
    from twinviewer.view.layout import Layout
    from twinviewer.view.qt_widget import StageWidget
    from twinviewer.view.stage import Stage

_LIBRARY = "twinviewer.view.qt_widget"  # what takes long to load
_LATEST_MS = 200  # a window that nobody sees paints nothing, and has its picture nevertheless


class StagePlace(QWidget):
    """Empty, or filled with a picture of its own size."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image: QImage | None = None
        self._rgb: np.ndarray | None = None  # what the image shows, which Qt does not keep alive
        self._then: Callable[[], None] | None = None

    @property
    def shows_picture(self) -> bool:
        """Whether a picture is on the screen, or about to be."""
        return self._image is not None

    @property
    def was_painted(self) -> bool:
        """Whether the picture was painted."""
        return self._image is not None and self._then is None

    def show_picture(self, rgb: np.ndarray, then: Callable[[], None]) -> None:
        """Paint uint8 (height, width, 3) over the whole place, and call `then` when that is done."""
        self._rgb = np.ascontiguousarray(rgb)
        height, width, _ = self._rgb.shape
        self._image = QImage(self._rgb.data, width, height, 3 * width, QImage.Format.Format_RGB888)
        self._then = then
        self.update()

    def forget(self) -> None:
        """Show nothing; call what waits no more."""
        self._image = self._rgb = self._then = None
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        if self._image is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(self.rect(), self._image)
        painter.end()
        then, self._then = self._then, None
        if then is not None:
            QTimer.singleShot(0, self, then)


class FirstLook:
    """Shows the first picture of one scene after the other as it is kept, or sees to it that one is kept."""

    def __init__(self, place: StagePlace) -> None:
        self._place = place
        self.scene: Scene | None = None
        self.layout: Layout | None = None
        self._kept: FirstPicture | None = None
        self._rgba: np.ndarray | None = None
        self.is_wanted = False

    def set_scene(self, scene: Scene, layout: "Layout | None") -> None:
        """The scene that is drawn from now on, with the layout that was worked out for it."""
        self.scene, self.layout = scene, layout
        self._kept = self._rgba = None
        self._place.forget()
        self.is_wanted = layout is not None and layout.kept is not None

    @property
    def may_show(self) -> bool:
        """Whether it is worth while to look for a kept picture: nothing could be drawn at once anyway."""
        return self.is_wanted and _LIBRARY not in sys.modules

    def show(self, look: Look, then: Callable[[], None]) -> bool:
        """Show the kept picture of this look and call `then` when it was painted; returns whether there is one."""
        entry = self._entry(look)
        self._kept = first_picture.load(entry) if entry is not None else None
        if self._kept is None:
            return False
        self._place.show_picture(self._kept.rgb, then)
        QTimer.singleShot(_LATEST_MS, self._place, then)
        self.is_wanted = False
        return True

    def finish(self, stage: "Stage") -> None:
        """Let the drawn picture be as complete as the one that shows, so that nothing seems to vanish."""
        if self._kept is not None:
            stage.finish(detail=self._kept.detail, wait=True)

    def consider(self, widget: "StageWidget", rgba: np.ndarray, look: Callable[[], Look]) -> None:
        """Keep what was drawn, once, if it is complete and still the first look; later ones are of no use.

        `rgba` uint8 (n_assets, 4) is what colours it; `look` is asked for when it is kept.
        """
        stage = widget.stage
        if self._rgba is None:
            self._rgba = rgba
        if stage.history.past or stage.selected is not None or not np.array_equal(rgba, self._rgba):
            self.is_wanted = False
        elif stage.finished and not (stage.dirty or stage.economy or stage.flying):
            self.is_wanted = False
            entry = self._entry(look())
            if entry is not None and not entry.exists():
                picture = FirstPicture(widget.pixels(), widget.canvas.software)
                keep = threading.Thread(
                    target=first_picture.keep, args=(entry, picture), name="first-picture", daemon=True
                )
                keep.start()

    def _entry(self, look: Look) -> Path | None:
        return None if self.scene is None else first_picture.entry_of(self.scene, self.layout, look)
