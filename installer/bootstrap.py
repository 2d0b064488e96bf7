#!/usr/bin/env python3
"""Sets everything up and runs it: `python3 installer/bootstrap.py demo | test [pytest arguments] | setup`.

This file keeps to syntax that Python 3.6 reads, so that an older Python says what is missing instead of failing.
"""

import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve()
OLDEST, NEWEST = (3, 11), (3, 13)
USAGE = """usage: python3 installer/bootstrap.py COMMAND

  demo            set up, start the simulated factory and open the window on it
  test [ARGS]     set up, run the test suite (ARGS go to pytest)
  setup [--test]  set up only (with --test: what the tests and the linters need too)
"""


def supported(version):
    """Whether twinviewer runs on the Python of this (major, minor, ...)."""
    return OLDEST <= tuple(version[:2]) <= NEWEST


def find_python():
    """The words that start a supported Python on this machine, or None; each candidate is asked, as a launcher may be
    hollow. On Windows Pythons stand behind the launcher `py`, not under names of their own."""
    launcher = shutil.which("py")
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        path = shutil.which(f"python3.{minor}")
        for words in ([path] if path else [], [launcher, f"-3.{minor}"] if launcher else []):
            ask = [*words, "-c", f"import sys; print(sys.version_info[:2] == (3, {minor}))"]
            if words and _answer(ask) == b"True":
                return words
    return None


def _answer(command):
    """What a command prints, b"" where it cannot be run."""
    try:
        return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False).stdout.strip()
    except OSError:
        return b""


def main(arguments):
    """Run one command and return the exit status, under another Python where this one is not supported."""
    if not arguments or arguments[0] in ("-h", "--help"):
        print(USAGE, end="")
        return 0 if arguments else 2
    if supported(sys.version_info):
        root = str(HERE.parent.parent)
        if root not in sys.path:
            sys.path.insert(0, root)
        from installer import commands

        return commands.run(arguments[0], arguments[1:], USAGE)
    other = find_python()
    if other is not None:
        return subprocess.call([*other, str(HERE), *arguments])
    print(
        f"twinviewer needs Python 3.{OLDEST[1]} to 3.{NEWEST[1]}; this is Python "
        f"{sys.version_info[0]}.{sys.version_info[1]}. Install one of them and run this again with it.",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
