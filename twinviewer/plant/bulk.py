"""Values of many nodes as arrays, published in bulk: one numpy encoding per message instead of objects per value."""
# asyncua's own types (NodeId's arguments, private exports) do not fit what it accepts and returns at run time.
# pyright: reportPrivateImportUsage=false, reportArgumentType=false, reportAttributeAccessIssue=false
# pyright: reportOptionalMemberAccess=false, reportCallIssue=false

import asyncio
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from asyncua import ua
from asyncua.server.internal_server import InternalServer
from asyncua.server.internal_subscription import InternalSubscription
from asyncua.server.subscription_service import SubscriptionService
from asyncua.ua.uatypes import win_epoch_to_datetime

DOUBLE, INT32, UINT32 = 11, 6, 7
_EPOCH_TICKS = 116_444_736_000_000_000  # 1601-01-01 to 1970-01-01 in 100 ns
_NUMPY = {DOUBLE: "<f8", INT32: "<i4", UINT32: "<u4"}
_TYPE_ID = ua.NodeId(ua.ObjectIds.DataChangeNotification_Encoding_DefaultBinary)
_BAD = 0x80000000
_MOST_PENDING = 400_000


def ticks_of(time_ns: int) -> int:
    """UTC nanoseconds as OPC UA DateTime (100 ns since 1601)."""
    return time_ns // 100 + _EPOCH_TICKS


@dataclass(slots=True)
class Listener:
    """What one subscription wants: per row its client handle, queue size and deadband; and what waits for it."""

    subscription: InternalSubscription
    version: tuple[int, int] = (-1, -1)
    handle: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    queue: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    deadband: np.ndarray | None = None
    last: np.ndarray = field(default_factory=lambda: np.zeros(0))
    blocks: list[tuple[np.ndarray, ...]] = field(default_factory=list)
    pending: int = 0


class BulkValues:
    """Rows of values behind variable nodes: value float64, status uint32, source and server ticks int64.

    `kind` uint8 is the OPC UA built-in type of each row (DOUBLE, INT32 or UINT32). `put` stores and tells every
    subscription; deadband filters and queue sizes of monitored items are kept to.
    """

    def __init__(self, node_ids: Sequence[ua.NodeId], kind: np.ndarray) -> None:
        n = len(node_ids)
        self.rows = {node_id: row for row, node_id in enumerate(node_ids)}
        self.kind = kind
        self.value = np.zeros(n)
        self.status = np.full(n, 0x80320000, dtype=np.uint32)  # BadWaitingForInitialData
        self.source = np.zeros(n, dtype=np.int64)
        self.server = np.zeros(n, dtype=np.int64)
        self.changes = 0
        self._listeners: dict[int, Listener] = {}

    def data_value(self, node_id: ua.NodeId, _attribute: object = None) -> ua.DataValue:
        """What a read of the node answers."""
        row = self.rows[node_id]
        status = int(self.status[row])
        variant = ua.Variant(None, ua.VariantType.Null)
        if status < _BAD:
            kind = int(self.kind[row])
            number = float(self.value[row])
            variant = ua.Variant(number if kind == DOUBLE else int(number), ua.VariantType(kind))
        return ua.DataValue(
            variant,
            StatusCode=ua.StatusCode(status),
            SourceTimestamp=win_epoch_to_datetime(int(self.source[row])),
            ServerTimestamp=win_epoch_to_datetime(int(self.server[row])),
        )

    def put(self, rows: np.ndarray, value: np.ndarray, status: np.ndarray, source: int, server: int) -> None:
        """Store new values of distinct `rows`; `source` and `server` are OPC UA ticks."""
        self.value[rows], self.status[rows] = value, status
        self.source[rows], self.server[rows] = source, server
        self.changes += len(rows)
        for listener in self._listeners.values():
            self._offer(listener, rows)

    def listen(self, subscription: InternalSubscription) -> None:
        """Publish to `subscription` from now on, whatever of the rows it monitors."""
        key = subscription.data.SubscriptionId
        self._listeners[key] = Listener(subscription)

    def look_again(self, subscription_id: int) -> None:
        """Its monitored items were changed."""
        listener = self._listeners.get(subscription_id)
        if listener is not None:
            listener.version = (-1, -1)

    def forget(self, subscription_id: int) -> None:
        """The subscription has ended."""
        self._listeners.pop(subscription_id, None)

    def waiting(self, subscription_id: int) -> bool:
        """Whether something waits to be published to it."""
        listener = self._listeners.get(subscription_id)
        return listener is not None and listener.pending > 0

    def _offer(self, listener: Listener, rows: np.ndarray) -> None:
        self._refresh(listener)
        if not listener.handle.size:
            return
        wanted = rows[listener.handle[rows] >= 0]
        if listener.deadband is not None and len(wanted):
            now, band = self.value[wanted], listener.deadband[wanted]
            moved = ~(np.abs(now - listener.last[wanted]) <= band) | (band <= 0) | (self.status[wanted] != 0)
            wanted = wanted[moved]
            listener.last[wanted] = np.where(self.status[wanted] == 0, self.value[wanted], np.nan)
        if not len(wanted):
            return
        columns = (self.value, self.status, self.source, self.server)
        listener.blocks.append((wanted, *(column[wanted] for column in columns)))
        listener.pending += len(wanted)
        if listener.pending > _MOST_PENDING:
            listener.blocks = [_newest(listener)]
            listener.pending = len(listener.blocks[0][0])
        if listener.subscription.data.RevisedPublishingInterval <= 0:
            asyncio.get_running_loop().create_task(_publish(listener.subscription))

    def _refresh(self, listener: Listener) -> None:
        """Take the monitored items over where some were made or deleted."""
        service = listener.subscription.monitored_item_srv
        items = service._monitored_items
        version = (len(items), service._monitored_item_counter)
        if version == listener.version:
            return
        listener.version = version
        n = len(self.value)
        listener.handle, listener.queue = np.full(n, -1, dtype=np.int64), np.ones(n, dtype=np.int64)
        band, listener.last = np.full(n, -1.0), np.full(n, np.nan)
        for item in items.values():
            read = item.read_value_id
            row = self.rows.get(read.NodeId) if read is not None else None
            if row is None or read is None or read.AttributeId != ua.AttributeIds.Value:
                continue
            if item.mode != ua.MonitoringMode.Disabled and item.client_handle is not None:
                listener.handle[row] = item.client_handle
                listener.queue[row] = max(1, item.queue_size)
            wanted = item.filter
            if isinstance(wanted, ua.DataChangeFilter) and wanted.DeadbandType == ua.DeadbandType.Absolute:
                band[row] = wanted.DeadbandValue
        listener.deadband = band if (band > 0).any() else None

    def take(self, subscription_id: int) -> ua.ExtensionObject | None:
        """All that waits for a subscription as one encoded DataChangeNotification."""
        listener = self._listeners.get(subscription_id)
        if listener is None or not listener.blocks:
            return None
        self._refresh(listener)
        rows, value, status, source, server = _newest(listener)
        listener.blocks, listener.pending = [], 0
        handle = listener.handle[rows]
        keep = handle >= 0
        if not keep.any():
            return None
        body = _encode(self.kind[rows[keep]], handle[keep], value[keep], status[keep], source[keep], server[keep])
        return ua.ExtensionObject(_TYPE_ID, body)


def _newest(listener: Listener) -> tuple[np.ndarray, ...]:
    """What waits, cut to the newest of each item that its queue holds, in order of time."""
    columns = [np.concatenate(parts) for parts in zip(*listener.blocks, strict=True)]
    if len(listener.blocks) == 1:
        return tuple(columns)
    rows = columns[0]
    order = np.argsort(rows, kind="stable")
    ordered = rows[order]
    last = np.flatnonzero(np.r_[ordered[1:] != ordered[:-1], True])
    length = np.diff(np.r_[-1, last])
    behind = np.repeat(last, length) - np.arange(len(ordered))
    keep = np.zeros(len(rows), dtype=bool)
    keep[order] = behind < listener.queue[ordered]
    return tuple(column[keep] for column in columns)


def _encode(
    kind: np.ndarray, handle: np.ndarray, value: np.ndarray, status: np.ndarray, source: np.ndarray, server: np.ndarray
) -> bytes:
    """The body of a DataChangeNotification (OPC UA Part 6, 5.2): runs of records of equal layout."""
    parts = [struct.pack("<i", len(handle))]
    has_value, good = status < _BAD, status == 0
    for code, number in _NUMPY.items():
        for plain in (True, False):
            pick = (kind == code) & has_value & (good if plain else ~good)
            if pick.any():
                fields = [("handle", "<u4"), ("mask", "u1"), ("type", "u1"), ("value", number)]
                fields += [] if plain else [("status", "<u4")]
                parts.append(
                    _records(fields, 0x0D if plain else 0x0F, pick, handle, value, status, source, server, code)
                )
    if not has_value.all():
        fields = [("handle", "<u4"), ("mask", "u1"), ("status", "<u4")]
        parts.append(_records(fields, 0x0E, ~has_value, handle, value, status, source, server, 0))
    parts.append(struct.pack("<i", -1))
    return b"".join(parts)


def _records(
    fields: list[tuple[str, str]], mask: int, pick: np.ndarray, handle: np.ndarray, value: np.ndarray,
    status: np.ndarray, source: np.ndarray, server: np.ndarray, code: int,
) -> bytes:  # fmt: skip
    records = np.empty(int(pick.sum()), dtype=[*fields, ("source", "<i8"), ("server", "<i8")])
    columns = {
        "handle": handle, "mask": mask, "type": code, "value": value, "status": status, "source": source,
        "server": server,
    }  # fmt: skip
    for name in records.dtype.names or ():
        column = columns[name]
        records[name] = column[pick] if isinstance(column, np.ndarray) else column
    return records.tobytes()


async def _publish(subscription: InternalSubscription) -> None:
    await subscription.publish_results()


class BulkSubscriptions(SubscriptionService):
    """asyncua's subscription service, whose subscriptions also publish bulk values.

    Only bound methods of each new subscription are replaced; asyncua itself stays as it is.
    """

    def __init__(self, server: InternalServer) -> None:
        super().__init__(server.aspace, server)
        self.values: BulkValues | None = None

    async def create_subscription(self, *args: object, **named: object) -> ua.CreateSubscriptionResult:
        """As asyncua's; the new subscription then listens to the bulk values."""
        result = await super().create_subscription(*args, **named)  # type: ignore[arg-type]
        subscription = self.subscriptions.get(result.SubscriptionId)
        if subscription is not None and self.values is not None:
            _attach(subscription, self.values)
        return result

    async def delete_subscriptions(self, ids: list[int]) -> list[ua.StatusCode]:
        """As asyncua's; nothing is kept for them any longer."""
        for subscription_id in ids:
            if self.values is not None:
                self.values.forget(subscription_id)
        return await super().delete_subscriptions(ids)


def _attach(subscription: InternalSubscription, values: BulkValues) -> None:
    key = subscription.data.SubscriptionId
    plain_results, plain_pop = subscription.has_published_results, subscription._pop_triggered_datachanges
    plain_delete = subscription.delete_callback

    def has_results() -> bool:
        return (subscription._publishing_enabled and values.waiting(key)) or plain_results()

    def pop(result: ua.PublishResult) -> None:
        plain_pop(result)
        bulk = values.take(key)
        if bulk is not None:
            result.NotificationMessage.NotificationData.append(bulk)

    def delete() -> None:
        values.forget(key)
        if plain_delete is not None:
            plain_delete()

    service = subscription.monitored_item_srv
    plain_mode, plain_modify = service.set_monitoring_mode, service.modify_monitored_items

    async def set_mode(mode: ua.MonitoringMode, ids: list[int]) -> list[ua.StatusCode]:
        values.look_again(key)
        return await plain_mode(mode, ids)

    def modify(params: ua.ModifyMonitoredItemsParameters) -> list[ua.MonitoredItemModifyResult]:
        values.look_again(key)
        return plain_modify(params)

    service.set_monitoring_mode, service.modify_monitored_items = set_mode, modify
    subscription.has_published_results = has_results
    subscription._pop_triggered_datachanges = pop
    subscription.delete_callback = delete
    values.listen(subscription)
