"""Parts that arrive at a full buffer wait outside: they are neither lost nor kept from arriving."""

import pytest

from tests.simulation.lines import agrees, lead, outcomes
from twinviewer.simulation.line import parse_line
from twinviewer.simulation.replication import replicate
from twinviewer.simulation.tables import build


def before(station: dict, policy: str = "10 s", **source: str):
    """One station fed by arrivals."""
    return parse_line({"station": {"a": station}, "source": {"s": {"feeds": "a", "policy": policy, **source}}})


def test_a_queue_is_as_long_where_most_of_it_stands_outside():
    """M/M/1 at 80 %: five times its service time in the system, however much of that before the door."""
    line = before({"time": "exponential(1 s)", "buffer": 2}, "exponential(1.25 s)")
    assert agrees(lead(outcomes(line, 120_000, 6)), 5.0, 0.03)


@pytest.mark.parametrize("room", [0, 1, 5])
def test_those_who_come_while_it_is_full_all_come_in_in_the_end(room):
    station = {"time": "5 s", "buffer": room, "maintenance": [{"at": "100 s", "duration": "400 s"}]}
    o = replicate(build(before(station), 1000.0), 1, 0)
    # a part every 10 s, none of them worked on from 100 s to 500 s, then one every 5 s: all caught up by 905 s
    assert o.done[0] == 99
    assert o.wip_at_end == 1  # the one that came at 1000 s
    assert o.queue[0] <= room


def test_a_takt_waits_for_room():
    station = {"time": "5 s", "buffer": 1, "maintenance": [{"at": "100 s", "duration": "400 s"}]}
    o = replicate(build(before(station, "saturated", takt="10 s"), 1000.0), 1, 0)
    assert o.done[0] < 70
    assert o.wip_at_end <= 2
