"""The demo plant as a child process: started on a free port, ended with the program."""

import contextlib
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

import psutil

from twinviewer.discovery import DEMO, shipped
from twinviewer.model.errors import TwinError
from twinviewer.panels._kit.jobs import Cancelled

READY = "READY "
_PATIENCE_S = 60.0
_BEHIND = 10 if sys.platform != "win32" else psutil.BELOW_NORMAL_PRIORITY_CLASS


class DemoPlant:
    """`start` blocks until the plant serves, so it belongs into a job; `stop` may be called at any time."""

    def __init__(self, scene: Path | None = None) -> None:
        self.scene = scene or shipped("scenes") / DEMO
        self.url = ""
        self.recording = Path(tempfile.mkdtemp(prefix="twinviewer-demo-"))  # its past, as long as the program runs
        self._process: subprocess.Popen[str] | None = None
        self._stopped = False

    def start(self, *, progress: Callable[[float, str], None]) -> str:
        """Start it; returns its URL. Raises TwinError with the plant's last words when it does not come up."""
        if not self.scene.is_dir():
            raise TwinError("The sample hall is not there.", str(self.scene), "Install twinviewer with its scenes.")
        command = [sys.executable, "-m", "twinviewer", "plant", str(self.scene), "--port", "0", "--with-parent"]
        self._process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        with contextlib.suppress(psutil.Error):  # a plant is elsewhere: here it must not take the window's processor
            psutil.Process(self._process.pid).nice(_BEHIND)
        errors: list[str] = []
        threading.Thread(target=_collect, args=(self._process.stderr, errors), name="plant-errors", daemon=True).start()
        lines: list[str] = []
        reader = threading.Thread(target=_collect, args=(self._process.stdout, lines), name="plant-words", daemon=True)
        reader.start()
        waited = 0.0
        while waited < _PATIENCE_S:
            found = next((line for line in lines if line.startswith(READY)), "")
            if found:
                self.url = found.removeprefix(READY).strip()
                return self.url
            if self._process.poll() is not None:
                reader.join(1.0)
                break
            try:
                progress(-1.0, "a server for the sample hall")
            except Cancelled:
                self.stop()
                raise
            threading.Event().wait(0.05)
            waited += 0.05
        self.stop()
        last = " ".join(errors[-3:]).strip() or "it said nothing"
        raise TwinError(f"The demo plant did not start: {last}", "", "Run `twinviewer plant` to see more.")

    def stop(self) -> None:
        """End the process, kindly and then not."""
        shutil.rmtree(self.recording, ignore_errors=True)
        process, self._process = self._process, None
        if process is None or self._stopped:
            return
        self._stopped = True
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _collect(stream: object, lines: list[str]) -> None:
    with stream:  # type: ignore[attr-defined]
        for line in stream:  # type: ignore[attr-defined]
            lines.append(line.rstrip())
            del lines[:-200]
