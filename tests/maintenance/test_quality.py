"""Quality, energy and spectra: what is known to be there is found, and nothing else."""

import numpy as np
import pytest

from twinviewer.maintenance.quality.association import associated
from twinviewer.maintenance.quality.energy import drift
from twinviewer.maintenance.quality.spc import chart, rules
from twinviewer.model.errors import DataError


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ([0, 0, 3.1], 1),
        ([2.1, 0, 2.1], 2),
        ([1.1, 1.1, 0, 1.1, 1.1], 3),
        ([0.1] * 8, 4),
        ([0.1] * 7, 0),
        ([2.1, 0, -2.1], 0),
        ([-1.1, -1.1, -1.1, 0, -1.1], 3),
        ([0, 0, -3.1], 1),
        ([0, 3.0], 0),
        ([-2.1, -2.1, 0], 0),  # the value that completes the pattern must be beyond itself
        ([-2.1, 0.1, -2.1], 2),
        ([2.1, 0, 0, 2.1], 0),
        ([1.1, 1.1, -1.1, -1.1, 1.1], 0),
        ([-0.1] * 8, 4),
        ([0.1] * 7 + [-0.1], 0),
        ([0.1] * 7 + [float("nan"), 0.1], 0),
        ([0.1] * 7 + [3.5], 1),  # of several rules the first is told
    ],
)
def test_western_electric_rules(values: list[float], rule: int) -> None:
    assert rules(np.array(values, float))[-1] == rule


def test_a_steady_process_rarely_breaks_rule_one_and_a_shift_breaks_it_soon() -> None:
    values = np.random.default_rng(0).normal(10, 2, 5000)
    found = chart(values)
    assert found.centre == pytest.approx(10, abs=0.1)
    assert found.sigma == pytest.approx(2, rel=0.05)
    assert (found.broken == 1).mean() == pytest.approx(0.0027, abs=0.002)
    shifted = chart(np.concatenate([values[:200], values[200:230] + 4]), learn=200)
    assert shifted.broken[200:215].any()
    with pytest.raises(DataError, match="too few"):
        chart(values[:5])


def test_the_parameter_behind_a_defect_is_found_and_the_warning_is_there() -> None:
    random = np.random.default_rng(1)
    values = random.normal(size=(1500, 3))
    defect = random.random(1500) < np.where(values[:, 1] > 1, 0.6, 0.03)
    found = associated(values, defect, ("speed", "temperature", "torque"))
    assert found.effects[0].parameter == "temperature"
    assert found.effects[0].low > 0.2
    others = [e for e in found.effects if e.parameter != "temperature"]
    assert all(abs(e.effect) < 0.1 for e in others)
    assert found.precision > 2 * found.chance
    assert "no cause" in found.warning
    with pytest.raises(DataError, match="too few"):
        associated(values[:50], defect[:50] & False, ("a", "b", "c"))


def test_odd_parameters_are_said_or_passed_over() -> None:
    random = np.random.default_rng(1)
    x = random.normal(size=400)
    defect = random.random(400) < np.where(x > 1, 0.8, 0.05)
    holes = np.where(random.random(400) < 0.05, np.inf, x)
    found = associated(np.column_stack([holes, np.ones(400), np.full(400, np.nan)]), defect, ("a", "fixed", "none"))
    assert [e.parameter for e in found.effects] == ["a"]
    assert found.effects[0].low > 0.1
    with pytest.raises(DataError, match="no parameter varies"):
        associated(np.ones((400, 1)), defect, ("fixed",))
    with pytest.raises(DataError, match="do not fit"):
        associated(x[:, None], defect, ("a", "b"))


def test_defects_that_come_in_one_stretch_make_a_wide_interval() -> None:
    random = np.random.default_rng(1)
    x = np.repeat(random.normal(size=20), 50)
    alone = np.arange(1000) // 50 == int(x.reshape(20, 50)[:, 0].argmax())  # all defects in a single stretch
    effect = associated(x[:, None], alone, ("x",)).effects[0]
    assert effect.low == 0
    assert effect.high > effect.effect + 0.1


def test_energy_drift_is_told_from_load() -> None:
    random = np.random.default_rng(2)
    load = np.concatenate([random.uniform(30, 60, 600), random.uniform(70, 90, 400)])
    power = 5 + 0.5 * load + random.normal(0, 0.5, 1000)
    steady = drift(power, load[:, None], 0.2, 0.4)
    assert steady is not None
    assert not steady.significant
    worn = drift(power + np.where(np.arange(1000) > 800, 4.0, 0.0), load[:, None], 0.2, 0.4, running_share=0.5)
    assert worn is not None
    assert worn.significant
    assert worn.low_kw <= 4.0 <= worn.high_kw
    assert worn.eur_a_year == pytest.approx(worn.excess_kw * 8760 * 0.5 * 0.2)
    assert drift(power[:20], load[:20, None], 0.2, 0.4) is None
