"""Control charts for single values with the Western Electric rules (Statistical Quality Control Handbook, 1956)."""

from dataclasses import dataclass

import numpy as np

from twinviewer.model.errors import DataError

LEAST = 20
D2 = 1.128  # mean range of two normal values, in standard deviations
RULES = {
    1: "one value beyond three standard deviations",
    2: "two of three values beyond two standard deviations, on one side",
    3: "four of five values beyond one standard deviation, on one side",
    4: "eight values in a row on one side",
}
_NEEDED = {1: (1, 1, 3.0), 2: (2, 3, 2.0), 3: (4, 5, 1.0), 4: (8, 8, 0.0)}


@dataclass(frozen=True)
class Chart:
    """Centre and limits, learned from good times; `broken` int (n,): the first rule that each value breaks, 0: none."""

    centre: float
    sigma: float
    lower: float
    upper: float
    broken: np.ndarray


def chart(values: np.ndarray, learn: int | None = None) -> Chart:
    """An individuals chart: sigma from moving ranges of the first `learn` values (else all). Raises DataError."""
    values = np.asarray(values, float)
    base = values[: learn or len(values)]
    base = base[np.isfinite(base)]
    if len(base) < LEAST:
        raise DataError(
            f"{len(base)} values are too few for a control chart", "values", f"At least {LEAST} are needed."
        )
    centre, sigma = float(base.mean()), float(np.abs(np.diff(base)).mean() / D2)
    return Chart(centre, sigma, centre - 3 * sigma, centre + 3 * sigma, rules((values - centre) / max(sigma, 1e-12)))


def rules(z: np.ndarray) -> np.ndarray:
    """int64 (n,): the first Western Electric rule that is broken by each standardised value and those before it."""
    out = np.zeros(len(z), np.int64)
    for rule in sorted(_NEEDED, reverse=True):
        needed, of, beyond = _NEEDED[rule]
        for side in (z, -z):
            over = np.concatenate([[0], np.cumsum(side > beyond)])
            first = np.maximum(np.arange(1, len(z) + 1) - of, 0)
            out[(over[1:] - over[first] >= needed) & (side > beyond)] = rule
    return out
