"""Lost production by the flow model: a whole line's stop, one machine of two, values of products, and the cache."""

from pathlib import Path

import pytest

from twinviewer.maintenance.plan_results import Cost, Plan, PlannedJob
from twinviewer.maintenance.planning.known import group_of
from twinviewer.maintenance.settings import read_settings
from twinviewer.model.asset import Asset
from twinviewer.session.lost_production import lost_production
from twinviewer.session.plan_scenario import plan_scenario
from twinviewer.simulation.reading import load_line
from twinviewer.simulation.runs import run
from twinviewer.simulation.scenario import load_scenario, scenario_text

MAINTENANCE = """
format = 1
[[group]]
path = "Hall/Line A"
eur_per_h = 600
[[group]]
path = "Hall/Line A/Mills"
eur_per_h = 600
[[group]]
path = "Hall/Office"
eur_per_h = 50
"""
LINE = """
format = 1
[model]
horizon = "24 h"
warmup = "0 s"
[product.P]
route = ["MILLS", "WASH"]
VALUE
[source.s]
feeds = "MILLS"
takt = "60 s"
[station.MILLS]
assets = ["M-1", "M-2"]
machines = 2
time = "120 s"
[station.WASH]
time = "60 s"
"""


def asset(k: int, asset_id: str, *path: str) -> Asset:
    """An asset without tags."""
    return Asset(k, asset_id, asset_id, "machine", path, ())


ASSETS = (
    asset(0, "M-1", "Hall", "Line A", "Mills"),
    asset(1, "M-2", "Hall", "Line A", "Cell"),
    asset(2, "WASH", "Hall", "Line A"),
    asset(3, "LAMP", "Hall", "Office"),
)


@pytest.fixture
def scene(tmp_path: Path) -> Path:
    """A folder with a flow model of a line that has no slack."""
    (tmp_path / "maintenance.toml").write_text(MAINTENANCE)
    (tmp_path / "line.toml").write_text(LINE.replace("VALUE", ""))
    return tmp_path


def test_a_line_without_slack_loses_what_it_would_have_made(scene: Path) -> None:
    lost = lost_production(scene, ASSETS, scene / "cache")
    assert group_of(ASSETS[0], read_settings(scene)) == "Hall/Line A/Mills"
    assert lost.share["Hall/Line A"] == pytest.approx(1.0, abs=0.02)
    assert lost.per_hour("WASH") == pytest.approx(600, rel=0.02)
    assert lost.per_hour("LAMP") is None
    assert "Hall/Office" not in lost.share
    assert lost.share["Hall/Line A/Mills"] == pytest.approx(0.5, abs=0.02)  # one of two mills goes on
    assert len(lost.notes) == 2


def test_products_with_a_value_give_the_money_and_the_cache_gives_the_same_again(scene: Path) -> None:
    (scene / "line.toml").write_text(LINE.replace("VALUE", "value = 12\nmaterial_cost = 2"))
    told: list[str] = []
    lost = lost_production(scene, ASSETS, scene / "cache", lambda fraction, text: told.append(text))
    assert lost.per_hour("WASH") == pytest.approx(60 * 10, rel=0.02)
    assert lost_production(scene, ASSETS, scene / "cache", lambda fraction, text: told.append(text)) == lost
    assert len(told) == 1
    for file in (scene / "cache").iterdir():
        file.write_text("{")
    assert lost_production(scene, ASSETS, scene / "cache") == lost


def test_without_a_usable_flow_model_the_rates_stay(scene: Path) -> None:
    (scene / "line.toml").write_text("format = 1\n[station.x]\ncolour = 1\n")
    lost = lost_production(scene, ASSETS, scene / "cache")
    assert lost.per_hour("WASH") is None
    assert "Rates of maintenance.toml" in lost.notes[0]
    (scene / "line.toml").unlink()
    assert lost_production(scene, ASSETS, scene / "cache").notes == ()


def test_a_plan_is_played_as_a_scenario(scene: Path) -> None:
    hour = 3_600_000_000_000
    line_a, mills = "Hall/Line A", "Hall/Line A/Mills"
    jobs = [
        PlannedJob("1", "WASH", "a", "x", t * hour, (t + 2) * hour, "c", 1, "", group, t * hour, 0, anyway, False)
        for t, group, anyway in (
            (104, line_a, False),
            (105, line_a, False),
            (110, line_a, True),
            (112, mills, False),
            (0, line_a, False),
            (114, "", False),
        )
    ]
    cost = Cost(0, 0, 0, 0, 0, 0, 0, 0)
    plan = Plan(100 * hour, 24, tuple(jobs), cost, 0.0, 0.0, {}, (), (), ())
    line = load_line(scene / "line.toml")
    scenario = plan_scenario(plan, line, ASSETS)
    stops = {(e.station, e.machine, e.at_s / 3600, e.down_s / 3600) for e in scenario.events}
    assert stops == {("MILLS", 1, 4, 3), ("MILLS", 2, 4, 3), ("WASH", 1, 4, 3), ("MILLS", 1, 12, 2)}
    (scene / "plan.toml").write_text(scenario_text(scenario))
    result = run(line, [load_scenario(scene / "plan.toml")], replications=2)
    assert result.scenarios[0].difference["good"].mean == pytest.approx(-3 * 60 - 2 * 30, abs=10)
