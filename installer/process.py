"""Runs a command whose output is read line by line, with a beat each second while it is silent."""

import queue
import subprocess
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

_KEPT_LINES = 40


def follow(
    command: Sequence[str],
    on_line: Callable[[str], None],
    on_beat: Callable[[], None],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> tuple[int, list[str]]:
    """Run `command` to its end; returns its exit status and the last lines it wrote (stdout and stderr together).

    An exception from a callback, or Ctrl-C, ends the command before it goes on to the caller.
    """
    process = subprocess.Popen(
        command,
        cwd=cwd,
        env=None if env is None else dict(env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    lines: queue.Queue[str | None] = queue.Queue()
    threading.Thread(target=_read, args=(process, lines), daemon=True).start()
    kept: deque[str] = deque(maxlen=_KEPT_LINES)
    try:
        while True:
            try:
                line = lines.get(timeout=1.0)
            except queue.Empty:
                on_beat()
                continue
            if line is None:
                return process.wait(), list(kept)
            kept.append(line)
            on_line(line)
    finally:
        _end(process)


def _read(process: "subprocess.Popen[str]", lines: "queue.Queue[str | None]") -> None:
    assert process.stdout is not None
    with process.stdout:
        for line in process.stdout:
            lines.put(line.rstrip("\n"))
    lines.put(None)


def _end(process: "subprocess.Popen[str]") -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
