"""Proposals of bindings: right where names speak, doubtful where they do not, never sure of the wrong machine."""

import csv
import io
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.scene.conftest import TOML, add
from tests.scene.glb import Glb, line
from twinviewer.__main__ import main
from twinviewer.model.asset import Asset, NodeAddress
from twinviewer.scene.binding import SURE, Proposal, propose, table, wanted_of
from twinviewer.scene.draft import Draft, read_draft
from twinviewer.scene.likeness import machine_likeness, quantity_likeness, role_of, words
from twinviewer.scene.machine_names import MachineNames, short_names

Read = Callable[..., Draft]
ANALOG = ("AnalogUnitType", "BaseAnalogType", "DataItemType")
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Variable:
    path: tuple[str, ...]
    unit: str = ""
    data_type: str = "Double"
    types: tuple[str, ...] = ANALOG
    parent_types: tuple[str, ...] = ()
    uri: str = "urn:server"

    @property
    def name(self) -> str:
        return self.path[-1]

    @property
    def identifier(self) -> str:
        return "i=" + str(abs(hash(self.path)) % 2**31)


class Named(Variable):
    @property
    def identifier(self) -> str:
        return f"s={'.'.join(self.path)}"


def machine(*place: str) -> list[Variable]:
    """What a maker's server has for one machine, in its own words."""
    return [
        Variable((*place, "Identification", "SerialNumber"), data_type="String"),
        Variable((*place, "Monitoring", "Status"), data_type="Int32", types=("BaseDataVariableType",)),
        Variable((*place, "Monitoring", "Vibration_RMS"), "mm/s"),
        Variable((*place, "Monitoring", "ActivePower"), "kW"),
        Variable((*place, "Monitoring", "OilTemperature"), "°C"),
    ]


@pytest.fixture
def unbound(folder: Path) -> Path:
    """The scene without any node id."""
    lines = [line for line in TOML.splitlines() if not line.startswith('node = "p:')]
    (folder / "scene.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    add(folder, '[type.cnc.tags.Temperature]\nrole = "temperature"\nunit = "°C"\nlimits = {}\n')
    return folder


def by_tag(proposals: list[Proposal]) -> dict[str, Proposal]:
    return {f"{p.asset_id}.{p.key}": p for p in proposals}


def address(variable: Variable) -> NodeAddress:
    return NodeAddress(variable.uri, variable.identifier)


@pytest.mark.parametrize("style", ["CNC-{}", "cnc_{}", "CNC{}", "Line A CNC {}"])
def test_each_tag_finds_its_variable(draft: Read, unbound: Path, style: str) -> None:
    variables = [v for k in (101, 102, 103) for v in machine("Machines", style.format(k))]
    found = by_tag(propose(draft(unbound), variables))
    assert len(found) == 9
    for k, first in ((101, 0), (102, 5), (103, 10)):
        for key, row in (("State", 1), ("Vibration", 2), ("Temperature", 4)):
            proposal = found[f"CNC-{k}.{key}"]
            assert proposal.address == address(variables[first + row])
            assert 0.6 < proposal.confidence < 1
            assert proposal.why


def test_another_number_is_another_machine(draft: Read, unbound: Path) -> None:
    assert propose(draft(unbound), machine("Machines", "CNC-104") + machine("Machines", "CNC-1011")) == []


def test_name_plates_are_no_tags(draft: Read, unbound: Path) -> None:
    variables = [Variable(("Machines", "CNC-101", "Identification", "State"), data_type="String")]
    assert propose(draft(unbound), variables) == []


def test_another_unit_costs_confidence(draft: Read, unbound: Path) -> None:
    right = Variable(("CNC-101", "Vibration"), "mm/s")
    wrong = Variable(("CNC-101", "Vibration"), "°C")
    (good,) = propose(draft(unbound), [right])
    (bad,) = propose(draft(unbound), [wrong])
    assert good.confidence >= SURE
    assert bad.confidence < 0.6
    assert "unit differs" in bad.why


def test_a_word_that_nothing_else_there_means_is_accepted(draft: Read, unbound: Path) -> None:
    status = Variable(("Machines", "CNC-101", "Status"), data_type="Int32", types=("BaseDataVariableType",))
    (proposal,) = propose(draft(unbound), [status])
    assert proposal.confidence >= SURE
    other = Variable(("Machines", "CNC-101", "MachineState"), data_type="Int32", types=("BaseDataVariableType",))
    assert by_tag(propose(draft(unbound), [status, other]))["CNC-101.State"].confidence < SURE


def test_another_unit_of_the_same_kind_waits_for_a_person_and_takes_the_limits_along(
    draft: Read, unbound: Path
) -> None:
    before = draft(unbound)
    in_metres = Variable(("CNC-101", "Vibration"), "m/s")
    (proposal,) = propose(before, [in_metres])
    assert 0.6 < proposal.confidence < SURE
    assert proposal.unit == "m/s"
    text = table([proposal], before.scene.namespaces, sure=0)
    (unbound / "bindings.csv").write_text(text, encoding="utf-8")
    tag = draft(unbound).scene.tag("CNC-101.Vibration")
    assert tag.unit == "m/s"
    assert tag.limits.high == pytest.approx(0.0028)
    assert tag.limits.delay_s == 5


def test_two_that_fit_alike_are_left_to_a_person(draft: Read, unbound: Path) -> None:
    twins = [Variable(("CNC-101", side, "Vibration"), "mm/s") for side in ("Drive end", "Free end")]
    (proposal,) = propose(draft(unbound), twins)
    assert proposal.confidence < SURE
    assert "would do as well" in proposal.why


def test_the_place_decides_between_equal_names(draft: Read, unbound: Path) -> None:
    here = Variable(("Machining", "Line A", "CNC-101", "Vibration"), "mm/s")
    there = Variable(("Testing", "Line Z", "CNC-101", "Vibration"), "mm/s")
    (proposal,) = propose(draft(unbound), [there, here])
    assert proposal.address == address(here)


def test_a_machinery_item_state_is_the_state(draft: Read, unbound: Path) -> None:
    parents = ("MachineryItemState_StateMachineType", "FiniteStateMachineType")
    place = ("Machines", "CNC-101", "MachineryBuildingBlocks", "MachineryItemState")
    current = Variable((*place, "CurrentState"), "", "LocalizedText", ("FiniteStateVariableType",), parents)
    found = by_tag(propose(draft(unbound), [current]))
    assert found["CNC-101.State"].address == address(current)
    assert found["CNC-101.State"].states["Executing"] == "running"
    assert "OPC 40001" in found["CNC-101.State"].why


def test_what_the_scene_names_already_is_kept(draft: Read, folder: Path) -> None:
    taken = Named(("CNC-101", "State"), data_type="Int32", uri="urn:test")
    found = by_tag(propose(draft(folder), [taken]))
    assert found["CNC-101.State"].kept
    assert found["CNC-101.State"].confidence == 1


def test_assets_without_type_get_new_tags(draft: Read, tmp_path: Path) -> None:
    glb = Glb()
    for name in ("Pump 1", "Pump 2"):
        glb.node(name, mesh=glb.mesh())
    scene = draft(glb.save(tmp_path / "skid.glb"))
    found = by_tag(propose(scene, machine("Skid", "Pump_2")))
    assert set(found) == {"Pump 2.Status", "Pump 2.Vibration_RMS", "Pump 2.ActivePower", "Pump 2.OilTemperature"}
    assert found["Pump 2.ActivePower"].role == "power"
    assert found["Pump 2.ActivePower"].unit == "kW"


def test_the_scene_reads_the_table(draft: Read, unbound: Path) -> None:
    before = draft(unbound)
    variables = [v for k in (101, 102, 103) for v in machine("Machines", f"CNC-{k}")]
    proposals = propose(before, variables)
    (unbound / "bindings.csv").write_text(table(proposals, before.scene.namespaces, sure=0), encoding="utf-8")
    after = draft(unbound)
    assert {t.name: t.address for t in after.scene.tags} == {f"{p.asset_id}.{p.key}": p.address for p in proposals}
    again = table(propose(after, variables), after.scene.namespaces)
    assert {row["accept"] for row in csv.DictReader(io.StringIO(again))} == {"yes"}


def test_words_of_states_go_through_the_table(draft: Read, unbound: Path) -> None:
    parents = ("MachineryItemState_StateMachineType",)
    current = Variable(("CNC-101", "MachineryItemState", "CurrentState"), "", "LocalizedText", (), parents)
    before = draft(unbound)
    text = table(propose(before, [current]), before.scene.namespaces, sure=0)
    (unbound / "bindings.csv").write_text(text, encoding="utf-8")
    tag = draft(unbound).scene.tag("CNC-101.State")
    assert tag.is_text
    assert tag.states["Executing"].name == "RUNNING"


def test_doubtful_lines_are_not_accepted(draft: Read, unbound: Path) -> None:
    before = draft(unbound)
    text = table(propose(before, [Variable(("CNC-101", "Vibration"), "in/s")]), before.scene.namespaces)
    (unbound / "bindings.csv").write_text(text, encoding="utf-8")
    assert draft(unbound).scene.tags == ()


@given(st.integers(0, 999), st.integers(0, 999), st.sampled_from(["CNC-{}", "P{}", "Pump {} north", "M_{:03}"]))
def test_numbers_tell_machines_apart(a: int, b: int, style: str) -> None:
    likeness = machine_likeness(style.format(a), style.format(b))
    assert (likeness >= 0.5) == (a == b)


@given(st.text(max_size=20), st.text(max_size=20))
def test_likeness_is_between_0_and_1(a: str, b: str) -> None:
    assert 0 <= machine_likeness(a, b) <= 1
    assert 0 <= quantity_likeness(a, "power", "kW", b, "W") <= 1
    assert machine_likeness(a, a) in (0.0, 1.0)


_NAMES = st.lists(st.sampled_from(["CNC", "Pump", "north", "Line", "1", "12", "102", "A", "M"]), min_size=1, max_size=4)


@given(st.lists(_NAMES, min_size=1, max_size=12), _NAMES, st.sampled_from(["-", " ", "_", ".", "/"]))
def test_the_index_finds_every_asset_that_a_text_may_speak_of(
    assets: list[list[str]], text: list[str], separator: str
) -> None:
    made = [Asset(k, "-".join(parts), " ".join(parts[:2]), "", (), ()) for k, parts in enumerate(assets)]
    said = separator.join(text)
    near = {a.index for a in MachineNames(made).near([said, ""])}
    for asset in made:
        if max(machine_likeness(asset.asset_id, said), machine_likeness(asset.name, said)) >= 0.55:
            shared = set(words(said)) & {*words(asset.asset_id), *words(asset.name)}
            assert asset.index in near or not shared


def test_a_thousand_machines_with_ten_variables_each_are_compared_in_steps_that_do_not_multiply() -> None:
    made = [Asset(k, f"M{k:04d}", f"M{k:04d}", "", (), ()) for k in range(1000)]
    names = MachineNames(made)
    assert all(len(names.near([f"M{k:04d}", f"M{k:04d}.Power", "Machines"])) == 1 for k in range(1000))


def test_roles_by_name_and_unit() -> None:
    assert role_of("MotorTemperature", "degC")[0] == "temperature"
    assert role_of("Wirkleistung", "kW")[0] == "power"
    assert role_of("X17", "mm/s")[0] == "vibration"
    assert role_of("X17", "")[0] == ""


@pytest.fixture
def plant(free_port: int) -> Iterator[str]:
    """The embedded plant with the pump skid, as a process of its own."""
    command = [
        sys.executable,
        "-m",
        "twinviewer",
        "plant",
        str(ROOT / "scenes" / "pump-skid"),
        "--port",
        str(free_port),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        yield process.stdout.readline().split()[1]
        process.terminate()


def test_a_real_server_binds_what_was_taken_away(
    plant: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, copy = ROOT / "scenes" / "pump-skid", tmp_path / "skid"
    copy.mkdir()
    (copy / "skid.glb").write_bytes((source / "skid.glb").read_bytes())
    text = (source / "scene.toml").read_text(encoding="utf-8")
    (copy / "scene.toml").write_text(
        "\n".join(line for line in text.splitlines() if not line.startswith("node = ")), encoding="utf-8"
    )
    assert main(["bind", str(copy), "--feed", plant, "-o", str(copy / "bindings.csv")]) == 0
    capsys.readouterr()
    assert main(["check", str(copy), "--feed", plant, "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["bound"] == result["assets"] > 0
    assert main(["check", str(source), "--feed", plant, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["findings"] == []
    wrong = (source / "scene.toml").read_text(encoding="utf-8").replace('unit = "mm/s"', 'unit = "in/s"')
    (copy / "scene.toml").write_text(wrong.replace('"p:s={asset}.Power"', '"p:s={asset}.Kraft"'), encoding="utf-8")
    (copy / "bindings.csv").unlink()
    capsys.readouterr()
    assert main(["check", str(copy), "--feed", plant, "--json"]) == 1
    texts = " ".join(f["text"] for f in json.loads(capsys.readouterr().out)["findings"])
    assert "in/s here, but the server says mm/s" in texts
    assert "has no node" in texts


def test_what_is_worked_out_of_a_waveform_is_asked_of_no_server() -> None:
    draft = read_draft(ROOT / "scenes" / "assembly-hall", geometry=False)
    derived = {tag.name for tag in draft.scene.tags if tag.derived_from >= 0}
    wanted = {f"{asset.asset_id}.{tag.key}" for asset in draft.scene.assets for tag in wanted_of(draft, asset)}
    assert derived
    assert wanted == {tag.name for tag in draft.scene.tags} - derived


def test_a_server_that_is_not_there_is_two(folder: Path, free_port: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(folder), "--feed", f"opc.tcp://127.0.0.1:{free_port}"]) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_words_that_most_assets_begin_with_need_not_stand_on_the_server() -> None:
    ids = ["aws_hall_ShelfF_01", "aws_hall_PalletJackB_01", "aws_hall_Lamp_05", "Gate_1"]
    assert short_names(ids)["aws_hall_PalletJackB_01"] == "pallet jack b 01"
    assert short_names(["CNC-101", "CNC-102", "CNC-103"]) == {}, "a number alone is no name"
    assert short_names(["Pump_A", "Pump_B"]) == {}, "two alike are no custom"
    names = MachineNames([Asset(k, name, name, "", (), ()) for k, name in enumerate(ids)])
    asset = max(names.near(["PalletJackB-01"]), key=lambda a: names.likeness(a, "PalletJackB-01"))
    assert asset.index == 1
    assert 0.8 < names.likeness(asset, "PalletJackB-01") < names.likeness(asset, ids[1])
    assert all(names.likeness(a, "PalletJackB-02") == 0 for a in names.near(["PalletJackB-02"]))


def test_what_a_person_turned_down_stays_so(draft: Read, unbound: Path) -> None:
    before = draft(unbound)
    proposals = propose(before, machine("Machines", "CNC-101"))
    rows = list(csv.DictReader(io.StringIO(table(proposals, before.scene.namespaces))))
    sure = next(row for row in rows if row["accept"] == "yes")
    sure["accept"] = "no"
    write_rows(unbound / "bindings.csv", rows)
    after = draft(unbound)
    again = {
        row["tag"]: row
        for row in csv.DictReader(io.StringIO(table(propose(after, machine("Machines", "CNC-101")), {})))
    }
    assert again[sure["tag"]]["accept"] == "no"
    assert "turned down before" in again[sure["tag"]]["why"]
    assert {row["accept"] for tag, row in again.items() if tag != sure["tag"]} >= {"yes"}


def test_a_binding_outlives_a_time_in_which_its_node_is_not_there(draft: Read, unbound: Path) -> None:
    line = "asset,tag,node,role,unit,states,accept\nCNC-101,State,p:s=A.State,state,,Run=running,yes\n"
    (unbound / "bindings.csv").write_text(line, encoding="utf-8")
    (kept,) = propose(draft(unbound), [])
    assert (kept.gone, kept.accepted()) == (True, True)
    again = table([kept], draft(unbound).scene.namespaces).splitlines()[1]
    assert again.startswith("CNC-101,State,p:s=A.State,,state,")
    assert "Run=running" in again
    moved = [Variable(("CNC-101", "State"), data_type="Int32", types=("BaseDataVariableType",))]
    (found,) = propose(draft(unbound), moved)
    assert (found.gone, found.address, found.accepted()) == (False, address(moved[0]), True)


def test_a_server_with_nothing_alike_is_told_and_is_no_success(
    plant: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    glb = tmp_path / "hall.glb"
    line(prefix="CNC-").save(glb)
    table_file = tmp_path / "proposals.csv"
    table_file.write_text("was here", encoding="utf-8")
    assert main(["bind", str(glb), "--feed", plant, "-o", str(table_file)]) == 1
    assert "called like nothing on the server: 1" in capsys.readouterr().err
    assert (tmp_path / "proposals.csv.before").read_text(encoding="utf-8") == "was here"


def write_rows(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def test_the_very_name_is_ahead_of_one_that_only_holds_it(draft: Read, tmp_path: Path) -> None:
    glb = Glb()
    glb.node("Roller", mesh=glb.mesh())
    glb.save(tmp_path / "roller.glb")
    near = [v for name in ("RollerEnd", "Roller", "ConvRoller") for v in machine("Machines", name)]
    found = by_tag(propose(draft(tmp_path / "roller.glb"), near))
    assert found["Roller.ActivePower"].address == address(machine("Machines", "Roller")[3])
    assert found["Roller.ActivePower"].accepted()
