"""Energy is what meters count, and power times time where none counts; never both, and nothing of what nobody knows."""

from dataclasses import replace

import pytest

from tests.factory import CONNECTED, NOW_NS, SECOND_NS, make_scene, make_tag, scene_of, snapshot
from twinviewer.kpi import tiles
from twinviewer.kpi.energy import EnergyMeter
from twinviewer.model.quality import STATUS_BAD_SENSOR_FAILURE
from twinviewer.scene.scene import EnergySettings
from twinviewer.states.evaluator import Evaluator

POWER, ENERGY, OTHERS_POWER = 0, 1, 2


class Plant:
    """M-0 has a meter of power and one of energy in Wh, M-1 one of power only, which is old after 30 s."""

    def __init__(self) -> None:
        base = make_scene(2, ("Power",))
        meter = make_tag(ENERGY, "M-0", "Energy", role="energy", unit="Wh")
        tags = [base.tags[0], meter, replace(base.tags[1], index=OTHERS_POWER, stale_after_s=30.0)]
        assets = [replace(base.assets[0], tags=(POWER, ENERGY)), replace(base.assets[1], tags=(OTHERS_POWER,))]
        self.scene = scene_of(assets, tags)
        self.meter = EnergyMeter(self.scene)
        self.evaluator = Evaluator(self.scene)

    def show(
        self, counted_wh: float, power_kw: float = 0.0, step_s: float = 1.0, bad: int = -1, old_s: int = 0
    ) -> None:
        """One snapshot; M-1 draws `power_kw`, M-0 always 4 kW."""
        shot = snapshot(self.scene)
        shot.value[:] = (4.0, counted_wh, power_kw)
        shot.received_ns[OTHERS_POWER] -= old_s * SECOND_NS
        if bad >= 0:
            shot.status[bad] = STATUS_BAD_SENSOR_FAILURE
        self.meter.update(*self.evaluator.evaluate(shot, NOW_NS, CONNECTED), step_s)


def test_a_counter_gives_its_growth_in_kwh_and_is_not_counted_by_its_power_too() -> None:
    plant = Plant()
    for counted in (500_000, 500_500, 501_250):
        plant.show(counted, step_s=3600.0)
    assert plant.meter.total_kwh == pytest.approx(1.25)
    assert plant.meter.power_kw == pytest.approx(4.0)


def test_power_counts_for_the_time_that_it_was_seen() -> None:
    plant = Plant()
    for power in (3.0, 6.0):
        plant.show(0, power, step_s=1800.0)
    assert plant.meter.total_kwh == pytest.approx(4.5)
    assert plant.meter.power_kw == pytest.approx(10.0)
    shown = tiles.power(plant.meter, EnergySettings(0.4, "the grid of 2024"), "since 06:00")
    assert shown.value == pytest.approx(10.0)
    assert [v for k, v in shown.inputs.items() if k.startswith("carbon")] == [pytest.approx(1.8)]
    assert "0.4 kg/kWh (the grid of 2024)" in shown.note


@pytest.mark.parametrize(
    ("velocities", "worst", "value", "priority"),
    [((1.0, 1.3, 1.2), "M-1", 1.3, 0), ((3.0, 2.0, 1.0), "M-0", 3.0, 3), ((3.0, 5.0, 9.0), "M-1", 5.0, 2)],
)
def test_the_worst_vibration_is_that_of_the_worst_zone(
    velocities: tuple[float, ...], worst: str, value: float, priority: int
) -> None:
    """M-2 is a machine for which 9 mm/s is zone B."""
    base = make_scene(3, ("Vibration",))
    assets = [*base.assets[:2], replace(base.assets[2], vibration_limits=(5.0, 10.0, 15.0))]
    scene = scene_of(assets, list(base.tags))
    shot = snapshot(scene)
    shot.value[:] = velocities
    shown = tiles.vibration(scene, Evaluator(scene).evaluate(shot, NOW_NS, CONNECTED)[1])
    assert (shown.label.rpartition(" ")[2], shown.value, shown.priority) == (worst, value, priority)


def test_a_counter_that_was_replaced_begins_anew() -> None:
    plant = Plant()
    for counted in (999_000, 999_500, 0, 250):
        plant.show(counted)
    assert plant.meter.total_kwh == pytest.approx(0.75)


def test_a_bad_counter_adds_nothing_and_what_it_missed_comes_with_its_next_value() -> None:
    plant = Plant()
    plant.show(1000)
    plant.show(0, bad=ENERGY)
    assert plant.meter.total_kwh == 0.0
    plant.show(3000)
    assert plant.meter.total_kwh == pytest.approx(2.0)


@pytest.mark.parametrize("trouble", [{"bad": OTHERS_POWER}, {"old_s": 60}])
def test_power_that_nobody_knows_now_adds_nothing(trouble: dict[str, int]) -> None:
    plant = Plant()
    plant.show(0, 100.0, step_s=3600.0, **trouble)
    assert (plant.meter.total_kwh, plant.meter.power_kw, plant.meter.meters) == (0.0, 4.0, 1)
