"""From scene.toml, table and nodes to assets and tags."""

import contextlib
import random
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from tests.scene.conftest import TOML, add
from tests.scene.glb import Glb, line
from twinviewer.model.asset import NodeAddress
from twinviewer.model.errors import SceneError
from twinviewer.model.geometry import GeometryNode
from twinviewer.model.state import State
from twinviewer.scene.draft import Draft
from twinviewer.scene.node_list import top_level
from twinviewer.scene.ods import ods_lines
from twinviewer.scene.scene import Scene

Load = Callable[..., Scene]


def ids(scene: Scene) -> list[str]:
    return [asset.asset_id for asset in scene.assets]


def error(load: Load, folder: Path) -> SceneError:
    with pytest.raises(SceneError) as caught:
        load(folder)
    return caught.value


def write(folder: Path, text: str) -> None:
    (folder / "scene.toml").write_text(text, encoding="utf-8")


def test_rules_types_and_places(load: Load, folder: Path) -> None:
    scene = load(folder)
    assert (scene.name, ids(scene)) == ("Trial", ["CNC-101", "CNC-102", "CNC-103"])
    asset = scene.asset("CNC-102")
    assert asset.path == ("Hall 2", "Machining", "Line A")
    assert (asset.type, asset.type_label, asset.station, asset.rated_power_kw) == ("cnc", "CNC centre", True, 20)
    assert asset.vibration_limits == (1.4, 2.8, 4.5)
    assert asset.nodes == ("hall.glb#Hall/Line A/CNC-102",)
    assert [scene.tags[row].name for row in asset.tags] == ["CNC-102.State", "CNC-102.Vibration"]


def test_tags_are_filled_from_the_template(load: Load, folder: Path) -> None:
    tag = load(folder).tag("CNC-103.Vibration")
    assert tag.address == NodeAddress("urn:test", "s=CNC-103.Vibration")
    assert (tag.role, tag.unit, tag.normal) == ("vibration", "mm/s", (0.4, 2.0))
    assert (tag.limits.high, tag.limits.high_high, tag.limits.hysteresis, tag.limits.delay_s) == (2.8, 4.5, 0.2, 5)


def test_rows_are_indices(load: Load, folder: Path) -> None:
    scene = load(folder)
    assert [a.index for a in scene.assets] == [0, 1, 2]
    assert [t.index for t in scene.tags] == list(range(6))
    assert all(scene.tags[row].asset_id == a.asset_id for a in scene.assets for row in a.tags)


def test_everything_below_a_node_belongs_to_its_asset(load: Load, folder: Path) -> None:
    scene = load(folder)
    assert scene.geometry is not None
    owner = {
        node.path.partition("#")[2]: int(row)
        for node, row in zip(scene.geometry.nodes, scene.asset_of_node, strict=True)
    }
    assert owner["Hall/Line A/CNC-102/Door"] == 1
    assert owner["Hall"] == -1


def test_without_geometry_assets_and_key_are_the_same(load: Load, folder: Path) -> None:
    whole, bare = load(folder), load(folder, geometry=False)
    assert bare.geometry is None
    assert bare.key == whole.key
    assert bare.assets == whole.assets
    assert bare.tags == whole.tags
    assert np.array_equal(bare.asset_of_node, whole.asset_of_node)


def test_the_key_follows_the_tags_and_not_the_geometry(load: Load, folder: Path) -> None:
    key = load(folder).key
    glb = line()
    glb.node("Wall", mesh=0)
    glb.save(folder / "hall.glb")
    assert load(folder).key == key
    write(folder, TOML.replace("high = 2.8", "high = 2.7"))
    assert load(folder).key != key


def test_the_first_rule_wins_and_ignore_takes_out(load: Load, folder: Path) -> None:
    add(folder, '[[asset]]\nnodes = "**/CNC-*"\ntype = "machine"\n')
    assert {a.type for a in load(folder).assets} == {"cnc"}
    first = '[[asset]]\nnodes = "**/CNC-102"\nignore = true\n'
    write(folder, TOML.replace("[[asset]]", first + "[[asset]]", 1))
    assert ids(load(folder)) == ["CNC-101", "CNC-103"]


def test_an_id_may_be_made_of_captures(load: Load, folder: Path) -> None:
    rule = '[[asset]]\nnodes = "Hall/Line {l}/CNC-{n}"\nasset = "{l}{n}"\nname = "Machine {n}"\ntype = "cnc"\n'
    write(
        folder,
        TOML.replace(
            '[[asset]]\nnodes = "Hall/Line {line}/{asset}"\ntype = "extras:type"\npath = "Machining/Line {line}"\n',
            rule,
        ),
    )
    scene = load(folder)
    assert ids(scene) == ["A101", "A102", "A103"]
    assert scene.asset("A102").name == "Machine 102"
    assert scene.asset("A102").path == ("Hall 2", "Line A")  # from the hierarchy; the lone root says nothing


def test_extends_merges_tags_and_limits(load: Load, folder: Path) -> None:
    add(
        folder,
        '[type.cnc.tags.Vibration]\nlimits = { high = 3.5 }\n[type.cnc.tags.State]\npath = "p:Machines/p:{asset}"\n',
    )
    scene = load(folder)
    limits = scene.tag("CNC-101.Vibration").limits
    assert (limits.high, limits.high_high, limits.delay_s) == (3.5, 4.5, 5)
    assert scene.tag("CNC-101.State").address == NodeAddress(
        browse_path=(("urn:test", "Machines"), ("urn:test", "CNC-101"))
    )


def test_states_have_a_standard_numbering(load: Load, folder: Path) -> None:
    states = load(folder).tag("CNC-101.State").states
    assert states["1"] is State.RUNNING
    assert states["6"] is State.FAULT
    assert len(states) == 8
    add(folder, '[type.cnc.tags.State]\nstates = { Running = "running", Alarm = "fault" }\n')
    tag = load(folder).tag("CNC-101.State")
    assert tag.is_text
    assert tag.states == {"Running": State.RUNNING, "Alarm": State.FAULT}


@pytest.mark.parametrize(
    ("states", "is_text"), [("-1 = 'fault', 1 = 'running'", False), ("1 = 'running', Alarm = 'fault'", True)]
)
def test_states_are_text_as_soon_as_one_is_a_word(load: Load, folder: Path, states: str, is_text: bool) -> None:
    add(folder, f"[type.cnc.tags.State]\nstates = {{ {states} }}\n")
    assert load(folder).tag("CNC-101.State").is_text is is_text


@pytest.mark.parametrize("kind", ["comma", "semicolon", "windows", "unicode", "xlsx"])
def test_the_table_binds_names_and_overrides(load: Load, folder: Path, kind: str) -> None:
    rows = [
        ["Asset", "type", "name", "path", "node", "line_no", "Vibration.high", "rated_power_kw"],
        ["M-1", "cnc", "Fräse, 1", "West/Line 9", "Hall/Line A/CNC-101", "7", "3.25", "12.5"],
        ["CNC-102", "", "", "", "", "", "", ""],
        ["", "", "", "", "", "", "", ""],
        ["P-1", "cnc", "Pump", "Utilities", "", "", "", ""],
    ]
    name = "assets.xlsx" if kind == "xlsx" else "assets.csv"
    if kind == "xlsx":
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)  # type: ignore[union-attr]
        book.save(folder / name)
    else:
        sign = {"comma": ",", "unicode": "\t"}.get(kind, ";")
        encoding = {"windows": "cp1252", "unicode": "utf-16"}.get(kind, "utf-8-sig")
        text = "\n".join(sign.join(f'"{c}"' if sign in c else c for c in row) for row in rows)
        (folder / name).write_bytes(text.encode(encoding))
    add(folder, f'[assets]\ntable = "{name}"\n')
    scene = load(folder)
    assert ids(scene) == ["M-1", "CNC-102", "CNC-103", "P-1"]
    first = scene.asset("M-1")
    assert (first.name, first.path, first.rated_power_kw) == ("Fräse, 1", ("Hall 2", "West", "Line 9"), 12.5)
    assert first.extras["line_no"] == "7"
    assert scene.tag("M-1.Vibration").limits.high == 3.25
    assert scene.tag("CNC-102.Vibration").limits.high == 2.8
    assert scene.asset("P-1").nodes == ()


def test_names_that_would_rewrite_a_terminal_are_shown_in_one_line(load: Load, folder: Path) -> None:
    glb = Glb()
    extras = {"asset": " P-1\x00\u202e\x1b[2J ", "name": "Feed\npump \u00e9"}
    glb.node("Pump", mesh=glb.mesh(), extras=extras)
    glb.node("Tank\x1b[31m", mesh=glb.mesh())
    glb.save(folder / "hall.glb")
    head = TOML[: TOML.index("[[asset]]")].replace('file = "hall.glb"', 'file = "hall.glb"\nnodes = "named"')
    write(folder, head + '[assets]\ntable = "assets.csv"\n')
    (folder / "assets.csv").write_text("asset,name,node\nT-1,a\x1b[1mb,Tank [31m\n")
    names = {asset.asset_id: asset.name for asset in load(folder).assets}
    assert names == {"P-1 [2J": "Feed pump \u00e9", "T-1": "a [1mb"}


def test_a_table_that_is_none_says_what_was_found(load: Load, folder: Path) -> None:
    add(folder, '[assets]\ntable = "assets.csv"\n')
    for data, says in (
        (b"asset|type\nA|cnc\n", r"csv:1: the column 'asset' is missing.*'asset\|type'; columns are separated by"),
        (b"asset,type\nA,c\0nc\n", "assets.csv:2: the file is not a table in text"),
        ("asset,type\n".encode("utf-16-le"), "not a table in text. Save it as CSV in UTF-8"),
    ):
        (folder / "assets.csv").write_bytes(data)
        with pytest.raises(SceneError, match=says):
            load(folder)


def test_a_table_alone_is_enough(load: Load, folder: Path) -> None:
    head = TOML[: TOML.index("[[asset]]")]
    write(folder, head + '[assets]\ntable = "assets.csv"\n')
    (folder / "assets.csv").write_text("asset,type,node\nA,cnc,**/CNC-101\nCNC-102,cnc,\nB,cnc,CNC-103\n")
    scene = load(folder)
    assert ids(scene) == ["A", "CNC-102", "B"]
    assert all(asset.nodes for asset in scene.assets)


def test_one_line_may_bind_several_nodes(load: Load, folder: Path) -> None:
    add(folder, '[assets]\ntable = "assets.csv"\n')
    (folder / "assets.csv").write_text("asset,type,node\nPAIR,cnc,Hall/Line A/CNC-10?\n")
    scene = load(folder)
    assert ids(scene) == ["PAIR"]
    assert len(scene.asset("PAIR").nodes) == 3


def test_extras_name_the_assets(load: Load, tmp_path: Path) -> None:
    glb = Glb()
    root = glb.node("world")
    press = glb.node(
        "press geometry", root, mesh=glb.mesh(), extras={"asset": "PR-1", "type": "press", "name": "Press"}
    )
    glb.node("motor geometry", press, mesh=0, extras={"asset": "PR-1.M", "type": "motor"})
    glb.node("wall", root, mesh=0)
    scene = load(glb.save(tmp_path / "hall.glb"))
    assert ids(scene) == ["PR-1", "PR-1.M"]
    assert scene.asset("PR-1.M").part_of == "PR-1"
    assert scene.asset("PR-1").name == "Press"
    assert scene.asset_of_node.tolist() == [-1, 0, 1, -1]


def test_a_bare_file_has_its_top_level_nodes_as_assets(load: Load, tmp_path: Path) -> None:
    glb = Glb()
    mesh = glb.mesh()
    for name in ("Pump", "Pump", "Tank"):
        glb.node(name, mesh=mesh)
    glb.node("Empty")
    scene = load(glb.save(tmp_path / "skid.glb"))
    assert (scene.name, ids(scene)) == ("skid", ["Pump", "Pump[1]", "Tank"])
    assert scene.tags == ()


def test_a_lone_grouping_root_is_not_the_asset(load: Load, tmp_path: Path) -> None:
    glb = Glb()
    root = glb.node("Scene")
    for name in ("Pump", "Tank"):
        glb.node(name, root, mesh=glb.mesh())
    assert ids(load(glb.save(tmp_path / "skid.glb"))) == ["Pump", "Tank"]


def test_two_models_stand_side_by_side(load: Load, folder: Path) -> None:
    add(folder, '[[model]]\nfile = "hall.glb"\nposition = [0, 50, 0]\nnodes = "listed"\n')
    write(
        folder,
        (folder / "scene.toml")
        .read_text()
        .replace('"Hall/Line {line}/{asset}"', '"hall.glb#Hall/Line {line}/{asset}"'),
    )
    scene = load(folder)
    assert scene.geometry is not None
    assert len(scene.geometry.triangles) == 2 * 6 * 12
    second = [n for n in scene.geometry.nodes if n.path.startswith("hall.glb[1]#")]
    assert len(second) == len(scene.geometry.nodes) // 2
    rows = scene.geometry.node[scene.geometry.triangles[second[-1].first : second[-1].last].reshape(-1)]
    assert {scene.geometry.nodes[row].path for row in rows} == {second[-1].path}
    assert scene.geometry.points[:, 1].max() > 49
    assert ids(scene) == ["CNC-101", "CNC-102", "CNC-103"]


def test_flow_is_stages_of_patterns(load: Load, folder: Path) -> None:
    add(folder, '[[flow]]\npath = ["CNC-101", "CNC-10?", "CNC-103"]\n')
    assert load(folder).flow == (("CNC-101", "CNC-102"), ("CNC-101", "CNC-103"), ("CNC-102", "CNC-103"))


def test_views_energy_and_targets(load: Load, folder: Path) -> None:
    add(
        folder,
        "[energy]\ncarbon_kg_per_kwh = 0.38\n[kpi.targets]\noee = 0.85\n"
        '[[view]]\nname = "Line A"\nposition = [1, 2, 3]\ntarget = [4, 5, 6]\nmode = "energy"\n',
    )
    scene = load(folder)
    assert scene.energy.carbon_kg_per_kwh == 0.38
    assert scene.kpi_targets == {"oee": 0.85}
    assert (scene.views[0].name, scene.views[0].target, scene.views[0].mode) == ("Line A", (4, 5, 6), "energy")


def test_accepted_bindings_replace_and_add_tags(load: Load, folder: Path) -> None:
    (folder / "bindings.csv").write_text(
        "asset,tag,node,role,unit,confidence,accept\n"
        "CNC-101,State,nsu=urn:other;i=42,,,0.9,yes\n"
        "CNC-101,Load,p:Machines/p:CNC-101/p:Load,load,%,0.7,yes\n"
        "CNC-102,State,p:s=wrong,,,0.2,no\n"
    )
    scene = load(folder)
    assert scene.tag("CNC-101.State").address == NodeAddress("urn:other", "i=42")
    assert scene.tag("CNC-101.State").role == "state"
    assert (scene.tag("CNC-101.Load").role, scene.tag("CNC-101.Load").unit) == ("load", "%")
    assert scene.tag("CNC-102.State").address.identifier == "s=CNC-102.State"


@pytest.mark.parametrize(
    ("change", "line", "says"),
    [
        (("format = 1", "format = 2"), 1, "format 2"),
        (("format = 1", 'format = "1"'), 1, "format"),
        (("format = 1\n", ""), 0, "'format' is missing"),
        (('name = "Trial"', 'name = "Trial'), 2, "not valid TOML"),
        (('role = "state"', 'rolle = "state"'), 15, "'type.machine.tags.State.rolle' is not known"),
        (('role = "state"', 'role = "status"'), 15, "role"),
        (("rated_power_kw = 20", "rated_power_kw = -20"), 11, "rated_power_kw"),
        (('group = "2"', 'group = "9"'), 12, "group '9'"),
        (('extends = "machine"', 'extends = "maschine"'), 23, "'maschine' is not defined"),
        (('node = "p:s={asset}.State"', 'node = "q:s={asset}.State"'), 13, "prefix 'q'"),
        (('node = "p:s={asset}.State"', 'node = "ns=2;s={asset}.State"'), 13, "by index"),
        (('node = "p:s={asset}.State"', 'node = "p:{asset}.State"'), 13, "not an identifier"),
        (('node = "p:s={asset}.State"', 'node = "p:i={asset}"'), 13, "whole number"),
        (('node = "p:s={asset}.State"', 'node = "p:b=?{asset}"'), 13, "base64"),
        (('node = "p:s={asset}.State"', 'node = "p:s={machine}.State"'), 13, "nothing fills '{machine}'"),
        (('nodes = "Hall/Line {line}', 'nodes = "Hall/Line {li-ne}'), 26, "not a capture"),
        (('file = "hall.glb"', 'file = "gone.glb"'), 7, "missing"),
        (('file = "hall.glb"', 'file = "../../etc/passwd"'), 7, "outside the scene folder"),
        (('file = "hall.glb"', 'file = "/etc/passwd"'), 7, "outside the scene folder"),
        (('file = "hall.glb"', 'file = "scene.toml"'), 7, "not a geometry file"),
    ],
)
def test_mistakes_are_named_with_their_line(
    load: Load, folder: Path, change: tuple[str, str], line: int, says: str
) -> None:
    assert change[0] in TOML
    write(folder, TOML.replace(*change))
    caught = error(load, folder)
    assert says in caught.text
    assert caught.where == (f"scene.toml:{line}" if line else "scene.toml")
    assert caught.remedy


def test_a_circle_of_types_is_told(load: Load, folder: Path) -> None:
    add(folder, '[type.a]\nextends = "b"\n[type.b]\nextends = "a"\n')
    assert "circle" in error(load, folder).text


def test_a_link_out_of_the_folder_is_not_followed(load: Load, folder: Path, tmp_path: Path) -> None:
    (folder / "hall.glb").rename(tmp_path / "outside.glb")
    (folder / "hall.glb").symlink_to(tmp_path / "outside.glb")
    assert "outside the scene folder" in error(load, folder).text


def test_duplicate_ids_are_refused_with_both_places(load: Load, folder: Path) -> None:
    glb = line()
    glb.json["nodes"].append({"name": "Line B", "children": [len(glb.json["nodes"]) + 1]})
    glb.json["nodes"][0]["children"].append(len(glb.json["nodes"]) - 1)
    glb.json["nodes"].append({"name": "CNC-101", "mesh": 0})
    glb.save(folder / "hall.glb")
    caught = error(load, folder)
    assert "'CNC-101' stands on two nodes" in caught.text
    assert "Line A/CNC-101" in caught.text
    assert "Line B/CNC-101" in caught.text


@pytest.mark.parametrize(
    ("table", "where", "says"),
    [
        ("asset,type\nA,cnc\nA,cnc\n", "assets.csv:3", "assets.csv:2 too"),
        ("type,name\ncnc,x\n", "assets.csv:1", "'asset' is missing"),
        ("asset,name,name\n", "assets.csv:1", "twice"),
        ("asset,type\nA,cnc,too,many\n", "assets.csv:2", "4 cells"),
        ("asset,type\n,cnc\n", "assets.csv:2", "no asset id"),
        ('asset,type\n"A"x,cnc\n', "assets.csv:2", "cannot be read"),
        ("asset,Vibration.high\nA,very\n", "assets.csv:2", "not a number"),
        ("asset,Vibration.hight\nA,3\n", "assets.csv:2", "changes nothing known"),
        ("", "assets.csv", "empty"),
    ],
)
def test_mistakes_in_the_table_are_named_with_their_line(
    load: Load, folder: Path, table: str, where: str, says: str
) -> None:
    add(folder, '[assets]\ntable = "assets.csv"\n')
    (folder / "assets.csv").write_text(table)
    caught = error(load, folder)
    assert (says in caught.text, caught.where) == (True, where), caught


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 broken", b"not a zip"])
def test_a_broken_spreadsheet_is_told(load: Load, folder: Path, data: bytes) -> None:
    add(folder, '[assets]\ntable = "assets.xlsx"\n')
    (folder / "assets.xlsx").write_bytes(data)
    assert error(load, folder).where == "assets.xlsx"


def test_what_is_no_scene_is_told(load: Load, tmp_path: Path) -> None:
    assert "no scene.toml" in error(load, tmp_path).text
    assert "no such scene" in error(load, tmp_path / "gone").text
    (tmp_path / "notes.txt").write_text("hello")
    assert "neither a scene nor a geometry file" in error(load, tmp_path / "notes.txt").text


def test_a_scene_without_geometry_is_a_scene(load: Load, folder: Path) -> None:
    tags = '[namespaces]\np = "urn:test"\n[type.x.tags.A]\nnode = "p:i=5"\n'
    write(folder, f'format = 1\nname = "Tags only"\n{tags}[assets]\ntable = "assets.csv"\n')
    (folder / "assets.csv").write_text("asset,type\nA,x\n")
    scene = load(folder)
    assert scene.geometry is not None
    assert len(scene.geometry.triangles) == 0
    assert len(scene.tags) == 1


def test_a_thousand_assets_need_one_rule(load: Load, folder: Path) -> None:
    line(1000).save(folder / "hall.glb")
    scene = load(folder)
    assert len(scene.assets) == 1000
    assert len(scene.tags) == 2000


def test_progress_is_told_and_may_cancel(load: Load, folder: Path) -> None:
    seen: list[float] = []
    load(folder, progress=lambda fraction, text: seen.append(fraction))
    assert seen == sorted(seen)
    assert seen[-1] == 1.0

    def cancel(fraction: float, text: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load(folder, progress=cancel)


def test_an_empty_cell_leaves_what_rule_or_extras_say(load: Load, folder: Path) -> None:
    rows = ["asset,name,type,node", "P-1,,,CNC-101", "P-2,Lathe,machine,CNC-102", "P-3,,,CNC-103"]
    (folder / "assets.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    add(folder, '[assets]\ntable = "assets.csv"\n')
    told = {a.asset_id: (a.name, a.type, a.path[-1]) for a in load(folder).assets}
    assert told == {
        "P-1": ("P-1", "cnc", "Line A"),
        "P-2": ("Lathe", "machine", "Line A"),
        "P-3": ("P-3", "cnc", "Line A"),
    }


@pytest.mark.parametrize(
    "head", ["# machines, as of today\n", "\n\n;;;\n", "sep=;\r\n", "\ufeffsep=;\n", "# a, b\n\n# c\n"], ids=repr
)
def test_what_stands_before_the_first_line_of_a_table_is_passed_over(load: Load, folder: Path, head: str) -> None:
    table = "asset;type;name;Vibration.high\nCNC-101;cnc;Fräse, links;3,5\n"
    (folder / "assets.csv").write_text(head + table, encoding="utf-8")
    add(folder, '[assets]\ntable = "assets.csv"\n')
    scene = load(folder)
    assert scene.asset("CNC-101").name == "Fräse, links"
    assert scene.tag("CNC-101.Vibration").limits.high == 3.5


def test_a_date_in_a_spreadsheet_is_a_date(load: Load, folder: Path) -> None:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for row in (["asset", "since"], ["CNC-101", date(2020, 1, 2)]):
        page.append(row)
    book.save(folder / "assets.xlsx")
    add(folder, '[assets]\ntable = "assets.xlsx"\n')
    assert load(folder).asset("CNC-101").extras["since"] == "2020-01-02"


def test_a_type_that_is_not_defined_is_told_at_the_line_that_names_it(
    folder: Path, draft: Callable[..., Draft]
) -> None:
    (folder / "assets.csv").write_text("asset,type\nCNC-101,cnk\n", encoding="utf-8")
    add(folder, '[assets]\ntable = "assets.csv"\n')
    (told,) = [f for f in draft(folder).findings if f.key == "type"]
    assert told.where == "assets.csv:2"


def test_of_a_bare_building_the_storeys_are_assets() -> None:
    def node(path: str, parent: int, kind: str, surfaces: int = 0) -> GeometryNode:
        return GeometryNode(path, path.rpartition("/")[2], parent, np.eye(4), 0, surfaces, {"ifcClass": kind})

    frame = [node("P", -1, "IfcProject"), node("P/S", 0, "IfcSite"), node("P/S/B", 1, "IfcBuilding")]
    storeys = [node("P/S/B/L1", 2, "IfcBuildingStorey"), node("P/S/B/L2", 2, "IfcBuildingStorey")]
    walls = [node("P/S/B/L1/W", 3, "IfcWall", 2), node("P/S/B/L2/W", 4, "IfcWall", 2)]
    assert top_level([*frame, *storeys, *walls], 0, 7) == [3, 4]
    plain = [GeometryNode(n.path, n.name, n.parent, n.matrix, n.first, n.last) for n in (*frame, *storeys, *walls)]
    assert top_level(plain, 0, 7) == [1], "elsewhere a lone root is one step, no more"


CELL = "<table:table-cell {}><text:p>{}</text:p></table:table-cell>"


def ods(path: Path, *rows: str, head: str = "", packing: int = zipfile.ZIP_STORED) -> None:
    spaces = " ".join(
        f'xmlns:{key}="urn:oasis:names:tc:opendocument:xmlns:{key}:1.0"' for key in ("office", "table", "text")
    )
    sheets = f'<table:table table:name="Notes"/><table:table table:name="Machines">{"".join(rows)}</table:table>'
    with zipfile.ZipFile(path, "w", packing) as archive:
        archive.writestr("content.xml", f"{head}<office:document-content {spaces}>{sheets}</office:document-content>")


def test_an_open_document_sheet_is_a_table(load: Load, folder: Path) -> None:
    def row(*cells: str, repeat: int = 1) -> str:
        return f'<table:table-row table:number-rows-repeated="{repeat}">{"".join(cells)}</table:table-row>'

    nothing = '<table:table-cell table:number-columns-repeated="2"/>'
    far = '<table:table-cell table:number-columns-repeated="16000"/>'
    number = CELL.format('office:value-type="float" office:value="3.25"', "3,3")
    day = CELL.format('office:date-value="2020-01-02T00:00:00"', "2.1.20")
    note = "<table:table-cell><office:annotation><text:p>a remark</text:p></office:annotation><text:p>{}</text:p>"
    mill = note.format("Fräse<text:s/>2") + "</table:table-cell>"
    ods(
        folder / "assets.ods",
        row(*(CELL.format("", name) for name in ("asset", "type", "name", "Vibration.high", "since")), far),
        row(far, repeat=3),
        row(CELL.format("", "CNC-101"), nothing, number, day),
        row(CELL.format("", "CNC-102"), CELL.format("", "cnk"), mill),
        row(far, repeat=1000000),
    )  # fmt: skip
    add(folder, '[assets]\ntable = "assets.ods"\nsheet = "Machines"\n')
    scene = load(folder)
    assert scene.tag("CNC-101.Vibration").limits.high == 3.25
    assert scene.asset("CNC-101").extras["since"] == "2020-01-02"
    assert scene.asset("CNC-102").name == "Fräse 2"
    assert [n.where for n in scene.notes if n.key == "type"] == ["assets.ods:6"]


@pytest.mark.parametrize(
    ("head", "sheet", "says"),
    [
        ("<!DOCTYPE x [<!ENTITY a 'aaaa'>]>", "Machines", "declares entities"),
        ("<", "Machines", "cannot be read"),
        ("", "Pumps", "no sheet 'Pumps'"),
    ],
)
def test_a_broken_open_document_sheet_is_a_sentence(load: Load, folder: Path, head: str, sheet: str, says: str) -> None:
    deep = CELL.format("", "<text:span>" * 30_000 + "asset" + "</text:span>" * 30_000)
    ods(folder / "assets.ods", f"<table:table-row>{deep}</table:table-row>", head=head)
    add(folder, f'[assets]\ntable = "assets.ods"\nsheet = "{sheet}"\n')
    with pytest.raises(SceneError, match=says):
        load(folder)
    (folder / "assets.ods").write_bytes(b"PK\x03\x04 no archive")
    with pytest.raises(SceneError, match="cannot be read"):
        load(folder)


@pytest.mark.parametrize("packing", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_damaged_open_document_sheet_is_a_sentence_however_it_is_packed(tmp_path: Path, packing: int) -> None:
    path, damage = tmp_path / "assets.ods", random.Random(packing)
    ods(path, *(f"<table:table-row>{CELL.format('', k * 7919)}</table:table-row>" for k in range(200)), packing=packing)
    whole, told = path.read_bytes(), set()
    for _ in range(150):
        data = bytearray(whole)
        data[damage.randrange(len(data))] ^= 1 << damage.randrange(8)
        with contextlib.suppress(SceneError):
            told.add(len(list(ods_lines(bytes(data), "assets.ods", "Machines", 1 << 20))))
    assert told <= {200}, "what is damaged is refused rather than read in part"
