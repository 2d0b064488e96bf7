"""What a collector was started for outlives its death; `twinviewer record` works beside one that runs."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.collector.test_link import connected, pid_of, polled, window
from tests.feeds.servers import ROOT, ServerProcess, until
from twinviewer.collector import places
from twinviewer.history import retention
from twinviewer.history.recording import Recording
from twinviewer.scene.scene import Scene


@pytest.fixture
def alone(server: ServerProcess, scene: Scene, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The process of `twinviewer record`, which needs no window."""
    command = [sys.executable, "-m", "twinviewer", "record", str(scene.path), "--feed", server.url]
    command += ["--security", "none", "-o", str(tmp_path / "recording"), "--keep-days", "30"]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE)
    folder = places.runtime_folder(scene.path, scene.key, server.url)
    try:
        until(lambda: places.read_ready(folder) is not None, 30)
        yield process
    finally:
        process.kill()
        with process:  # which waits for it, and closes the pipe
            pass


def test_a_killed_recorder_is_followed_by_one_that_stays_and_records_too(
    server: ServerProcess, scene: Scene, tmp_path: Path, alone: subprocess.Popen[bytes]
):
    recording = (tmp_path / "recording").resolve()
    folder = places.runtime_folder(scene.path, scene.key, server.url)
    assert retention.load(recording).raw_days == 30
    with window(scene, server.url) as link:
        until(connected(link))
        assert pid_of(link) == alone.pid
        until(polled(link, lambda: link.recording == recording))
        assert alone.stderr is not None
        said = ""
        while f"connected to {server.url}" not in said:  # which the terminal is told a moment after the window
            line = alone.stderr.readline().decode()
            assert line, said
            said += line
        os.kill(alone.pid, signal.SIGKILL)
        assert f"into {tmp_path / 'recording'}" in said
        until(polled(link, lambda: not link.alive))
        until(connected(link))
        follower = psutil.Process(pid_of(link))
        assert follower.pid != alone.pid
        assert link.recording == recording
    try:
        assert follower.is_running(), "it was to stay without windows, so its follower does"
        assert retention.load(recording).raw_days == 30
        assert places.read_errand(folder) == places.Errand(str(recording))
    finally:
        follower.terminate()
        psutil.wait_procs([follower], timeout=10)
    assert places.read_errand(folder) is None, "one that was told to end leaves no errand"
    seen = Recording.open(recording)
    begun = [line["what"] for line in seen.diary.told(0, 2**62) if line["what"] in ("begun", "ended")]
    assert begun == ["begun", "begun", "ended"]
    seen.close()


def test_a_recorder_beside_a_window_asks_the_collector_that_runs(server: ServerProcess, scene: Scene, tmp_path: Path):
    command = [sys.executable, "-m", "twinviewer", "record", str(scene.path), "--feed", server.url]
    command += ["--security", "none", "-o", str(tmp_path / "asked"), "--for", "4s", "--keep-gb", "2"]
    with window(scene, server.url) as link:
        until(connected(link))
        recorder = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
        until(polled(link, lambda: link.recording == (tmp_path / "asked").resolve()), 30)
        other = subprocess.run(
            [*command[:-6], "-o", str(tmp_path / "other")], check=False, cwd=ROOT, capture_output=True, text=True
        )
        assert other.returncode == 2
        assert "already" in other.stderr
        assert "Traceback" not in other.stderr
        assert recorder.communicate(timeout=60)[1].count("Traceback") == 0
        assert recorder.returncode == 0
        assert retention.load(tmp_path / "asked").raw_gb == 2
        assert not (tmp_path / "other").exists()
    seen = Recording.open(tmp_path / "asked", scene)
    assert (seen.at(2**62).received_ns > 0).all()
    (begun,) = seen.diary.actions(0, 2**62)
    assert (begun["what"], bool(begun["by"])) == ("record", True)
    seen.close()
