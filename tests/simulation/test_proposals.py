"""Proposals: decided with a name and a reason, kept, and compared with what a recording shows happened."""

import json
import sqlite3
from pathlib import Path

import numpy as np
import pytest

from tests.simulation.lines import tandem
from twinviewer.__main__ import main
from twinviewer.history.recording import Recording
from twinviewer.history.synth import record_offline
from twinviewer.model.errors import DataError
from twinviewer.plant.faults import Fault
from twinviewer.plant.spec import PlantSettings
from twinviewer.scene.scene import load_scene
from twinviewer.simulation.line_file import file_beside, line_text, save_line
from twinviewer.simulation.proposal_outcomes import _welch, outcome_of, verdict
from twinviewer.simulation.proposals import Proposal, ProposalRegister, ProposalState, proposal_of
from twinviewer.simulation.reading import load_line
from twinviewer.simulation.results import Difference
from twinviewer.simulation.runs import run
from twinviewer.simulation.scenario import Event, Scenario
from twinviewer.simulation.seen import Seen, beyond, seen_range
from twinviewer.simulation.sketch import sketch

HALL = Path(__file__).resolve().parents[2] / "scenes" / "assembly-hall"
START_NS = 1_772_434_800_000_000_000
HOURS = 12.0
CHANGE_NS = START_NS + round(HOURS / 2 * 3.6e12)


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve hours of the hall, in which the packing cell works at 40 % of its speed from the sixth hour on."""
    folder = tmp_path_factory.mktemp("recording")
    slow = Fault("PKG-211", "slow", HOURS * 1800, 0.4, for_good=True)
    settings = PlantSettings(mtbf_h=60.0)
    scene = load_scene(HALL, geometry=False)
    record_offline(scene, folder, HOURS, 3, [slow], start_ns=START_NS, step_s=60.0, settings=settings)
    return folder


@pytest.fixture
def proposal() -> Proposal:
    line = tandem(3, 2)
    scenario = Scenario("quick", {"station.m0.speed": 1.2}, {"speed.m1": 110}, (Event(60.0, "m2", 30.0),), "why not")
    result = run(line, [scenario], 5000.0, 5)
    return proposal_of(result, result.scenarios[0], scenario, "now")


def test_a_proposal_comes_back_as_it_was_kept(tmp_path, proposal):
    with ProposalRegister(tmp_path / "p.sqlite") as register:
        kept = register.accept(proposal, "Ann", "the line starves", 7)
    with ProposalRegister(tmp_path / "p.sqlite") as register:
        again = register.proposal(kept.number)
    assert again == kept
    assert again.scenario == proposal.scenario
    assert again.expected["throughput_per_h"] == proposal.expected["throughput_per_h"]
    assert (again.by, again.reason, again.at_ns, again.start) == ("Ann", "the line starves", 7, "now")


def test_every_decision_is_recorded_and_must_say_why(tmp_path, proposal):
    with ProposalRegister(tmp_path / "p.sqlite") as register:
        a = register.accept(proposal, "Ann", "first", 1).number
        b = register.reject(proposal, "Bob", "too dear", 2).number
        assert (a, b) == ("P-0001", "P-0002")
        register.become(a, ProposalState.IN_FORCE, "Ann", "since the night shift", 9, in_force_ns=5)
        assert register.proposal(a).in_force_ns == 5
        assert [(d.before, d.after, d.by) for d in register.decisions(a)] == [
            ("", "accepted", "Ann"),
            ("accepted", "in_force", "Ann"),
        ]
        assert [p.number for p in register.proposals([ProposalState.REJECTED])] == [b]
        for by, reason in (("", "x"), ("Ann", "  ")):
            with pytest.raises(DataError, match="a decision needs"):
                register.become(a, ProposalState.WITHDRAWN, by, reason, 10)
        with pytest.raises(DataError, match="cannot become"):
            register.become(b, ProposalState.IN_FORCE, "Ann", "x", 10)
        with pytest.raises(DataError, match="no such proposal"):
            register.proposal("P-9")
        assert len(register.decisions()) == 3


def test_what_is_no_register_is_told(tmp_path):
    (tmp_path / "p.sqlite").write_text("this is no database, but it is long enough to look like one\n" * 30)
    with pytest.raises(DataError, match="holds no proposals"):
        ProposalRegister(tmp_path / "p.sqlite")
    with sqlite3.connect(tmp_path / "newer.sqlite") as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(DataError, match="format 99"):
        ProposalRegister(tmp_path / "newer.sqlite")


@pytest.mark.parametrize(
    ("seen", "expected", "words"),
    [
        ((5, 3, 7), (6, 4, 8), "as expected"),
        ((5, -1, 11), (6, 4, 8), "too early to tell"),
        ((0, -1, 1), (6, 4, 8), "less than expected"),
        ((2, 1, 3), (6, 4, 8), "less than expected"),
        ((12, 11, 13), (6, 4, 8), "more than expected"),
        ((-5, -7, -3), (6, 4, 8), "the other way"),
    ],
)
def test_what_a_seen_difference_says(seen, expected, words):
    differences = [Difference(*x, x[1] > 0 or x[2] < 0) for x in (seen, expected)]
    assert verdict(*differences) == words


def test_the_interval_of_a_seen_difference_holds_the_truth_nineteen_times_of_twenty():
    g = np.random.default_rng(4)
    held = [
        abs(d.mean - 2) <= d.high - d.mean for d in (_welch(g.normal(5, 1, 12), g.normal(7, 3, 20)) for _ in range(800))
    ]
    assert 0.93 < np.mean(held) < 0.985


def test_what_happened_is_compared_with_what_was_expected(recording, tmp_path, capsys):
    line, scenario = load_line(HALL), Scenario("packer at 40 %", levers={"speed.PKG-211": 40})
    result = run(line, [scenario], 6 * 3600.0, 5)
    draft = proposal_of(result, result.scenarios[0], scenario)
    register_file = tmp_path / "p.sqlite"
    with ProposalRegister(register_file) as register:
        number = register.accept(draft, "Ann", "it is loud", START_NS).number
    words = ["proposals", str(HALL), "--register", str(register_file)]
    assert main([*words, "compare", number, "--recording", str(recording)]) == 2
    assert "not put into force" in capsys.readouterr().err
    since = np.datetime64(CHANGE_NS, "ns").astype("datetime64[s]")
    assert main([*words, "start", number, "--why", "agreed", "--by", "Bob", "--since", f"{since}+00:00"]) == 0
    capsys.readouterr()
    assert main([*words, "compare", number, "--recording", str(recording), "--settle", "30 min", "--json"]) == 0
    found = {f["kpi"]: f for f in json.loads(capsys.readouterr().out)["outcome"]["figures"]}
    made = found["throughput_per_h"]
    assert made["verdict"] == "as expected"
    assert made["difference"]["high"] < 0
    assert found["wip"]["difference"]["mean"] > 0
    with ProposalRegister(register_file) as register:
        assert register.proposal(number).outcome is not None
    for part in (["list"], ["show", number]):
        assert main([*words, *part]) == 0
        assert "packer at 40 %" in capsys.readouterr().out


def test_a_change_at_the_edge_of_a_recording_cannot_be_judged(recording, proposal):
    scene = load_scene(HALL, geometry=False)
    held = Recording.open(recording, scene)
    try:
        with pytest.raises(DataError, match="too short before"):
            outcome_of(proposal, load_line(HALL), scene, held, held.span()[1], in_force_ns=START_NS)
    finally:
        held.close()


def test_the_record_says_how_far_a_lever_was_ever_moved(recording):
    line, scene = load_line(HALL), load_scene(HALL, geometry=False)
    held = Recording.open(recording, scene)
    try:
        seen = seen_range(line, scene, held)
    finally:
        held.close()
    assert seen["speed.PKG-211"].low == pytest.approx(40, abs=3)
    assert seen["speed.PKG-211"].high == pytest.approx(100, abs=5)
    assert seen["machines.CNC"].high == 2
    assert seen["setpoint.OVN-207"].holds(180)
    told = beyond(line, Scenario("s", levers={"speed.PKG-211": 45, "speed.WSH-107": 140, "crew.maintenance": 3}), seen)
    assert len(told) == 2
    assert "beyond what was ever seen" in told[0]
    assert "WSH-107" in told[0]
    assert told[1] == "The record shows no other value than now of: Members of maintenance."
    assert beyond(line, Scenario("s", levers={"crew.maintenance": 2}), seen) == ()
    assert not Seen("x", 90, 100, 5, "").holds(110)


def test_accepting_from_the_command_line(tmp_path, capsys):
    (tmp_path / "line.toml").write_text('[station.a]\ntime = "10 s"\n[source.s]\nfeeds = "a"\n', encoding="utf-8")
    (tmp_path / "s.toml").write_text('[lever]\n"speed.a" = 120\n', encoding="utf-8")
    words = ["simulate", "--line", str(tmp_path / "line.toml"), "--horizon", "1h", "--replications", "2"]
    assert main([*words, "--accept", "because"]) == 2
    assert main([*words, "--scenario", str(tmp_path / "s.toml"), "--accept", "it starves", "--by", "Ann"]) == 0
    assert "P-0001 is accepted: s" in capsys.readouterr().out
    with ProposalRegister(tmp_path / "proposals.sqlite") as register:
        assert register.proposal("P-0001").expected["throughput_per_h"].mean == pytest.approx(72, abs=2)


def test_lines_are_written_as_they_are_read(tmp_path):
    scene = load_scene(HALL, geometry=False)
    for line in (load_line(HALL), sketch(scene), tandem(2, 1, failure={"mtbf": "5 h", "mttr": 60.0})):
        assert load_line(save_line(line, tmp_path, "Sketched; correct me\nplease")) == line
    assert line_text(tandem(1, 0), "a\nb").startswith("# a\n# b\nformat = 1\n")


def test_a_shipped_scene_keeps_its_files_elsewhere(tmp_path, monkeypatch):
    monkeypatch.setattr("twinviewer.simulation.line_file.config_folder", lambda: tmp_path / "own")
    assert file_beside(tmp_path, "x.json") == tmp_path / "x.json"
    monkeypatch.setattr("os.access", lambda *_: False)
    assert file_beside(tmp_path, "x.json").is_relative_to(tmp_path / "own")
    (tmp_path / "x.json").write_text("{}")
    assert file_beside(tmp_path, "x.json") == tmp_path / "x.json"
