"""The what-if panel and the plant's record: a back-test is kept and shown, and says what was ever seen."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from twinviewer.history.synth import record_offline
from twinviewer.model.errors import DataError
from twinviewer.panels import _whatif_jobs as jobs
from twinviewer.panels._whatif_trust import seen_before, trust
from twinviewer.plant.spec import PlantSettings
from twinviewer.scene.scene import load_scene

HALL = Path(__file__).resolve().parents[2] / "scenes" / "assembly-hall"
START_NS = 1_772_434_800_000_000_000


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the hall that may be written to, with an hour and a half of its record."""
    folder = tmp_path_factory.mktemp("plant") / "hall"
    shutil.copytree(HALL, folder)
    scene = load_scene(folder, geometry=False)
    record_offline(scene, folder / "record", 1.5, 3, start_ns=START_NS, step_s=10.0, settings=PlantSettings(mtbf_h=3.0))
    return folder


def test_a_back_test_is_kept_beside_the_model_and_says_how_far_to_trust_it(hall: Path) -> None:
    told: list[float] = []
    file = Path(jobs.back_test(str(hall), str(hall / "record"), progress=lambda f, _t: told.append(f)))
    assert file == hall / "backtest.json"
    assert told == sorted(told)
    assert told[-1] == 1.0
    data = json.loads(file.read_text(encoding="utf-8"))
    assert data["moments"] >= 1
    said = trust(hall, datetime.now(UTC))
    assert said.level in ("good", "warning")
    assert "good parts" in said.headline
    assert f"{data['moments']} moments" in said.headline
    seen = seen_before(hall)
    assert seen is not None
    assert any(name.startswith("speed.") for name in seen)
    again = jobs.seen(str(hall), str(hall / "record"), progress=lambda *_: None)
    assert set(again) == set(seen)


def test_a_calibration_says_of_every_figure_what_a_person_decides_on(hall: Path) -> None:
    told: list[float] = []
    found, when = jobs.calibrate(str(hall), str(hall / "record"), progress=lambda f, _t: told.append(f))
    assert when.startswith("From 02 Mar 2026")
    assert told == sorted(told)
    by_path = {f.path: f for f in found}
    time = by_path['station."PRS-204".time']
    assert "cycles" in time.sure
    assert "fit (KS" in time.sure
    assert time.value is not None
    assert all(f.title and f.now for f in found)
    assert all(f.note for f in found if f.value is None)


def test_nothing_is_seen_without_a_back_test(tmp_path: Path) -> None:
    assert seen_before(tmp_path) is None
    (tmp_path / "backtest.json").write_text('{"seen": 3}', encoding="utf-8")
    assert seen_before(tmp_path) is None


def test_a_proposal_that_is_not_there_cannot_be_compared(hall: Path) -> None:
    with pytest.raises(DataError, match="no such proposal"):
        jobs.compare_with_record(str(hall), str(hall / "record"), "P-0009", progress=lambda *_: None)
