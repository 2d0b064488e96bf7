"""Calendars as arrays over whole hours: shifts of crews, planned stops, and what an hour of a group costs."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np

from twinviewer.maintenance.planning.problem import Crew
from twinviewer.maintenance.results import PlannedStop
from twinviewer.maintenance.settings import DAYS, CrewSettings, Group, MaintenanceSettings, Stop

HOUR_NS = 3_600_000_000_000


class Hours:
    """The hours of a plan in local time: `weekday` 0-6, `clock` 0-23, `week` (ISO number), int64 (hours,)."""

    def __init__(self, start_ns: int, count: int, zone: str) -> None:
        self.start_ns, self.count = start_ns, count
        place = ZoneInfo(zone)
        moments = [datetime.fromtimestamp(start_ns // 10**9 + 3600 * h, UTC).astimezone(place) for h in range(count)]
        self.weekday = np.array([m.weekday() for m in moments], np.int64)
        self.clock = np.array([m.hour for m in moments], np.int64)
        self.week = np.array([m.date().toordinal() // 7 for m in moments], np.int64)

    def within(self, days: tuple[str, ...], hours: tuple[int, int]) -> np.ndarray:
        """bool (hours,): these weekdays between these local hours."""
        numbers = [DAYS.index(d) for d in days]
        return np.isin(self.weekday, numbers) & (self.clock >= hours[0]) & (self.clock < hours[1])


def crew_of(settings: CrewSettings, hours: Hours) -> Crew:
    """A crew over the hours of a plan."""
    there = np.zeros(hours.count, np.int64)
    for shift in settings.shifts:
        there += shift.people * hours.within(shift.days, shift.hours)
    ordinary = hours.within(DAYS[:5], (6, 22))
    rate = settings.eur_per_h * np.where(ordinary, 1.0, 1.0 + settings.extra)
    return Crew(settings.name, frozenset(settings.skills), there, rate)


def stop_hours(stop: Stop, hours: Hours) -> np.ndarray:
    """bool (hours,): when a planned stop is."""
    return hours.within((stop.day,), stop.hours) & (hours.week % stop.every_weeks == 0)


def planned_stops(settings: MaintenanceSettings, hours: Hours) -> tuple[PlannedStop, ...]:
    """All planned stops within the plan, each as one stretch."""
    found = [s for stop in settings.stops for s in _stretches(stop.group, stop_hours(stop, hours), hours, stop.reason)]
    return tuple(sorted(found, key=lambda s: (s.start_ns, s.group)))


def low_demand(settings: MaintenanceSettings, hours: Hours) -> tuple[PlannedStop, ...]:
    """When standing costs a group less than in its hours of full demand, each as one stretch."""
    found = []
    for group in settings.groups:
        low = ~hours.within(group.days, group.hours)
        found += _stretches(group.path, low, hours, f"low demand: {100 * group.outside:.0f} % of the usual loss")
    return tuple(sorted(found, key=lambda s: (s.start_ns, s.group)))


def _stretches(group: str, on: np.ndarray, hours: Hours, reason: str) -> list[PlannedStop]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], on, [False]]).astype(np.int8)))
    pairs = zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
    begin = hours.start_ns
    return [PlannedStop(group, begin + first * HOUR_NS, begin + last * HOUR_NS, reason) for first, last in pairs]


def loss_of(group: Group, settings: MaintenanceSettings, hours: Hours, eur_per_h: float) -> np.ndarray:
    """float64 (hours,): what each hour costs in which the group stands, beyond its planned stops."""
    demand = np.where(hours.within(group.days, group.hours), 1.0, group.outside)
    for stop in settings.stops:
        if stop.group == group.path:
            demand = np.where(stop_hours(stop, hours), 0.0, demand)
    return eur_per_h * demand
