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
MOST_CANDIDATES = 64
STEP_SHARE = 0.1  # of a lever's way, for its sensitivity


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
    """The three best settings within bounds and budget.

    Ranking and selection: every candidate gets the same number of replications on common random numbers; the three
    best by the paired difference are run again on fresh replications, because the winner of a comparison looks
    better than it is. With the address of a Dask `scheduler` they run there, with the same numbers. Raises LineError
    where nothing can be tried, or where no indicator has the goal's name.
    """
    candidates = [c for c in _candidates(choices) if budget is None or _price(choices, c) <= budget + 1e-9]
    if not candidates:
        raise LineError("nothing can be tried", "suggest", "Choose levers, and a budget that allows a change.")
    base_seed = line.model.seed if seed is None else seed
    scenarios = [Scenario(_name(c), levers=c) for c in candidates]
    trial = _trial(scheduler, threads)
    first = trial(line, scenarios, horizon_s, SCREENING, base_seed, start, progress, cancel)
    if goal not in first.baseline.kpis:
        known = ", ".join(k for k in first.baseline.kpis if "." not in k)
        raise LineError(f'"{goal}" is no indicator of this line', "suggest", f"Known are: {known}.")
    sign = 1.0 if largest else -1.0
    gains = [sign * v.difference[goal].mean if goal in v.difference else -np.inf for v in first.scenarios]
    prices = [_price(choices, c) for c in candidates]
    order = np.lexsort((np.array(prices), -np.array(gains)))[:3]  # of equal gains the cheaper
    best = [k for k in order if gains[k] > 0]
    if not best:
        return []
    chosen = [scenarios[k] for k in best]
    again = trial(line, chosen, horizon_s, FINAL, base_seed + 1, start, progress, cancel)
    found = [
        Suggestion(candidates[k], v.difference[goal], _price(choices, candidates[k]), v)
        for k, v in zip(best, again.scenarios, strict=True)
    ]
    return sorted(found, key=lambda s: (-sign * s.gain.mean, s.price))


def _trial(scheduler: str | None, threads: int | None) -> Callable[..., Result]:
    """What runs an experiment: this machine's cores, or a cluster."""
    if scheduler is None:
        return partial(run, threads=threads)
    from twinviewer.simulation.cluster import run_on  # brings Dask in

    return partial(run_on, scheduler)


def _candidates(choices: Sequence[Choice]) -> list[dict[str, float]]:
    """A grid over the choices, coarser where it would be too large; settings that change nothing are left out."""
    steps = [max(2, c.steps) for c in choices]
    while np.prod(steps) > MOST_CANDIDATES and max(steps) > 2:
        steps[int(np.argmax(steps))] -= 1
    axes = []
    for c, n in zip(choices, steps, strict=True):
        values = np.linspace(c.low, c.high, n)
        axes.append(sorted({round(float(v)) if c.integer else float(v) for v in values} | {c.current}))
    grid = [dict(zip((c.lever for c in choices), values, strict=True)) for values in itertools.product(*axes)]
    now = {c.lever: c.current for c in choices}
    changed = [{k: v for k, v in g.items() if v != now[k]} for g in grid]
    return [c for c in changed if c][: 2 * MOST_CANDIDATES]


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
