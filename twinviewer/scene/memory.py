"""Remembering the nodes of a scene, so that bindings survive when an export gives them other names.

Known nodes come from `scene.lock` in the scene folder where there is one (written on request, travels with the
scene), else from a file beside the geometry cache, which each opening with new geometry brings up to date.
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from twinviewer.scene.identity import Changes, NodePrint, aliases, compare

LOCK = "scene.lock"
_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Renames:
    """Old path by new path, and what else changed since the nodes were known."""

    old_names: dict[str, str]
    changes: Changes


class Memory:
    """The known nodes of one scene folder."""

    def __init__(self, folder: Path, cache_dir: Path) -> None:
        self._lock = folder / LOCK
        name = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:24]
        self._file = cache_dir / f"{name}.nodes"

    def renames(self, digest: str, current: Callable[[], Sequence[NodePrint]]) -> Renames:
        """What was renamed since the nodes were known. `current` is only called when the geometry is new.

        `digest` is of the geometry as it is now. A memory that cannot be read counts as none.
        """
        stored, lock = _read(self._file), _read(self._lock)
        basis = _basis(lock)
        if stored is not None and stored["digest"] == digest and stored["basis"] == basis:
            return Renames(dict(stored["aliases"]), Changes())
        known = _nodes(lock if lock is not None else stored)
        now = list(current())
        changes = compare(known, now) if known else Changes()
        old_names = aliases(changes)
        self._write(self._file, digest, basis, [replace(p, path=old_names.get(p.path, p.path)) for p in now], old_names)
        return Renames(old_names, changes)

    def lock(self, digest: str, current: Sequence[NodePrint]) -> Path:
        """Take the nodes as they are now for the known ones; returns the file written. Raises OSError."""
        self._write(self._lock, digest, "", current, {}, must=True)
        self._write(self._file, digest, _basis(_read(self._lock)), current, {})
        return self._lock

    def _write(
        self,
        path: Path,
        digest: str,
        basis: str,
        nodes: Sequence[NodePrint],
        old_names: dict[str, str],
        must: bool = False,
    ) -> None:
        content = {
            "format": _FORMAT,
            "digest": digest,
            "basis": basis,
            "aliases": old_names,
            "nodes": [asdict(p) for p in nodes],
        }
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(prefix=".new-", dir=path.parent)
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as file:
                    json.dump(content, file, ensure_ascii=False, separators=(",", ":"))
                Path(name).replace(path)
            except BaseException:
                Path(name).unlink(missing_ok=True)
                raise
        except OSError:
            if must:
                raise


def _read(path: Path) -> dict[str, Any] | None:
    """The stored content where it is whole, else None."""
    try:
        content = json.loads(path.read_text("utf-8"))
        if content["format"] != _FORMAT or not isinstance(content["aliases"], dict):
            return None
        _nodes(content)
        return content
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def _nodes(content: dict[str, Any] | None) -> list[NodePrint]:
    if content is None:
        return []
    return [
        NodePrint(str(p["path"]), str(p["asset_id"]), int(p["triangles"]), _three(p["size"]), _three(p["centre"]))
        for p in content["nodes"]
    ]


def _three(values: Sequence[float]) -> tuple[float, float, float]:
    x, y, z = (float(value) for value in values)
    return x, y, z


def _basis(lock: dict[str, Any] | None) -> str:
    """Names the content of the lock, "" without one."""
    return "" if lock is None else hashlib.sha256(json.dumps(lock, sort_keys=True).encode()).hexdigest()[:24]
