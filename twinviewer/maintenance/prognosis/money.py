"""What it is expected to cost to act now, at the next planned stop, in a week, or not at all."""

from collections.abc import Callable

import numpy as np

from twinviewer.maintenance.planning.calendar import HOUR_NS, Hours, planned_stops
from twinviewer.maintenance.results import Choice
from twinviewer.maintenance.settings import MaintenanceSettings
from twinviewer.maintenance.settings_tables import Group
from twinviewer.model.asset import Asset

WEEK_H = 168
HORIZON_D = 30.0
Within = Callable[[np.ndarray], np.ndarray]


def choices(
    asset: Asset, settings: MaintenanceSettings, now_ns: int, within: Within
) -> tuple[tuple[Choice, ...], float]:
    """The choices, and what waiting a week is expected to cost beyond acting now (EUR; 0 where a failure costs no more
    than the work). `within` gives P(failure) by days."""
    kind = settings.of_type(asset.type)
    work = next((w for c in kind.component for w in kind.work if w.title == c.renewed_by), None)
    if work is None:
        return (), float("nan")
    group = group_of(asset, settings)
    rate = group.eur_per_h if group is not None and kind.stands_with == "group" else 0.0
    failed = kind.failure_eur + kind.failure_h * rate
    doing = settings.doing_eur(work)
    stop_h = _next_stop(group, settings, now_ns, work.whole_h)
    standing = rate if work.stops else 0.0
    moments = [("now", "now", 0.0, standing), ("in_a_week", "in a week", float(WEEK_H), standing)]
    if stop_h is not None:
        moments.insert(1, ("planned_stop", "at the next planned stop", stop_h, 0.0))
    found = []
    for name, label, hours, lost in moments:
        risk = float(within(np.array([hours / 24]))[0])
        cost = risk * failed + (1 - risk) * (doing + lost * work.whole_h)
        found.append(Choice(name, label, now_ns + int(hours * HOUR_NS), risk, cost))
    risk = float(within(np.array([HORIZON_D]))[0])
    found.append(Choice("not_at_all", "not within 30 d", now_ns + int(HORIZON_D * 24 * HOUR_NS), risk, risk * failed))
    by_name = {c.name: c for c in found}
    return tuple(found), max(by_name["in_a_week"].cost_eur - by_name["now"].cost_eur, 0.0)


def group_of(asset: Asset, settings: MaintenanceSettings) -> Group | None:
    """The longest listed group in whose path an asset lies."""
    path = "/".join(asset.path)
    inside = [g for g in settings.groups if f"/{g.path}/" in f"/{path}/"]
    return max(inside, key=lambda g: len(g.path), default=None)


def _next_stop(group: Group | None, settings: MaintenanceSettings, now_ns: int, duration_h: int) -> float | None:
    if group is None or not now_ns:
        return None
    start_ns = -(-now_ns // HOUR_NS) * HOUR_NS
    stops = planned_stops(settings, Hours(start_ns, 3 * WEEK_H, settings.zone))
    long = [s for s in stops if s.group == group.path and s.end_ns - s.start_ns >= duration_h * HOUR_NS]
    return (long[0].start_ns - now_ns) / HOUR_NS if long else None
