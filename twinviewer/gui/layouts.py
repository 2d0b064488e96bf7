"""Named window layouts, and window places that always lie on a screen that exists."""

import base64

from PySide6.QtCore import QByteArray, QRect, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMainWindow, QTabWidget

from twinviewer.settings import Layout

STATE_VERSION = 1


def capture(window: QMainWindow, tabs: QTabWidget | None) -> Layout:
    """The layout as it stands."""
    docks = base64.b64encode(window.saveState(STATE_VERSION).data()).decode()
    return Layout(docks, tabs.tabText(tabs.currentIndex()) if tabs is not None and tabs.count() else "")


def restore(window: QMainWindow, tabs: QTabWidget | None, layout: Layout) -> bool:
    """Bring a layout back; False (and nothing changed) when Qt does not accept it."""
    try:
        state = base64.b64decode(layout.docks.encode(), validate=True)
    except ValueError:
        return False
    if not state or not window.restoreState(QByteArray(state), STATE_VERSION):
        return False
    for i in range(tabs.count() if tabs is not None else 0):
        if tabs is not None and tabs.tabText(i) == layout.tab:
            tabs.setCurrentIndex(i)
    return True


def clamp(wanted: QRect, screens: list[QRect], least: tuple[int, int] = (640, 400)) -> QRect:
    """`wanted` moved and shrunk so that it lies on the screen that holds most of it, or on the first one."""
    if not screens:
        return wanted

    def shared(screen: QRect) -> int:
        common = screen.intersected(wanted)
        return max(common.width(), 0) * max(common.height(), 0)

    home = max(screens, key=shared)
    width = min(max(wanted.width(), least[0]), home.width())
    height = min(max(wanted.height(), least[1]), home.height())
    x = min(max(wanted.x(), home.left()), home.right() + 1 - width)
    y = min(max(wanted.y(), home.top()), home.bottom() + 1 - height)
    return QRect(x, y, width, height)


def screen_boxes() -> list[QRect]:
    """The usable part of every screen, the primary one first."""
    primary = QGuiApplication.primaryScreen()
    others = [s for s in QGuiApplication.screens() if s is not primary]
    return [s.availableGeometry() for s in ([primary, *others] if primary is not None else others)]


def place(window: QMainWindow, kept: tuple[int, ...]) -> None:
    """Put a window where it was, or in the middle of the primary screen, at a good size."""
    screens = screen_boxes()
    if len(kept) == 5:
        window.setGeometry(clamp(QRect(*kept[:4]), screens))
        if kept[4]:
            window.setWindowState(window.windowState() | Qt.WindowState.WindowMaximized)  # when it shows
        return
    if screens:
        home = screens[0]
        size = (min(1680, home.width() - 40), min(980, home.height() - 60))
        box = QRect(home.x() + (home.width() - size[0]) // 2, home.y() + (home.height() - size[1]) // 2, *size)
        window.setGeometry(clamp(box, screens))


def geometry_of(window: QMainWindow) -> tuple[int, ...]:
    """What `place` takes back."""
    box = window.normalGeometry() if window.isMaximized() or window.isFullScreen() else window.geometry()
    return (box.x(), box.y(), box.width(), box.height(), int(window.isMaximized()))
