"""Writes to a tag table as fast as it can: in every sample, all columns say the same number."""

import sys
from pathlib import Path

import numpy as np

from twinviewer.model.sample import SampleBatch
from twinviewer.tags.table import TagTable


def batch(slots: np.ndarray, number: int) -> SampleBatch:
    """Samples whose every column and text follow from `number`; every seventh tag is text."""
    n = len(slots)
    text = dict.fromkeys(np.flatnonzero(slots % 7 == 0).tolist(), f"{number} " * 4)
    columns = np.full(n, number, np.int64)
    return SampleBatch(slots, columns.astype(float), columns.astype(np.uint32), columns, columns, number, text)


def main() -> None:
    table = TagTable.open(Path(sys.argv[1]), "key")
    rng = np.random.default_rng(7)
    print("READY", flush=True)
    for number in range(1, 10**9):
        size = int(rng.integers(1, table.n + 1)) if number % 4 == 0 else int(rng.integers(1, 40))
        table.write(batch(rng.choice(table.n, size, replace=False).astype(np.int32), number))


if __name__ == "__main__":
    main()
