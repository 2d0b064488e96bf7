"""Keeps the labels of the picture placed: computed anew only when the camera, the size or the labels changed."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF

from twinviewer.gui.abnormal import Label
from twinviewer.gui.overlay import Placed, in_picture, label_size
from twinviewer.view.labels import boxes_on_screen, place
from twinviewer.view.stage import Stage


class LabelLayer:
    """Labels with their places, in logical pixels of the picture."""

    def __init__(self) -> None:
        self.labels: tuple[Label, ...] = ()
        self.placed: list[Placed] = []
        self._key: object = None

    def set_labels(self, labels: Sequence[Label]) -> bool:
        """Take the labels of a frame, worst first; returns whether anything that shows changed."""
        new = tuple(labels)
        if new == self.labels:
            return False
        self.labels = new
        self._key = None
        return True

    def update(self, stage: Stage, width: float, height: float, scale: float, taken: Sequence[QRectF]) -> None:
        """Place the labels for what the camera sees. `taken` are boxes that must stay free (legend, compass)."""
        camera, boxes = stage.camera(), stage.boxes
        blocked = tuple((b.x(), b.y(), b.width(), b.height()) for b in taken)
        named = boxes[[v.asset for v in self.labels if v.asset < len(boxes)]]  # some of them move
        view = (camera.position, camera.target, width, height, scale)
        key = (*view, blocked, stage.visible().tobytes(), named.tobytes())
        if key == self._key:
            return
        self._key = key
        self.placed = self._place(stage, width, height, scale, blocked)

    def _place(
        self, stage: Stage, width: float, height: float, scale: float, taken: tuple[tuple[float, ...], ...]
    ) -> list[Placed]:
        visible, boxes = stage.visible(), stage.boxes
        drawn = [v for v in self.labels if v.asset < min(len(visible), len(boxes))]  # none without geometry
        labels = [v for v in drawn if visible[v.asset] and np.isfinite(boxes[v.asset]).all()]
        if not labels:
            return []
        named = boxes[[v.asset for v in labels]]
        tops = np.concatenate([named.mean(1)[:, :2], named[:, 1, 2:]], 1)
        ratio = stage.size[0] / max(width, 1.0)
        anchors = stage.project(tops)
        anchors[:, :2] /= ratio
        rows = np.nonzero(in_picture(anchors, width, height))[0]
        sizes = np.array([label_size(labels[i], scale) for i in rows]).reshape(-1, 2)
        corners = place(
            anchors[rows, :2],
            sizes,
            (width, height),
            np.array(taken).reshape(-1, 4),
            boxes_on_screen(stage.project, named[rows], ratio),
            self._before([labels[i] for i in rows]),
        )
        return [
            Placed(labels[i], QRectF(x, y, w, h), QPointF(*anchors[i, :2]))
            for i, (x, y), (w, h) in zip(rows, corners, sizes, strict=True)
            if np.isfinite(x)
        ]

    def _before(self, labels: Sequence[Label]) -> np.ndarray:
        """Where the labels of these assets stood, notes apart, float64 (n, 2), NaN for new ones."""
        old = {_key_of(p.label): (p.box.x(), p.box.y()) for p in self.placed}
        return np.array([old.get(_key_of(label), (np.nan, np.nan)) for label in labels]).reshape(-1, 2)

    def at(self, x: float, y: float) -> int | None:
        """The asset whose label lies under a point, None where there is none."""
        return next((p.label.asset for p in self.placed if p.box.contains(x, y)), None)


def _key_of(label: Label) -> tuple[int, str]:
    return label.asset, label.title if label.symbol[0] == "note" else ""
