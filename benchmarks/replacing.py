"""Replays whole lives under two policies: replace at the best fixed age, or when the prognosis says it is time.

Models, and the told remaining life at which a job is released, are learned from other units (three folds). A planned
replacement costs 1, a failure 5, as usual in the literature on age replacement; a job has to be released ten cycles
before it is done.
"""

import numpy as np

from twinviewer.maintenance.lives import Lives
from twinviewer.maintenance.release import first_release, release_limit
from twinviewer.maintenance.remaining_life import fit

PLANNED, FAILED = 1.0, 5.0
LEAD = 10
FOLDS = 3
LEAST_AGE = 20  # cycles before which nothing is decided


def part_of(lives: Lives, units: np.ndarray) -> Lives:
    """Some units of a table."""
    begin = lives.start.tolist()
    rows = np.concatenate([np.arange(begin[u], begin[u + 1]) for u in units])
    sizes = [begin[u + 1] - begin[u] for u in units]
    start = np.concatenate([[0], np.cumsum(sizes)])
    return Lives(lives.time[rows], lives.values[rows], lives.columns, start, tuple(lives.names[u] for u in units))


def best_fixed_age(lengths: np.ndarray) -> tuple[float, float]:
    """The age with the least cost per 1,000 cycles on these lives, and that cost."""
    ages = np.arange(20, int(lengths.max()) + 1)
    cost = [np.where(lengths > a, PLANNED, FAILED).sum() / np.minimum(lengths, a).sum() for a in ages]
    best = int(np.argmin(cost))
    return float(ages[best]), 1000 * float(cost[best])


def costs(lives: Lives, seed: int = 1) -> tuple[float, float]:
    """Cost per 1,000 cycles: (by prognosis, at the best fixed age of the other units)."""
    order = np.random.default_rng(seed).permutation(len(lives.names))
    paid, lived = np.zeros(2), np.zeros(2)
    for fold in range(FOLDS):
        out = order[fold::FOLDS]
        rest = np.setdiff1d(order, out)
        known = part_of(lives, rest)
        model, lengths = fit(known), np.diff(known.start)
        limit = release_limit(known, model.left_out(), LEAD, PLANNED, FAILED, LEAST_AGE)
        age = best_fixed_age(lengths)[0]
        for unit in out:
            length = int(lives.start[unit + 1] - lives.start[unit])
            alone = part_of(lives, np.array([unit]))
            done = first_release(model.at_every_row(alone), alone.time, limit, LEAST_AGE) + LEAD
            for k, when in enumerate((done, age)):
                paid[k] += PLANNED if when < length else FAILED
                lived[k] += min(when, length)
    ours, fixed = (1000 * paid / lived).tolist()
    return ours, fixed
