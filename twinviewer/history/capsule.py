"""An incident as one file: scene, samples, alarms, actions, notes and views of a stretch of time, with checksums."""

import hashlib
import json
import platform
import shutil
import tempfile
import time
import zipfile
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

from twinviewer import __version__
from twinviewer.history.cut import cut
from twinviewer.history.recording import Recording
from twinviewer.model.errors import RecordingError
from twinviewer.scene.scene import Scene

SUFFIX = ".twin"
FORMAT = 1
MANIFEST = "capsule.json"
MOST_BYTES = 16 << 30
MOST_FILES = 20_000
MOST_MANIFEST = 16 << 20
_STORED = {".parquet", ".glb", ".png", ".jpg", ".jpeg", ".xlsx"}
_BLOCK = 1 << 20
_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# What zipfile raises on damage; a way of packing that it does not know, by a changed flag, is a RuntimeError to it.
_TORN = (KeyError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error)

Progress = Callable[[float, str], None]


def _silent(_fraction: float, _text: str) -> None: ...


def make_capsule(
    scene: Scene, recording: Recording, from_ns: int, to_ns: int, output: Path, progress: Progress = _silent
) -> int:
    """Write the file, whole or not at all; how many samples are in it. `progress` may raise to cancel.

    Raises RecordingError where nothing was recorded then, a file of the scene has a name that no capsule can hold, or
    the file cannot be written.
    """
    if not recording.stretches(from_ns, to_ns):
        raise RecordingError("nothing was recorded at that time", recording.folder.address, recording.said_span())
    parts = [(f"scene/{name}", path) for name, path in scene_files(scene.path)]
    _check_names((name for name, _ in parts), scene.path, "Rename it in the scene.")  # it could not be opened
    draft = output.with_name(f".{output.name}.draft")
    try:
        with tempfile.TemporaryDirectory(prefix="twinviewer-capsule-") as name:
            folder = Path(name) / "recording"
            count = cut(recording, scene, folder, from_ns, to_ns, lambda f, text: progress(0.7 * f, text))
            (folder / "recorder.lock").unlink(missing_ok=True)
            recorded = [p for p in sorted(folder.rglob("*")) if p.is_file()]
            files = [*parts, *((f"recording/{p.relative_to(folder).as_posix()}", p) for p in recorded)]
            _write(draft, files, _about(scene, from_ns, to_ns, count), lambda f, text: progress(0.7 + 0.3 * f, text))
        draft.replace(output)
    except OSError as error:
        raise RecordingError(f"the capsule cannot be written: {error.strerror or error}", str(output)) from error
    finally:
        draft.unlink(missing_ok=True)
    return count


def _about(scene: Scene, from_ns: int, to_ns: int, samples: int) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "scene": scene.name,
        "scene_file": scene.path.name if scene.path.is_file() else "",
        "from_ns": from_ns,
        "to_ns": to_ns,
        "samples": samples,
        "made_ns": time.time_ns(),
        "made_with": {"twinviewer": __version__, "python": platform.python_version(), "system": platform.system()},
    }


def scene_files(path: Path) -> list[tuple[str, Path]]:
    """Name and place of each file of a scene; hidden ones and links to elsewhere are left out."""
    if path.is_file():
        return [(path.name, path)]
    found = [p for p in sorted(path.rglob("*")) if p.is_file() and not p.is_symlink()]
    visible = [p for p in found if not any(part.startswith((".", "__")) for part in p.relative_to(path).parts)]
    return [(p.relative_to(path).as_posix(), p) for p in visible]


def _write(draft: Path, files: list[tuple[str, Path]], about: dict[str, Any], progress: Progress) -> None:
    listed: dict[str, dict[str, Any]] = {}
    with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for k, (name, path) in enumerate(files):
            progress(k / len(files), "packing")
            packed = zipfile.ZIP_STORED if path.suffix.lower() in _STORED else zipfile.ZIP_DEFLATED
            archive.write(path, name, packed)
            listed[name] = {"size": path.stat().st_size, "sha256": _sha256(path)}
        archive.writestr(MANIFEST, json.dumps({**about, "files": listed}, indent=1, ensure_ascii=False))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@dataclass(slots=True)
class Capsule:
    """An opened capsule: its scene and its recording in a private folder that `close` removes."""

    scene: Path
    recording: Path
    from_ns: int
    to_ns: int
    about: dict[str, Any]
    _folder: Path

    def close(self) -> None:
        """Remove the private folder."""
        shutil.rmtree(self._folder, ignore_errors=True)


def open_capsule(path: Path, progress: Progress = _silent) -> Capsule:
    """Check every part and unpack it into a private temporary folder; nothing in it is executed.

    Raises RecordingError, which names the damaged part.
    """
    folder = Path(tempfile.mkdtemp(prefix="twinviewer-capsule-"))
    try:
        with zipfile.ZipFile(path) as archive:
            about, files = _read_manifest(archive, path)
            for k, (name, (size, digest)) in enumerate(files.items()):
                progress(k / len(files), f"checking {name}")
                _unpack(archive, name, size, digest, folder, path)
        scene = folder / "scene"
        if about.get("scene_file"):
            scene = scene / PurePosixPath(str(about["scene_file"])).name
        return Capsule(scene, folder / "recording", int(about["from_ns"]), int(about["to_ns"]), about, folder)
    except BaseException as error:
        shutil.rmtree(folder, ignore_errors=True)
        if isinstance(error, (zipfile.BadZipFile, EOFError)):
            raise RecordingError(
                "this is not a capsule, or its table of contents is damaged", str(path), _AGAIN
            ) from error
        if isinstance(error, OSError):
            raise RecordingError(f"the capsule cannot be read: {error.strerror or error}", str(path)) from error
        raise


_AGAIN = "Ask for the file once more."


def _read_manifest(archive: zipfile.ZipFile, path: Path) -> tuple[dict[str, Any], dict[str, tuple[int, str]]]:
    """What the capsule says about itself, and each file's size and checksum."""
    where = f"{path.name}: {MANIFEST}"
    try:
        with _opened(archive, MANIFEST) as file:
            raw = file.read(MOST_MANIFEST + 1)
        about = json.loads(raw[:MOST_MANIFEST])
        form = int(about["format"])
        files = {str(n): (int(f["size"]), str(f["sha256"])) for n, f in about.pop("files").items()}
        if not 0 <= int(about["from_ns"]) <= int(about["to_ns"]) < 2**63:
            raise ValueError("its time cannot be")
        if any(size < 0 for size, _ in files.values()):
            raise ValueError("a part is smaller than nothing")
    except (*_TORN, ValueError, TypeError, AttributeError, OverflowError) as error:
        raise RecordingError(f"the manifest is damaged: {error}", where, _AGAIN) from error
    if form > FORMAT:
        raise RecordingError(
            f"this capsule has format {form}; this twinviewer reads up to {FORMAT}", where, "Update it."
        )
    if len(files) > MOST_FILES or sum(size for size, _ in files.values()) > MOST_BYTES:
        raise RecordingError("the capsule would unpack to more than can be right", where, "Do not trust this file.")
    _check_names(files, path, "Do not trust this file.")
    return about, files


def _opened(archive: zipfile.ZipFile, name: str) -> IO[bytes]:
    """A part, packed in one of the ways in which we pack."""
    if archive.getinfo(name).compress_type not in _PACKED:
        raise zipfile.BadZipFile("it is packed in a way that no capsule is")
    return archive.open(name)


def _check_names(names: Iterable[str], path: Path, remedy: str) -> None:
    """Refuse names that could lead out of the private folder, or meet each other on some file system."""
    seen: set[str] = set()
    for name in names:
        parts = PurePosixPath(name).parts
        bad = not parts or name.startswith("/") or parts[0] not in ("scene", "recording") or len(parts) < 2
        bad = (
            bad or any(p in ("..", ".") or p.rstrip(". ") != p for p in parts) or any(c in name for c in '\\:*?"<>|\0')
        )
        if bad or name.casefold() in seen:
            raise RecordingError(f"the name {name!r} is not allowed in a capsule", str(path), remedy)
        seen.add(name.casefold())


def _unpack(archive: zipfile.ZipFile, name: str, size: int, digest: str, folder: Path, path: Path) -> None:
    """One file, of exactly the size and content that the manifest promises."""
    target = folder / name
    target.parent.mkdir(parents=True, exist_ok=True)
    sha, left = hashlib.sha256(), size
    try:
        with _opened(archive, name) as source, target.open("xb") as out:
            while block := source.read(min(_BLOCK, left + 1)):
                left -= len(block)
                if left < 0:
                    break
                sha.update(block)
                out.write(block)
    except _TORN as error:
        raise RecordingError(
            "this part of the capsule is damaged or missing", f"{path.name}: {name}", _AGAIN
        ) from error
    if left != 0 or sha.hexdigest() != digest:
        raise RecordingError("this part of the capsule is damaged", f"{path.name}: {name}", _AGAIN)
