"""When shifts begin: times of the local day, from the scene's own list or the usual three."""

from collections.abc import Sequence
from datetime import datetime, timedelta

NS = 1_000_000_000
USUAL = ("06:00", "14:00", "22:00")


def minutes_of(text: str) -> int:
    """Minutes of the day of "HH:MM". Raises ValueError."""
    hours, _, minutes = text.strip().partition(":")
    if not (hours.isdigit() and minutes.isdigit() and int(hours) < 24 and int(minutes) < 60):
        raise ValueError(text)
    return int(hours) * 60 + int(minutes)


def shift_of(time_ns: int, starts: Sequence[str] = USUAL) -> tuple[int, int]:
    """Beginning and end (UTC ns) of the shift that a moment belongs to, by the clock of this computer's zone."""
    marks = sorted({minutes_of(s) for s in starts}) or [0]
    day = datetime.fromtimestamp(time_ns / NS).replace(hour=0, minute=0, second=0, microsecond=0)
    begins = [
        int((day + timedelta(days=shift, minutes=mark)).astimezone().timestamp()) * NS
        for shift in (-1, 0, 1)
        for mark in marks
    ]
    k = max(i for i, begin in enumerate(begins) if begin <= time_ns)
    return begins[k], begins[k + 1] if k + 1 < len(begins) else begins[k] + 86_400 * NS
