"""The state of an asset is never better than what its values can bear."""

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factory import CONNECTED, NOW_NS, SECOND_NS, make_scene, make_tag, scene_of, snapshot
from twinviewer.history.rows import Rows
from twinviewer.kpi.tracks import states_of
from twinviewer.model.alarm import Alarm, AlarmState
from twinviewer.model.connection import Connection, Link
from twinviewer.model.quality import STATUS_BAD_SENSOR_FAILURE, STATUS_UNCERTAIN_LAST_USABLE, Quality
from twinviewer.model.state import State, Zone
from twinviewer.states.evaluator import Evaluator

HOUR_NS = 3600 * SECOND_NS


def test_values_become_states_zones_and_power() -> None:
    scene = make_scene()
    tags, assets = Evaluator(scene).evaluate(snapshot(scene, State=4, Vibration=3.0, Power=7.5), NOW_NS, CONNECTED)
    assert set(assets.state) == {State.BLOCKED}
    assert set(assets.zone) == {Zone.C}
    assert set(assets.power_kw) == {7.5}
    assert set(assets.quality) == {Quality.GOOD}
    assert assets.age_s == pytest.approx(0.5)
    assert tags.quality is not None
    assert not tags.quality.any()


@pytest.mark.parametrize(
    ("power", "kw", "vibration", "mm_s"),
    [("W", 0.0075, "m/s", 3000.0), ("MW", 7500.0, "in/s", 76.2), ("", 7.5, "µm/s", 0.003), ("hp", 5.5927, "", 3.0)],
)
def test_values_in_other_units_are_turned_into_those_that_are_shown(
    power: str, kw: float, vibration: str, mm_s: float
) -> None:
    scene = make_scene(1)
    units = {"Power": power, "Vibration": vibration}
    scene = scene_of(list(scene.assets), [replace(t, unit=units.get(t.key, t.unit)) for t in scene.tags])
    _, assets = Evaluator(scene).evaluate(snapshot(scene, Vibration=3.0, Power=7.5), NOW_NS, CONNECTED)
    assert assets.power_kw[0] == pytest.approx(kw, rel=1e-4)
    assert assets.vibration_mm_s[0] == pytest.approx(mm_s)
    assert assets.zone[0] == {3000.0: Zone.D, 76.2: Zone.D, 0.003: Zone.A, 3.0: Zone.C}[mm_s]


def test_what_is_no_velocity_has_no_zone_and_what_is_no_power_decides_nothing() -> None:
    scene = make_scene(1, keys=("Vibration", "Power"))
    units = {"Power": "A", "Vibration": "g"}
    scene = scene_of(list(scene.assets), [replace(t, unit=units[t.key]) for t in scene.tags])
    _, assets = Evaluator(scene).evaluate(snapshot(scene, Vibration=3.0, Power=7.5), NOW_NS, CONNECTED)
    assert math.isnan(assets.vibration_mm_s[0])
    assert math.isnan(assets.power_kw[0])
    assert assets.zone[0] == Zone.NONE
    assert assets.state[0] == State.UNKNOWN


@pytest.mark.parametrize("link", [Link.LOST, Link.REFUSED, Link.CONNECTING, Link.COLLECTOR_LOST, Link.NONE])
def test_nothing_is_good_without_a_connection(link: Link) -> None:
    scene = make_scene()
    _, assets = Evaluator(scene).evaluate(snapshot(scene), NOW_NS, Connection(link))
    assert (assets.quality >= Quality.STALE).all()
    assert (assets.vibration_quality >= Quality.STALE).all()


def test_a_value_unchanged_for_an_hour_is_still_good_unless_its_tag_has_a_limit() -> None:
    scene = make_scene(2)
    old = snapshot(scene, age_s=3600)
    _, assets = Evaluator(scene).evaluate(old, NOW_NS, CONNECTED)
    assert set(assets.quality) == {Quality.GOOD}
    assert assets.age_s == pytest.approx(3600)
    limited = scene_of(list(scene.assets), [replace(t, stale_after_s=30.0) for t in scene.tags])
    _, assets = Evaluator(limited).evaluate(old, NOW_NS, CONNECTED)
    assert set(assets.quality) == {Quality.STALE}


@pytest.mark.parametrize(("age_s", "quality"), [(29.0, Quality.GOOD), (31.0, Quality.STALE)])
def test_a_value_is_stale_beyond_its_limit_and_not_before(age_s: float, quality: Quality) -> None:
    scene = make_scene(1)
    scene = scene_of(list(scene.assets), [replace(t, stale_after_s=30.0) for t in scene.tags])
    _, assets = Evaluator(scene).evaluate(snapshot(scene, age_s=age_s), NOW_NS, CONNECTED)
    assert assets.quality[0] == quality


def test_age_counts_from_the_older_of_the_source_and_our_own_clock() -> None:
    """A server that repeats an old sample makes it no younger; a source that stamps ahead makes it no fresher."""
    scene = make_scene(1)
    repeated, ahead = snapshot(scene, age_s=10.0), snapshot(scene, age_s=10.0)
    repeated.source_ns[:] = NOW_NS - HOUR_NS
    ahead.source_ns[:] = NOW_NS + HOUR_NS
    ages = [Evaluator(scene).evaluate(s, NOW_NS, CONNECTED)[1].age_s[0] for s in (repeated, ahead)]
    assert ages == pytest.approx([3600.0, 10.0], abs=1.0)


def test_what_is_bad_or_never_came_is_not_called_merely_old() -> None:
    scene = make_scene(3)
    scene = scene_of(list(scene.assets), [replace(t, stale_after_s=30.0) for t in scene.tags])
    shot = snapshot(scene, age_s=3600)
    rows = {a.index: list(a.tags) for a in scene.assets}
    shot.status[rows[1]] = STATUS_BAD_SENSOR_FAILURE
    shot.received_ns[rows[2]] = shot.source_ns[rows[2]] = 0
    for connection in (CONNECTED, Connection(Link.LOST)):
        _, assets = Evaluator(scene).evaluate(shot, NOW_NS, connection)
        assert assets.quality.tolist() == [Quality.STALE, Quality.BAD, Quality.UNKNOWN]


@pytest.mark.parametrize("severity", [2, 3])
def test_a_status_of_reserved_severity_is_as_bad_as_bad(severity: int) -> None:
    """OPC UA Part 4, 7.39.1: 10 is bad, 11 is reserved: clients treat it as bad."""
    scene = make_scene(1)
    shot = snapshot(scene)
    shot.status[:] = severity << 30
    _, assets = Evaluator(scene).evaluate(shot, NOW_NS, CONNECTED)
    assert (assets.state[0], assets.quality[0]) == (State.UNKNOWN, Quality.BAD)


def test_a_bad_sensor_is_unknown_and_has_no_zone() -> None:
    scene = make_scene(1)
    broken = snapshot(scene, Vibration=9.0)
    broken.status[:2] = STATUS_BAD_SENSOR_FAILURE
    _, assets = Evaluator(scene).evaluate(broken, NOW_NS, CONNECTED)
    assert assets.state[0] == State.UNKNOWN
    assert assets.quality[0] == Quality.BAD
    assert assets.zone[0] == Zone.NONE
    assert math.isnan(assets.vibration_mm_s[0])


def test_a_not_a_number_with_good_status_is_bad() -> None:
    scene = make_scene(1)
    _, assets = Evaluator(scene).evaluate(snapshot(scene, Vibration=math.nan), NOW_NS, CONNECTED)
    assert assets.vibration_quality[0] == Quality.BAD


@pytest.mark.parametrize("key", ["State", "Power", "GoodCount"])
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_should_be_a_number_and_is_none_is_bad_whatever_the_server_says(key: str, value: float) -> None:
    scene = make_scene(1, ("State", "Power", "GoodCount", "Label"))
    given = replace(snapshot(scene, **{key: value, "Label": math.nan}), text={3: "A"})
    shown, assets = Evaluator(scene).evaluate(given, NOW_NS, CONNECTED)
    assert shown.quality is not None
    assert shown.quality.tolist() == [Quality.BAD if t.key == key else Quality.GOOD for t in scene.tags]
    assert key != "State" or assets.quality[0] == Quality.BAD


def test_never_received_is_unknown_with_infinite_age() -> None:
    scene = make_scene(1)
    never = snapshot(scene)
    never.received_ns[:] = 0
    never.source_ns[:] = 0
    _, assets = Evaluator(scene).evaluate(never, NOW_NS, CONNECTED)
    assert assets.quality[0] == Quality.UNKNOWN
    assert math.isinf(assets.age_s[0])


def test_uncertain_keeps_the_state_but_says_so() -> None:
    scene = make_scene(1)
    doubtful = snapshot(scene)
    doubtful.status[:] = STATUS_UNCERTAIN_LAST_USABLE
    _, assets = Evaluator(scene).evaluate(doubtful, NOW_NS, CONNECTED)
    assert (assets.state[0], assets.quality[0]) == (State.RUNNING, Quality.UNCERTAIN)


@pytest.mark.parametrize("skew_s", [-3600.0, 0.0, 3600.0])
def test_a_server_clock_that_is_wrong_by_an_hour_changes_no_age(skew_s: float) -> None:
    scene = make_scene(1)
    shot = snapshot(scene, age_s=2.0)
    shot.source_ns[:] += int(skew_s) * SECOND_NS
    _, assets = Evaluator(scene).evaluate(shot, NOW_NS, replace(CONNECTED, clock_skew_s=skew_s))
    assert assets.age_s[0] == pytest.approx(2.0)


@given(st.floats(allow_nan=True, allow_infinity=True))
def test_any_raw_value_gives_a_state_and_unmapped_ones_give_unknown(raw: float) -> None:
    scene = make_scene(1)
    _, assets = Evaluator(scene).evaluate(snapshot(scene, State=raw), NOW_NS, CONNECTED)
    expected = {float(k): v for k, v in scene.tags[0].states.items()}.get(raw, State.UNKNOWN)
    assert assets.state[0] == expected


CODES = {"-1": State.FAULT, "2.5": State.IDLE, "70000": State.RUNNING, "²": State.SETUP}


@pytest.mark.parametrize(
    ("raw", "state"),
    [(-1.0, State.FAULT), (2.5, State.IDLE), (70_000.0, State.RUNNING), (2.0, State.UNKNOWN), (1e300, State.UNKNOWN)],
)
def test_any_number_may_stand_for_a_state_live_and_recorded(raw: float, state: State) -> None:
    scene = make_scene(1, ("State",))
    scene = scene_of(list(scene.assets), [replace(scene.tags[0], states=CODES)])
    _, assets = Evaluator(scene).evaluate(snapshot(scene, State=raw), NOW_NS, CONNECTED)
    assert assets.state[0] == state
    one, none = np.ones(1, np.int64), np.full(1, -1, np.int32)
    rows = Rows(one, np.zeros(1, np.int32), np.array([raw]), np.zeros(1, np.uint32), one, one, none)
    assert states_of(scene.tags[0], rows)[0] == state


def test_a_mapping_without_any_number_says_nothing_of_numbers() -> None:
    scene = make_scene(1, ("State",))
    scene = scene_of(list(scene.assets), [replace(scene.tags[0], states={})])
    _, assets = Evaluator(scene).evaluate(snapshot(scene, State=math.inf), NOW_NS, CONNECTED)
    assert assets.state[0] == State.UNKNOWN


def test_text_states_are_mapped_too() -> None:
    base = make_scene(1, ("State",))
    tag = make_tag(0, "M-0", "State", is_text=True, states={"Auto": State.RUNNING, "Trip": State.FAULT})
    scene = scene_of(list(base.assets), [tag])
    shot = replace(snapshot(scene, State=math.nan), text={0: "Trip"})
    _, assets = Evaluator(scene).evaluate(shot, NOW_NS, CONNECTED)
    assert assets.state[0] == State.FAULT


def test_without_a_state_tag_power_decides_and_else_nobody_knows() -> None:
    scene = make_scene(1, ("Power",))
    evaluator = Evaluator(scene)
    assert evaluator.evaluate(snapshot(scene, Power=5), NOW_NS, CONNECTED)[1].state[0] == State.RUNNING
    assert evaluator.evaluate(snapshot(scene, Power=0.1), NOW_NS, CONNECTED)[1].state[0] == State.IDLE
    other = make_scene(1, ("Vibration",))
    _, assets = Evaluator(other).evaluate(snapshot(other), NOW_NS, CONNECTED)
    assert (assets.state[0], assets.quality[0]) == (State.UNKNOWN, Quality.GOOD)


def test_since_is_the_source_time_of_the_change_and_holds() -> None:
    scene = make_scene(1)
    evaluator = Evaluator(scene)
    _, first = evaluator.evaluate(snapshot(scene, age_s=60), NOW_NS, CONNECTED)
    assert first.since_ns[0] == NOW_NS - 60 * SECOND_NS
    later = NOW_NS + 10 * SECOND_NS
    _, same = evaluator.evaluate(snapshot(scene, later, age_s=1), later, CONNECTED)
    assert same.since_ns[0] == first.since_ns[0]
    _, changed = evaluator.evaluate(snapshot(scene, later, age_s=1, State=6), later, CONNECTED)
    assert changed.since_ns[0] == later - SECOND_NS


def test_zones_follow_the_boundaries_with_hysteresis_downwards() -> None:
    scene = make_scene(1)
    evaluator = Evaluator(scene)

    def zone(level: float) -> Zone:
        return Zone(int(evaluator.evaluate(snapshot(scene, Vibration=level), NOW_NS, CONNECTED)[1].zone[0]))

    seen = [zone(v) for v in (1.0, 1.5, 2.81, 2.75, 2.65, 4.6, 4.4, 4.2, 0.1)]
    assert seen == [Zone.A, Zone.B, Zone.C, Zone.C, Zone.B, Zone.D, Zone.D, Zone.C, Zone.A]
    seen = [zone(v) for v in (1.39, 1.4, 1.41, 2.8, 4.4, 4.5)]  # upwards the boundaries are what they say
    assert seen == [Zone.A, Zone.A, Zone.B, Zone.B, Zone.C, Zone.C]


def test_shelved_alarms_give_no_priority() -> None:
    scene = make_scene(1)
    alarm = Alarm("k", "M-0", "M-0.State", 1, "Fault", AlarmState.UNACKNOWLEDGED, True, 1, 1)
    evaluator = Evaluator(scene)
    _, loud = evaluator.evaluate(snapshot(scene), NOW_NS, CONNECTED, [alarm])
    _, quiet = evaluator.evaluate(snapshot(scene), NOW_NS, CONNECTED, [replace(alarm, state=AlarmState.SHELVED)])
    assert (loud.priority[0], loud.unacknowledged[0]) == (1, True)
    assert (quiet.priority[0], quiet.unacknowledged[0]) == (0, False)


@pytest.mark.parametrize("order", [(2, 1, 3), (3, 2, 1)])
def test_of_several_alarms_the_worst_counts(order: tuple[int, ...]) -> None:
    scene = make_scene(1)
    alarms = [Alarm(f"k{p}", "M-0", "M-0.State", p, "", AlarmState.ACKNOWLEDGED, True, 1, 1) for p in order]
    _, assets = Evaluator(scene).evaluate(snapshot(scene), NOW_NS, CONNECTED, alarms)
    assert (assets.priority[0], assets.unacknowledged[0]) == (1, False)


def test_an_empty_scene_evaluates_to_nothing() -> None:
    scene = scene_of([], [])
    _, assets = Evaluator(scene).evaluate(snapshot(scene), NOW_NS, CONNECTED)
    assert len(assets.state) == 0
    assert np.asarray(assets.monitored).size == 0


class Looked(tuple[Alarm, ...]):
    """Alarms that count how often they are looked through."""

    times = 0

    def __iter__(self) -> Iterator[Alarm]:
        self.times += 1
        return super().__iter__()


def test_alarms_that_did_not_change_are_looked_through_once_and_changed_ones_at_once() -> None:
    scene = make_scene(2)
    evaluator, shot = Evaluator(scene), snapshot(scene)
    alarm = Alarm("k", "M-0", "M-0.State", 1, "Fault", AlarmState.UNACKNOWLEDGED, True, 1, 1)
    raised = Looked((alarm,))
    for _ in range(3):
        states = evaluator.evaluate(shot, NOW_NS, CONNECTED, raised)[1]
        assert states.priority.tolist() == [1, 0]
        states.priority[:] = 9  # what one frame holds is its own
    assert raised.times == 1
    assert not evaluator.evaluate(shot, NOW_NS, CONNECTED, ())[1].priority.any()
    growing = [alarm]
    assert evaluator.evaluate(shot, NOW_NS, CONNECTED, growing)[1].priority.tolist() == [1, 0]
    growing.append(replace(alarm, key="l", asset_id="M-1"))
    assert evaluator.evaluate(shot, NOW_NS, CONNECTED, growing)[1].priority.tolist() == [1, 1]
