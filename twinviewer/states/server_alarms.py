"""Conditions of a server (OPC UA Part 9) as alarms of the list: whose they are, where they stand, what changed."""

import re
from dataclasses import replace

from twinviewer.model.alarm import SERVER, Alarm, AlarmState, ServerCondition, priority_of
from twinviewer.scene.scene import Scene


class ServerConditions:
    """Turns conditions into alarms. Remembers the newest event of each, which an acknowledgement must name."""

    def __init__(self, scene: Scene) -> None:
        self._names = {_folded(name): a.asset_id for a in scene.assets for name in (a.name, a.asset_id)}
        self._tags = {(t.address.uri, t.address.identifier): t for t in scene.tags if t.address.identifier}
        self._newest: dict[str, ServerCondition] = {}

    def newest(self, key: str) -> ServerCondition | None:
        """The condition behind an alarm, as its last event told it."""
        return self._newest.get(key)

    def take(self, condition: ServerCondition, old: Alarm | None, now_ns: int) -> tuple[Alarm, str]:
        """The alarm as it stands now, and what that changed ("" for nothing); NORMAL where it is over."""
        new = self._alarm(condition, old, now_ns)
        if new.state is AlarmState.NORMAL:
            self._newest.pop(condition.key, None)
            return new, "cleared" if old is not None else ""
        self._newest[condition.key] = condition
        return new, _change(old, new)

    def state(self, key: str) -> AlarmState | None:
        """Where the server says that it stands; None for what is no alarm of the server."""
        condition = self._newest.get(key)
        return None if condition is None else _state(condition)

    def forget(self, key: str) -> None:
        """It does not stand any more."""
        self._newest.pop(key, None)

    def _alarm(self, condition: ServerCondition, old: Alarm | None, now_ns: int) -> Alarm:
        time_ns = condition.time_ns or now_ns
        lasting = old is not None and old.active and condition.active
        alarm = Alarm(
            key=condition.key,
            asset_id=self._owner(condition),
            tag=condition.name,
            priority=priority_of(condition.severity),
            message=condition.message or condition.name,
            state=_state(condition),
            active=condition.active,
            since_ns=old.since_ns if old is not None and (lasting or not condition.active) else time_ns,
            changed_ns=time_ns,
            by=condition.user,
            reason=condition.comment,
            source=SERVER,
            watches=self._watches(condition) or (old.watches if old is not None else ""),
        )
        if old is not None and old.state is AlarmState.SHELVED and alarm.state is not AlarmState.NORMAL:
            return replace(alarm, state=old.state, by=old.by, reason=old.reason, until_ns=old.until_ns)
        return alarm

    def _watches(self, condition: ServerCondition) -> str:
        """The limit of ours that a limit alarm is about; "" where no limit is passed or the value is none of ours."""
        tag = self._tags.get((condition.input_address.uri, condition.input_address.identifier))
        return f"{tag.name}:{condition.level}" if tag is not None and condition.level else ""

    def _owner(self, condition: ServerCondition) -> str:
        """The asset that the condition is about; its source's own name where the scene does not have it."""
        for address in (condition.source_address, condition.input_address, condition.address):
            if (address.uri, address.identifier) in self._tags:
                return self._tags[address.uri, address.identifier].asset_id
        plain = [a.identifier.partition("=")[2] for a in (condition.source_address, condition.address)]
        texts = [condition.source, *plain]
        for text in texts:
            if _folded(text) in self._names:
                return self._names[_folded(text)]
        for text in texts:  # "CNC-102/Spindle", "Machines.CNC-102.Alarm"
            for step in re.split(r"[/.:|\\]", text):
                if _folded(step) in self._names:
                    return self._names[_folded(step)]
        return condition.source


def _folded(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.casefold())


def _state(condition: ServerCondition) -> AlarmState:
    if not condition.retain and not condition.active:  # some servers retain no alarm that was acknowledged
        return AlarmState.NORMAL
    if condition.acknowledged:
        return AlarmState.ACKNOWLEDGED if condition.active else AlarmState.NORMAL
    return AlarmState.UNACKNOWLEDGED if condition.active else AlarmState.RETURNED_UNACKNOWLEDGED


def _change(old: Alarm | None, new: Alarm) -> str:
    if old is None or (new.active and not old.active):
        return "raised"
    if old.active and not new.active:
        return "returned"
    if old.state is not new.state and new.state is AlarmState.ACKNOWLEDGED:
        return "acknowledged"
    before, after = ((a.message, a.priority, a.state, a.watches) for a in (old, new))
    return "" if before == after else "changed"
