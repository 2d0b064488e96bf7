"""Long work: in another process or thread, with progress, an end that comes exactly once, and cancel."""

import os
from pathlib import Path

import psutil
import pytest
from pytestqt.qtbot import QtBot

from tests.gui import work
from twinviewer.model.errors import DataError
from twinviewer.panels._kit.jobs import Jobs, WorkerError

WAIT_MS = 20_000


class Heard:
    """What a job told."""

    def __init__(self) -> None:
        self.results: list[object] = []
        self.errors: list[Exception] = []
        self.cancelled = 0

    @property
    def ended(self) -> int:
        return len(self.results) + len(self.errors) + self.cancelled

    def count_cancel(self) -> None:
        self.cancelled += 1


def start(jobs: Jobs, heard: Heard, function: object, *arguments: object, thread: bool = False) -> object:
    return jobs.start(
        "Test",
        function,  # type: ignore[arg-type]
        *arguments,
        done=heard.results.append,
        failed=heard.errors.append,
        cancelled=heard.count_cancel,
        thread=thread,
    )


@pytest.mark.parametrize("thread", [False, True])
def test_the_result_comes_once_and_with_progress(qtbot: QtBot, thread: bool) -> None:
    jobs, heard, moves = Jobs(), Heard(), []
    job = start(jobs, heard, work.add, 2, 3, thread=thread)
    job.moved.connect(moves.append)  # type: ignore[attr-defined]
    assert len(jobs.running) == 1
    qtbot.waitUntil(lambda: heard.ended > 0, timeout=WAIT_MS)
    ((total, pid),) = heard.results  # type: ignore[misc]
    assert total == 5
    assert (pid == os.getpid()) is thread
    assert moves == [(0.5, "half way")]
    assert not jobs.running
    qtbot.wait(50)
    assert heard.ended == 1


@pytest.mark.parametrize("thread", [False, True])
def test_a_typed_error_arrives_with_text_place_and_remedy(qtbot: QtBot, thread: bool) -> None:
    jobs, heard = Jobs(), Heard()
    start(jobs, heard, work.refuse, thread=thread)
    qtbot.waitUntil(lambda: heard.ended > 0, timeout=WAIT_MS)
    assert (error := heard.errors[0])
    assert (error.text, error.where, error.remedy) == ("the table is empty", "x.csv", "Give it rows.")  # type: ignore[attr-defined]
    assert isinstance(error, DataError) or not thread


def test_an_unexpected_error_brings_its_traceback(qtbot: QtBot) -> None:
    jobs, heard = Jobs(), Heard()
    start(jobs, heard, work.fail)
    qtbot.waitUntil(lambda: heard.ended > 0, timeout=WAIT_MS)
    error = heard.errors[0]
    assert isinstance(error, WorkerError)
    assert "ZeroDivisionError" in error.report


def test_a_worker_that_dies_is_said(qtbot: QtBot) -> None:
    jobs, heard = Jobs(), Heard()
    start(jobs, heard, work.die)
    qtbot.waitUntil(lambda: heard.ended > 0, timeout=WAIT_MS)
    assert "ended unexpectedly" in str(heard.errors[0])


def test_cancel_ends_the_process_and_uses_nothing_of_it(qtbot: QtBot, tmp_path: Path) -> None:
    jobs, heard, told = Jobs(), Heard(), tmp_path / "pid"
    job = start(jobs, heard, work.forever, str(told))
    qtbot.waitUntil(lambda: told.exists() and bool(told.read_text()), timeout=WAIT_MS)
    pid = int(told.read_text())
    job.cancel()  # type: ignore[attr-defined]
    assert heard.cancelled == 1
    assert not jobs.running
    qtbot.waitUntil(lambda: not psutil.pid_exists(pid), timeout=WAIT_MS)
    assert heard.ended == 1


def test_cancel_ends_a_thread_at_its_next_progress(qtbot: QtBot, tmp_path: Path) -> None:
    jobs, heard, told = Jobs(), Heard(), tmp_path / "pid"
    job = start(jobs, heard, work.forever, str(told), thread=True)
    qtbot.waitUntil(told.exists, timeout=WAIT_MS)
    job.cancel()  # type: ignore[attr-defined]
    qtbot.wait(100)
    assert heard.ended == heard.cancelled == 1
