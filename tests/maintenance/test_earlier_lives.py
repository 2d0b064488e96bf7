"""Earlier lives: ages of the maintenance log with censoring, and trajectories of like machines, on the card."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.wearing import LIMITS, minutes_with_wear
from twinviewer.maintenance.orders.model import Order, OrderState
from twinviewer.maintenance.planning.calendar import HOUR_NS
from twinviewer.maintenance.prognosis import earlier_lives, weibull
from twinviewer.maintenance.prognosis.assets import card
from twinviewer.maintenance.prognosis.degradation import Fit
from twinviewer.maintenance.prognosis.earlier_lives import combined
from twinviewer.maintenance.prognosis.lives_by_age import Log
from twinviewer.maintenance.prognosis.seen import look
from twinviewer.maintenance.recorded import Minutes
from twinviewer.maintenance.results import Similar
from twinviewer.maintenance.settings import MaintenanceSettings, TypeSettings
from twinviewer.model.asset import Tag

NOTHING = MaintenanceSettings()
DAY_H = 24
NOW_NS = 50_000 * HOUR_NS
# Kilometres to failure of 38 shock absorbers (O'Connor 1985; Meeker and Escobar 1998, table C.2), those that failed
FAILED_KM = (6700, 9120, 12200, 13150, 14300, 17520, 20100, 20900, 22700, 26510, 27490)
GOOD_KM = (
    6950, 7820, 8790, 9660, 9820, 11310, 11690, 11850, 11880, 12140, 12870, 13330, 13470, 14040, 17540, 17890, 18450,
    18960, 18980, 19410, 20100, 20150, 20320, 23490, 27410, 27890, 28100,
)  # fmt: skip
# Millions of revolutions to failure of 23 ball bearings (Lieblein and Zelen 1956)
REVOLUTIONS = (
    17.88, 28.92, 33.00, 41.52, 42.12, 45.60, 48.48, 51.84, 51.96, 54.12, 55.56, 67.80, 68.64, 68.64, 68.88, 84.12,
    93.12, 98.64, 105.12, 105.84, 127.92, 128.04, 173.40,
)  # fmt: skip


@pytest.mark.parametrize(
    ("failed", "good", "shape", "scale"),
    [(FAILED_KM, GOOD_KM, 3.160, 27_719), (REVOLUTIONS, (), 2.102, 81.88)],  # as published
)
def test_published_lives_give_the_published_fit(failed: tuple, good: tuple, shape: float, scale: float) -> None:
    lives = np.array([*failed, *good], float)
    found = weibull.fitted(lives, np.arange(len(lives)) < len(failed), samples=20)
    assert found.shape == pytest.approx(shape, rel=2e-3)
    assert found.scale == pytest.approx(scale, rel=2e-3)
    assert (found.count, found.failed) == (len(lives), len(failed))
    assert 0.9 < found.straight <= 1


def order(asset: str, begun_h: float, kind: str = "corrective", failed: bool | None = None, hours: float = 4) -> Order:
    """Finished work on a bearing."""
    begun = int(begun_h * HOUR_NS)
    end = begun + int(hours * HOUR_NS)
    return Order(
        f"WO-{asset}-{begun_h:.0f}", asset, "Replace", kind, OrderState.DONE, "", begun, end,
        begun_ns=begun, ended_ns=end, failed=failed,
    )  # fmt: skip


def test_the_log_gives_lives_that_failed_and_lives_that_were_still_good() -> None:
    orders = (order("P1", 20_000), order("P1", 30_004, "predictive"), order("P2", 40_000, "predictive", True))
    log = Log(NOW_NS, orders, {"P1": "pump", "P2": "pump", "P3": "pump", "C1": "fan"}, {"P3": 700.0}, {"P1": 0.5})
    hours, failed = log.lives("pump", "Replace")
    # P1: 10,000 h at half pace, renewed in time, and what it runs since; P2: since then; P3 runs since new
    since_p1 = 0.5 * (50_000 - 30_008)
    assert hours.tolist() == pytest.approx([5000, since_p1, 0.7 * (50_000 - 40_004), 700])
    assert failed.tolist() == [False, False, False, False]
    counted = replace(log, hours_run={"P1": 20_000.0})
    hours, failed = counted.lives("pump", "Replace")
    assert hours[0] == pytest.approx(20_000 - 0.5 * 30_000)  # the counter says how long the first life was
    assert failed.tolist()[:2] == [True, False]
    assert log.fitted("pump", "Replace") is None
    assert log.age_h("P1", "Replace") == pytest.approx(since_p1)


def test_with_age_alone_the_card_tells_a_probability_from_the_log_and_no_date() -> None:
    minutes, tags = minutes_with_wear(10, wears=False)
    now_h = minutes.time_ns[-1] / HOUR_NS
    orders = [order("CMP-1", now_h - 1000)]
    for k, life in enumerate((3000, 3500, 4200, 5000)):
        orders += [order(f"X{k}", now_h - 9000), order(f"X{k}", now_h - 9000 + 4 + life)]
    known = {"CMP-1": "compressor", **{f"X{k}": "compressor" for k in range(4)}}
    log = Log(int(minutes.time_ns[-1]), orders, known, {}, dict.fromkeys(known, 1.0))
    found = card(minutes, tags, NOTHING, log)
    assert found.tier == "age"
    assert np.isnan(found.rul_days)
    assert "of 9 lives, 4 failed and 5 were still good (censored)" in found.notes[-1]
    week, month = found.risks
    assert week.low <= week.probability <= week.high
    assert month.low < month.probability < month.high
    old = card(minutes, tags, NOTHING, replace(log, orders=[order("CMP-1", now_h - 4000), *orders[1:]]))
    assert old.risks[1].probability > 3 * month.probability


def worn_out(days: float) -> tuple[Minutes, dict[str, Tag], Order]:
    """A life of 0.4 `days` after its first sign, and the repair that ended it."""
    minutes, tags = minutes_with_wear(days, left_days=0.0, seed=7)
    named = replace(minutes, asset=replace(minutes.asset, asset_id="CMP-2"))
    return named, tags, order("CMP-2", minutes.time_ns[-1] / HOUR_NS, failed=True, hours=0)


def test_an_earlier_life_of_its_type_stands_on_the_card() -> None:
    theirs, tags, repair = worn_out(45)
    lives = look(theirs, tags, TypeSettings(), (repair,)).lives
    assert {(x.asset_id, x.failed) for x in lives} == {("CMP-2", True)}
    minutes, tags = minutes_with_wear(30, left_days=6.0)  # as quick: 18 days from the first sign to the limit
    alone, told = card(minutes, tags, NOTHING), card(minutes, tags, NOTHING, lives=lives)
    assert alone.similar == ()
    assert told.similar[0].asset_id == "CMP-2"
    assert told.similar[0].likeness > 0.5
    assert told.similar[0].rul_days == pytest.approx(6.0, abs=1.5)
    assert told.rul_days == alone.rul_days  # one life has no say yet
    several = tuple(replace(x, asset_id=f"CMP-{k}") for k in range(3, 7) for x in lives)
    joined = card(minutes, tags, NOTHING, lives=several)
    assert abs(joined.rul_days - 6.0) <= abs(alone.rul_days - 6.0) + 0.3
    assert any("4 earlier lives" in note for note in joined.notes)
    of_another = tuple(replace(x, key="Temperature") for x in lives)
    assert card(minutes, tags, NOTHING, lives=of_another).similar == ()


def test_precise_lives_outweigh_a_vague_fit_and_censored_ones_have_no_say() -> None:
    none = np.zeros(0)
    fit = Fit(10.0, 3.0, 40.0, False, none, none, none, none)
    alike = [Similar(f"A{k}", 1, 0.9, 5.0) for k in range(4)]
    found, share = combined(fit, alike)
    assert share > 0.5
    assert 5.0 < found.rul < 10.0
    assert found.low < found.rul < found.high
    assert found.high / found.low < 40 / 3
    assert combined(fit, [replace(s, failed=False) for s in alike]) == (fit, 0.0)


def test_a_life_without_work_orders_ends_at_its_limit() -> None:
    n = 300
    level = np.where(np.arange(n) < 200, 1 + 4 * (np.arange(n) / 190) ** 3, 1.0)
    time = np.arange(n) * 3.6e12
    _, tags = minutes_with_wear(0.1)
    signal = earlier_lives.Signal(
        tags["Vibration"], "vibration", level, level, np.zeros(n), 1.0, LIMITS[2], -1
    )  # passes 4.5 at record 182
    lives = earlier_lives.own_lives("CMP-1", time, [signal])
    assert [(x.failed, round(x.ended_ns / 3.6e12)) for x in lives] == [(True, 184)]
    assert not earlier_lives.own_lives("CMP-1", time[:200], [replace(signal, level=level[:200], adjusted=level[:200])])


def test_a_repair_begins_a_new_baseline() -> None:
    minutes, tags = minutes_with_wear(20, left_days=0.5)
    half = len(minutes.time_ns) // 2
    turned = {k: np.concatenate([v[half:], v[:half]]) for k, v in minutes.value.items()}  # worn first, then sound
    minutes = replace(minutes, value=turned)
    repair = order("CMP-1", minutes.time_ns[half] / HOUR_NS, "predictive", False, hours=0)
    found = card(minutes, tags, NOTHING, Log(int(minutes.time_ns[-1]), (repair,)))
    assert found.tier == "age"
    assert any("baseline begins" in note for note in found.notes)
    assert 0 < found.readiness.days < 11
