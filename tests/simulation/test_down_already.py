"""What is asked of a machine that stands already."""

import pytest

from twinviewer.simulation import records as r
from twinviewer.simulation.line import parse_line
from twinviewer.simulation.plant_now import MachineNow, PlantNow, StationNow
from twinviewer.simulation.replication import replicate
from twinviewer.simulation.runs import run
from twinviewer.simulation.scenario import Event, Scenario
from twinviewer.simulation.starting import StartFrom
from twinviewer.simulation.tables import build

LINE = {
    "station": {"a": {"time": "10 s", "failure": {"mtbf": "9000 h", "mttr": "60 s", "crew": "one"}}},
    "crew": {"one": {"size": 1}},
    "source": {"s": {"feeds": "a"}},
}


@pytest.mark.parametrize(("down_s", "stands_s"), [(1800.0, 1800.0), (100.0, 600.0)])
@pytest.mark.parametrize("state", ["fault", "maintenance"])
def test_a_failure_of_a_machine_that_is_down_keeps_it_down_for_as_long_at_least(
    state: str, down_s: float, stands_s: float
) -> None:
    now = PlantNow(0, {"a": StationNow((), (MachineNow(state, None, 600.0),))})
    stop = Scenario("longer", events=(Event(0.0, "a", down_s),))
    result = run(parse_line(LINE), [stop], 3600.0, 3, 1, StartFrom(now), threads=1)
    good = result.scenarios[0].kpis["good"].mean
    assert good == pytest.approx((3600 - stands_s) / 10, abs=2)


def test_a_planned_stop_of_a_machine_that_waits_for_its_crew_does_not_shorten_its_repair() -> None:
    """Machine b fails at 50 s and its crew comes when a is repaired; a stop of 20 s at 60 s lies within that."""
    repair = {"clock": "calendar", "mtbf": "constant(50 s)", "mttr": "constant(300 s)", "crew": "one"}
    stations = {
        "a": {"time": "10 s", "next": "out", "failure": {**repair, "mtbf": "constant(40 s)"}},
        "b": {"time": "10 s", "next": "out", "failure": repair},
    }
    line = parse_line({**LINE, "station": stations, "source": {n: {"feeds": n} for n in "ab"}})
    o = replicate(build(line, 645.0, ((60.0, 20.0, "b", 1, True),)), 1, 0)
    assert o.time_s[1, r.WAITING_CREW] == 340 - 50
    assert o.time_s[1, r.DOWN] == 300
