"""Full disks, vanished folders and killed processes: noticed, survived, and nothing written before is damaged."""

import errno
import io
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from tests.factory import make_scene
from tests.history.made import NS, START_NS, Clock, batch
from twinviewer.history import journal, stream
from twinviewer.history.layout import LIVE, NOTES
from twinviewer.history.recorder import Recorder
from twinviewer.history.recording import Recording
from twinviewer.model.errors import RecordingError
from twinviewer.model.notice import Notice

SCENE = make_scene(2)
ROOT = Path(__file__).resolve().parents[2]

RECORD_FOR_EVER = """
import sys, time
from tests.factory import make_scene
from tests.history.made import batch
from twinviewer.history.recorder import Recorder
recorder = Recorder(sys.argv[1], make_scene(2), slice_rows=200)
k = 0
print("go", flush=True)
while True:
    recorder.tap(batch(time.time_ns(), list(range(10)), [float(k)] * 10))
    k += 1
    print(k, flush=True)
    time.sleep(0.01)
"""


def test_a_full_disk_is_told_once_and_the_recording_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    notices: list[Notice] = []
    recorder = Recorder(tmp_path, SCENE, clock=Clock(), notify=notices.append, threads=False)
    recorder.tap(batch(START_NS, [0], [0]))
    assert recorder.flush()
    whole = stream.write_all

    def full(file: BinaryIO, message: bytes) -> None:
        whole(file, bytes(memoryview(message)[:5]))
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(stream, "write_all", full)
    for k in range(1, 6):
        recorder.tap(batch(START_NS + k * NS, [0], [k]))
        assert not recorder.flush()
    assert recorder.status.waiting == 5
    assert recorder.status.trouble == "No space left on device"
    monkeypatch.setattr(stream, "write_all", whole)
    assert recorder.flush()
    recorder.close(compact=True)
    assert [n.level for n in notices] == ["error", "info"]
    assert len({n.key for n in notices}) == 1
    recording = Recording.open(tmp_path, SCENE)
    assert recording.samples(["M-0.State"], 0, 2**62).value.tolist() == [0, 1, 2, 3, 4, 5]
    recording.close()


def test_a_journal_that_cannot_be_written_keeps_no_sample_from_the_disk_and_loses_no_note(tmp_path: Path) -> None:
    notices: list[Notice] = []
    recorder = Recorder(tmp_path, SCENE, clock=Clock(), notify=notices.append, threads=False)
    (tmp_path / NOTES).mkdir()
    recorder.note(START_NS, "half a \ud83d character", "ada")
    recorder.tap(batch(START_NS, [0], [1]))
    for _ in range(3):
        assert not recorder.flush()
    assert (recorder.status.waiting, recorder.status.lines, recorder.status.written) == (0, 1, 1)
    assert len(list((tmp_path / LIVE).iterdir())) == 1  # the slice goes on
    (tmp_path / NOTES).rmdir()
    assert recorder.flush()
    recorder.close(compact=True)
    assert [n.level for n in notices] == ["error", "info"]
    assert NOTES in notices[0].text
    recording = Recording.open(tmp_path, SCENE)
    assert [n["text"] for n in recording.diary.notes()] == ["half a ? character"]
    assert recording.samples(["M-0.State"], 0, 2**62).value.tolist() == [1]
    recording.close()


def test_lines_of_which_the_disk_took_a_part_are_written_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, write = tmp_path / "notes.jsonl", os.write
    journal.append(path, [{"time_ns": 1}])

    def full(descriptor: int, raw: memoryview) -> int:
        if len(raw) < 20:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(descriptor, raw[:20])

    lines = [{"time_ns": k, "text": "x" * 5} for k in (2, 3)]
    with monkeypatch.context() as patched:
        patched.setattr(os, "write", full)
        with pytest.raises(OSError, match="No space"):
            journal.append(path, lines)
    journal.append(path, lines)
    assert [line["time_ns"] for line in journal.parse(path.read_bytes())] == [1, 2, 3]


def test_lines_that_memory_cannot_hold_are_counted_and_told(tmp_path: Path) -> None:
    notices: list[Notice] = []
    recorder = Recorder(tmp_path, SCENE, clock=Clock(), notify=notices.append, threads=False)
    recorder.flush()
    (tmp_path / NOTES).mkdir()
    for k in range(20_003):
        recorder.note(START_NS + k, "n", "ada")
    assert not recorder.flush()
    (tmp_path / NOTES).rmdir()
    assert recorder.flush()
    assert "3 alarms, actions or notes were lost" in notices[-1].text
    recorder.close()


def test_memory_is_bounded_while_nothing_can_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recorder = Recorder(tmp_path, SCENE, clock=Clock(), threads=False, max_rows=10)

    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("twinviewer.history.store.StreamWriter.__init__", refuse)
        for k in range(30):
            recorder.tap(batch(START_NS + k * NS, [0, 1], [k, k]))
            recorder.flush()
    assert (recorder.status.waiting, recorder.status.dropped) == (10, 50)
    assert recorder.flush()
    recorder.close(compact=True)
    recording = Recording.open(tmp_path, SCENE)
    assert recording.samples(["M-0.State"], 0, 2**62).value.tolist() == [25, 26, 27, 28, 29]
    recording.close()


def test_a_folder_that_vanishes_is_noticed_and_made_again(tmp_path: Path) -> None:
    notices: list[Notice] = []
    folder = tmp_path / "recording"
    recorder = Recorder(folder, SCENE, clock=Clock(), notify=notices.append, threads=False)
    recorder.tap(batch(START_NS, [0], [1]))
    assert recorder.flush()
    shutil.move(folder, tmp_path / "unplugged")
    recorder.tap(batch(START_NS + NS, [0], [2]))
    assert recorder.flush()
    recorder.close(compact=True)
    assert [n.level for n in notices] == ["error", "info"]
    values = []
    for place in (tmp_path / "unplugged", folder):
        recording = Recording.open(place, SCENE)
        values += recording.samples(["M-0.State"], 0, 2**62).value.tolist()
        recording.close()
    assert values == [1, 2]


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_killed_recorder_loses_less_than_a_second_and_damages_nothing(tmp_path: Path) -> None:
    rng = random.Random(3)
    for _ in range(3):
        process = subprocess.Popen(
            [sys.executable, "-c", RECORD_FOR_EVER, str(tmp_path)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            text=True,
        )
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(rng.uniform(0.6, 1.4))
        process.send_signal(signal.SIGKILL)
        killed_ns = time.time_ns()
        out, _ = process.communicate()
        tapped = int(out.split()[-2 if not out.endswith("\n") else -1])
        recording = Recording.open(tmp_path)
        _, last_ns = recording.span()
        assert killed_ns - last_ns < NS
        rows = recording.samples(["M-0.State"], killed_ns - 3 * NS, 2**62)
        values = rows.value.tolist()
        own = values[len(values) - 1 - values[::-1].index(0.0) :]
        assert own == [float(k) for k in range(len(own))]
        assert tapped - len(own) < 100
        recording.close()


def test_a_stream_that_cannot_be_read_for_a_while_is_neither_deleted_nor_compacted_without_its_samples(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = Recorder(tmp_path, SCENE, clock=Clock(), threads=False, slice_rows=1)
    for k in range(5):  # one stream for each
        recorder.tap(batch(START_NS + k * NS, [0], [k]))
        recorder.flush()
    whole, opened = Path.open, []

    def failing(path: Path, *arguments: Any, **options: Any) -> Any:
        if path.name in ("0000000002.arrows", "0000000004.arrows"):  # the one at the first look, the other later
            opened.append(path.name)
            if path.name.startswith("0000000002") or opened.count(path.name) > 1:
                raise OSError(errno.EIO, "Input/output error")
        return whole(path, *arguments, **options)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "open", failing)
        recorder.close(compact=True)
    assert "Input/output error" in recorder.status.trouble
    recording = Recording.open(tmp_path, SCENE)
    assert recording.samples(["M-0.State"], 0, 2**62).value.tolist() == [0, 1, 2, 3, 4]
    recording.close()
    recorder = Recorder(tmp_path, SCENE, clock=Clock(), threads=False)
    recorder.close(compact=True)  # the disk does again
    assert list((tmp_path / "live").iterdir()) == []
    recording = Recording.open(tmp_path, SCENE)
    assert recording.samples(["M-0.State"], 0, 2**62).value.tolist() == [0, 1, 2, 3, 4]
    recording.close()


def test_a_stream_whose_disk_fails_in_the_middle_is_refused_by_name(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, SCENE, clock=Clock(), threads=False)
    recorder.tap(batch(START_NS, [0], [1]))
    recorder.close(compact=False)
    raw = next((tmp_path / "live").iterdir()).read_bytes()

    class Failing(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell() > len(raw) // 2:
                raise OSError(errno.EIO, "Input/output error")
            return super().read(size)

    recording = Recording.open(tmp_path, SCENE)
    recording.folder.open = lambda name: Failing(raw)  # type: ignore[method-assign]
    recording.close()
    with pytest.raises(RecordingError) as refused:
        recording.samples(["M-0.State"], 0, 2**62)
    assert refused.value.where == "live/0000000001.arrows"
