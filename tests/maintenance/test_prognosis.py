"""Prognosis: intervals hold the truth, ages give probabilities and never dates, poor data gives no answer."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import CensoredData, weibull_min

from benchmarks.maintenance import DATA, bearing_series, detections_of, velocities
from benchmarks.wearing import minutes_with_wear
from twinviewer.cli.prognose import _risked
from twinviewer.maintenance.condition import own_baseline
from twinviewer.maintenance.condition.detectors import EWMA_CUSUM, FIGURES, OWN_BASELINE, figures_of
from twinviewer.maintenance.planning.renewal import best_age, left_to_do, weibull_failure
from twinviewer.maintenance.prognosis import by_wear, degradation, weibull
from twinviewer.maintenance.prognosis.assets import card
from twinviewer.maintenance.prognosis.curves import failure_curve, failure_within
from twinviewer.maintenance.prognosis.lives_by_age import Log
from twinviewer.maintenance.results import Choice
from twinviewer.maintenance.settings import MaintenanceSettings, TypeSettings
from twinviewer.model.errors import DataError
from twinviewer.model.state import Zone


def test_a_worn_bearing_is_found_dated_and_named() -> None:
    minutes, tags = minutes_with_wear(30, left_days=6.0)
    found = card(minutes, tags, MaintenanceSettings())
    assert found.tier == "degradation"
    assert found.low_days <= 6.0 <= found.high_days
    assert found.low_days < found.rul_days < found.high_days
    assert found.causes[0].label == "Rolling bearing wear"
    assert any("Vibration" in words for words in found.causes[0].speaks_for)
    assert any("Pressure" in words for words in found.causes[0].speaks_for)
    assert found.zone in (Zone.B, Zone.C)
    assert 0 < found.detected_ns < found.time_ns
    assert (np.diff(found.fit) <= 1e-9).all()
    assert found.risks[0].probability <= found.risks[1].probability
    assert all(r.low <= r.probability <= r.high for r in found.risks)


def test_the_command_prints_risk_first_sign_and_cost_of_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    minutes, tags = minutes_with_wear(30, left_days=6.0)
    found = card(minutes, tags, MaintenanceSettings())
    said = " ".join(_risked(replace(found, wait_a_week_eur=1234.0, choices=(Choice("now", "now", 0, 0.0, 0.0),))))
    assert f"{100 * found.risks[0].probability:.1f} %" in said
    assert "within 30 d" in said
    assert f"P-F interval): {found.pf_days:.1f} d" in said
    assert "1,234 EUR" in said
    assert found.pf_days > found.rul_days
    monkeypatch.setattr(by_wear, "MOST_DAYS", 1.0)
    far = card(minutes, tags, MaintenanceSettings())
    assert far.capped
    assert np.isnan(far.pf_days)


def test_the_card_says_which_detector_spoke_when_and_what_it_is_worth() -> None:
    minutes, tags = minutes_with_wear(30, left_days=2.0)
    found = card(minutes, tags, MaintenanceSettings())
    of = {d.detector: d for d in found.detections if d.label == "Vibration"}
    assert set(of) == {OWN_BASELINE, EWMA_CUSUM}
    assert found.detected_ns == found.detections[0].since_ns <= of[OWN_BASELINE].since_ns
    assert of[OWN_BASELINE].since_ns < of[OWN_BASELINE].newest_ns < found.time_ns  # it went on to rise
    assert of[OWN_BASELINE].figures == FIGURES[OWN_BASELINE]
    assert "1 of 6" in of[OWN_BASELINE].record
    assert "0.66 false alarms" in of[OWN_BASELINE].record
    assert card(*minutes_with_wear(30, wears=False), MaintenanceSettings()).detections == ()


def test_wear_that_the_regression_learned_as_usual_is_told_by_the_own_baseline() -> None:
    level = np.where(np.arange(1000) < 150, 1.0, 1.8) * np.exp(0.03 * np.random.default_rng(0).normal(size=1000))
    (found,) = detections_of(level)
    assert found.detector == OWN_BASELINE
    assert 150 <= found.since_ns / 60e9 < 160
    minutes, tags = minutes_with_wear(1, wears=False)
    worn = np.where(np.arange(1440) < 600, 1.0, 1.8) * minutes.value["Vibration"]
    moved = card(replace(minutes, value={**minutes.value, "Vibration": worn}), tags, MaintenanceSettings()).moved[0]
    assert moved.now / moved.baseline == pytest.approx(1.8, rel=0.1)


@pytest.mark.skipif(not DATA.exists(), reason="the bearing series are not here")
def test_cards_warn_of_bearings_that_fail_and_carry_the_figures_of_their_rule() -> None:
    for _, _, level in bearing_series():
        for alarm in own_baseline.alarms(level):  # at the record at which it is raised
            told = {d.detector: d.newest_ns for d in detections_of(level[: alarm.at + 1], "acceleration")}
            assert told[OWN_BASELINE] == alarm.at * 60_000_000_000
    series = bearing_series()
    scores = [own_baseline.scored(own_baseline.alarms(level), len(level), failed) for _, failed, level in series]
    false = 1000 * sum(s.false for s in scores) / sum(len(level) for _, _, level in series)
    known = figures_of(OWN_BASELINE, "acceleration")
    failed = sum(failed for _, failed, _ in series)
    assert (sum(s.useful for s in scores), failed, round(false, 3)) == (
        known.useful,
        known.failed,
        known.false_per_1000,
    )
    levels = [level for _, _, level in velocities()]
    scores = [own_baseline.scored(own_baseline.alarms(level), len(level), True) for level in levels]
    false = 1000 * sum(s.false for s in scores) / sum(map(len, levels))
    known = FIGURES[OWN_BASELINE]
    assert (sum(s.useful for s in scores), len(scores), round(false, 3)) == (
        known.useful,
        known.failed,
        known.false_per_1000,
    )


@pytest.mark.parametrize("left", [1.0, 3.0, 8.0])
def test_intervals_narrow_and_hold_the_truth(left: float) -> None:
    inside = 0
    for seed in range(6):
        minutes, tags = minutes_with_wear(20, left_days=left, seed=seed)
        found = card(minutes, tags, MaintenanceSettings())
        inside += found.low_days <= left <= found.high_days
    assert inside >= 3


def test_without_wear_there_is_a_probability_and_no_date() -> None:
    minutes, tags = minutes_with_wear(20, wears=False)
    component = {"name": "bearing", "life_h": 10_000, "renewed_by": "Replace"}
    kind = TypeSettings.model_validate(
        {"component": [component], "work": [{"title": "Replace", "skill": "mechanic", "duration_h": 4}]}
    )
    settings = MaintenanceSettings.model_validate({}).model_copy(update={"types": {"compressor": kind}})
    found = card(minutes, tags, settings, Log(0, (), {"CMP-1": "compressor"}, {"CMP-1": 8000.0}, {"CMP-1": 0.75}))
    assert found.tier == "age"
    assert np.isnan(found.rul_days)
    assert failure_curve(found, np.array([1.0])) is None
    expected = weibull_failure(2.5, 10_000, 8000, np.array([30 * 24.0]), 0.75)[0]
    assert found.risks[1].probability == pytest.approx(expected)
    cost = {c.name: c for c in found.choices}
    assert set(cost) >= {"now", "in_a_week", "not_at_all"}
    # a week risks a failure instead of the work, which has to be done either way
    more = kind.failure_eur - cost["now"].cost_eur
    assert found.wait_a_week_eur == pytest.approx(cost["in_a_week"].probability * more)
    assert not any("assumed" in note for note in found.notes)
    unknown = card(minutes, tags, settings, Log(0, (), {"CMP-1": "compressor"}))
    assert [note for note in unknown.notes if "not known" in note and "assumed" in note] == list(unknown.notes[-2:])


def test_a_dead_sensor_gives_no_prognosis() -> None:
    minutes, tags = minutes_with_wear(20)
    minutes.value["Vibration"][:] = 2.0  # type: ignore[index]
    found = card(minutes, tags, MaintenanceSettings())
    assert found.tier == "poor_data"
    assert "flat" in found.headline
    assert np.isnan(found.rul_days)


def test_an_exponential_without_noise_is_dated_exactly() -> None:
    time = np.linspace(0, 10, 200)
    level = 1 + 0.1 * np.exp(0.3 * time)
    fit = degradation.fitted(time, level, limit=1 + 0.1 * np.exp(0.3 * 12))
    assert fit is not None
    assert fit.rul == pytest.approx(2.0, rel=0.02)
    assert fit.low <= 2.0 <= fit.high
    assert degradation.fitted(time, 5 - level, 10.0) is None
    assert degradation.fitted(time[:3], level[:3], 10.0) is None


def test_a_limit_that_is_passed_leaves_no_life() -> None:
    time = np.linspace(0, 10, 100)
    fit = degradation.fitted(time, time, limit=5.0)
    assert fit is not None
    assert fit.rul == 0.0


def test_risk_is_half_at_the_median_and_grows() -> None:
    days = np.linspace(0, 50, 100)
    risk = failure_within(days, 10.0, 7.0, 15.0)
    assert failure_within(np.array([10.0]), 10.0, 7.0, 15.0)[0] == pytest.approx(0.5)
    assert (np.diff(risk) >= 0).all()
    assert risk[0] == 0
    low, high = failure_within(np.array([10 / 1.5, 15.0]), 10.0, 10 / 1.5, 15.0)
    assert (low, high) == (pytest.approx(0.1), pytest.approx(0.9))


def test_weibull_with_censoring_agrees_with_scipy_and_without_it_is_wrong() -> None:
    random = np.random.default_rng(4)
    lives = 100 * random.weibull(2.0, 400)
    ends = random.uniform(20, 120, 400)
    seen, failed = np.minimum(lives, ends), lives <= ends
    ours = weibull.fitted(seen, failed, samples=40)
    shape, _, scale = weibull_min.fit(CensoredData(uncensored=seen[failed], right=seen[~failed]), floc=0)
    assert ours.shape == pytest.approx(shape, rel=0.01)
    assert ours.scale == pytest.approx(scale, rel=0.01)
    value, low, high = ours.within(30, 20)
    truth = 1 - np.exp((0.3) ** 2 - (0.5) ** 2)
    assert low <= truth <= high
    assert low <= value <= high
    left_out = weibull.fitted(seen[failed], np.ones(int(failed.sum()), bool), samples=5)
    assert left_out.b10() < 0.9 * ours.b10()
    with pytest.raises(DataError, match="too few"):
        weibull.fitted(seen[:5], np.zeros(5, bool))


def test_intervals_of_few_failures_hold_what_they_say() -> None:
    truth, inside = 1 - np.exp(0.5**2 - 0.7**2), list[bool]()
    for seed in range(120):
        lives = 1000 * np.random.default_rng(seed).weibull(2.0, 5)
        _, low, high = weibull.fitted(lives, np.ones(5, bool), samples=100).within(500, 200)
        inside.append(low <= truth <= high)
    assert 0.7 <= np.mean(inside) <= 0.9


@pytest.mark.parametrize("lives", [[100.0] * 5, [1e200, 2e200, 3e200], [1e-9, 1.0, 1e200]])
def test_lives_that_are_all_the_same_or_absurd_give_probabilities(lives: list[float]) -> None:
    found = weibull.fitted(np.array(lives), np.ones(len(lives), bool))
    for age, ahead in ((0.0, 0.0), (0.0, 10.0), (50.0, 10.0), (1e299, 1e300)):
        value, low, high = found.within(age, ahead)
        assert 0 <= low <= value <= high <= 1
    assert found.within(0.0, 1e300)[0] > 0.99


def test_the_best_age_is_where_the_rate_meets_the_hazard() -> None:
    shape, scale, planned, failed = 3.0, 1000.0, 1.0, 10.0
    best = best_age(shape, scale, planned, failed)
    hazard = shape / scale * (best.interval_h / scale) ** (shape - 1)
    assert (failed - planned) * hazard == pytest.approx(best.rate, rel=0.05)
    assert best_age(1.0, scale, planned, failed).interval_h > 2 * scale


def test_what_is_put_off_is_at_most_a_planned_renewal() -> None:
    far = np.arange(4 * 100 + 1.0)
    for scale in (50.0, 300.0, 3000.0):
        curve = weibull_failure(3.0, scale, 10.0, far)
        rest = left_to_do(curve, 100, 500.0, 5000.0, best_age(3.0, scale, 500.0, 5000.0).rate)
        assert rest <= 500.0 + 1e-9


def test_a_changed_level_without_a_limit_in_sight_is_told_by_criterion_two() -> None:
    minutes, tags = minutes_with_wear(10, wears=False)
    vibration = minutes.value["Vibration"]
    vibration[len(vibration) * 2 // 3 :] -= 0.9  # within zone A all the time
    found = card(minutes, tags, MaintenanceSettings())
    assert found.tier == "age"
    assert found.change_mm_s == pytest.approx(-0.9, abs=0.05)
    assert minutes.time_ns[len(vibration) // 2] < found.changed_ns < found.time_ns
    assert "criterion II" in found.headline


def test_a_hot_day_is_no_wear_where_the_surroundings_are_known() -> None:
    minutes, tags = minutes_with_wear(20, wears=False)
    n = len(minutes.time_ns)
    ambient = 18 + 2 * np.sin(np.arange(n) / 1440 * 2 * np.pi) + np.where(np.arange(n) > 0.6 * n, 15.0, 0.0)
    hot = {**minutes.value, "Temperature": minutes.value["Temperature"] + ambient}
    moved = card(replace(minutes, value=hot), tags, MaintenanceSettings()).moved
    assert [m.label for m in moved] == ["Temperature"]
    known = replace(minutes, value={**hot, "Yard.T": ambient}, role={**minutes.role, "Yard.T": "ambient"})
    assert card(known, tags, MaintenanceSettings()).moved == ()


def test_a_machine_that_stands_is_told_as_it_last_ran() -> None:
    minutes, tags = minutes_with_wear(10, left_days=2.0)  # the record ends at midnight: it has stood since eleven
    for value in minutes.value.values():
        value[-300:] = value[-1]
    found = card(minutes, tags, MaintenanceSettings())
    assert found.tier == "degradation"
    assert found.change_mm_s > 0.5
    assert "running at about 0 %" not in found.moved[0].regime


def test_a_level_that_was_always_beyond_its_limit_is_no_sound_machine() -> None:
    minutes, tags = minutes_with_wear(5, wears=False)
    minutes.value["Vibration"][:] *= 9
    found = card(minutes, tags, MaintenanceSettings())
    assert found.tier == "age"
    assert "beyond its limit of 4.5" in found.headline
    assert found.health == 0
    assert found.zone is Zone.D


def test_a_small_drift_of_power_is_on_the_card_with_its_interval() -> None:
    minutes, tags = minutes_with_wear(20, left_days=3.0)
    minutes.value["Power"][-3 * 1440 :] += 0.5  # less than a hundredth of 60 kW
    found = card(minutes, tags, MaintenanceSettings()).energy
    assert found is not None
    assert 0 < found.low_kw <= 0.5 <= found.high_kw
    assert found.kwh_a_year == pytest.approx(found.excess_kw * 8760 * 0.75, rel=0.01)


def test_a_sensor_that_never_spoke_is_said_though_others_do() -> None:
    minutes, tags = minutes_with_wear(10, wears=False)
    minutes.value["Vibration"][:] = np.nan
    found = card(minutes, tags, MaintenanceSettings())
    assert found.tier == "poor_data"
    assert "no samples" in found.headline
