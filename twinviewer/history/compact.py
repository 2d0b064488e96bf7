"""Turns the closed slices of an hour into sorted, compressed Parquet, in one step that a kill cannot halve."""

import contextlib
import io
import itertools
import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from twinviewer.history.aggregate import Minutes, state_changes, state_table
from twinviewer.history.layout import (
    COARSE,
    COMPACT_SCHEMA,
    GROUP_ROWS,
    HOUR_NS,
    KEYFRAMES,
    LIVE,
    MINUTE_SCHEMA,
    MINUTES,
    MOMENT_SCHEMA,
    MOMENTS,
    PARTS,
    SAMPLE_SCHEMA,
    SAMPLES,
    STATE_SCHEMA,
    STATES,
    Part,
    live_name,
    live_number,
    part_of,
)
from twinviewer.history.manifest import Manifest
from twinviewer.history.moments import compacted, moments_of
from twinviewer.history.rows import Rows, concatenated, to_arrow
from twinviewer.history.stream import Slice, raise_failing, read_stream

INDEX_KEY = b"twinviewer.slices"
MINUTE_GROUP_ROWS = 8192
_ZSTD: dict[str, Any] = {"compression": "zstd", "compression_level": 6}
_PLAIN: dict[str, Any] = {**_ZSTD, "use_dictionary": True}
_TRIED_ROWS = 8192


def compact_hours(folder: Path, manifest: Manifest, limit: int, before_ns: int | None) -> int:
    """Compact the slices below number `limit` that began before `before_ns` (None: all); how many files were made.

    A slice that cannot be read at all (a torn start) holds no sample and is removed. Raises OSError.
    """
    clean(folder)
    numbers = sorted(n for p in (folder / LIVE).iterdir() if (n := live_number(p.name)) is not None and n < limit)
    made = 0
    trouble: OSError | None = None
    for hour_ns, run in _runs(folder, numbers):
        if before_ns is None or hour_ns < before_ns:
            try:
                _compact(folder, manifest, hour_ns, run)
                made += 1
            except OSError as error:
                trouble = trouble or error  # the next hour may still do
    if trouble is not None:
        raise trouble
    return made


def clean(folder: Path) -> None:
    """Remove what a kill left: drafts, half of an hour's files, and streams that are already compacted."""
    for name in PARTS:
        for draft in (folder / name).glob(".*.draft"):
            draft.unlink(missing_ok=True)
    parts = _parts(folder, SAMPLES)
    done = {n for part in parts for n in range(part.first, part.last + 1)}
    live = {n for p in (folder / LIVE).iterdir() if (n := live_number(p.name)) is not None}
    for number in live & done:
        (folder / LIVE / live_name(number)).unlink(missing_ok=True)
    for name in PARTS:
        for part in _parts(folder, name) - parts:
            # aggregates outlive their samples, but not while the streams that they were made of are still there
            halved = any(part.first <= n <= part.last for n in live - done)
            if halved or name not in COARSE:
                (folder / name / part.name).unlink(missing_ok=True)


def _parts(folder: Path, name: str) -> set[Part]:
    return {part for p in (folder / name).iterdir() if (part := part_of(p.name))}


def _runs(folder: Path, numbers: Sequence[int]) -> Iterator[tuple[int, list[int]]]:
    """(hour, consecutive slices that began in it), then OSError where a slice could not be looked into.

    Such a slice ends a run: the name of a part says which slices are in it, and those are deleted.
    """
    hours: list[tuple[tuple[int, int], int]] = []
    trouble: OSError | None = None
    failed = 0
    for number in numbers:
        path = folder / LIVE / live_name(number)
        try:
            first_ns = first_moment(path)
        except OSError as error:
            trouble, failed = trouble or error, failed + 1
            continue
        if first_ns is None:
            path.unlink(missing_ok=True)
        else:
            hours.append(((first_ns - first_ns % HOUR_NS, failed), number))
    for (hour_ns, _), group in itertools.groupby(hours, key=lambda pair: pair[0]):
        yield hour_ns, [number for _, number in group]
    if trouble is not None:
        raise trouble


def first_moment(path: Path) -> int | None:
    """When the slice in a stream file began, None where not even one row is whole. Raises OSError as read_stream."""
    try:
        with path.open("rb") as file, pa.ipc.open_stream(file) as reader:
            reader.read_next_batch()
            return int(reader.read_next_batch()["time"].cast(pa.int64())[0].as_py())
    except (pa.ArrowException, OSError, EOFError, ValueError, StopIteration) as error:
        raise_failing(error)
        return None


def _compact(folder: Path, manifest: Manifest, hour_ns: int, run: Sequence[int]) -> None:
    part = Part(hour_ns, run[0], run[-1])
    drafts = {name: folder / name / f".{part.name}.draft" for name in PARTS}
    paths = [folder / LIVE / live_name(number) for number in run]
    writer = PartWriter(drafts, manifest, hour_ns)
    try:
        for number, path in zip(run, paths, strict=True):
            with path.open("rb") as file:
                taken = read_stream(file)
            if taken is not None:
                writer.add(number, taken)
        writer.close()
    except pa.ArrowException as error:
        writer.abandon()
        raise OSError(f"{part.name}: {error}") from error
    except BaseException:
        writer.abandon()
        raise
    for name in PARTS:
        drafts[name].replace(folder / name / part.name)
    for path in paths:
        path.unlink(missing_ok=True)


class PartWriter:
    """Writes the files of one part, slice by slice, in the memory of one slice."""

    def __init__(self, paths: dict[str, Path], manifest: Manifest, hour_ns: int) -> None:
        self._paths = paths
        self._state_tags = np.array([tag.role == "state" for tag in manifest.tags], bool)
        self._minutes = Minutes(hour_ns, len(manifest.tags))
        self._moments: pq.ParquetWriter | None = None
        self._samples: pq.ParquetWriter | None = None
        self._keyframes: pq.ParquetWriter | None = None
        self._changes: list[Rows] = []
        self._index: list[dict[str, object]] = []
        self._group = 0
        self._key_groups = 0
        self._moment_groups = 0

    def add(self, number: int, taken: Slice) -> None:
        """One slice, in the order of their numbers."""
        moments = moments_of(number, taken.rows)
        rows = taken.rows.sorted()
        table = compacted(rows, moments)
        if self._samples is None:
            self._open(table)
        assert self._samples is not None
        assert self._keyframes is not None
        assert self._moments is not None
        if len(moments.time):
            self._moments.write_table(moments.table(), row_group_size=len(moments.time))
        groups: list[list[int]] = []
        for first, last in tag_groups(rows.tag):
            self._samples.write_table(table.slice(first, last - first), row_group_size=max(1, last - first))
            groups.append([int(rows.tag[first]), int(rows.tag[last - 1])])
        key = pa.Table.from_batches([to_arrow(taken.keyframe)])
        if len(key):
            self._keyframes.write_table(key, row_group_size=len(key))
        self._index.append(
            {
                "slice": number,
                "first_ns": taken.first_ns,
                "last_ns": taken.last_ns,
                "moments": self._moment_groups if len(moments.time) else -1,
                "group": self._group,
                "keyframe": self._key_groups if len(key) else -1,
                "tags": groups,
            }
        )
        self._group += len(groups)
        self._key_groups += bool(len(key))
        self._moment_groups += bool(len(moments.time))
        self._minutes.add(taken.keyframe, rows, taken.first_ns, taken.last_ns)
        self._changes.append(state_changes(taken.keyframe, rows, taken.first_ns, self._state_tags))

    def _open(self, first: pa.Table) -> None:
        self._samples = _samples_writer(self._paths[SAMPLES], first)
        self._keyframes = pq.ParquetWriter(self._paths[KEYFRAMES], SAMPLE_SCHEMA, **_PLAIN)
        self._moments = pq.ParquetWriter(self._paths[MOMENTS], MOMENT_SCHEMA, **_PLAIN)

    def close(self) -> None:
        """Finish all files and have them on the disk."""
        if self._samples is None:
            self._open(COMPACT_SCHEMA.empty_table())
        assert self._samples is not None
        assert self._keyframes is not None
        assert self._moments is not None
        self._samples.add_key_value_metadata({INDEX_KEY: json.dumps(self._index, separators=(",", ":")).encode()})
        self._samples.close()
        self._keyframes.close()
        self._moments.close()
        minutes = self._minutes.table()
        pq.write_table(
            minutes if len(minutes) else MINUTE_SCHEMA.empty_table(),
            self._paths[MINUTES],
            row_group_size=MINUTE_GROUP_ROWS,
            **_PLAIN,
        )
        changes = state_table(concatenated(self._changes).sorted()) if self._changes else STATE_SCHEMA.empty_table()
        pq.write_table(changes, self._paths[STATES], row_group_size=MINUTE_GROUP_ROWS, **_PLAIN)
        for path in self._paths.values():
            with path.open("rb+") as file:
                os.fsync(file.fileno())

    def abandon(self) -> None:
        """Leave nothing behind."""
        for writer in (self._samples, self._keyframes, self._moments):
            if writer is not None:
                with contextlib.suppress(OSError, pa.ArrowException):
                    writer.close()
        for path in self._paths.values():
            path.unlink(missing_ok=True)


def tag_groups(tag: np.ndarray, size: int = GROUP_ROWS) -> Iterator[tuple[int, int]]:
    """Cut sorted tags into stretches of about `size` rows, never within one tag: (first row, row behind the last)."""
    ends = np.append(np.flatnonzero(np.diff(tag)) + 1, len(tag))
    first = 0
    while first < len(tag):
        k = int(np.searchsorted(ends, first + size))
        last = int(ends[min(k, len(ends) - 1)])
        yield first, last
        first = last


def _samples_writer(path: Path, first: pa.Table) -> pq.ParquetWriter:
    """Each column gets the encoding that makes a part of the first slice smallest."""
    stretches = [int(f * max(0, len(first) - _TRIED_ROWS)) for f in (0.0, 0.3, 0.6, 0.9)]
    trial = pa.concat_tables([first.slice(at, _TRIED_ROWS) for at in stretches])
    encoding = {"moment": "DELTA_BINARY_PACKED"}
    dictionary = ["tag", "status", "text"]
    for name, other in (("value", "BYTE_STREAM_SPLIT"), ("source", _DELTA), ("server", _DELTA)):
        column = trial.select([name])
        if _size(column, use_dictionary=True) <= _size(column, use_dictionary=False, column_encoding={name: other}):
            dictionary.append(name)
        else:
            encoding[name] = other
    options: dict[str, Any] = {
        "use_dictionary": dictionary,
        "column_encoding": encoding,
        "write_statistics": ["tag", "moment"],
        "data_page_size": 1 << 20,
        **_ZSTD,
    }
    return pq.ParquetWriter(path, COMPACT_SCHEMA, **options)


_DELTA = "DELTA_BINARY_PACKED"


def _size(table: pa.Table, **options: Any) -> int:
    """Bytes of a table as Parquet."""
    sink = io.BytesIO()
    pq.write_table(table, sink, **_ZSTD, **options)
    return sink.tell()
