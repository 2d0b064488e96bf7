"""Writes flow models, and says where files that belong to a scene's model are kept."""

import os
import re
import shutil
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zlib import crc32

from twinviewer.model.errors import LineError
from twinviewer.settings import config_folder, write_atomic
from twinviewer.simulation.line import LINE_FILE, Line, parse_line
from twinviewer.simulation.line_edit import changed_text
from twinviewer.simulation.reading import expanded, load_line
from twinviewer.simulation.scenario import Scenario, applied, tables_of
from twinviewer.simulation.toml_text import toml_text

_ELSEWHERE = "Choose a folder that can be written to, or copy the scene to one of your own."
BEFORE = ".before"  # behind the name of a model's file: as it was before the last change
_CALIBRATED = re.compile(r"^# Calibrated from [^\n]*\n", re.MULTILINE)
_SCHEMA = re.compile(r"^#:schema [^\n]*\n")
_OTHER_FILES = re.compile(r"^\s*\[\s*tables\s*\]|^\s*tables\s*[.=]|empirical\(\s*file", re.MULTILINE)


def line_text(line: Line, comment: str = "") -> str:
    """A line as the text of its file; reading it gives the same line. `comment` stands above it."""
    head = "".join(f"# {part}\n" for part in comment.splitlines())
    return head + toml_text({"format": line.format, **tables_of(line)})


def save_line(line: Line, path: Path, comment: str = "") -> Path:
    """Write a line as a file, or as `line.toml` into a folder. Raises LineError where it cannot be written."""
    file = path / LINE_FILE if path.is_dir() else path
    _write(file, line_text(line, comment))
    return file


def calibrated_file(model: Path, changes: Mapping[str, Any], recording: str, to: Path | None = None) -> Path:
    """Write accepted values into a flow model's file (or the one in a folder), which keeps its comments and lay-out.

    `changes` maps paths (`station."mill".time`) to values. The file is `to` where it is given, else the model's own;
    what was there before is kept beside it with ".before" behind its name. Its first comment names the recording. A
    copy in another folder of a model whose tables lie in files of their own holds what they say. Returns the file.
    Raises LineError: then nothing was written.
    """
    own = model / LINE_FILE if model.is_dir() else model
    file = own if to is None else to / LINE_FILE if to.is_dir() else to
    before = load_line(own)
    note = f"Calibrated from {recording}: {len(changes)} figure{'' if len(changes) == 1 else 's'}."
    with own.open(encoding="utf-8-sig", newline="") as stream:
        text = stream.read()
    if _OTHER_FILES.search(text) and file.resolve().parent != own.resolve().parent:
        text = line_text(applied(before, Scenario("calibration", changes))[0], note)
    else:
        text = _noted(changed_text(text, changes, str(own)), note)
    parse_line(expanded(tomllib.loads(text), file), str(file), text)
    if file.exists():
        _keep_before(file)
    _write(file, text)
    return file


def _noted(text: str, note: str) -> str:
    """The text with a comment in front that says from what it was calibrated, the one of last time taken away."""
    line = "\r\n" if "\r\n" in text else "\n"
    text = _CALIBRATED.sub("", text, count=1)
    head = _SCHEMA.match(text)
    at = head.end() if head is not None else 0
    return f"{text[:at]}# {' '.join(note.split())}{line}{text[at:]}"


def _keep_before(file: Path) -> None:
    try:
        shutil.copy2(file, file.with_name(file.name + BEFORE))
    except OSError as error:
        text = f"the flow model as it was cannot be kept ({error.strerror or error})"
        raise LineError(text, str(file), _ELSEWHERE) from error


def _write(file: Path, text: str) -> None:
    try:
        write_atomic(file, text)
    except OSError as error:
        why = f"the flow model cannot be written ({error.strerror or error})"
        raise LineError(why, str(file), _ELSEWHERE) from error


def file_beside(scene: Path, name: str) -> Path:
    """Where a file that belongs to a scene's model lies: in the scene's folder, or, where that cannot be written to
    (a shipped scene), in a folder of the user's own for this scene."""
    folder = scene if scene.is_dir() else scene.parent
    if (folder / name).exists() or os.access(folder, os.W_OK):
        return folder / name
    own = config_folder() / "scenes" / f"{folder.name}-{crc32(str(folder.resolve()).encode()):08x}"
    own.mkdir(parents=True, exist_ok=True)
    return own / name
