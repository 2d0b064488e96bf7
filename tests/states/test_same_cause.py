"""A fault or limit that we see and the server raises too is one line; what is not surely the same stays apart."""

from dataclasses import replace

import pytest

from tests.factory import NOW_NS, SECOND_NS
from twinviewer.model.alarm import SERVER, Alarm, AlarmEvent, AlarmState, JoinedAlarm, parts_of
from twinviewer.states.same_cause import joined, new_lines

OURS = Alarm(
    "M-1:fault", "M-1", "M-1.State", 1, "Fault: Spindle overload", AlarmState.UNACKNOWLEDGED, True, NOW_NS, NOW_NS
)
THEIRS = Alarm(
    "server:urn:x;s=M-1/Fault", "M-1", "Fault", 2, "M-1: spindle overload", AlarmState.UNACKNOWLEDGED, True,
    NOW_NS - SECOND_NS, NOW_NS + SECOND_NS, source=SERVER,
)  # fmt: skip
HOT = replace(OURS, key="M-1.Temp:high", tag="M-1.Temp", priority=3, message="Temp 90 °C, above 80 °C")


def test_the_same_fault_is_one_line_as_urgent_as_its_more_urgent_part() -> None:
    (line, other) = joined((OURS, HOT, THEIRS))
    assert isinstance(line, JoinedAlarm)
    assert parts_of(line) == (OURS, THEIRS)
    assert (line.key, line.priority, line.since_ns) == (OURS.key, 1, THEIRS.since_ns)
    assert line.message == "Fault: Spindle overload, on the server too"
    assert other is HOT
    assert parts_of(HOT) == (HOT,)


@pytest.mark.parametrize("ours", [AlarmState.ACKNOWLEDGED, AlarmState.RETURNED_UNACKNOWLEDGED])
def test_it_waits_and_stands_as_long_as_one_of_them_does(ours: AlarmState) -> None:
    (line,) = joined((replace(OURS, state=ours, active=False), THEIRS))
    assert (line.state, line.active) == (AlarmState.UNACKNOWLEDGED, True)
    assert joined((THEIRS,)) == (THEIRS,)
    (line,) = joined((replace(OURS, state=ours), replace(THEIRS, state=AlarmState.ACKNOWLEDGED)))
    assert line.state is ours


def test_where_the_machine_has_no_fault_code_a_condition_called_fault_is_it() -> None:
    assert len(joined((replace(OURS, message="Fault"), THEIRS))) == 1
    assert len(joined((replace(OURS, message="Fault"), replace(THEIRS, tag="Oil")))) == 2


@pytest.mark.parametrize(
    "theirs",
    [
        replace(THEIRS, message="M-1: spindle overload at station 2"),
        replace(THEIRS, message="overload"),
        replace(THEIRS, asset_id="M-2"),
        replace(THEIRS, state=AlarmState.SHELVED),
        replace(THEIRS, source=""),
    ],
)
def test_what_is_not_surely_the_same_stays_apart(theirs: Alarm) -> None:
    both = (OURS, theirs)
    assert joined(both) is both


def test_no_alarm_is_ever_hidden_by_another_of_the_same_words() -> None:
    second = replace(THEIRS, key="server:urn:x;s=M-1/Other")
    lines = joined((OURS, THEIRS, second))
    assert {p.key for line in lines for p in parts_of(line)} == {OURS.key, THEIRS.key, second.key}
    assert len(lines) == 2


HIGH = replace(OURS, key="M-1.Vibration:high", tag="M-1.Vibration", priority=3, message="Vibration 5 mm/s, above 2.8")
FAR = replace(HIGH, key="M-1.Vibration:high_high", priority=2, message="Vibration zone D, 5.0 mm/s")
LIMIT = replace(THEIRS, key="server:urn:x;s=A1", tag="TooMuch", priority=3, message="above", watches=HIGH.key)


def test_a_limit_alarm_on_the_value_that_we_watch_too_is_one_line_with_the_limit_that_both_passed() -> None:
    lines = joined((FAR, HIGH, LIMIT))
    assert [parts_of(line) for line in lines] == [(FAR,), (HIGH, LIMIT)]
    lines = joined((FAR, HIGH, replace(LIMIT, watches=FAR.key)))
    assert [parts_of(line)[0] for line in lines] == [FAR, HIGH]
    assert lines[0].message == "Vibration zone D, 5.0 mm/s, on the server too"
    (line,) = joined(
        (HIGH, replace(LIMIT, watches=FAR.key))
    )  # its limits are others than ours: the same value and side
    assert len(parts_of(line)) == 2


@pytest.mark.parametrize("watches", ["", "M-1.Vibration:low", "M-1.Temp:high", "M-1.Vibration2:high"])
def test_a_limit_alarm_that_may_be_about_something_else_stays_apart(watches: str) -> None:
    both = (HIGH, replace(LIMIT, watches=watches))
    assert joined(both) is both


def test_what_the_other_side_tells_already_is_no_new_line_until_both_are_over() -> None:
    def change(what: str, alarm: Alarm, at_s: int) -> AlarmEvent:
        return AlarmEvent(NOW_NS + at_s * SECOND_NS, what, replace(alarm, active=what == "raised"))

    changes = [
        change("raised", THEIRS, 0),
        change("raised", OURS, 1),  # the same, told by us
        change("raised", HOT, 2),
        change("returned", THEIRS, 3),
        change("returned", OURS, 4),
        change("raised", OURS, 5),  # anew
        change("raised", THEIRS, 6),
    ]
    assert list(new_lines(changes)) == [changes[0], changes[2], changes[5]]
