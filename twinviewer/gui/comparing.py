"""Two moments of a recording: their frames, what differs, and a picture of each."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from PySide6.QtGui import QImage, QPainter

from twinviewer import colours
from twinviewer.gui.abnormal import Label, Labeller
from twinviewer.gui.label_layer import LabelLayer
from twinviewer.gui.marks import patches
from twinviewer.gui.overlay import paint_labels
from twinviewer.history.compare import Difference, ValueChange, compare
from twinviewer.history.recording import Recording
from twinviewer.model.asset import Tag
from twinviewer.model.camera import CameraView
from twinviewer.model.frame import Frame
from twinviewer.model.quality import Quality
from twinviewer.model.state import State
from twinviewer.panels._kit.gauges import figure
from twinviewer.scene.scene import Scene
from twinviewer.session.replay import frame_at
from twinviewer.view.stage import Stage

GHOST = 97
LETTERS = 1.3  # the picture is shown smaller than it is drawn


@dataclass(frozen=True)
class Row:
    """One thing that differs. `kind` is "State", "Alarm" or "Value"."""

    kind: str
    asset_id: str
    what: str
    before: str
    after: str


@dataclass(frozen=True)
class Compared:
    """Two moments of one scene; `changed` bool (n_assets,): a state or an alarm of it differs."""

    scene: Scene
    a: Frame
    b: Frame
    rows: tuple[Row, ...]
    changed: np.ndarray

    def of(self, kind: str) -> list[Row]:
        """The rows of one kind."""
        return [row for row in self.rows if row.kind == kind]


def compare_moments(recording: Recording, scene: Scene, a_ns: int, b_ns: int) -> Compared:
    """Evaluate both and tell what differs. Raises RecordingError."""
    a, b = frame_at(recording, scene, a_ns), frame_at(recording, scene, b_ns)
    found = compare(scene.tags, a.tags, b.tags, a.alarms, b.alarms)
    rows = [*_state_rows(scene, a, b), *_alarm_rows(found), *(_value_row(c) for c in found.values)]
    touched = {row.asset_id for row in rows if row.kind != "Value"}
    changed = np.fromiter((asset.asset_id in touched for asset in scene.assets), bool, len(scene.assets))
    return Compared(scene, a, b, tuple(rows), changed)


def state_of(frame: Frame, row: int) -> State:
    """The state that is shown; UNKNOWN without usable data."""
    known = frame.assets.quality[row] < Quality.STALE
    return State(int(frame.assets.state[row])) if known else State.UNKNOWN


def _state_rows(scene: Scene, a: Frame, b: Frame) -> list[Row]:
    found: list[Row] = []
    for asset in scene.assets:
        before, after = state_of(a, asset.index), state_of(b, asset.index)
        if asset.tags and before is not after:
            found.append(Row("State", asset.asset_id, "State", before.label, after.label))
    return found


def _alarm_rows(found: Difference) -> list[Row]:
    def text(state: str, priority: int) -> str:
        return f"P{priority} {state.lower().replace('_', ', ')}"

    rows = [Row("Alarm", x.asset_id, x.message, "–", text(x.state.name, x.priority)) for x in found.begun]
    rows += [Row("Alarm", x.asset_id, x.message, text(x.state.name, x.priority), "over") for x in found.ended]
    rows += [
        Row("Alarm", y.asset_id, y.message, text(x.state.name, x.priority), text(y.state.name, y.priority))
        for x, y in found.altered
    ]
    return rows


def _value_row(change: ValueChange) -> Row:
    before = _said(change.tag, change.before, change.quality_before)
    after = _said(change.tag, change.after, change.quality_after)
    return Row("Value", change.tag.asset_id, change.tag.key, before, after)


def _said(tag: Tag, value: float | str | None, quality: Quality) -> str:
    poor = f" ({quality.name.lower()})" if quality is not Quality.GOOD else ""
    if value is None:
        return f"nothing{poor}"
    return (value or "“”" if isinstance(value, str) else f"{figure(value)} {tag.unit}".strip()) + poor


def _further(view: CameraView, factor: float) -> CameraView:
    """From further away, so that a narrower picture still shows what the window shows."""
    if factor <= 1:
        return view
    position = tuple(t + (p - t) * factor for p, t in zip(view.position, view.target, strict=True))
    return replace(view, position=position)


class Painter:
    """Draws moments from one point of view, in a picture of its own. `close` gives the graphics memory back."""

    def __init__(
        self, scene: Scene, theme: str, mode: str, view: CameraView, view_aspect: float, size: tuple[int, int]
    ) -> None:
        self._scene, self._theme, self._mode, self._size = scene, theme, mode, size
        self._labeller = Labeller(scene)
        self._stage = Stage()
        self._stage.window.SetSize(*size)
        self._stage.show(scene, theme)
        self._stage.fly_to(_further(view, view_aspect * size[1] / size[0]), animate=False)

    def moment(self, frame: Frame, chosen: str | None = None) -> QImage:
        """The plant at a moment, with the labels that the window has."""
        rgba = colours.table(self._mode, frame, self._scene, self._theme)
        return self._draw(frame, rgba, self._labeller.labels(frame, self._mode, chosen))

    def difference(self, compared: Compared) -> QImage:
        """The second moment with all that did not change as ghosts; labels say from what to what."""
        frame, scene = compared.b, self._scene
        rgba = colours.table(self._mode, frame, scene, self._theme).copy()
        rgba[~compared.changed, 3] = np.minimum(rgba[~compared.changed, 3], GHOST)
        return self._draw(frame, rgba, _change_labels(compared))

    def _draw(self, frame: Frame, rgba: np.ndarray, labels: Sequence[Label]) -> QImage:
        stage, (width, height) = self._stage, self._size
        stage.set_colours(rgba)
        stage.set_patches(patches(frame, self._mode, rgba))
        stage.follow(frame.tags)
        pixels = np.ascontiguousarray(stage.image(width, height))
        image = QImage(pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()
        layer = LabelLayer()
        layer.set_labels(labels)
        layer.update(stage, width, height, LETTERS, ())
        painter = QPainter(image)
        paint_labels(painter, layer.placed, LETTERS, blink=False)
        painter.end()
        return image

    def close(self) -> None:
        """Draw no more."""
        self._stage.close()


def _change_labels(compared: Compared) -> list[Label]:
    found: list[Label] = []
    for asset in compared.scene.assets:
        row = asset.index
        if not compared.changed[row]:
            continue
        before, after = state_of(compared.a, row), state_of(compared.b, row)
        own = [r for r in compared.of("Alarm") if r.asset_id == asset.asset_id]
        text = f"{before.label} → {after.label}" if before is not after else own[0].what
        priority = int(compared.b.assets.priority[row])
        found.append(Label(row, asset.asset_id, text, ("state", int(after)), priority))
    return found
