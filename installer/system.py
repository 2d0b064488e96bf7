"""The system libraries that wheels expect of the machine: which are missing, and how Debian and Ubuntu get them."""

import ctypes
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from installer.errors import SetupError
from installer.process import follow
from installer.progress import Progress


@dataclass(frozen=True)
class Library:
    """A shared library, by the name the dynamic loader knows, and the Debian packages that may bring it."""

    sonames: tuple[str, ...]  # any of them will do
    packages: tuple[str, ...]  # the first that the machine's package lists know is taken


# What `ldd` reports for Qt's xcb, EGL and GLX plugins and what VTK opens at run time, less what these bring along.
LIBRARIES = (
    Library(("libGL.so.1",), ("libgl1",)),
    Library(("libGLX_mesa.so.0", "libGLX_nvidia.so.0"), ("libglx-mesa0",)),
    Library(("libEGL.so.1",), ("libegl1",)),
    Library(("libEGL_mesa.so.0", "libEGL_nvidia.so.0"), ("libegl-mesa0",)),
    Library(("libX11-xcb.so.1",), ("libx11-xcb1",)),
    Library(("libXext.so.6",), ("libxext6",)),
    Library(("libXrender.so.1",), ("libxrender1",)),
    Library(("libXcursor.so.1",), ("libxcursor1",)),
    Library(("libSM.so.6",), ("libsm6",)),
    Library(("libICE.so.6",), ("libice6",)),
    Library(("libxkbcommon.so.0",), ("libxkbcommon0",)),
    Library(("libxkbcommon-x11.so.0",), ("libxkbcommon-x11-0",)),
    Library(("libxcb-cursor.so.0",), ("libxcb-cursor0",)),
    Library(("libxcb-glx.so.0",), ("libxcb-glx0",)),
    Library(("libxcb-icccm.so.4",), ("libxcb-icccm4",)),
    Library(("libxcb-image.so.0",), ("libxcb-image0",)),
    Library(("libxcb-keysyms.so.1",), ("libxcb-keysyms1",)),
    Library(("libxcb-randr.so.0",), ("libxcb-randr0",)),
    Library(("libxcb-render-util.so.0",), ("libxcb-render-util0",)),
    Library(("libxcb-shape.so.0",), ("libxcb-shape0",)),
    Library(("libxcb-sync.so.1",), ("libxcb-sync1",)),
    Library(("libxcb-xkb.so.1",), ("libxcb-xkb1",)),
    Library(("libdbus-1.so.3",), ("libdbus-1-3",)),
    Library(("libfontconfig.so.1",), ("libfontconfig1",)),
    Library(("libglib-2.0.so.0",), ("libglib2.0-0t64", "libglib2.0-0")),
)


def ensure(test: bool, build: bool, progress: Progress) -> None:
    """Install what is missing through apt where that may be; otherwise say the one line to run.

    Raises SetupError where the missing parts cannot be installed from here. On systems other than Linux the wheels
    bring everything, so nothing is done.
    """
    if not sys.platform.startswith("linux"):
        return
    missing = missing_packages(test, build)
    if not missing:
        return
    if shutil.which("apt-get") is None:
        names = " ".join(choices[0] for choices in missing)
        raise SetupError(f"These are missing here (by their Debian names; your system's may differ): {names}")
    prefix = _root_prefix()
    if prefix is None:
        names = " ".join(pick(missing, _known_packages(missing)))
        become = "sudo sh -c" if shutil.which("sudo") else "su -c"
        raise SetupError(
            "System libraries are missing. Run this line, then the same command again:\n"
            f"  {become} 'apt-get update; apt-get install {names}'"
        )
    _install(prefix, missing, progress)
    still = missing_packages(test, build)
    if still:
        raise SetupError(f"apt installed its packages, yet these are still missing: {' '.join(c[0] for c in still)}")


def missing_packages(test: bool, build: bool) -> list[tuple[str, ...]]:
    """For each missing part, the packages that may bring it. Asking takes milliseconds.

    `test` asks for a virtual screen too where there is none, `build` for what `.venv` is made with: venv itself, and
    a compiler with Python's headers, as the mesh decoder (meshoptimizer) comes as source only.
    """
    missing = [entry.packages for entry in LIBRARIES if not any(map(_loads, entry.sonames))]
    release = f"python3.{sys.version_info[1]}"
    if build and importlib.util.find_spec("ensurepip") is None:
        missing.append((f"{release}-venv", "python3-venv"))
    if build and not Path(sysconfig.get_path("include"), "Python.h").exists():
        missing.append((f"{release}-dev", "python3-dev"))
    if build and shutil.which("g++") is None:
        missing.append(("g++",))
    if test and not os.environ.get("DISPLAY") and shutil.which("Xvfb") is None:
        missing.append(("xvfb",))
    return missing


def pick(missing: Sequence[tuple[str, ...]], known: set[str]) -> list[str]:
    """One package for each missing part: the first that this release of the system knows."""
    chosen = [next((name for name in choices if name in known), choices[-1]) for choices in missing]
    return list(dict.fromkeys(chosen))


def _loads(soname: str) -> bool:
    try:
        ctypes.CDLL(soname)
    except OSError:
        return False
    return True


def _root_prefix() -> list[str] | None:
    """What to put before apt-get: nothing for root, sudo where it asks no password, None where neither may be."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") is None:
        return None
    allowed = subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0
    return ["sudo", "-n"] if allowed else None


def _known_packages(missing: Sequence[tuple[str, ...]]) -> set[str]:
    """Which of the packages the machine's lists know; asked only where there is a choice."""
    names = [name for choices in missing for name in choices if len(choices) > 1]
    if not names:
        return set()
    answer = subprocess.run(["apt-cache", "madison", *names], capture_output=True, text=True, check=False)
    return {line.split("|")[0].strip() for line in answer.stdout.splitlines() if "|" in line}


def _install(prefix: Sequence[str], missing: Sequence[tuple[str, ...]], progress: Progress) -> None:
    progress.step(f"System libraries: {len(missing)} missing, installing them with apt")
    apt = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-y"]
    # A failing update is no failure yet: one dead list among many is common, and the install below tells.
    follow([*apt, "update"], lambda line: progress.now("reading package lists"), lambda: None)
    packages = pick(missing, _known_packages(missing))
    unpacked: set[str] = set()

    def show(line: str) -> None:
        match = re.match(r"(?:Setting up|Unpacking) ([^ ]+)", line)
        if match:
            unpacked.add(match[1])
            progress.now(f"{len(unpacked)} packages · {match[1]}")

    status, tail = follow([*apt, "install", "--no-install-recommends", *packages], show, lambda: None)
    if status != 0:
        raise SetupError("\n".join([*tail[-8:], "", f"apt could not install: {' '.join(packages)}"]))
    progress.done(f"{len(unpacked)} packages installed")
