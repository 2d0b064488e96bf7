"""One line for one cause: a fault that we see in the state of an asset, and that the server raises as an alarm too."""

import re
from collections.abc import Sequence

from twinviewer.model.alarm import SERVER, Alarm, AlarmState, JoinedAlarm

_ASIDE = frozenset({AlarmState.SHELVED, AlarmState.SUPPRESSED, AlarmState.OUT_OF_SERVICE})
# what waits for a person goes before what does not
_URGENCY = (AlarmState.UNACKNOWLEDGED, AlarmState.RETURNED_UNACKNOWLEDGED, AlarmState.ACKNOWLEDGED, *sorted(_ASIDE))


def joined(alarms: tuple[Alarm, ...]) -> tuple[Alarm, ...]:
    """The alarms with those made one that tell the same fault of the same asset; all others as they are, in order.

    A joined line is as urgent as its more urgent part and stands as long as one of them does. What is not surely the
    same stays apart, and so does one that was set aside from one that was not. The very same tuple where none joins.
    """
    partner = _partners(alarms)
    if not partner:
        return alarms
    taken = {alarm.key for alarm in partner.values()}
    told = (_one(a, partner[a.key]) if a.key in partner else a for a in alarms if a.key not in taken)
    return tuple(sorted(told, key=lambda a: (a.priority, -a.since_ns, a.key)))


def _partners(alarms: Sequence[Alarm]) -> dict[str, Alarm]:
    """Key of a fault of ours -> the alarm of the server that tells it too."""
    theirs = [a for a in alarms if a.source == SERVER]
    if not theirs:
        return {}
    faults = {a.asset_id: a for a in alarms if not a.source and a.key == f"{a.asset_id}:fault"}
    found: dict[str, Alarm] = {}
    for alarm in theirs:
        fault = faults.get(alarm.asset_id)
        if fault is not None and fault.key not in found and _same(fault, alarm):
            found[fault.key] = alarm
    return found


def _same(fault: Alarm, alarm: Alarm) -> bool:
    if (fault.state in _ASIDE or alarm.state in _ASIDE) and fault.state is not alarm.state:
        return False
    text = _plain(fault.message.removeprefix("Fault"))
    if not text:  # the asset has no fault code: only a condition that is called a fault is the same
        return _plain(alarm.tag) == "fault"
    about = _plain(fault.asset_id)
    return text in (_plain(alarm.message), _plain(alarm.message).removeprefix(about), _plain(alarm.tag))


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold())


def _one(ours: Alarm, theirs: Alarm) -> JoinedAlarm:
    parts = (ours, theirs)
    return JoinedAlarm(
        key=ours.key,
        asset_id=ours.asset_id,
        tag=ours.tag,
        priority=min(a.priority for a in parts),
        message=f"{ours.message}, on the server too",
        state=min((a.state for a in parts), key=_URGENCY.index),
        active=any(a.active for a in parts),
        since_ns=min(a.since_ns for a in parts),
        changed_ns=max(a.changed_ns for a in parts),
        value=ours.value,
        limit=ours.limit,
        by=ours.by,
        reason=ours.reason,
        until_ns=min(a.until_ns for a in parts),
        parts=parts,
    )
