"""Finds and reads the slices of a recording, compacted or not, in bounded memory."""

import json
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from twinviewer.history.compact import INDEX_KEY
from twinviewer.history.folder import Folder
from twinviewer.history.layout import (
    HOUR_NS,
    KEYFRAMES,
    LIVE,
    MINUTES,
    MOMENTS,
    SAMPLES,
    STATES,
    Part,
    live_number,
    part_of,
)
from twinviewer.history.moments import Moments, expanded
from twinviewer.history.rows import Rows, concatenated, from_arrow, no_rows, numbers
from twinviewer.history.stream import Slice, read_stream
from twinviewer.model.errors import RecordingError

T = TypeVar("T")
OPEN_FILES = 6
COARSE_FILES = 48  # small ones, of which a trend over days needs many
DECODED_SLICES = 1
STREAMS = 3


class Kept(Generic[T]):
    """The results of the last `size` different questions."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._items: OrderedDict[Hashable, T] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """What was made for this key, made now where it is not kept."""
        if key in self._items:
            self._items.move_to_end(key)
            return self._items[key]
        item = make()
        self._items[key] = item
        while len(self._items) > self._size:
            self._items.popitem(last=False)
        return item

    def clear(self) -> None:
        """Forget everything."""
        self._items.clear()


@dataclass(frozen=True, slots=True)
class SliceRef:
    """Where a slice lies. `part` is None for a stream; `moments` and `keyframe` are row groups there, -1: empty.

    `group` is its first row group of samples, `groups` int32 (k, 2) the first and last tag of each.
    """

    number: int
    first_ns: int
    last_ns: int
    part: Part | None = None
    moments: int = -1
    group: int = 0
    keyframe: int = -1
    groups: np.ndarray | None = None


class Slices:
    """The index of all slices; the footer of a compacted hour is read only when somebody looks into that hour."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._files: Kept[pq.ParquetFile] = Kept(OPEN_FILES)
        self._decoded: Kept[Rows] = Kept(DECODED_SLICES)
        self._keyframes: Kept[Rows] = Kept(8)
        self._coarse: Kept[tuple[pq.ParquetFile, np.ndarray]] = Kept(COARSE_FILES)
        self._states: Kept[Rows] = Kept(48)
        self._moments: Kept[Moments] = Kept(64)
        self._streams: Kept[Slice | None] = Kept(STREAMS)
        self._refs: dict[Part, list[SliceRef]] = {}
        self._live: list[SliceRef] = []
        self._live_size: dict[int, tuple[int, SliceRef | None]] = {}
        self.parts: list[Part] = []
        self.coarse_parts: list[Part] = []
        self.refresh()

    def refresh(self) -> None:
        """Look what has come since."""
        names = self._folder.names(LIVE)  # before the parts: what is compacted meanwhile is seen twice, not never
        self.parts = sorted(part for name in self._folder.names(SAMPLES) if (part := part_of(name)))
        self.coarse_parts = sorted(part for name in self._folder.names(MINUTES) if (part := part_of(name)))
        done = {n for part in self.parts for n in range(part.first, part.last + 1)}
        numbers = [n for name in names if (n := live_number(name)) is not None and n not in done]
        self._live_size = {n: known for n, known in self._live_size.items() if n in set(numbers)}
        self._live = [ref for number in numbers if (ref := self._live_ref(number)) is not None]

    def _live_ref(self, number: int) -> SliceRef | None:
        try:
            size = self._folder.size(_live_path(number))
        except OSError:
            return None
        known = self._live_size.get(number)
        if known is not None and known[0] == size:
            return known[1]
        taken = self._stream(number, size)
        ref = SliceRef(number, taken.first_ns, taken.last_ns) if taken is not None else None
        self._live_size[number] = (size, ref)
        return ref

    def _stream(self, number: int, size: int) -> Slice | None:
        def read() -> Slice | None:
            try:
                with self._folder.open(_live_path(number)) as file:
                    return read_stream(file)
            except OSError:
                return None  # compacted since we looked

        return self._streams.get((number, size), read)

    def span(self) -> tuple[int, int]:
        """The first and the last moment recorded, (0, 0) where there is none."""
        refs = list(self._live)
        if self.parts:
            refs += self._refs_of(self.parts[0]) + self._refs_of(self.parts[-1])
            last_hour = [p for p in self.parts if p.hour_ns == self.parts[-1].hour_ns]
            refs += [ref for part in last_hour for ref in self._refs_of(part)]
        return (min(r.first_ns for r in refs), max(r.last_ns for r in refs)) if refs else (0, 0)

    def covering(self, time_ns: int) -> SliceRef | None:
        """The slice that says what was so at a moment: the one that began last until then, of two the later made."""
        best = max((r for r in self._live if r.first_ns <= time_ns), key=_begun, default=None)
        hours = sorted({p.hour_ns for p in self.parts if p.hour_ns <= time_ns}, reverse=True)
        for hour_ns in hours:
            if best is not None and best.first_ns >= hour_ns + HOUR_NS:
                break
            refs = [r for p in self.parts if p.hour_ns == hour_ns for r in self._refs_of(p) if r.first_ns <= time_ns]
            if refs:
                best = max(refs + ([best] if best is not None else []), key=_begun)
                break
        return best

    def within(self, from_ns: int, to_ns: int) -> list[SliceRef]:
        """All slices that touch a stretch of time, in the order in which they began."""
        parts = [p for p in self.parts if from_ns - HOUR_NS < p.hour_ns <= to_ns]
        refs = [ref for part in parts for ref in self._refs_of(part)] + self._live
        return sorted((r for r in refs if r.first_ns <= to_ns and r.last_ns >= from_ns), key=_begun)

    def _refs_of(self, part: Part) -> list[SliceRef]:
        if part not in self._refs:
            raw = (self.file(SAMPLES, part).metadata.metadata or {}).get(INDEX_KEY)
            if raw is None:
                raise RecordingError("the file has no index of its slices", f"{SAMPLES}/{part.name}", _DAMAGED)
            try:
                self._refs[part] = [_ref(part, entry) for entry in json.loads(raw)]
            except (ValueError, KeyError, TypeError) as error:
                raise RecordingError("the index of slices is damaged", f"{SAMPLES}/{part.name}", _DAMAGED) from error
        return self._refs[part]

    def file(self, table: str, part: Part) -> pq.ParquetFile:
        """An open file of a part. Raises RecordingError where it is damaged or gone."""
        return self._files.get((table, part), lambda: self._open(table, part))

    def _open(self, table: str, part: Part) -> pq.ParquetFile:
        name = f"{table}/{part.name}"
        try:
            return pq.ParquetFile(self._folder.open(name), read_dictionary=["text"] if table == SAMPLES else None)
        except (OSError, pa.ArrowException) as error:
            raise RecordingError(f"the file is damaged or gone: {error}", name, _DAMAGED) from error

    def keyframe(self, ref: SliceRef) -> Rows:
        """The newest sample of each tag before the slice."""
        part = ref.part
        if part is None:
            taken = self._stream_of(ref)
            return taken.keyframe if taken is not None else no_rows()
        if ref.keyframe < 0:
            return no_rows()
        return self._keyframes.get(ref.number, lambda: from_arrow(self._table(KEYFRAMES, part, [ref.keyframe])))

    def rows(self, ref: SliceRef) -> Rows:
        """All samples of the slice, sorted by tag and time."""
        part, groups = ref.part, ref.groups
        if part is None or groups is None:
            taken = self._stream_of(ref)
            rows = taken.rows if taken is not None else no_rows()
            return self._decoded.get((ref.number, len(rows)), rows.sorted)
        if not len(groups):
            return no_rows()
        which = list(range(ref.group, ref.group + len(groups)))
        return self._decoded.get((ref.number, -1), lambda: self._samples(ref, part, which))

    def coarse(self, table: str, part: Part, number: int) -> dict[str, np.ndarray]:
        """The rows of one tag in a part of MINUTES, by column."""
        taken = self._coarse_table(table, part, number)
        return {
            name: taken[name].cast(pa.int64()).to_numpy() if name == "time" else taken[name].to_numpy()
            for name in taken.column_names
        }

    def all_minutes(self, part: Part, tags: np.ndarray) -> dict[str, np.ndarray]:
        """The rows of some tags in a part of MINUTES, by column."""
        groups = list(range(self.file(MINUTES, part).num_row_groups))
        taken = self._table(MINUTES, part, groups)
        taken = taken.filter(pa.array(np.isin(taken["tag"].to_numpy(), tags)))
        return {
            name: taken[name].cast(pa.int64()).to_numpy() if name == "time" else taken[name].to_numpy()
            for name in taken.column_names
        }

    def all_states(self, part: Part) -> Rows:
        """All rows of a part of STATES, by tag and time."""

        def read() -> Rows:
            file = self.file(STATES, part)
            groups = list(range(file.num_row_groups))
            return from_arrow(self._table(STATES, part, groups)) if groups else no_rows()

        return self._states.get(part, read)

    def _coarse_table(self, table: str, part: Part, number: int) -> pa.Table:
        try:
            file, bounds = self._coarse.get((table, part), lambda: self._coarse_file(table, part))
            groups = np.flatnonzero((bounds[:, 0] <= number) & (number <= bounds[:, 1])).tolist()
            taken = file.read_row_groups(groups, use_threads=False)
            tag = taken["tag"].to_numpy()
            first, last = np.searchsorted(tag, [number, number + 1])
            return taken.slice(int(first), int(last - first))
        except (OSError, pa.ArrowException) as error:
            raise RecordingError(f"the file is damaged: {error}", f"{table}/{part.name}", _DAMAGED) from error

    def _coarse_file(self, table: str, part: Part) -> tuple[pq.ParquetFile, np.ndarray]:
        """A file whose rows are sorted by tag, and the first and last tag of each row group, int64 (k, 2)."""
        file = self._open(table, part)
        bounds = np.empty((file.num_row_groups, 2), np.int64)
        for k in range(file.num_row_groups):
            statistics = file.metadata.row_group(k).column(0).statistics
            bounds[k] = (0, 2**31) if statistics is None else (statistics.min, statistics.max)
        return file, bounds

    def _stream_of(self, ref: SliceRef) -> Slice | None:
        size = self._live_size.get(ref.number, (-1, None))[0]
        return self._stream(ref.number, size)

    def of_tags(self, ref: SliceRef, tags: np.ndarray, columns: Sequence[str]) -> Rows:
        """The samples of some tags (int32, sorted), by tag and time; of a compacted slice only these columns."""
        part, groups = ref.part, ref.groups
        if part is None or groups is None:
            taken = self._stream_of(ref)
            if taken is None:
                return no_rows()
            rows = taken.rows
            found = rows.take(_among(rows.tag, tags))
            return found.sorted()
        first = np.searchsorted(tags, groups[:, 0])
        hit = (first < len(tags)) & (tags[np.minimum(first, len(tags) - 1)] <= groups[:, 1])
        which = (ref.group + np.flatnonzero(hit)).tolist()
        if not which:
            return no_rows()
        wanted = ["moment", "tag", *(c for c in columns if c != "time")]
        rows = self._samples(ref, part, which, wanted)
        return rows.take(_among(rows.tag, tags))

    def _moments_of(self, ref: SliceRef, part: Part) -> Moments:
        def read() -> Moments:
            taken = self._table(MOMENTS, part, [ref.moments], ["time", "source"])
            return Moments(ref.number, numbers(taken, "time", np.int64), numbers(taken, "source", np.int64))

        return self._moments.get(ref.number, read)

    def _samples(self, ref: SliceRef, part: Part, groups: Sequence[int], columns: Sequence[str] | None = None) -> Rows:
        return expanded(self._table(SAMPLES, part, groups, columns), self._moments_of(ref, part))

    def _table(self, table: str, part: Part, groups: Sequence[int], columns: Sequence[str] | None = None) -> pa.Table:
        file = self.file(table, part)
        try:
            return file.read_row_groups(list(groups), columns=list(columns) if columns else None)
        except (OSError, pa.ArrowException) as error:
            raise RecordingError(f"the file is damaged: {error}", f"{table}/{part.name}", _DAMAGED) from error

    def raw(self, tags: np.ndarray, from_ns: int, to_ns: int, columns: Sequence[str]) -> Iterator[Rows]:
        """The samples of some tags from `from_ns` until `to_ns`, slice after slice."""
        for ref in self.within(from_ns, to_ns):
            rows = self.of_tags(ref, tags, columns)
            inside = (rows.time >= from_ns) & (rows.time <= to_ns)
            yield rows if inside.all() else rows.take(inside)

    def collected(self, tags: np.ndarray, from_ns: int, to_ns: int, columns: Sequence[str]) -> Rows:
        """The same in one piece, by tag and time."""
        rows = concatenated(list(self.raw(tags, from_ns, to_ns, columns)))
        return rows.take(np.lexsort((rows.time, rows.tag)))

    def close(self) -> None:
        """Let go of all files."""
        for kept in (
            self._files,
            self._coarse,
            self._decoded,
            self._keyframes,
            self._streams,
            self._states,
            self._moments,
        ):
            kept.clear()


_DAMAGED = "Restore it from a copy, or delete the file in each folder to go on without that hour."


def _live_path(number: int) -> str:
    return f"{LIVE}/{number:010d}.arrows"


def _begun(ref: SliceRef) -> tuple[int, int]:
    return ref.first_ns, ref.number


def _ref(part: Part, entry: dict[str, Any]) -> SliceRef:
    groups = np.array(entry["tags"], np.int32).reshape(-1, 2)
    return SliceRef(
        entry["slice"],
        entry["first_ns"],
        entry["last_ns"],
        part,
        entry["moments"],
        entry["group"],
        entry["keyframe"],
        groups,
    )


def _among(tag: np.ndarray, tags: np.ndarray) -> np.ndarray:
    return tag == tags[0] if len(tags) == 1 else np.isin(tag, tags)
