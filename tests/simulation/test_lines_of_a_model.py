"""The speed of one of several lines in one flow model."""

import pytest

from twinviewer.model.errors import LineError
from twinviewer.simulation.flow_tables import lines_of
from twinviewer.simulation.levers import levers
from twinviewer.simulation.line import parse_line
from twinviewer.simulation.scenario import Scenario, applied

TWO = {
    "station": {n: {"time": "10 s", "next": to} for n, to in (("a", "b"), ("b", "out"), ("x", "y"), ("y", "out"))},
    "source": {"line_1": {"feeds": "a"}, "line_2": {"feeds": "x"}},
}


def test_each_line_of_a_model_has_a_speed_that_leaves_the_others_alone() -> None:
    line = parse_line(TWO)
    assert lines_of(line) == {"line_1": ("a", "b"), "line_2": ("x", "y")}
    labels = {x.id: x.label for x in levers(line)}
    assert labels["line_speed.line_2"] == "Speed of line 2"
    changed, _ = applied(line, Scenario("x", levers={"line_speed.line_2": 120}))
    assert [s.speed for s in changed.station.values()] == [1.0, 1.0, 1.2, 1.2]
    everything, _ = applied(line, Scenario("x", levers={"line_speed": 120}))
    assert {s.speed for s in everything.station.values()} == {1.2}
    with pytest.raises(LineError, match="no line"):
        applied(line, Scenario("x", levers={"line_speed.line_9": 120}))


def test_sources_that_share_stations_are_one_line() -> None:
    shared = parse_line({**TWO, "source": {"line_1": {"feeds": "a"}, "late": {"feeds": "b"}}})
    assert lines_of(shared) == {}
    assert not [x.id for x in levers(shared) if x.id.startswith("line_speed.")]
