"""What a set of replications says: indicators with intervals, paired differences, the bottleneck."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import stdtrit

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean with its interval; low and high are NaN where one replication alone cannot tell."""

    mean: float
    low: float
    high: float

    @property
    def half_width(self) -> float:
        """Half of the interval."""
        return (self.high - self.low) / 2


@dataclass(frozen=True, slots=True)
class Difference:
    """Scenario less baseline, paired by replication; `significant` when the interval leaves out zero."""

    mean: float
    low: float
    high: float
    significant: bool


@dataclass(frozen=True, slots=True)
class Bottleneck:
    """The station that is busy for the largest part of its open time, and its lead over the second (shares)."""

    station: str
    load: float
    second: str
    margin: Estimate


@dataclass(frozen=True, slots=True)
class Variant:
    """One model (the baseline or a scenario): `samples` float64 (replications, indicators) in the order of `names`."""

    name: str
    names: tuple[str, ...]
    samples: np.ndarray
    kpis: Mapping[str, Estimate]
    difference: Mapping[str, Difference]
    bottleneck: Bottleneck | None
    late_orders: tuple[str, ...]
    events: int


@dataclass(frozen=True, slots=True)
class Result:
    """All variants after so many replications."""

    baseline: Variant
    scenarios: tuple[Variant, ...]
    replications: int
    seed: int
    horizon_s: float
    warmup_s: float
    wall_s: float
    notes: tuple[str, ...] = ()


def estimates(names: tuple[str, ...], samples: np.ndarray, confidence: float = CONFIDENCE) -> dict[str, Estimate]:
    """Mean and Student t interval of every column; columns without any number are left out."""
    columns = (x.tolist() for x in intervals(samples, confidence))
    return {n: Estimate(mean, low, high) for n, mean, low, high in zip(names, *columns, strict=True) if mean == mean}


def differences(
    names: tuple[str, ...], base: Mapping[str, int], ours: np.ndarray, theirs: np.ndarray
) -> dict[str, Difference]:
    """Paired differences of the columns that both have; `base` maps a name to its column of `theirs`."""
    shared = [(k, base[n]) for k, n in enumerate(names) if n in base]
    if not shared:
        return {}
    delta = ours[:, [k for k, _ in shared]] - theirs[:, [j for _, j in shared]]
    found: dict[str, Difference] = {}
    for (k, _), mean, low, high in zip(shared, *(x.tolist() for x in intervals(delta)), strict=True):
        if mean == mean:
            found[names[k]] = Difference(mean, low, high, low > 0 or high < 0)
    return found


def intervals(samples: np.ndarray, confidence: float = CONFIDENCE) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean, low and high of each column of float64 (n, k), over the rows that hold a number."""
    there = np.isfinite(samples)
    n = there.sum(0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(there, samples, 0.0).sum(0) / n
        square = np.where(there, samples - mean, 0.0) ** 2
        deviation = np.sqrt(square.sum(0) / (n - 1))
        half = stdtrit(np.maximum(n - 1, 1), 0.5 + confidence / 2) * deviation / np.sqrt(n)
    half = np.where(n > 1, half, np.nan)
    return mean, mean - half, mean + half


def bottleneck(stations: tuple[str, ...], names: tuple[str, ...], samples: np.ndarray) -> Bottleneck | None:
    """From the columns `load.STATION`; None for a line of no station."""
    column = {n: k for k, n in enumerate(names)}
    loads = samples[:, [column[f"load.{s}"] for s in stations]]
    if not loads.size:
        return None
    mean, _, _ = intervals(loads)
    order = np.argsort(-np.nan_to_num(mean), kind="stable")
    first = int(order[0])
    second = int(order[1]) if len(order) > 1 else first
    m, low, high = intervals((loads[:, first] - loads[:, second])[:, None])
    margin = Estimate(float(m[0]), float(low[0]), float(high[0]))
    return Bottleneck(stations[first], float(mean[first]), stations[second] if second != first else "", margin)


def as_json(result: Result) -> dict[str, object]:
    """The object that `twinviewer simulate --json` prints."""
    return {
        "baseline": _numbers(result.baseline.kpis),
        "scenarios": [
            {
                "name": s.name,
                "kpis": _numbers(s.kpis),
                "difference": {
                    k: {"mean": _n(d.mean), "low": _n(d.low), "high": _n(d.high), "significant": d.significant}
                    for k, d in s.difference.items()
                },
            }
            for s in result.scenarios
        ],
        "replications": result.replications,
        "seed": result.seed,
        "wall_s": round(result.wall_s, 4),
        "horizon_s": result.horizon_s,
        "warmup_s": result.warmup_s,
        "bottleneck": {v.name: _bottleneck(v) for v in (result.baseline, *result.scenarios)},
        "late_orders": {v.name: list(v.late_orders) for v in (result.baseline, *result.scenarios)},
        "notes": list(result.notes),
    }


def _numbers(kpis: Mapping[str, Estimate]) -> dict[str, dict[str, float | None]]:
    return {k: {"mean": _n(e.mean), "low": _n(e.low), "high": _n(e.high)} for k, e in kpis.items()}


def _n(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _bottleneck(v: Variant) -> dict[str, object] | None:
    b = v.bottleneck
    if b is None:
        return None
    margin = {"mean": _n(b.margin.mean), "low": _n(b.margin.low), "high": _n(b.margin.high)}
    return {"station": b.station, "load": b.load, "second": b.second, "margin": margin}


def finite(value: Any) -> Any:
    """Plain data for JSON: NaN and infinity become null, also inside mappings and sequences."""
    if isinstance(value, Mapping):
        return {str(k): finite(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [finite(v) for v in value]
    return _n(value) if isinstance(value, float) else value
