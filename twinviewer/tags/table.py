"""The newest sample of every tag as columns in a memory-mapped file: one process writes, many read."""

import json
import mmap
import os
import struct
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path

import numpy as np

from twinviewer.model.connection import Connection, Link
from twinviewer.model.errors import DataError
from twinviewer.model.frame import TagSnapshot
from twinviewer.model.quality import STATUS_UNCERTAIN_LAST_USABLE
from twinviewer.model.sample import SampleBatch
from twinviewer.tags import layout

_READ_LIMIT_S = 0.02  # blocks that stay unreadable this long belong to a writer that died, or hangs, while writing
_PAUSE_S = 0.000_05
_NEW = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
_NUMBERS = ("value", "status", "source_ns", "server_ns", "received_ns")


class TagTable:
    """Consistency: rows stand in blocks of 512, each with a counter that is odd while the block is written.

    A reader copies everything, then copies again the blocks whose counters moved meanwhile: a sample is never torn
    and a value never stands beside another's status. Where a writer died in mid-write, the reader keeps what it
    last read of that block. `create` and `open` are the ways in; `in_memory` serves a single process.
    """

    def __init__(self, memory: mmap.mmap, n: int) -> None:
        self.n = n
        self._memory = memory
        self._fence = threading.Lock()
        plan = layout.layout_of(n)
        self._counter = np.frombuffer(memory, np.uint64, layout.blocks_of(n), plan.counters_at)
        self._beat = np.frombuffer(memory, np.int64, 1, layout.HEARTBEAT_AT)
        self._note = np.frombuffer(memory, np.uint64, 1, layout.NOTE_COUNTER_AT)
        self._column: dict[str, np.ndarray] = {
            name: np.frombuffer(memory, kind, n, plan.offsets[name]) for name, kind in layout.COLUMNS
        }
        self._last: dict[str, np.ndarray] | None = None
        self._text_rows = np.zeros(0, np.intp)
        self._text_raw = np.zeros(0, f"S{layout.TEXT_BYTES}")
        self._texts: Mapping[int, str] = {}
        self._connection = Connection()

    @classmethod
    def create(cls, path: Path, n: int, key: str) -> "TagTable":
        """A new, empty table of `n` rows in a new file that only its owner may read. Raises DataError."""
        try:
            with os.fdopen(os.open(path, _NEW, 0o600), "rb+") as file:
                file.truncate(layout.layout_of(n).size)
                memory = mmap.mmap(file.fileno(), layout.layout_of(n).size)
        except OSError as error:
            raise DataError(f"the tag table cannot be made: {error}", str(path)) from error
        return cls._fresh(memory, n, key)

    @classmethod
    def in_memory(cls, n: int) -> "TagTable":
        """A new, empty table that nobody else sees."""
        return cls._fresh(mmap.mmap(-1, layout.layout_of(n).size), n, "")

    @classmethod
    def _fresh(cls, memory: mmap.mmap, n: int, key: str) -> "TagTable":
        table = cls(memory, n)
        table._column["value"][:] = np.nan
        memory[: layout.HEAD.size] = layout.HEAD.pack(layout.MAGIC, layout.VERSION, n, layout.key_bytes(key))
        return table

    @classmethod
    def open(cls, path: Path, key: str) -> "TagTable":
        """The table that another process made for a scene with this key. Raises DataError."""
        try:
            with path.open("rb+") as file:
                size = file.seek(0, 2)
                if size < layout.HEADER_BYTES:
                    raise DataError("this is not a tag table", str(path))
                memory = mmap.mmap(file.fileno(), size)
        except (OSError, ValueError) as error:
            raise DataError(f"the tag table cannot be opened: {error}", str(path)) from error
        magic, version, n, found = layout.HEAD.unpack_from(memory)
        wrong = ""
        if magic != layout.MAGIC or (version == layout.VERSION and layout.layout_of(n).size != size):
            wrong = "this is not a tag table"
        elif version != layout.VERSION:
            wrong = f"the tag table was made by another version of twinviewer (layout {version}, not {layout.VERSION})"
        elif found != layout.key_bytes(key):
            wrong = "the tag table belongs to another state of the scene"
        if wrong:
            memory.close()
            raise DataError(wrong, str(path), "Start the collector again.")
        return cls(memory, n)

    def second_reader(self) -> "TagTable":
        """The same memory for another thread: one TagTable object must not be read from two at once."""
        return TagTable(self._memory, self.n)

    # writing ---------------------------------------------------------------------------------------------------

    def write(self, batch: SampleBatch) -> None:
        """Store samples; of several for one tag the last one stays. Raises IndexError on a slot outside the table."""
        if not len(batch):
            return
        slot = np.asarray(batch.slot)
        if int(slot.min()) < 0 or int(slot.max()) >= self.n:
            raise IndexError(f"slots {slot.min()} to {slot.max()} do not fit a table of {self.n} rows")
        texts = self._last_texts(slot, batch) if batch.text else {}
        column = self._column
        with self._writing(np.unique(slot // layout.BLOCK)):
            for name in _NUMBERS:
                column[name][slot] = getattr(batch, name)
            column["has_text"][slot] = 0
            for row, text in texts.items():
                column["text"][row] = _cut(text)
                column["has_text"][row] = 1

    def mark_last_usable(self) -> None:
        """The link is gone: good values become UncertainLastUsableValue; values, times and texts stay."""
        status: np.ndarray = self._column["status"]
        good = np.flatnonzero((status >> np.uint32(30) == 0) & (self._column["received_ns"] != 0))
        with self._writing(np.unique(good // layout.BLOCK)):
            status[good] = STATUS_UNCERTAIN_LAST_USABLE

    def set_connection(self, connection: Connection) -> None:
        """Say how the feed stands."""
        told = {**asdict(connection), "link": int(connection.link)}
        raw = json.dumps(told).encode()
        if len(raw) > layout.NOTE_BYTES:  # 12 bytes at most for a character
            raw = json.dumps({k: v[:150] if isinstance(v, str) else v for k, v in told.items()}).encode()
        self._note += np.uint64(1)
        self._pass_fence()
        struct.pack_into("<I", self._memory, layout.NOTE_LENGTH_AT, len(raw))
        self._memory[layout.NOTE_AT : layout.NOTE_AT + len(raw)] = raw
        self._pass_fence()
        self._note += np.uint64(1)

    def beat(self, now_ns: int) -> None:
        """Say that the writer lives."""
        self._beat[0] = now_ns

    @contextmanager
    def _writing(self, blocks: np.ndarray) -> Iterator[None]:
        """The counters of these blocks are odd inside, and even again however it ends."""
        self._counter[blocks] += np.uint64(1)
        self._pass_fence()
        try:
            yield
        finally:
            self._pass_fence()
            self._counter[blocks] += np.uint64(1)

    @staticmethod
    def _last_texts(slot: np.ndarray, batch: SampleBatch) -> dict[int, str]:
        """The text of each table row whose last sample in the batch is text."""
        texts = {int(slot[row]): (row, text) for row, text in sorted(batch.text.items())}
        rows = np.flatnonzero(np.isin(slot, list(texts)))
        last = {int(slot[row]): int(row) for row in rows}
        return {at: text for at, (row, text) in texts.items() if last[at] == row}

    # reading ---------------------------------------------------------------------------------------------------

    def read(self) -> TagSnapshot:
        """Copies of all columns, each row from one sample. Takes well under a millisecond for 50,000 tags."""
        before = self._counter.copy()
        self._pass_fence()
        copy = {name: self._column[name].copy() for name in _NUMBERS}
        has_text = self._column["has_text"].copy()
        rows = np.flatnonzero(has_text)  # of the copy: numpy raises when the count changes under its hands
        raw = self._column["text"][rows]
        self._pass_fence()
        moved = np.flatnonzero((before != self._counter) | (before & np.uint64(1) != 0))
        if len(moved):
            texts = dict(zip(rows.tolist(), raw.tolist(), strict=True))
            deadline = time.perf_counter() + _READ_LIMIT_S  # for all of them: who reads may be a window
            for block in moved.tolist():
                rows = slice(block * layout.BLOCK, min((block + 1) * layout.BLOCK, self.n))
                self._read_block(rows, block, copy, texts, deadline)
            rows = np.array(sorted(texts), np.intp)
            raw = np.array([texts[row] for row in rows.tolist()], f"S{layout.TEXT_BYTES}")
        self._decode(rows, raw)
        self._last = copy
        return TagSnapshot(**copy, text=self._texts)

    def _read_block(
        self, rows: slice, block: int, into: dict[str, np.ndarray], texts: dict[int, bytes], deadline: float
    ) -> None:
        for row in [row for row in texts if rows.start <= row < rows.stop]:
            del texts[row]
        while True:
            before = int(self._counter[block])
            self._pass_fence()
            part = {name: self._column[name][rows].copy() for name in _NUMBERS}
            flagged = np.flatnonzero(self._column["has_text"][rows].copy()) + rows.start
            raw = self._column["text"][flagged]
            self._pass_fence()
            if before % 2 == 0 and int(self._counter[block]) == before:
                for name in _NUMBERS:
                    into[name][rows] = part[name]
                texts.update(zip(flagged.tolist(), raw.tolist(), strict=True))
                return
            if time.perf_counter() >= deadline:
                break
            time.sleep(_PAUSE_S)  # on few cores the writer may be waiting for ours
        self._keep(rows, into, texts)

    def _keep(self, rows: slice, into: dict[str, np.ndarray], texts: dict[int, bytes]) -> None:
        """What this reader saw last of a block that nobody finishes writing."""
        for name in _NUMBERS:
            into[name][rows] = (np.nan if name == "value" else 0) if self._last is None else self._last[name][rows]
        known = zip(self._text_rows.tolist(), self._text_raw.tolist(), strict=True)
        texts.update((row, raw) for row, raw in known if rows.start <= row < rows.stop)

    def _decode(self, rows: np.ndarray, raw: np.ndarray) -> None:
        """Decode texts, unless they are the ones of the last time."""
        if np.array_equal(rows, self._text_rows) and np.array_equal(raw, self._text_raw):
            return
        self._text_rows, self._text_raw = rows, raw
        pairs = zip(rows.tolist(), raw.tolist(), strict=True)
        self._texts = {row: text.decode(errors="replace") for row, text in pairs}

    def connection(self) -> Connection:
        """How the feed stands, as the writer said last."""
        for _ in range(1000):
            before = int(self._note[0])
            self._pass_fence()
            (length,) = struct.unpack_from("<I", self._memory, layout.NOTE_LENGTH_AT)
            raw = self._memory[layout.NOTE_AT : layout.NOTE_AT + min(length, layout.NOTE_BYTES)]
            self._pass_fence()
            if before % 2 == 0 and int(self._note[0]) == before:
                if raw:
                    told = json.loads(raw)
                    known = {name: told[name] for name in Connection.__dataclass_fields__ if name in told}
                    self._connection = Connection(**{**known, "link": Link(told["link"])})
                break
        return self._connection

    @property
    def heartbeat_ns(self) -> int:
        """When the writer last said that it lives (its own clock, UTC ns; 0: never)."""
        return int(self._beat[0])

    def close(self) -> None:
        """Let go of the memory; the file stays for the others. Idempotent."""
        if not self._column:
            return
        self._column = {}
        del self._counter, self._beat, self._note
        with suppress(BufferError):  # a second reader still looks at it; the last to go takes it down
            self._memory.close()

    def _pass_fence(self) -> None:
        """Keep the processor from moving reads or writes past this point (x86 would not, ARM does)."""
        with self._fence:
            pass


def _cut(text: str) -> bytes:
    """UTF-8 of at most 64 bytes, cut between characters; what does not fit ends in an ellipsis."""
    raw = text.encode(errors="replace").replace(b"\0", b" ")
    if len(raw) <= layout.TEXT_BYTES:
        return raw
    return raw[: layout.TEXT_BYTES - 3].decode(errors="ignore").encode() + "…".encode()
