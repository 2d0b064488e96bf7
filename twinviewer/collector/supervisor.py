"""Runs one feed for ever: tries, waits with growing pauses, tries again, and keeps the totals."""

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from types import ModuleType
from typing import Protocol

from twinviewer.feeds.source import FeedSource, Refused, feed_of
from twinviewer.model.alarm import ServerCondition, StandingConditions
from twinviewer.model.asset import Tag
from twinviewer.model.connection import Connection, Link, without_secret
from twinviewer.model.errors import FeedError, FeedLost, FeedRefused
from twinviewer.model.sample import SampleBatch

FIRST_PAUSE_S = 0.25
LONGEST_PAUSE_S = 5.0
_STEADY_S = 10.0  # a connection that held this long starts the pauses over
_UP = (Link.CONNECTED, Link.DEGRADED)

log = logging.getLogger(__name__)


class Target(Protocol):
    """Who the supervisor works for."""

    def samples(self, batch: SampleBatch) -> None:
        """New samples."""
        ...

    def connection(self, connection: Connection) -> None:
        """The connection changed, or its counters did."""
        ...

    def event(self, event: ServerCondition | StandingConditions) -> None:
        """An alarm of the server itself changed, or it said which ones stand."""
        ...

    def lost(self) -> None:
        """The link is gone: what was good is now the last usable value."""
        ...


class _Chosen(FeedError):
    """The attempt was ended for another one."""


class Supervisor:
    """Between a feed and a target. `run` ends only when it is cancelled."""

    def __init__(
        self,
        source: FeedSource,
        tags: Sequence[Tag],
        target: Target,
        clock_ns: Callable[[], int] = time.time_ns,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self.source = source
        self._tags = tags
        self._target = target
        self._clock_ns = clock_ns
        self._jitter = jitter
        self._again = asyncio.Event()
        self._up_at: float | None = None
        self._heard = False  # whether this attempt brought any sample
        self._failed = False  # whether `why` tells of an attempt that failed
        self._attempt: asyncio.Future[None] | None = None
        self._chosen = False  # whether the attempt was ended because a person chose another source
        self._was_up = False
        self._returning = False
        self._base = Connection()
        self.now = Connection(Link.CONNECTING, "", clock_ns(), without_secret(source.url))

    def try_now(self) -> None:
        """Do not wait for the next attempt: a person acted."""
        self._again.set()

    def use(self, source: FeedSource) -> None:
        """This source from now on, at once: a person chose it."""
        self.source = source
        if self._attempt is not None and not self._attempt.done():
            self._chosen = True
            self._attempt.cancel()
        self._again.set()

    async def run(self) -> None:
        """Try for ever."""
        feed = feed_of(self.source.url)
        pause = FIRST_PAUSE_S
        self._target.connection(self.now)
        while True:
            self._up_at, self._heard = None, False
            self._base = self.now
            self._returning = self._was_up
            wait: float | None = None
            try:
                await self._try(feed)
                failure: FeedError = FeedLost("the source ended", self.source.url)
            except _Chosen as error:
                failure, wait, self._was_up = error, 0.0, False
            except FeedRefused as error:
                failure, wait = error, getattr(error, "retry_s", None)
            except FeedError as error:
                failure = error
            except Exception as error:
                log.exception("the feed failed in an unforeseen way")
                failure = FeedLost(f"internal error: {type(error).__name__}: {error}", self.source.url)
            if self._up_at is not None and time.monotonic() - self._up_at > _STEADY_S:
                pause = FIRST_PAUSE_S
            self._fail(failure)
            if not isinstance(failure, (FeedRefused, _Chosen)):
                wait = pause * (0.5 + 0.5 * self._jitter())
                pause = min(2 * pause, LONGEST_PAUSE_S)
            await self._wait(wait)

    async def _try(self, feed: ModuleType) -> None:
        attempt = self._attempt = asyncio.ensure_future(feed.run(self.source, self._tags, self))
        try:
            await attempt
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if not self._chosen or (task is not None and task.cancelling()):
                raise
            raise _Chosen("the connection is made anew, as it was chosen in a window", self.source.url) from None
        finally:
            self._chosen = False

    async def _wait(self, seconds: float | None) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._again.wait(), seconds)
        self._again.clear()

    def _fail(self, failure: FeedError) -> None:
        refused = isinstance(failure, FeedRefused)
        link = Link.REFUSED if refused else Link.LOST if self._was_up else Link.CONNECTING
        why = " ".join(part for part in (failure.text + ("." if failure.remedy else ""), failure.remedy) if part)
        if link is not self.now.link or why != self.now.why:
            log.warning("%s: %s", link.name.lower(), failure)
        if self._up_at is not None or self._heard:  # first values come before the connection counts as up
            self._target.lost()
        self._failed = True
        self._set(replace(self.now, link=link, why=why))
        if isinstance(failure, Refused) and failure.fingerprint:
            log.warning("unknown server certificate, SHA-256 %s", failure.fingerprint)

    def _set(self, connection: Connection) -> None:
        changed = connection.link is not self.now.link
        self.now = replace(connection, since_ns=self._clock_ns() if changed else self.now.since_ns)
        self._target.connection(self.now)

    # what the feed says -----------------------------------------------------------------------------------------

    def samples(self, batch: SampleBatch) -> None:
        """Count and pass on."""
        self._heard = True
        self.now = replace(self.now, samples=self.now.samples + len(batch))
        self._target.samples(batch)

    def connection(self, connection: Connection) -> None:
        """Add this attempt's counters to the totals; while trying again, what was said before stays."""
        if connection.link in _UP:
            reconnects = self._base.reconnects + self._returning
            if self._up_at is None:
                self._up_at = time.monotonic()
                log.info("connected to %s, security %s", self.source.url, connection.security)
            link, why, self._failed = connection.link, connection.why, False
        else:
            reconnects = self.now.reconnects
            link, why = (self.now.link, self.now.why) if self._failed else (connection.link, connection.why)
        merged = replace(
            connection,
            link=link,
            why=why,
            url=without_secret(self.source.url),
            samples=self.now.samples,
            lost=self._base.lost + connection.lost,
            dropped=self.now.dropped,
            reconnects=reconnects,
        )
        self._set(merged)
        self._was_up = self._was_up or link in _UP

    def event(self, event: ServerCondition | StandingConditions) -> None:
        """Pass on."""
        self._target.event(event)

    def dropped(self, count: int) -> None:
        """Samples were thrown away behind us: `count` in all so far."""
        if count != self.now.dropped:
            self._set(replace(self.now, dropped=count))
