"""Which process parameter goes with which defect: effects with intervals, judged on rows that were left out.

An association is no cause: a parameter may only travel with what causes the defect. The result says so.
"""

from dataclasses import dataclass

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import average_precision_score
from threadpoolctl import threadpool_limits

from twinviewer.model.errors import DataError

FOLDS = 5
LEAST_DEFECTS = 20
DRAWS = 200
BLOCKS = 20  # stretches of time that are drawn anew for an interval: neighbours are alike
WARNING = "An association is no cause: change the parameter in a trial before you act on it."


@dataclass(frozen=True)
class Effect:
    """Defect rate in the parameter's highest fifth minus that in its lowest, with its 80 % interval; `unique` is the
    average precision that a model loses without the parameter, on rows left out."""

    parameter: str
    effect: float
    low: float
    high: float
    unique: float


@dataclass(frozen=True)
class Association:
    """`precision` average precision of all parameters together on blocks left out; `chance` is the rate of defects."""

    effects: tuple[Effect, ...]
    precision: float
    chance: float
    warning: str = WARNING


def associated(values: np.ndarray, defect: np.ndarray, names: tuple[str, ...], seed: int = 0) -> Association:
    """float64 (n, k) parameters in order of time (NaN or infinite: missing), bool (n,) defects.

    Rows are left out in blocks of time: neighbours are alike, and a random split would promise too much. Parameters
    that never vary are passed over. Raises DataError for too few defects, or where no parameter varies.
    """
    values, defect = np.asarray(values, float), np.asarray(defect, bool)
    if values.shape != (len(defect), len(names)):
        text = f"{values.shape} values do not fit {len(defect)} rows of {len(names)} parameters"
        raise DataError(text, "parameters", "Give one row per part and one column per parameter.")
    values = np.where(np.isfinite(values), values, np.nan)
    if defect.sum() < LEAST_DEFECTS or (~defect).sum() < LEAST_DEFECTS:
        text = f"{int(defect.sum())} defects in {len(defect)} parts are too few to compare"
        raise DataError(text, "defects", f"At least {LEAST_DEFECTS} of each are needed.")
    varies = [k for k in range(len(names)) if len(np.unique(values[np.isfinite(values[:, k]), k])) > 1]
    if not varies:
        raise DataError("no parameter varies", "parameters", "What never changes cannot go with a defect.")
    values, names = values[:, varies], tuple(names[k] for k in varies)
    fold = np.arange(len(defect)) * FOLDS * 4 // len(defect) % FOLDS
    score = _left_out(values, defect, fold)
    whole = float(average_precision_score(defect, score))
    random = np.random.default_rng(seed)
    effects = []
    for k, name in enumerate(names):
        rest = np.delete(values, k, axis=1)
        without = float(average_precision_score(defect, _left_out(rest, defect, fold))) if rest.shape[1] else 0.0
        effects.append(Effect(name, *_effect(values[:, k], defect, random), whole - without))
    order = sorted(effects, key=lambda e: (-e.unique, -abs(e.effect)))
    return Association(tuple(order), whole, float(defect.mean()))


def _left_out(values: np.ndarray, defect: np.ndarray, fold: np.ndarray) -> np.ndarray:
    score = np.zeros(len(defect))
    # one thread: on a busy machine several of them wait for each other many times longer than they work
    with threadpool_limits(1, "openmp"):
        for k in range(FOLDS):
            out = fold == k
            if defect[~out].all() or not defect[~out].any():
                continue
            model = HistGradientBoostingClassifier(max_iter=80, max_leaf_nodes=8, random_state=0)
            score[out] = model.fit(values[~out], defect[~out]).predict_proba(values[out])[:, 1]
    return score


def _effect(x: np.ndarray, defect: np.ndarray, random: np.random.Generator) -> tuple[float, float, float]:
    """The effect and its bounds, from stretches of time that are drawn anew (block bootstrap: Künsch 1989)."""
    low, high = np.nanquantile(x, [0.2, 0.8])
    block = np.arange(len(x)) * BLOCKS // len(x)

    def counted(rows: np.ndarray) -> np.ndarray:
        return np.bincount(block[rows], minlength=BLOCKS).astype(float)

    top, bottom = x >= high, x <= low
    counts = np.array([counted(top), counted(top & defect), counted(bottom), counted(bottom & defect)])
    drawn = counts[:, random.integers(0, BLOCKS, (DRAWS, BLOCKS))].sum(axis=2)
    drawn = drawn[:, (drawn[0] > 0) & (drawn[2] > 0)]
    effect = float(defect[top].mean() - defect[bottom].mean())
    bounds = np.quantile(drawn[1] / drawn[0] - drawn[3] / drawn[2], [0.1, 0.9]) if drawn.shape[1] else [-1.0, 1.0]
    return effect, min(float(bounds[0]), effect), max(float(bounds[1]), effect)
