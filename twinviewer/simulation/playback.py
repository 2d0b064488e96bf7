"""One replication as it goes: the state of every asset and the queue of every station at any of its moments."""

from dataclasses import dataclass

import numpy as np

from twinviewer.model.state import State
from twinviewer.simulation import records as r
from twinviewer.simulation.line import Line
from twinviewer.simulation.lint import assets_of
from twinviewer.simulation.replication import replicate
from twinviewer.simulation.runs import Start, model_of
from twinviewer.simulation.scenario import Scenario
from twinviewer.simulation.tables import horizon_of

MOST_LINES = 2_000_000  # of the trace
SHOWN = {
    r.OFF: State.OFFLINE,
    r.STARVED: State.STARVED,
    r.SETTING_UP: State.SETUP,
    r.RUNNING: State.RUNNING,
    r.BLOCKED: State.BLOCKED,
    r.DOWN: State.FAULT,
    r.WAITING_CREW: State.FAULT,
    r.WAITING_OPERATOR: State.IDLE,
    r.WAITING_MATERIAL: State.STARVED,
    r.MAINTAINED: State.MAINTENANCE,
}


@dataclass(frozen=True)
class Playback:
    """`time_s`, `machine`, `state` (`State`), `queued` (parts before the machine's station) are the changes in order.

    `assets` names the asset of each machine, `station` gives its station's row, `stations` their names. `whole_s` is
    how far the changes reach: less than the horizon where there were too many to keep.
    """

    time_s: np.ndarray
    machine: np.ndarray
    state: np.ndarray
    queued: np.ndarray
    assets: tuple[str, ...]
    station: np.ndarray
    stations: tuple[str, ...]
    whole_s: float

    def at(self, time_s: float) -> tuple[dict[str, State], dict[str, int]]:
        """States by asset and queues by station at a moment."""
        end = int(np.searchsorted(self.time_s, time_s, side="right"))
        states = dict.fromkeys(self.assets, State.STARVED)
        queues = dict.fromkeys(self.stations, 0)
        last = np.full(len(self.assets), -1)
        last[self.machine[:end]] = np.arange(end)
        newest: dict[int, int] = {}
        for m in np.flatnonzero(last >= 0):
            k = int(last[m])
            states[self.assets[m]] = State(int(self.state[k]))
            row = int(self.station[m])
            newest[row] = max(newest.get(row, -1), k)
        for row, k in newest.items():
            queues[self.stations[row]] = int(self.queued[k])
        return states, queues


def play(
    line: Line,
    scenario: Scenario | None = None,
    horizon_s: float | None = None,
    seed: int | None = None,
    number: int = 0,
    start: Start | None = None,
) -> Playback:
    """Run one replication and keep what it did. Raises LineError."""
    span_s = horizon_of(line) if horizon_s is None else horizon_s
    model = model_of(line, span_s, scenario)
    t = model.tables
    trace = replicate(t, line.model.seed if seed is None else seed, number, 0.0, start, trace=MOST_LINES).trace
    station = t.machines["station"].astype(np.int64)
    real = int((station < t.stations_shown).sum())
    kept = trace[trace["machine"] < real]
    assets: list[str] = []
    for name, s in model.line.station.items():
        named = assets_of(model.line, name)
        assets += [named[k] if k < len(named) else f"{name}#{k + 1}" for k in range(s.machines)]
    state = np.array([int(SHOWN[k]) for k in range(r.N_STATES)])[kept["state"]]
    whole_s = span_s if len(trace) < MOST_LINES else float(trace["t"][-1])
    return Playback(
        kept["t"].copy(),
        kept["machine"].astype(np.int64),
        state,
        kept["queued"].astype(np.int64),
        tuple(assets),
        station[:real],
        t.station_names[: t.stations_shown],
        whole_s,
    )
