"""The recording behind a session, read in a thread of its own: nobody who asks it waits."""

import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from twinviewer.model.errors import TwinError
from twinviewer.scene.scene import Scene

if TYPE_CHECKING:  # reading recordings takes a library that a window without one never loads
    from twinviewer.history.recording import Recording

PATIENCE_S = 0.02
FRESH_S = 2.0  # what a running recorder adds is looked for this often at most


def address_of(source: object) -> str | None:
    """Where the recording that belongs to a source lies: one that is played, or the one its collector makes."""
    found = getattr(source, "recording", None) or getattr(getattr(source, "link", None), "recording", None)
    if found is None:
        return None
    folder = getattr(found, "folder", None)  # an open recording, else a path
    return str(found if folder is None else folder.address)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a question: its value, or why there is none."""

    value: Any = None
    error: TwinError | None = None


class Archive:
    """Answers questions about one recording, one after the other; of a key only the newest question is kept.

    All methods belong to one thread; the questions run in another one, which lives only while there are any.
    """

    def __init__(self, address: str, scene: Scene, recording: "Recording | None" = None) -> None:
        """With a `recording` that is open already, which is the archive's from now on."""
        self.address = address
        self.scene = scene
        self._lock = threading.Lock()
        self._answered = threading.Condition(self._lock)
        self._waiting: dict[Hashable, Callable[[Recording], Any]] = {}
        self._answers: dict[Hashable, Answer] = {}
        self._busy: Hashable = None
        self._working = False
        self._closed = False
        self._recording: Recording | None = recording
        self._fresh_at = time.monotonic() if recording is not None else 0.0

    def ask(self, key: Hashable, question: Callable[["Recording"], Any]) -> None:
        """Let `question(recording)` be answered. It must not touch what this thread uses."""
        with self._lock:
            if self._closed:
                return
            self._waiting[key] = question
            begin = not self._working
            self._working = True
        if begin:
            threading.Thread(target=self._work, name="archive", daemon=True).start()

    def answer(self, key: Hashable) -> Answer | None:
        """The answer since the last call, None while there is none."""
        with self._lock:
            return self._answers.pop(key, None)

    def wait(self, key: Hashable) -> None:
        """Wait a little for an answer, at most `PATIENCE_S`: most moments are read by then, and need no second look."""
        with self._answered:
            self._answered.wait_for(lambda: key in self._answers or self._closed, PATIENCE_S)

    def asked(self, key: Hashable) -> bool:
        """Whether a question of this key waits, is being answered, or has an answer that nobody took yet."""
        with self._lock:
            return key in self._waiting or key in self._answers or (self._working and self._busy == key)

    @property
    def busy(self) -> bool:
        """Whether any question waits or is being answered."""
        with self._lock:
            return self._working

    def close(self) -> None:
        """Answer nothing more, and let the files go as soon as the question at hand is done."""
        with self._lock:
            self._closed = True
            self._waiting.clear()
            self._answers.clear()
            recording, idle = self._recording, not self._working
        if idle and recording is not None:
            recording.close()

    def _work(self) -> None:
        while True:
            with self._lock:
                self._busy = next(iter(self._waiting), None)
                question = self._waiting.pop(self._busy, None)
                if question is None:
                    self._working = False
                    closing = self._recording if self._closed else None
                    break
            answer = self._ask(question)
            with self._lock:
                if not self._closed:
                    self._answers[self._busy] = answer
                    self._answered.notify_all()
        if closing is not None:
            closing.close()

    def _ask(self, question: Callable[["Recording"], Any]) -> Answer:
        try:
            return Answer(question(self._fresh()))
        except TwinError as error:
            return Answer(error=error)
        except OSError as error:  # the folder is gone, or its disk
            return Answer(error=TwinError(f"the recording cannot be read: {error.strerror or error}", self.address))

    def _fresh(self) -> "Recording":
        from twinviewer.history.recording import Recording

        now = time.monotonic()
        if self._recording is None:
            self._recording = Recording.open(self.address, self.scene)
        elif now - self._fresh_at > FRESH_S:
            self._recording.refresh()
        self._fresh_at = now
        return self._recording
