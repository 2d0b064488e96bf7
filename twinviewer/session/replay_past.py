"""The past of a replay as a time line asks for it: read in the archive's thread, so that no disk holds the window."""

import time
from collections.abc import Iterable
from typing import Protocol, runtime_checkable

import numpy as np

from twinviewer.model.note import Note
from twinviewer.scene.scene import Scene
from twinviewer.session.archive import Archive
from twinviewer.session.journal import Band, Change, Mark
from twinviewer.session.past_changes import ChangesReader
from twinviewer.session.reading_past import ReadingPast
from twinviewer.session.stretch import AGAIN_NS, NO_SHARES, Stretch

NS = 1_000_000_000
GROWN_NS = 5 * NS  # so much more recorded is worth reading the states anew


@runtime_checkable
class Spanned(Protocol):
    """What is known of a recording without reading it."""

    def seen(self) -> tuple[int, int]:
        """The first and the last moment recorded (UTC ns)."""
        ...


class ReplayPast(ReadingPast):
    """A `Past` that gives what was read and has the rest read: ask again to see it, `reading` says of what."""

    def __init__(self, scene: Scene, archive: Archive, source: Spanned) -> None:
        super().__init__(scene, archive)
        self._source = source
        self._changes = ChangesReader(scene, archive)
        self._asked: tuple[int, int, int] = (0, 0, 0)  # what was asked for last, and when

    def seen(self) -> tuple[int, int]:
        """The first and the last moment recorded (UTC ns)."""
        return self._source.seen()

    def reading(self, from_ns: int, to_ns: int) -> bool:
        """Whether a part of a stretch is recorded but not known yet."""
        first, last = self.seen()
        first, last = max(first, from_ns), min(last, to_ns)
        read = self._stretches.read
        return first < last and not (read is not None and read.holds(first, last))

    def bands(self, asset_id: str, from_ns: int, to_ns: int) -> list[Band]:
        """The asset's states between two moments, in order."""
        read = self._upto(from_ns, to_ns)
        return read.bands_between(asset_id, from_ns, to_ns) if read is not None else []

    def shares(self, from_ns: int, to_ns: int) -> tuple[np.ndarray, np.ndarray]:
        """Times int64 (k,) and how many assets were in each state from then on, int64 (k, 9)."""
        read = self._upto(from_ns, to_ns)
        return read.shares_between(from_ns, min(to_ns, self.seen()[1])) if read is not None else NO_SHARES

    def marks(self, from_ns: int, to_ns: int) -> list[Mark]:
        """Alarms raised between two moments, in order."""
        read = self._upto(from_ns, to_ns)
        return read.marks_between(from_ns, to_ns) if read is not None else []

    def next_mark(self, time_ns: int, sign: int) -> tuple[int | None] | None:
        """When the alarm before or after a moment was raised, as `MarkFinder.find` tells it. Raises TwinError."""
        return self._finder.find(time_ns, sign)

    def notes(self, from_ns: int, to_ns: int) -> list[Note]:
        """Notes between two moments, in order."""
        return self._notes.between(from_ns, to_ns, time.monotonic_ns())

    def changes(self, asset_ids: Iterable[str], until_ns: int, limit: int = 20) -> list[Change]:
        """The newest changes of state and alarms of these assets in the hours before a moment, oldest first."""
        return self._changes.before(asset_ids, until_ns, self.seen()[1])[-limit:]

    def changes_known(self, until_ns: int) -> bool:
        """Whether the changes before a moment were read."""
        return self._changes.knows(until_ns)

    def _upto(self, from_ns: int, to_ns: int) -> Stretch | None:
        read, last_ns = self._stretches.take(), self.seen()[1]
        grown_ns = min(to_ns, last_ns) - (read.last_ns if read is not None else 0)
        if read is not None and read.serves(from_ns, to_ns) and grown_ns <= max(GROWN_NS, (to_ns - from_ns) // 200):
            return read
        now_ns = time.monotonic_ns()
        if self._asked[:2] != (from_ns, to_ns) or now_ns - self._asked[2] > AGAIN_NS:
            self._asked = from_ns, to_ns, now_ns
            self._stretches.ask(from_ns, to_ns, grows=True)
        return read
