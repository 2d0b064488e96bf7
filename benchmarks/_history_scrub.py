"""A process of its own that scrubs through a day and prints its memory (MB): idle, most, after."""

import sys
from pathlib import Path

from benchmarks.history import scrub_through

if __name__ == "__main__":
    print(*scrub_through(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
