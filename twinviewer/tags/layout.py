"""The layout of a tag table file: one header, then one column after the other."""

import hashlib
import struct
from dataclasses import dataclass

import numpy as np

MAGIC = b"TWVTAGS\0"
VERSION = 1
BLOCK = 512  # rows that share one change counter
TEXT_BYTES = 64
HEADER_BYTES = 8192
NOTE_BYTES = 6144  # room for the connection as JSON

HEAD = struct.Struct("<8sII32s")  # magic, version, rows, key
HEARTBEAT_AT = 64
NOTE_COUNTER_AT = 72
NOTE_LENGTH_AT = 80
NOTE_AT = 128
assert NOTE_AT + NOTE_BYTES <= HEADER_BYTES

COLUMNS = (
    ("value", np.dtype("<f8")),
    ("source_ns", np.dtype("<i8")),
    ("server_ns", np.dtype("<i8")),
    ("received_ns", np.dtype("<i8")),
    ("status", np.dtype("<u4")),
    ("text", np.dtype(f"S{TEXT_BYTES}")),
    ("has_text", np.dtype("u1")),
)


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the columns of `n` rows lie: byte offsets by name, the block counters first, and the file's size."""

    n: int
    counters_at: int
    offsets: dict[str, int]
    size: int


def blocks_of(n: int) -> int:
    """How many blocks n rows take."""
    return -(-n // BLOCK)


def layout_of(n: int) -> Layout:
    """The layout of a table of `n` rows; every column begins on a cache line."""
    at = HEADER_BYTES + _aligned(8 * blocks_of(n))
    offsets = {}
    for name, dtype in COLUMNS:
        offsets[name] = at
        at += _aligned(dtype.itemsize * n)
    return Layout(n, HEADER_BYTES, offsets, at)


def key_bytes(key: str) -> bytes:
    """A layout key of any length as 32 bytes."""
    return hashlib.sha256(key.encode()).digest()


def _aligned(size: int) -> int:
    return -(-size // 64) * 64
