"""When a prognosis should release a job: the told remaining life below which acting costs least, by earlier lives."""

from itertools import pairwise

import numpy as np

from twinviewer.maintenance.lives import Lives

CANDIDATES = 120
NEIGHBOURS = 0.15  # share of the range of candidates over which costs are averaged: a few lives make a ragged curve


def first_release(told: np.ndarray, age: np.ndarray, limit: float, least_age: float) -> float:
    """The age at which what is `told` (n,) first falls to `limit`, after `least_age`; inf where it never does."""
    rows = np.flatnonzero((told <= limit) & (age >= least_age))
    return float(age[rows[0]]) if len(rows) else np.inf


def release_limit(
    lives: Lives, told: np.ndarray, lead: float, planned_cost: float, failed_cost: float, least_age: float = 0.0
) -> float:
    """The told remaining life at which to release a job, of least cost per time over whole lives.

    `told` float64 (n,) is what was told at each row, by a model that had not seen the row's unit; a job is done `lead`
    after its release; a unit that fails before costs `failed_cost`, another `planned_cost`.
    """
    limits = np.linspace(lead, max(float(told.max()), lead), CANDIDATES)
    paid, lived = np.zeros(CANDIDATES), np.zeros(CANDIDATES)
    for a, b in pairwise(lives.start.tolist()):
        # the running minimum falls, so that each limit is met first where it falls to it
        age = lives.time[a:b]
        lowest = np.minimum.accumulate(np.where(age >= least_age, told[a:b], np.inf))
        at = np.searchsorted(-lowest, -limits, side="left")
        done = np.where(at < b - a, age[np.minimum(at, b - a - 1)] + lead, np.inf)
        failed = done >= age[-1]
        paid += np.where(failed, failed_cost, planned_cost)
        lived += np.minimum(done, age[-1])
    cost = paid / lived
    width = max(1, int(NEIGHBOURS * CANDIDATES)) | 1
    smooth = np.convolve(np.pad(cost, width // 2, mode="edge"), np.ones(width) / width, mode="valid")
    return float(limits[int(smooth.argmin())])
