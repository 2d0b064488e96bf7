"""Prepared geometry on disk: one memory-mapped file per scene geometry, keyed by content, checked before use.

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

from twinviewer.model.geometry import Geometry, GeometryNode, Texture

_MAGIC = b"TWINGEO2"
_START = 48
_ALIGN = 64
_BLOCK = 8192
_PIECE = 4 << 20
_COLUMNS = (
    "points", "normals", "triangles", "node", "colour", "skin", "uv", "texture", "metallic", "roughness",
)  # fmt: skip
_MAX_FILES = 40
_MAX_BYTES = 6 << 30


def default_cache_dir() -> Path:
    """Where prepared geometry is kept for this user."""
    import platformdirs

    return platformdirs.user_cache_path("twinviewer", appauthor=False) / "geometry"


def load(path: Path) -> tuple[Geometry, dict[str, Any]] | None:
    """The geometry and the extra header of a cache file, None where there is none that can be trusted."""
    try:
        data = np.memmap(path, np.uint8, mode="c")
        header, start = _header(data)
        body = data[start:]
        if header["length"] != len(body) or header["digest"] != _digest(body):
            return None
        arrays = {name: _array(body, *layout) for name, layout in header["arrays"].items()}
        return _geometry(header, arrays), header["extra"]
    except (OSError, ValueError, KeyError, TypeError, IndexError, struct.error):
        return None


def store(path: Path, geometry: Geometry, extra: Mapping[str, Any]) -> str:
    """Write a cache file in one step. Returns "" or why it could not be written; never raises for that."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".new-", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                _write(file, geometry, extra)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        _prune(path.parent, path)
    except (OSError, TypeError, ValueError) as error:
        return str(error)
    return ""


def digest_of(path: Path) -> str:
    """A hash of a file's content (hex): SHA-256 over the SHA-256 of its pieces, which several cores compute."""
    pieces = range(0, max(path.stat().st_size, 1), _PIECE)
    if len(pieces) == 1:
        return hashlib.sha256(_piece_digest(path, 0)).hexdigest()
    from concurrent.futures import ThreadPoolExecutor  # here: most files are one piece, and it costs at start

    with ThreadPoolExecutor(min(len(pieces), 4)) as pool:
        return hashlib.sha256(b"".join(pool.map(lambda start: _piece_digest(path, start), pieces))).hexdigest()


def _piece_digest(path: Path, start: int) -> bytes:
    with path.open("rb") as file:
        file.seek(start)
        return hashlib.sha256(file.read(_PIECE)).digest()


# --- reading ----------------------------------------------------------------------------------------------------


def _header(data: np.ndarray) -> tuple[dict[str, Any], int]:
    if bytes(data[:8]) != _MAGIC:
        raise ValueError("not a cache file")
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


def _geometry(header: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> Geometry:
    matrices, rows = arrays["matrices"], arrays["rows"]
    nodes = tuple(
        GeometryNode(path, name, int(parent), matrix, int(first), int(last), extras)
        for (path, name, extras), (parent, first, last), matrix in zip(header["nodes"], rows, matrices, strict=True)
    )
    textures = tuple(Texture(arrays[f"texture{k}"], bool(repeat)) for k, repeat in enumerate(header["textures"]))
    columns = {name: arrays.get(name) for name in _COLUMNS}
    return Geometry(nodes=nodes, textures=textures, notes=tuple(header["notes"]), **columns)  # pyright: ignore[reportArgumentType]


def _digest(body: np.ndarray) -> str:
    """A digest of the body at memory speed: sums of blocks, hashed. It guards against damage, not against malice."""
    words = body[: len(body) // 8 * 8].view(np.uint64)
    whole = len(words) // _BLOCK * _BLOCK
    sums = words[:whole].reshape(-1, _BLOCK).sum(axis=1, dtype=np.uint64)
    digest = hashlib.sha256(sums.tobytes())
    digest.update(bytes(words[whole:].tobytes()) + bytes(body[len(words) * 8 :]))
    return digest.hexdigest()


# --- writing ----------------------------------------------------------------------------------------------------


def _write(file: Any, geometry: Geometry, extra: Mapping[str, Any]) -> None:
    arrays: dict[str, np.ndarray] = {
        "matrices": np.array([node.matrix for node in geometry.nodes], np.float64).reshape(-1, 4, 4),
        "rows": np.array([(n.parent, n.first, n.last) for n in geometry.nodes], np.int64).reshape(-1, 3),
    }
    arrays.update({name: value for name in _COLUMNS if (value := getattr(geometry, name)) is not None})
    arrays.update({f"texture{k}": texture.pixels for k, texture in enumerate(geometry.textures)})
    layout, length = {}, 0
    for name, array in arrays.items():
        layout[name] = (array.dtype.str, array.shape, length)
        length += array.nbytes + (-array.nbytes % _ALIGN)
    body = np.zeros(length, np.uint8)
    for name, array in arrays.items():
        offset = layout[name][2]
        body[offset : offset + array.nbytes] = np.ascontiguousarray(array).reshape(-1).view(np.uint8)
    header = {
        "arrays": layout,
        "nodes": [(node.path, node.name, dict(node.extras)) for node in geometry.nodes],
        "textures": [texture.repeat for texture in geometry.textures],
        "notes": geometry.notes,
        "extra": dict(extra),
        "length": length,
        "digest": _digest(body),
    }
    text = json.dumps(header, separators=(",", ":")).encode()
    file.write(_MAGIC + struct.pack("<Q", len(text)) + hashlib.sha256(text).digest() + text)
    file.write(b"\0" * (-(_START + len(text)) % _ALIGN))
    file.write(body.data)


def _prune(folder: Path, newest: Path) -> None:
    """Keep the cache within its bounds, oldest entries out first."""
    with contextlib.suppress(OSError):
        files = [path for path in folder.glob("*.geometry") if path != newest]
        stats = sorted(((path.stat(), path) for path in files), key=lambda pair: pair[0].st_mtime, reverse=True)
        total = newest.stat().st_size
        for kept, (stat, path) in enumerate(stats, 1):
            total += stat.st_size
            if kept >= _MAX_FILES or total > _MAX_BYTES:
                path.unlink(missing_ok=True)
