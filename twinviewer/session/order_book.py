"""What the order book of the flow model asks of each group in the hours of a plan: where it asks little, standing is
cheap. Maintenance and simulation do not know each other; this brings them together."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from twinviewer.maintenance.planning.calendar import Hours
from twinviewer.maintenance.service import Production
from twinviewer.maintenance.settings import MaintenanceSettings, read_settings
from twinviewer.model.asset import Asset
from twinviewer.model.errors import TwinError
from twinviewer.session.lost_production import stations_of

if TYPE_CHECKING:
    from twinviewer.simulation.line import Line, Order


def production_of(scene_path: Path, assets: Sequence[Asset]) -> Production:
    """What a plan asks of production: the order book of the scene's flow model, where it has one that can be used."""
    return Production(booked=partial(_booked, scene_path, assets))


def _booked(scene_path: Path, assets: Sequence[Asset], hours: Hours) -> dict[str, np.ndarray]:
    from twinviewer.simulation.reading import load_line

    folder = scene_path if scene_path.is_dir() else scene_path.parent
    if not (folder / "line.toml").is_file():
        return {}
    try:
        return booked(load_line(folder), read_settings(scene_path), assets, hours)
    except TwinError:
        return {}  # what is wrong with the flow model is said where stops are simulated


def booked(line: "Line", settings: MaintenanceSettings, assets: Sequence[Asset], hours: Hours) -> dict[str, np.ndarray]:
    """By group, float64 (hours,): the share (0-1) of each hour that its orders need, NaN after the last due date.

    Each order is made as late as its due date allows, at the pace of each station, of which the busiest counts; what a
    day holds is spread evenly over its working hours, as hours within a day can be exchanged. Dates are local time;
    dues as spans count from the plan's start, as in a what-if that starts now.
    """
    due_h = _due_hours(line, hours)
    last = min(int(np.ceil(max((h for h in due_h if np.isfinite(h)), default=0.0))), hours.count)
    if last <= 0:
        return {}
    found = {}
    for group, machines in stations_of(line, settings, assets).items():
        shares = [_share_of(line, name, due_h, hours, last) for name in sorted({name for name, _machine in machines})]
        known = [share for share in shares if share is not None]
        if known:
            share = np.full(hours.count, np.nan)
            share[:last] = np.max(known, axis=0)
            found[group] = share
    return found


def _share_of(line: "Line", name: str, due_h: Sequence[float], hours: Hours, last: int) -> np.ndarray | None:
    """float64 (last,): what the book asks of one station; None where no order passes it."""
    need_h = [_hours_of(order, line, name) for order in line.order]
    if not any(need_h):
        return None
    works = _open(line, name, hours)[:last]
    return _daily(_filled(need_h, due_h, works), works, hours.day[:last])


def _due_hours(line: "Line", hours: Hours) -> list[float]:
    from twinviewer.simulation.tables import due_s

    return [due_s(order.due, _begin(hours)) / 3600.0 for order in line.order]


def _begin(hours: Hours) -> datetime:
    """The plan's start in local time, as a flow model counts it."""
    return datetime.fromordinal(int(hours.day[0])).replace(hour=int(hours.clock[0]))


def _hours_of(order: "Order", line: "Line", name: str) -> float:
    """Hours that a station works on an order, all its machines together; 0 where it does not pass."""
    from twinviewer.simulation.quantities import distribution

    product, station = line.product.get(order.product), line.station[name]
    if product is not None and product.route and name not in product.route:
        return 0.0
    times = station.time
    if not isinstance(times, str | int | float):
        times = times.get(order.product) or times.get("default") or next(iter(times.values()))
    batch = station.batch if isinstance(station.batch, int) else station.batch.size if station.batch else 1
    return order.quantity * distribution(times).mean / station.speed / station.machines / batch / 3600.0


def _open(line: "Line", name: str, hours: Hours) -> np.ndarray:
    """float64 (hours,): the share of each hour in which a station works by its calendar."""
    from twinviewer.simulation.calendars import windows

    calendar = line.station[name].calendar
    if calendar is None:
        return np.ones(hours.count)
    edges = 3600.0 * np.arange(hours.count + 1)
    until = np.zeros(len(edges))
    for begin, end in windows(line.calendar[calendar], _begin(hours), float(edges[-1])):
        until += np.clip(edges, begin, end) - begin
    return np.diff(until) / 3600.0


def _filled(need_h: Sequence[float], due_h: Sequence[float], works: np.ndarray) -> np.ndarray:
    """float64 (hours,): hours of work in each hour when all orders are made as late as they may be."""
    free = works.copy()
    for k in sorted(range(len(need_h)), key=lambda k: -min(due_h[k], len(works))):
        left = need_h[k]
        for h in range(int(min(due_h[k], len(works))) - 1, -1, -1):
            taken = min(left, free[h])
            free[h] -= taken
            left -= taken
            if left <= 0:
                break
    return works - free


def _daily(used: np.ndarray, works: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Each working hour with the share that its day needs; 0 where nobody works."""
    share = np.zeros(len(used))
    for number in np.unique(day):
        today = day == number
        there = works[today].sum()
        if there > 0:
            share[today] = np.where(works[today] > 0, used[today].sum() / there, 0.0)
    return share
