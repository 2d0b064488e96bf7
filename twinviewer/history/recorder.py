"""The recorder: takes every sample, alarm event and action, and gets them to the disk whatever happens there."""

import logging
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from twinviewer.history import journal
from twinviewer.history import retention as retentions
from twinviewer.history.layout import ACTIONS, ALARMS, BEAT_NS, BEAT_TAG, LINKS, NOTES, NS, SLICE_ROWS
from twinviewer.history.notes import change_line, note_line
from twinviewer.history.retention import Retention
from twinviewer.history.rows import Rows, concatenated, from_batches
from twinviewer.history.store import Store, beats
from twinviewer.history.waiting import Waiting
from twinviewer.model.alarm import Alarm, AlarmEvent, AlarmState
from twinviewer.model.connection import Connection
from twinviewer.model.errors import RecordingError
from twinviewer.model.notice import Notice
from twinviewer.model.sample import SampleBatch
from twinviewer.scene.scene import Scene

log = logging.getLogger(__name__)

FLUSH_S = 0.4  # what a kill can lose at most, besides what is on its way
SYNC_S = 0.8  # what a power cut can lose at most, where the disk does what it says
RETRY_S = 1.0
MAX_ROWS = 2_000_000  # samples held in memory while the disk takes none: about 100 MB
COMPACT_EVERY_S = 30.0
SMALL_ROWS = 2_000_000  # up to so many samples the running hour is compacted while closing


@dataclass(frozen=True, slots=True)
class RecorderStatus:
    """Samples `written` to the disk, `waiting` in memory, `dropped` because memory is bounded; `trouble` or "".

    `lines` (alarms, actions, notes, the connection) wait in memory. After `close` what waits is lost.
    """

    written: int
    waiting: int
    dropped: int
    trouble: str
    lines: int = 0


class Recorder:
    """Records one scene into one folder. `tap`, `event`, `action` and `connection` never block and never raise.

    With `threads=False` nothing runs in the background: the caller calls `flush` (tests, plants made up faster than
    real time); `unbroken` then says that the time between any two samples was recorded too. `clock` gives UTC ns.
    `notify` hears notices, from the writing thread. `standing` are the alarms that already stand. `retention` becomes
    the folder's; None leaves what the folder says. Raises RecordingError where the folder holds something else or
    another recorder writes into it.
    """

    def __init__(
        self,
        folder: Path | str,
        scene: Scene,
        *,
        clock: Callable[[], int] = time.time_ns,
        notify: Callable[[Notice], None] | None = None,
        retention: Retention | None = None,
        standing: Iterable[Alarm] = (),
        threads: bool = True,
        unbroken: bool = False,
        slice_rows: int = SLICE_ROWS,
        max_rows: int = MAX_ROWS,
    ) -> None:
        self.folder = Path(folder)
        self._clock, self.notify, self._unbroken = clock, notify, unbroken
        self._waiting = Waiting(max_rows)
        self._store = Store(self.folder, scene, slice_rows)
        if retention is not None:
            self._keep(retention)
        self._writing = threading.Lock()  # guards the store
        self._told_dropped = self._told_lines = 0
        self._trouble = self._compaction = ""
        self._broken = False  # whether the running slice must be given up
        self._book = {alarm.key: alarm for alarm in standing}
        self._book_day = -1
        self._connection: Connection | None = None
        self._last_ns = 0
        self._synced_at = 0.0
        self._begin()
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        if threads:
            for name, work in (("recorder", self._write_loop), ("compaction", self._compact_loop)):
                thread = threading.Thread(target=work, name=f"twinviewer-{name}", daemon=True)
                self._threads.append(thread)
                thread.start()

    def _keep(self, retention: Retention) -> None:
        try:
            retentions.save(self.folder, retention)
        except OSError as error:
            self._store.close()
            text = f"the recording cannot be written: {error.strerror or error}"
            raise RecordingError(text, str(self.folder)) from error

    def _begin(self) -> None:
        now_ns = self._clock()
        self._line(LINKS, now_ns, {"time_ns": now_ns, "what": "begun"})
        self._stand(now_ns)

    # what may be called from the collector's loop -----------------------------------------------------------------

    def tap(self, batch: SampleBatch) -> None:
        """Keep samples. The recorder reads the arrays later: they must not change."""
        if len(batch):
            self._waiting.put(batch)

    def event(self, event: AlarmEvent) -> None:
        """Keep one change of an alarm."""
        self._stand(event.time_ns)
        if event.alarm.state is AlarmState.NORMAL:
            self._book.pop(event.alarm.key, None)
        else:
            self._book[event.alarm.key] = event.alarm
        self._line(ALARMS, event.time_ns, journal.event_line(event))

    def action(self, action: dict[str, Any]) -> None:
        """Keep what a person did: "what", "by" and what belongs to it; "time_ns" is now where it is not given."""
        time_ns = int(action.get("time_ns") or self._clock())
        self._line(ACTIONS, time_ns, {**{k: _plain(v) for k, v in action.items()}, "time_ns": time_ns})

    def note(
        self, time_ns: int, text: str, by: str, asset: str = "", corrects: str = "", withdrawn: bool = False
    ) -> None:
        """Keep a person's remark on a moment, and on an asset where it is about one, or what a note says instead."""
        line = note_line(time_ns, text, by, asset)
        if corrects:
            line = change_line(time_ns, text, by, asset, corrects, withdrawn, self._clock())
        self._line(NOTES, time_ns, line)

    def connection(self, connection: Connection, time_ns: int | None = None) -> None:
        """Keep how the feed stands, when it differs in more than its counters."""
        known = self._connection
        if known is not None and _gist(known) == _gist(connection):
            return
        self._connection = connection
        now_ns = time_ns or self._clock()
        self._line(LINKS, now_ns, journal.connection_line(now_ns, connection))

    @property
    def status(self) -> RecorderStatus:
        """How the recording goes."""
        waiting = self._waiting
        return RecorderStatus(waiting.written, waiting.samples, waiting.dropped, self._trouble, waiting.lines)

    def _line(self, table: str, time_ns: int, line: dict[str, Any]) -> None:
        self._waiting.put_line(table, time_ns, line)

    def _stand(self, time_ns: int) -> None:
        """Once a day, and at the start: all alarms that stand, so that a day can be read by itself."""
        day = time_ns // (86400 * NS)
        if day != self._book_day:
            self._book_day = day
            self._line(ALARMS, time_ns, journal.standing_line(time_ns, self._book.values()))

    # writing ------------------------------------------------------------------------------------------------------

    def flush(self) -> bool:
        """Write what waits; False, with a notice the first time, where the disk does not take it."""
        with self._writing:
            try:
                self._mend()
            except OSError as error:
                self._fail(error.strerror or str(error))
                return False
            lines, samples = _failure(self._write_lines), _failure(self._write_samples)  # neither waits for the other
            self._broken = samples is not None
            if samples is not None:
                self._fail(samples.strerror or str(samples))
            elif lines is not None:
                self._fail(
                    f"{lines.strerror or lines} ({lines.filename or 'a journal'})", "Alarms, actions and notes wait"
                )
            else:
                self._recover()
            return samples is None and lines is None

    def _mend(self) -> None:
        """After a failure, or where the folder is gone: begin anew in the folder as it is now. Raises OSError."""
        reason = self._store.missing()
        if reason:
            self._fail(reason)
        if reason or self._broken:
            self._store.repair()

    def _write_lines(self) -> None:
        for run in self._waiting.runs():
            table, time_ns, _ = run[0]
            self._store.lines(table, time_ns, [line for _, _, line in run])

    def _write_samples(self) -> None:
        while batches := self._waiting.batches():
            taken = from_batches(batches, self._store.tag_of_slot)
            self._watch_clock(int(taken.time[0]))
            last_ns = int(taken.time[-1])
            if self._unbroken:
                taken = _filled(taken, self._last_ns)
            try:
                self._store.write(taken)
                self._last_ns = last_ns
            finally:
                self._waiting.done(batches, int(np.count_nonzero(taken.tag[: self._store.done] != BEAT_TAG)))
        now_ns = self._clock()
        if self._threads and now_ns - self._last_ns > BEAT_NS:
            self._store.beat(now_ns)
            self._last_ns = now_ns
        if self._threads and time.monotonic() - self._synced_at >= SYNC_S:
            self._synced_at = time.monotonic()
            self._store.sync()

    def _watch_clock(self, first_ns: int) -> None:
        back_s = (self._last_ns - first_ns) / NS
        if back_s >= 1:
            text = f"The clock went back by {back_s:.0f} s; the recording goes on and keeps both stretches."
            self._line(LINKS, first_ns, {"time_ns": first_ns, "what": "clock", "text": text})
            self._say("warning", text, "recorder-clock")

    def _fail(self, reason: str, waits: str = "Samples wait") -> None:
        if not self._trouble:
            text = f"The recording cannot be written: {reason}. {waits} in memory."
            self._say("error", text, "recorder", "Make room, or bring the folder back: the recording then goes on.")
        self._trouble = reason

    def _recover(self) -> None:
        if not self._trouble:
            return
        reason, self._trouble = self._trouble, ""
        dropped, lines = self._waiting.dropped, self._waiting.lines_dropped
        now_ns = self._clock()
        text = f"The recording goes on after: {reason}."
        if dropped > self._told_dropped:
            text += f" {dropped - self._told_dropped} samples were lost meanwhile."
        if lines > self._told_lines:
            text += f" {lines - self._told_lines} alarms, actions or notes were lost meanwhile."
        self._told_dropped, self._told_lines = dropped, lines
        self._line(LINKS, now_ns, {"time_ns": now_ns, "what": "trouble", "text": text, "dropped": dropped})
        self._say("info", text, "recorder")

    def _say(self, level: str, text: str, key: str, remedy: str = "") -> None:
        if self.notify is not None:
            self.notify(Notice(level, text, remedy, str(self.folder), key, self._clock()))

    def _write_loop(self) -> None:
        while not self._stop.wait(RETRY_S if self._trouble else FLUSH_S):
            try:
                self.flush()
            except Exception as error:  # a fault of ours must not end the recording in silence
                log.exception("the recorder failed")
                self._fail(f"internal error: {type(error).__name__}: {error}")

    def _compact_loop(self) -> None:
        while not self._stop.wait(COMPACT_EVERY_S):
            self.compact()

    def compact(self) -> None:
        """Compact finished hours and apply the retention; trouble there is told and tried again later."""
        try:
            self._store.compact(self._clock())
            retentions.apply_retention(self.folder, retentions.load(self.folder), self._clock())
        except (OSError, RecordingError) as error:
            known, self._compaction = self._compaction, str(error)
            if known == self._compaction:
                return
            if isinstance(error, RecordingError):
                self._say("warning", f"{error.text}.", "compaction", error.remedy)
            else:
                text = f"An hour could not be compacted: {error.strerror or error}."
                self._say("warning", text, "compaction", "It is kept as it is, and tried again.")
        else:
            if self._compaction:
                self._say("info", "Compaction works again.", "compaction")
            self._compaction = ""

    def close(self, compact: bool | None = None) -> None:
        """Write what waits and let the folder go; the running hour is compacted where that is quick."""
        self._stop.set()
        for thread in self._threads:
            thread.join()
        now_ns = self._clock()
        if self._threads:
            self._line(LINKS, now_ns, {"time_ns": now_ns, "what": "ended"})
        self.flush()
        with self._writing:
            try:
                self._store.end_slice()
                if self._waiting.written <= SMALL_ROWS if compact is None else compact:
                    self._store.compact(None)
            except OSError as error:
                self._fail(error.strerror or str(error))
            finally:
                self._store.close()


def _failure(work: Callable[[], None]) -> OSError | None:
    """What kept some work from being done."""
    try:
        work()
    except OSError as error:
        return error
    return None


def _filled(rows: Rows, last_ns: int) -> Rows:
    """The same with signs of life since `last_ns` (0: never) in between."""
    alive = beats(np.arange((last_ns or int(rows.time[0])) + BEAT_NS, int(rows.time[-1]), BEAT_NS, dtype=np.int64))
    both = concatenated([rows, alive])
    return both.take(np.argsort(both.time, kind="stable"))


def _gist(connection: Connection) -> tuple[object, ...]:
    c = connection
    return c.link, c.why, c.since_ns, c.url, c.security, c.bad_items, round(c.clock_skew_s, 1)


def _plain(value: object) -> object:
    """A value as JSON has it."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value if value - value == 0 else None
    return [_plain(v) for v in value] if isinstance(value, list | tuple) else str(value)
