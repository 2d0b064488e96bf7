"""Reading scene.toml: TOML to typed manifest, every error with its line."""

import tomllib
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from twinviewer.model.errors import SceneError
from twinviewer.scene.bounds import MAX_TOML_BYTES
from twinviewer.scene.manifest import FORMAT, Manifest
from twinviewer.scene.paths import read_bytes
from twinviewer.scene.toml_lines import Lines

MANIFEST = "scene.toml"
MOST_MISTAKES = 50


def read_tables(path: Path) -> tuple[dict[str, Any], Lines]:
    """The tables of a TOML file of a scene, and where their keys stand. Raises SceneError with the line."""
    data = read_bytes(path, MAX_TOML_BYTES)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise SceneError("the file is not UTF-8 text.", f"{path.name}:{line}", "Save it as UTF-8.") from None
    try:
        parsed = tomllib.loads(text.replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as error:
        raise SceneError(*_toml_error(error, path.name, text)) from None
    except RecursionError:
        raise SceneError("the file is nested too deeply.", path.name, "Write fewer brackets in one another.") from None
    return parsed, Lines(text, path.name)


def read_manifest(path: Path) -> tuple[Manifest, Lines]:
    """The typed content of a scene.toml, and where its keys stand. Raises SceneError with the line."""
    parsed, lines = read_tables(path)
    _check_format(parsed, lines)
    try:
        return Manifest.model_validate(parsed), lines
    except ValidationError as error:
        raise _all_errors(error, lines) from None


def _toml_error(error: tomllib.TOMLDecodeError, name: str, text: str) -> tuple[str, str, str]:
    message, _, position = str(error).rpartition(" (at ")
    words = position.rstrip(")").replace(",", "").split()
    line = int(words[1]) if len(words) >= 2 and words[0] == "line" else text.count("\n") + 1
    message = (message or str(error)).rstrip(".")
    return f"this is not valid TOML: {message[:1].lower()}{message[1:]}.", f"{name}:{line}", "Correct this line."


def _check_format(parsed: dict[str, Any], lines: Lines) -> None:
    version = parsed.get("format")
    if isinstance(version, int) and not isinstance(version, bool) and version > FORMAT:
        text = f"the scene has format {version}; this twinviewer reads format {FORMAT}."
        raise SceneError(text, lines.where("format"), "Install a newer twinviewer.")


def _all_errors(error: ValidationError, lines: Lines) -> SceneError:
    """The first mistake in the file; the others go with it."""
    first, *others = [_mistake(found, lines) for found in error.errors(include_url=False)]
    first.others = tuple(others[:MOST_MISTAKES])
    return first


def _mistake(found: ErrorDetails, lines: Lines) -> SceneError:
    keys = tuple(key for key in found["loc"] if isinstance(key, int) or not key.startswith(("function-", "tuple[")))
    name = ".".join(str(key) for key in keys)
    if found["type"] == "extra_forbidden":
        text, remedy = f"'{name}' is not known here.", "Check the spelling; docs/engineers.md lists every key."
    elif found["type"] == "missing":
        text, remedy = f"'{name}' is missing.", "Add it."
    else:
        message = found["msg"].removeprefix("Value error, ")
        text, remedy = f"'{name}': {message[:1].lower()}{message[1:]}.", "docs/engineers.md lists every key."
    return SceneError(text, lines.where(*keys), remedy)
