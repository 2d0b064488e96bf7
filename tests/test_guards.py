"""The guards over all tests see what they are there to see."""

import re
import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pytest

from tests import guards

ROOT = Path(__file__).resolve().parent.parent

OFFENDERS = """
import warnings
import pytest
from PySide6.QtCore import qWarning
from vtkmodules.vtkCommonCore import vtkOutputWindow

def complain():
    vtkOutputWindow.GetInstance().DisplayErrorText("VTK complaint")

def test_clean(): pass
def test_qt(): qWarning("Qt complaint")
@pytest.mark.allow_qt_messages("Qt comp")
def test_qt_allowed(): qWarning("Qt complaint")
def test_vtk(): complain()
@pytest.mark.allow_vtk_messages("VTK comp")
def test_vtk_allowed(): complain()
def test_python(): warnings.warn("Python complaint", stacklevel=1)
"""


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guards, "_GRACE_S", 0.1)


@pytest.mark.usefixtures("hasty")
def test_a_process_left_running_is_told_and_ended() -> None:
    process = None
    with pytest.raises(AssertionError, match=r"time\.sleep"), guards.nothing_left_behind():
        process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    assert process is not None
    assert not psutil.pid_exists(process.pid)
    process.wait()


@pytest.mark.usefixtures("hasty")
def test_a_thread_left_running_is_told() -> None:
    release = threading.Event()
    thread = threading.Thread(target=release.wait, name="forgotten")
    try:
        with pytest.raises(AssertionError, match="forgotten"), guards.nothing_left_behind():
            thread.start()
    finally:
        release.set()
        thread.join()


def test_what_ends_in_time_is_no_offence() -> None:
    with guards.nothing_left_behind():
        subprocess.Popen([sys.executable, "-c", "pass"]).wait()
        threading.Thread(target=lambda: None).start()


def test_messages_that_a_test_is_about_are_let_through() -> None:
    assert guards.unexpected(["cannot read a.glb", "lost context"], ["cannot read .*glb"]) == ["lost context"]


def test_messages_of_qt_vtk_and_python_fail_the_test_that_caused_them(tmp_path: Path) -> None:
    (tmp_path / "test_offenders.py").write_text(OFFENDERS)
    command = [sys.executable, "-m", "pytest", "-p", "tests.conftest", "-c", str(ROOT / "pyproject.toml"), "-v"]
    done = subprocess.run(
        [*command, "-p", "no:cacheprovider", str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    bad = set(re.findall(r"::(\w+) (?:FAILED|ERROR)", done.stdout))
    assert bad == {"test_qt", "test_vtk", "test_python"}, done.stdout
    for complaint in ("QtWarningMsg: Qt complaint", "VTK complaint", "Python complaint"):
        assert complaint in done.stdout
