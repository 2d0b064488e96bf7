"""A file of named arrays with a JSON header, memory-mapped and checked before use: what is kept prepared on disk.

Layout: magic, length of the JSON header, its SHA-256, header, padding, then arrays at 64-byte steps. The header holds
a digest of all that follows it, so a file that was cut, overwritten or only half written is seen and made anew.
"""

import contextlib
import hashlib
import json
import os
import struct
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

_MAGIC = b"TWINGEO3"
_START = 48
_ALIGN = 64
_BLOCK = 8192
_MAX_FILES = 40
_MAX_BYTES = 6 << 30


def load(path: Path) -> tuple[dict[str, np.ndarray], dict[str, Any]] | None:
    """The arrays (copy on write) and what `store` was given as `about`; None where there is no file to be trusted."""
    try:
        data = np.memmap(path, np.uint8, mode="c")
        header, start = _header(data)
        body = data[start:]
        if header["length"] != len(body) or header["digest"] != digest(body):
            return None
        return {name: _array(body, *layout) for name, layout in header["arrays"].items()}, header["about"]
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError, struct.error):
        return None


def store(path: Path, arrays: Mapping[str, np.ndarray], about: Mapping[str, Any]) -> str:
    """Write a file in one step, and delete the oldest of its kind (its suffix) where there are too many beside it.

    Returns "" or why it could not be written; never raises for that.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".new-", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                _write(file, arrays, about)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        _prune(path)
    except (OSError, TypeError, ValueError) as error:
        return str(error)
    return ""


def digest(body: np.ndarray) -> str:
    """A digest of bytes uint8 (n,) at memory speed: sums of blocks, hashed. It guards against damage, not malice."""
    words = body[: len(body) // 8 * 8].view(np.uint64)
    whole = len(words) // _BLOCK * _BLOCK
    sums = words[:whole].reshape(-1, _BLOCK).sum(axis=1, dtype=np.uint64)
    found = hashlib.sha256(sums.tobytes())
    found.update(bytes(words[whole:].tobytes()) + bytes(body[len(words) * 8 :]))
    return found.hexdigest()


def _header(data: np.ndarray) -> tuple[dict[str, Any], int]:
    if bytes(data[:8]) != _MAGIC:
        raise ValueError("not a file of arrays")
    (length,) = struct.unpack("<Q", bytes(data[8:16]))
    end = _START + length
    text = bytes(data[_START:end])
    if hashlib.sha256(text).digest() != bytes(data[16:_START]):
        raise ValueError("the header is damaged")
    return json.loads(text), end + (-end % _ALIGN)


def _array(body: np.ndarray, dtype: str, shape: Sequence[int], offset: int) -> np.ndarray:
    kind = np.dtype(dtype)
    size = kind.itemsize * int(np.prod(shape, dtype=np.int64))
    if offset < 0 or offset + size > len(body):
        raise ValueError("an array lies outside the file")
    return body[offset : offset + size].view(kind).reshape(shape).view(np.ndarray)


def _write(file: Any, arrays: Mapping[str, np.ndarray], about: Mapping[str, Any]) -> None:
    layout, length = {}, 0
    for name, array in arrays.items():
        layout[name] = (array.dtype.str, array.shape, length)
        length += array.nbytes + (-array.nbytes % _ALIGN)
    body = np.zeros(length, np.uint8)
    for name, array in arrays.items():
        offset = layout[name][2]
        body[offset : offset + array.nbytes] = np.ascontiguousarray(array).reshape(-1).view(np.uint8)
    header = {"arrays": layout, "about": dict(about), "length": length, "digest": digest(body)}
    text = json.dumps(header, separators=(",", ":")).encode()
    file.write(_MAGIC + struct.pack("<Q", len(text)) + hashlib.sha256(text).digest() + text)
    file.write(b"\0" * (-(_START + len(text)) % _ALIGN))
    file.write(body.data)


def _prune(newest: Path) -> None:
    with contextlib.suppress(OSError):
        files = [path for path in newest.parent.glob(f"*{newest.suffix}") if path != newest]
        stats = sorted(((path.stat(), path) for path in files), key=lambda pair: pair[0].st_mtime, reverse=True)
        total = newest.stat().st_size
        for kept, (stat, path) in enumerate(stats, 1):
            total += stat.st_size
            if kept >= _MAX_FILES or total > _MAX_BYTES:
                path.unlink(missing_ok=True)
