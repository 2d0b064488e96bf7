"""Our decoder of publish responses says what asyncua's says, for every type, mask and mixture."""

import contextlib
import math
import struct
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from asyncua import ua
from asyncua.ua.ua_binary import struct_from_binary, struct_to_binary
from hypothesis import given
from hypothesis import strategies as st

from twinviewer.feeds.opcua_decode import Unreadable, datetime_ns, decode_publish, number_and_text

T = ua.VariantType
NUMBERS = {
    T.Boolean: st.booleans(),
    T.SByte: st.integers(-128, 127),
    T.Byte: st.integers(0, 255),
    T.Int16: st.integers(-(2**15), 2**15 - 1),
    T.UInt16: st.integers(0, 2**16 - 1),
    T.Int32: st.integers(-(2**31), 2**31 - 1),
    T.UInt32: st.integers(0, 2**32 - 1),
    T.Int64: st.integers(-(2**63), 2**63 - 1),
    T.UInt64: st.integers(0, 2**64 - 1),
    T.Float: st.floats(width=32, allow_nan=False),
    T.Double: st.floats(allow_nan=False),
}
OTHERS = {
    T.String: st.text(max_size=20),
    T.DateTime: st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),
    T.LocalizedText: st.builds(ua.LocalizedText, st.text(max_size=8)),
    T.ByteString: st.binary(max_size=8),
    T.QualifiedName: st.builds(ua.QualifiedName, st.text(min_size=1, max_size=8), st.just(2)),
    T.Guid: st.uuids(),
}
TIMES = st.none() | st.datetimes(datetime(1971, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))
STATUS = st.sampled_from([None, 0, 0x40900000, 0x808C0000, 0x80320000, 0x00000480])


def variants() -> st.SearchStrategy[ua.Variant]:
    """Scalars of every type, arrays, and nothing."""
    scalars = [values.map(lambda v, k=kind: ua.Variant(v, k)) for kind, values in {**NUMBERS, **OTHERS}.items()]
    arrays = [
        st.lists(values, max_size=20).map(lambda v, k=kind: ua.Variant(v, k, is_array=True))
        for kind, values in NUMBERS.items()
    ]
    return st.one_of(*scalars, *arrays, st.just(ua.Variant(None)))


def data_values(values: st.SearchStrategy[ua.Variant]) -> st.SearchStrategy[ua.DataValue]:
    """Data values with every mixture of parts but picoseconds, which asyncua puts in another place than Part 6."""
    status = STATUS.map(lambda s: None if s is None else ua.StatusCode(s))
    return st.builds(ua.DataValue, values, status, TIMES, TIMES)


def encode(items: list[tuple[int, ua.DataValue]], **message: object) -> bytes:
    """A publish response as asyncua's server writes it."""
    change = ua.DataChangeNotification()
    change.MonitoredItems = [ua.MonitoredItemNotification(handle, value) for handle, value in items]
    response = ua.PublishResponse()
    response.TypeId = ua.FourByteNodeId(ua.ObjectIds.PublishResponse_Encoding_DefaultBinary)
    response.Parameters.SubscriptionId = 7
    response.Parameters.AvailableSequenceNumbers = [41, 42]
    response.Parameters.NotificationMessage.SequenceNumber = 42
    response.Parameters.NotificationMessage.NotificationData = message.get("bodies", [change])
    return struct_to_binary(response)


def expected(raw: bytes) -> list[tuple]:
    """The same, decoded by asyncua."""
    response = struct_from_binary(ua.PublishResponse, ua.utils.Buffer(raw))
    rows = []
    for item in response.Parameters.NotificationMessage.NotificationData[0].MonitoredItems:
        data = item.Value
        number, text = number_and_text(data.Value.Value if data.Value is not None else None)
        status = data.StatusCode.value if data.StatusCode is not None else 0
        whole = data.Value.Value if data.Value is not None and data.Value.is_array else None
        rows.append((item.ClientHandle, number, text, status, data.SourceTimestamp, data.ServerTimestamp, whole))
    return rows


def same(raw: bytes) -> None:
    """Compare both decoders."""
    publish = decode_publish(raw)
    (found,) = publish.changes
    assert (publish.subscription, publish.sequence, publish.has_data) == (7, 42, True)
    wanted = expected(raw)
    assert len(wanted) == len(found.handle)
    for i, (handle, number, text, status, source, server, whole) in enumerate(wanted):
        assert (found.handle[i], found.status[i], found.text.get(i)) == (handle, status, text)
        values = found.arrays.get(i)
        assert (values.tolist() if values is not None else None) == whole
        assert found.value[i] == number or (math.isnan(found.value[i]) and math.isnan(number))
        for got, time in ((found.source_ns[i], source), (found.server_ns[i], server)):
            assert abs(int(got) - datetime_ns(time)) < 1000  # asyncua rounds to microseconds


handles = st.integers(0, 2**32 - 1)


@given(st.lists(st.tuples(handles, data_values(variants())), max_size=30))
def test_any_mixture(items: list[tuple[int, ua.DataValue]]):
    same(encode(items))


@given(
    st.lists(
        st.tuples(
            st.sampled_from(list(NUMBERS))
            .flatmap(lambda k: NUMBERS[k].map(lambda v: ua.Variant(v, k)))
            .flatmap(lambda v: data_values(st.just(v))),
            st.integers(1, 60),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_long_runs_of_changing_layout(runs: list[tuple[ua.DataValue, int]]):
    same(encode([(1000 * k + j, value) for k, (value, times) in enumerate(runs) for j in range(times)]))


def test_ten_thousand_equal_records():
    now = datetime(2026, 11, 1, tzinfo=UTC)
    items = [
        (i, ua.DataValue(ua.Variant(i / 4, T.Double), SourceTimestamp=now + timedelta(microseconds=i)))
        for i in range(10_000)
    ]
    (found,) = decode_publish(encode(items)).changes
    np.testing.assert_array_equal(found.handle, np.arange(10_000))
    np.testing.assert_array_equal(found.value, np.arange(10_000) / 4)
    np.testing.assert_array_equal(np.diff(found.source_ns), 1000)


@pytest.mark.parametrize("variant", [b"\x0b" + struct.pack("<d", 2.5), b"\x0c\x01\0\0\0x", b"\x15\x02\x01\0\0\0x"])
@pytest.mark.parametrize("times", range(1, 20, 6))
def test_picoseconds_alternate_with_timestamps_as_in_part_6(variant: bytes, times: int):
    ticks = 116_444_736_000_000_000 + 10_000_000
    tail = struct.pack("<IqHqH", 0x40900000, ticks, 77, ticks + 20_000_000, 88)
    record = struct.pack("<IB", 5, 0x3F) + variant + tail
    body = struct.pack("<i", times) + record * times + struct.pack("<i", -1)
    raw = encode([])
    at = raw.index(b"\x01\x00\x2b\x03\x01")
    raw = raw[: at + 5] + struct.pack("<i", len(body)) + body
    (found,) = decode_publish(raw).changes
    assert found.handle.tolist() == [5] * times
    assert set(found.status.tolist()) == {0x40900000}
    assert set(found.source_ns.tolist()) == {1_000_000_000}
    assert set(found.server_ns.tolist()) == {3_000_000_000}


def test_a_keep_alive_has_no_data():
    publish = decode_publish(encode([], bodies=[]))
    assert (publish.has_data, publish.sequence, publish.changes) == (False, 42, [])
    assert abs(publish.sent_ns - datetime_ns(datetime.now(UTC))) < 60e9


def test_events_are_passed_over_and_status_changes_reported():
    events = ua.EventNotificationList()
    gone = ua.StatusChangeNotification(Status=ua.StatusCode(ua.StatusCodes.BadTimeout))
    publish = decode_publish(encode([], bodies=[events, gone]))
    assert publish.status_changes == [ua.StatusCodes.BadTimeout]
    assert publish.changes == []


def test_a_header_with_diagnostics_is_read_too():
    response = ua.PublishResponse()
    response.ResponseHeader.StringTable = ["a", "b"]
    response.Parameters.SubscriptionId = 9
    assert decode_publish(struct_to_binary(response)).subscription == 9


@given(st.data())
def test_damaged_bytes_end_in_one_error(data: st.DataObject):
    value = ua.DataValue(ua.Variant("text"), SourceTimestamp=datetime(2026, 1, 1, tzinfo=UTC))
    raw = bytearray(encode([(1, value), (2, ua.DataValue(ua.Variant(1.5))), (3, ua.DataValue(ua.Variant([1, 2])))]))
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(raw)))
    with contextlib.suppress(Unreadable):
        decode_publish(bytes(raw[:cut]))


def test_a_hostile_count_is_refused_before_memory_is_taken():
    raw = bytearray(encode([(1, ua.DataValue(ua.Variant(1.5)))]))
    at = raw.index(b"\x01\x00\x2b\x03\x01") + 9
    raw[at : at + 4] = (2**31 - 1).to_bytes(4, "little")
    with pytest.raises(Unreadable):
        decode_publish(bytes(raw))
