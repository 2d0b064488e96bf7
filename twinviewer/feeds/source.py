"""What a live source is given, where it delivers, and how it says no."""

from dataclasses import dataclass, field
from types import ModuleType
from typing import Protocol

from twinviewer.discovery import modules_of
from twinviewer.feeds.options import FeedOptions
from twinviewer.model.alarm import ServerCondition, StandingConditions
from twinviewer.model.connection import Connection
from twinviewer.model.errors import FeedError, FeedRefused
from twinviewer.model.sample import SampleBatch

ANOTHER_CERTIFICATE = "another certificate than the one that was trusted before"  # the window looks for it in `why`


@dataclass(frozen=True, slots=True)
class FeedSource:
    """Where to connect, and how."""

    url: str
    options: FeedOptions = field(default_factory=FeedOptions)


class FeedSink(Protocol):
    """Where a source delivers. Calls must return at once; they come from the loop that the source runs in."""

    def samples(self, batch: SampleBatch) -> None:
        """New samples."""
        ...

    def connection(self, connection: Connection) -> None:
        """How this attempt stands. Counters are those of this attempt; url and since are filled in by the caller."""
        ...

    def event(self, event: ServerCondition | StandingConditions) -> None:
        """An alarm of the server itself changed, or it said which ones stand."""
        ...


class Refused(FeedRefused):
    """The server, or we, said no. `retry_s` is when trying again may help without a person; None: never.

    `fingerprint` names the server certificate that a person may accept, "" where that would not help.
    """

    def __init__(self, text: str, where: str = "", remedy: str = "", *, retry_s: float | None = None) -> None:
        super().__init__(text, where, remedy)
        self.retry_s = retry_s
        self.fingerprint = ""


@dataclass(frozen=True, slots=True)
class Written:
    """What became of a write: the server's status and what was read back."""

    status: int
    value: float
    text: str
    read_back: bool


def feed_of(url: str) -> ModuleType:
    """The module that serves this address. Raises FeedError."""
    scheme = url.partition("://")[0].lower()
    feeds = {s: module for module in modules_of("twinviewer.feeds").values() for s in getattr(module, "SCHEMES", ())}
    if "://" not in url or scheme not in feeds:
        known = ", ".join(f"{name}://…" for name in sorted(feeds))
        raise FeedError("this address is not one of a live source", url, f"Use one of {known}")
    return feeds[scheme]
