"""Long work beside the window: a worker process or a thread, with progress, cancel and the result on the GUI thread.

No Qt object is touched by another thread: workers put plain data into a queue that one timer of the GUI empties.
"""

import itertools
import logging
import queue
import signal
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer

from twinviewer.model.errors import TwinError
from twinviewer.session.events import Event

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

_log = logging.getLogger(__name__)
_STOP_AFTER_S = 2.0
_LISTEN_MS = 5  # a job that ends at once, as when a scene was read ahead, is not kept waiting


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


class _Channel:
    """All that a worker's thread may touch: plain data."""

    def __init__(self) -> None:
        self.said: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
        self.stop = threading.Event()

    def call(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
        """Call `function(*arguments, progress=…)` in this thread."""

        def progress(fraction: float, text: str = "") -> None:
            if self.stop.is_set():
                raise Cancelled
            self.said.put(("progress", (float(fraction), text)))

        try:
            result = function(*arguments, progress=progress)
        except Cancelled:
            return
        except Exception as error:
            self.said.put(("failed", error))
        else:
            self.said.put(("done", result))

    def listen(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
        """Run a worker process from its start to its end, and pass on what it says; `stop` ends it."""
        import multiprocessing  # not on the way to the first frame

        context = multiprocessing.get_context("spawn")
        here, there = context.Pipe(duplex=False)
        process = context.Process(target=_worker, args=(there, function, arguments), daemon=True)
        process.start()
        there.close()
        try:
            self._hear(here, process)
        finally:
            here.close()
            _end(process)

    def _hear(self, here: "Connection", process: "BaseProcess") -> None:
        while not self.stop.is_set():
            try:
                if not here.poll(0.05):
                    continue
                what, value = here.recv()
            except (EOFError, OSError):
                process.join(_STOP_AFTER_S)
                code = process.exitcode if process.exitcode is not None else "unknown"
                self.said.put(("failed", WorkerError(f"The worker process ended unexpectedly (code {code}).", "")))
                return
            self.said.put((what, _error_of(value) if what == "failed" else value))
            if what in ("done", "failed"):
                process.join(_STOP_AFTER_S)
                return


def _end(process: "BaseProcess") -> None:
    """End a worker process, kindly and then not."""
    if process.is_alive():
        process.terminate()
        process.join(_STOP_AFTER_S)
    if process.is_alive():
        process.kill()
        process.join()
    process.close()


class Job:
    """One piece of work. `moved` tells (fraction, text), a fraction below 0 meaning "nobody knows"."""

    def __init__(self, number: int, title: str, handlers: _Handlers) -> None:
        self.number = number
        self.title = title
        self.fraction, self.text = 0.0, ""
        self.running = True
        self.moved: Event[tuple[float, str]] = Event()
        self.ended: Event[str] = Event()
        self._handlers = handlers
        self._channel = _Channel()

    def cancel(self) -> None:
        """Stop it: a process is ended at once, a thread at its next progress call. Nothing of its result is used."""
        if self.running:
            self._channel.stop.set()
            self._finish("cancelled", None)

    def hear(self) -> None:
        """Take in what the worker said since; called by `Jobs`."""
        while self.running:
            try:
                what, value = self._channel.said.get_nowait()
            except queue.Empty:
                return
            if what == "progress":
                self.fraction, self.text = value
                self.moved.emit(value)
            else:
                self._finish(what, value)

    def _finish(self, what: str, value: Any) -> None:
        self.running = False
        self.ended.emit(what)
        handlers = self._handlers
        if what == "done":
            handlers.done(value)
        elif what == "failed":
            if isinstance(value, TwinError):
                _log.info("job %s failed: %s", self.title, value)
            else:
                _log.error("job %s failed", self.title, exc_info=value)
            if handlers.failed is not None:
                handlers.failed(value)
        elif handlers.cancelled is not None:
            handlers.cancelled()

    def begin(self, function: Callable[..., Any], arguments: tuple[Any, ...], thread: bool) -> None:
        """Start the thread that does the work, or that minds the process that does; called by `Jobs`."""
        target = self._channel.call if thread else self._channel.listen
        threading.Thread(target=target, args=(function, arguments), name=f"job-{self.number}", daemon=True).start()


def _error_of(value: tuple[str, ...]) -> Exception:
    kind, *rest = value
    if kind == "twin":
        return TwinError(*rest)
    return WorkerError(rest[0], rest[1])


def _worker(pipe: "Connection", function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    def progress(fraction: float, text: str = "") -> None:
        pipe.send(("progress", (float(fraction), text)))

    def end(_number: int, _frame: object) -> None:
        raise SystemExit(1)  # so that half-written files are taken away on the way out

    signal.signal(signal.SIGTERM, end)
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

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.changed: Event[None] = Event()
        self.running: list[Job] = []
        self._numbers = itertools.count(1)
        self._timer = QTimer(self)
        self._timer.setInterval(_LISTEN_MS)
        self._timer.timeout.connect(self._listen)

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
        job = Job(next(self._numbers), title, _Handlers(done, failed, cancelled))
        self.running.append(job)
        job.ended.connect(lambda _what: self._forget(job))
        job.begin(function, arguments, thread)
        self._timer.start()
        self.changed.emit(None)
        return job

    def _listen(self) -> None:
        for job in list(self.running):
            job.hear()

    def _forget(self, job: Job) -> None:
        self.running.remove(job)
        if not self.running:
            self._timer.stop()
        self.changed.emit(None)

    def cancel_all(self) -> None:
        """Stop everything, at the end of the window."""
        for job in list(self.running):
            job.cancel()
