"""Drawing only what changed shows what drawing everything shows."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.view.scenes import Block, build
from twinviewer.view.partial import Rectangle, rectangles
from twinviewer.view.stage import Stage

Picture = Callable[[], np.ndarray]


def hall() -> object:
    """Forty boxes on a floor, with trim and glass."""
    blocks = [Block(-1, (-3, -3, -0.2), (33, 18, 0))]
    for i in range(40):
        x, y = 3.0 * (i % 10), 4.0 * (i // 10)
        blocks += [
            Block(i, (x, y, 0), (x + 2, y + 2, 2)),
            Block(i, (x + 0.5, y + 0.5, 2.02), (x + 1.5, y + 1.5, 2.6), (220, 120, 30, 255), False),
            Block(i, (x + 0.3, y - 0.08, 0.5), (x + 1.6, y - 0.04, 1.5), (150, 200, 230, 90), False),
        ]
    return build(blocks)


def whole(stage: Stage, picture: Picture) -> np.ndarray:
    stage.touch()
    return picture()


@pytest.fixture
def busy(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """A stage that shows the hall, counting how it draws."""
    stage.show(hall(), "light")  # type: ignore[arg-type]
    colours = np.full((40, 4), 255, np.uint8)
    colours[:, :3] = (126, 154, 132)
    stage.set_colours(colours)
    stage.render()
    return stage


def test_changed_assets_look_as_if_all_had_been_drawn(busy: Stage, picture: Picture) -> None:
    rng = np.random.default_rng(2)
    colours = np.full((40, 4), 255, np.uint8)
    colours[:, :3] = (126, 154, 132)
    patches = np.zeros((40, 4), np.uint8)
    for _ in range(12):
        rows = rng.integers(0, 40, 2)
        colours[rows, :3] = rng.integers(0, 255, (2, 3))
        colours[rows, 3] = rng.choice([0, 97, 255], 2)
        patches[rows] = (*rng.integers(0, 255, 3), rng.choice([0, 90]))
        busy.set_colours(colours)
        busy.set_patches(patches)
        part = picture()
        all_of_it = whole(busy, picture)
        differs = np.abs(part.astype(int) - all_of_it).max(2) > 3
        assert differs.mean() < 3e-4, "apart from single pixels on edges"


def test_a_moving_asset_leaves_no_trace(busy: Stage, picture: Picture) -> None:
    matrix = np.eye(4)
    busy.move(15, matrix)
    whole(busy, picture)
    for step in range(5):
        matrix[:2, 3] = (0.4 * step, -0.3 * step)
        busy.move(15, matrix)
        part = picture()
        assert (np.abs(part.astype(int) - whole(busy, picture)).max(2) > 3).mean() < 3e-4


def test_a_small_change_draws_a_small_part(busy: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    from twinviewer.view.partial import Aperture

    drawn: list[Rectangle] = []
    narrow = Aperture.narrow

    def count(self: Aperture, box: Rectangle, width: int, height: int) -> None:
        drawn.append(box)
        narrow(self, box, width, height)

    monkeypatch.setattr(Aperture, "narrow", count)
    colours = np.full((40, 4), 255, np.uint8)
    colours[:, :3] = (126, 154, 132)
    colours[7, 0] = 255
    before = busy.render_count
    busy.set_colours(colours)
    busy.render()
    assert busy.render_count == before + 1
    assert len(drawn) == 1
    assert drawn[0].area < 0.1 * 400 * 300
    drawn.clear()
    busy.orbit(3, 0, np.zeros(3))
    colours[7, 0] = 0
    busy.set_colours(colours)
    busy.render()
    assert not drawn, "a new view is drawn whole"
    colours[:, 1] = 9
    busy.set_colours(colours)
    busy.render()
    assert not drawn, "and so is a change of everything"


@given(
    st.lists(
        st.tuples(st.integers(-50, 450), st.integers(-50, 350), st.integers(1, 60), st.integers(1, 60)), max_size=9
    )
)
def test_the_rectangles_cover_every_box_that_can_be_seen(boxes: list[tuple[int, int, int, int]]) -> None:
    seen = np.array([[(x + (k & 1) * w, y + (k >> 1 & 1) * h, 5.0) for k in range(8)] for x, y, w, h in boxes])
    found = rectangles(seen.reshape(-1, 8, 3), 400, 300)
    if found is None:
        return
    covered = np.zeros((300, 400), bool)
    for box in found:
        covered[box.y0 : box.y1, box.x0 : box.x1] = True
    for x, y, w, h in boxes:
        assert covered[max(0, y) : max(0, min(300, y + h)), max(0, x) : max(0, min(400, x + w))].all()


def test_what_reaches_behind_the_camera_needs_the_whole_picture() -> None:
    corners = np.full((1, 8, 3), 10.0)
    corners[0, 3, 2] = -1.0
    assert rectangles(corners, 400, 300) is None
