"""Makes subscriptions and their monitored items in batches, and checks the status of every one."""
# asyncua types its structures with integer and string classes of its own that it does not ask for:
# pyright: reportArgumentType=false, reportAttributeAccessIssue=false, reportPrivateImportUsage=false

import asyncio
import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from asyncua import Client, ua
from asyncua.client.ua_session import UaSession
from asyncua.ua.ua_binary import struct_from_binary

from twinviewer.feeds.opcua_client import send
from twinviewer.feeds.options import FeedOptions

BATCH = 1000
_TOO_MANY = int(ua.StatusCodes.BadTooManyMonitoredItems)
_MAX_PER_PUBLISH = 20_000
_LIFETIME_KEEP_ALIVES = 20
_LIMITS = (
    ua.ObjectIds.Server_ServerCapabilities_OperationLimits_MaxMonitoredItemsPerCall,
    ua.ObjectIds.Server_ServerCapabilities_OperationLimits_MaxNodesPerRead,
    ua.ObjectIds.Server_ServerCapabilities_OperationLimits_MaxNodesPerTranslateBrowsePathsToNodeIds,
    ua.ObjectIds.Server_ServerCapabilities_OperationLimits_MaxNodesPerBrowse,
)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a server takes in one request."""

    items: int = BATCH
    read: int = BATCH
    paths: int = BATCH
    browse: int = BATCH


@dataclass(frozen=True, slots=True)
class Item:
    """One tag to watch: its slot in the table, its node, how many changes the server may hold for it, and how often
    the server looks (0: it reports every change by itself)."""

    slot: int
    node: ua.NodeId
    queue: int = 5
    sampling_ms: float = 0.0


@dataclass(slots=True)
class Subscriptions:
    """What stands on the server. `keep_alive_s` is how long a silent server may take to say that it lives."""

    ids: list[int] = field(default_factory=list)
    keep_alive_s: float = 0.0
    first: asyncio.Event = field(default_factory=asyncio.Event)


async def limits_of(session: UaSession) -> Limits:
    """The server's own limits, where it names them, and never more than ours."""
    values = await session.read_attributes([ua.NodeId(i) for i in _LIMITS], ua.AttributeIds.Value)
    found = [
        v.Value.Value if v.Value is not None and (v.StatusCode is None or v.StatusCode.is_good()) else 0 for v in values
    ]
    return Limits(*(min(BATCH, int(n)) if isinstance(n, int) and n > 0 else BATCH for n in found))


async def sampling_intervals(
    session: UaSession, nodes: Sequence[ua.NodeId], wanted_ms: float, limits: Limits
) -> list[float]:
    """How often the server should look at each node, in ms.

    MinimumSamplingInterval 0 says that a node reports every change by itself (OPC UA Part 3, 5.6.2): such a node is
    not polled, which would cost the server more and find out later. Others are polled no faster than they bear.
    """
    found: list[float] = []
    for first in range(0, len(nodes), limits.read):
        part = list(nodes[first : first + limits.read])
        for value in await session.read_attributes(part, ua.AttributeIds.MinimumSamplingInterval):
            least = value.Value.Value if value.Value is not None else None
            known = isinstance(least, (int, float)) and least >= 0
            found.append(0.0 if known and least == 0 else max(wanted_ms, least if known else 0.0))
    return found


async def subscribe(client: Client, options: FeedOptions) -> tuple[int, float]:
    """A new subscription: (its id, keep-alive time in seconds), after what the server made of our wish."""
    interval = options.publishing_interval_ms
    count = _keep_alive_count(options.keep_alive_s, interval)
    request = ua.CreateSubscriptionRequest()
    asked = request.Parameters
    asked.RequestedPublishingInterval = interval
    asked.RequestedMaxKeepAliveCount = count
    asked.RequestedLifetimeCount = count * _LIFETIME_KEEP_ALIVES
    asked.MaxNotificationsPerPublish = _MAX_PER_PUBLISH
    asked.PublishingEnabled = True
    got = struct_from_binary(ua.CreateSubscriptionResponse, await send(client, request)).Parameters
    revised, held = got.RevisedPublishingInterval, got.RevisedMaxKeepAliveCount
    count = _keep_alive_count(options.keep_alive_s, revised)
    if held != count:
        change = ua.ModifySubscriptionParameters()
        change.SubscriptionId = got.SubscriptionId
        change.RequestedPublishingInterval = revised
        change.RequestedMaxKeepAliveCount = count
        change.RequestedLifetimeCount = count * _LIFETIME_KEEP_ALIVES
        change.MaxNotificationsPerPublish = _MAX_PER_PUBLISH
        answer = (await client.uaclient.session.update_subscription(change)).Parameters
        revised, held = answer.RevisedPublishingInterval, answer.RevisedMaxKeepAliveCount
    return got.SubscriptionId, revised * held / 1000


def _keep_alive_count(seconds: float, interval_ms: float) -> int:
    return max(1, math.ceil(seconds * 1000 / max(interval_ms, 1.0)))


async def watch(
    client: Client, options: FeedOptions, items: Sequence[Item], into: Subscriptions, limits: Limits
) -> dict[int, int]:
    """Watch every item. Returns {slot: StatusCode} of those that the server refused.

    Where a subscription is full (BadTooManyMonitoredItems), another one takes the rest.
    """
    rest = list(items)
    refused: dict[int, int] = {}
    while rest or not into.ids:  # also without any tag: the keep-alive says that the server lives
        identifier, keep_alive_s = await subscribe(client, options)
        into.ids.append(identifier)
        into.first.set()
        into.keep_alive_s = max(into.keep_alive_s, keep_alive_s)
        statuses = await add_items(client, identifier, rest, limits)
        refused.update({item.slot: s for item, s in zip(rest, statuses, strict=True) if is_bad(s)})
        full = [item for item, s in zip(rest, statuses, strict=True) if s == _TOO_MANY]
        if len(full) == len(rest):
            return refused
        for item in full:
            del refused[item.slot]
        rest = full
    return refused


async def add_items(client: Client, subscription: int, items: Sequence[Item], limits: Limits) -> list[int]:
    """Create monitored items on one subscription; the StatusCode of each."""
    statuses: list[int] = []
    for first in range(0, len(items), limits.items):
        asked = ua.CreateMonitoredItemsParameters()
        asked.SubscriptionId = subscription
        asked.TimestampsToReturn = ua.TimestampsToReturn.Both
        asked.ItemsToCreate = [_request(item) for item in items[first : first + limits.items]]
        statuses += [r.StatusCode.value for r in await client.uaclient.session.create_monitored_items(asked)]
    return statuses


def _request(item: Item) -> ua.MonitoredItemCreateRequest:
    request = ua.MonitoredItemCreateRequest()
    request.ItemToMonitor.NodeId = item.node
    request.ItemToMonitor.AttributeId = ua.AttributeIds.Value
    request.MonitoringMode = ua.MonitoringMode.Reporting
    asked = request.RequestedParameters
    asked.ClientHandle = item.slot + 1
    asked.SamplingInterval = item.sampling_ms
    asked.QueueSize = item.queue
    asked.DiscardOldest = True
    return request


def is_bad(status: int) -> bool:
    """Whether a StatusCode says that there is no value."""
    return status >> 30 >= 2
