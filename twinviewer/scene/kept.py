"""Whole scenes as they were read last: taken again while none of the files that decide them is another.

Reading a scene well, with every sentence for whoever wrote it, takes libraries and time that its second opening, and
thus nearly every start of a window, need not spend. Kept beside the geometry; never trusted when anything differs.
"""

import hashlib
import io
import pickle
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from twinviewer import __version__
from twinviewer.discovery import shipped
from twinviewer.scene import array_file, cache
from twinviewer.scene.scene import Scene

if TYPE_CHECKING:
    from twinviewer.scene.draft import Draft

_MANIFEST, _BINDINGS = "scene.toml", "bindings.csv"  # as toml_file and draft have them, whose import costs
_ELSEWHERE = ("path", "geometry", "asset_of_node")
_DECIDING = "scene", "model", "waveforms"  # the packages that a scene is read with
_CLASSES = {
    "twinviewer.model.asset": ("Asset", "Limits", "NodeAddress", "Tag"),
    "twinviewer.model.bearing": ("Bearing",),
    "twinviewer.model.camera": ("CameraView",),
    "twinviewer.model.notice": ("Notice",),
    "twinviewer.model.state": ("State",),
    "twinviewer.scene.scene": ("EnergySettings",),
}
# What was written or put there this shortly before it was read may have been so while it was read: some file systems
# tell times no finer than two seconds, and the clock of a file server is not ours.
_YOUNG_NS = 60_000_000_000


def load(path: Path, cache_dir: Path | None) -> Scene | None:
    """The scene of a folder or scene.toml with its geometry; None where it must be read."""
    cache_dir = cache_dir or cache.default_cache_dir()
    found = array_file.load(_entry(path, cache_dir))
    if found is None:
        return None
    arrays, about = found
    try:
        if about["program"] != _program() or any(cache.state_of(Path(name)) != was for name, was in about["files"]):
            return None
        geometry = cache.load(cache_dir / about["geometry"])
        values: dict[str, Any] = _Reader(io.BytesIO(arrays["scene"].tobytes())).load()
        if geometry is None:
            return None
        dressed = geometry[0] if values["tags"] else geometry[0].in_own_colours()
        return Scene(path=_place(path)[0], geometry=dressed, asset_of_node=arrays["asset_of_node"], **values)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, EOFError, pickle.UnpicklingError):
        return None


def keep(path: Path, draft: "Draft", begun_ns: int, cache_dir: Path | None) -> None:
    """Keep what was read from a folder or scene.toml since `begun_ns` (UTC), unless a file changed meanwhile."""
    from twinviewer.scene.draft import model_files
    from twinviewer.scene.prepare import entry_of, files_of

    scene, manifest = draft.scene, draft.manifest
    if draft.memory is None or not scene.geometry_key:  # bare geometry, or none
        return
    cache_dir = cache_dir or cache.default_cache_dir()
    folder, name = _place(path)
    folder = folder.resolve()
    tables = [manifest.assets.table] if manifest.assets is not None else []
    tables.append(manifest.bindings.table if manifest.bindings is not None else _BINDINGS)
    files = [folder / name, *(folder / table for table in tables)]
    files += [shipped("resources") / "vibration_limits.toml", *files_of(model_files(folder, manifest, draft.lines))]
    try:
        if any(_changed_ns(file) > begun_ns - _YOUNG_NS for file in files):
            return
        # By their names in the folder, not where these lead: a link may lead elsewhere the next time.
        digests = [(str(file.absolute()), cache.state_of(file)) for file in (*files, *draft.memory.files)]
    except OSError:
        return
    values = {f.name: getattr(scene, f.name) for f in fields(Scene) if f.name not in _ELSEWHERE}
    arrays = {"scene": np.frombuffer(pickle.dumps(values), np.uint8), "asset_of_node": scene.asset_of_node}
    about = {"program": _program(), "files": digests, "geometry": entry_of(cache_dir, draft.digest).name}
    array_file.store(_entry(path, cache_dir), arrays, about)


class _Reader(pickle.Unpickler):
    """Makes the model's own classes and nothing else."""

    def find_class(self, module: str, name: str, /) -> Any:
        if name not in _CLASSES.get(module, ()):
            raise pickle.UnpicklingError(f"{module}.{name} does not belong into a scene")
        return super().find_class(module, name)


def _place(path: Path) -> tuple[Path, str]:
    """The folder of a scene, and the name of its manifest there."""
    if path.suffix.lower() == ".toml" and not path.is_dir():
        return path.parent, path.name
    return path, _MANIFEST


def _entry(path: Path, cache_dir: Path) -> Path:
    folder, name = _place(path)
    return cache_dir / f"{hashlib.sha256(str(folder.resolve() / name).encode()).hexdigest()[:24]}.scene"


def _changed_ns(file: Path) -> int:
    """When a file was written or, where its times came with it (a copy, an archive), put there; 0 without one."""
    if not file.exists():
        return 0
    stat = file.stat()
    return max(stat.st_mtime_ns, stat.st_ctime_ns)


def _program() -> str:
    """Names the code that reads scenes: whatever is changed in it may read them otherwise."""
    package = Path(__file__).resolve().parents[1]
    files = sorted(f for part in _DECIDING for f in (package / part).rglob("*.py"))
    told = [(f.name, stat.st_size, stat.st_mtime_ns) for f in files for stat in (f.stat(),)]
    return hashlib.sha256(repr((__version__, told)).encode()).hexdigest()[:24]
