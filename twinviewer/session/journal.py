"""What changed while this session looked: states and alarms of every asset, in bounded memory."""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol, runtime_checkable

import numpy as np

from twinviewer.model.alarm import Alarm, AlarmState, parts_of
from twinviewer.model.asset import Asset
from twinviewer.model.errors import TwinError
from twinviewer.model.frame import Frame
from twinviewer.model.note import Note
from twinviewer.model.quality import Quality
from twinviewer.model.state import State

NS = 1_000_000_000
PER_ASSET = 500  # state changes kept of each asset
SHARE_PERIOD_NS = 10 * NS
SHARES = 8640  # a day of them
ALARM_CHANGES = 5000  # alarm changes kept in all
GAP_NS = 15 * NS  # a longer pause between two frames was not seen: nothing is claimed about it

_WORDS = {
    AlarmState.UNACKNOWLEDGED: "raised",
    AlarmState.ACKNOWLEDGED: "acknowledged",
    AlarmState.RETURNED_UNACKNOWLEDGED: "returned to normal",
    AlarmState.SHELVED: "shelved",
    AlarmState.SUPPRESSED: "suppressed",
    AlarmState.OUT_OF_SERVICE: "out of service",
}


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch of one state, from `start_ns` until before `end_ns`."""

    start_ns: int
    end_ns: int
    state: State


@dataclass(frozen=True, slots=True)
class Mark:
    """An alarm that was raised."""

    time_ns: int
    asset_id: str
    priority: int
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that happened to one asset, as a person reads it. `priority` is 0 for a change of state; `noted` says
    that somebody pinned it."""

    time_ns: int
    asset_id: str
    text: str
    state: State = State.UNKNOWN
    priority: int = 0
    noted: bool = False


@runtime_checkable
class Past(Protocol):
    """What a time line asks, whoever knows it: the session for what it has seen, a recording for the rest.

    A source that is a Past is asked instead of the session's journal.
    """

    def seen(self) -> tuple[int, int]:
        """The first and the last moment known (UTC ns), (0, 0) for none."""
        ...

    def bands(self, asset_id: str, from_ns: int, to_ns: int) -> Sequence[Band]:
        """The asset's states between two moments, in order; nothing where nobody knows."""
        ...

    def marks(self, from_ns: int, to_ns: int) -> Sequence[Mark]:
        """Alarms raised between two moments, in order."""
        ...


@runtime_checkable
class Shares(Protocol):
    """A past that also knows the whole plant's states over time."""

    def shares(self, from_ns: int, to_ns: int) -> tuple[np.ndarray, np.ndarray]:
        """Times int64 (k,) (UTC ns) and how many assets were in each state from then on, int64 (k, 9)."""
        ...


@runtime_checkable
class Noted(Protocol):
    """A past that also holds what people pinned to it."""

    def notes(self, from_ns: int, to_ns: int) -> Sequence[Note]:
        """Notes between two moments, in order, also those that were withdrawn."""
        ...


@runtime_checkable
class Reads(Protocol):
    """A past that reads meanwhile and gives what it knows at once: ask again to see more."""

    @property
    def version(self) -> int:
        """Another one whenever more is known."""
        ...

    @property
    def error(self) -> TwinError | None:
        """Why the recording could not be read."""
        ...

    def reading(self, from_ns: int, to_ns: int) -> bool:
        """Whether a part of a stretch is recorded but not known yet."""
        ...

    def next_mark(self, time_ns: int, sign: int) -> tuple[int | None] | None:
        """When the alarm before (`sign` -1) or after (1) a moment was raised, (None,) where there is none.

        None while it is looked for: ask again. Raises TwinError where it cannot be.
        """
        ...


@runtime_checkable
class Seekable(Protocol):
    """A source whose clock can be moved. `speed` is 0 while it stands still; `loop` is a stretch that is repeated."""

    speed: float
    loop: tuple[int, int] | None

    def seek(self, time_ns: int) -> None:
        """Show this moment."""
        ...

    def play(self, speed: float) -> None:
        """Run at `speed` times real time; 0 stops."""
        ...


class Journal:
    """Sees every frame once and keeps what changed. A jump back in time empties it."""

    def __init__(self, assets: Sequence[Asset]) -> None:
        self._ids = [a.asset_id for a in assets]
        self._watched = np.array([bool(a.tags) for a in assets], bool)
        self._row = {a.asset_id: a.index for a in assets}
        self.clear()

    def clear(self) -> None:
        """Forget everything that was seen."""
        self._state = np.full(len(self._ids), 255, np.uint8)
        self._states: dict[int, deque[tuple[int, int]]] = {}
        self._alarms: dict[str, Alarm] = {}
        self._parts: set[str] = set()  # keys of all alarms behind them
        self._changes: deque[Change] = deque(maxlen=ALARM_CHANGES)
        self._marks: deque[Mark] = deque(maxlen=ALARM_CHANGES)
        self._tuple: tuple[Alarm, ...] = ()
        self._counts: deque[tuple[int, np.ndarray]] = deque(maxlen=SHARES)
        self._first_ns = 0
        self._last_ns = 0
        self.known_ns = 0  # the first moment at which the state of any asset was known

    def add(self, frame: Frame) -> None:
        """Compare a frame with the one before."""
        if frame.now_ns < self._last_ns:
            self.clear()
        first = not self._first_ns
        if first:
            self._first_ns = frame.now_ns
        elif frame.now_ns - self._last_ns > GAP_NS:
            self._note_states(np.full(len(self._ids), State.UNKNOWN, np.uint8), self._last_ns, None)
            self._counts.append((self._last_ns, np.zeros(len(State), np.int64)))
        states = frame.assets
        shown = np.where(states.quality >= Quality.STALE, np.uint8(State.UNKNOWN), states.state)
        if not self.known_ns and (shown != State.UNKNOWN).any():
            self.known_ns = frame.now_ns
        self._note_states(shown, frame.now_ns, None if first else states.since_ns)
        if first or frame.now_ns - self._counts[-1][0] >= SHARE_PERIOD_NS:
            counts = np.bincount(shown[self._watched], minlength=len(State)).astype(np.int64)
            self._counts.append((frame.now_ns, counts))
        if first or frame.alarms is not self._tuple:
            self._note_alarms(frame.alarms, frame.now_ns)
        self._last_ns = frame.now_ns

    def _note_states(self, shown: np.ndarray, now_ns: int, since_ns: np.ndarray | None) -> None:
        """Keep what differs. A state may have begun a little before this frame, but never before the one it follows:
        after a silence it is shown from when data came again, unless it changed meanwhile."""
        for row in np.nonzero(shown != self._state)[0].tolist():
            past = self._states.setdefault(row, deque(maxlen=PER_ASSET))
            begun = now_ns
            if since_ns is not None and shown[row] != State.UNKNOWN:
                earliest = max(past[-1][0] if past else 0, self._last_ns - GAP_NS)
                begun = int(since_ns[row]) if earliest < since_ns[row] < now_ns else now_ns
            past.append((begun, int(shown[row])))
        self._state = shown.copy()

    def _note_alarms(self, alarms: tuple[Alarm, ...], now_ns: int) -> None:
        now = {alarm.key: alarm for alarm in alarms}
        parts = {part.key for alarm in alarms for part in parts_of(alarm)}
        for key, alarm in now.items():
            before = self._alarms.get(key)
            if before is alarm:
                continue
            if before is None and key in self._parts:  # it stood in a joined line until now
                continue
            if before is None or (alarm.active and not before.active):
                self._marks.append(Mark(alarm.since_ns, alarm.asset_id, alarm.priority, alarm.message))
                text = alarm.message
                self._changes.append(Change(alarm.since_ns, alarm.asset_id, text, priority=alarm.priority))
            elif before.state is not alarm.state and alarm.state in _WORDS:
                by = f" by {alarm.by}" if alarm.by else ""
                text = f"{alarm.message}: {_WORDS[alarm.state]}{by}"
                self._changes.append(Change(alarm.changed_ns, alarm.asset_id, text, priority=alarm.priority))
        for key, alarm in self._alarms.items():
            if key not in now and not any(part.key in parts for part in parts_of(alarm)):
                text = f"{alarm.message}: over"
                self._changes.append(Change(now_ns, alarm.asset_id, text, priority=alarm.priority))
        self._alarms, self._parts, self._tuple = now, parts, alarms

    def seen(self) -> tuple[int, int]:
        """The first and the last moment seen (UTC ns), (0, 0) before the first frame."""
        return self._first_ns, self._last_ns

    def bands(self, asset_id: str, from_ns: int, to_ns: int) -> list[Band]:
        """The asset's states between two moments, in order. A state without usable data is UNKNOWN."""
        past = list(self._states.get(self._row.get(asset_id, -1), ()))
        ends = [start for start, _ in past[1:]] + [self._last_ns]
        return [
            Band(max(start, from_ns), min(end, to_ns), State(state))
            for (start, state), end in zip(past, ends, strict=False)
            if end > from_ns and start < to_ns and end > start
        ]

    def marks(self, from_ns: int, to_ns: int) -> list[Mark]:
        """Alarms raised between two moments, in order of time."""
        return sorted((m for m in self._marks if from_ns <= m.time_ns <= to_ns), key=lambda m: m.time_ns)

    def shares(self, from_ns: int, to_ns: int) -> tuple[np.ndarray, np.ndarray]:
        """Times int64 (k,) and watched assets in each state from then on, int64 (k, 9); all 0 where nobody looked."""
        found = [(t, c) for t, c in self._counts if from_ns - SHARE_PERIOD_NS <= t <= to_ns]
        if not found:
            return np.empty(0, np.int64), np.empty((0, len(State)), np.int64)
        return np.array([t for t, _ in found], np.int64), np.array([c for _, c in found])

    def changes(self, asset_ids: Iterable[str], until_ns: int, limit: int = 20) -> list[Change]:
        """The newest `limit` changes of these assets until a moment, oldest first. The first state seen is none."""
        wanted = set(asset_ids)
        found = [c for c in self._changes if c.asset_id in wanted and c.time_ns <= until_ns]
        for asset_id in wanted & self._row.keys():
            past = list(self._states.get(self._row[asset_id], ()))
            for i, ((_, before), (start, state)) in enumerate(pairwise(past)):
                begins = i == 0 and before == State.UNKNOWN  # values came for the first time: nothing happened
                if start <= until_ns and not begins:
                    text = f"{State(before).label} → {State(state).label}"
                    found.append(Change(start, asset_id, text, State(state)))
        return sorted(found, key=lambda c: (c.time_ns, c.asset_id))[-limit:]


def neighbours(flow: Sequence[tuple[str, str]], asset_id: str, part_of: Mapping[str, str] | None = None) -> list[str]:
    """The assets that feed this one, then those it feeds, then what it is a part of."""
    found = [up for up, down in flow if down == asset_id] + [down for up, down in flow if up == asset_id]
    parent = (part_of or {}).get(asset_id, "")
    return list(dict.fromkeys([*found, parent] if parent else found))
