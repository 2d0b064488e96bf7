"""The plant at one moment, as a simulation starts from it; read from states, a recording, or a file."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from twinviewer.model.asset import Tag
from twinviewer.model.errors import LineError
from twinviewer.model.frame import AssetStates, TagSnapshot
from twinviewer.model.quality import Quality
from twinviewer.model.state import State
from twinviewer.scene.scene import Scene
from twinviewer.simulation.flow_tables import made_at
from twinviewer.simulation.line import Line
from twinviewer.simulation.lint import assets_of

NS = 1_000_000_000
MOST_WAITING = 1_000_000  # parts in front of a station in a written state
LOADED = ("running", "setup", "blocked", "fault")  # states in which a machine has a part
STATES = frozenset(s.name.lower() for s in State)


@dataclass(frozen=True)
class MachineNow:
    """`state` is a lower-case name of `State`; times are drawn from the model where they are None."""

    state: str = "idle"
    product: str | None = None
    remaining_s: float | None = None


@dataclass(frozen=True)
class StationNow:
    """`queue`: the product of each part that waits, first in front ("" where it is not known)."""

    queue: tuple[str, ...] = ()
    machines: tuple[MachineNow, ...] = ()


@dataclass(frozen=True)
class PlantNow:
    """`orders` maps order ids to parts that are still to be released; `materials` names to stock."""

    time_ns: int
    stations: Mapping[str, StationNow] = field(default_factory=dict)
    orders: Mapping[str, int] = field(default_factory=dict)
    materials: Mapping[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def local_time(self) -> datetime:
        """Wall-clock time without a zone, by which shifts are kept."""
        return datetime.fromtimestamp(self.time_ns / NS).replace(microsecond=0)


def from_states(line: Line, scene: Scene, tags: TagSnapshot, states: AssetStates, time_ns: int) -> PlantNow:
    """What the plant's states and counters say about every station of the line."""
    stations: dict[str, StationNow] = {}
    notes: list[str] = []
    rows = {a.asset_id: a.index for a in scene.assets}
    for name, s in line.station.items():
        known = [a for a in assets_of(line, name) if a in rows]
        made = made_at(line, name)
        machines = [_machine(scene, tags, states, rows[a], made, notes) for a in known[: s.machines]]
        machines += [MachineNow()] * (s.machines - len(machines))
        if not known:
            notes.append(f'"{name}" is no asset of the scene; it starts empty.')
        belts = [b.asset for k, b in line.buffer.items() if k.rpartition(">")[2].strip() == name and b.asset in rows]
        waiting = sum(_count(scene, tags, rows[a]) for a in [*known, *dict.fromkeys(belts)] if a is not None)
        product = next((m.product for m in machines if m.product), made[0])
        stations[name] = StationNow((product,) * waiting, tuple(machines))
    return PlantNow(time_ns, stations, _orders_left(line, scene, tags, rows), {}, tuple(notes))


def _tag(scene: Scene, row: int, role: str) -> Tag | None:
    return next((scene.tags[k] for k in scene.assets[row].tags if scene.tags[k].role == role), None)


def _text(scene: Scene, tags: TagSnapshot, row: int, role: str) -> str:
    tag = _tag(scene, row, role)
    return tags.text.get(tag.index, "") if tag is not None else ""


def _count(scene: Scene, tags: TagSnapshot, row: int) -> int:
    tag = _tag(scene, row, "queue")
    value = float(tags.value[tag.index]) if tag is not None else 0.0
    return max(0, round(value)) if math.isfinite(value) else 0


def _machine(
    scene: Scene, tags: TagSnapshot, states: AssetStates, row: int, made: tuple[str, ...], notes: list[str]
) -> MachineNow:
    state = State(int(states.state[row]))
    if states.quality[row] >= Quality.STALE:
        notes.append(f"{scene.assets[row].asset_id}: its state is {Quality(int(states.quality[row])).name.lower()}.")
    product = _text(scene, tags, row, "product")
    return MachineNow(state.name.lower(), product if product in made else made[0])


def _orders_left(line: Line, scene: Scene, tags: TagSnapshot, rows: Mapping[str, int]) -> dict[str, int]:
    """Orders before the ones that now run at the sources' stations are done, where their numbers are shown."""
    book = sorted(line.order, key=lambda o: o.priority)
    left: dict[str, int] = {}
    for source in line.source.values():
        if source.feeds not in line.station:
            continue
        shown = {_text(scene, tags, rows[a], "order") for a in assets_of(line, source.feeds) if a in rows}
        places = [k for k, o in enumerate(book) if o.id in shown]
        if places:
            first = book[min(places)]
            routes = line.product[first.product].route if first.product in line.product else ()
            for o in book[: min(places)]:
                if (line.product[o.product].route if o.product in line.product else ()) == routes:
                    left[o.id] = 0
    return left


def read(path: Path) -> PlantNow:
    """A written state. Raises LineError."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise LineError("there is no such state", str(path), 'Write "now", "empty" or the name of a file.') from error
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise LineError(f"the state cannot be read ({error})", str(path), "It is JSON; see docs/what-if.md.") from error
    try:
        return _parsed(data)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise LineError(f"this is not a state ({error})", str(path), "See docs/what-if.md.") from error


def fitting(now: PlantNow, line: Line, where: str) -> PlantNow:
    """The same state. Raises LineError for names that the line has not, and for more machines than it has."""
    orders = {o.id for o in line.order}
    for what, names, known in (
        ("station", now.stations, set(line.station)),
        ("order", now.orders, orders),
        ("material", now.materials, set(line.material)),
    ):
        for name in names:
            if name not in known:
                raise LineError(f'the state has {what} "{name}", which the line has not', where, "Check its names.")
    products = {"", *(line.product or ("part",))}
    for name, s in now.stations.items():
        for product in (*s.queue, *(m.product or "" for m in s.machines)):
            if product not in products:
                text = f'the state has product "{product}" at station "{name}", which the line has not'
                raise LineError(text, where, "Check its names.")
        if len(s.machines) > line.station[name].machines:
            text = f'the state has {len(s.machines)} machines at station "{name}"'
            raise LineError(text, where, f"The line has {line.station[name].machines} of them.")
    return now


def _parsed(data: Any) -> PlantNow:
    time = datetime.fromisoformat(str(data["time"]))
    stations: dict[str, StationNow] = {}
    for name, s in data.get("stations", {}).items():
        queue = s.get("queue", 0)
        if isinstance(queue, int):
            if isinstance(queue, bool) or not 0 <= queue <= MOST_WAITING:
                raise ValueError(f"{queue} parts cannot wait before {name}")
            parts = ("",) * queue
        elif isinstance(queue, list):
            parts = tuple(str(p) for p in queue)
        else:
            raise ValueError(f"the queue before {name} is a number of parts, or a list of their products")
        stations[str(name)] = StationNow(parts, tuple(_machine_of(m) for m in s.get("machines", ())))
    orders = {str(k): int(v) for k, v in data.get("orders", {}).items()}
    materials = {str(k): float(v) for k, v in data.get("materials", {}).items()}
    return PlantNow(round(time.timestamp() * NS), stations, orders, materials, ())


def _machine_of(m: Any) -> MachineNow:
    state = str(m.get("state", "idle"))
    if state not in STATES:
        raise ValueError(f'"{state}" is not a state')
    remaining = m.get("remaining_s")
    if remaining is not None and not 0 <= float(remaining) < math.inf:
        raise ValueError(f"remaining_s cannot be {remaining}")
    return MachineNow(state, m.get("product"), None if remaining is None else float(remaining))


def written(now: PlantNow) -> str:
    """The text of a state's file."""
    stations = {
        name: {
            "queue": list(s.queue),
            "machines": [{k: v for k, v in vars(m).items() if v is not None} for m in s.machines],
        }
        for name, s in now.stations.items()
    }
    time = datetime.fromtimestamp(now.time_ns / NS, UTC).isoformat()
    data = {"time": time, "stations": stations, "orders": dict(now.orders), "materials": dict(now.materials)}
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"
