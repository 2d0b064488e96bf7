"""Starting from a state: what is placed is there, and is worked off."""

import numpy as np
import pytest

from twinviewer.model.errors import LineError
from twinviewer.simulation import records as r
from twinviewer.simulation.line import parse_line
from twinviewer.simulation.plant_now import MachineNow, PlantNow, StationNow, read, written
from twinviewer.simulation.replication import Replication, replicate
from twinviewer.simulation.starting import StartFrom
from twinviewer.simulation.tables import build

NOW_NS = 1_772_434_800_000_000_000


def tables(horizon_s: float = 1000.0):
    line = parse_line(
        {
            "product": {"A": {}, "B": {}},
            "station": {
                "a": {"time": "10 s", "failure": {"mtbf": "900 h", "mttr": "30 s", "crew": "c"}},
                "b": {
                    "time": "10 s",
                    "buffer": 2,
                    "machines": 2,
                    "failure": {"mtbf": "900 h", "mttr": "30 s", "crew": "c"},
                },
            },
            "crew": {"c": {"size": 1}},
            "source": {"s": {"feeds": "a", "policy": "orders"}},
            "order": [{"id": "1", "product": "A", "quantity": 4}, {"id": "2", "product": "B", "quantity": 3}],
        }
    )
    return build(line, horizon_s)


def test_parts_that_were_there_leave_like_others():
    now = PlantNow(
        NOW_NS, {"a": StationNow((), (MachineNow("running", "A", 4.0),)), "b": StationNow(("B", "B"))}, {"1": 1}
    )
    o = replicate(tables(), 1, 0, start=StartFrom(now))
    assert o.done.tolist() == [1 + 1, 2 + 3]  # what was there, and what was still to be released
    assert o.wip_at_end == 0
    assert np.isfinite(o.order_done_s).all()


def test_a_running_part_ends_when_it_was_told_to():
    now = PlantNow(
        NOW_NS, {"b": StationNow((), (MachineNow("running", "A", 25.0), MachineNow("idle")))}, {"1": 0, "2": 0}
    )
    one = Replication(tables(), 1, 0)
    StartFrom(now)(one)
    one.run(24.9)
    assert one.outcome().done.sum() == 0
    one.run(25.1)
    assert one.outcome().done.sum() == 1


def test_two_failures_share_a_crew_of_one():
    fault = MachineNow("fault", None, 100.0)
    now = PlantNow(NOW_NS, {"b": StationNow((), (fault, fault))}, {"1": 0, "2": 0})
    o = replicate(tables(), 1, 0, start=StartFrom(now))
    assert o.time_s[1:, r.DOWN].tolist() == [100, 100]
    assert sorted(o.time_s[1:, r.WAITING_CREW].tolist()) == [0, 100]


def test_a_blocked_machine_waits_for_room():
    running = MachineNow("running", "A", 50.0)
    stations = {"a": StationNow((), (MachineNow("blocked", "A"),)), "b": StationNow(("A", "A"), (running, running))}
    now = PlantNow(NOW_NS, stations, {"1": 0, "2": 0})
    o = replicate(tables(), 1, 0, start=StartFrom(now))
    assert o.time_s[0, r.BLOCKED] == 50
    assert o.done.sum() == 5


def test_a_state_comes_back_from_its_file(tmp_path):
    now = PlantNow(NOW_NS, {"a": StationNow(("A",), (MachineNow("fault", None, 9.0),))}, {"1": 2}, {"m": 3.0})
    (tmp_path / "s.json").write_text(written(now), encoding="utf-8")
    assert read(tmp_path / "s.json") == now


BAD_MACHINE = '{"time": "2026-01-01", "stations": {"a": {"machines": [{"state": "flying"}]}}}'


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"time": "soon"}', BAD_MACHINE])
def test_a_bad_state_is_told(tmp_path, text):
    (tmp_path / "s.json").write_text(text, encoding="utf-8")
    with pytest.raises(LineError):
        read(tmp_path / "s.json")


def test_a_station_that_is_not_there_is_told():
    with pytest.raises(LineError, match="has not"):
        replicate(tables(), 1, 0, start=StartFrom(PlantNow(NOW_NS, {"zzz": StationNow()})))


def test_a_machine_that_waits_for_its_crew_does_not_fail_again():
    """Failures by the calendar had their timer set before the state was: it must not go off while it stands."""
    failure = {"clock": "calendar", "mtbf": "constant(50 s)", "mttr": "constant(10 s)", "crew": "c"}
    line = parse_line(
        {
            "station": {"a": {"time": "10 s", "machines": 2, "failure": failure}},
            "crew": {"c": {"size": 1}},
            "source": {"s": {"feeds": "a"}},
        }
    )
    fault = MachineNow("fault", None, 100.0)
    now = PlantNow(NOW_NS, {"a": StationNow((), (fault, fault))})
    o = replicate(build(line, 215.0), 1, 0, start=StartFrom(now))
    assert o.time_s[:, r.DOWN].tolist() == [100 + 10, 100]  # the first one again from 150 s, after the second one
    assert o.time_s[1, r.WAITING_CREW] == 100
    assert o.failures.tolist() == [1, 0]


def test_the_part_on_a_machine_that_a_scenario_takes_away_waits_for_another():
    now = PlantNow(
        NOW_NS, {"b": StationNow(("B",), (MachineNow("idle"), MachineNow("running", "A", 4.0)))}, {"1": 0, "2": 0}
    )
    line = parse_line(
        {
            "product": {"A": {}, "B": {}},
            "station": {"a": {"time": "10 s"}, "b": {"time": "10 s", "machines": 1}},
            "source": {"s": {"feeds": "a", "policy": "orders"}},
            "order": [{"id": "1", "product": "A", "quantity": 4}, {"id": "2", "product": "B", "quantity": 3}],
        }
    )
    assert replicate(build(line, 100.0), 1, 0, start=StartFrom(now)).done.tolist() == [1, 1]
