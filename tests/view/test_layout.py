"""Sorting triangles into draw calls keeps every one of them, with its asset."""

from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

from tests.view.scenes import Block, build, row_of_boxes
from twinviewer.model.geometry import Texture
from twinviewer.scene import array_file
from twinviewer.view import arrange as arranging
from twinviewer.view import finished as finishing
from twinviewer.view import prepare
from twinviewer.view.arrange import arrange
from twinviewer.view.colour_table import WIDTH, ColourTable
from twinviewer.view.finish import finish
from twinviewer.view.ground import Extent
from twinviewer.view.layout import Kind, Role


def triangles_by_asset(points: np.ndarray, triangles: np.ndarray, asset: np.ndarray) -> list[tuple]:
    rows = [(int(a), *p.round(4).reshape(-1).tolist()) for a, p in zip(asset, points[triangles], strict=True)]
    return sorted(rows)


def test_every_triangle_is_drawn_once_with_its_asset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arranging, "TRIANGLES_PER_TILE", 40)
    scene = build(
        [Block(i, (3 * i, (i % 5) * 3, 0), (3 * i + 2, (i % 5) * 3 + 2, 2), skin=i % 2 > 0) for i in range(30)]
        + [Block(-1, (-5, -5, -1), (95, 20, 0)), Block(4, (1, 1, 3), (2, 2, 4), (9, 9, 9, 80))]
    )
    assert scene.geometry is not None
    geometry = scene.geometry
    arranged = arrange(geometry, scene.asset_of_node, 30, {7})
    drawn = []
    for part in arranged.parts:
        asset = arranged.surfaces.asset[part.surface.astype(int)]
        drawn += triangles_by_asset(part.points, part.triangles, asset[part.triangles[:, 0]])
    whole = triangles_by_asset(
        geometry.points, geometry.triangles, scene.asset_of_node[geometry.node][geometry.triangles[:, 0]]
    )
    assert sorted(drawn) == whole
    assert len([part for part in arranged.parts if part.kind is Kind.ASSET and not part.glass]) > 4
    assert [part.mover for part in arranged.parts if part.kind is Kind.MOVER] == [7]
    assert sum(part.glass for part in arranged.parts) == 1


def test_parts_that_were_kept_are_those_that_were_arranged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pixels = np.zeros((2, 2, 4), np.uint8)
    scene = build(
        [Block(0, (0, 0, 0), (2, 2, 2), texture=0), Block(1, (3, 0, 0), (5, 2, 2)), Block(-1, (-5, -5, -1), (9, 9, 0))],
        (Texture(pixels),),
    )
    scene.geometry_key = "these boxes"
    first = prepare.prepare(scene, tmp_path)  # type: ignore[arg-type]
    calls: list[object] = []
    monkeypatch.setattr(prepare, "arrange", lambda *a: calls.append(a) or arrange(*a))
    second = prepare.prepare(scene, tmp_path)  # type: ignore[arg-type]
    assert first is not None
    assert second is not None
    assert not calls
    np.testing.assert_equal(asdict(second), asdict(first))
    for change in ({"geometry_key": "others"}, {"asset_of_node": scene.asset_of_node[::-1].copy()}):
        prepare.prepare(replace(scene, **change), tmp_path)  # type: ignore[arg-type]
    assert len(calls) == 2


@pytest.mark.parametrize("detail", [True, False])
def test_what_was_finished_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, detail: bool) -> None:
    scene = build([Block(0, (0, 0, 0), (2, 2, 2)), Block(1, (3, 0, 0), (5, 2, 2)), Block(-1, (-5, -5, -1), (9, 9, 0))])
    assert scene.geometry is not None
    layout = replace(arrange(scene.geometry, scene.asset_of_node, 2, {1}), kept=tmp_path / "name.picture")
    extent = Extent(layout.bounds)
    calls: list[object] = []
    monkeypatch.setattr(finishing, "finish", lambda *a, **more: calls.append(a) or finish(*a, **more))
    made = asdict(finish(layout, extent, detail=detail))
    for _ in range(2):
        np.testing.assert_equal(asdict(finishing.finished(layout, extent, detail=detail)), made)
    assert len(calls) == 1
    (entry,) = tmp_path.glob("*.finish")
    array_file.store(entry, {}, {"edges": [[0, 1]]})  # whole, but not what it should be
    np.testing.assert_equal(asdict(finishing.finished(layout, extent, detail=detail)), made)
    finishing.finished(layout, extent, detail=not detail)
    finishing.finished(replace(layout, kept=tmp_path / "other.picture"), extent, detail=detail)
    finishing.finished(replace(layout, kept=None), extent, detail=detail)
    assert len(calls) == 5


def test_a_triangle_that_reaches_over_groups_is_drawn_whole() -> None:
    scene = build([Block(0, (0, 0, 0), (2, 2, 2)), Block(1, (3, 0, 0), (5, 2, 2))])
    assert scene.geometry is not None
    geometry = scene.geometry
    colour = geometry.colour.copy()
    colour[0, 3] = 90  # one corner of glass in a solid face
    skin = geometry.skin.copy()
    from dataclasses import replace

    arranged = arrange(replace(geometry, colour=colour, skin=skin), scene.asset_of_node, 2)
    assert sum(len(part.triangles) for part in arranged.parts) == len(geometry.triangles)
    for part in arranged.parts:
        assert part.triangles.min() >= 0
        assert part.triangles.max() < len(part.points)


def test_the_floor_is_found_by_height_and_area_and_walls_by_size() -> None:
    scene = build([
        Block(0, (0, 0, 0.1), (2, 2, 2)),
        Block(-1, (-9, -9, -0.3), (9, 9, 0)),
        Block(-1, (-9, 9, 0), (9, 9.2, 4)),
        Block(-1, (-5, -5, 0), (-4.9, -4.9, 1)),
    ])  # fmt: skip
    assert scene.geometry is not None
    arranged = arrange(scene.geometry, scene.asset_of_node, 1)
    assert arranged.has_floor
    assert arranged.floor_m == pytest.approx(0, abs=1e-6)
    roles = set(arranged.surfaces.role[arranged.surfaces.asset < 0].tolist())
    assert roles == {Role.FLOOR, Role.WALL, Role.OTHER}


def test_boxes_and_bounds() -> None:
    scene = row_of_boxes(2)
    assert scene.geometry is not None
    arranged = arrange(scene.geometry, scene.asset_of_node, 3)
    assert arranged.boxes[1].tolist() == [[3, 0, 0], [5, 2, 2]]
    assert np.isnan(arranged.boxes[2]).all()
    assert arranged.bounds.tolist() == [[0, 0, 0], [5, 2, 2]]


def test_smooth_vertex_colours_do_not_blow_up_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arranging, "MOST_SURFACES", 100)
    from dataclasses import replace

    scene = build([Block(-1, (0, 0, 0), (1, 1, 1)) for _ in range(200)])
    assert scene.geometry is not None
    colour = np.random.default_rng(1).integers(0, 255, scene.geometry.colour.shape).astype(np.uint8)
    colour[:, 3] = 255
    arranged = arrange(replace(scene.geometry, colour=colour), scene.asset_of_node, 0)
    assert len(arranged.surfaces) <= 400


def test_the_table_has_a_row_for_each_asset_and_material_however_many() -> None:
    n = 2 * WIDTH + 7
    scene = build([Block(i, (0, 0, 0), (1, 1, 1)) for i in range(n)])
    assert scene.geometry is not None
    surfaces = arrange(scene.geometry, scene.asset_of_node, n).surfaces
    assert len(surfaces) == n
    table = ColourTable(surfaces, n)
    rgba = np.random.default_rng(0).integers(0, 255, (n, 4)).astype(np.uint8)
    changed, alpha_changed = table.set_assets(rgba)
    assert len(changed) == n
    assert alpha_changed
    assert not len(table.set_assets(rgba)[0])
    texels = table.texels[: len(surfaces)]
    assert np.array_equal(texels, rgba[surfaces.asset])
    rgba[5, 0] ^= 1
    changed, alpha_changed = table.set_assets(rgba)
    assert changed.tolist() == [5]
    assert not alpha_changed
