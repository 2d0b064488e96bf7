"""Writes one value to a server, in a session of its own, and reads it back."""
# asyncua types its structures with integer and string classes of its own that it does not ask for:
# pyright: reportArgumentType=false, reportAttributeAccessIssue=false, reportPrivateImportUsage=false

import math

from asyncua import ua

from twinviewer.feeds.opcua_addresses import resolve
from twinviewer.feeds.opcua_client import broken, close, open_session
from twinviewer.feeds.opcua_decode import number_and_text
from twinviewer.feeds.source import FeedSource, Refused, Written
from twinviewer.feeds.trust import TrustStore
from twinviewer.model.asset import NodeAddress
from twinviewer.model.errors import FeedError

_WHOLE = {
    ua.VariantType.SByte,
    ua.VariantType.Byte,
    ua.VariantType.Int16,
    ua.VariantType.UInt16,
    ua.VariantType.Int32,
    ua.VariantType.UInt32,
    ua.VariantType.Int64,
    ua.VariantType.UInt64,
}
_REAL = {ua.VariantType.Float, ua.VariantType.Double}


async def write(
    source: FeedSource, address: NodeAddress, value: float | str, store: TrustStore | None = None
) -> Written:
    """Write `value` as the type that the node has, then read it back. Raises FeedLost, FeedRefused or FeedError.

    Where the line breaks after the server was asked, nobody knows whether it did as asked, and the error says so.
    """
    opened = await open_session(source, store)
    session = opened.client.uaclient.session
    politely, so = False, ""
    try:
        (node,) = await resolve(session, await opened.client.get_namespace_array(), [address])
        if isinstance(node, int):
            raise FeedError(f"there is no such node ({ua.StatusCode(node).name})", str(address))
        (before,) = await session.read_attributes([node], ua.AttributeIds.Value)
        asked = _variant(before, value, address)
        so = "; whether the value was written is not known: look at the machine"
        (status,) = await session.write_attributes([node], [ua.DataValue(asked)])
        so = "; the value was written, and could not be read back" if status.is_good() else ""
        (after,) = await session.read_attributes([node], ua.AttributeIds.Value)
        politely = True
    except (ua.UaError, OSError) as error:
        raise broken(error, source.url, so) from error
    finally:
        await close(opened.client, politely)
    if not status.is_good():
        raise Refused(f"the server refuses to write ({status.name})", str(address))
    number, text = number_and_text(after.Value.Value if after.Value is not None else None)
    same = (
        text == asked.Value if isinstance(asked.Value, str) else math.isclose(number, float(asked.Value), rel_tol=1e-6)
    )
    return Written(status.value, number, text or "", same)


def _variant(before: ua.DataValue, value: float | str, address: NodeAddress) -> ua.Variant:
    kind = before.Value.VariantType if before.Value is not None else ua.VariantType.Null
    try:
        if kind in _REAL:
            return ua.Variant(float(value), kind)
        if kind in _WHOLE and float(value) == int(float(value)):
            return ua.Variant(int(float(value)), kind)
        if kind is ua.VariantType.Boolean and float(value) in (0.0, 1.0):
            return ua.Variant(bool(float(value)), kind)
    except (ValueError, OverflowError) as error:
        raise FeedError(f"{value!r} is not a value of type {kind.name}", str(address)) from error
    if kind is ua.VariantType.String and isinstance(value, str):
        return ua.Variant(value, kind)
    raise FeedError(f"{value!r} cannot be written to a node of type {kind.name}", str(address))
