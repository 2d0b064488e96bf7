"""What waits in memory to be written: samples and lines, bounded, for a recorder's writing thread."""

import itertools
import threading
from collections import deque
from collections.abc import Iterator
from typing import Any

from twinviewer.history.layout import DAY_NS
from twinviewer.model.sample import SampleBatch

MOST_LINES = 20_000
AT_ONCE = 100_000  # samples

Entry = tuple[str, int, dict[str, Any]]  # table, moment, line


class Waiting:
    """Filled by one thread, emptied by another. Above `most` samples the oldest go: `dropped` counts them.

    `samples` is how many wait, `written` how many were taken away as done. Of lines the newest `MOST_LINES` wait:
    `lines_dropped` counts the others.
    """

    def __init__(self, most: int) -> None:
        self.samples = self.written = self.dropped = self.lines_dropped = 0
        self._most = most
        self._lock = threading.Lock()
        self._batches: deque[SampleBatch] = deque()
        self._lines: deque[Entry] = deque(maxlen=MOST_LINES)

    def put(self, batch: SampleBatch) -> None:
        """Samples wait."""
        with self._lock:
            self._batches.append(batch)
            self.samples += len(batch)
            while self.samples > self._most and len(self._batches) > 1:
                lost = len(self._batches.popleft())
                self.samples -= lost
                self.dropped += lost

    def put_line(self, table: str, time_ns: int, line: dict[str, Any]) -> None:
        """A line of a journal waits."""
        with self._lock:
            self.lines_dropped += len(self._lines) == MOST_LINES
            self._lines.append((table, time_ns, line))

    @property
    def lines(self) -> int:
        """How many lines wait."""
        return len(self._lines)

    def batches(self) -> list[SampleBatch]:
        """The oldest samples, as many as should be written at once; they stay until `done`."""
        found, rows = [], 0
        with self._lock:
            for batch in self._batches:
                found.append(batch)
                rows += len(batch)
                if rows >= AT_ONCE:
                    break
        return found

    def done(self, batches: list[SampleBatch], count: int) -> None:
        """Let go of the first `count` samples of these; `put` may have dropped some of them meanwhile."""
        with self._lock:
            self.written += count
            for batch in batches:
                count -= len(batch)
                if count < 0:
                    break
                if self._batches and self._batches[0] is batch:
                    self._batches.popleft()
                    self.samples -= len(batch)

    def runs(self) -> Iterator[list[Entry]]:
        """Lines that belong into the same file, one run after the other; each is let go when the next is asked for."""
        with self._lock:
            waiting = list(self._lines)
        for _, run in itertools.groupby(waiting, key=lambda entry: (entry[0], entry[1] // DAY_NS)):
            entries = list(run)
            yield entries
            with self._lock:  # those that did not fit meanwhile are gone already
                for entry in entries:
                    if self._lines and self._lines[0] is entry:
                        self._lines.popleft()
