"""Small lines with known answers, and how to run them."""

from typing import Any

import numpy as np

from twinviewer.simulation.line import Line, parse_line
from twinviewer.simulation.replication import Outcome, replicate
from twinviewer.simulation.tables import build


def queue(rate: float, time: str, machines: int = 1) -> Line:
    """Poisson arrivals at one station without limit of room."""
    return parse_line(
        {
            "station": {"a": {"time": time, "machines": machines}},
            "source": {"s": {"feeds": "a", "policy": f"exponential({1 / rate!r} s)"}},
        }
    )


def tandem(n: int, room: int, time: str = "exponential(1 s)", **station: Any) -> Line:
    """A saturated line of `n` alike stations with `room` places between them."""
    stations = {f"m{k}": {"time": time, "buffer": room, **station} for k in range(n)}
    return parse_line({"station": stations, "source": {"s": {"feeds": "m0"}}})


def outcomes(line: Line, horizon_s: float, n: int, seed: int = 1, warmup_s: float | None = None) -> list[Outcome]:
    """Independent replications."""
    tables = build(line, horizon_s)
    begin = horizon_s / 50 if warmup_s is None else warmup_s
    return [replicate(tables, seed, k, begin, profile=False) for k in range(n)]


def rate(found: list[Outcome]) -> tuple[float, float]:
    """Good parts per second, and its standard error."""
    return mean([o.done.sum() / o.span_s for o in found])


def lead(found: list[Outcome]) -> tuple[float, float]:
    """Mean time in the system in seconds, and its standard error."""
    return mean([o.lead_s for o in found])


def mean(values: list[float]) -> tuple[float, float]:
    """Mean and standard error."""
    return float(np.mean(values)), float(np.std(values, ddof=1) / np.sqrt(len(values)))


def agrees(found: tuple[float, float], expected: float, most: float) -> bool:
    """Whether an estimate agrees with the exact value: within 4 standard errors, which are small enough to tell."""
    value, error = found
    assert error <= most * expected, f"standard error {error} is too large to tell"
    return abs(value - expected) <= 4 * error + 1e-9 * expected
