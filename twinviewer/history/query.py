"""Answers "which values had these tags" with DuckDB: as a table, a CSV file or a Parquet file."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from twinviewer.history.files import DAMAGED, Files
from twinviewer.history.layout import BEAT_NS, HOUR_NS, MOMENTS, SAMPLES, Part
from twinviewer.history.manifest import RecordedTag
from twinviewer.history.recording import Recording
from twinviewer.history.rows import Rows, concatenated, words_to_arrow
from twinviewer.history.trend import Stretch, usable
from twinviewer.model.errors import DataError, RecordingError

FORMATS = (".csv", ".parquet")
SLACK_NS = BEAT_NS  # so long after its last sign of life a recorder still counts as there
_NOBODY = 0xFFFFFFFF  # a status that no server gives: nobody recorded, or the plant was not connected
# What should be a number and is none is bad, whatever the server said: as the window shows it.
_QUALITY = f"""CASE WHEN status = {_NOBODY} THEN 'unknown' WHEN text IS NULL AND NOT isfinite(value) THEN 'bad'
    ELSE CASE status >> 30 WHEN 0 THEN 'good' WHEN 1 THEN 'uncertain' ELSE 'bad' END END"""
_VALUE = "CASE WHEN text IS NOT NULL THEN text WHEN isnan(value) THEN NULL ELSE CAST(value AS VARCHAR) END"


@contextmanager
def answer(recording: Recording, pattern: str, from_ns: int, to_ns: int, every_ns: int | None = None) -> Iterator[Any]:
    """A DuckDB relation of columns time, tag, value, quality, ordered by time and tag, open inside the `with`.

    `value` is a number where all tags asked for are numbers, else text. With `every_ns` there is one row for each tag
    and step: the value that held at the beginning of the step; none, of quality unknown, where nobody recorded or the
    plant was not connected. Where retention took the samples, the minutes that are left answer (`Recording.remains`).
    Raises DataError where no tag matches.
    """
    import duckdb

    tags = recording.matching(pattern)
    if not tags:
        raise DataError(
            f"no tag matches {pattern!r}", recording.folder.address, "Names are in tags.csv; * stands for anything."
        )
    connection = duckdb.connect(":memory:")
    try:
        connection.execute("SET TimeZone = 'UTC'")
        if recording.folder.files is not None:
            connection.register_filesystem(recording.folder.files)
        numeric = not any(tag.is_text for tag in tags)
        connection.register("tags", _names(tags))
        if every_ns is not None:
            connection.register("samples", _arrow(_held(recording, tags, from_ns, to_ns, every_ns)))
            source = "samples"
        else:
            source = _samples(connection, recording, tags, from_ns, to_ns)
        value = "CASE WHEN isnan(value) THEN NULL ELSE value END" if numeric else _VALUE
        yield connection.sql(
            f"SELECT time, name AS tag, {value} AS value, {_QUALITY} AS quality "
            f"FROM {source} JOIN tags USING (tag) ORDER BY time, name"
        )
    except duckdb.Error as error:
        named = _culprit(recording, from_ns, to_ns)
        if named is not None:
            raise named from error
        said = str(error).partition("Error: ")[2] or str(error)
        raise RecordingError(f"the recording cannot be read: {said}", recording.folder.address, DAMAGED) from error
    finally:
        connection.close()


def _culprit(recording: Recording, from_ns: int, to_ns: int) -> RecordingError | None:
    """Which file is damaged, found by reading each on its own: DuckDB does not always say."""
    files = Files(recording.folder)
    try:
        for part in _parts(recording, from_ns, to_ns):
            for table in (MOMENTS, SAMPLES):
                files.table(table, part)
    except RecordingError as error:
        return error
    finally:
        files.clear()
    return None


def _parts(recording: Recording, from_ns: int, to_ns: int) -> list[Part]:
    return [part for part in recording.parts if from_ns - HOUR_NS < part.hour_ns <= to_ns]


def _samples(connection: Any, recording: Recording, tags: list[RecordedTag], from_ns: int, to_ns: int) -> str:
    """Compacted hours straight from Parquet, with what is not compacted yet."""
    parts = _parts(recording, from_ns, to_ns)
    numbers = [tag.number for tag in tags]
    live = recording.uncompacted(numbers, from_ns, to_ns)  # also what is compacted since
    connection.register("live", _arrow(concatenated([recording.remains(numbers, from_ns, to_ns), live])))
    columns = "time, tag, value, status, text"
    if not parts:
        return "live"

    def files(table: str) -> str:
        names = (recording.folder.address_of(f"{table}/{part.name}").replace("'", "''") for part in parts)
        return "read_parquet([" + ", ".join(f"'{name}'" for name in names) + "])"

    wanted = ", ".join(str(tag.number) for tag in tags)
    within = f"epoch_ns(time) BETWEEN {int(from_ns)} AND {int(to_ns)}"
    return (
        f"(SELECT time, tag, value, status, text FROM {files(SAMPLES)} "
        f"JOIN (SELECT moment, time FROM {files(MOMENTS)} WHERE {within}) USING (moment) WHERE tag IN ({wanted}) "
        f"UNION ALL SELECT {columns} FROM live)"
    )


def _held(recording: Recording, tags: list[RecordedTag], from_ns: int, to_ns: int, every_ns: int) -> Rows:
    """What each tag said at the beginning of each step: its newest sample until then."""
    if every_ns <= 0:
        raise DataError("a step must last longer than nothing", remedy="Give for example --every 10s.")
    if (to_ns - from_ns) // every_ns * len(tags) > 50_000_000:
        raise DataError("that would be more than 50 million rows", remedy="Choose a longer step or fewer tags.")
    grid = np.arange(from_ns, to_ns + 1, every_ns, dtype=np.int64)
    numbers = [tag.number for tag in tags]
    left = recording.remains(numbers, from_ns - HOUR_NS, to_ns)
    rows = concatenated([left, recording.of_numbers(numbers, from_ns, to_ns, before=True)])
    rows = rows.take(np.lexsort((rows.time, rows.tag)))
    stretches = [Stretch(s.first_ns, s.last_ns + SLACK_NS) for s in recording.known(from_ns, to_ns)]
    seen = _seen(usable(stretches, recording.diary.connections(from_ns, to_ns)), grid)
    found: list[Rows] = []
    for tag in tags:
        first, last = np.searchsorted(rows.tag, [tag.number, tag.number + 1])
        own = rows.take(slice(int(first), int(last)))
        at = np.searchsorted(own.time, grid, "right") - 1
        held, known = own.take(at[at >= 0]), seen[at >= 0]
        found.append(
            replace(
                held,
                time=grid[at >= 0],
                value=np.where(known, held.value, np.nan),
                status=np.where(known, held.status, _NOBODY).astype(np.uint32),
                word=np.where(known, held.word, -1).astype(np.int32),
            )
        )
    return concatenated(found)


def _seen(stretches: Sequence[Stretch], grid: np.ndarray) -> np.ndarray:
    """bool (k,): whether each of these moments lies in one of the stretches."""
    inside = np.zeros(len(grid), bool)
    for stretch in stretches:
        first, last = np.searchsorted(grid, [stretch.first_ns, stretch.last_ns])
        inside[first:last] = True
    return inside


def _names(tags: list[RecordedTag]) -> pa.Table:
    return pa.table({"tag": pa.array([t.number for t in tags], pa.int32()), "name": [t.name for t in tags]})


def _arrow(rows: Rows) -> pa.Table:
    return pa.table(
        {
            "time": pa.array(rows.time, pa.timestamp("ns", "UTC")),
            "tag": rows.tag,
            "value": rows.value,
            "status": rows.status,
            "text": words_to_arrow(rows),
        }
    )


def as_table(relation: Any) -> pa.Table:
    """An answer as one Arrow table."""
    found = relation.arrow()  # a table or a reader, which differs between versions of DuckDB
    return found.read_all() if isinstance(found, pa.RecordBatchReader) else found


def write(relation: Any, path: Path) -> int:
    """Write an answer to a .csv or .parquet file, whole or not at all; how many rows. Raises DataError."""
    _format_of(path)
    return write_table(as_table(relation), path)


def _format_of(path: Path) -> str:
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        raise DataError(
            "the file's name says no format that can be written", str(path), f"End it in {' or '.join(FORMATS)}."
        )
    return suffix


def write_table(table: pa.Table, path: Path) -> int:
    """Write a table of columns time, tag, value, quality, as an answer is written. Raises DataError."""
    suffix = _format_of(path)
    if not path.parent.is_dir():
        raise DataError("there is no such folder", str(path.parent), "Make it first.")
    draft = path.with_name(f".{path.name}.draft")
    try:
        if suffix == ".csv":
            _write_csv(table, draft)
        else:
            import pyarrow.parquet as pq

            pq.write_table(table, draft, compression="zstd")
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise DataError(f"the file cannot be written: {error.strerror or error}", str(path)) from error
    return len(table)


def _write_csv(table: pa.Table, path: Path) -> None:
    from pyarrow import compute, csv

    plain = table["time"].cast(pa.timestamp("ns"))
    time = compute.call_function("strftime", [plain], compute.StrftimeOptions("%Y-%m-%dT%H:%M:%SZ"))
    csv.write_csv(table.set_column(0, "time", time), path, csv.WriteOptions(quoting_style="needed"))
