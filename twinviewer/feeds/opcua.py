"""The OPC UA feed: one session from connecting to its end, every sample in batches."""
# asyncua types its structures with integer and string classes of its own that it does not ask for:
# pyright: reportArgumentType=false, reportAttributeAccessIssue=false, reportPrivateImportUsage=false

import asyncio
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from typing import Any

from asyncua import ua
from asyncua.ua.ua_binary import struct_from_binary

from twinviewer.feeds import opcua_items as subscriptions
from twinviewer.feeds import opcua_missing as missing
from twinviewer.feeds.opcua_addresses import resolve
from twinviewer.feeds.opcua_client import Opened, broken, close, open_session, post, send
from twinviewer.feeds.opcua_delivery import Delivery
from twinviewer.feeds.opcua_events import Events, acknowledge
from twinviewer.feeds.opcua_items import Item, Limits, Subscriptions, is_bad
from twinviewer.feeds.opcua_pump import Pump
from twinviewer.feeds.opcua_write import write
from twinviewer.feeds.source import FeedSink, FeedSource
from twinviewer.feeds.trust import TrustStore
from twinviewer.model.asset import Tag
from twinviewer.model.connection import Connection, Link
from twinviewer.model.errors import FeedLost

__all__ = ["SCHEMES", "acknowledge", "run", "write"]

SCHEMES = ("opc.tcp",)

_LOOK_S = 0.25  # how often the state of the session is looked at
_LATE_S = 0.5  # we ourselves were held up: what waits in the socket must be read before the server is blamed
_REPORT_S = 1.0
_RETRY_S = 30.0  # nodes that were refused are asked for again: a controller may be loading its program
_SILENCE = 3.0  # keep-alives that may be late
_LEAST_SILENCE_S = 1.0
_LONG_KEEP_ALIVE_S = 5.0  # beyond this the server is asked instead of awaited
_PROBE_TIMEOUT_S = 3.0
_QUEUE = 5  # changes that the server keeps of one tag between two notifications; 0 would mean its own maximum


async def run(
    source: FeedSource,
    tags: Sequence[Tag],
    put: FeedSink,
    *,
    store: TrustStore | None = None,
    clock_ns: Callable[[], int] = time.time_ns,
) -> None:
    """Watch all tags until cancelled. Raises FeedLost or FeedRefused; the caller tries again."""
    put.connection(Connection(Link.CONNECTING, "opening a session"))
    opened = await open_session(source, store)
    live = _Live(source, opened, tags, put, clock_ns)
    politely = False
    try:
        await live.run()
    except asyncio.CancelledError:
        politely = True
        raise
    except (ua.UaError, OSError) as error:
        raise broken(error, source.url) from error
    finally:
        await close(opened.client, politely)


async def _together(*works: Coroutine[Any, Any, None]) -> None:
    """Run until the first of them ends, and end as it did."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class _Live:
    """One session while it stands."""

    def __init__(
        self, source: FeedSource, opened: Opened, tags: Sequence[Tag], put: FeedSink, clock_ns: Callable[[], int]
    ) -> None:
        self._source = source
        self._client = opened.client
        self._session = opened.client.uaclient.session
        self._tags = sorted(tags, key=lambda tag: (tag.key, tag.index))  # equal types together decode faster
        self._names = {tag.index: tag.name for tag in tags}
        self._put = put
        self._standing = Connection(Link.CONNECTING, security=opened.security)
        self._note = opened.note
        self._uris: list[str] = []
        self._absent: list[str] = []  # namespaces that the server does not have
        self._delivery = Delivery(tags, put, clock_ns)
        self._looked_for = 0  # so many of the nodes were looked for in this round
        self._nodes: dict[int, ua.NodeId] = {}
        self._refused: dict[int, int] = {}
        self._made = Subscriptions()
        self._events = Events(opened.client, put)
        self._pump = Pump(lambda request: post(self._client, request), self._delivery.take, clock_ns, self._events.take)

    async def run(self) -> None:
        """Subscribe, then watch the line until it breaks."""
        self._put.connection(replace(self._standing, why=f"subscribing to {len(self._tags):,} tags"))
        await _together(self._serve(), self._take_notifications())

    async def _take_notifications(self) -> None:
        await self._made.first.wait()  # a publish request before the first subscription would be refused
        await self._pump.run()

    async def _serve(self) -> None:
        limits = await subscriptions.limits_of(self._session)
        items = await self._resolve(self._tags, limits)
        options = self._source.options
        self._refuse(await subscriptions.watch(self._client, options, items, self._made, limits))
        self._pump.in_flight = max(self._pump.in_flight, len(self._made.ids) + 1)  # none waits for another one's turn
        self._report()
        await self._events.begin(self._made.ids[0], self._uris)
        await self._look_after(limits)

    async def _resolve(self, tags: Sequence[Tag], limits: Limits) -> list[Item]:
        uris = self._uris = await self._client.get_namespace_array()
        named = {t.address.uri for t in tags if not t.address.browse_path}
        named |= {uri for t in tags for uri, _ in t.address.browse_path}
        self._absent = sorted(named - set(uris))
        nodes = await resolve(self._session, uris, [t.address for t in tags], limits.paths)
        pairs = list(zip(tags, nodes, strict=True))
        self._refuse({tag.index: node for tag, node in pairs if isinstance(node, int)})
        there = [(tag, node) for tag, node in pairs if not isinstance(node, int)]
        self._nodes.update({tag.index: node for tag, node in there})
        asked = [node for _, node in there]
        paces = await subscriptions.sampling_intervals(
            self._session, asked, self._source.options.sampling_interval_ms, limits
        )
        return [Item(tag.index, node, _QUEUE, pace) for (tag, node), pace in zip(there, paces, strict=True)]

    async def _look_after(self, limits: Limits) -> None:
        """Watch the keep-alive, read again after a gap, ask again for refused tags, report."""
        retry_at = time.monotonic() + _RETRY_S
        report_at = before = time.monotonic()
        while True:
            await asyncio.sleep(_LOOK_S)
            now = time.monotonic()
            if now - before > _LOOK_S + _LATE_S:
                self._pump.excuse(now)
            await self._check_line(now)
            if self._pump.gap:
                self._pump.gap = False
                await self._read_again(limits)
                await self._events.refresh()
            await self._events.look()
            if now >= retry_at:
                if self._refused:
                    await self._ask_again(limits)
                await self._look_for_nodes(limits)
                retry_at = time.monotonic() + _RETRY_S
            if now >= report_at:
                self._report()
                report_at = now + _REPORT_S
            before = time.monotonic()

    async def _check_line(self, now: float) -> None:
        silence = now - self._pump.heard_at
        keep_alive_s = self._made.keep_alive_s
        if keep_alive_s > _LONG_KEEP_ALIVE_S:
            if silence > _LONG_KEEP_ALIVE_S:
                status = ua.NodeId(ua.ObjectIds.Server_ServerStatus_State)
                await asyncio.wait_for(self._read([status]), _PROBE_TIMEOUT_S)
                self._pump.heard_at = time.monotonic()
        elif silence > max(_SILENCE * keep_alive_s, _LEAST_SILENCE_S):
            raise FeedLost(f"the server has been silent for {silence:.1f} s", self._source.url)
        silent_s = max(self._pump.silent_s(each, now) for each in self._made.ids)
        if silent_s > max(_SILENCE * keep_alive_s, _LEAST_SILENCE_S):
            # its tags would stand still and look good for ever, while the other subscriptions are heard
            text = f"one of {len(self._made.ids)} subscriptions has been silent for {silent_s:.1f} s"
            raise FeedLost(text, self._source.url)

    async def _read(self, nodes: Sequence[ua.NodeId]) -> list[ua.DataValue]:
        request = ua.ReadRequest()
        request.Parameters.TimestampsToReturn = ua.TimestampsToReturn.Both
        for node in nodes:
            wanted = ua.ReadValueId()
            wanted.NodeId = node
            wanted.AttributeId = ua.AttributeIds.Value
            request.Parameters.NodesToRead.append(wanted)
        return struct_from_binary(ua.ReadResponse, await send(self._client, request)).Results

    async def _read_again(self, limits: Limits) -> None:
        """Something was lost on the way: read every tag once; newer samples that came meanwhile stay."""
        slots = [slot for slot in self._nodes if slot not in self._refused]
        for first in range(0, len(slots), limits.read):
            part = slots[first : first + limits.read]
            values = await self._read([self._nodes[slot] for slot in part])
            self._delivery.read(part, values)

    async def _ask_again(self, limits: Limits) -> None:
        tags = [tag for tag in self._tags if tag.index in self._refused]
        before = set(self._refused)
        items = await self._resolve(tags, limits)
        statuses = await subscriptions.add_items(self._client, self._made.ids[-1], items, limits)
        for item, status in zip(items, statuses, strict=True):
            if not is_bad(status):
                del self._refused[item.slot]
        if set(self._refused) != before:
            self._report()

    async def _look_for_nodes(self, limits: Limits) -> None:
        """Ask of some tags, in turn, whether their node is still there: not every server tells of one that was deleted
        or renamed, and its last value would look good for ever."""
        slots = [slot for slot in self._nodes if slot not in self._refused and not is_bad(self._delivery.status[slot])]
        first = self._looked_for if self._looked_for < len(slots) else 0
        part = slots[first : first + limits.read]
        self._looked_for = first + len(part)
        if not part:
            return
        gone = await missing.gone(self._session, {slot: self._nodes[slot] for slot in part})
        if gone:
            self._refuse(gone)
            self._report()

    def _refuse(self, refused: dict[int, int]) -> None:
        """Tags that the server does not give are BAD, with its reason."""
        if refused:
            self._refused.update(refused)
            self._delivery.refuse(refused)

    def _report(self) -> None:
        why = [self._note] if self._note else []
        if self._refused:
            why.append(missing.sentence(self._refused, self._names, self._absent))
        self._standing = replace(
            self._standing,
            link=Link.DEGRADED if why else Link.CONNECTED,
            why="; ".join(why),
            lost=self._pump.lost + self._delivery.overflown,
            bad_items=len(self._refused),
            clock_skew_s=round(self._pump.clock_skew_s, 3),
        )
        self._put.connection(self._standing)
