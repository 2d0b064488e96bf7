"""Arrival times of a slice, each named once: why a compacted sample needs so few bytes."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from twinviewer.history.columns import column, values
from twinviewer.history.layout import COMPACT_SCHEMA, MOMENT_BITS, MOMENT_SCHEMA
from twinviewer.history.rows import Rows, from_arrow, words_to_arrow

_NONE = np.iinfo(np.int64).min


@dataclass(frozen=True, slots=True)
class Moments:
    """`moment` int64 (k,) are their numbers, ascending; `time` and `source` int64 (k,)."""

    moment: np.ndarray
    time: np.ndarray
    source: np.ndarray

    def table(self) -> pa.Table:
        """Rows of MOMENT_SCHEMA."""
        columns = (self.moment, self.time, self.source)
        return pa.table([column(c, f.type) for c, f in zip(columns, MOMENT_SCHEMA, strict=True)], MOMENT_SCHEMA.names)


def moments_of(number: int, rows: Rows) -> Moments:
    """The moments of a slice's samples as they came; a moment's source is that of its first sample."""
    first = np.flatnonzero(np.append(True, np.diff(rows.time) > 0)) if len(rows) else np.zeros(0, np.int64)
    moment = (number << MOMENT_BITS) + np.arange(len(first), dtype=np.int64)
    return Moments(moment, rows.time[first], rows.source[first])


def compacted(rows: Rows, moments: Moments) -> pa.Table:
    """Samples as COMPACT_SCHEMA has them."""
    ordinal = np.searchsorted(moments.time, rows.time)
    source = column(rows.source, COMPACT_SCHEMA.field("source").type, rows.source != moments.source[ordinal])
    server = column(rows.server, COMPACT_SCHEMA.field("server").type, rows.server != rows.source)
    arrays = [
        column(moments.moment[ordinal], pa.int64()),
        column(rows.tag, pa.int32()),
        column(rows.value, pa.float64()),
        column(rows.status, pa.uint32()),
        source,
        server,
        words_to_arrow(rows),
    ]
    return pa.table(arrays, schema=COMPACT_SCHEMA)


def expanded(table: pa.Table, moments: Moments) -> Rows:
    """Back again; columns that were not read are empty."""
    ordinal = np.searchsorted(moments.moment, values(table["moment"]))
    names = set(table.column_names)
    plain = from_arrow(table.drop_columns([c for c in ("moment", "source", "server") if c in names]))
    source = _filled(table["source"], moments.source[ordinal]) if "source" in names else plain.source
    server = _filled(table["server"], source) if "server" in names else plain.server
    return Rows(moments.time[ordinal], plain.tag, plain.value, plain.status, source, server, plain.word, plain.words)


def _filled(told: pa.ChunkedArray, where_null: np.ndarray) -> np.ndarray:
    if told.null_count == len(told):
        return where_null
    given = values(pc.fill_null(told.cast(pa.int64()), int(_NONE)))
    return np.where(given == _NONE, where_null, given)
