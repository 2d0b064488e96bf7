"""Prepared geometry: the same as the first reading, and never trusted when it is not whole."""

import json
import os
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.scene.conftest import add
from tests.scene.glb import CUBE_POINTS, Glb, line
from tests.scene.test_gltf import png, textured
from twinviewer.model.geometry import Geometry
from twinviewer.scene import array_file, cache, prepare
from twinviewer.scene.formats import gltf
from twinviewer.scene.placement import Placement
from twinviewer.scene.scene import Scene, load_scene

Load = Callable[..., Scene]
COLUMNS = ("points", "normals", "triangles", "node", "colour", "skin", "uv", "texture", "metallic", "roughness")


def same(a: Geometry | None, b: Geometry | None) -> bool:
    assert a is not None
    assert b is not None
    for name in COLUMNS:
        x, y = getattr(a, name), getattr(b, name)
        if (x is None) != (y is None) or (x is not None and (x.dtype != y.dtype or not np.array_equal(x, y))):
            return False
    return (
        [(n.path, n.name, n.parent, n.first, n.last, dict(n.extras)) for n in a.nodes]
        == [(n.path, n.name, n.parent, n.first, n.last, dict(n.extras)) for n in b.nodes]
        and all(np.array_equal(x.matrix, y.matrix) for x, y in zip(a.nodes, b.nodes, strict=True))
        and all(
            np.array_equal(x.pixels, y.pixels) and x.repeat == y.repeat
            for x, y in zip(a.textures, b.textures, strict=True)
        )
        and a.notes == b.notes
    )


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Grows by one each time a file is read rather than taken from the cache."""
    seen: list[str] = []
    original = gltf.read

    def counted(path: Path, *more: object) -> Geometry:
        seen.append(path.name)
        return original(path, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(gltf, "read", counted)
    return seen


def entry(cache_dir: Path) -> Path:
    (path,) = cache_dir.glob("*.geometry")
    return path


def test_the_second_opening_gives_the_same_without_reading(load: Load, tmp_path: Path, readings: list[str]) -> None:
    glb = textured(png((1, 2, 3, 255)))
    glb.json["nodes"][0]["extras"] = {"asset": "A", "deep": {"list": [1, None, "ü"]}}
    path = glb.save(tmp_path / "model.glb")
    first, second = load(path), load(path)
    assert readings == ["model.glb"]
    assert same(first.geometry, second.geometry)
    assert first.assets == second.assets
    assert [n.text for n in first.notes] == [n.text for n in second.notes]


def test_other_content_under_the_same_name_and_time_is_seen(load: Load, tmp_path: Path) -> None:
    path = line(2).save(tmp_path / "model.glb")
    stamp = path.stat().st_mtime_ns
    before = load(path).geometry
    glb = Glb()
    glb.node("Hall", mesh=glb.mesh(CUBE_POINTS * 2))
    data = glb.bytes()
    data += b"\0" * (path.stat().st_size - len(data))
    path.write_bytes(data)
    os.utime(path, ns=(stamp, stamp))
    after = load(path).geometry
    assert not same(before, after)


def test_another_placement_is_another_geometry(load: Load, folder: Path) -> None:
    first = load(folder).geometry
    text = (folder / "scene.toml").read_text().replace('file = "hall.glb"', 'file = "hall.glb"\nposition = [9, 0, 0]')
    (folder / "scene.toml").write_text(text)
    second = load(folder).geometry
    assert first is not None
    assert second is not None
    assert second.points[:, 0] == pytest.approx(first.points[:, 0] + 9)


def test_a_changed_buffer_beside_the_file_is_seen(load: Load, tmp_path: Path, readings: list[str]) -> None:
    glb = line(1)
    glb.bytes()
    data = bytearray(glb.data)
    glb.json["buffers"] = [{"byteLength": len(data), "uri": "data.bin"}]
    path = tmp_path / "model.gltf"
    path.write_text(json.dumps(glb.json))
    (tmp_path / "data.bin").write_bytes(data)
    load(path)
    load(path)
    assert len(readings) == 1
    data[0:4] = struct.pack("<f", -3.0)
    (tmp_path / "data.bin").write_bytes(data)
    geometry = load(path).geometry
    assert len(readings) == 2
    assert geometry is not None
    assert geometry.points[:, 0].min() < -2.9


def test_a_newer_reader_does_not_trust_an_older_ones_work(
    load: Load, folder: Path, readings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    load(folder)
    monkeypatch.setattr(prepare, "READER", prepare.READER + 1)
    load(folder)
    assert len(readings) == 2


@pytest.mark.parametrize("keep", [0, 5, 20, 400, -1])
def test_a_cut_file_is_made_anew(load: Load, folder: Path, cache_dir: Path, readings: list[str], keep: int) -> None:
    first = load(folder)
    data = entry(cache_dir).read_bytes()
    entry(cache_dir).write_bytes(data[:keep])
    assert same(first.geometry, load(folder).geometry)
    assert len(readings) == 2
    assert entry(cache_dir).read_bytes() == data


@settings(max_examples=60)
@given(st.data())
def test_a_damaged_byte_is_never_shown(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    place = tmp_path_factory.mktemp("damage")
    path = line(1).save(place / "model.glb")
    first = load_scene(path, cache_dir=place)
    file = entry(place)
    content = bytearray(file.read_bytes())
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] ^= data.draw(st.integers(1, 255))
    file.write_bytes(content)
    assert same(first.geometry, load_scene(path, cache_dir=place).geometry)


def test_blocks_that_changed_places_are_seen(tmp_path: Path) -> None:
    rows = np.arange(64 * 8192, dtype=np.uint64)
    digest = array_file.digest(rows.view(np.uint8))
    swapped = rows.reshape(64, 8192)[::-1].reshape(-1)
    assert array_file.digest(np.ascontiguousarray(swapped).view(np.uint8)) != digest


def test_where_nothing_can_be_kept_the_scene_still_opens(folder: Path, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    scene = load_scene(folder, cache_dir=blocked)
    assert len(scene.assets) == 3
    assert any("could not be kept" in note.text for note in scene.notes)


def test_the_cache_does_not_grow_for_ever(
    load: Load, tmp_path: Path, cache_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(array_file, "_MAX_FILES", 3)
    for k in range(6):
        glb = Glb()
        glb.node("Box", mesh=glb.mesh(CUBE_POINTS * (k + 1)))
        load(glb.save(tmp_path / "model.glb"))
    assert len(list(cache_dir.glob("*.geometry"))) == 3


def test_no_half_written_file_stays_behind(cache_dir: Path, tmp_path: Path) -> None:
    path = line(1).save(tmp_path / "model.glb")
    geometry = gltf.read(path, Placement("model.glb"), lambda f, t: None)
    problem = cache.store(cache_dir / "x.geometry", geometry, {"bad": object()})
    assert "JSON" in problem
    assert list(cache_dir.iterdir()) == []


def test_prepared_arrays_may_be_written_to_without_harm(load: Load, folder: Path) -> None:
    load(folder)
    geometry = load(folder).geometry
    assert geometry is not None
    geometry.colour[:] = 7
    again = load(folder).geometry
    assert again is not None
    assert not (again.colour == 7).all()


def test_several_models_share_one_file(load: Load, folder: Path, cache_dir: Path, readings: list[str]) -> None:
    line(2, "P-").save(folder / "pumps.glb")
    add(folder, '[[model]]\nfile = "pumps.glb"\nposition = [0, 20, 0]\n')
    first, second = load(folder), load(folder)
    assert sorted(readings) == ["hall.glb", "pumps.glb"]
    assert same(first.geometry, second.geometry)
    assert len(first.assets) == 5
    assert entry(cache_dir)


def test_a_material_library_that_comes_later_is_read(load: Load, tmp_path: Path) -> None:
    text = "mtllib part.mtl\no Part\nusemtl red\nv 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n"
    (tmp_path / "part.obj").write_text(text)
    plain = load(tmp_path / "part.obj").geometry
    (tmp_path / "part.mtl").write_text("newmtl red\nKd 1 0 0\n")
    coloured = load(tmp_path / "part.obj").geometry
    assert plain is not None
    assert coloured is not None
    assert plain.colour[0].tolist() != coloured.colour[0].tolist() == [255, 0, 0, 255]
