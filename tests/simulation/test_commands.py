"""The commands, the shipped hall, findings, sketches, statistics, and a recording to calibrate and test against."""

import io
import json
from pathlib import Path

import numpy as np
import pytest

from tests.simulation.lines import queue, tandem
from twinviewer.__main__ import main
from twinviewer.discovery import shipped
from twinviewer.history.recording import Recording
from twinviewer.history.synth import record_offline
from twinviewer.model.errors import LineError
from twinviewer.model.state import State
from twinviewer.plant.spec import PlantSettings
from twinviewer.scene.scene import load_scene
from twinviewer.simulation import fitting
from twinviewer.simulation.calibration import calibrate
from twinviewer.simulation.evidence import Intervals, failures, repairs
from twinviewer.simulation.line import parse_line
from twinviewer.simulation.lint import check_file, check_line
from twinviewer.simulation.past_orders import named
from twinviewer.simulation.plant_now import MachineNow, PlantNow, StationNow, read
from twinviewer.simulation.plant_now import fitting as fitting_state
from twinviewer.simulation.reading import load_line
from twinviewer.simulation.results import intervals
from twinviewer.simulation.runs import run
from twinviewer.simulation.scenario import load_scenario
from twinviewer.simulation.schema import FILE, schema_text
from twinviewer.simulation.sketch import sketch
from twinviewer.simulation.tables import build
from twinviewer.simulation.warmup import mser5

HALL = Path(__file__).resolve().parents[2] / "scenes" / "assembly-hall"
START_NS = 1_772_434_800_000_000_000
LINE = """
[model]
horizon = "2 h"
[station.a]
time = "exponential(60 s)"
[source.s]
feeds = "a"
policy = "exponential(75 s)"
"""


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An hour and a half of the made-up hall."""
    folder = tmp_path_factory.mktemp("recording")
    settings = PlantSettings(mtbf_h=3.0, scrap=0.01)
    scene = load_scene(HALL, geometry=False)
    record_offline(scene, folder, 1.5, 3, start_ns=START_NS, step_s=5.0, settings=settings)
    return folder


def test_simulate_prints_the_promised_object(tmp_path, capsys):
    (tmp_path / "line.toml").write_text(LINE, encoding="utf-8")
    (tmp_path / "s.toml").write_text('name = "quick"\n[lever]\n"speed.a" = 120\n', encoding="utf-8")
    words = ["simulate", "--line", str(tmp_path / "line.toml"), "--scenario", str(tmp_path / "s.toml"), "--json"]
    assert main([*words, "--replications", "5", "--seed", "7", "--horizon", "3h"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["replications"] == 5
    assert found["seed"] == 7
    assert found["wall_s"] > 0
    assert set(found["baseline"]["throughput_per_h"]) == {"mean", "low", "high"}
    assert found["scenarios"][0]["name"] == "quick"
    assert set(found["scenarios"][0]["difference"]["lead_time_s"]) == {"mean", "low", "high", "significant"}
    assert found["scenarios"][0]["kpis"]["lead_time_s"]["mean"] < found["baseline"]["lead_time_s"]["mean"]


@pytest.mark.parametrize(
    "words",
    [
        ["simulate"],
        ["simulate", "--line", "nowhere.toml"],
        ["simulate", str(HALL), "--replications", "many"],
        ["simulate", str(HALL), "--horizon", "-1 h"],
        ["simulate", str(HALL), "--from", "now"],
        ["simulate", str(HALL), "--from", "nowhere.json"],
        ["simulate", str(HALL), "--scenario", "nowhere.toml"],
        ["calibrate", str(HALL), "--recording", "nowhere"],
        ["backtest", str(HALL), "--recording", "nowhere", "--horizon", "-1 h"],
        ["backtest", str(HALL), "--recording", "nowhere", "--moments", "0"],
        ["backtest", str(HALL), "--recording", "nowhere", "--replications", "1"],
        ["backtest", str(HALL), "--recording", "nowhere", "--output", "/nowhere/at/all.json"],
        ["proposals", "nowhere", "list"],
        ["proposals", str(HALL), "--register", "/nowhere/at/all.sqlite", "show", "P-0001"],
        ["calibrate", str(HALL), "--recording", "nowhere", "--write-line", "accepted-nothing.toml"],
    ],
)
def test_what_cannot_be_done_is_told_in_a_sentence(words, capsys):
    assert main(words) == 2
    error = capsys.readouterr().err
    assert error.startswith("twinviewer: ")
    assert "Traceback" not in error


def test_from_a_recording_from_its_state_and_again(recording, tmp_path, capsys):
    state = tmp_path / "state.json"
    words = ["simulate", str(HALL), "--horizon", "30 min", "--replications", "3", "--json"]
    assert main([*words, "--recording", str(recording), "--save-state", str(state)]) == 0
    first = json.loads(capsys.readouterr().out)
    assert main([*words, "--from", str(state)]) == 0
    second = json.loads(capsys.readouterr().out)
    assert first["baseline"]["good"] == second["baseline"]["good"]
    assert first["baseline"]["wip"]["mean"] > 20  # the line is full from the first moment


def test_calibrate_and_backtest(recording, tmp_path, capsys):
    scenario = tmp_path / "fit.toml"
    words = [str(HALL), "--recording", str(recording), "--json"]
    assert main(["calibrate", *words, "--accept", "all", "--output", str(scenario)]) == 0
    fits = {f["path"]: f for f in json.loads(capsys.readouterr().out)["proposals"]}
    assert fits['station."PRS-204".time']["mean"] == pytest.approx(17.25, rel=0.02)
    assert fits['station."PRS-204".time']["quality"] == "good"
    assert fits['station."ROB-105".time']["n"] > 200
    assert fits['station."PRS-204".power.run']["mean"] == pytest.approx(60, rel=0.05)
    few = [f for f in fits.values() if f["value"] is None]
    assert few
    assert all("too little data" in f["note"] or "sets the pace" in f["note"] for f in few)
    kept = tmp_path / "kept.json"
    more = ["--scenario", str(scenario), "--horizon", "15 min", "--replications", "5", "--output", str(kept)]
    assert main(["backtest", *words, *more]) in (0, 1)
    found = json.loads(capsys.readouterr().out)
    assert set(found["error"]) == {"good", "wip_end", "energy_kwh"}
    assert not found["out_of_sample"]
    assert found["fitted_ns"] is None
    assert abs(found["error"]["energy_kwh"]) < 0.5
    assert found["valid"] == (not found["warnings"])
    assert json.loads(kept.read_text(encoding="utf-8")) == found
    assert found["seen"]["speed.PRS-204"]["low"] > 90


def test_a_person_accepts_each_proposal(recording, tmp_path, capsys, monkeypatch):
    words = ["calibrate", str(HALL), "--recording", str(recording)]
    line = tmp_path / "line.toml"
    monkeypatch.setattr("sys.stdin", io.StringIO("y\nno\n"))
    assert main([*words, "--ask", "--write-line", str(line)]) == 0
    assert capsys.readouterr().out.count("accept? [y/N]") == 3  # the third one finds the input at its end
    written, before = load_line(line), load_line(HALL)
    assert written.station["CNC"].time != before.station["CNC"].time
    assert written.station["CNC"].failure == before.station["CNC"].failure
    assert written.station["PRS-204"] == before.station["PRS-204"]
    assert "# ---- Line A ---" in line.read_text(encoding="utf-8")  # it is the file that a person wrote
    assert main([*words, "--accept", "*.yield", "PRS-999"]) == 2
    assert '"PRS-999" fits no proposal' in capsys.readouterr().err
    assert main([*words, "--accept", "*.yield", "PRS-204", "--output", str(tmp_path / "s.toml")]) == 0
    paths = set(load_scenario(tmp_path / "s.toml").patches)
    assert 'station."PRS-204".time' in paths
    assert 'station."ROB-206".quality.yield' in paths
    assert 'station."ROB-206".time' not in paths


@pytest.fixture(scope="module")
def long_recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixteen hours of the hall, in which each station fails every six hours of work."""
    folder = tmp_path_factory.mktemp("long")
    settings = PlantSettings(mtbf_h=6.0)
    record_offline(load_scene(HALL, geometry=False), folder, 16.0, 5, start_ns=START_NS, step_s=60.0, settings=settings)
    return folder


def test_the_intervals_of_a_back_test_hold_what_happened(long_recording, capsys):
    words = ["backtest", str(HALL), "--recording", str(long_recording), "--calibrate", "--horizon", "1 h", "--json"]
    main([*words, "--replications", "39"])
    found = json.loads(capsys.readouterr().out)
    assert found["moments"] >= 8
    assert found["out_of_sample"]
    assert found["fitted_ns"][0] < found["fitted_ns"][1] <= found["tested_ns"][0]
    assert found["fitted_ns"][1] <= min(c["time_ns"] for c in found["comparisons"])
    assert abs(found["error"]["good"]) < 0.06
    held = [c["low"] <= c["actual"] <= c["high"] for c in found["comparisons"]]
    assert np.mean(held) > 0.8  # of 95 %, over eight moments of which one bad one spoils three figures


def test_stations_with_few_failures_are_pooled(long_recording):
    scene = load_scene(HALL, geometry=False)
    held = Recording.open(long_recording, scene)
    try:
        fits = {f.path: f for f in calibrate(load_line(HALL), scene, held, *held.span())}
    finally:
        held.close()
    pooled = [f for f in fits.values() if f.note.startswith("pooled") and f.path.endswith("mtbf")]
    assert len(pooled) >= 3
    assert len({f.value for f in pooled}) == 1
    assert pooled[0].low < 6 * 3600 < pooled[0].high
    repair = next(f for f in fits.values() if f.note.startswith("pooled") and f.path.endswith("mttr"))
    assert repair.low < 420 + 90 < repair.high * 1.2  # hands-on repair and the crew's way


def test_a_repair_lasts_from_the_fault_until_it_goes_on():
    states = [State.RUNNING, State.FAULT, State.MAINTENANCE, State.RUNNING, State.MAINTENANCE, State.RUNNING]
    begin = np.array([0.0, 10, 12, 30, 40, 50])
    seen = Intervals(begin, np.append(begin[1:], 60.0), np.array([int(s) for s in states]))
    assert repairs(seen).tolist() == [20.0]
    assert failures(seen) == 1


def test_products_of_a_record_that_the_line_does_not_know_stand_for_others():
    line = load_line(HALL)
    assert named(line, "CNC", ["Housing H2", "Flange F7", "Housing H2"]) == ["Housing H2", "Bracket B4", "Housing H2"]
    assert named(line, "CNC", ["?", "?", "!"]) == ["Housing H2", "Housing H2", "Bracket B4"]


def test_the_shipped_hall_is_clean():
    assert [f for f in check_file(HALL, load_scene(HALL, geometry=False)) if f.level != "info"] == []


def test_the_shipped_hall_has_work_for_a_week():
    line = load_line(HALL)
    day, week = (run(line, horizon_s=days * 86_400.0, replications=1).baseline.kpis for days in (1, 7))
    assert week["throughput_per_h"].mean > 0.9 * day["throughput_per_h"].mean
    assert week["on_time"].mean > 0.9


def test_a_sketch_can_be_run():
    scene = load_scene(HALL, geometry=False)
    line = sketch(scene)
    assert {"CNC-102", "PRS-204", "PKG-211"} <= set(line.station)
    assert line.station["CNC-102"].machines == 2
    assert [f for f in check_line(line, scene) if f.level == "error"] == []
    assert run(line, (), 7200.0, 2).baseline.kpis["throughput_per_h"].mean > 500


@pytest.mark.parametrize(
    ("key", "change"),
    [
        ("unreachable", {"station": {"a": {"time": "1 s", "next": "out"}, "b": {"time": "1 s"}}}),
        ("no-sink", {"station": {"a": {"time": "1 s", "next": "b"}, "b": {"time": "1 s", "next": "a"}}}),
        ("empty-crew", {"crew": {"c": {"size": 0}}}),
        ("no-source", {"order": [{"id": "1", "product": "part", "quantity": 1}]}),
        ("no-time", {"station": {"a": {"time": 0}}}),
        ("line", {"station": {"a": {"time": "1 s", "next": [{"to": "out", "share": 0.3}]}}}),
        ("closed", {"calendar": {"c": {}}}),
    ],
)
def test_findings(key, change):
    tables = {"station": {"a": {"time": "1 s"}}, "source": {"s": {"feeds": "a"}}, **change}
    assert key in {f.key for f in check_line(parse_line(tables))}


def test_the_schema_is_the_published_one():
    assert (shipped("resources") / FILE).read_text(encoding="utf-8") == schema_text()


def test_steady_state_questions_leave_the_beginning_out():
    series = np.concatenate([np.linspace(0, 10, 100), 10 + np.random.default_rng(0).normal(0, 0.5, 900)])
    assert 60 <= mser5(series) <= 150
    assert run(queue(0.95, "exponential(1 s)"), (), 20_000.0, 2).warmup_s > 0
    assert run(load_line(HALL), (), 3600.0, 2).warmup_s == 0


def test_automatic_replications_stop_when_the_intervals_are_narrow():
    result = run(parse_line({"station": {"a": {"time": "10 s"}}, "source": {"s": {"feeds": "a"}}}), (), 1000.0, "auto")
    assert result.replications == 10
    noisy = run(tandem(2, 0), (), 300.0, "auto")
    assert 10 < noisy.replications <= 200


def test_intervals_against_scipy():
    from scipy import stats

    x = np.random.default_rng(1).normal(5, 2, (12, 3))
    _, low, high = intervals(x)
    for k in range(3):
        expected = stats.t.interval(0.95, 11, x[:, k].mean(), stats.sem(x[:, k]))
        assert (low[k], high[k]) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("family", "draw"),
    [
        ("lognormal", lambda g: g.lognormal(3, 0.4, 800)),
        ("exponential", lambda g: g.exponential(30, 800)),
        ("weibull", lambda g: 40 * g.weibull(1.6, 800)),
        ("normal", lambda g: g.normal(60, 15, 800)),
    ],
)
def test_families_are_told_apart(family, draw):
    fit = fitting.times("x", draw(np.random.default_rng(2)))
    assert str(fit.value).startswith(family)
    assert fit.ks < 0.06


def test_mtbf_interval_and_shares():
    fit = fitting.mtbf("x", 1000.0, 10)
    assert fit.low < 100 < fit.high
    assert fit.low == pytest.approx(2000 / 36.78, rel=1e-3)
    assert fitting.mtbf("x", 1000.0, 2).value is None
    assert fitting.share("x", 990, 10).low < 0.99 < fitting.share("x", 990, 10).high


def test_the_settings_say_on_which_cluster_to_run(tmp_path, capsys, monkeypatch):
    (tmp_path / "line.toml").write_text(LINE, encoding="utf-8")
    words = ["simulate", "--line", str(tmp_path / "line.toml"), "--replications", "2", "--horizon", "20 min"]
    monkeypatch.setattr("twinviewer.settings.config_folder", lambda: tmp_path)
    kept = tmp_path / "settings.json"
    kept.write_text('{"version": 1, "scheduler": "nowhere"}', encoding="utf-8")
    assert main(words) == 2
    assert "nowhere: this is no address" in capsys.readouterr().err
    assert main([*words, "--scheduler", ""]) == 0  # here, for once
    monkeypatch.setenv("TWINVIEWER_SCHEDULER", "")
    assert main(words) == 0
    monkeypatch.delenv("TWINVIEWER_SCHEDULER")
    kept.write_text("{", encoding="utf-8")
    assert main(words) == 0
    assert kept.read_text(encoding="utf-8") == "{"  # it is the window that tells of it


@pytest.mark.parametrize(
    ("key", "tables"),
    [
        ("more than 1,000,000 times", {"material": {"m": {"supply": {"every": 1e-9, "quantity": 1}}}}),
        ("seed", {"model": {"seed": 2**63}}),
        ("quantity", {"order": [{"id": "1", "product": "part", "quantity": 10**9}]}),
    ],
)
def test_what_would_take_for_ever_is_refused(key, tables):
    with pytest.raises(LineError, match=key):
        build(parse_line({"station": {"a": {"time": "1 s"}}, "source": {"s": {"feeds": "a"}}, **tables}), 3600.0)


@pytest.mark.parametrize("queue", ["-3", "true", '"AB"', "999999999999"])
def test_a_state_with_an_impossible_queue_is_told(tmp_path, queue):
    file = tmp_path / "state.json"
    file.write_text(f'{{"time": "2026-01-01T00:00:00", "stations": {{"b": {{"queue": {queue}}}}}}}', encoding="utf-8")
    with pytest.raises(LineError, match="not a state"):
        read(file)


@pytest.mark.parametrize(
    ("state", "what"),
    [
        (PlantNow(0, {"c": StationNow()}), 'station "c"'),
        (PlantNow(0, {"a": StationNow(("bolt", "nut"))}), 'product "nut" at station "a"'),
        (PlantNow(0, {"a": StationNow((), (MachineNow(product="nut"),))}), 'product "nut" at station "a"'),
        (PlantNow(0, {"a": StationNow((), (MachineNow(), MachineNow()))}), '2 machines at station "a"'),
        (PlantNow(0, orders={"o": 3}), 'order "o"'),
        (PlantNow(0, materials={"m": 3.0}), 'material "m"'),
    ],
)
def test_a_written_state_of_another_line_is_told(state, what):
    line = parse_line({"station": {"a": {"time": "1 s"}}, "source": {"s": {"feeds": "a"}}, "product": {"bolt": {}}})
    good = PlantNow(0, {"a": StationNow(("bolt", ""), (MachineNow(),))})
    assert fitting_state(good, line, "state.json") is good
    with pytest.raises(LineError, match=what) as told:
        fitting_state(state, line, "state.json")
    assert told.value.where == "state.json"


@pytest.mark.parametrize(
    "words",
    [
        ["--at", "1 h"],
        ["--save-state", "x.json"],
        ["--accept", "why"],
        ["--by", "Ann"],
        ["--goal", "oee"],
        ["--budget", "5"],
        ["--scenario", "s.toml", "--suggest", "speed.a=90:120"],
        ["--replications", "5", "--suggest", "speed.a=90:120"],
        ["--budget", "nan", "--suggest", "speed.a=90:120"],
        ["--suggest", "speed.a=90:120:-4"],
        ["--feed", "opc.tcp://127.0.0.1:9", "--recording", "nowhere"],
        ["--from", "state.json", "--recording", "nowhere"],
        ["--scheduler", "nowhere"],
    ],
)
def test_an_option_that_would_do_nothing_is_refused(tmp_path, capsys, words):
    (tmp_path / "line.toml").write_text('[station.a]\ntime = "1 s"\n[source.s]\nfeeds = "a"\n', encoding="utf-8")
    assert main(["simulate", "--line", str(tmp_path / "line.toml"), *words]) == 2
    told = capsys.readouterr().err
    assert words[0] in told or words[1] in told
