"""The plant's address space in the manner of OPC 40001-1: machines with identification, item state and analog tags."""
# asyncua's own types (NodeId's arguments, private exports) do not fit what it accepts and returns at run time.
# pyright: reportPrivateImportUsage=false, reportArgumentType=false, reportAttributeAccessIssue=false
# pyright: reportOptionalMemberAccess=false, reportCallIssue=false

from dataclasses import dataclass, field

import numpy as np
from asyncua import Server, ua

from twinviewer.model.asset import Asset, NodeAddress, Tag
from twinviewer.model.errors import FeedError
from twinviewer.model.state import State
from twinviewer.plant.bulk import DOUBLE, INT32, UINT32
from twinviewer.plant.engineering_units import UNECE_URI, unece
from twinviewer.plant.nodes import OBJECTS, NodeMaker
from twinviewer.plant.readings import is_text
from twinviewer.plant.spec import PlantScene

PLANT_URI = "urn:twinviewer:plant"
MACHINERY_URI, DI_URI = "http://opcfoundation.org/UA/Machinery/", "http://opcfoundation.org/UA/DI/"
MACHINES_ID = 1001  # the Machines folder of OPC 40001-1
MOST_CHILDREN = 100
_COUNTS = frozenset({"count_good", "count_scrap", "queue"})


def item_state(state: int) -> str:
    """The MachineryItemState (OPC 40001-1, 12) of a state."""
    if state == State.OFFLINE:
        return "NotAvailable"
    if state in (State.FAULT, State.MAINTENANCE):
        return "OutOfService"
    return "Executing" if state == State.RUNNING else "NotExecuting"


@dataclass(slots=True)
class PlantNodes:
    """Which node carries which tag. `numeric` are tag rows in order of `numeric_ids` and `kinds`."""

    numeric: list[int] = field(default_factory=list)
    numeric_ids: list[ua.NodeId] = field(default_factory=list)
    kinds: list[int] = field(default_factory=list)
    texts: dict[int, ua.NodeId] = field(default_factory=dict)
    waveforms: dict[int, ua.NodeId] = field(default_factory=dict)
    item_states: list[ua.NodeId] = field(default_factory=list)
    machines: list[tuple[str, ua.NodeId]] = field(default_factory=list)  # id and node of every asset
    writable: dict[int, ua.NodeId] = field(default_factory=dict)


class InformationModel:
    """Builds all nodes of a scene. `nodes` tells where the tags are; `machines` is the folder of the assets."""

    def __init__(self, server: Server, namespaces: dict[str, int]) -> None:
        self._maker = NodeMaker(server.iserver)
        self._index = namespaces
        self._own = namespaces[PLANT_URI]
        self.nodes = PlantNodes()
        self.machines = self._maker.folder(
            OBJECTS,
            ua.NodeId(MACHINES_ID, namespaces[MACHINERY_URI]),
            ua.QualifiedName("Machines", namespaces[MACHINERY_URI]),
        )

    def build(self, scene: PlantScene) -> None:
        """Make a node for every asset and tag. Raises FeedError where two tags want one node or an id is malformed."""
        taken = {str(t.address.identifier) for t in scene.tags if t.address.uri == PLANT_URI}
        for asset in scene.assets:
            parent = self._group(asset.index, len(scene.assets))
            machine = self._machine(parent, asset, taken)
            for k, row in enumerate(row for row in asset.tags if scene.tags[row].derived_from < 0):
                holder = machine if len(asset.tags) <= MOST_CHILDREN else self._shelf(machine, asset, k)
                self._tag(holder, scene.tags[row])

    def _group(self, index: int, count: int) -> ua.NodeId:
        """The folder for the asset of this row: nested so that none has more than a hundred children."""
        parent, size = self.machines, MOST_CHILDREN
        while size * MOST_CHILDREN < count:
            size *= MOST_CHILDREN
        path = ""
        while count > MOST_CHILDREN and size >= MOST_CHILDREN:
            first = index // size * size
            name = f"{first + 1}-{min(first + size, count)}"
            path += f"/{name}"
            parent = self._maker.folder(parent, self._id(f"Machines{path}"), self._name(name))
            size //= MOST_CHILDREN
        return parent

    def _shelf(self, machine: ua.NodeId, asset: Asset, k: int) -> ua.NodeId:
        name = f"Tags {k // MOST_CHILDREN + 1}"
        return self._maker.object(machine, self._id(f"{asset.asset_id}/{name}"), self._name(name))

    def _machine(self, parent: ua.NodeId, asset: Asset, taken: set[str]) -> ua.NodeId:
        name = asset.asset_id
        while f"s={name}" in taken or self._maker.exists(self._id(name)):
            name += "/"
        machine = self._maker.object(parent, self._id(name), self._name(asset.asset_id), organised=True)
        self.nodes.machines.append((name, machine))
        self._identification(machine, name, asset)
        blocks = self._maker.object(machine, self._id(f"{name}/State"), self._machinery("MachineryItemState"))
        state = self._maker.variable(
            blocks, self._id(f"{name}/State/CurrentState"), ua.QualifiedName("CurrentState", 0),
            ua.Variant(ua.LocalizedText("NotAvailable")),
        )  # fmt: skip
        self.nodes.item_states.append(state)
        return machine

    def _identification(self, machine: ua.NodeId, name: str, asset: Asset) -> None:
        facts = {str(key).lower(): value for key, value in asset.extras.items()}
        home = self._maker.object(
            machine, self._id(f"{name}/Identification"), ua.QualifiedName("Identification", self._index[DI_URI])
        )
        serial = f"{asset.type[:3].upper() or 'AST'}-{1000 + asset.index}"
        texts: dict[str, ua.Variant] = {
            "Manufacturer": ua.Variant(ua.LocalizedText(str(facts.get("maker") or "twinviewer demo works"))),
            "Model": ua.Variant(ua.LocalizedText(str(facts.get("model") or asset.type_label or asset.type))),
            "SerialNumber": ua.Variant(str(facts.get("serial") or serial), ua.VariantType.String),
            "ProductInstanceUri": ua.Variant(f"urn:twinviewer:plant:{asset.asset_id}", ua.VariantType.String),
            "AssetId": ua.Variant(asset.asset_id, ua.VariantType.String),
            "ComponentName": ua.Variant(ua.LocalizedText(asset.name or asset.asset_id)),
            "Location": ua.Variant("/".join(asset.path), ua.VariantType.String),
        }
        year = str(facts.get("year") or "")
        if year.isdigit():
            texts["YearOfConstruction"] = ua.Variant(int(year), ua.VariantType.UInt16)
        for key, value in texts.items():
            self._maker.property(home, self._id(f"{name}/Identification/{key}"), self._device(key), value)

    def _tag(self, machine: ua.NodeId, tag: Tag) -> None:
        parent, node_id, name = machine, ua.NodeId(), self._name(tag.key)
        if tag.address.browse_path:
            parent, node_id, name = self._along(tag.address)
        elif tag.address.identifier:
            node_id = node_id_of(tag.address, self._index)
        else:
            node_id = self._id(tag.name)
        if self._maker.exists(node_id):
            raise FeedError(f"Two tags want the node {tag.address}.", tag.name, "Give each tag its own node.")
        if tag.role == "waveform":
            none_yet = ua.Variant([], ua.VariantType.Float, is_array=True)
            self._maker.variable(parent, node_id, name, none_yet, True, False, tag.name)
            self._analog(node_id, tag)
            self.nodes.waveforms[tag.index] = node_id
            return
        words = is_text(tag)
        kind = DOUBLE if words or tag.role not in _COUNTS | {"state"} else INT32 if tag.role == "state" else UINT32
        first = ua.Variant("", ua.VariantType.String) if words else _zero(kind)
        analog = not words and kind == DOUBLE
        writable = tag.key == "SpeedSetpoint" or tag.settable is not None
        self._maker.variable(parent, node_id, name, first, analog, writable, tag.name)
        if analog:
            self._analog(node_id, tag)
        if words:
            self.nodes.texts[tag.index] = node_id
        else:
            self.nodes.numeric.append(tag.index)
            self.nodes.numeric_ids.append(node_id)
            self.nodes.kinds.append(kind)
        if writable:
            self.nodes.writable[tag.index] = node_id

    def _analog(self, node_id: ua.NodeId, tag: Tag) -> None:
        low, high = _range_of(tag)
        base = f"{tag.name}/"
        span = ua.Variant(ua.Range(Low=float(low), High=float(high)))
        self._maker.property(node_id, self._id(f"{base}EURange"), ua.QualifiedName("EURange", 0), span)
        number, description = unece(tag.unit or "1")
        unit = ua.EUInformation(
            NamespaceUri=UNECE_URI, UnitId=number, DisplayName=ua.LocalizedText(tag.unit or "1"),
            Description=ua.LocalizedText(description),
        )  # fmt: skip
        self._maker.property(
            node_id, self._id(f"{base}EngineeringUnits"), ua.QualifiedName("EngineeringUnits", 0), ua.Variant(unit)
        )

    def _along(self, address: NodeAddress) -> tuple[ua.NodeId, ua.NodeId, ua.QualifiedName]:
        """Make the folders of a browse path; returns parent, id and name for its last step."""
        parent, path = OBJECTS, "Objects"
        for uri, step in address.browse_path[:-1]:
            path += f"/{self._index[uri]}:{step}"
            at_home = uri == MACHINERY_URI and step == "Machines" and parent == OBJECTS
            parent = (
                self.machines
                if at_home
                else self._maker.folder(parent, self._id(path), ua.QualifiedName(step, self._index[uri]))
            )
        uri, step = address.browse_path[-1]
        return parent, self._id(f"{path}/{self._index[uri]}:{step}"), ua.QualifiedName(step, self._index[uri])

    def _id(self, text: str) -> ua.NodeId:
        return ua.NodeId(text, self._own)

    def _name(self, text: str) -> ua.QualifiedName:
        return ua.QualifiedName(text, self._own)

    def _machinery(self, text: str) -> ua.QualifiedName:
        return ua.QualifiedName(text, self._index[MACHINERY_URI])

    def _device(self, text: str) -> ua.QualifiedName:
        return ua.QualifiedName(text, self._index[DI_URI])

    def kinds(self) -> np.ndarray:
        """Built-in type of each numeric tag (uint8)."""
        return np.array(self.nodes.kinds, dtype=np.uint8)


def uris_of(scene: PlantScene) -> list[str]:
    """The namespaces that a scene's tags live in, in order of appearance, after those of the plant itself."""
    uris = [DI_URI, MACHINERY_URI, PLANT_URI]
    for tag in scene.tags:
        uris.extend(uri for uri, _ in tag.address.browse_path)
        if tag.address.uri:
            uris.append(tag.address.uri)
    return list(dict.fromkeys(uri for uri in uris if uri))


def node_id_of(address: NodeAddress, index: dict[str, int]) -> ua.NodeId:
    """The NodeId of an address "s=…", "i=…", "g=…" or "b=…" on this server. Raises FeedError."""
    try:
        node_id = ua.NodeId.from_string(f"ns={index[address.uri]};{address.identifier}")
    except (KeyError, ValueError, ua.UaError) as error:
        raise FeedError(
            f"The node id “{address.identifier}” cannot be read.", str(address), "Write s=TEXT, i=NUMBER, g= or b=."
        ) from error
    return node_id


def _range_of(tag: Tag) -> tuple[float, float]:
    """The EURange: the scene's span, else what holds the normal band and every limit with room beyond them."""
    if tag.span is not None:
        return tag.span
    limits = (tag.limits.low_low, tag.limits.low, tag.limits.high, tag.limits.high_high)
    known = [*(tag.normal or ()), *(v for v in limits if v is not None)]
    if not known:
        return 0.0, 100.0
    low, high = min(0.0, *known), max(known)
    return low if low == 0 else low - 0.5 * (high - low), high + 0.5 * (high - low or 1.0)


def _zero(kind: int) -> ua.Variant:
    return ua.Variant(0.0 if kind == DOUBLE else 0, ua.VariantType(kind))
