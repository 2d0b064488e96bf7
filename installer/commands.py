"""The installer's commands: what happens in which order, and what the person reads meanwhile."""

import io
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from installer import display, environment, system
from installer.errors import SetupError
from installer.progress import Progress

ROOT = Path(__file__).resolve().parent.parent
INTERRUPTED = 130
WINDOWS = [f"tests/{part}" for part in ("app", "cli", "gui", "panels", "view")]  # they share a screen
WITHOUT_WINDOWS = ["-n", "2", "--dist", "loadfile", *(f"--ignore={part}" for part in WINDOWS)]  # they mostly wait
SCREENLESS = (
    "There is no screen here, so the window cannot open. Start this on a desktop (or over `ssh -X`), "
    "or draw a picture without one: python3 installer/bootstrap.py setup && "
    "{twinviewer} snapshot scenes/assembly-hall -o hall.png"
)


def run(command: str, arguments: Sequence[str], usage: str) -> int:
    """Carry out one command and return the exit status; every failure is a sentence on stderr."""
    for stream in (sys.stdout, sys.stderr):  # a folder's name may have letters that a console cannot show
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    actions = {"demo": _demo, "test": _test, "setup": _setup}
    if command not in actions:
        print(f"There is no command {command!r}.\n\n{usage}", end="", file=sys.stderr)
        return 2
    previous = signal.signal(signal.SIGTERM, _stop)
    try:
        return actions[command](arguments)
    except SetupError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. The same command goes on from where this one was.", file=sys.stderr)
        return INTERRUPTED
    finally:
        signal.signal(signal.SIGTERM, previous)


def set_up(test: bool, root: Path = ROOT) -> environment.Environment:
    """Bring the machine and `.venv` to what pyproject.toml asks; silent where nothing is to do. Raises SetupError."""
    progress = Progress(sys.stdout)
    venv = environment.Environment(root)
    try:
        system.ensure(test, not venv.ready(test), progress)
        venv.ensure(test, progress)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        remedy = f"Set-up writes into {venv.folder}: see that it may, and that there is room."
        raise SetupError(f"{where}{error.strerror or error}. {remedy}") from error
    return venv


def _setup(arguments: Sequence[str]) -> int:
    unknown = [a for a in arguments if a != "--test"]
    if unknown:
        raise SetupError(f"setup does not know {' '.join(unknown)}; it takes --test or nothing.")
    venv = set_up(test="--test" in arguments)
    print(f"Ready. Start it with {_shown(venv.script('twinviewer'))}, or see: python3 installer/bootstrap.py demo")
    return 0


def _demo(arguments: Sequence[str]) -> int:
    if not display.usable(os.environ):
        shown = _shown(environment.Environment(ROOT).script("twinviewer"))
        raise SetupError(SCREENLESS.format(twinviewer=shown))
    venv = set_up(test=False)
    command = [str(venv.python), "-m", "twinviewer", "demo", *arguments]
    return subprocess.call(command, cwd=ROOT)


def _test(arguments: Sequence[str]) -> int:
    venv = set_up(test=True)
    parts = [arguments] if arguments else [WITHOUT_WINDOWS, WINDOWS]
    with display.screen(os.environ) as env:
        codes = [subprocess.call([str(venv.python), "-m", "pytest", *part], cwd=ROOT, env=env) for part in parts]
    return next((code for code in codes if code), 0)


def _stop(number: int, frame: FrameType | None) -> None:
    """A polite kill unwinds like Ctrl-C, so that the virtual display and pip end with us."""
    raise KeyboardInterrupt


def _shown(path: Path) -> str:
    """`path` as a person would type it from the checkout."""
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)
