"""A first flow model guessed from a scene, for a person to correct."""

from typing import Any

from twinviewer.model.asset import Asset
from twinviewer.model.errors import LineError
from twinviewer.scene.scene import Scene
from twinviewer.simulation.line import Line, parse_line

TAKT_S = 60.0  # of a station whose scene says nothing about its cycle time
ROOM = 4  # before a station where no conveyor says how much there is


def sketch(scene: Scene) -> Line:
    """Stations and buffers along the scene's flow; machines with the same neighbours become one station.

    Cycle times come from the normal band of `CycleTime` tags, room from the span of conveyors' `Queue` tags, running
    power from the normal band of `Power`. Raises LineError where the flow names no station.
    """
    after, before = _neighbours(scene)
    groups: dict[tuple[tuple[str, ...], tuple[str, ...]], list[Asset]] = {}
    for a in scene.assets:
        if a.station and (a.asset_id in after or a.asset_id in before):
            up, down = tuple(sorted(before.get(a.asset_id, ()))), tuple(sorted(after.get(a.asset_id, ())))
            groups.setdefault((up, down), []).append(a)
    if not groups:
        raise LineError("the scene's flow names no station", str(scene.path), "Write [[flow]] tables in scene.toml.")
    name_of = {a.asset_id: members[0].asset_id for members in groups.values() for a in members}
    stations: dict[str, Any] = {}
    buffers: dict[str, Any] = {}
    starts: list[str] = []
    for members in groups.values():
        name = members[0].asset_id
        stations[name] = _station(scene, members)
        ways = sorted({name_of[t] for a in members for t in _stations_from(scene, after, a.asset_id, name_of)})
        if ways:
            stations[name]["next"] = [{"to": t, "share": 1 / len(ways)} for t in ways]
        else:
            stations[name]["next"] = "out"
        belts = {b for a in members for b in before.get(a.asset_id, ()) if b not in name_of}
        fed = {name_of[s] for a in members for s in _stations_from(scene, before, a.asset_id, name_of)}
        if not fed:
            starts.append(name)
        for source in sorted(fed):
            buffers[f"{source}>{name}"] = _buffer(scene, sorted(belts))
    source = {f"source_{k + 1}": {"feeds": name} for k, name in enumerate(starts or list(stations)[:1])}
    energy = {"per_kwh": scene.energy.tariff_eur_per_kwh or 0, "carbon_kg_per_kwh": scene.energy.carbon_kg_per_kwh or 0}
    head = {"name": scene.name, "horizon": "24 h"}
    return parse_line({"model": head, "station": stations, "buffer": buffers, "source": source, "energy": energy})


def _neighbours(scene: Scene) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    after: dict[str, list[str]] = {}
    before: dict[str, list[str]] = {}
    for a, b in scene.flow:
        after.setdefault(a, []).append(b)
        before.setdefault(b, []).append(a)
    return after, before


def _stations_from(scene: Scene, edges: dict[str, list[str]], start: str, stations: dict[str, str]) -> set[str]:
    """The nearest stations along the flow, through whatever lies between."""
    found: set[str] = set()
    seen: set[str] = set()
    todo = list(edges.get(start, ()))
    while todo:
        step = todo.pop()
        if step in stations:
            found.add(step)
        elif step not in seen:
            seen.add(step)
            todo += edges.get(step, ())
    return found


def _normal(scene: Scene, asset: Asset, key: str) -> tuple[float, float] | None:
    tags = {scene.tags[row].key: scene.tags[row] for row in asset.tags}
    return tags[key].normal if key in tags else None


def _station(scene: Scene, members: list[Asset]) -> dict[str, Any]:
    band = _normal(scene, members[0], "CycleTime")
    time_s = sum(band) / 2 if band else TAKT_S
    station: dict[str, Any] = {"time": f"lognormal({time_s:g} s, cv=0.1)", "machines": len(members)}
    if len(members) > 1:
        station["assets"] = [a.asset_id for a in members]
    power = _normal(scene, members[0], "Power")
    rated = members[0].rated_power_kw
    if power is not None or rated is not None:
        run_kw = sum(power) / 2 if power is not None else 0.6 * (rated or 0.0)
        station["power"] = {"idle": round(0.25 * run_kw, 3), "run": round(run_kw, 3)}
    return station


def _buffer(scene: Scene, belts: list[str]) -> dict[str, Any]:
    if not belts:
        return {"capacity": ROOM}
    asset = scene.asset(belts[0])
    span = next((scene.tags[row].span for row in asset.tags if scene.tags[row].key == "Queue"), None)
    return {"asset": belts[0], "capacity": int(span[1]) if span else ROOM}
