"""Compiles the functions of the engine, and keeps them on disk for as long as none of its sources has changed."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from numba import njit

OPTIONS = {"cache": True, "nogil": True, "error_model": "numpy", "_nrt": False}  # nothing is allocated in here


def _stamp() -> bytes:
    """A hash of all that may be compiled into one function.

    Numba asks for a function's own file alone, and would go on with what it had inlined from another one that was
    changed since, such as by an update.
    """
    here = Path(__file__).parent
    sources = [*sorted((here / "engine").glob("*.py")), here / "random_numbers.py", here / "records.py"]
    return hashlib.sha256(b"".join(file.read_bytes() for file in sources if file.is_file())).digest()


STAMP = _stamp()


def _kept(function: Any) -> Any:
    file = getattr(getattr(function, "_cache", None), "_cache_file", None)
    if file is not None:  # there is none where no folder can be written to
        file._source_stamp = STAMP
    return function


def compiled(function: Callable[..., Any]) -> Any:
    """A function of its own, compiled at its first call or read from the cache."""
    return _kept(njit(**OPTIONS)(function))


def inlined(function: Callable[..., Any]) -> Any:
    """A function that becomes part of each that calls it."""
    return _kept(njit(forceinline=True, **OPTIONS)(function))
