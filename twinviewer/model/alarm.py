"""Alarms and their life cycle (ISA-18.2)."""

from dataclasses import dataclass, field
from enum import IntEnum

from twinviewer.model.asset import NodeAddress

SERVER = "server"


class AlarmState(IntEnum):
    """Where an alarm stands in the ISA-18.2 life cycle."""

    NORMAL = 0
    UNACKNOWLEDGED = 1
    ACKNOWLEDGED = 2
    RETURNED_UNACKNOWLEDGED = 3
    SHELVED = 4
    SUPPRESSED = 5
    OUT_OF_SERVICE = 6


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alarm as it stands. `key` is stable ("CMP-321.Vibration:high_high"); `priority` is 1 (worst) to 4.

    `since_ns` is when it became active, `changed_ns` its last change of state. `until_ns` ends a shelf. `source` is ""
    for an alarm of ours and SERVER for one that the server raises, and that only the server acknowledges; `watches`
    is the limit of ours that such a one is about ("CMP-321.Vibration:high"), "" where the server does not say.
    """

    key: str
    asset_id: str
    tag: str
    priority: int
    message: str
    state: AlarmState
    active: bool
    since_ns: int
    changed_ns: int
    value: float = float("nan")
    limit: float = float("nan")
    by: str = ""
    reason: str = ""
    until_ns: int = 0
    source: str = ""
    watches: str = ""


@dataclass(frozen=True, slots=True)
class JoinedAlarm(Alarm):
    """One line of the list for several alarms (`parts`) of one cause; a person acts on the parts."""

    parts: tuple[Alarm, ...] = ()


def parts_of(alarm: Alarm) -> tuple[Alarm, ...]:
    """The alarms that stand behind a line of the list: itself, but for a joined one."""
    return alarm.parts if isinstance(alarm, JoinedAlarm) else (alarm,)


@dataclass(frozen=True, slots=True)
class ServerCondition:
    """A condition of a server as its newest event tells it (OPC UA Part 9). `severity` is 1 to 1000.

    `event_id` names that event for an acknowledgement; `branch` is "" but for an earlier state that still waits.
    Of a limit alarm `input_address` is the value that it watches and `level` the limit that is passed now ("low_low",
    "low", "high", "high_high", "" for none).
    """

    address: NodeAddress
    event_id: bytes
    name: str
    source: str
    message: str
    severity: int
    retain: bool
    active: bool
    acknowledged: bool
    time_ns: int
    source_address: NodeAddress = field(default_factory=NodeAddress)
    comment: str = ""
    user: str = ""
    branch: str = ""
    input_address: NodeAddress = field(default_factory=NodeAddress)
    level: str = ""

    @property
    def key(self) -> str:
        """What an alarm made of it goes by; the same after a restart of the server."""
        return f"{SERVER}:{self.address.uri};{self.address.identifier}" + (f"#{self.branch}" if self.branch else "")


@dataclass(frozen=True, slots=True)
class StandingConditions:
    """After a refresh: of the server's conditions only these (by key) stand."""

    keys: frozenset[str]


@dataclass(frozen=True, slots=True)
class AlarmEvent:
    """One change in an alarm's life, for the record: `what` is "raised", "returned", "acknowledged",
    "shelved", "unshelved", "cleared", or "changed" where only its words, its priority or its limit are others."""

    time_ns: int
    what: str
    alarm: Alarm
    by: str = ""
    reason: str = ""


def priority_of(severity: int) -> int:
    """The four priorities of ISA-18.2 from an OPC UA severity of 1 to 1000 (Part 9: 801-1000 is the highest)."""
    if severity > 800:
        return 1
    if severity > 600:
        return 2
    return 3 if severity > 300 else 4
