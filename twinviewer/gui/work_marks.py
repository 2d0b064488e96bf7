"""Marks in the picture on assets for which work is planned: a wrench above the asset, or at the corner of its label."""

from collections.abc import Mapping, Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPen

from twinviewer.gui.overlay import Placed, in_picture
from twinviewer.model.palette import STATE
from twinviewer.model.state import State
from twinviewer.panels._kit.icons import paint_glyph
from twinviewer.panels._kit.style import colour, theme
from twinviewer.scene.scene import Scene
from twinviewer.view.stage import Stage

RADIUS = 8.5


class WorkMarks:
    """`work` says in a few words what is planned, by asset."""

    def __init__(self) -> None:
        self.work: Mapping[str, str] = {}
        self.places: dict[int, QPointF] = {}  # asset row -> centre, in logical pixels
        self._rows = np.zeros(0, np.int64)
        self._key: object = None

    def set_work(self, scene: Scene, work: Mapping[str, str]) -> None:
        """Mark these assets; ids that the scene does not have are passed over."""
        self.work = work
        self._rows = np.array([a.index for a in scene.assets if a.asset_id in work], np.int64)
        self._key = None

    def update(self, stage: Stage, width: float, height: float, scale: float, labels: Sequence[Placed]) -> None:
        """Find the places for what the camera sees."""
        camera = stage.camera()
        corners = tuple((p.label.asset, p.box.left(), p.box.bottom()) for p in labels)
        boxes, visible = stage.boxes, stage.visible()
        rows = self._rows[self._rows < len(boxes)]
        view = (camera.position, camera.target, width, height, scale)
        key = (*view, corners, visible.tobytes(), boxes[rows].tobytes())
        if key == self._key:
            return
        self._key = key
        self.places = {}
        rows = rows[visible[rows] & np.isfinite(boxes[rows]).all(axis=(1, 2))]
        if not len(rows):
            return
        tops = np.concatenate([boxes[rows].mean(1)[:, :2], boxes[rows, 1, 2:]], 1)
        pixels = stage.project(tops)
        pixels[:, :2] /= stage.size[0] / max(width, 1.0)
        seen = in_picture(pixels, width, height)
        at_label = {asset: QPointF(x + 4 * scale, y - 1) for asset, x, y in corners}
        for row, (x, y, _), shown in zip(rows.tolist(), pixels, seen.tolist(), strict=True):
            if row in at_label:
                self.places[row] = at_label[row]
            elif shown:
                self.places[row] = QPointF(float(x), float(y) - RADIUS * scale)

    def paint(self, painter: QPainter, scale: float) -> None:
        """Draw them."""
        fill = QColor(STATE[theme()][State.MAINTENANCE])
        radius = RADIUS * scale
        for centre in self.places.values():
            painter.setPen(QPen(colour("panel"), 1.5))
            painter.setBrush(fill)
            painter.drawEllipse(centre, radius, radius)
            side = 1.25 * radius
            box = QRectF(centre.x() - side / 2, centre.y() - side / 2, side, side)
            paint_glyph(painter, "wrench", box, "on_accent")

    def at(self, x: float, y: float, scale: float) -> int | None:
        """The asset whose mark lies under a point, None where there is none."""
        reach = (RADIUS * scale + 1.5) ** 2
        hits = (row for row, c in self.places.items() if (c.x() - x) ** 2 + (c.y() - y) ** 2 <= reach)
        return next(hits, None)
