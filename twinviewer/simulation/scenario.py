"""Scenarios: patches on the paths of a flow model, levers by name, and failures at a given time."""

import copy
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from twinviewer.model.errors import LineError
from twinviewer.simulation.line import Line, parse_line
from twinviewer.simulation.quantities import distribution, seconds
from twinviewer.simulation.toml_text import toml_value

Stop = tuple[float, float, str, int, bool]  # at_s, duration_s, station, machine from 1, planned
_STEP = re.compile(r'"([^"]*)"|([^."]+)')
_CHANGE = re.compile(r"^\s*([*+-])\s*(\d+\.?\d*|\.\d+)\s*(%?)\s*$")
_KEYS = {"format", "name", "note", "set", "lever", "event"}


@dataclass(frozen=True)
class Event:
    """A stop at a time after the start of the run: a failure, or planned."""

    at_s: float
    station: str
    down_s: float
    machine: int = 1
    planned: bool = False


@dataclass(frozen=True)
class Scenario:
    """`patches` maps paths ("crew.maintenance.size") to values; `levers` maps lever ids ("speed.mill") to settings."""

    name: str
    patches: Mapping[str, Any] = field(default_factory=dict)
    levers: Mapping[str, Any] = field(default_factory=dict)
    events: tuple[Event, ...] = ()
    note: str = ""


def tables_of(line: Line) -> dict[str, Any]:
    """The plain tables of a line, as its file has them."""
    return line.model_dump(by_alias=True, exclude_none=True, exclude_defaults=True, mode="python")


def applied(line: Line, scenario: Scenario) -> tuple[Line, tuple[Stop, ...]]:
    """The line with a scenario's changes, and its stops. Raises LineError where one does not fit the line."""
    from twinviewer.simulation.lever_patches import patches_of

    where = f'scenario "{scenario.name}"'
    tables = _plain(tables_of(line))
    stops = [(e.at_s, e.down_s, e.station, e.machine, e.planned) for e in scenario.events]
    patches: list[tuple[str, Any]] = []
    for lever, value in scenario.levers.items():
        more, events = patches_of(line, lever, value, where)
        patches += more
        stops += [(e.at_s, e.down_s, e.station, e.machine, e.planned) for e in events]
    for path, value in [*patches, *scenario.patches.items()]:
        patch(tables, path, value, where)
    return parse_line(tables, where), tuple(stops)


def patch(tables: dict[str, Any], path: str, value: Any, where: str) -> None:
    """Set one path in place. A step may be `*` (all); text such as "*1.3" or "+2" changes the number that is there."""
    steps = [a or b for a, b in _STEP.findall(path)]
    if not steps:
        raise LineError("an empty path", where, 'Write for example "crew.maintenance.size" = 3.')
    places = _places(tables, steps[:-1], where, path)
    hits = 0
    for place in places:
        for key in _keys(place, steps[-1], create=True):
            hits += 1
            place[key] = _changed(place, key, value, where, path)
    if not hits:
        raise LineError(f'"{path}" is nowhere in the flow model', where, "Check the names in the path.")


def _places(tables: dict[str, Any], steps: list[str], where: str, path: str) -> list[Any]:
    places: list[Any] = [tables]
    for depth, step in enumerate(steps):
        found: list[Any] = []
        for place in places:
            keys = _keys(place, step, create=False)
            if not keys and isinstance(place, dict) and step != "*" and depth >= 2:
                place[step] = {}  # a table that had been left at its defaults
                keys = [step]
            found += [place[k] for k in keys]
        if not found:
            raise LineError(f'"{path}": there is no "{step}"', where, "Check the names in the path.")
        places = found
    return places


def _keys(place: Any, step: str, create: bool) -> list[Any]:
    if isinstance(place, dict):
        if step == "*":
            return list(place)
        return [step] if create or step in place else []
    if isinstance(place, list):
        if step == "*":
            return list(range(len(place)))
        for k, item in enumerate(place):
            if isinstance(item, dict) and str(item.get("id", "")) == step:
                return [k]
        step = step.removeprefix("#")  # a place in the list, where an id could be a number too
        return [int(step)] if step.isdigit() and int(step) < len(place) else []
    return []


def _changed(place: Any, key: Any, value: Any, where: str, path: str) -> Any:
    change = _CHANGE.match(value) if isinstance(value, str) else None
    if change is None:
        return copy.deepcopy(value)
    try:
        old = place[key]
    except (KeyError, IndexError):
        old = _DEFAULTS.get(str(key))
        if old is None:
            raise LineError(f'"{path}" has no value that "{value}" could change', where, "Write the value.") from None
    sign, number = change[1], float(change[2])
    if change[3]:  # a percentage of what is there
        sign, number = "*", number / 100 if sign == "*" else 1 + (number if sign == "+" else -number) / 100
    if isinstance(old, str):
        if sign == "*":
            distribution(old, where)
            return f"{old} * {number:.10g}"
        return max(0.0, seconds(old, where) + (number if sign == "+" else -number))
    if not isinstance(old, int | float) or isinstance(old, bool):
        raise LineError(f'"{path}" is not a number', where, "Write the value itself.")
    new = old * number if sign == "*" else old + number if sign == "+" else old - number
    return round(new) if isinstance(old, int) else new


_DEFAULTS = {"speed": 1.0, "size": 1, "machines": 1, "priority": 5}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    return value


def parse_scenario(data: Mapping[str, Any], name: str, where: str) -> Scenario:
    """A scenario from the tables of its file. Raises LineError."""
    unknown = set(data) - _KEYS
    if unknown:
        raise LineError(
            f'"{sorted(unknown)[0]}" is not known in a scenario', where, f"Known: {', '.join(sorted(_KEYS))}."
        )
    if data.get("format", 1) != 1:
        raise LineError("this scenario has a format that is not known here", where, "Use a newer twinviewer.")
    for key in ("set", "lever"):
        if not isinstance(data.get(key, {}), Mapping):
            raise LineError(f'"{key}" must be a table', where, f"Write [{key}] and lines below it.")
    listed = data.get("event", ())
    if not isinstance(listed, list | tuple):
        raise LineError('"event" must be a list', where, "Write [[event]] and lines below it.")
    events = tuple(_event(e, where) for e in listed)
    title = str(data.get("name", "") or name)
    return Scenario(
        title,
        dict(_flat(data.get("set", {}))),
        _levers(data.get("lever", {})),
        events,
        str(data.get("note", "")),
    )


def _levers(table: Mapping[str, Any]) -> dict[str, Any]:
    """Lever ids to settings, from "speed.mill" = 105 or speed.mill = 105."""
    found: dict[str, Any] = {}
    for key, value in table.items():
        if "." in key or not isinstance(value, Mapping):
            found[key] = value
        else:
            found.update({f"{key}.{name}": setting for name, setting in value.items()})
    return found


def _flat(table: Mapping[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    """Bare dotted keys are nested tables in TOML; both spellings mean the same path."""
    found: list[tuple[str, Any]] = []
    for key, value in table.items():
        text = str(key) if prefix == "" or "." not in str(key) else f'"{key}"'
        if isinstance(value, Mapping) and value:
            found += _flat(value, f"{prefix}{text}.")
        else:
            found.append((f"{prefix}{text}", value))
    return found


def _event(entry: Any, where: str) -> Event:
    if not isinstance(entry, Mapping) or "station" not in entry or "down" not in entry:
        raise LineError("an event needs a station and how long it is down", where, 'Write station = "…", down = "6 h".')
    unknown = set(entry) - {"at", "station", "down", "machine", "planned"}
    if unknown:
        raise LineError(
            f'"{sorted(unknown)[0]}" is not known in an event', where, "Known: at, station, down, machine, planned."
        )
    times = entry.get("at", 0.0), entry["down"]
    machine = entry.get("machine", 1)
    if not all(isinstance(t, str | int | float) for t in times) or not isinstance(machine, int):
        remedy = 'Write for example at = "2 h", down = "6 h", machine = 1.'
        raise LineError("an event's times are spans, and its machine is a number", where, remedy)
    at, down = (seconds(t, where) for t in times)
    if not (0 <= at < float("inf") and down > 0):
        raise LineError("an event lies before the start or takes no time", where, "Use times after the start.")
    return Event(at, str(entry["station"]), down, machine, bool(entry.get("planned", False)))


def load_scenario(path: Path) -> Scenario:
    """Read a scenario file. Raises LineError."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise LineError("there is no such scenario", str(path), "Check the name of the file.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise LineError(f"the scenario cannot be read ({error})", str(path), "Check the file.") from error
    return scenario_of(text, str(path), path.stem)


def scenario_of(text: str, where: str, name: str = "") -> Scenario:
    """A scenario from the text of its file; `name` is used where it says none. Raises LineError."""
    try:
        return parse_scenario(tomllib.loads(text), name or where, where)
    except tomllib.TOMLDecodeError as error:
        raise LineError(f"this is not TOML: {error}", where, "Mend that line.") from error


def scenario_text(scenario: Scenario) -> str:
    """The scenario as the text of its file."""
    lines = ["format = 1", f"name = {toml_value(scenario.name)}"]
    lines += [f"note = {toml_value(scenario.note)}"] if scenario.note else []
    for title, table in (("set", scenario.patches), ("lever", scenario.levers)):
        if table:
            lines += ["", f"[{title}]"] + [f"{toml_value(k)} = {toml_value(v)}" for k, v in table.items()]
    for e in scenario.events:
        lines += ["", "[[event]]", f"at = {e.at_s!r}", f"station = {toml_value(e.station)}", f"machine = {e.machine}"]
        lines += [f"down = {e.down_s!r}", f"planned = {toml_value(e.planned)}"]
    return "\n".join(lines) + "\n"
