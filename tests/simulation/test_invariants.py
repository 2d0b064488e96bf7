"""What holds for every run of every line: nothing is lost, no time is lost, and the order of work changes nothing."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.simulation.lines import outcomes, tandem
from twinviewer.simulation import random_numbers as rn
from twinviewer.simulation.line import Line, parse_line
from twinviewer.simulation.plant_now import LOADED, MachineNow, PlantNow, StationNow
from twinviewer.simulation.records import RUNNING
from twinviewer.simulation.replication import Replication, replicate
from twinviewer.simulation.runs import run
from twinviewer.simulation.scenario import Scenario
from twinviewer.simulation.starting import StartFrom
from twinviewer.simulation.tables import build

DAY = 86_400.0


@st.composite
def lines(draw: st.DrawFn) -> Line:
    """Small lines with anything that a line can have."""
    n = draw(st.integers(1, 4))
    stations = {}
    for k in range(n):
        s: dict = {"time": draw(st.sampled_from(["40 s", "exponential(50 s)", "lognormal(45 s, cv=0.3)"]))}
        s["machines"] = draw(st.integers(1, 2))
        s["buffer"] = draw(st.sampled_from([None, 0, 1, 4]))
        if draw(st.booleans()):
            clock = draw(st.sampled_from(["operating", "calendar"]))
            s["failure"] = {"clock": clock, "mtbf": "1 h", "mttr": "10 min", "crew": "crew"}
        if draw(st.booleans()):
            s["calendar"] = "day"
        if draw(st.booleans()):
            s["operators"] = {"crew": "people"}
        if draw(st.booleans()):
            s["quality"] = {"yield": 0.9, "rework": {"to": f"m{draw(st.integers(0, k))}", "share": 0.5, "max": 2}}
        if draw(st.booleans()):
            s["setup"] = "lognormal(180 s, cv=0.2)"
        if draw(st.booleans()):
            s["maintenance"] = [{"every": "5 h", "duration": "20 min"}]
        s["power"] = {"off": 0.1, "idle": 1.0, "run": 5.0, "down": 0.5}
        stations[f"m{k}"] = {key: v for key, v in s.items() if v is not None}
    data = {
        "model": {"start": "2026-01-05T00:00:00"},
        "station": stations,
        "product": {"A": {}, "B": {}},
        "calendar": {"day": {"week": {"all": ["06:00-14:00", "14:30-22:00"]}}},
        "crew": {"crew": {"size": 1}, "people": {"size": draw(st.integers(1, 2)), "calendar": "day"}},
        "source": {"s": {"feeds": "m0", "lots": [{"product": "A", "quantity": 7}, {"product": "B", "quantity": 3}]}},
    }
    if draw(st.booleans()):
        data["source"]["s"]["policy"] = "exponential(60 s)"
    if n > 1 and draw(st.booleans()):
        data["buffer"] = {"m0>m1": {"capacity": 3, "transport": {"time": "25 s"}}}
    return parse_line(data)


@settings(max_examples=40)
@given(lines(), st.integers(0, 5))
def test_nothing_is_lost(line, number):
    tables = build(line, 2 * DAY)
    o = replicate(tables, 3, number)
    waiting = 1 if any(s.policy.startswith("exp") for s in line.source.values()) else 0  # the next arrival is drawn
    assert o.completed_all + o.wip_at_end <= o.entered <= o.completed_all + o.wip_at_end + waiting
    np.testing.assert_allclose(o.time_s.sum(1), 2 * DAY, rtol=1e-9)
    assert (o.time_s >= -1e-6).all()
    assert (o.down_off_s <= 2 * DAY).all()
    watts = np.array(tables.machines["kw"][: len(o.time_s)])
    assert o.energy_kwh.sum() == pytest.approx((o.time_s * watts).sum() / 3600)
    assert o.peak_kw <= watts.max(1).sum() + 1e-9
    assert (o.crew_busy[np.isfinite(o.crew_busy)] >= 0).all()


@settings(max_examples=15)
@given(lines(), st.floats(0.1, 0.9))
def test_stopping_on_the_way_changes_nothing(line, share):
    tables = build(line, DAY)
    whole = replicate(tables, 3, 0)
    halves = Replication(tables, 3, 0)
    halves.run(share * DAY)
    halves.run(DAY)
    other = halves.outcome()
    assert (whole.done == other.done).all()
    np.testing.assert_allclose(whole.time_s, other.time_s, atol=1e-6)
    assert whole.wip == pytest.approx(other.wip)


def test_littles_law_is_exact_when_the_line_runs_empty():
    """Time integral of the parts in the system = sum of their times in the system."""
    line = parse_line(
        {
            "product": {"A": {}},
            "station": {"a": {"time": "exponential(40 s)"}, "b": {"time": "exponential(50 s)", "buffer": 2}},
            "source": {"s": {"feeds": "a", "policy": "orders"}},
            "order": [{"id": "1", "product": "A", "quantity": 200}],
        }
    )
    o = replicate(build(line, 10 * DAY), 1, 0)
    assert o.wip_at_end == 0
    assert o.wip * o.span_s == pytest.approx(o.lead_s * o.done.sum(), rel=1e-9)


def test_littles_law_in_steady_state():
    o = outcomes(tandem(3, 2), 200_000, 1)[0]
    assert o.wip == pytest.approx(o.lead_s * o.done.sum() / o.span_s, rel=1e-3)


@pytest.mark.parametrize("room", [0, 1, 5])
def test_departures_equal_the_max_plus_recursion(room):
    """A saturated line obeys D[n,j] = max(C[n,j], S[n-b,j+1]); the same keyed draws must give the same departures."""
    n, horizon = 5, 40_000.0
    tables = build(tandem(n, room, "lognormal(50 s, cv=0.4)"), horizon)
    engine = replicate(tables, 11, 2)
    starts, leaves = np.zeros((n, 2000)), np.zeros(n)
    done, lead, part = 0, 0.0, 0
    while True:
        before = 0.0
        for j in range(n):
            begin = max(before, leaves[j])
            stream = tables.stations["stream"][j]
            row = tables.stations["process"][j]
            end = begin + rn.draw(tables.distributions, tables.quantiles, row, 11, 2, stream, rn.PROCESS, part)
            if j + 1 < n:
                if room == 0:
                    end = max(end, leaves[j + 1])
                elif part >= room:
                    end = max(end, starts[j + 1, part - room])
            starts[j, part], leaves[j], before = begin, end, end
        if before > horizon:
            break
        done, lead, part = done + 1, lead + before - starts[0, part], part + 1
    assert engine.done.sum() == done
    assert engine.lead_s == pytest.approx(lead / done, rel=1e-12)


def test_the_number_of_threads_changes_nothing():
    line = tandem(4, 2, failure={"mtbf": "200 s", "mttr": "20 s"})
    faster = Scenario("faster", {"station.m1.speed": 1.2})
    one, two = (run(line, [faster], 5000.0, 8, 5, threads=k) for k in (1, 2))
    assert (one.baseline.samples.tobytes(), one.scenarios[0].samples.tobytes()) == (
        two.baseline.samples.tobytes(),
        two.scenarios[0].samples.tobytes(),
    )
    assert not np.array_equal(one.baseline.samples[0], one.baseline.samples[1], equal_nan=True)


def test_time_scales():
    """All times three times as long: a third of the parts per second, the same shares."""
    base, slow = (
        outcomes(
            tandem(3, 1, f"exponential({t} s)", failure={"mtbf": f"{100 * t} s", "mttr": f"{9 * t} s"}), 20_000 * t, 1
        )
        for t in (1, 3)
    )
    assert base[0].done.sum() == slow[0].done.sum()
    np.testing.assert_allclose(base[0].time_s * 3, slow[0].time_s, rtol=1e-6)


def test_another_station_keeps_its_random_numbers():
    """Adding a station at the end leaves what happens at the others, while nothing blocks, as it was."""
    short = parse_line({"station": {"a": {"time": "exponential(9 s)"}}, "source": {"s": {"feeds": "a"}}})
    long_ = parse_line(
        {"station": {"a": {"time": "exponential(9 s)"}, "b": {"time": "1 s"}}, "source": {"s": {"feeds": "a"}}}
    )
    assert replicate(build(short, 9000), 1, 0).good[0] == replicate(build(long_, 9000), 1, 0).good[0]


@st.composite
def states(draw: st.DrawFn, line: Line) -> PlantNow:
    """Any state that a line can be in, and some that it can hardly."""
    kinds = st.sampled_from(["running", "setup", "blocked", "fault", "maintenance", "idle", "offline"])
    machine = st.builds(MachineNow, kinds, st.sampled_from([None, "A", "B"]), st.none() | st.floats(0, 5000))
    stations = {
        name: StationNow(
            tuple(draw(st.lists(st.sampled_from(["", "A", "B"]), max_size=4))),
            tuple(draw(st.lists(machine, max_size=s.machines))),
        )
        for name, s in line.station.items()
    }
    return PlantNow(0, stations)


@settings(max_examples=25)
@given(st.data())
def test_parts_and_people_that_were_there_are_accounted_for(data):
    line = data.draw(lines())
    now = data.draw(states(line))
    one = Replication(build(line, DAY), 3, 0)
    StartFrom(now)(one)
    there = sum(len(s.queue) + sum(m.state in LOADED for m in s.machines) for s in now.stations.values())
    one.run(DAY)
    o = one.outcome()
    waiting = 1 if any(s.policy.startswith("exp") for s in line.source.values()) else 0
    assert o.completed_all + o.wip_at_end <= there + o.entered <= o.completed_all + o.wip_at_end + waiting
    np.testing.assert_allclose(o.time_s.sum(1), DAY, rtol=1e-9)
    m, held = one.machines, np.zeros(len(one.crews), int)
    np.add.at(held, m["has_operator"][m["has_operator"] > 0] - 1, m["operators"][m["has_operator"] > 0])
    np.add.at(held, m["crew_now"][m["crew_now"] >= 0], 1)
    assert (one.crews["size"] - one.crews["free"] == held).all()


def test_two_threads_that_lack_room_for_parts_double_it_once():
    tables = build(tandem(1, 0), 100.0)
    had = tables.parts
    tables.grow(had)
    tables.grow(had)
    assert tables.parts == 2 * had


def test_another_material_leaves_the_deliveries_of_the_first_as_they_were():
    def times(*others: str) -> list[float]:
        supply = {"every": "100 s", "quantity": 1, "delay": "exponential(300 s)"}
        line = parse_line(
            {
                "station": {"a": {"time": "1 s", "consumes": {"m": 1}}},
                "material": {**{n: {"supply": supply} for n in others}, "m": {"supply": supply}},
                "source": {"s": {"feeds": "a"}},
            }
        )
        trace = replicate(build(line, 5000.0), 1, 0, trace=1000).trace
        return trace["t"][trace["state"] == RUNNING].tolist()

    assert times() == times("x", "y")
    assert len(times()) > 20
