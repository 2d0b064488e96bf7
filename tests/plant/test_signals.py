"""Sensors follow state, load and wear: energy, bearings, heat, pressure, utilities, vehicles."""

from dataclasses import replace

import numpy as np
import pytest

from tests.plant.factory import SmallScene, hall, line
from twinviewer.model.asset import Tag
from twinviewer.model.state import State
from twinviewer.plant.condition import SEIZES_AT, severity
from twinviewer.plant.faults import Fault
from twinviewer.plant.process import SEIZED, Process
from twinviewer.plant.spec import PlantSettings

QUIET = PlantSettings(mtbf_h=1e9)


def trace(process: Process, names: list[str], seconds: float, step_s: float = 1.0) -> dict[str, np.ndarray]:
    """Values of tags on the grid of `step_s`."""
    scene = process.scene
    assert isinstance(scene, SmallScene)
    rows = [scene.row(name) for name in names]
    begin = process.now_s
    seen = []
    for k in range(1, int(seconds / step_s) + 1):
        process.advance(begin + k * step_s, step_s)
        seen.append(process.value[rows].copy())
    return dict(zip(names, np.array(seen).T, strict=True))


@pytest.mark.parametrize("asset", ["CNC-1", "CMP-1", "PMP-1"])
def test_energy_is_the_integral_of_power(asset: str) -> None:
    process = Process(hall(), faults=[Fault(asset, "stop", 200.0, 100.0)])
    before = process.value[hall().row(f"{asset}.Energy")]
    seen = trace(process, [f"{asset}.Power", f"{asset}.Energy"], 900)
    assert seen[f"{asset}.Energy"][-1] - before == pytest.approx(seen[f"{asset}.Power"].sum() / 3600, rel=1e-9)
    assert np.all(np.diff(seen[f"{asset}.Energy"]) >= 0)


def test_power_falls_to_idle_and_to_nearly_nothing() -> None:
    process = Process(line(2), settings=QUIET, faults=[Fault("M1", "stop", 300.0, 900.0, for_good=True)])
    seen = trace(process, ["M1.Power", "M2.Power", "M1.State", "M2.State"], 900)
    running = seen["M2.State"] == State.RUNNING - 1
    starved = seen["M2.State"] == State.STARVED - 1
    assert 8 <= np.median(seen["M2.Power"][running]) <= 16
    assert 1 <= np.median(seen["M2.Power"][starved]) < 5
    assert np.median(seen["M1.Power"][-100:]) < 1


def test_a_bearing_climbs_through_the_zones_heats_later_and_falls_after_the_repair() -> None:
    names = ["PMP-1.Vibration", "PMP-1.Temperature", "PMP-1.Lubrication", "PMP-1.State", "PMP-1.Current"]
    process = Process(hall(), settings=QUIET, faults=[Fault("PMP-1", "bearing", 0.0, 10.0)])
    seen = trace(process, names, 14 * 3600, 60.0)
    vibration, heat, state = seen["PMP-1.Vibration"], seen["PMP-1.Temperature"], seen["PMP-1.State"]
    hours = np.arange(1, len(vibration) + 1) / 60
    first = {limit: hours[np.argmax(vibration > limit)] for limit in (1.4, 2.8, 4.5)}
    assert first[1.4] < first[2.8] < first[4.5] < 10.6
    assert first[4.5] > 8
    assert hours[np.argmax(heat > heat[:60].max() + 5)] > first[2.8] - 1.5
    assert seen["PMP-1.Lubrication"][: int(60 * 9.9)].min() < seen["PMP-1.Lubrication"][0] - 20
    seized = np.argmax(state == State.FAULT - 1)
    assert hours[seized] == pytest.approx(10 * SEIZES_AT, abs=0.1)
    assert vibration[seized - 1] < 12.0
    assert np.max(vibration[-30:]) < 1.8
    assert state[-1] == State.RUNNING - 1
    assert seen["PMP-1.Lubrication"][-1] > 95


def test_damage_is_invisible_first_and_zone_d_at_one() -> None:
    x = np.linspace(0, 1.1, 200)
    y = severity(x)
    assert np.all(np.diff(y) > 0)
    assert severity(0.0) == 0
    assert severity(1.0) == pytest.approx(1.0)
    assert severity(0.3) < 0.05


def test_lasting_faults_show_and_end() -> None:
    faults = [
        Fault("PMP-1", "leak", 600.0, 0.5), Fault("CHL-1", "overheat", 600.0, 30.0),
        Fault("CMP-1", "power", 600.0, 1.5), Fault("ROB-1", "slow", 600.0, 0.5),
    ]  # fmt: skip
    names = ["PMP-1.Pressure", "CHL-1.Temperature", "CMP-1.Power", "ROB-1.CycleTime"]
    process = Process(hall(), settings=QUIET, faults=faults)
    seen = trace(process, names, 6000, 5.0)
    before, within, after = slice(60, 118), slice(300, 355), slice(1100, 1200)
    for name, least, most in (
        ("PMP-1.Pressure", 0.4, 0.6), ("CMP-1.Power", 1.25, 1.7), ("ROB-1.CycleTime", 1.8, 2.2),
    ):  # fmt: skip
        level = np.median(seen[name][before])
        assert least < np.median(seen[name][within]) / level < most, name
        assert np.median(seen[name][after]) == pytest.approx(level, rel=0.12), name
    assert seen["CHL-1.Temperature"][within].max() > np.median(seen["CHL-1.Temperature"][before]) + 20


def test_one_compressor_takes_over_and_the_air_pressure_falls_when_the_other_stands() -> None:
    names = ["CMP-1.Load", "CMP-2.Load", "CMP-2.Pressure", "CMP-2.Power"]
    process = Process(hall(), settings=QUIET, faults=[Fault("CMP-1", "stop", 600.0, 1e5, for_good=True)])
    seen = trace(process, names, 1800, 5.0)
    assert seen["CMP-1.Load"][-1] < 5
    assert seen["CMP-2.Load"][-60:].mean() > seen["CMP-2.Load"][:100].mean() + 15
    assert seen["CMP-2.Pressure"][-1] < 0.9 * seen["CMP-2.Pressure"][:100].mean()
    assert seen["CMP-2.Power"][-60:].mean() > seen["CMP-2.Power"][:100].mean() + 3


def test_a_tank_runs_empty_when_its_pump_stands() -> None:
    process = Process(hall(), settings=QUIET, faults=[Fault("PMP-1", "stop", 3600.0, 1e5, for_good=True)])
    level = trace(process, ["TNK-1.Level"], 7200, 10.0)["TNK-1.Level"]
    assert np.all((level[:350] > 40) & (level[:350] < 75))
    assert level[-1] < 20
    assert np.all(np.diff(level[370:600]) <= 0)


def test_temperature_has_inertia() -> None:
    process = Process(line(1), settings=QUIET, faults=[Fault("M1", "stop", 600.0, 1e5, for_good=True)])
    heat = trace(process, ["M1.Temperature"], 3600, 5.0)["M1.Temperature"]
    assert heat[:120].mean() > 38
    assert heat[132] > 0.9 * heat[118]
    assert heat[-1] == pytest.approx(23.5, abs=1.5)
    assert np.max(np.abs(np.diff(heat))) < 1


def test_vehicles_stay_on_their_route_turn_smoothly_and_keep_apart() -> None:
    scene = hall()
    process = Process(scene, settings=QUIET)
    rows = [scene.row(f"AGV-{k}.{key}") for k in (1, 2) for key in ("X", "Y", "Heading")]
    seen = []
    for k in range(1, 4000):
        process.advance(k * 0.2)
        seen.append(process.value[rows].copy())
    x1, y1, h1, x2, y2, _ = np.array(seen).T
    on_route = (np.abs(y1 - 2) < 1e-6) | (np.abs(y1 - 12) < 1e-6) | (np.abs(x1 - 2) < 1e-6) | (np.abs(x1 - 30) < 1e-6)
    assert on_route.all()
    assert np.hypot(np.diff(x1), np.diff(y1)).max() <= 1.2 * 0.2 + 1e-6
    turn = np.abs((np.diff(h1) + 180) % 360 - 180)
    assert turn.max() <= 60 * 0.2 + 1e-6
    assert np.hypot(x1 - x2, y1 - y2).min() > 1.0
    assert len(np.unique(np.round(x1))) > 20
    moving = np.hypot(np.diff(x1), np.diff(y1)) > 0.1
    heading = np.degrees(np.arctan2(np.diff(y1), np.diff(x1)))[moving]
    assert np.abs((heading - h1[1:][moving] + 180) % 360 - 180).max() < 1.0


def test_a_stopped_vehicle_stays_where_it_is_and_goes_on() -> None:
    scene = hall()
    process = Process(scene, settings=QUIET, faults=[Fault("AGV-1", "stop", 30.0, 300.0)])
    seen = trace(process, ["AGV-1.X", "AGV-1.Y", "AGV-1.State"], 900)
    stands = np.isin(seen["AGV-1.State"], (State.FAULT - 1, State.MAINTENANCE - 1))
    assert stands.sum() > 300
    assert np.ptp(seen["AGV-1.X"][stands]) < 1.5
    assert np.ptp(seen["AGV-1.X"][~stands]) + np.ptp(seen["AGV-1.Y"][~stands]) > 10


def test_the_crane_stays_between_its_ends() -> None:
    x = trace(Process(hall()), ["CRN-1.X"], 1800, 5.0)["CRN-1.X"]
    assert x.min() >= 0
    assert x.max() <= 40
    assert np.ptp(x) > 5


def test_maintenance_makes_new() -> None:
    scene = hall()
    process = Process(scene, settings=QUIET, faults=[Fault("PMP-1", "bearing", 0.0, 50.0, progress=0.8)])
    before = np.median(trace(process, ["PMP-1.Vibration"], 300)["PMP-1.Vibration"])
    process.order_maintenance("PMP-1", 300.0)
    seen = trace(process, ["PMP-1.Vibration", "PMP-1.State"], 900)
    assert State.MAINTENANCE - 1 in seen["PMP-1.State"]
    assert np.median(seen["PMP-1.Vibration"][-120:]) < 0.8 * before


def test_every_value_is_a_number_and_lies_in_its_span() -> None:
    scene = hall()
    process = Process(scene)
    for k in range(1, 200):
        process.advance(k * 6.0, 3.0)
        for tag in scene.tags:
            value = process.value[tag.index]
            if tag.role in ("product", "order", "fault_code"):
                assert np.isnan(value)
                assert isinstance(process.text[tag.index], str)
                continue
            assert np.isfinite(value), tag.name
            if tag.span is not None:
                assert tag.span[0] <= value <= tag.span[1], tag.name


def test_bearings_wear_out_by_themselves_and_the_crew_writes_down_what_it_did() -> None:
    scene = hall()
    process = Process(scene, settings=PlantSettings(mtbf_h=1e9, bearing_life_h=60.0, lot_s=1e9))
    worst = trace(process, ["PMP-1.Vibration"], 200 * 3600, 300.0)["PMP-1.Vibration"].max()
    assert worst > 4.5
    seized = [job for job in process.repairs.done if job.fault == SEIZED]
    assert {"PMP-1", "CMP-1", "CMP-2", "CHL-1"} <= {job.asset_id for job in seized}
    lives = len([job for job in seized if job.asset_id in ("PMP-1", "CMP-1", "CMP-2", "CHL-1")])
    assert 4 * 200 / lives == pytest.approx(60, rel=0.4)
    for job in process.repairs.done:
        assert job.stopped_s <= job.begun_s < job.ended_s <= process.now_s


def test_sensors_send_in_their_own_unit_and_energy_is_still_the_integral_of_power() -> None:
    plain = hall()
    units = {"Power": "W", "Vibration": "m/s"}
    sizes = {"Power": 1e3, "Vibration": 1e-3}

    def told_in(tag: Tag) -> Tag:
        scale, normal, span = sizes.get(tag.key, 1.0), tag.normal, tag.span
        return replace(
            tag,
            unit=units.get(tag.key, tag.unit),
            normal=normal and (normal[0] * scale, normal[1] * scale),
            span=span and (span[0] * scale, span[1] * scale),
        )

    other = replace(plain, tags=tuple(told_in(t) for t in plain.tags))
    one, two = Process(plain, 3), Process(other, 3)
    for process in (one, two):
        process.advance(600.0, 5.0)
    for tag in plain.tags:
        if tag.key in ("Power", "Vibration", "Energy"):
            expected = one.value[tag.index] * sizes.get(tag.key, 1.0)
            assert two.value[tag.index] == pytest.approx(expected, rel=1e-6), tag.name
