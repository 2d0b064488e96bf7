"""Asks Linux for short turns on a processor, so that a frame waits less where others want the same cores."""

import ctypes
import os
import platform
import struct
import sys
from pathlib import Path

TURN_NS = 200_000  # a turn of 0.2 ms; Linux gives some 3 ms by itself
_CALLS = {"x86_64": 314, "aarch64": 274}  # the number of sched_setattr(2)
_ATTRIBUTES = struct.Struct("=IIQiIQQQII")  # struct sched_attr, second version: 56 bytes
_ORDINARY = 0  # SCHED_OTHER


def ask_for_short_turns(turn_ns: int = TURN_NS) -> bool:
    """Ask for turns of `turn_ns` nanoseconds (100,000 to 100,000,000) for every thread of this process, and those it
    starts later; returns whether the system took it.

    A thread with short turns gets no more of a processor, but gets it sooner after waking: a frame is many short pieces
    of work on several threads, each of which would otherwise wait for the end of somebody else's long turn. Needs no
    rights. Linux heeds it since 6.12 (EEVDF, `sched_runtime` of an ordinary thread), before that it takes it without
    effect; other systems have no such request. A process that lowered its own priority keeps it.
    """
    number = _CALLS.get(platform.machine())
    if sys.platform != "linux" or number is None:
        return False
    library, taken = ctypes.CDLL(None, use_errno=True), True
    for task in Path("/proc/self/task").iterdir():
        try:
            nice = os.getpriority(os.PRIO_PROCESS, int(task.name))
        except ProcessLookupError:  # a thread that has ended
            continue
        wish = _ATTRIBUTES.pack(_ATTRIBUTES.size, _ORDINARY, 0, nice, 0, turn_ns, 0, 0, 0, 0)
        taken &= library.syscall(number, int(task.name), ctypes.create_string_buffer(wish), 0) == 0
    return taken
