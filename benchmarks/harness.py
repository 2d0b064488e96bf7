"""Prints figures with their bounds, and measures two sides of a ratio under the same conditions."""

import gc
import json
import operator
import re
import statistics
import time
from collections.abc import Callable
from typing import Any

_OPERATORS: dict[str, Callable[[float, float], bool]] = {
    "<=": operator.le,
    "≤": operator.le,
    ">=": operator.ge,
    "≥": operator.ge,
    "==": operator.eq,
    "=": operator.eq,
    "<": operator.lt,
    ">": operator.gt,
}
_BOUND = re.compile(r"^\s*(<=|≤|>=|≥|==|=|<|>)?\s*(-?[\d.]+(?:[eE][+-]?\d+)?)\s*$")

_results: list[bool] = []


def holds(value: float, bound: str) -> bool:
    """Whether `value` keeps to `bound`: an operator and a number ("<= 1.25", "≥ 8"); a bare number means equality.

    An empty bound always holds (a figure that is only told). NaN holds nowhere. Raises ValueError on any other text.
    """
    if not bound:
        return value == value
    match = _BOUND.match(bound)
    if match is None:
        raise ValueError(f"not a bound: {bound!r}")
    return bool(_OPERATORS[match[1] or "=="](value, float(match[2])))


def figure(name: str, value: float, unit: str, sides: dict[str, Any], bound: str) -> bool:
    """Print one figure as a JSON line, remember whether it holds for `exit_code`, and return that.

    `sides` is what the value was made of, for example `{"ours_ms": 4.1, "theirs_ms": 33.0}`.
    """
    value = float(value)
    kept = holds(value, bound)
    _results.append(kept)
    line = {"name": name, "value": _short(value), "unit": unit, "sides": _short(sides), "bound": bound, "holds": kept}
    print(json.dumps(line, ensure_ascii=False), flush=True)
    return kept


def exit_code() -> int:
    """0 when every figure printed so far holds, 1 when one does not or none was printed."""
    return 0 if _results and all(_results) else 1


def interleaved(a: Callable[[], object], b: Callable[[], object], repeats: int = 7) -> tuple[float, float]:
    """Median CPU seconds of this process for one call of `a` and one of `b`, measured in turns.

    Each side is called once beforehand (caches, compilation). The order alternates from repeat to repeat, so that
    neither side always runs on what the other left in the caches. Work in other processes or on a GPU is not counted.
    """
    return _interleaved(a, b, repeats, time.process_time)


def interleaved_wall(a: Callable[[], object], b: Callable[[], object], repeats: int = 7) -> tuple[float, float]:
    """As `interleaved`, in wall-clock seconds: for work that waits or that other processes do."""
    return _interleaved(a, b, repeats, time.perf_counter)


def best(call: Callable[[], object], repeats: int = 5, clock: Callable[[], float] = time.perf_counter) -> float:
    """Least seconds of `repeats` calls after one unmeasured call: what the code costs with the least disturbance."""
    call()
    return min(_timed(call, clock) for _ in range(repeats))


def _interleaved(
    a: Callable[[], object], b: Callable[[], object], repeats: int, clock: Callable[[], float]
) -> tuple[float, float]:
    if repeats < 1:
        raise ValueError("repeats must be at least 1")
    a()
    b()
    times: tuple[list[float], list[float]] = ([], [])
    for turn in range(repeats):
        for side in (0, 1) if turn % 2 == 0 else (1, 0):
            times[side].append(_timed((a, b)[side], clock))
    return statistics.median(times[0]), statistics.median(times[1])


def _timed(call: Callable[[], object], clock: Callable[[], float]) -> float:
    """Seconds of one call, with the garbage collector held off so neither pays for the other's rubbish."""
    was_enabled = gc.isenabled()
    gc.collect()
    gc.disable()
    try:
        start = clock()
        call()
        return clock() - start
    finally:
        if was_enabled:
            gc.enable()


def _short(value: Any) -> Any:
    """`value` with floats cut to five significant digits, for reading."""
    if isinstance(value, dict):
        return {key: _short(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_short(item) for item in value]
    if hasattr(value, "item"):
        value = value.item()
    return float(f"{value:.5g}") if isinstance(value, float) else value
