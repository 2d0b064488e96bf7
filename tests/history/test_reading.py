"""Trends, alarms, connections and queries say what the samples say."""

import json
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.factory import CONNECTED, make_scene, make_tag, scene_of, snapshot
from tests.history.made import NS, START_NS, Clock, batch, record
from twinviewer.__main__ import main
from twinviewer.cli._source import check_moment
from twinviewer.history import query
from twinviewer.history.recorder import Recorder
from twinviewer.history.recording import Recording
from twinviewer.model.connection import Connection, Link
from twinviewer.model.errors import DataError, RecordingError
from twinviewer.model.quality import STATUS_BAD_SENSOR_FAILURE, Quality
from twinviewer.states.alarms import AlarmBook
from twinviewer.states.evaluator import Evaluator

SCENE = make_scene(2)
POWER = "M-0.Power"


@settings(max_examples=25)
@given(
    st.lists(st.tuples(st.integers(0, 7199), st.floats(-100, 100)), min_size=1, max_size=60),
    st.booleans(),
    st.sampled_from([7, 50, 400]),
)
def test_a_trend_holds_the_lowest_and_highest_of_each_step(
    tmp_path_factory: pytest.TempPathFactory, points: list[tuple[int, float]], compact: bool, pixels: int
) -> None:
    folder = tmp_path_factory.mktemp("recording")
    points = sorted(dict(points).items())
    power, other = SCENE.tag(POWER).index, SCENE.tag("M-1.Power").index
    alive = [batch(START_NS + s * NS, [other], [0.0]) for s in range(0, 7200, 10)]
    own = [batch(START_NS + s * NS, [power], [v]) for s, v in points]
    record(folder, SCENE, sorted(alive + own, key=lambda b: b.received_ns), compact=compact)
    recording = Recording.open(folder, SCENE)
    seen = recording.series(POWER, START_NS, START_NS + 7200 * NS, pixels)
    step_ns = int(np.diff(seen.time_ns)[0])
    assert len(seen.time_ns) <= 2 * pixels + 1
    low, high = np.inf, -np.inf
    for k, begin_ns in enumerate(seen.time_ns.tolist()):
        inside = [v for s, v in points if begin_ns <= START_NS + s * NS < begin_ns + step_ns]
        held = [v for s, v in points if START_NS + s * NS < begin_ns][-1:]
        if inside:
            assert seen.low[k] in (min(inside), min(inside + held))
            assert seen.high[k] in (max(inside), max(inside + held))
            low, high = min(low, *inside), max(high, *inside)
        elif held:
            assert seen.low[k] == seen.high[k] == held[0]
        else:
            assert np.isnan(seen.low[k])
    assert (np.nanmin(seen.low), np.nanmax(seen.high)) == (low, high)
    recording.close()


def test_gaps_and_bad_values_are_no_line(tmp_path: Path) -> None:
    power = SCENE.tag(POWER).index
    batches = [batch(START_NS + s * NS, [power], [5.0]) for s in range(60)]
    batches += [batch(START_NS + s * NS, [power], [np.nan], 0x808C0000) for s in range(60, 70)]
    batches += [batch(START_NS + s * NS, [power], [6.0]) for s in range(300, 360)]
    record(tmp_path, SCENE, batches)
    recording = Recording.open(tmp_path, SCENE)
    seen = recording.series(POWER, START_NS, START_NS + 360 * NS, 36)
    assert (seen.low[:6] == 5).all()
    assert np.isnan(seen.low[6:30]).all()
    assert seen.quality[6] == Quality.BAD
    assert (seen.quality[9:29] == Quality.STALE).all()
    assert (seen.high[30:] == 6).all()
    recording.close()


def test_a_lost_connection_is_a_gap_and_is_there_in_replay(tmp_path: Path) -> None:
    clock = Clock()
    recorder = Recorder(tmp_path, SCENE, clock=clock, threads=False)
    power = SCENE.tag(POWER).index
    for s in range(120):
        clock.now_ns = START_NS + s * NS
        if s in (0, 60, 90):
            recorder.connection(Connection(Link.LOST if s == 60 else Link.CONNECTED, "cable" if s == 60 else ""))
        recorder.tap(batch(clock.now_ns, [power if s < 60 or s >= 90 else power + 1], [float(s)]))
    recorder.flush()
    recorder.close()
    recording = Recording.open(tmp_path, SCENE)
    assert recording.connection_at(START_NS + 75 * NS) == Connection(Link.LOST, "cable")
    assert recording.connection_at(START_NS + 100 * NS).link is Link.CONNECTED
    seen = recording.series(POWER, START_NS, START_NS + 120 * NS, 120)
    assert np.isnan(seen.low[62:88]).all()
    assert np.isfinite(seen.low[90:]).all()
    recording.close()


def test_alarms_stand_as_they_stood_live(tmp_path: Path) -> None:
    clock = Clock()
    recorder = Recorder(tmp_path, SCENE, clock=clock, threads=False)
    evaluator, book, stood = Evaluator(SCENE), AlarmBook(SCENE), {}
    rng = np.random.default_rng(2)
    day_ns = START_NS - START_NS % (86400 * NS) + 86400 * NS
    for k in range(400):
        now_ns = clock.now_ns = day_ns - 1800 * NS + k * 10 * NS  # over midnight
        level = float(rng.choice([1.0, 3.0, 5.0]))
        shot = snapshot(SCENE, now_ns, Vibration=level, State=float(rng.choice([1, 6], p=[0.95, 0.05])))
        events = book.update(*evaluator.evaluate(shot, now_ns, CONNECTED), now_ns)
        if k % 7 == 0 and book.alarms:
            events += book.acknowledge(book.alarms[0].key, "eva", now_ns)
        for event in events:
            recorder.event(event)
        stood[now_ns] = book.alarms
    recorder.flush()
    recorder.close()
    recording = Recording.open(tmp_path, SCENE)
    assert any(stood.values())
    for now_ns, alarms in stood.items():
        assert repr(recording.alarms_at(now_ns)) == repr(alarms)
    assert recording.raised(0, 2**62)
    recording.close()


def test_actions_and_notes_are_kept(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, SCENE, clock=Clock(), threads=False)
    recorder.action({"what": "write", "tag": "x", "value": float("nan"), "by": "eva"})
    recorder.note(START_NS + 5, "look at this", "eva", "M-0")
    recorder.flush()
    recorder.close()
    diary = Recording.open(tmp_path).diary
    assert diary.actions(0, 2**62) == [{"what": "write", "tag": "x", "value": None, "by": "eva", "time_ns": START_NS}]
    assert [(n["time_ns"], n["asset"], n["text"]) for n in diary.notes()] == [(START_NS + 5, "M-0", "look at this")]


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    """Two hours of two tags, one value a minute, compacted."""
    folder = tmp_path / "recording"
    record(folder, SCENE, [batch(START_NS + m * 60 * NS, [0, 2], [m % 3, m / 10]) for m in range(120)], unbroken=True)
    return folder


def test_a_query_gives_every_sample_with_its_quality(recorded: Path) -> None:
    recording = Recording.open(recorded)
    with query.answer(recording, "M-0.P*", START_NS, START_NS + 600 * NS) as relation:
        table = query.as_table(relation)
    assert table.column_names == ["time", "tag", "value", "quality"]
    assert table["value"].to_pylist() == [m / 10 for m in range(11)]
    assert set(table["quality"].to_pylist()) == {"good"}
    recording.close()


@pytest.mark.parametrize("every_ns", [None, 60 * NS])
def test_what_should_be_a_number_and_is_none_is_bad_in_a_query(tmp_path: Path, every_ns: int | None) -> None:
    power = SCENE.tag(POWER).index
    said = [1.0, float("nan"), float("inf"), 2.0]
    batches = [batch(START_NS + m * 60 * NS, [power], [value]) for m, value in enumerate(said)]
    record(tmp_path, SCENE, batches, unbroken=True)
    recording = Recording.open(tmp_path, SCENE)
    with query.answer(recording, POWER, START_NS, START_NS + 180 * NS, every_ns) as relation:
        table = query.as_table(relation)
    assert table["value"].to_pylist() == [1.0, None, float("inf"), 2.0]
    assert table["quality"].to_pylist() == ["good", "bad", "bad", "good"]
    recording.close()


def test_a_query_with_steps_holds_the_newest_value(recorded: Path) -> None:
    recording = Recording.open(recorded)
    with query.answer(recording, POWER, START_NS + 30 * NS, START_NS + 150 * NS, 30 * NS) as relation:
        assert query.as_table(relation)["value"].to_pylist() == [0.0, 0.1, 0.1, 0.2, 0.2]
    recording.close()


def test_a_pattern_without_tags_is_refused(recorded: Path) -> None:
    recording = Recording.open(recorded)
    with pytest.raises(DataError, match="no tag"), query.answer(recording, "nothing*", 0, 1):
        pass
    recording.close()


def test_the_query_command_writes_csv_and_parquet(recorded: Path, tmp_path: Path) -> None:
    begin, end = "2027-01-15T08:00:00Z", "2027-01-15T09:00:00Z"
    base = ["query", str(recorded), "--tags", "M-0.*", "--from", begin, "--to", end]
    assert main([*base, "-o", str(tmp_path / "x.csv")]) == 0
    assert main([*base, "-o", str(tmp_path / "x.parquet")]) == 0
    lines = (tmp_path / "x.csv").read_text().splitlines()
    assert len(lines) == 1 + 2 * 61
    assert pq.read_table(tmp_path / "x.parquet").num_rows == 2 * 61
    assert main([*base, "-o", str(tmp_path / "x.doc")]) == 2
    assert not (tmp_path / "x.doc").exists()


def test_minutes_are_time_weighted(tmp_path: Path) -> None:
    power = SCENE.tag(POWER).index
    moments = [(0, 1.0), (30, 3.0), (45, 5.0), (200, 7.0), (210, 7.0)]
    alive = [batch(START_NS + s * NS, [power + 1], [0.0]) for s in range(0, 240, 10)]
    own = [batch(START_NS + s * NS, [power], [v]) for s, v in moments]
    own += [batch(START_NS + 215 * NS, [power], [0.0], STATUS_BAD_SENSOR_FAILURE)]  # some servers send a zero with it
    record(tmp_path, SCENE, sorted(alive + own, key=lambda b: b.received_ns))
    recording = Recording.open(tmp_path, SCENE)
    seen = recording.minutes([recording.number(POWER)], START_NS, START_NS + 240 * NS)
    assert ((seen["time"] - START_NS) // (60 * NS)).tolist() == [0, 3]
    assert seen["mean"].tolist() == pytest.approx([(30 * 1 + 15 * 3 + 15 * 5) / 60, (20 * 5 + 15 * 7) / 35])
    assert seen["min"].tolist() == [1, 5]
    assert seen["max"].tolist() == [5, 7]
    assert seen["last"].tolist() == [5, 7]
    assert seen["quality"].tolist() == [Quality.GOOD, Quality.BAD]
    recording.close()


def test_steps_while_nobody_recorded_or_the_plant_was_away_are_unknown(tmp_path: Path) -> None:
    power, clock = SCENE.tag(POWER).index, Clock()
    recorder = Recorder(tmp_path, SCENE, clock=clock, threads=False)
    for s in (*range(0, 60), *range(120, 240)):
        clock.now_ns = START_NS + s * NS
        if s in (0, 180, 210):
            recorder.connection(Connection(Link.LOST if s == 180 else Link.CONNECTED))
        if s < 180 or s >= 210:
            recorder.tap(batch(clock.now_ns, [power], [5.0]))
        else:
            recorder.tap(batch(clock.now_ns, [power + 1], [0.0]))
        recorder.flush()
    recorder.close(compact=True)
    recording = Recording.open(tmp_path, SCENE)
    with query.answer(recording, POWER, START_NS, START_NS + 239 * NS, 15 * NS) as relation:
        table = query.as_table(relation)
    seen = dict(
        zip(range(0, 240, 15), zip(table["value"].to_pylist(), table["quality"].to_pylist(), strict=True), strict=True)
    )
    assert [s for s, found in seen.items() if found == (None, "unknown")] == [75, 90, 105, 180, 195]
    assert all(seen[s] == (5.0, "good") for s in seen if s not in (75, 90, 105, 180, 195))
    recording.close()


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (
            ["--from", "2030-01-01", "--to", "2031-01-01"],
            1,
            "nothing was recorded then. The recording goes from 2027-01-15",
        ),
        (["--from", "now", "--to", "1h"], 2, "is empty"),
        (["--from", "99999999h"], 2, "out of range"),
        (["--tags", "nothing*"], 2, "no tag matches"),
        (["--tags", ",,"], 2, "no tag matches"),
        (["--from", "2027-01-15T08:00:00Z", "--every", "0"], 2, "longer than nothing"),
        (["--from", "2027-01-15T08:00:00Z", "--every", "nan"], 2, "not a span"),
        (["--from", "2027-01-15T08:00:00Z", "--every=-5s"], 2, "not a span"),
        (["--from", "1970-01-01", "--every", "1ms"], 2, "50 million"),
        (["--from", "2027-01-15T08:00:00Z", "-o", "/nowhere/at/all.csv"], 2, "no such folder"),
    ],
)
def test_odd_questions_get_sentences(
    recorded: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, said: str
) -> None:
    end = [] if "--to" in arguments else ["--to", "2027-01-15T09:00:00Z"]
    end = [] if "99999999h" in arguments else end
    assert main(["query", str(recorded), *arguments, *end]) == code
    found = capsys.readouterr()
    assert said in found.err
    assert found.err.count("\n") == 1


@pytest.mark.parametrize("every", [[], ["--every", "1min"]])
@pytest.mark.parametrize("harm", ["cut", "scrambled", "gone"])
@pytest.mark.parametrize("table", ["samples", "moments"])
def test_a_damaged_hour_is_refused_by_name_and_others_are_read(
    recorded: Path, capsys: pytest.CaptureFixture[str], table: str, harm: str, every: list[str]
) -> None:
    second = sorted((recorded / table).iterdir())[1]
    if harm == "gone":
        second.unlink()
    else:
        raw = bytearray(second.read_bytes())
        raw[40:-200] = bytes(len(raw[40:-200]))
        second.write_bytes(raw[:60] if harm == "cut" else raw)
    base = ["query", str(recorded), "--tags", POWER, *every]
    assert main([*base, "--from", "2027-01-15T08:00:00Z", "--to", "2027-01-15T08:59:00Z"]) == 0
    capsys.readouterr()
    code = main([*base, "--from", "2027-01-15T08:00:00Z", "--to", "2027-01-15T09:59:00Z"])
    found = capsys.readouterr()
    if (table, harm) == ("samples", "gone"):
        assert code == 0, "an hour that is not there is a gap"
    else:
        assert code == 2
        assert second.name in found.err
        assert "Restore it" in found.err
        assert found.out == ""


@pytest.mark.parametrize(
    "line",
    [
        '{"what": "connection", "link": "CONNECTED", "since_ns": "noon"}',
        '{"what": "connection", "link": "CONNECTED", "clock_skew_s": [1]}',
        '{"what": "standing", "alarms": 5}',
        '{"what": "standing", "alarms": [7, {"key": []}, {"key": "a", "priority": "high"}]}',
        '{"what": "raised", "alarm": {"key": 5}}',
        "[" * 10_000,
        '{"what": "begun", "time_ns": 1e30}',
    ],
)
def test_a_line_that_no_recorder_wrote_changes_nothing(recorded: Path, line: str) -> None:
    moment_ns = START_NS + 60 * NS
    clean = Recording.open(recorded, SCENE)
    before = (clean.connection_at(moment_ns), clean.alarms_at(moment_ns), clean.usable(START_NS, moment_ns))
    clean.close()
    stamped = line.replace("{", f'{{"time_ns": {START_NS + 1}, ', 1) if "time_ns" not in line else line
    for table in ("alarms", "connection"):
        with next((recorded / table).iterdir()).open("a", encoding="utf-8") as file:
            file.write(stamped + "\n")
    damaged = Recording.open(recorded, SCENE)
    after = (damaged.connection_at(moment_ns), damaged.alarms_at(moment_ns), damaged.usable(START_NS, moment_ns))
    damaged.close()
    assert after == before


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lambda fields: fields["tags"].__delitem__(slice(1, None)), "more tags were recorded"),
        (lambda fields: fields["tags"][0].update(name=5), "name cannot be 5"),
        (lambda fields: fields.update(scene_key=None), "scene_key cannot be None"),
    ],
)
def test_a_manifest_that_does_not_fit_is_refused_by_name(
    recorded: Path, harm: Callable[[dict[str, Any]], object], said: str
) -> None:
    path = recorded / "manifest.json"
    fields = json.loads(path.read_bytes())
    harm(fields)
    for number, tag in enumerate(fields["tags"]):
        tag["number"] = number
    path.write_text(json.dumps(fields), encoding="utf-8")
    with pytest.raises(RecordingError, match=said) as refused:
        Recording.open(recorded).at(START_NS + 60 * NS)
    assert refused.value.where == "manifest.json"


def test_a_moment_outside_the_recording_is_refused_and_a_gap_where_it_matters(tmp_path: Path) -> None:
    record(tmp_path, SCENE, [batch(START_NS + s * NS, [0], [1.0]) for s in (0, 5, 600, 605)])
    recording = Recording.open(tmp_path, SCENE)
    for second in (0, 3, 605, 610):
        check_moment(recording, START_NS + second * NS, gaps=False)
    check_moment(recording, START_NS + 300 * NS)
    refused = [(-3600, True), (3600, True), (300, False)]
    for second, gaps in refused:
        with pytest.raises(RecordingError, match="nothing was recorded at 2027") as error:
            check_moment(recording, START_NS + second * NS, gaps=gaps)
        assert error.value.remedy.startswith("The recording goes from")
    recording.close()


def test_the_scene_of_another_plant_is_refused(recorded: Path) -> None:
    other = scene_of([], [make_tag(0, "X-1", "Power")])
    with pytest.raises(RecordingError, match=f"a recording of {SCENE.name}: it has no tag of {other.name}"):
        Recording.open(recorded, other)
    Recording.open(recorded, scene_of([], [make_tag(0, "X-1", "Power"), make_tag(1, "M-0", "Power")])).close()


def look(folder: Path) -> None:
    recording = Recording.open(folder, SCENE)
    recording.at(START_NS + 60 * NS)
    recording.alarms_at(START_NS + 60 * NS)
    recording.close()


@pytest.mark.skipif(sys.platform == "win32", reason="rights are others there")
def test_what_may_not_be_read_is_named() -> None:
    with tempfile.TemporaryDirectory(prefix="twinviewer-tests-") as name:  # others may not look into pytest's own
        Path(name).chmod(0o755)
        folder = Path(name) / "recording"
        record(folder, SCENE, [batch(START_NS + m * 60 * NS, [0, 2], [m % 3, m / 10]) for m in range(3)])
        look(folder)
        user = os.geteuid()
        for locked in ("samples", "live", "alarms", "samples/*", "alarms/*", "moments/*", ""):
            paths = list(folder.glob(locked)) if locked else [folder]
            rights = {path: path.stat().st_mode for path in paths}
            try:
                for path in paths:
                    path.chmod(0o200)
                if user == 0:
                    os.seteuid(65534)  # root may read everything
                with pytest.raises(RecordingError, match=r"may not be read|cannot be read: Permission denied") as error:
                    look(folder)
                assert locked.partition("/")[0] in error.value.where
            finally:
                os.seteuid(user)
                for path, mode in rights.items():
                    path.chmod(mode)
