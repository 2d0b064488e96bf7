"""Proposals for a flow model from a recording: cycle times, failures, repairs, setups, yields."""

import numpy as np

from twinviewer.history.recording import Recording
from twinviewer.model.state import State
from twinviewer.scene.scene import Scene
from twinviewer.simulation import evidence, fitting
from twinviewer.simulation.fitting import Fit
from twinviewer.simulation.line import Line
from twinviewer.simulation.scenario import Scenario


def calibrate(line: Line, scene: Scene, recording: Recording, from_ns: int, to_ns: int) -> list[Fit]:
    """One proposal per figure of every station; those without enough data say so and propose nothing."""
    found: list[Fit] = []
    for name, s in line.station.items():
        assets = evidence.known_assets(line, scene, name)
        if not assets:
            found.append(Fit(f'station."{name}"', None, 0, note="no asset of the scene"))
            continue
        path = f'station."{name}"'
        cycle = evidence.cycles(recording, scene, assets, from_ns, to_ns)
        found.append(fitting.times(f"{path}.time", cycle * s.speed, str(s.time)))
        history = [evidence.intervals(recording, scene, a, from_ns, to_ns) for a in assets]
        found += _failures(path, history, line, name)
        setups = np.concatenate([h.whole(State.SETUP) for h in history])
        if s.setup is not None or len(setups):
            found.append(fitting.times(f"{path}.setup", setups, str(s.setup or ""), fitting.LEAST_FAILURES))
        good = evidence.increase(recording, scene, assets, "count_good", "GoodCount", from_ns, to_ns)
        bad = evidence.increase(recording, scene, assets, "count_scrap", "ScrapCount", from_ns, to_ns)
        current = str(s.quality.yield_) if s.quality is not None else "1"
        found.append(fitting.share(f"{path}.quality.yield", good, bad, current))
    return found


def _failures(path: str, history: list[evidence.Intervals], line: Line, name: str) -> list[Fit]:
    s = line.station[name]
    operating = s.failure is None or s.failure.clock == "operating"
    states = (State.RUNNING, State.SETUP)
    if not operating:
        states = (*states, State.IDLE, State.BLOCKED, State.STARVED)
    up_s = sum(h.seconds(*states) for h in history)
    failures = sum(int((h.state[1:] == State.FAULT).sum()) for h in history)
    down = np.concatenate([h.whole(State.FAULT) for h in history])
    was = (str(s.failure.mtbf), str(s.failure.mttr)) if s.failure is not None else ("", "")
    mttr = fitting.times(f"{path}.failure.mttr", down, was[1], fitting.LEAST_FAILURES)
    return [fitting.mtbf(f"{path}.failure.mtbf", up_s, failures, was[0]), mttr]


def accepted(fits: list[Fit], paths: list[str]) -> Scenario:
    """The proposals that a person accepts ("all": every one), as a scenario's patches."""
    plain = {p.replace('"', "") for p in paths}
    chosen = {
        f.path: f.value for f in fits if f.value is not None and ("all" in plain or f.path.replace('"', "") in plain)
    }
    pairs = {p for p in chosen if p.endswith((".mtbf", ".mttr"))}
    for path in pairs:  # a failure needs both
        other = path[:-4] + ("mttr" if path.endswith("mtbf") else "mtbf")
        if other not in chosen and not any(f.path == other and f.current for f in fits):
            del chosen[path]
    return Scenario("calibration", chosen, note="fitted from a recording")
