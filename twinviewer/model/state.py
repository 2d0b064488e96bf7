"""The states an asset can be in."""

from enum import IntEnum


class State(IntEnum):
    """What an asset is doing. UNKNOWN means that nobody can say; OFFLINE that it is switched off."""

    UNKNOWN = 0
    OFFLINE = 1
    RUNNING = 2
    IDLE = 3
    SETUP = 4
    BLOCKED = 5
    STARVED = 6
    FAULT = 7
    MAINTENANCE = 8

    @property
    def label(self) -> str:
        """The word on screen."""
        return "No data" if self is State.UNKNOWN else self.name.capitalize()


ABNORMAL_STATES = frozenset({State.BLOCKED, State.STARVED, State.FAULT, State.MAINTENANCE, State.SETUP})


class Zone(IntEnum):
    """Vibration severity zones of ISO 20816-3 (NONE: no sensor or no usable value)."""

    NONE = 0
    A = 1
    B = 2
    C = 3
    D = 4
