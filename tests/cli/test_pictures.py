"""`open`, `demo` and `snapshot` as a person types them, in processes of their own."""

import argparse
import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import psutil
import pytest
from PIL import Image

from tests.factory import make_scene
from tests.guards import nothing_left_behind
from twinviewer.cli import snapshot
from twinviewer.cli.open import window_size
from twinviewer.session.events import Event

SKID = "scenes/pump-skid"


def run(*words: str, screen: bool = False) -> subprocess.CompletedProcess[str]:
    """Run a command; without `screen` there is no display to be found."""
    environ = dict(os.environ)
    if not screen:
        for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
            environ.pop(name, None)
    command = [sys.executable, "-m", "twinviewer", *words]
    return subprocess.run(command, env=environ, capture_output=True, text=True, timeout=110, check=False)


def picture(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is always a screen")
def test_a_picture_without_any_screen(tmp_path: Path) -> None:
    path = tmp_path / "skid.png"
    done = run("snapshot", SKID, "-o", str(path), "--size", "480x300", "--theme", "light")
    assert (done.returncode, done.stderr) == (0, "")
    pixels = picture(path)
    assert pixels.shape == (300, 480, 3)
    assert pixels.std() > 8  # something is drawn
    assert pixels.mean() > 150  # on the light theme's background


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is always a screen")
def test_a_picture_of_the_window_brings_its_own_screen_and_takes_it_away(tmp_path: Path) -> None:
    path = tmp_path / "window.png"
    with nothing_left_behind():
        done = run("snapshot", SKID, "-o", str(path), "--window", "--size", "1000x640")
    assert (done.returncode, done.stderr) == (0, "")
    assert picture(path).shape == (640, 1000, 3)


class SlowWindow:
    """A window on a busy machine: panels, drawing and reading are done only after many rounds of events."""

    def __init__(self) -> None:
        self.rounds = 0
        self.has_scene = True
        self.session = SimpleNamespace(
            notice=Event(),
            scene=make_scene(),
            select=lambda _id: None,
            frame=object(),
            archive=SimpleNamespace(busy=False),
        )
        self.docks, self.picture = SimpleNamespace(complete=False), SimpleNamespace(drawn=False)

    def go_on(self) -> None:
        self.rounds += 1
        self.session.frame = object() if self.rounds % 2 else self.session.frame
        self.picture.drawn = self.rounds >= 5
        self.docks.complete = self.rounds >= 10
        self.session.archive.busy = 12 <= self.rounds < 16


def test_the_window_is_not_grabbed_before_everything_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot, "SETTLE_S", 0.0)
    window = SlowWindow()
    arguments = argparse.Namespace(wait=60.0, feed=None, select=None)
    assert snapshot.WindowWaiter(cast(Any, window), arguments).wait(window.go_on)
    assert window.rounds >= 16 + snapshot.SETTLE_FRAMES


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("snapshot", "scenes/nowhere", "-o", "{tmp}/x.png"), "no such scene"),
        (("snapshot", "scenes/nowhere", "-o", "{tmp}/x.png", "--window"), "no such scene"),
        (("snapshot", SKID, "-o", "{tmp}/x.jpg"), ".png"),
        (("snapshot", SKID, "-o", "{tmp}/no/x.png"), "folder does not exist"),
        (("snapshot", SKID, "-o", "{tmp}/x.png", "--mode", "heat"), "energy, status, vibration"),
        (("snapshot", SKID, "-o", "{tmp}/x.png", "--select", "NOBODY"), "no asset 'NOBODY'"),
        (("snapshot", SKID, "-o", "{tmp}/x.png", "--size", "wide"), "such as 1920x1080"),
        (("open", SKID, "--mode", "heat"), "energy, status, vibration"),
    ],
)
def test_a_mistake_ends_in_a_sentence_and_no_file(tmp_path: Path, words: tuple[str, ...], says: str) -> None:
    done = run(*(w.replace("{tmp}", str(tmp_path)) for w in words))
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is always a screen")
@pytest.mark.parametrize("words", [("open", SKID), ("demo",), ()])
def test_without_a_screen_the_window_says_so(words: tuple[str, ...]) -> None:
    done = run(*words)
    assert done.returncode == 3
    assert "no screen" in done.stderr
    assert "snapshot" in done.stderr


def test_a_feed_that_gives_nothing_is_said_and_drawn_as_unknown(tmp_path: Path, free_port: int) -> None:
    path = tmp_path / "skid.png"
    feed = ("--feed", f"opc.tcp://127.0.0.1:{free_port}", "--wait", "2")
    done = run("snapshot", SKID, "-o", str(path), "--size", "320x200", *feed)
    assert done.returncode == 1
    assert "nothing usable in time" in done.stderr
    assert picture(path).shape == (200, 320, 3)


@pytest.mark.parametrize("text", ["", "x", "10x10", "1920", "1920x", "-5x300", "99999x99999"])
def test_a_size_must_be_one(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="1920x1080"):
        window_size(text)


def test_a_size_is_width_and_height() -> None:
    assert window_size("1366x768") == (1366, 768)
    assert window_size("1366X768") == (1366, 768)


@pytest.mark.skipif(sys.platform == "win32", reason="needs signals")
@pytest.mark.usefixtures("display")
def test_the_demo_ends_with_its_plant_and_its_collector(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "twinviewer", "demo", "--size", "900x600", "--safe-mode"]
    with nothing_left_behind():
        window = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        try:
            names = _wait_for_children(window, {"plant", "twinviewer.collector"})
            window.terminate()
            said, _ = window.communicate(timeout=60)
        finally:
            window.kill()
    assert window.returncode == 0, said
    assert names == {"plant", "twinviewer.collector"}


@pytest.mark.skipif(sys.platform == "win32", reason="needs signals")
@pytest.mark.usefixtures("display")
def test_the_demo_s_plant_ends_also_when_the_window_is_killed() -> None:
    command = [sys.executable, "-m", "twinviewer", "demo", "--size", "900x600", "--safe-mode"]
    window = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for_children(window, {"plant", "twinviewer.collector"})
        children = psutil.Process(window.pid).children(recursive=True)
    finally:
        window.kill()
        window.wait()
    _, alive = psutil.wait_procs(children, timeout=30)
    assert not alive


def _wait_for_children(window: subprocess.Popen[Any], wanted: set[str]) -> set[str]:
    """Which of these words stood in the command lines of the window's children within a minute."""
    deadline = time.monotonic() + 60
    found: set[str] = set()
    while time.monotonic() < deadline and found != wanted and window.poll() is None:
        for child in psutil.Process(window.pid).children(recursive=True):
            with contextlib.suppress(psutil.Error):
                found |= wanted & set(child.cmdline())
        time.sleep(0.1)
    time.sleep(2)  # let the window attach: a collector that never saw one waits for it
    return found
