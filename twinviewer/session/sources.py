"""Where a session's samples come from: the protocol, the live collector, and nothing at all."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import numpy as np

from twinviewer.model.alarm import Alarm
from twinviewer.model.connection import Connection, Link
from twinviewer.model.frame import TagSnapshot
from twinviewer.model.notice import Notice

if TYPE_CHECKING:
    from twinviewer.collector.link import CollectorLink
    from twinviewer.collector.protocol import Recorded


@dataclass(frozen=True, slots=True)
class Polled:
    """What a source knows now. `now_ns` is the moment it speaks of: the wall clock when live, the past in replay.

    `jumped` says that it has nothing to do with the moment before, whose memory (zones, since when) must go.
    `remarks` are words of the source at assets (their rows), such as how many parts wait there.
    """

    now_ns: int
    snapshot: TagSnapshot
    connection: Connection
    alarms: tuple[Alarm, ...] = ()
    flood: bool = False
    alarms_10_min: int = 0
    notices: list[Notice] = field(default_factory=list)
    jumped: bool = False
    remarks: Mapping[int, str] = field(default_factory=dict)


class Source(Protocol):
    """Anything a session can look at. `name` is "live", "replay", "simulation", "training" or "none"."""

    name: str

    def poll(self, now_ns: int) -> Polled:
        """The newest there is; never blocks."""
        ...

    def command(self, name: str, **arguments: object) -> None:
        """A person's action ("acknowledge", "shelve", "unshelve", …); raises TwinError where it is not possible."""
        ...

    def close(self) -> None:
        """Let go of everything."""
        ...


def empty_snapshot(tags: int) -> TagSnapshot:
    """A table in which no tag ever had a sample."""
    zeros = np.zeros(tags, np.int64)
    return TagSnapshot(np.full(tags, np.nan), np.zeros(tags, np.uint32), zeros, zeros, zeros)


class NoSource:
    """A scene without a feed: every asset is unknown."""

    name = "none"

    def __init__(self, tags: int) -> None:
        self._snapshot = empty_snapshot(tags)

    def poll(self, now_ns: int) -> Polled:
        """Always the same emptiness."""
        return Polled(now_ns, self._snapshot, Connection(Link.NONE, "no feed is connected"))

    def command(self, name: str, **arguments: object) -> None:
        """Nothing to act on: there are no alarms without a feed."""

    def close(self) -> None:
        """Nothing is held."""


class LiveSource:
    """The plant as the collector sees it."""

    name = "live"

    def __init__(self, link: "CollectorLink") -> None:
        self.link = link

    @property
    def may_write(self) -> bool:
        """Whether this window was opened with leave to write to the plant; the collector has the last word."""
        return self.link.may_write

    @property
    def recorded(self) -> "Recorded":
        """Where the collector records, since when, and what is wrong with it."""
        return self.link.recorded

    def poll(self, now_ns: int) -> Polled:
        """One read of the shared table, and what the collector said since."""
        link = self.link
        link.poll()
        connection = link.table.connection()
        if not link.alive:
            connection = Connection(
                Link.COLLECTOR_LOST, "the collector process does not answer", link.dead_since_ns, connection.url
            )
        notices, link.notices[:] = list(link.notices), []
        return Polled(now_ns, link.table.read(), connection, link.alarms, link.flood, link.alarms_10_min, notices)

    def command(self, name: str, **arguments: object) -> None:
        """Handed to the collector, which owns the alarm book."""
        self.link.send(name, **arguments)

    def close(self) -> None:
        """Leave the collector; the last window to leave stops it."""
        self.link.close()
