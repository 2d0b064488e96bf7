"""The engine against closed forms, exact Markov chains and published tables of production lines."""

import numpy as np
import pytest

from tests.simulation.lines import agrees, lead, mean, outcomes, queue, rate, tandem
from twinviewer.simulation.line import parse_line
from twinviewer.simulation.replication import states_by_name

RUNNING = states_by_name()["running"]


@pytest.mark.parametrize(
    ("line", "time_in_system_s"),
    [
        pytest.param(queue(0.8, "exponential(1 s)"), 5.0, id="M/M/1"),
        pytest.param(queue(2.7, "exponential(1 s)", 3), 3.723537, id="M/M/3"),
        pytest.param(queue(8, "exponential(1 s)", 10), 1.204590, id="M/M/10"),
        pytest.param(queue(0.7, "1 s"), 2.166667, id="M/D/1"),
        pytest.param(queue(0.7, "lognormal(1 s, cv=1.5)"), 4.791667, id="M/G/1"),
        pytest.param(queue(0.7, "erlang(1 s, k=4)"), 1 + 0.7 * 1.25 / 0.6, id="M/E4/1"),
    ],
)
def test_queues(line, time_in_system_s):
    assert agrees(lead(outcomes(line, 120_000, 6)), time_in_system_s, 0.03)


@pytest.mark.parametrize("arrivals", [(0.5, 0.0), (0.4, 0.2)])
def test_jackson_network_with_feedback(arrivals):
    """Three nodes, arrivals at one or two of them, routing with feedback (Jackson 1957)."""
    rates = {"a": 1.2, "b": 0.9, "c": 0.8}
    routes = {"a": {"b": 0.6, "c": 0.2, "out": 0.2}, "b": {"c": 0.7, "out": 0.3}, "c": {"a": 0.1, "out": 0.9}}
    stations = {
        n: {"time": f"exponential({1 / mu!r} s)", "next": [{"to": t, "share": p} for t, p in routes[n].items()]}
        for n, mu in rates.items()
    }
    sources = {n: {"feeds": n, "policy": f"exponential({1 / x!r} s)"} for n, x in zip("ab", arrivals, strict=True) if x}
    routing = np.array([[routes[n].get(t, 0.0) for t in rates] for n in rates])
    flow = np.linalg.solve(np.eye(3) - routing.T, [*arrivals, 0.0])
    rho = flow / np.array(list(rates.values()))
    expected = float((rho / (1 - rho)).sum() / sum(arrivals))
    if arrivals == (0.5, 0.0):
        assert expected == pytest.approx(4.108812, abs=1e-6)
    found = outcomes(parse_line({"station": stations, "source": sources}), 150_000, 8)
    assert agrees(lead(found), expected, 0.02)


@pytest.mark.parametrize(
    ("n", "room", "parts_per_s"),
    [(2, 0, 2 / 3), (2, 3, 5 / 6)]
    + [(3, b, x) for b, x in enumerate((0.5641, 0.6705, 0.7340, 0.7767, 0.8075))]
    + [(4, b, x) for b, x in enumerate((0.5148, 0.6312, 0.7007, 0.7477, 0.7818))]
    + [(6, 0, 0.4667), (6, 1, 0.5918)],
)
def test_lines_with_blocking_after_service(n, room, parts_per_s):
    """Saturated lines of exponential stations: two have a closed form, the others published exact solutions."""
    value, error = rate(outcomes(tandem(n, room), 60_000, 6))
    assert abs(value - parts_per_s) <= 4 * error + 5e-5
    assert error <= 0.004 * parts_per_s


@pytest.mark.parametrize(("room", "parts_per_s"), list(enumerate((0.6404, 0.7613, 0.8219, 0.8580))))
def test_lines_of_erlang_stations(room, parts_per_s):
    value, error = rate(outcomes(tandem(3, room, "erlang(1 s, k=2)"), 60_000, 6))
    assert abs(value - parts_per_s) <= 4 * error + 5e-5
    assert error <= 0.004 * parts_per_s


@pytest.mark.parametrize(
    ("clock", "room", "parts_per_s"),
    [
        ("operating", 0, 0.58995),
        ("operating", 5, 0.75620),
        ("operating", 20, 0.83500),
        ("calendar", 0, 0.55720),
        ("calendar", 5, 0.74201),
        ("calendar", 20, 0.83108),
    ],
)
def test_two_unreliable_machines(clock, room, parts_per_s):
    failure = {"clock": clock, "mtbf": "100 s", "mttr": "10 s"}
    line = tandem(2, room, failure=failure)
    assert agrees(rate(outcomes(line, 300_000, 8)), parts_per_s, 0.004)


@pytest.mark.parametrize(("crew", "parts_per_s"), [(3, 0.53018), (1, 0.52539)])
def test_three_machines_share_repairmen(crew, parts_per_s):
    failure = {"mtbf": "50 s", "mttr": "10 s", "crew": "repair"}
    stations = {f"m{k}": {"time": "exponential(1 s)", "buffer": 2, "failure": failure} for k in range(3)}
    line = parse_line({"station": stations, "crew": {"repair": {"size": crew}}, "source": {"s": {"feeds": "m0"}}})
    assert agrees(rate(outcomes(line, 200_000, 8)), parts_per_s, 0.004)


def test_machine_interference():
    """Eight machines, two repairmen (Palm): the share of time that a machine runs."""
    failure = {"mtbf": "10 s", "mttr": "2 s", "crew": "repair"}
    line = parse_line(
        {
            "station": {"a": {"time": "exponential(1 s)", "machines": 8, "failure": failure}},
            "crew": {"repair": {"size": 2}},
            "source": {"s": {"feeds": "a"}},
        }
    )
    found = outcomes(line, 20_000, 6)
    assert agrees(mean([o.time_s[:, RUNNING].sum() / o.time_s.sum() for o in found]), 0.791900, 0.003)


@pytest.mark.parametrize("clock", ["operating", "calendar"])
def test_one_unreliable_machine(clock):
    """A saturated machine makes its rate times MTBF / (MTBF + MTTR)."""
    line = tandem(1, 0, "2 s", failure={"clock": clock, "mtbf": "90 s", "mttr": "lognormal(10 s, cv=0.5)"})
    assert agrees(rate(outcomes(line, 200_000, 6)), 0.45, 0.003)


def test_rework_geometric():
    """A share of 10 % comes back at most twice: mean visits of a station, and what is scrapped."""
    line = parse_line(
        {
            "station": {"a": {"time": "1 s", "quality": {"yield": 0.9, "rework": {"to": "a", "share": 1.0, "max": 2}}}},
            "source": {"s": {"feeds": "a"}},
        }
    )
    found = outcomes(line, 50_000, 4)
    assert agrees(mean([o.scrapped.sum() / (o.done.sum() + o.scrapped.sum()) for o in found]), 0.001, 0.2)
    assert agrees(rate(found), (1 - 0.001) / 1.11, 0.003)
