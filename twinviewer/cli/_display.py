"""Whether there is a screen, and a virtual one where a picture of the whole window is wanted without any."""

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator

from twinviewer.model.errors import TwinError

NO_SCREEN = (
    "twinviewer: there is no screen to open a window on (neither DISPLAY nor WAYLAND_DISPLAY is set). "
    "Log in to a desktop, use `ssh -X`, or take a picture with `twinviewer snapshot`."
)
_PATIENCE_S = 15.0


def has_screen() -> bool:
    """Whether Qt can open a window here."""
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def check_mode(mode: str | None) -> None:
    """Raises TwinError for a colouring mode that does not exist."""
    if mode is None:
        return
    from twinviewer import discovery

    names = discovery.names_of("twinviewer.colours")
    if mode not in names:
        raise TwinError(f"There is no colouring mode {mode!r}.", "--mode", f"Choose one of {', '.join(names)}.")


@contextlib.contextmanager
def virtual_screen(width: int, height: int) -> Iterator[None]:
    """Nothing where there is a screen; else an Xvfb of at least this size, ended afterwards. Raises TwinError."""
    if has_screen():
        yield
        return
    program = shutil.which("Xvfb")
    if program is None:
        raise TwinError(
            "A picture of the whole window needs a screen, and there is neither one nor Xvfb.",
            "",
            "Install Xvfb (Debian: apt install xvfb), or leave out --window for the 3D picture alone.",
        )
    read, write = os.pipe()
    command = [program, "-displayfd", str(write), "-screen", "0", f"{width}x{height}x24", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=(write,), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(write)
    try:
        number = _number(read)
        os.environ["DISPLAY"] = f":{number}"
        os.environ["QT_QPA_PLATFORM"] = "xcb"
        yield
    finally:
        os.environ.pop("DISPLAY", None)
        server.terminate()
        server.wait()


def _number(read: int) -> int:
    """The display number that Xvfb writes once it serves; an empty answer means that it ended."""
    import select

    with os.fdopen(read) as stream:
        ready, _, _ = select.select([stream], [], [], _PATIENCE_S)
        text = stream.readline().strip() if ready else ""
    if not text.isdigit():
        raise TwinError("Xvfb did not start.", "", "Run `Xvfb :99` to see why, or leave out --window.")
    return int(text)
