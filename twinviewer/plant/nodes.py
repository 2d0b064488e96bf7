"""Makes nodes straight in asyncua's address space: many times quicker than its services, which check each step."""
# asyncua's own types (NodeId's arguments, private exports) do not fit what it accepts and returns at run time.
# pyright: reportPrivateImportUsage=false, reportArgumentType=false, reportAttributeAccessIssue=false
# pyright: reportOptionalMemberAccess=false, reportCallIssue=false

from functools import cache

from asyncua import ua
from asyncua.server.address_space import AttributeValue, NodeData
from asyncua.server.internal_server import InternalServer

ANALOG = ua.NodeId(ua.ObjectIds.AnalogUnitType)
OBJECTS = ua.NodeId(ua.ObjectIds.ObjectsFolder)
_FOLDER, _OBJECT = ua.NodeId(ua.ObjectIds.FolderType), ua.NodeId(ua.ObjectIds.BaseObjectType)
_VARIABLE, _PROPERTY = ua.NodeId(ua.ObjectIds.BaseDataVariableType), ua.NodeId(ua.ObjectIds.PropertyType)
_ORGANIZES, _COMPONENT = ua.NodeId(ua.ObjectIds.Organizes), ua.NodeId(ua.ObjectIds.HasComponent)
_HAS_PROPERTY, _HAS_TYPE = ua.NodeId(ua.ObjectIds.HasProperty), ua.NodeId(ua.ObjectIds.HasTypeDefinition)
_READ, _READ_WRITE = 1, 3
_IDS = ua.AttributeIds


class NodeMaker:
    """Adds folders, objects, variables and properties to a server that does not serve yet."""

    def __init__(self, server: InternalServer) -> None:
        self._space = server.aspace
        self._types: dict[ua.NodeId, ua.ReferenceDescription] = {}

    def exists(self, node_id: ua.NodeId) -> bool:
        """Whether there is such a node."""
        return node_id in self._space

    def folder(self, parent: ua.NodeId, node_id: ua.NodeId, name: ua.QualifiedName) -> ua.NodeId:
        """A folder below `parent`; the one that is there already where the id is taken."""
        return self._object(parent, node_id, name, _FOLDER, _ORGANIZES)

    def object(
        self, parent: ua.NodeId, node_id: ua.NodeId, name: ua.QualifiedName, organised: bool = False,
        kind: ua.NodeId = _OBJECT,
    ) -> ua.NodeId:  # fmt: skip
        """An object of type `kind` below `parent`; the one that is there already where the id is taken."""
        return self._object(parent, node_id, name, kind, _ORGANIZES if organised else _COMPONENT)

    def variable(
        self, parent: ua.NodeId, node_id: ua.NodeId, name: ua.QualifiedName, value: ua.Variant,
        analog: bool = False, writable: bool = False, description: str = "",
    ) -> ua.NodeId:  # fmt: skip
        """A variable with this first value; `analog` makes it an AnalogUnitType."""
        kind = ANALOG if analog else _VARIABLE
        node = self._add(parent, node_id, name, ua.NodeClass.Variable, kind, _COMPONENT, description)
        _fill_variable(node, value, writable)
        return node_id

    def property(self, parent: ua.NodeId, node_id: ua.NodeId, name: ua.QualifiedName, value: ua.Variant) -> None:
        """A property of `parent`."""
        node = self._add(parent, node_id, name, ua.NodeClass.Variable, _PROPERTY, _HAS_PROPERTY, "")
        _fill_variable(node, value, False)

    def _object(
        self, parent: ua.NodeId, node_id: ua.NodeId, name: ua.QualifiedName, kind: ua.NodeId, reference: ua.NodeId
    ) -> ua.NodeId:
        if not self.exists(node_id):
            node = self._add(parent, node_id, name, ua.NodeClass.Object, kind, reference, "")
            node.attributes[_IDS.EventNotifier] = AttributeValue(_plain(0, ua.VariantType.Byte))
        return node_id

    def _add(
        self, parent: ua.NodeId, node_id: ua.NodeId, name: ua.QualifiedName, node_class: ua.NodeClass, kind: ua.NodeId,
        reference: ua.NodeId, description: str,
    ) -> NodeData:  # fmt: skip
        above = self._space[parent]
        shown = ua.LocalizedText(name.Name)
        node = NodeData(node_id)
        values = {
            _IDS.NodeId: ua.DataValue(ua.Variant(node_id, ua.VariantType.NodeId)),
            _IDS.NodeClass: _plain(int(node_class), ua.VariantType.Int32),
            _IDS.BrowseName: ua.DataValue(ua.Variant(name, ua.VariantType.QualifiedName)),
            _IDS.DisplayName: ua.DataValue(ua.Variant(shown, ua.VariantType.LocalizedText)),
            _IDS.WriteMask: _plain(0, ua.VariantType.UInt32),
            _IDS.UserWriteMask: _plain(0, ua.VariantType.UInt32),
        }
        if description:
            text = ua.LocalizedText(description)
            values[_IDS.Description] = ua.DataValue(ua.Variant(text, ua.VariantType.LocalizedText))
        node.attributes.update({number: AttributeValue(value) for number, value in values.items()})
        above.references.append(ua.ReferenceDescription(reference, True, node_id, name, shown, node_class, kind))
        node.references.append(self._type_of(kind))
        node.references.append(self._upwards(above, reference))
        self._space[node_id] = node
        return node

    def _type_of(self, kind: ua.NodeId) -> ua.ReferenceDescription:
        """The reference to a type, one for all its instances."""
        if kind not in self._types:
            there = self._space[kind]
            name, shown = _read(there, _IDS.BrowseName), _read(there, _IDS.DisplayName)
            node_class = ua.NodeClass(_read(there, _IDS.NodeClass))
            self._types[kind] = ua.ReferenceDescription(_HAS_TYPE, True, kind, name, shown, node_class, ua.NodeId())
        return self._types[kind]

    def _upwards(self, above: NodeData, reference: ua.NodeId) -> ua.ReferenceDescription:
        name, shown = _read(above, _IDS.BrowseName), _read(above, _IDS.DisplayName)
        node_class = ua.NodeClass(_read(above, _IDS.NodeClass))
        kind = next((r.NodeId for r in above.references if r.IsForward and r.ReferenceTypeId == _HAS_TYPE), ua.NodeId())
        return ua.ReferenceDescription(reference, False, above.nodeid, name, shown, node_class, kind)


def _read(node: NodeData, attribute: ua.AttributeIds) -> object:
    return node.attributes[attribute].value.Value.Value


def _fill_variable(node: NodeData, value: ua.Variant, writable: bool) -> None:
    level = _plain(_READ_WRITE if writable else _READ, ua.VariantType.Byte)
    values = {
        _IDS.Value: ua.DataValue(value),
        _IDS.DataType: _data_type(_type_number(value)),
        _IDS.ValueRank: _plain(1 if value.is_array else -1, ua.VariantType.Int32),
        _IDS.AccessLevel: level,
        _IDS.UserAccessLevel: level,
        _IDS.MinimumSamplingInterval: _plain(0.0, ua.VariantType.Double),
        _IDS.Historizing: _plain(False, ua.VariantType.Boolean),
    }
    node.attributes.update({number: AttributeValue(value) for number, value in values.items()})


@cache
def _plain(value: float, kind: ua.VariantType) -> ua.DataValue:
    """A value that many nodes share; asyncua replaces data values and never changes them."""
    return ua.DataValue(ua.Variant(value, kind))


@cache
def _data_type(number: int) -> ua.DataValue:
    return ua.DataValue(ua.Variant(ua.NodeId(number), ua.VariantType.NodeId))


def _type_number(value: ua.Variant) -> int:
    if isinstance(value.Value, ua.Range):
        return ua.ObjectIds.Range
    if isinstance(value.Value, ua.EUInformation):
        return ua.ObjectIds.EUInformation
    return int(value.VariantType)
