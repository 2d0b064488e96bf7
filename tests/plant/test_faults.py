"""What a person writes after --fault, and the sentence for what cannot be understood."""

import pytest

from tests.plant.factory import hall
from twinviewer.model.errors import FeedError
from twinviewer.plant.faults import KINDS, Fault, parse_fault
from twinviewer.plant.process import Process


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
