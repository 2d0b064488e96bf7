"""The state of the connection to the plant."""

from dataclasses import dataclass
from enum import IntEnum


def without_secret(url: str) -> str:
    """An address as it may be shown and kept: a password in it is left out."""
    scheme, sep, rest = url.partition("://")
    place, slash, path = rest.partition("/")
    who, at, host = place.rpartition("@")
    return f"{scheme}{sep}{who.partition(':')[0]}{at}{host}{slash}{path}"


class Link(IntEnum):
    """How the connection stands."""

    NONE = 0  # no feed was asked for
    CONNECTING = 1
    CONNECTED = 2
    DEGRADED = 3  # works, but something is missing: `why`
    LOST = 4  # since `since_ns`
    REFUSED = 5  # a person must act: `why`
    COLLECTOR_LOST = 6  # the collector process does not answer


@dataclass(frozen=True, slots=True)
class Connection:
    """What is known about the feed. Counts are since the collector started.

    `samples` received, `lost` notifications known to be lost, `dropped` samples thrown away by bounded queues,
    `reconnects`, `bad_items` tags the server refused. `security` is shown as it is ("None", "Basic256Sha256,
    SignAndEncrypt").
    """

    link: Link = Link.NONE
    why: str = ""
    since_ns: int = 0
    url: str = ""
    security: str = ""
    samples: int = 0
    lost: int = 0
    dropped: int = 0
    reconnects: int = 0
    bad_items: int = 0
    clock_skew_s: float = 0.0
