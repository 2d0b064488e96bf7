"""How long a recording is kept: raw samples by age and size, aggregates longer."""

from dataclasses import dataclass
from pathlib import Path

from twinviewer.history.layout import (
    COARSE,
    DAY_NS,
    HOUR_NS,
    JOURNALS,
    LIVE,
    MINUTES,
    RAW,
    SAMPLES,
    Part,
    day_ns,
    part_of,
)


@dataclass(frozen=True, slots=True)
class Retention:
    """Limits; None keeps for ever. `raw_bytes` bounds samples, keyframes and what is not compacted yet."""

    raw_days: float | None = None
    raw_bytes: int | None = None
    minute_days: float | None = None


def apply_retention(folder: Path, retention: Retention, now_ns: int) -> list[str]:
    """Delete whole hours that are too old, then the oldest that are too many. Returns the names of deleted files.

    Samples go before their keyframes, so that a kill leaves no hour that looks whole and is not. Raises OSError.
    """
    gone: list[str] = []
    parts = _parts(folder, SAMPLES)
    if retention.raw_days is not None:
        limit = now_ns - int(retention.raw_days * DAY_NS)
        old = [part for part in parts if part.hour_ns + HOUR_NS <= limit]
        gone += _delete(folder, RAW, old)
        parts = [part for part in parts if part not in old]
    if retention.raw_bytes is not None:
        size = _size(folder)
        while parts and size > retention.raw_bytes:
            size -= sum((folder / name / parts[0].name).stat().st_size for name in RAW)
            gone += _delete(folder, RAW, [parts.pop(0)])
    if retention.minute_days is not None:
        limit = now_ns - int(retention.minute_days * DAY_NS)
        gone += _delete(folder, COARSE, [p for p in _parts(folder, MINUTES) if p.hour_ns + HOUR_NS <= limit])
        for table in JOURNALS:
            for path in (folder / table).iterdir():
                day = day_ns(path.name)
                if day is not None and day + DAY_NS <= limit:
                    path.unlink(missing_ok=True)
                    gone.append(path.name)
    return gone


def _parts(folder: Path, name: str) -> list[Part]:
    return sorted(part for path in (folder / name).iterdir() if (part := part_of(path.name)))


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for name in (*RAW, LIVE) for path in (folder / name).iterdir())


def _delete(folder: Path, names: tuple[str, ...], parts: list[Part]) -> list[str]:
    for part in parts:
        for name in names:
            (folder / name / part.name).unlink(missing_ok=True)
    return [part.name for part in parts]
