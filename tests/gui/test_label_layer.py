"""A label stays with what it names."""

from collections.abc import Iterator

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from tests.view.test_moving import scene, snapshot
from twinviewer.gui.abnormal import Label
from twinviewer.gui.label_layer import LabelLayer
from twinviewer.gui.work_marks import WorkMarks
from twinviewer.model.camera import CameraView
from twinviewer.view.stage import Stage


@pytest.fixture
def stage(qtbot: QtBot) -> Iterator[Stage]:
    stage = Stage()
    stage.window.SetSize(800, 600)
    stage.show(scene(), "dark")
    stage.set_colours(np.full((2, 4), 255, np.uint8))
    stage.fly_to(CameraView("", (4, -30, 20), (4, 0, 0)), animate=False)
    yield stage
    stage.close()


def test_the_label_and_the_mark_of_a_machine_that_moves_go_along(stage: Stage) -> None:
    layer, marks = LabelLayer(), WorkMarks()
    layer.set_labels([Label(1, "AGV", "Blocked", ("state", 4))])
    marks.set_work(stage.scene, {"A-1": "a bearing"})  # type: ignore[arg-type]
    seen = []
    for x in (5.0, 1.0):
        stage.follow(snapshot(x, 1.0, 0.0))
        layer.update(stage, 800, 600, 1.0, [])
        marks.update(stage, 800, 600, 1.0, [])
        (label,) = layer.placed
        low, high = stage.boxes[1]
        top = stage.project(np.array([[*(low + high)[:2] / 2, high[2]]]))[0]
        assert (label.anchor.x(), label.anchor.y()) == pytest.approx(top[:2])
        seen.append((label.anchor.x(), marks.places[1].x()))
    assert seen[0][0] - seen[1][0] > 50
    assert seen[0][1] - seen[1][1] > 50
