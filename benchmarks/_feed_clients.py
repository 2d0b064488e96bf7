"""One client in a process of its own: counts notifications and the CPU time that they cost, prints both as JSON.

It says SUBSCRIBED when every tag is watched, and counts from the next line of its standard input on.

usage: python -m benchmarks._feed_clients ours|asyncua URL TAGS SECONDS [NAMESPACE]
"""

import asyncio
import json
import sys
import time
from collections.abc import Sequence

from tests.feeds.servers import URI
from twinviewer.feeds.options import FeedOptions
from twinviewer.feeds.source import FeedSource
from twinviewer.model.alarm import AlarmEvent
from twinviewer.model.asset import NodeAddress, Tag
from twinviewer.model.connection import Connection, Link
from twinviewer.model.sample import SampleBatch
from twinviewer.tags.table import TagTable

_SETTLE_S = 1.0
_PERIOD_MS = 100


def tags(count: int, uri: str = URI) -> list[Tag]:
    """The load nodes i=1, i=2, …"""
    return [Tag(i, f"V{i}", "V", "A", NodeAddress(uri, f"i={i + 1}")) for i in range(count)]


class Sink:
    """As in the collector: every batch goes into a tag table."""

    def __init__(self, table: TagTable) -> None:
        self.table = table
        self.count = 0
        self.up = asyncio.Event()

    def samples(self, batch: SampleBatch) -> None:
        """Count and store."""
        self.count += len(batch)
        self.table.write(batch)

    def connection(self, connection: Connection) -> None:
        """Wait for the first one that stands."""
        if connection.link in (Link.CONNECTED, Link.DEGRADED):
            self.up.set()

    def event(self, event: AlarmEvent) -> None:
        """Not wanted here."""


class Handler:
    """asyncua's usual handler, doing the least that is of use: it keeps the newest value."""

    def __init__(self) -> None:
        self.count = 0
        self.values: dict[object, object] = {}

    def datachange_notification(self, node: object, value: object, data: object) -> None:
        """One change."""
        self.count += 1
        self.values[node] = value


async def ours(url: str, count: int, seconds: float, uri: str) -> tuple[int, float]:
    """The feed of twinviewer."""
    from twinviewer.feeds.opcua import run

    sink = Sink(TagTable.in_memory(count))
    options = FeedOptions(security="none", publishing_interval_ms=_PERIOD_MS)
    feed = asyncio.create_task(run(FeedSource(url, options), tags(count, uri), sink))
    await asyncio.wait_for(sink.up.wait(), 120)
    result = await measure(lambda: sink.count, seconds)
    feed.cancel()
    await asyncio.gather(feed, return_exceptions=True)
    return result


async def usual(url: str, count: int, seconds: float, uri: str) -> tuple[int, float]:
    """asyncua as its documentation shows it, with items created in batches."""
    from asyncua import Client

    handler = Handler()
    async with Client(url, timeout=60) as client:
        index = await client.get_namespace_index(uri)
        nodes = [client.get_node(f"ns={index};i={i + 1}") for i in range(count)]
        subscription = await client.create_subscription(_PERIOD_MS, handler)
        for first in range(0, count, 1000):
            await subscription.subscribe_data_change(nodes[first : first + 1000], queuesize=1, sampling_interval=0)
        return await measure(lambda: handler.count, seconds)


async def measure(count, seconds: float) -> tuple[int, float]:
    """(notifications, CPU seconds of this process) over some seconds, once told to begin."""
    print("SUBSCRIBED", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    await asyncio.sleep(_SETTLE_S)
    first, cpu = count(), time.process_time()
    await asyncio.sleep(seconds)
    return count() - first, time.process_time() - cpu


def main(argv: Sequence[str]) -> None:
    """Run one client and print what it cost."""
    import logging

    logging.disable(logging.ERROR)
    work = {"ours": ours, "asyncua": usual}[argv[0]]
    notifications, cpu_s = asyncio.run(work(argv[1], int(argv[2]), float(argv[3]), argv[4] if len(argv) > 4 else URI))
    print(json.dumps({"notifications": notifications, "cpu_s": cpu_s}))


if __name__ == "__main__":
    main(sys.argv[1:])
