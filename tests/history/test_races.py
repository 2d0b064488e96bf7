"""Compaction and retention beside a reader and a recorder, and kills at each step of an hour's compaction."""

import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.factory import make_scene
from tests.history.made import NS, START_NS, Clock, batch
from twinviewer.history import query
from twinviewer.history.layout import LIVE, MINUTES, PARTS, RAW, SAMPLES
from twinviewer.history.recorder import Recorder
from twinviewer.history.recording import Recording
from twinviewer.history.retention import Retention, apply_retention
from twinviewer.model.sample import SampleBatch

SCENE = make_scene(2)
POWER = "M-0.Power"
END_NS = START_NS + 2 * 3600 * NS


class Killed(BaseException):
    """What a SIGKILL is to the code that runs."""


def batches(first: int, last: int) -> list[SampleBatch]:
    """One sample of two tags a minute."""
    return [batch(START_NS + m * 60 * NS, [0, 2], [m % 3, m]) for m in range(first, last)]


def recorder_of(folder: Path, made: list[SampleBatch], slice_rows: int = 20) -> Recorder:
    """A recorder with all of these in streams."""
    clock = Clock()
    recorder = Recorder(folder, SCENE, clock=clock, threads=False, slice_rows=slice_rows)
    for each in made:
        clock.now_ns = each.received_ns
        recorder.tap(each)
        recorder.flush()
    return recorder


LOOKS: dict[str, Callable[[Recording], object]] = {
    "samples": lambda r: r.samples([POWER], 0, END_NS).value.tolist(),
    "moment": lambda r: [float(r.at(START_NS + m * 60 * NS).value[2]) for m in range(0, 90, 7)],
    "all": lambda r: sorted(v for rows in r.batches(0, END_NS) for v in rows.value.tolist()),
    "series": lambda r: np.nan_to_num(r.series(POWER, START_NS, END_NS, 400).high, nan=-1).tolist(),
    "states": lambda r: sorted(set(r.state_changes(START_NS, END_NS).time.tolist())),
    "minutes": lambda r: r.minutes([2], START_NS, END_NS)["time"].tolist(),
    "before": lambda r: r.samples([POWER], START_NS + 45 * 60 * NS, END_NS, before=True).value.tolist(),
}


@pytest.mark.parametrize("look", LOOKS)
def test_an_hour_compacted_behind_a_readers_back_reads_the_same(tmp_path: Path, look: str) -> None:
    recorder = recorder_of(tmp_path, batches(0, 90))
    recorder.close(compact=False)
    early = Recording.open(tmp_path, SCENE)  # knows only streams
    before = LOOKS[look](Recording.open(tmp_path, SCENE))
    recorder_of(tmp_path, []).close(compact=True)
    assert not list((tmp_path / LIVE).iterdir())
    assert LOOKS[look](early) == before
    assert LOOKS[look](early) == before, "and once more, from the hours"
    early.close()


def test_a_query_beside_a_compaction_has_every_row_once(tmp_path: Path) -> None:
    recorder_of(tmp_path, batches(0, 90)).close(compact=False)
    early = Recording.open(tmp_path, SCENE)
    recorder_of(tmp_path, []).close(compact=True)
    with query.answer(early, POWER, START_NS, END_NS) as relation:
        assert query.as_table(relation)["value"].to_pylist() == list(range(90))
    early.close()


def test_an_hour_deleted_behind_a_readers_back_is_empty_and_the_rest_is_there(tmp_path: Path) -> None:
    recorder_of(tmp_path, batches(0, 120)).close(compact=True)
    early = Recording.open(tmp_path, SCENE)
    assert len(apply_retention(tmp_path, Retention(raw_days=0.5 / 24), END_NS + 600 * NS).hours) == 1
    assert early.samples([POWER], 0, END_NS).value.tolist() == list(range(60, 120))
    assert np.isnan(early.at(START_NS + 1800 * NS).value[2])
    assert early.series(POWER, START_NS, END_NS, 120).high[30] == 30, "from the aggregates, which are kept"
    early.close()


def test_a_file_missing_from_an_hour_is_still_named(tmp_path: Path) -> None:
    recorder_of(tmp_path, batches(0, 30)).close(compact=True)
    (moments,) = (tmp_path / "moments").iterdir()
    moments.unlink()
    recording = Recording.open(tmp_path, SCENE)
    with pytest.raises(Exception, match="moments/"):
        recording.samples([POWER], 0, END_NS)
    recording.close()


@pytest.mark.parametrize("step", range(len(PARTS) + 1))
def test_a_kill_at_any_step_of_a_compaction_leaves_nothing_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    recorder = recorder_of(tmp_path / "killed", batches(0, 40))
    recorder._store.end_slice()
    done = 0
    replace, unlink = Path.replace, Path.unlink

    def cut(path: Path, *arguments: object, **named: object) -> object:
        nonlocal done
        if path.suffix not in (".draft", ".arrows"):
            return replace(path, *arguments) if arguments else unlink(path, **named)  # type: ignore[arg-type]
        if done == step:
            raise Killed
        done += 1
        return replace(path, *arguments) if arguments else unlink(path, **named)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", cut)
        patched.setattr(Path, "unlink", cut)
        with pytest.raises(Killed):
            recorder._store.compact(None)
    recorder._store._lock.release()
    recorder_of(tmp_path / "killed", batches(40, 60)).close(compact=True)
    recorder_of(tmp_path / "whole", batches(0, 60)).close(compact=True)
    killed, whole = (Recording.open(tmp_path / name, SCENE) for name in ("killed", "whole"))
    for name, look in LOOKS.items():
        assert look(killed) == look(whole), name
    names = {table: sorted(p.name for p in (tmp_path / "killed" / table).iterdir()) for table in PARTS}
    assert len({str(found) for found in names.values()}) == 1, names
    killed.close()
    whole.close()


def test_reading_beside_a_recorder_that_compacts_never_misses_a_sample(tmp_path: Path) -> None:
    clock = Clock()
    recorder = Recorder(tmp_path, SCENE, clock=clock, threads=False, slice_rows=8)
    end = threading.Event()
    written = 0
    trouble: list[str] = []

    def work() -> None:
        nonlocal written
        for each in batches(0, 400):
            clock.now_ns = each.received_ns
            recorder.tap(each)
            recorder.flush()
            written += 1
            if written % 20 == 0:
                recorder.compact()
        end.set()

    writer = threading.Thread(target=work)
    writer.start()
    recording = Recording.open(tmp_path, SCENE)
    while not end.is_set():
        known = written
        recording.refresh()
        found = recording.samples([POWER], 0, 2**62).value.tolist()
        if found != list(range(len(found))) or len(found) < known:
            trouble.append(f"{len(found)} of {known}")
    writer.join()
    recorder.close(compact=True)
    recording.close()
    assert trouble == []


def test_retention_takes_all_raw_files_of_an_hour_and_numbers_are_not_used_again(tmp_path: Path) -> None:
    recorder_of(tmp_path, batches(0, 60)).close(compact=True)
    apply_retention(tmp_path, Retention(raw_days=1e-6), END_NS + 3600 * NS)
    assert [list((tmp_path / name).iterdir()) for name in RAW] == [[], [], []]
    recorder_of(tmp_path, batches(60, 80)).close(compact=True)
    assert len(list((tmp_path / MINUTES).iterdir())) == 2
    first, second = sorted(p.name for p in (tmp_path / MINUTES).iterdir())
    assert int(second[15:25]) > int(first[26:36])
    shutil.rmtree(tmp_path / SAMPLES)
