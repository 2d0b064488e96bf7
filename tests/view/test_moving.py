"""Assets with position tags stand where their tags say: in the picture, for the pick and for marks."""

import math

import numpy as np
import pytest

from tests.view.scenes import Block, FakeScene, build
from tests.view.test_pixels import Picture, at
from twinviewer.model.asset import NodeAddress, Tag
from twinviewer.model.camera import CameraView
from twinviewer.model.frame import TagSnapshot
from twinviewer.view import lines
from twinviewer.view.lines import mark
from twinviewer.view.moving import Movement, placed
from twinviewer.view.stage import Stage

RED, BLUE = (240, 58, 48), (74, 124, 203)
ROLES = ("position_x", "position_y", "heading_deg")


def scene() -> FakeScene:
    """A box that stands still and, at (6, 0), one that moves."""
    made = build([Block(0, (0, 0, 0), (2, 2, 2)), Block(1, (6, 0, 0), (8, 2, 1))])
    tags = tuple(Tag(k, f"A-1.{role}", role, "A-1", NodeAddress(), role) for k, role in enumerate(ROLES))
    assert made.geometry is not None
    made.geometry.nodes[1].matrix[:3, 3] = (7, 1, 0)
    return FakeScene(made.geometry, made.asset_of_node, made.assets, tags)


def snapshot(*values: float) -> TagSnapshot:
    n = len(values)
    zeros = np.zeros(n, np.int64)
    return TagSnapshot(np.array(values), np.zeros(n, np.uint32), zeros, zeros, zeros)


def test_a_tag_moves_the_asset_its_box_and_the_pick(stage: Stage, picture: Picture) -> None:
    stage.show(scene(), "dark")
    stage.set_colours(np.array([(*RED, 255), (*BLUE, 255)], np.uint8))
    stage.fit(animate=False)
    assert np.abs(at(picture(), stage, (7, 1, 1)) - BLUE).max() <= 1
    stage.follow(snapshot(5.0, 4.0, 0.0))
    assert stage.boxes[1].tolist() == [[4, 3, 0], [6, 5, 1]]
    stage.fit(animate=False)
    drawn = picture()
    assert np.abs(at(drawn, stage, (5, 4, 1)) - BLUE).max() <= 1
    x, y, _ = stage.project(np.array([(5.0, 4.0, 1.0)]))[0]
    found = stage.pick(x, y)
    assert found is not None
    assert found[0] == 1
    assert found[1] == pytest.approx((5, 4, 1), abs=0.05)
    x, y, _ = stage.project(np.array([(7.0, 1.0, 1.0)]))[0]
    missed = stage.pick(x, y)
    assert missed is None or missed[0] == -1


def test_marks_and_patch_turn_with_the_asset(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[np.ndarray] = []
    monkeypatch.setattr(lines, "mark", lambda points, **rest: drawn.append(points) or mark(points, **rest))
    stage.show(scene(), "dark")
    stage.set_colours(np.array([(*RED, 255), (*BLUE, 255)], np.uint8))
    stage.follow(snapshot(7.0, 1.0, 0.0))
    stage.select(1)
    straight = [points[:, :2] - (7, 1) for points in drawn]
    drawn.clear()
    stage.follow(snapshot(7.0, 1.0, 45.0))
    turn = np.array([(1, 1), (-1, 1)]) / math.sqrt(2)
    assert len(drawn) == 2
    for before, after in zip(straight, drawn, strict=True):
        assert np.allclose(before @ turn, after[:, :2] - (7, 1), atol=1e-6)
    assert stage.drawing is not None
    patch = stage.drawing.patches._points[4:8, :2] - (7, 1)
    assert np.allclose(
        np.sort(np.abs(patch).round(3), axis=None), [0] * 4 + [np.float32(1.32 * math.sqrt(2)).round(3)] * 4, atol=2e-3
    )


def test_it_asks_for_a_render_only_when_a_tag_changed(stage: Stage) -> None:
    stage.show(scene(), "dark")
    stage.follow(snapshot(5.0, 4.0, math.nan))
    stage.render()
    stage.follow(snapshot(5.0, 4.0, math.nan))
    assert not stage.dirty
    stage.follow(snapshot(5.1, 4.0, math.nan))
    assert stage.dirty


@pytest.mark.parametrize("heading", [90.0, -90.0, 180.0])
def test_the_light_stays_in_the_hall_when_a_mover_turns(stage: Stage, picture: Picture, heading: float) -> None:
    stage.show(scene(), "light")
    stage.set_colours(np.array([(*RED, 255), (*RED, 255)], np.uint8))
    stage.follow(snapshot(7.0, 1.0, heading))
    stage.fit(animate=False)
    drawn = picture()
    still, turned = at(drawn, stage, (1.0, 0.0, 0.5)), at(drawn, stage, (7.0, 0.0, 0.5))
    assert np.abs(still - turned).max() <= 1


def test_any_asset_can_be_moved_and_keeps_its_state(stage: Stage, picture: Picture) -> None:
    stage.show(scene(), "dark")
    stage.set_colours(np.array([(*RED, 255), (*BLUE, 255)], np.uint8))
    stage.select(0)
    matrix = np.eye(4)
    matrix[1, 3] = 5.0
    stage.move(0, matrix)
    stage.fit(animate=False)
    assert np.abs(at(picture(), stage, (1, 6, 2)) - RED).max() <= 1


def test_a_turn_is_about_the_assets_own_place() -> None:
    matrix = placed(np.array([7.0, 1.0, 0.0]), 0.0, (7.0, 1.0, math.nan, 90.0))
    assert matrix @ (8, 1, 0, 1) == pytest.approx((7, 2, 0, 1))
    matrix = placed(np.array([7.0, 1.0, 0.5]), 90.0, (0.0, 0.0, 2.0, 90.0))
    assert matrix @ (7, 1, 0.5, 1) == pytest.approx((0, 0, 2, 1))
    assert matrix @ (8, 1, 0.5, 1) == pytest.approx((1, 0, 2, 1))


def test_assets_without_position_tags_do_not_move() -> None:
    assert Movement(scene()).assets == {1}  # type: ignore[arg-type]


def test_its_shadow_goes_along_and_leaves_with_it(stage: Stage, picture: Picture) -> None:
    stage.show(scene(), "light")
    stage.set_colours(np.array([(*RED, 255), (*BLUE, 255)], np.uint8))
    stage.follow(snapshot(7.0, 1.0, 0.0))
    stage.fly_to(CameraView("above", (5.0, 1.5, 25.0), (5.0, 2.0, 0.0)), animate=False)
    beside, there = (8.2, 1.0, 0), (5.2, 5.0, 0)  # a little beside it now, and beside where it will stand
    before = picture()
    stage.follow(snapshot(4.0, 5.0, 0.0))
    after = picture()
    for place, dark, light in ((beside, before, after), (there, after, before)):
        assert at(dark, stage, place).sum() < 0.97 * at(light, stage, place).sum()
    stage.set_colours(np.array([(*RED, 255), (*BLUE, 0)], np.uint8))
    assert at(picture(), stage, there).sum() == pytest.approx(int(at(before, stage, there).sum()), abs=3)
