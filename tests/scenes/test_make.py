"""The scene maker: sound solids, the same bytes every time, the committed files up to date."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenes._make import hall, skid, solids, sweeps
from scenes._make.floor import clip_x
from scenes._make.glb import GlbWriter
from scenes._make.mesh import Mesh, at, merge, mirror, without_slivers
from tests.scenes.conftest import SCENES

SIZE = st.floats(0.05, 4.0)


def volume(mesh: Mesh) -> float:
    """Signed volume of a closed mesh: positive where triangles look outwards."""
    a, b, c = (mesh.points[mesh.triangles[:, k]] for k in range(3))
    return float(np.einsum("ij,ij->i", a, np.cross(b, c)).sum() / 6)


def facing(mesh: Mesh) -> np.ndarray:
    """Cosine between each triangle and the mean of its normals; only triangles of any size."""
    a, b, c = (mesh.points[mesh.triangles[:, k]] for k in range(3))
    flat = np.cross(b - a, c - a)
    size = np.linalg.norm(flat, axis=1)
    mean = mesh.normals[mesh.triangles].mean(axis=1)
    keep = size > 1e-10
    return np.einsum("ij,ij->i", flat, mean)[keep] / size[keep]


def glb_parts(path: Path) -> tuple[Mapping, bytes]:
    """JSON and binary chunk of a GLB."""
    data = path.read_bytes()
    length = struct.unpack_from("<I", data, 12)[0]
    return json.loads(data[20 : 20 + length]), data[28 + length :]


@given(SIZE, SIZE, SIZE)
def test_a_box_has_the_volume_of_its_sizes_less_the_bevel(x: float, y: float, z: float) -> None:
    sharp, bevelled = solids.block(x, y, z), solids.box(x, y, z, 0.004)
    assert volume(sharp) == pytest.approx(x * y * z)
    assert 0.9 * x * y * z < volume(bevelled) < x * y * z
    assert np.ptp(bevelled.points, axis=0) == pytest.approx([x, y, z])


@given(st.floats(0.05, 2), st.floats(0.05, 3))
def test_a_cylinder_comes_close_to_its_volume(radius: float, height: float) -> None:
    exact = np.pi * radius**2 * height
    assert 0.80 * exact < volume(solids.cylinder(radius, height)) < exact


SOLIDS = {
    "box": solids.box(1, 2, 3, 0.05),
    "rounded box": solids.box(1, 2, 3, 0.2, 2),
    "cylinder": solids.cylinder(0.4, 1),
    "ring": solids.ring(0.5, 0.3, 0.1),
    "revolve": solids.revolve([(0, 0), (0.3, 0), (0.2, 0.5), (0.1, 0.6), (0, 0.6)]),
    "prism": solids.prism([(0, 0), (2, 0), (2, 0.5), (0.5, 0.5), (0.5, 2), (0, 2)], 0.4),
    "prism_x": solids.prism_x([(0, 0), (1, 0), (0, 1)], 0.5),
    "prism_y": solids.prism_y([(0, 0), (1, 0), (0, 1)], 0.5),
    "frame": solids.frame(1, 2, 0.1, 0.05),
    "plate": solids.plate_with_window(2, 1, (-0.5, 0.5, -0.2, 0.2), 0.05),
    "pipe": sweeps.pipe([(0, 0, 0), (2, 0, 0), (2, 1, 0), (2, 1, 2)], 0.1),
    "torus": sweeps.torus(0.4, 0.05),
    "oval loft": sweeps.loft([sweeps.oval((0, 0, z), (1, 0, 0), (0, 1, 0), 0.3, 0.2, 4) for z in (0, 0.5, 1)]),
}


@pytest.mark.parametrize("name", SOLIDS)
def test_every_solid_looks_outwards_and_its_normals_agree(name: str) -> None:
    mesh = SOLIDS[name]
    assert volume(mesh) > 0
    assert facing(mesh).min() > 0.3
    assert np.linalg.norm(mesh.normals, axis=1) == pytest.approx(1.0)


@pytest.mark.parametrize("name", SOLIDS)
def test_a_placed_or_mirrored_solid_still_looks_outwards(name: str) -> None:
    for place in (at(1, 2, 3, 20, 30, 40), mirror(0), mirror(2) @ at(rz=30)):
        moved = SOLIDS[name].at(place)
        assert volume(moved) == pytest.approx(volume(SOLIDS[name]))
        assert facing(moved).min() > 0.3


def test_a_prism_fills_its_outline() -> None:
    corner = [(0, 0), (2, 0), (2, 0.5), (0.5, 0.5), (0.5, 2), (0, 2)]
    assert volume(solids.prism(corner, 0.4, 1e-6)) == pytest.approx(1.75 * 0.4, rel=1e-3)


def test_an_outline_that_crosses_itself_is_refused() -> None:
    with pytest.raises(ValueError, match="crosses itself"):
        solids.ear_triangles(np.array([(0, 0), (1, 1), (1, 0), (0, 1)], float))


def test_a_bent_pipe_keeps_its_radius_and_its_ends() -> None:
    way = sweeps.rounded_way([(0, 0, 0), (1, 0, 0), (1, 1, 0)], 0.3)
    centre = np.array([0.7, 0.3, 0])
    bend = way[(way[:, 0] > 0.7 + 1e-9) & (way[:, 1] < 0.3 - 1e-9)]
    assert np.linalg.norm(bend - centre, axis=1) == pytest.approx(0.3)
    assert way[0] == pytest.approx([0, 0, 0])
    assert way[-1] == pytest.approx([1, 1, 0])


def test_slivers_and_unused_points_are_left_out() -> None:
    points = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [2, 0, 0], [9, 9, 9]], float)
    mesh = Mesh(points, np.tile([0.0, 0, 1], (5, 1)), np.array([[0, 1, 2], [0, 1, 3]]))
    clean = without_slivers(mesh)
    assert clean.triangles.tolist() == [[0, 1, 2]]
    assert len(clean.points) == 3


@given(st.floats(-1, 1), st.floats(0.1, 2))
def test_a_clipped_polygon_stays_inside_and_keeps_what_was_inside(low: float, width: float) -> None:
    square = np.array([(-1.0, 0), (1, 0), (1, 1), (-1, 1)])
    cut = clip_x(square, low, low + width)
    kept = max(min(low + width, 1.0) - max(low, -1.0), 0.0)
    x, y = (cut[:, k] for k in (0, 1)) if len(cut) else (np.zeros(0), np.zeros(0))
    area = 0.5 * float(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y))
    assert area == pytest.approx(kept, abs=1e-9)


def test_what_is_written_is_what_was_meant_to_a_tenth_of_a_millimetre(tmp_path: Path) -> None:
    mesh = merge([solids.box(2, 1, 0.5), solids.cylinder(0.3, 2).to(1, 0, 0)])
    writer = GlbWriter()
    root = writer.node("Top", [writer.node("Part", mesh=writer.mesh("m", {"skin": mesh}))], at(5, 6, 7))
    writer.write(tmp_path / "one.glb", root)
    document, data = glb_parts(tmp_path / "one.glb")
    accessor = document["accessors"][0]
    view = document["bufferViews"][accessor["bufferView"]]
    raw = np.frombuffer(data, np.int16, accessor["count"] * 4, view["byteOffset"]).reshape(-1, 4)[:, :3]
    spread = np.array(document["nodes"][0]["matrix"]).reshape(4, 4).T
    points = raw @ spread[:3, :3].T + spread[:3, 3]
    assert np.abs(points.min(0) - mesh.points.min(0)).max() < 1e-4
    assert np.abs(points.max(0) - mesh.points.max(0)).max() < 1e-4
    assert document["materials"][0]["extras"] == {"skin": True}


def test_making_a_scene_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one.glb", "two.glb"):
        skid.write(tmp_path / name)
    assert (tmp_path / "one.glb").read_bytes() == (tmp_path / "two.glb").read_bytes()


@pytest.mark.parametrize(
    ("write", "file"), [(hall.write, "assembly-hall/hall.glb"), (skid.write, "pump-skid/skid.glb")]
)
def test_the_committed_geometry_is_what_the_maker_makes(write, file: str, tmp_path: Path) -> None:
    write(tmp_path / "new.glb")
    made, made_data = glb_parts(tmp_path / "new.glb")
    kept, kept_data = glb_parts(SCENES / file)
    for key in ("asset", "extensionsRequired", "scenes", "materials", "bufferViews"):
        assert made[key] == kept[key]
    assert [n["name"] for n in made["nodes"]] == [n["name"] for n in kept["nodes"]]
    assert [n.get("extras") for n in made["nodes"]] == [n.get("extras") for n in kept["nodes"]]
    for accessor in made["accessors"]:  # another processor may round a coordinate the other way
        if accessor["componentType"] == 5122:
            view = made["bufferViews"][accessor["bufferView"]]
            place = {"dtype": np.int16, "count": accessor["count"] * 4, "offset": view["byteOffset"]}
            difference = np.frombuffer(made_data, **place).astype(int) - np.frombuffer(kept_data, **place)
            assert np.abs(difference).max(initial=0) <= 1
