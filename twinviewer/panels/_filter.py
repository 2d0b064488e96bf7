"""The query language of the asset filter: text to a tree of conditions.

A query is a list of conditions. A blank between two means "and", `|` means "or", `-` before one means "not", and
round brackets group. A condition is a word that stands anywhere in the asset's id, name, type or place, or a field:
`state:fault`, `type:pump`, `line:"Line B"`, `zone:D`, `alarm:1`, `quality:bad`, `kw>20`, `vib>=2.8`, `age>60`.
"""

import math
import re
from dataclasses import dataclass

from twinviewer.model.errors import TwinError
from twinviewer.model.quality import Quality
from twinviewer.model.state import ABNORMAL_STATES, State, Zone
from twinviewer.panels._conditions import All, Any, Choice, Node, Not, Number, Words

EXAMPLE = "state:fault kw>20"
HELP = (
    "Words find assets by id, name, type or place.\n"
    'name:CNC  type:pump  line:"Line B" (or area: path:)\n'
    "state:fault  state:abnormal  state:stopped  zone:D  quality:bad\n"
    "alarm:1  alarm:any  alarm:none  alarm:unack\n"
    "kw>20  vib>=2.8  age>60  alarm<=2, with  >  >=  <  <=  =\n"
    "blank = and,  | = or,  - = not,  ( ) = group"
)
DEPTH = 40  # nested brackets and signs at most: nobody writes more, and a hostile one must not exhaust the stack


class FilterError(TwinError):
    """A query that cannot be read. `position` is the character it fails at."""

    def __init__(self, text: str, position: int, remedy: str) -> None:
        super().__init__(text, f"character {position + 1}", remedy)
        self.position = position


_TOKEN = re.compile(
    r"""\s*(?:
        (?P<mark>[|()])
      | (?P<minus>-)(?=\S)
      | (?P<number>(?P<nfield>kw|vib|age|alarm)\s*(?P<sign>>=|<=|>|<|=)(?![<>=!])\s*(?P<limit>[^\s|()"]*))
      | (?P<odd>[A-Za-z_]+)\s*(?P<osign>[<>=!]+)\s*(?P<ovalue>[^\s|()"]*)
      | (?P<field>[A-Za-z]+):(?P<fvalue>"[^"]*"?|[^\s|()"]*)
      | (?P<text>"[^"]*"?|[^\s|()"]+)
    )""",
    re.VERBOSE | re.IGNORECASE,
)

_NUMBERS = ("kw", "vib", "age", "alarm")
_TEXT_FIELDS = {"type": "type", "line": "line", "path": "line", "area": "line", "name": "name", "id": "name"}
_STATES = {s.name.casefold(): frozenset({int(s)}) for s in State} | {
    "nodata": frozenset({int(State.UNKNOWN)}),
    "no data": frozenset({int(State.UNKNOWN)}),
    "abnormal": frozenset(int(s) for s in ABNORMAL_STATES | {State.UNKNOWN}),
    "stopped": frozenset({int(State.FAULT), int(State.MAINTENANCE), int(State.OFFLINE)}),
}
_CHOICES: dict[str, dict[str, frozenset[int]]] = {
    "state": _STATES,
    "zone": {z.name.casefold(): frozenset({int(z)}) for z in Zone},
    "alarm": {str(p): frozenset({p}) for p in (1, 2, 3, 4)}
    | {"any": frozenset({1, 2, 3, 4}), "none": frozenset({0}), "unack": frozenset({1, 2, 3, 4})},
    "quality": {q.name.casefold(): frozenset({int(q)}) for q in Quality},
}


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str  # "|", "(", ")", "-" or "term"
    position: int
    node: Node | None = None


def parse(query: str) -> Node:
    """The conditions of a query; the empty query lets everything through.

    Raises FilterError with the place and what could be written instead.
    """
    tokens = _tokens(query)
    node, rest = _either(tokens, 0, len(query), 0)
    if rest < len(tokens):
        raise FilterError("this bracket closes nothing", tokens[rest].position, "Take it away, or open one before.")
    return node


def _tokens(query: str) -> list[_Token]:
    tokens: list[_Token] = []
    at, end = 0, len(query.rstrip())
    while at < end:
        found = _TOKEN.match(query, at)
        if found is None or found.end() == at:
            raise FilterError("this cannot be read", at, f"Write for example {EXAMPLE}.")
        start = at + len(found.group()) - len(found.group().lstrip())
        if found["mark"] or found["minus"]:
            tokens.append(_Token(found["mark"] or "-", start))
        else:
            tokens.append(_Token("term", start, _term(found, start)))
        at = found.end()
    return tokens


def _term(found: re.Match[str], at: int) -> Node:
    if found["number"]:
        return _number(found["nfield"].casefold(), found["sign"], found["limit"], at)
    if found["odd"]:
        raise _not_compared(found["odd"].casefold(), found["osign"], found["ovalue"], at)
    if found["field"]:
        return _field(found["field"].casefold(), _unquoted(found["fvalue"], at), at)
    return Words("anything", _unquoted(found["text"], at).casefold())


def _unquoted(text: str, at: int) -> str:
    if not text.startswith('"'):
        return text
    if len(text) < 2 or not text.endswith('"'):
        raise FilterError("the quotation mark is not closed", at, 'Close it: line:"Line B".')
    return text[1:-1]


def _not_compared(field: str, sign: str, value: str, at: int) -> FilterError:
    """What is wrong with a comparison of something that is no number, or by a sign that is none."""
    if field in _NUMBERS:
        return FilterError(f"there is no sign {sign}", at, f"Write >, >=, <, <= or =, for example {field}>20.")
    if field in (*_CHOICES, *_TEXT_FIELDS):
        return FilterError(f"the field {field} is not a number", at, f"Write {field}:{value or 'word'}.")
    return FilterError(
        f"there is no number {field}", at, f"Numbers: {', '.join(_NUMBERS)}; texts with signs in quotes."
    )


def _number(field: str, sign: str, text: str, at: int) -> Number:
    try:
        limit = float(text.replace(",", "."))
    except ValueError:
        limit = math.nan
    if not math.isfinite(limit):
        raise FilterError(f"a number must stand behind {field}{sign}", at, f"Write for example {field}{sign}20.")
    return Number(field, sign, limit)


def _field(field: str, value: str, at: int) -> Node:
    if field in _TEXT_FIELDS:
        if not value:
            raise FilterError(f"a word must stand behind {field}:", at, f'Write for example {field}:"Line B".')
        return Words(_TEXT_FIELDS[field], value.casefold())
    if field in _CHOICES:
        choices = _CHOICES[field]
        key = value.casefold()
        if key not in choices:
            shown = ", ".join(k for k in choices if " " not in k)
            text = f"there is no {field} {value}" if value else f"a word must stand behind {field}:"
            raise FilterError(text, at, f"One of: {shown}.")
        return Choice(field, key, choices[key])
    if field in _NUMBERS:
        raise FilterError(f"the field {field} is a number", at, f"Compare it: {field}>20.")
    known = ", ".join((*_CHOICES, "type", "line", "name", *_NUMBERS[:3]))
    raise FilterError(f"there is no field {field}", at, f"Fields: {known}.")


def _either(tokens: list[_Token], at: int, end: int, depth: int) -> tuple[Node, int]:
    """One or more groups with `|` between; returns the node and the first token not used."""
    if depth > DEPTH:
        raise FilterError("too many brackets", tokens[min(at, len(tokens) - 1)].position, "Use fewer.")
    groups: list[Node] = []
    while True:
        group, at = _group(tokens, at, end, depth)
        more = at < len(tokens) and tokens[at].kind == "|"
        if isinstance(group, All) and not group.terms and (more or groups):
            place = tokens[at].position if at < len(tokens) else end
            raise FilterError("| needs a condition on both sides", place, "Write for example state:fault | alarm:1.")
        groups.append(group)
        if not more:
            return (groups[0] if len(groups) == 1 else Any(tuple(groups))), at
        at += 1


def _group(tokens: list[_Token], at: int, end: int, depth: int) -> tuple[Node, int]:
    terms: list[Node] = []
    while at < len(tokens) and tokens[at].kind not in "|)":
        term, at = _signed(tokens, at, end, depth)
        terms.append(term)
    return (terms[0] if len(terms) == 1 else All(tuple(terms))), at


def _signed(tokens: list[_Token], at: int, end: int, depth: int) -> tuple[Node, int]:
    token = tokens[at]
    if depth > DEPTH:
        raise FilterError("too many signs", token.position, "Use fewer.")
    if token.kind == "-":
        if at + 1 >= len(tokens) or tokens[at + 1].kind in "|)":
            raise FilterError("- needs a condition behind it", token.position, "Write for example -state:running.")
        term, at = _signed(tokens, at + 1, end, depth + 1)
        return Not(term), at
    if token.kind == "(":
        node, at = _either(tokens, at + 1, end, depth + 1)
        if at >= len(tokens):
            raise FilterError("this bracket is not closed", token.position, "Close it with ).")
        if isinstance(node, All) and not node.terms:
            raise FilterError("these brackets are empty", token.position, "Put a condition between them.")
        return node, at + 1
    assert token.node is not None
    return token.node, at + 1
