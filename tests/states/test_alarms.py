"""The life of an alarm follows ISA-18.2, and neither noise nor a lost signal makes or ends one."""

from dataclasses import replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.factory import CONNECTED, NOW_NS, SECOND_NS, make_scene, scene_of, snapshot
from twinviewer.model.alarm import AlarmState
from twinviewer.model.asset import Limits
from twinviewer.model.errors import TwinError
from twinviewer.model.quality import STATUS_BAD_SENSOR_FAILURE, STATUS_UNCERTAIN_LAST_USABLE
from twinviewer.model.state import State
from twinviewer.states.alarms import AlarmBook
from twinviewer.states.evaluator import Evaluator


class Plant:
    """A book that is fed whole-plant values second by second."""

    def __init__(self, n: int = 1, limits: Limits | None = None) -> None:
        """`limits` are those of the power."""
        self.scene = make_scene(n)
        if limits is not None:
            tags = [replace(t, limits=limits) if t.key == "Power" else t for t in self.scene.tags]
            self.scene = scene_of(list(self.scene.assets), tags)
        self.book = AlarmBook(self.scene)
        self.evaluator = Evaluator(self.scene)
        self.now_ns = NOW_NS

    def run(
        self, seconds: float = 1.0, bad: tuple[int, ...] = (), status: int = 0, faults: int = 0, **values: float
    ) -> list[str]:
        """Advance in steps of a second; returns what happened as "what key". The first `faults` machines are down."""
        said = []
        for _ in range(max(1, round(seconds))):
            self.now_ns += SECOND_NS
            shot = snapshot(self.scene, self.now_ns, **values)
            shot.status[:] = status
            shot.value[[t.index for t in self.scene.tags if t.key == "State"][:faults]] = 6.0
            for row in bad:
                shot.status[row] = STATUS_BAD_SENSOR_FAILURE
            tags, assets = self.evaluator.evaluate(shot, self.now_ns, CONNECTED)
            said += [f"{e.what} {e.alarm.key}" for e in self.book.update(tags, assets, self.now_ns)]
        return said


def test_the_whole_life_of_an_alarm() -> None:
    plant = Plant()
    assert plant.run(20) == []
    assert plant.run(State=6) == ["raised M-0:fault"]
    (alarm,) = plant.book.alarms
    assert (alarm.priority, alarm.state, alarm.active) == (1, AlarmState.UNACKNOWLEDGED, True)
    plant.book.acknowledge(alarm.key, "ann", plant.now_ns)
    assert plant.book.alarms[0].state is AlarmState.ACKNOWLEDGED
    assert plant.book.alarms[0].by == "ann"
    assert plant.run(State=1) == ["cleared M-0:fault"]
    assert plant.book.alarms == ()


def test_an_alarm_that_returns_before_anyone_looked_waits_for_acknowledgement() -> None:
    plant = Plant()
    plant.run(State=6)
    assert plant.run(State=1) == ["returned M-0:fault"]
    assert plant.book.alarms[0].state is AlarmState.RETURNED_UNACKNOWLEDGED
    plant.book.acknowledge("M-0:fault", "ann", plant.now_ns)
    assert plant.book.alarms == ()


def test_a_limit_needs_its_delay_and_is_left_with_hysteresis() -> None:
    plant = Plant()
    assert plant.run(4, Vibration=3.0) == []
    assert plant.run(1, Vibration=1.0) == []
    assert plant.run(7, Vibration=3.0) == ["raised M-0.Vibration:high"]
    assert plant.run(1, Vibration=2.7) == []
    assert plant.run(1, Vibration=2.5) == ["returned M-0.Vibration:high"]


def test_limits_below_are_passed_downwards_and_left_upwards() -> None:
    plant = Plant(limits=Limits(low=2.0, low_low=1.0, hysteresis=0.2))
    assert plant.run(Power=2.0) == []
    assert plant.run(Power=1.9) == ["raised M-0.Power:low"]
    assert plant.run(Power=0.9) == ["raised M-0.Power:low_low"]
    assert [(a.key, a.priority) for a in plant.book.alarms] == [("M-0.Power:low_low", 2), ("M-0.Power:low", 3)]
    assert plant.book.alarms[0].message == "Power 0.9 kW, far below 1 kW"
    assert plant.run(Power=1.1) == []
    assert plant.run(Power=1.3) == ["returned M-0.Power:low_low"]
    assert plant.run(Power=2.3) == ["returned M-0.Power:low"]


def test_the_worst_alarms_come_first_and_of_these_the_newest() -> None:
    plant = Plant(2)
    plant.run(1, faults=1)
    plant.run(8, faults=2, Vibration=3.0)
    found = [(a.priority, a.asset_id) for a in plant.book.alarms]
    assert found == [(1, "M-1"), (1, "M-0")]
    plant.run(8, Vibration=3.0)
    assert [a.priority for a in plant.book.alarms] == [1, 1, 3, 3]


def test_a_signal_that_is_back_at_once_is_no_alarm() -> None:
    plant = Plant()
    for _ in range(3):
        assert plant.run(2, bad=(2,)) == []
        assert plant.run(1) == []
    assert plant.run(3, bad=(2,)) == ["raised M-0:signal"]


def test_the_delay_counts_anew_each_time_the_limit_is_passed() -> None:
    plant = Plant()
    for _ in range(3):
        assert plant.run(4, Vibration=3.0) == []
        assert plant.run(1, Vibration=1.0) == []


def test_a_delay_does_not_end_while_nobody_knows_the_value() -> None:
    plant = Plant()
    assert plant.run(3, Vibration=3.0) == []
    assert plant.run(20, Vibration=3.0, bad=(1,)) == ["raised M-0:signal"]
    assert plant.run(1, Vibration=3.0) == ["raised M-0.Vibration:high", "returned M-0:signal"]


def test_a_doubtful_value_is_judged_by_its_limits() -> None:
    plant = Plant()
    plant.run(10, Vibration=3.0)
    assert plant.run(1, status=STATUS_UNCERTAIN_LAST_USABLE, Vibration=1.0) == ["returned M-0.Vibration:high"]


def test_a_start_up_does_not_alarm() -> None:
    plant = Plant()
    assert plant.run(20, State=3, Vibration=9.0) == []
    assert plant.run(20, State=1, Vibration=9.0)


def test_losing_the_signal_neither_raises_nor_clears_the_limit() -> None:
    plant = Plant()
    plant.run(10, Vibration=3.0)
    said = plant.run(10, Vibration=0.0, bad=(1,))
    assert said == ["raised M-0:signal"]
    assert {a.key for a in plant.book.alarms if a.active} == {"M-0.Vibration:high", "M-0:signal"}


def test_losing_the_state_neither_raises_nor_clears_the_fault() -> None:
    plant = Plant()
    plant.run(State=6)
    assert plant.run(1, State=1, bad=(0,)) == []
    assert plant.book.alarms[0].active
    assert plant.run(1, State=1) == ["returned M-0:fault"]
    assert plant.run(1, State=6, bad=(0,)) == []


def test_a_vibration_alarm_stays_while_the_machine_slows_down() -> None:
    plant = Plant()
    plant.run(10, Vibration=3.0)
    assert plant.run(5, State=2, Vibration=3.0) == []
    assert plant.run(1, State=2, Vibration=0.5) == ["returned M-0.Vibration:high"]


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_server_that_calls_good_what_is_no_number_ends_no_limit_alarm(value: float) -> None:
    plant = Plant()
    plant.run(10, Vibration=3.0)
    assert plant.run(10, Vibration=value) == ["raised M-0:signal"]
    assert {a.key for a in plant.book.alarms if a.active} == {"M-0.Vibration:high", "M-0:signal"}


def test_a_dead_device_is_one_alarm() -> None:
    plant = Plant()
    assert plant.run(5, bad=tuple(range(5))) == ["raised M-0:signal"]
    assert "All signals" in plant.book.alarms[0].message


def test_a_shelf_needs_a_reason_and_an_end_and_comes_back_by_itself() -> None:
    plant = Plant()
    plant.run(State=6)
    with pytest.raises(TwinError, match="reason"):
        plant.book.shelve("M-0:fault", "ann", " ", plant.now_ns + SECOND_NS, plant.now_ns)
    with pytest.raises(TwinError, match="future"):
        plant.book.shelve("M-0:fault", "ann", "waiting for the part", plant.now_ns, plant.now_ns)
    plant.book.shelve("M-0:fault", "ann", "waiting for the part", plant.now_ns + 5 * SECOND_NS, plant.now_ns)
    assert plant.run(4, State=6) == []
    assert plant.run(1, State=6) == ["unshelved M-0:fault"]
    assert plant.book.alarms[0].state is AlarmState.UNACKNOWLEDGED


def test_what_returns_and_comes_again_on_the_shelf_stays_on_it() -> None:
    plant = Plant()
    plant.run(State=6)
    plant.book.shelve("M-0:fault", "ann", "waiting for the part", plant.now_ns + 60 * SECOND_NS, plant.now_ns)
    assert plant.run(2, State=1) == ["returned M-0:fault"]
    assert plant.run(2, State=6) == ["raised M-0:fault"]
    (alarm,) = plant.book.alarms
    assert (alarm.state, alarm.by, alarm.reason) == (AlarmState.SHELVED, "ann", "waiting for the part")
    assert alarm.until_ns > plant.now_ns


def test_what_is_over_when_its_shelf_ends_is_gone() -> None:
    plant = Plant()
    plant.run(State=6)
    plant.book.shelve("M-0:fault", "ann", "waiting for the part", plant.now_ns + 5 * SECOND_NS, plant.now_ns)
    assert plant.run(10, State=1) == ["returned M-0:fault", "unshelved M-0:fault"]
    assert plant.book.alarms == ()


def test_a_flood_begins_above_ten_in_ten_minutes_and_ends_below_five() -> None:
    plant = Plant(11)
    for count in range(1, 12):
        plant.run(faults=count)
        assert (plant.book.alarms_10_min, plant.book.flood) == (count, count > 10)
    plant.now_ns += 594 * SECOND_NS
    for left in (6, 5, 4):
        plant.run(faults=11)
        assert (plant.book.alarms_10_min, plant.book.flood) == (left, left >= 5)


def test_a_restart_forgets_nothing() -> None:
    plant = Plant()
    plant.run(State=6)
    plant.book.acknowledge("M-0:fault", "ann", plant.now_ns)
    again = AlarmBook(plant.scene)
    again.restore(plant.book.alarms)
    plant.book = again
    assert plant.run(State=6) == []
    assert plant.book.alarms[0].by == "ann"
    assert plant.run(State=1) == ["cleared M-0:fault"]


def test_acting_on_an_alarm_that_is_over_says_so() -> None:
    with pytest.raises(TwinError, match="no such alarm"):
        Plant().book.acknowledge("M-0:fault", "ann", NOW_NS)


class AlarmLife(RuleBasedStateMachine):
    """Whatever happens in whatever order, the list agrees with the plant and no state is impossible."""

    def __init__(self) -> None:
        super().__init__()
        self.plant = Plant(2)
        self.values = {"State": 1.0, "Vibration": 1.0}

    @rule(state=st.sampled_from([1.0, 2.0, 6.0]), vibration=st.sampled_from([1.0, 3.0, 5.0]))
    def change(self, state: float, vibration: float) -> None:
        self.values = {"State": state, "Vibration": vibration}

    @rule(seconds=st.integers(1, 12))
    def wait(self, seconds: int) -> None:
        self.plant.run(seconds, **self.values)

    @precondition(lambda self: self.plant.book.alarms)
    @rule(data=st.data(), what=st.sampled_from(["acknowledge", "shelve", "unshelve"]))
    def act(self, data: st.DataObject, what: str) -> None:
        book, now = self.plant.book, self.plant.now_ns
        alarm = data.draw(st.sampled_from(book.alarms))
        if what == "acknowledge":
            book.acknowledge(alarm.key, "ann", now)
        elif what == "shelve":
            book.shelve(alarm.key, "ann", "why", now + 7 * SECOND_NS, now)
        else:
            book.unshelve(alarm.key, "ann", now)

    @invariant()
    def possible(self) -> None:
        for alarm in self.plant.book.alarms:
            assert alarm.state is not AlarmState.NORMAL
            assert alarm.active or alarm.state in (AlarmState.RETURNED_UNACKNOWLEDGED, AlarmState.SHELVED)
            assert not alarm.active or alarm.state is not AlarmState.RETURNED_UNACKNOWLEDGED

    @invariant()
    def faults_agree(self) -> None:
        if self.plant.evaluator._state[0] == State.FAULT:
            assert any(a.key == "M-0:fault" and a.active for a in self.plant.book.alarms)


TestAlarmLife = AlarmLife.TestCase
TestAlarmLife.settings = settings(max_examples=30, stateful_step_count=25, deadline=None)


def test_messages_name_value_and_limit() -> None:
    plant = Plant()
    plant.run(10, Vibration=3.0)
    assert plant.book.alarms[0].message == "Vibration zone C, 3.0 mm/s"
    assert replace(plant.book.alarms[0]).limit == 2.8
