"""Which line of a TOML file a key stands on; tomllib itself does not tell."""

import re
import tomllib

_HEADER = re.compile(r"^\s*(\[\[?)\s*(.+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""^\s*(?:[A-Za-z0-9_\-]+|"(?:[^"\\]|\\.)*"|'[^']*')(?:\s*\.\s*(?:[^=\s.]+))*\s*=""")
# Bare keys with a number, a word or a plain text behind them: most lines, and quick to take apart.
_PLAIN = re.compile(r"""^\s*([A-Za-z0-9_\-]+(?:\.[A-Za-z0-9_\-]+)*)\s*=\s*(?:[\w.+\-]+|"(?!"")[^"\\]*")\s*(?:#.*)?$""")
_BARE = re.compile(r"[A-Za-z0-9_\-]+(?:\.[A-Za-z0-9_\-]+)*\Z")
_MAX_VALUE_LINES = 2_000

Key = tuple[str | int, ...]


class Lines:
    """Line numbers by key path, for a text that is valid TOML. Made on first use."""

    def __init__(self, text: str, name: str) -> None:
        self._text = text
        self._name = name
        self._lines: dict[Key, int] | None = None

    def line(self, *keys: str | int) -> int:
        """The line of the longest known front part of `keys`; 0 where nothing of it is known."""
        if self._lines is None:
            self._lines = _scan(self._text)
        for length in range(len(keys), 0, -1):
            found = self._lines.get(tuple(keys[:length]))
            if found:
                return found
        return 0

    def where(self, *keys: str | int) -> str:
        """ "scene.toml:12" for a key path, or the file alone."""
        line = self.line(*keys)
        return f"{self._name}:{line}" if line else self._name


def _scan(text: str) -> dict[Key, int]:
    lines: dict[Key, int] = {}
    counts: dict[Key, int] = {}
    table: Key = ()
    rows = text.splitlines()
    row = 0
    while row < len(rows):
        header, number = _HEADER.match(rows[row]), row + 1
        if header and not _KEY.match(rows[row]):
            table = _table(header[1] == "[[", header[2], counts)
            lines.setdefault(table, number)
            lines.setdefault(table[:-1], number)
        elif plain := _PLAIN.match(rows[row]):
            for key in _fronts(plain[1].split(".")):
                lines.setdefault(table + key, number)
        elif _KEY.match(rows[row]):
            parsed, row = _value(rows, row)
            for key in _keys(parsed):
                lines.setdefault(table + key, number)
        row += 1
    return lines


def _table(is_array: bool, name: str, counts: dict[Key, int]) -> Key:
    """The key path of a table header, array rows counted."""
    path: Key = ()
    for key in _names(name):
        path += (key,)
        if path in counts:
            path += (counts[path],)
    if not is_array:
        return path
    bare = path[:-1] if path and isinstance(path[-1], int) else path
    counts[bare] = counts.get(bare, -1) + 1
    return (*bare, counts[bare])


def _fronts(names: list[str]) -> list[Key]:
    return [tuple(names[: k + 1]) for k in range(len(names))]


def _names(dotted: str) -> list[str]:
    if _BARE.match(dotted):
        return dotted.split(".")
    names: list[str] = []
    try:
        inner = tomllib.loads(f"[{dotted}]")
    except tomllib.TOMLDecodeError:
        return [dotted]
    while inner:
        name = next(iter(inner))
        names.append(name)
        inner = inner[name]
    return names


def _value(rows: list[str], row: int) -> tuple[dict[str, object], int]:
    """The statement that begins on `row`, parsed, and its last row (values may run over several)."""
    for last in range(row, min(row + _MAX_VALUE_LINES, len(rows))):
        try:
            return tomllib.loads("\n".join(rows[row : last + 1])), last
        except tomllib.TOMLDecodeError:
            continue
    return {}, row


def _keys(value: object, above: Key = ()) -> list[Key]:
    """All key paths inside a parsed statement."""
    found: list[Key] = []
    inner: list[tuple[str | int, object]] = []
    if isinstance(value, dict):
        inner = list(value.items())
    elif isinstance(value, list):
        inner = list(enumerate(value))
    for key, item in inner:
        found.append((*above, key))
        found.extend(_keys(item, (*above, key)))
    return found
