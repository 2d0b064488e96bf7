"""Faults of machines as OPC UA alarm conditions (Part 9): raised, acknowledged by a client, cleared, refreshed."""
# asyncua's own types (NodeId's arguments, private exports) do not fit what it accepts and returns at run time.
# pyright: reportPrivateImportUsage=false, reportArgumentType=false, reportAttributeAccessIssue=false

from dataclasses import dataclass
from typing import Any

from asyncua import Server, ua
from asyncua.server.event_generator import EventGenerator

from twinviewer.plant.nodes import NodeMaker

FAULT_SEVERITY = 800
_TYPE = ua.NodeId(ua.ObjectIds.OffNormalAlarmType)


@dataclass(slots=True)
class _Condition:
    """One machine's fault alarm: its node, its machine, and where its life stands."""

    node_id: ua.NodeId
    machine: ua.NodeId
    asset_id: str
    generator: EventGenerator | None = None
    active: bool = False
    acknowledged: bool = True
    message: str = ""
    comment: str = ""


class FaultAlarms:
    """One OffNormalAlarm per machine. `change` raises and clears; clients acknowledge and refresh by method.

    An alarm is retained while it is active or not acknowledged.
    """

    def __init__(self, server: Server) -> None:
        self._server = server
        self._conditions: dict[ua.NodeId, _Condition] = {}
        self._by_asset: dict[str, _Condition] = {}

    def add(self, asset_id: str, machine: ua.NodeId, node_id: ua.NodeId) -> None:
        """A machine that may have a fault."""
        name = ua.QualifiedName("FaultAlarm", node_id.NamespaceIndex)
        NodeMaker(self._server.iserver).object(machine, node_id, name, kind=_TYPE)
        condition = _Condition(node_id, machine, asset_id)
        self._conditions[node_id] = self._by_asset[asset_id] = condition

    def serve_methods(self) -> None:
        """Answer Acknowledge and AddComment."""
        session = self._server.iserver.isession
        acknowledge = ua.NodeId(ua.ObjectIds.AcknowledgeableConditionType_Acknowledge)
        session.add_method_callback(acknowledge, self._acknowledge)
        session.add_method_callback(ua.NodeId(ua.ObjectIds.ConditionType_AddComment), self._comment)

    async def change(self, asset_id: str, fault: str) -> None:
        """The machine has this fault now; "" for none."""
        condition = self._by_asset[asset_id]
        if condition.active == bool(fault):
            return
        condition.active = bool(fault)
        if fault:
            condition.acknowledged, condition.message, condition.comment = False, f"{asset_id}: {fault}", ""
        await self._tell(condition)

    async def _acknowledge(self, node_id: ua.NodeId, *arguments: ua.Variant) -> ua.StatusCode:
        condition = self._conditions.get(node_id)
        if condition is None:
            return ua.StatusCode(ua.StatusCodes.BadNodeIdInvalid)
        if not arguments or arguments[0].Value != self._event_id(condition):
            return ua.StatusCode(ua.StatusCodes.BadEventIdUnknown)
        if condition.acknowledged:
            return ua.StatusCode(ua.StatusCodes.BadConditionBranchAlreadyAcked)
        condition.acknowledged = True
        return await self._comment(node_id, *arguments)

    async def _comment(self, node_id: ua.NodeId, *arguments: ua.Variant) -> ua.StatusCode:
        condition = self._conditions.get(node_id)
        if condition is None:
            return ua.StatusCode(ua.StatusCodes.BadNodeIdInvalid)
        if not arguments or arguments[0].Value != self._event_id(condition):
            return ua.StatusCode(ua.StatusCodes.BadEventIdUnknown)
        said = arguments[1].Value if len(arguments) > 1 else None
        condition.comment = str(getattr(said, "Text", None) or condition.comment)
        await self._tell(condition)
        return ua.StatusCode()

    def _event_id(self, condition: _Condition) -> bytes | None:
        if condition.generator is None:
            return None
        told: Any = condition.generator.event.EventId
        return told.Value if isinstance(told, ua.Variant) else told

    async def _tell(self, condition: _Condition) -> None:
        if condition.generator is None:
            condition.generator = await self._server.get_event_generator(ua.ObjectIds.OffNormalAlarmType)
        event = condition.generator.event
        event.NodeId, event.SourceNode, event.SourceName = condition.node_id, condition.machine, condition.asset_id
        event.ConditionName, event.BranchId = "Fault", ua.NodeId()
        event.ConditionClassId = ua.NodeId(ua.ObjectIds.ProcessConditionClassType)
        event.ConditionClassName = ua.LocalizedText("Process")
        event.Severity = FAULT_SEVERITY
        event.Message = ua.LocalizedText(condition.message)
        event.Comment = ua.LocalizedText(condition.comment)
        event.Quality = ua.StatusCode()
        event.Retain = condition.active or not condition.acknowledged
        _two_state(event, "EnabledState", True, ("Enabled", "Disabled"))
        _two_state(event, "ActiveState", condition.active, ("Active", "Inactive"))
        _two_state(event, "AckedState", condition.acknowledged, ("Acknowledged", "Unacknowledged"))
        await condition.generator.trigger()


def _two_state(event: Any, name: str, holds: bool, words: tuple[str, str]) -> None:
    setattr(event, name, ua.LocalizedText(words[0] if holds else words[1]))
    setattr(event, f"{name}/Id", holds)
