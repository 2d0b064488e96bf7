"""Calendars as arrays over whole hours: shifts of crews, planned stops, demand, and what an hour of a group costs."""

from collections.abc import Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np

from twinviewer.maintenance.plan_results import PlannedStop
from twinviewer.maintenance.planning.problem import Crew
from twinviewer.maintenance.settings import MaintenanceSettings
from twinviewer.maintenance.settings_tables import DAYS, CrewSettings, Group, Stop

HOUR_NS = 3_600_000_000_000
LOW = 0.5  # share of the usual loss up to which demand is called low


class Hours:
    """The hours of a plan in local time: `weekday` 0-6, `clock` 0-23, `week` and `day` (numbers that go on from year to
    year), int64 (hours,)."""

    def __init__(self, start_ns: int, count: int, zone: str) -> None:
        self.start_ns, self.count = start_ns, count
        place = ZoneInfo(zone)
        moments = [datetime.fromtimestamp(start_ns // 10**9 + 3600 * h, UTC).astimezone(place) for h in range(count)]
        self.weekday = np.array([m.weekday() for m in moments], np.int64)
        self.clock = np.array([m.hour for m in moments], np.int64)
        self.day = np.array([m.date().toordinal() for m in moments], np.int64)
        self.week = (self.day - 1) // 7  # Monday is the first day of a week, as day 1 of year 1 was one

    def within(self, days: tuple[str, ...], hours: tuple[int, int]) -> np.ndarray:
        """bool (hours,): these weekdays between these local hours."""
        numbers = [DAYS.index(d) for d in days]
        return np.isin(self.weekday, numbers) & (self.clock >= hours[0]) & (self.clock < hours[1])


def crew_of(settings: CrewSettings, hours: Hours) -> Crew:
    """A crew over the hours of a plan."""
    there = np.zeros(hours.count, np.int64)
    for shift in settings.shifts:
        there += shift.people * hours.within(shift.days, shift.hours)
    for away in settings.away:
        gone = (hours.day >= away.first.toordinal()) & (hours.day <= away.last.toordinal())
        there = np.where(gone, np.maximum(there - away.people, 0) if away.people else 0, there)
    ordinary = hours.within(DAYS[:5], (6, 22))
    rate = settings.eur_per_h * np.where(ordinary, 1.0, 1.0 + settings.extra)
    return Crew(settings.name, frozenset(settings.skills), there, rate)


def stop_hours(stop: Stop, hours: Hours) -> np.ndarray:
    """bool (hours,): when a planned stop is; only whole hours of it count."""
    if stop.day is not None and stop.hours is not None:
        return hours.within((stop.day,), stop.hours) & (hours.week % stop.every_weeks == 0)
    assert stop.begins is not None
    assert stop.ends is not None
    now = hours.day * 24.0 + hours.clock
    return (now >= _hour_of(stop.begins)) & (now + 1 <= _hour_of(stop.ends))


def _hour_of(moment: datetime) -> float:
    return moment.toordinal() * 24 + moment.hour + moment.minute / 60 + moment.second / 3600


def planned_stops(settings: MaintenanceSettings, hours: Hours) -> tuple[PlannedStop, ...]:
    """All planned stops within the plan, each as one stretch."""
    found = [s for stop in settings.stops for s in _stretches(stop.group, stop_hours(stop, hours), hours, stop.reason)]
    return tuple(sorted(found, key=lambda s: (s.start_ns, s.group)))


def demand_of(group: Group, hours: Hours, booked: np.ndarray | None) -> np.ndarray:
    """float64 (hours,): the share of its full loss that an hour costs, 0-1: by the order book as far as it reaches
    (`booked`, NaN beyond), else by the group's own calendar."""
    usual = np.where(hours.within(group.days, group.hours), 1.0, group.outside)
    return usual if booked is None else np.where(np.isnan(booked), usual, np.clip(booked, 0.0, 1.0))


def book_said(booked: Mapping[str, np.ndarray], hours: Hours) -> tuple[str, ...]:
    """How far the order book reaches, where there is one that ends before the plan does."""
    reach = max((int((~np.isnan(share)).sum()) for share in booked.values()), default=0)
    if not 0 < reach < hours.count:
        return ()
    return (
        f"The order book reaches {reach / 24:.1f} d into the plan; after it, low demand is as maintenance.toml says.",
    )


def low_demand(
    settings: MaintenanceSettings, hours: Hours, booked: Mapping[str, np.ndarray] | None = None
) -> tuple[PlannedStop, ...]:
    """When standing costs a group at most half of what it does at full demand, each as one stretch."""
    found = []
    for group in settings.groups:
        own = (booked or {}).get(group.path)
        share = demand_of(group, hours, own)
        told = np.zeros(hours.count, bool) if own is None else ~np.isnan(own)
        for value in np.unique(share[share <= LOW]):
            usual = f"low demand: {100 * value:.0f} % of the usual loss"
            orders = f"low demand: the order book needs {100 * value:.0f} % of these hours"
            found += _stretches(group.path, (share == value) & ~told, hours, usual)
            found += _stretches(group.path, (share == value) & told, hours, orders)
    return tuple(sorted(found, key=lambda s: (s.start_ns, s.group)))


def _stretches(group: str, on: np.ndarray, hours: Hours, reason: str) -> list[PlannedStop]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], on, [False]]).astype(np.int8)))
    pairs = zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
    begin = hours.start_ns
    return [PlannedStop(group, begin + first * HOUR_NS, begin + last * HOUR_NS, reason) for first, last in pairs]


def loss_of(
    group: Group, settings: MaintenanceSettings, hours: Hours, eur_per_h: float, booked: np.ndarray | None = None
) -> np.ndarray:
    """float64 (hours,): what each hour costs in which the group stands, beyond its planned stops."""
    demand = demand_of(group, hours, booked)
    for stop in settings.stops:
        if stop.group == group.path:
            demand = np.where(stop_hours(stop, hours), 0.0, demand)
    return eur_per_h * demand
