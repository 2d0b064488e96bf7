"""Disks that are full, gone or read-only, and processes that are killed, for real: by the kernel, not by a stub.

Each scenario runs in a process of its own, which prints what it was told; what lies on the disk is judged here.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import psutil
import pytest

from tests.collector.made import scene_folder
from tests.factory import make_scene
from tests.feeds.servers import ROOT, python_server, until, unused_port
from twinviewer.collector import places
from twinviewer.history.recording import Recording
from twinviewer.scene.scene import load_scene

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits and mounts of Linux")

PREAMBLE = """
import json, os, resource, shutil, subprocess, sys, time
from pathlib import Path
from tests.factory import make_scene
from tests.history.made import batch
from twinviewer.history.recorder import Recorder
folder, notices, count = Path(sys.argv[1]), [], [0]
recorder = Recorder(folder, make_scene(2), slice_rows=60, notify=lambda n: notices.append((n.level, n.key, n.text)))

def tap(times):
    for _ in range(times):
        recorder.tap(batch(time.time_ns(), [0, 1, 2], [float(count[0])] * 3))
        count[0] += 1
        time.sleep(0.02)

def until(holds):
    end = time.monotonic() + 20
    while not holds() and time.monotonic() < end:
        tap(1)
    assert holds(), (recorder.status, notices)

def finish():
    recorder.close(compact=True)
    print(json.dumps({"count": count[0], "notices": notices, "dropped": recorder.status.dropped}))
"""

FULL_BY_LIMIT = """
def limit(size):  # the kernel cuts every file there
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

recorder._store._slice_rows = 100_000
tap(40)
until(lambda: recorder.status.written > 60)
limit(max(p.stat().st_size for p in (folder / "live").iterdir()) + 333)  # in the middle of the next batch
until(lambda: notices)
limit(resource.RLIM_INFINITY)
until(lambda: len(notices) == 2)
limit(333)  # not even a stream can begin
until(lambda: recorder.status.trouble)
tap(50)
assert recorder.status.waiting >= 100, recorder.status
limit(resource.RLIM_INFINITY)
until(lambda: not recorder.status.trouble)
tap(20)
finish()
"""

FULL_DISK = """
tap(40)
filler = folder.parent / "filler"
with filler.open("wb", buffering=0) as file:
    try:
        while True:
            file.write(bytes(4096))
    except OSError:
        pass
until(lambda: recorder.status.trouble)
tap(50)
recorder.compact()
filler.unlink()
until(lambda: not recorder.status.trouble)
tap(20)
finish()
shutil.copytree(folder, sys.argv[2])
"""

UNPLUGGED = """
disk = folder.parent
tap(40)
until(lambda: recorder.status.written > 60)
subprocess.run(["umount", "-l", str(disk)], check=True)
until(lambda: recorder.status.trouble)
tap(60)
assert list(disk.iterdir()) == [], "nothing is made where the disk was"
subprocess.run(["mount", "--bind", sys.argv[3], str(disk)], check=True)
until(lambda: not recorder.status.trouble)
tap(20)
finish()
shutil.copytree(folder, sys.argv[2])
"""

READ_ONLY = """
import pyarrow.parquet, tests.history.made, twinviewer.history.compact
tap(10)
while recorder.status.waiting:  # nothing is being made while the owner changes
    time.sleep(0.05)
for path in (folder, *folder.rglob("*")):
    os.chown(path, 65534, 65534)
os.seteuid(65534)
until(lambda: recorder.status.written > 50)
for path in (folder, *(p for p in folder.iterdir() if p.is_dir())):
    path.chmod(0o500)
until(lambda: recorder.status.trouble)
tap(30)
for path in (folder, *(p for p in folder.iterdir() if p.is_dir())):
    path.chmod(0o700)
until(lambda: not recorder.status.trouble)
tap(10)
recorder.close(compact=False)
os.seteuid(0)
print(json.dumps({"count": count[0], "notices": notices, "dropped": recorder.status.dropped}))
"""


def told_by(script: str, *arguments: Path, before: Sequence[str] = ()) -> dict:
    """Run a scenario; what it printed."""
    command = [*before, sys.executable, "-c", PREAMBLE + script, *map(str, arguments)]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def in_own_mounts(commands: str) -> list[str]:
    """What runs a command where it may mount; skips where nobody may."""
    shell = shutil.which("unshare")
    probe = [shell or "false", "-rm", "sh", "-c", "mount -t tmpfs none /mnt"]
    if shell is None or subprocess.run(probe, check=False, capture_output=True).returncode:
        pytest.skip("needs user namespaces that may mount")
    return [shell, "-rm", "sh", "-c", f'{commands} && exec "$@"', "sh"]


def judge(folder: Path, told: dict, times: int = 1) -> None:
    """Every sample is there once and in order, and each trouble and its end were told once."""
    recording = Recording.open(folder, make_scene(2))
    assert told["dropped"] == 0
    for tag in ("M-0.State", "M-0.Vibration"):
        values = recording.samples([tag], 0, 2**62).value.tolist()
        assert values == [float(k) for k in range(told["count"])]
    recording.close()
    assert [(level, key) for level, key, _ in told["notices"] if key == "recorder"] == [
        ("error", "recorder"),
        ("info", "recorder"),
    ] * times


def test_files_that_the_kernel_cuts_off_in_the_middle_lose_nothing(tmp_path: Path) -> None:
    told = told_by(FULL_BY_LIMIT, tmp_path / "recording")
    judge(tmp_path / "recording", told, times=2)
    assert "large" in told["notices"][0][2]


def test_a_disk_that_is_full_is_told_and_waited_for(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    before = in_own_mounts(f"mount -t tmpfs -o size=400k none '{disk}'")
    told = told_by(FULL_DISK, disk / "recording", tmp_path / "copy", before=before)
    judge(tmp_path / "copy", told)
    assert "No space left" in told["notices"][0][2]


def test_a_disk_that_is_unplugged_is_waited_for_and_nothing_is_made_in_its_place(tmp_path: Path) -> None:
    disk, real = tmp_path / "disk", tmp_path / "real"
    disk.mkdir()
    real.mkdir()
    before = in_own_mounts(f"mount -t tmpfs none '{real}' && mount --bind '{real}' '{disk}'")
    told = told_by(UNPLUGGED, disk / "recording", tmp_path / "copy", real, before=before)
    judge(tmp_path / "copy", told)


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can become somebody else, who may not write"
)
def test_a_folder_that_may_not_be_written_any_more_is_waited_for() -> None:
    with tempfile.TemporaryDirectory(prefix="twinviewer-tests-") as name:  # others may not look into pytest's own
        Path(name).chmod(0o711)
        told = told_by(READ_ONLY, Path(name) / "recording")
        judge(Path(name) / "recording", told)
    assert "Permission denied" in told["notices"][0][2]


RECORDING_WINDOW = """
import sys, time
from pathlib import Path
from twinviewer.collector.link import attach
from twinviewer.feeds.options import FeedOptions
from twinviewer.scene.scene import load_scene
path = Path(sys.argv[1])
scene = load_scene(path, geometry=False)
link = attach(path, scene, sys.argv[2], FeedOptions(security="none"), linger_s=1.0, record=Path(sys.argv[3]))
while True:
    link.poll()
    if link.recording is not None and (link.table.read().received_ns > 0).all():
        print("recording", flush=True)
    time.sleep(0.05)
"""


def test_a_window_that_is_killed_takes_nothing_from_the_recording(tmp_path: Path) -> None:
    path = scene_folder(tmp_path / "scene")
    scene = load_scene(path, geometry=False)
    with python_server(unused_port()) as server:
        command = [sys.executable, "-c", RECORDING_WINDOW, str(path), server.url, str(tmp_path / "recording")]
        window = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, text=True
        )
        assert window.stdout is not None
        window.stdout.readline()
        ready = places.read_ready(places.runtime_folder(path, scene.key, server.url))
        assert ready is not None
        window.send_signal(signal.SIGKILL)
        window.communicate()
        for level in (2.0, 3.0, 4.0):
            server.command(f"set M-0.Vibration {level}")
        until(lambda: not psutil.pid_exists(ready.pid), 20, "the collector ends when nobody comes back")
    recording = Recording.open(tmp_path / "recording", scene)
    assert recording.samples(["M-0.Vibration"], 0, 2**62).value.tolist() == [1.0, 2.0, 3.0, 4.0]
    assert [line["what"] for line in recording.diary.told(0, 2**62)][-1] == "ended"
    recording.close()
