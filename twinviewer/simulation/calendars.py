"""Shifts as breakpoints: when a machine works and how many people are there, in seconds from the start."""

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from twinviewer.model.errors import LineError
from twinviewer.simulation.line import Calendar

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONDAY = datetime(2026, 1, 5)
_WINDOW = re.compile(r"^\s*(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})\s*$")


def _days(text: str, where: str) -> list[int]:
    name = text.strip().lower()
    if name in ("all", "daily"):
        return list(range(7))
    chosen: list[int] = []
    for part in name.split(","):
        first, _, last = (x.strip()[:3] if x.strip() in _NAMES else x.strip() for x in part.partition("-"))
        if first not in DAYS or (last and last not in DAYS):
            raise LineError(f'"{text}" is not a day of the week', where, 'Write "mon", "mon-fri" or "all".')
        a, b = DAYS.index(first), DAYS.index(last or first)
        chosen += list(range(a, b + 1)) if a <= b else [*range(a, 7), *range(b + 1)]
    return chosen


def window_s(text: str, where: str) -> tuple[float, float]:
    """Begin and end of "06:00-14:00" in seconds after midnight; the end lies after the begin. Raises LineError."""
    match = _WINDOW.match(text)
    numbers = [int(x) for x in match.groups()] if match else []
    if not numbers or max(numbers[0], numbers[2]) > 24 or max(numbers[1], numbers[3]) > 59:
        raise LineError(f'"{text}" is not a window of time', where, 'Write "06:00-14:00".')
    begin, end = numbers[0] * 3600.0 + numbers[1] * 60, numbers[2] * 3600.0 + numbers[3] * 60
    return begin, end if end > begin else end + 86400.0  # a night shift runs into the next day


def windows(calendar: Calendar, start: datetime, horizon_s: float, where: str = "") -> list[tuple[float, float]]:
    """Open windows as seconds from `start`, merged and in order, clipped to [0, horizon_s]."""
    week: Mapping[int, list[tuple[float, float]]] = {d: [] for d in range(7)}
    for days, spans in calendar.week.items():
        for day in _days(days, where):
            week[day].extend(window_s(s, where) for s in spans)
    exceptions: dict[date, list[tuple[float, float]]] = {
        e.on: [window_s(s, where) for s in e.windows] for e in calendar.exceptions
    }
    first = datetime(start.year, start.month, start.day) - timedelta(days=1)
    open_: list[tuple[float, float]] = []
    day = first
    while (day - start).total_seconds() < horizon_s:
        offset = (day - start).total_seconds()
        for begin, end in exceptions.get(day.date(), week[day.weekday()]):
            open_.append((offset + begin, offset + end))
        day += timedelta(days=1)
    merged: list[tuple[float, float]] = []
    for begin, end in sorted(open_):
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((begin, end))
    return [(max(a, 0.0), min(b, horizon_s)) for a, b in merged if b > 0 and a < horizon_s]


def breakpoints(open_: list[tuple[float, float]], value: int) -> tuple[int, list[float], list[int]]:
    """The value at the start, then the times and values of its changes: `value` inside windows, 0 outside."""
    now = value if open_ and open_[0][0] <= 0 else 0
    times: list[float] = []
    values: list[int] = []
    for begin, end in open_:
        if begin > 0:
            times.append(begin)
            values.append(value)
        times.append(end)
        values.append(0)
    return now, times, values


def open_seconds(open_: list[tuple[float, float]], begin_s: float, end_s: float) -> float:
    """How long the windows are open between two moments."""
    return sum(max(0.0, min(b, end_s) - max(a, begin_s)) for a, b in open_)
