"""What comes of the work: whether a repair helped, and how maintenance itself goes."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from twinviewer.maintenance.orders.indicators import Yardsticks
from twinviewer.maintenance.orders.model import Check, Order, beside_text
from twinviewer.maintenance.prognosis.signals import ROLES, is_running
from twinviewer.maintenance.recorded import HOUR_NS, MINUTE_NS, Minutes, minutes_of, opened, running, unit_of
from twinviewer.maintenance.settings import MaintenanceSettings, read_settings
from twinviewer.model.asset import Tag
from twinviewer.scene.scene import Scene, load_scene

AROUND_NS = 24 * HOUR_NS  # how long before and after the work signals are looked at
SETTLE_NS = 3 * MINUTE_NS
LEAST = 10  # records while running, on either side
CHANGED = 0.05  # share of a level that counts as a change
LOOK_BACK_DAYS = 2.0
NAN = float("nan")


def helped(scene_path: Path, recording_path: Path, order: Order, until_ns: int = 0) -> str:
    """Whether finished work changed the signals that show wear, in a sentence; "" for work that never ran.

    Compares medians while the asset ran within a day before and a day after. Raises TwinError.
    """
    if not (order.begun_ns and order.ended_ns):
        return ""
    scene = load_scene(scene_path, geometry=False)
    asset = next((a for a in scene.assets if a.asset_id == order.asset_id), None)
    if asset is None:
        return ""
    recording = opened(recording_path, scene)
    try:
        end_ns = order.ended_ns + AROUND_NS
        end_ns = min(end_ns, until_ns) if until_ns else end_ns
        span = (end_ns - order.begun_ns) / (24 * HOUR_NS) + LOOK_BACK_DAYS
        minutes = minutes_of(recording, scene, [asset], end_ns, span)[0]
    finally:
        recording.close()
    tags = {scene.tags[row].key: scene.tags[row] for row in asset.tags}
    return _compared(minutes, tags, order.begun_ns, order.ended_ns)


def _compared(minutes: Minutes, tags: dict[str, Tag], begun_ns: int, ended_ns: int) -> str:
    time, on = minutes.time_ns, is_running(minutes, tags)
    before = on & (time < begun_ns) & (time >= begun_ns - AROUND_NS)
    after = on & (time > ended_ns + SETTLE_NS) & (time <= ended_ns + AROUND_NS)
    changes = []
    for key, role in minutes.role.items():
        if role not in ROLES or key not in minutes.value:
            continue
        old, new = (x[np.isfinite(x)] for x in (minutes.value[key][before], minutes.value[key][after]))
        if len(old) >= LEAST and len(new) >= LEAST:
            a, b = float(np.median(old)), float(np.median(new))
            changes.append((ROLES[role] * (a - b) / max(abs(a), 1e-9), role == "vibration", tags[key], a, b))
    if not changes:
        ran = int(after.sum())
        return f"Too early to tell whether it helped: {ran} records since the work." if ran < LEAST else ""
    gain, _, tag, a, b = max(changes, key=lambda c: (c[0] > CHANGED, c[1], c[0]))
    said = f"{tag.key.lower()} {a:.3g} before, {b:.3g} {unit_of(tag)} since".strip()
    if gain > CHANGED:
        return f"It helped: {said}."
    return f"It is worse since: {said}." if gain < -CHANGED else f"No change is seen: {said}."


def yardsticks(scene_path: Path, recording_path: Path | None) -> Yardsticks:
    """What the indicators of a scene are measured by. Raises TwinError."""
    scene, settings = load_scene(scene_path, geometry=False), read_settings(scene_path)
    run = NAN
    if recording_path is not None:
        recording = opened(recording_path, scene)
        try:
            _, pace = running(recording, scene, scene.assets)
        finally:
            recording.close()
        run = sum(pace.values()) if pace else NAN
    return Yardsticks(run, weekly_work_h(settings), expected_mtbf_h(scene, settings))


def weekly_work_h(settings: MaintenanceSettings) -> float:
    """Person hours that all crews can work in a week."""
    shifts = [s for crew in settings.crews for s in crew.shifts]
    return float(sum(len(s.days) * (s.hours[1] - s.hours[0]) * s.people for s in shifts))


def expected_mtbf_h(scene: Scene, settings: MaintenanceSettings) -> float:
    """Operating hours per failure of an asset, as the component lives of maintenance.toml say; NaN without any."""
    rates = [sum(1 / c.life_h for c in settings.of_type(a.type).component) for a in scene.assets if a.tags]
    return len(rates) / sum(rates) if sum(rates) > 0 else NAN


def detailed(order: Order, type_name: str, settings: MaintenanceSettings) -> Order:
    """A work order of a known kind of work, with its skill, tools, lock-out and checklist of maintenance.toml."""
    work = next((w for w in settings.of_type(type_name).work if w.title == order.title), None)
    if work is None:
        return order
    checks = order.checks or tuple(Check(text) for text in work.checks)
    told = {"lock_out": work.lock_out, "lock_out_h": work.lock_out_h, "tools": ", ".join(work.tools)}
    who = {"skill": work.skill, "people": work.people, "also": beside_text(work.beside)}
    return replace(order, stops=work.stops, checks=checks, **who, **told)
