"""Writes installer/constraints.txt from `.venv`: `python3 installer/pin.py`, after a change of the requirements."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEAD = "# Versions that are known to work together. Written by installer/pin.py from a set-up whose tests pass.\n"


def pins(frozen: str) -> list[str]:
    """The `name==version` lines of `pip freeze`, without the project itself and anything from a path or an address."""
    lines = (line.strip() for line in frozen.splitlines())
    kept = [line for line in lines if "==" in line and not line.startswith(("-", "#")) and " @ " not in line]
    return sorted(kept, key=str.lower)


def main() -> int:
    python = ROOT / ".venv" / "bin" / "python"
    command = [str(python), "-m", "pip", "freeze", "--exclude-editable", "--exclude", "twinviewer"]
    frozen = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    lines = pins(frozen)
    (ROOT / "installer" / "constraints.txt").write_text(HEAD + "\n".join(lines) + "\n", "utf-8")
    print(f"{len(lines)} versions pinned")
    return 0


if __name__ == "__main__":
    sys.exit(main())
