"""Small plants made in memory, so that the plant's tests stand on the model alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from twinviewer.model.asset import Asset, Limits, NodeAddress, Tag
from twinviewer.model.state import State

URI = "urn:twinviewer:plant"
STATES = {str(k): State(k + 1) for k in range(8)}
ROTATING = ("State", "Power", "Energy", "Vibration", "Temperature", "Current", "Pressure", "Speed", "Lubrication")
STATION = (
    "State", "Power", "Energy", "Vibration", "Temperature", "Current", "GoodCount", "ScrapCount", "Queue", "CycleTime",
    "Product", "Order", "FaultCode", "RunningHours", "SpeedSetpoint",
)  # fmt: skip
BELT = ("State", "Power", "Vibration", "Queue", "FaultCode")
_ROLES = {
    "State": "state", "Power": "power", "Energy": "energy", "Vibration": "vibration", "Temperature": "temperature",
    "Current": "current", "Pressure": "pressure", "Speed": "speed", "Load": "load", "GoodCount": "count_good",
    "ScrapCount": "count_scrap", "Queue": "queue", "Product": "product", "Order": "order", "FaultCode": "fault_code",
    "RunningHours": "hours", "Lubrication": "lubrication", "X": "position_x", "Y": "position_y",
    "Heading": "heading_deg", "Level": "load",
}  # fmt: skip
_UNITS = {
    "Power": "kW", "Energy": "kWh", "Vibration": "mm/s", "Temperature": "°C", "Current": "A", "Pressure": "bar",
    "Speed": "rpm", "Load": "%", "Lubrication": "%", "RunningHours": "h", "CycleTime": "s", "X": "m", "Y": "m",
    "Heading": "deg", "Level": "%", "SpeedSetpoint": "%",
}  # fmt: skip
_NORMAL = {
    "Power": (8.0, 16.0), "Vibration": (0.6, 2.0), "Temperature": (35.0, 60.0), "Current": (12.0, 28.0),
    "Pressure": (4.5, 6.0), "Speed": (2850.0, 2970.0), "Load": (45.0, 80.0), "Level": (35.0, 80.0),
}  # fmt: skip
_SPAN = {"Vibration": (0.0, 12.0), "X": (0.0, 40.0), "Y": (0.0, 20.0), "Queue": (0.0, 12.0), "Power": (0.0, 25.0)}
_LIMITS = {"Vibration": Limits(high=2.8, high_high=4.5), "Temperature": Limits(high=75.0, high_high=85.0)}


@dataclass(frozen=True)
class SmallScene:
    """What the plant needs of a scene."""

    name: str
    assets: tuple[Asset, ...]
    tags: tuple[Tag, ...]
    flow: tuple[tuple[str, str], ...]

    def row(self, name: str) -> int:
        """Row of a tag."""
        return next(t.index for t in self.tags if t.name == name)

    def index(self, asset_id: str) -> int:
        """Row of an asset."""
        return next(a.index for a in self.assets if a.asset_id == asset_id)


class Maker:
    """Collects assets and tags."""

    def __init__(self) -> None:
        self.assets: list[Asset] = []
        self.tags: list[Tag] = []

    def add(
        self, asset_id: str, kind: str, keys: tuple[str, ...], *, station: bool = False, cycle_s: float = 10.0,
        extras: Mapping[str, object] | None = None, address: str = "s={name}", uri: str = URI,
        states: Mapping[str, State] | None = None,
    ) -> None:  # fmt: skip
        """Add one asset with these tags."""
        first = len(self.tags)
        for key in keys:
            name = f"{asset_id}.{key}"
            normal = (cycle_s - 0.5, cycle_s + 0.5) if key == "CycleTime" else _NORMAL.get(key)
            self.tags.append(
                Tag(
                    index=len(self.tags), name=name, key=key, asset_id=asset_id, role=_ROLES.get(key, ""),
                    address=NodeAddress(uri, address.format(name=name, number=len(self.tags) + 1)),
                    unit=_UNITS.get(key, ""), limits=_LIMITS.get(key, Limits()), normal=normal, span=_SPAN.get(key),
                    states=(states or STATES) if key == "State" else {},
                )
            )  # fmt: skip
        vibrates = (1.4, 2.8, 4.5) if "Vibration" in keys else None
        self.assets.append(
            Asset(
                index=len(self.assets), asset_id=asset_id, name=asset_id, type=kind, path=("Hall",),
                tags=tuple(range(first, len(self.tags))), type_label=kind.title(), vibration_limits=vibrates,
                rated_power_kw=20.0, station=station, extras=extras or {},
            )
        )  # fmt: skip

    def scene(self, *paths: tuple[str, ...]) -> SmallScene:
        """The scene, with a flow along each path."""
        flow = tuple(pair for path in paths for pair in pairwise(path))
        return SmallScene("small", tuple(self.assets), tuple(self.tags), flow)


def line(stations: int = 3, cycle_s: float = 10.0) -> SmallScene:
    """A line of stations with a conveyor before each: C1 M1 C2 M2 …"""
    maker = Maker()
    path: list[str] = []
    for k in range(1, stations + 1):
        maker.add(f"C{k}", "conveyor", BELT)
        maker.add(f"M{k}", "press" if k == 1 else "station", STATION, station=True, cycle_s=cycle_s)
        path += [f"C{k}", f"M{k}"]
    return maker.scene(tuple(path))


def hall() -> SmallScene:
    """A line, two compressors, a pump with its tank, a chiller, two vehicles and a crane."""
    maker = Maker()
    maker.add("C1", "conveyor", BELT)
    maker.add("CNC-1", "cnc", STATION, station=True)
    maker.add("C2", "conveyor", BELT)
    maker.add("ROB-1", "robot", STATION, station=True)
    maker.add("CMP-1", "compressor", (*ROTATING, "Load"))
    maker.add("CMP-2", "compressor", (*ROTATING, "Load"))
    maker.add("TNK-1", "tank", ("State", "Level", "Temperature"))
    maker.add("PMP-1", "pump", ROTATING)
    maker.add("CHL-1", "chiller", ROTATING)
    for k in (1, 2):
        maker.add(f"AGV-{k}", "agv", ("State", "X", "Y", "Heading"), extras={"route": "2 2; 30 2; 30 12; 2 12"})
    maker.add("CRN-1", "crane", ("State", "X", "Load"))
    return maker.scene(("C1", "CNC-1", "C2", "ROB-1"))
