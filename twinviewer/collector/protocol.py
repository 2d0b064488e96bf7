"""What collector and windows say to each other: JSON lines over 127.0.0.1, after both have proved that they know the
secret in the collector's private folder."""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from twinviewer.model.alarm import Alarm, AlarmState
from twinviewer.model.notice import Notice

if TYPE_CHECKING:
    from cryptography.fernet import Fernet

T = TypeVar("T")

MOST_LINE_BYTES = 4_000_000  # thousands of alarms in one line


class Strange(ValueError):
    """A line that none of us would send."""


def encode(message: Mapping[str, Any]) -> bytes:
    """One message as a line."""
    return json.dumps(message, separators=(",", ":")).encode() + b"\n"


def decode(line: bytes) -> dict[str, Any]:
    """A message from a line. Raises Strange."""
    try:
        message = json.loads(line)
    except ValueError as error:
        raise Strange(f"not a message: {line[:80]!r}") from error
    if not isinstance(message, dict):
        raise Strange(f"not a message: {line[:80]!r}")
    return message


def nonce() -> str:
    """A number used once."""
    return secrets.token_hex(16)


def proof(token: str, role: str, *nonces: str) -> str:
    """What only somebody who knows the token can say about these nonces."""
    return hmac.new(token.encode(), "\0".join((role, *nonces)).encode(), hashlib.sha256).hexdigest()


def proves(claim: object, token: str, role: str, *nonces: str) -> bool:
    """Whether a claim is the proof."""
    return isinstance(claim, str) and hmac.compare_digest(claim, proof(token, role, *nonces))


def seal(text: str, token: str) -> str:
    """A text that only somebody with the token can read: a password may be in it."""
    return _cipher(token).encrypt(text.encode()).decode()


def unseal(sealed: object, token: str) -> str:
    """The text of `seal`. Raises Strange."""
    from cryptography.fernet import InvalidToken

    try:
        return _cipher(token).decrypt(str(sealed).encode()).decode()
    except (InvalidToken, ValueError) as error:
        raise Strange("this was not sealed with our secret") from error


def _cipher(token: str) -> "Fernet":
    from cryptography.fernet import Fernet

    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(f"seal\0{token}".encode()).digest()))


def alarms_message(alarms: tuple[Alarm, ...], flood: bool, alarms_10_min: int) -> dict[str, Any]:
    """The alarm book as it stands."""
    rows = [{**asdict(alarm), "state": int(alarm.state)} for alarm in alarms]
    return {"alarms": rows, "flood": flood, "alarms_10_min": alarms_10_min}


def alarms_of(message: Mapping[str, Any]) -> tuple[Alarm, ...]:
    """The alarms of an `alarms_message`. Raises Strange."""
    try:
        return tuple(_made(Alarm, {**row, "state": AlarmState(row["state"])}) for row in message["alarms"])
    except (KeyError, ValueError, AttributeError, TypeError) as error:
        raise Strange(f"alarms of another version: {error}") from error


def _made(kind: type[T], fields: Any) -> T:
    """A dataclass from what the other side, which may be a newer version, says of it. Raises Strange."""
    known = kind.__dataclass_fields__  # type: ignore[attr-defined]
    try:
        return kind(**{name: value for name, value in fields.items() if name in known})
    except (AttributeError, TypeError) as error:
        raise Strange(f"a message of another version: {error}") from error


@dataclass(frozen=True, slots=True)
class Recorded:
    """Where everything is recorded (`folder`, "" for nowhere), since when (UTC ns), and what is wrong with it, or "".
    `stopped` says that a person ended it: nobody is to begin again without being asked."""

    folder: str = ""
    since_ns: int = 0
    trouble: str = ""
    stopped: bool = False


def recording_message(recorded: Recorded) -> dict[str, Any]:
    """How the recording stands."""
    return {"recording": asdict(recorded)}


def recorded_of(message: Mapping[str, Any]) -> Recorded:
    """What a `recording_message` says. Raises Strange."""
    return _made(Recorded, message["recording"])


def notice_message(notice: Notice) -> dict[str, Any]:
    """A message to a person."""
    return {"notice": asdict(notice)}


def notice_of(message: Mapping[str, Any]) -> Notice:
    """The notice of a `notice_message`. Raises Strange."""
    return _made(Notice, message["notice"])
