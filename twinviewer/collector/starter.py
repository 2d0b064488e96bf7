"""Starts a collector process that outlives whoever starts it."""

import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

from twinviewer.feeds.options import FeedOptions

_SAID = "start.log"
_OWN_GROUP = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW if sys.platform == "win32" else 0


@dataclass(frozen=True, slots=True)
class Wish:
    """What the collector should serve. `linger_s` is how long it waits for a window that vanished; `record` is the
    folder of its recording, None for none."""

    scene_path: Path
    url: str
    options: FeedOptions
    keep: bool = False
    linger_s: float = 5.0
    record: Path | None = None


class Child:
    """A collector that we started. `exit_code` is None while it runs."""

    def __init__(self, wish: Wish, folder: Path) -> None:
        self._said = folder / _SAID
        extra = ["--keep"] if wish.keep else []
        extra += ["--record", str(wish.record), "--or-go-on"] if wish.record is not None else []
        command = [*_program(), str(wish.scene_path.resolve()), "--feed", wish.url, "--options-stdin"]
        command += ["--linger", str(wish.linger_s), *extra]
        with self._said.open("wb") as said:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=said,
                start_new_session=sys.platform != "win32",  # Ctrl+C in the window's terminal is not meant for it
                creationflags=_OWN_GROUP,
            )
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(wish.options.to_json().encode())
            self._process.stdin.close()
        except OSError:
            pass  # it ended already; its exit code says why
        # somebody must take its exit code when it ends, or it stays as a zombie
        threading.Thread(target=self._process.wait, name="collector-child", daemon=True).start()

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        return self._process.poll()

    def said(self) -> str:
        """What it wrote before it ended: the last line."""
        try:
            lines = self._said.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        except OSError:
            return ""
        return lines[-1] if lines else ""


def _program() -> list[str]:
    if getattr(sys, "frozen", False):  # the installed application: its own program, told to be a collector
        return [sys.executable, "collector"]
    return [sys.executable, "-m", "twinviewer.collector"]
