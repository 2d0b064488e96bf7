"""Distributions and rates from observed times and counts, with sample size and goodness of fit."""

import math
from dataclasses import dataclass

import numpy as np
from scipy import stats

LEAST_TIMES, LEAST_FAILURES, LEAST_PARTS = 20, 5, 200
# KS distance times the root of n that a right family with fitted parameters passes in 5 % and 1 % of cases: Lilliefors
# (1967, 1969) for normal and exponential, Chandra, Singpurwalla and Stephens (1981) for extreme values (Weibull).
CRITICAL = {
    "lognormal": (0.886, 1.031),
    "normal": (0.886, 1.031),
    "exponential": (1.06, 1.25),
    "weibull": (0.874, 1.007),
}
CLOSE = 0.03  # a KS distance that matters to nobody, however many observations tell it from zero
OBSERVED = 65  # quantiles that stand for the observations where no family fits


@dataclass(frozen=True)
class Fit:
    """One proposal for the flow model. `value` is None where there is too little data (`note` says so).

    `ks` is the Kolmogorov-Smirnov distance of the best family, `quality` what it says ("good", "fair", or "poor": then
    the value is the observations' own distribution); low and high bound the mean, MTBF or share at 95 %.
    """

    path: str
    value: str | float | None
    n: int
    mean: float = math.nan
    low: float = math.nan
    high: float = math.nan
    ks: float = math.nan
    quality: str = ""
    current: str = ""
    note: str = ""


def times(path: str, seconds: np.ndarray, current: str = "", least: int = LEAST_TIMES) -> Fit:
    """The family of least AIC among lognormal, Weibull, normal and exponential for positive times (s), or where even
    that one fits poorly, the observed times themselves."""
    x = np.asarray(seconds, float)
    x = x[np.isfinite(x) & (x > 0)]
    n = len(x)
    if n < least:
        return Fit(path, None, n, current=current, note=f"too little data: {n} of at least {least}")
    mean, half = float(x.mean()), float(stats.t.ppf(0.975, n - 1) * x.std(ddof=1) / math.sqrt(n))
    if x.std() < 1e-6 * mean:
        return Fit(path, f"{mean:.4g} s", n, mean, mean, mean, 0.0, "good", current)
    text, frozen = min(((t, f) for t, f, _ in _families(x, mean)), key=lambda c: _aic(x, c[1]))
    ks = float(stats.kstest(x, frozen.cdf).statistic)
    quality, note = _quality(text.partition("(")[0], ks, n), ""
    if quality == "poor" and n >= OBSERVED:
        text = f"empirical({', '.join(f'{v:.5g} s' for v in np.quantile(x, np.linspace(0, 1, OBSERVED)))})"
        note = "no family fits: the observed times themselves"
    return Fit(path, text, n, mean, mean - half, mean + half, ks, quality, current, note)


def _quality(family: str, ks: float, n: int) -> str:
    fair, poor = CRITICAL[family]
    if ks <= CLOSE or ks * math.sqrt(n) <= fair:
        return "good"
    return "fair" if ks * math.sqrt(n) <= poor else "poor"


def _families(x: np.ndarray, mean: float) -> list:
    log = np.log(x)
    sigma = float(log.std())
    center = math.exp(float(log.mean()) + sigma * sigma / 2)
    cv = math.sqrt(math.expm1(sigma * sigma))
    found = [
        (f"lognormal({center:.5g} s, cv={cv:.3g})", stats.lognorm(sigma, scale=math.exp(float(log.mean()))), 2),
        (f"exponential({mean:.5g} s)", stats.expon(scale=mean), 1),
        (f"normal({mean:.5g} s, sd={x.std():.4g} s)", stats.norm(mean, x.std()), 2),
    ]
    shape, _, scale = stats.weibull_min.fit(x, floc=0)
    found.append((f"weibull(scale={scale:.5g} s, shape={shape:.4g})", stats.weibull_min(shape, scale=scale), 2))
    return found


def _aic(x: np.ndarray, frozen: object) -> float:
    k = 1 if frozen.dist.name == "expon" else 2  # type: ignore[attr-defined]
    return 2 * k - 2 * float(frozen.logpdf(x).sum())  # type: ignore[attr-defined]


def mtbf(path: str, operating_s: float, failures: int, current: str = "") -> Fit:
    """Mean operating time between failures: time / failures, with the chi-square interval of a Poisson process."""
    if failures < LEAST_FAILURES:
        text = f"too little data: {failures} failures of at least {LEAST_FAILURES}"
        return Fit(path, None, failures, current=current, note=text)
    mean = operating_s / failures
    low = 2 * operating_s / float(stats.chi2.ppf(0.975, 2 * failures + 2))
    high = 2 * operating_s / float(stats.chi2.ppf(0.025, 2 * failures))
    return Fit(path, f"exponential({mean:.5g} s)", failures, mean, low, high, current=current)


def share(path: str, good: float, bad: float, current: str = "") -> Fit:
    """The share of good parts with its Wilson interval."""
    n = round(good + bad)
    if n < LEAST_PARTS:
        return Fit(path, None, n, current=current, note=f"too little data: {n} parts of at least {LEAST_PARTS}")
    p, z = good / n, 1.959964
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return Fit(path, round(p, 5), n, p, centre - half, min(1.0, centre + half), current=current)
