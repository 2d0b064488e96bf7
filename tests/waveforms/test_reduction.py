"""What is worked out of a waveform has its quality; the lines of a bearing also need to know how fast it turns."""

from dataclasses import replace

import numpy as np
import pytest

from tests.factory import scene_of
from twinviewer.model.asset import Asset, NodeAddress, Tag
from twinviewer.model.bearing import of_geometry
from twinviewer.model.frame import TagSnapshot
from twinviewer.waveforms import reduction
from twinviewer.waveforms.reduction import Arrived, Reduction
from twinviewer.waveforms.spectrum import features
from twinviewer.waveforms.tags import LINES, keys_of

BEARING = of_geometry(9, 7.94, 39.04)
WAVE = np.random.default_rng(0).normal(0, 1, 1024)
NOW = 10**18
UNCERTAIN = 0x40000000
BAD_SENSOR = 0x808C0000


def of_scene(speed_unit: str | None = "rpm", rpm: float | None = None, **waveform: object) -> Reduction:
    """Row 0 is the waveform, row 1 the speed, the rest is worked out."""
    tags = [Tag(0, "M.A", "A", "M", NodeAddress("urn", "s=A"), "waveform", "g", sampling_hz=5000)]
    tags[0] = replace(tags[0], **waveform)  # type: ignore[arg-type]
    tags.append(Tag(1, "M.Speed", "Speed", "M", NodeAddress("urn", "s=S"), "speed", speed_unit or "", stale_after_s=60))
    for role, key in keys_of("A", True).items():
        tags.append(Tag(len(tags), f"M.{key}", key, "M", NodeAddress(), role, "g", derived_from=0))
    rows = tuple(t.index for t in tags if speed_unit is not None or t.role != "speed")
    asset = Asset(0, "M", "M", "pump", (), rows, bearing=replace(BEARING, rpm=rpm))
    scene = scene_of([asset], tags)
    return Reduction(scene.assets, scene.tags)


def known(speed: float = 1500.0, status: int = 0, received_ns: int = NOW) -> TagSnapshot:
    """A table that knows the speed."""
    times = np.full(11, received_ns, np.int64)
    return TagSnapshot(np.full(11, speed), np.full(11, status, np.uint32), times, times, times)


def told(made: Reduction, table: TagSnapshot, values: np.ndarray | None = WAVE, status: int = 0) -> dict[str, tuple]:
    """(value, status) by role of one waveform."""
    batch = made.samples(Arrived(0, values, status, 7, 8), table, NOW)
    assert set(batch.source_ns.tolist()) == {7}
    assert set(batch.server_ns.tolist()) == {8}
    assert batch.slot.tolist() == list(range(2, 11))
    return dict(zip(keys_of("A", True), zip(batch.value, batch.status, strict=True), strict=True))


@pytest.mark.parametrize(
    ("made", "table"),
    [
        (of_scene(), known(1500.0)),
        (of_scene("Hz"), known(25.0)),
        (of_scene("%", rpm=3000.0), known(50.0)),
        (of_scene(None, rpm=1500.0), known(np.nan)),
        (of_scene("parts/h", rpm=1500.0), known(40.0)),  # a pace is no speed of a shaft
    ],
)
def test_the_speed_of_the_shaft_comes_in_turns_in_shares_or_from_the_scene(made: Reduction, table: TagSnapshot) -> None:
    expected = features(WAVE, 5000, BEARING, 1500)
    found = told(made, table)
    assert found["bpfo"] == (pytest.approx(expected.lines["BPFO"]), 0)
    assert found["acceleration"] == (pytest.approx(expected.rms), 0)


@pytest.mark.parametrize(
    ("made", "table", "status"),
    [
        (of_scene(), known(received_ns=0), reduction.BAD_WAITING),
        (of_scene(), known(status=BAD_SENSOR), BAD_SENSOR),
        (of_scene(), known(np.nan), reduction.BAD_OUT_OF_RANGE),
        (of_scene(), known(status=UNCERTAIN), UNCERTAIN),
        (of_scene(), known(received_ns=NOW - 61 * 10**9), reduction.UNCERTAIN_LAST_USABLE),
        (of_scene("%"), known(50.0), reduction.BAD_CONFIGURATION),
        (of_scene(None), known(), reduction.BAD_CONFIGURATION),
    ],
)
def test_lines_are_no_better_than_the_speed_and_the_rest_does_without(
    made: Reduction, table: TagSnapshot, status: int
) -> None:
    found = told(made, table)
    assert {found[role][1] for role in LINES} == {status}
    assert all(np.isnan(found[role][0]) == (status >= 0x80000000) for role in LINES)
    assert {found[role][1] for role in found if role not in LINES} == {0}


@pytest.mark.parametrize(
    ("made", "values", "status", "expected"),
    [
        (of_scene(), None, BAD_SENSOR, BAD_SENSOR),
        (of_scene(), WAVE, BAD_SENSOR, BAD_SENSOR),
        (of_scene(), WAVE, UNCERTAIN, UNCERTAIN),
        (of_scene(), None, 0, reduction.BAD_TYPE_MISMATCH),
        (of_scene(), WAVE[:255], 0, reduction.BAD_OUT_OF_RANGE),
        (of_scene(), WAVE * np.inf, 0, reduction.BAD_OUT_OF_RANGE),
        (of_scene(sampling_hz=0.0), WAVE, 0, reduction.BAD_CONFIGURATION),
        (of_scene(band_hz=(1000.0, 2600.0)), WAVE, 0, reduction.BAD_CONFIGURATION),
    ],
)
def test_nothing_is_better_than_its_waveform(
    made: Reduction, values: np.ndarray | None, status: int, expected: int
) -> None:
    found = told(made, known(), values, status)
    assert {own for _, own in found.values()} == {expected}
    assert {bool(np.isnan(value)) for value, _ in found.values()} == {expected >= 0x80000000}


def test_a_frequency_that_the_waveform_cannot_tell_is_bad_and_the_others_are_not() -> None:
    found = told(of_scene(), known(1000.0))
    assert np.isnan(found["ftf"][0])
    assert found["ftf"][1] == reduction.BAD_OUT_OF_RANGE
    assert {found[role][1] for role in found if role != "ftf"} == {0}


def test_a_shaft_that_stands_strikes_nothing() -> None:
    found = told(of_scene(), known(0.0))
    assert {found[role] for role in LINES} == {(0.0, 0)}
    assert found["acceleration"][0] > 0
