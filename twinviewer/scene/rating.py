"""How well a variable of a server fits a tag of a scene, and why: names, machine, unit, data type, place."""

import math
from dataclasses import dataclass
from typing import Protocol

from twinviewer.model.asset import Asset
from twinviewer.model.units import factor, same_unit
from twinviewer.scene.likeness import TEXT_ROLES, quantity_likeness, role_of, words

_LEAST = 0.35
_PLAIN_MACHINE, _PLAIN_NAME = 0.95, 0.72
_ANALOG = {"AnalogUnitType", "AnalogUnitRangeType", "AnalogItemType", "BaseAnalogType"}


class Variable(Protocol):
    """A variable of a server, as `feeds.opcua_browse.browse` finds it."""

    @property
    def path(self) -> tuple[str, ...]: ...
    @property
    def uri(self) -> str: ...
    @property
    def identifier(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def data_type(self) -> str: ...
    @property
    def unit(self) -> str: ...
    @property
    def types(self) -> tuple[str, ...]: ...
    @property
    def parent_types(self) -> tuple[str, ...]: ...


@dataclass(slots=True)
class Wanted:
    """A tag that looks for its variable."""

    asset: Asset
    key: str
    role: str
    unit: str
    is_text: bool


@dataclass(slots=True)
class Match:
    """A tag, a variable that may be it, and how surely (0 to 1)."""

    confidence: float
    wanted: Wanted
    variable: Variable
    why: str
    plain: bool = False  # the machine's own name, and a word that means just this quantity


def rate(wanted: Wanted, variable: Variable, machine: float, step: str) -> Match | None:
    """None where too little speaks for it. `machine` is how surely the text `step` names the asset."""
    quantity = quantity_likeness(wanted.key, wanted.role, wanted.unit, variable.name, variable.unit)
    holder = variable.path[-2] if len(variable.path) > 1 else ""
    if variable.name in ("Value", "CurrentState", "PV", "Actual") and holder:
        quantity = max(quantity, quantity_likeness(wanted.key, wanted.role, wanted.unit, holder, variable.unit))
    if wanted.role == "state" and "MachineryItemState_StateMachineType" in variable.parent_types:
        quantity = max(quantity, 0.97 if variable.name == "CurrentState" else 0.0)
    confidence = machine * quantity * _fits(wanted, variable)
    if confidence < _LEAST:
        return None
    confidence = 1 - (1 - confidence) * 0.9 ** _shared_steps(wanted.asset, variable)
    named = quantity_likeness(wanted.key, wanted.role, "", variable.name, "")
    plain = (
        machine >= _PLAIN_MACHINE
        and named >= _PLAIN_NAME
        and (not wanted.unit or not variable.unit or same_unit(wanted.unit, variable.unit))
    )
    return Match(confidence, wanted, variable, _why(wanted, variable, step), plain)


def rate_new(asset: Asset, variable: Variable, machine: float, step: str) -> Match | None:
    """A tag for an asset whose type has none: the variable must speak for a quantity by itself."""
    role, likeness = role_of(variable.name, variable.unit)
    if not role:
        return None
    wanted = Wanted(asset, variable.name.replace(".", "_"), role, variable.unit, role in TEXT_ROLES)
    confidence = 0.95 * machine * likeness * _fits(wanted, variable)
    if confidence < _LEAST:
        return None
    why = f"'{step}' is like '{asset.asset_id}'; '{variable.name}' reads as {role.replace('_', ' ')}"
    if variable.unit:
        why += f", in {variable.unit}"
    return Match(confidence, wanted, variable, f"{why}; proposed as a new tag")


def _fits(wanted: Wanted, variable: Variable) -> float:
    """Less than 1 where data type or type definition speak against the pair."""
    is_text = variable.data_type in ("String", "LocalizedText", "QualifiedName")
    factor = 1.0
    if wanted.role == "state":
        factor *= 0.7 if variable.data_type in ("Double", "Float") else 1.0
    elif variable.data_type:
        factor *= 1.0 if is_text == (wanted.is_text or wanted.role in TEXT_ROLES) else 0.4
    if wanted.unit and variable.types and not is_text and not variable.unit:
        factor *= 0.97 if _ANALOG.isdisjoint(variable.types) else 0.93
    return factor


def _shared_steps(asset: Asset, variable: Variable) -> int:
    """How many steps of the asset's place stand in the variable's path too."""
    there = {" ".join(words(step)) for step in variable.path[:-1]}
    return sum(" ".join(words(step)) in there for step in asset.path)


def _why(wanted: Wanted, variable: Variable, step: str) -> str:
    reasons = [f"'{step}' is like '{wanted.asset.asset_id}'", f"'{variable.name}' is like '{wanted.key}'"]
    if wanted.unit and variable.unit:
        same = quantity_likeness("x", "", wanted.unit, "x", variable.unit) >= 0.99
        reasons.append(
            f"both in {variable.unit}" if same else f"unit differs: {wanted.unit} here, {variable.unit} there"
        )
    if "MachineryItemState_StateMachineType" in variable.parent_types:
        reasons.append("it is a MachineryItemState (OPC 40001)")
    elif not _ANALOG.isdisjoint(variable.types):
        reasons.append(f"it is an {variable.types[0]}")
    return "; ".join(reasons)


def bound_unit(wanted: str, sent: str) -> str:
    """The unit of a binding: what the server sends, where the scene's own can be made of it."""
    return sent if sent and not math.isnan(factor(sent, wanted)) else wanted or sent
