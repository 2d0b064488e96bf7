"""Frames are drawn when something changed, only what is needed is drawn, and nothing stays behind."""

import gc

import numpy as np
import pytest
from vtkmodules.vtkCommonCore import vtkObjectBase

from tests.view.scenes import Block, build, row_of_boxes
from twinviewer.model.geometry import Texture
from twinviewer.view.stage import Stage


def colours(n: int, value: int = 100) -> np.ndarray:
    return np.full((n, 4), (value, value, value, 255), np.uint8)


def test_a_change_asks_for_a_render_and_the_same_again_does_not(stage: Stage) -> None:
    asked = []
    stage.show(row_of_boxes(), "dark")
    stage.set_colours(colours(3))
    stage.render()
    stage.on_change = lambda: asked.append(True)
    stage.set_colours(colours(3))
    stage.set_patches(np.zeros((3, 4), np.uint8))
    assert not asked
    assert not stage.dirty
    stage.set_colours(colours(3, 101))
    assert asked
    assert stage.dirty
    stage.render()
    assert not stage.dirty


def test_ghost_actors_are_drawn_only_where_there_are_ghosts(stage: Stage) -> None:
    stage.show(row_of_boxes(), "dark")
    assert stage.drawing is not None
    tile = next(tile for tile in stage.drawing.tiles if len(tile.part.assets))
    solid, ghost = tile.full[0], tile.ghosts[0]

    def shown(alpha: list[int]) -> tuple[bool, bool]:
        rgba = colours(3)
        rgba[:, 3] = alpha
        stage.set_colours(rgba)
        return bool(solid.GetVisibility()), bool(ghost.GetVisibility())

    assert shown([255, 255, 255]) == (True, False)
    assert shown([255, 97, 0]) == (True, True)
    assert shown([97, 97, 97]) == (False, True)
    assert shown([0, 0, 0]) == (False, False)


@pytest.mark.parametrize("alpha", [255, 97])
def test_a_slow_picture_moves_with_less_of_what_is_solid_and_of_ghosts(stage: Stage, alpha: int) -> None:
    bolts = [Block(0, (k / 20, -0.1, 0), (k / 20 + 0.002, -0.098, 0.002)) for k in range(40)]
    stage.show(build([Block(0, (0, 0, 0), (2, 2, 2)), *bolts]), "dark")
    drawing = stage.drawing
    assert drawing is not None
    stage.set_colours(np.full((1, 4), alpha, np.uint8))
    drawing.install(drawing.work(detail=True)())

    def triangles() -> int:
        drawn = [a for tile in drawing.tiles if len(tile.part.assets) for a in tile.actors() if a.GetVisibility()]
        return sum(actor.GetMapper().GetInput().GetNumberOfPolys() for actor in drawn)

    whole = triangles()
    drawing.set_economy(True, 10.0)
    assert 0 < triangles() < whole
    drawing.set_economy(False, 10.0)
    assert triangles() == whole


def test_recolouring_keeps_every_buffer_but_the_table(stage: Stage) -> None:
    stage.show(row_of_boxes(), "dark")
    stage.set_colours(colours(3))
    stage.render()
    assert stage.drawing is not None
    times = [actor.GetMapper().GetInput().GetMTime() for actor in stage.drawing.actors()]
    stage.set_colours(colours(3, 7))
    stage.render()
    assert times == [actor.GetMapper().GetInput().GetMTime() for actor in stage.drawing.actors()]


def test_no_vtk_object_outlives_a_closed_stage() -> None:
    gc.collect()
    before = {id(thing) for thing in gc.get_objects() if isinstance(thing, vtkObjectBase)}
    stage = Stage()
    texture = Texture(np.full((4, 4, 4), 90, np.uint8))
    scene = build([Block(i, (3 * i, 0, 0), (3 * i + 2, 2, 2), texture=i - 1) for i in range(2)], (texture,))
    for theme in ("dark", "light"):
        stage.show(scene, theme)
        stage.set_colours(colours(2))
        stage.select(1)
        stage.section((0, 1, 0, 1, 0, 1))
        stage.measure((0, 0, 0), (1, 1, 1))
        stage.move(1, np.eye(4))
        stage.render()
        stage.pick(10, 10)
    stage.close()
    del stage
    gc.collect()
    left = [thing for thing in gc.get_objects() if isinstance(thing, vtkObjectBase) and id(thing) not in before]
    assert left == []


def test_another_scene_takes_the_place_of_the_first(stage: Stage) -> None:
    stage.show(row_of_boxes(3), "dark")
    stage.render()
    count = stage.renderer.GetActors().GetNumberOfItems()
    stage.show(row_of_boxes(3), "light")
    assert stage.renderer.GetActors().GetNumberOfItems() == count
    stage.clear()
    assert stage.renderer.GetActors().GetNumberOfItems() == 0
