"""Short turns on a processor: what Linux says of a thread after we asked."""

import ctypes
import os
import platform
import struct
import sys
import threading

import pytest

from twinviewer.gui.turns import ask_for_short_turns

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() not in ("x86_64", "aarch64"), reason="Linux on x86-64 or 64-bit Arm"
)
GET = {"x86_64": 315, "aarch64": 275}


def attributes(thread: int) -> tuple[int, int, int]:
    """Policy, nice value and length of a turn in nanoseconds of a thread, as the system has them."""
    buffer = ctypes.create_string_buffer(56)
    assert ctypes.CDLL(None).syscall(GET[platform.machine()], thread, buffer, 56, 0) == 0
    _, policy, _, nice, _, runtime, *_ = struct.unpack("=IIQiIQQQII", buffer.raw)
    return policy, nice, runtime


def test_every_thread_keeps_its_policy_and_priority() -> None:
    before = attributes(os.getpid())
    assert ask_for_short_turns()
    assert attributes(os.getpid())[:2] == before[:2]


@pytest.mark.skipif(
    tuple(int(part) for part in platform.release().split("-")[0].split(".")[:2]) < (6, 12),
    reason="Linux keeps the length of an ordinary thread's turn since 6.12",
)
def test_threads_that_run_and_those_that_start_later_have_short_turns() -> None:
    go, found = threading.Event(), []
    waiting = threading.Thread(target=lambda: (go.wait(), found.append(attributes(threading.get_native_id()))))
    waiting.start()
    try:
        assert ask_for_short_turns(300_000)
    finally:
        go.set()
        waiting.join()
    later: list[tuple[int, int, int]] = []
    thread = threading.Thread(target=lambda: later.append(attributes(threading.get_native_id())))
    thread.start()
    thread.join()
    assert [turn for _, _, turn in (attributes(os.getpid()), *found, *later)] == [300_000] * 3
