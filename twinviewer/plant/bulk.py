"""Values of many nodes as arrays, published in bulk: one numpy encoding per message instead of objects per value."""
# asyncua's own types (NodeId's arguments, private exports) do not fit what it accepts and returns at run time.
# pyright: reportPrivateImportUsage=false, reportArgumentType=false, reportAttributeAccessIssue=false
# pyright: reportOptionalMemberAccess=false, reportCallIssue=false

import asyncio
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice

import numpy as np
from asyncua import ua
from asyncua.server.internal_subscription import InternalSubscription
from asyncua.server.monitored_item_service import MonitoredItemData
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
    new: list[int] = field(default_factory=list)  # rows whose first value is still to be sent


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
        for listener in self._listeners.values():
            self._flush(listener)  # a first value is the one from before this change
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
        return listener is not None and (listener.pending > 0 or bool(listener.new))

    def begin(self, subscription_id: int, row: int) -> bool:
        """Send the value that a row has now, as to an item that was just made; False where nobody listens any more."""
        listener = self._listeners.get(subscription_id)
        if listener is None:
            return False
        listener.new.append(row)
        _publish_at_once(listener)
        return True

    def _flush(self, listener: Listener) -> None:
        """What new items begin with, in one block."""
        if listener.new:
            rows, listener.new = np.array(listener.new), []
            self._append(listener, rows)

    def _append(self, listener: Listener, rows: np.ndarray) -> None:
        columns = (self.value, self.status, self.source, self.server)
        listener.blocks.append((rows, *(column[rows] for column in columns)))
        listener.pending += len(rows)

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
        self._append(listener, wanted)
        if listener.pending > _MOST_PENDING:
            listener.blocks = [_newest(listener)]
            listener.pending = len(listener.blocks[0][0])
        _publish_at_once(listener)

    def _refresh(self, listener: Listener) -> None:
        """Take the monitored items over where some were made or deleted.

        A client makes its items in batches, between which values change: only the new ones are looked at then.
        """
        service = listener.subscription.monitored_item_srv
        items = service._monitored_items
        known, made = listener.version
        version = (len(items), service._monitored_item_counter)
        if version == listener.version:
            return
        listener.version = version
        if known < 0 or len(items) - known != version[1] - made:  # some went, or could not be made
            known = 0
            n = len(self.value)
            listener.handle, listener.queue = np.full(n, -1, dtype=np.int64), np.ones(n, dtype=np.int64)
            listener.deadband, listener.last = None, np.full(n, np.nan)
        for item in islice(items.values(), known, None):
            self._monitor(listener, item)

    def _monitor(self, listener: Listener, item: MonitoredItemData) -> None:
        read = item.read_value_id
        row = self.rows.get(read.NodeId) if read is not None else None
        if row is None or read is None or read.AttributeId != ua.AttributeIds.Value:
            return
        if item.mode != ua.MonitoringMode.Disabled and item.client_handle is not None:
            listener.handle[row] = item.client_handle
            listener.queue[row] = max(1, item.queue_size)
        wanted = item.filter
        if isinstance(wanted, ua.DataChangeFilter) and wanted.DeadbandType == ua.DeadbandType.Absolute:
            if listener.deadband is None:
                listener.deadband = np.full(len(self.value), -1.0)
            listener.deadband[row] = wanted.DeadbandValue

    def take(self, subscription_id: int) -> ua.ExtensionObject | None:
        """All that waits for a subscription as one encoded DataChangeNotification."""
        listener = self._listeners.get(subscription_id)
        if listener is None:
            return None
        self._flush(listener)
        if not listener.blocks:
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


def _publish_at_once(listener: Listener) -> None:
    """Where a subscription has no interval of its own."""
    if listener.subscription.data.RevisedPublishingInterval <= 0:
        asyncio.get_running_loop().create_task(_publish(listener.subscription))


async def _publish(subscription: InternalSubscription) -> None:
    await subscription.publish_results()
