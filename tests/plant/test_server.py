"""The plant as its clients see it: a real server in its own process, read with asyncua's client."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from asyncua import Client, Node, Server, ua
from asyncua.crypto.security_policies import SecurityPolicyBasic256Sha256

from tests.plant.factory import hall
from tests.plant.served import Plant, plant
from twinviewer.feeds.opcua_browse import describe
from twinviewer.feeds.opcua_security import POLICIES
from twinviewer.feeds.options import FeedOptions
from twinviewer.feeds.trust import TrustStore
from twinviewer.model.asset import NodeAddress
from twinviewer.model.errors import FeedError
from twinviewer.plant.security import Access, make_certificate, protect

SMALL = ("-m", "tests.plant.serve_small")
PLANT_URI, MACHINERY = "urn:twinviewer:plant", "http://opcfoundation.org/UA/Machinery/"
OTHER = "http://example.org/other"


def small(what: str, *arguments: str) -> AbstractContextManager[Plant]:
    """A served scene of the factory."""
    return plant(what, *arguments, module=SMALL)


def with_client(url: str, work: Callable[[Client], Coroutine[Any, Any, Any]]) -> Any:
    """Run `work(client)` connected to `url`."""

    async def connected() -> Any:
        async with Client(url, timeout=10) as client:
            return await work(client)

    return asyncio.run(connected())


async def tag(client: Client, name: str) -> Node:
    """The node of a tag by its string identifier."""
    return client.get_node(ua.NodeId(name, await client.get_namespace_index(PLANT_URI)))


async def samples(client: Client, names: list[str], seconds: float, queue: int = 100) -> dict[str, list[ua.DataValue]]:
    """All data changes of some tags during `seconds`."""
    got: dict[str, list[ua.DataValue]] = {name: [] for name in names}

    class Handler:
        def datachange_notification(self, node: Node, _value: object, data: Any) -> None:
            got[str(node.nodeid.Identifier)].append(data.monitored_item.Value)

    subscription = await client.create_subscription(50, Handler())
    await subscription.subscribe_data_change([await tag(client, n) for n in names], queuesize=queue)
    await asyncio.sleep(seconds)
    await subscription.delete()
    return got


@pytest.fixture(scope="module")
def hall_url() -> Any:
    """A served hall, plant time twenty times as quick."""
    with small("hall", "--speed", "20", "--fault", "PMP-1:sensor!@0") as running:
        yield running.url


def test_tags_are_analog_units_with_range_and_unit(hall_url: str) -> None:
    async def look(client: Client) -> None:
        power = await tag(client, "CNC-1.Power")
        assert await power.read_type_definition() == ua.NodeId(ua.ObjectIds.AnalogUnitType)
        facts = {(await p.read_browse_name()).Name: await p.read_value() for p in await power.get_properties()}
        assert (facts["EURange"].Low, facts["EURange"].High) == (0.0, 25.0)
        assert facts["EngineeringUnits"].UnitId == 0x4B5754  # "KWT"
        assert facts["EngineeringUnits"].DisplayName.Text == "kW"
        value = await power.read_data_value()
        assert value.Value is not None
        assert value.Value.VariantType is ua.VariantType.Double
        assert 0 < value.Value.Value < 25
        assert value.SourceTimestamp is not None
        assert abs(value.SourceTimestamp.timestamp() - time.time()) < 30
        kinds = {"State": ua.VariantType.Int32, "GoodCount": ua.VariantType.UInt32, "Product": ua.VariantType.String}
        for key, kind in kinds.items():
            data = await (await tag(client, f"CNC-1.{key}")).read_data_value()
            assert data.Value is not None
            assert data.Value.VariantType is kind

    with_client(hall_url, look)


def test_machines_identify_themselves(hall_url: str) -> None:
    async def look(client: Client) -> None:
        machines = client.get_node(ua.NodeId(1001, await client.get_namespace_index(MACHINERY)))
        names = [
            (await m.read_browse_name()).Name for m in await machines.get_children(nodeclassmask=ua.NodeClass.Object)
        ]
        assert names == [a.asset_id for a in hall().assets]
        own, di = (
            await client.get_namespace_index(PLANT_URI),
            await client.get_namespace_index("http://opcfoundation.org/UA/DI/"),
        )
        facts = await machines.get_child([f"{own}:CMP-1", f"{di}:Identification"])
        read = {(await p.read_browse_name()).Name: await p.read_value() for p in await facts.get_properties()}
        assert {"Manufacturer", "Model", "SerialNumber", "ProductInstanceUri"} <= set(read)
        assert len(read["SerialNumber"]) > 4
        index = await client.get_namespace_index(MACHINERY)
        state = await machines.get_child([f"{own}:CMP-1", f"{index}:MachineryItemState", "0:CurrentState"])
        assert (await state.read_value()).Text == "Executing"

    with_client(hall_url, look)


def test_changes_are_published_and_a_broken_sensor_says_so(hall_url: str) -> None:
    names = ["CMP-1.Vibration", "CMP-1.Energy", "AGV-1.X", "PMP-1.Vibration", "PMP-1.Power", "CNC-1.Order"]
    got = with_client(hall_url, lambda client: samples(client, names, 3.0))
    assert len(got["CMP-1.Vibration"]) > 3
    energy = [d.Value.Value for d in got["CMP-1.Energy"]]
    assert energy == sorted(energy)
    assert energy[-1] > energy[0]
    stamps = [d.SourceTimestamp for d in got["CMP-1.Energy"]]
    assert stamps == sorted(stamps)
    assert all(d.ServerTimestamp is not None for d in got["CMP-1.Energy"])
    assert got["PMP-1.Vibration"][0].StatusCode.value == 0x808C0000
    assert got["PMP-1.Power"][0].StatusCode.is_good()
    assert got["CNC-1.Order"][0].Value.Value.startswith("ORD-")


def test_an_unchanged_value_does_not_notify(hall_url: str) -> None:
    got = with_client(hall_url, lambda client: samples(client, ["CMP-2.State", "CNC-1.SpeedSetpoint"], 2.0))
    assert [len(values) for values in got.values()] == [1, 1]


def test_a_setpoint_is_written_and_read_back_and_nothing_else_can_be(hall_url: str) -> None:
    async def look(client: Client) -> None:
        wanted = await tag(client, "ROB-1.SpeedSetpoint")
        assert await wanted.read_value() == 100.0
        await wanted.write_value(80.0)
        assert await wanted.read_value() == pytest.approx(80.0)
        await wanted.write_value(900.0)
        assert await wanted.read_value() == pytest.approx(150.0)
        await wanted.write_value(100.0)
        for name in ("ROB-1.Power", "ROB-1.State", "ROB-1.Product"):
            node = await tag(client, name)
            with pytest.raises(ua.UaStatusCodeError):
                await node.write_value(await node.read_value())

    with_client(hall_url, look)


def test_the_crew_can_be_called(hall_url: str) -> None:
    async def look(client: Client) -> tuple[str, str]:
        machines = client.get_node(ua.NodeId(1001, await client.get_namespace_index(MACHINERY)))
        own = await client.get_namespace_index(PLANT_URI)
        said = await machines.call_method(f"{own}:RequestMaintenance", "CMP-2")
        return said, await machines.call_method(f"{own}:RequestMaintenance", "CMP-9")

    said, unknown = with_client(hall_url, look)
    assert said == "The crew is on its way."
    assert unknown == "There is no asset CMP-9."


def test_a_fault_is_an_alarm_that_a_client_acknowledges_and_refreshes() -> None:
    async def look(client: Client) -> list[Any]:
        events: list[Any] = []

        class Handler:
            def event_notification(self, event: Any) -> None:
                events.append(event)

        async def more(count: int) -> None:
            for _ in range(200):
                if len(events) >= count:
                    return
                await asyncio.sleep(0.05)

        subscription = await client.create_subscription(50, Handler())
        kind = client.get_node(ua.ObjectIds.OffNormalAlarmType)
        await subscription.subscribe_alarms_and_conditions(ua.ObjectIds.Server, kind)
        await more(1)
        condition = client.get_node(events[0].NodeId)
        method = ua.NodeId(ua.ObjectIds.AcknowledgeableConditionType_Acknowledge)
        said = ua.Variant(ua.LocalizedText("seen"))
        with pytest.raises(ua.UaStatusCodeError):
            await condition.call_method(method, ua.Variant(b"wrong", ua.VariantType.ByteString), said)
        await condition.call_method(method, ua.Variant(events[0].EventId, ua.VariantType.ByteString), said)
        await more(2)
        refresh = ua.NodeId(ua.ObjectIds.ConditionType_ConditionRefresh)
        number = ua.Variant(subscription.subscription_id, ua.VariantType.UInt32)
        await client.get_node(ua.ObjectIds.ConditionType).call_method(refresh, number)
        await more(3)
        return events

    with small("hall", "--speed", "20", "--fault", "ROB-1:stop!@40") as running:
        events = with_client(running.url, look)
    first, acknowledged, refreshed = events[:3]
    assert first.SourceName == "ROB-1"
    assert first.Severity == 800
    assert "servo" in first.Message.Text
    assert [getattr(first, f"{name}State/Id") for name in ("Active", "Acked")] == [True, False]
    assert [getattr(acknowledged, f"{name}State/Id") for name in ("Active", "Acked")] == [True, True]
    assert acknowledged.Comment.Text == "seen"
    assert refreshed.NodeId == first.NodeId
    assert refreshed.Retain


def test_addresses_of_other_peoples_scenes_are_served_as_they_are_and_namespaces_move(hall_url: str) -> None:
    async def look(client: Client) -> None:
        other = await client.get_namespace_index(OTHER)
        state = client.get_node(ua.NodeId(1, other))
        assert (await state.read_display_name()).Text == "State"
        assert await state.read_value() in range(8)
        power = await client.nodes.objects.get_child([f"{other}:Line", f"{other}:B", f"{other}:Power"])
        assert await power.read_value() > 0
        assert await client.get_namespace_index(PLANT_URI) == plain + 3

    plain = with_client(hall_url, lambda client: client.get_namespace_index(PLANT_URI))
    with small("foreign", "--namespaces", "3") as running:
        with_client(running.url, look)


def test_no_folder_holds_more_than_a_hundred() -> None:
    async def look(client: Client) -> int:
        machines = client.get_node(ua.NodeId(1001, await client.get_namespace_index(MACHINERY)))
        folders = await machines.get_children(nodeclassmask=ua.NodeClass.Object)
        assert len(folders) == 3
        return sum([len(await folder.get_children()) for folder in folders])

    with small("many") as running:
        assert with_client(running.url, look) == 230


@pytest.mark.parametrize("signal", [2, 15])
def test_it_ends_cleanly_with_a_client_connected(signal: int) -> None:
    with small("hall") as running:

        async def look() -> int:
            client = Client(running.url)
            await client.connect()
            code = await asyncio.to_thread(running.end, signal)
            with suppress(ConnectionError, TimeoutError, ua.UaError):
                await client.disconnect()
            return code

        assert asyncio.run(look()) == 0
        assert running.errors == []


def test_plant_time_can_stamp_the_sources() -> None:
    async def look(client: Client) -> tuple[float, float]:
        await asyncio.sleep(1.5)
        value = await (await tag(client, "CMP-1.Energy")).read_data_value()
        assert value.SourceTimestamp is not None
        assert value.ServerTimestamp is not None
        return value.SourceTimestamp.timestamp() - time.time(), value.ServerTimestamp.timestamp() - time.time()

    with small("hall", "--speed", "600", "--clock", "plant") as running:
        ahead, server = with_client(running.url, look)
    assert ahead > 300
    assert abs(server) < 5


def test_load_tags_count_their_changes() -> None:
    async def look(client: Client) -> dict[str, list[ua.DataValue]]:
        return await samples(client, ["Load.00001", "Load.00250"], 1.5)

    with plant("--tags", "250", "--rate", "2500") as running:
        got = with_client(running.url, look)
    for values in got.values():
        counts = [d.Value.Value for d in values]
        assert len(counts) >= 8
        assert counts[1:] == [counts[1] + k for k in range(len(counts) - 1)]
        stamps = [d.SourceTimestamp for d in values]
        assert len(set(stamps)) == len(stamps)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "Give a SCENE"),
        (("scenes/nowhere",), "scenes/nowhere"),
        (("scenes/pump-skid", "--fault", "PMP-511:melt@3"), "Kinds: stop"),
        (("scenes/pump-skid", "--fault", "PMP-999:stop@3"), "no asset “PMP-999”"),
        (("scenes/pump-skid", "--speed", "0"), "out of range"),
        (("scenes/pump-skid", "--shift", "22-6"), "such as 6-22"),
        (("--tags", "-5"), "cannot be served"),
        (("--tags", "5", "--trust", "/nowhere"), "no such folder"),
    ],
)
def test_bad_arguments_get_a_sentence(
    arguments: tuple[str, ...], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    from twinviewer.__main__ import main

    assert main(["plant", *arguments]) == 2
    said = capsys.readouterr().err
    assert words in said
    assert "Traceback" not in said


def test_a_taken_port_gets_a_sentence(hall_url: str) -> None:
    port = hall_url.split(":")[2].split("/")[0]
    with pytest.raises(AssertionError, match="Choose another port") as failed:
        Plant(["-m", "twinviewer", "plant", "--tags", "5", "--port", port])
    assert "Traceback" not in str(failed.value)


def test_a_password_keeps_strangers_out(tmp_path: Path) -> None:
    async def enter(url: str, user: str, password: str) -> bool:
        client = Client(url, timeout=10)
        if user:
            client.set_user(user)
            client.set_password(password)
        try:
            async with client:
                return await client.get_namespace_index(PLANT_URI) > 0
        except (ua.UaError, ConnectionError, TimeoutError):
            return False

    with plant("--tags", "5", "--security", "offered", "--password", "shift-2") as running:
        tried = [("", ""), ("operator", "wrong"), ("admin", "shift-2"), ("operator", "shift-2")]
        assert [asyncio.run(enter(running.url, *t)) for t in tried] == [False, False, False, True]
        store, node = TrustStore(tmp_path), NodeAddress(PLANT_URI, "s=Load.00001")
        for security in (f"{policy},{mode}" for policy in POLICIES for mode in ("Sign", "SignAndEncrypt")):
            options = FeedOptions(security, "operator", "shift-2", trust_all=True)
            assert asyncio.run(describe(running.url, [node], options, store=store))[node].is_numeric, security
        with pytest.raises(FeedError, match="refuses operator"):
            asyncio.run(describe(running.url, [node], replace(options, password="wrong"), store=store))


def test_secured_endpoints_and_trusted_clients(tmp_path: Path) -> None:
    ours = (tmp_path / "client.der", tmp_path / "client.pem")
    make_certificate(*ours)
    trusted, kept = tmp_path / "trusted", tmp_path / "kept"
    trusted.mkdir()

    async def enter(url: str) -> bool:
        client = Client(url, timeout=10)
        client.application_uri = "urn:twinviewer:plant:server"
        await client.set_security(SecurityPolicyBasic256Sha256, *map(str, ours))
        try:
            async with client:
                return await (await tag(client, "Load.00001")).read_value() >= 0
        except (ua.UaError, ConnectionError, TimeoutError, AssertionError):
            return False

    with plant(
        "--tags", "5", "--security", "required", "--certificates", str(kept), "--trust", str(trusted)
    ) as running:
        endpoints = asyncio.run(Client(running.url).connect_and_get_server_endpoints())
        assert {e.SecurityPolicyUri.split("#")[1] for e in endpoints} == {
            "Basic256Sha256", "Aes128_Sha256_RsaOaep", "Aes256_Sha256_RsaPss",
        }  # fmt: skip
        assert not asyncio.run(enter(running.url))
        (trusted / "client.der").write_bytes(ours[0].read_bytes())
        assert asyncio.run(enter(running.url))
    first = (kept / "plant.der").read_bytes()
    person = FeedOptions("Basic256Sha256", user_certificate=str(ours[0]), user_key=str(ours[1]), trust_all=True)
    with plant("--tags", "5", "--security", "offered", "--certificates", str(kept)) as running:
        assert (kept / "plant.der").read_bytes() == first
        assert asyncio.run(describe(running.url, [], person, store=TrustStore(tmp_path / "pki"))) == {}
        with pytest.raises(FeedError, match="without its key"):
            asyncio.run(describe(running.url, [], replace(person, user_key=""), store=TrustStore(tmp_path / "pki")))


def test_a_place_where_no_certificate_can_be_kept_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for folder, says in ((tmp_path / "file" / "deeper", "Not a directory"), (tmp_path / "broken", "cannot be used")):
        if folder.name == "broken":
            folder.mkdir()
            (folder / "plant.der").write_bytes(b"no certificate")
            (folder / "plant.pem").write_bytes(b"no key")
        with pytest.raises(FeedError, match=says) as caught:
            asyncio.run(protect(Server(), Access("required"), folder))
        assert str(folder) in str(caught.value)
