"""Prepared geometry on disk: one file of arrays per scene geometry, keyed by content."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from twinviewer.model.geometry import Geometry, GeometryNode, Texture
from twinviewer.scene import array_file

_PIECE = 4 << 20
_COLUMNS = (
    "points", "normals", "triangles", "node", "colour", "skin", "uv", "texture", "metallic", "roughness",
)  # fmt: skip


def default_cache_dir() -> Path:
    """Where prepared geometry is kept for this user."""
    import platformdirs

    return platformdirs.user_cache_path("twinviewer", appauthor=False) / "geometry"


def load(path: Path) -> tuple[Geometry, dict[str, Any]] | None:
    """The geometry and the extra header of a cache file, None where there is none that can be trusted."""
    found = array_file.load(path)
    if found is None:
        return None
    arrays, about = found
    try:
        return _geometry(about, arrays), about["extra"]
    except (ValueError, KeyError, TypeError):
        return None


def store(path: Path, geometry: Geometry, extra: Mapping[str, Any]) -> str:
    """Write a cache file in one step. Returns "" or why it could not be written; never raises for that."""
    arrays: dict[str, np.ndarray] = {
        "matrices": np.array([node.matrix for node in geometry.nodes], np.float64).reshape(-1, 4, 4),
        "rows": np.array([(n.parent, n.first, n.last) for n in geometry.nodes], np.int64).reshape(-1, 3),
    }
    arrays.update({name: value for name in _COLUMNS if (value := getattr(geometry, name)) is not None})
    arrays.update({f"texture{k}": texture.pixels for k, texture in enumerate(geometry.textures)})
    about = {
        "nodes": [(node.path, node.name, dict(node.extras)) for node in geometry.nodes],
        "textures": [texture.repeat for texture in geometry.textures],
        "notes": geometry.notes,
        "extra": dict(extra),
    }
    return array_file.store(path, arrays, about)


def digest_of(path: Path) -> str:
    """A hash of a file's content (hex): SHA-256 over the SHA-256 of its pieces, which several cores compute."""
    pieces = range(0, max(path.stat().st_size, 1), _PIECE)
    if len(pieces) == 1:
        return hashlib.sha256(_piece_digest(path, 0)).hexdigest()
    from concurrent.futures import ThreadPoolExecutor  # here: most files are one piece, and it costs at start

    with ThreadPoolExecutor(min(len(pieces), 4)) as pool:
        return hashlib.sha256(b"".join(pool.map(lambda start: _piece_digest(path, start), pieces))).hexdigest()


def state_of(path: Path) -> str:
    """The same, "" where there is no such file: what comes later is a change too."""
    return digest_of(path) if path.exists() else ""


def _piece_digest(path: Path, start: int) -> bytes:
    with path.open("rb") as file:
        file.seek(start)
        return hashlib.sha256(file.read(_PIECE)).digest()


def _geometry(about: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> Geometry:
    matrices, rows = arrays["matrices"], arrays["rows"]
    nodes = tuple(
        GeometryNode(path, name, int(parent), matrix, int(first), int(last), extras)
        for (path, name, extras), (parent, first, last), matrix in zip(about["nodes"], rows, matrices, strict=True)
    )
    textures = tuple(Texture(arrays[f"texture{k}"], bool(repeat)) for k, repeat in enumerate(about["textures"]))
    columns = {name: arrays.get(name) for name in _COLUMNS}
    return Geometry(nodes=nodes, textures=textures, notes=tuple(about["notes"]), **columns)  # pyright: ignore[reportArgumentType]
