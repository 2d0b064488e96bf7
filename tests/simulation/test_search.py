"""Suggestions, sensitivities, playing a run."""

import json

import pytest

from tests.simulation.lines import tandem
from twinviewer.__main__ import main
from twinviewer.model.errors import LineError
from twinviewer.model.state import State
from twinviewer.simulation.api import Choice, Scenario, levers, play, sensitivity, strongest, suggest
from twinviewer.simulation.line import parse_line


def uneven():
    """The second of three stations is by far the slowest."""
    times = {"a": "exponential(10 s)", "b": "exponential(20 s)", "c": "exponential(10 s)"}
    stations = {n: {"time": t, "buffer": 3, "power": {"run": 1.0}} for n, t in times.items()}
    return parse_line({"station": stations, "source": {"s": {"feeds": "a"}}})


def test_the_bottleneck_is_what_is_suggested():
    choices = [Choice(f"speed.{n}", 100, 150, 2, cost=1, current=100) for n in "abc"]
    found = suggest(uneven(), choices, budget=50, horizon_s=20_000)
    assert dict(found[0].settings) == {"speed.b": 150}
    assert found[0].gain.significant
    assert found[0].price == 50
    assert len(found) <= 3


def test_of_equal_gains_the_one_that_moves_fewer_levers_comes_first():
    line = parse_line({"station": {"a": {"time": "9 s"}}, "source": {"s": {"feeds": "a"}}, "crew": {"c": {"size": 3}}})
    choices = [Choice("crew.c", 2, 4, 3, integer=True, current=3), Choice("speed.a", 100, 120, 2, current=100)]
    found = suggest(line, choices, horizon_s=900, threads=1)
    assert dict(found[0].settings) == {"speed.a": 120}  # the crew does nothing


def test_more_levers_than_can_be_combined_are_searched():
    times = [10, 11, 20, 12, 10, 18]
    stations = {f"m{k}": {"time": f"{t} s", "buffer": 2} for k, t in enumerate(times)}
    line = parse_line({"station": stations, "source": {"s": {"feeds": "m0"}}})
    choices = [Choice(f"speed.m{k}", 100, 140, 3, cost=1, current=100) for k in range(6)]
    found = suggest(line, choices, horizon_s=1_000, threads=1, budget=60)
    assert found[0].price <= 60
    assert found[0].gain.mean > 40  # one lever alone gains 20 parts/h at most: then m5 is the bottleneck
    assert set(found[0].settings) <= {"speed.m2", "speed.m5", "speed.m3"}


@pytest.mark.parametrize("after", [0, 1, 30, 31, 32, 90])
def test_a_search_can_be_ended_at_any_moment(after):
    """It asks before every replication: 10 of each candidate, then 30 of the best."""
    asked = iter(range(10_000))
    choices = [Choice("speed.b", 100, 150, 3, cost=1, current=100)]
    found = suggest(uneven(), choices, horizon_s=600, threads=1, cancel=lambda: next(asked) >= after)
    assert all(s.gain.mean == s.gain.mean for s in found)


def test_nothing_to_try_is_told():
    with pytest.raises(LineError):
        suggest(uneven(), [Choice("speed.a", 110, 150, 2, cost=1, current=100)], budget=1)


def test_the_strongest_lever_is_found():
    line = uneven()
    effects = sensitivity(line, [x for x in levers(line) if x.id.startswith("speed.")], horizon_s=20_000)
    assert strongest(effects, "throughput_per_h")[0].lever == "speed.b"
    assert strongest(effects, "throughput_per_h")[0].differences["throughput_per_h"].mean > 0


def test_a_run_can_be_played():
    line = tandem(2, 1, "10 s", failure={"mtbf": "500 s", "mttr": "100 s"})
    seen = play(line, Scenario("s", levers={"failure.m1": 1}), 7200.0)
    states, queues = seen.at(1800.0)
    assert states["m1"] is State.FAULT
    assert states["m0"] in (State.BLOCKED, State.FAULT)
    assert queues["m1"] == 1
    assert seen.whole_s == 7200.0
    assert (seen.time_s[1:] >= seen.time_s[:-1]).all()


def test_three_settings_are_suggested_from_the_command_line(tmp_path, capsys):
    (tmp_path / "line.toml").write_text(
        '[station.a]\ntime = "10 s"\n[station.b]\ntime = "12 s"\n[source.s]\nfeeds = "a"\n', encoding="utf-8"
    )
    words = ["simulate", "--line", str(tmp_path / "line.toml"), "--horizon", "1 h", "--json"]
    asked = ["--suggest", "speed.a=100:120:5", "--suggest", "speed.b=100:120:1", "--budget", "60"]
    assert main([*words, *asked]) == 0
    found = json.loads(capsys.readouterr().out)["suggestions"]
    assert found[0]["settings"] == {"speed.b": 120}  # of equal gains the cheaper one comes first
    assert found[0]["price"] == 20
    assert found[0]["gain"]["mean"] == pytest.approx(60, abs=1)
    assert main([*words, "--suggest", "speed.a=100:110"]) == 1  # b is the bottleneck
    capsys.readouterr()
    for wrong in (["speed.zzz=1:2"], ["speed.a=1:2"], ["speed.a"], ["speed.a=100:110", "--goal", "fun"]):
        assert main([*words, "--suggest", *wrong]) == 2
        assert "twinviewer: " in capsys.readouterr().err
