"""One simulated run as a source: the states, queues and power that the flow model says, and nothing of the plant."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from twinviewer.model.connection import Connection, Link
from twinviewer.model.errors import TwinError
from twinviewer.model.frame import TagSnapshot
from twinviewer.model.state import State, codes_of
from twinviewer.scene.scene import Scene
from twinviewer.session.journal import Band, Mark
from twinviewer.session.sources import Polled

NS = 1_000_000_000
SLOWEST, FASTEST = 0.1, 1000.0
_STEPS = 240  # of shares
Put = Callable[[str, str, float | str, float], None]


@dataclass(frozen=True)
class Track:
    """One machine of a run: from `time_s` on (float64 (k,), s from the start, ascending) it is in `state` (uint8 (k,),
    `State`); `power_kw` by state, float64 (9,)."""

    asset: str
    time_s: np.ndarray
    state: np.ndarray
    power_kw: np.ndarray


@dataclass(frozen=True)
class Queue:
    """Parts before one station: `count` int64 (k,) from `time_s` on. `asset` shows it; `room` is None for unlimited."""

    asset: str
    station: str
    time_s: np.ndarray
    count: np.ndarray
    room: int | None = None


@dataclass(frozen=True)
class Run:
    """What one replication of a scenario did. `bottleneck` are the assets of the station that holds all others up."""

    title: str
    start_ns: int
    length_s: float
    tracks: tuple[Track, ...]
    queues: tuple[Queue, ...]
    bottleneck: tuple[str, ...] = ()


def _from_the_start(t: Track) -> Track:
    """The same from the start of the run on: a machine waits for parts until it first changes its state."""
    if len(t.time_s) and t.time_s[0] <= 0:
        return t
    state = np.append(np.uint8(State.STARVED), t.state).astype(np.uint8)
    return Track(t.asset, np.append(0.0, t.time_s), state, t.power_kw)


class RunSource:
    """A run with a clock of its own: seekable, and a past for the time line. Assets outside the model stay unknown."""

    name = "simulation"

    def __init__(self, run: Run, scene: Scene) -> None:
        self.run = run
        self.speed = 0.0
        self.loop: tuple[int, int] | None = None
        self._scene = scene
        rows = {a.asset_id: a.index for a in scene.assets}
        self._tracks = [_from_the_start(t) for t in run.tracks if t.asset in rows]
        self._queues = [q for q in run.queues if q.asset in rows]
        self._rows = rows
        self._tags = {(t.asset_id, t.role): t for t in reversed(scene.tags)}
        self._raw = {t.asset: self._raw_of(t.asset) for t in self._tracks}
        self._machines = {t.asset for t in self._tracks}
        self._at_s = 0.0
        self._wall_ns: int | None = None
        self._jumped = True

    def _raw_of(self, asset: str) -> dict[int, float | str]:
        """The raw value, a number or a word, by which the asset's state tag says each state that it can say."""
        tag = self._tags.get((asset, "state"))
        if tag is None:
            return {}
        if tag.is_text:
            return {int(state): raw for raw, state in tag.states.items()}
        return {int(state): code for code, state in codes_of(tag.states).items()}

    # the clock ---------------------------------------------------------------------------------------------------

    @property
    def at_ns(self) -> int:
        """The moment that is shown (UTC ns)."""
        return self.run.start_ns + round(self._at_s * NS)

    def seen(self) -> tuple[int, int]:
        """Beginning and end of the run (UTC ns)."""
        return self.run.start_ns, self.run.start_ns + round(self.run.length_s * NS)

    def seek(self, time_ns: int) -> None:
        """Show this moment, or the nearest one of the run."""
        self._at_s = min(max((time_ns - self.run.start_ns) / NS, 0.0), self.run.length_s)
        self._jumped = True

    def play(self, speed: float) -> None:
        """Run at 1/10 to 1,000 times real time; 0 stops. At its end it stops by itself."""
        self.speed = 0.0 if speed <= 0 else min(max(speed, SLOWEST), FASTEST)
        self._wall_ns = None

    def _advance(self, now_ns: int) -> None:
        before, self._wall_ns = self._wall_ns, now_ns
        if not self.speed or before is None:
            return
        self._at_s += max(0, now_ns - before) / NS * self.speed
        if self.loop is not None and self.at_ns >= self.loop[1]:
            self.seek(self.loop[0])
        elif self._at_s >= self.run.length_s:
            self._at_s, self.speed = self.run.length_s, 0.0

    # a source ----------------------------------------------------------------------------------------------------

    def poll(self, now_ns: int) -> Polled:
        """The run at its moment; `now_ns` is the wall clock that drives it."""
        self._advance(now_ns)
        time_ns = self.at_ns
        jumped, self._jumped = self._jumped, False
        connection = Connection(Link.CONNECTED, self.run.title, self.run.start_ns)
        return Polled(time_ns, self._snapshot(time_ns), connection, jumped=jumped, remarks=self._remarks())

    def _snapshot(self, time_ns: int) -> TagSnapshot:
        n = len(self._scene.tags)
        value, stamp = np.full(n, np.nan), np.zeros(n, np.int64)
        text: dict[int, str] = {}

        def put(asset: str, role: str, what: float | str, since_s: float) -> None:
            tag = self._tags.get((asset, role))
            if tag is None or what != what:
                return
            if isinstance(what, str):
                text[tag.index] = what
            else:
                value[tag.index] = what
            stamp[tag.index] = self.run.start_ns + round(since_s * NS)

        for t in self._tracks:
            state, since_s = self._state(t)
            put(t.asset, "state", self._raw[t.asset].get(state, np.nan), since_s)
            put(t.asset, "power", float(t.power_kw[state]), self._at_s)
        for q in self._queues:
            count = self._count(q)
            put(q.asset, "queue", float(count), self._at_s)
            if q.asset not in self._machines:  # a conveyor: full, it stands
                full = q.room is not None and count >= q.room > 0
                self._put_belt(put, q.asset, State.BLOCKED if full else State.RUNNING)
        received = np.where(stamp > 0, time_ns, 0)
        status = np.where(stamp > 0, 0, 0x80000000).astype(np.uint32)
        return TagSnapshot(value, status, stamp, stamp, received, text)

    def _put_belt(self, put: Put, asset: str, state: State) -> None:
        raw = self._raw.setdefault(asset, self._raw_of(asset))
        put(asset, "state", raw.get(int(state), np.nan), self._at_s)

    def _state(self, t: Track) -> tuple[int, float]:
        k = int(np.searchsorted(t.time_s, self._at_s, side="right")) - 1
        return int(t.state[k]), float(t.time_s[k])

    def _count(self, q: Queue) -> int:
        k = int(np.searchsorted(q.time_s, self._at_s, side="right")) - 1
        return int(q.count[k]) if k >= 0 else 0

    def _remarks(self) -> dict[int, str]:
        """Words at assets of the picture: the bottleneck, and queues where parts wait."""
        found = {self._rows[a]: "Bottleneck" for a in self.run.bottleneck if a in self._rows}
        for q in self._queues:
            count, row = self._count(q), self._rows[q.asset]
            if count:
                text = f"{count} of {q.room} waiting" if q.room else f"{count} waiting"
                found[row] = f"{found[row]} · {text}" if row in found else text
        return found

    def command(self, name: str, **arguments: object) -> None:
        """Nothing can be done in a simulation. Raises TwinError."""
        raise TwinError("this is a simulation: nothing can be done to the plant in it", name, "Go back to live first.")

    def close(self) -> None:
        """Nothing is held."""

    # a past ------------------------------------------------------------------------------------------------------

    def bands(self, asset_id: str, from_ns: int, to_ns: int) -> list[Band]:
        """The machine's states between two moments, in order."""
        track = next((t for t in self._tracks if t.asset == asset_id), None)
        if track is None:
            return []
        from_s, to_s = self._inside(from_ns, to_ns)
        first = max(0, int(np.searchsorted(track.time_s, from_s, side="right")) - 1)
        last = int(np.searchsorted(track.time_s, to_s))
        begin = np.maximum(track.time_s[first:last], from_s)
        end = np.append(begin[1:], to_s)
        to = self.run.start_ns
        return [
            Band(to + round(a * NS), to + round(b * NS), State(int(s)))
            for a, b, s in zip(begin, end, track.state[first:last], strict=True)
            if b > a
        ]

    def shares(self, from_ns: int, to_ns: int) -> tuple[np.ndarray, np.ndarray]:
        """Times int64 (k,) and how many machines were in each state from then on, int64 (k, 9)."""
        from_s, to_s = self._inside(from_ns, to_ns)
        if to_s <= from_s:
            return np.zeros(0, np.int64), np.zeros((0, len(State)), np.int64)
        time = np.linspace(from_s, to_s, _STEPS, endpoint=False)
        counts = np.zeros((_STEPS, len(State)), np.int64)
        for t in self._tracks:
            k = np.searchsorted(t.time_s, time, side="right") - 1
            counts[np.arange(_STEPS), t.state[k]] += 1
        return self.run.start_ns + (time * NS).astype(np.int64), counts

    def marks(self, from_ns: int, to_ns: int) -> Sequence[Mark]:
        """A simulation raises no alarms."""
        return ()

    def _inside(self, from_ns: int, to_ns: int) -> tuple[float, float]:
        first, last = self.seen()
        return (max(from_ns, first) - first) / NS, (min(to_ns, last) - first) / NS
