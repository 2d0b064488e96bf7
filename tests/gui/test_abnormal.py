"""Only what is abnormal is labelled, worst first, and never more than fit."""

import dataclasses

import numpy as np
import pytest

from tests.factory import CONNECTED, NOW_NS, SECOND_NS, make_scene, snapshot
from twinviewer.gui.abnormal import MOST_LABELS, Labeller, labelled
from twinviewer.gui.marks import PATCH_ALPHA, patches
from twinviewer.model.alarm import Alarm, AlarmState
from twinviewer.model.frame import Frame
from twinviewer.model.quality import Quality
from twinviewer.model.state import State, Zone
from twinviewer.states.evaluator import Evaluator


def frame_of(n: int = 4, **changes: list) -> tuple[Frame, object]:
    """`n` running machines; `changes` replace per-asset arrays."""
    scene = make_scene(n)
    tags, assets = Evaluator(scene).evaluate(snapshot(scene), NOW_NS, CONNECTED)
    arrays = {k: np.array(v, getattr(assets, k).dtype) for k, v in changes.items()}
    return Frame(NOW_NS, "live", CONNECTED, tags, dataclasses.replace(assets, **arrays)), scene


def test_a_plant_that_runs_has_no_labels() -> None:
    frame, scene = frame_of(4)
    assert labelled(frame, scene, "status", None) == []


def test_the_selected_asset_always_has_one() -> None:
    frame, scene = frame_of(4)
    (label,) = labelled(frame, scene, "status", "M-2")
    assert (label.title, label.selected) == ("M-2", True)


def test_a_fault_comes_before_a_starved_machine_and_says_for_how_long() -> None:
    states = [State.RUNNING, State.STARVED, State.FAULT, State.RUNNING]
    frame, scene = frame_of(4, state=states, since_ns=[NOW_NS - 252 * SECOND_NS] * 4)
    labels = labelled(frame, scene, "status", None)
    assert [v.title for v in labels] == ["M-2", "M-1"]
    assert labels[0].detail == "Fault 04:12"
    assert labels[0].symbol == ("state", int(State.FAULT))


def test_a_machine_without_data_says_so_and_not_its_last_state() -> None:
    frame, scene = frame_of(4, quality=[0, 0, int(Quality.STALE), 0], age_s=[0, 0, 129.0, 0])
    (label,) = labelled(frame, scene, "status", None)
    assert label.detail == "No data 02:09"
    assert label.symbol == ("state", int(State.UNKNOWN))


@pytest.mark.parametrize(
    ("mode", "quality", "value"),
    [("vibration", "vibration_quality", "vibration_mm_s"), ("energy", "power_quality", "power_kw")],
)
def test_a_value_that_is_no_longer_known_is_not_told_as_one(mode: str, quality: str, value: str) -> None:
    changes = {value: [8.3] * 4, quality: [0, 0, int(Quality.STALE), 0], "zone": [1, 1, int(Zone.D), 1]}
    frame, scene = frame_of(4, **changes)
    (label,) = labelled(frame, scene, mode, None)
    assert (label.title, label.detail) == ("M-2", "No usable value")
    assert label.symbol == ("state", int(State.UNKNOWN))


def test_a_sensor_that_is_known_speaks_where_the_state_is_not() -> None:
    frame, scene = frame_of(4, quality=[int(Quality.BAD), 0, 0, 0], vibration_mm_s=[8.3] * 4, zone=[int(Zone.D)] * 4)
    (label, *_) = labelled(frame, scene, "vibration", "M-0")
    assert (label.detail, label.symbol) == ("Vibration 8.3 mm/s", ("zone", int(Zone.D)))


def test_when_everything_is_unknown_the_strip_says_it_and_no_label_does() -> None:
    frame, scene = frame_of(8, quality=[int(Quality.STALE)] * 8)
    assert labelled(frame, scene, "status", None) == []


def test_a_first_priority_alarm_is_labelled_in_every_mode() -> None:
    frame, scene = frame_of(3, priority=[0, 1, 0], unacknowledged=[False, True, False])
    alarm = Alarm("k", "M-1", "M-1.Vibration", 1, "too much", AlarmState.UNACKNOWLEDGED, True, 0, 0, 8.3, 4.5)
    frame = dataclasses.replace(frame, alarms=(alarm,))
    row = scene.tag("M-1.Vibration").index
    frame.tags.value[row] = 9.74  # it has risen since
    for mode in ("status", "vibration", "energy"):
        (label,) = labelled(frame, scene, mode, None)
        assert (label.title, label.priority, label.unacknowledged) == ("M-1", 1, True)
    assert labelled(frame, scene, "status", None)[0].detail == "Vibration 9.7 mm/s"
    lost = dataclasses.replace(frame, alarms=(dataclasses.replace(alarm, limit=float("nan")),))
    assert labelled(lost, scene, "status", None)[0].detail == "too much"  # no limit: its value says nothing
    assert frame.tags.quality is not None
    frame.tags.quality[row] = Quality.BAD
    assert labelled(frame, scene, "status", None)[0].detail == "too much"


def test_a_label_follows_its_alarm_from_frame_to_frame() -> None:
    frame, scene = frame_of(priority=[0, 1, 0, 0])
    labeller = Labeller(scene)  # type: ignore[arg-type]
    hot = Alarm("k", "M-1", "", 1, "too hot", AlarmState.UNACKNOWLEDGED, True, 0, 0)
    each = ((hot,), (hot,), (dataclasses.replace(hot, message="too cold"),), ())
    told = [labeller.labels(dataclasses.replace(frame, alarms=alarms), "status", None)[0].detail for alarms in each]
    assert told[:3] == ["too hot", "too hot", "too cold"]
    assert told[3] not in told[:3]


def test_only_the_worst_are_labelled_when_there_are_many() -> None:
    n = 3 * MOST_LABELS
    states = [State.BLOCKED] * n
    states[-1] = State.FAULT
    frame, scene = frame_of(n, state=states)
    labels = labelled(frame, scene, "status", None)
    assert len(labels) == MOST_LABELS
    assert labels[0].title == f"M-{n - 1}"


@pytest.mark.parametrize(("zone", "marked"), [(Zone.B, False), (Zone.C, True), (Zone.D, True)])
def test_vibration_marks_zones_c_and_d(zone: Zone, marked: bool) -> None:
    frame, scene = frame_of(2, zone=[0, int(zone)], vibration_mm_s=[1.0, 3.9])
    assert bool(labelled(frame, scene, "vibration", None)) is marked
    rgba = np.full((2, 4), 200, np.uint8)
    assert patches(frame, "vibration", rgba)[:, 3].tolist() == [0, PATCH_ALPHA if marked else 0]


def test_no_patch_under_what_is_unknown() -> None:
    frame, _ = frame_of(2, state=[State.FAULT] * 2, quality=[0, int(Quality.STALE)])
    rgba = np.full((2, 4), 200, np.uint8)
    assert patches(frame, "status", rgba)[:, 3].tolist() == [PATCH_ALPHA, 0]
