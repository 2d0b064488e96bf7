"""One moment of a recording: all that a session asks a source for."""

from dataclasses import dataclass

from twinviewer.history.recording import Recording
from twinviewer.model.alarm import Alarm
from twinviewer.model.connection import Connection
from twinviewer.model.frame import TagSnapshot
from twinviewer.model.notice import Notice
from twinviewer.session.sources import Polled
from twinviewer.states.alarms import FLOOD_BEGINS, WINDOW_NS
from twinviewer.states.same_cause import new_lines


@dataclass(frozen=True, slots=True)
class Moment:
    """The plant at `time_ns` (UTC), how many alarms were `raised` in the ten minutes before it, and how far the
    recording went when it was read (`span`)."""

    time_ns: int
    snapshot: TagSnapshot
    connection: Connection
    alarms: tuple[Alarm, ...]
    raised: int
    span: tuple[int, int]

    def polled(self, notices: list[Notice], jumped: bool) -> Polled:
        """The same in the words of a source."""
        flood = self.raised > FLOOD_BEGINS
        return Polled(
            self.time_ns,
            self.snapshot,
            self.connection,
            self.alarms,
            flood,
            self.raised,
            notices,
            jumped=jumped,
        )


def read_moment(recording: Recording, time_ns: int | None = None) -> Moment:
    """What a recording says of a moment, of the nearest that was recorded, or of its last. Raises RecordingError."""
    first, last = recording.span()
    time_ns = last if time_ns is None else min(max(time_ns, first), last)
    raised = sum(1 for _ in new_lines(recording.changes_of_alarms(time_ns - WINDOW_NS, time_ns)))
    return Moment(
        time_ns,
        recording.at(time_ns),
        recording.connection_at(time_ns),
        recording.alarms_at(time_ns),
        raised,
        (first, last),
    )
