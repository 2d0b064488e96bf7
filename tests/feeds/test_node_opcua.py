"""The feed against a server of another maker (node-opcua): security, identities and faults."""

import asyncio
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.feeds.live import all_good, scene_for_server, try_now, until_up, value_of, watching
from tests.feeds.servers import URI, Proxy, ServerProcess, node_server, until, unused_port
from twinviewer.feeds.opcua_browse import browse, describe
from twinviewer.feeds.options import FeedOptions
from twinviewer.feeds.trust import TrustStore, standard_store
from twinviewer.model.asset import NodeAddress
from twinviewer.model.connection import Link
from twinviewer.model.errors import FeedError
from twinviewer.model.quality import STATUS_BAD_SENSOR_FAILURE

POLICIES = ("Basic256Sha256", "Aes128_Sha256_RsaOaep", "Aes256_Sha256_RsaPss")
OP = {"user": "op", "password": "secret"}


@pytest.fixture(scope="module")
def secure(modules: Path) -> Iterator[ServerProcess]:
    """Only secure endpoints, only user op."""
    with node_server(modules, unused_port(), secure=True, users=True) as process:
        yield process


def trust_server(url: str) -> None:
    """Connect once and trust what the server shows, as a person does."""
    with watching(scene_for_server(), url, FeedOptions(security="auto", **OP)) as pipeline:
        until(lambda: pipeline.connection().link in (Link.REFUSED, Link.CONNECTED))
    store = standard_store()
    for fingerprint, _ in store.waiting():
        store.trust(fingerprint)


def test_values_bad_sensors_units_and_a_restart_with_another_index(modules: Path, free_port: int):
    scene = scene_for_server()
    with node_server(modules, free_port) as server, watching(scene, server.url) as pipeline:
        until_up(pipeline)
        assert pipeline.connection().link is Link.CONNECTED
        server.command("set M-1.Vibration 4.75")
        server.command("text M-0.Product Kolben")
        server.command("status M-0.Vibration BadSensorFailure")
        until(lambda: value_of(pipeline, "M-1.Vibration") == 4.75)
        until(lambda: pipeline.snapshot().text[scene.tag("M-0.Product").index] == "Kolben")
        until(lambda: pipeline.snapshot().status[scene.tag("M-0.Vibration").index] == STATUS_BAD_SENSOR_FAILURE)
        found = asyncio.run(describe(server.url, [NodeAddress(URI, "s=M-0.Vibration")]))
        (info,) = found.values()
        assert (info.unit, info.eu_range, info.is_numeric) == ("mm/s", (0.0, 12.0), True)
        nodes = {n.identifier: n for n in asyncio.run(browse(server.url)) if n.uri == URI}
        assert nodes["s=M-1.Vibration"].types[:2] == ("AnalogItemType", "BaseAnalogType")
        assert nodes["s=M-1.Vibration"].unit == "mm/s"
        assert nodes["s=M-1.Vibration"].path == ("Machines", "M-1", "Vibration")
        server.kill()
        until(lambda: pipeline.connection().link is Link.LOST)
        with node_server(modules, free_port, shift=True):
            until(lambda: pipeline.connection().link is Link.CONNECTED and all_good(pipeline))
            assert value_of(pipeline, "M-1.Vibration") == 1.0


def test_nothing_is_lost_across_a_line_that_is_cut(modules: Path, proxy: Callable[[int], Proxy], free_port: int):
    line = proxy(free_port)
    scene = scene_for_server(counter=True)
    with node_server(modules, free_port, countEvery=0.05) as server, watching(scene, line.url) as pipeline:
        until_up(pipeline)
        server.stop()
        try:
            until(lambda: pipeline.connection().link is Link.LOST)
        finally:
            server.resume()
        until(lambda: pipeline.connection().link is Link.CONNECTED)
        before = value_of(pipeline, "counter")
        line.cut()
        until(lambda: pipeline.connection().link is Link.LOST)
        line.open()
        until(lambda: pipeline.connection().link is Link.CONNECTED)
        until(lambda: value_of(pipeline, "counter") > before + 5)
        assert pipeline.connection().reconnects == 2


def test_more_items_than_a_subscription_may_have_go_to_another_one(modules: Path, free_port: int):
    with (
        node_server(modules, free_port, perSubscription=4) as server,
        watching(scene_for_server(), server.url) as pipeline,
    ):
        until_up(pipeline)
        assert pipeline.connection().bad_items == 0
        for k in (0, 1):
            server.command(f"set M-{k}.Vibration {k + 2}.5")
            until(lambda k=k: value_of(pipeline, f"M-{k}.Vibration") == k + 2.5)


def test_an_unknown_certificate_is_refused_with_its_fingerprint_until_a_person_trusts_it(secure: ServerProcess):
    store = standard_store()
    shutil.rmtree(store.folder, ignore_errors=True)
    with watching(scene_for_server(), secure.url, FeedOptions(**OP)) as pipeline:
        until(lambda: pipeline.connection().link is Link.REFUSED)
        ((fingerprint, subject),) = store.waiting()
        assert fingerprint in pipeline.connection().why
        assert "twinviewer trust" in pipeline.connection().why
        assert "NodeOPCUA" in subject
        with pytest.raises(FeedError, match="no certificate with this fingerprint"):
            store.trust("00:11:22:33:44")
        store.trust(fingerprint[:23].lower())
        try_now(pipeline)
        until_up(pipeline)
        assert pipeline.connection().security == "Aes256_Sha256_RsaPss, SignAndEncrypt"
    assert store.waiting() == []
    assert store.identity().key.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("mode", ["Sign", "SignAndEncrypt"])
@pytest.mark.parametrize("policy", POLICIES)
def test_every_policy_and_mode(secure: ServerProcess, policy: str, mode: str):
    trust_server(secure.url)
    with watching(scene_for_server(), secure.url, FeedOptions(security=f"{policy},{mode}", **OP)) as pipeline:
        until_up(pipeline)
        assert pipeline.connection().security == f"{policy}, {mode}"
        assert all_good(pipeline)


def test_a_person_signs_on_with_a_certificate(secure: ServerProcess, tmp_path: Path):
    trust_server(secure.url)
    person = TrustStore(tmp_path).identity()
    options = FeedOptions(user_certificate=str(person.certificate), user_key=str(person.key))
    with watching(scene_for_server(), secure.url, options) as pipeline:
        until_up(pipeline)
    with watching(
        scene_for_server(), secure.url, FeedOptions(user_certificate="gone.der", user_key="gone.pem")
    ) as pipeline:
        until(lambda: pipeline.connection().link is Link.REFUSED)
        assert "the user certificate cannot be used" in pipeline.connection().why


def test_a_wrong_password_and_nobody_at_all_are_refused_and_not_tried_again(secure: ServerProcess):
    trust_server(secure.url)
    for options, said in (
        (FeedOptions(user="op", password="wrong"), "the server refuses op"),
        (FeedOptions(), "does not accept visitors without a name"),
        (FeedOptions(user="stranger"), "no password is known for stranger"),
    ):
        with watching(scene_for_server(), secure.url, options) as pipeline:
            until(lambda: pipeline.connection().link is Link.REFUSED)
            assert said in pipeline.connection().why


def test_a_server_that_does_not_trust_us_is_said_with_the_file_to_give_it(modules: Path, free_port: int):
    with node_server(modules, free_port, secure=True, strict=True) as server:
        trust = FeedOptions(trust_all=True)
        rejected = modules.parent / "pki" / "strict" / "rejected"
        for old in [*rejected.glob("*"), *(rejected.parent / "trusted" / "certs").glob("*")]:
            old.unlink()
        with watching(scene_for_server(), server.url, trust) as pipeline:
            until(lambda: pipeline.connection().link is Link.REFUSED)
            assert "does not trust our certificate" in pipeline.connection().why
            assert str(standard_store().identity().certificate) in pipeline.connection().why
            until(lambda: list(rejected.glob("*.pem")))
            for file in rejected.glob("*.pem"):
                file.rename(rejected.parent / "trusted" / "certs" / file.name)
            try_now(pipeline)
            until_up(pipeline)
            assert pipeline.connection().link is Link.DEGRADED, "any certificate is accepted: a person should know"
