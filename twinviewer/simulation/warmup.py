"""How much of the beginning to discard: MSER-5 on the number of parts in the system."""

import numpy as np

from twinviewer.simulation.replication import Replication
from twinviewer.simulation.tables import Tables

PILOTS = 5
BINS = 500
BATCH = 5


def mser5(series: np.ndarray) -> int:
    """Observations to discard (White 1997): the truncation that gives the least standard error of the rest.

    `series` is float64 (n,); it is averaged in batches of five. Never more than half of the series.
    """
    means = series[: len(series) // BATCH * BATCH].reshape(-1, BATCH).mean(1)
    n = len(means)
    if n < 4:
        return 0
    tail = means[::-1]
    count = np.arange(1, n + 1)
    mean = np.cumsum(tail) / count
    squares = np.cumsum(tail**2) - count * mean**2
    error = (np.maximum(squares, 0.0) / count**2)[::-1]  # of the batches from k on
    return int(np.argmin(error[: n // 2 + 1])) * BATCH


def warmup_s(tables: Tables, seed: int) -> float:
    """The warm-up of a line that starts empty, from the averaged parts in the system of a few pilot replications."""
    edges = np.linspace(0, tables.horizon_s, BINS + 1)[1:]
    area = np.zeros((PILOTS, BINS))
    k = 0
    while k < PILOTS:
        one = Replication(tables, seed, k, profile=False)
        for j, t in enumerate(edges):
            one.run(float(t))
            if one.exhausted:
                break
            area[k, j] = one.globals["area"][0]
        if one.exhausted:
            tables.grow(len(one.parts))
            continue
        k += 1
    wip = np.diff(area.mean(0), prepend=0.0)
    return mser5(wip) * tables.horizon_s / BINS
