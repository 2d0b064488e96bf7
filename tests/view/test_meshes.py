"""Edges, closed bodies, coarse copies and shadows, on shapes of which the answer is known."""

import numpy as np
import pytest

from benchmarks.factory import factory
from tests.view.scenes import Block, build, row_of_boxes
from twinviewer.view.arrange import arrange
from twinviewer.view.detail import closed_triangles, melt, split
from twinviewer.view.edges import sharp_edges
from twinviewer.view.finish import EDGE_LEVELS_M, finish
from twinviewer.view.ground import Extent, blur, empty_heights, mark_heights, standing


def test_a_box_has_twelve_sharp_edges() -> None:
    geometry = row_of_boxes(1).geometry
    assert geometry is not None
    edges = sharp_edges(geometry.points, geometry.normals, geometry.triangles)
    places = {tuple(sorted(map(tuple, geometry.points[pair].tolist()))) for pair in edges}
    assert len(places) == len(edges) == 12


def test_a_smooth_surface_has_none() -> None:
    geometry = factory(20).geometry
    assert len(sharp_edges(geometry.points, geometry.normals, geometry.triangles, sharp_deg=60)) == 0


def test_a_box_is_closed_until_a_face_is_missing_or_turned() -> None:
    geometry = row_of_boxes(2).geometry
    assert geometry is not None
    assert closed_triangles(geometry.points, geometry.triangles).all()
    without = np.delete(geometry.triangles, 3, axis=0)
    closed = closed_triangles(geometry.points, without)
    assert closed.tolist() == [False] * 11 + [True] * 12
    inside_out = geometry.triangles.copy()
    inside_out[:12] = inside_out[:12, ::-1]
    assert closed_triangles(geometry.points, inside_out).tolist() == [False] * 12 + [True] * 12


def test_melting_keeps_large_shapes_and_drops_small_ones() -> None:
    scene = build([Block(0, (0, 0, 0), (2, 2, 2)), Block(0, (3.02, 0.02, 0.02), (3.07, 0.07, 0.07))])
    geometry = scene.geometry
    assert geometry is not None
    surface = np.zeros(len(geometry.points), np.float32)
    mesh = melt(geometry.points, geometry.normals, geometry.triangles, surface, 0.1, closed=True)
    assert len(mesh.triangles) == 12
    assert mesh.points[mesh.triangles].max() <= 2
    assert {tuple(n) for n in mesh.normals.round(3).tolist()} >= {(0, 0, 1), (0, -1, 0)}


def test_a_split_loses_no_triangle() -> None:
    geometry = factory(30).geometry
    surface = np.zeros(len(geometry.points), np.float32)
    detail = split(geometry.points, geometry.normals, geometry.triangles, surface, 0.2)
    both = np.concatenate([detail.closed, detail.open])
    assert np.array_equal(np.unique(both, axis=0), np.unique(geometry.triangles, axis=0))
    assert 0 < sum(len(mesh.triangles) for mesh in detail.coarse) < len(geometry.triangles)


def test_finishing_puts_each_edge_into_one_level_of_length() -> None:
    scene = row_of_boxes(3)
    assert scene.geometry is not None
    arranged = arrange(scene.geometry, scene.asset_of_node, 3, {1})
    done = finish(arranged, Extent(arranged.bounds), detail=True)
    assert {edges.mover for edges in done.edges} == {-1, 1}
    for edges in done.edges:
        assert sum(len(lines) for lines in edges.lines) == (24 if edges.mover < 0 else 12)
        for level, lines in enumerate(edges.lines):
            length = np.linalg.norm(np.diff(edges.points[lines], axis=1), axis=2)
            assert (length >= EDGE_LEVELS_M[level] - 1e-6).all()
    assert len(done.detail) == len(arranged.parts)


def test_a_box_darkens_the_floor_around_it_and_nothing_far_away() -> None:
    scene = row_of_boxes(1)
    geometry = scene.geometry
    assert geometry is not None
    extent = Extent(np.array([[-8.0, -8, 0], [8, 8, 0]]))
    heights = empty_heights(extent)
    mark_heights(heights, extent, geometry.points, geometry.triangles, 0.0)
    mask = standing(heights, extent)
    row = round((1.0 + 8) * extent.pixels_per_m)
    column = round((0.5 + 8) * extent.pixels_per_m)
    assert mask[row, column] > 0.9, "hollow bodies are filled"
    soft = blur(mask, 0.5 * extent.pixels_per_m)
    assert soft[row, round((2.3 + 8) * extent.pixels_per_m)] > 0.15
    assert soft[row, round((6.0 + 8) * extent.pixels_per_m)] == pytest.approx(0, abs=1e-6)


def test_what_hangs_high_throws_no_shadow() -> None:
    scene = build([Block(0, (0, 0, 4), (2, 2, 5))])
    geometry = scene.geometry
    assert geometry is not None
    extent = Extent(np.array([[-4.0, -4, 0], [4, 4, 0]]))
    heights = empty_heights(extent)
    mark_heights(heights, extent, geometry.points, geometry.triangles, 0.0)
    assert not standing(heights, extent).any()


def test_a_large_triangle_is_filled_without_gaps() -> None:
    extent = Extent(np.array([[0.0, 0, 0], [60, 30, 0]]))
    heights = empty_heights(extent)
    points = np.array([[1, 1, 0.3], [59, 2, 0.3], [3, 28, 0.3]], np.float32)
    mark_heights(heights, extent, points, np.array([[0, 1, 2]], np.int32), 0.0)
    y, x = np.mgrid[0 : extent.rows, 0 : extent.columns] / extent.pixels_per_m
    a, b, c = points[:, :2]

    def side(p: np.ndarray, q: np.ndarray) -> np.ndarray:
        return (q[0] - p[0]) * (y - p[1]) - (q[1] - p[1]) * (x - p[0])

    deep = np.minimum(np.minimum(side(a, b), side(b, c)), side(c, a)) > 25
    assert deep.sum() > 10_000
    assert np.isfinite(heights[deep]).all()
