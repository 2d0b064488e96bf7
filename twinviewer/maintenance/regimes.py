"""Operating regimes: finds the settings under which a machine runs, and normalises every signal within each.

A setting is recognised by its behaviour, so that nobody has to name it: its values lie in a few narrow clusters, and
how often each cluster occurs does not change as the machine ages. A signal that counts wear in whole steps also has
clusters, but they drift with age, and so it stays a signal.
"""

from dataclasses import dataclass

import numpy as np

from twinviewer.maintenance.lives import Lives

GAP = 0.03  # a gap of more than this share of the range separates two clusters
WIDTH = 0.02  # a cluster's standard deviation must be below this share of the range
MOST_CLUSTERS = 16
RARE = 0.01  # a cluster or regime with a smaller share of the rows is none
DRIFT = 0.08  # total variation between early and late life above which a column follows wear
EARLY, LATE = 0.3, 0.9


@dataclass(frozen=True)
class Regimes:
    """`edges` per setting column, `codes` the combinations that occur, mean and scale (regimes, k) of each signal.

    A signal that is constant within a regime has an infinite scale, so that it becomes 0.
    """

    columns: tuple[int, ...]
    edges: tuple[np.ndarray, ...]
    codes: tuple[tuple[int, ...], ...]
    mean: np.ndarray
    scale: np.ndarray

    def of(self, values: np.ndarray) -> np.ndarray:
        """int64 (n,): the regime of each row; the nearest by its settings where the combination never occurred."""
        if not self.columns:
            return np.zeros(len(values), np.int64)
        labels = np.stack([np.digitize(values[:, c], e) for c, e in zip(self.columns, self.edges, strict=True)], 1)
        known = {code: k for k, code in enumerate(self.codes)}
        table = np.array(self.codes)
        combinations, inverse = np.unique(labels, axis=0, return_inverse=True)
        regime = [known.get(tuple(c.tolist()), int((table != c).sum(1).argmin())) for c in combinations]
        return np.array(regime, np.int64)[inverse.ravel()]

    def normalise(self, values: np.ndarray) -> np.ndarray:
        """float64 (n, k): every signal in standard deviations from its regime's mean; missing values become 0."""
        regime = self.of(values)
        return np.nan_to_num((values - self.mean[regime]) / self.scale[regime], posinf=0.0, neginf=0.0)


def clusters(x: np.ndarray) -> np.ndarray | None:
    """Edges between the clusters of one column, None where it has no clusters in the sense above."""
    x = x[np.isfinite(x)]
    if len(x) < 2:
        return None
    order = np.sort(x)
    spread = order[-1] - order[0]
    if spread <= 0:
        return None
    cuts = np.nonzero(np.diff(order) > GAP * spread)[0]
    if not 0 < len(cuts) < MOST_CLUSTERS:
        return None
    edges = (order[cuts] + order[cuts + 1]) / 2
    label = np.digitize(x, edges)
    if np.bincount(label).min() < RARE * len(x):
        return None
    widest = max(float(x[label == k].std()) for k in range(len(edges) + 1))
    return edges if widest <= WIDTH * spread else None


def _drifts(x: np.ndarray, edges: np.ndarray, phase: np.ndarray) -> bool:
    label = np.digitize(x, edges)
    early, late = (
        np.bincount(label[rows], minlength=len(edges) + 1) / max(int(rows.sum()), 1)
        for rows in (phase < EARLY, phase > LATE)
    )
    # two samples of the same shares differ by chance too, the more the fewer rows and the more clusters there are
    chance = sum(np.sqrt((len(edges) + 1) / (4 * max(int(rows.sum()), 1))) for rows in (phase < EARLY, phase > LATE))
    return bool(0.5 * np.abs(early - late).sum() > DRIFT + chance)


def find(lives: Lives) -> Regimes:
    """The regimes of a table of whole lives."""
    values = lives.values
    phase = lives.time / np.maximum(lives.end_time, 1e-12)
    found = []
    for c in range(values.shape[1]):
        edges = clusters(values[:, c])
        if edges is not None and not _drifts(values[:, c], edges, phase):
            found.append((c, edges))
    columns, edges = tuple(c for c, _ in found), tuple(e for _, e in found)
    if not columns:
        mean, scale = _moments(values)
        return Regimes((), (), ((),), mean[None], scale[None])
    labels = np.stack([np.digitize(values[:, c], e) for c, e in found], 1)
    combinations, inverse, count = np.unique(labels, axis=0, return_inverse=True, return_counts=True)
    kept = np.nonzero(count >= RARE * len(values))[0]
    if not len(kept):
        kept = np.array([int(count.argmax())])
    moments = [_moments(values[inverse.ravel() == k]) for k in kept]
    codes = tuple(tuple(combinations[k].tolist()) for k in kept)
    return Regimes(columns, edges, codes, np.array([m for m, _ in moments]), np.array([s for _, s in moments]))


def _moments(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    empty = ~np.isfinite(values).any(axis=0)
    filled = np.where(empty, 0.0, values)
    mean, scale = np.nanmean(filled, axis=0), np.nanstd(filled, axis=0)
    return mean, np.where(scale < 1e-6 * np.maximum(1.0, np.abs(mean)), np.inf, scale)
