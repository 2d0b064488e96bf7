"""The writing side of a recording's folder: slices of samples and journals, on the caller's thread."""

import errno
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from twinviewer.history import journal, manifest
from twinviewer.history.compact import compact_hours
from twinviewer.history.layout import (
    BEAT_TAG,
    GAP_NS,
    HOUR_NS,
    LIVE,
    MANIFEST,
    MINUTES,
    SAMPLES,
    SLICE_ROWS,
    live_name,
    live_number,
    part_of,
)
from twinviewer.history.lock import FolderLock
from twinviewer.history.rows import Rows
from twinviewer.history.stream import Newest, StreamWriter
from twinviewer.model.errors import RecordingError
from twinviewer.scene.scene import Scene


class Store:
    """Holds the folder's lock. Every method that writes raises OSError and can simply be called again later."""

    def __init__(self, folder: Path, scene: Scene, slice_rows: int = SLICE_ROWS) -> None:
        self.folder = folder
        self._slice_rows = slice_rows
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._lock = FolderLock(folder)
        except OSError as error:
            raise RecordingError(f"the recording cannot be written: {error.strerror or error}", str(folder)) from error
        try:
            self.manifest = _manifest(folder).with_tags(scene)
            manifest.write(folder, self.manifest)
            self._device = _device(folder)
            self._number = _last_number(folder)
            self._closed = self._number  # slices up to here are never written again: another thread may compact them
        except OSError as error:
            self._lock.release()
            raise RecordingError(f"the recording cannot be written: {error.strerror or error}", str(folder)) from error
        except RecordingError:
            self._lock.release()
            raise
        numbers = self.manifest.numbers([tag.name for tag in scene.tags])
        self.tag_of_slot = np.array(numbers, np.int32)
        self._newest = Newest(len(self.manifest.tags))
        self._stream: StreamWriter | None = None
        self._hour_ns = -1
        self._last_ns = 0
        self.done = 0  # rows of the last call of `write` that are on the disk, also where it raised

    def write(self, rows: Rows) -> None:
        """Append samples in the order of their `time`; a new slice begins where the clock went back."""
        self.done = 0
        for piece in _pieces(rows, self._last_ns):
            self._append(piece)
            self.done += len(piece)

    def sync(self) -> None:
        """Have the running slice on the disk itself, not only with the operating system."""
        if self._stream is not None:
            self._stream.sync()

    def beat(self, now_ns: int) -> None:
        """Say that the recorder lives, with no sample to say it."""
        if now_ns <= self._last_ns:
            return
        self._append(beats(np.array([now_ns], np.int64)))

    def before(self, rows: Rows) -> None:
        """Samples from before this recording begins, for its first keyframe."""
        self._newest.add(rows)

    def _append(self, rows: Rows) -> None:
        first_ns = int(rows.time[0])
        hour_ns = first_ns - first_ns % HOUR_NS
        stream = self._stream
        pause = first_ns - self._last_ns > GAP_NS  # nobody recorded in between: the next slice says so by its start
        if stream and (
            hour_ns != self._hour_ns or stream.rows >= self._slice_rows or first_ns < self._last_ns or pause
        ):
            self.end_slice()
        if self._stream is None:
            self._number += 1
            path = self.folder / LIVE / live_name(self._number)
            try:
                self._stream = StreamWriter(path, self._newest.rows())
            except OSError:
                self._closed = self._number
                raise
            self._hour_ns = hour_ns
        try:
            self._stream.write(rows)
        except BaseException:
            self._drop()
            raise
        self._last_ns = int(rows.time[-1])
        told = rows.tag != BEAT_TAG
        if told.any():
            self._newest.add(rows if told.all() else rows.take(told))

    def lines(self, table: str, time_ns: int, lines: Sequence[dict[str, Any]]) -> None:
        """Append to a journal."""
        path = journal.day_file(self.folder, table, time_ns)
        journal.append(path, lines)

    def missing(self) -> str:
        """Why nothing can be written any more although no write failed: the folder was moved or unplugged. Or ""."""
        stream = self._stream
        if (stream is not None and not stream.path.exists()) or not (self.folder / MANIFEST).exists():
            return "the recording's folder is gone"
        return ""

    def repair(self) -> None:
        """Begin a new slice in the folder as it is now; one that was moved away is made again. Raises OSError.

        Where its whole disk is gone nothing is made in its place: that would fill another disk, unseen.
        """
        self._drop()
        if (self.folder / MANIFEST).exists():
            self._must_be_ours()
        elif _device(self.folder) != self._device:
            raise OSError(errno.ENODEV, "the disk of the recording is not there")
        manifest.write(self.folder, self.manifest)
        try:
            self._lock.renew()
        except RecordingError as error:
            raise OSError(errno.EBUSY, error.text) from error
        self._number = self._closed = max(self._number, _last_number(self.folder))

    def _must_be_ours(self) -> None:
        """Another recording under the same name has other numbers for its tags."""
        try:
            found = manifest.parse((self.folder / MANIFEST).read_bytes(), str(self.folder))
        except RecordingError as error:
            raise OSError(errno.EINVAL, error.text) from error
        if found.tags != self.manifest.tags:
            raise OSError(errno.EEXIST, "the folder holds another recording now")

    def end_slice(self) -> None:
        """Close the running slice; the next sample begins another."""
        stream, self._stream = self._stream, None
        try:
            if stream is not None:
                stream.close()
        finally:
            self._closed = self._number

    def _drop(self) -> None:
        """Give up the running slice after a failure; what was whole in it stays."""
        if self._stream is not None:
            self._stream.cut()
            self._stream = None
        self._closed = self._number

    def compact(self, now_ns: int | None) -> int:
        """Turn finished hours into Parquet (with None also the running one, once its slice has ended)."""
        before = None if now_ns is None else now_ns - now_ns % HOUR_NS
        return compact_hours(self.folder, self.manifest, self._closed + 1, before)

    def close(self) -> None:
        """End the slice and let the folder go."""
        try:
            self.end_slice()
        finally:
            self._lock.release()


def beats(time: np.ndarray) -> Rows:
    """Rows that say no more than that the recorder lived (int64 (n,) UTC ns)."""
    n, zero = len(time), np.zeros(len(time), np.int64)
    tag, word = np.full(n, BEAT_TAG, np.int32), np.full(n, -1, np.int32)
    return Rows(time, tag, np.full(n, np.nan), np.zeros(n, np.uint32), zero, zero, word)


def _manifest(folder: Path) -> manifest.Manifest:
    path = folder / MANIFEST
    if not path.exists():
        others = [p.name for p in folder.iterdir() if p.name != "recorder.lock"]
        if others:
            raise RecordingError(
                f"the folder holds something else ({others[0]}, …)", str(folder), "Choose an empty or a new folder."
            )
        return manifest.Manifest("", "")
    return manifest.parse(path.read_bytes(), str(path))


def _device(folder: Path) -> int:
    """The disk of a folder, or of the nearest one above that is there. Raises OSError."""
    there = next((path for path in (folder, *folder.absolute().parents) if path.exists()), folder)
    return there.stat().st_dev


def _last_number(folder: Path) -> int:
    live = [live_number(p.name) or 0 for p in (folder / LIVE).iterdir()]
    parts = [part.last for n in (SAMPLES, MINUTES) for p in (folder / n).iterdir() if (part := part_of(p.name))]
    return max([0, *live, *parts])


def _pieces(rows: Rows, last_ns: int) -> Iterator[Rows]:
    """Stretches of one hour in which the clock never goes back. Slips of less than a second are levelled."""
    if not len(rows):
        return
    time = rows.time
    floor = np.maximum.accumulate(np.concatenate([[last_ns], time]))[1:]
    slips = (floor > time) & (floor - time < 1_000_000_000)
    if slips.any():
        time = np.where(slips, floor, time)
        rows = Rows(time, rows.tag, rows.value, rows.status, rows.source, rows.server, rows.word, rows.words)
    cuts = np.flatnonzero((np.diff(time) < 0) | (np.diff(time // HOUR_NS) != 0)) + 1
    for first, last in zip([0, *cuts.tolist()], [*cuts.tolist(), len(rows)], strict=True):
        yield rows.take(slice(first, last))
