"""Replays whole lives under two policies: replace at the best fixed age, or when the prognosis says it is time.

Models and intervals are learned from other units (five folds). A planned replacement costs 1, a failure 5, as usual in
the literature on age replacement; a job has to be released ten cycles before it is done.
"""

import numpy as np

from twinviewer.maintenance.lives import Lives
from twinviewer.maintenance.remaining_life import fit

PLANNED, FAILED = 1.0, 5.0
LEAD = 10
FOLDS = 5
EVERY = 2


def part_of(lives: Lives, units: np.ndarray) -> Lives:
    """Some units of a table."""
    rows = np.concatenate([np.arange(lives.start[u], lives.start[u + 1]) for u in units])
    sizes = [int(lives.start[u + 1] - lives.start[u]) for u in units]
    start = np.concatenate([[0], np.cumsum(sizes)])
    return Lives(lives.time[rows], lives.values[rows], lives.columns, start, tuple(lives.names[u] for u in units))


def best_fixed_age(lengths: np.ndarray) -> float:
    """The age with the least cost per cycle on these lives."""
    ages = np.arange(20, lengths.max() + 1)
    cost = [np.where(lengths > a, PLANNED, FAILED).sum() / np.minimum(lengths, a).sum() for a in ages]
    return float(ages[int(np.argmin(cost))])


def cut_off(lives: Lives, unit: int) -> Lives:
    """One life as it looked every `EVERY` cycles: each look is a unit of its own."""
    a, b = int(lives.start[unit]), int(lives.start[unit + 1])
    ends = list(range(a + 20, b, EVERY))
    rows = np.concatenate([np.arange(a, e + 1) for e in ends])
    start = np.concatenate([[0], np.cumsum([e + 1 - a for e in ends])])
    return Lives(lives.time[rows], lives.values[rows], lives.columns, start, tuple(e - a + 1 for e in ends))


def costs(lives: Lives, seed: int = 1) -> tuple[float, float]:
    """Cost per 1,000 cycles: (by prognosis, at the best fixed age of the other units)."""
    order = np.random.default_rng(seed).permutation(len(lives.names))
    paid, lived = np.zeros(2), np.zeros(2)
    for fold in range(FOLDS):
        out = order[fold::FOLDS]
        rest = np.setdiff1d(order, out)
        known = part_of(lives, rest)
        model, lengths = fit(known), np.diff(known.start)
        margin = _margin(known, model)
        age = best_fixed_age(lengths)
        for unit in out:
            length = int(lives.start[unit + 1] - lives.start[unit])
            looks = model.predict(cut_off(lives, int(unit)))
            time_to_act = np.flatnonzero(looks.rul <= LEAD + margin)
            done = int(looks.names[time_to_act[0]]) + LEAD if len(time_to_act) else length  # type: ignore[call-overload]
            for k, when in enumerate((done, age)):
                paid[k] += PLANNED if when < length else FAILED
                lived[k] += min(when, length)
    ours, fixed = (1000 * paid / lived).tolist()
    return ours, fixed


def _margin(known: Lives, model: object) -> float:
    """Cycles of caution: how much too long the prognosis was for nine in ten units near their end, when left out."""
    near = model.held_out < 40  # type: ignore[attr-defined]
    return float(np.quantile(-model.residual[near], 0.9))  # type: ignore[attr-defined]
