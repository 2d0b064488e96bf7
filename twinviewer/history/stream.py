"""The slice of time that is being recorded: an Arrow stream that can be cut off at any byte."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pyarrow as pa

from twinviewer.history.layout import BEAT_TAG, SAMPLE_SCHEMA
from twinviewer.history.rows import Rows, from_arrow, no_rows, to_arrow

END_OF_STREAM = b"\xff\xff\xff\xff\0\0\0\0"  # of the Arrow IPC streaming format


class StreamWriter:
    """Appends record batches; after an OSError `cut` leaves what was whole, and no more can be written."""

    def __init__(self, path: Path, keyframe: Rows) -> None:
        self.path = path
        self.rows = 0
        self._file: BinaryIO = path.open("xb", buffering=0)
        self._good = 0
        try:
            self._append(SAMPLE_SCHEMA.serialize(), to_arrow(keyframe).serialize())
        except OSError:
            self._file.close()
            path.unlink(missing_ok=True)
            raise

    def write(self, rows: Rows) -> None:
        """Append; when this returns, the operating system has it. Raises OSError."""
        self._append(to_arrow(rows).serialize())
        self.rows += len(rows)

    def _append(self, *messages: pa.Buffer) -> None:
        for message in messages:
            write_all(self._file, message)
        self._good += sum(message.size for message in messages)

    def sync(self) -> None:
        """Wait until the disk has what was written. Raises OSError."""
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """End the stream in good order. Raises OSError."""
        try:
            write_all(self._file, END_OF_STREAM)
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


def write_all(file: BinaryIO, message: "pa.Buffer | bytes") -> None:
    """Write to a raw file all or raise: a full disk may take a part without an error."""
    view = memoryview(message)
    while len(view):
        view = view[file.write(view) :]


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
    """All whole batches of a stream, however it ends; None where there is not even a keyframe and one row.

    Raises OSError where the disk or the file server fails: what it holds is then not known.
    """
    batches: list[pa.RecordBatch] = []
    try:
        with pa.ipc.open_stream(source) as reader:
            for batch in reader:
                batches.append(batch)  # noqa: PERF402  (a torn end raises in the middle: what came before counts)
    except (pa.ArrowException, OSError, EOFError, ValueError) as error:
        raise_failing(error)  # else torn by a kill, or still being written
    if len(batches) < 2:
        return None
    keyframe = from_arrow(pa.Table.from_batches(batches[:1]))
    rows = from_arrow(pa.Table.from_batches(batches[1:]))
    first_ns, last_ns = int(rows.time[0]), int(rows.time[-1])
    beats = rows.tag == BEAT_TAG
    return Slice(keyframe, rows.take(~beats) if beats.any() else rows, first_ns, last_ns)


def raise_failing(error: Exception) -> None:
    """Raise an error of the system again; Arrow says a torn stream as an OSError too, but without a number."""
    if isinstance(error, OSError) and error.errno is not None:
        raise error


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
