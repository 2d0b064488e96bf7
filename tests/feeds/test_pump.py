"""The pump: order, acknowledgements, gaps, and what a server may answer instead."""

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from asyncua import ua
from asyncua.common.utils import Buffer
from asyncua.ua.ua_binary import struct_to_binary

from tests.feeds.test_decode import encode
from twinviewer.feeds.opcua import _Live
from twinviewer.feeds.opcua_client import Opened
from twinviewer.feeds.opcua_decode import Changes
from twinviewer.feeds.opcua_pump import Pump
from twinviewer.feeds.source import FeedSource
from twinviewer.model.errors import FeedLost


def message(sequence: int, value: float | None = None, subscription: int = 7, **parts: object) -> bytes:
    """A notification with one value, or a keep-alive."""
    response = ua.PublishResponse()
    response.Parameters.SubscriptionId = subscription
    response.Parameters.NotificationMessage.SequenceNumber = sequence
    bodies: list[object] = list(parts.get("bodies", []))  # type: ignore[call-overload]
    if value is not None:
        item = ua.MonitoredItemNotification(1, ua.DataValue(ua.Variant(value)))
        bodies.append(ua.DataChangeNotification(MonitoredItems=[item]))
    response.Parameters.NotificationMessage.NotificationData = bodies
    return struct_to_binary(response)


def fault(code: int) -> bytes:
    """A service fault."""
    answer = ua.ServiceFault()
    answer.TypeId = ua.FourByteNodeId(ua.ObjectIds.ServiceFault_Encoding_DefaultBinary)
    answer.ResponseHeader.ServiceResult = ua.StatusCode(code)
    return struct_to_binary(answer)


class Server:
    """Answers with the given messages in order; then hangs up."""

    def __init__(self, answers: Sequence[bytes]) -> None:
        self.answers = list(answers)
        self.waiting: list[asyncio.Future[Buffer]] = []
        self.acknowledged: list[int] = []
        self.most = 0
        self.values: list[float] = []

    def post(self, request: ua.PublishRequest) -> "asyncio.Future[Buffer]":
        """A publish request comes in; the oldest that waits is answered."""
        self.acknowledged += [a.SequenceNumber for a in request.Parameters.SubscriptionAcknowledgements]
        self.waiting.append(asyncio.get_running_loop().create_future())
        self.most = max(self.most, len(self.waiting))
        asyncio.get_running_loop().call_soon(self.answer)
        return self.waiting[-1]

    def answer(self) -> None:
        """One message, or the end."""
        if self.answers:
            self.waiting.pop(0).set_result(Buffer(self.answers.pop(0)))
        else:
            for future in self.waiting:
                future.set_exception(ConnectionError("over"))
            self.waiting.clear()

    def sink(self, changes: Changes, received_ns: int) -> None:
        """Values in their order."""
        self.values += changes.value.tolist()


def pump(*answers: bytes, error: type[Exception] = ConnectionError, match: str = "over") -> tuple[Pump, Server]:
    """Run a pump on these answers until it ends."""

    async def run() -> tuple[Pump, Server]:
        server = Server(answers)
        made = Pump(server.post, server.sink)
        with pytest.raises(error, match=match):
            await asyncio.wait_for(made.run(), 5)
        return made, server

    return asyncio.run(run())


def test_values_come_in_order_and_are_acknowledged_with_two_requests_at_the_server():
    made, server = pump(*(message(k, float(k)) for k in range(1, 7)))
    assert server.values == [1, 2, 3, 4, 5, 6]
    assert server.acknowledged[:4] == [1, 2, 3, 4]
    assert server.most == 2
    assert (made.lost, made.gap) == (0, False)


def test_a_keep_alive_names_the_next_number_and_is_not_acknowledged():
    made, server = pump(message(1), message(1, 1.0), message(2), message(2), message(2, 2.0))
    assert (made.lost, made.gap) == (0, False)
    assert set(server.acknowledged) <= {1, 2}


@pytest.mark.parametrize(
    ("sequences", "lost"),
    [
        ([(1, True), (3, True)], 1),
        ([(1, True), (9, True)], 7),
        ([(1, True), (4, False)], 2),
        ([(5, True), (2, True)], 1),
        ([(2**32 - 1, True), (1, True)], 0),
        ([(2**32 - 1, True), (1, False), (1, True)], 0),
    ],
)
def test_gaps_are_counted(sequences: list[tuple[int, bool]], lost: int):
    made, _ = pump(*(message(number, 1.0 if data else None) for number, data in sequences))
    assert (made.lost, made.gap) == (lost, lost > 0)


def test_subscriptions_are_numbered_apart():
    made, _ = pump(message(1, 1.0, 7), message(1, 1.0, 8), message(2, 2.0, 7), message(2, 2.0, 8))
    assert made.lost == 0


def test_a_server_that_takes_fewer_requests_gets_fewer():
    made, server = pump(fault(ua.StatusCodes.BadTooManyPublishRequests), message(1, 1.0), message(2, 2.0))
    assert made.in_flight == 1
    assert server.values == [1, 2]


def test_a_request_that_ran_out_is_asked_again():
    _, server = pump(fault(ua.StatusCodes.BadTimeout), message(1, 1.0))
    assert server.values == [1]


@pytest.mark.parametrize("code", ["BadNoSubscription", "BadSessionClosed", "BadSessionIdInvalid"])
def test_the_end_of_a_session_is_said(code: str):
    pump(fault(getattr(ua.StatusCodes, code)), error=FeedLost, match=code)


def test_the_end_of_a_subscription_is_said():
    gone = ua.StatusChangeNotification(Status=ua.StatusCode(ua.StatusCodes.BadTimeout))
    pump(message(1, bodies=[gone]), error=FeedLost, match=r"ended the subscription \(BadTimeout\)")


def test_nonsense_ends_the_session_with_a_sentence():
    pump(b"\x01\x00\x3d\x03nonsense", error=FeedLost, match="cannot be read")
    pump(encode([])[:40], error=FeedLost, match="cannot be read")


@pytest.mark.parametrize("ahead_s", [60.0, 0.0, -3600.0])
def test_the_clock_of_the_server_is_compared_by_its_quickest_messages(ahead_s: float):
    now = datetime(2026, 11, 21, 12, tzinfo=UTC)
    now_ns = int(now.timestamp()) * 10**9
    made = Pump(lambda request: asyncio.Future(), lambda changes, ns: None, lambda: now_ns)
    assert made.clock_skew_s == 0.0
    for sequence, took_s in enumerate((0.3, 0.01, 0.2), 1):
        answer = ua.PublishResponse()
        answer.ResponseHeader.Timestamp = now + timedelta(seconds=ahead_s - took_s)
        answer.Parameters.NotificationMessage.SequenceNumber = sequence
        answer.Parameters.NotificationMessage.PublishTime = now + timedelta(seconds=ahead_s - took_s)
        made._take(Buffer(struct_to_binary(answer)))
    assert made.clock_skew_s == pytest.approx(ahead_s - 0.01, abs=1e-5)


def test_a_subscription_that_died_on_the_server_is_noticed_while_the_other_one_is_heard():
    async def run() -> None:
        opened = Opened(SimpleNamespace(uaclient=SimpleNamespace(session=None)), "None")  # type: ignore[arg-type]
        live = _Live(FeedSource("opc.tcp://here:4840"), opened, (), None, time.time_ns)  # type: ignore[arg-type]
        live._made.ids[:], live._made.keep_alive_s = [7, 8], 0.5
        pump, answers = live._pump, [message(1), message(1, subscription=8), message(1), message(1)]
        for k, answer in enumerate(answers):
            pump._take(Buffer(answer))
            now = pump.heard_at = pump.heard_at + k
            pump.heard[8 if k == 1 else 7] = now
            if k < 3:
                await live._check_line(now)
        with pytest.raises(FeedLost, match=r"one of 2 subscriptions has been silent for \d\.\d s"):
            await live._check_line(pump.heard_at)
        pump.excuse(pump.heard_at)
        await live._check_line(pump.heard_at)  # we were held up ourselves

    asyncio.run(run())
