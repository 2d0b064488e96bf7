"""Looks at what a server has: the nodes behind given addresses, or everything below Objects, in batches."""

# asyncua types its structures with integer and string classes of its own that it does not ask for:
# pyright: reportArgumentType=false, reportAttributeAccessIssue=false, reportPrivateImportUsage=false

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from asyncua import ua

from twinviewer.feeds.opcua_addresses import identifier_of, resolve
from twinviewer.feeds.opcua_client import close, open_session
from twinviewer.feeds.opcua_decode import number_and_text
from twinviewer.feeds.opcua_reading import Reader, data_type_name, range_of, unit_of
from twinviewer.feeds.options import FeedOptions
from twinviewer.feeds.source import FeedSource
from twinviewer.feeds.trust import TrustStore
from twinviewer.model.asset import NodeAddress
from twinviewer.model.errors import FeedLost

_OBJECTS = ua.NodeId(ua.ObjectIds.ObjectsFolder)
_SERVER = ua.NodeId(ua.ObjectIds.Server)
_HAS_PROPERTY = ua.NodeId(ua.ObjectIds.HasProperty)
_PROPERTIES = ("EngineeringUnits", "EURange")
_NUMERIC_TYPES = frozenset({*range(1, 12), 24, 26, 27, 28, 29, 290})  # OPC UA Part 6, 5.1.2; 290 is Duration
_DEEPEST = 24

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class NodeInfo:
    """What a server says about one address. `status` is the StatusCode of its value, or of why it does not exist."""

    exists: bool
    status: int
    data_type: str = ""
    is_numeric: bool = False
    unit: str = ""
    eu_range: tuple[float, float] | None = None
    value: float | str | None = None
    is_array: bool = False


@dataclass(frozen=True, slots=True)
class BrowsedNode:
    """One variable. `path` holds the names from Objects down, its own last; `types` and `parent_types` are the names
    of the type definition and its supertypes, of the node and of the object that holds it, nearest first."""

    path: tuple[str, ...]
    uri: str
    identifier: str
    name: str
    type_name: str = ""
    data_type: str = ""
    unit: str = ""
    eu_range: tuple[float, float] | None = None
    parent_type: str = ""
    types: tuple[str, ...] = ()
    parent_types: tuple[str, ...] = ()


@asynccontextmanager
async def _reading(url: str, options: FeedOptions | None, store: TrustStore | None) -> AsyncIterator[Reader]:
    """A session for looking around. Raises FeedLost or FeedRefused."""
    opened = await open_session(FeedSource(url, options or FeedOptions()), store)
    politely = False
    try:
        yield await Reader.of(opened.client)
        politely = True
    except ua.UaError as error:
        raise FeedLost(f"the server answered {error}", url) from error
    except OSError as error:
        raise FeedLost(f"the connection broke ({error or type(error).__name__})", url) from error
    finally:
        await close(opened.client, politely)


async def describe(
    url: str,
    addresses: Sequence[NodeAddress],
    options: FeedOptions | None = None,
    *,
    store: TrustStore | None = None,
) -> dict[NodeAddress, NodeInfo]:
    """What the server says about each address: does it exist, of what type, in which unit, with what value."""
    unique = list(dict.fromkeys(addresses))
    async with _reading(url, options, store) as reader:
        found = await resolve(reader.session, reader.uris, unique, reader.limits.paths)
        nodes = [node for node in found if not isinstance(node, int)]
        values = dict(zip(nodes, await reader.read(nodes, ua.AttributeIds.Value), strict=True))
        types = await reader.data_types(nodes)
        names = await reader.names(types.values())
        units = await _units(reader, nodes)
    return {
        address: NodeInfo(False, node)
        if isinstance(node, int)
        else _info(values[node], types.get(node), names, units[node])
        for address, node in zip(unique, found, strict=True)
    }


def _info(
    value: ua.DataValue,
    kind: ua.NodeId | None,
    names: dict[ua.NodeId, str],
    unit: tuple[str, tuple[float, float] | None],
) -> NodeInfo:
    status = value.StatusCode.value if value.StatusCode is not None else 0
    if kind is None:
        gone = status in (ua.StatusCodes.BadNodeIdUnknown, ua.StatusCodes.BadNodeIdInvalid)
        return NodeInfo(not gone, status)
    number, text = number_and_text(value.Value.Value if value.Value is not None else None)
    shown = text if text is not None else None if number != number else number
    builtin = value.Value.VariantType.value if value.Value is not None else 0
    numeric = builtin in _NUMERIC_TYPES or (not builtin and _is_numeric(kind))
    is_array = value.Value is not None and bool(value.Value.is_array)
    return NodeInfo(True, status, data_type_name(kind, names), numeric, unit[0], unit[1], shown, is_array)


def _is_numeric(kind: ua.NodeId) -> bool:
    return kind.NamespaceIndex == 0 and kind.Identifier in _NUMERIC_TYPES


async def _units(reader: Reader, nodes: Sequence[ua.NodeId]) -> dict[ua.NodeId, tuple[str, tuple[float, float] | None]]:
    """Unit and range of each node, from its properties."""
    below = await reader.browse(nodes, _HAS_PROPERTY)
    wanted = {
        (node, ref.BrowseName.Name): _plain(ref.NodeId)
        for node, references in below.items()
        for ref in references
        if ref.BrowseName.Name in _PROPERTIES
    }
    return await _unit_values(reader, nodes, wanted)


async def _unit_values(
    reader: Reader, nodes: Iterable[ua.NodeId], properties: dict[tuple[ua.NodeId, str], ua.NodeId]
) -> dict[ua.NodeId, tuple[str, tuple[float, float] | None]]:
    values = dict(zip(properties, await reader.read(list(properties.values()), ua.AttributeIds.Value), strict=True))
    return {
        node: (unit_of(values.get((node, "EngineeringUnits"))), range_of(values.get((node, "EURange"))))
        for node in nodes
    }


@dataclass(slots=True)
class _Seen:
    """A node on the way down."""

    reference: ua.ReferenceDescription
    parent: ua.NodeId
    path: tuple[str, ...]
    holder: ua.NodeId | None  # type definition of the nearest object above


async def browse(
    url: str,
    options: FeedOptions | None = None,
    limit: int = 200_000,
    *,
    progress: Progress | None = None,
    store: TrustStore | None = None,
) -> list[BrowsedNode]:
    """Every variable below Objects, the server's own diagnostics apart; at most `limit` nodes are looked at."""
    async with _reading(url, options, store) as reader:
        seen, properties = await _descend(reader, limit, progress)
        variables = {n: s for n, s in seen.items() if s.reference.NodeClass == ua.NodeClass.Variable}
        kinds = await reader.data_types(list(variables))
        units = await _unit_values(reader, variables, properties)
        definitions = {_plain(s.reference.TypeDefinition) for s in variables.values()}
        definitions |= {s.holder for s in variables.values() if s.holder is not None}
        lines = await reader.supertypes(definitions)
        names = await reader.names([*kinds.values(), *(t for line in lines.values() for t in line)])
    words = {definition: tuple(names.get(t, "") for t in line) for definition, line in lines.items()}
    return [
        _browsed(
            node, about, reader.uris, words, data_type_name(kinds[node], names) if node in kinds else "", units[node]
        )
        for node, about in variables.items()
    ]


def _browsed(
    node: ua.NodeId,
    about: _Seen,
    uris: Sequence[str],
    words: dict[ua.NodeId, tuple[str, ...]],
    data_type: str,
    unit: tuple[str, tuple[float, float] | None],
) -> BrowsedNode:
    types = words.get(_plain(about.reference.TypeDefinition), ())
    parents = words.get(about.holder, ()) if about.holder is not None else ()
    return BrowsedNode(
        path=about.path,
        uri=uris[node.NamespaceIndex] if node.NamespaceIndex < len(uris) else "",
        identifier=identifier_of(node),
        name=about.reference.BrowseName.Name or "",
        type_name=types[0] if types else "",
        data_type=data_type,
        unit=unit[0],
        eu_range=unit[1],
        parent_type=parents[0] if parents else "",
        types=types,
        parent_types=parents,
    )


async def _descend(
    reader: Reader, limit: int, progress: Progress | None
) -> tuple[dict[ua.NodeId, _Seen], dict[tuple[ua.NodeId, str], ua.NodeId]]:
    """All objects and variables below Objects, level by level, and where units and ranges of variables lie."""
    seen: dict[ua.NodeId, _Seen] = {}
    properties: dict[tuple[ua.NodeId, str], ua.NodeId] = {}
    level: list[ua.NodeId] = [_OBJECTS]
    for _ in range(_DEEPEST):
        below: list[ua.NodeId] = []
        for parent, references in (await reader.browse(level)).items():
            above = seen.get(parent)
            for ref in references:
                node = _plain(ref.NodeId)
                of_variable = above is not None and above.reference.NodeClass == ua.NodeClass.Variable
                if of_variable and _plain(ref.ReferenceTypeId) == _HAS_PROPERTY:
                    if ref.BrowseName.Name in _PROPERTIES:
                        properties[parent, ref.BrowseName.Name] = node
                elif node not in seen and node not in (_OBJECTS, _SERVER) and len(seen) < limit:
                    seen[node] = _step(ref, parent, above)
                    below.append(node)
        if progress is not None:
            progress(len(seen))
        if not below:
            break
        level = below
    return seen, properties


def _step(ref: ua.ReferenceDescription, parent: ua.NodeId, above: _Seen | None) -> _Seen:
    path = (*(above.path if above is not None else ()), ref.BrowseName.Name or "")
    holder = None
    if above is not None:
        is_object = above.reference.NodeClass == ua.NodeClass.Object
        holder = _plain(above.reference.TypeDefinition) if is_object else above.holder
    return _Seen(ref, parent, path, holder)


def _plain(node: ua.NodeId) -> ua.NodeId:
    """An expanded node id without what a local one does not need."""
    return ua.NodeId(node.Identifier, node.NamespaceIndex, node.NodeIdType)
