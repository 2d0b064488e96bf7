"""What may stand in scene.toml: typed, versioned, described for editors (resources/scene.schema.json)."""

from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

from twinviewer.model.bearing import Bearing, of_geometry
from twinviewer.model.errors import DataError

FORMAT = 1
Role = Literal[
    "", "state", "vibration", "power", "energy", "temperature", "current", "pressure", "lubrication", "speed", "load",
    "count_good", "count_scrap", "queue", "cycle_time", "order", "product", "fault_code", "position_x", "position_y",
    "position_z", "heading_deg", "health", "hours", "ambient", "waveform", "acceleration", "acceleration_peak", "crest",
    "kurtosis", "envelope", "bpfo", "bpfi", "bsf", "ftf",
]  # fmt: skip
StateName = Literal[
    "unknown", "offline", "running", "idle", "setup", "blocked", "starved", "fault", "maintenance"
]  # fmt: skip
ROLES: tuple[str, ...] = get_args(Role)
STATE_NAMES: tuple[str, ...] = get_args(StateName)
Number = Annotated[float, Field(allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Vector = tuple[Number, Number, Number]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ModelEntry(_Strict):
    """One geometry file and where it stands."""

    file: str = Field(
        description="Geometry file inside the scene folder: .glb, .gltf, .obj, .stl, .ply, .vtk, .vtp, .vtu, .ifc."
    )
    nodes: Literal["extras", "named", "listed"] | None = Field(
        default=None,
        description='Which nodes are assets: "extras" (nodes with extras.asset), "named" (top-level names), "listed" '
        "(only what rules and the table say). Left out: extras where the file has any, else listed where there are "
        "rules or a table, else named.",
    )
    up: Literal["Y", "Z"] | None = Field(
        default=None, description="Which axis of the file points up, where it does not say so itself."
    )
    unit: Positive | None = Field(
        default=None, description="Metres per unit of the file: 0.001 for millimetres, 0.0254 for inches."
    )
    position: Vector = Field(default=(0.0, 0.0, 0.0), description="Where the file's origin stands, in metres.")
    rotation_deg: Vector = Field(default=(0.0, 0.0, 0.0), description="Turn about X, then Y, then Z, in degrees.")
    scale: Positive = Field(default=1.0, description="A further factor on the size.")


class AssetsEntry(_Strict):
    """A table with one line per asset."""

    table: str = Field(
        description="CSV or XLSX file. Columns: asset, type, name, path, node; anything else fills {columns}."
    )
    sheet: str | None = Field(default=None, description="Sheet of an XLSX file; the first one when left out.")


class BindingsEntry(_Strict):
    """A table that binds tags to node ids, such as `twinviewer bind` proposes."""

    table: str = Field(
        "bindings.csv", description="CSV or XLSX file. Columns: asset, tag, node, role, unit, confidence, accept."
    )


class LimitsEntry(_Strict):
    """Alarm limits in the tag's own unit."""

    low_low: Number | None = Field(default=None, description="Urgent low limit.")
    low: Number | None = Field(default=None, description="Low limit.")
    high: Number | None = Field(default=None, description="High limit.")
    high_high: Number | None = Field(default=None, description="Urgent high limit.")
    hysteresis: NotNegative = Field(default=0.0, description="How far the value must come back before the alarm ends.")
    delay_s: NotNegative = Field(default=0.0, description="How long it must be crossed before the alarm is raised.")


class TagEntry(_Strict):
    """One live quantity that every asset of the type has."""

    node: str | None = Field(default=None, description='Node id with prefix or URI: "p:s={asset}.State".')
    path: str | None = Field(default=None, description='Path from Objects: "p:Machines/p:{asset}/p:State".')
    role: Role = Field(default="", description="What twinviewer does with the value.")
    unit: str = Field(default="", description='Unit as shown: "mm/s", "kW", "°C".')
    states: dict[str, StateName] = Field(default={}, description="For role state: raw value to state.")
    normal: tuple[Number, Number] | None = Field(default=None, description="Band in which the value usually lies.")
    span: tuple[Number, Number] | None = Field(default=None, description="Range the instrument can show (EURange).")
    limits: LimitsEntry = Field(default=LimitsEntry(), description="Alarm limits.")
    stale_after_s: Positive | None = Field(
        default=None,
        description="Seconds without a sample after which the value is old. Left out: the link's keep-alive decides.",
    )
    text: bool = Field(default=False, description="The value is text, not a number.")
    settable: tuple[Number, Number] | None = Field(
        default=None, description="Range in which a person may set the value on the server, with approval."
    )
    sampling_hz: Positive | None = Field(
        default=None, description="For role waveform: values of the array per second of its recording."
    )
    band_hz: tuple[Positive, Positive] | None = Field(
        default=None, description="For role waveform: where the bearing rings. Left out: 0.1 to 0.4 of sampling_hz."
    )

    @model_validator(mode="after")
    def _sensible(self) -> "TagEntry":
        if self.node is not None and self.path is not None:
            raise ValueError("a tag has either 'node' or 'path', not both")
        for name in ("normal", "span", "settable"):
            band = getattr(self, name)
            if band is not None and band[0] > band[1]:
                raise ValueError(f"'{name}' must be [lower, upper]")
        for name in ("sampling_hz", "band_hz"):
            if getattr(self, name) is not None and self.role not in ("", "waveform"):
                raise ValueError(f"'{name}' is for the role waveform only, and this one is {self.role}")
        return self


class VibrationEntry(_Strict):
    """Vibration severity zones: a class of resources/vibration_limits.toml, or own limits."""

    group: str = Field(default="", description='Machine group of the table: "1", "2".')
    foundation: Literal["rigid", "flexible"] = Field(default="rigid", description="How the machine stands.")
    limits: Vector | None = Field(default=None, description="Own zone boundaries A/B, B/C, C/D in mm/s RMS.")

    @model_validator(mode="after")
    def _sensible(self) -> "VibrationEntry":
        if self.limits is not None and not 0 < self.limits[0] < self.limits[1] < self.limits[2]:
            raise ValueError("'limits' must be three rising numbers above 0")
        if self.limits is None and not self.group:
            raise ValueError("say 'group' or 'limits'")
        return self


class BearingEntry(_Strict):
    """The rolling bearing that a waveform is of: its geometry, or its frequencies in turns of the shaft."""

    elements: int | None = Field(default=None, ge=1, description="Number of rolling elements.")
    element_mm: Positive | None = Field(default=None, description="Diameter of a rolling element, in mm.")
    pitch_mm: Positive | None = Field(default=None, description="Pitch diameter, in mm.")
    angle_deg: Annotated[float, Field(ge=0, lt=90)] = Field(default=0.0, description="Contact angle, in degrees.")
    bpfo: Positive | None = Field(default=None, description="Outer race, in turns of the shaft.")
    bpfi: Positive | None = Field(default=None, description="Inner race, in turns of the shaft.")
    bsf: Positive | None = Field(default=None, description="Spin of an element, in turns of the shaft.")
    ftf: Positive | None = Field(default=None, description="Cage, in turns of the shaft.")
    rpm: Positive | None = Field(
        default=None,
        description="Nominal speed of the shaft in turns a minute: for a machine that tells no speed, or one in %.",
    )

    @model_validator(mode="after")
    def _sensible(self) -> "BearingEntry":
        self.made()
        return self

    def made(self) -> Bearing:
        """The bearing. Raises ValueError where neither its geometry nor its frequencies are whole."""
        geometry = (self.elements, self.element_mm, self.pitch_mm)
        orders = (self.bpfo, self.bpfi, self.bsf, self.ftf)
        try:
            if None not in orders and geometry == (None, None, None):
                return Bearing(*orders, self.rpm)  # type: ignore[arg-type]
            if None not in geometry and orders == (None, None, None, None):
                return of_geometry(*geometry, self.angle_deg, self.rpm)  # type: ignore[arg-type]
        except DataError as error:
            raise ValueError(f"{error.text}. {error.remedy}") from None
        raise ValueError("say elements, element_mm and pitch_mm, or bpfo, bpfi, bsf and ftf, and not both")


class TypeEntry(_Strict):
    """A template for assets of one kind. `{asset}`, captures and table columns are filled into texts."""

    extends: str | None = Field(default=None, description="A type whose entries hold here too.")
    label: str | None = Field(default=None, description="The kind as shown to people.")
    station: bool | None = Field(default=None, description="May be a station of the flow model.")
    static: bool = Field(default=False, description="Never has live data (a rack, a wall): not reported as unbound.")
    rated_power_kw: Positive | None = Field(default=None, description="Rated power in kW.")
    vibration: VibrationEntry | None = Field(default=None, description="Vibration severity zones.")
    bearing: BearingEntry | None = Field(
        default=None, description="The bearing whose frequencies are looked for in the waveform."
    )
    tags: dict[str, TagEntry] = Field(default={}, description="The tags that every asset of this type has.")
    data: dict[str, Any] = Field(default={}, description="Anything else that is to be kept with the asset.")


class RuleEntry(_Strict):
    """Nodes that are assets. The first rule that matches a node holds."""

    nodes: str = Field(description="Node path with *, ** and {captures}: 'Hall/Line {line}/{asset}'.")
    type: str | None = Field(default=None, description='Type name, or "extras:KEY" to take it from the node.')
    asset: str | None = Field(
        default=None, description="Asset id, with captures; left out: {asset}, else extras.asset, else the node's name."
    )
    name: str | None = Field(default=None, description="Name as shown, with captures.")
    path: str | None = Field(default=None, description="ISA-95 place below the site: 'Machining/Line {line}'.")
    ignore: bool = Field(default=False, description="Matching nodes are no assets.")


class FlowEntry(_Strict):
    """Material flow: each asset of an entry feeds each of the next."""

    path: list[str] = Field(description="Asset ids or patterns with *, in order.", min_length=2)


class EnergyEntry(_Strict):
    """Figures for cost and carbon."""

    carbon_kg_per_kwh: NotNegative = Field(default=0.0, description="CO2 equivalent of a kWh, in kg.")
    carbon_source: str = Field(default="", description="Where that figure comes from.")
    tariff_eur_per_kwh: NotNegative = Field(default=0.0, description="Price of a kWh, in euro.")


class KpiEntry(_Strict):
    """Indicators."""

    targets: dict[str, Number] = Field(default={}, description="Target by indicator, such as oee = 0.85.")


class ViewEntry(_Strict):
    """A camera bookmark."""

    name: str = Field(description="Name as shown.")
    position: Vector = Field(description="Where the camera stands, in metres.")
    target: Vector = Field(description="What it looks at, in metres.")
    mode: str = Field(default="", description="Colour mode that goes with it: status, vibration, energy.")
    section: tuple[Number, Number, Number, Number, Number, Number] | None = Field(
        default=None, description="Section box: x from, x to, y from, y to, z from, z to."
    )


class Manifest(_Strict):
    """A scene of twinviewer: geometry, assets, their tags and limits."""

    format: Literal[1] = Field(description="Version of this format: 1.")
    name: str = Field(description="Name of the scene.")
    site: str = Field(default="", description="ISA-95 site; the first step of every asset's place.")
    namespaces: dict[str, str] = Field(default={}, description="Prefix = OPC UA namespace URI.")
    model: list[ModelEntry] = Field(default=[], description="Geometry files.")
    assets: AssetsEntry | None = Field(default=None, description="Asset table.")
    bindings: BindingsEntry | None = Field(
        default=None, description="Binding table; else bindings.csv, if it is there."
    )
    type: dict[str, TypeEntry] = Field(default={}, description="Asset types.")
    asset: list[RuleEntry] = Field(default=[], description="Rules from nodes to assets.")
    flow: list[FlowEntry] = Field(default=[], description="Material flow.")
    energy: EnergyEntry = Field(default=EnergyEntry(), description="Energy and carbon.")
    kpi: KpiEntry = Field(default=KpiEntry(), description="Indicators.")
    view: list[ViewEntry] = Field(default=[], description="Camera bookmarks.")


def schema() -> dict[str, Any]:
    """The JSON Schema of scene.toml, as published in resources/scene.schema.json."""
    result = Manifest.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **result, "title": "twinviewer scene"}
