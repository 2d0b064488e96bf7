"""The indicators of ISO 22400-2 of each line, as they are shown: figure, unit, formula, inputs, target."""

import math
from collections.abc import Callable, Mapping, Sequence

from twinviewer.kpi import iso22400
from twinviewer.kpi.lines import Line
from twinviewer.model.frame import Kpi

INDICATORS: tuple[tuple[str, str, Callable[[iso22400.UnitTimes], float], str], ...] = (
    ("oee", "OEE", iso22400.oee, "%"),
    ("availability", "availability", iso22400.availability, "%"),
    ("effectiveness", "effectiveness", iso22400.effectiveness, "%"),
    ("quality_ratio", "quality ratio", iso22400.quality_ratio, "%"),
    ("utilisation_efficiency", "utilisation efficiency", iso22400.utilisation_efficiency, "%"),
    ("allocation_efficiency", "allocation efficiency", iso22400.allocation_efficiency, "%"),
    ("mtbf", "MTBF", iso22400.mtbf_s, "h"),
    ("mttr", "MTTR", iso22400.mttr_s, "min"),
)
SCALE = {"%": 100.0, "h": 1 / 3600, "min": 1 / 60}


def scene_target(targets: Mapping[str, float], key: str, unit: str) -> float | None:
    """A target of scene.toml in the unit shown: shares up to 1 become %, seconds become h or min.

    A target of one line ("oee.Line A") goes before the one of all ("oee").
    """
    for name in (key, key.split(".", 1)[0]):
        if name in targets:
            value = targets[name]
            return value * SCALE[unit] if unit in ("h", "min") or (unit == "%" and value <= 1) else value
    return None


def line_indicators(targets: Mapping[str, float], lines: Sequence[Line], hours: float, energy_kwh: float) -> list[Kpi]:
    """The ten of ISO 22400-2: eight of each line's bottleneck, each line's throughput rate, the energy per part.

    `lines` have counted for `hours`; `energy_kwh` is that of all assets meanwhile.
    """
    found: list[Kpi] = []
    parts = 0.0
    for line in lines:
        k = line.bottleneck()
        if k is not None:
            found += unit_kpis(targets, line, k, line.unit_times(k))
        counter = line.last_counter()
        made = counter.total if counter is not None else float("nan")
        parts += made if math.isfinite(made) else 0.0
        found.append(throughput(targets, line, made, hours))
    return [*found, energy_per_part(targets, parts, energy_kwh)]


def unit_kpis(targets: Mapping[str, float], line: Line, k: int, unit: iso22400.UnitTimes) -> list[Kpi]:
    """The eight indicators of one work unit."""
    inputs = {**unit.inputs, "failures": float(unit.failures), "repair_s": unit.ttr_s}
    note = f"of the bottleneck {line.stations[k].asset_id}"
    found = []
    for key, label, formula, sign in INDICATORS:
        name = f"{key}.{line.name}"
        value = formula(unit) * SCALE[sign]
        target = scene_target(targets, name, sign)
        title = f"{line.name}: {label}"
        found.append(Kpi(name, title, value, sign, iso22400.FORMULAS[key], inputs, None, 0, target, note))
    return found


def throughput(targets: Mapping[str, float], line: Line, parts: float, hours: float) -> Kpi:
    """The throughput rate of a line."""
    name = f"throughput.{line.name}"
    target = scene_target(targets, name, "parts/h")
    return Kpi(
        name,
        f"{line.name}: throughput rate",
        iso22400.ratio(parts, hours),
        "parts/h",
        "GQ of the last counting station / hours counted",
        {"GQ": parts, "hours": hours},
        target=scene_target(targets, f"rate.{line.name}", "parts/h") if target is None else target,
    )


def energy_per_part(targets: Mapping[str, float], parts: float, energy_kwh: float) -> Kpi:
    """Energy of all assets for each good part that left a line."""
    inputs = {"energy_kwh": energy_kwh, "GQ": parts}
    value = iso22400.ratio(energy_kwh, parts)
    target = scene_target(targets, "energy_per_part", "kWh")
    return Kpi("energy_per_part", "Energy per part", value, "kWh", "energy of all meters / GQ", inputs, target=target)
