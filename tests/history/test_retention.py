"""How long a recording is kept: what its folder says, whoever records, and from the command line."""

import json
from pathlib import Path

import pytest

from tests.factory import make_scene
from tests.history.made import NS, START_NS, Clock, batch, record
from twinviewer.__main__ import main
from twinviewer.history import retention
from twinviewer.history.layout import MINUTES, RETENTION, SAMPLES
from twinviewer.history.recorder import Recorder
from twinviewer.history.retention import Retention
from twinviewer.model.errors import DataError, RecordingError
from twinviewer.model.notice import Notice

SCENE = make_scene(1)
HOUR_NS = 3600 * NS


def hours(folder: Path, table: str = SAMPLES) -> int:
    """How many hours are there."""
    return len(list((folder / table).iterdir()))


def test_a_recorder_heeds_the_limits_of_its_folder_and_their_change(tmp_path: Path) -> None:
    clock, notices = Clock(), list[Notice]()
    recorder = Recorder(
        tmp_path, SCENE, clock=clock, threads=False, notify=notices.append, retention=Retention(raw_days=2 / 24)
    )
    most = 0
    for hour in range(12):
        clock.now_ns = START_NS + hour * HOUR_NS
        recorder.tap(batch(clock.now_ns, [0], [hour]))
        recorder.flush()
        recorder.compact()
        most = max(most, hours(tmp_path))
    assert most <= 3
    assert hours(tmp_path, MINUTES) == 11
    retention.save(tmp_path, Retention(raw_days=1 / 24, minute_days=3 / 24))
    recorder.compact()
    assert hours(tmp_path) <= 2
    assert hours(tmp_path, MINUTES) <= 4
    (tmp_path / RETENTION).write_text("{")
    for _ in range(3):
        recorder.compact()
    assert hours(tmp_path) > 0, "limits that cannot be read delete nothing"
    assert [n.level for n in notices] == ["warning"], "said once"
    retention.save(tmp_path, Retention())
    recorder.compact()
    assert [n.level for n in notices] == ["warning", "info"]
    recorder.close()


def test_the_next_recorder_keeps_what_the_folder_says(tmp_path: Path) -> None:
    Recorder(tmp_path, SCENE, threads=False, retention=Retention(raw_days=9)).close()
    Recorder(tmp_path, SCENE, threads=False).close()
    assert retention.load(tmp_path) == Retention(raw_days=9)


@pytest.mark.parametrize("wrong", [{"raw_days": 0}, {"raw_gb": -1}, {"raw_days": float("nan")}, {"raw_days": "3"}])
def test_limits_that_cannot_be_meant_are_refused(wrong: dict, tmp_path: Path) -> None:
    with pytest.raises(DataError):
        Retention(**wrong)
    (tmp_path / RETENTION).write_text(json.dumps(wrong))
    with pytest.raises(RecordingError, match="how long"):
        retention.load(tmp_path)


def test_aggregates_never_go_before_their_samples() -> None:
    with pytest.raises(DataError, match="at least as long"):
        Retention(raw_days=30, minute_days=7)


def test_the_command_tells_plans_and_does(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "recording"
    record(folder, SCENE, [batch(START_NS - 20 * 86400 * 10**9 * 50 + h * HOUR_NS, [0], [h]) for h in range(4)])
    assert main(["retain", str(folder)]) == 0
    assert "for ever" in capsys.readouterr().out
    assert main(["retain", str(folder), "--keep-days", "100", "--dry-run"]) == 0
    said = capsys.readouterr().out
    assert "would be deleted: samples of 4 hours, 12 files" in said
    assert said.count("T") >= 4
    assert hours(folder) == 4
    assert retention.load(folder) == Retention()
    assert main(["retain", str(folder), "--keep-days", "100"]) == 0
    assert "deleted: samples of 4 hours" in capsys.readouterr().out
    assert (hours(folder), hours(folder, MINUTES)) == (0, 4)
    assert retention.load(folder) == Retention(raw_days=100)
    assert main(["retain", str(folder), "--for-ever"]) == 0
    assert retention.load(folder) == Retention()
    for wrong in (
        ["--keep-days", "0"],
        ["--for-ever", "--keep-gb", "1"],
        ["--keep-days", "5", "--keep-minutes-days", "1"],
    ):
        assert main(["retain", str(folder), *wrong]) == 2
    (tmp_path / "letters").mkdir()
    assert main(["retain", str(tmp_path / "letters"), "--keep-days", "1"]) == 2
    assert list((tmp_path / "letters").iterdir()) == []
