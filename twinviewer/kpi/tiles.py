"""The figures on the tiles: OEE of all lines, power, the worst vibration, alarms."""

from collections.abc import Sequence

import numpy as np

from twinviewer.kpi import iso22400
from twinviewer.kpi.energy import EnergyMeter
from twinviewer.kpi.lines import Line
from twinviewer.model.frame import AssetStates, Kpi
from twinviewer.model.quality import Quality
from twinviewer.model.state import Zone
from twinviewer.scene.scene import EnergySettings, Scene

ALARM_LIMIT_10_MIN = 10  # EEMUA 191
LEAST_BUSY_S = 60  # with less planned time a share says nothing
NOBODY_COUNTS = "no station counts parts"


def tile_keys(lines: Sequence[Line]) -> list[str]:
    """The keys of the built-in tiles, in their order."""
    return ["oee", *(f"rate.{line.name}" for line in lines[:2]), "power", "vibration", "alarms"]


def oee(lines: Sequence[Line], since: str) -> Kpi:
    """OEE of the shift over each line's slowest station; `since` says from when it counts."""
    units = [(line, line.bottleneck()) for line in lines]
    chosen = [(line, k, line.unit_times(k)) for line, k in units if k is not None]
    pbt = sum(u.pbt_s for _, _, u in chosen)
    made = sum(u.pri_s * u.gq for _, _, u in chosen)
    return Kpi(
        "oee",
        "OEE, shift",
        100 * iso22400.ratio(made, pbt) if pbt >= LEAST_BUSY_S else float("nan"),
        "%",
        "Σ PRI × GQ / Σ PBT over each line's slowest station (ISO 22400-2: availability × effectiveness × quality)",
        {f"{line.stations[k].asset_id} {name}": v for line, k, u in chosen for name, v in u.inputs.items()},
        note=since if chosen else NOBODY_COUNTS,
    )


def power(meter: EnergyMeter, energy: EnergySettings, since: str) -> Kpi:
    """Power of all meters now; the energy and carbon of the shift are among its inputs."""
    inputs = {
        "meters": float(meter.meters),
        "energy of the shift, kWh": meter.total_kwh,
        "carbon of the shift, kg": meter.total_kwh * energy.carbon_kg_per_kwh,
    }
    note = f"carbon factor {energy.carbon_kg_per_kwh:g} kg/kWh ({energy.carbon_source}); energy {since}"
    note = note if np.isfinite(meter.power_kw) else ""
    return Kpi("power", "Power", meter.power_kw, "kW", "sum of all meters with a usable value", inputs, note=note)


def vibration(scene: Scene, states: AssetStates) -> Kpi:
    """The worst of all assets, by zone and then by velocity."""
    formula = "highest zone (ISO 20816-3), then highest velocity"
    usable = (states.vibration_quality < Quality.STALE) & np.isfinite(states.vibration_mm_s)
    if not usable.any():
        return Kpi("vibration", "Worst vibration", float("nan"), "mm/s", formula)
    score = np.where(usable, states.zone * 1000.0 + np.nan_to_num(states.vibration_mm_s), -1.0)
    row = int(np.argmax(score))
    zone = Zone(int(states.zone[row]))
    priority = {Zone.D: 2, Zone.C: 3}.get(zone, 0)
    label = f"Worst vibration · {scene.assets[row].asset_id}"
    value = float(states.vibration_mm_s[row])
    note = f"zone {zone.name}" if zone else ""
    return Kpi("vibration", label, value, "mm/s", formula, {}, None, priority, None, note)


def alarms(alarms_10_min: int) -> Kpi:
    """Alarms raised in the last ten minutes, against the limit of a flood."""
    return Kpi(
        "alarms",
        f"Alarms in 10 min (limit {ALARM_LIMIT_10_MIN})",
        float(alarms_10_min),
        "",
        "alarms raised in the last ten minutes (EEMUA 191: a flood above 10)",
        priority=2 if alarms_10_min > ALARM_LIMIT_10_MIN else 0,
        target=float(ALARM_LIMIT_10_MIN),
    )
