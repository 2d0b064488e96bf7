"""Bulk publishing writes what asyncua's own decoder reads, and keeps to queues, deadbands and modes."""

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from asyncua import ua
from asyncua.common.utils import Buffer
from asyncua.ua.ua_binary import struct_from_binary

from twinviewer.plant.bulk import DOUBLE, INT32, UINT32, BulkValues, ticks_of

IDS = [ua.NodeId(f"T{k}", 2) for k in range(6)]
KINDS = np.array([DOUBLE, DOUBLE, INT32, UINT32, DOUBLE, DOUBLE], dtype=np.uint8)
NOW = ticks_of(1_700_000_000 * 10**9)


def item(row: int, queue: int = 1, deadband: float | None = None, mode: ua.MonitoringMode | None = None) -> Any:
    """A monitored item of one row, as asyncua keeps it."""
    wanted = None
    if deadband is not None:
        wanted = ua.DataChangeFilter(DeadbandType=ua.DeadbandType.Absolute, DeadbandValue=deadband)
    read = ua.ReadValueId(NodeId=IDS[row], AttributeId=ua.AttributeIds.Value)
    return SimpleNamespace(
        read_value_id=read, client_handle=100 + row, queue_size=queue, filter=wanted,
        mode=ua.MonitoringMode.Reporting if mode is None else mode,
    )  # fmt: skip


def subscribed(items: list[Any], interval: float = 100.0) -> tuple[BulkValues, SimpleNamespace]:
    """Values with one subscription to these items."""
    values = BulkValues(IDS, KINDS)
    service = SimpleNamespace(_monitored_items=dict(enumerate(items)), _monitored_item_counter=len(items))
    data = SimpleNamespace(SubscriptionId=7, RevisedPublishingInterval=interval)
    subscription = SimpleNamespace(data=data, monitored_item_srv=service)
    values.listen(subscription)  # type: ignore[arg-type]
    return values, subscription


def put(values: BulkValues, rows: list[int], numbers: list[float], status: int = 0, at: int = NOW) -> None:
    """Change some rows."""
    states = np.full(len(rows), status, dtype=np.uint32)
    values.put(np.array(rows), np.array(numbers, dtype=float), states, at, at + 5)


def taken(values: BulkValues) -> list[ua.MonitoredItemNotification]:
    """What would be published, read by asyncua's decoder."""
    sent = values.take(7)
    if sent is None:
        return []
    assert sent.TypeId == ua.NodeId(ua.ObjectIds.DataChangeNotification_Encoding_DefaultBinary)
    buffer = Buffer(sent.Body)
    items = struct_from_binary(ua.DataChangeNotification, buffer).MonitoredItems
    assert len(buffer) == 0
    return items


def test_types_statuses_and_stamps_survive() -> None:
    values, _ = subscribed([item(row) for row in range(5)])
    put(values, [0, 2, 3], [1.25, -7, 4_000_000_000])
    put(values, [1], [2.5], 0x40900000)
    put(values, [4], [9.0], 0x80310000)
    got = {n.ClientHandle: n.Value for n in taken(values)}
    assert got[100].Value == ua.Variant(1.25, ua.VariantType.Double)
    assert got[102].Value == ua.Variant(-7, ua.VariantType.Int32)
    assert got[103].Value == ua.Variant(4_000_000_000, ua.VariantType.UInt32)
    assert got[101].Value.Value == 2.5
    assert got[101].StatusCode.value == 0x40900000
    assert got[104].StatusCode.value == 0x80310000
    assert got[104].Value is None or got[104].Value.Value is None
    assert got[100].SourceTimestamp.timestamp() == 1_700_000_000
    assert values.take(7) is None


@pytest.mark.parametrize(("queue", "wanted"), [(1, [5.0]), (3, [3.0, 4.0, 5.0]), (10, [1.0, 2.0, 3.0, 4.0, 5.0])])
def test_a_queue_keeps_the_newest_in_order(queue: int, wanted: list[float]) -> None:
    values, _ = subscribed([item(0, queue), item(1)])
    for k in range(1, 6):
        put(values, [0, 1], [float(k), -float(k)], at=NOW + k)
    got = taken(values)
    assert [n.Value.Value.Value for n in got if n.ClientHandle == 100] == wanted
    assert [n.Value.Value.Value for n in got if n.ClientHandle == 101] == [-5.0]


def test_a_deadband_holds_small_changes_back_but_never_a_status() -> None:
    values, _ = subscribed([item(0, 100, deadband=1.0)])
    for number in (10.0, 10.5, 11.0, 11.6, 11.5, 14.0):
        put(values, [0], [number])
    put(values, [0], [14.0], 0x80310000)
    put(values, [0], [14.1])
    sent = [(n.Value.Value.Value if n.Value.Value else None) for n in taken(values)]
    assert sorted(v for v in sent if v is not None) == [10.0, 11.6, 14.0, 14.1]
    assert sent.count(None) == 1


def test_only_what_is_monitored_is_published_and_new_items_count_at_once() -> None:
    values, subscription = subscribed([item(0), item(1, mode=ua.MonitoringMode.Disabled)])
    put(values, [0, 1, 5], [1.0, 2.0, 3.0])
    assert [n.ClientHandle for n in taken(values)] == [100]
    subscription.monitored_item_srv._monitored_items[9] = item(5)
    put(values, [5], [4.0])
    assert [n.ClientHandle for n in taken(values)] == [105]
    values.forget(7)
    put(values, [5], [4.0])
    assert values.take(7) is None


def test_what_nobody_fetches_stays_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("twinviewer.plant.bulk._MOST_PENDING", 50)
    values, _ = subscribed([item(row, 2) for row in range(6)])
    for k in range(1000):
        put(values, list(range(6)), [float(k)] * 6)
    listener = values._listeners[7]
    assert listener.pending <= 56
    assert sorted({n.Value.Value.Value for n in taken(values)}) == [998.0, 999.0]


def test_an_interval_of_zero_publishes_at_once() -> None:
    published: list[int] = []

    async def scene() -> None:
        values, subscription = subscribed([item(0)], interval=0.0)

        async def publish() -> bool:
            published.append(len(taken(values)))
            return True

        subscription.publish_results = publish
        put(values, [0], [1.0])
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    asyncio.run(scene())
    assert published == [1]


def test_reads_answer_the_newest_value() -> None:
    values, _ = subscribed([])
    read: Callable[[ua.NodeId], ua.DataValue] = values.data_value
    assert read(IDS[0]).StatusCode.value == 0x80320000
    put(values, [0, 2], [3.5, 4.0])
    assert read(IDS[0]).Value == ua.Variant(3.5, ua.VariantType.Double)
    assert read(IDS[2]).Value == ua.Variant(4, ua.VariantType.Int32)


def test_a_new_item_begins_with_the_value_from_before_the_next_change() -> None:
    values, subscription = subscribed([item(0, 5)])
    put(values, [0, 1], [1.0, 10.0])
    taken(values)
    service = subscription.monitored_item_srv
    service._monitored_items[1] = item(1, 5)
    service._monitored_item_counter += 1
    assert values.begin(7, 1)
    assert values.waiting(7)
    put(values, [0, 1], [2.0, 11.0])
    got = [(n.ClientHandle, n.Value.Value.Value) for n in taken(values)]
    assert sorted(got) == [(100, 2.0), (101, 10.0), (101, 11.0)]
    assert not values.waiting(7)
    assert not values.begin(8, 1)


def test_making_items_in_batches_looks_at_each_of_them_once(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[int] = []
    plain = BulkValues._monitor
    monkeypatch.setattr(BulkValues, "_monitor", lambda self, *of: (looked.append(1), plain(self, *of)))
    values, subscription = subscribed([])
    service = subscription.monitored_item_srv
    for row in range(6):
        service._monitored_items[row] = item(row)
        service._monitored_item_counter += 1
        put(values, [row], [float(row)])
    assert len(looked) == 6
    del service._monitored_items[2]
    put(values, [2, 3], [7.0, 8.0])
    assert sorted(n.ClientHandle for n in taken(values)) == [100, 101, 103, 104, 105]
