"""Loads VTK's libraries beside the window's thread, while that makes the window.

They are megabytes of machine code to be fitted into the process, which takes neither Python nor the window's thread.
"""

import contextlib
import ctypes
import importlib.util
import threading

_LAST = "vtkmodules.vtkRenderingOpenGL2"  # which brings the others


def load() -> None:
    """Begin; whoever imports them meanwhile waits for what is not there yet, and no longer than without this."""
    threading.Thread(target=_load, name="drivers", daemon=True).start()


def _load() -> None:
    spec = importlib.util.find_spec(_LAST)
    if spec is not None and spec.origin is not None:
        with contextlib.suppress(OSError):  # the import will say what is wrong
            ctypes.CDLL(spec.origin)
