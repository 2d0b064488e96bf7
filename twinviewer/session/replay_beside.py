"""A recording as the source of a window: each moment is read in a thread, so that no disk holds the window."""

from twinviewer.history.folder import Folder
from twinviewer.model.frame import TagSnapshot
from twinviewer.scene.scene import Scene
from twinviewer.session.archive import Archive
from twinviewer.session.line import nothing
from twinviewer.session.moment import Moment, read_moment
from twinviewer.session.replay_clock import ReplayClock
from twinviewer.session.sources import Polled
from twinviewer.session.trends import Series

_MOMENT = "moment"


class Unkept:
    """Trends of a replay: `TrendLine` reads them out of the archive, so nothing is kept of what was shown."""

    def add(self, now_ns: int, snapshot: TagSnapshot) -> None:
        """The recording has it."""

    def series(self, tag: int, span_s: float, now_ns: int) -> Series:
        """What this session keeps of a tag: no step."""
        return nothing()


class ReplayBeside(ReplayClock):
    """Shows the last moment that was read, and says which one it is, until the one that is wanted was read.

    `archive` belongs to this source, which closes it; `moment` is the first, read already.
    """

    def __init__(self, archive: Archive, moment: Moment, follow: bool = False, passing: bool = False) -> None:
        super().__init__(Folder(archive.address), moment.time_ns, moment.span[1], follow, passing)
        self.recording = archive.address
        self.trends = Unkept()
        self._archive = archive
        self._moment = moment
        self._asked: tuple[int, int] | None = None  # the moment that is being read, and the jump that led to it
        self._read_jump, self._shown_jump = self._jumps, -1
        self._stale = False

    def seen(self) -> tuple[int, int]:
        """The first and the last moment recorded (UTC ns), as of the last reading."""
        return self._moment.span

    def look_again(self) -> None:
        """See what was recorded since, with the next reading."""
        self._stale = True

    @property
    def reading(self) -> bool:
        """Whether the moment that is wanted is still being read."""
        return self._asked is not None

    def poll(self, now_ns: int) -> Polled:
        """The newest moment that was read; `now_ns` is the wall clock that drives the play. Raises TwinError."""
        self._advance(now_ns)
        self._take()
        if self._asked is None and (self._stale or self._wanted):
            self._ask()
            self._archive.wait(_MOMENT)
            self._take()
        jumped, self._shown_jump = self._shown_jump != self._read_jump, self._read_jump
        return self._moment.polled(self._take_notices(), jumped)

    @property
    def _wanted(self) -> bool:
        return (self._moment.time_ns, self._read_jump) != (self._at_ns, self._jumps)

    def _ask(self) -> None:
        self._stale = False
        wanted_ns = self._at_ns
        self._asked = wanted_ns, self._jumps
        self._archive.ask(_MOMENT, lambda recording: read_moment(recording, wanted_ns))

    def _take(self) -> None:
        answer = self._archive.answer(_MOMENT)
        if answer is None or self._asked is None:
            return
        (wanted_ns, jump), self._asked = self._asked, None
        if answer.error is not None:
            raise answer.error
        self._moment, self._read_jump = answer.value, jump
        if self._at_ns == wanted_ns:
            self._at_ns = self._moment.time_ns  # what was recorded there may be gone by now

    def close(self) -> None:
        """Let go of the files, as soon as nothing is read any more."""
        self._archive.close()


def open_beside(
    address: str, scene: Scene, at_ns: int | None = None, *, follow: bool = True, passing: bool = False
) -> ReplayBeside:
    """Open a recording and read its first moment, on the caller's thread. Raises RecordingError."""
    from twinviewer.history.recording import Recording

    recording = Recording.open(address, scene)
    try:
        moment = read_moment(recording, at_ns)
    except BaseException:
        recording.close()
        raise
    return ReplayBeside(Archive(address, scene, recording), moment, follow, passing)
