"""Scenarios and levers: what they write into a line, and what comes of it."""

from pathlib import Path

import pytest

from twinviewer.model.errors import LineError
from twinviewer.simulation.levers import levers
from twinviewer.simulation.line import Line, parse_line
from twinviewer.simulation.reading import load_line
from twinviewer.simulation.runs import Experiment, run
from twinviewer.simulation.scenario import Event, Scenario, applied, load_scenario, scenario_of, scenario_text

HALL = Path(__file__).resolve().parents[2] / "scenes" / "assembly-hall"


def line() -> Line:
    """A line with one of everything that a lever moves."""
    return parse_line(
        {
            "product": {"A": {}, "B": {}},
            "calendar": {"day": {"week": {"mon-fri": ["06:00-14:00"]}}},
            "crew": {"people": {"size": 2}},
            "material": {"m": {"initial": 5, "supply": {"every": "8 h", "quantity": 10}}},
            "station": {
                "a": {
                    "time": {"A": "lognormal(60 s, cv=0.2)", "B": "70 s"},
                    "setup": "180 s",
                    "buffer": 3,
                    "calendar": "day",
                },
                "b": {
                    "time": "50 s",
                    "maintenance": [{"every": "10 h", "duration": "1 h"}],
                    "setpoint": {"name": "feed", "at": 100, "low": 80, "high": 120, "speed_slope": 0.01},
                    "consumes": {"m": 1},
                    "operators": {"crew": "people"},
                },
            },
            "source": {
                "s": {"feeds": "a", "policy": "orders"},
                "t": {"feeds": "b", "lots": [{"product": "A", "quantity": 10}]},
            },
            "order": [
                {"id": "1", "product": "A", "quantity": 10},
                {"id": "2", "product": "B", "quantity": 20, "due": "4 h"},
            ],
        }
    )


@pytest.mark.parametrize(
    ("path", "value", "read"),
    [
        ("crew.people.size", 3, lambda x: x.crew["people"].size == 3),
        ("crew.people.size", "+2", lambda x: x.crew["people"].size == 4),
        ("station.a.speed", "*1.1", lambda x: x.station["a"].speed == pytest.approx(1.1)),
        ("station.a.speed", "+10%", lambda x: x.station["a"].speed == pytest.approx(1.1)),
        ("order.*.quantity", "*1.5", lambda x: [o.quantity for o in x.order] == [15, 30]),
        ("order.2.priority", 1, lambda x: x.order[1].priority == 1),
        ('station."b".time', "*2", lambda x: x.station["b"].time == "50 s * 2"),
        ("calendar.day.week.sat", ["08:00-12:00"], lambda x: x.calendar["day"].week["sat"] == ("08:00-12:00",)),
        ("material.m.supply.delay", "2 h", lambda x: x.material["m"].supply.delay == "2 h"),
        ("station.b.quality.yield", 0.9, lambda x: x.station["b"].quality.yield_ == 0.9),
    ],
)
def test_patches(path, value, read):
    assert read(applied(line(), Scenario("s", {path: value}))[0])


@pytest.mark.parametrize("path", ["crew.nobody.size", "station.x.speed", "order.9.quantity", "", "nothing.at.all"])
def test_a_path_that_leads_nowhere_is_told(path):
    with pytest.raises(LineError):
        applied(line(), Scenario("s", {path: 1}))


def test_every_lever_can_be_moved_over_its_whole_way():
    for lever in levers(line()):
        values = {
            "slider": [lever.low, lever.high, lever.current],
            "calendar": [lever.current],
            "list": [lever.current[::-1]] if lever.kind == "list" else [],
        }
        for value in values[lever.kind]:
            if lever.unit == "%" and value == 0 and not lever.id.startswith(("changeover", "demand")):
                continue
            changed, _ = applied(line(), Scenario("s", levers={lever.id: value}))
            assert changed.station


def test_levers_at_what_they_are_change_nothing():
    still = Scenario("still", levers={x.id: x.current for x in levers(line())})
    result = run(line(), [still], 40_000.0, 4, threads=1)
    for name, difference in result.scenarios[0].difference.items():
        assert difference.mean == pytest.approx(0, abs=1e-6), name
        assert not difference.significant or abs(difference.mean) < 1e-9


def test_the_hall_has_levers_and_they_matter():
    hall = load_line(HALL)
    assert {"speed.CNC", "crew.maintenance", "buffer.WSH-107", "setpoint.CNC", "sequence"} <= {
        x.id for x in levers(hall)
    }
    slow = Scenario("slow", levers={"speed.WSH-107": 60})
    nothing = Scenario("nothing", {"crew.maintenance.cost_per_hour": 53})
    result = run(hall, [slow, nothing], 6 * 3600.0, 6)
    assert result.scenarios[0].difference["good"].significant
    assert result.scenarios[0].difference["good"].mean < 0
    assert result.scenarios[0].bottleneck is not None
    assert result.scenarios[0].bottleneck.station == "WSH-107"
    assert not result.scenarios[1].difference["good"].significant
    assert result.scenarios[1].difference["cost"].significant


def test_a_scenario_comes_back_from_its_file(tmp_path):
    patches = {"crew.people.size": 3, 'station."a".buffer': 4}
    moved = {"speed.a": 105, "shifts.day": {"sat": ["06:00-12:00"]}}
    scenario = Scenario('so "named"', patches, moved, (Event(100.0, "a", 50.0, 1, True),), "why")
    file = tmp_path / "s.toml"
    file.write_text(scenario_text(scenario), encoding="utf-8")
    back = load_scenario(file)
    assert applied(line(), back) == applied(line(), scenario)
    assert (back.name, back.note) == (scenario.name, scenario.note)


@pytest.mark.parametrize(
    "text",
    [
        "set = 3",
        "[set",
        "colour = 1",
        "[[event]]\nat = 1",
        "format = 9",
        '[lever]\n"speed.a" = "fast"',
        '[lever]\n"warp.a" = 1',
    ],
)
def test_a_bad_scenario_is_told(tmp_path, text):
    file = tmp_path / "s.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(LineError):
        applied(line(), load_scenario(file))


def test_a_dragged_slider_reuses_the_baseline():
    base = Experiment(line(), (), 20_000.0, 1)
    base.more(4)
    quick = base.against([Scenario("s", levers={"speed.b": 120})])
    result = quick.more(4)
    whole = run(line(), [Scenario("s", levers={"speed.b": 120})], 20_000.0, 4, 1)
    assert result.scenarios[0].samples.tobytes() == whole.scenarios[0].samples.tobytes()
    assert result.baseline.samples.tobytes() == whole.baseline.samples.tobytes()


def test_demand_can_rise_and_fall_for_a_time():
    tables = {"model": {"warmup": "0 s"}, "station": {"a": {"time": "1 s"}}, "source": {"s": {"feeds": "a"}}}
    with pytest.raises(LineError, match="saturated"):
        applied(parse_line(tables), Scenario("s", levers={"demand_spike": 150}))
    tables["source"]["s"] |= {"policy": "60 s", "demand": {"from": "1 h", "to": "3 h"}}
    spike, drop = (Scenario(str(p), levers={"demand_spike": p}) for p in (200, 0))
    later = Scenario("later", levers={"demand_spike": 50, "demand_from": 9, "demand_to": 12})
    result = run(parse_line(tables), [spike, drop, later], 36_030.0, 1)
    assert [v.kpis["good"].mean for v in (result.baseline, *result.scenarios)] == [600, 720, 480, 570]
    with pytest.raises(LineError, match="no time"):
        run(parse_line(tables), [Scenario("s", levers={"demand_from": 5})], 60.0, 1)


def test_orders_that_are_due_in_a_spike_grow():
    order = [{"id": str(k), "product": "A", "quantity": 10, "due": f"{k} h"} for k in (1, 2, 3)]
    tables = {"product": {"A": {"route": ["a"]}}, "station": {"a": {"time": "1 s"}}, "order": order}
    tables["source"] = {"s": {"feeds": "a", "policy": "orders"}}
    spike = Scenario("spike", levers={"demand_spike": 150, "demand_from": 1.5, "demand_to": 2.5})
    assert run(parse_line(tables), [spike], 3600.0, 1).scenarios[0].difference["good"].mean == 5


@pytest.mark.parametrize(
    "text",
    [
        '[lever]\n"machines.mill" = nan',
        '[lever]\n"buffer.mill" = inf',
        "event = 3",
        '[[event]]\nstation = "mill"\ndown = [1]',
        '[[event]]\nstation = "mill"\ndown = "1 h"\nmachine = "x"',
        '[[event]]\nstation = "mill"\ndown = "1 h"\nat = nan',
    ],
)
def test_a_scenario_that_makes_no_sense_is_told(text):
    with pytest.raises(LineError):
        applied(line(), scenario_of(text, "s.toml"))
