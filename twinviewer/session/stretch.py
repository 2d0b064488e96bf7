"""A stretch of a recording as plain data for time lines, read in the archive's thread: who asks never waits."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from twinviewer.model.errors import TwinError
from twinviewer.model.note import Note
from twinviewer.model.state import State
from twinviewer.scene.scene import Scene
from twinviewer.session.archive import Archive
from twinviewer.session.journal import Band, Mark

if TYPE_CHECKING:
    from twinviewer.history.recording import Recording

NS = 1_000_000_000
AGAIN_NS = 3 * NS  # what other windows note is looked for this often, and what could not be read is tried again
NO_SHARES = np.zeros(0, np.int64), np.zeros((0, len(State)), np.int64)


@dataclass(frozen=True, slots=True)
class Stretch:
    """What was read of a recording from `from_ns` until `to_ns`, of which it held `first_ns` to `last_ns` then."""

    from_ns: int
    to_ns: int
    first_ns: int
    last_ns: int
    bands: dict[str, list[Band]]
    shares: tuple[np.ndarray, np.ndarray]
    marks: list[Mark]

    def serves(self, from_ns: int, to_ns: int) -> bool:
        """Whether it holds this stretch, neither much coarser nor short of it."""
        return self.holds(from_ns, to_ns) and self.to_ns - self.from_ns <= 4 * (to_ns - from_ns)

    def holds(self, from_ns: int, to_ns: int) -> bool:
        """Whether it holds this stretch, however coarse."""
        return self.from_ns <= from_ns and to_ns <= self.to_ns

    def bands_between(self, asset_id: str, from_ns: int, to_ns: int) -> list[Band]:
        """The asset's states, in order."""
        cut = [Band(max(b.start_ns, from_ns), min(b.end_ns, to_ns), b.state) for b in self.bands.get(asset_id, ())]
        return [b for b in cut if b.end_ns > b.start_ns]

    def shares_between(self, from_ns: int, to_ns: int) -> tuple[np.ndarray, np.ndarray]:
        """Times int64 (k,) and assets in each state from then on, int64 (k, 9); all 0 from where nothing was read."""
        time, counts = self.shares
        inside = (time >= from_ns) & (time <= to_ns)
        time, counts = time[inside], counts[inside]
        if not len(time) or to_ns <= self.to_ns:
            return time, counts
        return np.append(time, self.to_ns), np.vstack([counts, np.zeros((1, len(State)), np.int64)])

    def marks_between(self, from_ns: int, to_ns: int) -> list[Mark]:
        """Alarms raised, in order."""
        return [m for m in self.marks if from_ns <= m.time_ns <= to_ns]


class StretchReader:
    """Keeps the stretch that was read last, and asks for another one where that does not do."""

    def __init__(self, scene: Scene, archive: Archive) -> None:
        self._scene, self._archive = scene, archive
        self._key = object()
        self._wish = (0, 0)
        self.read: Stretch | None = None
        self.error: TwinError | None = None
        self.version = 0  # another one with every answer

    def take(self) -> Stretch | None:
        """What is known now."""
        answer = self._archive.answer(self._key)
        if answer is not None:
            self.read, self.error = answer.value or self.read, answer.error
            self.version += 1
        return self.read

    def ask(self, from_ns: int, to_ns: int, *, grows: bool = False) -> None:
        """Have a stretch read, with a margin before it (and behind it, where that `grows`); not what is being read."""
        slack = max((to_ns - from_ns) // 10, NS)
        near = abs(from_ns - self._wish[0]) <= slack and abs(to_ns - self._wish[1]) <= slack
        if near and self._archive.asked(self._key):
            return
        self._wish = (from_ns, to_ns)
        margin, scene = (to_ns - from_ns) // 2, self._scene
        first, last = max(0, from_ns - margin), to_ns + (margin if grows else 0)
        self._archive.ask(self._key, lambda recording: read_stretch(recording, scene, first, last))


class NotesReader:
    """Keeps the notes as they were read last, and reads them again every few seconds."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._key = object()
        self._notes: list[Note] = []
        self._asked_ns = 0
        self.known = False  # whether they were ever read

    def between(self, from_ns: int, to_ns: int, now_ns: int) -> list[Note]:
        """Notes between two moments, in order; `now_ns` is any clock that goes on."""
        answer = self._archive.answer(self._key)
        if answer is not None:
            self._notes, self.known = (answer.value if answer.error is None else self._notes), True
        if abs(now_ns - self._asked_ns) >= AGAIN_NS and not self._archive.asked(self._key):
            self._asked_ns = now_ns
            self._archive.ask(self._key, notes_of)
        return [n for n in self._notes if from_ns <= n.time_ns <= to_ns]

    def look_again(self) -> None:
        """Somebody just pinned one."""
        self._asked_ns = 0


class MarkFinder:
    """Looks through a whole recording for the alarm next to a moment."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._key = object()
        self._wish: tuple[int, int] | None = None

    def find(self, time_ns: int, sign: int) -> "tuple[int | None] | None":
        """Ask until it is known: None as long as it is read, then the moment, or None for no alarm there, in a tuple.

        Raises TwinError where the recording cannot be read.
        """
        answer = self._archive.answer(self._key)
        if answer is not None and self._wish == (time_ns, sign):
            self._wish = None
            if answer.error is not None:
                raise answer.error
            return (answer.value,)
        if self._wish != (time_ns, sign):
            self._wish = (time_ns, sign)
            self._archive.ask(self._key, lambda recording: next_alarm(recording, time_ns, sign))
        return None


def next_alarm(recording: "Recording", time_ns: int, sign: int) -> int | None:
    """When the alarm before (`sign` -1) or after (1) a moment was raised, a second away at least; None for none."""
    first, last = recording.span()
    if sign < 0:
        found = recording.raised(first, time_ns - NS)
        return found[-1].time_ns if found else None
    found = recording.raised(time_ns + NS, last)
    return found[0].time_ns if found else None


def notes_of(recording: "Recording") -> list[Note]:
    """All notes of a recording as they stand, in order of the moments they speak of."""
    return recording.diary.settled_notes()


def read_stretch(recording: "Recording", scene: Scene, from_ns: int, to_ns: int) -> Stretch:
    """Bands of all assets, shares and alarms between two moments. Raises RecordingError."""
    from twinviewer.session.replay import RecordedPast

    first_ns, last_ns = recording.span()
    if to_ns <= from_ns:
        return Stretch(from_ns, to_ns, first_ns, last_ns, {}, NO_SHARES, [])
    past = RecordedPast(recording, scene)
    bands: dict[str, Sequence[Band]] = {
        a.asset_id: past.bands(a.asset_id, from_ns, to_ns) for a in scene.assets if a.tags
    }
    own = {name: list(found) for name, found in bands.items()}
    shares, marks = past.shares(from_ns, to_ns), past.marks(from_ns, to_ns)
    return Stretch(from_ns, to_ns, first_ns, last_ns, own, shares, marks)
