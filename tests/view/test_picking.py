"""The pick finds what a search through every triangle finds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.view.scenes import row_of_boxes
from twinviewer.view.picking import Picker

ANY = np.ones(50, bool)


def triangle_soup(seed: int, count: int = 600) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    corners = rng.uniform(-5, 5, (count, 1, 3)) + rng.normal(0, 0.7, (count, 3, 3))
    triangles = np.arange(3 * count, dtype=np.int32).reshape(-1, 3)
    return corners.reshape(-1, 3).astype(np.float32), triangles, np.repeat(np.sort(rng.integers(-1, 9, count)), 3)


def nearest(origin, direction, points, triangles, asset, visible) -> tuple[int, float]:
    """By Cramer's rule, one triangle after the other."""
    best = (-2, np.inf)
    for row in triangles:
        a, b, c = points[row].astype(float)
        matrix = np.column_stack([b - a, c - a, -direction])
        if abs(np.linalg.det(matrix)) < 1e-12:
            continue
        u, v, t = np.linalg.solve(matrix, origin - a)
        if min(u, v) >= 0 and u + v <= 1 and 0 < t < best[1] and visible[asset[row[0]]]:
            best = (int(asset[row[0]]), float(t))
    return best


@pytest.mark.parametrize("seed", range(4))
def test_it_agrees_with_a_search_through_all_triangles(seed: int) -> None:
    points, triangles, asset = triangle_soup(seed)
    picker = Picker(points, triangles, asset)
    rng = np.random.default_rng(seed + 100)
    visible = np.append(rng.random(9) < 0.7, True)
    for _ in range(12):
        origin = rng.uniform(-12, 12, 3)
        direction = -origin + rng.uniform(-3, 3, 3)
        direction /= np.linalg.norm(direction)
        expected = nearest(origin, direction, points, triangles, asset, visible)
        hit = picker.pick(origin, direction, visible)
        if expected[0] == -2:
            assert hit is None
        else:
            assert hit is not None
            assert hit.asset == expected[0]
            assert hit.distance == pytest.approx(expected[1], rel=1e-6)
            assert hit.point == pytest.approx(origin + expected[1] * direction)


@given(axis=st.integers(0, 2), sign=st.sampled_from([-1.0, 1.0]))
def test_rays_along_an_axis_hit_the_face_before_them(axis: int, sign: float) -> None:
    scene = row_of_boxes(1)
    assert scene.geometry is not None
    picker = Picker(scene.geometry.points, scene.geometry.triangles, scene.asset_of_node[scene.geometry.node])
    direction = np.zeros(3)
    direction[axis] = sign
    origin = np.ones(3) - 5 * direction
    hit = picker.pick(origin, direction, ANY)
    assert hit is not None
    assert hit.distance == pytest.approx(4)


def test_what_lies_behind_does_not_count_and_nothing_is_nothing() -> None:
    scene = row_of_boxes(1)
    assert scene.geometry is not None
    picker = Picker(scene.geometry.points, scene.geometry.triangles, scene.asset_of_node[scene.geometry.node])
    assert picker.pick(np.array([1.0, 1, 5]), np.array([0.0, 0, 1]), ANY) is None
    empty = Picker(np.zeros((0, 3), np.float32), np.zeros((0, 3), np.int32), np.zeros(0, np.int32))
    assert empty.pick(np.zeros(3), np.array([0.0, 0, 1]), ANY) is None
