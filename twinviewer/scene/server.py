"""Comparing a scene with what a server says about its nodes; who asks the server is somebody else's business."""

from collections.abc import Iterable, Mapping
from typing import Protocol

from twinviewer.model.asset import NodeAddress, Tag
from twinviewer.model.notice import Notice
from twinviewer.model.units import same_unit
from twinviewer.scene.draft import Draft


class NodeFacts(Protocol):
    """What a server says about one node. `data_type` is the name of its type ("Double"), "" where unknown."""

    @property
    def exists(self) -> bool: ...
    @property
    def data_type(self) -> str: ...
    @property
    def is_numeric(self) -> bool: ...
    @property
    def is_array(self) -> bool: ...
    @property
    def unit(self) -> str: ...
    @property
    def eu_range(self) -> tuple[float, float] | None: ...


def compare(draft: Draft, facts: Mapping[NodeAddress, NodeFacts]) -> tuple[list[Notice], int]:
    """Findings about tags on the server, and how many assets have at least one tag that is there."""
    findings: list[Notice] = []
    alive: set[str] = set()
    for tag in draft.scene.tags:
        known = facts.get(tag.address)
        if known is not None and known.exists:
            alive.add(tag.asset_id)
            findings.extend(_differences(draft, tag, known))
        elif known is not None:
            text = f"the server has no node {tag.address} for '{tag.name}'."
            remedy = "Correct the node id, or run 'twinviewer bind' for proposals."
            findings.append(Notice("error", text, remedy, _where(draft, tag), "dead-node-id"))
    return findings, len(alive)


def _differences(draft: Draft, tag: Tag, known: NodeFacts) -> Iterable[Notice]:
    where = _where(draft, tag)
    if known.unit and tag.unit and not same_unit(known.unit, tag.unit):
        text = f"'{tag.name}' is in {tag.unit} here, but the server says {known.unit}."
        yield Notice("error", text, "Correct 'unit', and limits and bands with it.", where, "unit")
    elif known.unit and not tag.unit:
        text = f"the server gives '{tag.name}' in {known.unit}; the scene says no unit."
        yield Notice("info", text, f'Write unit = "{known.unit}".', where, "unit")
    yield from _rank(tag, known, where)
    if known.data_type and not known.is_numeric and not tag.is_text:
        text = f"'{tag.name}' is a number here, but the server has {known.data_type}."
        yield Notice(
            "error",
            text,
            "Write 'text = true' (or 'states' with its words), or correct the node id.",
            where,
            "wrong-type",
        )
    if known.is_numeric and tag.is_text and tag.role != "waveform":
        text = f"'{tag.name}' is a text here, but the server has {known.data_type}."
        yield Notice(
            "error",
            text,
            "Take 'text' away (or write 'states' with numbers), or correct the node id.",
            where,
            "wrong-type",
        )
    yield from _range(tag, known, where)


def _rank(tag: Tag, known: NodeFacts, where: str) -> Iterable[Notice]:
    """A waveform is an array of numbers, and nothing else is."""
    if tag.role == "waveform" and known.data_type and not (known.is_array and known.is_numeric):
        what = f"an array of {known.data_type}" if known.is_array else f"a single {known.data_type}"
        text = f"'{tag.name}' is a waveform here, but the server has {what}."
        yield Notice("error", text, "Correct the node id, or the role.", where, "wrong-type")
    elif tag.role != "waveform" and known.is_array:
        text = f"'{tag.name}' is a single value here, but the server has an array of {known.data_type}."
        remedy = 'Write role = "waveform" if it is one, or correct the node id.'
        yield Notice("error", text, remedy, where, "wrong-type")


def _range(tag: Tag, known: NodeFacts, where: str) -> Iterable[Notice]:
    if known.eu_range is None:
        return
    low, high = known.eu_range
    if low >= high:
        return
    limits = (tag.limits.low_low, tag.limits.low, tag.limits.high, tag.limits.high_high)
    beyond = [value for value in limits if value is not None and not low <= value <= high]
    if beyond:
        text = f"the limit {beyond[0]:g} of '{tag.name}' lies outside the server's range {low:g} to {high:g}."
        yield Notice("warning", text, "The value can never reach it: correct one of them.", where, "range")
    elif tag.span is not None and (tag.span[0] > high or tag.span[1] < low):
        text = f"the span of '{tag.name}' has nothing in common with the server's range {low:g} to {high:g}."
        yield Notice("warning", text, "Correct 'span', or leave it out.", where, "range")


def _where(draft: Draft, tag: Tag) -> str:
    return draft.resolved.where.get(tag.name, tag.name)
