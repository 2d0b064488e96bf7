"""Module-level functions for jobs in worker processes."""

import os
import time
from collections.abc import Callable

from twinviewer.model.errors import DataError

Progress = Callable[[float, str], None]


def add(a: int, b: int, *, progress: Progress) -> tuple[int, int]:
    """The sum, and the process that computed it."""
    progress(0.5, "half way")
    return a + b, os.getpid()


def refuse(*, progress: Progress) -> None:
    raise DataError("the table is empty", "x.csv", "Give it rows.")


def fail(*, progress: Progress) -> None:
    raise ZeroDivisionError("oh")


def die(*, progress: Progress) -> None:
    os._exit(3)


def forever(path: str, *, progress: Progress) -> None:
    """Writes its process id to `path`, then goes on until somebody ends it."""
    with open(path, "w", encoding="ascii") as stream:  # noqa: PTH123
        stream.write(str(os.getpid()))
    while True:
        progress(0.1, "still here")
        time.sleep(0.02)
