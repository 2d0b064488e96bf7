"""Batched reads and browses over one session, with the server's own limits kept."""

# asyncua types its structures with integer and string classes of its own that it does not ask for:
# pyright: reportArgumentType=false, reportAttributeAccessIssue=false, reportPrivateImportUsage=false

from collections.abc import Iterable, Sequence

from asyncua import Client, ua

from twinviewer.feeds.opcua_items import Limits, limits_of

_BROWSE_BATCH = 500
_HIERARCHICAL = ua.NodeId(ua.ObjectIds.HierarchicalReferences)
_HAS_SUBTYPE = ua.NodeId(ua.ObjectIds.HasSubtype)
_OBJECTS_AND_VARIABLES = int(ua.NodeClass.Object) | int(ua.NodeClass.Variable)
_STANDARD = {number: name for name, number in vars(ua.ObjectIds).items() if isinstance(number, int) and number < 1000}


class Reader:
    """Looks around in an address space. `uris` is the server's namespace array."""

    def __init__(self, client: Client, uris: Sequence[str], limits: Limits) -> None:
        self.session = client.uaclient.session
        self.uris = uris
        self.limits = limits

    @classmethod
    async def of(cls, client: Client) -> "Reader":
        """A reader on a session that stands."""
        return cls(client, await client.get_namespace_array(), await limits_of(client.uaclient.session))

    async def read(self, nodes: Sequence[ua.NodeId], attribute: ua.AttributeIds) -> list[ua.DataValue]:
        """One attribute of many nodes."""
        values: list[ua.DataValue] = []
        for first in range(0, len(nodes), self.limits.read):
            values += await self.session.read_attributes(list(nodes[first : first + self.limits.read]), attribute)
        return values

    async def browse(
        self, nodes: Sequence[ua.NodeId], references: ua.NodeId = _HIERARCHICAL, inverse: bool = False
    ) -> dict[ua.NodeId, list[ua.ReferenceDescription]]:
        """What each node refers to, following every continuation point."""
        found: dict[ua.NodeId, list[ua.ReferenceDescription]] = {}
        batch = min(self.limits.browse, _BROWSE_BATCH)
        mask = 0 if inverse else _OBJECTS_AND_VARIABLES
        for first in range(0, len(nodes), batch):
            part = nodes[first : first + batch]
            asked = ua.BrowseParameters()
            asked.RequestedMaxReferencesPerNode = 0
            asked.NodesToBrowse = [_question(node, references, inverse, mask) for node in part]
            results = await self.session.browse(asked)
            open_ends: list[tuple[ua.NodeId, bytes]] = []
            for node, result in zip(part, results, strict=True):
                found[node] = list(result.References or ())
                if result.ContinuationPoint:
                    open_ends.append((node, result.ContinuationPoint))
            await self._continue(open_ends, found)
        return found

    async def _continue(
        self, open_ends: list[tuple[ua.NodeId, bytes]], found: dict[ua.NodeId, list[ua.ReferenceDescription]]
    ) -> None:
        while open_ends:
            asked = ua.BrowseNextParameters()
            asked.ContinuationPoints = [point for _, point in open_ends]
            asked.ReleaseContinuationPoints = False
            results = await self.session.browse_next(asked)
            rest: list[tuple[ua.NodeId, bytes]] = []
            for (node, _), result in zip(open_ends, results, strict=True):
                found[node] += result.References or ()
                if result.ContinuationPoint:
                    rest.append((node, result.ContinuationPoint))
            open_ends = rest

    async def data_types(self, nodes: Sequence[ua.NodeId]) -> dict[ua.NodeId, ua.NodeId]:
        """The data type of each variable that has one."""
        pairs = zip(nodes, await self.read(nodes, ua.AttributeIds.DataType), strict=True)
        return {node: value.Value.Value for node, value in pairs if value.Value is not None and value.Value.Value}

    async def names(self, nodes: Iterable[ua.NodeId]) -> dict[ua.NodeId, str]:
        """Browse names of nodes, each asked for once."""
        unique = list(dict.fromkeys(nodes))
        values = await self.read(unique, ua.AttributeIds.BrowseName)
        pairs = zip(unique, values, strict=True)
        return {node: value.Value.Value.Name for node, value in pairs if value.Value is not None and value.Value.Value}

    async def supertypes(self, types: Iterable[ua.NodeId]) -> dict[ua.NodeId, tuple[ua.NodeId, ...]]:
        """Each type followed by its supertypes, nearest first."""
        above: dict[ua.NodeId, ua.NodeId] = {}
        known: set[ua.NodeId] = set()
        types = set(types)
        todo = types
        while todo:
            known |= todo
            for node, references in (await self.browse(list(todo), _HAS_SUBTYPE, inverse=True)).items():
                if references:
                    target = references[0].NodeId
                    above[node] = ua.NodeId(target.Identifier, target.NamespaceIndex, target.NodeIdType)
            todo = set(above.values()) - known
        return {node: _line(node, above) for node in types}


def _line(node: ua.NodeId, above: dict[ua.NodeId, ua.NodeId]) -> tuple[ua.NodeId, ...]:
    line = [node]
    while line[-1] in above and above[line[-1]] not in line:  # a broken server may go round in circles
        line.append(above[line[-1]])
    return tuple(line)


def _question(node: ua.NodeId, references: ua.NodeId, inverse: bool, mask: int) -> ua.BrowseDescription:
    asked = ua.BrowseDescription()
    asked.NodeId = node
    asked.ReferenceTypeId = references
    asked.IncludeSubtypes = True
    asked.BrowseDirection = ua.BrowseDirection.Inverse if inverse else ua.BrowseDirection.Forward
    asked.NodeClassMask = mask
    asked.ResultMask = ua.BrowseResultMask.All
    return asked


def data_type_name(kind: ua.NodeId, names: dict[ua.NodeId, str]) -> str:
    """The name of a data type: "Double", or what its server calls it."""
    standard = kind.NamespaceIndex == 0 and isinstance(kind.Identifier, int)
    return names.get(kind, "") or (_STANDARD.get(int(kind.Identifier), "") if standard else "")


def unit_of(value: ua.DataValue | None) -> str:
    """The sign of an EngineeringUnits property, "" without one (OPC UA Part 8, 5.6.3)."""
    info = value.Value.Value if value is not None and value.Value is not None else None
    name = getattr(info, "DisplayName", None)
    return (getattr(name, "Text", None) or "").strip()


def range_of(value: ua.DataValue | None) -> tuple[float, float] | None:
    """Low and high of an EURange property, None without one (OPC UA Part 8, 5.6.2)."""
    info = value.Value.Value if value is not None and value.Value is not None else None
    low, high = getattr(info, "Low", None), getattr(info, "High", None)
    return (float(low), float(high)) if low is not None and high is not None else None
