"""Tags that a server does not give: which nodes are gone, and the sentence that says so."""
# asyncua types its structures with integer and string classes of its own that it does not ask for:
# pyright: reportArgumentType=false, reportAttributeAccessIssue=false, reportPrivateImportUsage=false

from collections import Counter
from collections.abc import Mapping, Sequence

from asyncua import ua
from asyncua.client.ua_session import UaSession

_GONE = (int(ua.StatusCodes.BadNodeIdUnknown), int(ua.StatusCodes.BadNodeIdInvalid))
_NAMED = 3  # refused tags that are named in the reason


async def gone(session: UaSession, nodes: Mapping[int, ua.NodeId]) -> dict[int, int]:
    """Of these nodes (by slot) the ones that the server no longer has, with the StatusCode that says so."""
    answers = await session.read_attributes(list(nodes.values()), ua.AttributeIds.NodeClass)
    codes = [a.StatusCode.value if a.StatusCode is not None else 0 for a in answers]
    return {slot: code for slot, code in zip(nodes, codes, strict=True) if code in _GONE}


def sentence(refused: Mapping[int, int], names: Mapping[int, str], absent: Sequence[str]) -> str:
    """How many tags are refused (slot to StatusCode) and why most are; `names` are those of all tags by slot, `absent`
    the namespaces that the server does not have."""
    code, _ = Counter(refused.values()).most_common(1)[0]
    found = [names[slot] for slot, status in refused.items() if status == code]
    more = f" and {len(refused) - _NAMED} more" if len(refused) > _NAMED else ""
    text = f"{len(refused)} of {len(names)} tags refused: {ua.StatusCode(code).name}"
    away = f"; the server has no namespace {', '.join(absent)}" if absent else ""
    return f"{text} ({', '.join(found[:_NAMED])}{more}){away}"
