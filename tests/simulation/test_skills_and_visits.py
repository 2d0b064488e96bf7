"""People who are asked for by what they can do, and products that come to a station more than once."""

from typing import Any

import pytest

from twinviewer.model.errors import LineError
from twinviewer.simulation.line import Line, parse_line
from twinviewer.simulation.lint import check_line
from twinviewer.simulation.runs import run


def breaking(crews: dict[str, Any], *repairers: str) -> Line:
    """Machines that fail often, each repaired by its own people."""
    stations = {
        f"m{k}": {"time": "10 s", "next": "out", "failure": {"mtbf": "100 s", "mttr": "50 s", "crew": crew}}
        for k, crew in enumerate(repairers)
    }
    source = {f"s{k}": {"feeds": f"m{k}"} for k in range(len(repairers))}
    return parse_line({"model": {"warmup": "0 s"}, "station": stations, "source": source, "crew": crews})


def test_two_crews_with_the_same_skill_are_one_crew_of_both():
    one = {"all": {"size": 2}}
    two = {"ann": {"skills": ["repair"]}, "bob": {"skills": ["repair"]}}
    whole = run(breaking(one, *["all"] * 4), (), 50_000.0, 2).baseline
    parted = run(breaking(two, *["skill.repair"] * 4), (), 50_000.0, 2).baseline
    names = [n for n in whole.names if n in parted.names and "crew" not in n]
    assert [whole.kpis[n] for n in names if n in whole.kpis] == [parted.kpis[n] for n in names if n in parted.kpis]
    busy = [parted.kpis[f"crew_busy.{n}"].mean for n in ("ann", "bob")]
    assert sum(busy) / 2 == pytest.approx(whole.kpis["crew_busy.all"].mean)


def test_only_those_with_the_skill_come():
    crews = {"mechanics": {"size": 3, "skills": ["gears"]}, "electrician": {"skills": ["wires", "gears"]}}
    wires = run(breaking(crews, *["skill.wires"] * 3), (), 50_000.0, 2).baseline
    alone = run(breaking({"one": {}}, *["one"] * 3), (), 50_000.0, 2).baseline
    assert wires.kpis["good"] == alone.kpis["good"]
    assert wires.kpis["crew_busy.mechanics"].mean == 0
    gears = run(breaking(crews, *["skill.gears"] * 3), (), 50_000.0, 2).baseline
    assert gears.kpis["good"].mean > 1.1 * wires.kpis["good"].mean
    assert gears.kpis["state.m0.waiting_for_crew"].mean == 0
    with pytest.raises(LineError, match='no crew has the skill "pipes"'):
        run(breaking(crews, "skill.pipes"), (), 60.0, 1)
    assert "unused" in {f.key for f in check_line(breaking(crews, "skill.wires"))}  # the mechanics
    assert "unused" not in {f.key for f in check_line(breaking(crews, "skill.gears"))}


def changing(**people: Any) -> Line:
    """Two products in turn at one station: 10 s of setup and 20 s of work for each part."""
    station = {"time": "20 s", "setup": "10 s", "operators": {"crew": "skill.operation"}, **people}
    crew = {"hands": {"skills": ["operation"]}, "setters": {"skills": "setup"}}
    tables = {"model": {"warmup": "0 s"}, "product": {"A": {}, "B": {}}, "station": {"a": station}, "crew": crew}
    return parse_line({**tables, "source": {"s": {"feeds": "a"}}})


def test_operation_and_setup_are_done_by_those_who_can():
    kpis = run(changing(setup_crew="skill.setup"), (), 3000.0, 1).baseline.kpis
    assert kpis["good"].mean == 100
    assert kpis["crew_busy.hands"].mean == pytest.approx(1, abs=0.01)
    assert kpis["crew_busy.setters"].mean == pytest.approx(1 / 3, abs=0.01)
    kpis = run(changing(setup_crew="skill.operation"), (), 3000.0, 1).baseline.kpis
    assert kpis["good"].mean == 100  # the operator does it
    assert kpis["crew_busy.setters"].mean == 0
    kpis = run(changing(setup_crew="hands"), (), 3000.0, 1).baseline.kpis
    assert kpis["good"].mean == 1  # one person cannot be both
    assert kpis["crew_busy.hands"].mean < 0.01


def visiting(**a: Any) -> dict[str, Any]:
    """A product that comes to station a twice."""
    stations = {"a": {"time": "10 s", **a}, "b": {"time": "5 s"}, "c": {"time": "1 s"}}
    product = {"A": {"route": ["a", "b", "a", "c"]}}
    source = {"s": {"feeds": "a", "policy": "100 s"}}
    return {"model": {"warmup": "0 s"}, "product": product, "station": stations, "source": source}


def test_a_product_may_come_to_a_station_twice_with_a_time_for_each_visit():
    line = parse_line(visiting(time={"A": "10 s", "A#2": "20 s"}))
    kpis = run(line, (), 10_050.0, 1).baseline.kpis
    assert kpis["good"].mean == 100
    assert kpis["lead_time_s"].mean == pytest.approx(36)
    assert kpis["utilisation.a"].mean == pytest.approx(3000 / 10_050)
    assert kpis["good_parts.a"].mean == 200
    assert not [f for f in check_line(line) if f.level in ("error", "warning")]
    with pytest.raises(LineError, match='"A#3" is no visit'):
        run(parse_line(visiting(time={"A": "10 s", "A#3": "20 s"})), (), 60.0, 1)


def test_rework_goes_on_from_the_visit_it_came_from():
    tables = visiting()
    tables["station"]["c"]["quality"] = {"yield": 0.0, "rework": {"to": "a", "max": 1}}
    kpis = run(parse_line(tables), (), 10_050.0, 1).baseline.kpis
    assert kpis["scrap"].mean == 100
    assert kpis["good_parts.a"].mean == 300  # twice, and once more before c again: not from the beginning
    assert kpis["good_parts.b"].mean == 100


def test_a_product_needs_no_setup_between_its_own_visits():
    assert run(parse_line(visiting(setup="50 s")), (), 10_050.0, 1).baseline.kpis["lead_time_s"].mean == pytest.approx(
        26
    )


def test_visits_in_a_queueing_network():
    """Jackson: two visits at a load of 0.7, one at 0.35."""
    tables = visiting()
    tables["product"]["A"]["route"] = ["a", "b", "a"]
    tables["station"] = {n: {"time": "exponential(1 s)"} for n in "ab"}
    tables["source"]["s"]["policy"] = f"exponential({1 / 0.35} s)"
    lead = run(parse_line(tables), (), 100_000.0, 10).baseline.kpis["lead_time_s"]
    exact = 2 / (1 - 0.7) + 1 / (1 - 0.35)
    assert abs(lead.mean - exact) < 2 * lead.half_width
    assert lead.half_width < 0.05 * exact
