"""How a person wants a live source to be used: security, identity, pace."""

import json
from dataclasses import asdict, dataclass, field, fields

from twinviewer.model.errors import FeedError


@dataclass(frozen=True, slots=True)
class FeedOptions:
    """Options of one feed; every field has a safe default.

    `security` is "auto" (the best that the server offers; none only on this machine), "none", or "POLICY,MODE" with
    POLICY Basic256Sha256, Aes128_Sha256_RsaOaep or Aes256_Sha256_RsaPss and MODE Sign or SignAndEncrypt.
    `user` signs on with a password, from `password` or the system keyring; `user_certificate` and `user_key` are
    paths of an X.509 identity instead, whose key `password` opens where it is protected. `trust_all` accepts any
    server certificate (for a first test only); `plain_password` allows a password over a connection that is not
    encrypted.
    `publishing_interval_ms` is how often the server sends, `sampling_interval_ms` how often it looks at those values
    that do not report their changes by themselves.
    `keep_alive_s` is how often a silent server must say that it lives. `allow_write` allows write-back.
    """

    security: str = "auto"
    user: str = ""
    password: str = field(default="", repr=False)
    user_certificate: str = ""
    user_key: str = ""
    trust_all: bool = False
    plain_password: bool = False
    publishing_interval_ms: float = 100.0
    sampling_interval_ms: float = 100.0
    keep_alive_s: float = 0.5
    allow_write: bool = False

    def to_json(self) -> str:
        """All fields, the password too: for a pipe between two processes of one person, never for a file."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "FeedOptions":
        """Options from `to_json`. Raises FeedError."""
        try:
            values = json.loads(text) if text.strip() else {}
            known = {f.name: f.type for f in fields(cls)}
            if not isinstance(values, dict) or set(values) - set(known):
                raise ValueError("unknown option")
            return cls(**values)
        except (ValueError, TypeError) as error:
            raise FeedError(f"the options of the feed cannot be read: {error}") from error
