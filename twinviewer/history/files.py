"""The Parquet files of a recording: opened once, read by row groups, named when they are damaged."""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.parquet as pq

from twinviewer.history.folder import Folder
from twinviewer.history.kept import Kept
from twinviewer.history.layout import SAMPLES, Part
from twinviewer.model.errors import RecordingError

OPEN_FILES = 8
DAMAGED = "Restore it from a copy, or delete the file in each folder to go on without that hour."


class Gone(RecordingError):
    """The file was there when the folder was looked at, and is not any more: the retention took it."""


class Files:
    """Open files of the parts of a recording."""

    def __init__(self, folder: Folder, size: int = OPEN_FILES) -> None:
        self._folder = folder
        self._files: Kept[pq.ParquetFile] = Kept(size)

    def file(self, table: str, part: Part) -> pq.ParquetFile:
        """An open file of a part. Raises RecordingError where it is damaged, Gone where it is not there."""
        return self._files.get((table, part), lambda: self.open(table, part))

    def open(self, table: str, part: Part) -> pq.ParquetFile:
        """The same, without keeping it open."""
        name = f"{table}/{part.name}"
        try:
            return pq.ParquetFile(self._folder.open(name), read_dictionary=["text"] if table == SAMPLES else None)
        except FileNotFoundError as error:
            raise Gone("the file is gone", name, DAMAGED) from error
        except PermissionError as error:
            raise RecordingError("the file may not be read", name, "Ask for the right to read it.") from error
        except (OSError, pa.ArrowException) as error:
            raise RecordingError(f"the file is damaged: {error}", name, DAMAGED) from error

    def table(
        self, table: str, part: Part, groups: Sequence[int] | None = None, columns: Sequence[str] | None = None
    ) -> pa.Table:
        """Some row groups (None: all), some columns (None: all). Raises RecordingError."""
        file = self.file(table, part)
        which = list(range(file.num_row_groups)) if groups is None else list(groups)
        try:
            return file.read_row_groups(which, columns=list(columns) if columns else None, use_threads=False)
        except (OSError, pa.ArrowException) as error:
            raise RecordingError(f"the file is damaged: {error}", f"{table}/{part.name}", DAMAGED) from error

    def clear(self) -> None:
        """Let go of all files."""
        self._files.clear()
