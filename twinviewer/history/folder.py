"""Reads a recording's folder, on this computer or behind any address that fsspec knows (s3://, sftp://, …)."""

from pathlib import Path, PurePosixPath
from typing import Any

import pyarrow as pa

from twinviewer.model.errors import RecordingError


class Folder:
    """A folder to read from. Missing files raise FileNotFoundError, everything else OSError."""

    def __init__(self, address: Path | str) -> None:
        text = str(address)
        self.address = text
        self._files: Any = None
        self._root = text
        if "://" in text:
            self._files, self._root = _remote(text)
        self.path = None if self._files is not None else Path(text)

    def names(self, folder: str) -> list[str]:
        """Names of the files in a sub-folder, sorted; none where there is no such folder. Raises RecordingError."""
        try:
            if self.path is not None:
                return sorted(p.name for p in (self.path / folder).iterdir())
            self._files.invalidate_cache()
            found = self._files.ls(f"{self._root}/{folder}", detail=False)
            return sorted(PurePosixPath(name).name for name in found)
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as error:
            raise RecordingError(f"the folder cannot be read: {error.strerror or error}", folder) from error

    def open(self, name: str) -> Any:
        """A file that pyarrow reads. None is mapped into memory: a file server that goes away would end the process."""
        if self.path is not None:
            return pa.OSFile(str(self.path / name))
        return self._files.open(f"{self._root}/{name}", "rb")

    def read(self, name: str) -> bytes:
        """All of a small file."""
        if self.path is not None:
            return (self.path / name).read_bytes()
        return self._files.cat_file(f"{self._root}/{name}")

    def size(self, name: str) -> int:
        """How many bytes a file has."""
        if self.path is not None:
            return (self.path / name).stat().st_size
        return int(self._files.info(f"{self._root}/{name}")["size"])

    def address_of(self, name: str) -> str:
        """A file's address for DuckDB."""
        return str(self.path / name) if self.path is not None else f"{self._protocol}://{self._root}/{name}"

    @property
    def files(self) -> Any:
        """The fsspec file system, None for a folder of this computer."""
        return self._files

    @property
    def _protocol(self) -> str:
        protocol = self._files.protocol
        return protocol if isinstance(protocol, str) else protocol[0]


def _remote(address: str) -> tuple[Any, str]:
    import fsspec

    try:
        files, root = fsspec.core.url_to_fs(address)
    except (ValueError, ImportError, OSError) as error:
        raise RecordingError(
            f"this address cannot be used: {error}", address, "Install the package that fsspec names for it."
        ) from error
    return files, root.rstrip("/")
