"""Watches over every test: Qt and VTK messages, child processes and threads that a test leaves behind."""

import re
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import psutil

_GRACE_S = 3.0
# Processes that Python's multiprocessing starts once and keeps until the end.
_STANDING_PROCESSES = ("multiprocessing.resource_tracker", "multiprocessing.forkserver")
# Threads that libraries start once and keep: distributed's serialisation pool.
_STANDING_THREADS = ("Dask-Offload",)


class QtMessages:
    """Collects Qt's warnings and worse, from any thread, between two calls of `take`."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._installed = False

    def install(self) -> None:
        """Listen, where Qt is loaded. Idempotent."""
        core = sys.modules.get("PySide6.QtCore")
        if core is not None and not self._installed:
            self._quiet = (core.QtMsgType.QtDebugMsg, core.QtMsgType.QtInfoMsg)
            self._fatal = core.QtMsgType.QtFatalMsg
            core.qInstallMessageHandler(self._hear)
            self._installed = True

    def remove(self) -> None:
        """Stop listening: Qt must not call into an interpreter that is going down."""
        if self._installed:
            sys.modules["PySide6.QtCore"].qInstallMessageHandler(None)
            self._installed = False

    def take(self) -> list[str]:
        """The messages since the last call."""
        texts, self._texts = self._texts, []
        return texts

    def _hear(self, level: Any, context: Any, text: str) -> None:
        if level not in self._quiet:
            self._texts.append(f"{level.name}: {text}")
        if level == self._fatal:  # the process ends here: nobody will ask
            print(f"Qt: {text}", file=sys.__stderr__, flush=True)


class VtkMessages:
    """Collects what VTK would print: its warnings and errors."""

    def __init__(self) -> None:
        self._window: Any = None
        self._taken = 0  # the window only ever appends

    def install(self, load: bool = False) -> None:
        """Listen, where VTK is loaded or with `load`; again where a library put its own window in the place."""
        if load:
            pass
        core = sys.modules.get("vtkmodules.vtkCommonCore")
        if core is None:
            return
        if self._window is None:
            self._window = core.vtkStringOutputWindow()
        if core.vtkOutputWindow.GetInstance() is not self._window:
            core.vtkOutputWindow.SetInstance(self._window)

    def take(self) -> list[str]:
        """The messages since the last call."""
        if self._window is None:
            return []
        whole = self._window.GetOutput() or ""
        text, self._taken = whole[self._taken :], len(whole)
        return [part.strip() for part in re.split(r"\n\s*\n", text) if part.strip()]


def unexpected(texts: Iterable[str], allowed: Iterable[str]) -> list[str]:
    """`texts` without those that a pattern of `allowed` is found in."""
    patterns = [re.compile(pattern) for pattern in allowed]
    return [text for text in texts if not any(pattern.search(text) for pattern in patterns)]


@contextmanager
def nothing_left_behind() -> Iterator[None]:
    """Raises AssertionError when a process or thread started inside outlives a short grace; ends such processes."""
    processes, threads = set(_children()), set(threading.enumerate())
    yield
    left = _left_processes(processes)
    names = [_name(process) for process in left]
    for process in left:
        process.kill()
    psutil.wait_procs(left, timeout=5)
    assert not names, f"processes left running: {names}"
    running = _left_threads(threads)
    assert not running, f"threads left running: {[thread.name for thread in running]}"


def _children() -> list[psutil.Process]:
    return psutil.Process().children(recursive=True)


def _left_processes(before: set[psutil.Process]) -> list[psutil.Process]:
    """Living children that are not of `before`, after they had time to end."""
    deadline = time.monotonic() + _GRACE_S
    while True:
        left = [p for p in _children() if p not in before and _lives(p) and not _stands(_name(p))]
        if not left or time.monotonic() > deadline:
            return left
        time.sleep(0.02)


def _lives(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _name(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline()) or process.name()
    except (psutil.NoSuchProcess, psutil.ZombieProcess, psutil.AccessDenied):
        return ""


def _stands(name: str) -> bool:
    return not name or any(part in name for part in _STANDING_PROCESSES)


def _left_threads(before: set[threading.Thread]) -> list[threading.Thread]:
    """Threads not of `before` that would keep the program from ending, and any that run twinviewer's code."""
    deadline = time.monotonic() + _GRACE_S
    left = [t for t in threading.enumerate() if t not in before and _counts(t)]
    for thread in left:
        thread.join(max(0.0, deadline - time.monotonic()))
    return [thread for thread in left if thread.is_alive()]


def _counts(thread: threading.Thread) -> bool:
    if thread.name.startswith(_STANDING_THREADS) or isinstance(thread, threading._DummyThread):
        return False
    target = getattr(thread, "_target", None)
    home = getattr(target, "__module__", None) or type(thread).__module__
    return not thread.daemon or home.startswith("twinviewer")
