"""Geometry formats beside glTF, each format's contract, and the real scenes at hand."""

import importlib.util
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.scene.conftest import SHARED
from tests.scene.glb import CUBE_POINTS, CUBE_TRIANGLES
from twinviewer.discovery import modules_of
from twinviewer.model.errors import SceneError
from twinviewer.scene.formats import formats, suffixes
from twinviewer.scene.mesh import creased_normals, unit_rows
from twinviewer.scene.placement import Placement
from twinviewer.scene.scene import Scene

Load = Callable[..., Scene]
REAL = sorted(path for path in SHARED.glob("*/*") if path.suffix in suffixes()) if SHARED.is_dir() else []


@pytest.mark.parametrize("name", sorted(modules_of("twinviewer.scene.formats")))
def test_every_format_keeps_the_contract(name: str, tmp_path: Path) -> None:
    module = modules_of("twinviewer.scene.formats")[name]
    assert module.SUFFIXES
    assert all(suffix.startswith(".") and suffix == suffix.lower() for suffix in module.SUFFIXES)
    for suffix in module.SUFFIXES:
        assert formats()[suffix] is module
        for content in (b"", b"not at all", bytes(300)):
            path = tmp_path / f"broken{suffix}"
            path.write_bytes(content)
            with pytest.raises(SceneError) as caught:
                module.read(path, Placement(path.name), lambda fraction, text: None)
            assert path.name in caught.value.where


def obj(text: str = "") -> str:
    points = "".join(f"v {x} {y} {z}\n" for x, y, z in CUBE_POINTS)
    faces = [f"f {a + 1} {b + 1} {c + 1}\n" for a, b, c in CUBE_TRIANGLES]
    return points + (text or "{0}{1}").format("".join(faces[:6]), "".join(faces[6:]))


def test_obj_objects_are_nodes(load: Load, tmp_path: Path) -> None:
    (tmp_path / "a.obj").write_text(obj("o Pump 1\n{0}o Tank\ng inner\n{1}"))
    scene = load(tmp_path / "a.obj")
    assert scene.geometry is not None
    assert [a.asset_id for a in scene.assets] == ["Pump 1", "Tank"]
    assert [n.last - n.first for n in scene.geometry.nodes] == [6, 6]


def test_obj_groups_are_nodes_where_there_are_no_objects(load: Load, tmp_path: Path) -> None:
    (tmp_path / "a.obj").write_text(obj("{0}g Tank\n{1}"))
    assert [a.asset_id for a in load(tmp_path / "a.obj").assets] == ["a", "Tank"]


def test_obj_materials_colour_faces(load: Load, tmp_path: Path) -> None:
    (tmp_path / "a.mtl").write_text("newmtl red\nKd 1 0 0\nnewmtl glass\nKd 0 0 1\nd 0.5\n")
    (tmp_path / "a.obj").write_text("mtllib a.mtl\n" + obj("usemtl red\n{0}usemtl glass\n{1}"))
    geometry = load(tmp_path / "a.obj").geometry
    assert geometry is not None
    assert len(geometry.nodes) == 1
    assert geometry.colour[geometry.triangles[:6, 0]].tolist() == [[255, 0, 0, 255]] * 6
    assert geometry.colour[geometry.triangles[6:, 0]].tolist() == [[0, 0, 255, 128]] * 6


def test_a_changed_material_file_is_seen(load: Load, tmp_path: Path) -> None:
    (tmp_path / "a.obj").write_text("mtllib a.mtl\n" + obj("usemtl red\n{0}{1}"))
    for red, expected in ((1, 255), (0.2, 51)):
        (tmp_path / "a.mtl").write_text(f"newmtl red\nKd {red} 0 0\n")
        geometry = load(tmp_path / "a.obj").geometry
        assert geometry is not None
        assert geometry.colour[0, 0] == expected


def test_a_material_file_outside_the_folder_is_refused(load: Load, tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    (tmp_path / "a.mtl").write_text("newmtl red\nKd 1 0 0\n")
    (inner / "a.obj").write_text("mtllib ../a.mtl\n" + obj())
    with pytest.raises(SceneError, match="outside"):
        load(inner / "a.obj")


def test_faces_with_points_that_are_not_there_are_refused(load: Load, tmp_path: Path) -> None:
    (tmp_path / "a.obj").write_text("v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 99\n")
    with pytest.raises(SceneError, match="point 98"):
        load(tmp_path / "a.obj")


WRITERS = [
    ("a.stl", "vtkIOGeometry", "vtkSTLWriter"),
    ("a.ply", "vtkIOPLY", "vtkPLYWriter"),
    ("a.vtk", "vtkIOLegacy", "vtkPolyDataWriter"),
    ("a.vtp", "vtkIOXML", "vtkXMLPolyDataWriter"),
]


@pytest.mark.parametrize(("name", "module", "writer"), WRITERS)
def test_mesh_files_of_vtk(load: Load, tmp_path: Path, name: str, module: str, writer: str) -> None:
    from vtkmodules.vtkFiltersSources import vtkCubeSource

    cube = vtkCubeSource()
    cube.SetXLength(2000)
    out = getattr(importlib.import_module(f"vtkmodules.{module}"), writer)()
    out.SetInputConnection(cube.GetOutputPort())
    out.SetFileName(str(tmp_path / name))
    out.Write()
    (tmp_path / "scene.toml").write_text(f'format = 1\nname = "x"\n[[model]]\nfile = "{name}"\nunit = 0.001\n')
    scene = load(tmp_path)
    geometry = scene.geometry
    assert geometry is not None
    assert [a.asset_id for a in scene.assets] == ["a"]
    assert len(geometry.triangles) == 12
    assert np.ptp(geometry.points, axis=0) == pytest.approx([2, 0.001, 0.001])
    assert np.linalg.norm(geometry.normals, axis=1) == pytest.approx(1, abs=1e-5)


def test_colours_of_ply_points(load: Load, tmp_path: Path) -> None:
    head = "ply\nformat ascii 1.0\nelement vertex 3\n"
    head += "".join(f"property float {axis}\n" for axis in "xyz")
    head += "".join(f"property uchar {colour}\n" for colour in ("red", "green", "blue"))
    head += "element face 1\nproperty list uchar int vertex_indices\nend_header\n"
    (tmp_path / "a.ply").write_text(head + "0 0 0 255 0 0\n1 0 0 0 255 0\n0 1 0 0 0 255\n3 0 1 2\n")
    geometry = load(tmp_path / "a.ply").geometry
    assert geometry is not None
    assert geometry.colour.tolist() == [[255, 0, 0, 255], [0, 255, 0, 255], [0, 0, 255, 255]]


BAD_CORNER = "vertex nan 0 0\nvertex 1 0 0\nvertex 0 1 0\n"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.ply", "ply\nformat ascii 1.0\nelement vertex 100000000000\nend_header\n"),
        ("a.vtk", "# vtk DataFile Version 3.0\nx\nASCII\nDATASET POLYDATA\nPOINTS 999999999999 float\n"),
        ("a.vtk", "# vtk DataFile Version 3.0\nx\nASCII\nDATASET POLYDATA\nPOINTS 1 float\n0 0 0\n"),
        (
            "a.stl",
            f"solid x\nfacet normal 0 0 1\nouter loop\n{BAD_CORNER}endloop\nendfacet\nendsolid x\n",
        ),
    ],
)
def test_mesh_files_that_lie_are_refused(load: Load, tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(SceneError):
        load(tmp_path / name)


# --- IFC ----------------------------------------------------------------------------------------------------------

HAS_IFC = importlib.util.find_spec("ifcopenshell") is not None


@pytest.mark.skipif(HAS_IFC, reason="ifcopenshell is installed")
def test_without_its_package_ifc_says_how_to_get_it(load: Load, tmp_path: Path) -> None:
    (tmp_path / "a.ifc").write_text("ISO-10303-21;\nEND-ISO-10303-21;\n")
    with pytest.raises(SceneError) as caught:
        load(tmp_path / "a.ifc")
    assert "pip install 'twinviewer[ifc]'" in caught.value.remedy


# --- real scenes --------------------------------------------------------------------------------------------------


@pytest.mark.skipif(not REAL, reason="the real scenes are not at hand")
@pytest.mark.parametrize("path", REAL, ids=lambda path: path.name)
def test_real_scenes_open(load: Load, path: Path) -> None:
    if path.suffix == ".ifc" and not HAS_IFC:
        pytest.skip("ifcopenshell is not installed")
    scene = load(path)
    geometry = scene.geometry
    assert geometry is not None
    assert len(geometry.triangles) > 400
    assert scene.assets
    assert len({n.path for n in geometry.nodes}) == len(geometry.nodes)
    size = np.ptp(geometry.points, axis=0)
    assert 0.05 < size.max() < 50
    bare = load(path, geometry=False)
    assert bare.key == scene.key
    assert bare.assets == scene.assets


@pytest.mark.skipif(not REAL, reason="the real scenes are not at hand")
def test_the_warehouse_is_what_its_maker_says(load: Load) -> None:
    scene = load(SHARED / "small-warehouse" / "small-warehouse.glb")
    geometry = scene.geometry
    assert geometry is not None
    assert np.ptp(geometry.points, axis=0) == pytest.approx([14, 21, 10], abs=0.2)  # lies flat, stands upright
    assert len(geometry.textures) == 14
    assert {a.asset_id for a in scene.assets} >= {"aws_robomaker_warehouse_ShelfF_01_001"}


# --- normals of files that have none ------------------------------------------------------------------------------


@given(st.tuples(*[st.floats(0.05, 20)] * 3))
def test_a_box_without_normals_is_flat_whatever_its_sides(size: tuple[float, float, float]) -> None:
    points = (CUBE_POINTS * np.array(size)).astype(np.float32)
    normals, triangles, source = creased_normals(points, CUBE_TRIANGLES)
    corners = points[source][triangles]
    face = unit_rows(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]))
    assert np.allclose(normals[triangles], face[:, None], atol=1e-4)
    assert len(normals) == 24, "three for each of the eight corners"


def test_a_cylinder_without_normals_is_round_up_to_its_rim() -> None:
    turn = np.arange(24) * 2 * np.pi / 24
    ring = np.c_[np.cos(turn), np.sin(turn), 0 * turn]
    points = np.concatenate([ring, ring + np.array([0, 0, 2]), [[0, 0, 0], [0, 0, 2]]]).astype(np.float32)
    after = (np.arange(24) + 1) % 24
    low, high = np.arange(24), np.arange(24) + 24
    sides = np.r_[np.c_[low, after, high], np.c_[after, after + 24, high]]
    caps = np.r_[np.c_[np.full(24, 48), after, low], np.c_[np.full(24, 49), high, after + 24]]
    normals, triangles, source = creased_normals(points, np.r_[sides, caps].astype(np.int32))
    outwards = points[source][triangles[:48]] * [1, 1, 0]
    assert np.einsum("mcj,mcj->mc", normals[triangles[:48]], outwards).min() > np.cos(np.radians(4))
    assert np.allclose(np.abs(normals[triangles[48:]][..., 2]), 1)
