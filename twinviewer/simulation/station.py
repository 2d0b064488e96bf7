"""A station as a person writes it in `line.toml`: its machines, times, failures, quality, people and materials."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

Text = str | float
MOST_PEOPLE, MOST_ROOM, MOST_ROUNDS = 1_000_000, 1_000_000_000, 10_000


def _several(value: Any) -> Any:
    """One text may stand for a list of one."""
    return (value,) if isinstance(value, str) else value


Texts = Annotated[tuple[str, ...], BeforeValidator(_several)]


class Strict(BaseModel):
    """A table that refuses keys it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Failure(Strict):
    """How a machine fails and is repaired."""

    clock: Literal["operating", "calendar"] = "operating"
    mtbf: Text
    mttr: Text
    crew: str | None = None


class Maintenance(Strict):
    """A planned stop: every so often, or once at a time after the start."""

    every: Text | None = None
    at: Text | None = None
    duration: Text
    machine: int = Field(default=1, ge=1)
    crew: str | None = Field(default=None, description="who does it; the stop waits for them")


class Rework(Strict):
    """Where and how often a bad part is worked on again."""

    to: str
    share: float = Field(default=1.0, ge=0, le=1)
    max: int = Field(default=1, ge=1, le=MOST_ROUNDS)


class Quality(Strict):
    """Share of good parts, and what becomes of the others."""

    yield_: float = Field(default=1.0, ge=0, le=1, alias="yield")
    rework: Rework | None = None


class Operators(Strict):
    """People whom a machine needs while it works or is set up."""

    crew: str
    n: int = Field(default=1, ge=1, le=MOST_PEOPLE)


class NextStation(Strict):
    """One way on: a station, "out" (good), "scrap" or "material.NAME" (becomes a piece of it), with its probability."""

    to: str
    share: float = Field(default=1.0, ge=0, le=1)


class SetPoint(Strict):
    """A process parameter that moves speed, yield and running power together, linearly around `at`.

    Slopes are per unit of the parameter: speed and power relative to their values at `at`, yield in shares.
    """

    name: str
    unit: str = ""
    at: float
    value: float | None = Field(default=None, description="where it stands; without it at `at`")
    low: float
    high: float
    tag: str | None = Field(default=None, description="key of the asset's tag that shows it; else the one of its name")
    speed_slope: float = 0.0
    yield_slope: float = 0.0
    power_slope: float = 0.0


class Batch(Strict):
    """So many parts at once, such as in an oven: one processing time for all, and then each goes its own way."""

    size: int = Field(ge=1, description="parts at most")
    least: int | None = Field(default=None, ge=1, description="with how many it starts; without it, only full")


class Station(Strict):
    """Parallel, alike machines behind one input buffer."""

    asset: str | None = Field(default=None, description="asset of the scene; the station's name where it is one")
    assets: tuple[str, ...] = Field(default=(), description="assets of the machines, where they are several")
    machines: int = Field(default=1, ge=1, le=10_000)
    time: Text | Mapping[str, Text] = Field(
        description='processing time per part, or per product ("A") or a product\'s second visit ("A#2")'
    )
    speed: float = Field(default=1.0, gt=0)
    buffer: int | None = Field(
        default=None, ge=0, le=MOST_ROOM, description="room in front of the station; without it, unlimited"
    )
    setup: Text | Mapping[str, Text] | None = Field(
        default=None,
        description='setup at a change of product: one time, or "A>B" (products or families) and "default"',
    )
    setup_crew: str | None = Field(
        default=None, description="who sets it up: one member, for the setup only; operators stay with it"
    )
    batch: int | Batch | None = Field(default=None, description="parts worked on together; a number: always so many")
    failure: Failure | None = None
    power: Mapping[str, float] = Field(
        default={}, description="kW: off, idle, starved, setup, run, blocked, down, maintenance"
    )
    calendar: str | None = None
    operators: Operators | None = None
    quality: Quality | None = None
    setpoint: SetPoint | None = None
    maintenance: tuple[Maintenance, ...] = ()
    consumes: Mapping[str, Annotated[float, Field(gt=0)]] = Field(
        default={}, description="pieces of materials for each start (of a part or a batch)"
    )
    next: str | tuple[NextStation, ...] | None = Field(
        default=None, description="for every product; else the product's route"
    )
