"""The words for a connection are true for every state of it."""

import dataclasses

import numpy as np
import pytest

from tests.factory import NOW_NS, SECOND_NS, make_scene, snapshot
from twinviewer.gui.link_texts import newest_age_s, oldest_good_s, pill_text, security_text, trouble_of
from twinviewer.model.connection import Connection, Link
from twinviewer.model.frame import Frame
from twinviewer.states.evaluator import Evaluator


def frame_of(connection: Connection, source: str = "live", age_s: float = 0.4) -> Frame:
    scene = make_scene(2)
    tags, assets = Evaluator(scene).evaluate(snapshot(scene, age_s=age_s), NOW_NS, connection)
    return Frame(NOW_NS, source, connection, tags, assets)


CONNECTED = Connection(Link.CONNECTED, url="opc.tcp://x:4840", since_ns=NOW_NS - 60 * SECOND_NS)


def test_live_says_how_old_the_data_is() -> None:
    words = pill_text(frame_of(CONNECTED), "06:42:17")
    assert (words.strong, words.quiet) == ("LIVE", "data 0.4 s old · 06:42:17")
    assert trouble_of(frame_of(CONNECTED)) is None


@pytest.mark.parametrize("source", ["replay", "simulation", "training"])
def test_what_is_not_live_never_says_live(source: str) -> None:
    words = pill_text(frame_of(CONNECTED, source), "06:42:17")
    assert "LIVE" not in words.strong
    assert words.frame == "not_live"


@pytest.mark.parametrize("link", [Link.LOST, Link.REFUSED, Link.COLLECTOR_LOST, Link.NONE, Link.DEGRADED])
def test_every_trouble_is_said_with_a_reason_or_a_remedy(link: Link) -> None:
    connection = Connection(link, why="the cable is out", since_ns=NOW_NS - 75 * SECOND_NS)
    trouble = trouble_of(frame_of(connection))
    assert trouble is not None
    assert pill_text(frame_of(connection), "x").strong != "LIVE"
    if link in (Link.LOST, Link.REFUSED, Link.DEGRADED):
        assert "the cable is out" in trouble.text
    if link in (Link.LOST, Link.COLLECTOR_LOST):
        assert "01:15" in trouble.text
        assert trouble.level == "error"


def test_trust_is_offered_only_where_a_certificate_waits_for_a_person() -> None:
    refused = Connection(Link.REFUSED, why="the server does not offer Aes256. It offers none (no security).")
    trouble = trouble_of(frame_of(refused))
    assert trouble is not None
    assert trouble.text == "Not connected: the server does not offer Aes256. It offers none (no security)."
    assert trouble.buttons == ("file.connect",)
    unknown = Connection(Link.REFUSED, why="the certificate is not known here. Compare this fingerprint: SHA-256 AB:CD")
    trouble = trouble_of(frame_of(unknown))
    assert trouble is not None
    assert trouble.buttons == ("file.trust", "file.connect")


def test_connecting_becomes_a_warning_only_when_it_takes_long() -> None:
    soon = Connection(Link.CONNECTING, since_ns=NOW_NS - SECOND_NS)
    late = Connection(Link.CONNECTING, since_ns=NOW_NS - 10 * SECOND_NS)
    assert trouble_of(frame_of(soon)) is None
    assert trouble_of(frame_of(late)) is not None


@pytest.mark.parametrize(
    ("security", "words"),
    [
        ("None", "not secure"),
        ("Basic256Sha256, SignAndEncrypt", "secure, signed + encrypted"),
        ("Aes128_Sha256_RsaOaep, Sign", "secure, signed"),
        ("", ""),
    ],
)
def test_security_is_said_in_words(security: str, words: str) -> None:
    assert security_text(Connection(security=security)) == words


def test_ages_without_data_are_not_numbers() -> None:
    frame = frame_of(CONNECTED)
    nothing = dataclasses.replace(frame.tags, received_ns=np.zeros_like(frame.tags.received_ns))
    assert newest_age_s(dataclasses.replace(frame, tags=nothing)) == float("inf")
    unknown = dataclasses.replace(frame.tags, quality=np.full(len(frame.tags.value), 4, np.uint8))
    assert np.isnan(oldest_good_s(dataclasses.replace(frame, tags=unknown)))
