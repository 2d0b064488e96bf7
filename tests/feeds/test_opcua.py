"""The feed against asyncua's server in another process: what arrives, and what is said when something is missing."""

import asyncio
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest
from asyncua.client.ua_session import UaSession

from tests.feeds.live import all_good, scene_for_server, status_of, until_up, value_of, watching
from tests.feeds.servers import URI, Proxy, ServerProcess, python_server, until, unused_port
from twinviewer.collector.pipeline import Pipeline
from twinviewer.feeds import opcua_client
from twinviewer.feeds.opcua import write
from twinviewer.feeds.opcua_browse import browse, describe
from twinviewer.feeds.options import FeedOptions
from twinviewer.feeds.source import FeedSource, Refused, feed_of
from twinviewer.model.asset import NodeAddress
from twinviewer.model.connection import Link
from twinviewer.model.errors import FeedError, FeedLost
from twinviewer.model.quality import STATUS_BAD_SENSOR_FAILURE, STATUS_UNCERTAIN_LAST_USABLE
from twinviewer.model.sample import SampleBatch
from twinviewer.model.state import State
from twinviewer.states.evaluator import Evaluator


@pytest.fixture(scope="module")
def server() -> Iterator[ServerProcess]:
    """One server for the tests that do it no harm; each leaves it as it was."""
    with python_server(unused_port()) as process:
        yield process


def test_values_texts_status_and_both_times_arrive(server: ServerProcess):
    scene = scene_for_server()
    with watching(scene, server.url) as pipeline:
        until_up(pipeline)
        assert pipeline.connection().link is Link.CONNECTED
        assert pipeline.connection().security == "None"
        server.command("set M-1.Vibration 3.75")
        server.command("text M-0.Product Welle Ø 40")
        server.command(f"status M-0.Vibration {STATUS_BAD_SENSOR_FAILURE}")
        until(lambda: value_of(pipeline, "M-1.Vibration") == 3.75)
        until(lambda: pipeline.snapshot().text[scene.tag("M-0.Product").index] == "Welle Ø 40")
        until(lambda: status_of(pipeline, "M-0.Vibration") == STATUS_BAD_SENSOR_FAILURE)
        snapshot = pipeline.snapshot()
        now = time.time_ns()
        for line in ("set M-0.Vibration 1", "set M-1.Vibration 1", "text M-0.Product A"):
            server.command(line)
        row = scene.tag("M-1.Vibration").index
        for times in (snapshot.source_ns, snapshot.server_ns, snapshot.received_ns):
            assert 0 <= now - times[row] < 20e9
        assert snapshot.source_ns[row] <= snapshot.received_ns[row] + 50_000_000


def test_tags_that_the_server_does_not_have_are_named_and_the_others_work(server: ServerProcess):
    scene = scene_for_server()
    tags = list(scene.tags)
    tags[1] = replace(tags[1], address=NodeAddress(URI, "s=gone"))
    tags[2] = replace(tags[2], address=NodeAddress(browse_path=((URI, "Machines"), (URI, "M-9"))))
    tags[3] = replace(tags[3], address=NodeAddress("urn:not:here", "s=x"))
    tags[4] = replace(tags[4], address=NodeAddress(URI, "z=what"))
    with watching(replace(scene, tags=tuple(tags)), server.url) as pipeline:
        until_up(pipeline)
        connection = pipeline.connection()
        snapshot = pipeline.snapshot()
    assert connection.link is Link.DEGRADED
    assert connection.bad_items == 4
    assert "4 of 10 tags refused" in connection.why
    assert "urn:not:here" in connection.why
    assert (snapshot.status[1:5] >> 30 == 2).all()
    assert not (np.delete(snapshot.status, range(1, 5)) >> 30).any()


def test_a_node_that_goes_without_a_word_is_not_good_for_ever_and_comes_back(
    server: ServerProcess, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("twinviewer.feeds.opcua._RETRY_S", 0.3)
    with watching(scene_for_server(), server.url) as pipeline:
        until_up(pipeline)
        server.command("delete M-0.Vibration")
        until(lambda: status_of(pipeline, "M-0.Vibration") >> 30 == 2)
        until(lambda: "1 of 10 tags refused: BadNodeIdUnknown (M-0.Vibration)" in pipeline.connection().why)
        assert pipeline.connection().link is Link.DEGRADED
        assert status_of(pipeline, "M-1.Vibration") == 0
        server.command("add M-0.Vibration M-0.Power")
        until(lambda: pipeline.connection().link is Link.CONNECTED)
        until(lambda: value_of(pipeline, "M-0.Vibration") == 7.0)


def test_a_scene_without_tags_keeps_its_connection(server: ServerProcess):
    scene = replace(scene_for_server(), tags=(), assets=())
    with watching(scene, server.url) as pipeline:
        until(lambda: pipeline.connection().link is Link.CONNECTED)
        time.sleep(1.6)
        assert pipeline.connection().link is Link.CONNECTED
        assert pipeline.connection().reconnects == 0


class Kept:
    """A recorder that keeps the values of one tag."""

    def __init__(self, slot: int) -> None:
        self.slot = slot
        self.values: list[float] = []

    def tap(self, batch: SampleBatch) -> None:
        self.values += batch.value[batch.slot == self.slot].tolist()

    def event(self, *_: object) -> None:
        pass

    connection = action = event

    def note(self, *said: object) -> None:
        pass


def test_short_lived_values_are_recorded_and_what_did_not_fit_is_counted(server: ServerProcess):
    scene = scene_for_server()
    recorder = Kept(scene.tag("M-0.State").index)
    pipeline = Pipeline(scene, server.url, FeedOptions(security="none"), recorder)
    pipeline.start()
    try:
        until_up(pipeline)
        server.command("burst M-0.State 5")  # it stands at 1 already
        until(lambda: recorder.values == [1, 2, 3, 4, 5])
        assert pipeline.connection().lost == 0
        server.command("burst M-0.State 50")
        until(lambda: recorder.values[5:] == [46, 47, 48, 49, 50])
        until(lambda: value_of(pipeline, "M-0.State") == 50)
        server.command("overflow M-1.GoodCount 7")
        until(lambda: pipeline.connection().lost == 1, what="the overflow is counted")
        until(lambda: value_of(pipeline, "M-1.GoodCount") == 7)
        assert status_of(pipeline, "M-1.GoodCount") == 0
        for line in ("set M-0.State 1", "set M-1.GoodCount 1"):
            server.command(line)
    finally:
        pipeline.stop()


def test_a_lost_notification_is_noticed_and_everything_is_read_again(server: ServerProcess):
    with watching(scene_for_server(), server.url) as pipeline:
        until_up(pipeline)
        time.sleep(0.7)  # a keep-alive has named the next number
        samples = pipeline.connection().samples
        server.command("skip")
        until(lambda: pipeline.connection().lost == 1, what="the gap is counted")
        until(lambda: pipeline.connection().samples >= samples + 10, what="all tags are read again")
        assert pipeline.connection().reconnects == 0
        assert value_of(pipeline, "M-1.State") == 1.0
        assert pipeline.snapshot().text[9] == "A"


def test_a_value_without_change_stays_good_while_the_server_says_that_it_lives(server: ServerProcess):
    hour_ns = 3_600_000_000_000
    ahead = {"ns": 0}
    scene = scene_for_server()
    pipeline = Pipeline(scene, server.url, FeedOptions(security="none"), clock_ns=lambda: time.time_ns() + ahead["ns"])
    pipeline.start()
    try:
        until_up(pipeline)
        ahead["ns"] = hour_ns  # an hour later, nothing changed
        time.sleep(1.2)
        later_ns = time.time_ns() + hour_ns
        evaluated, states = Evaluator(scene).evaluate(pipeline.snapshot(), later_ns, pipeline.connection())
    finally:
        pipeline.stop()
    assert evaluated.quality is not None
    assert evaluated.age_s is not None
    assert (evaluated.quality == 0).all()
    assert (evaluated.age_s > 3590).all()
    assert (states.state == State.RUNNING).all()


def test_a_clock_that_is_off_is_measured(free_port: int):
    notices = []
    with python_server(free_port, "--skew", "-120") as server, watching(scene_for_server(), server.url) as pipeline:
        pipeline.notify = notices.append
        until_up(pipeline)
        until(lambda: pipeline.connection().clock_skew_s != 0)
        assert -121 < pipeline.connection().clock_skew_s < -119
        until(lambda: notices)
    assert "120 s behind" in notices[0].text


def test_killed_and_started_again_with_another_namespace_index(free_port: int):
    scene = scene_for_server()
    with python_server(free_port) as server, watching(scene, server.url) as pipeline:
        until_up(pipeline)
        server.kill()
        until(lambda: pipeline.connection().link is Link.LOST, what="the loss is seen")
        lost = pipeline.snapshot()
        assert (lost.status == STATUS_UNCERTAIN_LAST_USABLE).all()
        assert value_of(pipeline, "M-0.State") == 1.0, "the value is kept"
        assert lost.text[4] == "A"
        with python_server(free_port, "--shift"):
            until(lambda: pipeline.connection().link is Link.CONNECTED, what="connected again")
            until(lambda: all_good(pipeline), what="everything is good again")
            snapshot = pipeline.snapshot()
            assert pipeline.connection().reconnects == 1
    numbers = [tag.index for tag in scene.tags if not tag.is_text]
    assert (snapshot.value[numbers] == 1.0).all(), "never the node that now has the old index"
    assert set(snapshot.text.values()) == {"A"}


def test_frozen_and_resumed(free_port: int):
    with python_server(free_port) as server, watching(scene_for_server(), server.url) as pipeline:
        until_up(pipeline)
        server.stop()
        try:
            begun = time.monotonic()
            until(lambda: pipeline.connection().link is Link.LOST, what="silence is noticed")
            assert "silent" in pipeline.connection().why
            assert time.monotonic() - begun > 1.0, "not before three keep-alives are missing"
        finally:
            server.resume()
        until(lambda: pipeline.connection().link is Link.CONNECTED, what="connected again")
        until(lambda: all_good(pipeline))
        server.command("set M-0.Vibration 2.25")
        until(lambda: value_of(pipeline, "M-0.Vibration") == 2.25)


@pytest.mark.parametrize("fault", ["cut", "clog"])
def test_the_line_is_cut_or_clogged(free_port: int, proxy: Callable[[int], Proxy], fault: str):
    line = proxy(free_port)
    with python_server(free_port) as server, watching(scene_for_server(), line.url) as pipeline:
        until_up(pipeline)
        getattr(line, fault)()
        until(lambda: pipeline.connection().link is Link.LOST)
        server.command("set M-0.Vibration 9.5")
        since = pipeline.connection().since_ns
        time.sleep(0.5)
        assert pipeline.connection().since_ns == since, "attempts in vain do not change since when"
        assert value_of(pipeline, "M-0.Vibration") == 1.0
        line.open()
        until(lambda: pipeline.connection().link is Link.CONNECTED)
        until(lambda: value_of(pipeline, "M-0.Vibration") == 9.5, what="what happened meanwhile is there")


def test_nobody_there_is_said_and_tried_again(free_port: int):
    with watching(scene_for_server(), f"opc.tcp://127.0.0.1:{free_port}") as pipeline:
        until(lambda: "nobody listens" in pipeline.connection().why)
        assert pipeline.connection().link is Link.CONNECTING
        with python_server(free_port):
            until_up(pipeline)
            assert pipeline.connection().reconnects == 0


def test_something_else_listens(free_port: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(opcua_client, "REQUEST_TIMEOUT_S", 0.8)
    url = f"opc.tcp://127.0.0.1:{free_port}"
    with socket.create_server(("127.0.0.1", free_port)), watching(scene_for_server(), url) as pipeline:
        until(lambda: "no answer" in pipeline.connection().why)


def test_an_unknown_scheme_is_refused_with_what_is_known():
    with pytest.raises(FeedError, match=r"not one of a live source.*opc\.tcp"):
        feed_of("mqtt://here")
    with pytest.raises(FeedError):
        feed_of("C:/scene")
    assert feed_of("opc.tcp://x:1").SCHEMES == ("opc.tcp",)


def test_an_address_that_names_no_place_is_refused_with_how_to_write_it():
    for url, says in (
        ("opc.tcp://127.0.0.1:99999", "Port out of range"),
        ("opc.tcp://127.0.0.1:plc", "cannot be used"),
        ("opc.tcp://[::1", "cannot be used"),
        ("opc.tcp://", "no computer"),
        ("opc.tcp://ann:hush@:4840", "no computer"),
        ("opc.tcp://here:0", "no port"),
    ):
        with pytest.raises(Refused, match=says) as caught:
            asyncio.run(describe(url, []))
        assert "opc.tcp://HOST:PORT" in caught.value.remedy
        assert "hush" not in str(caught.value)


def test_a_password_in_the_address_is_held_to_the_same_checks(server: ServerProcess):
    url = server.url.replace("opc.tcp://", "opc.tcp://op:hush%21@")
    for security in ("none", "auto"):
        with pytest.raises(Refused, match="readable by anybody") as caught:
            asyncio.run(describe(url, [], FeedOptions(security=security)))
        assert "hush" not in str(caught.value)
    assert asyncio.run(describe(url, [], FeedOptions(security="none", plain_password=True))) == {}


def test_who_hangs_up_is_not_taken_for_nobody():
    async def work() -> None:
        async with await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0) as web:
            port = web.sockets[0].getsockname()[1]
            with pytest.raises(FeedLost, match=f"127.0.0.1:{port} answers and hangs up"):
                await describe(f"opc.tcp://127.0.0.1:{port}", [])

    asyncio.run(work())


def test_write_reads_back_what_the_server_took(server: ServerProcess):
    async def work(url: str) -> None:
        source = FeedSource(url, FeedOptions(security="none"))
        written = await write(source, NodeAddress(URI, "s=M-0.Vibration"), 2.5)
        assert (written.status, written.value, written.read_back) == (0, 2.5, True)
        written = await write(source, NodeAddress(URI, "s=M-0.State"), 2.0)
        assert written.value == 2.0
        written = await write(source, NodeAddress(URI, "s=M-0.Product"), "B")
        assert written.text == "B"
        for name, value in (("M-0.Vibration", 1.0), ("M-0.State", 1), ("M-0.Product", "A")):
            await write(source, NodeAddress(URI, f"s={name}"), value)
        for name, value in (("M-0.State", 2.5), ("M-0.State", "on"), ("M-0.Product", 1.0), ("gone", 1.0)):
            with pytest.raises(FeedError):
                await write(source, NodeAddress(URI, f"s={name}"), value)

    asyncio.run(work(server.url))
    nobody = f"opc.tcp://127.0.0.1:{unused_port()}"
    with pytest.raises(FeedLost, match="nobody listens"):
        asyncio.run(write(FeedSource(nobody), NodeAddress(URI, "s=x"), 1.0))


@pytest.mark.parametrize(
    ("breaks_at", "said"),
    [("write_attributes", "did not answer in time; whether the value was written is not known"),
     ("read_attributes", "did not answer in time; the value was written, and could not be read back")],
)  # fmt: skip
def test_a_write_whose_answer_is_lost_is_not_called_a_failure_only(
    server: ServerProcess, monkeypatch: pytest.MonkeyPatch, breaks_at: str, said: str
):
    asked = {"read_attributes": 0, "write_attributes": 1}
    whole = getattr(UaSession, breaks_at)

    async def lost(session: UaSession, *arguments: object) -> object:
        answer = await whole(session, *arguments)
        asked[breaks_at] += 1
        if asked[breaks_at] == 2:
            raise TimeoutError
        return answer

    monkeypatch.setattr(UaSession, breaks_at, lost)
    source, address = FeedSource(server.url, FeedOptions(security="none")), NodeAddress(URI, "s=M-0.Vibration")
    with pytest.raises(FeedLost, match=said):
        asyncio.run(write(source, address, 2.5))
    monkeypatch.undo()
    assert asyncio.run(write(source, address, 1.0)).read_back


def test_describe_and_browse_name_types_units_and_places(server: ServerProcess):
    async def work(url: str) -> None:
        here, path = NodeAddress(URI, "s=M-1.State"), NodeAddress(browse_path=((URI, "Machines"), (URI, "M-1")))
        gone, text = NodeAddress(URI, "s=gone"), NodeAddress(URI, "s=M-1.Product")
        wave = NodeAddress(URI, "s=M-1.Acceleration")
        found = await describe(url, [here, path, gone, text, here, wave])
        assert list(found) == [here, path, gone, text, wave]
        assert (found[wave].is_array, found[here].is_array, found[wave].is_numeric) == (True, False, True)
        assert (found[here].exists, found[here].data_type, found[here].is_numeric) == (True, "Int32", True)
        assert found[here].value == 1.0
        assert (found[text].is_numeric, found[text].value) == (False, "A")
        assert not found[gone].exists
        assert found[path].exists, "an object is there, though it has no value"
        nodes = {node.identifier: node for node in await browse(url) if node.uri == URI}
        assert len(nodes) == 13
        node = nodes["s=M-1.Vibration"]
        assert node.path == ("Machines", "M-1", "Vibration")
        assert (node.data_type, node.type_name, node.parent_type) == (
            "Double",
            "BaseDataVariableType",
            "BaseObjectType",
        )
        assert len(await browse(url, limit=5)) <= 5

    asyncio.run(work(server.url))
