"""Long work beside the window: a worker process or a thread, with progress, cancel and the result on the GUI thread."""

import itertools
import logging
import multiprocessing
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal

from twinviewer.model.errors import TwinError

_log = logging.getLogger(__name__)
_STOP_AFTER_S = 2.0


class Cancelled(Exception):
    """Raised inside a job's progress call when a person cancelled it."""


class WorkerError(Exception):
    """An unexpected failure in a worker; `report` is its traceback."""

    def __init__(self, text: str, report: str) -> None:
        super().__init__(text)
        self.report = report


@dataclass(frozen=True, slots=True)
class _Handlers:
    done: Callable[[Any], object]
    failed: Callable[[Exception], object] | None
    cancelled: Callable[[], object] | None


class Job(QObject):
    """One piece of work. `moved(fraction, text)` tells its progress; `ended` comes once, whatever happened."""

    moved = Signal(float, str)
    ended = Signal()
    _said = Signal(str, object)

    def __init__(self, number: int, title: str, handlers: _Handlers, parent: QObject) -> None:
        super().__init__(parent)
        self.number = number
        self.title = title
        self.fraction, self.text = 0.0, ""
        self.running = True
        self._handlers = handlers
        self._stop = threading.Event()
        self._process: BaseProcess | None = None
        self._said.connect(self._hear, Qt.ConnectionType.QueuedConnection)

    def cancel(self) -> None:
        """Stop it: a process is ended at once, a thread at its next progress call. Nothing of its result is used."""
        if not self.running:
            return
        self._stop.set()
        if self._process is not None:
            self._process.terminate()
        self._finish("cancelled", None)

    def _hear(self, what: str, value: object) -> None:
        if not self.running:
            return
        if what == "progress":
            self.fraction, self.text = value  # type: ignore[misc]
            self.moved.emit(self.fraction, self.text)
        else:
            self._finish(what, value)

    def _finish(self, what: str, value: object) -> None:
        self.running = False
        self.ended.emit()
        handlers = self._handlers
        if what == "done":
            handlers.done(value)
        elif what == "failed" and isinstance(value, Exception):
            _log.warning("job %s failed: %s", self.title, value)
            if handlers.failed is not None:
                handlers.failed(value)
        elif what == "cancelled" and handlers.cancelled is not None:
            handlers.cancelled()
        self.deleteLater()

    # -- the two ways to run ------------------------------------------------------------------------------------

    def run_in_thread(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
        """Call `function(*arguments, progress=…)` in a thread of this process."""

        def progress(fraction: float, text: str = "") -> None:
            if self._stop.is_set():
                raise Cancelled
            self._said.emit("progress", (float(fraction), text))

        def work() -> None:
            try:
                result = function(*arguments, progress=progress)
            except Cancelled:
                return
            except Exception as error:
                self._say("failed", error)
            else:
                self._say("done", result)

        threading.Thread(target=work, name=f"job-{self.number}", daemon=True).start()

    def run_in_process(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
        """Call a module-level `function(*arguments, progress=…)` in a fresh process."""
        context = multiprocessing.get_context("spawn")
        here, there = context.Pipe(duplex=False)
        process = context.Process(target=_worker, args=(there, function, arguments), daemon=True)
        self._process = process

        def listen() -> None:
            process.start()
            there.close()
            if self._stop.is_set():
                process.terminate()
            self._listen(here, process)

        threading.Thread(target=listen, name=f"job-{self.number}", daemon=True).start()

    def _listen(self, here: Connection, process: BaseProcess) -> None:
        last = ""
        try:
            while last not in ("done", "failed"):
                last, value = here.recv()
                self._say(last, _error_of(value) if last == "failed" else value)
        except (EOFError, OSError):
            if not self._stop.is_set():
                code = process.exitcode if process.exitcode is not None else "unknown"
                self._say("failed", WorkerError(f"The worker process ended unexpectedly (code {code}).", ""))
        finally:
            here.close()
            process.join(_STOP_AFTER_S)
            if process.is_alive():
                process.kill()
                process.join()

    def _say(self, what: str, value: object) -> None:
        try:
            self._said.emit(what, value)
        except RuntimeError:  # the window closed meanwhile and took this object with it
            _log.debug("job %s ended after its window", self.title)


def _error_of(value: tuple[str, ...]) -> Exception:
    kind, *rest = value
    if kind == "twin":
        return TwinError(*rest)
    return WorkerError(rest[0], rest[1])


def _worker(pipe: Connection, function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    def progress(fraction: float, text: str = "") -> None:
        pipe.send(("progress", (float(fraction), text)))

    try:
        result = function(*arguments, progress=progress)
        pipe.send(("done", result))
    except TwinError as error:
        pipe.send(("failed", ("twin", error.text, error.where, error.remedy)))
    except (BrokenPipeError, KeyboardInterrupt):
        return
    except Exception as error:
        pipe.send(("failed", ("other", f"{type(error).__name__}: {error}", traceback.format_exc())))


class Jobs(QObject):
    """The running jobs of one window. `changed` comes when one starts or ends."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._numbers = itertools.count(1)
        self.running: list[Job] = []

    def start(
        self,
        title: str,
        function: Callable[..., Any],
        *arguments: Any,
        done: Callable[[Any], object],
        failed: Callable[[Exception], object] | None = None,
        cancelled: Callable[[], object] | None = None,
        thread: bool = False,
    ) -> Job:
        """Start `function(*arguments, progress=progress)` and return at once.

        In a worker process (the function must be module-level, arguments and result picklable), or in a thread of
        this process where the result is large. `done(result)`, `failed(error)` and `cancelled()` are called on the
        GUI thread; exactly one of them is.
        """
        job = Job(next(self._numbers), title, _Handlers(done, failed, cancelled), self)
        self.running.append(job)
        job.ended.connect(lambda: self._forget(job))
        if thread:
            job.run_in_thread(function, arguments)
        else:
            job.run_in_process(function, arguments)
        self.changed.emit()
        return job

    def _forget(self, job: Job) -> None:
        if job in self.running:
            self.running.remove(job)
            self.changed.emit()

    def cancel_all(self) -> None:
        """Stop everything, at the end of the window."""
        for job in list(self.running):
            job.cancel()
