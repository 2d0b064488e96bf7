"""The model started at past moments and run forward, against what the record shows happened."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from twinviewer.history.recording import Recording
from twinviewer.model.errors import LineError
from twinviewer.scene.scene import Scene
from twinviewer.simulation import evidence
from twinviewer.simulation.builder import RELEASED
from twinviewer.simulation.flow_tables import last_stations
from twinviewer.simulation.line import Line, Lot
from twinviewer.simulation.moments import at_moment
from twinviewer.simulation.past_orders import past_lots
from twinviewer.simulation.plant_now import LOADED, NS, PlantNow
from twinviewer.simulation.runs import Experiment
from twinviewer.simulation.starting import StartFrom, at_time

LIMITS = {"good": 0.05, "wip_end": 0.5, "energy_kwh": 0.10}  # mean error at which the model is no longer trusted
NAMES = {"good": "good parts", "wip_end": "parts in the line", "energy_kwh": "energy"}
DEFAULT_REPLICATIONS = 79  # the second least and the second largest bound 95 % then
LEAST_COVERAGE, LEAST_MOMENTS = 0.8, 5


@dataclass(frozen=True)
class Comparison:
    """One indicator at one moment: what happened, and the model's mean and 95 % prediction interval."""

    time_ns: int
    kpi: str
    actual: float
    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class Backtest:
    """All comparisons, and per indicator the mean relative error, the mean absolute one, the share of intervals that
    held, and the model's own noise (half of the prediction interval by its mean)."""

    horizon_s: float
    moments: int
    comparisons: tuple[Comparison, ...]
    error: dict[str, float]
    absolute_error: dict[str, float]
    coverage: dict[str, float]
    noise: dict[str, float]
    warnings: tuple[str, ...]

    @property
    def valid(self) -> bool:
        """Whether nothing speaks against trusting the model."""
        return not self.warnings


def backtest(
    line: Line,
    scene: Scene,
    recording: Recording,
    times_ns: Sequence[int],
    horizon_s: float,
    replications: int = DEFAULT_REPLICATIONS,
    seed: int = 1,
    progress: Callable[[float, str], None] | None = None,
) -> Backtest:
    """Run the model from each moment and compare. Raises LineError where the recording is too short."""
    if not times_ns:
        raise LineError("the recording is too short for a back-test", "", "Record longer, or use a shorter horizon.")
    found: list[Comparison] = []
    for k, time_ns in enumerate(times_ns):
        now = at_moment(line, scene, recording, time_ns)
        end_ns = time_ns + round(horizon_s * NS)
        then = at_time(_then(line, scene, recording, now, end_ns), now)
        result = Experiment(then, (), horizon_s, seed, StartFrom(PlantNow(now.time_ns, now.stations))).more(
            replications
        )
        actual = happened(line, scene, recording, time_ns, end_ns)
        columns = {n: j for j, n in enumerate(result.baseline.names)}
        for kpi, value in actual.items():
            x = result.baseline.samples[:, columns[kpi]]
            low, high = np.quantile(x, (0.025, 0.975), method="weibull")  # of n + 1 equally likely places
            found.append(Comparison(time_ns, kpi, value, float(x.mean()), float(low), float(high)))
        if progress is not None:
            progress((k + 1) / len(times_ns), f"moment {k + 1} of {len(times_ns)}")
    return _summary(found, horizon_s, len(times_ns))


def _then(line: Line, scene: Scene, recording: Recording, now: PlantNow, to_ns: int) -> Line:
    """The line with what was released then, as the record has it; with lots of its order book where it says nothing."""
    source = {}
    for n, s in line.source.items():
        lots = past_lots(line, scene, recording, s.feeds, now, to_ns) if s.policy in RELEASED else ()
        if not lots and s.policy == "orders":
            lots = _lots(line, s.feeds, now)
        policy = "saturated" if s.policy == "orders" else s.policy
        source[n] = s.model_copy(update={"policy": policy, "lots": lots}) if lots else s
    return line.model_copy(update={"source": source, "order": ()})


def _lots(line: Line, feeds: str, now: PlantNow) -> tuple[Lot, ...]:
    """The order book's lots of one source, in order, beginning with what its first station works on."""
    book = sorted(line.order, key=lambda o: o.priority)
    routed = [o for o in book if o.product not in line.product or line.product[o.product].route[:1] in ((), (feeds,))]
    lots = [Lot(product=o.product, quantity=o.quantity) for o in routed]
    products = [x.product for x in lots]
    shown = [m.product for m in now.stations[feeds].machines] if feeds in now.stations else []
    first = next((products.index(p) for p in shown if p in products), 0)
    return tuple(lots[first:] + lots[:first])


def happened(line: Line, scene: Scene, recording: Recording, from_ns: int, to_ns: int) -> dict[str, float]:
    """Good parts that left the line, parts in it at the end, and the energy of its stations (kWh), as recorded."""
    last = [a for name in last_stations(line) for a in evidence.known_assets(line, scene, name)]
    every = [a for name in line.station for a in evidence.known_assets(line, scene, name)]
    end = at_moment(line, scene, recording, to_ns)
    wip = sum(len(s.queue) + sum(m.state in LOADED for m in s.machines) for s in end.stations.values())
    return {
        "good": evidence.increase(recording, scene, last, "count_good", "GoodCount", from_ns, to_ns),
        "wip_end": float(wip),
        "energy_kwh": evidence.increase(recording, scene, every, "energy", "Energy", from_ns, to_ns),
    }


def moments(recording: Recording, horizon_s: float, most: int = 12, from_share: float = 0.0) -> list[int]:
    """Evenly spaced starting points such that every run ends within the recording; its first hour and the share of it
    that the model was fitted to are left out."""
    first, last = recording.span()
    begin, end = first + min(3600 * NS, (last - first) // 10), last - round(horizon_s * NS)
    begin = max(begin, first + round(from_share * (last - first)))
    if end < begin:
        return []
    n = max(1, min(most, 1 + int((end - begin) / (horizon_s * NS))))
    return [int(t) for t in np.linspace(begin, end, n)]


def _summary(found: list[Comparison], horizon_s: float, n: int) -> Backtest:
    error: dict[str, float] = {}
    absolute: dict[str, float] = {}
    coverage: dict[str, float] = {}
    noise: dict[str, float] = {}
    for kpi in LIMITS:
        rows = [c for c in found if c.kpi == kpi and c.actual > 0]
        if rows:
            error[kpi] = float(np.mean([c.mean / c.actual - 1 for c in rows]))
            absolute[kpi] = float(np.mean([abs(c.mean / c.actual - 1) for c in rows]))
            coverage[kpi] = float(np.mean([c.low <= c.actual <= c.high for c in rows]))
            noise[kpi] = float(np.mean([(c.high - c.low) / 2 / c.mean for c in rows if c.mean > 0] or [np.nan]))
    warnings = []
    if n < LEAST_MOMENTS:
        warnings.append(f"only {n} moments were tested; {LEAST_MOMENTS} are the least that says something")
    for kpi, limit in LIMITS.items():
        if kpi not in error:
            warnings.append(f"{NAMES[kpi]} could not be compared: the record has nothing of it")
        elif abs(error[kpi]) > limit:
            off = f"{error[kpi] * 100:+.1f} %, more than {limit * 100:.0f} %"
            warnings.append(f"the forecast of {NAMES[kpi]} is off by {off}")
    if "good" in coverage and coverage["good"] < LEAST_COVERAGE:
        warnings.append(f"only {coverage['good'] * 100:.0f} % of the intervals of good parts held what happened")
    return Backtest(horizon_s, n, tuple(found), error, absolute, coverage, noise, tuple(warnings))
