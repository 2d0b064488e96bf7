"""Writes flow models, and says where files that belong to a scene's model are kept."""

import os
from pathlib import Path
from zlib import crc32

from twinviewer.model.errors import LineError
from twinviewer.settings import config_folder, write_atomic
from twinviewer.simulation.line import LINE_FILE, Line
from twinviewer.simulation.scenario import tables_of
from twinviewer.simulation.toml_text import toml_text


def line_text(line: Line, comment: str = "") -> str:
    """A line as the text of its file; reading it gives the same line. `comment` stands above it."""
    head = "".join(f"# {part}\n" for part in comment.splitlines())
    return head + toml_text({"format": line.format, **tables_of(line)})


def save_line(line: Line, path: Path, comment: str = "") -> Path:
    """Write a line as a file, or as `line.toml` into a folder. Raises LineError where it cannot be written."""
    file = path / LINE_FILE if path.is_dir() else path
    try:
        write_atomic(file, line_text(line, comment))
    except OSError as error:
        text = f"the flow model cannot be written ({error.strerror or error})"
        raise LineError(text, str(file), "Choose a folder that can be written to.") from error
    return file


def file_beside(scene: Path, name: str) -> Path:
    """Where a file that belongs to a scene's model lies: in the scene's folder, or, where that cannot be written to
    (a shipped scene), in a folder of the user's own for this scene."""
    folder = scene if scene.is_dir() else scene.parent
    if (folder / name).exists() or os.access(folder, os.W_OK):
        return folder / name
    own = config_folder() / "scenes" / f"{folder.name}-{crc32(str(folder.resolve()).encode()):08x}"
    own.mkdir(parents=True, exist_ok=True)
    return own / name
