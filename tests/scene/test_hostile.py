"""Geometry files made to break a reader: each ends in a SceneError that names the place, and none of them hangs."""

import json
import resource
import struct
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.scene.glb import CUBE_POINTS, CUBE_TRIANGLES, Glb, line
from twinviewer.model.errors import SceneError
from twinviewer.model.geometry import Geometry
from twinviewer.scene.formats import gltf
from twinviewer.scene.placement import Placement
from twinviewer.scene.scene import load_scene


def read(path: Path) -> Geometry:
    return gltf.read(path, Placement(path.name), lambda fraction, text: None)


def refused(tmp_path: Path, glb: Glb | bytes, name: str = "model.glb") -> SceneError:
    path = tmp_path / name
    path.write_bytes(glb if isinstance(glb, bytes) else glb.bytes())
    with pytest.raises(SceneError) as caught:
        read(path)
    assert name in caught.value.where
    assert caught.value.text.endswith(".")
    return caught.value


def cube() -> Glb:
    glb = Glb()
    glb.node("Box", mesh=glb.mesh())
    return glb


@pytest.fixture
def little_memory() -> Iterator[None]:
    """A bomb that goes off is a MemoryError here, not the end of the machine."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + (3 << 30), hard))
    yield
    resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SceneError, match="missing"):
        read(tmp_path / "nothing.glb")


@pytest.mark.parametrize("keep", [0, 3, 11, 19, 40, 500, -1])
def test_a_truncated_file_says_so(tmp_path: Path, keep: int) -> None:
    data = line().bytes()
    error = refused(tmp_path, data[:keep])
    words = ("truncated", "not a glTF file", "JSON") if keep else ("the file is empty",)
    assert any(word in error.text for word in words)


def test_every_truncation_is_refused_or_whole(tmp_path: Path) -> None:
    data = cube().bytes()
    path = tmp_path / "model.glb"
    for keep in range(len(data)):
        path.write_bytes(data[:keep])
        with pytest.raises(SceneError):
            read(path)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"PK\x03\x04 a zip file, by mistake " + bytes(range(128, 256)), "not a glTF file"),
        (b"{}", "no 'asset'"),
        (b"[1, 2]", "no 'asset'"),
        (b'{"asset": {"version": "1.0"}}', "version '1.0'"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"asset": {"version": "2.0"}, "nodes": 3}', "not a list"),
        (b'{"asset": {"version": "2.0"}, "nodes": [7]}', "not a list of objects"),
        (struct.pack("<4sII", b"glTF", 1, 20) + bytes(8), "version 1"),
        (struct.pack("<4sIIII", b"glTF", 2, 20, 0, 0x004E4942), "no JSON"),
    ],
)
def test_what_is_no_gltf_is_told(tmp_path: Path, data: bytes, says: str) -> None:
    assert says in refused(tmp_path, data).text


def test_a_cycle_of_nodes_ends(tmp_path: Path) -> None:
    glb = line(1)
    glb.json["nodes"][2]["children"].append(0)
    assert "cycle" in refused(tmp_path, glb).text
    glb = cube()
    glb.json["nodes"][0]["children"] = [0]
    assert refused(tmp_path, glb).where == "model.glb#nodes[0]"


def test_a_cycle_without_a_root_shows_nothing(tmp_path: Path) -> None:
    glb = Glb()
    glb.json["nodes"] = [{"children": [1]}, {"children": [0]}]
    del glb.json["scenes"], glb.json["scene"]
    path = glb.save(tmp_path / "model.glb")
    assert len(read(path).triangles) == 0


def test_a_diamond_that_doubles_at_each_level_is_refused(tmp_path: Path) -> None:
    glb = cube()
    for k in range(1, 60):
        glb.add("nodes", {"children": [k - 1, k - 1]})
    glb.json["scenes"][0]["nodes"] = [59]
    assert "twice" in refused(tmp_path, glb).text


def test_a_million_nodes_are_refused(tmp_path: Path, little_memory: None) -> None:
    glb = Glb()
    glb.json["nodes"] = [{"name": "n"}] * 1_000_000
    glb.json["scenes"][0]["nodes"] = list(range(1_000_000))
    error = refused(tmp_path, glb)
    assert "1,000,000 nodes" in error.text


def test_a_very_deep_hierarchy_is_refused_not_recursed(tmp_path: Path) -> None:
    glb = Glb()
    glb.json["nodes"] = [{"children": [k + 1]} for k in range(sys.getrecursionlimit() * 3)] + [{}]
    glb.json["scenes"][0]["nodes"] = [0]
    assert "levels deep" in refused(tmp_path, glb).text


def test_long_names_do_not_add_up_for_ever(tmp_path: Path, little_memory: None) -> None:
    glb = Glb()
    parent = None
    for _ in range(400):
        parent = glb.node("x" * 400, parent)
    assert "letters" in refused(tmp_path, glb).text


def test_a_small_file_cannot_unfold_without_end(tmp_path: Path, little_memory: None) -> None:
    count = 20_000
    points = np.tile(CUBE_POINTS, (count // 8, 1))
    triangles = np.arange(count // 3 * 3, dtype=np.uint32).reshape(-1, 3)
    glb = Glb()
    mesh = glb.mesh(points, triangles)
    for k in range(20_000):
        glb.node(f"n{k}", mesh=mesh)
    assert "unfolds" in refused(tmp_path, glb).text


def test_instances_without_end_are_refused(tmp_path: Path, little_memory: None) -> None:
    glb = cube()
    many = glb.add("accessors", {"componentType": 5126, "count": 2_000_000_000, "type": "VEC3"})
    glb.json["nodes"][0]["extensions"] = {"EXT_mesh_gpu_instancing": {"attributes": {"TRANSLATION": many}}}
    assert "instances" in refused(tmp_path, glb).text


def test_points_beyond_any_factory_are_refused(tmp_path: Path) -> None:
    glb = Glb()
    glb.node("Box", mesh=glb.mesh(), translation=[0, 1e12, 0])
    glb.save(tmp_path / "far.glb")
    with pytest.raises(SceneError, match="further than 100,000,000 m from the origin"):
        load_scene(tmp_path / "far.glb", cache_dir=tmp_path / "cache")


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_vertices_that_are_no_numbers_are_refused(tmp_path: Path, bad: float) -> None:
    points = CUBE_POINTS.copy()
    points[5, 1] = bad
    glb = Glb()
    glb.node("Box", mesh=glb.mesh(points))
    error = refused(tmp_path, glb)
    assert "vertex 5" in error.text
    assert "meshes[0].primitives[0]" in error.where


def test_normals_that_are_no_numbers_are_mended(tmp_path: Path) -> None:
    glb = Glb()
    normals = glb.accessor(np.full((8, 3), np.nan, np.float32))
    glb.node("Box", mesh=glb.mesh(attributes={"NORMAL": normals}))
    geometry = read(glb.save(tmp_path / "model.glb"))
    assert np.linalg.norm(geometry.normals, axis=1) == pytest.approx(1, abs=1e-5)


def test_a_transformation_beyond_all_bounds_is_refused(tmp_path: Path) -> None:
    glb = cube()
    parent = 0
    for _ in range(20):
        parent = glb.node("up", parent, scale=[1e9, 1e9, 1e9])
    glb.json["nodes"][parent]["mesh"] = 0
    assert "bounds" in refused(tmp_path, glb).text


def accessor(**changes: Any) -> Callable[[Glb], None]:
    return lambda glb: glb.json["accessors"][0].update(changes)


def view(**changes: Any) -> Callable[[Glb], None]:
    return lambda glb: glb.json["bufferViews"][0].update(changes)


@pytest.mark.parametrize(
    ("breaks", "place"),
    [
        (accessor(count=9), "accessors[0]"),
        (accessor(count=10**12), "accessors[0]"),
        (accessor(count=-1), "accessors[0]"),
        (accessor(count="8"), "accessors[0]"),
        (accessor(byteOffset=8), "accessors[0]"),
        (accessor(byteOffset=-12), "accessors[0]"),
        (accessor(bufferView=99), "accessors[0]"),
        (accessor(componentType=5124), "accessors[0]"),
        (accessor(componentType=[]), "accessors[0]"),
        (accessor(type="VEC2"), "meshes[0]"),
        (accessor(type="BLOB"), "accessors[0]"),
        (accessor(sparse={"count": 99}), "accessors[0]"),
        (accessor(sparse={"count": 1, "indices": {}, "values": {}}), "accessors[0]"),
        (view(byteLength=10**9), "bufferViews[0]"),
        (view(byteOffset=10**9), "bufferViews[0]"),
        (view(byteStride=4), "accessors[0]"),
        (view(byteStride=255), "accessors[0]"),
        (view(buffer=3), "bufferViews[0]"),
        (lambda glb: glb.json["buffers"][0].update(byteLength=10**9), "buffers[0]"),
        (lambda glb: glb.json["nodes"][0].update(mesh=5), "nodes[0]"),
        (lambda glb: glb.json["nodes"][0].update(children=[-1]), "nodes[0]"),
        (lambda glb: glb.json["nodes"][0].update(children="x"), "nodes[0]"),
        (lambda glb: glb.json["nodes"][0].update(matrix=[1, 2]), "nodes[0]"),
        (lambda glb: glb.json["nodes"][0].update(scale=[1, "two", 3]), "nodes[0]"),
        (lambda glb: glb.json["nodes"][0].update(translation=[1, 2, float("nan")]), "nodes[0]"),
        (lambda glb: glb.json["nodes"][0].update(name=["x"]), "nodes[0]"),
        (lambda glb: glb.json["nodes"][0].update(extensions=[]), "nodes[0]"),
        (lambda glb: glb.json["meshes"][0].update(primitives=[3]), "meshes[0]"),
        (lambda glb: glb.json["meshes"][0]["primitives"][0].update(mode=9), "meshes[0]"),
        (lambda glb: glb.json["meshes"][0]["primitives"][0].update(material=0), "meshes[0]"),
        (lambda glb: glb.json["meshes"][0]["primitives"][0].update(indices=0), "accessors[0]"),
        (lambda glb: glb.json.update(scenes=[{"nodes": [44]}]), "scenes[0]"),
        (lambda glb: glb.json.update(extensionsRequired="x"), "extensionsRequired"),
    ],
)
def test_a_wrong_number_is_named_with_its_place(tmp_path: Path, breaks: Callable[[Glb], None], place: str) -> None:
    glb = cube()
    glb.bytes()
    breaks(glb)
    assert place in refused(tmp_path, glb).where


def test_indices_beyond_the_vertices_are_refused(tmp_path: Path) -> None:
    triangles = CUBE_TRIANGLES.copy()
    triangles[3, 1] = 8
    glb = Glb()
    glb.node("Box", mesh=glb.mesh(triangles=triangles))
    assert "an index is 8" in refused(tmp_path, glb).text


def test_attributes_of_different_length_are_refused(tmp_path: Path) -> None:
    glb = Glb()
    short = glb.accessor(np.zeros((3, 3), np.float32))
    glb.node("Box", mesh=glb.mesh(attributes={"NORMAL": short}))
    assert "NORMAL has 3" in refused(tmp_path, glb).text


@pytest.mark.parametrize(
    "uri",
    [
        "../../etc/passwd",
        "/etc/passwd",
        "..%2f..%2fetc%2fpasswd",
        "file:///etc/passwd",
        "http://example.org/x.bin",
        "..\\x.bin",
        "link.bin",
        "data:text/plain,hello",
        "data:;base64,!!!",
        "folder",
        "gone.bin",
        "a\0b",
        7,
    ],
)
def test_buffers_outside_the_folder_are_not_touched(tmp_path: Path, uri: object) -> None:
    inner = tmp_path / "inner"
    (inner / "folder").mkdir(parents=True)
    (tmp_path / "secret.bin").write_bytes(bytes(1000))
    (inner / "link.bin").symlink_to(tmp_path / "secret.bin")
    glb = cube()
    glb.bytes()
    glb.json["buffers"] = [{"byteLength": 100, "uri": uri}]
    error = refused(inner, json.dumps(glb.json).encode(), "model.gltf")
    assert "buffers[0]" in error.where


def meshopt_view(**packed: Any) -> Glb:
    glb = cube()
    glb.json["bufferViews"][0]["extensions"] = {
        "EXT_meshopt_compression": {
            "buffer": 0,
            "byteOffset": 0,
            "byteLength": 90,
            "byteStride": 12,
            "count": 8,
            "mode": "ATTRIBUTES",
            **packed,
        }
    }
    return glb


@pytest.mark.parametrize(
    "packed",
    [
        {},
        {"count": 2**31},
        {"byteStride": 13},
        {"byteStride": 4096},
        {"mode": "MAGIC"},
        {"filter": "QUATERNION"},
        {"mode": "TRIANGLES", "byteStride": 2, "count": 7},
        {"byteLength": 10**9},
    ],
)
def test_broken_meshopt_data_is_refused(tmp_path: Path, packed: dict[str, Any], little_memory: None) -> None:
    refused(tmp_path, meshopt_view(**packed))


def test_broken_draco_data_is_refused(tmp_path: Path) -> None:
    glb = cube()
    packed = {"bufferView": glb.view(b"DRACO" + bytes(60)), "attributes": {"POSITION": 0}}
    glb.json["meshes"][0]["primitives"][0]["extensions"] = {"KHR_draco_mesh_compression": packed}
    assert "Draco" in refused(tmp_path, glb).text


@settings(max_examples=150)
@given(st.data())
def test_one_flipped_byte_never_ends_in_a_traceback(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    glb = line(2)
    glb.json["materials"] = [{"pbrMetallicRoughness": {"baseColorFactor": [1, 0, 0, 1]}}]
    content = bytearray(glb.bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.getbasetemp() / "flipped.glb"
    path.write_bytes(content)
    try:
        geometry = read(path)
    except SceneError:
        return
    assert np.isfinite(geometry.points).all()
    if len(geometry.triangles):
        assert 0 <= geometry.triangles.min() <= geometry.triangles.max() < len(geometry.points)


# --- any value anywhere -------------------------------------------------------------------------------------------

ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 40),
    st.sampled_from([2**31, 2**63, 10**30, 1e300, -1.5, 0.5]),
    st.sampled_from(["", "x", "../x", "data:,", "BLEND", "MAT4", "NaN"]),
    st.lists(st.integers(-1, 9), max_size=5),
    st.dictionaries(st.sampled_from(["index", "count", "extensions", "x"]), st.integers(-1, 9), max_size=2),
)


def rich() -> Glb:
    """A file that uses most of what the reader knows."""
    glb = line(2)
    uv = glb.accessor(CUBE_POINTS[:, :2].copy())
    colours = glb.accessor(np.full((8, 4), 200, np.uint8), normalized=True)
    many = glb.accessor(np.array([[0, 0, 0], [5, 0, 0]], np.float32))
    glb.add("images", {"bufferView": glb.view(b"no picture"), "mimeType": "image/png"})
    glb.add("samplers", {"wrapS": 33071, "wrapT": 33071})
    glb.add("textures", {"source": 0, "sampler": 0})
    moved = {"KHR_texture_transform": {"offset": [0, 1], "scale": [2, 2], "rotation": 0.1, "texCoord": 0}}
    base = {"baseColorFactor": [1, 0, 0, 1], "baseColorTexture": {"index": 0, "texCoord": 0, "extensions": moved}}
    glossy = {"KHR_materials_pbrSpecularGlossiness": {"diffuseFactor": [1, 1, 1, 1], "glossinessFactor": 0.2}}
    glb.json["materials"] = [
        {"pbrMetallicRoughness": base, "alphaMode": "MASK", "alphaCutoff": 0.3, "extras": {"skin": True}},
        {"extensions": glossy, "emissiveFactor": [0, 1, 0], "alphaMode": "BLEND"},
    ]
    mesh = glb.mesh(attributes={"TEXCOORD_0": uv, "COLOR_0": colours}, material=0)
    glb.node("Many", 0, mesh=mesh, extensions={"EXT_mesh_gpu_instancing": {"attributes": {"TRANSLATION": many}}})
    glb.node("Glossy", 0, mesh=glb.mesh(material=1, mode=5), rotation=[0, 0, 0, 1], scale=[1, 2, 3])
    sparse = {
        "count": 1,
        "indices": {"bufferView": glb.view(b"\1\0\0\0"), "componentType": 5125},
        "values": {"bufferView": glb.view(bytes(12))},
    }
    glb.json["accessors"][0]["sparse"] = sparse
    glb.json |= {"extensionsUsed": ["KHR_materials_unlit"], "animations": [{}], "skins": [{}]}
    glb.bytes()
    return glb


def places(value: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inner:
        yield (*above, key)
        yield from places(item, (*above, key))


RICH = rich()
PLACES = list(places(RICH.json))


@settings(max_examples=300)
@given(st.lists(st.tuples(st.sampled_from(PLACES), ODD), min_size=1, max_size=3))
def test_any_value_anywhere_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[tuple[Any, ...], Any]]
) -> None:
    glb = Glb()
    glb.json, glb.data = json.loads(json.dumps(RICH.json)), RICH.data
    for keys, value in changes:
        holder: Any = glb.json
        for key in keys[:-1]:
            holder = holder[key] if isinstance(holder, (dict, list)) and _has(holder, key) else None
        if isinstance(holder, (dict, list)) and _has(holder, keys[-1]):
            holder[keys[-1]] = value
    path = tmp_path_factory.getbasetemp() / "odd.glb"
    path.write_bytes(glb.bytes())
    try:
        geometry = read(path)
    except SceneError:
        return
    assert np.isfinite(geometry.points).all()
    assert np.isfinite(geometry.normals).all()
    if len(geometry.triangles):
        assert 0 <= geometry.triangles.min() <= geometry.triangles.max() < len(geometry.points)
    assert [n.path for n in geometry.nodes] == [n.path for n in gltf.hierarchy(path, Placement(path.name))]


def _has(holder: Any, key: Any) -> bool:
    return key in holder if isinstance(holder, dict) else isinstance(key, int) and key < len(holder)


def test_the_rich_file_itself_is_fine(tmp_path: Path) -> None:
    geometry = read(RICH.save(tmp_path / "rich.glb"))
    assert len(geometry.triangles) > 80
