"""What a lever is, for those who show one without the engine."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Lever:
    """One thing that can be changed; a scenario holds it as `[lever] "ID" = value`.

    `kind` is "slider" (a number between low and high in steps), "calendar" (a table of days to windows) or "list"
    (names in order). `current` is its value in the model; `station` the station it belongs to, or "".
    """

    id: str
    group: str
    label: str
    kind: str
    current: Any
    unit: str = ""
    low: float = 0.0
    high: float = 0.0
    step: float = 0.0
    station: str = ""
    integer: bool = False
    asset: str = ""
