"""Quality and energy of one asset from a recording: control charts, what goes with scrap, and energy that drifts."""

import warnings
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from twinviewer.maintenance.condition.residual import learned
from twinviewer.maintenance.prognosis.signals import COVARIATES, is_running
from twinviewer.maintenance.quality.association import Association, associated
from twinviewer.maintenance.quality.energy import EnergyDrift, drift
from twinviewer.maintenance.quality.spc import LEAST, chart
from twinviewer.maintenance.recorded import READ, Minutes, minutes_of, opened
from twinviewer.model.asset import Asset, Tag
from twinviewer.model.errors import DataError
from twinviewer.scene.scene import EnergySettings, Scene, load_scene

COUNTS = frozenset({"count_good", "count_scrap"})
PROCESS = ("cycle_time", "speed", "temperature", "pressure", "vibration", "current", "power", "lubrication", "load")
CHARTED = PROCESS[:-2]  # what is used up, or follows the orders, has no centre to keep to
ROLES = READ | COUNTS | {"cycle_time"}
SHOWN = 120  # points of a chart
ROWS = 2000  # of the association: enough to tell, soon enough to wait for
LEARN = 0.35
HOUR_S = 3600.0


@dataclass(frozen=True, slots=True)
class ControlChart:
    """Means of a signal while the asset ran, int64 and float64 (n,), with the limits learned from the first third;
    `broken` int (n,) is the first Western Electric rule that each breaks, 0 for none."""

    label: str
    unit: str
    time_ns: np.ndarray
    value: np.ndarray
    centre: float
    lower: float
    upper: float
    broken: np.ndarray


@dataclass(frozen=True, slots=True)
class QualityView:
    """What is known of one asset's quality and energy; where something is missing, its note says why.

    `use` float64 (m,) at `use_ns` is energy per part (kWh), or power while running (kW) where nothing is counted;
    `use_expected` is what its baseline expects at the same load.
    """

    asset_id: str
    time_ns: int
    charts: tuple[ControlChart, ...] = ()
    chart_note: str = ""
    association: Association | None = None
    association_note: str = ""
    energy: EnergyDrift | None = None
    energy_note: str = ""
    per_part: bool = False
    use_ns: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    use: np.ndarray = field(default_factory=lambda: np.zeros(0))
    use_expected: np.ndarray = field(default_factory=lambda: np.zeros(0))
    tariff_eur_per_kwh: float = 0.0
    carbon_kg_per_kwh: float = 0.0


def quality_of(scene_path: Path, recording_path: Path, asset_id: str, until_ns: int = 0) -> QualityView:
    """Quality and energy of an asset up to a moment (0: the end). Raises TwinError."""
    scene = load_scene(scene_path, geometry=False)
    asset = next((a for a in scene.assets if a.asset_id == asset_id), None)
    if asset is None:
        raise DataError("the scene has no such asset", asset_id)
    recording = opened(recording_path, scene)
    try:
        minutes = minutes_of(recording, scene, [asset], until_ns, roles=ROLES)[0]
    finally:
        recording.close()
    return seen(minutes, asset, scene)


def seen(minutes: Minutes, asset: Asset, scene: Scene) -> QualityView:
    """The same from the recorded minutes of an asset."""
    tags = {scene.tags[row].key: scene.tags[row] for row in asset.tags}
    on = is_running(minutes, tags)
    charts, chart_note = _charts(minutes, tags, on)
    association, association_note = _association(minutes, tags, on)
    made = _made(minutes, "count_good")
    energy = _energy(minutes, on, made, scene.energy)
    last = int(minutes.time_ns[-1]) if len(minutes.time_ns) else 0
    return QualityView(
        asset.asset_id, last, charts, chart_note, association, association_note, *energy,
        scene.energy.tariff_eur_per_kwh, scene.energy.carbon_kg_per_kwh,
    )  # fmt: skip


# Control charts ------------------------------------------------------------------------------------------------------


def _charts(minutes: Minutes, tags: dict[str, Tag], on: np.ndarray) -> tuple[tuple[ControlChart, ...], str]:
    found = []
    size = max(1, len(on) // SHOWN)
    time = _means(minutes.time_ns.astype(float), size)
    for role in CHARTED:
        key = next((k for k, r in minutes.role.items() if r == role and k in minutes.value), None)
        if key is None:
            continue
        value = _means(np.where(on, minutes.value[key], np.nan), size)
        known = np.isfinite(value)
        if known.sum() < 2 * LEAST or np.ptp(value[known]) == 0:
            continue
        values, at = value[known], time[known].astype(np.int64)
        shown = chart(values, max(LEAST, int(LEARN * len(values))))
        tag = tags[key]
        found.append(ControlChart(tag.key, tag.unit, at, values, shown.centre, shown.lower, shown.upper, shown.broken))
    note = "" if found else f"A chart needs {2 * LEAST} stretches of running with a signal that moves."
    return tuple(sorted(found, key=lambda c: -int((c.broken > 0).sum()))), note


def _means(x: np.ndarray, size: int) -> np.ndarray:
    """float64 (n // size,): means of stretches, NaN where a stretch has nothing."""
    n = len(x) // size * size
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a stretch without a value is NaN, and meant to be
        return np.nanmean(x[:n].reshape(-1, size), axis=1)


def _made(minutes: Minutes, role: str) -> np.ndarray | None:
    """float64 (n,): parts counted in each step, NaN where that is not known; None without a counter."""
    count = minutes.of_role(role)
    if count is None:
        return None
    step = np.diff(count, prepend=count[:1])
    return np.where(step >= 0, step, np.nan)  # a counter that went back was set anew


# What goes with scrap ------------------------------------------------------------------------------------------------


def _association(minutes: Minutes, tags: dict[str, Tag], on: np.ndarray) -> tuple[Association | None, str]:
    scrap, good = _made(minutes, "count_scrap"), _made(minutes, "count_good")
    if scrap is None:
        return None, "This asset counts no scrap, so nothing can be said about defects."
    keys = [k for k, r in minutes.role.items() if r in PROCESS and k in minutes.value]
    size = max(1, len(on) // ROWS)
    n = len(on) // size * size
    bad = np.nansum(scrap[:n].reshape(-1, size), axis=1) > 0
    made = np.nansum(scrap[:n].reshape(-1, size), axis=1)
    if good is not None:
        made = made + np.nansum(good[:n].reshape(-1, size), axis=1)
    if not keys or not n:
        return None, "This asset has no process values that could go with its scrap."
    values = np.column_stack([_means(np.where(on, minutes.value[k], np.nan), size) for k in keys])
    rows = (made > 0) & np.isfinite(values).all(axis=1)
    names = tuple(f"{tags[k].key}, {tags[k].unit}" if tags[k].unit else tags[k].key for k in keys)
    try:
        return associated(values[rows], bad[rows], names), ""
    except DataError as error:
        return None, f"{error.text[:1].upper()}{error.text[1:]}: {error.remedy}"


# Energy --------------------------------------------------------------------------------------------------------------


def _energy(
    minutes: Minutes, on: np.ndarray, made: np.ndarray | None, settings: EnergySettings
) -> tuple[EnergyDrift | None, str, bool, np.ndarray, np.ndarray, np.ndarray]:
    none = np.zeros(0)
    power = minutes.of_role("power")
    if power is None:
        return None, "This asset has no power meter.", False, none.astype(np.int64), none, none
    size = max(1, len(on) // (4 * SHOWN))
    covered = [x for name in COVARIATES if (x := minutes.of_role(name)) is not None]
    use = _means(np.where(on, power, np.nan), size)
    load = np.column_stack([_means(np.where(on, x, np.nan), size) for x in covered] or [np.zeros(len(use))])
    known = np.isfinite(use) & np.isfinite(load).all(axis=1)
    time = _means(minutes.time_ns.astype(float), size)
    share = float(on.mean()) if len(on) else 0.0
    found = drift(use[known], load[known], settings.tariff_eur_per_kwh, settings.carbon_kg_per_kwh, share)
    if found is None:
        text = "Too few stretches of running are recorded for a baseline of its energy."
        return None, text, False, none.astype(np.int64), none, none
    baseline = learned(use[known][: int(LEARN * known.sum())], load[known][: int(LEARN * known.sum())], 1e-6)
    expected = np.full(len(use), np.nan)
    if baseline is not None:
        expected[known] = baseline.expected(load[known])
    per_part = made is not None and np.nansum(made) > 0
    if made is not None and per_part:
        hours = float(np.diff(minutes.time_ns[:2])[0]) / 1e9 / HOUR_S
        parts = _means(np.where(on, made, np.nan), size)  # per step
        with np.errstate(divide="ignore", invalid="ignore"):
            use, expected = use * hours / parts, expected * hours / parts
        usual = np.nanmedian(use[np.isfinite(use)]) if np.isfinite(use).any() else np.nan
        known &= np.isfinite(use) & (use < 5 * usual)  # a stretch with next to no part says nothing
    smooth = max(1, int(known.sum()) // SHOWN)
    return (
        found, "", per_part, _means(time[known], smooth).astype(np.int64), _means(use[known], smooth),
        _means(expected[known], smooth),
    )  # fmt: skip
