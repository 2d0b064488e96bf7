"""How lists and trees paint their rows: what is chosen or under the pointer, and the edge of the one that is meant."""

from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle

from twinviewer.panels._kit.style import colour

_CHOSEN = QStyle.StateFlag.State_Selected
_EDGE = 3.0  # pixels


def paint_ground(painter: QPainter, box: QRectF | QRect, state: QStyle.StateFlag) -> bool:
    """Lay the ground of a row that is chosen or under the pointer; returns whether it is chosen."""
    if state & (_CHOSEN | QStyle.StateFlag.State_MouseOver):
        painter.fillRect(box, colour("hover"))
    return bool(state & _CHOSEN)


def paint_edge(painter: QPainter, box: QRectF | QRect, token: str = "accent") -> None:
    """Draw the left edge of the row that is meant, in the colour of a surface token."""
    painter.fillRect(QRectF(box.left(), box.top(), _EDGE, box.height()), colour(token))
