"""Proposals for a flow model from a recording: cycle times, failures, repairs, setups, yields, power, takts."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase

import numpy as np
from scipy import stats

from twinviewer.history.recording import Recording
from twinviewer.model.state import State
from twinviewer.scene.scene import Scene
from twinviewer.simulation import evidence, fitting
from twinviewer.simulation.builder import RELEASED
from twinviewer.simulation.fitting import Fit
from twinviewer.simulation.held import Held
from twinviewer.simulation.line import Line
from twinviewer.simulation.power_fits import powers
from twinviewer.simulation.quantities import distribution
from twinviewer.simulation.scenario import Scenario

NS = 1_000_000_000
WINDOW_S = 300.0  # in which a station that neither stood nor was held up shows the takt of its source
LEAST_WINDOWS = 10
SLOWER = 1.01  # than the station could work: else it is the station that sets the pace


def calibrate(
    line: Line,
    scene: Scene,
    recording: Recording,
    from_ns: int,
    to_ns: int,
    progress: Callable[[float, str], None] | None = None,
) -> list[Fit]:
    """One proposal per figure of every station; those without enough data say so and propose nothing.

    Stations with too few failures of their own are pooled where together they have enough. `progress` hears how much
    is done (0 to 1) and of which station is read; what it raises ends the work.
    """
    found: list[Fit] = []
    up_s: dict[str, float] = {}
    down: dict[str, np.ndarray] = {}
    for place, (name, s) in enumerate(line.station.items()):
        if progress is not None:
            progress(place / (len(line.station) + 1), name)
        assets = evidence.known_assets(line, scene, name)
        path = f'station."{name}"'
        if not assets:
            found.append(Fit(path, None, 0, note="no asset of the scene"))
            continue
        held = Held(recording, scene, assets, from_ns, to_ns)
        cycle = evidence.cycles(held, scene, assets, from_ns, to_ns)
        found.append(fitting.times(f"{path}.time", cycle * s.speed, str(s.time)))
        history = [evidence.intervals(held, scene, a, from_ns, to_ns) for a in assets]
        fits, up_s[name], down[name] = _failures(path, history, line, name)
        found += fits
        setups = np.concatenate([h.whole(State.SETUP) for h in history])
        if s.setup is not None or len(setups):
            found.append(fitting.times(f"{path}.setup", setups, str(s.setup or ""), fitting.LEAST_FAILURES))
        good = evidence.increase(held, scene, assets, "count_good", "GoodCount", from_ns, to_ns)
        bad = evidence.increase(held, scene, assets, "count_scrap", "ScrapCount", from_ns, to_ns)
        current = str(s.quality.yield_) if s.quality is not None else "1"
        found.append(fitting.share(f"{path}.quality.yield", good, bad, current))
        found += powers(path, s, scene, held, assets, from_ns, to_ns)
    return [*_pooled(found, up_s, down), *_takts(line, scene, recording, from_ns, to_ns)]


def _failures(
    path: str, history: list[evidence.Intervals], line: Line, name: str
) -> tuple[list[Fit], float, np.ndarray]:
    """Proposals for MTBF and MTTR, the time in which it could fail (s), and the repairs that were seen whole (s)."""
    s = line.station[name]
    operating = s.failure is None or s.failure.clock == "operating"
    states = (State.RUNNING, State.SETUP)
    if not operating:
        states = (*states, State.IDLE, State.BLOCKED, State.STARVED)
    up_s = sum(h.seconds(*states) for h in history)
    failures = sum(evidence.failures(h) for h in history)
    down = np.concatenate([evidence.repairs(h) for h in history])
    was = (str(s.failure.mtbf), str(s.failure.mttr)) if s.failure is not None else ("", "")
    mttr = fitting.times(f"{path}.failure.mttr", down, was[1], fitting.LEAST_FAILURES)
    return [fitting.mtbf(f"{path}.failure.mtbf", up_s, failures, was[0]), mttr], up_s, down


def _pooled(found: list[Fit], up_s: dict[str, float], down: dict[str, np.ndarray]) -> list[Fit]:
    """Where single stations have too few failures, the rate and the repairs of all of these together."""
    few = [n for n in up_s if any(f.path == f'station."{n}".failure.mtbf' and f.value is None for f in found)]
    failures = sum(f.n for f in found if f.value is None and f.path.endswith(".failure.mtbf"))
    whole = np.concatenate([down[n] for n in few]) if few else np.zeros(0)
    mtbf = fitting.mtbf("", sum(up_s[n] for n in few), failures)
    mttr = fitting.times("", whole, "", fitting.LEAST_FAILURES)
    if len(few) < 2 or mtbf.value is None or mttr.value is None:
        return found
    note = f"pooled: {len(few)} stations with too few failures of their own"
    changed = []
    for f in found:
        if f.value is None and f.path in {f'station."{n}".failure.{k}' for n in few for k in ("mtbf", "mttr")}:
            of = mtbf if f.path.endswith("mtbf") else mttr
            f = replace(of, path=f.path, current=f.current, note=note)
        changed.append(f)
    return changed


def _takts(line: Line, scene: Scene, recording: Recording, from_ns: int, to_ns: int) -> Iterable[Fit]:
    """How far apart parts are released, where a source feeds its station more slowly than the station works."""
    for name, source in line.source.items():
        assets = evidence.known_assets(line, scene, source.feeds)
        if source.policy not in RELEASED or not assets:
            continue
        path, current = f'source."{name}".takt', "" if source.takt is None else str(source.takt)
        apart = _apart(Held(recording, scene, assets, from_ns, to_ns), scene, assets, from_ns, to_ns)
        n = len(apart)
        if n < LEAST_WINDOWS:
            note = f"too little data: {n} stretches of {WINDOW_S / 60:g} min at full flow, of at least {LEAST_WINDOWS}"
            yield Fit(path, None, n, current=current, note=note)
            continue
        s = line.station[source.feeds]
        kinds = [s.time] if isinstance(s.time, str | int | float) else list(s.time.values())
        own_s = float(np.mean([distribution(t).mean for t in kinds])) / s.speed / s.machines
        mean = 1 / float((1 / apart).mean())
        half = float(stats.t.ppf(0.975, n - 1) * apart.std(ddof=1) / math.sqrt(n))
        if mean - half < SLOWER * own_s:
            yield Fit(path, None, n, mean, mean - half, mean + half, current=current, note="the station sets the pace")
        else:
            yield Fit(path, f"{mean:.4g} s", n, mean, mean - half, mean + half, current=current)


def _apart(recording: Held, scene: Scene, assets: Sequence[str], from_ns: int, to_ns: int) -> np.ndarray:
    """Seconds per part of each window in which no machine of a station stood, was set up or was blocked."""
    edges = np.arange(from_ns / NS, to_ns / NS, WINDOW_S)
    clear = np.ones(max(0, len(edges) - 1), bool)
    made = np.zeros(len(clear))
    for asset in assets:
        seen = evidence.intervals(recording, scene, asset, from_ns, to_ns)
        held = ~np.isin(seen.state, (State.RUNNING, State.IDLE, State.STARVED))
        for a, b in zip(seen.begin_s[held], seen.end_s[held], strict=True):
            first, last = np.searchsorted(edges, (a - WINDOW_S, b))  # and one window after it: it catches up
            clear[max(0, first - 1) : last + 1] = False
        for role, key in (("count_good", "GoodCount"), ("count_scrap", "ScrapCount")):
            tag = evidence.tag_of(scene, asset, role, key)
            if tag is not None and recording.number_of_row[tag.index] >= 0 and len(clear):
                time_s, value = evidence.samples(recording, tag, from_ns, to_ns)
                at = np.searchsorted(time_s, edges, "right") - 1
                known = np.where(at >= 0, value[np.maximum(at, 0)] if len(value) else 0.0, np.nan)
                made += np.diff(known)
    usable = clear & np.isfinite(made) & (made > 0)
    return WINDOW_S / made[usable]


def accepted(fits: list[Fit], chosen: Sequence[str]) -> Scenario:
    """The proposals that a person accepts, as a scenario's patches: by path, by a glob of paths ("*.time"), by the name
    of a station or source, or "all"."""
    patterns = [p.replace('"', "") for p in chosen]
    values = {f.path: f.value for f in fits if f.value is not None and _chosen(f.path.replace('"', ""), patterns)}
    for path in {p for p in values if p.endswith((".mtbf", ".mttr"))}:  # a failure needs both
        other = path[:-4] + ("mttr" if path.endswith("mtbf") else "mtbf")
        if other not in values and not any(f.path == other and f.current for f in fits):
            del values[path]
    return Scenario("calibration", values, note="fitted from a recording")


def unmatched(fits: Sequence[Fit], chosen: Sequence[str]) -> list[str]:
    """Those of a person's choices that fit no proposal at all, not even one with too little data."""
    paths = [f.path.replace('"', "") for f in fits]
    return [c for c in chosen if not any(_chosen(p, [c.replace('"', "")]) for p in paths)]


def _chosen(path: str, patterns: Sequence[str]) -> bool:
    return any(
        p == "all" or fnmatchcase(path, p) or path.startswith((f"station.{p}.", f"source.{p}.")) for p in patterns
    )
