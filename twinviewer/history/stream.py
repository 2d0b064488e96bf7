"""The slice of time that is being recorded: an Arrow stream that can be cut off at any byte."""

from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pyarrow as pa

from twinviewer.history.layout import BEAT_TAG, SAMPLE_SCHEMA
from twinviewer.history.rows import Rows, from_arrow, no_rows, to_arrow


class StreamWriter:
    """Appends record batches; after an OSError `cut` leaves what was whole, and no more can be written."""

    def __init__(self, path: Path, keyframe: Rows) -> None:
        self.path = path
        self.rows = 0
        self._file: BinaryIO = path.open("xb", buffering=0)
        try:
            self._sink = pa.PythonFile(_Whole(self._file), "w")
            self._writer = pa.ipc.new_stream(self._sink, SAMPLE_SCHEMA)
            self._writer.write_batch(to_arrow(keyframe))
            self._good = self._file.tell()
        except OSError:
            self._file.close()
            path.unlink(missing_ok=True)
            raise

    def write(self, rows: Rows) -> None:
        """Append; when this returns, the operating system has it. Raises OSError."""
        self._writer.write_batch(to_arrow(rows))
        self._good = self._file.tell()
        self.rows += len(rows)

    def close(self) -> None:
        """End the stream in good order. Raises OSError."""
        try:
            self._writer.close()
        finally:
            self._file.close()

    def cut(self) -> None:
        """Leave the file as it was after the last whole batch, as far as the disk lets us."""
        try:
            self._file.truncate(self._good)
        except OSError:
            pass  # a torn end is what readers are made for
        finally:
            self._file.close()


class _Whole:
    """A raw file whose `write` writes all or raises: a full disk may take a part without an error."""

    closed = False

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def write(self, data: bytes) -> int:
        view = memoryview(data)
        while len(view):
            view = view[self._file.write(view) :]
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def tell(self) -> int:
        return self._file.tell()

    def close(self) -> None:
        """The owner closes the file."""


@dataclass(frozen=True, slots=True)
class Slice:
    """One slice of time as it stands in its stream: the newest sample of each tag before it, and its own samples.

    `last_ns` is the last moment at which the recorder is known to have lived.
    """

    keyframe: Rows
    rows: Rows
    first_ns: int
    last_ns: int


def read_stream(source: "pa.NativeFile | BinaryIO") -> Slice | None:
    """All whole batches of a stream, however it ends; None where there is not even a keyframe and one row."""
    batches: list[pa.RecordBatch] = []
    try:
        with pa.ipc.open_stream(source) as reader:
            for batch in reader:
                batches.append(batch)  # noqa: PERF402  (a torn end raises in the middle: what came before counts)
    except (pa.ArrowException, OSError, EOFError, ValueError):
        pass  # torn by a kill or still being written
    if len(batches) < 2:
        return None
    keyframe = from_arrow(pa.Table.from_batches(batches[:1]))
    rows = from_arrow(pa.Table.from_batches(batches[1:]))
    first_ns, last_ns = int(rows.time[0]), int(rows.time[-1])
    beats = rows.tag == BEAT_TAG
    return Slice(keyframe, rows.take(~beats) if beats.any() else rows, first_ns, last_ns)


class Newest:
    """The newest sample of every tag: what the next keyframe says."""

    def __init__(self, tags: int) -> None:
        self._time = np.zeros(tags, np.int64)
        self._value = np.full(tags, np.nan)
        self._status = np.zeros(tags, np.uint32)
        self._source = np.zeros(tags, np.int64)
        self._server = np.zeros(tags, np.int64)
        self._text: dict[int, str] = {}
        self._worded = np.zeros(tags, bool)  # tags that ever had a text

    def add(self, rows: Rows) -> None:
        """Take in samples; of several of one tag the last one stays."""
        tag = rows.tag
        self._time[tag], self._value[tag], self._status[tag] = rows.time, rows.value, rows.status
        self._source[tag], self._server[tag] = rows.source, rows.server
        self._worded[tag[rows.word >= 0]] = True
        told = self._worded[tag]
        if told.any():
            for number, word in zip(tag[told].tolist(), rows.word[told].tolist(), strict=True):
                if word >= 0:
                    self._text[number] = rows.words[word]
                else:
                    self._text.pop(number, None)

    def rows(self) -> Rows:
        """One row for each tag that ever had a sample, in order of tags."""
        known = np.flatnonzero(self._time).astype(np.int32)
        if not len(known):
            return no_rows()
        number: dict[str, int] = {}
        word = np.full(len(known), -1, np.int32)
        for tag, text in self._text.items():
            word[np.searchsorted(known, tag)] = number.setdefault(text, len(number))
        return Rows(
            self._time[known],
            known,
            self._value[known],
            self._status[known],
            self._source[known],
            self._server[known],
            word,
            tuple(number),
        )
