"""The virtual environment `.venv`: made, filled from pyproject.toml and constraints.txt, known to be whole."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

from installer.errors import SetupError
from installer.process import follow
from installer.progress import Progress

_STAMP = "twinviewer-setup.json"
_UNFINISHED = "twinviewer-unfinished"
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==", re.MULTILINE)


class Environment:
    """The `.venv` of one checkout. `ensure` costs a few file reads when there is nothing to do."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / ".venv"
        self.constraints = root / "installer" / "constraints.txt"

    @property
    def python(self) -> Path:
        return self.folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    def script(self, name: str) -> Path:
        """Path of an installed console script."""
        return self.folder / (f"Scripts/{name}.exe" if os.name == "nt" else f"bin/{name}")

    def ready(self, test: bool) -> bool:
        """Whether the last set-up finished, covers the tests where `test`, and is of today's requirements."""
        try:
            stamp = json.loads((self.folder / _STAMP).read_text("utf-8"))
            known = stamp["key"] == self._key() and (stamp["test"] or not test)
            return known and self.python.exists() and not self._moved()
        except (OSError, ValueError, KeyError, TypeError):
            return False

    def ensure(self, test: bool, progress: Progress) -> None:
        """Make or repair `.venv` as needed. Raises SetupError."""
        if self.ready(test):
            return
        started = time.monotonic()
        self._make(progress)
        (self.folder / _STAMP).unlink(missing_ok=True)
        self._install(test, progress)
        self._warm(progress)
        stamp = {"key": self._key(), "test": test}
        (self.folder / _STAMP).write_text(json.dumps(stamp), "utf-8")
        progress.step(f"Set up in {time.monotonic() - started:.0f} s.")

    def _key(self) -> str:
        """Hash of all that decides what belongs into `.venv`, its own Python included."""
        digest = hashlib.sha256()
        for path in (self.root / "pyproject.toml", self.constraints, self.folder / "pyvenv.cfg"):
            digest.update(path.read_bytes() + b"\0")
        return digest.hexdigest()

    def _make(self, progress: Progress) -> None:
        """Create the environment where there is none that works; one whose packages may be half written goes first."""
        if not self._sound():
            if self.folder.exists():
                why = "This folder was moved or copied" if self._moved() else "The last set-up was cut short"
                progress.step(f"{why}: starting afresh")
                shutil.rmtree(self.folder)
            progress.step(f"Making .venv with Python {sys.version_info[0]}.{sys.version_info[1]}")
            status, tail = follow([sys.executable, "-m", "venv", str(self.folder)], lambda _: None, lambda: None)
            if status != 0:
                shutil.rmtree(self.folder, ignore_errors=True)
                raise SetupError("\n".join([*tail[-8:], "", "The virtual environment could not be made."]))

    def _sound(self) -> bool:
        """Whether there is an environment that pip can work on."""
        if not self.python.exists() or (self.folder / _UNFINISHED).exists() or self._moved():
            return False
        check = "import sys, pip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))"
        return subprocess.run([self.python, "-c", check], capture_output=True, check=False).returncode == 0

    def _moved(self) -> bool:
        """Whether it was made in another folder: its scripts and its packages would still be those of that one."""
        try:
            config = (self.folder / "pyvenv.cfg").read_text("utf-8")
        except (OSError, ValueError):
            return False
        made = re.search(r"^command = .* -m venv (?:--\S+ )*(.+)$", config, re.MULTILINE)
        return made is not None and Path(made[1]).resolve() != self.folder.resolve()

    def _install(self, test: bool, progress: Progress) -> None:
        """Install the project, editable. Which index serves the packages is pip's own configuration."""
        unfinished = self.folder / _UNFINISHED
        narrator = _PipNarrator(self._pins(), unfinished, progress)
        progress.step("Packages" + (" (with those for tests)" if test else ""))
        target = f"{self.root}[test]" if test else str(self.root)
        command = [str(self.python), "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
        command += ["--progress-bar", "off", "--constraint", str(self.constraints), "--editable", target]
        status, tail = follow(command, narrator.line, narrator.beat, cwd=self.root)
        if status != 0:
            raise SetupError("\n".join([*_reasons(tail), "", "pip could not install the packages (see above)."]))
        unfinished.unlink(missing_ok=True)
        progress.done()

    def _pins(self) -> int:
        return len(_PIN.findall(self.constraints.read_text("utf-8")))

    def _warm(self, progress: Progress) -> None:
        """Compile the modules, which a read-only or careful machine would compile at every start anew, and the
        simulation's inner loops, so that the first what-if does not wait for them."""
        bytecode = [str(self.python), "-m", "compileall", "-q", str(self.root / "twinviewer")]
        subprocess.run(bytecode, capture_output=True, check=False)  # only a help: Python does without
        if not (self.root / "twinviewer" / "simulation" / "warm.py").exists():
            return
        progress.step("Compiling the simulation")
        command = [str(self.python), "-m", "twinviewer.simulation.warm"]
        status, tail = follow(command, lambda _: None, lambda: None, cwd=self.root)
        if status != 0:
            raise SetupError("\n".join([*tail[-8:], "", "The simulation could not be compiled."]))


def _reasons(tail: list[str]) -> list[str]:
    """The lines of pip's last words that say why, without its frame; all of the last ones where none does."""
    ask = "Is there a network, and are the mirror (pip config list) and the proxy (https_proxy) right?"
    if any("connection broken by" in line for line in tail):
        return [f"The package index does not answer. {ask}"]
    lines = [line.strip() for line in tail if re.search(r"\berror\b", line, re.IGNORECASE)]
    frame = ("note:", "error: subprocess-exited", "Installing build dependencies")
    told = list(dict.fromkeys(line for line in lines if not line.startswith(frame)))[-6:] or tail[-8:]
    silent = any("(from versions: none)" in line for line in tail)  # so pip says where it did not ask twice
    return [*told, f"The package index has no such thing, or does not answer. {ask}"] if silent else told


class _PipNarrator:
    """Condenses pip's report into one moving line, and marks the stretch in which a stop leaves half packages."""

    def __init__(self, expected: int, unfinished: Path, progress: Progress) -> None:
        self._expected = expected
        self._unfinished = unfinished
        self._progress = progress
        self._found: set[str] = set()
        self._text = "asking for packages"
        self._started = time.monotonic()

    def line(self, line: str) -> None:
        collecting = re.match(r"(?:Collecting|Requirement already satisfied:) ([A-Za-z0-9._-]+)", line)
        if collecting:
            self._found.add(collecting[1].lower())
            self._text = f"{min(len(self._found), self._expected)} of {self._expected} · {collecting[1]}"
        elif line.startswith("Installing collected packages"):
            self._unfinished.touch()
            self._text = f"writing {line.count(',') + 1} packages to .venv"
        self.beat()

    def beat(self) -> None:
        self._progress.now(f"{self._text} · {time.monotonic() - self._started:.0f} s")
