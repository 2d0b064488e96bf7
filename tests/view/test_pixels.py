"""What is set on a stage is what its pixels show."""

from collections.abc import Callable

import numpy as np
import pytest

from tests.view.scenes import Block, FakeScene, build, row_of_boxes
from twinviewer.model.camera import CameraView
from twinviewer.model.geometry import Texture
from twinviewer.model.palette import STATE, SURFACE, rgb
from twinviewer.model.state import State
from twinviewer.view.stage import Stage

Picture = Callable[[], np.ndarray]
HIGH = CameraView("high", (0.0, -30.0, 28.0), (0.0, 0.0, 0.0))
RED, GREEN, BLUE = (240, 58, 48), (126, 154, 132), (74, 124, 203)


def solid(*colours: tuple[int, int, int]) -> np.ndarray:
    return np.array([(*colour, 255) for colour in colours], np.uint8)


def at(picture: np.ndarray, stage: Stage, point: tuple[float, float, float]) -> np.ndarray:
    """The colour at a world point, int (3,)."""
    x, y, _ = stage.project(np.array([point]))[0]
    return picture[round(y - 0.5), round(x - 0.5)].astype(int)


def alike(one: np.ndarray, other: np.ndarray) -> bool:
    """Equal but for single pixels on edges, which depend on what was drawn together."""
    return bool((np.abs(one.astype(int) - other).max(2) > 3).mean() < 3e-4)


def top(asset: int, z: float = 2.0) -> tuple[float, float, float]:
    """The middle of the upper face of a box of `row_of_boxes`."""
    return 3.0 * asset + 1.0, 1.0, z


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_face_turned_up_shows_exactly_the_states_colour(stage: Stage, picture: Picture, theme: str) -> None:
    scene = row_of_boxes(len(State))
    stage.show(scene, theme)
    stage.set_colours(solid(*(rgb(STATE[theme][state]) for state in State)))
    drawn = picture()
    for state in State:
        assert np.abs(at(drawn, stage, top(state)) - rgb(STATE[theme][state])).max() <= 1, state


def test_sides_are_darker_so_that_shapes_can_be_read(stage: Stage, picture: Picture) -> None:
    stage.show(row_of_boxes(), "light")
    stage.set_colours(solid(GREEN, GREEN, GREEN))
    drawn = picture()
    assert at(drawn, stage, (4.0, 0.0, 1.0)).sum() < 0.9 * at(drawn, stage, top(1)).sum()


def test_every_recolouring_reaches_the_screen(stage: Stage, picture: Picture) -> None:
    stage.show(row_of_boxes(), "dark")
    for shift in range(4):
        colours = np.roll(solid(RED, GREEN, BLUE), shift, axis=0)
        stage.set_colours(colours)
        drawn = picture()
        for asset in range(3):
            assert np.abs(at(drawn, stage, top(asset)) - colours[asset, :3]).max() <= 1


def test_hidden_is_gone_and_pick_goes_through(stage: Stage, picture: Picture) -> None:
    stage.show(row_of_boxes(), "dark")
    stage.set_colours(solid(RED, RED, RED))
    picture()
    x, y, _ = stage.project(np.array([top(1)]))[0]
    found = stage.pick(x, y)
    assert found is not None
    assert found[0] == 1
    stage.hide([1])
    drawn = picture()
    assert np.abs(at(drawn, stage, top(1)) - RED).max() > 40
    assert np.abs(at(drawn, stage, top(0)) - RED).max() <= 1
    assert stage.pick(x, y) is None or stage.pick(x, y)[0] != 1
    assert stage.visible().tolist() == [True, False, True]


def test_a_ghost_lets_the_background_through_while_its_neighbour_stays_solid(stage: Stage, picture: Picture) -> None:
    stage.show(row_of_boxes(), "dark")
    stage.set_colours(solid(RED, RED, RED))
    stage.ghost([1])
    drawn = picture()
    behind = np.array(rgb(SURFACE["dark"]["scene_bottom"]))
    seen = at(drawn, stage, top(1))
    assert (seen < np.array(RED)).any()
    assert seen[0] > behind[0] + 40
    assert np.abs(at(drawn, stage, top(0)) - RED).max() <= 1
    assert np.abs(at(drawn, stage, top(2)) - RED).max() <= 1


def test_of_a_ghost_only_the_front_is_seen(stage: Stage, picture: Picture) -> None:
    hollow = build([Block(0, (0, 0, 0), (4, 4, 3))])
    filled = build([Block(0, (0, 0, 0), (4, 4, 3)), Block(0, (1, 1, 1), (3, 3, 2), (255, 255, 255, 255), False)])
    seen = []
    for scene in (hollow, filled):
        stage.show(scene, "light")
        stage.set_colours(np.array([(*BLUE, 97)], np.uint8))
        seen.append(at(picture(), stage, (2, 1.2, 3)))
    assert np.abs(seen[0] - seen[1]).max() <= 4, "a little of it is its shadow"


def test_alpha_of_a_colour_ghosts_too(stage: Stage, picture: Picture) -> None:
    stage.show(row_of_boxes(), "dark")
    colours = solid(RED, RED, RED)
    colours[1, 3] = 97
    stage.set_colours(colours)
    drawn = picture()
    assert np.abs(at(drawn, stage, top(1)) - RED).max() > 30
    assert np.abs(at(drawn, stage, top(2)) - RED).max() <= 1


def test_trim_keeps_its_own_quiet_colour(stage: Stage, picture: Picture) -> None:
    stage.show(
        build([Block(0, (0, 0, 0), (2, 2, 2)), Block(0, (3, 0, 0), (5, 2, 2), (250, 20, 20, 255), False)]), "dark"
    )
    stage.set_colours(solid(GREEN))
    drawn = picture()
    assert np.abs(at(drawn, stage, top(0)) - GREEN).max() <= 1
    trim = at(drawn, stage, top(1))
    assert trim[0] > trim[1], "still reddish"
    assert np.ptp(trim) < 90, "but never as strong as an alarm"
    stage.set_colours(solid(BLUE))
    assert np.abs(at(picture(), stage, top(1)) - trim).max() <= 1


def test_plain_floor_and_walls_take_the_themes_colours(stage: Stage, picture: Picture) -> None:
    scene = build([
        Block(0, (0, 0, 0), (2, 2, 2)),
        Block(-1, (-10, -10, -0.2), (10, 10, 0), (170, 170, 172, 255)),
        Block(-1, (-10, 9.8, 0), (10, 10, 3), (230, 230, 228, 255)),
    ])  # fmt: skip
    for theme in ("light", "dark"):
        stage.show(scene, theme)
        stage.set_colours(solid(GREEN))
        stage.fly_to(HIGH, animate=False)
        drawn = picture()
        # Between grid lines and away from shadows.
        assert np.abs(at(drawn, stage, (-6.5, -3.5, 0)) - rgb(SURFACE[theme]["floor"])).max() <= 3


def test_a_box_throws_a_soft_shadow_on_the_floor(stage: Stage, picture: Picture) -> None:
    scene = build([Block(0, (0, 0, 0), (2, 2, 2)), Block(-1, (-10, -10, -0.2), (12, 10, 0))])
    stage.show(scene, "light")
    stage.set_colours(solid(GREEN))
    stage.fly_to(HIGH, animate=False)
    drawn = picture()
    assert at(drawn, stage, (2.35, 0.5, 0)).sum() < 0.93 * at(drawn, stage, (7.5, 0.5, 0)).sum()


def test_a_section_cuts_the_picture_and_the_pick(stage: Stage, picture: Picture) -> None:
    stage.show(row_of_boxes(), "dark")
    stage.set_colours(solid(RED, RED, RED))
    stage.section((-1, 2.5, -1, 3, -1, 3))
    drawn = picture()
    assert np.abs(at(drawn, stage, top(0)) - RED).max() <= 1
    assert np.abs(at(drawn, stage, top(1)) - RED).max() > 40
    x, y, _ = stage.project(np.array([top(2)]))[0]
    assert stage.pick(x, y) is None
    assert stage.visible().tolist() == [True, False, False]


def test_a_section_lets_the_pick_reach_what_it_opened(stage: Stage, picture: Picture) -> None:
    scene = build([Block(0, (0, 0, 0), (4, 4, 4)), Block(1, (1, 1, 1), (3, 3, 2))])
    stage.show(scene, "dark")
    stage.set_colours(solid(RED, BLUE))
    stage.fly_to(CameraView("above", (2.0, 1.9, 25.0), (2.0, 2.0, 0.0)), animate=False)
    x, y, _ = stage.project(np.array([(2.0, 2.0, 2.0)]))[0]
    assert stage.pick(x, y)[0] == 0
    stage.section((-1, 5, -1, 5, -1, 2.5))
    found = stage.pick(x, y)
    assert found[0] == 1
    assert found[1] == pytest.approx((2, 2, 2), abs=0.05)
    assert np.abs(at(picture(), stage, (2, 2, 2)) - BLUE).max() <= 1


def test_a_textured_asset_keeps_its_texture_under_the_state(stage: Stage, picture: Picture) -> None:
    scene = _checkered(skin=True)
    stage.show(scene, "light")
    stage.set_colours(solid(RED))
    drawn = picture()
    dark, light = at(drawn, stage, (0.5, 0.5, 2)), at(drawn, stage, (1.5, 0.5, 2))
    assert light.sum() > dark.sum() + 90, "the pattern can be read"
    for seen in (dark, light):
        assert seen[0] > seen[1] + 25, "and the state can be read on both"
    stage.set_colours(solid(BLUE))
    assert at(picture(), stage, (1.5, 0.5, 2))[2] > at(picture(), stage, (1.5, 0.5, 2))[0]


def test_textured_trim_keeps_its_texture_alone(stage: Stage, picture: Picture) -> None:
    stage.show(_checkered(skin=False), "light")
    stage.set_colours(solid(RED))
    drawn = picture()
    assert np.ptp(at(drawn, stage, (1.5, 0.5, 2))) < 12
    assert at(drawn, stage, (0.5, 0.5, 2)).sum() < 200


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_textured_floor_is_as_bright_as_the_theme_wants_it(stage: Stage, picture: Picture, theme: str) -> None:
    pixels = np.full((2, 2, 4), 255, np.uint8)
    pixels[..., :3] = 190
    floor = Block(-1, (-10, -10, -0.2), (10, 10, 0), (255, 255, 255, 255), texture=0)
    stage.show(build([Block(0, (0, 0, 0), (2, 2, 2)), floor], (Texture(pixels),)), theme)
    stage.set_colours(solid(GREEN))
    stage.fly_to(HIGH, animate=False)
    assert np.abs(at(picture(), stage, (-6.5, -3.5, 0)) - rgb(SURFACE[theme]["floor"])).max() <= 4


def _checkered(*, skin: bool) -> FakeScene:
    """A box whose upper face is black at the front left and white at the front right."""
    pixels = np.full((2, 2, 4), 255, np.uint8)
    pixels[1, 0, :3] = pixels[0, 1, :3] = 20
    block = Block(0, (0, 0, 0), (2, 2, 2), (255, 255, 255, 255), skin, texture=0)
    return build([block], (Texture(pixels, repeat=False),))


def test_glass_is_seen_through_and_follows_its_asset(stage: Stage, picture: Picture) -> None:
    scene = build([Block(0, (0, 0, 0), (2, 2, 1)), Block(0, (0, 0, 1.2), (2, 2, 1.4), (180, 210, 230, 80), False)])
    stage.show(scene, "dark")
    stage.set_colours(solid(RED))
    through = at(picture(), stage, (1, 1, 1.4))
    assert through[0] > through[2], "the red below shows"
    assert np.abs(through - RED).max() > 8, "and the glass too"
    stage.hide([0])
    assert np.abs(at(picture(), stage, (1, 1, 1.4)) - through).max() > 30


def test_patches_lie_on_the_floor_and_selection_is_marked(stage: Stage, picture: Picture) -> None:
    stage.show(row_of_boxes(), "light")
    stage.set_colours(solid(GREEN, GREEN, GREEN))
    before = picture()
    patches = np.zeros((3, 4), np.uint8)
    patches[1] = (*RED, 90)
    stage.set_patches(patches)
    drawn = picture()
    beside = (4.0, -0.15, 0.02)
    assert at(drawn, stage, beside)[0] > at(drawn, stage, beside)[1] + 25
    assert np.abs(at(drawn, stage, (1.0, -0.15, 0.02)) - at(before, stage, (1.0, -0.15, 0.02))).max() <= 2
    stage.section((-1.0, 2.5, -1.0, 3.0, -1.0, 3.0))
    assert at(picture(), stage, beside)[0] < at(picture(), stage, beside)[1] + 10, "its machine is cut away"
    stage.section(None)
    stage.select(0)
    marked = picture()
    accent = np.array(rgb(SURFACE["light"]["accent"]))
    assert (np.abs(marked.astype(int) - accent).max(2) <= 3).sum() > 20
    for away, back in (
        (lambda: stage.hide([0]), stage.show_assets),
        (lambda: stage.section((3, 9, -1, 3, -1, 3)), stage.undo),
    ):
        away()
        assert (np.abs(picture()[:, :200].astype(int) - accent).max(2) <= 3).sum() < 20, "nothing stands in empty air"
        back()
        assert alike(picture(), marked)
    stage.select(None)
    assert alike(picture(), drawn)


def test_what_a_person_ghosted_is_picked_through_and_itself_where_nothing_is_behind(stage: Stage) -> None:
    stage.show(build([Block(0, (0, -2, 0), (4, -1, 2)), Block(1, (0, 0, 0), (1, 1, 2))]), "dark")
    stage.set_colours(np.full((2, 4), 255, np.uint8))
    stage.orbit(0, 0, np.zeros(3))
    before, beside = stage.project(np.array([(0.5, -2.0, 1.0), (3.5, -2.0, 1.0)]))[:, :2].tolist()

    def picked() -> list[int]:
        return [found[0] for place in (before, beside) if (found := stage.pick(*place))]

    stage.fly_to(CameraView("", (2, -12, 1), (2, 0, 1)), animate=False)
    before, beside = stage.project(np.array([(0.7, -2.0, 1.0), (3.5, -2.0, 1.0)]))[:, :2].tolist()
    assert picked() == [0, 0]
    stage.ghost([0])
    assert picked() == [1, 0]
    rgba = np.full((2, 4), 255, np.uint8)
    rgba[0, 3] = 97
    stage.show_assets()
    stage.set_colours(rgba)  # a machine without data is there, and is what is meant
    assert picked() == [0, 0]


def test_undo_passes_over_steps_that_changed_nothing_and_brings_the_colour_mode_of_a_bookmark_back(
    stage: Stage,
) -> None:
    stage.show(row_of_boxes(), "dark")
    stage.mode = "status"
    stage.fit(animate=False)
    stage.isolate([1])
    for _ in range(3):
        stage.isolate([1])
        stage.fit([1], animate=False)
    stage.fly_to(CameraView("v", (0, -20, 9), (0, 0, 0), "energy"), animate=False)
    assert stage.mode == "energy"
    assert stage.undo()
    assert stage.mode == "status"
    assert stage.undo()  # the fit
    assert stage.state().hidden
    assert stage.undo()  # the isolation
    assert not stage.state().hidden
    for _ in range(3):
        assert stage.redo()
    assert stage.mode == "energy"
    assert not stage.redo()
    stage.mode = "vibration"  # a person's own choice is not taken back
    stage.hide([1])
    stage.undo()
    assert stage.mode == "vibration"


def test_undo_restores_pixels_of_every_kind_of_change(stage: Stage, picture: Picture) -> None:
    stage.reduced_motion = True
    stage.show(row_of_boxes(), "dark")
    stage.set_colours(solid(RED, GREEN, BLUE))
    pictures = [picture()]
    for change in (
        lambda: stage.hide([0]),
        lambda: stage.ghost([1]),
        lambda: stage.isolate([1, 2]),
        lambda: stage.section((0, 7, 0, 1, 0, 3)),
        lambda: stage.measure((0, 0, 2), (2, 2, 2)),
        lambda: stage.fit([2]),
        stage.show_assets,
    ):
        change()
        pictures.append(picture())
    for expected in reversed(pictures[:-1]):
        assert stage.undo()
        assert alike(picture(), expected)
    assert not stage.undo()
    for expected in pictures[1:]:
        assert stage.redo()
        assert alike(picture(), expected)
    assert not stage.redo()


def test_a_theme_changes_surroundings_but_not_states(stage: Stage, picture: Picture) -> None:
    stage.show(row_of_boxes(), "dark")
    stage.set_colours(solid(RED, GREEN, BLUE))
    dark = picture()
    stage.set_theme("light")
    light = picture()
    assert light[2, 2].sum() > dark[2, 2].sum() + 200
    assert np.abs(at(light, stage, top(0)) - RED).max() <= 1


def test_an_image_has_the_asked_size_and_leaves_the_stage_as_it_was(stage: Stage, picture: Picture) -> None:
    stage.show(row_of_boxes(), "dark")
    stage.set_colours(solid(RED, GREEN, BLUE))
    before = picture()
    image = stage.image(320, 240)
    assert image.shape == (240, 320, 3)
    assert (np.abs(image.astype(int) - RED).max(2) <= 1).sum() > 100
    assert stage.size == (400, 300)
    assert alike(picture(), before)


def test_a_scene_without_geometry_or_assets_is_an_empty_picture(stage: Stage, picture: Picture) -> None:
    stage.show(FakeScene(None, np.zeros(0, np.int32), ()), "dark")
    stage.set_colours(np.zeros((0, 4), np.uint8))
    stage.fit(animate=False)
    assert picture().shape == (300, 400, 3)
    assert stage.pick(200, 150) is None


def test_colours_of_another_scene_are_refused(stage: Stage) -> None:
    stage.show(row_of_boxes(3), "dark")
    with pytest.raises(ValueError, match="the scene needs"):
        stage.set_colours(solid(RED))
