"""What `twinviewer check` and `twinviewer diff` find, and with which exit code."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.scene.conftest import TOML, add
from tests.scene.glb import CUBE_POINTS, line
from twinviewer.__main__ import main
from twinviewer.model.asset import NodeAddress
from twinviewer.model.units import same_unit
from twinviewer.scene.draft import Draft
from twinviewer.scene.lint import lint
from twinviewer.scene.server import compare

Read = Callable[..., Draft]


WAVEFORM = '[type.cnc.tags.A]\nnode = "p:s={asset}.A"\nrole = "waveform"\nunit = "m/s²"\nsampling_hz = 10240\n'
BEARING = "[type.cnc.bearing]\nelements = 9\nelement_mm = 7.94\npitch_mm = 39.04, rpm = 1500\n".replace(", ", "\n")


def found(draft: Draft) -> list[tuple[str, str, str]]:
    """Level, kind and place of all findings that are no remarks."""
    return [(f.level, f.key, f.where) for f in lint(draft) if f.level != "info"]


def test_a_good_scene_has_no_findings(draft: Read, folder: Path) -> None:
    assert found(draft(folder)) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[type.bare]\n[[asset]]\nnodes = "Hall"\ntype = "bare"\n', ("warning", "unbound", "scene.toml:30")),
        ('[[asset]]\nnodes = "Hall"\n', ("warning", "unbound", "scene.toml:29")),
        ('[[asset]]\nnodes = "Hall"\ntype = "gone"\n', ("warning", "type", "scene.toml:29")),
        ('[[asset]]\nnodes = "Nothing/*"\n', ("warning", "dead-rule", "scene.toml:29")),
        ('[[flow]]\npath = ["CNC-101", "X-1"]\n', ("error", "flow", "scene.toml:30")),
        ("[type.cnc.tags.Vibration]\nlimits = { high = 9 }\n", ("error", "limits", "scene.toml:29")),
        ("[type.cnc.tags.Vibration]\nlimits = { low = 3.5 }\n", ("error", "limits", "scene.toml:29")),
        ("[type.cnc.tags.Vibration]\nspan = [0, 4]\n", ("error", "limits", "scene.toml:29")),
        ("[type.cnc.tags.Vibration]\nnormal = [0, 3]\n", ("error", "limits", "scene.toml:29")),
        (
            '[type.cnc.tags.T]\nnode = "p:s={asset}.T"\nrole = "temperature"\n',
            ("warning", "missing-limits", "scene.toml:29"),
        ),
        ('[type.cnc.tags.T]\nnode = "p:s=Hall.T"\n', ("warning", "duplicate-address", "scene.toml:29")),
        (
            '[type.cnc.tags.P]\nnode = "p:s={asset}.P"\nrole = "power"\nunit = "bananas"\n',
            ("error", "unit", "scene.toml:29"),
        ),
        ('[type.cnc.tags.T]\nrole = "load"\n', ("warning", "unbound", "scene.toml:29")),
        ('[type.cnc.tags.S]\nnode = "p:s={asset}.S"\nrole = "state"\n', ("warning", "role", "scene.toml:22")),
        (WAVEFORM.replace("sampling_hz = 10240\n", "") + BEARING, ("error", "waveform", "scene.toml:29")),
        (WAVEFORM + "band_hz = [1000, 5200]\n" + BEARING, ("error", "waveform", "scene.toml:29")),
        (WAVEFORM.replace("m/s²", "mm/s") + BEARING, ("error", "unit", "scene.toml:29")),
        (WAVEFORM, ("warning", "waveform", "scene.toml:29")),  # no bearing
        (WAVEFORM + BEARING.replace("rpm = 1500\n", ""), ("warning", "waveform", "scene.toml:29")),  # no speed
    ],
)
def test_each_mistake_is_found_where_it_stands(
    draft: Read, folder: Path, text: str, expected: tuple[str, str, str]
) -> None:
    add(folder, text)
    findings = found(draft(folder))
    assert expected in findings
    assert {f[1] for f in findings} == {expected[1]}


def test_findings_say_what_to_do(draft: Read, folder: Path) -> None:
    add(folder, '[[asset]]\nnodes = "Hall"\ntype = "gone"\n[[flow]]\npath = ["CNC-101", "X-1"]\n')
    assert all(f.remedy for f in lint(draft(folder)) if f.level != "info")


def test_what_is_meant_is_not_reported(draft: Read, folder: Path) -> None:
    add(folder, '[type.rack]\nstatic = true\n[[asset]]\nnodes = "Hall"\ntype = "rack"\n')
    add(folder, '[type.cnc.tags.T]\nnode = "p:s={asset}.T"\nrole = "temperature"\nlimits = {}\n')
    assert found(draft(folder)) == []


def test_nodes_without_asset_are_found_unless_ignored(draft: Read, folder: Path) -> None:
    glb = line()
    glb.node("Wall", 0, mesh=0)
    glb.save(folder / "hall.glb")
    assert found(draft(folder)) == [("warning", "loose-node", "hall.glb#Hall/Wall")]
    add(folder, '[[asset]]\nnodes = "Hall/Wall"\nignore = true\n')
    assert found(draft(folder)) == []


def test_a_dead_node_of_the_table_is_an_error(draft: Read, folder: Path) -> None:
    add(folder, '[assets]\ntable = "assets.csv"\n')
    (folder / "assets.csv").write_text("asset,type,node\nX,cnc,Hall/Line A/CNC-999\n")
    assert ("error", "dead-node", "assets.csv:2") in found(draft(folder))


def test_duplicates_are_a_finding_of_the_check(draft: Read, folder: Path) -> None:
    add(folder, '[assets]\ntable = "assets.csv"\n')
    (folder / "assets.csv").write_text("asset\nCNC-101\nCNC-101\n")
    assert ("error", "duplicate", "assets.csv:3") in found(draft(folder))


# --- the command --------------------------------------------------------------------------------------------------


def run(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str]:
    code = main([str(word) for word in words])
    return code, capsys.readouterr().out


def test_the_command_and_its_exit_codes(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    code, text = run(capsys, "check", folder, "--json")
    assert code == 0
    assert json.loads(text) == {"assets": 3, "bound": 3, "triangles": 72, "findings": []}
    add(folder, '[[flow]]\npath = ["CNC-101", "X-1"]\n')
    code, text = run(capsys, "check", folder, "--json")
    (finding,) = json.loads(text)["findings"]
    assert code == 1
    assert set(finding) == {"level", "where", "text", "remedy"}
    assert (finding["level"], finding["where"]) == ("error", "scene.toml:30")
    code, text = run(capsys, "check", folder)
    assert code == 1
    assert "scene.toml:30" in text


def test_what_cannot_be_read_is_two(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    (folder / "hall.glb").write_bytes((folder / "hall.glb").read_bytes()[:200])
    code, text = run(capsys, "check", folder, "--json")
    assert code == 2
    assert "truncated" in json.loads(text)["findings"][0]["text"]
    assert main(["check", str(folder)]) == 2
    assert "truncated" in capsys.readouterr().err


def test_every_mistake_of_a_scene_that_cannot_be_read_is_told(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    add(folder, '[type.x]\nwide = 3\nrated_power_kw = "much"\n')
    assert main(["check", str(folder), "--json"]) == 2
    findings = json.loads(capsys.readouterr().out)["findings"]
    assert sorted(f["where"] for f in findings) == ["scene.toml:30", "scene.toml:31"]
    assert main(["check", str(folder)]) == 2
    told = capsys.readouterr().err
    assert "type.x.wide" in told
    assert "type.x.rated_power_kw" in told


def test_a_server_that_cannot_be_asked_is_two_and_the_scene_is_checked_all_the_same(
    capsys: pytest.CaptureFixture[str], folder: Path, free_port: int
) -> None:
    add(folder, '[[flow]]\npath = ["CNC-101", "X-1"]\n')
    for url, says in ((f"opc.tcp://127.0.0.1:{free_port}", "nobody listens"), ("banana", "not one of a live source")):
        assert main(["check", str(folder), "--json", "--feed", url]) == 2
        told = json.loads(capsys.readouterr().out)
        assert (told["assets"], told["bound"]) == (3, 0)
        places = {f["where"]: f for f in told["findings"]}
        assert "scene.toml:30" in places
        assert says in places[url]["text"]
        assert places[url]["remedy"]


def test_a_pipe_in_the_place_of_geometry_is_not_waited_for(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    (folder / "hall.glb").unlink()
    os.mkfifo(folder / "hall.glb")
    assert main(["check", str(folder)]) == 2
    assert "not a regular file" in capsys.readouterr().err


def test_a_folder_of_geometry_says_what_could_be_opened(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    (folder / "scene.toml").unlink()
    assert main(["check", str(folder)]) == 2
    assert "hall.glb" in capsys.readouterr().err


# --- another export -----------------------------------------------------------------------------------------------


def export(folder: Path, **names: str) -> None:
    """Export again with other node names, and with the nodes in another order."""
    glb = line()
    for node in glb.json["nodes"]:
        node["name"] = names.get(node["name"].replace("-", "_").replace(" ", "_"), node["name"])
    glb.json["nodes"][1]["children"].reverse()
    glb.save(folder / "hall.glb")


@pytest.mark.parametrize("first", [True, False])
def test_bindings_survive_a_rename(draft: Read, folder: Path, first: bool) -> None:
    before = draft(folder).scene
    export(folder, CNC_102="Part 4711", Line_A="Linie A")
    after = draft(folder, geometry=first).scene
    again = draft(folder, geometry=not first).scene
    assert {a.asset_id for a in after.assets} == {a.asset_id for a in before.assets}
    assert {t.address for t in after.tags} == {t.address for t in before.tags}
    assert after.asset("CNC-102").nodes == ("hall.glb#Hall/Linie A/Part 4711",)
    assert again.asset("CNC-102").nodes == after.asset("CNC-102").nodes
    assert again.key == after.key


def test_they_survive_the_next_export_too(draft: Read, folder: Path) -> None:
    draft(folder)
    for name in ("Part 1", "Part 2", "CNC-102"):
        export(folder, CNC_102=name)
        scene = draft(folder).scene
        assert scene.asset("CNC-102").nodes == (f"hall.glb#Hall/Line A/{name}",)


def test_a_machine_that_is_another_one_does_not_inherit(draft: Read, folder: Path) -> None:
    draft(folder)
    glb = line()
    glb.json["nodes"][2] |= {"name": "Other", "translation": [0, 0, 40]}
    glb.save(folder / "hall.glb")
    assert "CNC-101" not in {a.asset_id for a in draft(folder).scene.assets}


def test_a_lock_keeps_names_for_other_computers(
    draft: Read, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", str(folder), "--lock"]) == 0
    assert (folder / "scene.lock").is_file()
    export(folder, CNC_102="Part 4711")
    elsewhere = draft(folder).scene  # a cache that has never seen the scene
    assert elsewhere.asset("CNC-102").nodes == ("hall.glb#Hall/Line A/Part 4711",)
    assert main(["check", str(folder), "--lock"]) == 0
    assert "Part 4711" in {a.asset_id for a in draft(folder).scene.assets}


@pytest.mark.parametrize("content", ["", "{}", "[1]", '{"format": 1, "nodes": 3}', "\x00"])
def test_a_broken_memory_counts_as_none(draft: Read, folder: Path, cache_dir: Path, content: str) -> None:
    draft(folder)
    (memory,) = cache_dir.glob("*.nodes")
    memory.write_text(content)
    (folder / "scene.lock").write_text(content)
    assert len(draft(folder).scene.assets) == 3


def test_the_difference_is_told(capsys: pytest.CaptureFixture[str], folder: Path, tmp_path: Path) -> None:
    old = line().save(tmp_path / "old.glb")
    glb = line()
    names = {node["name"]: node for node in glb.json["nodes"]}
    names["CNC-101"]["name"] = "CNC-101-new"
    names["CNC-102"]["translation"] = [3, 0, 2]
    glb.json["nodes"][1]["children"].pop()
    glb.node("Crane", 0, mesh=glb.mesh(CUBE_POINTS * 3), translation=[0, 9, 0])
    glb.save(folder / "hall.glb")
    code, text = run(capsys, "diff", old, folder, "--json")
    result = json.loads(text)
    assert code == 1
    assert result["renamed"] == [{"old": "hall.glb#Hall/Line A/CNC-101", "new": "hall.glb#Hall/Line A/CNC-101-new"}]
    assert "hall.glb#Hall/Line A/CNC-102" in {row["node"] for row in result["moved"]}
    assert result["added"] == ["hall.glb#Hall/Crane"]
    assert "hall.glb#Hall/Line A/CNC-103" in result["lost"]
    code, text = run(capsys, "check", folder, "--against", old, "--json")
    assert code == 1
    assert {f["where"] for f in json.loads(text)["findings"]} >= {
        "hall.glb#Hall/Line A/CNC-101-new",
        "hall.glb#Hall/Crane",
    }


def test_no_difference_is_zero(capsys: pytest.CaptureFixture[str], folder: Path, tmp_path: Path) -> None:
    old = line().save(tmp_path / "old.glb")
    assert run(capsys, "diff", old, folder / "hall.glb") == (0, "No differences.\n")
    assert main(["diff", str(tmp_path / "gone.glb"), str(old)]) == 2


# --- against a server ---------------------------------------------------------------------------------------------


@dataclass
class Facts:
    exists: bool = True
    data_type: str = "Double"
    is_numeric: bool = True
    is_array: bool = False
    unit: str = ""
    eu_range: tuple[float, float] | None = None


def with_server(draft: Draft, **facts: Facts) -> list[tuple[str, str]]:
    answer: dict[NodeAddress, Facts] = {tag.address: Facts(data_type="Int32") for tag in draft.scene.tags}
    for name, known in facts.items():
        answer[draft.scene.tag(name.replace("__", ".").replace("_", "-")).address] = known
    findings, _ = compare(draft, answer)
    return [(f.level, f.key) for f in findings]


def test_a_server_that_agrees_has_no_findings(draft: Read, folder: Path) -> None:
    assert with_server(draft(folder), CNC_101__Vibration=Facts(unit="mm/s", eu_range=(0, 20))) == []


def test_a_server_that_disagrees(draft: Read, folder: Path) -> None:
    scene = draft(folder)
    assert with_server(scene, CNC_101__State=Facts(exists=False)) == [("error", "dead-node-id")]
    assert with_server(scene, CNC_101__Vibration=Facts(unit="in/s")) == [("error", "unit")]
    assert with_server(scene, CNC_101__Vibration=Facts(data_type="String", is_numeric=False)) == [
        ("error", "wrong-type")
    ]
    assert with_server(scene, CNC_101__Vibration=Facts(eu_range=(0, 3))) == [("warning", "range")]


def test_a_waveform_is_an_array_of_numbers_and_nothing_else_is(draft: Read, folder: Path) -> None:
    add(folder, WAVEFORM + BEARING)
    scene = draft(folder)
    wrong = [("error", "wrong-type")]
    others = [("error", "wrong-type")] * 2  # of the other two machines, whose answer is a single number here
    assert with_server(scene, CNC_101__A=Facts(is_array=True, unit="m/s²")) == others
    assert with_server(scene, CNC_101__A=Facts(is_array=False)) == wrong + others
    assert with_server(scene, CNC_101__A=Facts(data_type="String", is_numeric=False, is_array=True)) == wrong + others
    assert with_server(scene, CNC_101__Vibration=Facts(is_array=True)) == [*wrong, *wrong, *others]


def test_bound_counts_assets_that_the_server_knows(draft: Read, folder: Path) -> None:
    scene = draft(folder)
    facts = {tag.address: Facts(exists=tag.asset_id != "CNC-103", data_type="Int32") for tag in scene.scene.tags}
    assert compare(scene, facts)[1] == 2


def test_units_that_mean_the_same() -> None:
    assert same_unit("°C", "degC")
    assert same_unit("m³/h", "m3/h")
    assert same_unit("kW·h", "kWh")
    assert same_unit("rpm", "1/min")
    assert not same_unit("mW", "MW")
    assert not same_unit("kW", "W")


def test_the_toml_of_these_tests_is_what_the_lines_count_on() -> None:
    assert TOML.count("\n") == 28


def test_a_bare_file_is_told_once_that_it_has_no_tags(folder: Path, draft: Read) -> None:
    (told,) = [f for f in lint(draft(folder / "hall.glb")) if f.level != "info"]
    assert "no tags" in told.text
    assert "twinviewer import" in told.remedy
    assert told.where == "hall.glb"
    assert {f.where for f in draft(folder / "hall.glb").findings if f.key == "geometry"} == {"hall.glb"}


def test_a_quantity_that_only_the_binding_table_has_is_told_once_with_a_remedy_that_helps(
    folder: Path, draft: Read
) -> None:
    rows = [f"CNC-{k},BearingTemperature,p:s={k}.T,temperature,°C,yes" for k in (101, 102, 103)]
    text = "\n".join(["asset,tag,node,role,unit,accept", *rows])
    (folder / "bindings.csv").write_text(text, encoding="utf-8")
    (told,) = [f for f in lint(draft(folder)) if f.level != "info"]
    assert (told.key, told.where) == ("missing-limits", "bindings.csv:2")
    assert "3 assets" in told.text
    assert "BearingTemperature.high" in told.remedy
    (folder / "assets.csv").write_text("asset,BearingTemperature.high\nCNC-101,80\nCNC-102,80\nCNC-103,80\n")
    add(folder, '[assets]\ntable = "assets.csv"\n')
    assert found(draft(folder)) == []


def test_names_that_changed_places_are_told(
    draft: Read, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = line().save(tmp_path / "old.glb")
    draft(folder)
    glb = line()
    nodes = [node for node in glb.json["nodes"] if str(node["name"]).startswith("CNC")]
    nodes[0]["name"], nodes[2]["name"] = nodes[2]["name"], nodes[0]["name"]
    glb.save(folder / "hall.glb")
    (told,) = [f for f in lint(draft(folder)) if f.level == "warning"]
    assert told.key == "exchanged"
    assert "CNC-101" in told.text
    assert "CNC-103" in told.text
    assert run(capsys, "diff", old, folder) == (
        1, "exchanged hall.glb#Hall/Line A/CNC-101  <->  hall.glb#Hall/Line A/CNC-103\n",
    )  # fmt: skip


def test_the_known_names_are_not_given_up_while_the_table_needs_them(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "assets.csv").write_text("asset,node\nCNC-102,CNC-102\n")
    add(folder, '[assets]\ntable = "assets.csv"\n')
    assert run(capsys, "check", folder, "--lock")[0] == 0
    before = (folder / "scene.lock").read_bytes()
    export(folder, CNC_102="Part 4711")
    code, text = run(capsys, "check", folder, "--lock")
    assert code == 1
    assert "scene.lock was not written: 1 asset would lose" in text
    assert (folder / "scene.lock").read_bytes() == before
    (folder / "assets.csv").write_text("asset,node\nCNC-102,Part 4711\n")
    assert run(capsys, "check", folder, "--lock")[0] == 0
    assert (folder / "scene.lock").read_bytes() != before
