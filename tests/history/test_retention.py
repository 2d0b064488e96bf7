"""How long a recording is kept: what its folder says, whoever records, and from the command line."""

import json
from pathlib import Path

import pytest

from tests.factory import make_scene
from tests.history.made import NS, START_NS, Clock, batch, record
from twinviewer.__main__ import main
from twinviewer.history import query, retention
from twinviewer.history.layout import MINUTES, RETENTION, SAMPLES
from twinviewer.history.recorder import Recorder
from twinviewer.history.recording import Recording
from twinviewer.history.retention import Retention
from twinviewer.model.errors import DataError, RecordingError
from twinviewer.model.notice import Notice
from twinviewer.model.quality import STATUS_BAD_SENSOR_FAILURE

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


def test_what_is_left_of_samples_that_went_still_answers(tmp_path: Path) -> None:
    clock = Clock()
    recorder = Recorder(tmp_path, SCENE, clock=clock, threads=False)
    state, power = (next(t.index for t in SCENE.tags if t.key == key) for key in ("State", "Power"))
    for second in [*range(0, 1900, 15), 3700, 7300]:
        clock.now_ns = START_NS + second * NS
        bad = STATUS_BAD_SENSOR_FAILURE if second == 615 else 0
        recorder.tap(batch(clock.now_ns, [power], [second], bad))
        if second in (0, 1230):
            recorder.tap(batch(clock.now_ns, [state], [1 + second // 1230]))
        recorder.flush()
    recorder.close(compact=True)
    retention.apply_retention(tmp_path, Retention(raw_days=1 / 24), clock.now_ns)
    assert hours(tmp_path) < hours(tmp_path, MINUTES) == 3
    recording = Recording.open(tmp_path, SCENE)
    last_ns = START_NS + 1800 * NS

    def said(pattern: str, every_ns: int | None = None) -> list[tuple[int, float, str]]:
        with query.answer(recording, pattern, START_NS, last_ns, every_ns) as relation:
            rows = query.as_table(relation).to_pylist()
        return [((row["time"].value - START_NS) // NS, row["value"], row["quality"]) for row in rows]

    minutes = said("*.Power")
    assert [row[0] for row in minutes] == list(range(60, 1801, 60))
    assert minutes[9:12] == [(600, 585, "good"), (660, 645, "bad"), (720, 705, "good")]
    assert [(at, value) for at, value, _ in said("*.State") if at in (0, 1230)] == [(0, 1), (1230, 2)]
    held = {at: value for at, value, _ in said("*.Power", 90 * NS)}
    assert (held[90], held[180], held[900]) == (45, 165, 885)
    recording.close()
