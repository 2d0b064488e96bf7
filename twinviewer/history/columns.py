"""Arrow columns out of numpy's memory, without a copy and without pandas, which `pyarrow.array` would load."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa


def column(values: np.ndarray, kind: pa.DataType, known: np.ndarray | None = None) -> pa.Array:
    """Numbers (n,) of the same width as `kind`; null where `known` bool (n,) is False. The array must not change."""
    values = np.ascontiguousarray(values)
    if values.itemsize * 8 != kind.bit_width:
        raise ValueError(f"{values.dtype} does not fit {kind}")
    bits = None
    if known is not None and not known.all():
        bits = pa.py_buffer(np.packbits(known, bitorder="little"))
    return pa.Array.from_buffers(kind, len(values), [bits, pa.py_buffer(values)])


def values(found: "pa.ChunkedArray | pa.Array") -> np.ndarray:
    """Numbers or stamps without nulls as numpy; without a copy where they are in one piece."""
    chunks = found.chunks if isinstance(found, pa.ChunkedArray) else [found]
    kind = found.type
    width = np.dtype(np.int64) if pa.types.is_timestamp(kind) else np.dtype(kind.to_pandas_dtype())
    pieces = [
        np.frombuffer(chunk.buffers()[1], width, len(chunk), chunk.offset * width.itemsize)
        for chunk in chunks
        if len(chunk)
    ]
    if len(pieces) == 1:
        return pieces[0]
    return np.concatenate(pieces) if pieces else np.zeros(0, width)


def strings(words: Sequence[str]) -> pa.Array:
    """Texts, none of them null."""
    raw = [word.encode() for word in words]
    ends = np.zeros(len(raw) + 1, np.int32)
    np.cumsum([len(word) for word in raw], out=ends[1:])
    return pa.Array.from_buffers(pa.string(), len(raw), [None, pa.py_buffer(ends), pa.py_buffer(b"".join(raw))])
