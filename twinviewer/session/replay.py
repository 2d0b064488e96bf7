"""The past as a source: a recording played back, with the plant's states, alarms, trends and bands as of then."""

import numpy as np

from twinviewer.history.recording import Recording
from twinviewer.history.trend import Trend
from twinviewer.kpi.tracks import Tracks
from twinviewer.model.frame import Frame, TagSnapshot
from twinviewer.model.note import Note
from twinviewer.model.state import State
from twinviewer.scene.scene import Scene
from twinviewer.session.journal import Band, Mark
from twinviewer.session.look import Look
from twinviewer.session.moment import read_moment
from twinviewer.session.replay_clock import NS, ReplayClock
from twinviewer.session.replay_past import GROWN_NS
from twinviewer.session.sources import Polled
from twinviewer.session.stretch import notes_of
from twinviewer.session.trends import Series

SHARE_STEPS = 240
TREND_PIXELS = 1000
_GRID_NS = 10 * NS


class RecordedPast:
    """States, alarms and notes of a recording (`session.journal.Past` and `Shares`), read on the caller's thread.

    A window asks `ReplayPast`, which has this done beside it.
    """

    def __init__(self, recording: Recording, scene: Scene) -> None:
        self.recording = recording
        self._scene = scene
        self._tracks: Tracks | None = None
        self._known_ns = 0  # how far the recording went when the tracks were read
        self._notes: list[Note] | None = None

    def seen(self) -> tuple[int, int]:
        """The first and the last moment recorded (UTC ns)."""
        return self.recording.span()

    def _between(self, from_ns: int, to_ns: int) -> Tracks:
        """Tracks of at least this stretch; a little more is read, so that a moving window seldom reads again."""
        tracks, last = self._tracks, self.recording.span()[1]
        grown = min(to_ns, last) - self._known_ns > max(GROWN_NS, (to_ns - from_ns) // 200)
        if tracks is None or grown or tracks.from_ns > from_ns or tracks.to_ns < to_ns or _far(tracks, from_ns, to_ns):
            self._known_ns = last
            margin = max((to_ns - from_ns) // 4, _GRID_NS)
            tracks = self._tracks = Tracks(self.recording, self._scene, max(0, from_ns - margin), to_ns + margin)
        return tracks

    def bands(self, asset_id: str, from_ns: int, to_ns: int) -> list[Band]:
        """The asset's states between two moments, in order."""
        try:
            asset = self._scene.asset(asset_id)
        except KeyError:
            return []
        track = self._between(from_ns, to_ns).of(asset)
        ends = np.append(track.start_ns[1:], track.end_ns)
        first, last = self.seen()
        from_ns, to_ns = max(from_ns, first), min(to_ns, last)
        return [
            Band(max(int(start), from_ns), min(int(end), to_ns), State(int(state)))
            for start, end, state in zip(track.start_ns, ends, track.state, strict=True)
            if start < to_ns and end > from_ns
        ]

    def shares(self, from_ns: int, to_ns: int) -> tuple[np.ndarray, np.ndarray]:
        """Times int64 (k,) and how many assets were in each state from then on, int64 (k, 9)."""
        tracks = self._between(from_ns, to_ns)
        time, counts = tracks.shares(SHARE_STEPS)
        inside = (time >= from_ns) & (time <= to_ns)
        return time[inside], counts[inside]

    def marks(self, from_ns: int, to_ns: int) -> list[Mark]:
        """Alarms raised between two moments, in order."""
        return [
            Mark(e.time_ns, e.alarm.asset_id, e.alarm.priority, e.alarm.message)
            for e in self.recording.raised(from_ns, to_ns)
        ]

    def notes(self, from_ns: int, to_ns: int) -> list[Note]:
        """Notes between two moments, in order."""
        if self._notes is None:
            self._notes = notes_of(self.recording)
        return [n for n in self._notes if from_ns <= n.time_ns <= to_ns]

    def look_again(self) -> None:
        """See what was recorded, and noted, since."""
        self.recording.refresh()
        self._notes = None


def _far(tracks: Tracks, from_ns: int, to_ns: int) -> bool:
    """Whether what is kept is so much longer that its shares would be too coarse."""
    return tracks.to_ns - tracks.from_ns > 3 * (to_ns - from_ns) + 2 * _GRID_NS


class RecordedTrends:
    """Trends out of a recording, in the words of `session.trends.TrendBuffer`."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording

    def add(self, now_ns: int, snapshot: TagSnapshot) -> None:
        """Nothing to keep: the recording has it."""

    def series(self, tag: int, span_s: float, now_ns: int) -> Series:
        """The last `span_s` seconds of one tag before `now_ns`; empty for a tag that was not recorded."""
        if self._recording.number_of_row[tag] < 0:
            empty = np.zeros(0)
            return Series(empty.astype(np.int64), empty, empty, empty.astype(np.uint8))
        return as_series(self._recording.series(tag, now_ns - int(span_s * NS), now_ns, TREND_PIXELS))


def as_series(trend: Trend) -> Series:
    """The same in the session's words."""
    return Series(trend.time_ns, trend.low, trend.high, trend.quality)


def frame_at(recording: Recording, scene: Scene, time_ns: int) -> Frame:
    """The plant as it was at one moment, or the nearest that was recorded; the recording stays open."""
    look = Look(scene, ReplaySource(recording, scene, time_ns))
    look.tick(time_ns)
    assert look.frame is not None
    return look.frame


class ReplaySource(RecordedPast, ReplayClock):
    """A recording with a clock of its own, read on the caller's thread: for programs without a window."""

    def __init__(
        self,
        recording: Recording,
        scene: Scene,
        at_ns: int | None = None,
        follow: bool = False,
        passing: bool = False,
    ) -> None:
        RecordedPast.__init__(self, recording, scene)
        first, last = recording.span()
        at_ns = min(max(at_ns, first), last) if at_ns is not None else last
        ReplayClock.__init__(self, recording.folder, at_ns, last, follow, passing)
        self.trends = RecordedTrends(recording)
        self._shown = -1

    def poll(self, now_ns: int) -> Polled:
        """The plant as it was at the moment that is shown; `now_ns` is the wall clock that drives the play."""
        self._advance(now_ns)
        jumped, self._shown = self._shown != self._jumps, self._jumps
        return read_moment(self.recording, self._at_ns).polled(self._take_notices(), jumped)

    def command(self, name: str, **arguments: object) -> None:
        """A note can be pinned to the past or corrected; nothing else can be done there. Raises TwinError."""
        super().command(name, **arguments)
        self._notes = None

    def close(self) -> None:
        """Let go of the files."""
        self.recording.close()
