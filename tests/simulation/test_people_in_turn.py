"""People go to the machine that has lacked them longest, whatever its station."""

from typing import Any

import numpy as np
import pytest
import simpy

from twinviewer.simulation.line import parse_line
from twinviewer.simulation.results import intervals
from twinviewer.simulation.runs import Experiment, run


def rivals(size: int, **stations: dict[str, Any]) -> dict[str, float]:
    """Good parts of stations that share one crew and always have parts, in 12,000 s."""
    asks = {"operators": {"crew": "people"}, "next": "out"}
    tables = {
        "model": {"warmup": "0 s"},
        "station": {name: {**asks, **station} for name, station in stations.items()},
        "source": {f"s{name}": {"feeds": name} for name in stations},
        "crew": {"people": {"size": size}},
    }
    kpis = run(parse_line(tables), (), 12_000.0, 1).baseline.kpis
    return {name: kpis[f"good_parts.{name}"].mean for name in stations}


def test_one_person_goes_from_machine_to_machine_in_turn():
    made = rivals(1, a={"time": "10 s"}, b={"time": "20 s"}, c={"time": "30 s"})
    assert list(made.values()) == pytest.approx([200, 200, 200], abs=1)


def test_every_machine_of_a_station_has_its_own_turn():
    made = rivals(1, a={"time": "10 s", "machines": 2}, b={"time": "20 s"})
    assert list(made.values()) == pytest.approx([600, 300], abs=1)


def test_a_machine_that_needs_two_people_is_not_passed_over_for_ever():
    two = {"time": "30 s", "operators": {"crew": "people", "n": 2}}
    made = rivals(2, a={"time": "10 s"}, b={"time": "14 s"}, both=two)
    assert made["both"] == pytest.approx(12_000 / 44, abs=2)  # in turn: both, then a and b until b ends at the latest
    assert made["b"] == pytest.approx(12_000 / 44, abs=2)


def test_nobody_waits_for_people_who_are_not_there_at_all():
    three = {"time": "30 s", "operators": {"crew": "people", "n": 3}}
    assert rivals(2, a={"time": "10 s"}, b={"time": "15 s"}, three=three) == {"a": 1200, "b": 800, "three": 0}


MEANS_S, FEED_S, SPAN_S, PEOPLE = (8.0, 6.0, 5.0), 10.0, 20_000.0, 2


def _plain_simpy(seed: int) -> list[float]:
    """Three stations in series without limits of room; each part asks for one of two people at each."""
    random, env = np.random.default_rng(seed), simpy.Environment()
    people = simpy.Resource(env, PEOPLE)
    machines = [simpy.Resource(env, 1) for _ in MEANS_S]
    leads: list[float] = []

    def part():
        began = env.now
        for machine, mean in zip(machines, MEANS_S, strict=True):
            with machine.request() as mine:
                yield mine
                with people.request() as person:
                    yield person
                    yield env.timeout(random.exponential(mean))
        leads.append(env.now - began)

    def source():
        while True:
            yield env.timeout(random.exponential(FEED_S))
            env.process(part())

    env.process(source())
    env.run(SPAN_S)
    return [len(leads), float(np.mean(leads))]


def test_people_shared_by_a_line_agree_with_simpy():
    names = [f"m{k}" for k in range(3)]
    stations = {
        name: {"time": f"exponential({mean} s)", "operators": {"crew": "people"}, "next": to}
        for name, mean, to in zip(names, MEANS_S, [*names[1:], "out"], strict=True)
    }
    tables = {
        "model": {"warmup": "0 s"},
        "station": stations,
        "source": {"s": {"feeds": "m0", "policy": f"exponential({FEED_S} s)"}},
        "crew": {"people": {"size": PEOPLE}},
    }
    ours = Experiment(parse_line(tables), (), SPAN_S).more(40).baseline
    mine = ours.samples[:, [ours.names.index(n) for n in ("good", "lead_time_s")]]
    theirs = np.array([_plain_simpy(seed) for seed in range(8)])
    a, a_low, _ = intervals(mine, 0.999)
    b, b_low, _ = intervals(theirs, 0.999)
    assert (np.abs(a - b) <= (a - a_low) + (b - b_low)).all(), (a, b)
