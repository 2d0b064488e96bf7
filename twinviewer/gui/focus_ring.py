"""Takes the keyboard from part to part of the window: tool bar, left panels, picture, lower and right panels."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from twinviewer.gui.main_window import MainWindow

_SIDES = ("left", "", "bottom", "right")  # "" is the page in the middle


def parts(window: "MainWindow") -> list[QWidget]:
    """What can be gone to now, in the order in which it is read; a floating panel is a window of its own."""
    docks = [d for d in window.docks.docks.values() if d.isVisible() and not d.isFloating()]
    found: list[QWidget] = [window.tool_bar] if window.tool_bar.isVisible() else []
    for side in _SIDES:
        found += [d for d in docks if d.property("area") == side] if side else [window.pages]
    return [part for part in found if _main_control(part) is not None]


def step(window: "MainWindow", by: int) -> None:
    """Put the focus into the next part (`by` 1) or the one before (-1), on what is largest in it."""
    ring = parts(window)
    focus = window.focusWidget()
    now = next((i for i, part in enumerate(ring) if focus is not None and part.isAncestorOf(focus)), None)
    if not ring:
        return
    target = _main_control(ring[(now + by) % len(ring)] if now is not None else ring[0 if by > 0 else -1])
    if target is not None:
        target.setFocus(Qt.FocusReason.TabFocusReason)


def _main_control(part: QWidget) -> QWidget | None:
    """The largest of what Tab reaches in a part: the tree, the picture, the alarm table; None where there is none."""
    reached = [w for w in part.findChildren(QWidget) if _takes_keys(w)]
    return max(reached, key=lambda w: w.width() * w.height(), default=None)


def _takes_keys(widget: QWidget) -> bool:
    reached = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
    return reached and widget.isVisible() and widget.isEnabled() and widget.focusProxy() is None
