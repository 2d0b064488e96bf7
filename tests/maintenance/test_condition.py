"""Condition: zones that do not flutter, detectors that keep still until something moves, data that are judged first."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twinviewer.maintenance.condition import own_baseline, residual, zones
from twinviewer.maintenance.condition.readiness import judged
from twinviewer.model.state import Zone

LIMITS = (1.4, 2.8, 4.5)


def test_a_level_at_a_boundary_does_not_flutter() -> None:
    level = 2.8 + 0.05 * np.where(np.arange(200) % 2 == 0, 1, -1)
    assert set(zones.zones(level, LIMITS).tolist()) == {Zone.C}
    assert zones.zones(np.array([3.0, 2.6, 1.0]), LIMITS).tolist() == [Zone.C, Zone.B, Zone.A]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(0, 10), min_size=1, max_size=50))
def test_a_zone_is_never_better_than_the_level(levels: list[float]) -> None:
    level = np.array(levels)
    shown = zones.zones(level, LIMITS)
    assert (shown >= np.digitize(level, LIMITS) + 1).all()


def test_a_start_up_is_gated_out() -> None:
    running = np.array([False] * 5 + [True] * 20)
    level = np.where(np.arange(25) < 8, 9.0, 1.0)
    gated = zones.gated(level, running, settle=3)
    assert np.isnan(gated[:8]).all()
    assert zones.worst(zones.zones(gated, LIMITS)) is Zone.A


def test_change_counts_within_a_zone() -> None:
    assert zones.changed(np.array([0.5, 1.3]), 0.5, LIMITS).tolist() == [False, True]


def test_the_own_baseline_alarms_at_a_rise_and_again_at_the_next() -> None:
    random = np.random.default_rng(0)
    level = np.concatenate([np.full(500, 1.0), np.full(300, 2.0), np.full(300, 4.0)])
    level = level * np.exp(0.05 * random.normal(size=len(level)))
    found = [a.at for a in own_baseline.alarms(level)]
    assert len(found) == 2
    assert 500 <= found[0] <= 515
    assert 800 <= found[1] <= 815
    assert own_baseline.scored(own_baseline.alarms(level), 1100, True).false == 1
    assert own_baseline.scored(own_baseline.alarms(level), 1100, True).useful


def test_single_impacts_and_short_records_do_not_alarm() -> None:
    level = np.ones(600)
    level[300:302] = level[310:312] = 50.0
    assert own_baseline.alarms(level) == ()
    assert own_baseline.alarms(np.ones(50) * np.nan) == ()


def test_a_leap_is_heard_within_three_records_and_a_rise_later() -> None:
    leap, rise = np.ones(600), np.ones(600)
    leap[400:], rise[400:] = 3.0, 1.6
    assert [a.at for a in own_baseline.alarms(leap)] == [402]
    assert own_baseline.alarms(leap)[0].times == pytest.approx(3.0)
    assert 402 < own_baseline.alarms(rise)[0].at <= 408


def test_an_alarm_stands_until_the_level_has_come_half_of_the_way_back() -> None:
    level = np.concatenate([np.full(300, 1.0), np.full(200, 2.0), np.full(200, 4.0)])
    assert [a.reference for a in own_baseline.standing(level)] == [1.0, 2.0]
    settled, well = np.full(200, 2.0), np.full(200, 1.1)
    assert [a.reference for a in own_baseline.standing(np.concatenate([level, settled]))] == [1.0]
    assert own_baseline.standing(np.concatenate([level, well])) == ()


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.1, 100))
def test_alarms_do_not_depend_on_the_unit(seed: int, factor: float) -> None:
    level = np.exp(np.cumsum(0.02 * np.random.default_rng(seed).normal(size=800)))
    here = [a.at for a in own_baseline.alarms(level)]
    assert [a.at for a in own_baseline.alarms(level * factor)] == here


def test_missing_records_are_passed_over() -> None:
    level = np.where(np.arange(600) < 400, 1.0, 2.0)
    level[50::7] = np.nan
    (alarm,) = own_baseline.alarms(level)
    assert np.isfinite(level[alarm.at])
    assert 400 < alarm.at < 415


def test_alarms_know_nothing_of_the_future() -> None:
    level = np.exp(np.cumsum(0.003 + 0.03 * np.random.default_rng(1).normal(size=900)))
    whole = [a.at for a in own_baseline.alarms(level)]
    assert whole
    assert [a.at for a in own_baseline.alarms(level[: whole[-1] + 1])] == whole


def test_load_is_taken_out_before_anything_speaks() -> None:
    random = np.random.default_rng(0)
    load = np.concatenate([random.uniform(20, 60, 300), np.full(300, 95.0)])
    signal = 1 + 0.02 * load + 0.02 * random.normal(size=600)
    baseline = residual.learned(signal[:300], load[:300, None])
    assert baseline is not None
    off = baseline.residual(signal, load[:, None])
    assert not residual.speaks(off).any()
    worn = off + np.where(np.arange(600) > 450, 3.0, 0.0)
    spoke = np.flatnonzero(residual.speaks(worn))
    assert 450 < spoke[0] < 480


def test_statistics_follow_their_closed_forms() -> None:
    assert residual.cusum(np.full(5, 2.75))[-1] == pytest.approx(10.0)
    steady = residual.ewma(np.full(400, 1.0))[-1]
    assert steady == pytest.approx(np.sqrt((2 - 0.2) / 0.2), rel=1e-6)


def test_poor_data_is_said_not_used() -> None:
    time = np.arange(2000, dtype=np.int64) * 60_000_000_000
    on = np.ones(2000, bool)
    good = np.random.default_rng(0).normal(5, 1, 2000)
    assert judged(time, {"v": good}, on, {"v": 0.0}, 60).ready
    assert not judged(time, {"v": np.full(2000, 5.0)}, on, {"v": 0.0}, 60).ready
    assert not judged(time, {"v": np.where(np.arange(2000) % 3, np.nan, good)}, on, {"v": 0.0}, 60).ready
    assert not judged(time, {"v": good}, on, {"v": 0.5}, 60).ready
    assert not judged(time[:10], {"v": good[:10]}, on[:10], {"v": 0.0}, 60).ready
    assert not judged(time, {}, on, {}, 60).ready
    skewed = judged(time, {"v": good}, on, {"v": 0.0}, 60, clock_skew_s=400)
    assert any("clock" in p for p in skewed.problems)


def test_criterion_two_is_kept_until_the_level_comes_back_by_the_hysteresis() -> None:
    quarter = 0.25 * LIMITS[1]
    level = 1 + np.array([0, 1.01, 0.97, np.nan, 0.96, 0.94, 0.97]) * quarter
    assert zones.changed(level, 1.0, LIMITS).tolist() == [False, True, True, False, True, False, False]
    fallen = np.array([1.0, 1.0, *[0.2] * 5])
    assert zones.changed_since(fallen, 1.0, LIMITS) == 2
    assert zones.changed_since(np.array([1.0] * 6 + [2.0]), 1.0, LIMITS) == -1  # one record is no change


def test_a_sensor_that_speaks_each_hour_is_coarse_and_no_flat_line() -> None:
    time, on = np.arange(6000, dtype=np.int64) * 60_000_000_000, np.ones(6000, bool)
    hourly = np.repeat(np.random.default_rng(0).normal(5, 1, 100), 60)
    found = judged(time, {"v": hourly}, on, {"v": 0.0}, 3600)
    assert (found.ready, found.flat) == (True, 0.0)
    assert any("every 60 min" in p for p in found.problems)
    stuck = np.where(np.arange(6000) > 600, 5.0, hourly)
    assert not judged(time, {"v": stuck}, on, {"v": 0.0}, 3600).ready


def test_missing_records_hide_no_standing_alarm() -> None:
    level = np.concatenate([np.full(300, 1.0), np.full(200, 2.0)])
    gaps = np.insert(level, [50, 350, 450], np.nan)
    assert [a.reference for a in own_baseline.standing(gaps)] == [1.0]
    assert own_baseline.standing(gaps)[0].at == own_baseline.alarms(gaps)[0].at


def test_sampling_clock_and_running_time_are_said() -> None:
    time = np.arange(2000, dtype=np.int64) * 60_000_000_000
    good = {"v": np.random.default_rng(0).normal(5, 1, 2000)}
    seldom = np.arange(2000) < 10
    assert "ran for only 10 min" in judged(time, good, seldom, {"v": 0.0}, 60).problems[0]
    coarse = judged(time, good, np.ones(2000, bool), {"v": 0.0}, 3600, clock_skew_s=-90)
    assert coarse.ready
    assert any("every 60 min" in p for p in coarse.problems)
    assert any("90 s ahead" in p for p in coarse.problems)
