"""Assets, their tags and limits: what a scene says about the plant."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from twinviewer.model.bearing import Bearing
from twinviewer.model.state import State


@dataclass(frozen=True, slots=True)
class NodeAddress:
    """Where a tag lives on the server.

    Either `uri` + `identifier` ("s=CNC-102.Power", "i=42", "g=…", "b=…"), or `browse_path`: a tuple of
    (namespace URI, name) steps from the Objects folder. Never a bare namespace index.
    """

    uri: str = ""
    identifier: str = ""
    browse_path: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        if self.browse_path:
            return "/".join(name for _, name in self.browse_path)
        return f"nsu={self.uri};{self.identifier}"


@dataclass(frozen=True, slots=True)
class Limits:
    """Alarm limits of one tag in its own unit; None where there is none. `hysteresis` is in the same unit.

    `delay_s` is how long a limit must be crossed before the alarm is raised (ISA-18.2 on-delay).
    """

    low_low: float | None = None
    low: float | None = None
    high: float | None = None
    high_high: float | None = None
    hysteresis: float = 0.0
    delay_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Tag:
    """One named live quantity of an asset.

    `index` is its row in the tag table. `name` is unique in the scene ("CNC-102.Vibration"), `key` is its name
    within the type ("Vibration"). `role` says what twinviewer does with it: one of "state", "vibration",
    "power", "energy", "temperature", "current", "pressure", "lubrication", "speed", "load", "count_good",
    "count_scrap", "queue", "cycle_time", "order", "product", "fault_code", "position_x", "position_y", "position_z",
    "heading_deg", "health", "hours", "ambient", "waveform", "acceleration", "acceleration_peak", "crest", "kurtosis",
    "envelope", "bpfo", "bpfi", "bsf", "ftf" or "".
    `normal` is the band in which the value usually lies, `span` the range an instrument can show (EURange).
    `states` maps raw values (as text: "0", "3", "Running") to states, for role "state". `settable` is the range in
    which a person may set the value, None where the scene lets nobody. A waveform is an array that the server sends at
    `sampling_hz` (0: not said); `band_hz` is where its bearing rings (None: nobody said). `derived_from` is the row of
    the waveform that the value is worked out of, -1 for a value that the server sends; such a tag has no address.
    """

    index: int
    name: str
    key: str
    asset_id: str
    address: NodeAddress
    role: str = ""
    unit: str = ""
    limits: Limits = Limits()
    normal: tuple[float, float] | None = None
    span: tuple[float, float] | None = None
    stale_after_s: float | None = None
    states: Mapping[str, State] = field(default_factory=dict)
    is_text: bool = False
    settable: tuple[float, float] | None = None
    sampling_hz: float = 0.0
    band_hz: tuple[float, float] | None = None
    derived_from: int = -1


@dataclass(frozen=True, slots=True)
class Asset:
    """A physical thing with geometry. `index` is its row in every per-asset array.

    `path` is its ISA-95 place, outermost first ("Site", "Machining", "Line A"), without the asset itself.
    `tags` are rows of the tag table. `nodes` are canonical geometry node paths ("hall.glb#Plant/LineA/CNC-102").
    `vibration_limits` are the zone boundaries A/B, B/C, C/D in mm/s RMS (ISO 20816-3), None without them.
    `bearing` holds the defect frequencies of its bearing, None where nobody gave them.
    `part_of` is the asset_id of the asset this one belongs to, "" where it stands on its own.
    """

    index: int
    asset_id: str
    name: str
    type: str
    path: tuple[str, ...]
    tags: tuple[int, ...]
    nodes: tuple[str, ...] = ()
    type_label: str = ""
    vibration_limits: tuple[float, float, float] | None = None
    vibration_group: str = ""
    rated_power_kw: float | None = None
    station: bool = False
    part_of: str = ""
    bearing: Bearing | None = None
    extras: Mapping[str, object] = field(default_factory=dict)
