"""The states an asset can be in."""

import math
from collections.abc import Mapping
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


def codes_of(states: Mapping[str, State]) -> dict[float, State]:
    """The raw values of a scene's mapping to states that are numbers; words are left out."""
    found: dict[float, State] = {}
    for raw, state in states.items():
        try:
            code = float(raw)
        except ValueError:
            continue
        if math.isfinite(code):
            found[code] = state
    return found


ABNORMAL_STATES = frozenset({State.BLOCKED, State.STARVED, State.FAULT, State.MAINTENANCE, State.SETUP})


class Zone(IntEnum):
    """Vibration severity zones of ISO 20816-3 (NONE: no sensor or no usable value)."""

    NONE = 0
    A = 1
    B = 2
    C = 3
    D = 4
