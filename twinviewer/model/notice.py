"""Messages to the person at the screen."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Notice:
    """`level` is "info", "warning" or "error"; `text` what happened; `remedy` what to do; `key` joins a
    failure with its recovery, so that each is said once."""

    level: str
    text: str
    remedy: str = ""
    where: str = ""
    key: str = ""
    time_ns: int = 0
