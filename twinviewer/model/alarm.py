"""Alarms and their life cycle (ISA-18.2)."""

from dataclasses import dataclass
from enum import IntEnum


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

    `since_ns` is when it became active, `changed_ns` its last change of state. `until_ns` ends a shelf.
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


@dataclass(frozen=True, slots=True)
class AlarmEvent:
    """One change in an alarm's life, for the record: `what` is "raised", "returned", "acknowledged",
    "shelved", "unshelved", "cleared"."""

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
