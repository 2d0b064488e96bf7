"""Samples as numpy columns, to and from Arrow."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from twinviewer.history.columns import column, strings, values
from twinviewer.history.layout import SAMPLE_SCHEMA
from twinviewer.model.sample import SampleBatch


@dataclass(frozen=True, slots=True)
class Rows:
    """n samples. time, source, server int64 (n,) UTC ns; tag int32 (n,); value float64 (n,); status uint32 (n,).

    `word` int32 (n,) is a row of `words`, -1 where the value is no text.
    """

    time: np.ndarray
    tag: np.ndarray
    value: np.ndarray
    status: np.ndarray
    source: np.ndarray
    server: np.ndarray
    word: np.ndarray
    words: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.time)

    def take(self, which: np.ndarray | slice) -> "Rows":
        """Some of them, by index, mask or slice."""
        t, v, s = self.time[which], self.value[which], self.status[which]
        return Rows(t, self.tag[which], v, s, self.source[which], self.server[which], self.word[which], self.words)

    def text(self, row: int) -> str | None:
        """The text of a row, None where its value is no text."""
        return self.words[self.word[row]] if self.word[row] >= 0 else None

    def sorted(self) -> "Rows":
        """By tag, and for one tag as they came."""
        wide = len(self) and int(self.tag.max()) >= 65535
        return self.take(np.argsort(self.tag if wide else self.tag.astype(np.uint16), kind="stable"))


def no_rows() -> Rows:
    """None at all."""
    stamp = np.zeros(0, np.int64)
    tag = np.zeros(0, np.int32)
    return Rows(stamp, tag, np.zeros(0), np.zeros(0, np.uint32), stamp, stamp, tag)


def concatenated(parts: Sequence[Rows]) -> Rows:
    """All of them, in this order."""
    parts = [part for part in parts if len(part)]
    if len(parts) < 2:
        return parts[0] if parts else no_rows()
    number: dict[str, int] = {}
    codes = []
    for part in parts:
        own = np.array([number.setdefault(w, len(number)) for w in part.words] + [-1], np.int32)
        codes.append(own[part.word])

    def column(name: str) -> np.ndarray:
        return np.concatenate([getattr(part, name) for part in parts])

    time, tag, value, status = column("time"), column("tag"), column("value"), column("status")
    return Rows(time, tag, value, status, column("source"), column("server"), np.concatenate(codes), tuple(number))


def gathered(parts: Iterable[Rows], count: int) -> Rows:
    """All of them, `count` together, each let go before the next is made."""
    number: dict[str, int] = {}
    kinds = (np.int64, np.int32, np.float64, np.uint32, np.int64, np.int64, np.int32)
    columns = [np.empty(count, kind) for kind in kinds]
    at = 0
    for part in parts:
        own = np.array([number.setdefault(w, len(number)) for w in part.words] + [-1], np.int32)
        found = (part.time, part.tag, part.value, part.status, part.source, part.server, own[part.word])
        for whole, piece in zip(columns, found, strict=True):
            whole[at : at + len(part)] = piece
        at += len(part)
    time, tag, value, status, source, server, word = columns
    return Rows(time, tag, value, status, source, server, word, tuple(number))


def from_batches(batches: Sequence[SampleBatch], tag_of_slot: np.ndarray) -> Rows:
    """What feeds delivered, with slots turned into the recording's tags (int32, one per slot)."""
    sizes = [len(batch) for batch in batches]
    total = sum(sizes)
    word, number, at = np.full(total, -1, np.int32), dict[str, int](), 0
    for batch, size in zip(batches, sizes, strict=True):
        for row, text in batch.text.items():
            word[at + row] = number.setdefault(text, len(number))
        at += size
    return Rows(
        np.repeat(np.array([batch.received_ns for batch in batches], np.int64), sizes),
        tag_of_slot[np.concatenate([batch.slot for batch in batches])],
        np.concatenate([batch.value for batch in batches]).astype(np.float64, copy=False),
        np.concatenate([batch.status for batch in batches]).astype(np.uint32, copy=False),
        np.concatenate([batch.source_ns for batch in batches]).astype(np.int64, copy=False),
        np.concatenate([batch.server_ns for batch in batches]).astype(np.int64, copy=False),
        word,
        tuple(number),
    )


def to_arrow(rows: Rows) -> pa.RecordBatch:
    """One record batch of SAMPLE_SCHEMA."""
    columns: list[pa.Array] = [
        column(found, SAMPLE_SCHEMA.field(name).type)
        for name, found in (
            ("time", rows.time),
            ("tag", rows.tag),
            ("value", rows.value),
            ("status", rows.status),
            ("source", rows.source),
            ("server", rows.server),
        )
    ]
    return pa.record_batch([*columns, words_to_arrow(rows)], schema=SAMPLE_SCHEMA)


def words_to_arrow(rows: Rows) -> pa.Array:
    """The text column: strings, null where the value is no text."""
    if not rows.words or not len(rows) or int(rows.word.max()) < 0:
        return pa.nulls(len(rows), pa.string())
    return strings(rows.words).take(column(rows.word, pa.int32(), rows.word >= 0))


def from_arrow(table: pa.Table) -> Rows:
    """Columns of SAMPLE_SCHEMA; columns that were not read are empty (zero, NaN)."""
    n = len(table)
    names = set(table.column_names)

    def stamps(name: str) -> np.ndarray:
        return numbers(table, name, np.int64) if name in names else np.zeros(n, np.int64)

    word, words = np.full(n, -1, np.int32), ()
    if "text" in names and table["text"].null_count < n:
        word, words = _words(table["text"])
    return Rows(
        stamps("time"),
        numbers(table, "tag", np.int32) if "tag" in names else np.zeros(n, np.int32),
        numbers(table, "value", np.float64) if "value" in names else np.full(n, np.nan),
        numbers(table, "status", np.uint32) if "status" in names else np.zeros(n, np.uint32),
        stamps("source"),
        stamps("server"),
        word,
        words,
    )


def numbers(table: pa.Table, name: str, kind: type[np.generic]) -> np.ndarray:
    """One column without nulls as numpy."""
    return values(table[name]).astype(kind, copy=False)


def _words(texts: pa.ChunkedArray) -> tuple[np.ndarray, tuple[str, ...]]:
    plain = texts if not pa.types.is_dictionary(texts.type) else texts.cast(pa.string())
    encoded = plain.combine_chunks().dictionary_encode()
    encoded = encoded if isinstance(encoded, pa.DictionaryArray) else pa.chunked_array(encoded).combine_chunks()
    word = values(encoded.indices.fill_null(-1)).astype(np.int32, copy=False)
    return word, tuple(encoded.dictionary.to_pylist())
