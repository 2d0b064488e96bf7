"""Reads a recording: the plant at any moment, trends, alarms as they stood, what happened between two moments."""

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

import numpy as np

from twinviewer.history import manifest as manifests
from twinviewer.history import trend
from twinviewer.history.coarse import Coarse, meets
from twinviewer.history.diary import Diary
from twinviewer.history.folder import Folder
from twinviewer.history.layout import GAP_NS, HOUR_NS, MANIFEST, MINUTE_NS, MINUTES, Part, part_of
from twinviewer.history.manifest import Manifest, RecordedTag
from twinviewer.history.rows import Rows, concatenated, no_rows
from twinviewer.history.slices import Slices
from twinviewer.history.times import iso
from twinviewer.history.trend import Stretch, Trend
from twinviewer.model.alarm import Alarm, AlarmEvent
from twinviewer.model.connection import Connection, Link
from twinviewer.model.errors import RecordingError
from twinviewer.model.frame import TagSnapshot
from twinviewer.scene.scene import Scene

ALL = ("time", "value", "status", "source", "server", "text")
MOST_ROWS = 8_000_000  # decoded for one trend; beyond that it is made of one-minute aggregates
BRIEF = ("time", "value", "status")


class Recording:
    """One recording, also while it is being made (`refresh`). Not for several threads at once.

    Rows of snapshots are the rows of `scene.tags` where a scene is given (tags are found by name), else `tags`.
    """

    def __init__(self, folder: Folder, manifest: Manifest, scene: Scene | None) -> None:
        self.folder = folder
        self.manifest = manifest
        self.tags: tuple[RecordedTag, ...] = manifest.tags
        self.diary = Diary(folder)
        self._coarse = Coarse(folder)
        self._slices = Slices(folder, self._find_coarse)
        self._slices.refresh()
        names = [tag.name for tag in (scene.tags if scene is not None else manifest.tags)]
        self._row_of = {name: row for row, name in enumerate(names)}
        self.number_of_row = np.array(manifest.numbers(names), np.int64)
        if scene is not None and len(names) and manifest.tags and (self.number_of_row < 0).all():
            raise RecordingError(
                f"this is a recording of {manifest.scene_name}: it has no tag of {scene.name}",
                folder.address,
                "Give the scene that was recorded.",
            )

    @classmethod
    def open(cls, address: Path | str, scene: Scene | None = None) -> "Recording":
        """Open a folder or an fsspec address. Raises RecordingError."""
        folder = Folder(address)
        try:
            raw = folder.read(MANIFEST)
        except (OSError, ValueError) as error:
            if isinstance(error, PermissionError):
                raise RecordingError("the recording may not be read", str(address)) from error
            remedy = "Choose the folder given to record."
            if str(address).lower().endswith(".twin"):
                remedy = "A capsule opens with: twinviewer open, state or snapshot, without --recording."
            raise RecordingError("this is not a recording (it has no manifest.json)", str(address), remedy) from error
        return cls(folder, manifests.parse(raw, MANIFEST), scene)

    def refresh(self) -> None:
        """See what was recorded since."""
        self._slices.refresh()
        self.diary.refresh()

    def _find_coarse(self) -> None:
        """Hours of aggregates, without one that is just being compacted: its streams still count."""
        live = self._slices.live_numbers
        parts = sorted(part for name in self.folder.names(MINUTES) if (part := part_of(name)))
        self._coarse.parts = [part for part in parts if not any(part.first <= n <= part.last for n in live)]

    def close(self) -> None:
        """Let go of all files."""
        self._slices.close()
        self._coarse.clear()

    def span(self) -> tuple[int, int]:
        """The first and the last moment recorded (UTC ns), (0, 0) where nothing is."""
        return self._slices.span()

    def said_span(self) -> str:
        """The same as a sentence."""
        first, last = self.span()
        return f"The recording goes from {iso(first)} to {iso(last)}." if last else "The recording is empty."

    def number(self, tag: str | int) -> int:
        """The recording's number of a tag, by name or by row of a snapshot. Raises RecordingError."""
        row = tag if isinstance(tag, int) else self._row_of.get(tag, -1)
        number = int(self.number_of_row[row]) if 0 <= row < len(self.number_of_row) else -1
        if number < 0:
            raise RecordingError(f"the tag {tag!r} is not in this recording", self.folder.address)
        return number

    def matching(self, pattern: str) -> list[RecordedTag]:
        """Tags whose name matches any of the patterns (globs, separated by commas), in order of numbers."""
        patterns = [p.strip() for p in pattern.split(",") if p.strip()]
        return [tag for tag in self.tags if any(fnmatchcase(tag.name, p) for p in patterns)]

    # one moment ---------------------------------------------------------------------------------------------------

    def at(self, time_ns: int) -> TagSnapshot:
        """The newest sample of every tag that had arrived at a moment; quality and age are not filled in."""
        rows = self.newest(time_ns)
        n = len(self.tags)
        value, status = np.full(n, np.nan), np.zeros(n, np.uint32)
        stamps = [np.zeros(n, np.int64) for _ in range(3)]
        value[rows.tag], status[rows.tag] = rows.value, rows.status
        for column, source in zip(stamps, (rows.source, rows.server, rows.time), strict=True):
            column[rows.tag] = source
        word = np.full(n, -1, np.int32)
        word[rows.tag] = rows.word
        text = {tag: rows.words[word[tag]] for tag in np.flatnonzero(word >= 0).tolist()}
        return self._in_rows(value, status, stamps, text)

    def newest(self, time_ns: int) -> Rows:
        """The newest samples of all recorded tags that had arrived at a moment; of two rows of a tag the last holds."""
        ref = self._slices.covering(time_ns)
        if ref is None:
            return no_rows()
        rows = self._slices.rows(ref)
        known = np.flatnonzero(rows.time <= time_ns)
        tag = rows.tag[known]
        last = known[np.append(tag[1:] != tag[:-1], True)] if len(known) else known
        found = concatenated([self._slices.keyframe(ref), rows.take(last)])
        if len(found) and int(found.tag.max()) >= len(self.tags):
            raise RecordingError("more tags were recorded than this file names", MANIFEST, "Restore it from a copy.")
        return found

    def _in_rows(
        self, value: np.ndarray, status: np.ndarray, stamps: list[np.ndarray], text: dict[int, str]
    ) -> TagSnapshot:
        """Recorded tags in the order of the snapshot's rows."""
        number = self.number_of_row
        if len(number) == len(value) and (number == np.arange(len(number))).all():
            return TagSnapshot(value, status, *stamps, text=text)
        known = number >= 0
        safe = np.where(known, number, 0)
        if not len(value):
            value, status, stamps = np.full(1, np.nan), np.zeros(1, np.uint32), [np.zeros(1, np.int64)] * 3
        texts = {row: text[int(n)] for row, n in enumerate(number) if int(n) in text} if text else {}
        return TagSnapshot(
            np.where(known, value[safe], np.nan),
            np.where(known, status[safe], 0).astype(np.uint32),
            *(np.where(known, stamp[safe], 0) for stamp in stamps),
            text=texts,
        )

    def recorded_at(self, time_ns: int) -> bool:
        """Whether the recorder ran at a moment."""
        ref = self._slices.covering(time_ns)
        return ref is not None and time_ns <= ref.last_ns + GAP_NS

    def connection_at(self, time_ns: int) -> Connection:
        """How the feed stood; LOST where nobody recorded."""
        ref = self._slices.covering(time_ns)
        if ref is None or time_ns > ref.last_ns + GAP_NS:
            since_ns = ref.last_ns if ref is not None else 0
            return Connection(Link.LOST, "nothing was recorded at this time", since_ns)
        told = self.diary.connection_at(time_ns)
        return told if told is not None else Connection(Link.CONNECTED, since_ns=ref.first_ns)

    def alarms_at(self, time_ns: int) -> tuple[Alarm, ...]:
        """All alarms as they stood: the worst first, then the newest."""
        return self.diary.alarms_at(time_ns)

    def raised(self, from_ns: int, to_ns: int) -> list[AlarmEvent]:
        """Alarms raised between two moments, in order: the marks of a time line."""
        return [event for event in self.changes_of_alarms(from_ns, to_ns) if event.what == "raised"]

    def changes_of_alarms(self, from_ns: int, to_ns: int) -> list[AlarmEvent]:
        """Every change of an alarm between two moments, in order."""
        return self.diary.events(from_ns, to_ns)

    # a stretch of time --------------------------------------------------------------------------------------------

    def stretches(self, from_ns: int, to_ns: int) -> list[Stretch]:
        """When the recorder ran, between two moments."""
        found: list[Stretch] = []
        for ref in self._slices.within(from_ns, to_ns):
            if found and ref.first_ns <= found[-1].last_ns + GAP_NS:
                found[-1] = Stretch(found[-1].first_ns, max(found[-1].last_ns, ref.last_ns))
            else:
                found.append(Stretch(ref.first_ns, ref.last_ns))
        return [Stretch(max(s.first_ns, from_ns), min(s.last_ns, to_ns)) for s in found]

    def samples(
        self, tags: Sequence[str | int], from_ns: int, to_ns: int, *, before: bool = False, columns: Sequence[str] = ALL
    ) -> Rows:
        """Every sample of some tags, by tag (number) and time; with `before`, also the newest ahead of `from_ns`."""
        return self.of_numbers([self.number(tag) for tag in tags], from_ns, to_ns, before, columns)

    def of_numbers(
        self, wanted: Sequence[int], from_ns: int, to_ns: int, before: bool = False, columns: Sequence[str] = ALL
    ) -> Rows:
        """The same for the recording's own numbers of tags."""
        numbers = np.array(sorted(set(wanted)), np.int32)
        if not len(numbers):
            return no_rows()
        rows = self._slices.collected(numbers, from_ns, to_ns, columns)
        if not before:
            return rows
        both = concatenated([self._before(numbers, from_ns), rows])
        return both.take(np.lexsort((both.time, both.tag)))

    def _before(self, numbers: np.ndarray, time_ns: int) -> Rows:
        """The newest sample of each of these tags before a moment."""
        ref = self._slices.covering(time_ns - 1)
        if ref is None:
            return no_rows()
        keyframe = self._slices.keyframe(ref)
        keyframe = keyframe.take(np.isin(keyframe.tag, numbers))
        rows = self._slices.of_tags([ref], numbers, ALL)
        rows = concatenated([keyframe, rows.take(rows.time < time_ns)]).sorted()
        return rows.take(np.append(rows.tag[1:] != rows.tag[:-1], True)) if len(rows) else rows

    @property
    def parts(self) -> list[Part]:
        """The compacted hours."""
        return self._slices.parts

    def uncompacted(self, numbers: Sequence[int], from_ns: int, to_ns: int) -> Rows:
        """The samples of some tags, by number, that are not in a compacted hour yet."""
        tags = np.array(sorted(set(numbers)), np.int32)
        rows = self._slices.of_tags(self._slices.live(from_ns, to_ns), tags, ALL)
        return rows.take((rows.time >= from_ns) & (rows.time <= to_ns))

    def batches(self, from_ns: int, to_ns: int) -> Iterator[Rows]:
        """Every sample of all tags between two moments, slice after slice, each by tag and time."""
        for ref in self._slices.within(from_ns, to_ns):
            rows = self._slices.rows(ref)
            yield rows.take((rows.time >= from_ns) & (rows.time <= to_ns))

    def series(self, tag: str | int, from_ns: int, to_ns: int, pixels: int) -> Trend:
        """One tag's lowest and highest value in each of about `pixels` steps; gaps are NaN."""
        number = self.number(tag)
        usable = self.usable(from_ns, to_ns)
        one = np.array([number], np.int32)
        parts = [trend.of_rows(self._before(one, from_ns))]
        grid_ns = 1
        if self._by_minutes(number, from_ns, to_ns, pixels):
            grid_ns = MINUTE_NS
            live = self._slices.live(from_ns, to_ns)
            parts += [
                self._coarse.points(number, from_ns, to_ns),
                trend.of_rows(self._slices.of_tags(live, one, BRIEF)),
            ]
        else:
            parts += [trend.of_rows(self._slices.collected(one, from_ns, to_ns, BRIEF))]
        return trend.from_points(trend.joined(parts), from_ns, to_ns, pixels, usable, grid_ns)

    def _by_minutes(self, number: int, from_ns: int, to_ns: int, pixels: int) -> bool:
        """Whether aggregates do: a pixel is a minute, the samples are gone, or there are too many to look at each."""
        if (to_ns - from_ns) // max(pixels, 1) >= MINUTE_NS:
            return True
        if to_ns - from_ns < HOUR_NS:
            return False
        return bool(self._gone(from_ns, to_ns)) or self._slices.cost(number, from_ns, to_ns) > MOST_ROWS

    def state_changes(self, from_ns: int, to_ns: int) -> Rows:
        """What the tags of role "state" said at `from_ns` and each change until `to_ns`, by tag and time.

        Rows before `from_ns` carry that time. An hour's rows also repeat what stood at its beginning.
        """
        numbers = np.array([tag.number for tag in self.tags if tag.role == "state"], np.int32)
        if not len(numbers):
            return no_rows()
        parts = [p for p in self._coarse.parts if meets(p, from_ns, to_ns)]
        live = self._slices.live(from_ns, to_ns)
        rows = concatenated(
            [
                self._before(numbers, from_ns),
                *(self._coarse.states(part) for part in parts),
                self._slices.of_tags(live, numbers, ALL),
            ]
        )
        rows = rows.take(rows.time <= to_ns)
        time = np.maximum(rows.time, from_ns)
        order = np.lexsort((rows.time, rows.tag))
        found = Rows(time, rows.tag, rows.value, rows.status, rows.source, rows.server, rows.word, rows.words)
        return found.take(order)

    def minutes(self, wanted: Sequence[int], from_ns: int, to_ns: int) -> dict[str, np.ndarray]:
        """One-minute aggregates of some tags (by number): tag, time, mean, min, max, last, quality, by tag and time.

        What is not compacted yet is there as samples, each with mean = min = max = last.
        """
        tags = np.array(sorted(set(wanted)), np.int32)
        found = [self._coarse.of_tags(p, tags) for p in self._coarse.parts if meets(p, from_ns, to_ns)]
        live = self.uncompacted(wanted, from_ns, to_ns)
        points = trend.of_rows(live)
        fresh = (live.tag, live.time, points.low, points.low, points.low, points.low, points.quality)
        names = ("tag", "time", "mean", "min", "max", "last", "quality")
        time, tag = (np.concatenate([*(f[n] for f in found), c]) for n, c in (("time", live.time), ("tag", live.tag)))
        inside = np.flatnonzero((time > from_ns - MINUTE_NS) & (time <= to_ns))
        order = inside[np.lexsort((time[inside], tag[inside]))]
        del time, tag, inside
        columns: dict[str, np.ndarray] = {}
        for name, own in zip(
            names, fresh, strict=True
        ):  # one after the other: a shift of a large plant is many minutes
            columns[name] = np.concatenate([*(f.pop(name) for f in found), own])[order]
        return columns

    def remains(self, wanted: Sequence[int], from_ns: int, to_ns: int) -> Rows:
        """What is left of some tags (by number) in hours whose samples are gone, by tag and time: changes of state, and
        of numbers the last usable value of each minute, at its end, with the worst quality in it."""
        tags = [tag for tag in self.tags if tag.number in set(wanted)]
        states = np.array([tag.number for tag in tags if tag.role == "state"], np.int32)
        figures = np.array([tag.number for tag in tags if tag.role != "state" and not tag.is_text], np.int32)
        found: list[Rows] = []
        for part in self._gone(from_ns, to_ns):
            changes = self._coarse.states(part)
            found += [changes.take(np.isin(changes.tag, states)), self._coarse.lasts(part, figures)]
        rows = concatenated(found)
        rows = rows.take((rows.time >= from_ns) & (rows.time <= to_ns))
        return rows.take(np.lexsort((rows.time, rows.tag)))

    def _gone(self, from_ns: int, to_ns: int) -> list[Part]:
        """The hours of which there are aggregates, but no samples any more."""
        raw = {part.hour_ns for part in self._slices.parts}
        return [p for p in self._coarse.parts if p.hour_ns not in raw and meets(p, from_ns, to_ns)]

    def known(self, from_ns: int, to_ns: int) -> list[Stretch]:
        """When the recorder ran, between two moments, also where only aggregates are left."""
        gone = self._gone(from_ns, to_ns)
        kept = [span for part in gone if (span := self._coarse.span(part)) is not None]
        return [*kept, *self.stretches(from_ns, to_ns)]

    def usable(self, from_ns: int, to_ns: int) -> list[Stretch]:
        """When the recorder ran and the feed delivered, between two moments."""
        return trend.usable(self.known(from_ns, to_ns), self.diary.connections(from_ns, to_ns))
