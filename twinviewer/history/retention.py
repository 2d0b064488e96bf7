"""How long a recording is kept: raw samples by age and size, aggregates longer. Its folder says it itself."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from twinviewer.history.layout import (
    COARSE,
    DAY_NS,
    HOUR_NS,
    JOURNALS,
    LIVE,
    MINUTES,
    RAW,
    RETENTION,
    SAMPLES,
    Part,
    day_ns,
    part_of,
)
from twinviewer.history.manifest import replace
from twinviewer.model.errors import DataError, RecordingError

GB = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Retention:
    """Limits; None keeps for ever. `raw_gb` (10^9 bytes) bounds samples and what is not compacted yet.

    `raw_days` is the age of samples, `minute_days` that of aggregates, changes of state and journals.
    """

    raw_days: float | None = None
    raw_gb: float | None = None
    minute_days: float | None = None

    def __post_init__(self) -> None:
        """Raises DataError for limits that cannot be meant."""
        for name, limit in asdict(self).items():
            if limit is not None and not (isinstance(limit, int | float) and limit > 0 and limit - limit == 0):
                raise DataError(f"{name} = {limit} is no limit for a recording", remedy="Give a number above 0.")
        if self.raw_days and self.minute_days and self.minute_days < self.raw_days:
            raise DataError(
                f"aggregates of {self.minute_days:g} days would go before samples of {self.raw_days:g} days",
                remedy="Keep the aggregates at least as long as the samples.",
            )

    def __str__(self) -> str:
        samples = " and ".join(
            text
            for text in (
                f"{self.raw_days:g} days" if self.raw_days else "",
                f"at most {self.raw_gb:g} GB" if self.raw_gb else "",
            )
            if text
        )
        minutes = f"{self.minute_days:g} days" if self.minute_days else "for ever"
        return f"samples: {samples or 'for ever'}; aggregates, alarms and actions: {minutes}"


@dataclass(frozen=True, slots=True)
class Doomed:
    """Files that go, in the order in which they must: names below the recording's folder, and their bytes."""

    files: tuple[tuple[str, int], ...]

    @property
    def size(self) -> int:
        """Bytes that become free."""
        return sum(size for _, size in self.files)

    @property
    def hours(self) -> list[str]:
        """The hours whose samples go, as their files are named, oldest first."""
        return [name.removeprefix(f"{SAMPLES}/") for name, _ in self.files if name.startswith(f"{SAMPLES}/")]


def load(folder: Path) -> Retention:
    """What the folder says; no limits where it says nothing. Raises RecordingError for what cannot be read."""
    path = folder / RETENTION
    try:
        return Retention(**json.loads(path.read_bytes()))
    except FileNotFoundError:
        return Retention()
    except (OSError, ValueError, TypeError, DataError) as error:
        raise RecordingError(
            f"how long this recording is kept cannot be read: {error}", str(path), "Set it anew with twinviewer retain."
        ) from error


def save(folder: Path, retention: Retention) -> None:
    """Let the folder say it; a recorder that runs heeds it from its next compaction on. Raises OSError."""
    replace(folder / RETENTION, json.dumps(asdict(retention)).encode())


def doomed(folder: Path, retention: Retention, now_ns: int) -> Doomed:
    """Whole hours that are too old, then the oldest that are too many. Raises OSError.

    Samples go before what belongs to them, so that a kill leaves no hour that looks whole and is not.
    """
    found: list[tuple[str, int]] = []
    parts = _parts(folder, SAMPLES)
    if retention.raw_days is not None:
        limit = now_ns - int(retention.raw_days * DAY_NS)
        found += _files(folder, RAW, [part for part in parts if part.hour_ns + HOUR_NS <= limit])
        parts = [part for part in parts if part.hour_ns + HOUR_NS > limit]
    if retention.raw_gb is not None:
        too_many = _raw_size(folder) - sum(size for _, size in found) - round(retention.raw_gb * GB)
        while parts and too_many > 0:
            oldest = _files(folder, RAW, [parts.pop(0)])
            found += oldest
            too_many -= sum(size for _, size in oldest)
    if retention.minute_days is not None:
        limit = now_ns - int(retention.minute_days * DAY_NS)
        found += _files(folder, COARSE, [p for p in _parts(folder, MINUTES) if p.hour_ns + HOUR_NS <= limit])
        for table in JOURNALS:
            old = [p for p in sorted((folder / table).iterdir()) if _ended(p) <= limit]
            found += [(f"{table}/{path.name}", path.stat().st_size) for path in old]
    return Doomed(tuple(found))


def apply_retention(folder: Path, retention: Retention, now_ns: int) -> Doomed:
    """Delete what is `doomed`; what that was. Raises OSError."""
    found = doomed(folder, retention, now_ns)
    for name, _ in found.files:
        (folder / name).unlink(missing_ok=True)
    return found


def _parts(folder: Path, name: str) -> list[Part]:
    return sorted(part for path in (folder / name).iterdir() if (part := part_of(path.name)))


def _raw_size(folder: Path) -> int:
    return sum(path.stat().st_size for name in (*RAW, LIVE) for path in (folder / name).iterdir())


def _files(folder: Path, tables: tuple[str, ...], parts: list[Part]) -> list[tuple[str, int]]:
    paths = [(f"{table}/{part.name}", folder / table / part.name) for part in parts for table in tables]
    return [(name, path.stat().st_size) for name, path in paths if path.exists()]


def _ended(path: Path) -> int:
    """When the day of a journal was over; never for any other file."""
    begun = day_ns(path.name)
    return begun + DAY_NS if begun is not None else 2**63
