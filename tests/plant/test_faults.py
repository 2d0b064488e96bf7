"""What a person writes after --fault, and the sentence for what cannot be understood."""

import pytest

from tests.plant.factory import BELT, ROTATING, Maker, hall
from twinviewer.model.errors import FeedError
from twinviewer.model.state import State
from twinviewer.plant.faults import ALSO_CALLED, KINDS, Fault, demo_story, parse_fault
from twinviewer.plant.process import Process
from twinviewer.plant.spec import DEMO


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("CNC-1:stop@30", Fault("CNC-1", "stop", 30.0, 300.0)),
        ("CNC-1:stop!@30", Fault("CNC-1", "stop", 30.0, 300.0, for_good=True)),
        ("CMP-1:bearing=72@-5.5", Fault("CMP-1", "bearing", -5.5, 72.0)),
        ("PMP-1:sensor.Temperature@1", Fault("PMP-1", "sensor", 1.0, 1200.0, "Temperature")),
        ("PMP-1:sensor@1", Fault("PMP-1", "sensor", 1.0, 1200.0, "Vibration")),
        ("AGV-1:offline", Fault("AGV-1", "offline", 0.0, 1200.0)),
        ("ROB-1:slow=0.4!", Fault("ROB-1", "slow", 0.0, 0.4, for_good=True)),
        ("CNC-1:trip@30", Fault("CNC-1", "stop", 30.0, 300.0)),
    ],
)
def test_faults_are_read(text: str, fault: Fault) -> None:
    assert parse_fault(text, hall()) == fault


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("CNC-1", "cannot be read"),
        ("", "cannot be read"),
        ("CNC-1:stop@soon", "cannot be read"),
        ("CNC-1:explode@3", "Kinds: stop, bearing"),
        ("CNC-9:stop@3", "no asset “CNC-9”"),
        ("CNC-9:stop@3", "CNC-1"),
        ("PMP-1:sensor.Mood@3", "It has: State, Power"),
        ("PMP-1:stop=0@3", "above 0"),
        ("PMP-1:stop=1.2.3@3", "number"),
    ],
)
def test_nonsense_gets_a_sentence(text: str, words: str) -> None:
    with pytest.raises(FeedError) as error:
        parse_fault(text, hall())
    assert words in str(error.value)


def test_every_kind_can_happen_to_any_asset() -> None:
    scene = hall()
    for kind in KINDS:
        names = ["CNC-1", "ROB-1"] if kind == "setup" else [a.asset_id for a in scene.assets]
        process = Process(scene, faults=[parse_fault(f"{name}:{kind}@5", scene) for name in names])
        process.advance(120.0, 5.0)


def test_only_stations_are_changed_over() -> None:
    with pytest.raises(FeedError, match="PMP-1 is no station"):
        Process(hall(), faults=[Fault("PMP-1", "setup", 0.0, 60.0)])


def test_other_words_for_a_fault_mean_one_that_is_known() -> None:
    assert set(ALSO_CALLED.values()) <= set(KINDS)
    assert not set(ALSO_CALLED) & set(KINDS)


@pytest.mark.parametrize("kinds", [("cnc", "cnc", "robot"), ("pump", "pump", "pump"), ("cnc", "conveyor", "ahu"), ()])
def test_the_story_of_the_demo_suits_a_small_scene_of_anything(kinds: tuple[str, ...]) -> None:
    maker = Maker()
    for k, kind in enumerate(kinds):
        maker.add(f"A-{k}", kind, BELT if kind == "conveyor" else ROTATING)
    scene = maker.scene()
    process = Process(scene, 1, DEMO, demo_story(scene))
    process.advance(5.0)
    assert not process.status.any()  # nobody's few machines are silent from the beginning
    assert not {State.FAULT, State.MAINTENANCE} & {State(int(s)) for s in process.state}
