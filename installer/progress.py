"""Tells how set-up goes on: one line that renews itself on a terminal, a few plain lines elsewhere."""

import shutil
import time
from typing import TextIO

_PLAIN_EVERY_S = 15.0


class Progress:
    """Steps and, within a step, what is being done now."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._terminal = stream.isatty()
        self._open = False
        self._told_at = 0.0

    def step(self, text: str) -> None:
        """Begin a step."""
        self._end_line()
        print(text, file=self._stream, flush=True)
        self._told_at = time.monotonic()

    def now(self, text: str) -> None:
        """What the step does at this moment; renews the line on a terminal, else speaks every 15 seconds."""
        if self._terminal:
            width = shutil.get_terminal_size().columns - 1
            print("\r" + f"  {text}"[:width].ljust(width), end="", file=self._stream, flush=True)
            self._open = True
        elif time.monotonic() - self._told_at >= _PLAIN_EVERY_S:
            print(f"  {text}", file=self._stream, flush=True)
            self._told_at = time.monotonic()

    def done(self, text: str = "") -> None:
        """End the step, with a closing remark or nothing."""
        self._end_line()
        if text:
            print(f"  {text}", file=self._stream, flush=True)

    def _end_line(self) -> None:
        if self._open:
            width = shutil.get_terminal_size().columns - 1
            print("\r" + " " * width + "\r", end="", file=self._stream, flush=True)
            self._open = False
