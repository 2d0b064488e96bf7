"""What may stand in a scene's maintenance.toml: crews, parts, planned stops, and what each type of asset needs."""

import tomllib
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from twinviewer.model.errors import DataError

FILE = "maintenance.toml"
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
Day = Literal["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
Hour = Annotated[int, Field(ge=0, le=24)]
Positive = Annotated[float, Field(gt=0)]
Money = Annotated[float, Field(ge=0)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Shift(_Strict):
    """People who are there on some days, from a full hour to another (local time)."""

    days: tuple[Day, ...]
    hours: tuple[Hour, Hour]
    people: Annotated[int, Field(ge=1)]

    @field_validator("hours")
    @classmethod
    def _in_order(cls, hours: tuple[int, int]) -> tuple[int, int]:
        if hours[0] >= hours[1]:
            raise ValueError("a shift begins before it ends; write a night shift as two")
        return hours


class CrewSettings(_Strict):
    """A crew: all its people have all its skills. `eur_per_h` per person, more by `extra` outside weekdays 6-22 h."""

    name: str
    skills: tuple[str, ...]
    eur_per_h: Money
    extra: Money = 0.5
    shifts: Annotated[tuple[Shift, ...], Field(alias="shift")]


class Part(_Strict):
    """A spare part: how many lie in the store, and how long more take."""

    name: str
    stock: Annotated[int, Field(ge=0)]
    lead_days: Money
    eur: Money


class Stop(_Strict):
    """Hours of one weekday in which a group stands anyway; every `every_weeks` ISO weeks."""

    group: str
    day: Day
    hours: tuple[Hour, Hour]
    every_weeks: Annotated[int, Field(ge=1)] = 1
    reason: str = "planned stop"


class Group(_Strict):
    """What stands together: a path of assets ("Machining/Line A"), and what an hour of it costs in production.

    `eur_per_h` is used where the scene has no flow model. `low_demand` are hours (local) with the given share of it.
    """

    path: str
    eur_per_h: Money
    days: tuple[Day, ...] = DAYS
    hours: tuple[Hour, Hour] = (0, 24)
    outside: Annotated[float, Field(ge=0, le=1)] = 0.1


class Work(_Strict):
    """A kind of job on a type of asset. It falls due by running hours or by days; `legal` is a deadline by law."""

    title: str
    skill: str
    duration_h: Annotated[int, Field(ge=1, le=72)]
    people: Annotated[int, Field(ge=1)] = 1
    part: str = ""
    stops: bool = True
    lock_out: str = ""
    every_running_h: Positive | None = None
    every_days: Positive | None = None
    legal: bool = False
    inspection: bool = False
    checks: tuple[str, ...] = ()


class Component(_Strict):
    """A part that wears out: Weibull life in running hours (`life_h` is its scale), renewed by the job `renewed_by`."""

    name: str
    life_h: Positive
    shape: Positive = 2.5
    renewed_by: str


class TypeSettings(_Strict):
    """What a type of asset needs. `failure_eur` is repair and damage, `failure_h` how long it stands then."""

    failure_eur: Money = 5000.0
    failure_h: Money = 8.0
    stands_with: Literal["group", "itself"] = "group"
    work: tuple[Work, ...] = ()
    component: tuple[Component, ...] = ()


class MaintenanceSettings(_Strict):
    """A whole maintenance.toml. `type` is by the name of the type in scene.toml; `machine` stands in for others."""

    format: Literal[1] = 1
    zone: str = "UTC"
    late_eur_per_day: Money = 150.0
    legal_late_eur_per_day: Money = 20_000.0
    crews: Annotated[tuple[CrewSettings, ...], Field(alias="crew")] = ()
    parts: Annotated[tuple[Part, ...], Field(alias="part")] = ()
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
        settings = MaintenanceSettings.model_validate(tomllib.loads(path.read_text("utf-8-sig")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DataError(f"the file cannot be read ({error})", FILE, "It must be TOML in UTF-8.") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(key) for key in first["loc"])
        raise DataError(f"{where}: {first['msg'][:1].lower()}{first['msg'][1:]}", FILE, "Correct this entry.") from None
    _check(settings)
    return settings if settings.crews else settings.model_copy(update={"crews": (DEFAULT_CREW,)})


def _check(settings: MaintenanceSettings) -> None:
    """Names that refer to nothing. Raises DataError."""
    parts = {p.name for p in settings.parts}
    groups = {g.path for g in settings.groups}
    skills = {s for c in settings.crews for s in c.skills} or set(DEFAULT_CREW.skills)
    for stop in settings.stops:
        if stop.group not in groups:
            raise DataError(f'a stop names the group "{stop.group}", which is not listed', FILE, "Add a [[group]].")
    for name, kind in settings.types.items():
        titles = {w.title for w in kind.work}
        for work in kind.work:
            if work.part and work.part not in parts:
                raise DataError(f'there is no part "{work.part}"', f"{FILE}: type.{name}", "Add a [[part]].")
            if work.skill not in skills:
                raise DataError(f'no crew has the skill "{work.skill}"', f"{FILE}: type.{name}", "Add it to a crew.")
        for component in kind.component:
            if component.renewed_by not in titles:
                text = f'"{component.name}" is renewed by "{component.renewed_by}", which is not listed as work'
                raise DataError(text, f"{FILE}: type.{name}", "Add it as [[type.….work]].")
