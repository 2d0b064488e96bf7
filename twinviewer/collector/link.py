"""A window's link to its collector: finds or starts it, notices when it dies, starts it again, takes its messages."""

import contextlib
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import psutil

from twinviewer.collector import places, protocol
from twinviewer.collector.line import Line, LineError
from twinviewer.collector.starter import Child, Wish
from twinviewer.feeds.options import FeedOptions
from twinviewer.feeds.source import feed_of
from twinviewer.model.alarm import Alarm
from twinviewer.model.connection import Connection, Link, without_secret
from twinviewer.model.errors import DataError, FeedError
from twinviewer.model.notice import Notice
from twinviewer.scene.scene import Scene
from twinviewer.settings import person
from twinviewer.tags.table import TagTable

SILENT_S = 1.5  # without a heartbeat for so long, the collector counts as dead
HUNG_S = 6.0  # one that runs but stays silent for so long is ended, so that another can take over
_START_S = 12.0
_GREETING_S = 3.0
_FIRST_PAUSE_S = 0.5
_LONGEST_PAUSE_S = 5.0
_EXIT_OTHER_RUNS = 3


def attach(
    scene_path: Path,
    scene: Scene,
    url: str,
    options: FeedOptions,
    *,
    keep: bool = False,
    linger_s: float = 5.0,
    record: Path | None = None,
    chosen: bool = False,
) -> "CollectorLink":
    """A link to the collector of this scene and feed; starts one where none runs. Does not wait for it.

    With `record` it records into that folder, unless it records somewhere else already. `chosen` says that a person
    wants just these options: a collector that runs with others connects anew.

    Raises FeedError when nothing can serve the address or the runtime folder cannot be used.
    """
    feed_of(url)
    return CollectorLink(scene, Wish(scene_path, url, options, keep, linger_s, record), chosen=chosen)


class CollectorLink:
    """`table` is the shared table, or an empty one until the collector is there; after a restart it is another object.

    `poll` never waits. `dead_since_ns` counts while `alive` is False. Messages for the person wait in `notices`; who
    shows them takes them out. `recording` is the folder that the collector records into, None while it does not: a
    collector that is started again goes on recording there, unless a person stopped it (`recorded.stopped`). `recorded`
    says since when, and what is wrong with it.
    """

    def __init__(
        self, scene: Scene, wish: Wish, clock: Callable[[], float] = time.monotonic, chosen: bool = False
    ) -> None:
        self._chosen = chosen
        self.alarms: tuple[Alarm, ...] = ()
        self.flood = False
        self.alarms_10_min = 0
        self.alive = True
        self.dead_since_ns = 0
        self.notices: list[Notice] = []
        self.recording: Path | None = None
        self.recorded = protocol.Recorded()
        self.may_write = wish.options.allow_write  # the collector holds this window to it, and itself to its own
        self._scene = scene
        self._wish = wish
        self._shown_url = without_secret(wish.url)
        self._clock = clock
        self._folder = places.runtime_folder(wish.scene_path, scene.key, wish.url)
        self._line: Line | None = None
        self._called_at = self._find_at = clock()
        self._child: Child | None = None
        self._reported_exit: Child | None = None
        self._pause_s = _FIRST_PAUSE_S
        self._start_at = self._begun_at = clock()
        self._beat_ns = 0
        self._beat_at = clock()
        self._attached = self._offered = self._strange = False
        self.table = TagTable.in_memory(len(scene.tags))
        starting = Connection(Link.CONNECTING, "the collector is starting", time.time_ns(), self._shown_url)
        self.table.set_connection(starting)
        self.poll()

    def poll(self) -> None:
        """Take messages in; look whether the collector lives; start it again when it does not."""
        if self._line is None and self._clock() >= self._find_at:
            self._find()
        if self._line is not None:
            self._listen(self._line)
        self._watch()
        if self._line is None and self._clock() >= self._start_at:
            self._start()

    def send(self, command: str, **arguments: object) -> None:
        """Ask the collector for something; what comes of it arrives as a notice. Raises FeedError when it is gone."""
        if self._line is None or not self._attached:
            raise FeedError("the collector does not answer", command, "Wait until it runs again.")
        try:
            self._line.send({"command": command, "arguments": arguments})
        except LineError as error:
            self._hang_up()
            raise FeedError("the collector does not answer", command, "Wait until it runs again.") from error

    @property
    def url(self) -> str:
        """The address of the live source."""
        return self._wish.url

    def choose(self, options: FeedOptions) -> None:
        """A person wants just these options: the collector connects anew with them, alarms and recording go on."""
        self._wish = replace(self._wish, options=options)
        self._chosen, self._offered = True, False

    def close(self) -> None:
        """Leave. A collector without windows ends, unless it was started on its own. Idempotent."""
        if self._line is not None:
            with contextlib.suppress(LineError):
                self._line.send({"command": "leave", "arguments": {}})
            self._line.close()
            self._line = None
        self._start_at = float("inf")
        self.table.close()

    # finding and starting ---------------------------------------------------------------------------------------

    def _find(self) -> None:
        ready = places.read_ready(self._folder)
        if ready is None or not psutil.pid_exists(ready.pid):
            return
        with contextlib.suppress(LineError):
            self._line = Line(ready, self.may_write)
            self._called_at = self._clock()

    def _start(self) -> None:
        self._report_exit()
        if self._child is not None and self._child.exit_code is None:
            return
        self._child = Child(self._wish, self._folder)
        self._start_at = self._clock() + self._pause_s
        self._pause_s = min(2 * self._pause_s, _LONGEST_PAUSE_S)

    def _report_exit(self) -> None:
        """Say once why a collector that we started ended by itself."""
        child = self._child
        if child is None or child is self._reported_exit or child.exit_code in (None, 0, _EXIT_OTHER_RUNS):
            return
        self._reported_exit = child
        said = child.said()
        if said and child.exit_code == 2:
            self._tell(
                Notice(
                    "error",
                    f"The collector cannot start: {said}",
                    "",
                    self._shown_url,
                    "collector-start",
                )
            )

    # listening --------------------------------------------------------------------------------------------------

    def _listen(self, line: Line) -> None:
        try:
            messages = line.receive()
            if line.greeted and not self._attached:
                self._take_table(line)
            elif not line.greeted and self._clock() - self._called_at > _GREETING_S:
                raise LineError("nobody of ours answers there")
            for message in messages:
                self._take(message)
            refused = self._attached and self.table.connection().link is Link.REFUSED
            if self._attached and not self._offered and (refused or self._chosen):
                self._offer(line)
        except LineError:
            self._hang_up()
        except protocol.Strange as error:
            self._say_strange(error)
            self._hang_up()

    def _say_strange(self, error: protocol.Strange) -> None:
        """The collector that runs, perhaps a service, was not updated when this window was, or the other way round."""
        if not self._strange:
            self._strange = True
            text = f"The collector that runs is of another version of twinviewer ({error})."
            remedy = "End it (close the other windows, or stop its service); the next one fits."
            self._tell(Notice("error", text, remedy, self._shown_url, "collector-version"))

    def _take_table(self, line: Line) -> None:
        try:
            table = TagTable.open(Path(line.ready.table), self._scene.key)
        except DataError as error:
            raise LineError(str(error)) from error
        self.table.close()
        self.table = table
        self._attached = True
        self._offered = False
        self._beat_ns, self._beat_at = table.heartbeat_ns, self._clock()
        self._pause_s = _FIRST_PAUSE_S
        if not self.alive:
            self.alive = True
            self._tell(Notice("info", "The collector runs again.", "", self._shown_url, "collector"))

    def _offer(self, line: Line) -> None:
        """Our options may be better than those that the server refused, which came from whoever was first; or a
        person wants just them."""
        self._offered = True
        sealed = protocol.seal(self._wish.options.to_json(), line.ready.token)
        line.send({"command": "options", "arguments": {"sealed": sealed, "chosen": self._chosen}})
        self._chosen = False

    def _take(self, message: dict) -> None:
        if "alarms" in message:
            self.alarms = protocol.alarms_of(message)
            self.flood = bool(message["flood"])
            self.alarms_10_min = int(message["alarms_10_min"])
        elif "notice" in message:
            self._tell(protocol.notice_of(message))
        elif "recording" in message:
            self._take_recording(protocol.recorded_of(message))
        elif "goodbye" in message:
            self._hang_up()

    def _take_recording(self, recorded: protocol.Recorded) -> None:
        """What the collector records into. Where it records nothing and we want it to, it is asked to."""
        self.recorded = recorded
        self.recording = Path(recorded.folder) if recorded.folder else None
        if recorded.stopped:
            self._wish = replace(self._wish, record=None)
        elif self.recording is not None:
            self._wish = replace(self._wish, record=self.recording)
        elif self._wish.record is not None and self._line is not None:
            wanted = {"folder": str(self._wish.record.resolve()), "by": person()}
            self._line.send({"command": "record", "arguments": wanted})

    # watching ---------------------------------------------------------------------------------------------------

    def _watch(self) -> None:
        now = self._clock()
        if not self._attached:
            if self.alive and now - self._begun_at > _START_S:
                self._dead("The collector does not start.")
            return
        beat = self.table.heartbeat_ns
        if beat != self._beat_ns:
            self._beat_ns, self._beat_at = beat, now
            if not self.alive:
                self.alive = True
                self._tell(Notice("info", "The collector answers again.", "", self._shown_url, "collector"))
        elif now - self._beat_at > HUNG_S:
            self._end_hung()
        elif now - self._beat_at > SILENT_S and self.alive:
            self._dead("The collector does not answer.")

    def _hang_up(self) -> None:
        """The line is gone: whoever was there is dead, or about to be."""
        if self._line is not None:
            self._line.close()
            self._line = None
            self._find_at = self._clock() + _FIRST_PAUSE_S  # meanwhile another may be started
        if self._attached:
            self._attached = False
            self._begun_at = self._start_at = self._clock()
            if self.alive:
                self._dead("The collector ended.")

    def _dead(self, text: str) -> None:
        self.alive = False
        self.dead_since_ns = time.time_ns()
        remedy = "Nothing is received or recorded; it is being started again."
        self._tell(Notice("error", text, remedy, self._shown_url, "collector"))

    def _end_hung(self) -> None:
        line = self._line
        if line is not None:
            with contextlib.suppress(psutil.Error):
                process = psutil.Process(line.ready.pid)
                if any("twinviewer" in word for word in process.cmdline()):
                    process.kill()
        self._hang_up()

    def _tell(self, notice: Notice) -> None:
        self.notices.append(notice)
