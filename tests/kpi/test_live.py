"""The live indicators agree with their formulas on a plant whose day is known."""

from dataclasses import replace

import numpy as np
import pytest

from tests.factory import CONNECTED, NOW_NS, SECOND_NS, make_scene, snapshot
from twinviewer.kpi import iso22400
from twinviewer.kpi.lines import Counter, lines_of
from twinviewer.kpi.live import KpiTracker
from twinviewer.model.frame import Kpi
from twinviewer.model.quality import STATUS_BAD_SENSOR_FAILURE
from twinviewer.states.evaluator import Evaluator


class Shift:
    """Feeds a tracker a second at a time."""

    def __init__(self) -> None:
        self.scene = make_scene(2)
        self.tracker = KpiTracker(self.scene)
        self.evaluator = Evaluator(self.scene)
        self.now_ns = NOW_NS
        self.good = 100.0

    def run(self, seconds: int, cycle_s: float = 40.0, bad_counter: bool = False, **values: float) -> dict[str, Kpi]:
        kpis: tuple[Kpi, ...] = ()
        for _ in range(seconds):
            self.now_ns += SECOND_NS
            if cycle_s:
                self.good += 1 / cycle_s
            shot = snapshot(self.scene, self.now_ns, GoodCount=np.floor(self.good), **values)
            if bad_counter:
                shot.status[3::5] = STATUS_BAD_SENSOR_FAILURE
                shot.value[3::5] = 0
            tags, assets = self.evaluator.evaluate(shot, self.now_ns, CONNECTED)
            kpis = self.tracker.update(tags, assets, self.now_ns, 3)
        return {k.key: k for k in kpis}


def test_oee_is_ideal_cycle_over_real_cycle_on_a_line_that_always_runs() -> None:
    kpis = Shift().run(4000, cycle_s=40.0)
    assert kpis["oee"].value == pytest.approx(100 * 30 / 40, rel=0.03)
    assert kpis["rate.Line A"].value == pytest.approx(90, rel=0.1)
    ((counted, parts),) = kpis["rate.Line A"].inputs.items()
    assert counted.endswith(" good parts of the shift")
    assert parts > 0
    assert kpis["power"].value == pytest.approx(10.0)
    assert kpis["alarms"].value == 3


def test_oee_falls_with_every_minute_of_fault() -> None:
    shift = Shift()
    shift.run(2000, cycle_s=30.0)
    kpis = shift.run(2000, cycle_s=0, State=6)
    assert kpis["oee"].value == pytest.approx(50, rel=0.05)


def test_time_without_an_order_is_planned_but_allocated_to_none() -> None:
    shift = Shift()
    shift.run(1000)
    shift.run(500, cycle_s=0, State=2)  # idle
    shift.run(500, cycle_s=0, State=5)  # starved within an order
    kpis = {k.key: k.value for k in shift.tracker.all()}
    assert kpis["availability.Line A"] == pytest.approx(50, abs=0.2)
    assert kpis["allocation_efficiency.Line A"] == pytest.approx(75, abs=0.2)
    assert kpis["utilisation_efficiency.Line A"] == pytest.approx(100 * 1000 / 1500, abs=0.2)


def test_energy_and_carbon_follow_power() -> None:
    kpis = Shift().run(3601)
    energy = next(v for k, v in kpis["power"].inputs.items() if k.startswith("energy of"))
    assert energy == pytest.approx(10.0, rel=0.01)


def test_a_bad_counter_adds_nothing_and_a_reset_counter_goes_on() -> None:
    shift = Shift()
    before = shift.run(600)["oee"].inputs["M-1 GQ"]
    assert shift.run(50, cycle_s=0, bad_counter=True)["oee"].inputs["M-1 GQ"] == before
    shift.good = 2.0
    assert shift.run(1, cycle_s=0)["oee"].inputs["M-1 GQ"] == before + 2


def test_a_pause_in_watching_counts_as_nothing() -> None:
    shift = Shift()
    pbt = shift.run(100)["oee"].inputs["M-1 PBT_s"]
    shift.now_ns += 3600 * SECOND_NS
    assert shift.run(1)["oee"].inputs["M-1 PBT_s"] == pbt


def test_the_formulas_of_the_standard_hang_together() -> None:
    u = iso22400.UnitTimes(
        apt_s=300, aust_s=50, adet_s=100, pbt_s=500, pri_s=2, pq=120, gq=110, sq=10, failures=3, ttr_s=90
    )
    product = iso22400.availability(u) * iso22400.effectiveness(u) * iso22400.quality_ratio(u)
    assert iso22400.oee(u) == pytest.approx(product) == pytest.approx(0.44)
    assert iso22400.allocation_efficiency(u) * iso22400.utilisation_efficiency(u) == pytest.approx(
        iso22400.availability(u)
    )
    assert iso22400.allocation_efficiency(u) == pytest.approx(450 / 500)
    assert iso22400.nee(u) == pytest.approx(350 / 500 * (2 * 120 / 300) * (110 / 120))
    assert iso22400.mtbf_s(u) == 100
    assert iso22400.mttr_s(u) == 30
    assert np.isnan(iso22400.oee(iso22400.UnitTimes()))


def test_a_target_given_as_a_share_is_shown_in_the_unit_of_its_tile() -> None:
    shift = Shift()
    shift.scene = replace(shift.scene, kpi_targets={"oee": 0.8, "power": 15.0})
    shift.tracker = KpiTracker(shift.scene)
    kpis = shift.run(5)
    assert (kpis["oee"].target, kpis["power"].target) == (80.0, 15.0)


def test_the_last_station_is_the_one_that_feeds_no_other_however_the_flow_is_written() -> None:
    scene = make_scene(4)  # M-1 and M-2 side by side, M-2 named after the end of the line
    flow = (("M-0", "M-1"), ("M-1", "M-3"), ("M-0", "M-2"), ("M-2", "M-3"))
    (line,) = lines_of(replace(scene, flow=flow))
    assert [a.asset_id for a in line.stations] == ["M-0", "M-1", "M-2", "M-3"]
    assert line.last_counter() is line.good[3]
    (loop,) = lines_of(replace(scene, flow=(*flow, ("M-3", "M-0"))))  # what comes back does not hang it
    assert [a.asset_id for a in loop.stations] == ["M-0", "M-1", "M-2", "M-3"]


def test_where_nobody_counts_parts_the_tiles_say_so_and_not_that_they_count() -> None:
    shift = Shift()
    shift.scene = make_scene(2, keys=("State", "Power"))
    shift.tracker, shift.evaluator = KpiTracker(shift.scene), Evaluator(shift.scene)
    kpis = shift.run(3)
    assert {kpis[key].note for key in ("oee", "rate.Line A")} == {"no station counts parts"}


def test_counters_that_do_not_change_are_passed_over_and_nothing_is_lost_by_that() -> None:
    scene, rng, now_ns = make_scene(4), np.random.default_rng(3), NOW_NS
    (line,), evaluator, good = lines_of(scene), Evaluator(scene), np.zeros(4)
    every = [Counter(counter.tag) for counter in line.good]
    looked: list[int] = []
    for ours in line.good:
        read = ours.update
        ours.update = lambda tags, now_ns, seen, read=read: looked.append(1) or read(tags, now_ns, seen)  # type: ignore[method-assign]
    for step in range(400):
        pause_s = 900 if step % 97 == 0 else 1 + step % 40
        now_ns += pause_s * SECOND_NS
        good = np.where(rng.random(4) < 0.01, 0.0, good + (rng.random(4) < 0.1))  # parts, and counters that begin anew
        shot = snapshot(scene, now_ns, State=1)
        shot.value[3::5] = np.where(rng.random(4) < 0.02, np.nan, good)
        shot.status[3::5] = np.where(rng.random(4) < 0.05, STATUS_BAD_SENSOR_FAILURE, 0)
        tags, assets = evaluator.evaluate(shot, now_ns, CONNECTED)
        line.update(tags, assets, pause_s, now_ns)
        for ours, plain in zip(line.good, every, strict=True):
            plain.update(tags, now_ns, step > 0)
            assert (ours.total, ours.seen) == (plain.total, plain.seen)
            assert ours.per_hour(now_ns) == pytest.approx(plain.per_hour(now_ns), nan_ok=True)
    assert len(looked) < 4 * 400 / 2
