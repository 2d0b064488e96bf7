"""Remaining useful life from whole lives of like units, with an interval that is calibrated on lives left out.

Protocol: the remaining life is capped (125 by default, as usual for turbofan data: Heimes 2008), because far from its
end a unit shows nothing that would tell 150 from 200. Regressor: histogram gradient boosting over trend features that
are normalised by operating regime. Interval: split-conformal residuals (Vovk et al. 2005) of whole units that the
model had not seen, weighted by how near their prediction was, since uncertainty shrinks towards the end.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.model_selection import GroupKFold
from threadpoolctl import threadpool_limits

from twinviewer.maintenance import features, regimes
from twinviewer.maintenance.lives import LEAST_UNITS, Lives
from twinviewer.maintenance.regimes import Regimes
from twinviewer.model.errors import DataError

CAP = 125.0
FOLDS = 5
MEMBERS = 3
FAR_WEIGHT = 0.3  # of a row beyond the cap: youth is long and looks alike, and would draw what is told towards the cap
CAUTION = 0.02  # of the cap: to tell a life as too long costs more than to tell it as too short
LONG_LIFE, CAP_SHARE = 5.0, 0.6  # median lives above so many caps: the cap becomes this share of the median life
LEAST_EFFECT = 0.25  # standard deviations between youth and end below which a signal says nothing about wear
NEW_UNITS = 0.9  # a tail of the residuals is cut a tenth shorter: new units differ more than the ones left out
NEAR = 6.0 / CAP  # width of the neighbourhood of like predictions, as a share of the cap
USUAL_ROWS = 200  # of a life, for which the spans of the features are made; they are as much longer as lives have more
MOST_ROWS = 120_000  # that are learned from; of more, each so-and-so-manieth, since neighbours are alike
ENOUGH_ROWS = 4_000  # for one member; of more rows each member learns from others, which makes them differ too
RIDGE = 10.0  # rows' worth of doubt about what the level of a signal says of the remaining life
LEAF = 20  # rows at least in a leaf, fewer where there are few


def _member(seed: int, rows: int) -> HistGradientBoostingRegressor:
    # each split looks at a third of the features, which makes the members differ: their mean is better than any of
    # them; rows of one life resemble each other, so that stopping early on left-out rows would tell nothing
    return HistGradientBoostingRegressor(
        max_iter=250,
        learning_rate=0.05,
        max_leaf_nodes=15,
        max_bins=63,  # as good as 255 for noisy signals, in half of the time
        min_samples_leaf=int(np.clip(rows // 40, 3, LEAF)),
        l2_regularization=5.0,
        max_features=0.3,
        early_stopping=False,  # type: ignore[arg-type]  # the stub knows "auto" alone
        random_state=seed,
    )


@dataclass(frozen=True)
class Regressors:
    """The mean of several regressors that differ by chance only: steadier than one of them."""

    members: tuple[HistGradientBoostingRegressor, ...]

    @classmethod
    def fitted(cls, table: np.ndarray, truth: np.ndarray, cap: float = np.inf) -> "Regressors":
        """Learn from features float64 (n, k) and what is to be predicted float64 (n,), at most `cap`."""
        weight = np.where(truth < cap, 1.0, FAR_WEIGHT)
        step = int(np.clip(len(truth) // ENOUGH_ROWS, 1, MEMBERS))
        parts = [slice(seed % step, None, step) for seed in range(MEMBERS)]
        # one thread: on a busy machine several of them wait for each other many times longer than they work
        with threadpool_limits(1, "openmp"):
            return cls(
                tuple(
                    _member(seed, len(truth[part])).fit(table[part], truth[part], weight[part])
                    for seed, part in enumerate(parts)
                )
            )

    def predict(self, table: np.ndarray) -> np.ndarray:
        """float64 (n,)"""
        with threadpool_limits(1, "openmp"):
            return np.mean([member.predict(table) for member in self.members], axis=0)


@dataclass(frozen=True)
class Prediction:
    """Per unit: remaining life and the bounds of its interval, float64 (units,), in the unit of the time column."""

    names: tuple[object, ...]
    rul: np.ndarray
    low: np.ndarray
    high: np.ndarray


@dataclass(frozen=True)
class LifeModel:
    """A fitted model: predicts for units that still run. `columns` are the signals it needs, in order."""

    columns: tuple[str, ...]
    used: np.ndarray
    fused: np.ndarray  # what the level of each used signal adds to one of all of them, float64 (used,)
    regimes: Regimes
    regressor: Regressors
    held_out: np.ndarray  # predictions for rows of units left out, float64 (n,)
    residual: np.ndarray  # truth minus those predictions, sorted, float64 (n,)
    cap: float
    row: np.ndarray  # of the training table, of each of these, int64 (n,)
    units: int  # whole lives that were learned from
    stretch: int  # by which the spans of the features are longer than usual
    origin: float | None  # the age zero of the time column, None: each unit's first row

    def predict(self, lives: Lives, level: float = 0.8) -> Prediction:
        """Remaining life at each unit's last row, with an interval that holds `level` of the truths."""
        rul = self._told(self._features(lives, lives.last))
        bounds = np.array([self._bounds(r, level) for r in rul]).reshape(-1, 2)
        return Prediction(lives.names, rul, bounds[:, 0], bounds[:, 1])

    def at_every_row(self, lives: Lives) -> np.ndarray:
        """float64 (n,): remaining life at each row, from the rows of its unit up to it."""
        return self._told(self._features(lives, np.arange(len(lives.time))))

    def left_out(self) -> np.ndarray:
        """float64 (n,): for each row of the training table, what was told (last) when its unit was left out."""
        order = np.argsort(self.row)
        rows = self.row[order]
        return self.held_out[order][np.searchsorted(rows, np.arange(rows[-1] + 1), "right") - 1]

    def _features(self, lives: Lives, rows: np.ndarray) -> np.ndarray:
        return _features(lives.aged(self.origin), self.regimes, self.used, self.fused, self.stretch, rows)

    def _told(self, table: np.ndarray) -> np.ndarray:
        return _capped(self.regressor.predict(table), self.cap)

    def _bounds(self, rul: float, level: float) -> tuple[float, float]:
        weight = np.exp(-0.5 * ((self.held_out - rul) / (NEAR * self.cap)) ** 2)
        share = np.cumsum(weight) / weight.sum()
        # rows of one life are alike, so that it is the units that count: with few of them a quantile is told too narrow
        tail = NEW_UNITS * max((1 - level) / 2 - (1 + level) / 2 / self.units, 0.0)
        low, high = (self.residual[min(int(np.searchsorted(share, q)), len(share) - 1)] for q in (tail, 1 - tail))
        return float(np.clip(rul + low, 0, rul)), float(np.clip(rul + high, rul, self.cap))


def _capped(predicted: np.ndarray, cap: float) -> np.ndarray:
    return np.clip(predicted - CAUTION * cap, 0.0, cap)


def cap_for(lives: Lives) -> float:
    """`CAP`, which is told in cycles; a share of the median life where lives last several times as long as it."""
    lasted = lives.time[lives.last] - lives.time[lives.start[:-1]]
    usual = float(np.median(lasted)) if len(lasted) else 0.0
    return CAP if usual <= LONG_LIFE * CAP else float(f"{CAP_SHARE * usual:.2g}")


def _features(
    lives: Lives, found: Regimes, used: np.ndarray, fused: np.ndarray, stretch: int, rows: np.ndarray
) -> np.ndarray:
    z = features.held(found.normalise(lives.values)[:, used], ~np.isfinite(lives.values[:, used]), lives.start)
    if len(fused):
        z = np.column_stack([z, z @ fused])
    return features.of_lives(z, lives.time, lives.start, stretch, rows)


def _fused(level: np.ndarray, truth: np.ndarray, cap: float) -> np.ndarray:
    """float64 (k,): weights that make of the levels float64 (n, k) one signal with less scatter than each, by ridge
    regression on the remaining life."""
    weight = np.where(truth < cap, 1.0, FAR_WEIGHT)
    design = np.column_stack([level, np.ones(len(level))])
    squares = design.T @ (design * weight[:, None]) + RIDGE * np.eye(design.shape[1])
    return np.linalg.solve(squares, design.T @ (truth * weight))[:-1]


def _learned(lives: Lives) -> np.ndarray:
    """The rows that are learned from: the first of each unit, and each so-and-so-manieth up to its last."""
    step = -(-len(lives.time) // MOST_ROWS)
    before_end = lives.last[lives.owner] - np.arange(len(lives.time))
    kept = before_end % step == 0
    kept[lives.start[:-1]] = True
    return np.flatnonzero(kept)


def _signals_of_wear(lives: Lives, found: Regimes) -> np.ndarray:
    """Signals whose level differs between the youth and the end of lives; all of them where none does clearly."""
    z = found.normalise(lives.values)
    phase = lives.time / np.maximum(lives.end_time, 1e-12)
    if not z.shape[1]:
        return np.zeros(0, np.int64)
    young, old = phase < 0.4, phase > 0.9
    if not (young.any() and old.any()):
        return np.arange(z.shape[1])
    effect = np.abs(z[old].mean(0) - z[young].mean(0))
    used = np.nonzero(effect > LEAST_EFFECT)[0]
    return used if len(used) else np.arange(z.shape[1])


def fit(lives: Lives, cap: float | None = CAP, progress: Callable[[float, str], None] | None = None) -> LifeModel:
    """Learn from whole lives: the last row of each unit is its failure. Raises DataError for too few of them.

    `cap` is the longest remaining life that is told; None chooses it (`cap_for`).

    `progress(fraction, text)` may raise to cancel.
    """
    longest = _longest(lives)
    cap = min(cap_for(lives) if cap is None else cap, longest)
    origin = lives.origin
    lives = lives.aged(origin)
    tell = progress or (lambda fraction, text: None)
    tell(0.0, "finding operating regimes")
    found = regimes.find(lives)
    used = _signals_of_wear(lives, found)
    stretch = max(1, round(float(np.median(np.diff(lives.start))) / USUAL_ROWS))
    rows = _learned(lives)
    truth = np.minimum(lives.end_time - lives.time, cap)[rows]
    alone = _features(lives, found, used, np.zeros(0), stretch, rows)
    # a weight per signal from all lives: what a life that is left out adds to it tells next to nothing of its own end
    fused = _fused(alone[:, : len(used)], truth, cap)
    table = _features(lives, found, used, fused, stretch, rows)
    held_out = _held_out(table, truth, lives.owner[rows], cap, tell)
    regressor = Regressors.fitted(table, truth, cap)
    order = np.argsort(truth - held_out, kind="stable")
    residual, units = (truth - held_out)[order], len(lives.names)
    held_out, rows = held_out[order], rows[order]
    return LifeModel(
        lives.columns, used, fused, found, regressor, held_out, residual, cap, rows, units, stretch, origin
    )


def _longest(lives: Lives) -> float:
    """How long the longest life lasted. Raises DataError for too few lives to learn from."""
    if len(lives.names) < LEAST_UNITS:
        raise DataError(
            f"{len(lives.names)} whole lives are too few to learn from",
            "training table",
            f"At least {LEAST_UNITS} are needed; with age alone use the Weibull prognosis.",
        )
    lasted = lives.time[lives.last] - lives.time[lives.start[:-1]]
    if (lasted > 0).sum() < LEAST_UNITS:
        text = "the units have one row each"
        raise DataError(text, "training table", "A life needs its rows from the beginning to the failure.")
    return float(lasted.max())


def _held_out(
    table: np.ndarray, truth: np.ndarray, owner: np.ndarray, cap: float, tell: Callable[[float, str], None]
) -> np.ndarray:
    """float64 (n,): what is predicted for each row float64 (n, k) of a life that was left out; the last that is told is
    the part that learns from all of them."""
    held_out = np.zeros(len(truth))
    folds = min(FOLDS, len(np.unique(owner)))
    for k, (rest, left) in enumerate(GroupKFold(folds).split(table, truth, owner)):
        tell((k + 0.2) / (folds + 1), f"learning, part {k + 1} of {folds + 1}")
        held_out[left] = _capped(Regressors.fitted(table[rest], truth[rest], cap).predict(table[left]), cap)
    tell(folds / (folds + 1), f"learning, part {folds + 1} of {folds + 1}")
    return held_out
