"""Where in a file something stands, and what a wrong key or value of it means in words."""

import difflib
import re
import types
import typing
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

_STEP = re.compile(r'"([^"]*)"|\'([^\']*)\'|([^."\']+)')
_HEAD = re.compile(r"^\s*(\[\[?)\s*(.*?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r'^\s*((?:"[^"]*"|\'[^\']*\'|[A-Za-z0-9_-]+)(?:\s*\.\s*(?:"[^"]*"|\'[^\']*\'|[A-Za-z0-9_-]+))*)\s*=')
Keys = tuple[str | int, ...]


def steps_of(path: str) -> tuple[str, ...]:
    """The keys of a dotted path; names with dots stand in quotes."""
    return tuple(a or b or c.strip() for a, b, c in _STEP.findall(path) if a or b or c.strip())


def line_number(text: str, keys: Sequence[str | int]) -> int | None:
    """The line (from 1) of a TOML text that says most of a path: its key, else its table's head; None if nowhere."""
    wanted = [str(k) for k in keys]
    table: list[str] = []
    count: dict[str, int] = {}
    best, found = 0, None
    for number, line in enumerate(text.splitlines(), 1):
        here: list[str] = []
        if (head := _HEAD.match(line)) is not None and "=" not in head[2].split('"')[0]:
            table = list(steps_of(head[2]))
            if head[1] == "[[":
                place = count[head[2]] = count.get(head[2], -1) + 1
                table = [*table, str(place)]
            here = table
        elif (key := _KEY.match(line)) is not None:
            here = [*table, *steps_of(key[1])]
            if len(table) == 2 and table[1].isdigit() and here[-1] == "id" and wanted[:1] == table[:1]:
                wanted = [table[1] if k == 1 and w == _text_after(line) else w for k, w in enumerate(wanted)]
                if wanted[1:2] == table[1:2] and best < 2:
                    best, found = 2, number
        if here and here == wanted[: len(here)] and len(here) > best:
            best, found = len(here), number
    return found


def _text_after(line: str) -> str:
    return line.partition("=")[2].split("#")[0].strip().strip("\"'")


def placed(path: Path, text: str, where: str) -> str:
    """A path inside a file as a person looks for it: "line.toml, line 12, station.a.time"."""
    number = line_number(text, steps_of(where)) if text else None
    return ", ".join(x for x in (str(path), f"line {number}" if number else "", where) if x)


def explained(error: ValidationError, data: Any, model: type[BaseModel]) -> tuple[Keys, str, str]:
    """What is wrong first: its keys, what, and what to do about it. A wrong key comes before a missing one."""
    errors = error.errors()
    first = next((e for kind in ("extra_forbidden", "finite_number") for e in errors if e["type"] == kind), errors[0])
    keys = _walked(first["loc"], data, first["type"])
    kind, value = first["type"], first.get("input")
    name = str(keys[-1]) if keys else ""
    known = known_keys(model, keys[:-1])
    listed = f"Known are: {', '.join(known)}." if known else "docs/what-if.md says what can be written."
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(name, known, 1, 0.5)
        return keys, f'"{name}" is not known here', (f'Did you mean "{near[0]}"? ' if near else "") + listed
    if kind == "missing":
        return keys, f'"{name}" is missing', f"Write {name} = …; docs/what-if.md says what it can be."
    ctx = first.get("ctx", {})
    limits = {"greater_than_equal": "less than {ge}", "greater_than": "not more than {gt}"}
    limits |= {"less_than_equal": "more than {le}", "less_than": "not less than {lt}"}
    if kind in limits:
        return keys, f"{name} = {value} is {limits[kind].format(**ctx)}", "Write a number within its bounds."
    if kind in ("model_type", "model_attributes_type", "mapping_type", "dict_type"):
        inside = known_keys(model, keys)
        remedy = f"Write {name} = {{ … }} with: {', '.join(inside)}." if inside else "Write a table."
        return keys, f"{name} = {_short(value)} is not a table", remedy
    return keys, f"{name} = {_short(value)}: {first['msg'].lower()}", "docs/what-if.md says what can be written."


def _short(value: Any) -> str:
    text = f'"{value}"' if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else text[:57] + "…"


def _walked(loc: Sequence[str | int], data: Any, kind: str) -> Keys:
    """The keys that lead to the place, without the names of alternatives that pydantic puts between them."""
    keys: list[str | int] = []
    for k, step in enumerate(loc):
        there = (isinstance(data, Mapping) and step in data) or (
            isinstance(data, list | tuple) and isinstance(step, int) and step < len(data)
        )
        if there:
            data = data[step]  # type: ignore[index]
            keys.append(step)
        elif kind == "missing" and k == len(loc) - 1:
            keys.append(step)
    return tuple(keys)


def known_keys(model: type[BaseModel], keys: Sequence[str | int]) -> list[str]:
    """The keys that a model knows in the table at a path; none where any are allowed."""
    kind: Any = model
    for step in keys:
        models = _models_in(kind)
        fields = {f.alias or n: f for m in models for n, f in m.model_fields.items()}
        if isinstance(step, str) and step in fields:
            kind = fields[step].annotation
        elif _is_table_of(kind) or isinstance(step, int):
            kind = _values_of(kind)
        else:
            return []
    if _is_table_of(kind):
        return []
    return [f.alias or n for m in _models_in(kind) for n, f in m.model_fields.items()]


def _parts(kind: Any) -> list[Any]:
    origin = typing.get_origin(kind)
    return list(typing.get_args(kind)) if origin in (typing.Union, types.UnionType) else [kind]


def _models_in(kind: Any) -> list[type[BaseModel]]:
    return [p for p in _parts(kind) if isinstance(p, type) and issubclass(p, BaseModel)]


def _is_table_of(kind: Any) -> bool:
    return any(typing.get_origin(p) is Mapping for p in _parts(kind))


def _values_of(kind: Any) -> Any:
    """What a table of tables or a list holds."""
    for p in _parts(kind):
        if typing.get_origin(p) is Mapping:
            return typing.get_args(p)[1]
        if typing.get_origin(p) is tuple:
            return typing.get_args(p)[0]
    return kind
