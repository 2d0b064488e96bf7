"""Labels keep off each other, off what is taken and off the picture's edge."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from twinviewer.view.labels import boxes_on_screen, leader_end, place

VIEW = (1200.0, 700.0)
NONE = np.zeros((0, 4))


def overlap(one: np.ndarray, other: np.ndarray) -> bool:
    return bool((one[:2] < other[:2] + other[2:]).all() and (other[:2] < one[:2] + one[2:]).all())


@given(st.integers(0, 2**31), st.integers(1, 45))
def test_no_two_labels_touch_and_all_lie_in_the_picture(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    anchors = rng.uniform((0, 0), VIEW, (n, 2))
    sizes = rng.uniform((60, 24), (170, 44), (n, 2))
    taken = np.array([[10, 650, 700, 40], [1120, 10, 70, 70]], float)
    corners = place(anchors, sizes, VIEW, taken, np.c_[anchors - 30, np.full((n, 2), 60.0)])
    boxes = np.c_[corners, sizes][np.isfinite(corners[:, 0])]
    for i, box in enumerate(boxes):
        assert (box[:2] >= 0).all()
        assert (box[:2] + box[2:] <= VIEW).all()
        assert not any(overlap(box, other) for other in boxes[i + 1 :])
        assert not any(overlap(box, other) for other in taken)


def test_a_lonely_label_stands_close_above_what_it_names() -> None:
    corner = place(np.array([[600.0, 400.0]]), np.array([[120.0, 32.0]]), VIEW, NONE)[0]
    assert abs(corner[0] + 60 - 600) < 1
    assert 0 < 400 - (corner[1] + 32) < 40


def test_the_first_label_gets_the_best_place_and_the_last_one_gives_way() -> None:
    anchors = np.full((60, 2), 300.0)
    corners = place(anchors, np.full((60, 2), (140.0, 36.0)), (600.0, 600.0), NONE)
    placed = np.isfinite(corners[:, 0])
    assert placed[0]
    assert not placed.all()
    assert abs(corners[0, 0] + 70 - 300) < 1


def test_at_the_upper_edge_a_label_stands_beside_what_it_names() -> None:
    anchors, sizes = np.array([(400.0, 30.0)]), np.array([(120.0, 34.0)])
    below = np.array([(300.0, 45.0, 200.0, 150.0)])
    (corner,) = place(anchors, sizes, (800, 600), np.zeros((0, 4)), below)
    box = np.array([[*corner, *(corner + sizes[0])]])
    assert corner[1] < 30 < corner[1] + 34
    end = leader_end(anchors[0], box)[0]
    assert end[0] in (box[0, 0], box[0, 2])
    assert np.hypot(*(end - anchors[0])) < 120


def test_two_labels_of_one_machine_in_a_corner_of_the_picture_both_find_room() -> None:
    anchors, sizes = np.array([(165.0, 49.0)] * 2), np.array([(99.0, 34.0), (205.0, 34.0)])
    taken = np.array([(670.0, 16.0, 60.0, 60.0), (12.0, 305.0, 194.0, 36.0), (219.0, 10.0, 308.0, 70.0)])
    machine = np.array([(89.0, 17.0, 163.0, 236.0)] * 2)
    for before in (None, np.array([(243.0, 124.0), (np.nan, np.nan)])):
        assert np.isfinite(place(anchors, sizes, (746, 353), taken, machine, before)).all()


def test_a_label_avoids_a_machine_that_matters() -> None:
    anchor, size = np.array([[600.0, 400.0]]), np.array([[120.0, 32.0]])
    alone = place(anchor, size, VIEW, NONE)[0]
    machine = np.array([[alone[0] - 20, alone[1] - 20, 160.0, 70.0]])
    moved = place(anchor, size, VIEW, NONE, machine)[0]
    assert not overlap(np.r_[moved, size[0]], machine[0])


def test_labels_stay_where_they_were_while_the_camera_moves_a_little() -> None:
    rng = np.random.default_rng(4)
    anchors = rng.uniform((200, 200), (1000, 600), (20, 2))
    sizes = np.full((20, 2), (120.0, 32.0))
    before = place(anchors, sizes, VIEW, NONE)
    after = place(anchors + np.array([3, 1]), sizes, VIEW, NONE, before=before)
    both = np.isfinite(before[:, 0]) & np.isfinite(after[:, 0])
    assert (np.abs(after - before)[both].max(1) < 12).mean() > 0.8


def test_nothing_to_label_is_no_trouble() -> None:
    assert place(np.zeros((0, 2)), np.zeros((0, 2)), VIEW, NONE).shape == (0, 2)
    assert boxes_on_screen(lambda points: points, np.zeros((0, 2, 3))).shape == (0, 4)


def test_boxes_on_screen_are_what_the_corners_cover() -> None:
    boxes = np.array([[[0.0, 0, 1], [10, 20, 2]], [[0, 0, -5], [1, 1, -4]]])
    assert boxes_on_screen(lambda points: points, boxes, 2.0).tolist() == [[0, 0, 5, 10]]
