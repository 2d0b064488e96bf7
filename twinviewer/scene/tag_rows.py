"""Tag templates become Tag rows."""

from collections.abc import Mapping
from dataclasses import dataclass

from twinviewer.model.asset import Limits, NodeAddress, Tag
from twinviewer.model.state import State, codes_of
from twinviewer.scene.manifest import TagEntry

_STATES = {name.name.lower(): name for name in State}
# What the plant and most simple servers send: the standard numbering of docs/engineers.md.
STANDARD_STATES: Mapping[str, State] = {
    str(number): state
    for number, state in enumerate(
        (
            State.OFFLINE, State.RUNNING, State.IDLE, State.SETUP,
            State.BLOCKED, State.STARVED, State.FAULT, State.MAINTENANCE,
        )
    )
}  # fmt: skip
_TEXT_ROLES = {"product", "order", "fault_code", "waveform"}  # of a waveform, how long it is


@dataclass(frozen=True, slots=True)
class Facts:
    """What the tags of one template share."""

    limits: Limits
    states: Mapping[str, State]
    is_text: bool


def facts_of(entry: TagEntry) -> Facts:
    """What all tags of one template have."""
    states = {raw: _STATES[name] for raw, name in entry.states.items()}
    if entry.role == "state" and not states:
        states = dict(STANDARD_STATES)
    words = entry.role == "state" and len(codes_of(states)) < len(states)
    is_text = entry.text or entry.role in _TEXT_ROLES or words
    return Facts(Limits(**entry.limits.model_dump()), states, is_text)


def make_tag(index: int, asset_id: str, key: str, entry: TagEntry, facts: Facts, address: NodeAddress) -> Tag:
    """The row of one tag."""
    return Tag(
        index=index,
        name=f"{asset_id}.{key}",
        key=key,
        asset_id=asset_id,
        address=address,
        role=entry.role,
        unit=entry.unit,
        limits=facts.limits,
        normal=entry.normal,
        span=entry.span,
        stale_after_s=entry.stale_after_s,
        states=facts.states,
        is_text=facts.is_text,
        settable=entry.settable,
        sampling_hz=entry.sampling_hz or 0.0,
        band_hz=entry.band_hz,
    )
