"""Foreign descriptions become scene folders that open."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.scene.conftest import SHARED
from tests.scene.glb import Glb, line
from twinviewer.__main__ import main
from twinviewer.discovery import modules_of
from twinviewer.model.errors import SceneError
from twinviewer.scene.draft import Draft
from twinviewer.scene.imported import read_foreign, write_scene, zup_place
from twinviewer.scene.placement import Placement
from twinviewer.scene.scene import Scene

Load = Callable[..., Scene]
TWINMAKER = {
    "specVersion": "1.0",
    "unit": "meters",
    "rootNodeIndexes": [0],
    "nodes": [
        {
            "name": "Mixer",
            "transform": {"position": [1, 2, 3], "rotation": [0, 1.5707963, 0], "scale": [2, 2, 2]},
            "children": [1],
            "components": [{"type": "ModelRef", "uri": "s3://bucket/mixer.glb"}],
        },
        {
            "name": "Tag",
            "components": [
                {
                    "type": "Tag",
                    "valueDataBinding": {
                        "dataBindingContext": {"propertyName": "Temperature", "entityPath": "Plant/Mixers/Mixer_0"}
                    },
                }
            ],
        },
    ],
    "rules": {"r": {"statements": [{"expression": "Temperature >= 100", "target": "icon:Error"}]}},
}
AZURE = {
    "configuration": {
        "scenes": [
            {
                "displayName": "Hall 1",
                "assets": [{"type": "3DAsset", "url": "https://x/hall.glb"}],
                "elements": [
                    {"id": "e1", "displayName": "Tank", "objectIDs": ["CNC-101"]},
                    {"id": "e2", "displayName": "Tank", "objectIDs": ["CNC-102_primitive0", "CNC-102_primitive1"]},
                ],
            },
            {"displayName": "Globe", "elements": []},
        ],
        "behaviors": [
            {
                "displayName": "Level",
                "datasources": [{"elementIDs": ["e1"]}],
                "visuals": [
                    {
                        "valueExpression": "PrimaryTwin.Level",
                        "valueRanges": [{"values": [0, 90]}, {"values": [80, "Infinity"]}],
                    }
                ],
            }
        ],
    }
}


@pytest.mark.parametrize("name", sorted(modules_of("twinviewer.scene.importers")))
def test_every_importer_keeps_the_contract(name: str, tmp_path: Path) -> None:
    module = modules_of("twinviewer.scene.importers")[name]
    assert module.TITLE
    for data in (None, 3, [], {}, {"nodes": 1}, {"configuration": []}):
        assert module.matches(tmp_path / "x.json", data) is False


def test_twinmaker(load: Load, tmp_path: Path) -> None:
    glb = Glb()
    glb.node("body", mesh=glb.mesh())
    glb.save(tmp_path / "mixer.glb")
    (tmp_path / "Mixer.json").write_text(json.dumps(TWINMAKER))
    assert main(["import", str(tmp_path / "Mixer.json"), "-o", str(tmp_path / "out")]) == 0
    scene = load(tmp_path / "out")
    assert scene.geometry is not None
    assert [a.asset_id for a in scene.assets] == ["Mixer_0"]
    assert scene.asset("Mixer_0").path == ("Plant", "Mixers")
    # A cube from 0 to 2 at (1, 2, 3) of a Y-up world, turned by 90° about Y: x from 1, -y from 3 - 2, z from 2.
    assert scene.geometry.points.min(axis=0) == pytest.approx([1, -3, 2], abs=1e-4)
    assert scene.geometry.points.max(axis=0) == pytest.approx([3, -1, 4], abs=1e-4)
    text = (tmp_path / "out" / "scene.toml").read_text()
    assert 'role = "temperature"' in text
    assert "high_high = 100" in text


def test_azure(load: Load, tmp_path: Path) -> None:
    line().save(tmp_path / "hall.glb")
    (tmp_path / "config.json").write_text(json.dumps(AZURE))
    assert main(["import", str(tmp_path / "config.json"), "-o", str(tmp_path / "out")]) == 0
    scene = load(tmp_path / "out")
    assert [a.asset_id for a in scene.assets] == ["Tank", "Tank 2"]
    assert scene.asset("Tank 2").nodes == ("hall.glb#Hall/Line A/CNC-102",)
    text = (tmp_path / "out" / "scene.toml").read_text()
    assert "overlap" in text
    assert "high = 80" in text


def test_a_bare_file_becomes_a_scene(load: Load, draft: Callable[..., Draft], tmp_path: Path) -> None:
    glb = Glb()
    root = glb.node("world")
    for name in ("Pump", "Pump", "Tank, large"):
        glb.node(name, root, mesh=glb.mesh())
    path = glb.save(tmp_path / "skid.glb")
    assert main(["import", str(path), "-o", str(tmp_path / "out")]) == 0
    bare, scene = load(path), load(tmp_path / "out")
    assert [(a.asset_id, a.nodes) for a in scene.assets] == [(a.asset_id, a.nodes) for a in bare.assets]
    assert not [f for f in draft(tmp_path / "out").findings if f.level == "error"]


def test_missing_geometry_is_said_in_the_scene(load: Load, tmp_path: Path) -> None:
    (tmp_path / "Mixer.json").write_text(json.dumps(TWINMAKER))
    assert main(["import", str(tmp_path / "Mixer.json"), "-o", str(tmp_path / "out")]) == 0
    assert "was not found" in (tmp_path / "out" / "scene.toml").read_text()
    assert [a.asset_id for a in load(tmp_path / "out").assets] == ["Mixer_0"]


def test_nothing_is_written_over_a_scene(folder: Path, tmp_path: Path) -> None:
    before = (folder / "scene.toml").read_text()
    path = line().save(tmp_path / "x.glb")
    assert main(["import", str(path), "-o", str(folder)]) == 2
    assert (folder / "scene.toml").read_text() == before


@pytest.mark.parametrize("text", ["", "{", "[]", '{"nodes": []}', "[" * 100_000])
def test_what_no_importer_knows_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.json").write_text(text)
    with pytest.raises(SceneError):
        read_foreign(tmp_path / "x.json")
    with pytest.raises(SceneError, match="no such file"):
        read_foreign(tmp_path / "nowhere.json")


def test_a_cycle_of_twinmaker_nodes_ends(tmp_path: Path) -> None:
    data = {**TWINMAKER, "nodes": [{"name": "a", "children": [0], "components": []}]}
    (tmp_path / "x.json").write_text(json.dumps(data))
    with pytest.raises(SceneError, match="cycle"):
        read_foreign(tmp_path / "x.json")


def test_places_between_y_up_worlds() -> None:
    random = np.random.default_rng(4)
    for _ in range(20):
        q, _ = np.linalg.qr(random.normal(size=(3, 3)))
        q *= np.sign(np.linalg.det(q))
        matrix = np.eye(4)
        matrix[:3, :3] = q * 1.7
        matrix[:3, 3] = random.normal(size=3)
        position, angles, scale, even = zup_place(matrix)
        placed = Placement("x", position=position, rotation_deg=angles, scale=scale).matrix("Y", 1.0)
        expected = Placement("x").matrix("Y", 1.0) @ matrix
        assert even
        assert placed == pytest.approx(expected, abs=1e-3)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the real scenes are not at hand")
@pytest.mark.parametrize("name", ["cookie-factory/Mixer.json", "azure-3d-scenes/3DScenesConfiguration.json"])
def test_real_descriptions(load: Load, tmp_path: Path, name: str) -> None:
    scenes = read_foreign(SHARED / name)
    assert scenes
    for k, scene in enumerate(scenes):
        write_scene(scene, tmp_path / str(k))
        assert len(load(tmp_path / str(k)).assets) == len(scene.assets) > 0


def test_what_a_file_is_made_of_comes_along(load: Load, tmp_path: Path) -> None:
    source = tmp_path / "export"
    (source / "parts").mkdir(parents=True)
    data = line().bytes()
    length = int.from_bytes(data[12:16], "little")
    document = json.loads(data[20 : 20 + length])
    document["buffers"][0]["uri"] = "parts/hall%20of%20fame.bin"
    (source / "parts" / "hall of fame.bin").write_bytes(data[28 + length :])
    (source / "hall.gltf").write_text(json.dumps(document), encoding="utf-8")
    (scene,) = read_foreign(source / "hall.gltf")
    written = write_scene(scene, tmp_path / "made")
    assert tmp_path / "made" / "parts" / "hall of fame.bin" in written
    geometry = load(tmp_path / "made").geometry
    assert geometry is not None
    assert len(geometry.triangles) == 72
    (source / "parts" / "hall of fame.bin").unlink()
    with pytest.raises(SceneError, match="missing"):
        write_scene(scene, tmp_path / "half")
    assert not (tmp_path / "half" / "scene.toml").exists(), "half a scene is none"


def test_a_scene_may_be_made_where_its_geometry_lies(load: Load, tmp_path: Path) -> None:
    path = line().save(tmp_path / "hall.glb")
    before = path.read_bytes()
    assert main(["import", str(path), "-o", str(tmp_path)]) == 0
    assert path.read_bytes() == before
    assert load(tmp_path).assets
    (tmp_path / "scene.toml").unlink()
    (tmp_path / "assets.csv").write_text("mine")
    assert main(["import", str(path), "-o", str(tmp_path)]) == 2
    assert (tmp_path / "assets.csv").read_text() == "mine"
