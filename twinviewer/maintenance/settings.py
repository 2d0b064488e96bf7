"""A scene's maintenance.toml as a whole: read, and every mistake of it told as a sentence with its line."""

from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationError, field_validator
from pydantic_core import ErrorDetails

from twinviewer.maintenance.settings_tables import (
    DAYS,
    Component,
    CrewSettings,
    Group,
    Money,
    Part,
    Stop,
    Strict,
    Tool,
    TypeSettings,
    Work,
    needed,
)
from twinviewer.model.errors import DataError, SceneError
from twinviewer.scene.toml_file import read_tables
from twinviewer.scene.toml_lines import Lines

__all__ = ["DEFAULT_CREW", "FILE", "Component", "MaintenanceSettings", "Work", "read_settings"]
FILE = "maintenance.toml"
_REMEDY = "docs/maintenance.md lists every key."


class MaintenanceSettings(Strict):
    """A whole maintenance.toml. `type` is by the name of the type in scene.toml; `machine` stands in for others. What
    is scheduled to begin within `frozen_days` of a plan's start stays where it is: crews have been told."""

    format: Literal[1] = 1
    zone: str = "UTC"
    late_eur_per_day: Money = 150.0
    legal_late_eur_per_day: Money = 20_000.0
    frozen_days: Money = 2.0
    crews: Annotated[tuple[CrewSettings, ...], Field(alias="crew")] = ()
    parts: Annotated[tuple[Part, ...], Field(alias="part")] = ()
    tools: Annotated[tuple[Tool, ...], Field(alias="tool")] = ()
    stops: Annotated[tuple[Stop, ...], Field(alias="stop")] = ()
    groups: Annotated[tuple[Group, ...], Field(alias="group")] = ()
    types: Annotated[dict[str, TypeSettings], Field(alias="type")] = Field(default_factory=dict)

    @field_validator("zone")
    @classmethod
    def _known(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (KeyError, ValueError, OSError):
            raise ValueError(f"{zone} is no time zone (such as Europe/Berlin)") from None
        return zone

    def of_type(self, name: str) -> TypeSettings:
        """The settings of a type, those of "machine" where it has none."""
        return self.types.get(name) or self.types.get("machine") or TypeSettings()

    def part(self, name: str) -> Part | None:
        """A spare part by name."""
        return next((p for p in self.parts if p.name == name), None)

    def doing_eur(self, work: Work) -> float:
        """What it costs to do a work once: the part, and the wages of everybody by the cheapest crews that are able."""
        part, hourly = self.part(work.part), 0.0
        for skill, people in ((work.skill, work.people), *work.beside):
            hourly += people * min((c.eur_per_h for c in self.crews if needed(skill) <= set(c.skills)), default=0.0)
        return hourly * work.whole_h + (part.eur if part else 0.0)


DEFAULT_CREW = CrewSettings.model_validate(
    {
        "name": "Maintenance",
        "skills": ("mechanic", "electrician", "inspector"),
        "eur_per_h": 52,
        "shift": [{"days": DAYS[:5], "hours": (6, 22), "people": 2}, {"days": DAYS[5:], "hours": (8, 16), "people": 1}],
    }
)


def read_settings(folder: Path) -> MaintenanceSettings:
    """The maintenance.toml of a scene folder; one crew and nothing else where there is none. Raises DataError."""
    path = folder / FILE if folder.is_dir() else folder.parent / FILE
    if not path.is_file():
        return MaintenanceSettings().model_copy(update={"crews": (DEFAULT_CREW,)})
    try:
        tables, lines = read_tables(path)
    except SceneError as error:
        raise DataError(error.text, error.where, error.remedy) from None
    try:
        settings = MaintenanceSettings.model_validate(tables)
    except ValidationError as error:
        raise _mistake(error.errors(include_url=False)[0], lines) from None
    _check(settings, lines)
    return settings if settings.crews else settings.model_copy(update={"crews": (DEFAULT_CREW,)})


def _mistake(found: ErrorDetails, lines: Lines) -> DataError:
    keys = tuple(key for key in found["loc"] if isinstance(key, int) or not key.startswith(("function-", "tuple[")))
    name = ".".join(str(key) for key in keys) or FILE
    if found["type"] == "extra_forbidden":
        return DataError(f'"{name}" is not known here', lines.where(*keys), f"Check the spelling; {_REMEDY}")
    if found["type"] == "missing":
        return DataError(f'"{name}" is missing', lines.where(*keys), "Add it.")
    message = found["msg"].removeprefix("Value error, ")
    return DataError(f'"{name}": {message[:1].lower()}{message[1:]}', lines.where(*keys), _REMEDY)


def _check(settings: MaintenanceSettings, lines: Lines) -> None:
    """Names that are there twice, and names that refer to nothing. Raises DataError."""
    for key, rows in (
        ("crew", settings.crews), ("part", settings.parts), ("tool", settings.tools), ("group", settings.groups),
    ):  # fmt: skip
        names = [row.path if key == "group" else row.name for row in rows]  # type: ignore[union-attr]
        for k, name in enumerate(names):
            if name in names[:k]:
                raise DataError(f'the {key} "{name}" is there twice', lines.where(key, k), "Give each its own name.")
    groups = {g.path for g in settings.groups}
    for k, stop in enumerate(settings.stops):
        if stop.group not in groups:
            text = f'a stop names the group "{stop.group}", which is not listed'
            raise DataError(text, lines.where("stop", k, "group"), "Add a [[group]].")
    for name in settings.types:
        _check_type(settings, name, lines)


def _check_type(settings: MaintenanceSettings, name: str, lines: Lines) -> None:
    kind, parts, tools = settings.types[name], {p.name for p in settings.parts}, {t.name for t in settings.tools}
    crews = settings.crews or (DEFAULT_CREW,)

    def wrong(text: str, remedy: str, *keys: Any) -> DataError:
        return DataError(text, lines.where("type", name, *keys), remedy)

    titles: list[str] = []
    for k, work in enumerate(kind.work):
        if work.title in titles:
            raise wrong(f'the work "{work.title}" is there twice', "Give each its own title.", "work", k, "title")
        titles.append(work.title)
        if work.part and work.part not in parts:
            raise wrong(f'there is no part "{work.part}"', "Add a [[part]].", "work", k, "part")
        for tool in work.tools:
            if tool not in tools:
                raise wrong(f'there is no tool "{tool}"', "Add a [[tool]].", "work", k, "tools")
        for place, skill, people in (
            ((), work.skill, work.people),
            *((("also", j), *a) for j, a in enumerate(work.beside)),
        ):
            able = [c for c in crews if needed(skill) <= set(c.skills)]
            if not able:
                raise wrong(f'no crew has the skill "{skill}"', "Add it to a crew.", "work", k, *place, "skill")
            if people > max(s.people for c in able for s in c.shifts):
                text = f'"{work.title}" takes {people} people, and no crew with its skill has so many in a shift'
                raise wrong(text, "Ask for fewer, or add people to a shift.", "work", k, *place, "people")
    for k, component in enumerate(kind.component):
        if component.renewed_by not in titles:
            text = f'"{component.name}" is renewed by "{component.renewed_by}", which is not listed as work'
            raise wrong(text, "Add it as [[type.….work]].", "component", k, "renewed_by")
