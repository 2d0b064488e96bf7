"""Finds and reads slices of time, compacted or not, in bounded memory."""

from collections.abc import Callable, Sequence

import numpy as np
import pyarrow as pa

from twinviewer.history.columns import column, values
from twinviewer.history.compact import INDEX_KEY
from twinviewer.history.files import Files, Gone
from twinviewer.history.folder import Folder
from twinviewer.history.kept import Kept
from twinviewer.history.layout import (
    HOUR_NS,
    KEYFRAMES,
    LIVE,
    MOMENTS,
    SAMPLES,
    Part,
    live_number,
    part_of,
)
from twinviewer.history.moments import Moments, expanded
from twinviewer.history.refs import SliceRef, refs_of
from twinviewer.history.rows import Rows, concatenated, from_arrow, gathered, no_rows, numbers
from twinviewer.history.stream import Slice, read_stream
from twinviewer.model.errors import RecordingError

DECODED_SLICES = 1
STREAMS = 3
_TRIES = 5


class Slices:
    """The index of all slices; the footer of a compacted hour is read only when somebody looks into that hour.

    The recorder may compact an hour, or the retention delete one, while somebody reads: what was a stream is then
    read from its hour, and what is gone is empty. `looked` is called after every look into the folder.
    """

    def __init__(self, folder: Folder, looked: Callable[[], None]) -> None:
        self._folder = folder
        self._looked = looked
        self._files = Files(folder)
        self._decoded: Kept[Rows] = Kept(DECODED_SLICES)
        self._keyframes: Kept[Rows] = Kept(8)
        self._moments: Kept[Moments] = Kept(12)
        self._streams: Kept[Slice | None] = Kept(STREAMS)
        self._refs: dict[Part, list[SliceRef]] = {}
        self._live: list[SliceRef] = []
        self._live_size: dict[int, tuple[int, SliceRef | None]] = {}
        self.parts: list[Part] = []

    def refresh(self) -> None:
        """Look what has come since."""
        for _ in range(_TRIES):
            if self._look():
                break
        self._looked()

    def _look(self) -> bool:
        """Whether nothing was compacted while we looked."""
        names = self._folder.names(LIVE)  # before the parts: what is compacted meanwhile is seen twice, not never
        self.parts = sorted(part for name in self._folder.names(SAMPLES) if (part := part_of(name)))
        done = {n for part in self.parts for n in range(part.first, part.last + 1)}
        numbers = [n for name in names if (n := live_number(name)) is not None and n not in done]
        self._live_size = {n: known for n, known in self._live_size.items() if n in set(numbers)}
        refs = {number: self._live_ref(number) for number in numbers}
        self._live = [ref for ref in refs.values() if ref is not None]
        return set(refs) <= set(self._live_size)

    def _live_ref(self, number: int) -> SliceRef | None:
        try:
            size = self._folder.size(_live_path(number))
        except OSError:
            self._live_size.pop(number, None)
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
                file = self._folder.open(_live_path(number))
            except OSError:
                return None  # compacted since we looked
            try:
                with file:
                    return read_stream(file)
            except OSError as error:
                raise RecordingError(f"the file cannot be read: {error}", _live_path(number)) from error

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
            try:
                raw = (self._files.file(SAMPLES, part).metadata.metadata or {}).get(INDEX_KEY)
            except Gone:
                self.refresh()
                return []
            self._refs[part] = refs_of(part, raw)
        return self._refs[part]

    @property
    def live_numbers(self) -> list[int]:
        """The numbers of the slices that are not compacted yet."""
        return [ref.number for ref in self._live]

    def live(self, from_ns: int, to_ns: int) -> list[SliceRef]:
        """The slices of a stretch of time that are not compacted yet."""
        return [ref for ref in self.within(from_ns, to_ns) if ref.part is None]

    # reading ------------------------------------------------------------------------------------------------------

    def keyframe(self, ref: SliceRef) -> Rows:
        """The newest sample of each tag before the slice."""
        part = ref.part
        if part is None:
            taken = self._stream_of(ref)
            return taken.keyframe if isinstance(taken, Slice) else self._or_none(self.keyframe, taken)
        if ref.keyframe < 0:
            return no_rows()
        return self._unless_gone(
            part,
            lambda: self._keyframes.get(
                ref.number, lambda: from_arrow(self._files.table(KEYFRAMES, part, [ref.keyframe]))
            ),
        )

    def rows(self, ref: SliceRef) -> Rows:
        """All samples of the slice, sorted by tag and time."""
        part, groups = ref.part, ref.groups
        if part is None or groups is None:
            taken = self._stream_of(ref)
            if not isinstance(taken, Slice):
                return self._or_none(self.rows, taken)
            return self._decoded.get((ref.number, len(taken.rows)), taken.rows.sorted)
        if not len(groups):
            return no_rows()
        which = range(ref.group, ref.group + len(groups))
        return self._unless_gone(
            part, lambda: self._decoded.get((ref.number, -1), lambda: self._samples(part, which, None))
        )

    def of_tags(self, refs: Sequence[SliceRef], tags: np.ndarray, columns: Sequence[str]) -> Rows:
        """The samples of some tags (int32, sorted) in slices one after the other, each by tag and time.

        Of compacted slices only these columns; an hour is read in one go.
        """
        found: list[Rows] = []
        first = 0
        while first < len(refs):
            part, last = refs[first].part, first + 1
            while part is not None and last < len(refs) and refs[last].part == part:
                last += 1
            if part is None:
                found.append(self._of_stream(refs[first], tags, columns))
            else:
                found.append(self._of_part(part, refs[first:last], tags, columns))
            first = last
        return concatenated(found)

    def _of_stream(self, ref: SliceRef, tags: np.ndarray, columns: Sequence[str]) -> Rows:
        taken = self._stream_of(ref)
        if isinstance(taken, Slice):
            return taken.rows.take(_among(taken.rows.tag, tags)).sorted()
        return self.of_tags([taken], tags, columns) if taken is not None else no_rows()

    def _of_part(self, part: Part, refs: Sequence[SliceRef], tags: np.ndarray, columns: Sequence[str]) -> Rows:
        which: list[int] = []
        for ref in refs:
            if ref.groups is not None and len(ref.groups):
                first = np.searchsorted(tags, ref.groups[:, 0])
                hit = (first < len(tags)) & (tags[np.minimum(first, len(tags) - 1)] <= ref.groups[:, 1])
                which += (ref.group + np.flatnonzero(hit)).tolist()
        if not which:
            return no_rows()
        wanted = ["moment", "tag", *(c for c in columns if c != "time")]
        return self._unless_gone(part, lambda: self._samples(part, which, tags, wanted))

    def _samples(
        self, part: Part, groups: Sequence[int], tags: np.ndarray | None, columns: Sequence[str] | None = None
    ) -> Rows:
        """One row group after the other: the memory of one, however much is asked for."""
        moments, file = self._moments_of(part), self._files.file(SAMPLES, part)

        def piece(group: int) -> Rows:
            table = self._files.table(SAMPLES, part, [group], columns)
            if tags is not None:
                own = np.flatnonzero(_among(values(table["tag"]), tags)).astype(np.int64)
                table = table.take(column(own, pa.int64()))
            return expanded(table, moments)

        if tags is not None:
            return concatenated([piece(group) for group in groups])
        return gathered((piece(group) for group in groups), sum(file.metadata.row_group(g).num_rows for g in groups))

    def _moments_of(self, part: Part) -> Moments:
        def read() -> Moments:
            taken = self._files.table(MOMENTS, part, columns=["moment", "time", "source"])
            return Moments(*(numbers(taken, name, np.int64) for name in ("moment", "time", "source")))

        return self._moments.get(part, read)

    def _stream_of(self, ref: SliceRef) -> "Slice | SliceRef | None":
        """The stream of a slice; where it was compacted since we looked, where the slice lies now."""
        size = self._live_size.get(ref.number, (-1, None))[0]
        taken = self._stream(ref.number, size)
        if taken is not None:
            return taken
        self.refresh()
        return next(
            (
                r
                for p in self.parts
                if p.first <= ref.number <= p.last
                for r in self._refs_of(p)
                if r.number == ref.number
            ),
            None,
        )

    def _or_none(self, read: Callable[[SliceRef], Rows], ref: "SliceRef | None") -> Rows:
        return read(ref) if ref is not None else no_rows()

    def _unless_gone(self, part: Part, read: Callable[[], Rows]) -> Rows:
        """What `read` gives; nothing where the retention has taken the whole hour since we looked."""
        try:
            return read()
        except Gone:
            self.refresh()
            if part in self.parts:
                raise
            return no_rows()

    def collected(self, tags: np.ndarray, from_ns: int, to_ns: int, columns: Sequence[str]) -> Rows:
        """The samples of some tags from `from_ns` until `to_ns`, by tag and time."""
        rows = self.of_tags(self.within(from_ns, to_ns), tags, columns)
        inside = (rows.time >= from_ns) & (rows.time <= to_ns)
        rows = rows if inside.all() else rows.take(inside)
        return rows.take(np.lexsort((rows.time, rows.tag)))

    def cost(self, number: int, from_ns: int, to_ns: int) -> int:
        """How many rows must be decoded to get at one tag's samples."""
        return sum(
            self._files.file(SAMPLES, ref.part).metadata.row_group(ref.group + int(k)).num_rows
            for ref in self.within(from_ns, to_ns)
            if ref.part is not None and ref.groups is not None
            for k in np.flatnonzero((ref.groups[:, 0] <= number) & (number <= ref.groups[:, 1]))
        )

    def close(self) -> None:
        """Let go of all files."""
        for kept in (self._files, self._decoded, self._keyframes, self._streams, self._moments):
            kept.clear()


def _live_path(number: int) -> str:
    return f"{LIVE}/{number:010d}.arrows"


def _begun(ref: SliceRef) -> tuple[int, int]:
    return ref.first_ns, ref.number


def _among(tag: np.ndarray, tags: np.ndarray) -> np.ndarray:
    return tag == tags[0] if len(tags) == 1 else np.isin(tag, tags)
