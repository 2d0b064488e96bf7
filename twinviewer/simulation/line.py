"""The flow model as a person writes it: `line.toml`, typed and versioned."""

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from twinviewer.model.errors import LineError
from twinviewer.simulation.places import explained, placed
from twinviewer.simulation.toml_text import toml_key

Text = str | float
FORMAT = 1
LINE_FILE = "line.toml"


def _name(value: Any) -> Any:
    """A number may serve as a name."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _several(value: Any) -> Any:
    """One text may stand for a list of one."""
    return (value,) if isinstance(value, str) else value


Texts = Annotated[tuple[str, ...], BeforeValidator(_several)]


class Strict(BaseModel):
    """A table that refuses keys it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ModelHead(Strict):
    """What is simulated by default."""

    name: str = ""
    horizon: Text = Field(default="7 d", description="how long a run lasts")
    start: datetime | None = Field(
        default=None, description="wall-clock time of the beginning; calendars count from it"
    )
    warmup: Text | None = Field(
        default=None,
        description='discarded beginning, or "auto" (MSER-5); without it "auto" for an empty line without calendars, '
        "orders and deliveries, else nothing",
    )
    seed: int = Field(default=1, ge=-(2**63), le=2**63 - 1)
    currency: str = "EUR"


class CalendarException(Strict):
    """One date with its own windows; none means closed."""

    on: date = Field(alias="date")
    windows: Texts = ()


class Calendar(Strict):
    """Shifts of a week: days ("mon", "mon-fri", "all") to windows ("06:00-14:00")."""

    week: Mapping[str, Texts] = {}
    exceptions: tuple[CalendarException, ...] = ()


class Crew(Strict):
    """People who do the same work: how many, when, at what cost."""

    size: int = Field(default=1, ge=0)
    calendar: str | None = None
    cost_per_hour: float = Field(default=0.0, ge=0)
    skills: Texts = Field(default=(), description='what they can do; "skill.NAME" in place of a crew asks for it')


class Product(Strict):
    """What is made, by which route, and what it is worth."""

    route: tuple[str, ...] = ()
    value: float = 0.0
    material_cost: float = 0.0


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
    max: int = Field(default=1, ge=1)


class Quality(Strict):
    """Share of good parts, and what becomes of the others."""

    yield_: float = Field(default=1.0, ge=0, le=1, alias="yield")
    rework: Rework | None = None


class Operators(Strict):
    """People whom a machine needs while it works or is set up."""

    crew: str
    n: int = Field(default=1, ge=1)


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
    buffer: int | None = Field(default=None, ge=0, description="room in front of the station; without it, unlimited")
    setup: Text | Mapping[str, Text] | None = Field(
        default=None, description='setup at a change of product: one time, or "A>B" and "default"'
    )
    setup_crew: str | None = Field(
        default=None, description="who sets it up: one member, for the setup only; operators stay with it"
    )
    batch: int | Batch | None = Field(default=None, description="parts worked on together; a number: always so many")
    failure: Failure | None = None
    power: Mapping[str, float] = Field(default={}, description="kW: off, idle, setup, run, blocked, down, maintenance")
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


class Transport(Strict):
    """The way into a buffer: a time, or speed and length."""

    time: Text | None = None
    speed_m_s: float | None = Field(default=None, gt=0)
    length_m: float | None = Field(default=None, ge=0)


class Buffer(Strict):
    """Room between two stations ("a>b")."""

    asset: str | None = None
    capacity: int | None = Field(default=None, ge=0)
    transport: Transport | None = None


class Supply(Strict):
    """Deliveries of a material: a quantity every period, each late by a delay."""

    every: Text
    quantity: float = Field(gt=0)
    delay: Text = 0.0
    late: Text = Field(default=0.0, description="every delivery is late by this, on top of its delay")


class Material(Strict):
    """Something a station uses up: delivered, or made by stations of the line (`next = "material.NAME"`)."""

    initial: float = Field(default=0.0, ge=0)
    capacity: float | None = Field(
        default=None, ge=1, description="room for what the line makes; a full one blocks (deliveries always fit)"
    )
    supply: Supply | None = None


class Lot(Strict):
    """So many parts of one product in a row."""

    product: str
    quantity: int = Field(ge=1, le=1_000_000)


class Demand(Strict):
    """A spike or drop: so many per cent of the demand between two times after the start."""

    percent: float = Field(default=100.0, ge=0)
    from_: Text = Field(default=0.0, alias="from")
    to: Text | None = Field(default=None, description="without it until the end")


class SourceOfParts(Strict):
    """Where parts come from: "saturated" (always more), "orders", or a time between arrivals ("exponential(60 s)")."""

    feeds: str
    policy: str = "saturated"
    takt: Text | None = Field(
        default=None, description='time between parts that a "saturated" or "orders" source keeps at least'
    )
    lots: tuple[Lot, ...] = ()
    demand: Demand | None = Field(
        default=None,
        description="a spike or drop: parts come that much quicker, orders due then are larger",
    )


class Order(Strict):
    """A customer's order; orders are made by priority (1 first), then in the order of the file."""

    id: Annotated[str, BeforeValidator(_name)]
    product: str
    quantity: int = Field(ge=1, le=1_000_000)
    due: datetime | Text | None = None
    priority: int = 5


class Tariff(Strict):
    """What energy costs and emits."""

    per_kwh: float = Field(default=0.0, ge=0)
    carbon_kg_per_kwh: float = Field(default=0.0, ge=0)


class Costs(Strict):
    """Money: fixed per hour of the horizon, per part scrapped, and per order and day late."""

    fixed_per_hour: float = Field(default=0.0, ge=0)
    scrap_per_part: float = Field(default=0.0, ge=0)
    late_per_order_day: float = Field(default=0.0, ge=0)


class TableFiles(Strict):
    """CSV files beside the flow model; what they say is added to what the model says itself."""

    orders: str | None = Field(default=None, description="columns id, product, quantity, due, priority")
    routes: str | None = Field(default=None, description='columns product and route ("saw > mill > wash")')
    setups: str | None = Field(default=None, description="columns station, from, to, time; or one column per product")
    shifts: str | None = Field(default=None, description="columns calendar, day, from, to")


class Line(Strict):
    """A whole flow model."""

    format: Literal[1] = 1
    model: ModelHead = ModelHead()
    calendar: Mapping[str, Calendar] = {}
    crew: Mapping[str, Crew] = {}
    product: Mapping[str, Product] = {}
    station: Mapping[str, Station]
    buffer: Mapping[str, Buffer] = {}
    material: Mapping[str, Material] = {}
    source: Mapping[str, SourceOfParts] = {}
    order: tuple[Order, ...] = ()
    energy: Tariff = Tariff()
    cost: Costs = Costs()
    tables: TableFiles = TableFiles()


def parse_line(data: Mapping[str, Any], where: str = "line", text: str = "") -> Line:
    """A checked line from plain tables; `text` is the file's, for line numbers. Raises LineError."""
    try:
        return Line.model_validate(data)
    except ValidationError as error:
        keys, what, remedy = explained(error, data, Line)
        path = ".".join(toml_key(str(k)) for k in keys)
        raise LineError(what, placed(Path(where), text, path), remedy) from error
