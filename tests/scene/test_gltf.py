"""The glTF reader on well-formed files: names, places, looks, compression."""

import base64
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.scene.glb import CUBE_POINTS, CUBE_TRIANGLES, Glb, line
from twinviewer.model.errors import SceneError
from twinviewer.model.geometry import Geometry
from twinviewer.scene.formats import gltf
from twinviewer.scene.placement import Placement

Read = Callable[..., Geometry]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Write a Glb and read it."""

    def call(glb: Glb, **placement: object) -> Geometry:
        path = glb.save(tmp_path / "model.glb")
        where = Placement("model.glb", **placement)  # type: ignore[arg-type]
        geometry = gltf.read(path, where, lambda fraction, text: None)
        assert [n.path for n in gltf.hierarchy(path, where)] == [n.path for n in geometry.nodes]
        return geometry

    return call


def one(**mesh: object) -> Glb:
    glb = Glb()
    glb.node("Box", mesh=glb.mesh(**mesh))  # type: ignore[arg-type]
    return glb


def box(geometry: Geometry, name: str) -> tuple[np.ndarray, np.ndarray]:
    node = next(n for n in geometry.nodes if n.name == name)
    points = geometry.points[geometry.triangles[node.first : node.last].reshape(-1)]
    return points.min(axis=0), points.max(axis=0)


def outwards(geometry: Geometry, centre: np.ndarray) -> bool:
    """Whether all faces and all normals look away from `centre`."""
    corners = geometry.points[geometry.triangles]
    faces = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    away = corners.mean(axis=1) - centre
    normals = geometry.normals[geometry.triangles].sum(axis=1)
    return bool((np.einsum("ij,ij->i", faces, away) > 0).all() and (np.einsum("ij,ij->i", normals, away) > 0).all())


def test_paths_are_names_from_the_root_and_equal_siblings_are_numbered(read: Read) -> None:
    glb = Glb()
    hall = glb.node("Hall")
    for _ in range(3):
        glb.node("Förderband", hall, mesh=0)
    glb.mesh()
    assert [n.path for n in read(glb).nodes] == [
        "model.glb#Hall",
        "model.glb#Hall/Förderband",
        "model.glb#Hall/Förderband[1]",
        "model.glb#Hall/Förderband[2]",
    ]


def test_a_name_that_looks_numbered_does_not_take_another_ones_path(read: Read) -> None:
    glb = Glb()
    for name in ("A", "A[1]", "A", "A"):
        glb.node(name)
    paths = [n.path for n in read(glb).nodes]
    assert len(set(paths)) == 4


def test_an_unnamed_group_hands_on_its_place_but_is_no_node(read: Read) -> None:
    glb = Glb()
    hall = glb.node("Hall")
    group = glb.node(None, hall, translation=[0, 0, 5])
    glb.node("Box", group, mesh=glb.mesh())
    geometry = read(glb)
    assert [n.path for n in geometry.nodes] == ["model.glb#Hall", "model.glb#Hall/Box"]
    assert geometry.nodes[1].parent == 0
    assert box(geometry, "Box")[0][1] == pytest.approx(-6)  # Z of the file is -Y of the scene


def test_extras_come_through(read: Read) -> None:
    glb = Glb()
    glb.node("A", mesh=glb.mesh(), extras={"asset": "CNC-1", "type": "cnc"})
    assert read(glb).nodes[0].extras == {"asset": "CNC-1", "type": "cnc"}


def test_y_up_becomes_z_up_and_units_become_metres(read: Read) -> None:
    low, high = box(read(one(points=CUBE_POINTS * [1, 2, 3])), "Box")
    assert (high - low).tolist() == pytest.approx([1, 3, 2])
    low, high = box(read(one(points=CUBE_POINTS * 1000), up="Z", unit=0.001, position=(5.0, 0.0, 0.0)), "Box")
    assert low.tolist() == pytest.approx([5, 0, 0])
    assert high.tolist() == pytest.approx([6, 1, 1])


def test_a_model_is_turned_about_the_axes_of_the_scene(read: Read) -> None:
    low, high = box(read(one(points=CUBE_POINTS * [3, 1, 1]), up="Z", rotation_deg=(0.0, 0.0, 90.0)), "Box")
    assert (high - low).tolist() == pytest.approx([1, 3, 1], abs=1e-5)
    assert low[0] == pytest.approx(-1)


@pytest.mark.parametrize("scale", [[1, 1, 1], [2, 3, 0.5], [-1, 1, 1], [-2, -1, -3]])
def test_normals_and_faces_look_outwards_whatever_the_scale(read: Read, scale: list[float]) -> None:
    glb = one()
    glb.json["nodes"][0] |= {"scale": scale, "rotation": [0.2, 0.3, 0.1, 0.9]}
    geometry = read(glb)
    assert outwards(geometry, geometry.points.mean(axis=0))
    assert np.linalg.norm(geometry.normals, axis=1) == pytest.approx(1, abs=1e-5)


def test_matrix_and_trs_mean_the_same(read: Read) -> None:
    first, second = one(), one()
    first.json["nodes"][0] |= {"translation": [1, 2, 3], "scale": [2, 2, 2]}
    second.json["nodes"][0]["matrix"] = [2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2, 0, 1, 2, 3, 1]
    assert read(first).points == pytest.approx(read(second).points)


def test_a_cube_without_normals_keeps_its_edges_sharp(read: Read) -> None:
    geometry = read(one())
    assert len(geometry.points) > 8
    corners = geometry.normals[geometry.triangles]
    assert np.abs(corners).max(axis=2) == pytest.approx(1, abs=1e-5)  # every normal along an axis


def test_a_sphere_without_normals_is_smooth(read: Read) -> None:
    u, v = np.meshgrid(np.linspace(0, 2 * np.pi, 24, endpoint=False), np.linspace(0.01, np.pi - 0.01, 13))
    points = np.stack([np.cos(u) * np.sin(v), np.sin(u) * np.sin(v), np.cos(v)], axis=-1).reshape(-1, 3)
    k = np.arange(12 * 24).reshape(12, 24)
    a, b, c, d = k, np.roll(k, -1, 1), k + 24, np.roll(k, -1, 1) + 24
    triangles = np.concatenate([np.stack([a, c, b], -1), np.stack([b, c, d], -1)]).reshape(-1, 3).astype(np.uint32)
    geometry = read(one(points=points, triangles=triangles))
    assert len(geometry.points) == len(points)
    assert np.einsum("ij,ij->i", geometry.normals, geometry.points).min() > 0.97


def test_strips_and_fans_are_triangles(read: Read) -> None:
    square = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 1, 0]], np.float32)
    strip = read(one(points=square, triangles=np.array([[0, 1, 2, 3]], np.uint16), mode=5))
    fan = read(one(points=square[[0, 1, 3, 2]], triangles=np.array([[0, 1, 2, 3]], np.uint16), mode=6))
    for geometry in (strip, fan):
        assert len(geometry.triangles) == 2
        assert geometry.normals[geometry.triangles].reshape(-1, 3) == pytest.approx(
            np.tile([0, -1, 0], (6, 1)), abs=1e-6
        )


def test_points_and_lines_are_left_out_with_a_note(read: Read) -> None:
    glb = one()
    glb.node("Cloud", mesh=glb.mesh(triangles=None, mode=0))
    geometry = read(glb)
    assert len(geometry.triangles) == 12
    assert any("points and lines" in note for note in geometry.notes)


def test_colours_become_srgb(read: Read) -> None:
    glb = one(material=0)
    glb.json["materials"] = [
        {"pbrMetallicRoughness": {"baseColorFactor": [0.2140, 1, 0, 0.5], "metallicFactor": 1, "roughnessFactor": 0.2}}
    ]
    geometry = read(glb)
    assert geometry.colour[0].tolist() == [127, 255, 0, 255]  # OPAQUE: alpha means nothing
    assert geometry.metallic is not None
    assert geometry.roughness is not None
    assert (geometry.metallic[0], geometry.roughness[0]) == (255, 51)
    glb.json["materials"] = [{**glb.json["materials"][0], "alphaMode": "BLEND"}]
    assert read(glb).colour[0].tolist() == [127, 255, 0, 128]


def test_vertex_colours_multiply(read: Read) -> None:
    glb = Glb()
    colours = glb.accessor(np.tile(np.array([[255, 0, 128, 255]], np.uint8), (8, 1)), normalized=True)
    glb.node("Box", mesh=glb.mesh(attributes={"COLOR_0": colours}))
    red, green, blue, alpha = read(glb).colour[0].tolist()
    assert green == 0
    assert alpha == 255
    assert red > blue > 100


def test_specular_glossiness_unlit_and_lamps_keep_their_colour(read: Read) -> None:
    glb = Glb()
    glossy = {"diffuseFactor": [1, 0, 0, 1], "glossinessFactor": 0.75}
    glb.json["materials"] = [
        {"extensions": {"KHR_materials_pbrSpecularGlossiness": glossy}},
        {"pbrMetallicRoughness": {"baseColorFactor": [0, 0, 1, 1]}, "extensions": {"KHR_materials_unlit": {}}},
        {"pbrMetallicRoughness": {"baseColorFactor": [0, 0, 0, 1]}, "emissiveFactor": [0, 1, 0]},
    ]
    glb.json["extensionsRequired"] = ["KHR_materials_pbrSpecularGlossiness", "KHR_materials_unlit"]
    for k in range(3):
        glb.node(f"B{k}", mesh=glb.mesh(material=k))
    geometry = read(glb)
    assert geometry.metallic is not None
    assert geometry.roughness is not None
    seen = [geometry.triangles[n.first, 0] for n in geometry.nodes]
    assert geometry.colour[seen].tolist() == [[255, 0, 0, 255], [0, 0, 255, 255], [0, 255, 0, 255]]
    assert geometry.roughness[seen][:2].tolist() == [64, 255]
    assert geometry.metallic[seen][:2].tolist() == [0, 0]


def test_skin_is_everything_unless_materials_say_otherwise(read: Read) -> None:
    def skins(*flags: bool | None) -> list[int]:
        glb = Glb()
        glb.json["materials"] = [{} if flag is None else {"extras": {"skin": flag}} for flag in flags]
        for k in range(len(flags)):
            glb.node(f"B{k}", mesh=glb.mesh(material=k))
        geometry = read(glb)
        return [int(geometry.skin[geometry.triangles[n.first, 0]]) for n in geometry.nodes]

    assert skins(None, None) == [255, 255]
    assert skins(None, False) == [255, 0]
    assert skins(None, True, False) == [0, 255, 0]


def png(colour: tuple[int, int, int, int], size: int = 2) -> bytes:
    file = io.BytesIO()
    Image.new("RGBA", (size, size), colour).save(file, "PNG")
    return file.getvalue()


def textured(image: bytes, **material: object) -> Glb:
    glb = Glb()
    uv = glb.accessor((CUBE_POINTS[:, :2]).copy())
    glb.add("images", {"bufferView": glb.view(image), "mimeType": "image/png"})
    glb.add("textures", {"source": 0})
    base = {"baseColorTexture": {"index": 0, **(material.pop("texture", {}))}}  # type: ignore[dict-item]
    glb.json["materials"] = [{"pbrMetallicRoughness": base, **material}]
    normals = glb.accessor(np.tile(np.array([[0, 0, 1]], np.float32), (8, 1)))
    glb.node("Box", mesh=glb.mesh(attributes={"TEXCOORD_0": uv, "NORMAL": normals}, material=0))
    return glb


def test_textures_come_with_their_coordinates(read: Read) -> None:
    geometry = read(textured(png((10, 200, 30, 255))))
    assert geometry.textures[0].pixels[0, 0].tolist() == [10, 200, 30, 255]
    assert geometry.texture is not None
    assert geometry.uv is not None
    assert set(geometry.texture) == {0}
    assert geometry.uv == pytest.approx(CUBE_POINTS[:, :2])


def test_alpha_of_a_texture_counts_only_where_the_material_says_so(read: Read) -> None:
    image = png((10, 20, 30, 100))
    assert read(textured(image)).textures[0].pixels[0, 0, 3] == 255
    assert read(textured(image, alphaMode="BLEND")).textures[0].pixels[0, 0, 3] == 100
    assert read(textured(image, alphaMode="MASK")).textures[0].pixels[0, 0, 3] == 0


def test_texture_transform_is_baked_into_the_coordinates(read: Read) -> None:
    transform = {"extensions": {"KHR_texture_transform": {"scale": [2, 3], "offset": [0.25, 0], "rotation": 0}}}
    glb = textured(png((1, 2, 3, 255)), texture=transform)
    glb.json["extensionsRequired"] = ["KHR_texture_transform"]
    geometry = read(glb)
    assert geometry.uv == pytest.approx(CUBE_POINTS[:, :2] * [2, 3] + [0.25, 0])


def test_a_broken_picture_costs_the_picture_only(read: Read) -> None:
    geometry = read(textured(b"\x89PNG no picture at all"))
    assert len(geometry.triangles) == 12
    assert any("cannot be decoded" in note for note in geometry.notes)


def test_a_picture_bomb_is_left_out(read: Read) -> None:
    file = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(file, "PNG")
    geometry = read(textured(file.getvalue()))
    assert geometry.textures == ()
    assert any("pixels" in note for note in geometry.notes)


def test_external_and_embedded_buffers_are_the_same(tmp_path: Path) -> None:
    glb = one()
    glb.bytes()
    data, text = bytes(glb.data), glb.json
    (tmp_path / "my data.bin").write_bytes(data)
    results = []
    for uri in ("my%20data.bin", "data:application/octet-stream;base64," + base64.b64encode(data).decode()):
        text["buffers"] = [{"byteLength": len(data), "uri": uri}]
        path = tmp_path / "model.gltf"
        path.write_text(json.dumps(text))
        results.append(gltf.read(path, Placement("model.gltf"), lambda f, t: None))
    assert results[0].points == pytest.approx(results[1].points)
    assert gltf.dependencies(path) == ()


def test_interleaved_sparse_and_quantised_accessors(read: Read) -> None:
    glb = Glb()
    packed = np.zeros(8, [("p", "<u2", 3), ("pad", "<u2"), ("n", "i1", 4)])
    packed["p"] = CUBE_POINTS * 60000
    view = glb.view(packed.tobytes(), byteStride=12)
    position = glb.add(
        "accessors", {"bufferView": view, "componentType": 5123, "count": 8, "type": "VEC3", "normalized": True}
    )
    moved = (
        glb.view(np.array([7], np.uint16).tobytes()),
        glb.view(np.array([[65535, 65535, 65535]], np.uint16).tobytes()),
    )
    glb.json["accessors"][position]["sparse"] = {
        "count": 1,
        "indices": {"bufferView": moved[0], "componentType": 5123},
        "values": {"bufferView": moved[1]},
    }
    indices = glb.accessor(CUBE_TRIANGLES.reshape(-1))
    glb.add("meshes", {"primitives": [{"attributes": {"POSITION": position}, "indices": indices}]})
    glb.node("Box", mesh=0)
    glb.json["extensionsRequired"] = ["KHR_mesh_quantization"]
    low, high = box(read(glb, up="Z"), "Box")
    assert low.tolist() == pytest.approx([0, 0, 0])
    assert high.tolist() == pytest.approx([1, 1, 1])


def test_instances_stand_in_their_places(read: Read) -> None:
    glb = one()
    places = glb.accessor(np.array([[0, 0, 0], [5, 0, 0], [10, 0, 0]], np.float32))
    glb.json["nodes"][0]["extensions"] = {"EXT_mesh_gpu_instancing": {"attributes": {"TRANSLATION": places}}}
    glb.json["extensionsRequired"] = ["EXT_mesh_gpu_instancing"]
    geometry = read(glb)
    assert len(geometry.triangles) == 36
    assert box(geometry, "Box")[1][0] == pytest.approx(11)


def test_draco(read: Read) -> None:
    import DracoPy

    data = DracoPy.encode(CUBE_POINTS, CUBE_TRIANGLES.astype(np.uint32), quantization_bits=14)
    unique = {a["attribute_type"]: a["unique_id"] for a in DracoPy.decode(data).attributes}
    glb = Glb()
    position = glb.add("accessors", {"componentType": 5126, "count": 8, "type": "VEC3"})
    indices = glb.add("accessors", {"componentType": 5125, "count": 36, "type": "SCALAR"})
    packed = {"bufferView": glb.view(data), "attributes": {"POSITION": unique[0]}}
    primitive = {
        "attributes": {"POSITION": position},
        "indices": indices,
        "extensions": {"KHR_draco_mesh_compression": packed},
    }
    glb.add("meshes", {"primitives": [primitive]})
    glb.node("Box", mesh=0)
    glb.json["extensionsRequired"] = ["KHR_draco_mesh_compression"]
    geometry = read(glb)
    assert len(geometry.triangles) == 12
    assert box(geometry, "Box")[1] == pytest.approx([1, 0, 1], abs=1e-3)
    assert outwards(geometry, geometry.points.mean(axis=0))


def test_meshopt(read: Read) -> None:
    meshoptimizer = pytest.importorskip("meshoptimizer")  # not everywhere: it comes as source only
    glb = Glb()
    vertices = meshoptimizer.encode_vertex_buffer(CUBE_POINTS.copy(), 8, 12)
    triangles = meshoptimizer.encode_index_buffer(CUBE_TRIANGLES.reshape(-1).astype(np.uint32), 36, 8)
    for data, count, stride, mode in ((vertices, 8, 12, "ATTRIBUTES"), (triangles, 36, 4, "TRIANGLES")):
        row = glb.view(bytes(data))
        packed = {**glb.json["bufferViews"][row], "count": count, "byteStride": stride, "mode": mode}
        glb.json["bufferViews"][row] = {
            "buffer": 0,
            "byteLength": count * stride,
            "extensions": {"EXT_meshopt_compression": packed},
        }
    position = glb.add("accessors", {"bufferView": 0, "componentType": 5126, "count": 8, "type": "VEC3"})
    indices = glb.add("accessors", {"bufferView": 1, "componentType": 5125, "count": 36, "type": "SCALAR"})
    glb.add("meshes", {"primitives": [{"attributes": {"POSITION": position}, "indices": indices}]})
    glb.node("Box", mesh=0)
    glb.json["extensionsRequired"] = ["EXT_meshopt_compression"]
    geometry = read(glb)
    assert len(geometry.triangles) == 12
    assert outwards(geometry, geometry.points.mean(axis=0))


def test_without_its_decoder_meshopt_is_named_with_what_to_do(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "meshoptimizer", None)
    glb = one()
    packed = {**glb.json["bufferViews"][0], "count": 8, "byteStride": 12, "mode": "ATTRIBUTES"}
    glb.json["bufferViews"][0]["extensions"] = {"EXT_meshopt_compression": packed}
    with pytest.raises(SceneError, match="packed with meshopt") as caught:
        read(glb)
    assert "EXT_meshopt_compression" in caught.value.remedy


@pytest.mark.parametrize("name", ["KHR_texture_basisu", "VENDOR_secret_mesh"])
def test_what_is_not_supported_is_refused_by_name(read: Read, name: str) -> None:
    glb = one()
    glb.json["extensionsRequired"] = [name]
    with pytest.raises(SceneError, match=name):
        read(glb)


def test_invisible_nodes_and_animations_are_told_about(read: Read) -> None:
    glb = line(1)
    glb.json["nodes"][2]["extensions"] = {"KHR_node_visibility": {"visible": False}}
    glb.json["animations"] = [{}]
    geometry = read(glb)
    assert len(geometry.triangles) == 0
    assert any("invisible" in note for note in geometry.notes)
    assert any("animations" in note for note in geometry.notes)


def test_triangles_of_a_node_lie_together_and_name_it(read: Read) -> None:
    geometry = read(line(3))
    for row, node in enumerate(geometry.nodes):
        used = geometry.node[geometry.triangles[node.first : node.last].reshape(-1)]
        assert (used == row).all()
    assert sum(n.last - n.first for n in geometry.nodes) == len(geometry.triangles)


def test_progress_may_cancel(tmp_path: Path) -> None:
    def cancel(fraction: float, text: str) -> None:
        raise KeyboardInterrupt

    path = line().save(tmp_path / "model.glb")
    with pytest.raises(KeyboardInterrupt):
        gltf.read(path, Placement("model.glb"), cancel)
