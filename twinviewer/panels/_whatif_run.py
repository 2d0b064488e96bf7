"""Makes a run that can be played out of one replication, in the worker."""

from typing import TYPE_CHECKING

import numpy as np

from twinviewer.model.state import State
from twinviewer.session.run_source import Queue, Run, Track

if TYPE_CHECKING:
    from twinviewer.scene.scene import Scene
    from twinviewer.simulation.api import Line, Playback, Scenario

_KW = {  # by which keys of a station's power a state is fed, the first that is there
    State.OFFLINE: ("off",),
    State.RUNNING: ("run",),
    State.IDLE: ("idle",),
    State.SETUP: ("setup", "idle"),
    State.BLOCKED: ("blocked", "idle"),
    State.STARVED: ("starved", "idle"),
    State.FAULT: ("down",),
    State.MAINTENANCE: ("maintenance",),
}


def run_of(line: "Line", scene: "Scene", p: "Playback", title: str, start_ns: int, narrow: str) -> Run:
    """Tracks by machine and queues by station. `line` is the one that was run, `narrow` the bottleneck's name."""
    from twinviewer.simulation.lint import assets_of

    tracks = []
    for m, asset in enumerate(p.assets):
        mine = p.machine == m
        time_s, state = p.time_s[mine], p.state[mine].astype(np.uint8)
        change = np.append(True, state[1:] != state[:-1]) if len(state) else np.zeros(0, bool)
        tracks.append(Track(asset, time_s[change], state[change], _power(line, p.stations[int(p.station[m])])))
    rows = {a.asset_id for a in scene.assets}
    queues = [_queue(line, rows, p, k, name) for k, name in enumerate(p.stations)]
    shown = tuple(assets_of(line, narrow)) if narrow in line.station else ()
    return Run(title, start_ns, p.whole_s, tuple(tracks), tuple(queues), shown)


def _power(line: "Line", station: str) -> np.ndarray:
    kw = np.full(len(State), np.nan)
    table = line.station[station].power
    for state, keys in _KW.items():
        kw[int(state)] = next((float(table[k]) for k in keys if k in table), 0.0) if table else np.nan
    return kw


def _queue(line: "Line", known: set[str], p: "Playback", row: int, station: str) -> Queue:
    """Shown at the belt before the station where the scene has one, else at its first machine."""
    from twinviewer.simulation.levers import capacity_of
    from twinviewer.simulation.lint import assets_of

    belts = [b.asset for k, b in line.buffer.items() if k.rpartition(">")[2].strip() == station and b.asset in known]
    asset = next((b for b in belts if b), next(iter(assets_of(line, station)), station))
    mine = p.station[p.machine] == row
    time_s, count = p.time_s[mine], p.queued[mine]
    change = np.append(True, count[1:] != count[:-1]) if len(count) else np.zeros(0, bool)
    return Queue(asset, station, time_s[change], count[change], capacity_of(line, station))


def played(
    line: "Line", scene: "Scene", scenario: "Scenario", horizon_s: float, start: object, start_ns: int, title: str,
    narrow: str, number: int = 0,
) -> Run:  # fmt: skip
    """Run one replication and make it playable. Raises LineError."""
    from twinviewer.simulation.api import play
    from twinviewer.simulation.scenario import applied

    kept = play(line, scenario, horizon_s, None, number, start)  # type: ignore[arg-type]
    return run_of(applied(line, scenario)[0], scene, kept, title, start_ns, narrow)
