"""One line for one cause: a fault or a passed limit that we see, and that the server raises as an alarm too."""

import re
from collections.abc import Iterable, Iterator, Sequence

from twinviewer.model.alarm import SERVER, Alarm, AlarmEvent, AlarmState, JoinedAlarm

_ASIDE = frozenset({AlarmState.SHELVED, AlarmState.SUPPRESSED, AlarmState.OUT_OF_SERVICE})
# what waits for a person goes before what does not
_URGENCY = (AlarmState.UNACKNOWLEDGED, AlarmState.RETURNED_UNACKNOWLEDGED, AlarmState.ACKNOWLEDGED, *sorted(_ASIDE))


def joined(alarms: tuple[Alarm, ...]) -> tuple[Alarm, ...]:
    """The alarms with those made one that tell the same of the same asset; all others as they are, in order.

    A joined line is as urgent as its more urgent part and stands as long as one of them does. What is not surely the
    same stays apart, and so does one that was set aside from one that was not. The very same tuple where none joins.
    """
    partner = _partners(alarms)
    if not partner:
        return alarms
    taken = {alarm.key for alarm in partner.values()}
    told = (_one(a, partner[a.key]) if a.key in partner else a for a in alarms if a.key not in taken)
    return tuple(sorted(told, key=lambda a: (a.priority, -a.since_ns, a.key)))


def new_lines(events: Iterable[AlarmEvent]) -> Iterator[AlarmEvent]:
    """Those of the changes, in order, that brought another line into the alarm list: not what was raised while the
    other side's alarm told the same already. A flood is counted in these."""
    active: dict[str, Alarm] = {}
    for event in events:
        alarm = event.alarm
        if event.what == "raised" and not any(same(a, alarm) or same(alarm, a) for a in active.values()):
            yield event
        if alarm.active:
            active[alarm.key] = alarm
        else:
            active.pop(alarm.key, None)


def same(ours: Alarm, theirs: Alarm) -> bool:
    """Whether an alarm of the server tells what one of ours tells: the same fault, or the same value beyond a limit of
    the same side. Names alone do not tell it: a limit alarm must say which value it watches and which limit it is."""
    if ours.asset_id != theirs.asset_id or ours.source or theirs.source != SERVER:
        return False
    if (ours.state in _ASIDE or theirs.state in _ASIDE) and ours.state is not theirs.state:
        return False
    if ours.key == f"{ours.asset_id}:fault":
        return _same_fault(ours, theirs)
    return bool(theirs.watches) and _side(ours.key) == _side(theirs.watches)


def _partners(alarms: Sequence[Alarm]) -> dict[str, Alarm]:
    """Key of an alarm of ours -> the alarm of the server that tells it too; of two limits the one that both passed."""
    ours: dict[str, list[Alarm]] = {}
    for alarm in alarms:
        if not alarm.source:
            ours.setdefault(alarm.asset_id, []).append(alarm)
    found: dict[str, Alarm] = {}
    for theirs in (a for a in alarms if a.source == SERVER):
        likely = [a for a in ours.get(theirs.asset_id, ()) if a.key not in found and same(a, theirs)]
        if likely:
            found[min(likely, key=lambda a: (a.key != theirs.watches, a.priority)).key] = theirs
    return found


def _side(limit: str) -> tuple[str, str]:
    """Value and direction of a limit's key: "M-1.Vibration:high_high" and "M-1.Vibration:high" are one side."""
    tag, _, level = limit.rpartition(":")
    return tag, level.partition("_")[0]


def _same_fault(fault: Alarm, alarm: Alarm) -> bool:
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
