"""The flow model as a person writes it: `line.toml`, typed and versioned."""

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationError

from twinviewer.model.errors import LineError
from twinviewer.simulation.places import explained, placed
from twinviewer.simulation.station import MOST_PEOPLE, MOST_ROOM, Station, Strict, Text, Texts
from twinviewer.simulation.toml_text import toml_key

FORMAT = 1
LINE_FILE = "line.toml"


def _name(value: Any) -> Any:
    """A number may serve as a name."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


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

    size: int = Field(default=1, ge=0, le=MOST_PEOPLE)
    calendar: str | None = None
    cost_per_hour: float = Field(default=0.0, ge=0)
    skills: Texts = Field(default=(), description='what they can do; "skill.NAME" in place of a crew asks for it')


class Product(Strict):
    """What is made, by which route, and what it is worth."""

    route: tuple[str, ...] = ()
    family: str = Field(default="", description="a change to a product of the same family needs no setup")
    value: float = 0.0
    material_cost: float = 0.0


class Transport(Strict):
    """The way into a buffer: a time, or speed and length."""

    time: Text | None = None
    speed_m_s: float | None = Field(default=None, gt=0)
    length_m: float | None = Field(default=None, ge=0)


class Buffer(Strict):
    """Room between two stations ("a>b")."""

    asset: str | None = None
    capacity: int | None = Field(default=None, ge=0, le=MOST_ROOM)
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


class PriceBand(Strict):
    """A price per kWh that holds while a calendar is open."""

    calendar: str
    per_kwh: float = Field(ge=0)


class Tariff(Strict):
    """What energy costs and emits: a price, others at some hours, and what the highest kW costs."""

    per_kwh: float = Field(default=0.0, ge=0)
    bands: tuple[PriceBand, ...] = Field(default=(), description="prices of some hours; of two the later one holds")
    per_peak_kw: float = Field(default=0.0, ge=0, description="per kW of the highest quarter of an hour, once a run")
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
