"""The scene's own indicators and targets, with everything they ever were: SCENE/indicators.jsonl.

One JSON object a line, each a version of one entry; the last version of an entry holds. Nothing is ever taken out: who
goes back to an earlier version adds it once more.
"""

import contextlib
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twinviewer.kpi.shifts import USUAL, minutes_of
from twinviewer.model.errors import DataError, SceneError, TwinError

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE = "indicators.jsonl"
CAPSULE = "twinviewer-capsule-"  # how the folders begin that history.capsule unpacks into
TARGET, INDICATOR, SHIFTS = "target", "indicator", "shifts"
_FIELDS = ("kind", "key", "by", "since", "removed", "label", "formula", "unit", "target", "tile", "starts")


@dataclass(frozen=True, slots=True)
class Version:
    """One version of one entry. `target` is in the unit shown, None for none; `since` ISO 8601 in UTC.

    `kind` is "target" (of a built-in indicator), "indicator" (of the scene's own: label, formula, unit, tile), or
    "shifts" (`starts`, local times at which shifts begin). `removed` ends an entry.
    """

    kind: str
    key: str
    by: str
    since: str
    removed: bool = False
    label: str = ""
    formula: str = ""
    unit: str = ""
    target: float | None = None
    tile: bool = True
    starts: tuple[str, ...] = ()


class Book:
    """All versions of one scene, oldest first; what holds now is asked by kind and key."""

    def __init__(
        self, path: Path | None, versions: Sequence[Version] = (), notes: Sequence[str] = (), size: int = 0
    ) -> None:
        self.path = path
        self.size = size  # of the file in bytes, by which a change that somebody else made is seen
        self.versions = tuple(versions)
        self.notes = tuple(notes)
        self._now: Mapping[tuple[str, str], Version] = {(v.kind, v.key): v for v in self.versions}

    def now(self, kind: str, key: str) -> Version | None:
        """What holds, None where nothing was ever said or it was removed."""
        found = self._now.get((kind, key))
        return None if found is None or found.removed else found

    def history(self, kind: str, key: str) -> list[Version]:
        """Every version of an entry, oldest first."""
        return [v for v in self.versions if (v.kind, v.key) == (kind, key)]

    @property
    def indicators(self) -> list[Version]:
        """The scene's own indicators, in the order in which they were first made."""
        return [v for v in self._now.values() if v.kind == INDICATOR and not v.removed]

    @property
    def shift_starts(self) -> tuple[str, ...]:
        """When shifts begin, local time."""
        found = self.now(SHIFTS, "")
        return found.starts if found is not None and found.starts else USUAL

    def target(self, key: str) -> Version | None:
        """The target of a built-in indicator, of one line ("oee.Line A") before that of all ("oee")."""
        own = self._now.get((TARGET, key))
        found = own if own is not None else self._now.get((TARGET, key.split(".", 1)[0]))
        return None if found is None or found.removed else found

    def with_version(self, version: Version) -> "Book":
        """The same with one version more, written to the scene's folder. Raises SceneError, DataError."""
        check(version)
        if self.path is None:
            raise SceneError(
                "this scene is a single file, which has no place for indicators", "", "Make a folder with a scene.toml."
            )
        if self.path.parent.parent.name.startswith(CAPSULE):
            raise SceneError(
                "this scene was opened from a capsule: what is set here would be gone with the window",
                "",
                "Set it in the scene itself.",
            )
        on_disk = load_file(self.path)
        size = _append(self.path, version)
        return Book(self.path, (*on_disk.versions, version), on_disk.notes, size)


def path_of(scene_path: Path) -> Path | None:
    """Where a scene's indicators lie, None for a scene that is no folder."""
    return scene_path / FILE if scene_path.is_dir() else None


def load(scene_path: Path) -> Book:
    """The book of a scene; empty where it has none. What cannot be read is told in `notes`, the rest holds."""
    path = path_of(scene_path)
    return load_file(path) if path is not None else Book(None)


def load_file(path: Path) -> Book:
    """The book in a file."""
    try:
        raw = path.read_bytes()
        text = raw.decode("utf-8")
    except FileNotFoundError:
        return Book(path)
    except (OSError, UnicodeDecodeError) as error:
        return Book(path, (), (f"{path.name} cannot be read: {error}",))
    versions, notes = [], []
    for number, found in _lines(text):
        if isinstance(found, Version):
            versions.append(found)
        else:
            notes.append(f"{path.name}, line {number}: {found}")
    return Book(path, versions, notes, len(raw))


def _lines(text: str) -> Iterator[tuple[int, Version | str]]:
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            yield number, version_of(json.loads(line))
        except ValueError:
            yield number, "this is not JSON; it was passed over"
        except TwinError as error:
            yield number, f"{error.text}; it was passed over"


def version_of(raw: Any) -> Version:
    """One line of the file. Raises DataError."""
    if not isinstance(raw, dict) or not isinstance(raw.get("kind"), str):
        raise DataError("a line must be an object with a kind")
    unknown = set(raw) - set(_FIELDS)
    if unknown:
        raise DataError(f"there is no field {min(unknown)!r}")
    target = raw.get("target")
    if target is not None and (isinstance(target, bool) or not isinstance(target, int | float)):
        raise DataError("target must be a number")
    texts = {name: str(raw.get(name, "")) for name in ("key", "by", "since", "label", "formula", "unit")}
    starts = raw.get("starts", [])
    if not isinstance(starts, list):
        raise DataError("starts must be a list of times")
    version = Version(
        raw["kind"],
        removed=bool(raw.get("removed", False)),
        target=None if target is None else float(target),
        tile=bool(raw.get("tile", True)),
        starts=tuple(str(s) for s in starts),
        **texts,
    )
    check(version)
    return version


def check(version: Version) -> None:
    """Whether a version can stand in the book. Raises DataError. Formulas are checked where their names are known."""
    if version.kind not in (TARGET, INDICATOR, SHIFTS):
        raise DataError(f"there is no kind {version.kind!r}", "kind", "Write target, indicator or shifts.")
    if version.kind != SHIFTS and not version.key:
        raise DataError("an entry needs a key", "key", "Give it a name.")
    if version.kind == INDICATOR and not version.removed and not (version.label and version.formula):
        raise DataError("an indicator needs a name and a formula", version.key, "Fill both in.")
    if version.kind == SHIFTS:
        try:
            marks = [minutes_of(s) for s in version.starts]
        except ValueError as error:
            raise DataError(f"{str(error)!r} is not a time of day", "shifts", "Write 06:00, 14:00, 22:00.") from None
        if len(marks) != len(set(marks)):
            raise DataError("two shifts begin at the same time", "shifts", "Name each time once.")


def text_of(version: Version) -> str:
    """One line of the file: only what the kind uses and what is not as usual."""
    plain: dict[str, Any] = {"kind": version.kind, "key": version.key, "by": version.by, "since": version.since}
    for name, usual in (
        ("removed", False),
        ("label", ""),
        ("formula", ""),
        ("unit", ""),
        ("target", None),
        ("tile", True),
        ("starts", ()),
    ):
        value = getattr(version, name)
        if value != usual:
            plain[name] = list(value) if name == "starts" else value
    return json.dumps(plain, ensure_ascii=False)


def again(version: Version, by: str, since: str) -> Version:
    """An earlier version as a new one: going back is kept like any other change."""
    return replace(version, by=by, since=since)


def _append(path: Path, version: Version) -> int:
    """The whole file anew beside the old one, then in its place: a reader never sees half of it. Returns its size."""
    draft = path.with_name(f".{path.name}.draft")
    try:
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        if before and not before.endswith("\n"):
            before += "\n"
        with draft.open("w", encoding="utf-8") as file:
            file.write(before + text_of(version) + "\n")
            file.flush()
            os.fsync(file.fileno())
            size = file.tell()
        draft.replace(path)
        return size
    except OSError as error:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
        raise SceneError(
            f"indicators cannot be kept in the scene's folder: {error.strerror or error}",
            str(path),
            "Ask for leave to write there, or copy the scene to a folder of your own.",
        ) from error
