"""The alarm book: conditions over the whole tag table, and each alarm's life (ISA-18.2 / IEC 62682)."""

from collections import deque
from collections.abc import Container, Iterable
from dataclasses import replace

import numpy as np

from twinviewer.model.alarm import SERVER, Alarm, AlarmEvent, AlarmState, ServerCondition
from twinviewer.model.errors import TwinError
from twinviewer.model.frame import AssetStates, TagSnapshot
from twinviewer.model.quality import Quality
from twinviewer.model.state import State, Zone
from twinviewer.scene.scene import Scene
from twinviewer.states import same_cause
from twinviewer.states.conditions import Condition, Conditions
from twinviewer.states.server_alarms import ServerConditions

FLOOD_BEGINS = 10  # more alarms than this in ten minutes (EEMUA 191)
FLOOD_ENDS = 5
WINDOW_NS = 600 * 1_000_000_000


class AlarmBook:
    """One alarm per condition; changes only through `update` and a person's actions."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self._conditions = Conditions(scene)
        n = len(self._conditions.rows)
        self._raw = np.zeros(n, bool)
        self._active = np.zeros(n, bool)
        self._pending_ns = np.zeros(n, np.int64)
        self._row = {c.key: i for i, c in enumerate(self._conditions.rows)}
        self._book: dict[str, Alarm] = {}
        self._raised: deque[int] = deque()
        self._alarms: tuple[Alarm, ...] | None = ()
        self._state_tag = {a.index: t for a in scene.assets for t in a.tags if scene.tags[t].role == "state"}
        self._watched = np.array([a.index in self._state_tag for a in scene.assets], bool)
        self._fault_tag = {a.index: t for a in scene.assets for t in a.tags if scene.tags[t].role == "fault_code"}
        self._server = ServerConditions(scene)
        self.flood = False

    @property
    def alarms(self) -> tuple[Alarm, ...]:
        """All alarms that are not normal: the worst first, then the newest."""
        if self._alarms is None:
            self._alarms = tuple(sorted(self._book.values(), key=lambda a: (a.priority, -a.since_ns, a.key)))
        return self._alarms

    @property
    def alarms_10_min(self) -> int:
        """How many alarms were raised in the ten minutes before the last update."""
        return len(self._raised)

    def update(self, snapshot: TagSnapshot, states: AssetStates, now_ns: int) -> list[AlarmEvent]:
        """Look at one evaluated snapshot; returns what changed in any alarm's life."""
        raw, judged = self._conditions_hold(snapshot, states)
        begun = raw & ~self._raw
        self._pending_ns[begun] = now_ns
        self._raw = raw
        active = raw & (self._active | (judged & (now_ns - self._pending_ns >= self._conditions.delay_ns)))
        changed = np.nonzero(active != self._active)[0]
        self._active = active
        events: list[AlarmEvent] = []
        for row in changed:
            condition = self._conditions.rows[row]
            events += (
                self._raise(condition, snapshot, states, now_ns) if active[row] else self._return(condition, now_ns)
            )
        events += self._unshelve_due(now_ns)
        self._count(now_ns)
        return events

    def _conditions_hold(self, snapshot: TagSnapshot, states: AssetStates) -> tuple[np.ndarray, np.ndarray]:
        """Both bool (n_conditions,): which conditions hold, and which of them this snapshot says anything about."""
        c = self._conditions
        assert snapshot.quality is not None
        quality = snapshot.quality[c.tag] if len(c.tag) else np.zeros(0, np.uint8)
        raw, judged = np.zeros(len(c.rows), bool), np.ones(len(c.rows), bool)
        n, m = c.n_limits, c.n_limits + c.n_faults
        level = snapshot.value[c.tag[:n]] * c.sign
        with np.errstate(invalid="ignore"):
            raw[:n] = level > np.where(self._raw[:n], c.bound - c.hysteresis, c.bound)
        stopped = c.gated & self._watched[c.asset[:n]] & (states.state[c.asset[:n]] != State.RUNNING)
        raw[:n] &= ~stopped | self._active[:n]
        # a limit judged by nothing usable keeps its last verdict: losing a signal neither raises nor clears it
        judged[:n] = quality[:n] < Quality.STALE
        raw[:n] = np.where(judged[:n], raw[:n], self._raw[:n])
        fault = states.state[c.asset[n:m]] == State.FAULT
        raw[n:m] = np.where(quality[n:m] < Quality.BAD, fault, self._raw[n:m])
        bad = (snapshot.quality == Quality.BAD) & (c.tag_asset >= 0)
        raw[m:] = np.bincount(c.tag_asset[bad], minlength=len(self.scene.assets))[c.asset[m:]] > 0
        return raw, judged

    def _raise(self, c: Condition, snapshot: TagSnapshot, states: AssetStates, now_ns: int) -> list[AlarmEvent]:
        old = self._book.get(c.key)
        shelved = old is not None and old.state is AlarmState.SHELVED
        alarm = Alarm(
            key=c.key,
            asset_id=self.scene.assets[c.asset].asset_id,
            tag=self.scene.tags[c.tag].name,
            priority=c.priority,
            message=self._message(c, snapshot, states),
            state=AlarmState.SHELVED if shelved else AlarmState.UNACKNOWLEDGED,
            active=True,
            since_ns=now_ns,
            changed_ns=now_ns,
            value=float(snapshot.value[c.tag]),
            limit=c.threshold,
            by=old.by if old and shelved else "",
            reason=old.reason if old and shelved else "",
            until_ns=old.until_ns if old and shelved else 0,
        )
        self._count_one(alarm, now_ns)
        return [self._put(alarm, "raised", now_ns)]

    def _message(self, c: Condition, snapshot: TagSnapshot, states: AssetStates) -> str:
        tag = self.scene.tags[c.tag]
        if c.kind == "fault":
            code = snapshot.text.get(self._fault_tag.get(c.asset, -1), "")
            return f"Fault: {code}" if code else "Fault"
        if c.kind == "signal":
            return self._lost(c, snapshot)
        word = {"low_low": "far below", "low": "below", "high": "above", "high_high": "far above"}[c.kind]
        zone = int(states.zone[c.asset])
        if tag.role == "vibration" and zone >= Zone.C:
            return f"Vibration zone {Zone(zone).name}, {snapshot.value[c.tag]:.1f} {tag.unit}"
        unit = f" {tag.unit}" if tag.unit else ""
        return f"{tag.key} {snapshot.value[c.tag]:.4g}{unit}, {word} {c.threshold:g}{unit}"

    def _lost(self, c: Condition, snapshot: TagSnapshot) -> str:
        assert snapshot.quality is not None
        tags = self.scene.assets[c.asset].tags
        bad = [self.scene.tags[t].key for t in tags if snapshot.quality[t] == Quality.BAD]
        return "All signals lost, bad quality" if len(bad) == len(tags) else f"{', '.join(bad)}: bad quality"

    def _return(self, c: Condition, now_ns: int) -> list[AlarmEvent]:
        alarm = self._book.get(c.key)
        if alarm is None:
            return []
        if alarm.state is AlarmState.ACKNOWLEDGED:
            return [self._drop(replace(alarm, active=False, state=AlarmState.NORMAL, changed_ns=now_ns), now_ns)]
        state = AlarmState.RETURNED_UNACKNOWLEDGED if alarm.state is AlarmState.UNACKNOWLEDGED else alarm.state
        return [self._put(replace(alarm, active=False, state=state, changed_ns=now_ns), "returned", now_ns)]

    def restore(self, alarms: Iterable[Alarm]) -> None:
        """Take over the book of an earlier run, so that a restart forgets no acknowledgement and no shelf."""
        for alarm in alarms:
            row = self._row.get(alarm.key)
            if row is not None and alarm.state is not AlarmState.NORMAL:
                self._book[alarm.key] = alarm
                self._active[row] = self._raw[row] = alarm.active
        self._alarms = None

    def _put(self, alarm: Alarm, what: str, now_ns: int, by: str = "", reason: str = "") -> AlarmEvent:
        self._book[alarm.key] = alarm
        self._alarms = None
        return AlarmEvent(now_ns, what, alarm, by, reason)

    def _drop(self, alarm: Alarm, now_ns: int, by: str = "", what: str = "cleared") -> AlarmEvent:
        self._book.pop(alarm.key, None)
        self._alarms = None
        return AlarmEvent(now_ns, what, alarm, by)

    def on_server(self, condition: ServerCondition, now_ns: int) -> list[AlarmEvent]:
        """An alarm of the server changed."""
        alarm, what = self._server.take(condition, self._book.get(condition.key), now_ns)
        if what == "cleared":
            return [self._drop(alarm, now_ns, alarm.by)]
        if not what:
            return []
        if what == "raised" and now_ns - alarm.since_ns < WINDOW_NS:
            self._count_one(alarm, now_ns)
        return [self._put(alarm, what, now_ns, alarm.by, alarm.reason)]

    def standing_on_server(self, keys: Container[str], now_ns: int) -> list[AlarmEvent]:
        """Of the server's alarms only these stand: what ended while nobody listened is over."""
        gone = [a for a in self._book.values() if a.source == SERVER and a.key not in keys]
        for alarm in gone:
            self._server.forget(alarm.key)
        over = [replace(a, active=False, state=AlarmState.NORMAL, changed_ns=now_ns) for a in gone]
        return [self._drop(alarm, now_ns) for alarm in over]

    def condition(self, key: str) -> ServerCondition | None:
        """The server's condition behind an alarm; None for an alarm of ours. Raises TwinError for none at all."""
        return self._server.newest(self._find(key).key)

    def _find(self, key: str) -> Alarm:
        alarm = self._book.get(key)
        if alarm is None:
            raise TwinError("there is no such alarm any more", key, "It may have ended; look at the alarm list again.")
        return alarm

    def acknowledge(self, key: str, by: str, now_ns: int, reason: str = "") -> list[AlarmEvent]:
        """A person has seen it: an active alarm stays, acknowledged; one that has returned is over."""
        alarm = self._find(key)
        if alarm.source == SERVER:
            raise TwinError("an alarm of the server is acknowledged on the server", key)
        if alarm.state is AlarmState.UNACKNOWLEDGED:
            alarm = replace(alarm, state=AlarmState.ACKNOWLEDGED, by=by, reason=reason, changed_ns=now_ns)
            return [self._put(alarm, "acknowledged", now_ns, by, reason)]
        if alarm.state is AlarmState.RETURNED_UNACKNOWLEDGED:
            done = replace(alarm, state=AlarmState.NORMAL, by=by, reason=reason, changed_ns=now_ns)
            return [AlarmEvent(now_ns, "acknowledged", done, by, reason), self._drop(done, now_ns, by)]
        return []

    def shelve(self, key: str, by: str, reason: str, until_ns: int, now_ns: int) -> list[AlarmEvent]:
        """Put an alarm aside for a time, with a reason; it comes back by itself."""
        if not reason.strip():
            raise TwinError("an alarm is shelved only with a reason", key, "Say why.")
        if until_ns <= now_ns:
            raise TwinError("the shelf must end in the future", key, "Choose a later time.")
        shelved = replace(
            self._find(key), state=AlarmState.SHELVED, by=by, reason=reason, until_ns=until_ns, changed_ns=now_ns
        )
        return [self._put(shelved, "shelved", now_ns, by, reason)]

    def unshelve(self, key: str, by: str, now_ns: int) -> list[AlarmEvent]:
        """Bring a shelved alarm back before its time."""
        alarm = self._find(key)
        if alarm.state is not AlarmState.SHELVED:
            return []
        if not alarm.active:
            return [self._drop(replace(alarm, state=AlarmState.NORMAL, changed_ns=now_ns), now_ns, by, "unshelved")]
        state = self._server.state(key) or AlarmState.UNACKNOWLEDGED
        back = replace(alarm, state=state, by=by, reason="", until_ns=0, changed_ns=now_ns)
        return [self._put(back, "unshelved", now_ns, by)]

    def _unshelve_due(self, now_ns: int) -> Iterable[AlarmEvent]:
        due = [a.key for a in self._book.values() if a.state is AlarmState.SHELVED and a.until_ns <= now_ns]
        return [event for key in due for event in self.unshelve(key, "time", now_ns)]

    def _count_one(self, alarm: Alarm, now_ns: int) -> None:
        """A flood is counted in lines of the list: what stands there already, told by the other side, is no new one."""
        others = [a for a in self._book.values() if a.active and a.asset_id == alarm.asset_id]
        if not any(same_cause.same(a, alarm) or same_cause.same(alarm, a) for a in others):
            self._raised.append(now_ns)

    def _count(self, now_ns: int) -> None:
        while self._raised and self._raised[0] < now_ns - WINDOW_NS:
            self._raised.popleft()
        if len(self._raised) > FLOOD_BEGINS:
            self.flood = True
        elif len(self._raised) < FLOOD_ENDS:
            self.flood = False
