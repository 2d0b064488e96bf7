"""The window's side of the what-if worker process: starts it, sends questions, hands answers to the GUI thread."""

import itertools
import queue
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, QTimer

from twinviewer.scene.scene import Scene

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

_LISTEN_MS = 4  # while an answer is awaited
_IDLE_MS = 60
_END_S = 2.0
_STOP_LOOK_S = 0.2
_LOST = ("the simulation ended unexpectedly", "", "Load again: it starts anew.")
Hear = Callable[[str, int, Any], object]


class _Minder:
    """Two threads that start the process, pass messages both ways and end it; they touch plain data only."""

    def __init__(self, scene: Scene) -> None:
        self.said: queue.SimpleQueue[tuple[str, int, Any]] = queue.SimpleQueue()
        self._to_send: queue.SimpleQueue[tuple[Any, ...] | None] = queue.SimpleQueue()
        self._stop = threading.Event()
        self._scene = scene
        threading.Thread(target=self._mind, name="whatif", daemon=True).start()

    def send(self, message: tuple[Any, ...]) -> None:
        self._to_send.put(message)

    def stop(self) -> None:
        self._stop.set()
        self._to_send.put(None)

    def _mind(self) -> None:
        try:
            import multiprocessing  # not on the way to the first frame

            from twinviewer.panels._whatif_worker import serve

            context = multiprocessing.get_context("spawn")
            here, there = context.Pipe()
            process = context.Process(target=serve, args=(there, replace(self._scene, geometry=None)), daemon=True)
            process.start()
        except Exception as error:  # whatever keeps a process from starting must be said, not waited for
            self.said.put(("lost", 0, (f"the simulation cannot be started ({error})", "", "Load again.")))
            return
        there.close()
        sender = threading.Thread(target=self._send_all, args=(here,), name="whatif-send", daemon=True)
        sender.start()
        try:
            while not self._stop.is_set():
                if here.poll(_STOP_LOOK_S):
                    self.said.put(here.recv())
        except (EOFError, OSError):
            if not self._stop.is_set():
                self.said.put(("lost", 0, _LOST))
        finally:
            self.stop()
            _end(process)
            sender.join()
            here.close()

    def _send_all(self, here: "Connection") -> None:
        while (message := self._to_send.get()) is not None:
            if self._stop.is_set():
                return
            try:
                here.send(message)
            except OSError:
                return  # the reading thread says that it is lost


def _end(process: "BaseProcess") -> None:
    process.terminate()
    process.join(_END_S)
    if process.is_alive():
        process.kill()
        process.join()
    process.close()


class WhatIfLink(QObject):
    """One worker at a time. `hear(kind, number, value)` is called on the GUI thread."""

    def __init__(self, hear: Hear, parent: QObject) -> None:
        super().__init__(parent)
        self._hear = hear
        self._minder: _Minder | None = None
        self._numbers = itertools.count(1)
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._listen)

    @property
    def running(self) -> bool:
        """Whether there is a worker."""
        return self._minder is not None

    def start(self, scene: Scene) -> None:
        """Start a worker for a scene; one that runs is ended."""
        self.close()
        self._minder = _Minder(scene)
        self._timer.start(_LISTEN_MS)

    def send(self, kind: str, *arguments: object) -> int:
        """Send a message; returns its number, which its answers carry. 0 where there is no worker."""
        if self._minder is None:
            return 0
        number = next(self._numbers)
        self._minder.send((kind, number, *arguments))
        self._timer.setInterval(_LISTEN_MS)
        return number

    def rest(self) -> None:
        """No answer is awaited: look seldom."""
        self._timer.setInterval(_IDLE_MS)

    def close(self) -> None:
        """End the worker."""
        self._timer.stop()
        self.abandon()

    def abandon(self) -> None:
        """End the worker without touching Qt, whose objects may be gone already."""
        if self._minder is not None:
            self._minder.stop()
            self._minder = None

    def _listen(self) -> None:
        minder = self._minder
        while minder is not None and minder is self._minder:
            try:
                kind, number, value = minder.said.get_nowait()
            except queue.Empty:
                return
            if kind == "lost":
                self.close()
            self._hear(kind, number, value)
