"""The past of a live plant: what its collector recorded before this session, then what the session saw itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from twinviewer.scene.scene import Scene
from twinviewer.session.archive import Archive
from twinviewer.session.journal import GAP_NS, Band, Journal, Mark, Note

if TYPE_CHECKING:
    from twinviewer.history.recording import Recording

NS = 1_000_000_000
AGAIN_NS = 3 * NS  # what other windows note is looked for this often
_STRETCH, _NOTES = object(), object()
_NO_SHARES = np.zeros(0, np.int64), np.zeros((0, 9), np.int64)


@dataclass(frozen=True, slots=True)
class _Read:
    """What was read of a recording between two moments, as plain data."""

    from_ns: int
    to_ns: int
    first_ns: int
    bands: dict[str, list[Band]]
    shares: tuple[np.ndarray, np.ndarray]
    marks: list[Mark]

    def serves(self, from_ns: int, to_ns: int) -> bool:
        """Whether it holds this stretch, neither much coarser nor short of it."""
        return self.from_ns <= from_ns and to_ns <= self.to_ns and self.to_ns - self.from_ns <= 4 * (to_ns - from_ns)


class LivePast:
    """A `Past` that gives what it knows at once and reads the rest in the archive's thread: ask again to see it."""

    def __init__(self, scene: Scene, archive: Archive, journal: Journal) -> None:
        self.archive = archive
        self._scene, self._journal = scene, journal
        self._read: _Read | None = None
        self._wish = (0, 0)
        self._notes: list[Note] = []
        self.notes_read = False  # whether they were ever
        self._noted_ns = 0
        self._ask_stretch(*self._before(0, 0))

    def seen(self) -> tuple[int, int]:
        """The first moment recorded, or seen where nothing was read yet, and the last one seen."""
        first, last = self._journal.seen()
        read = self._read
        return (min(read.first_ns, first) if read is not None and read.first_ns else first), last

    def bands(self, asset_id: str, from_ns: int, to_ns: int) -> list[Band]:
        """The asset's states between two moments, in order."""
        read = self._upto(from_ns, to_ns)
        own = self._journal.bands(asset_id, from_ns, to_ns)
        past = [_cut(b, from_ns, to_ns) for b in (read.bands.get(asset_id, []) if read is not None else [])]
        past = [b for b in past if b.end_ns > b.start_ns]
        near = bool(past and own) and own[0].start_ns - past[-1].end_ns <= GAP_NS
        if near and past[-1].state is own[0].state:
            return [*past[:-1], Band(past[-1].start_ns, own[0].end_ns, own[0].state), *own[1:]]
        return past + own

    def shares(self, from_ns: int, to_ns: int) -> tuple[np.ndarray, np.ndarray]:
        """Times int64 (k,) and how many assets were in each state from then on, int64 (k, 9)."""
        read = self._upto(from_ns, to_ns)
        time, counts = read.shares if read is not None else _NO_SHARES
        own_time, own_counts = self._journal.shares(from_ns, to_ns)
        inside = (time >= from_ns) & (time <= to_ns)
        return np.concatenate([time[inside], own_time]), np.concatenate([counts[inside], own_counts])

    def marks(self, from_ns: int, to_ns: int) -> list[Mark]:
        """Alarms raised between two moments, in order."""
        read = self._upto(from_ns, to_ns)
        begun = self._journal.seen()[0]
        past = [m for m in (read.marks if read is not None else ()) if from_ns <= m.time_ns <= to_ns]
        known = {(m.time_ns, m.asset_id, m.text) for m in past}
        own = [m for m in self._journal.marks(from_ns, to_ns) if (m.time_ns, m.asset_id, m.text) not in known]
        return sorted([m for m in past if m.time_ns <= begun or not begun] + own, key=lambda m: m.time_ns)

    def notes(self, from_ns: int, to_ns: int) -> list[Note]:
        """Notes between two moments, in order."""
        answer = self.archive.answer(_NOTES)
        if answer is not None:
            self._notes, self.notes_read = answer.value or self._notes, True
        now_ns = self._journal.seen()[1]
        if abs(now_ns - self._noted_ns) >= AGAIN_NS and not self.archive.asked(_NOTES):
            self._noted_ns = now_ns
            self.archive.ask(_NOTES, notes_of)
        return [n for n in self._notes if from_ns <= n.time_ns <= to_ns]

    def look_again(self) -> None:
        """Somebody just pinned a note."""
        self._noted_ns = 0

    def _before(self, from_ns: int, to_ns: int) -> tuple[int, int]:
        """The part of a stretch that lies before this session, one second of overlap included."""
        begun, last = self._journal.seen()
        begun = begun or last
        return from_ns, min(to_ns, begun + NS) if begun else to_ns

    def _upto(self, from_ns: int, to_ns: int) -> _Read | None:
        answer = self.archive.answer(_STRETCH)
        if answer is not None and answer.value is not None:
            self._read = answer.value
        first, last = self._before(from_ns, to_ns)
        if first < last and not (self._read is not None and self._read.serves(first, last)):
            self._ask_stretch(first, last)
        return self._read

    def _ask_stretch(self, from_ns: int, to_ns: int) -> None:
        slack = max((to_ns - from_ns) // 10, NS)
        near = abs(from_ns - self._wish[0]) <= slack and abs(to_ns - self._wish[1]) <= slack
        if near and self.archive.asked(_STRETCH):
            return
        self._wish = (from_ns, to_ns)
        margin, scene = (to_ns - from_ns) // 2, self._scene
        self.archive.ask(_STRETCH, lambda recording: _stretch(recording, scene, max(0, from_ns - margin), to_ns))


def _cut(band: Band, from_ns: int, to_ns: int) -> Band:
    return Band(max(band.start_ns, from_ns), min(band.end_ns, to_ns), band.state)


def notes_of(recording: "Recording") -> list[Note]:
    """All notes of a recording, in order of the moments they speak of."""
    lines = recording.diary.notes()
    return [
        Note(line["time_ns"], str(line.get("asset", "")), str(line.get("text", "")), str(line.get("by", "")))
        for line in lines
    ]


def _stretch(recording: "Recording", scene: Scene, from_ns: int, to_ns: int) -> _Read:
    from twinviewer.session.replay import RecordedPast

    first_ns = recording.span()[0]
    if to_ns <= from_ns:
        return _Read(from_ns, to_ns, first_ns, {}, _NO_SHARES, [])
    past = RecordedPast(recording, scene)
    bands: dict[str, Sequence[Band]] = {
        a.asset_id: past.bands(a.asset_id, from_ns, to_ns) for a in scene.assets if a.tags
    }
    own = {name: list(found) for name, found in bands.items()}
    return _Read(from_ns, to_ns, first_ns, own, past.shares(from_ns, to_ns), past.marks(from_ns, to_ns))
