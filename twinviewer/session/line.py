"""One tag over any stretch of time as one line: the recording as far as it goes, then what the session has seen."""

from typing import TYPE_CHECKING

import numpy as np

from twinviewer.model.errors import TwinError
from twinviewer.model.quality import Quality
from twinviewer.session.archive import Archive
from twinviewer.session.trends import NS, Series, TrendBuffer

if TYPE_CHECKING:
    from twinviewer.history.recording import Recording
    from twinviewer.session.session import Session

PIXELS = 1000
GAP_STEPS = 3  # a hole of more than this many steps is a gap
SEAM_NS = 15 * NS  # a longer pause between recording and session is one too
AGAIN_NS = 5 * NS  # a line that grows at its end is read again this often


def nothing() -> Series:
    """No step at all."""
    return Series(np.zeros(0, np.int64), np.zeros(0), np.zeros(0), np.zeros(0, np.uint8))


def with_gaps(series: Series) -> Series:
    """The same with a step without a value in every hole: nothing is claimed where nobody looked."""
    time = series.time_ns
    if len(time) < 3:
        return series
    step = np.diff(time)
    at = np.flatnonzero(step > GAP_STEPS * np.median(step)) + 1
    return Series(
        np.insert(time, at, time[at - 1] + 1_000_000),
        np.insert(series.low, at, np.nan),
        np.insert(series.high, at, np.nan),
        np.insert(series.quality, at, Quality.UNKNOWN),
    )


def joined(past: Series, present: Series) -> Series:
    """Two lines in order of time as one; a longer pause between them stays a gap."""
    if not len(past.time_ns) or not len(present.time_ns):
        return present if len(present.time_ns) else past
    pause_ns = int(present.time_ns[0] - past.time_ns[-1])
    step_ns = int(np.diff(past.time_ns[-2:])[0]) if len(past.time_ns) > 1 else 0
    gap = [int(past.time_ns[-1]) + 1_000_000] if pause_ns > max(SEAM_NS, GAP_STEPS * step_ns) else []
    nan = np.full(len(gap), np.nan)
    return Series(
        np.concatenate([past.time_ns, np.array(gap, np.int64), present.time_ns]),
        np.concatenate([past.low, nan, present.low]),
        np.concatenate([past.high, nan, present.high]),
        np.concatenate([past.quality, np.full(len(gap), Quality.UNKNOWN, np.uint8), present.quality]),
    )


def cut(series: Series, from_ns: int, to_ns: int) -> Series:
    """The steps between two moments."""
    first, last = np.searchsorted(series.time_ns, [from_ns, to_ns + 1])
    inside = slice(int(first), int(last))
    return Series(series.time_ns[inside], series.low[inside], series.high[inside], series.quality[inside])


class _Read:
    """What was read of a recording: one tag between two moments, known until `known_ns`; shown until `wish_ns`."""

    def __init__(self, tag: int, from_ns: int, to_ns: int, known_ns: int, series: Series) -> None:
        self.tag, self.from_ns, self.to_ns = tag, from_ns, to_ns
        self.known_ns = known_ns
        self.series = series
        self.wish_ns = to_ns


class TrendLine:
    """Gives what is known at once and reads the rest meanwhile: call `between` again to see it."""

    def __init__(self, session: "Session") -> None:
        self._session = session
        self._archive: Archive | None = None
        self._key = object()
        self._read: _Read | None = None
        self._asked: tuple[int, int, int] = (-1, 0, 0)
        self.error: TwinError | None = None

    @property
    def pending(self) -> bool:
        """Whether something is being read."""
        return self._archive is not None and self._archive.asked(self._key)

    def between(self, tag: int, from_ns: int, to_ns: int) -> Series:
        """The line of a tag (row of the scene's tags) between two moments, as far as it is known now."""
        archive = self._session.archive
        if archive is not self._archive:
            self._archive, self._read, self._asked, self.error = archive, None, (-1, 0, 0), None
        if archive is None:
            return with_gaps(self._seen(tag, from_ns, to_ns))
        self._take(archive)
        read = self._read if self._read is not None and self._read.tag == tag else None
        if not self._fits(read, from_ns, to_ns):
            self._ask(archive, tag, from_ns, to_ns)
        if read is None:
            return with_gaps(self._seen(tag, from_ns, to_ns))
        end_ns = min(to_ns, read.known_ns)
        past = cut(read.series, from_ns, end_ns)
        return joined(past, with_gaps(self._seen(tag, max(from_ns, end_ns + 1), to_ns)))

    def _seen(self, tag: int, from_ns: int, to_ns: int) -> Series:
        own = self._session.trends
        if not isinstance(own, TrendBuffer) or from_ns > to_ns:
            return nothing()
        return cut(own.between(tag, from_ns, to_ns), from_ns, to_ns)

    def _take(self, archive: Archive) -> None:
        answer = archive.answer(self._key)
        if answer is not None:
            self.error = answer.error
            if answer.value is not None:
                answer.value.wish_ns = self._asked[2]
                self._read = answer.value

    def _fits(self, read: _Read | None, from_ns: int, to_ns: int) -> bool:
        """Whether what was read is fine enough, reaches far enough and is new enough for this stretch."""
        if read is None or from_ns < read.from_ns or read.to_ns - read.from_ns > 4 * (to_ns - from_ns):
            return False
        if to_ns > read.to_ns:
            return False
        return to_ns <= read.known_ns or to_ns - read.wish_ns < max(AGAIN_NS, (to_ns - from_ns) // PIXELS)

    def _ask(self, archive: Archive, tag: int, from_ns: int, to_ns: int) -> None:
        """A little more than is shown, so that dragging seldom meets an end; not again while the same is read."""
        wish = (tag, from_ns, to_ns)
        if self.pending and self._asked[0] == tag and _near(self._asked, wish):
            return
        self._asked = wish
        margin = (to_ns - from_ns) // 2
        first, last = max(0, from_ns - margin), to_ns + margin
        archive.ask(self._key, lambda recording: read_line(recording, tag, first, last, 2 * PIXELS))


def _near(one: tuple[int, int, int], other: tuple[int, int, int]) -> bool:
    slack = (other[2] - other[1]) // 10
    return abs(one[1] - other[1]) <= slack and abs(one[2] - other[2]) <= slack


def read_line(recording: "Recording", tag: int, from_ns: int, to_ns: int, pixels: int) -> _Read:
    """Lowest and highest value of each step; empty for a tag that was not recorded. Raises RecordingError."""
    if recording.number_of_row[tag] < 0:
        return _Read(tag, from_ns, to_ns, from_ns, nothing())
    trend = recording.series(tag, from_ns, to_ns, pixels)
    known_ns = min(to_ns, recording.span()[1])
    series = Series(trend.time_ns, trend.low, trend.high, trend.quality)
    return _Read(tag, from_ns, to_ns, known_ns, cut(series, from_ns, known_ns))
