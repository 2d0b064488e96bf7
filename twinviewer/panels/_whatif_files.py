"""Scenario files of the what-if panel: beside the scene, or anywhere a person shares them."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

from twinviewer.model.errors import LineError, TwinError
from twinviewer.panels._whatif_model import Kept

if TYPE_CHECKING:
    from twinviewer.simulation.api import PlantNow, Scenario

FOLDER = "scenarios"
_MACHINE = re.compile(r"^failure\.(.+)#(\d+)$")


def file_name(name: str) -> str:
    """A scenario's name as the name of a file."""
    return re.sub(r"[^\w.-]+", "-", name.strip().lower()).strip("-.")[:80] or "scenario"


def kept_of(scenario: "Scenario", path: Path | None) -> Kept:
    """A scenario without the engine's types; a failure at the start of a second machine is a lever of the panel."""
    settings, events = dict(scenario.levers), []
    for e in scenario.events:
        if e.at_s == 0 and e.machine > 1 and not e.planned:
            settings[f"failure.{e.station}#{e.machine}"] = e.down_s / 3600
        else:
            events.append((e.at_s, e.station, e.down_s, e.machine, e.planned))
    where = "" if path is None else str(path)
    return Kept(scenario.name, settings, dict(scenario.patches), tuple(events), scenario.note, where)


def scenario_of(kept: Kept) -> "Scenario":
    """The engine's scenario."""
    from twinviewer.simulation.api import Event, Scenario

    events = [Event(*e) for e in kept.events]
    settings = {}
    for name, value in kept.levers.items():
        own = _MACHINE.match(name)
        if own is None:
            settings[name] = value
        elif value > 0:
            events.append(Event(0.0, own[1], float(value) * 3600, int(own[2])))
    return Scenario(kept.name, dict(kept.patches), settings, tuple(events), kept.note)


def load_folder(scene: Path) -> tuple[tuple[Kept, ...], tuple[str, ...]]:
    """The scenarios beside a scene, and what is wrong with those that cannot be read."""
    from twinviewer.simulation.api import load_scenario

    found: list[Kept] = []
    notes: list[str] = []
    for path in sorted(_folder(scene).glob("*.toml")):
        try:
            found.append(kept_of(load_scenario(path), path))
        except TwinError as error:
            notes.append(str(error))
    return tuple(found), tuple(notes)


def save(scene: Path, kept: Kept) -> Path:
    """Write a scenario beside the scene, under the file it came from or its name. Raises LineError."""
    folder = _folder(scene)
    path = Path(kept.path) if kept.path else folder / f"{file_name(kept.name)}.toml"
    write(path, kept)
    return path


def write(path: Path, kept: Kept) -> None:
    """Write a scenario as `twinviewer simulate --scenario` reads it, whole or not at all. Raises LineError."""
    from twinviewer.simulation.api import scenario_text

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f".{path.name}.part")
        beside.write_text(scenario_text(scenario_of(kept)), encoding="utf-8")
        beside.replace(path)
    except OSError as error:
        remedy = "Choose a folder that you may write to."
        raise LineError(f"the scenario cannot be written ({error.strerror})", str(path), remedy) from error


def write_state(path: Path, now: "PlantNow") -> None:
    """Write a state as `twinviewer simulate --from` reads it. Raises LineError."""
    from twinviewer.settings import write_atomic
    from twinviewer.simulation.plant_now import written

    try:
        write_atomic(path, written(now))
    except OSError as error:
        remedy = "Choose a folder that you may write to."
        raise LineError(f"the state cannot be written ({error.strerror})", str(path), remedy) from error


def delete(path: Path) -> None:
    """Delete a scenario. Raises LineError."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        text = f"the scenario cannot be deleted ({error.strerror})"
        raise LineError(text, str(path), "Check the folder.") from error


def _folder(scene: Path) -> Path:
    from twinviewer.simulation.line_file import file_beside

    return file_beside(scene, FOLDER)
