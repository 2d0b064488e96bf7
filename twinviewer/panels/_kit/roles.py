"""What a widget that paints itself is to a screen reader: Qt knows that of its own widgets only."""

from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QAccessibleWidget, QWidget

BUTTON, SLIDER, PICTURE = "button", "slider", "picture"
_PROPERTY = "twinviewer_role"
_ROLES = {
    BUTTON: QAccessible.Role.Button,
    SLIDER: QAccessible.Role.Slider,
    PICTURE: QAccessible.Role.Graphic,
}


def act_as(widget: QWidget, role: str) -> None:
    """Let screen readers call `widget` a BUTTON, a SLIDER or a PICTURE; its accessible name is said as before."""
    widget.setProperty(_PROPERTY, role)


def install() -> None:
    """Tell Qt who knows the roles; once in a program, before the first widget is asked for its own."""
    QAccessible.installFactory(_interface_of)


def _interface_of(_class_name: str, thing: QObject) -> QAccessibleInterface | None:
    if not isinstance(thing, QWidget):
        return None
    role = thing.property(_PROPERTY)
    return QAccessibleWidget(thing, _ROLES[role]) if role in _ROLES else None
