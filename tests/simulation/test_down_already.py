"""What is asked of a machine that stands already."""

import pytest

from twinviewer.simulation.line import parse_line
from twinviewer.simulation.plant_now import MachineNow, PlantNow, StationNow
from twinviewer.simulation.runs import run
from twinviewer.simulation.scenario import Event, Scenario
from twinviewer.simulation.starting import StartFrom

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
