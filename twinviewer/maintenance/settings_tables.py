"""The tables of a maintenance.toml: crews, parts, tools, planned stops, and what a type of asset needs."""

import math
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
Day = Literal["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
Hour = Annotated[int, Field(ge=0, le=24)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Money = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Name = Annotated[str, Field(min_length=1)]


class Strict(BaseModel):
    """A table in which nothing unknown may stand."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Shift(Strict):
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


class Away(Strict):
    """Days, both included, on which `people` of a crew are not there, all of them by default: holidays, training."""

    first: date
    last: date
    people: Annotated[int, Field(ge=1)] | None = None

    @model_validator(mode="after")
    def _in_order(self) -> "Away":
        if self.last < self.first:
            raise ValueError("the last day lies before the first")
        return self


class CrewSettings(Strict):
    """A crew: all its people have all its skills. `eur_per_h` per person, more by `extra` outside weekdays 6-22 h."""

    name: Name
    skills: Annotated[tuple[Name, ...], Field(min_length=1)]
    eur_per_h: Money
    extra: Money = 0.5
    shifts: Annotated[tuple[Shift, ...], Field(alias="shift", min_length=1)]
    away: tuple[Away, ...] = ()


class Part(Strict):
    """A spare part: how many lie in the store, and how long more take."""

    name: Name
    stock: Annotated[int, Field(ge=0)]
    lead_days: Money
    eur: Money


class Tool(Strict):
    """A tool that jobs share: a crane, a laser for alignment; `count` of them are there."""

    name: Name
    count: Annotated[int, Field(ge=1)] = 1


class Stop(Strict):
    """When a group stands anyway: hours of one weekday, every `every_weeks` ISO weeks; or once, between two moments of
    local time (`begins`, `ends`), such as the days between the years."""

    group: str
    day: Day | None = None
    hours: tuple[Hour, Hour] | None = None
    every_weeks: Annotated[int, Field(ge=1)] = 1
    begins: datetime | None = None
    ends: datetime | None = None
    reason: str = "planned stop"

    @field_validator("begins", "ends")
    @classmethod
    def _local(cls, moment: datetime | None) -> datetime | None:
        if moment is not None and moment.tzinfo is not None:
            raise ValueError("a stop is written in local time, without a zone")
        return moment

    @model_validator(mode="after")
    def _one_way(self) -> "Stop":
        weekly = self.day is not None and self.hours is not None
        once = self.begins is not None and self.ends is not None
        parts = (self.day, self.hours, self.begins, self.ends)
        if weekly == once or sum(part is not None for part in parts) != 2:
            raise ValueError("a stop has either day and hours, or begins and ends")
        if self.hours is not None and self.hours[0] >= self.hours[1]:
            raise ValueError("a stop begins before it ends; write one over midnight as two")
        if self.begins is not None and self.ends is not None and self.begins >= self.ends:
            raise ValueError("a stop begins before it ends")
        return self


class Group(Strict):
    """What stands together: a path of assets ("Machining/Line A"), and what an hour of it costs in production.

    `eur_per_h` is used where the scene has no flow model. Outside of `days` and `hours` (local) an hour costs the share
    `outside` of it; where the flow model has an order book, that one says it as far as it reaches.
    """

    path: Name
    eur_per_h: Money
    days: tuple[Day, ...] = DAYS
    hours: tuple[Hour, Hour] = (0, 24)
    outside: Annotated[float, Field(ge=0, le=1)] = 0.1

    @field_validator("hours")
    @classmethod
    def _in_order(cls, hours: tuple[int, int]) -> tuple[int, int]:
        if hours[0] >= hours[1]:
            raise ValueError("the hours of full demand begin before they end")
        return hours


class Also(Strict):
    """People of another skill who work on a job beside the first, for all of its time; of whichever crew has them."""

    skill: Name
    people: Annotated[int, Field(ge=1)] = 1


class Work(Strict):
    """A kind of job on a type of asset. It falls due by running hours or by days; `legal` is a deadline by law.

    `skill` may be several ("mechanic + controls"): one crew must have them all; `also` is who is needed beside it.
    `lock_out` says how the asset is made safe, `lock_out_h` how long that and giving it back take: the crews are bound
    and the asset stands for it, too.
    """

    title: Name
    skill: Name
    duration_h: Annotated[int, Field(ge=1, le=72)]
    people: Annotated[int, Field(ge=1)] = 1
    also: tuple[Also, ...] = ()
    part: str = ""
    tools: tuple[str, ...] = ()
    stops: bool = True
    lock_out: str = ""
    lock_out_h: Annotated[float, Field(ge=0, le=24)] = 0.0
    every_running_h: Positive | None = None
    every_days: Positive | None = None
    legal: bool = False
    inspection: bool = False
    checks: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _stands_while_locked(self) -> "Work":
        if self.lock_out_h and not self.stops:
            raise ValueError("what is locked out stands: lock_out_h does not go with stops = false")
        return self

    @property
    def whole_h(self) -> int:
        """Whole hours that the crews are bound: the work, making safe, and giving back."""
        return math.ceil(self.duration_h + self.lock_out_h)

    @property
    def beside(self) -> tuple[tuple[str, int], ...]:
        """(skill, people) of those who are needed beside `people` with `skill`."""
        return tuple((a.skill, a.people) for a in self.also)


class Component(Strict):
    """A part that wears out: Weibull life in running hours (`life_h` is its scale), renewed by the job `renewed_by`."""

    name: str
    life_h: Positive
    shape: Annotated[float, Field(gt=0, le=50)] = 2.5
    renewed_by: str


class TypeSettings(Strict):
    """What a type of asset needs. `failure_eur` is repair and damage, `failure_h` how long it stands then."""

    failure_eur: Money = 5000.0
    failure_h: Money = 8.0
    stands_with: Literal["group", "itself"] = "group"
    work: tuple[Work, ...] = ()
    component: tuple[Component, ...] = ()


def needed(skill: str) -> frozenset[str]:
    """The skills of a job ("mechanic + controls"), all of which its crew must have."""
    return frozenset(part.strip() for part in skill.split("+") if part.strip())
