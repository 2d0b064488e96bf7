"""The conditions of an asset filter: a tree of frozen nodes, each a mask over all assets at one moment."""

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from twinviewer.model.asset import Asset
from twinviewer.model.frame import AssetStates
from twinviewer.model.quality import Quality
from twinviewer.panels._tree import shown_state


class Columns:
    """What a query looks at besides the live arrays: texts of every asset, in lower case, row = asset index."""

    def __init__(self, assets: Sequence[Asset]) -> None:
        self.size = len(assets)
        self.type = [f"{a.type}\n{a.type_label}".casefold() for a in assets]
        self.line = ["\n".join(a.path).casefold() for a in assets]
        self.name = [f"{a.asset_id}\n{a.name}".casefold() for a in assets]
        self.anything = [f"{n}\n{t}\n{p}" for n, t, p in zip(self.name, self.type, self.line, strict=True)]

    def containing(self, column: str, text: str) -> np.ndarray:
        """bool (n_assets,): where `text` (lower case) stands in the column."""
        return np.fromiter((text in words for words in getattr(self, column)), bool, self.size)


@dataclass(frozen=True, slots=True)
class Words:
    """A text that must stand in one of the text columns."""

    column: str
    text: str

    def mask(self, columns: Columns, states: AssetStates | None) -> np.ndarray:
        """bool (n_assets,); does not depend on the live arrays."""
        del states
        return columns.containing(self.column, self.text)


@dataclass(frozen=True, slots=True)
class Choice:
    """`field:value` over one of the coded columns; `codes` are the rows' values that match."""

    field: str
    value: str
    codes: frozenset[int]

    def mask(self, columns: Columns, states: AssetStates | None) -> np.ndarray:
        """bool (n_assets,); without data nothing matches."""
        if states is None:
            return np.zeros(columns.size, bool)
        if self.value == "unack":
            return np.asarray(states.unacknowledged, bool)
        column = {
            "state": shown_state(states),
            "zone": states.zone,
            "alarm": states.priority,
            "quality": states.quality,
        }
        return np.isin(column[self.field], list(self.codes))


COMPARE: dict[str, Callable[[np.ndarray, float], np.ndarray]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
    "=": operator.eq,
}


@dataclass(frozen=True, slots=True)
class Number:
    """`field>number`. A value that is stale, bad or missing satisfies no comparison."""

    field: str
    sign: str
    limit: float

    def mask(self, columns: Columns, states: AssetStates | None) -> np.ndarray:
        """bool (n_assets,); without data nothing matches."""
        if states is None:
            return np.zeros(columns.size, bool)
        if self.field == "kw":
            values, usable = states.power_kw, states.power_quality < Quality.STALE
        elif self.field == "vib":
            values, usable = states.vibration_mm_s, states.vibration_quality < Quality.STALE
        elif self.field == "alarm":
            values, usable = states.priority.astype(float), states.priority > 0
        else:
            values, usable = states.age_s, np.isfinite(states.age_s)
        with np.errstate(invalid="ignore"):
            return COMPARE[self.sign](values, self.limit) & usable


@dataclass(frozen=True, slots=True)
class Not:
    """What does not satisfy `term`."""

    term: "Node"

    def mask(self, columns: Columns, states: AssetStates | None) -> np.ndarray:
        """bool (n_assets,)."""
        return ~self.term.mask(columns, states)


@dataclass(frozen=True, slots=True)
class All:
    """What satisfies every term; everything when there is none."""

    terms: tuple["Node", ...]

    def mask(self, columns: Columns, states: AssetStates | None) -> np.ndarray:
        """bool (n_assets,)."""
        result = np.ones(columns.size, bool)
        for term in self.terms:
            result &= term.mask(columns, states)
        return result


@dataclass(frozen=True, slots=True)
class Any:
    """What satisfies at least one term."""

    terms: tuple["Node", ...]

    def mask(self, columns: Columns, states: AssetStates | None) -> np.ndarray:
        """bool (n_assets,)."""
        result = np.zeros(columns.size, bool)
        for term in self.terms:
            result |= term.mask(columns, states)
        return result


Node = Words | Choice | Number | Not | All | Any


def is_static(node: Node) -> bool:
    """True where the live arrays cannot change the answer."""
    if isinstance(node, Words):
        return True
    if isinstance(node, Not):
        return is_static(node.term)
    return isinstance(node, All | Any) and all(is_static(term) for term in node.terms)
