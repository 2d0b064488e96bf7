"""Alarms & Conditions of a server (OPC UA Part 9): its condition events, their refresh, and their acknowledgement."""
# asyncua types its structures with integer and string classes of its own that it does not ask for:
# pyright: reportArgumentType=false, reportAttributeAccessIssue=false, reportPrivateImportUsage=false

import logging
import time
from collections.abc import Sequence
from typing import Any

from asyncua import Client, ua
from asyncua.common.utils import Buffer
from asyncua.ua.ua_binary import struct_from_binary

from twinviewer.feeds.opcua_addresses import identifier_of, resolve
from twinviewer.feeds.opcua_client import broken, close, open_session
from twinviewer.feeds.opcua_decode import datetime_ns
from twinviewer.feeds.source import FeedSink, FeedSource, Refused
from twinviewer.feeds.trust import TrustStore
from twinviewer.model.alarm import ServerCondition, StandingConditions
from twinviewer.model.asset import NodeAddress
from twinviewer.model.errors import FeedError

HANDLE = 0  # of the event item; tags have handles from 1 on
_QUEUE = 1000
_REFRESH_S = 3.0  # a server that never says that its refresh is over is taken to have ended by then
_START, _END = ua.NodeId(ua.ObjectIds.RefreshStartEventType), ua.NodeId(ua.ObjectIds.RefreshEndEventType)
_REQUIRED = ua.NodeId(ua.ObjectIds.RefreshRequiredEventType)
# (type that has it, browse path): an empty path asks for the node id of the condition itself (Part 9, 5.5.2)
_FIELDS: tuple[tuple[int, tuple[str, ...]], ...] = (
    (ua.ObjectIds.BaseEventType, ("EventId",)),
    (ua.ObjectIds.BaseEventType, ("EventType",)),
    (ua.ObjectIds.BaseEventType, ("SourceNode",)),
    (ua.ObjectIds.BaseEventType, ("SourceName",)),
    (ua.ObjectIds.BaseEventType, ("Time",)),
    (ua.ObjectIds.BaseEventType, ("Message",)),
    (ua.ObjectIds.BaseEventType, ("Severity",)),
    (ua.ObjectIds.ConditionType, ()),
    (ua.ObjectIds.ConditionType, ("BranchId",)),
    (ua.ObjectIds.ConditionType, ("ConditionName",)),
    (ua.ObjectIds.ConditionType, ("Retain",)),
    (ua.ObjectIds.ConditionType, ("Comment",)),
    (ua.ObjectIds.ConditionType, ("ClientUserId",)),
    (ua.ObjectIds.AcknowledgeableConditionType, ("AckedState", "Id")),
    (ua.ObjectIds.AlarmConditionType, ("ActiveState", "Id")),
)
# of limit alarms (Part 9, 5.8.19 to 5.8.21); a server that knows no such types may refuse them
_LIMIT_FIELDS: tuple[tuple[int, tuple[str, ...]], ...] = (
    (ua.ObjectIds.AlarmConditionType, ("InputNode",)),
    (ua.ObjectIds.ExclusiveLimitAlarmType, ("LimitState", "CurrentState", "Id")),
    (ua.ObjectIds.NonExclusiveLimitAlarmType, ("HighHighState", "Id")),
    (ua.ObjectIds.NonExclusiveLimitAlarmType, ("LowLowState", "Id")),
    (ua.ObjectIds.NonExclusiveLimitAlarmType, ("HighState", "Id")),
    (ua.ObjectIds.NonExclusiveLimitAlarmType, ("LowState", "Id")),
)
_LEVELS = ("high_high", "low_low", "high", "low")  # in the order of the last four
_EXCLUSIVE = {
    ua.NodeId(ua.ObjectIds.ExclusiveLimitStateMachineType_HighHigh): "high_high",
    ua.NodeId(ua.ObjectIds.ExclusiveLimitStateMachineType_High): "high",
    ua.NodeId(ua.ObjectIds.ExclusiveLimitStateMachineType_Low): "low",
    ua.NodeId(ua.ObjectIds.ExclusiveLimitStateMachineType_LowLow): "low_low",
}
(
    _EVENT_ID, _EVENT_TYPE, _SOURCE_NODE, _SOURCE_NAME, _TIME, _MESSAGE, _SEVERITY,
    _CONDITION, _BRANCH, _NAME, _RETAIN, _COMMENT, _USER, _ACKED, _ACTIVE,
) = range(len(_FIELDS))  # fmt: skip

log = logging.getLogger(__name__)


class Events:
    """The conditions of one session. Servers without any are no trouble: then nothing comes."""

    def __init__(self, client: Client, put: FeedSink) -> None:
        self._client = client
        self._put = put
        self._uris: Sequence[str] = ()
        self._subscription = 0
        self._seen: set[str] | None = None  # what a refresh under way has told so far
        self._ends_at = 0.0
        self._asked_for = False

    async def begin(self, subscription: int, uris: Sequence[str]) -> None:
        """Watch the server's conditions on this subscription, and have those that stand told now."""
        self._uris = uris
        try:
            status = await self._ask(subscription, _FIELDS + _LIMIT_FIELDS)
            if not status.is_good():
                status = await self._ask(subscription, _FIELDS)
        except (ua.UaStatusCodeError, TimeoutError) as error:  # values go on all the same
            log.info("the server gives no events: %s", error or "no answer")
            return
        if not status.is_good():
            log.info("the server gives no events: %s", status.name)
            return
        self._subscription = subscription
        await self.refresh()

    async def _ask(self, subscription: int, fields: Sequence[tuple[int, tuple[str, ...]]]) -> ua.StatusCode:
        asked = ua.CreateMonitoredItemsParameters()
        asked.SubscriptionId = subscription
        asked.TimestampsToReturn = ua.TimestampsToReturn.Neither
        asked.ItemsToCreate = [_item(fields)]
        (result,) = await self._client.uaclient.session.create_monitored_items(asked)
        return result.StatusCode

    async def refresh(self) -> None:
        """Have all conditions told that stand (ConditionRefresh); a server that cannot tells the next changes only."""
        if not self._subscription:
            return
        call = ua.CallMethodRequest()
        call.ObjectId = ua.NodeId(ua.ObjectIds.ConditionType)
        call.MethodId = ua.NodeId(ua.ObjectIds.ConditionType_ConditionRefresh)
        call.InputArguments = [ua.Variant(self._subscription, ua.VariantType.UInt32)]
        self._seen, self._ends_at = set(), time.monotonic() + _REFRESH_S
        try:
            (result,) = await self._client.uaclient.session.call([call])
            status = result.StatusCode
        except ua.UaStatusCodeError as error:
            status = ua.StatusCode(error.code)
        except TimeoutError:
            status = ua.StatusCode(ua.StatusCodes.BadTimeout)
        if not status.is_good():
            self._seen = None
            log.info("the server does not repeat its conditions: %s", status.name)

    async def look(self) -> None:
        """Look whether a refresh is over or asked for; call it now and then."""
        if self._asked_for:
            self._asked_for = False
            await self.refresh()
        elif self._seen is not None and self._ends_at < time.monotonic():
            self._finish()

    def take(self, raw: bytes, pos: int, size: int) -> None:
        """The body of an EventNotificationList. One that cannot be read is left out: values go on all the same."""
        try:
            events = struct_from_binary(ua.EventNotificationList, Buffer(raw, pos, size)).Events
            for event in events:
                self._take([field.Value for field in event.EventFields])
        except Exception:  # asyncua raises whatever its decoder stumbles over
            log.warning("events of the server cannot be read", exc_info=True)

    def _take(self, fields: list[Any]) -> None:
        if len(fields) not in (len(_FIELDS), len(_FIELDS) + len(_LIMIT_FIELDS)):
            return
        kind = fields[_EVENT_TYPE]
        if kind == _END:
            self._finish()
        elif kind == _REQUIRED:
            self._asked_for = True
        elif kind != _START and isinstance(fields[_CONDITION], ua.NodeId) and not fields[_CONDITION].is_null():
            condition = self._condition(fields)
            if self._seen is not None:
                self._seen.add(condition.key)
            self._put.event(condition)

    def _finish(self) -> None:
        if self._seen is not None:
            self._put.event(StandingConditions(frozenset(self._seen)))
            self._seen = None

    def _condition(self, fields: list[Any]) -> ServerCondition:
        branch = fields[_BRANCH]
        severity = fields[_SEVERITY]
        active = fields[_ACTIVE]
        return ServerCondition(
            address=self._address(fields[_CONDITION]),
            event_id=fields[_EVENT_ID] if isinstance(fields[_EVENT_ID], bytes) else b"",
            name=_text(fields[_NAME]),
            source=_text(fields[_SOURCE_NAME]),
            source_address=self._address(fields[_SOURCE_NODE]),
            message=_text(fields[_MESSAGE]),
            severity=int(severity) if isinstance(severity, (int, float)) else 1,
            retain=bool(fields[_RETAIN]),
            active=bool(fields[_RETAIN]) if active is None else bool(active),  # a condition that is no alarm
            acknowledged=fields[_ACKED] is None or bool(fields[_ACKED]),
            time_ns=datetime_ns(fields[_TIME]),
            comment=_text(fields[_COMMENT]),
            user=_text(fields[_USER]),
            branch=str(branch) if isinstance(branch, ua.NodeId) and not branch.is_null() else "",
            input_address=self._address(fields[len(_FIELDS)] if len(fields) > len(_FIELDS) else None),
            level=_level(fields[len(_FIELDS) + 1 :]),
        )

    def _address(self, node: Any) -> NodeAddress:
        if not isinstance(node, ua.NodeId) or node.is_null() or node.NamespaceIndex >= len(self._uris):
            return NodeAddress()
        return NodeAddress(self._uris[node.NamespaceIndex], identifier_of(node))


def _text(value: Any) -> str:
    if isinstance(value, ua.LocalizedText):
        return value.Text or ""
    return "" if value is None else str(value)


def _level(fields: Sequence[Any]) -> str:
    """Which limit is passed now, the farthest one; "" for none or where the server does not say."""
    if not fields:
        return ""
    state, *beyond = fields
    return _EXCLUSIVE.get(state, "") or next((name for name, is_so in zip(_LEVELS, beyond, strict=True) if is_so), "")


def _item(fields: Sequence[tuple[int, tuple[str, ...]]]) -> ua.MonitoredItemCreateRequest:
    request = ua.MonitoredItemCreateRequest()
    request.ItemToMonitor.NodeId = ua.NodeId(ua.ObjectIds.Server)
    request.ItemToMonitor.AttributeId = ua.AttributeIds.EventNotifier
    request.MonitoringMode = ua.MonitoringMode.Reporting
    wanted = ua.EventFilter()
    for kind, path in fields:
        operand = ua.SimpleAttributeOperand()
        operand.TypeDefinitionId = ua.NodeId(kind)
        operand.BrowsePath = [ua.QualifiedName(step, 0) for step in path]
        operand.AttributeId = ua.AttributeIds.Value if path else ua.AttributeIds.NodeId
        wanted.SelectClauses.append(operand)
    asked = request.RequestedParameters
    asked.ClientHandle = HANDLE
    asked.SamplingInterval = 0.0
    asked.QueueSize = _QUEUE
    asked.DiscardOldest = True
    asked.Filter = wanted
    return request


async def acknowledge(
    source: FeedSource, condition: ServerCondition, comment: str, store: TrustStore | None = None
) -> None:
    """Call Acknowledge on the server, in a session of its own. Raises FeedLost, FeedRefused or FeedError."""
    opened = await open_session(source, store)
    session = opened.client.uaclient.session
    politely = False
    where = str(condition.address)
    try:
        (node,) = await resolve(session, await opened.client.get_namespace_array(), [condition.address])
        if isinstance(node, int):
            raise FeedError(f"there is no such condition ({ua.StatusCode(node).name})", where)
        call = ua.CallMethodRequest()
        call.ObjectId = node
        call.MethodId = ua.NodeId(ua.ObjectIds.AcknowledgeableConditionType_Acknowledge)
        call.InputArguments = [
            ua.Variant(condition.event_id, ua.VariantType.ByteString),
            ua.Variant(ua.LocalizedText(comment), ua.VariantType.LocalizedText),
        ]
        (result,) = await session.call([call])
        politely = True
    except ua.UaStatusCodeError as error:
        raise Refused(f"the server refuses to acknowledge ({ua.StatusCode(error.code).name})", where) from error
    except (ua.UaError, OSError) as error:
        raise broken(error, source.url, "; its list tells whether it was acknowledged") from error
    finally:
        await close(opened.client, politely)
    if not result.StatusCode.is_good():
        remedy = "Look at the list again: it may have changed or been acknowledged elsewhere."
        raise Refused(f"the server refuses to acknowledge ({result.StatusCode.name})", where, remedy)
