"""Reads the one-minute aggregates and the changes of state, of which a look over days needs many small files."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from twinviewer.history.columns import values
from twinviewer.history.files import DAMAGED, Files
from twinviewer.history.folder import Folder
from twinviewer.history.kept import Kept
from twinviewer.history.layout import HOUR_NS, MINUTE_NS, MINUTES, STATES, Part
from twinviewer.history.rows import Rows, from_arrow, no_rows, numbers
from twinviewer.history.trend import Points, Stretch
from twinviewer.model.errors import RecordingError
from twinviewer.model.quality import Quality

OPEN_FILES = 48
BRIEF = ("tag", "time", "min", "max", "last", "quality")


class Coarse:
    """`parts` are the hours of which there are aggregates."""

    def __init__(self, folder: Folder) -> None:
        self._files = Files(folder)
        self._indexed: Kept[tuple[pq.ParquetFile, np.ndarray]] = Kept(OPEN_FILES)
        self._states: Kept[Rows] = Kept(OPEN_FILES)
        self._spans: dict[Part, Stretch] = {}
        self.parts: list[Part] = []

    def of_tag(self, part: Part, number: int) -> dict[str, np.ndarray]:
        """The minutes of one tag in one hour, by column of BRIEF."""
        try:
            file, bounds = self._indexed.get(part, lambda: self._index(part))
            groups = np.flatnonzero((bounds[:, 0] <= number) & (number <= bounds[:, 1])).tolist()
            taken = file.read_row_groups(groups, columns=list(BRIEF), use_threads=False)
        except (OSError, pa.ArrowException) as error:
            raise RecordingError(f"the file is damaged: {error}", f"{MINUTES}/{part.name}", DAMAGED) from error
        first, last = np.searchsorted(values(taken["tag"]), [number, number + 1])
        return _columns(taken.slice(int(first), int(last - first)))

    def points(self, number: int, from_ns: int, to_ns: int) -> Points:
        """The minutes of one tag between two moments, for a trend."""
        found = [self.of_tag(part, number) for part in self.parts if meets(part, from_ns, to_ns)]
        names = ("time", "min", "max", "last", "quality")
        columns = {name: np.concatenate([f[name] for f in found]) if found else np.zeros(0) for name in names}
        order = np.argsort(columns["time"], kind="stable")
        time, low, high, last, quality = (columns[name][order] for name in names)
        last = np.where(quality < Quality.BAD, last, np.nan)
        return Points(time.astype(np.int64), low, high, last, quality.astype(np.uint8))

    def of_tags(self, part: Part, tags: np.ndarray) -> dict[str, np.ndarray]:
        """The minutes of some tags in one hour, by column."""
        found = _columns(self._files.table(MINUTES, part))
        inside = np.isin(found["tag"], tags)
        return {name: values[inside] for name, values in found.items()}

    def lasts(self, part: Part, tags: np.ndarray) -> Rows:
        """The last usable value of each minute of some tags in one hour as a sample at its end, without stamps."""
        found = self.of_tags(part, tags)
        time, none = found["time"].astype(np.int64) + MINUTE_NS, np.zeros(len(found["time"]), np.int64)
        status = np.minimum(found["quality"], 2).astype(np.uint32) << np.uint32(30)  # good, uncertain, bad
        words = np.full(len(time), -1, np.int32)
        return Rows(time, found["tag"].astype(np.int32), found["last"].astype(float), status, none, none, words)

    def states(self, part: Part) -> Rows:
        """All changes of state in one hour, by tag and time."""

        def read() -> Rows:
            taken = self._files.table(STATES, part)
            return from_arrow(taken) if len(taken) else no_rows()

        return self._states.get(part, read)

    def span(self, part: Part) -> Stretch | None:
        """From the first to the end of the last minute of one hour in which a sample came."""
        if part not in self._spans:
            self._spans[part] = self._read_span(part)
        found = self._spans[part]
        return found if found.last_ns else None

    def _read_span(self, part: Part) -> Stretch:
        time = numbers(self._files.table(MINUTES, part, columns=["time"]), "time", np.int64)
        return Stretch(int(time.min()), int(time.max()) + MINUTE_NS) if len(time) else Stretch(0, 0)

    def _index(self, part: Part) -> tuple[pq.ParquetFile, np.ndarray]:
        """A file whose rows are sorted by tag, and the first and last tag of each row group, int64 (k, 2)."""
        file = self._files.open(MINUTES, part)
        bounds = np.empty((file.num_row_groups, 2), np.int64)
        for k in range(file.num_row_groups):
            statistics = file.metadata.row_group(k).column(0).statistics
            bounds[k] = (0, 2**31) if statistics is None else (statistics.min, statistics.max)
        return file, bounds

    def clear(self) -> None:
        """Let go of all files."""
        for kept in (self._files, self._indexed, self._states):
            kept.clear()


def meets(part: Part, from_ns: int, to_ns: int) -> bool:
    """Whether an hour touches a stretch of time."""
    return from_ns - HOUR_NS < part.hour_ns <= to_ns


def _columns(table: pa.Table) -> dict[str, np.ndarray]:
    return {name: values(table[name]) for name in table.column_names}
