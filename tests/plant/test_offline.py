"""The plant without a server: the same seed gives the same samples; only changes are told."""

import numpy as np
import pytest

from tests.plant.factory import STATES, STATION, Maker, hall, line
from twinviewer.model.quality import STATUS_BAD_NO_COMMUNICATION, STATUS_BAD_SENSOR_FAILURE
from twinviewer.model.sample import SampleBatch
from twinviewer.model.state import State
from twinviewer.plant.faults import Fault, demo_story
from twinviewer.plant.offline import simulate
from twinviewer.plant.process import Process
from twinviewer.plant.spec import DEMO

START = 1_700_000_000 * 1_000_000_000


def same(a: SampleBatch, b: SampleBatch) -> bool:
    """Whether two batches hold the same samples."""
    arrays = ("slot", "status", "source_ns", "server_ns")
    equal = all(np.array_equal(getattr(a, name), getattr(b, name)) for name in arrays)
    return equal and np.array_equal(a.value, b.value, equal_nan=True) and a.text == b.text


def test_the_same_seed_gives_the_same_samples() -> None:
    scene = hall()
    runs = [list(simulate(scene, 7, START, 900, 1.0, demo_story(scene), DEMO)) for _ in range(2)]
    assert len(runs[0]) == len(runs[1])
    assert all(same(a, b) for a, b in zip(*runs, strict=True))
    other = list(simulate(scene, 8, START, 900, 1.0, demo_story(scene), DEMO))
    assert not all(same(a, b) for a, b in zip(runs[0], other, strict=False))


def test_how_often_it_is_asked_changes_nothing() -> None:
    scene = hall()
    often, seldom = Process(scene, 3, DEMO), Process(scene, 3, DEMO)
    for k in range(1, 1001):
        often.advance(k * 0.3)
    seldom.advance(300.0)
    assert np.array_equal(often.value, seldom.value, equal_nan=True)
    assert often.text == seldom.text
    assert np.array_equal(often.state, seldom.state)


def test_the_sensors_step_hardly_changes_the_lines() -> None:
    fine, coarse = Process(line(3), 5), Process(line(3), 5)
    fine.advance(3600, 1.0)
    coarse.advance(3600, 60.0)
    assert fine.lines.rhythms == coarse.lines.rhythms


def test_batches_hold_changes_only_with_plant_time() -> None:
    scene = hall()
    batches = list(simulate(scene, 1, START, 300))
    assert np.array_equal(batches[0].slot, np.arange(len(scene.tags)))
    assert batches[0].received_ns == START
    times = [b.received_ns for b in batches]
    assert times == sorted(set(times))
    assert times[-1] <= START + 300 * 10**9
    last: dict[int, float] = {}
    for batch in batches:
        assert len(np.unique(batch.slot)) == len(batch)
        assert np.all(batch.source_ns == batch.received_ns)
        for slot, value in zip(batch.slot, batch.value, strict=True):
            if int(slot) in last and np.isfinite(value):
                assert value != last[int(slot)], scene.tags[slot].name
            last[int(slot)] = value
    assert np.mean([len(b) for b in batches[1:]]) < 0.6 * len(scene.tags)


def test_bad_quality_is_told_when_it_comes_and_when_it_goes() -> None:
    scene = hall()
    faults = [Fault("PMP-1", "sensor", 20.0, 60.0, "Vibration"), Fault("CMP-1", "offline", 30.0, 60.0)]
    story: dict[str, list[tuple[float, int, bool]]] = {}
    for batch in simulate(scene, 1, START, 200, 1.0, faults):
        for k, slot in enumerate(batch.slot):
            name = scene.tags[slot].name
            entry = ((batch.received_ns - START) / 1e9, int(batch.status[k]), bool(np.isnan(batch.value[k])))
            if not story.get(name) or story[name][-1][1] != entry[1]:
                story.setdefault(name, []).append(entry)
    assert [(t, s) for t, s, _ in story["PMP-1.Vibration"]] == [(0, 0), (20, STATUS_BAD_SENSOR_FAILURE), (80, 0)]
    assert story["PMP-1.Vibration"][1][2]
    assert len(story["PMP-1.Power"]) == 1
    for key in ("State", "Vibration", "Power", "Load"):
        assert [s for _, s, _ in story[f"CMP-1.{key}"]] == [0, STATUS_BAD_NO_COMMUNICATION, 0]


def test_one_bad_quality_after_another_is_told() -> None:
    scene = hall()
    faults = [Fault("PMP-1", "sensor", 20.0, 1e6, "Power"), Fault("PMP-1", "offline", 40.0, 1e6)]
    row, told = scene.row("PMP-1.Power"), []
    for batch in simulate(scene, 1, START, 60, 1.0, faults):
        told += [int(s) for s in batch.status[batch.slot == row] if s]
    assert told == [STATUS_BAD_SENSOR_FAILURE, STATUS_BAD_NO_COMMUNICATION]


def test_texts_are_told_with_their_words() -> None:
    scene = line(1)
    texts: dict[str, set[str]] = {}
    for batch in simulate(scene, 1, START, 400, 1.0, [Fault("M1", "stop", 100.0, 100.0)]):
        for k, words in batch.text.items():
            texts.setdefault(scene.tags[batch.slot[k]].key, set()).add(words)
    assert any(w.startswith("E-4012") for w in texts["FaultCode"])
    assert "" in texts["FaultCode"]
    assert all(w.startswith("ORD-") for w in texts["Order"])
    assert texts["Product"] <= {"Housing H2", "Bracket B4", "Flange F7", "Cover C1"}


@pytest.mark.parametrize(
    ("table", "wanted"),
    [
        ({"0": State.IDLE, "3": State.RUNNING, "9": State.FAULT}, {0.0, 3.0, 9.0}),
        ({"Stopped": State.FAULT, "Running": State.RUNNING, "Waiting": State.IDLE}, {"Stopped", "Running", "Waiting"}),
    ],
)
def test_states_are_told_in_the_scenes_own_words(table: dict[str, State], wanted: set[object]) -> None:
    maker = Maker()
    maker.add("M", "station", STATION, station=True, states=table)
    scene = maker.scene()
    seen: set[object] = set()
    for batch in simulate(scene, 1, START, 600, 1.0, [Fault("M", "stop", 200.0, 120.0)]):
        for k, slot in enumerate(batch.slot):
            if scene.tags[slot].role == "state":
                seen.add(batch.text.get(k, float(batch.value[k])))
    assert seen <= wanted
    assert len(seen) >= 2
    assert STATES


def test_the_demo_shows_what_the_window_is_for() -> None:
    scene = hall()
    process = Process(scene, 1, DEMO, demo_story(scene))
    seen: set[State] = set()
    for k in range(0, 240, 4):
        process.advance(float(k))
        seen.update(State(int(s)) for s in process.state)
    assert {State.RUNNING, State.SETUP, State.FAULT, State.MAINTENANCE} <= seen
    assert {State.STARVED, State.BLOCKED} & seen
    assert process.status[scene.row("PMP-1.Power")] == STATUS_BAD_NO_COMMUNICATION
    assert process.value[scene.row("CMP-1.Vibration")] > 2.0
