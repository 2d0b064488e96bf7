"""Writes RGB images as PNG with the standard library alone."""

from __future__ import annotations

import struct
import zlib

import numpy as np


def png_bytes(rgb: np.ndarray) -> bytes:
    """A PNG of uint8 (height, width, 3), each row filtered by its difference from the row above (filter 2)."""
    height, width, _ = rgb.shape
    above = np.concatenate([np.zeros_like(rgb[:1]), rgb[:-1]])
    rows = (rgb.astype(np.int16) - above).astype(np.uint8).reshape(height, width * 3)
    raw = np.concatenate([np.full((height, 1), 2, np.uint8), rows], axis=1).tobytes()
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        _chunk(name, data) for name, data in ((b"IHDR", header), (b"IDAT", zlib.compress(raw, 9)), (b"IEND", b""))
    )


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
