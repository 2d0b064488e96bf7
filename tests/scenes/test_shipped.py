"""The shipped scenes as a user opens them: complete, consistent, within their budgets."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from scenes._make.layout import AISLES, AREAS, CRANE_RAILS_Y, CRANE_X
from tests.scenes.conftest import SCENES
from twinviewer.model.state import State
from twinviewer.plant.process import Process
from twinviewer.scene.draft import read_draft
from twinviewer.scene.lint import lint
from twinviewer.scene.scene import Scene, load_scene

MOST_MIB = {"hall.glb": 12, "skid.glb": 3}
TRIANGLES = {"Assembly hall": (500_000, 900_000), "Pump skid": (50_000, 200_000)}
PROCESS = ("cnc", "robot", "washer", "inspection", "palletiser", "press", "oven", "welder", "packaging")


def boxes(scene: Scene) -> dict[str, np.ndarray]:
    """Bounds (2, 3) of each asset's triangles."""
    geometry = scene.geometry
    assert geometry is not None
    row = scene.asset_of_node[geometry.node]
    out = {}
    for asset in scene.assets:
        points = geometry.points[row == asset.index]
        out[asset.asset_id] = np.array([points.min(0), points.max(0)])
    return out


def test_nothing_was_noticed_while_loading(shipped: Scene) -> None:
    assert [n.text for n in shipped.notes if n.level != "info"] == []


def test_the_lint_finds_nothing(shipped: Scene) -> None:
    assert [f for f in lint(read_draft(shipped.path)) if f.level != "info"] == []


def test_names_are_unique(shipped: Scene) -> None:
    assets = [a.asset_id for a in shipped.assets]
    tags = [t.name for t in shipped.tags]
    addresses = [str(t.address) for t in shipped.tags if t.derived_from < 0]
    for names in (assets, tags, addresses):
        assert len(names) == len(set(names))


def test_every_asset_has_geometry_a_type_a_label_and_a_state(shipped: Scene) -> None:
    geometry = shipped.geometry
    assert geometry is not None
    used = np.unique(shipped.asset_of_node[geometry.node[geometry.triangles[:, 0]]])
    for asset in shipped.assets:
        assert asset.index in used, asset.asset_id
        assert asset.type, asset.asset_id
        assert asset.type_label, asset.asset_id
        assert any(shipped.tags[t].role == "state" for t in asset.tags), asset.asset_id


def test_every_asset_has_skin_that_takes_the_state_colour(shipped: Scene) -> None:
    geometry = shipped.geometry
    assert geometry is not None
    row = shipped.asset_of_node[geometry.node]
    coloured = np.unique(row[geometry.skin > 0])
    assert set(coloured) >= {a.index for a in shipped.assets}
    assert (geometry.skin[row >= 0] == 0).any()


def test_every_tag_template_is_filled_in(shipped: Scene) -> None:
    for tag in shipped.tags:
        if tag.derived_from >= 0:
            assert shipped.tags[tag.derived_from].asset_id == tag.asset_id
            continue
        assert "{" not in str(tag.address)
        assert tag.address.identifier == f"s={tag.asset_id}.{tag.key}"
        assert tag.address.uri == "urn:twinviewer:plant"
        assert tag.name == f"{tag.asset_id}.{tag.key}"


def test_the_states_of_the_plant_are_all_known(shipped: Scene) -> None:
    for tag in shipped.tags:
        if tag.role == "state":
            assert set(tag.states.values()) == set(State) - {State.UNKNOWN}


def test_bands_limits_and_spans_lie_in_order(shipped: Scene) -> None:
    for tag in shipped.tags:
        low, high = tag.span if tag.span else (-np.inf, np.inf)
        limits = tag.limits
        ladder = [low, limits.low_low, limits.low, *(tag.normal or ()), limits.high, limits.high_high, high]
        known = [v for v in ladder if v is not None]
        assert known == sorted(known), tag.name
        if tag.limits.high is not None and tag.normal:
            assert tag.limits.hysteresis > 0, tag.name


def test_numbers_have_units(shipped: Scene) -> None:
    bare = {"state", "fault_code", "product", "order", "count_good", "count_scrap", "queue", "crest", "kurtosis"}
    assert [t.name for t in shipped.tags if not t.unit and t.role not in bare] == []


def test_the_geometry_is_sound(shipped: Scene) -> None:
    geometry = shipped.geometry
    assert geometry is not None
    assert np.isfinite(geometry.points).all()
    assert np.abs(np.linalg.norm(geometry.normals, axis=1) - 1).max() < 0.02
    assert geometry.triangles.min() >= 0
    assert geometry.triangles.max() < len(geometry.points)
    a, b, c = (geometry.points[geometry.triangles[:, k]].astype(np.float64) for k in range(3))
    flat = np.cross(b - a, c - a)
    assert np.linalg.norm(flat, axis=1).min() > 0
    agreeing = np.einsum("ij,ij->i", flat, geometry.normals[geometry.triangles].mean(axis=1)) > 0
    assert agreeing.mean() > 0.9995  # slivers of a millimetre may turn when their corners are rounded


def test_the_budgets_hold(shipped: Scene) -> None:
    geometry = shipped.geometry
    assert geometry is not None
    low, high = TRIANGLES[shipped.name]
    assert low < len(geometry.triangles) < high
    for file in shipped.path.glob("*.glb"):
        assert file.stat().st_size < MOST_MIB[file.name] * 2**20


def test_everything_stands_on_the_floor_and_inside_the_walls(shipped: Scene) -> None:
    for name, box in boxes(shipped).items():
        assert box[0, 2] > -0.01, name
        if not name.startswith("CRN"):
            assert box[0, 2] < 0.06, name
        if shipped.name == "Assembly hall":
            assert (box[0, :2] > [0, 0]).all(), name
            assert (box[1, :2] < [60, 34]).all(), name


def test_the_flow_joins_known_assets_and_has_no_loop(shipped: Scene) -> None:
    ids = {a.asset_id for a in shipped.assets}
    after: dict[str, set[str]] = {}
    for a, b in shipped.flow:
        assert {a, b} <= ids
        after.setdefault(a, set()).add(b)

    def reach(start: str, seen: frozenset[str]) -> None:
        assert start not in seen
        for then in after.get(start, ()):
            reach(then, seen | {start})

    for start in list(after):
        reach(start, frozenset())


def test_energy_has_a_factor_with_its_source(shipped: Scene) -> None:
    assert 0 < shipped.energy.carbon_kg_per_kwh < 1.2
    assert re.search(r"\d{4}", shipped.energy.carbon_source)
    assert shipped.energy.tariff_eur_per_kwh > 0


def test_the_hall_holds_the_assets_of_the_plan(hall: Scene) -> None:
    planned = {p.asset: p.kind for places in AREAS.values() for p in places}
    assert {a.asset_id: a.type for a in hall.assets} == planned
    assert 35 <= len(planned) <= 60


def test_assets_stand_apart(hall: Scene) -> None:
    """No two machines run into each other; conveyors reach into the machines that they feed, cranes pass above."""
    box = boxes(hall)
    kind = {a.asset_id: a.type for a in hall.assets}
    names = [n for n in box if kind[n] not in ("crane", "conveyor")]
    for k, first in enumerate(names):
        for second in names[k + 1 :]:
            (low_a, high_a), (low_b, high_b) = box[first], box[second]
            overlap = np.minimum(high_a, high_b) - np.maximum(low_a, low_b)
            assert overlap.min() < 0.06, (first, second, overlap)


def test_conveyors_meet_the_machines_of_their_line(hall: Scene) -> None:
    """Nobody has to throw a part: along X at most half a metre lies between a conveyor and what follows."""
    box, kind = boxes(hall), {a.asset_id: a.type for a in hall.assets}
    for a, b in hall.flow:
        if "conveyor" in (kind[a], kind[b]) and not {kind[a], kind[b]} & {"robot", "cnc"}:
            assert box[b][0, 0] - box[a][1, 0] < 0.5, (a, b)


def test_stations_and_conveyors_follow_the_flow(hall: Scene) -> None:
    for asset in hall.assets:
        assert asset.station == (asset.type in PROCESS), asset.asset_id
    line = {x for pair in hall.flow for x in pair}
    assert line == {a.asset_id for a in hall.assets if a.path[-1].startswith("Line")}


def test_vehicles_and_crane_move_from_their_own_base_inside_their_spans(hall: Scene) -> None:
    geometry = hall.geometry
    assert geometry is not None
    for asset in hall.assets:
        roles = {hall.tags[t].role: hall.tags[t] for t in asset.tags}
        if "position_x" not in roles:
            continue
        node = next(n for n in geometry.nodes if n.name == asset.asset_id)
        x, y, z = node.matrix[:3, 3]
        low, high = roles["position_x"].span or (0.0, 0.0)
        assert low <= x <= high
        assert abs(z) < 1e-6
        middle = boxes(hall)[asset.asset_id].mean(0)
        assert np.abs(middle[:2] - [x, y]).max() < 0.2


def test_the_crane_stays_on_its_rails(hall: Scene) -> None:
    span = hall.tag("CRN-421.X").span
    box = boxes(hall)["CRN-421"]
    assert span is not None
    half = (box[1, 0] - box[0, 0]) / 2
    assert span[0] - half >= CRANE_X[0]
    assert span[1] + half <= CRANE_X[1]
    assert box[0, 1] < CRANE_RAILS_Y[0] < CRANE_RAILS_Y[1] < box[1, 1]


def test_routes_of_vehicles_keep_to_the_aisles(hall: Scene) -> None:
    for asset in hall.assets:
        if asset.type == "agv":
            for corner in str(asset.extras["route"]).split(";"):
                x, y = map(float, corner.split())
                assert any(x0 < x < x1 and y0 < y < y1 for x0, x1, y0, y1 in AISLES), (asset.asset_id, corner)


def test_a_station_speaks_of_all_that_its_indicators_need(hall: Scene) -> None:
    needed = {"state", "power", "energy", "vibration", "count_good", "count_scrap", "queue", "product", "order"}
    for asset in hall.assets:
        if asset.station:
            assert {hall.tags[t].role for t in asset.tags} >= needed, asset.asset_id


def test_assets_hold_their_place_without_geometry() -> None:
    scene = load_scene(SCENES / "assembly-hall", geometry=False)
    assert scene.asset("CNC-102").path == ("Hall 2", "Machining", "Line A")
    assert scene.asset("PMP-312").type_label == "Centrifugal pump"
    assert scene.asset("CMP-321").vibration_limits == (2.3, 4.5, 7.1)


def test_views_lie_inside_the_scene_and_the_first_is_the_overview(shipped: Scene) -> None:
    assert shipped.views[0].name == "Overview"
    for view in shipped.views:
        assert view.mode in ("status", "vibration", "energy")
        assert view.position[2] > 1


@pytest.mark.parametrize("name", ["assembly-hall", "pump-skid"])
def test_no_file_but_the_named_ones_lies_in_a_scene(name: str) -> None:
    allowed = {
        "scene.toml",
        "assets.csv",
        "line.toml",
        "maintenance.toml",
        "hall.glb",
        "skid.glb",
        "scene.lock",
        "lessons",
    }
    assert {p.name for p in Path(SCENES / name).iterdir()} <= allowed


def test_only_the_speed_of_stations_can_be_set_and_the_plant_follows_it() -> None:
    scene = load_scene(SCENES / "assembly-hall", geometry=False)
    settable = [t for t in scene.tags if t.settable is not None]
    assert {t.key for t in settable} == {"SpeedSetpoint"}
    assert {t.asset_id for t in settable} == {a.asset_id for a in scene.assets if a.station}
    full, slow = Process(scene, 1), Process(scene, 1)
    for asset in scene.assets:
        if asset.station:
            slow.set_speed(asset.asset_id, 50.0)
    made = []
    for process in (full, slow):
        rows = [t.index for t in scene.tags if t.role == "count_good"]
        process.advance(60.0, 10.0)
        before = process.value[rows].copy()
        process.advance(1260.0, 10.0)
        made.append(float((process.value[rows] - before).sum()))
    assert 0.4 < made[1] / made[0] < 0.65
