"""One recorder a folder: a lock that the operating system takes back when its holder dies."""

import os
import sys
from pathlib import Path

from twinviewer.history.layout import LOCK
from twinviewer.model.errors import RecordingError


class FolderLock:
    """Held from creation to `release`. Raises RecordingError where another process records into the folder."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / LOCK
        self._descriptor = self._take()

    def _take(self) -> int:
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            _lock(descriptor)
        except OSError as error:
            os.close(descriptor)
            raise RecordingError(
                "another recorder is writing into this folder",
                str(self._path.parent),
                "Choose another folder, or attach a window to the collector that records.",
            ) from error
        return descriptor

    def renew(self) -> None:
        """The folder may have been moved away and made again: hold the lock of the one that is there now."""
        try:
            if os.path.samestat(os.fstat(self._descriptor), self._path.stat()):
                return
        except FileNotFoundError:
            pass
        old, self._descriptor = self._descriptor, self._take()
        os.close(old)

    def release(self) -> None:
        """Let the next one in."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
