"""Covers a window with a picture of itself while Qt makes its native window anew.

The first OpenGL widget in a window that shows already makes Qt take the window off the screen and bring another, empty
until the first frame (QTBUG-108190). A person would see it vanish.
"""

import sys

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QWidget

_LATEST_MS = 5_000  # whatever happens, it does not stay


class Curtain(QWidget):
    """A picture in front of everything that takes neither focus nor clicks, until it is closed."""

    def __init__(self, picture: QPixmap, window: QWidget) -> None:
        super().__init__(None, Qt.WindowType.ToolTip | Qt.WindowType.FramelessWindowHint)
        self._picture = picture
        for attribute in (
            Qt.WidgetAttribute.WA_ShowWithoutActivating,
            Qt.WidgetAttribute.WA_TransparentForMouseEvents,
            Qt.WidgetAttribute.WA_OpaquePaintEvent,
            Qt.WidgetAttribute.WA_DeleteOnClose,
        ):
            self.setAttribute(attribute)
        self.setGeometry(window.geometry())
        QTimer.singleShot(_LATEST_MS, self, self.close)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        painter = QPainter(self)
        painter.drawPixmap(self.rect(), self._picture)
        painter.end()


def before(window: QWidget) -> Curtain | None:
    """A curtain with what the window shows now; None where it shows nothing, is not the one that a person works with
    (another may lie over it, and would be in the picture and behind the curtain), or nobody may look at the screen."""
    screen = window.screen()
    if not (window.isVisible() and window.isActiveWindow()) or screen is None or sys.platform == "darwin":
        return None
    picture = screen.grabWindow(window.winId())
    if picture.isNull():  # Wayland
        return None
    curtain = Curtain(picture, window)
    curtain.show()
    curtain.repaint()
    return curtain
