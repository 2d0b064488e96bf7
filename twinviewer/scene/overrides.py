"""What single assets have otherwise than their type: columns such as "Vibration.high", and bound node ids."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from twinviewer.model.asset import NodeAddress
from twinviewer.model.errors import SceneError
from twinviewer.model.units import factor, same_unit
from twinviewer.scene.addresses import parse_node, parse_path
from twinviewer.scene.manifest import ROLES, STATE_NAMES, LimitsEntry, TagEntry
from twinviewer.scene.table import Row, number, read_table
from twinviewer.scene.types import TagTemplate

_LIMITS = ("low_low", "low", "high", "high_high", "hysteresis", "delay_s")
_TEXTS = ("node", "path", "unit")
_NODE_ID = re.compile(r"(nsu=|ns=|[sigb]=|[^:/]*:[sigb]=)")
_YES, _NO = ("yes", "true", "1", "x"), ("no", "false", "0")
SURE = 0.85  # confidence from which a proposal is accepted where nobody says otherwise


@dataclass(slots=True)
class TagOverride:
    """Changes to one tag of one asset, from one line of the asset table."""

    where: str
    limits: dict[str, float] = field(default_factory=dict)
    fields: dict[str, Any] = field(default_factory=dict)

    def applied(self, entry: TagEntry) -> TagEntry:
        """`entry` with these changes."""
        changes = dict(self.fields)
        if self.limits:
            changes["limits"] = entry.limits.model_copy(update=self.limits)
        if "node" in changes:
            changes["path"] = None
        elif "path" in changes:
            changes["node"] = None
        return entry.model_copy(update=changes)


def tag_overrides(row: Row) -> dict[str, TagOverride]:
    """The changes that columns named TAG.FIELD make, by tag key. Raises SceneError on an unknown field."""
    found: dict[str, TagOverride] = {}
    for column, text in row.cells.items():
        key, dot, name = column.rpartition(".")
        if not dot or not key:
            continue
        change = found.setdefault(key, TagOverride(row.where))
        if name in _LIMITS:
            change.limits[name] = number(text, column, row.where)
        elif name == "stale_after_s":
            change.fields[name] = number(text, column, row.where)
        elif name in _TEXTS:
            change.fields[name] = text
        else:
            known = ", ".join((*_LIMITS, *_TEXTS, "stale_after_s"))
            raise SceneError(
                f"the column '{column}' changes nothing known.", row.where, f"Behind the dot stand {known}."
            )
    return found


@dataclass(frozen=True, slots=True)
class Binding:
    """One accepted line of the binding table."""

    asset_id: str
    key: str
    node: str
    role: str
    unit: str
    where: str
    states: Mapping[str, str] = field(default_factory=dict)

    def address(self, namespaces: Mapping[str, str]) -> NodeAddress:
        """Where the tag lives. Raises SceneError."""
        parse = parse_node if _NODE_ID.match(self.node) else parse_path
        return parse(self.node, namespaces, {}, self.where)

    def template(self) -> TagTemplate:
        """A tag for an asset whose type has none of this name."""
        entry = TagEntry.model_validate({"node": self.node, "role": self.role, "unit": self.unit})
        return TagTemplate(self.key, entry, self.where)

    def applied(self, entry: TagEntry) -> TagEntry:
        """`entry` with the states that are written here, if there are any, and in the unit that the server sends.

        Limits and bands, which scene.toml gives in its own unit, are turned into this one.
        """
        changes: dict[str, Any] = {"states": dict(self.states)} if self.states else {}
        scale = factor(entry.unit, self.unit)
        if self.unit and not same_unit(self.unit, entry.unit) and not math.isnan(scale):
            changes |= {"unit": self.unit, "limits": _scaled(entry.limits, scale)}
            for name in ("normal", "span", "settable"):
                band = getattr(entry, name)
                changes[name] = band and (band[0] * scale, band[1] * scale)
        return entry.model_copy(update=changes) if changes else entry


def _scaled(limits: LimitsEntry, scale: float) -> LimitsEntry:
    names = ("low_low", "low", "high", "high_high", "hysteresis")
    known = {name: value for name in names if (value := getattr(limits, name)) is not None}
    return limits.model_copy(update={name: value * scale for name, value in known.items()})


@dataclass(frozen=True, slots=True)
class BindingTable:
    """What a binding table says. `refused` holds asset id, tag key and node of proposals that a person turned down."""

    accepted: dict[tuple[str, str], Binding] = field(default_factory=dict)
    refused: frozenset[tuple[str, str, str]] = frozenset()


def read_bindings(path: Path, name: str) -> BindingTable:
    """The accepted bindings by asset id and tag key, and the refused ones. Raises SceneError with file and line."""
    found: dict[tuple[str, str], Binding] = {}
    refused: set[tuple[str, str, str]] = set()
    for row in read_table(path, name, ("asset", "tag", "node")):
        if row.get("accept") and row.get("accept").lower() not in _YES:
            if row.get("accept").lower() in _NO and _sure(row.get("confidence")):
                refused.add((row.get("asset"), row.get("tag"), row.get("node")))
            continue
        asset_id, key, node = row.get("asset"), row.get("tag"), row.get("node")
        if not (asset_id and key and node):
            raise SceneError("asset, tag and node must all be filled.", row.where, "Fill them, or delete the line.")
        if row.get("role") not in ROLES:
            known = ", ".join(role for role in ROLES if role)
            raise SceneError(f"the role '{row.get('role')}' is not known.", row.where, f"Known are {known}.")
        if (asset_id, key) in found:
            first = found[asset_id, key].where
            text = f"the tag '{asset_id}.{key}' is bound in {first} already."
            raise SceneError(text, row.where, "Delete one of the two lines, or write 'no' under accept.")
        found[asset_id, key] = Binding(asset_id, key, node, row.get("role"), row.get("unit"), row.where, _states(row))
    return BindingTable(found, frozenset(refused))


def _sure(confidence: str) -> bool:
    """Whether a line would have been accepted by itself, so that its "no" is a person's."""
    try:
        return float(confidence.replace(",", ".")) >= SURE
    except ValueError:
        return False


def states_text(states: Mapping[str, str]) -> str:
    """A mapping of raw values to states as one cell: "1=running; 2=idle"."""
    return "; ".join(f"{raw}={name}" for raw, name in states.items())


def _states(row: Row) -> dict[str, str]:
    """The cell of the column "states". Raises SceneError."""
    found: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in row.get("states").split(";"))):
        raw, sign, name = (word.strip() for word in part.rpartition("="))
        if not sign or name not in STATE_NAMES:
            known = ", ".join(STATE_NAMES)
            raise SceneError(
                f"'{part}' is not a value and its state.", row.where, f"Write 1=running; known are {known}."
            )
        found[raw] = name
    return found
