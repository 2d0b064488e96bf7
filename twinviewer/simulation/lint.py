"""What is wrong or doubtful in a flow model: each finding with its place and what to do."""

from collections.abc import Iterable
from pathlib import Path

from twinviewer.model.errors import LineError
from twinviewer.model.notice import Notice
from twinviewer.scene.scene import Scene
from twinviewer.simulation.builder import SKILL, capacity_of, skilled
from twinviewer.simulation.calendars import MONDAY, windows
from twinviewer.simulation.flow_tables import leaving, made_of, pairs_of, reachable
from twinviewer.simulation.line import Line
from twinviewer.simulation.quantities import distribution, due_s, wall_clock
from twinviewer.simulation.reading import load_line
from twinviewer.simulation.tables import build

WEEK_S = 604_800.0


def check_file(path: Path, scene: Scene | None = None) -> list[Notice]:
    """Findings of a flow model's file (or of the one in a scene's folder)."""
    try:
        return check_line(load_line(path), scene)
    except LineError as error:
        return [Notice("error", error.text, error.remedy, error.where, "line")]


def check_line(line: Line, scene: Scene | None = None) -> list[Notice]:
    """All findings, errors first. With a scene, stations and buffers are also matched with its assets."""
    try:
        build(line, WEEK_S)
    except LineError as error:
        return [Notice("error", error.text, error.remedy, error.where, "line")]
    findings = [
        *_stations(line),
        *_ends(line),
        *_people(line),
        *_rooms(line),
        *_calendars(line),
        *_orders(line),
        *_loops(line),
    ]
    if scene is not None:
        findings += _assets(line, scene)
    levels = {"error": 0, "warning": 1}
    return sorted(findings, key=lambda f: levels.get(f.level, 2))


def _stations(line: Line) -> Iterable[Notice]:
    seen, made = reachable(line), made_of(line)
    for name, s in line.station.items():
        where = f"station.{name}"
        if name not in seen:
            text = f'station "{name}" is never reached.'
            yield Notice("warning", text, "Add it to a route, or take it out.", where, "unreachable")
        if not s.power:
            text = f'station "{name}" has no power, so its energy counts as zero.'
            yield Notice("info", text, "Write power = { idle = …, run = … } in kW.", where, "no-power")
        times = [s.time] if isinstance(s.time, str | int | float) else list(s.time.values())
        if any(distribution(t).mean <= 0 for t in times):
            text = f'station "{name}" works in no time.'
            yield Notice("warning", text, "Give it a processing time.", where, "no-time")
        if s.quality is not None and s.quality.yield_ == 0:
            text = f'station "{name}" makes nothing but scrap.'
            yield Notice("error", text, "Its yield is the share of good parts.", where, "no-yield")
    for name in line.material:
        if not any(name in s.consumes for s in line.station.values()):
            text = f'material "{name}" is used nowhere.'
            yield Notice("warning", text, "Name it in a station's consumes.", f"material.{name}", "unused")
        elif line.material[name].supply is None and line.material[name].initial == 0 and name not in made:
            text = f'there is never any "{name}".'
            yield Notice("error", text, "Give it a supply or an initial stock.", f"material.{name}", "no-supply")


def _ends(line: Line) -> Iterable[Notice]:
    """Stations from which no part ever gets out."""
    pairs = pairs_of(line)
    ends = leaving(line)
    grown = True
    while grown:
        more = {a for a, b in pairs if b in ends} - ends
        ends |= more
        grown = bool(more)
    for name in line.station:
        if name not in ends and name in reachable(line):
            text = f'no part that enters "{name}" ever leaves the line.'
            yield Notice("error", text, 'Let its route end, or add { to = "out", … }.', f"station.{name}", "no-sink")


def _people(line: Line) -> Iterable[Notice]:
    used: dict[str, set[str]] = {}

    def asked(crew: str, what: str) -> None:
        skill = crew.removeprefix(SKILL) if crew.startswith(SKILL) and crew not in line.crew else None
        for name in (crew,) if skill is None else skilled(line, skill):
            used.setdefault(name, set()).add(what if skill is None else skill)

    for s in line.station.values():
        if s.failure is not None and s.failure.crew:
            asked(s.failure.crew, "repair")
        if s.operators is not None:
            asked(s.operators.crew, "operation")
        if s.setup_crew is not None:
            asked(s.setup_crew, "setup")
        for m in s.maintenance:
            if m.crew:
                asked(m.crew, "maintenance")
    for name, crew in line.crew.items():
        where = f"crew.{name}"
        if crew.size == 0:
            yield Notice("error", f'crew "{name}" has no members.', "Give it a size.", where, "empty-crew")
        if name not in used:
            yield Notice("warning", f'crew "{name}" has nothing to do.', "Name it at a station.", where, "unused")
        lacking = used.get(name, set()) - set(crew.skills) if crew.skills else set()
        if lacking:
            text = f'crew "{name}" is asked for {", ".join(sorted(lacking))}, which is none of its skills.'
            yield Notice("warning", text, "Add the skill, or name another crew.", where, "skill")
    for name, s in line.station.items():
        if s.operators is not None and s.operators.n > _largest(line, s.operators.crew):
            text = f'station "{name}" needs {s.operators.n} of "{s.operators.crew}", and no crew there is so large.'
            yield Notice("error", text, "Let it need fewer, or make the crew larger.", f"station.{name}", "small-crew")


def _largest(line: Line, crew: str) -> int:
    """Members of a crew, or of the largest one with a skill."""
    if crew in line.crew:
        return line.crew[crew].size
    return max((line.crew[name].size for name in skilled(line, crew.removeprefix(SKILL))), default=0)


def _rooms(line: Line) -> Iterable[Notice]:
    for name, s in line.station.items():
        if s.buffer == 0 and not any(k.rpartition(">")[2].strip() == name for k in line.buffer):
            text = f'there is no room before "{name}": parts go straight from machine to machine.'
            yield Notice("info", text, "Give it a buffer where parts can wait.", f"station.{name}.buffer", "no-room")
    for key, buffer in line.buffer.items():
        if buffer.capacity == 0:
            text = f'buffer "{key}" has room for nothing: parts go straight from machine to machine.'
            yield Notice("warning", text, "Give it a capacity, or take it out.", f'buffer."{key}"', "no-room")
        s = line.station.get(key.rpartition(">")[2].strip())
        if s is not None and None not in (s.buffer, buffer.capacity) and s.buffer != buffer.capacity:
            text = f"the station has room for {s.buffer}, but its buffer for {buffer.capacity}, which counts."
            yield Notice("warning", text, "Say it in one place.", f'buffer."{key}"', "rooms")


def _calendars(line: Line) -> Iterable[Notice]:
    start = wall_clock(line.model.start or MONDAY)
    for name, calendar in line.calendar.items():
        where = f"calendar.{name}"
        if not windows(calendar, start, WEEK_S, where):
            text = f'calendar "{name}" is never open in the first week.'
            yield Notice("warning", text, "Add windows to its week.", where, "closed")
        named = [s.calendar for s in line.station.values()] + [c.calendar for c in line.crew.values()]
        named += [band.calendar for band in line.energy.bands]
        if name not in named:
            yield Notice("info", f'calendar "{name}" is used nowhere.', "Take it out.", where, "unused")


def _orders(line: Line) -> Iterable[Notice]:
    taken = any(s.policy == "orders" for s in line.source.values())
    if line.order and not taken:
        text = "there are orders, but no source takes from the order book."
        yield Notice("warning", text, 'Write policy = "orders" at a source.', "order", "no-source")
    start = wall_clock(line.model.start or MONDAY)
    for o in line.order:
        if o.due is None:
            text = f'order "{o.id}" has no due date, so it is never late.'
            yield Notice("info", text, 'Write due = "12 h" or a date and time.', f"order.{o.id}", "no-due")
        elif due_s(o.due, start) <= 0:
            yield Notice("warning", f'order "{o.id}" is late from the start.', "Check its due.", f"order.{o.id}", "due")


def _loops(line: Line) -> Iterable[Notice]:
    """Loops of the flow whose buffers are all limited can lock up: every machine waits for the next."""
    limited = {n for n in line.station if capacity_of(line, n) is not None}
    after = {n: {b for a, b in pairs_of(line) if a == n and b in limited} for n in limited}
    for name in limited:
        seen: set[str] = set()
        todo = list(after[name])
        while todo:
            step = todo.pop()
            if step not in seen:
                seen.add(step)
                todo += after[step]
        if name in seen:
            text = f'"{name}" is part of a loop whose buffers are all limited: it can lock up.'
            yield Notice("warning", text, "Leave one buffer of the loop without a limit.", f"station.{name}", "loop")
            return


def _assets(line: Line, scene: Scene) -> Iterable[Notice]:
    known = {a.asset_id for a in scene.assets}
    for name, s in line.station.items():
        for asset in assets_of(line, name):
            if asset not in known:
                text = f'station "{name}" stands for asset "{asset}", which the scene does not have.'
                yield Notice("warning", text, "Name an asset of the scene.", f"station.{name}", "no-asset")
        if s.assets and len(s.assets) != s.machines:
            text = f'station "{name}" has {s.machines} machines but {len(s.assets)} assets.'
            yield Notice("warning", text, "Name one asset for each machine.", f"station.{name}", "assets")
    for name, b in line.buffer.items():
        if b.asset is not None and b.asset not in known:
            text = f'buffer "{name}" stands for asset "{b.asset}", which the scene does not have.'
            yield Notice("warning", text, "Name an asset of the scene.", f'buffer."{name}"', "no-asset")


def assets_of(line: Line, station: str) -> tuple[str, ...]:
    """The assets of a station's machines."""
    s = line.station[station]
    return s.assets or (s.asset or station,)
