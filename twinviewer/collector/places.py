"""Where a collector keeps its files: a private folder per scene and feed, a lock, a log, an audit log."""

import hashlib
import json
import os
import stat
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from twinviewer.model.errors import FeedError

_READY = "collector.json"
_ERRAND = "errand.json"


@dataclass(frozen=True, slots=True)
class Ready:
    """How to reach a collector that runs: its process, its port on 127.0.0.1, the shared secret, its table."""

    pid: int
    port: int
    token: str
    table: str


def runtime_folder(scene_path: Path, key: str, url: str) -> Path:
    """The private folder of the collector of this scene and feed; made when it is missing. Raises FeedError."""
    name = hashlib.sha256("\0".join((str(scene_path.resolve()), key, url)).encode()).hexdigest()[:20]
    top = _runtime_top()
    for folder in (top, top / name):
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _must_be_private(folder)
        except OSError as error:
            raise FeedError(f"the folder of the collector cannot be used: {error}", str(folder)) from error
    return top / name


def _runtime_top() -> Path:
    """Memory-backed where the system has such a place for one person, the temporary folder elsewhere."""
    import platformdirs

    if sys.platform in ("win32", "darwin") or os.environ.get("XDG_RUNTIME_DIR"):
        return platformdirs.user_runtime_path("twinviewer", appauthor=False)
    own = Path(f"/run/user/{os.getuid()}")
    return own / "twinviewer" if own.is_dir() else Path(tempfile.gettempdir()) / f"twinviewer-{os.getuid()}"


def _must_be_private(folder: Path) -> None:
    """Nobody else may put files where the shared table and its secret lie."""
    if sys.platform == "win32":
        return  # below the person's own profile
    about = folder.lstat()
    if not stat.S_ISDIR(about.st_mode) or about.st_uid != os.getuid():
        raise FeedError("the folder of the collector belongs to somebody else", str(folder), "Remove it.")
    if about.st_mode & 0o077:
        folder.chmod(0o700)


def write_ready(folder: Path, ready: Ready) -> None:
    """Say how to be reached; in one step, readable by the owner only."""
    part = folder / f"{_READY}.{os.getpid()}"
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(asdict(ready), file)
    part.replace(folder / _READY)


def read_ready(folder: Path) -> Ready | None:
    """How to reach the collector; None where none has said so."""
    try:
        return Ready(**json.loads((folder / _READY).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def remove_ready(folder: Path) -> None:
    """This collector can no longer be reached."""
    (folder / _READY).unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class Errand:
    """What a collector that was started on its own is there for: its recording ("" for none), and until when (0: for
    ever). It is kept while the collector lives, so that the next one goes on where one was killed."""

    record: str = ""
    until_ns: int = 0


def write_errand(folder: Path, errand: Errand) -> None:
    """Keep it. Raises OSError."""
    with os.fdopen(os.open(folder / _ERRAND, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(asdict(errand), file)


def read_errand(folder: Path) -> Errand | None:
    """What a collector that was killed was there for; None where the last one ended in peace."""
    try:
        return Errand(**json.loads((folder / _ERRAND).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def end_errand(folder: Path) -> None:
    """It is done."""
    (folder / _ERRAND).unlink(missing_ok=True)


class Lock:
    """Held by one process at a time; the system lets go of it when the process ends, however it ends."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "lock"
        self._file: IO[bytes] | None = None

    def take(self) -> bool:
        """Whether it is ours now."""
        file = self._path.open("ab+")
        try:
            _lock(file)
        except OSError:
            file.close()
            return False
        self._file = file
        return True

    def release(self) -> None:
        """Let go."""
        if self._file is not None:
            self._file.close()
            self._file = None


def _lock(file: IO[bytes]) -> None:
    if sys.platform == "win32":
        import msvcrt

        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)


def log_folder() -> Path:
    """Where logs go, after the habits of the system."""
    import platformdirs

    folder = platformdirs.user_log_path("twinviewer", appauthor=False)
    folder.mkdir(parents=True, exist_ok=True)
    return folder
