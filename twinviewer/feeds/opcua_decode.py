"""Decodes OPC UA publish responses: runs of records of equal layout by numpy, the rest one by one.

Encoding after OPC UA Part 6, 5.2. What is neither a number nor a string goes through asyncua's own decoder, record
by record, so nothing that asyncua can read is lost.
"""
# asyncua types its structures with integer and string classes of its own that it does not ask for:
# pyright: reportArgumentType=false, reportAttributeAccessIssue=false, reportPrivateImportUsage=false

import functools
import struct
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np
from asyncua import ua
from asyncua.common.utils import Buffer
from asyncua.ua.ua_binary import struct_from_binary

_NUMPY = {1: "?", 2: "i1", 3: "u1", 4: "<i2", 5: "<u2", 6: "<i4", 7: "<u4", 8: "<i8", 9: "<u8", 10: "<f4", 11: "<f8"}
_NUMPY[19] = "<u4"  # StatusCode
_STRUCT = {1: "?", 2: "b", 3: "B", 4: "h", 5: "H", 6: "i", 7: "I", 8: "q", 9: "Q", 10: "f", 11: "d", 19: "I"}
_STRING = 12
_ARRAY = 0x80  # bit of a variant's encoding byte
_TOLD = 16  # values of an array that its text names
_PARTS = ((2, "status", "<u4", "I"), (4, "source", "<i8", "q"), (16, "source_ps", "<u2", "H"))
_PARTS += ((8, "server", "<i8", "q"), (32, "server_ps", "<u2", "H"))
_KEPT = ("value", "status", "source", "server")
_EPOCH_TICKS = 116_444_736_000_000_000  # 1970 in units of 100 ns since 1601
_LAST_TICKS = _EPOCH_TICKS + (2**63 - 1) // 100
_LONG_RUN = 8  # from here on numpy is quicker than struct
_DATA_CHANGE = b"\x01\x00\x2b\x03\x01"  # ns=0;i=811 as an extension object with a binary body
_EVENTS = b"\x01\x00\x94\x03\x01"  # i=916
_STATUS_CHANGE = b"\x01\x00\x34\x03\x01"  # i=820
_PUBLISH_RESPONSE = b"\x01\x00\x3d\x03"  # i=829
_SERVICE_FAULT = b"\x01\x00\x8d\x01"  # i=397
_PLAIN_HEADER = struct.Struct("<qIIBi3s")


class Unreadable(ValueError):
    """Bytes that are not what the standard says."""


@dataclass(frozen=True, slots=True)
class Changes:
    """n data changes as columns: handle uint32, value float64 (NaN for text), status uint32, times int64 UTC ns.

    `arrays` maps a row to its numbers where it is an array of them (one dimension), as the server encodes them."""

    handle: np.ndarray
    value: np.ndarray
    status: np.ndarray
    source_ns: np.ndarray
    server_ns: np.ndarray
    text: dict[int, str]
    arrays: dict[int, np.ndarray] = field(default_factory=dict)


@dataclass(slots=True)
class Publish:
    """One publish response. `has_data` is False for a keep-alive, whose `sequence` is that of the next message;
    `fault` is True where the server answered with nothing but the StatusCode in `result`. `events` says where the
    bodies of event notifications stand and how long they are; somebody else decodes them."""

    subscription: int
    sequence: int
    sent_ns: int
    result: int = 0
    has_data: bool = False
    fault: bool = False
    changes: list[Changes] = field(default_factory=list)
    status_changes: list[int] = field(default_factory=list)
    events: list[tuple[int, int]] = field(default_factory=list)


@functools.cache
def _layout(mask: int, kind: int) -> tuple[np.dtype, struct.Struct, dict[str, int]] | None:
    """How a record with this DataValue mask and scalar type lies in memory; None where it has no fixed size."""
    if mask & 0xC0 or (mask & 1 and kind not in _NUMPY):
        return None
    fields, codes, place = [("handle", "<u4"), ("mask", "u1")], "<IB", {}
    if mask & 1:
        fields += [("kind", "u1"), ("value", _NUMPY[kind])]
        codes += "B" + _STRUCT[kind]
        place["value"] = 3
    for bit, name, numpy_code, struct_code in _PARTS:
        if mask & bit:
            place[name] = len(fields)
            fields.append((name, numpy_code))
            codes += struct_code
    return np.dtype(fields), struct.Struct(codes), place


def times_ns(ticks: np.ndarray) -> np.ndarray:
    """UTC nanoseconds from OPC UA times; 0 for no time and for times outside of 1970 to 2262."""
    if len(ticks) and int(ticks.min()) > _EPOCH_TICKS and int(ticks.max()) < _LAST_TICKS:
        return (ticks - _EPOCH_TICKS) * 100
    inside = (ticks > _EPOCH_TICKS) & (ticks < _LAST_TICKS)
    return np.where(inside, (np.where(inside, ticks, _EPOCH_TICKS) - _EPOCH_TICKS) * 100, 0)


def _time_ns(ticks: int) -> int:
    return (ticks - _EPOCH_TICKS) * 100 if _EPOCH_TICKS < ticks < _LAST_TICKS else 0


def datetime_ns(time: datetime | None) -> int:
    """UTC nanoseconds of one of asyncua's times; 0 for none."""
    if time is None:
        return 0
    aware = time.replace(tzinfo=UTC) if time.tzinfo is None else time
    return max((aware - datetime(1970, 1, 1, tzinfo=UTC)) // datetime.resolution * 1000, 0)


def number_and_text(value: object) -> tuple[float, str | None]:
    """A variant's value as a number, or as NaN and a text."""
    if value is None:
        return float("nan"), None
    if isinstance(value, (bool, int, float)):
        return float(value), None
    if isinstance(value, str):
        return float("nan"), value
    if isinstance(value, ua.LocalizedText):
        return float("nan"), value.Text or ""
    if isinstance(value, ua.QualifiedName):
        return float("nan"), value.Name or ""
    if isinstance(value, ua.StatusCode):
        return float(value.value), None
    if isinstance(value, datetime):
        return float("nan"), value.isoformat(timespec="seconds")
    if isinstance(value, bytes):
        return float("nan"), value.hex()
    if isinstance(value, (list, tuple)):
        parts = [number_and_text(item) for item in value[:_TOLD]]
        return float("nan"), ", ".join(f"{number:g}" if text is None else text for number, text in parts)
    return float("nan"), str(value)


class _Columns:
    """The columns of one notification while they are filled."""

    def __init__(self, n: int) -> None:
        self.handle = np.zeros(n, np.uint32)
        self.value = np.full(n, np.nan)
        self.status = np.zeros(n, np.uint32)
        self.source = np.zeros(n, np.int64)
        self.server = np.zeros(n, np.int64)
        self.text: dict[int, str] = {}
        self.arrays: dict[int, np.ndarray] = {}

    def finish(self) -> Changes:
        times = times_ns(self.source), times_ns(self.server)
        return Changes(self.handle, self.value, self.status, *times, self.text, self.arrays)


def decode_changes(raw: bytes, pos: int, end: int) -> Changes:
    """The records of a DataChangeNotification body at raw[pos:end]. Raises Unreadable."""
    (n,) = struct.unpack_from("<i", raw, pos)
    n = max(n, 0)
    if n > (end - pos) // 5:
        raise Unreadable(f"{n} records in {end - pos} bytes")
    columns = _Columns(n)
    octets = np.frombuffer(raw, np.uint8)
    pos += 4
    i = 0
    while i < n:
        mask, kind = raw[pos + 4], raw[pos + 5]
        plan = _layout(mask, kind if mask & 1 else 0)
        run = _run_length(octets, pos, mask, kind, plan[0].itemsize, min(n - i, (end - pos))) if plan else 0
        if plan is not None and run >= _LONG_RUN:
            _take_run(columns, i, np.frombuffer(raw, plan[0], run, pos), plan[2])
            pos += run * plan[0].itemsize
            i += run
        else:
            first, i = i, min(n, i + 2 * _LONG_RUN)
            pos = _take_singly(columns, first, i, raw, pos, end)
    if pos > end:
        raise Unreadable("records run past their end")
    return columns.finish()


def _run_length(octets: np.ndarray, pos: int, mask: int, kind: int, size: int, most: int) -> int:
    """How many records from `pos` on have the same layout; looks in growing steps, as most runs are short or long."""
    most = min(most, (len(octets) - pos) // size)
    run, step = 0, 16
    while run < most:
        take = min(step, most - run)
        at = pos + run * size
        grid = octets[at : at + take * size].reshape(take, size)
        same = grid[:, 4] == mask
        if mask & 1:
            same &= grid[:, 5] == kind
        if not same.all():
            return run + int(same.argmin())
        run += take
        step *= 16
    return run


def _take_run(columns: _Columns, i: int, records: np.ndarray, place: dict[str, int]) -> None:
    rows = slice(i, i + len(records))
    columns.handle[rows] = records["handle"]
    for name in _KEPT:
        if name in place:
            getattr(columns, name)[rows] = records[name]


def _take_singly(columns: _Columns, first: int, last: int, raw: bytes, pos: int, end: int) -> int:
    """Decode rows first to last one by one; returns where the next record begins."""
    for i in range(first, last):
        mask = raw[pos + 4]
        kind = raw[pos + 5] if mask & 1 else 0
        plan = _layout(mask, kind)
        if plan is not None:
            _, code, place = plan
            fields = code.unpack_from(raw, pos)
            columns.handle[i] = fields[0]
            for name in place:
                if name in _KEPT:
                    getattr(columns, name)[i] = fields[place[name]]
            pos += code.size
        elif kind == _STRING and not mask & 0xC0:
            pos = _take_string(columns, i, raw, pos)
        elif kind & _ARRAY and kind & ~_ARRAY in _NUMPY and not mask & 0xC0:
            pos = _take_array(columns, i, raw, pos)
        else:
            pos = _take_any(columns, i, raw, pos, end)
    return pos


def _take_string(columns: _Columns, i: int, raw: bytes, pos: int) -> int:
    columns.handle[i], mask, _, length = struct.unpack_from("<IBBi", raw, pos)
    pos += 10
    columns.text[i] = raw[pos : pos + max(length, 0)].decode(errors="replace")
    return _take_tail(columns, i, raw, pos + max(length, 0), mask)


def _take_array(columns: _Columns, i: int, raw: bytes, pos: int) -> int:
    columns.handle[i], mask, kind, length = struct.unpack_from("<IBBi", raw, pos)
    pos += 10
    values = np.frombuffer(raw, _NUMPY[kind & ~_ARRAY], max(length, 0), pos)
    if length >= 0:
        columns.arrays[i] = values
        columns.text[i] = number_and_text(values[:_TOLD].tolist())[1] or ""
    return _take_tail(columns, i, raw, pos + values.nbytes, mask)


def _take_tail(columns: _Columns, i: int, raw: bytes, pos: int, mask: int) -> int:
    code, place = _tail(mask)
    fields = code.unpack_from(raw, pos)
    for name in place:
        if name in _KEPT:
            getattr(columns, name)[i] = fields[place[name]]
    return pos + code.size


@functools.cache
def _tail(mask: int) -> tuple[struct.Struct, dict[str, int]]:
    """What follows the value of a record."""
    parts = [(name, code) for bit, name, _, code in _PARTS if mask & bit]
    return struct.Struct("<" + "".join(code for _, code in parts)), {name: k for k, (name, _) in enumerate(parts)}


def _take_any(columns: _Columns, i: int, raw: bytes, pos: int, end: int) -> int:
    buffer = Buffer(raw, pos, end - pos)
    try:
        item = struct_from_binary(ua.MonitoredItemNotification, buffer)
    except Exception as error:  # asyncua raises whatever its decoder stumbles over
        raise Unreadable(f"a value cannot be decoded: {error}") from error
    columns.handle[i] = item.ClientHandle
    columns.value[i], text = number_and_text(item.Value.Value.Value if item.Value.Value is not None else None)
    if text is not None:
        columns.text[i] = text
    # asyncua puts both timestamps before both picoseconds; the standard alternates them, so the end is read here
    mask = raw[pos + 4]
    return _take_tail(columns, i, raw, buffer.cur_pos - _tail(mask)[0].size, mask)


def decode_publish(raw: bytes, pos: int = 0) -> Publish:
    """A publish response or a service fault, its type id first. Raises Unreadable."""
    try:
        return _decode_publish(raw, pos)
    except (struct.error, IndexError, ValueError) as error:
        raise Unreadable(f"the server sent a publish response that cannot be read: {error}") from error


def _decode_publish(raw: bytes, pos: int) -> Publish:
    if raw[pos : pos + 4] == _SERVICE_FAULT:
        sent, result, _ = _header(raw, pos + 4)
        return Publish(0, 0, _time_ns(sent), result, fault=True)
    if raw[pos : pos + 4] != _PUBLISH_RESPONSE:
        raise Unreadable(f"type id {raw[pos : pos + 4].hex()} is not a publish response")
    sent, result, pos = _header(raw, pos + 4)
    subscription, available = struct.unpack_from("<Ii", raw, pos)
    pos += 8 + 4 * max(available, 0)
    _, sequence, _, bodies = struct.unpack_from("<?Iqi", raw, pos)
    pos += 17
    found = Publish(subscription, sequence, _time_ns(sent), result, bodies > 0)
    for _ in range(max(bodies, 0)):
        kind = raw[pos : pos + 5]
        (length,) = struct.unpack_from("<i", raw, pos + 5)
        pos += 9
        if length < 0 or pos + length > len(raw):
            raise Unreadable("a notification runs past the end")
        if kind == _DATA_CHANGE:
            found.changes.append(decode_changes(raw, pos, pos + length))
        elif kind == _STATUS_CHANGE:
            found.status_changes.append(struct.unpack_from("<I", raw, pos)[0])
        elif kind == _EVENTS:
            found.events.append((pos, length))
        else:
            raise Unreadable(f"unknown notification {kind.hex()}")
        pos += length
    return found


def _header(raw: bytes, pos: int) -> tuple[int, int, int]:
    """(time in ticks, service result, where the body begins) of a response header."""
    sent, _, result, diagnostics, strings, extra = _PLAIN_HEADER.unpack_from(raw, pos)
    if diagnostics == 0 and strings <= 0 and extra == b"\0\0\0":
        return sent, result, pos + _PLAIN_HEADER.size
    buffer = Buffer(raw, pos)
    try:
        struct_from_binary(ua.ResponseHeader, buffer)
    except Exception as error:
        raise Unreadable(f"the response header cannot be decoded: {error}") from error
    return sent, result, buffer.cur_pos
