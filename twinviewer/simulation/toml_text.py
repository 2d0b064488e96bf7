"""Writes plain tables as TOML, in the form in which a person would."""

import re
from collections.abc import Mapping
from typing import Any

_BARE = re.compile(r"^[A-Za-z0-9_-]+$")


def toml_key(key: str) -> str:
    """A key, in quotes only where it needs them."""
    return key if _BARE.match(key) else toml_value(key)


def toml_value(value: Any) -> str:
    """A value on one line; a mapping becomes an inline table."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(int(value) if isinstance(value, int) else float(value))  # numpy's numbers too
    if isinstance(value, Mapping):
        inside = ", ".join(f"{toml_key(str(k))} = {toml_value(v)}" for k, v in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(toml_value(v) for v in value) + "]"
    if hasattr(value, "isoformat"):
        return value.isoformat()
    text = str(value).replace("\\", "\\\\").replace('"', '\\"')
    text = "".join(c if c >= " " and c != "\x7f" else f"\\u{ord(c):04X}" for c in text)
    return f'"{text}"'


def toml_text(tables: Mapping[str, Any]) -> str:
    """A whole file: plain values first, then [table.NAME] for tables of tables and [[table]] for lists of tables."""
    plain = [f"{toml_key(k)} = {toml_value(v)}" for k, v in tables.items() if not _is_table(v)]
    lines = plain
    for key, value in tables.items():
        if isinstance(value, Mapping):
            nested = bool(value) and all(isinstance(v, Mapping) for v in value.values())
            if nested:
                for name, table in value.items():
                    lines += ["", f"[{toml_key(key)}.{toml_key(str(name))}]", *_lines(table)]
            else:
                lines += ["", f"[{toml_key(key)}]", *_lines(value)]
        elif _is_table(value):
            for item in value:
                lines += ["", f"[[{toml_key(key)}]]", *_lines(item)]
    return "\n".join(lines).lstrip("\n") + "\n"


def _lines(table: Mapping[str, Any]) -> list[str]:
    return [f"{toml_key(str(k))} = {toml_value(v)}" for k, v in table.items()]


def _is_table(value: Any) -> bool:
    listed = isinstance(value, list | tuple) and bool(value) and all(isinstance(v, Mapping) for v in value)
    return isinstance(value, Mapping) or listed
