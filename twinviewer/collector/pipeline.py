"""The whole way from a live source to alarms: feed, tag table, states, alarm book; in one asyncio loop."""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from twinviewer.collector.supervisor import Supervisor
from twinviewer.collector.tap import Tap, TapQueue
from twinviewer.collector.waveforms import Waveforms
from twinviewer.feeds.options import FeedOptions
from twinviewer.feeds.source import FeedSource, feed_of
from twinviewer.model.alarm import Alarm, AlarmEvent, ServerCondition, StandingConditions
from twinviewer.model.connection import Connection, Link, without_secret
from twinviewer.model.frame import TagSnapshot
from twinviewer.model.notice import Notice
from twinviewer.model.sample import SampleBatch
from twinviewer.scene.scene import Scene
from twinviewer.states.alarms import AlarmBook
from twinviewer.states.evaluator import Evaluator
from twinviewer.tags.table import TagTable

TICK_S = 0.25
_SKEW_WORTH_A_WORD_S = 5.0

log = logging.getLogger(__name__)


class Pipeline:
    """`start` and `stop` run it in a thread of its own; `run` inside a loop that stands.

    `snapshot`, `connection`, `alarms`, `flood` and `alarms_10_min` may be read from any thread. `changed` is called
    in the loop after any change of alarms; `notify` with every message to a person. Raises FeedError at once when
    nothing can serve the address.
    """

    def __init__(
        self,
        scene: Scene,
        url: str,
        options: FeedOptions | None = None,
        tap: Tap | None = None,
        *,
        table: TagTable | None = None,
        clock_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        feed_of(url)
        self.scene = scene
        self.source = FeedSource(url, options or FeedOptions())
        self.book = AlarmBook(scene)
        self.table = table or TagTable.in_memory(len(scene.tags))
        self.changed: Callable[[], None] = lambda: None
        self.notify: Callable[[Notice], None] = lambda notice: None
        self._reader = self.table.second_reader()
        self._clock_ns = clock_ns
        self._evaluator = Evaluator(scene)
        self._tap = TapQueue(tap) if tap is not None else None
        self._tap_failure = ""
        self._supervisor: Supervisor | None = None
        self._waveforms = Waveforms(scene, self._take, self._reader.read, clock_ns)
        self._connection = Connection(Link.CONNECTING, "", clock_ns(), without_secret(url))
        self._skew_said = False
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._work: asyncio.Task[None] | None = None
        self._record("connection", self._connection, clock_ns())  # a recorder starts from how it stands, not from hope
        self.table.set_connection(self._connection)
        self.table.beat(clock_ns())

    # from outside ---------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin, in a thread; returns at once."""
        ready = threading.Event()
        self._thread = threading.Thread(target=self._in_thread, args=(ready,), name="twinviewer-feed", daemon=True)
        self._thread.start()
        ready.wait()

    def stop(self) -> None:
        """End the session politely and wait for it. Idempotent."""
        if self._thread is not None and self._loop is not None and self._work is not None:
            if self._thread.is_alive():
                self._loop.call_soon_threadsafe(self._work.cancel)
            self._thread.join()
            self._thread = None

    def snapshot(self) -> TagSnapshot:
        """The newest samples, copied."""
        return self.table.read()

    def connection(self) -> Connection:
        """How the feed stands."""
        return self._connection

    @property
    def alarms(self) -> tuple[Alarm, ...]:
        """Every alarm that is not normal."""
        return self.book.alarms

    @property
    def flood(self) -> bool:
        """Whether more alarms come than a person can follow."""
        return self.book.flood

    @property
    def alarms_10_min(self) -> int:
        """Alarms raised in the last ten minutes."""
        return self.book.alarms_10_min

    def try_now(self) -> None:
        """Connect again without waiting; call it in the loop."""
        if self._supervisor is not None:
            self._supervisor.try_now()

    def offer(self, options: FeedOptions, chosen: bool = False) -> None:
        """A window came with these options. They are taken when the ones in force were refused, or when a person has
        `chosen` them just now; whether anything may be written stays as it was. In the loop."""
        options = replace(options, allow_write=self.source.options.allow_write)
        refused = self._connection.link is Link.REFUSED
        if self._supervisor is None or options == self.source.options or not (refused or chosen):
            return
        self.source = FeedSource(self.source.url, options)
        self._supervisor.use(self.source)
        if not refused:
            text = "The connection is made anew with other settings, as they were chosen in a window."
            self.notify(Notice("info", text, "", without_secret(self.source.url), "options"))

    # the loop --------------------------------------------------------------------------------------------------

    def _in_thread(self, ready: threading.Event) -> None:
        async def main() -> None:
            self._loop = asyncio.get_running_loop()
            self._work = asyncio.create_task(self.run())
            ready.set()
            await asyncio.gather(self._work, return_exceptions=True)

        try:
            asyncio.run(main())
        finally:
            ready.set()

    async def run(self) -> None:
        """Feed and evaluate until cancelled."""
        asked = [tag for tag in self.scene.tags if tag.derived_from < 0]
        self._supervisor = Supervisor(self.source, asked, _Inlet(self), self._clock_ns)
        feed = asyncio.create_task(self._supervisor.run())
        waveforms = asyncio.create_task(self._waveforms.run())
        try:
            while True:
                self.tick()
                await asyncio.wait([feed], timeout=TICK_S)
                for task in (feed, waveforms):
                    if task.done():
                        task.result()
        finally:
            feed.cancel()
            waveforms.cancel()
            await asyncio.gather(feed, waveforms, return_exceptions=True)
            self._count()
            if self._tap is not None:
                await asyncio.to_thread(self._tap.close)

    def _take(self, batch: SampleBatch) -> None:
        """First the record, which wants every sample; then the table, which wants the newest."""
        self._record("tap", batch)
        self.table.write(batch)

    def tick(self) -> None:
        """Evaluate once: states, alarms, heartbeat."""
        now_ns = self._clock_ns()
        self.table.beat(now_ns)
        self._count()
        snapshot, states = self._evaluator.evaluate(self._reader.read(), now_ns, self._connection)
        self.publish(self.book.update(snapshot, states, now_ns))
        self._watch_tap()

    def _count(self) -> None:
        """Samples are counted between the feed's own reports too."""
        if self._supervisor is not None and self._supervisor.now.samples != self._connection.samples:
            self._connection_changed(self._supervisor.now)

    def publish(self, events: list[AlarmEvent]) -> None:
        """Alarm events happened: record them and tell whoever listens."""
        for event in events:
            self._record("event", event)
        if events:
            self.changed()

    def acted(self, what: str, arguments: Mapping[str, Any]) -> None:
        """A person's command was carried out: for the record."""
        self._record("action", {**arguments, "what": what, "time_ns": self._clock_ns()})

    def note(
        self, text: str, by: str, asset: str = "", time_ns: int = 0, corrects: str = "", withdrawn: bool = False
    ) -> None:
        """A person's remark on a moment (0: now), on an asset where it is about one, for the record.

        With `corrects` (the key of a note) it stands in its place, or tells why that was withdrawn.
        """
        self._record("note", time_ns or self._clock_ns(), text, by, asset, corrects, withdrawn)

    @property
    def recorded(self) -> bool:
        """Whether somebody takes everything."""
        return self._tap is not None

    def record_into(self, tap: Tap) -> None:
        """Begin to record while running; what is known already comes first. In the loop, once."""
        known = self._reader.read()
        slot = np.flatnonzero(known.received_ns > 0).astype(np.int32)
        text = {row: known.text[tag] for row, tag in enumerate(slot.tolist()) if tag in known.text}
        columns = (known.value[slot], known.status[slot], known.source_ns[slot], known.server_ns[slot])
        self._tap = TapQueue(tap)
        self._record("connection", self._connection)
        self._record("tap", SampleBatch(slot, *columns, self._clock_ns(), text))

    def record_no_more(self) -> TapQueue | None:
        """Nothing that comes from now on is recorded; what came before waits in the queue: close it. In the loop."""
        ended, self._tap, self._tap_failure = self._tap, None, ""
        return ended

    def _record(self, name: str, *arguments: object) -> None:
        if self._tap is not None:
            self._tap.put(name, *arguments)

    def _watch_tap(self) -> None:
        if self._supervisor is None:
            return
        skipped = self._waveforms.skipped
        if self._tap is None:
            if skipped:
                self._supervisor.dropped(skipped)
            return
        self._supervisor.dropped(self._tap.dropped + skipped)
        if self._tap.failed and not self._tap_failure:
            self._tap_failure = self._tap.failed
            text = f"The recording stopped: {self._tap_failure}"
            self.notify(Notice("error", text, "Look at the disk, then start again.", key="record"))

    def _connection_changed(self, connection: Connection) -> None:
        said = _worth_recording(self._connection)
        self._connection = connection
        self.table.set_connection(connection)
        if _worth_recording(connection) != said:
            self._record("connection", connection, self._clock_ns())
        self._say_skew(connection)

    def _say_skew(self, connection: Connection) -> None:
        skew = connection.clock_skew_s
        far = abs(skew) > _SKEW_WORTH_A_WORD_S
        if far == self._skew_said:
            return
        self._skew_said = far
        way = "ahead of" if skew > 0 else "behind"
        text = f"The server's clock is {abs(skew):.0f} s {way} this computer's; ages are corrected for it."
        if not far:
            text = "The clocks of server and computer agree again."
        remedy = "Synchronise both clocks (NTP)." if far else ""
        self.notify(Notice("warning" if far else "info", text, remedy, connection.url, "clock", self._clock_ns()))


def _worth_recording(connection: Connection) -> tuple[object, ...]:
    """What decides how the past is shown; ages are corrected by the skew of the clocks."""
    return connection.link, connection.why, connection.bad_items, round(connection.clock_skew_s, 1)


class _Inlet:
    """Where the supervisor delivers."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline

    def samples(self, batch: SampleBatch) -> None:
        """Everything of the feed is taken, and waveforms are worked out besides."""
        self._pipeline._take(batch)
        self._pipeline._waveforms.offer(batch)

    def connection(self, connection: Connection) -> None:
        """Shown and, where the state changed, recorded."""
        self._pipeline._connection_changed(connection)

    def event(self, event: ServerCondition | StandingConditions) -> None:
        """The server's own alarms stand in the same book as ours."""
        book, now_ns = self._pipeline.book, self._pipeline._clock_ns()
        if isinstance(event, StandingConditions):
            self._pipeline.publish(book.standing_on_server(event.keys, now_ns))
        else:
            self._pipeline.publish(book.on_server(event, now_ns))

    def lost(self) -> None:
        """What was good is now the last usable value."""
        self._pipeline._waveforms.forget()
        self._pipeline.table.mark_last_usable()
