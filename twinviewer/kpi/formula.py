"""Formulas that a person writes over tags and indicators: read with Python's own parser, worked out here, never run.

Tags and indicators stand in square brackets, `[CNC-102.Power]`, `[rate.Line A]`; an indicator whose name is one word
needs none: `oee`. A bracket with * stands for all tags that match, inside sum, mean, min, max or count. `gain([tag])`
is by how much a counter grew in the shift. Numbers, + - * / % **, comparisons, and/or/not and `a if b else c` do the
rest.
"""

import ast
import math
import operator
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from twinviewer.model.errors import DataError

LONGEST = 500
DEEPEST = 30
NAN = float("nan")
_REFERENCE = re.compile(r"\[([^\[\]]*)\]")
_REMEDY = "Write for example  sum([*.Power]) / [rate.Line A]  or  100 * gain([CNC-102.ScrapCount]) / 480."


class Scope(Protocol):
    """What names stand for. Values are NaN where nothing usable is known."""

    def one(self, name: str) -> float:
        """A tag or an indicator."""
        ...

    def many(self, pattern: str) -> list[float]:
        """All tags that match a pattern with *, the usable ones."""
        ...

    def gain(self, name: str) -> float:
        """By how much a counter grew in the shift."""
        ...


Value = Callable[[Scope], float]
Several = Callable[[Scope], list[float]]


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula that can be worked out. `names` stand alone, `patterns` for several tags, `gains` are counters."""

    text: str
    names: tuple[str, ...]
    patterns: tuple[str, ...]
    gains: tuple[str, ...]
    _value: Value

    def value(self, scope: Scope) -> float:
        """The figure; NaN where it cannot be known: an input without a usable value, a division by zero."""
        try:
            found = self._value(scope)
        except (OverflowError, ValueError, ZeroDivisionError):
            return NAN
        return found if math.isfinite(found) else NAN


def parse(text: str) -> Formula:
    """Read a formula. Raises DataError with what is wrong in it."""
    if not text.strip():
        raise DataError("the formula is empty", "formula", _REMEDY)
    if len(text) > LONGEST:
        raise DataError(f"the formula has more than {LONGEST} characters", "formula", "Split it into two indicators.")
    references: list[str] = []

    def keep(found: re.Match[str]) -> str:
        references.append(found[1].strip())
        return f" _{len(references) - 1}_ "

    plain = _REFERENCE.sub(keep, text)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what the parser finds odd is refused below
            tree = ast.parse(plain.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        said = error.msg if isinstance(error, SyntaxError) else "it cannot be read"
        raise DataError(f"the formula cannot be read: {said}", "formula", _REMEDY) from None
    reader = _Reader(references)
    value = reader.scalar(tree.body, 0)
    names, patterns, gains = (tuple(dict.fromkeys(x)) for x in (reader.names, reader.patterns, reader.gains))
    return Formula(text.strip(), names, patterns, gains, value)


_BINARY: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: lambda a, b: a / b if b else NAN,
    ast.Mod: lambda a, b: math.fmod(a, b) if b else NAN,
    ast.Pow: math.pow,
}
_COMPARE: dict[type[ast.cmpop], Callable[[float, float], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
_ONE: dict[str, Callable[[float], float]] = {
    "abs": abs,
    "sqrt": lambda a: math.sqrt(a) if a >= 0 else NAN,
    "round": lambda a: float(round(a)) if math.isfinite(a) else NAN,
}
_SEVERAL: dict[str, Callable[[list[float]], float]] = {
    "sum": lambda v: math.fsum(v) if v else NAN,
    "mean": lambda v: math.fsum(v) / len(v) if v else NAN,
    "min": lambda v: min(v, default=NAN),
    "max": lambda v: max(v, default=NAN),
    "count": lambda v: float(len(v)),
}
FUNCTIONS = (*_SEVERAL, *_ONE, "gain")


class _Reader:
    """Turns the parser's tree into functions; what is not named here cannot stand in a formula."""

    def __init__(self, references: list[str]) -> None:
        self._references = references
        self.names: list[str] = []
        self.patterns: list[str] = []
        self.gains: list[str] = []

    def scalar(self, node: ast.expr, depth: int) -> Value:
        """The value of one part."""
        if depth > DEEPEST:
            raise DataError("the formula is nested too deeply", "formula", "Split it into two indicators.")
        make = {
            ast.Constant: self._constant,
            ast.Name: self._name,
            ast.UnaryOp: self._unary,
            ast.BinOp: self._binary,
            ast.Compare: self._compare,
            ast.BoolOp: self._logic,
            ast.IfExp: self._choice,
            ast.Call: self._call,
        }.get(type(node))
        if make is None:
            raise DataError(f"{ast.unparse(node)[:40]!r} cannot stand in a formula", "formula", _REMEDY)
        return make(node, depth + 1)

    def _constant(self, node: ast.expr, _depth: int) -> Value:
        assert isinstance(node, ast.Constant)
        if isinstance(node.value, bool) or not isinstance(node.value, int | float) or not abs(node.value) < 1e300:
            raise DataError(f"{node.value!r} is not a number", "formula", _REMEDY)
        number = float(node.value)
        return lambda scope: number

    def _text_of(self, name: str) -> str:
        """What a name stands for: the n-th bracket, or itself."""
        match = re.fullmatch(r"_(\d+)_", name)
        if match is None:
            return name
        if int(match[1]) >= len(self._references) or not self._references[int(match[1])]:
            raise DataError("a pair of brackets is empty", "formula", "Write a tag's name between them.")
        return self._references[int(match[1])]

    def _name(self, node: ast.expr, _depth: int) -> Value:
        assert isinstance(node, ast.Name)
        name = self._text_of(node.id)
        if "*" in name:
            raise DataError(f"[{name}] stands for several tags", "formula", f"Write sum([{name}]), mean, min or max.")
        self.names.append(name)
        return lambda scope: scope.one(name)

    def _unary(self, node: ast.expr, depth: int) -> Value:
        assert isinstance(node, ast.UnaryOp)
        inner = self.scalar(node.operand, depth)
        if isinstance(node.op, ast.Not):
            return lambda scope: _truth(inner(scope), lambda a: not a)
        if isinstance(node.op, ast.USub):
            return lambda scope: -inner(scope)
        if isinstance(node.op, ast.UAdd):
            return inner
        raise DataError("~ cannot stand in a formula", "formula", _REMEDY)

    def _binary(self, node: ast.expr, depth: int) -> Value:
        assert isinstance(node, ast.BinOp)
        work = _BINARY.get(type(node.op))
        if work is None:
            raise DataError(f"{ast.unparse(node)[:40]!r} cannot stand in a formula", "formula", _REMEDY)
        left, right = self.scalar(node.left, depth), self.scalar(node.right, depth)
        return lambda scope: work(left(scope), right(scope))

    def _compare(self, node: ast.expr, depth: int) -> Value:
        assert isinstance(node, ast.Compare)
        parts = [self.scalar(n, depth) for n in (node.left, *node.comparators)]
        tests = [_COMPARE.get(type(op)) for op in node.ops]
        if None in tests:
            raise DataError(f"{ast.unparse(node)[:40]!r} cannot stand in a formula", "formula", _REMEDY)

        def compared(scope: Scope) -> float:
            values = [part(scope) for part in parts]
            if any(math.isnan(v) for v in values):
                return NAN
            return float(all(t(a, b) for t, a, b in zip(tests, values, values[1:], strict=False) if t is not None))

        return compared

    def _logic(self, node: ast.expr, depth: int) -> Value:
        assert isinstance(node, ast.BoolOp)
        parts = [self.scalar(n, depth) for n in node.values]
        together = all if isinstance(node.op, ast.And) else any

        def joined(scope: Scope) -> float:
            values = [part(scope) for part in parts]
            return NAN if any(math.isnan(v) for v in values) else float(together(v != 0 for v in values))

        return joined

    def _choice(self, node: ast.expr, depth: int) -> Value:
        assert isinstance(node, ast.IfExp)
        test, yes, no = (self.scalar(n, depth) for n in (node.test, node.body, node.orelse))

        def chosen(scope: Scope) -> float:
            asked = test(scope)
            return NAN if math.isnan(asked) else yes(scope) if asked else no(scope)

        return chosen

    def _call(self, node: ast.expr, depth: int) -> Value:
        assert isinstance(node, ast.Call)
        name = node.func.id if isinstance(node.func, ast.Name) else ast.unparse(node.func)
        if name not in FUNCTIONS or node.keywords:
            known = ", ".join(FUNCTIONS)
            raise DataError(f"there is no function {name[:40]!r}", "formula", f"There are {known}.")
        if name in _SEVERAL:
            work, parts = _SEVERAL[name], [self._several(n, depth) for n in node.args]
            return lambda scope: work([v for part in parts for v in part(scope)])
        if len(node.args) != 1:
            raise DataError(f"{name} takes one value", "formula", _REMEDY)
        if name == "gain":
            return self._gain(node.args[0])
        one, inner = _ONE[name], self.scalar(node.args[0], depth)
        return lambda scope: one(inner(scope))

    def _several(self, node: ast.expr, depth: int) -> Several:
        """An argument of sum and its like: a pattern gives the usable tags, anything else its one value."""
        if isinstance(node, ast.Name) and "*" in (pattern := self._text_of(node.id)):
            self.patterns.append(pattern)
            return lambda scope: scope.many(pattern)
        inner = self.scalar(node, depth)
        return lambda scope: [inner(scope)]

    def _gain(self, node: ast.expr) -> Value:
        if not isinstance(node, ast.Name) or "*" in (name := self._text_of(node.id)):
            raise DataError("gain takes one tag", "formula", "Write gain([CNC-102.GoodCount]).")
        self.gains.append(name)
        return lambda scope: scope.gain(name)


def _truth(value: float, work: Callable[[bool], bool]) -> float:
    return NAN if math.isnan(value) else float(work(value != 0))
