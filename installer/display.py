"""Screens: whether there is one, and a virtual one for tests where there is none."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from installer.errors import SetupError

_SCREEN = "1920x1080x24"


def usable(env: Mapping[str, str]) -> bool:
    """Whether a window can open: always on Windows and macOS, else with an X or Wayland server that answers."""
    if not sys.platform.startswith("linux"):
        return True
    return bool(env.get("WAYLAND_DISPLAY")) or _answers(env.get("DISPLAY", ""))


@contextmanager
def screen(env: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Environment for programs that draw: `env` where it has an X screen, else with an own virtual one for the while.

    Raises SetupError when Xvfb does not start.
    """
    if not sys.platform.startswith("linux") or _answers(env.get("DISPLAY", "")):
        yield dict(env)
        return
    if shutil.which("Xvfb") is None:
        raise SetupError("There is no screen here and no Xvfb to make a virtual one: install the package xvfb.")
    server, number = _start()
    try:
        yield {**env, "DISPLAY": f":{number}", "QT_QPA_PLATFORM": "xcb"}
    finally:
        server.terminate()
        try:
            server.wait(timeout=10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _start() -> tuple["subprocess.Popen[bytes]", int]:
    """Xvfb on a number it finds free by itself, and that number."""
    reading, writing = os.pipe()
    try:
        server = subprocess.Popen(
            [*_leash(), "Xvfb", "-displayfd", str(writing), "-screen", "0", _SCREEN, "-nolisten", "tcp", "-noreset"],
            pass_fds=(writing,),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C reaches the programs on the screen first, the screen last
        )
        os.close(writing)
        writing = -1
        with os.fdopen(reading, "rb", closefd=False) as pipe:
            answer = pipe.readline().strip()  # ends empty when the server dies
    finally:
        os.close(reading)
        if writing >= 0:
            os.close(writing)
    if not answer:
        server.wait()
        raise SetupError(f"Xvfb ended with status {server.returncode} instead of making a virtual screen.")
    return server, int(answer)


def _leash() -> list[str]:
    """Words before a command that make Linux end it when we die, however we die; none without setpriv."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "TERM"] if setpriv else []


def _answers(name: str) -> bool:
    """Whether the X server called `name` takes connections; a remote one (over ssh) is taken at its word."""
    host, _, rest = name.rpartition(":")
    if not rest:
        return False
    if host not in ("", "unix"):
        return True
    number = rest.split(".")[0]
    path = f"/tmp/.X11-unix/X{number}"
    for address in (path, "\0" + path):
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(2)
            try:
                client.connect(address)
            except OSError:
                continue
            return True
    return False
