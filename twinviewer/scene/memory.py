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

    @property
    def files(self) -> tuple[Path, Path]:
        """Where the nodes are remembered, whether they are there or not."""
        return self._lock, self._file

    def renames(self, digest: str, current: Callable[[], Sequence[NodePrint]]) -> Renames:
        """What was renamed since the nodes were known. `current` is only called when the geometry is new.

        `digest` is of the geometry as it is now. A memory that cannot be read counts as none.
        """
        stored, basis = _head(self._file), _basis(self._lock)
        if stored is not None and stored["digest"] == digest and stored["basis"] == basis:
            return Renames(dict(stored["aliases"]), Changes())
        known = _nodes(self._lock if basis else self._file)
        now = list(current())
        changes = compare(known, now) if known else Changes()
        old_names = aliases(changes)
        self._write(self._file, digest, basis, [replace(p, path=old_names.get(p.path, p.path)) for p in now], old_names)
        return Renames(old_names, changes)

    def lock(self, digest: str, current: Sequence[NodePrint]) -> Path:
        """Take the nodes as they are now for the known ones; returns the file written. Raises OSError."""
        self._write(self._lock, digest, "", current, {}, must=True)
        self._write(self._file, digest, _basis(self._lock), current, {})
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
        head = {"format": _FORMAT, "digest": digest, "basis": basis, "aliases": old_names}
        lines = [json.dumps(head, ensure_ascii=False), *(json.dumps(asdict(p), ensure_ascii=False) for p in nodes)]
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(prefix=".new-", dir=path.parent)
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as file:
                    file.write("\n".join(lines) + "\n")
                Path(name).replace(path)
            except BaseException:
                Path(name).unlink(missing_ok=True)
                raise
        except OSError:
            if must:
                raise


def _head(path: Path) -> dict[str, Any] | None:
    """The first line of a memory: all but the nodes. None where it cannot be read."""
    try:
        with path.open(encoding="utf-8") as file:
            head = json.loads(file.readline())
        good = head["format"] == _FORMAT and isinstance(head["aliases"], dict)
        return head if good and isinstance(head["digest"], str) and isinstance(head["basis"], str) else None
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def _nodes(path: Path) -> list[NodePrint]:
    """The nodes of a memory, one a line; none where one of them cannot be read."""
    if _head(path) is None:
        return []
    try:
        lines = path.read_text("utf-8").splitlines()[1:]
        return [_print(json.loads(line)) for line in lines]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return []


def _print(p: dict[str, Any]) -> NodePrint:
    return NodePrint(str(p["path"]), str(p["asset_id"]), int(p["triangles"]), _three(p["size"]), _three(p["centre"]))


def _three(values: Sequence[float]) -> tuple[float, float, float]:
    x, y, z = (float(value) for value in values)
    return x, y, z


def _basis(lock: Path) -> str:
    """Names the content of the lock, "" without a usable one."""
    try:
        return hashlib.sha256(lock.read_bytes()).hexdigest()[:24] if _head(lock) is not None else ""
    except OSError:
        return ""
