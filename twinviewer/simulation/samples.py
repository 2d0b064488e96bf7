"""What is known of each variant of an experiment so far, wherever its replications ran."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from twinviewer.simulation.results import Result, Variant, bottleneck, differences, estimates


@dataclass
class Samples:
    """One variant: `rows` holds a float64 (len(names),) for each replication, in their order."""

    name: str
    names: tuple[str, ...]
    stations: tuple[str, ...]
    orders: tuple[str, ...]
    rows: list[np.ndarray] = field(default_factory=list)
    events: int = 0

    def add(self, rows: Iterable[np.ndarray], events: int) -> None:
        """The replications that follow, and the events handled in them."""
        self.rows += rows
        self.events += events


def result_of(
    variants: Sequence[Samples],
    replications: int,
    seed: int,
    horizon_s: float,
    warmup_s: float,
    wall_s: float,
    notes: tuple[str, ...],
) -> Result:
    """What the first `replications` of every variant say; the first variant is the baseline."""
    base = variants[0]
    columns = {n: k for k, n in enumerate(base.names)}
    theirs = _table(base, replications)
    found = [_variant(v, base, columns, theirs, replications) for v in variants]
    return Result(found[0], tuple(found[1:]), replications, seed, horizon_s, warmup_s, wall_s, notes)


def _table(v: Samples, n: int) -> np.ndarray:
    return np.array(v.rows[:n], np.float64).reshape(n, len(v.names))


def _variant(v: Samples, base: Samples, columns: dict[str, int], theirs: np.ndarray, n: int) -> Variant:
    samples = _table(v, n)
    kpis = estimates(v.names, samples)
    difference = differences(v.names, columns, samples, theirs) if v is not base else {}
    late = tuple(o for o in v.orders if f"late.{o}" in kpis and kpis[f"late.{o}"].mean > 0.5)
    narrow = bottleneck(v.stations, v.names, samples) if n else None
    return Variant(v.name, v.names, samples, kpis, difference, narrow, late, v.events)
