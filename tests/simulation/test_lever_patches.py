"""What levers write where it is not just a number."""

import pytest

from twinviewer.model.errors import LineError
from twinviewer.simulation.line import parse_line
from twinviewer.simulation.scenario import Scenario, applied
from twinviewer.simulation.tables import build

LINE = parse_line(
    {
        "station": {
            "a": {
                "time": "10 s",
                "machines": 3,
                "calendar": "c",
                "maintenance": [
                    {"at": "1 h", "duration": "10 min", "machine": 3},
                    {"every": "2 h", "duration": "5 min", "machine": 1},
                ],
            }
        },
        "calendar": {
            "c": {"week": {"mon": ["14:00-20:00", "06:00-12:00"], "tue": ["22:00-05:00"], "wed": ["00:00-24:00"]}}
        },
        "source": {"s": {"feeds": "a"}},
    }
)


def test_a_machine_that_is_taken_out_takes_its_maintenance_along() -> None:
    fewer, _ = applied(LINE, Scenario("x", levers={"machines.a": 2}))
    assert [m.machine for m in fewer.station["a"].maintenance] == [1]
    assert len(build(fewer, 7300.0).script) == 1
    more, _ = applied(LINE, Scenario("x", levers={"machines.a": 4}))
    assert [m.machine for m in more.station["a"].maintenance] == [3, 1]


def test_overtime_prolongs_the_latest_window_of_a_day_until_midnight_at_most() -> None:
    longer, _ = applied(LINE, Scenario("x", levers={"overtime.c": 1.5}))
    week = {"mon": ("14:00-21:30", "06:00-12:00"), "tue": ("22:00-05:00",), "wed": ("00:00-24:00",)}
    assert longer.calendar["c"].week == week
    most, _ = applied(LINE, Scenario("x", levers={"overtime.c": 8}))
    assert most.calendar["c"].week["mon"] == ("14:00-24:00", "06:00-12:00")
    with pytest.raises(LineError, match="less than nothing"):
        applied(LINE, Scenario("x", levers={"overtime.c": -7}))
