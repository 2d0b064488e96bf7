"""Starts `twinviewer plant` as a process of its own, the way anybody would."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]


class Plant:
    """A running plant; `url` is where it serves."""

    def __init__(self, command: Sequence[str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, *command], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        self.errors: list[str] = []
        assert self.process.stderr is not None
        self._reader = threading.Thread(target=self._collect, daemon=True)
        self._reader.start()
        self.url = self._ready()

    def _collect(self) -> None:
        assert self.process.stderr is not None
        self.errors.extend(self.process.stderr)

    def _ready(self) -> str:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith("READY "):
                return line.split()[1]
        self.process.wait(10)
        self._close()
        raise AssertionError("".join(self.errors))

    def end(self, signal: int = 15) -> int:
        """Send a signal and return the exit code."""
        self.process.send_signal(signal)
        code = self.process.wait(20)
        self._close()
        return code

    def _close(self) -> None:
        self._reader.join(5)
        for stream in (self.process.stdout, self.process.stderr):
            assert stream is not None
            stream.close()


@contextmanager
def plant(*arguments: str, module: Sequence[str] = ("-m", "twinviewer", "plant")) -> Iterator[Plant]:
    """`twinviewer plant ARGUMENTS --port 0`; it is gone afterwards."""
    running = Plant([*module, *arguments, "--port", "0"])
    try:
        yield running
    finally:
        if running.process.poll() is None:
            running.end()
