"""Changes values in the text of a flow model's file, and leaves its comments and lay-out as a person wrote them."""

import copy
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from twinviewer.model.errors import LineError
from twinviewer.simulation.places import steps_of
from twinviewer.simulation.toml_text import toml_key, toml_value

Path = tuple[str, ...]
_SPACE = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BLANK = re.compile(r"[ \t]*")
_KEY = re.compile(r"""(?:"(?:\\.|[^"\\])*"|'[^']*'|[A-Za-z0-9_-]+|[ \t.])+""")
_SCALAR = re.compile(r"[^,\]}#\r\n]*")
_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'', re.DOTALL
)  # the long ones first


@dataclass
class _Places:
    """Spans of values, closing braces of inline tables, and where the lines of a table under a header end."""

    values: dict[Path, tuple[int, int]] = field(default_factory=dict)
    inline: dict[Path, int] = field(default_factory=dict)
    tables: dict[Path, int] = field(default_factory=dict)


def changed_text(text: str, changes: Mapping[str, Any], where: str) -> str:
    """The text of a model's file with the values at these paths (`station."mill".time`) written in; keys that are not
    there are added to their table. Everything else stays, byte for byte.

    `text` must be TOML. Raises LineError where a path cannot be written into this text, which is told by name.
    """
    wanted = tomllib.loads(text)
    for name, value in changes.items():
        path = tuple(steps_of(name))
        try:
            text = _with(text, _places(text), path, value)
            _put(wanted, path, value)
            right = tomllib.loads(text) == wanted
        except (tomllib.TOMLDecodeError, KeyError, TypeError, IndexError):
            right = False
        if not right:
            remedy = f"Write {toml_key(path[-1])} = {toml_value(value)} there by hand."
            raise LineError(f"{name} cannot be changed in this file as it is laid out", where, remedy)
    return text


def _put(tables: dict[str, Any], path: Path, value: Any) -> None:
    for step in path[:-1]:
        tables = tables.setdefault(step, {})
    tables[path[-1]] = copy.deepcopy(value)


def _with(text: str, places: _Places, path: Path, value: Any) -> str:
    """The text with one value changed where it stands, or added to the innermost table that is there."""
    if path in places.values:
        begin, end = places.values[path]
        return text[:begin] + toml_value(value) + text[end:]
    depth = next(n for n in range(len(path) - 1, -1, -1) if path[:n] in places.inline or path[:n] in places.tables)
    head, rest = path[:depth], path[depth:]
    dotted = any(p[: depth + 1] == path[: depth + 1] for p in places.values)  # its siblings are written so
    if dotted:
        added = f"{'.'.join(toml_key(k) for k in rest)} = {toml_value(value)}"
    else:
        for key in reversed(rest[1:]):
            value = {key: value}
        added = f"{toml_key(rest[0])} = {toml_value(value)}"
    if head in places.inline:
        at = places.inline[head]
        before = text[:at].rstrip()
        return f"{before}{' ' if before.endswith('{') else ', '}{added} {text[at:]}"
    at = places.tables[head]
    line = "\r\n" if "\r\n" in text else "\n"
    broken = "" if at == 0 or text[at - 1] == "\n" else line
    return f"{text[:at]}{broken}{added}{line}{text[at:]}"


def _places(text: str) -> _Places:
    """Where every value of a TOML text stands."""
    found = _Places(tables={(): 0})
    at, here = _space(text, 0), ()
    while at < len(text):
        if text[at] == "[":
            at, here = _header(text, at, found)
        else:
            at = _pair(text, at, here, found)
            end = text.find("\n", at)  # a comment behind the value stays with it
            found.tables[here] = len(text) if end < 0 else end + 1
        at = _space(text, at)
    return found


def _header(text: str, at: int, found: _Places) -> tuple[int, Path]:
    several = text.startswith("[[", at)
    match = _KEY.match(text, at + (2 if several else 1))
    assert match is not None  # the text is TOML
    here = _key(match[0])
    if several:  # no path leads into one of a list
        here = (*here, f"[{at}]")
    end = text.find("\n", match.end())
    found.tables[here] = end = len(text) if end < 0 else end + 1
    return end, here


def _pair(text: str, at: int, here: Path, found: _Places) -> int:
    match = _KEY.match(text, at)
    assert match is not None
    begin = _blank(text, match.end() + 1)  # behind the sign of equality
    return _value(text, begin, (*here, *_key(match[0])), found)


def _value(text: str, at: int, path: Path, found: _Places) -> int:
    """Where the value that begins here ends; what is inside it is found too."""
    if text[at] == "{":
        end = _inline(text, at, path, found)
    elif text[at] == "[":
        end = _list(text, at, path)
    elif (string := _STRING.match(text, at)) is not None:
        end = string.end()
    else:
        scalar = _SCALAR.match(text, at)
        assert scalar is not None
        end = at + len(scalar[0].rstrip())
    found.values[path] = (at, end)
    return end


def _inline(text: str, at: int, path: Path, found: _Places) -> int:
    at = _space(text, at + 1)
    while text[at] != "}":
        at = _space(text, _pair(text, at, path, found))
        if text[at] == ",":
            at = _space(text, at + 1)
    found.inline[path] = at
    return at + 1


def _list(text: str, at: int, path: Path) -> int:
    at = _space(text, at + 1)
    while text[at] != "]":
        at = _space(text, _value(text, at, path, _Places()))
        if text[at] == ",":
            at = _space(text, at + 1)
    return at + 1


def _key(text: str) -> Path:
    """The steps of a key that may be dotted and quoted."""
    steps: list[str] = []
    table: Any = tomllib.loads(f"{text} = 0")
    while isinstance(table, dict):
        step, table = next(iter(table.items()))
        steps.append(step)
    return tuple(steps)


def _space(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match is not None else at


def _blank(text: str, at: int) -> int:
    match = _BLANK.match(text, at)
    return match.end() if match is not None else at
