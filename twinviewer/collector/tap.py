"""A bounded queue between the feed and a recorder, so that a slow disk never holds up the live view."""

import logging
import queue
import threading
from typing import Any, Protocol

from twinviewer.model.alarm import AlarmEvent
from twinviewer.model.connection import Connection
from twinviewer.model.sample import SampleBatch

MOST_BATCHES = 4096

log = logging.getLogger(__name__)


class Tap(Protocol):
    """Somebody who wants everything, in order: a recorder. Called from one thread of its own; may take its time."""

    def tap(self, batch: SampleBatch) -> None:
        """Samples, before they reach the table."""
        ...

    def event(self, event: AlarmEvent) -> None:
        """A change in an alarm's life."""
        ...

    def connection(self, connection: Connection, time_ns: int | None = None) -> None:
        """The state of the connection changed, at this moment (None: now)."""
        ...

    def action(self, action: dict[str, Any]) -> None:
        """What a person did: "what", "time_ns", and the arguments of the command."""
        ...

    def note(
        self, time_ns: int, text: str, by: str, asset: str = "", corrects: str = "", withdrawn: bool = False
    ) -> None:
        """A person's remark, on an asset where it is about one; with `corrects` what a note (by key) says instead."""
        ...


class TapQueue:
    """Hands everything on in a thread; what does not fit is dropped and counted, newest first.

    `dropped` counts samples. A tap that raises is told to `failed` once and gets nothing more.
    """

    def __init__(self, tap: Tap, most: int = MOST_BATCHES) -> None:
        self._tap = tap
        self._queue: queue.Queue[tuple[str, tuple[object, ...]] | None] = queue.Queue(most)
        self._thread = threading.Thread(target=self._work, name="twinviewer-tap", daemon=True)
        self.dropped = 0
        self.failed = ""
        self._thread.start()

    def put(self, name: str, *arguments: object) -> None:
        """Call `tap.name(*arguments)` later; never waits."""
        if self.failed:
            return
        try:
            self._queue.put_nowait((name, arguments))
        except queue.Full:
            self.dropped += len(arguments[0]) if isinstance(arguments[0], SampleBatch) else 1

    def close(self, timeout_s: float = 10.0) -> None:
        """Let the tap take what is still queued, then end."""
        try:
            self._queue.put(None, timeout=timeout_s)
        except queue.Full:
            log.error("the recorder does not take anything any more")
            return
        self._thread.join(timeout_s)

    def _work(self) -> None:
        while (item := self._queue.get()) is not None:
            if self.failed:
                continue
            name, arguments = item
            try:
                getattr(self._tap, name)(*arguments)
            except Exception as error:
                log.exception("the recorder failed")
                self.failed = str(error) or type(error).__name__
