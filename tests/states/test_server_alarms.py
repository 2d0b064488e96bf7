"""Alarms that the server raises stand in the same list, and only the server ends or acknowledges them."""

from dataclasses import replace

import pytest

from tests.factory import CONNECTED, NOW_NS, SECOND_NS, make_scene, snapshot
from twinviewer.model.alarm import SERVER, AlarmState, ServerCondition
from twinviewer.model.asset import NodeAddress
from twinviewer.model.errors import TwinError
from twinviewer.states.alarms import WINDOW_NS, AlarmBook
from twinviewer.states.evaluator import Evaluator

HOT = ServerCondition(
    NodeAddress("urn:x", "s=M-1/Hot"), b"1", "Hot", "M-1", "too hot", 700, True, True, False, NOW_NS, user="",
)  # fmt: skip


def told(book: AlarmBook, condition: ServerCondition, now_ns: int = NOW_NS) -> list[str]:
    return [event.what for event in book.on_server(condition, now_ns)]


def test_it_lives_as_the_server_says() -> None:
    book = AlarmBook(make_scene(3))
    assert told(book, HOT) == ["raised"]
    (alarm,) = book.alarms
    assert (alarm.asset_id, alarm.priority, alarm.source, alarm.tag) == ("M-1", 2, SERVER, "Hot")
    assert told(book, HOT) == []
    assert told(book, replace(HOT, message="hotter", severity=900)) == ["changed"]
    assert book.alarms[0].priority == 1
    acknowledged = replace(HOT, message="hotter", severity=900, acknowledged=True, user="ann", comment="seen")
    assert told(book, acknowledged) == ["acknowledged"]
    assert (book.alarms[0].state, book.alarms[0].by) == (AlarmState.ACKNOWLEDGED, "ann")
    later = replace(acknowledged, active=False, retain=False, time_ns=NOW_NS + SECOND_NS)
    assert told(book, later) == ["cleared"]
    assert book.alarms == ()
    assert told(book, later) == []  # what is over and unknown is no event


def test_one_that_returned_waits_for_its_acknowledgement_and_keeps_its_beginning() -> None:
    book = AlarmBook(make_scene(3))
    told(book, HOT)
    assert told(book, replace(HOT, active=False, time_ns=NOW_NS + 9 * SECOND_NS)) == ["returned"]
    (alarm,) = book.alarms
    assert alarm.state is AlarmState.RETURNED_UNACKNOWLEDGED
    assert (alarm.since_ns, alarm.changed_ns) == (NOW_NS, NOW_NS + 9 * SECOND_NS)


def test_one_that_is_active_stands_even_where_the_server_does_not_retain_it() -> None:
    book = AlarmBook(make_scene(3))
    told(book, HOT)
    assert told(book, replace(HOT, acknowledged=True, retain=False)) == ["acknowledged"]
    assert told(book, replace(HOT, acknowledged=True, retain=False, active=False)) == ["cleared"]


def test_only_the_server_acknowledges_but_anybody_shelves() -> None:
    book = AlarmBook(make_scene(3))
    told(book, HOT)
    with pytest.raises(TwinError, match="on the server"):
        book.acknowledge(HOT.key, "ann", NOW_NS)
    assert book.condition(HOT.key) == HOT
    book.shelve(HOT.key, "ann", "known", NOW_NS + 60 * SECOND_NS, NOW_NS)
    assert told(book, replace(HOT, message="still hot")) == ["changed"]
    assert book.alarms[0].state is AlarmState.SHELVED
    book.on_server(replace(HOT, message="still hot", acknowledged=True), NOW_NS)
    book.unshelve(HOT.key, "ann", NOW_NS)
    assert book.alarms[0].state is AlarmState.ACKNOWLEDGED


def test_after_a_refresh_only_what_stands_is_left() -> None:
    book = AlarmBook(make_scene(3))
    other = replace(HOT, address=NodeAddress("urn:x", "s=other"), source="somewhere else")
    told(book, HOT)
    told(book, other)
    assert [e.what for e in book.standing_on_server({other.key}, NOW_NS)] == ["cleared"]
    assert [a.asset_id for a in book.alarms] == ["somewhere else"]
    with pytest.raises(TwinError):
        book.condition(HOT.key)


def test_old_ones_that_a_refresh_tells_do_not_count_as_new() -> None:
    book = AlarmBook(make_scene(3))
    told(book, replace(HOT, time_ns=NOW_NS - 2 * WINDOW_NS))
    assert book.alarms_10_min == 0
    told(book, replace(HOT, address=NodeAddress("urn:x", "s=new")))
    assert book.alarms_10_min == 1


@pytest.mark.parametrize(
    ("source", "about", "address", "owner"),
    [
        ("M-2", "", "s=Alarm7", "M-2"),
        ("m_2", "", "s=Alarm7", "M-2"),
        ("Spindle", "s=M-2.Vibration", "s=Alarm7", "M-2"),
        ("", "s=Line/M-2/Spindle", "s=Alarm7", "M-2"),
        ("Boiler", "", "s=Alarm7", "Boiler"),
        ("Boiler", "", "s=M-0/Alarm7", "M-0"),
    ],
)
def test_it_belongs_to_the_asset_that_it_names(source: str, about: str, address: str, owner: str) -> None:
    book = AlarmBook(make_scene(3))
    uri = make_scene(3).tags[0].address.uri
    condition = replace(
        HOT, source=source, source_address=NodeAddress(uri, about), address=NodeAddress("urn:x", address)
    )
    told(book, condition)
    assert book.alarms[0].asset_id == owner


def test_a_limit_alarm_says_which_limit_of_ours_it_is_about_also_when_it_has_returned() -> None:
    scene = make_scene(3)
    book = AlarmBook(scene)
    watched = scene.tag("M-1.Vibration").address
    limit = replace(HOT, source="somewhere", input_address=watched, level="high")
    told(book, limit)
    assert (book.alarms[0].asset_id, book.alarms[0].watches) == ("M-1", "M-1.Vibration:high")
    assert told(book, replace(limit, level="high_high")) == ["changed"]
    assert book.alarms[0].watches == "M-1.Vibration:high_high"
    told(book, replace(limit, active=False, level="", time_ns=NOW_NS + SECOND_NS))
    assert book.alarms[0].watches == "M-1.Vibration:high_high"


def test_what_both_tell_counts_once_towards_a_flood_whoever_told_it_first() -> None:
    scene = make_scene(3)
    book, evaluator = AlarmBook(scene), Evaluator(scene)
    told(book, replace(HOT, input_address=scene.tag("M-1.Vibration").address, level="high"))
    for second in range(8):
        now_ns = NOW_NS + second * SECOND_NS
        shot = snapshot(scene, now_ns)
        shot.value[scene.tag("M-1.Vibration").index] = 3.5
        book.update(*evaluator.evaluate(shot, now_ns, CONNECTED), now_ns)
    assert len(book.alarms) == 2
    assert book.alarms_10_min == 1
    told(book, replace(HOT, address=NodeAddress("urn:x", "s=M-1/Oil"), name="Oil"))
    assert book.alarms_10_min == 2
