"""Turns a tag's address (namespace URI, or browse path) into the node id it has on the server just now."""
# asyncua types its structures with integer and string classes of its own that it does not ask for:
# pyright: reportArgumentType=false, reportAttributeAccessIssue=false, reportPrivateImportUsage=false

import base64
import binascii
import uuid
from collections.abc import Sequence

from asyncua import ua
from asyncua.client.ua_session import UaSession

from twinviewer.model.asset import NodeAddress
from twinviewer.model.errors import FeedError

BAD_NODE_ID_INVALID = int(ua.StatusCodes.BadNodeIdInvalid)
BAD_NODE_ID_UNKNOWN = int(ua.StatusCodes.BadNodeIdUnknown)
BAD_NO_MATCH = int(ua.StatusCodes.BadNoMatch)
_COMPLETE = 0xFFFFFFFF  # RemainingPathIndex of a path that was followed to its end


def node_id(identifier: str, namespace: int) -> ua.NodeId:
    """The node id of "s=name", "i=42", "g=uuid" or "b=base64" in a namespace. Raises FeedError."""
    kind, _, rest = identifier.partition("=")
    try:
        if kind == "s":
            return ua.NodeId(rest, namespace)
        if kind == "i":
            return ua.NodeId(int(rest), namespace)
        if kind == "g":
            return ua.NodeId(uuid.UUID(rest), namespace)
        if kind == "b":
            return ua.NodeId(base64.b64decode(rest, validate=True), namespace, ua.NodeIdType.ByteString)
    except (ValueError, binascii.Error) as error:
        raise FeedError(f"not a node identifier: {error}", identifier) from error
    raise FeedError("not a node identifier", identifier, "Write s=name, i=number, g=uuid or b=base64.")


def identifier_of(node: ua.NodeId) -> str:
    """The identifier of a node id as it stands in files: "s=name" and so on."""
    value = node.Identifier
    if isinstance(value, int):
        return f"i={value}"
    if isinstance(value, uuid.UUID):
        return f"g={value}"
    if isinstance(value, bytes):
        return f"b={base64.b64encode(value).decode()}"
    return f"s={value}"


async def resolve(
    session: UaSession, uris: Sequence[str], addresses: Sequence[NodeAddress], batch: int = 1000
) -> list[ua.NodeId | int]:
    """For each address its node id, or the StatusCode that says why there is none.

    `uris` is the server's namespace array as it is now: indices move when a server restarts.
    """
    index = {uri: i for i, uri in reversed(list(enumerate(uris)))}
    found: list[ua.NodeId | int] = [BAD_NODE_ID_UNKNOWN] * len(addresses)
    paths: list[tuple[int, ua.BrowsePath]] = []
    for i, address in enumerate(addresses):
        if address.browse_path:
            if all(uri in index for uri, _ in address.browse_path):
                paths.append((i, _browse_path(address.browse_path, index)))
            else:
                found[i] = BAD_NO_MATCH
        elif address.uri in index:
            try:
                found[i] = node_id(address.identifier, index[address.uri])
            except FeedError:
                found[i] = BAD_NODE_ID_INVALID
    for first in range(0, len(paths), batch):
        part = paths[first : first + batch]
        results = await session.translate_browsepaths_to_nodeids([path for _, path in part])
        for (i, _), result in zip(part, results, strict=True):
            found[i] = _target(result)
    return found


def _browse_path(steps: Sequence[tuple[str, str]], index: dict[str, int]) -> ua.BrowsePath:
    path = ua.BrowsePath()
    path.StartingNode = ua.NodeId(ua.ObjectIds.ObjectsFolder)
    for uri, name in steps:
        element = ua.RelativePathElement()
        element.ReferenceTypeId = ua.NodeId(ua.ObjectIds.HierarchicalReferences)
        element.IncludeSubtypes = True
        element.IsInverse = False
        element.TargetName = ua.QualifiedName(name, index[uri])
        path.RelativePath.Elements.append(element)
    return path


def _target(result: ua.BrowsePathResult) -> ua.NodeId | int:
    if not result.StatusCode.is_good():
        return result.StatusCode.value
    for target in result.Targets:
        if target.RemainingPathIndex == _COMPLETE:
            node = target.TargetId
            return ua.NodeId(node.Identifier, node.NamespaceIndex, node.NodeIdType)
    return BAD_NO_MATCH
