"""The clock of a replay: it stands, runs, steps and jumps between the first and the last moment of a recording."""

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from twinviewer.history.journal import append
from twinviewer.history.layout import NOTES
from twinviewer.history.notes import change_line, note_line
from twinviewer.model.errors import TwinError
from twinviewer.model.notice import Notice

if TYPE_CHECKING:
    from twinviewer.history.folder import Folder

NS = 1_000_000_000
SLOWEST, FASTEST = 0.1, 1000.0
FOLLOW_NS = 2 * NS  # a recording that is still being made is looked at again this often


class ReplayClock(ABC):
    """`speed` is 0 while it stands still; `loop` is a stretch that is repeated.

    With `follow` the recording is still being made, and looked at again every few seconds. `passing` says that it goes
    when it is closed, as a capsule's does: who pins a note to it is told.
    """

    name = "replay"

    def __init__(self, folder: "Folder", at_ns: int, now_ns: int, follow: bool, passing: bool) -> None:
        self.speed = 0.0
        self.loop: tuple[int, int] | None = None
        self._folder = folder
        self._follow = follow
        self._passing = passing
        self._notices: list[Notice] = []
        self._refreshed_ns = 0
        self._at_ns = at_ns
        self._wall_ns: int | None = None
        self._now_ns = now_ns  # of the wall clock, once it was heard
        self._jumps = 0

    @abstractmethod
    def seen(self) -> tuple[int, int]:
        """The first and the last moment recorded (UTC ns)."""

    @abstractmethod
    def look_again(self) -> None:
        """See what was recorded, and noted, since."""

    @property
    def at_ns(self) -> int:
        """The moment that is wanted."""
        return self._at_ns

    def seek(self, time_ns: int) -> None:
        """Show this moment, or the nearest one that was recorded."""
        first, last = self.seen()
        self._at_ns = min(max(time_ns, first), last)
        self._jumps += 1

    def play(self, speed: float) -> None:
        """Run at 1/10 to 1,000 times real time; 0 stops. At the end of the recording it stops by itself."""
        self.speed = 0.0 if speed <= 0 else min(max(speed, SLOWEST), FASTEST)
        self._wall_ns = None

    def step(self, seconds: float) -> None:
        """Move by a little, forwards or backwards, and stand."""
        self.play(0.0)
        self.seek(self._at_ns + int(seconds * NS))

    def _advance(self, now_ns: int) -> None:
        self._now_ns = now_ns
        if self._follow and now_ns - self._refreshed_ns > FOLLOW_NS:
            self._refreshed_ns = now_ns
            self.look_again()
        before, self._wall_ns = self._wall_ns, now_ns
        if not self.speed or before is None:
            return
        self._at_ns += int(max(0, now_ns - before) * self.speed)
        first, last = self.seen()
        if self.loop is not None and self._at_ns >= self.loop[1]:
            self.seek(self.loop[0])
        elif self._at_ns >= last:
            self._at_ns = last
            self.speed = self.speed if self._follow and self.speed <= 1 else 0.0  # more may come
        elif self._at_ns < first:
            self._at_ns = first

    def _take_notices(self) -> list[Notice]:
        notices, self._notices = self._notices, []
        return notices

    def command(self, name: str, **arguments: object) -> None:
        """A note can be pinned to the past or corrected; nothing else can be done there. Raises TwinError."""
        if name != "note":
            raise TwinError("this is a recording: nothing can be done in the past", name, "Go back to live first.")
        said: dict[str, Any] = {"time_ns": self._at_ns, "by": "", "text": "", **arguments}
        line = change_line(**said, at_ns=self._now_ns) if "corrects" in said else note_line(**said)
        folder = self._folder
        if folder.path is None:
            raise TwinError("twinviewer only reads recordings behind an address", folder.address, "Copy it here first.")
        try:
            append(folder.path / NOTES, [line])
        except OSError as error:
            remedy = "Make the folder writable, or copy the recording."
            raise TwinError(f"the note cannot be written: {error.strerror}", folder.address, remedy) from error
        if self._passing:
            text = "The note is in this opened capsule only until the window is closed."
            self._notices.append(Notice("warning", text, "Save a capsule of your own to keep it.", key="note.passing"))
