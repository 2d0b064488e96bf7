"""The past of a live plant: what its collector recorded before this session, then what the session saw itself."""

import numpy as np

from twinviewer.model.note import Note
from twinviewer.scene.scene import Scene
from twinviewer.session.archive import Archive
from twinviewer.session.journal import GAP_NS, Band, Journal, Mark
from twinviewer.session.reading_past import ReadingPast
from twinviewer.session.stretch import NO_SHARES, Stretch

NS = 1_000_000_000


class LivePast(ReadingPast):
    """A `Past` that gives what it knows at once and reads the rest in the archive's thread: ask again to see it."""

    def __init__(self, scene: Scene, archive: Archive, journal: Journal) -> None:
        super().__init__(scene, archive)
        self.archive = archive
        self._journal = journal
        self._stretches.ask(*self._before(0, 0))

    def seen(self) -> tuple[int, int]:
        """The first moment recorded, or seen where nothing was read yet, and the last one seen."""
        first, last = self._journal.seen()
        read = self._stretches.read
        return (min(read.first_ns, first) if read is not None and read.first_ns else first), last

    def reading(self, from_ns: int, to_ns: int) -> bool:
        """Whether a part of a stretch is recorded but not known yet."""
        first, last = self._before(from_ns, to_ns)
        read = self._stretches.read
        if read is None or not read.first_ns:
            return read is None and first < last
        first = max(first, read.first_ns)
        return first < last and not read.holds(first, last)

    def bands(self, asset_id: str, from_ns: int, to_ns: int) -> list[Band]:
        """The asset's states between two moments, in order."""
        read = self._upto(from_ns, to_ns)
        own = self._journal.bands(asset_id, self._own_from(from_ns), to_ns)
        past = read.bands_between(asset_id, from_ns, to_ns) if read is not None else []
        near = bool(past and own) and own[0].start_ns - past[-1].end_ns <= GAP_NS
        if near and past[-1].state is own[0].state:
            return [*past[:-1], Band(past[-1].start_ns, own[0].end_ns, own[0].state), *own[1:]]
        return past + own

    def shares(self, from_ns: int, to_ns: int) -> tuple[np.ndarray, np.ndarray]:
        """Times int64 (k,) and how many assets were in each state from then on, int64 (k, 9)."""
        read = self._upto(from_ns, to_ns)
        last = self._before(from_ns, to_ns)[1]
        time, counts = read.shares_between(from_ns, last) if read is not None else NO_SHARES
        own_time, own_counts = self._journal.shares(from_ns, to_ns)
        own = own_time >= self._own_from(0)
        own_time, own_counts = own_time[own], own_counts[own]
        before = time < own_time[0] if len(own_time) else np.ones(len(time), bool)
        return np.concatenate([time[before], own_time]), np.concatenate([counts[before], own_counts])

    def marks(self, from_ns: int, to_ns: int) -> list[Mark]:
        """Alarms raised between two moments, in order."""
        read = self._upto(from_ns, to_ns)
        begun = self._journal.seen()[0]
        past = read.marks_between(from_ns, to_ns) if read is not None else []
        known = {(m.time_ns, m.asset_id, m.text) for m in past}
        own = [m for m in self._journal.marks(from_ns, to_ns) if (m.time_ns, m.asset_id, m.text) not in known]
        return sorted([m for m in past if m.time_ns <= begun or not begun] + own, key=lambda m: m.time_ns)

    def next_mark(self, time_ns: int, sign: int) -> tuple[int | None] | None:
        """When the alarm before or after a moment was raised, as `MarkFinder.find` tells it. Raises TwinError."""
        own = self._journal.marks(0, time_ns - NS) if sign < 0 else self._journal.marks(time_ns + NS, 2**62)
        if own:
            return (own[-1].time_ns if sign < 0 else own[0].time_ns,)
        return self._finder.find(time_ns, sign)

    def notes(self, from_ns: int, to_ns: int) -> list[Note]:
        """Notes between two moments, in order."""
        return self._notes.between(from_ns, to_ns, self._journal.seen()[1])

    def _before(self, from_ns: int, to_ns: int) -> tuple[int, int]:
        """The part of a stretch that lies before this session, one second of overlap included."""
        begun = self._journal.known_ns or self._journal.seen()[0]
        return from_ns, min(to_ns, begun + NS) if begun else to_ns

    def _own_from(self, from_ns: int) -> int:
        """From when on the session is believed: before it knew anything, a recording that did knows better."""
        read, known_ns = self._stretches.read, self._journal.known_ns
        return max(from_ns, known_ns) if read is not None and 0 < read.first_ns < known_ns else from_ns

    def _upto(self, from_ns: int, to_ns: int) -> Stretch | None:
        read = self._stretches.take()
        first, last = self._before(from_ns, to_ns)
        if first < last and not (read is not None and read.serves(first, last)):
            self._stretches.ask(first, last)
        return read
