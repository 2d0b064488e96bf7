"""What changed in the hours before a moment of a recording, read in the archive's thread, an hour's moments at once."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from twinviewer.model.alarm import AlarmEvent
from twinviewer.model.state import State
from twinviewer.scene.scene import Scene
from twinviewer.session.archive import Archive
from twinviewer.session.journal import Change

if TYPE_CHECKING:
    from twinviewer.history.recording import Recording
    from twinviewer.kpi.tracks import Track

NS = 1_000_000_000
HOUR_NS, HOURS_BEFORE = 3600 * NS, 3
GROWN_NS = 5 * NS


@dataclass(frozen=True, slots=True)
class Hours:
    """The changes of each asset, oldest first, in one hour and those before it, as recorded until `last_ns`."""

    hour: int
    last_ns: int
    of_asset: dict[str, list[Change]]


class ChangesReader:
    """Keeps the hours that were read last, and has others read where they do not do."""

    def __init__(self, scene: Scene, archive: Archive) -> None:
        self._scene, self._archive = scene, archive
        self._key = object()
        self._read: Hours | None = None
        self._asked: tuple[int, int] = (-1, 0)

    def knows(self, until_ns: int) -> bool:
        """Whether the hours before a moment were read."""
        return self._read is not None and self._read.hour == until_ns // HOUR_NS

    def before(self, asset_ids: Iterable[str], until_ns: int, last_ns: int) -> list[Change]:
        """What is known of these assets until a moment, oldest first; `last_ns` is how far the recording goes."""
        answer = self._archive.answer(self._key)
        if answer is not None and answer.error is None:
            self._read = answer.value
        elif answer is not None:
            self._asked = (-1, 0)  # to be tried again
        hour, scene = until_ns // HOUR_NS, self._scene
        wish = hour, min(last_ns, (hour + 1) * HOUR_NS)
        known = self._read is not None and self._read.hour == hour and wish[1] - self._read.last_ns <= GROWN_NS
        if not known and (self._asked[0] != hour or wish[1] - self._asked[1] > GROWN_NS):
            self._asked = wish
            self._archive.ask(self._key, lambda recording: read_hours(recording, scene, hour))
        if self._read is None or self._read.hour != hour:
            return []
        found = [c for i in set(asset_ids) for c in self._read.of_asset.get(i, ()) if c.time_ns <= until_ns]
        return sorted(found, key=lambda c: (c.time_ns, c.asset_id))


def read_hours(recording: "Recording", scene: Scene, hour: int) -> Hours:
    """States and alarms of an hour (since 1970) and of those before it. Raises RecordingError."""
    from twinviewer.kpi.tracks import Tracks

    from_ns, to_ns = max(0, (hour - HOURS_BEFORE) * HOUR_NS), (hour + 1) * HOUR_NS
    last_ns = min(recording.span()[1], to_ns)
    tracks = Tracks(recording, scene, from_ns, to_ns)
    found = {a.asset_id: _transitions(a.asset_id, tracks.of(a)) for a in scene.assets if a.tags}
    for event in recording.diary.events(from_ns, to_ns):
        found.setdefault(event.alarm.asset_id, []).append(_change_of(event))
    return Hours(hour, last_ns, found)


def _transitions(asset_id: str, track: "Track") -> list[Change]:
    """From state to state; data that came for the first time is none."""
    found: list[Change] = []
    for k in range(1, len(track.start_ns)):
        before, after = State(int(track.state[k - 1])), State(int(track.state[k]))
        if k > 1 or before is not State.UNKNOWN:
            found.append(Change(int(track.start_ns[k]), asset_id, f"{before.label} → {after.label}", after))
    return found


def _change_of(event: AlarmEvent) -> Change:
    alarm, by = event.alarm, f" by {event.by}" if event.by else ""
    text = alarm.message if event.what == "raised" else f"{alarm.message}: {event.what}{by}"
    return Change(event.time_ns, alarm.asset_id, text, priority=alarm.priority)
