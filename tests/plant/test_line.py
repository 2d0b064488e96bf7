"""Parts are conserved, and what stops starves what follows and blocks what precedes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.plant.factory import BELT, STATION, Maker, hall, line
from twinviewer.model.state import State
from twinviewer.plant.faults import Fault
from twinviewer.plant.process import Process
from twinviewer.plant.spec import PlantSettings
from twinviewer.plant.stations import Station

SHAKY = PlantSettings(mtbf_h=0.3, mttr_s=120.0, lot_s=400.0, setup_s=60.0, scrap=0.05)


def conserved(process: Process) -> bool:
    """Released = in the plant + completed + scrapped."""
    rhythms = process.lines.rhythms
    return sum(r.released - r.completed - r.scrapped for r in rhythms) == process.lines.in_plant()


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10_000), hours=st.floats(0.05, 0.6), stations=st.integers(1, 5))
def test_parts_are_conserved_whatever_breaks(seed: int, hours: float, stations: int) -> None:
    faults = [Fault("M1", "stop", 60.0, 200.0), Fault("C1", "jam", 300.0, 120.0), Fault("M1", "setup", 30.0, 90.0)]
    process = Process(line(stations), seed, SHAKY, faults)
    for part in (0.3, 0.7, 1.0):
        process.advance(hours * 3600 * part, 10.0)
        assert conserved(process)
    for node in process.lines.nodes.values():
        assert 0 <= node.waiting() <= node.capacity
    assert process.lines.rhythms[0].released > 0


def states(process: Process, *names: str) -> list[State]:
    """States of assets."""
    row = {a.asset_id: a.index for a in process.scene.assets}
    return [State(int(process.state[row[name]])) for name in names]


def test_a_stopped_station_starves_what_follows_and_blocks_what_precedes() -> None:
    process = Process(line(4), faults=[Fault("M2", "stop", 60.0, 900.0, for_good=True)])
    process.advance(50)
    assert states(process, "M1", "M2", "M3", "M4") == [State.RUNNING] * 4
    process.advance(900)
    assert states(process, "M1", "C2", "M2", "M3", "M4") == [
        State.BLOCKED, State.BLOCKED, State.FAULT, State.STARVED, State.STARVED,
    ]  # fmt: skip


def test_starving_begins_after_the_stop_and_ends_after_the_repair() -> None:
    process = Process(line(3), faults=[Fault("M1", "stop", 100.0, 200.0)])
    seen: list[tuple[float, State, State]] = []
    for k in range(1, 900):
        process.advance(float(k))
        seen.append((float(k), *states(process, "M1", "M3")))
    fault = [t for t, first, _ in seen if first is State.FAULT]
    work = [t for t, first, _ in seen if first is State.MAINTENANCE]
    starved = [t for t, _, last in seen if last is State.STARVED]
    assert fault[0] == pytest.approx(100, abs=2)
    assert fault[-1] < work[0]
    assert work[-1] - work[0] == pytest.approx(200, abs=3)
    assert fault[0] < starved[0] < work[-1] < starved[-1] < work[-1] + 150
    assert states(process, "M3") == [State.RUNNING]


def test_a_jam_blocks_the_station_itself_until_it_is_cleared() -> None:
    process = Process(line(2), faults=[Fault("M1", "jam", 60.0, 240.0)])
    process.advance(150)
    assert states(process, "M1") == [State.BLOCKED]
    good = process.lines.nodes[1].good
    process.advance(290)
    assert process.lines.nodes[1].good == good
    process.advance(400)
    assert states(process, "M1") == [State.RUNNING]
    assert process.lines.nodes[1].good > good


def test_a_jammed_conveyor_passes_nothing_on() -> None:
    process = Process(line(2), faults=[Fault("C2", "jam", 60.0, 240.0)])
    process.advance(61)
    assert states(process, "C2") == [State.BLOCKED]
    good = process.lines.nodes[2].good
    process.advance(299)
    assert process.lines.nodes[2].good == good
    process.advance(400)
    assert process.lines.nodes[2].good > good


def test_a_stop_delays_the_part_in_work_and_loses_nothing_of_it() -> None:
    settings = PlantSettings(cv=1e-6, setup_s=0.0, mtbf_h=1e9, call_s=1e-6)
    plain = Process(line(1, cycle_s=600.0), settings=settings)
    stopped = Process(line(1, cycle_s=600.0), settings=settings, faults=[Fault("M1", "stop", 200.0, 300.0)])
    for process in (plain, stopped):
        process.advance(3000, 10.0)
    ours, theirs = stopped.lines.nodes[1], plain.lines.nodes[1]
    assert isinstance(ours, Station)
    finished = theirs.good
    assert finished >= 4
    assert ours.good in (finished, finished - 1)
    delayed = Process(line(1, cycle_s=600.0), settings=settings, faults=[Fault("M1", "stop", 200.0, 300.0)])
    seen = set()
    for k in range(1, 150):
        delayed.advance(k * 10.0, 10.0)
        node = delayed.lines.nodes[1]
        assert isinstance(node, Station)
        seen.add(round(node.last_cycle_s))
    assert seen == {600, 900}


def test_one_person_repairs_one_machine_at_a_time() -> None:
    faults = [Fault(f"M{k}", "stop", 60.0, 300.0) for k in (1, 2, 3)]
    process = Process(line(3), settings=PlantSettings(crew=1), faults=faults)
    most = 0
    for k in range(1, 1800):
        process.advance(float(k))
        most = max(most, states(process, "M1", "M2", "M3").count(State.MAINTENANCE))
    assert most == 1
    assert State.FAULT not in states(process, "M1", "M2", "M3")


def test_output_follows_the_slowest_station() -> None:
    process = Process(line(3, cycle_s=20.0), settings=PlantSettings(mtbf_h=1e9, setup_s=0.0, scrap=0.0, slack=0.0))
    before = process.lines.rhythms[0].completed
    process.advance(7200, 10.0)
    assert process.lines.rhythms[0].completed - before == pytest.approx(360, rel=0.04)


def test_two_machines_side_by_side_share_the_work() -> None:
    maker = Maker()
    maker.add("C1", "conveyor", BELT)
    for name in ("A", "B"):
        maker.add(name, "station", STATION, station=True, cycle_s=20.0)
    maker.add("C2", "conveyor", BELT)
    process = Process(maker.scene(("C1", "A", "C2"), ("C1", "B", "C2")), settings=PlantSettings(setup_s=0.0))
    assert process.lines.rhythms[0].pace_s == pytest.approx(10.0)
    process.advance(3600, 10.0)
    a, b = process.lines.nodes[1].good, process.lines.nodes[2].good
    assert abs(a - b) <= 0.1 * (a + b)


def test_a_new_product_needs_a_setup_where_there_are_changeovers() -> None:
    process = Process(line(2), settings=PlantSettings(lot_s=300.0, setup_s=120.0))
    seen = {"M1": set(), "M2": set()}
    for k in range(1, 1500):
        process.advance(float(k))
        for name in seen:
            seen[name].update(states(process, name))
    assert State.SETUP in seen["M1"]
    assert State.SETUP not in seen["M2"]


def test_the_setpoint_changes_the_pace_of_a_station() -> None:
    quiet = PlantSettings(setup_s=0.0, scrap=0.0, mtbf_h=1e9)
    slow, plain = Process(line(1), settings=quiet), Process(line(1), settings=quiet)
    slow.set_speed("M1", 50.0)
    for process in (slow, plain):
        process.advance(3600, 10.0)
    a, b = (p.lines.nodes[1] for p in (slow, plain))
    assert isinstance(a, Station)
    assert a.last_cycle_s == pytest.approx(20.0, rel=0.25)
    assert a.good < 0.65 * b.good


def test_nothing_is_begun_outside_the_shift() -> None:
    process = Process(line(2), settings=PlantSettings(shift_h=((8.0, 9.0),)), start_hour=8.0)
    process.advance(3600 + 120, 5.0)
    released = process.lines.rhythms[0].released
    good = [node.good for node in process.lines.nodes.values()]
    process.advance(3 * 3600, 30.0)
    assert process.lines.rhythms[0].released == released
    assert sum(node.good for node in process.lines.nodes.values()) - sum(good) <= 4
    assert states(process, "M1", "M2") == [State.IDLE] * 2


def test_a_flow_of_pumps_and_tanks_carries_no_parts() -> None:
    maker = Maker()
    maker.add("T1", "tank", ("State", "Level"))
    maker.add("P1", "pump", ("State", "Power"))
    maker.add("T2", "tank", ("State", "Level"))
    assert Process(maker.scene(("T1", "P1", "T2"))).lines.nodes == {}
    assert Process(hall()).lines.nodes


def test_a_station_without_a_flow_works_alone() -> None:
    maker = Maker()
    maker.add("M", "station", STATION, station=True)
    process = Process(maker.scene())
    process.advance(600)
    assert process.lines.nodes[0].good > 30
    assert conserved(process)


def test_a_loop_of_stations_does_not_hang() -> None:
    maker = Maker()
    for name in "ABC":
        maker.add(name, "station", STATION, station=True)
    process = Process(maker.scene(("A", "B", "C", "A")))
    process.advance(600, 10.0)
    assert conserved(process)
