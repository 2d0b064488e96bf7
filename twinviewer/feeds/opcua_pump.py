"""Keeps publish requests with the server, decodes what comes back, and notices what was lost."""
# asyncua types its structures with integer and string classes of its own that it does not ask for:
# pyright: reportArgumentType=false, reportAttributeAccessIssue=false, reportPrivateImportUsage=false

import asyncio
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from asyncua import ua
from asyncua.common.utils import Buffer

from twinviewer.feeds.opcua_decode import Changes, Unreadable, decode_publish
from twinviewer.model.errors import FeedLost

IN_FLIGHT = 2  # one on its way while the other waits at the server
_LAST_SEQUENCE = 0xFFFFFFFF
_SKEW_SAMPLES = 32


class Pump:
    """`sink(changes, received_ns)` gets every decoded notification, `events(message, position, size)` the undecoded
    ones of events. `run` ends only by an exception.

    `lost` counts notifications that never came; `gap` is set when one was missed, until somebody clears it.
    `heard_at` is when the server last answered (monotonic seconds), `heard` when each subscription was last heard of.
    """

    def __init__(
        self,
        post: Callable[[Any], "asyncio.Future[Buffer]"],
        sink: Callable[[Changes, int], None],
        clock_ns: Callable[[], int] = time.time_ns,
        events: Callable[[bytes, int, int], None] | None = None,
    ) -> None:
        self._events = events
        self._post = post
        self._sink = sink
        self._clock_ns = clock_ns
        self._next: dict[int, int] = {}
        self._acknowledge: list[ua.SubscriptionAcknowledgement] = []
        self._skews: deque[int] = deque(maxlen=_SKEW_SAMPLES)
        self.in_flight = IN_FLIGHT
        self.lost = 0
        self.gap = False
        self.heard_at = time.monotonic()
        self.heard: dict[int, float] = {}

    @property
    def clock_skew_s(self) -> float:
        """How far the server's clock is ahead of ours; 0 while unknown.

        A message takes time and never less than none, so the largest difference of the last ones is the best.
        """
        return max(self._skews) / 1e9 if self._skews else 0.0

    def excuse(self, now: float) -> None:
        """We were held up ourselves: count silence from now on (monotonic seconds)."""
        self.heard_at = now
        self.heard = dict.fromkeys(self.heard, now)

    def silent_s(self, subscription: int, now: float) -> float:
        """For how long nothing was heard of a subscription; counts from the first time that this is asked."""
        return now - self.heard.setdefault(subscription, now)

    async def run(self) -> None:
        """Ask, take, ask again. Raises FeedLost when the server ends it or cannot be understood."""
        waiting: deque[asyncio.Future[Buffer]] = deque()
        try:
            while True:
                while len(waiting) < self.in_flight:
                    waiting.append(self._request())
                self._take(await waiting[0])
                waiting.popleft()
        finally:
            for future in waiting:
                if not future.cancel() and not future.cancelled():
                    future.exception()  # seen: the line broke under all of them

    def _request(self) -> "asyncio.Future[Buffer]":
        request = ua.PublishRequest()
        request.Parameters.SubscriptionAcknowledgements, self._acknowledge = self._acknowledge, []
        return self._post(request)

    def _fault(self, status: int) -> None:
        name = ua.StatusCode(status).name
        if name == "BadTooManyPublishRequests" and self.in_flight > 1:
            self.in_flight -= 1
        elif name != "BadTimeout":
            raise FeedLost(f"the server ended the subscription ({name})")

    def _take(self, data: Buffer) -> None:
        raw = data._data if isinstance(data._data, bytes) else bytes(data._data)
        try:
            publish = decode_publish(raw, data.cur_pos)
        except Unreadable as error:
            raise FeedLost(str(error)) from error
        received_ns = self._clock_ns()
        self.heard_at = time.monotonic()
        if publish.fault:
            self._fault(publish.result)
            return
        if publish.sent_ns:
            self._skews.append(publish.sent_ns - received_ns)
        self.heard[publish.subscription] = self.heard_at
        self._follow(publish.subscription, publish.sequence, publish.has_data)
        for changes in publish.changes:
            self._sink(changes, received_ns)
        if self._events is not None:
            for pos, size in publish.events:
                self._events(raw, pos, size)
        for status in publish.status_changes:
            raise FeedLost(f"the server ended the subscription ({ua.StatusCode(status).name})")

    def _follow(self, subscription: int, sequence: int, has_data: bool) -> None:
        """Check the sequence number; a keep-alive names that of the next notification."""
        due = self._next.get(subscription)
        if due is not None and sequence != due:
            self.lost += max(1, sequence - due) if sequence > due else 1
            self.gap = True
        self._next[subscription] = sequence
        if has_data:
            self._next[subscription] = 1 if sequence == _LAST_SEQUENCE else sequence + 1
            self._acknowledge.append(ua.SubscriptionAcknowledgement(subscription, sequence))
