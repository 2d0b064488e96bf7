"""Makes nodes in asyncua's address space directly, which is an order quicker than through its client-like calls."""
# asyncua's own types (NodeId's arguments, private exports) do not fit what it accepts and returns at run time.
# pyright: reportPrivateImportUsage=false, reportArgumentType=false, reportAttributeAccessIssue=false
# pyright: reportOptionalMemberAccess=false, reportCallIssue=false

from collections.abc import Callable

from asyncua import ua
from asyncua.server.internal_server import InternalServer

_FOLDER, _OBJECT = ua.NodeId(ua.ObjectIds.FolderType), ua.NodeId(ua.ObjectIds.BaseObjectType)
_VARIABLE, _PROPERTY = ua.NodeId(ua.ObjectIds.BaseDataVariableType), ua.NodeId(ua.ObjectIds.PropertyType)
ANALOG = ua.NodeId(ua.ObjectIds.AnalogUnitType)
_ORGANIZES, _COMPONENT = ua.NodeId(ua.ObjectIds.Organizes), ua.NodeId(ua.ObjectIds.HasComponent)
_HAS_PROPERTY = ua.NodeId(ua.ObjectIds.HasProperty)
OBJECTS = ua.NodeId(ua.ObjectIds.ObjectsFolder)
_READ, _READ_WRITE = 1, 3


class NodeMaker:
    """Adds folders, objects, variables and properties to a server that does not serve yet."""

    def __init__(self, server: InternalServer) -> None:
        self._manage = server.node_mgt_service
        self._space = server.aspace

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
        """An object of type `kind` below `parent`."""
        return self._object(parent, node_id, name, kind, _ORGANIZES if organised else _COMPONENT)

    def variable(
        self, parent: ua.NodeId, node_id: ua.NodeId, name: ua.QualifiedName, value: ua.Variant,
        analog: bool = False, writable: bool = False, description: str = "",
    ) -> ua.NodeId:  # fmt: skip
        """A variable with this first value; `analog` makes it an AnalogUnitType."""
        attributes = _variable_attributes(name, value, writable, description)
        self._add(parent, node_id, name, attributes, ua.NodeClass.Variable, ANALOG if analog else _VARIABLE, _COMPONENT)
        return node_id

    def property(self, parent: ua.NodeId, node_id: ua.NodeId, name: ua.QualifiedName, value: ua.Variant) -> None:
        """A property of `parent`."""
        attributes = _variable_attributes(name, value, False, "")
        self._add(parent, node_id, name, attributes, ua.NodeClass.Variable, _PROPERTY, _HAS_PROPERTY)

    def read_through(self, node_id: ua.NodeId, read: Callable[..., ua.DataValue]) -> None:
        """Let reads of a variable's value answer with `read(node_id, attribute)`."""
        self._space.set_attribute_value_callback(node_id, ua.AttributeIds.Value, read)

    def write_through(self, node_id: ua.NodeId, write: Callable[..., None]) -> None:
        """Let writes to a variable's value call `write(node, attribute, data_value)`."""
        self._space.set_attribute_value_setter(node_id, ua.AttributeIds.Value, write)

    def _object(
        self, parent: ua.NodeId, node_id: ua.NodeId, name: ua.QualifiedName, kind: ua.NodeId, reference: ua.NodeId
    ) -> ua.NodeId:
        if not self.exists(node_id):
            attributes = ua.ObjectAttributes()
            attributes.DisplayName = ua.LocalizedText(name.Name)
            attributes.EventNotifier = 0
            self._add(parent, node_id, name, attributes, ua.NodeClass.Object, kind, reference)
        return node_id

    def _add(
        self, parent: ua.NodeId, node_id: ua.NodeId, name: ua.QualifiedName,
        attributes: ua.ObjectAttributes | ua.VariableAttributes, node_class: ua.NodeClass, kind: ua.NodeId,
        reference: ua.NodeId,
    ) -> None:  # fmt: skip
        item = ua.AddNodesItem()
        item.ParentNodeId, item.RequestedNewNodeId = parent, node_id
        item.BrowseName, item.NodeClass, item.NodeAttributes = name, node_class, attributes
        item.TypeDefinition, item.ReferenceTypeId = kind, reference
        self._manage.add_nodes([item])[0].StatusCode.check()


def _variable_attributes(
    name: ua.QualifiedName, value: ua.Variant, writable: bool, description: str
) -> ua.VariableAttributes:
    attributes = ua.VariableAttributes()
    attributes.DisplayName = ua.LocalizedText(name.Name)
    attributes.Description = ua.LocalizedText(description or name.Name)
    attributes.Value = value
    attributes.DataType = _data_type(value)
    attributes.ValueRank = ua.ValueRank.Scalar
    attributes.AccessLevel = attributes.UserAccessLevel = _READ_WRITE if writable else _READ
    attributes.Historizing = False
    return attributes


def _data_type(value: ua.Variant) -> ua.NodeId:
    if isinstance(value.Value, ua.Range):
        return ua.NodeId(ua.ObjectIds.Range)
    if isinstance(value.Value, ua.EUInformation):
        return ua.NodeId(ua.ObjectIds.EUInformation)
    return ua.NodeId(int(value.VariantType))
