"""What levers write where it is not just a number."""

import pytest

from twinviewer.model.errors import LineError
from twinviewer.simulation.levers import levers
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


def test_every_slider_can_be_moved_to_both_its_ends() -> None:
    """Each builds, or a search over that lever would end in an error."""
    line = parse_line(
        {
            "product": {"A": {}, "B": {}},
            "station": {
                "a": {"time": "10 s", "buffer": 3, "batch": {"size": 4, "least": 2}, "setup": "1 min"},
                "b": {
                    "time": "10 s",
                    "maintenance": [{"at": "1 h", "duration": "10 min"}],
                    "setpoint": {"name": "Heat", "at": 10, "low": 5, "high": 15, "speed_slope": 0.01},
                    "consumes": {"m": 1},
                },
            },
            "buffer": {"a>b": {"capacity": 4, "transport": {"time": "5 s"}}},
            "material": {"m": {"supply": {"every": "1 h", "quantity": 500}}},
            "crew": {"c": {}},
            "calendar": {"shift": {"week": {"all": ["06:00-14:00"]}}},
            "source": {"s": {"feeds": "a", "takt": "12 s", "lots": [{"product": "A", "quantity": 3}]}},
        }
    )
    sliders = [x for x in levers(line) if x.kind == "slider" and x.id not in ("demand_from", "demand_to")]  # a pair
    assert len({x.id.partition(".")[0] for x in sliders}) == 15
    for lever in sliders:
        for end in (lever.low, lever.high):
            changed, stops = applied(line, Scenario("x", levers={lever.id: end}))
            build(changed, 3600.0, stops)
    assert {x.id: x.low for x in sliders if x.id.startswith("buffer.")} == {"buffer.a": 2, "buffer.b": 1}
