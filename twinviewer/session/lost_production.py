"""What an hour of a standing group costs in production, by the flow model: its stop is simulated and compared.

Maintenance and simulation do not know each other; this brings them together for commands and panels. Buffers, parallel
machines and what the line makes up for later are in the answer, unlike in a flat rate.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from twinviewer.maintenance.planning.known import group_of
from twinviewer.maintenance.settings import MaintenanceSettings, read_settings
from twinviewer.model.asset import Asset
from twinviewer.model.errors import TwinError
from twinviewer.session.plan_scenario import machines_of

if TYPE_CHECKING:
    from twinviewer.simulation.line import Line
    from twinviewer.simulation.results import Difference, Variant

STOP_S = 4 * 3600.0  # a stop as jobs need it
BEGIN = 1 / 3  # of the horizon: the line runs by then, and has time to make up for it
REPLICATIONS = 8
METHOD = 1  # raised whenever the same files would give other figures
Tell = Callable[[float, str], None]


@dataclass(frozen=True)
class LostProduction:
    """What each hour costs while a group stands. `eur_per_h` by asset; `share` of its lines' output by group, of which
    `low` and `high` bound the 95 % interval; `notes` say where the figures are from."""

    eur_per_h: Mapping[str, float]
    share: Mapping[str, float]
    low: Mapping[str, float]
    high: Mapping[str, float]
    notes: tuple[str, ...] = ()

    def per_hour(self, asset_id: str) -> float | None:
        """EUR per hour in which the asset's group stands, None where the flow model does not know."""
        return self.eur_per_h.get(asset_id)


NOTHING = LostProduction({}, {}, {}, {})


def lost_production(
    scene_path: Path,
    assets: Sequence[Asset],
    cache_dir: Path | None = None,
    progress: Tell = lambda fraction, text: None,
) -> LostProduction:
    """Every group with a station in the scene's flow model; from `cache_dir` where the same has been asked before.

    Without a flow model, or with one that cannot be used, there is nothing but a note. Raises what `progress` raises.
    """
    settings = read_settings(scene_path)
    folder = scene_path if scene_path.is_dir() else scene_path.parent
    file = folder / "line.toml"
    if not file.is_file() or not settings.groups:
        return NOTHING
    kept = (cache_dir or _cache_dir()) / f"{_key(file, settings, assets)}.json"
    known = _read(kept)
    if known is not None:
        return known
    try:
        found = _simulated(file, settings, assets, progress)
    except TwinError as error:
        return LostProduction({}, {}, {}, {}, (f"Rates of maintenance.toml are used: {error}",))
    _write(kept, found)
    return found


def _simulated(file: Path, settings: MaintenanceSettings, assets: Sequence[Asset], progress: Tell) -> LostProduction:
    from twinviewer.simulation.quantities import seconds
    from twinviewer.simulation.reading import load_line
    from twinviewer.simulation.runs import run
    from twinviewer.simulation.scenario import Event, Scenario

    line = load_line(file)
    members = {g.path: [a for a in assets if group_of(a, settings) == g.path] for g in settings.groups}
    stands = stations_of(line, settings, assets)
    if not stands:
        return NOTHING
    horizon_s = seconds(line.model.horizon, "model.horizon")
    at_s, stop_s = BEGIN * horizon_s, min(STOP_S, horizon_s / 3)
    scenarios = [
        Scenario(group, events=tuple(Event(at_s, station, stop_s, m, True) for station, m in sorted(found)))
        for group, found in stands.items()
    ]
    progress(0.1, "simulating stops of the lines")
    result = run(line, scenarios, horizon_s, REPLICATIONS)
    eur, share, low, high = {}, {}, {}, {}
    for group, variant in zip(stands, result.scenarios, strict=True):
        rate = next(g.eur_per_h for g in settings.groups if g.path == group)
        product = _product_differences(line, {station for station, _ in stands[group]}, variant)
        made = sum(result.baseline.kpis[name].mean for name in product) * stop_s
        if made <= 0:
            continue
        lost = [-sum(getattr(d, side) for d in product.values()) * horizon_s / made for side in ("mean", "high", "low")]
        share[group], low[group], high[group] = (max(0.0, float(x)) for x in lost)
        worth = _worth(line, product, horizon_s / stop_s)
        for asset in members[group]:
            eur[asset.asset_id] = worth if worth is not None else share[group] * rate
    return LostProduction(eur, share, low, high, _notes(share, low, high))


def stations_of(
    line: "Line", settings: MaintenanceSettings, assets: Sequence[Asset]
) -> dict[str, set[tuple[str, int]]]:
    """(station, machine) of the flow model that stand with each group, of the groups that it knows."""
    machines = machines_of(line)
    found: dict[str, set[tuple[str, int]]] = {}
    for asset in assets:
        own = machines.get(asset.asset_id, ())
        if own and (group := group_of(asset, settings)):
            found.setdefault(group, set()).update(own)
    return {g.path: found[g.path] for g in settings.groups if g.path in found}


def _product_differences(line: "Line", stations: set[str], variant: "Variant") -> "dict[str, Difference]":
    """By indicator: of the products whose route passes these stations, of all parts where there are no products."""
    passing = [p for p, product in line.product.items() if not product.route or set(product.route) & stations]
    found = {f"throughput_per_h.{p}": variant.difference.get(f"throughput_per_h.{p}") for p in passing}
    known = {name: d for name, d in found.items() if d is not None}
    whole = variant.difference.get("throughput_per_h")
    return known or ({"throughput_per_h": whole} if whole is not None else {})


def _worth(line: "Line", lost: "Mapping[str, Difference]", hours: float) -> float | None:
    """EUR per hour of the stop where every product that is lost has a value, None otherwise."""
    products = [line.product.get(name.removeprefix("throughput_per_h.")) for name in lost]
    margins = [p.value - p.material_cost for p in products if p is not None and p.value > 0]
    if not margins or len(margins) < len(products):
        return None
    return max(0.0, sum(-d.mean * hours * m for d, m in zip(lost.values(), margins, strict=True)))


def _notes(share: Mapping[str, float], low: Mapping[str, float], high: Mapping[str, float]) -> tuple[str, ...]:
    return tuple(
        f"{group}: an hour of standing loses {100 * s:.0f} % of an hour's parts "
        f"({100 * low[group]:.0f} to {100 * high[group]:.0f} %), by the flow model."
        for group, s in share.items()
    )


def _key(file: Path, settings: MaintenanceSettings, assets: Sequence[Asset]) -> str:
    groups = [(a.asset_id, group_of(a, settings)) for a in assets]
    rates = [(g.path, g.eur_per_h) for g in settings.groups]
    digest = hashlib.sha256(file.read_bytes())
    digest.update(json.dumps([METHOD, groups, rates]).encode())
    return digest.hexdigest()[:24]


def _cache_dir() -> Path:
    import platformdirs

    return platformdirs.user_cache_path("twinviewer", appauthor=False) / "lost_production"


def _read(path: Path) -> LostProduction | None:
    try:
        told = json.loads(path.read_text("utf-8"))
        return LostProduction(**{**told, "notes": tuple(told["notes"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None  # not asked before, or a damaged file that is written anew


def _write(path: Path, found: LostProduction) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        part.write_text(json.dumps(asdict(found)), "utf-8")
        part.replace(path)
    except OSError:
        return  # a cache that cannot be written costs time alone
