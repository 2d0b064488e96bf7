"""What a record has ever shown of each lever, so that advice beyond it can be warned of."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from twinviewer.history.recording import Recording
from twinviewer.model.state import State
from twinviewer.scene.scene import Scene
from twinviewer.simulation import evidence
from twinviewer.simulation.held import Held
from twinviewer.simulation.levers import Lever, levers
from twinviewer.simulation.line import Line
from twinviewer.simulation.quantities import distribution
from twinviewer.simulation.scenario import Scenario

NS = 1_000_000_000
HOUR_NS = 3600 * NS
LEAST_CYCLES = 20  # in an hour, for its median to count
LONGEST_DAYS = 90  # of a recording, from its end, that are looked at
_TIMES = ("demand_from", "demand_to")  # when another lever holds: nothing that could be beyond anything
SLACK = 0.02  # by which a setting may pass what was seen: nobody reads a slider more closely


@dataclass(frozen=True, slots=True)
class Seen:
    """The least and the largest value of a lever (in its own unit) that a record shows, out of `n` observations."""

    lever: str
    low: float
    high: float
    n: int
    what: str

    def holds(self, value: float) -> bool:
        """Whether a setting lies within what was seen."""
        slack = SLACK * max(abs(self.low), abs(self.high))
        return self.low - slack <= value <= self.high + slack


def seen_range(
    line: Line, scene: Scene, recording: Recording, from_ns: int | None = None, to_ns: int | None = None
) -> dict[str, Seen]:
    """By lever id, what a recording shows; levers that no tag tells of (crews, shifts, suppliers …) are left out."""
    first, last = recording.span()
    end = last if to_ns is None else min(last, to_ns)
    begin = max(first if from_ns is None else max(first, from_ns), end - LONGEST_DAYS * 24 * HOUR_NS)
    found: list[Seen] = []
    for name in line.station:
        assets = evidence.known_assets(line, scene, name)
        if assets:
            held = Held(recording, scene, assets, begin, end)
            found += _of_station(line, scene, held, name, assets, begin, end)
    speeds = [s for s in found if s.lever.startswith("speed.")]
    if speeds:  # the whole line moved only as far as every station did
        low, high = max(s.low for s in speeds), min(s.high for s in speeds)
        found.append(Seen("line_speed", min(low, 100.0), max(high, 100.0), min(s.n for s in speeds), "cycle times"))
    return {s.lever: s for s in found}


def beyond(line: Line, scenario: Scenario, seen: Mapping[str, Seen]) -> tuple[str, ...]:
    """A sentence for every slider of a scenario that goes beyond what was seen, and one that names those of which the
    record tells nothing. A lever at its value in the model is never beyond."""
    known = {lever.id: lever for lever in levers(line)}
    found: list[str] = []
    unseen: list[str] = []
    for lever_id, value in scenario.levers.items():
        lever = known.get(lever_id)
        if lever is None or lever.kind != "slider" or value == lever.current or lever_id in _TIMES:
            continue
        range_ = seen.get("line_speed" if lever_id.startswith("line_speed.") else lever_id)  # one line as all of them
        if range_ is None:
            unseen.append(lever.label)
        else:
            found += _said(lever, float(value), range_)
    if unseen:
        found.append(f"The record shows no other value than now of: {'; '.join(unseen)}.")
    return tuple(found)


def _said(lever: Lever, value: float, seen: Seen) -> Iterable[str]:
    unit = f" {lever.unit}" if lever.unit else ""
    wide = Seen(seen.lever, min(seen.low, lever.current), max(seen.high, lever.current), seen.n, seen.what)
    if not wide.holds(value):
        yield (
            f"{lever.label}: {value:g}{unit} is beyond what was ever seen ({wide.low:.4g} to {wide.high:.4g}{unit}, "
            f"{seen.what})."
        )


def _of_station(
    line: Line, scene: Scene, recording: Held, name: str, assets: list[str], from_ns: int, to_ns: int
) -> Iterable[Seen]:
    s = line.station[name]
    speed = _speeds(line, scene, recording, name, assets, from_ns, to_ns)
    if len(speed):
        yield Seen(f"speed.{name}", float(speed.min()), float(speed.max()), len(speed), "cycle times by the hour")
        yield Seen(f"time.{name}", 1e4 / float(speed.max()), 1e4 / float(speed.min()), len(speed), "cycle times")
    history = [evidence.intervals(recording, scene, a, from_ns, to_ns) for a in assets]
    stops = np.concatenate([evidence.repairs(h) for h in history])
    if len(stops):
        yield Seen(f"failure.{name}", 0.0, float(stops.max()) / 3600, len(stops), "failures")
    yield from _setups(line, name, np.concatenate([h.whole(State.SETUP) for h in history]))
    together = _together(history)
    if len(together):
        yield Seen(f"machines.{name}", float(together.min()), float(together.max()), len(together), "machines at work")
    queue = _most_waiting(line, scene, recording, name, assets, from_ns, to_ns)
    if queue is not None:
        yield Seen(f"buffer.{name}", 0.0, queue[0], queue[1], "parts waiting")
    if s.setpoint is not None:
        values = _parameter(scene, recording, assets, s.setpoint.tag or s.setpoint.name, from_ns, to_ns)
        if len(values):
            text = s.setpoint.name
            yield Seen(f"setpoint.{name}", float(values.min()), float(values.max()), len(values), text)


def _speeds(
    line: Line, scene: Scene, recording: Held, name: str, assets: list[str], from_ns: int, to_ns: int
) -> np.ndarray:
    """Speed in % of the model's: its mean time by the median cycle of each hour that had enough cycles."""
    s = line.station[name]
    times = [s.time] if isinstance(s.time, str | int | float) else list(s.time.values())
    nominal = float(np.mean([distribution(t).mean for t in times])) / s.speed
    found = []
    for start in range(from_ns, to_ns, HOUR_NS):
        cycle = evidence.cycles(recording, scene, assets, start, min(start + HOUR_NS, to_ns))
        if len(cycle) >= LEAST_CYCLES:
            found.append(100 * nominal / float(np.median(cycle)))
    return np.array(found)


def _setups(line: Line, name: str, seen_s: np.ndarray) -> Iterable[Seen]:
    setup = line.station[name].setup
    if setup is None or not len(seen_s):
        return
    times = [setup] if isinstance(setup, str | int | float) else list(setup.values())
    mean = float(np.mean([distribution(t).mean for t in times]))
    if mean > 0:
        low, high = float(seen_s.min()), float(seen_s.max())
        yield Seen(f"changeover.{name}", 100 * low / mean, 100 * high / mean, len(seen_s), "setups")


def _together(history: list[evidence.Intervals]) -> np.ndarray:
    """How many machines were on at each change of any of them."""
    times = np.unique(np.concatenate([h.begin_s for h in history]))
    on = np.zeros(len(times), int)
    for h in history:
        if len(h.begin_s):
            k = np.searchsorted(h.begin_s, times, "right") - 1
            there = (k >= 0) & ~np.isin(h.state[np.maximum(k, 0)], (State.OFFLINE, State.UNKNOWN))
            on += there
    return on


def _most_waiting(
    line: Line, scene: Scene, recording: Held, name: str, assets: list[str], from_ns: int, to_ns: int
) -> tuple[float, int] | None:
    known = {a.asset_id for a in scene.assets}
    belts = [b.asset for k, b in line.buffer.items() if k.rpartition(">")[2].strip() == name and b.asset in known]
    most, n = 0.0, 0
    for asset in dict.fromkeys([*assets, *(b for b in belts if b is not None)]):
        tag = evidence.tag_of(scene, asset, "queue", "Queue")
        if tag is not None and recording.number_of_row[tag.index] >= 0:
            _, value = evidence.samples(recording, tag, from_ns, to_ns)
            n += len(value)
            most += float(value.max()) if len(value) else 0.0
    return (most, n) if n else None


def _parameter(scene: Scene, recording: Held, assets: list[str], name: str, from_ns: int, to_ns: int) -> np.ndarray:
    """Recorded values of the tag that a set-point is called after ("Zone 2 temperature" is Zone2Temperature)."""
    wanted = _plain(name)
    found = [np.zeros(0)]
    for asset in assets:
        for row in scene.asset(asset).tags:
            tag = scene.tags[row]
            if wanted == _plain(tag.key) and recording.number_of_row[tag.index] >= 0:
                found.append(evidence.samples(recording, tag, from_ns, to_ns)[1])
    return np.concatenate(found)


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())
