"""Which lever moves what most, and which settings of chosen levers are best: with evidence from fresh replications."""

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from twinviewer.model.errors import LineError
from twinviewer.simulation.levers import Lever
from twinviewer.simulation.line import Line
from twinviewer.simulation.results import Difference, Result, Variant
from twinviewer.simulation.runs import Progress, Start, run
from twinviewer.simulation.scenario import Scenario

SCREENING, FINAL = 10, 30  # replications of every candidate, and of the three best
MOST_CANDIDATES = 100
LEAST_STEP = 0.05  # of a lever's way, at which the pattern search ends
STEP_SHARE = 0.1  # of a lever's way, for its sensitivity


Settings = tuple[tuple[str, float], ...]  # levers that are moved, and where to


@dataclass(frozen=True)
class Choice:
    """A lever within bounds; `cost` is what one unit of change costs in the time that is simulated."""

    lever: str
    low: float
    high: float
    steps: int = 3
    cost: float = 0.0
    integer: bool = False
    current: float = 0.0


@dataclass(frozen=True)
class Suggestion:
    """A setting of levers with its evidence: `result` compares it with the baseline on replications that did not
    choose it; `gain` is the difference in the goal, `price` what the change costs."""

    settings: Mapping[str, float]
    gain: Difference
    price: float
    result: Variant


@dataclass(frozen=True)
class Effect:
    """How much an indicator changes when one lever moves by one step up (`by`, in the lever's unit)."""

    lever: str
    label: str
    by: float
    differences: Mapping[str, Difference]


def suggest(
    line: Line,
    choices: Sequence[Choice],
    goal: str = "throughput_per_h",
    largest: bool = True,
    budget: float | None = None,
    horizon_s: float | None = None,
    seed: int | None = None,
    start: Start | None = None,
    progress: Progress | None = None,
    cancel: Callable[[], bool] | None = None,
    threads: int | None = None,
    scheduler: str | None = None,
) -> list[Suggestion]:
    """The three best settings within bounds and budget, over any number of levers.

    Up to MOST_CANDIDATES combinations of the levers' steps are all tried. Of more, that many are spread over the bounds
    (every lever alone at both ends, then a Latin hypercube, McKay, Beckman and Conover 1979), and a pattern search
    (Hooke and Jeeves 1961) goes on from the best: one lever at a time, the steps halved where none helps.

    Ranking and selection: every candidate gets the same number of replications on common random numbers; the three
    best by the paired difference are run again on fresh replications, because the winner of a comparison looks
    better than it is. With the address of a Dask `scheduler` they run there, with the same numbers. A search that
    `cancel` ends gives what was run to its end, or nothing. Raises LineError where nothing can be tried, or where no
    indicator has the goal's name.
    """
    base_seed = line.model.seed if seed is None else seed
    sign = 1.0 if largest else -1.0
    trial = _trial(scheduler, threads)
    tried: dict[Settings, float] = {}

    def ended() -> bool:
        return cancel is not None and cancel()

    def screen(candidates: Sequence[Settings]) -> None:
        new = [c for c in dict.fromkeys(candidates) if c and c not in tried]
        new = [c for c in new if budget is None or _price(choices, dict(c)) <= budget + 1e-9]
        if not new:
            return
        scenarios = [Scenario(_name(dict(c)), levers=dict(c)) for c in new]
        result = trial(line, scenarios, horizon_s, SCREENING, base_seed, start, progress, cancel)
        if ended() and goal not in result.baseline.kpis:
            return
        if goal not in result.baseline.kpis:
            known = ", ".join(k for k in result.baseline.kpis if "." not in k)
            raise LineError(f'"{goal}" is no indicator of this line', "suggest", f"Known are: {known}.")
        for c, v in zip(new, result.scenarios, strict=True):
            tried[c] = sign * v.difference[goal].mean if goal in v.difference else -np.inf

    def best(n: int) -> list[Settings]:
        # of equal gains the cheaper, and then the one that moves fewer levers
        return sorted(tried, key=lambda c: (-tried[c], _price(choices, dict(c)), len(c)))[:n]

    every = _grid(choices)
    screen(every if every is not None else _spread(choices, base_seed, budget))
    if not tried and ended():
        return []
    if not tried:
        raise LineError("nothing can be tried", "suggest", "Choose levers, and a budget that allows a change.")
    share = 0.5  # of a lever's way
    while every is None and share >= LEAST_STEP and not ended():
        before = best(1)
        screen([n for c in best(3) for n in _around(choices, dict(c), share)])
        if best(1) == before:
            share /= 2
    chosen = [dict(c) for c in best(3) if tried[c] > 0]
    if not chosen:
        return []
    scenarios = [Scenario(_name(c), levers=c) for c in chosen]
    again = trial(line, scenarios, horizon_s, FINAL, base_seed ^ 1, start, progress, cancel)
    found = [
        Suggestion(c, v.difference[goal], _price(choices, c), v)
        for c, v in zip(chosen, again.scenarios, strict=True)
        if goal in v.difference  # it is not where the search was ended before
    ]
    return sorted(found, key=lambda s: (-sign * s.gain.mean, s.price, len(s.settings)))


def _trial(scheduler: str | None, threads: int | None) -> Callable[..., Result]:
    """What runs an experiment: this machine's cores, or a cluster."""
    if scheduler is None:
        return partial(run, threads=threads)
    from twinviewer.simulation.cluster import run_on  # brings Dask in

    return partial(run_on, scheduler)


def _grid(choices: Sequence[Choice]) -> list[Settings] | None:
    """All combinations of the choices' steps and present values; None where they are too many."""
    axes = [
        sorted({_rounded(c, v) for v in np.linspace(c.low, c.high, max(2, c.steps))} | {c.current}) for c in choices
    ]
    if np.prod([float(len(a)) for a in axes]) > MOST_CANDIDATES:
        return None
    return [_settings(choices, values) for values in itertools.product(*axes)]


def _spread(choices: Sequence[Choice], seed: int, budget: float | None) -> list[Settings]:
    """Settings spread over the bounds: one lever at an end, then all of them, drawn nearer to the present where they
    cost more than the budget."""
    now = [c.current for c in choices]
    found = [
        _settings(choices, [*now[:k], end, *now[k + 1 :]]) for k, c in enumerate(choices) for end in (c.low, c.high)
    ]
    n = max(MOST_CANDIDATES - len(found), MOST_CANDIDATES // 2)
    places = np.array([np.random.default_rng((seed % 2**64, k)).permutation(n) for k in range(len(choices))]) / (n - 1)
    for place in places.T:
        values = [c.low + p * (c.high - c.low) for c, p in zip(choices, place, strict=True)]
        price = _price(choices, {c.lever: v for c, v in zip(choices, values, strict=True)})
        near = min(1.0, budget / price) if budget is not None and price > 0 else 1.0
        values = [_rounded(c, c.current + near * (v - c.current)) for c, v in zip(choices, values, strict=True)]
        found.append(_settings(choices, values))
    return found


def _around(choices: Sequence[Choice], at: Mapping[str, float], share: float) -> list[Settings]:
    """One lever of a setting moved up, down, or back to where it is now."""
    values = [at.get(c.lever, c.current) for c in choices]
    found: list[Settings] = []
    for k, c in enumerate(choices):
        step = max(share * (c.high - c.low), 1.0 if c.integer else 0.0)
        for v in (values[k] - step, values[k] + step, c.current):
            moved = c.current if v == c.current else _rounded(c, min(c.high, max(c.low, v)))
            found.append(_settings(choices, [*values[:k], moved, *values[k + 1 :]]))
    return found


def _rounded(c: Choice, value: float) -> float:
    return round(float(value)) if c.integer else float(value)


def _settings(choices: Sequence[Choice], values: Sequence[float]) -> Settings:
    """What differs from how it is now."""
    return tuple((c.lever, v) for c, v in zip(choices, values, strict=True) if v != c.current)


def _price(choices: Sequence[Choice], settings: Mapping[str, float]) -> float:
    return sum(c.cost * abs(settings[c.lever] - c.current) for c in choices if c.lever in settings)


def _name(settings: Mapping[str, float]) -> str:
    return ", ".join(f"{k} = {v:g}" for k, v in settings.items())


def sensitivity(
    line: Line,
    chosen: Sequence[Lever],
    horizon_s: float | None = None,
    replications: int = SCREENING,
    seed: int | None = None,
    start: Start | None = None,
    progress: Progress | None = None,
    cancel: Callable[[], bool] | None = None,
    threads: int | None = None,
) -> list[Effect]:
    """The effect of one step of each slider on every indicator, on common random numbers."""
    moved: list[tuple[Lever, float]] = []
    for lever in chosen:
        if lever.kind != "slider" or lever.high <= lever.low:
            continue
        step = (
            max(1.0, round(STEP_SHARE * (lever.high - lever.low)))
            if lever.integer
            else STEP_SHARE * (lever.high - lever.low)
        )
        up = min(lever.high, lever.current + step)
        if up > lever.current:
            moved.append((lever, up))
    scenarios = [Scenario(lever.id, levers={lever.id: value}) for lever, value in moved]
    result = run(line, scenarios, horizon_s, replications, seed, start, progress, cancel, threads)
    return [
        Effect(lever.id, lever.label, value - lever.current, v.difference)
        for (lever, value), v in zip(moved, result.scenarios, strict=True)
    ]


def strongest(effects: Sequence[Effect], kpi: str) -> list[Effect]:
    """Effects on one indicator, the largest significant ones first."""
    there = [e for e in effects if kpi in e.differences]
    return sorted(there, key=lambda e: (not e.differences[kpi].significant, -abs(e.differences[kpi].mean)))


def choice_of(lever: Lever, cost: float = 0.0, steps: int = 3) -> Choice:
    """A choice over a slider's whole way."""
    if lever.kind != "slider":
        raise LineError(f'lever "{lever.id}" is no slider', "suggest", "Choose sliders.")
    return Choice(lever.id, lever.low, lever.high, steps, cost, lever.integer, float(lever.current))
