"""What a person chose, kept between sessions: typed, versioned, written atomically; file < environment < command line.

Plain dataclasses instead of pydantic, whose import alone costs a tenth of the start-up budget; nobody writes this
file by hand.
"""

import dataclasses
import getpass
import json
import math
import os
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from twinviewer.model.camera import CameraView
from twinviewer.model.notice import Notice

VERSION = 1
FILE_NAME = "settings.json"
PREFIX = "TWINVIEWER_"
_CHOICES = {"theme": ("system", "light", "dark"), "motion": ("system", "full", "reduced")}
_RECENT = 12


def person() -> str:
    """Who runs this program, as the system names them; a container may run as a number without a name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return "somebody"


@dataclass(frozen=True, slots=True)
class Recent:
    """A scene that was open: where it lies, its name, the feed it was open with, and how that was connected to
    (`FeedOptions`; never a password)."""

    path: str
    name: str = ""
    feed: str = ""
    opened_ns: int = 0
    security: str = ""
    user: str = ""
    user_certificate: str = ""
    user_key: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """A window layout: Qt's dock state and which panel tab is in front, as base64 text."""

    docks: str = ""
    tab: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that is kept. A field's name is its key in the file; simple ones are also TWINVIEWER_<FIELD>.

    `refined` asks for the refined still picture where the graphics card can draw it. `rate_hz` is how often the
    table is read. `user` signs acknowledgements. `scheduler` is the address of the Dask cluster that sweeps and
    searches run on ("" for this machine's cores). `geometry` holds x, y, width, height and whether maximised;
    `bookmarks` a person's own camera places by the path of the scene.
    """

    theme: str = "system"
    motion: str = "system"
    mode: str = "status"
    user: str = "operator"
    rate_hz: int = 10
    refined: bool = True
    scheduler: str = ""
    geometry: tuple[int, ...] = ()
    layout: Layout = Layout()
    layouts: Mapping[str, Layout] = field(default_factory=dict)
    recent: tuple[Recent, ...] = ()
    bookmarks: Mapping[str, tuple[CameraView, ...]] = field(default_factory=dict)


_SIMPLE = {f.name: type(f.default) for f in dataclasses.fields(Settings) if type(f.default) in (str, int, bool)}


def _simple(name: str, raw: object) -> str | int | bool:
    """`raw` as the type of field `name`. Raises ValueError with a sentence."""
    kind = _SIMPLE[name]
    if isinstance(raw, str) and kind is not str:
        text = raw.strip().lower()
        words: dict[str, object] = {"true": True, "1": True, "false": False, "0": False}
        raw = words.get(text, raw) if kind is bool else int(text)
    if type(raw) is not kind:
        raise ValueError(f"{name} must be {kind.__name__}, not {raw!r}")
    if name in _CHOICES and raw not in _CHOICES[name]:
        raise ValueError(f"{name} must be one of {', '.join(_CHOICES[name])}, not {raw!r}")
    if name == "rate_hz" and isinstance(raw, int) and not 1 <= raw <= 60:
        raise ValueError(f"rate_hz must be 1 to 60, not {raw!r}")
    return raw  # type: ignore[return-value]


def _record(kind: type, raw: Mapping[str, object]) -> Any:
    known = {f.name: f for f in dataclasses.fields(kind)}
    values = {k: v for k, v in raw.items() if k in known}
    for name, value in values.items():
        wanted = type(known[name].default) if known[name].default is not dataclasses.MISSING else str
        if type(value) is not wanted:
            raise ValueError(f"{kind.__name__.lower()}.{name} must be {wanted.__name__}, not {value!r}")
    return kind(**values)


def _numbers(raw: Any, count: int) -> Any:
    numbers = tuple(float(v) for v in raw)
    if len(numbers) != count or not all(math.isfinite(v) for v in numbers):
        raise ValueError(f"a camera place needs {count} finite numbers, not {raw!r}")
    return numbers


def _bookmark(raw: Mapping[str, Any]) -> CameraView:
    section = None if raw.get("section") is None else _numbers(raw["section"], 6)
    place = _numbers(raw["position"], 3), _numbers(raw["target"], 3)
    return CameraView(str(raw["name"]), *place, str(raw.get("mode", "")), section)


def parse(raw: Mapping[str, object]) -> Settings:
    """Settings from the content of the file. Unknown keys are passed over. Raises ValueError with a sentence."""
    if not isinstance(raw, Mapping):
        raise ValueError("the file does not hold an object")
    version = raw.get("version", VERSION)
    if not isinstance(version, int) or version > VERSION:
        raise ValueError(f"it was written by a newer twinviewer (version {version!r}, this one knows {VERSION})")
    values: dict[str, Any] = {name: _simple(name, raw[name]) for name in _SIMPLE if name in raw}
    try:
        if "geometry" in raw:
            values["geometry"] = tuple(int(v) for v in raw["geometry"])  # type: ignore[attr-defined]
        if "layout" in raw:
            values["layout"] = _record(Layout, raw["layout"])  # type: ignore[arg-type]
        if "layouts" in raw:
            values["layouts"] = {str(k): _record(Layout, v) for k, v in raw["layouts"].items()}  # type: ignore[attr-defined]
        if "recent" in raw:
            values["recent"] = tuple(_record(Recent, v) for v in raw["recent"])[:_RECENT]  # type: ignore[attr-defined]
        if "bookmarks" in raw:
            kept = raw["bookmarks"].items()  # type: ignore[attr-defined]
            values["bookmarks"] = {str(path): tuple(_bookmark(v) for v in views) for path, views in kept}
    except (TypeError, AttributeError, KeyError) as error:
        raise ValueError(f"a value has the wrong shape ({error})") from error
    return Settings(**values)


def dump(settings: Settings) -> str:
    """The content of the file, as JSON with its version first."""
    return json.dumps({"version": VERSION, **dataclasses.asdict(settings)}, indent=1, ensure_ascii=False) + "\n"


def config_folder() -> Path:
    """Where twinviewer keeps what a person chose, after the habits of the system."""
    import platformdirs

    return platformdirs.user_config_path("twinviewer", appauthor=False)


def scheduler_of() -> str:
    """The address of the cluster to run on, "" for none. A file that cannot be read says none, and is left for the
    window to tell of."""
    said = os.environ.get(f"{PREFIX}SCHEDULER")
    if said is not None:
        return said.strip()
    try:
        return parse(json.loads((config_folder() / FILE_NAME).read_text(encoding="utf-8"))).scheduler.strip()
    except (OSError, ValueError):
        return ""


class SettingsStore:
    """The settings in force, and the file behind them.

    `overrides` (command line) and `environ` lie over the file and are never written into it. A file that cannot be
    read is moved aside to *.broken and said in `notices`; nothing is lost. With `keep=False` nothing is read or
    written (safe mode, snapshots).
    """

    def __init__(
        self,
        folder: Path | None = None,
        environ: Mapping[str, str] | None = None,
        overrides: Mapping[str, object] | None = None,
        keep: bool = True,
    ) -> None:
        self.notices: list[Notice] = []
        self._path = (folder or config_folder()) / FILE_NAME if keep else None
        self._kept = self._read()
        self._over = self._from_environ(os.environ if environ is None else environ)
        self._over.update({k: _simple(k, v) for k, v in (overrides or {}).items() if v is not None})
        self.value = dataclasses.replace(self._kept, **self._over)

    def _read(self) -> Settings:
        if self._path is None or not self._path.exists():
            return Settings()
        try:
            return parse(json.loads(self._path.read_text(encoding="utf-8")))
        except (OSError, ValueError) as error:
            return self._move_aside(self._path, error)

    def _move_aside(self, path: Path, error: Exception) -> Settings:
        aside = path.with_suffix(".broken")
        try:
            path.replace(aside)
            remedy = f"It was kept as {aside}; twinviewer starts with its defaults."
        except OSError:
            self._path = None
            remedy = "It was left alone; nothing is saved in this session."
        self.notices.append(Notice("warning", f"The settings could not be read: {error}.", remedy, str(path)))
        return Settings()

    def _from_environ(self, environ: Mapping[str, str]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name in _SIMPLE:
            raw = environ.get(PREFIX + name.upper())
            if raw is None:
                continue
            try:
                found[name] = _simple(name, raw)
            except ValueError as error:
                text = f"The environment variable {PREFIX}{name.upper()} is not usable: {error}."
                self.notices.append(Notice("warning", text, "It was passed over."))
        return found

    def change(self, **fields: Any) -> None:
        """Change and save. What a person chooses now also wins over environment and command line."""
        self._kept = dataclasses.replace(self._kept, **fields)
        for name in fields:
            self._over.pop(name, None)
        self.value = dataclasses.replace(self._kept, **self._over)
        self._write()

    def remember(self, recent: Recent) -> None:
        """Put a scene on top of the recent ones."""
        others = tuple(r for r in self._kept.recent if r.path != recent.path)
        self.change(recent=(recent, *others)[:_RECENT])

    def forget(self, path: str) -> None:
        """Take a scene off the recent ones."""
        self.change(recent=tuple(r for r in self._kept.recent if r.path != path))

    def _write(self) -> None:
        if self._path is None:
            return
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            write_atomic(self._path, dump(self._kept))
        except OSError as error:
            self._path = None
            remedy = "Free some space or correct the rights of that folder; choices last for this session only."
            self.notices.append(Notice("warning", f"The settings could not be saved: {error}.", remedy))


def write_atomic(path: Path, text: str) -> None:
    """Write a file so that a reader, or a power cut, sees the old or the new content and never half of it. Who may read
    a file that was there may go on to, and a new one as files are made here; line ends that are written out stay."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(6)}.part")
    try:
        with part.open("x", encoding="utf-8", newline="" if "\r\n" in text else None) as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        if path.exists():
            shutil.copymode(path, part)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
