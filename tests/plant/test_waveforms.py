"""The plant's acceleration sensors: a sound shaft, and a race that is struck harder as its bearing wears."""

from pathlib import Path

import numpy as np
import pytest

from twinviewer.model.quality import STATUS_BAD_SENSOR_FAILURE
from twinviewer.model.sample import SampleBatch
from twinviewer.plant.faults import Fault
from twinviewer.plant.offline import simulate
from twinviewer.plant.process import Process
from twinviewer.plant.waveforms import COUNT
from twinviewer.scene.scene import Scene, load_scene
from twinviewer.waveforms.spectrum import features

SCENE = """
format = 1
name = "One compressor"
[namespaces]
p = "urn:twinviewer:plant"
[assets]
table = "assets.csv"
[type.compressor]
vibration = { group = "2", foundation = "rigid" }
bearing = { elements = 8, element_mm = 24, pitch_mm = 102.5 }
[type.compressor.tags.State]
node = "p:s={asset}.State"
role = "state"
[type.compressor.tags.Speed]
node = "p:s={asset}.Speed"
role = "speed"
unit = "rpm"
normal = [2850, 2970]
[type.compressor.tags.Vibration]
node = "p:s={asset}.Vibration"
role = "vibration"
unit = "mm/s"
[type.compressor.tags.Acceleration]
node = "p:s={asset}.Acceleration"
role = "waveform"
unit = "m/s²"
sampling_hz = 10240
band_hz = [1500, 4800]
"""


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    (tmp_path / "scene.toml").write_text(SCENE)
    (tmp_path / "assets.csv").write_text("asset,type,path\nCMP-1,compressor,Hall\n")
    return load_scene(tmp_path, geometry=False)


def lived(scene: Scene, *faults: Fault, seed: int = 1, seconds: float = 130) -> list[SampleBatch]:
    """Batches of a short life."""
    return list(simulate(scene, seed, 10**18, seconds, 1.0, faults))


def of(scene: Scene, batches: list[SampleBatch], key: str) -> list[tuple[float, int]]:
    """(value, status) of a tag in order."""
    row = scene.tag(f"CMP-1.{key}").index
    return [(float(b.value[k]), int(b.status[k])) for b in batches for k in np.flatnonzero(b.slot == row).tolist()]


def waveforms(batches: list[SampleBatch]) -> list[np.ndarray]:
    return [values for b in batches for values in b.arrays.values()]


def test_wear_of_the_outer_race_is_in_the_waveform_and_in_what_is_worked_out(scene: Scene) -> None:
    sound, worn = lived(scene), lived(scene, Fault("CMP-1", "bearing", -1.0, 100.0, progress=0.5))
    assert len(waveforms(sound)) == 7  # at the start and every 20 s
    assert {len(values) for values in waveforms(sound)} == {COUNT}

    def middle(batches: list[SampleBatch], key: str) -> float:
        return float(np.median([value for value, _ in of(scene, batches, f"Acceleration{key}")]))

    assert middle(worn, "BPFO") > 8 * middle(sound, "BPFO")
    assert middle(worn, "BPFI") < 4 * middle(sound, "BPFI")
    assert middle(worn, "RMS") > 1.45 * middle(sound, "RMS")
    assert middle(worn, "Kurtosis") > 4
    assert middle(sound, "Kurtosis") == pytest.approx(3, abs=0.4)
    last = waveforms(worn)[-1]
    expected = features(last, 10240, band_hz=(1500, 4800))
    assert of(scene, worn, "AccelerationRMS")[-1] == (pytest.approx(expected.rms), 0)
    times = [b.source_ns.tolist() for b in worn if b.slot[0] == scene.tag("CMP-1.AccelerationRMS").index]
    assert [(t[0] - 10**18) // 10**9 for t in times] == [0, 20, 40, 60, 80, 100, 120]


def test_a_seed_gives_one_waveform_however_often_it_is_asked(scene: Scene) -> None:
    row = scene.tag("CMP-1.Acceleration").index

    def after(seed: int, step_s: float) -> np.ndarray:
        process = Process(scene, seed)
        for at in np.arange(step_s, 60 + step_s, step_s):
            process.advance(float(at))
        return process.waveforms.values(row)

    np.testing.assert_array_equal(after(1, 60.0), after(1, 7.5))
    assert not np.array_equal(after(1, 60.0), after(2, 60.0))


def test_a_broken_sensor_and_a_shaft_that_stands_are_told(scene: Scene) -> None:
    broken = lived(scene, Fault("CMP-1", "sensor", 30.0, 40.0, "Acceleration"))
    told = of(scene, broken, "AccelerationBPFO")
    bad = [k for k, (_, status) in enumerate(told) if status == STATUS_BAD_SENSOR_FAILURE]
    assert bad
    assert all(np.isnan(told[k][0]) for k in bad)
    assert told[-1][1] == 0
    stands = lived(scene, Fault("CMP-1", "stop", 10.0, 600.0))
    assert of(scene, stands, "AccelerationBPFO")[-1] == (0.0, 0)
    assert 0 < of(scene, stands, "AccelerationRMS")[-1][0] < 0.1
