"""A second window that shows something else of the same scene beside the first: its place, and the view they share."""

from PySide6.QtCore import QObject, QRect, QTimer
from shiboken6 import isValid

from twinviewer.gui import layouts
from twinviewer.gui.main_window import MainWindow
from twinviewer.gui.picture import Picture
from twinviewer.panels._kit.actions import Action

_ROOM = 640  # pixels that a second window needs beside the first


def show_beside(window: MainWindow, other: MainWindow) -> None:
    """Show the picture of `other` alone, in the half of the screen that `window` leaves where that is wide enough;
    both pictures are seen from the same place, and move together until a person parts them."""
    other.passing = True
    for bar in (other.tool_bar, other.status):  # the menus and keys have it all
        bar.hide()
    for dock in other.docks.docks.values():
        dock.hide()
    _place(window, other)
    shared = SharedView(window.picture, other.picture)
    title = "Move together with the plant's window"
    other.registry.add(
        Action("view.shared", title, "View", shared.toggle, enabled=shared.possible, checked=lambda: shared.on,
               keywords="camera link beside", why="The other window was closed.")
    )  # fmt: skip
    other.show()
    other.bridge.start()


def _place(window: MainWindow, other: MainWindow) -> None:
    box = window.screen().availableGeometry()
    left = max(box.width() // 2, window.minimumSizeHint().width())
    if box.width() - left < _ROOM:
        other.setGeometry(layouts.clamp(window.normalGeometry().translated(40, 40), layouts.screen_boxes()))
        return
    window.showNormal()
    full, inner = window.frameGeometry(), window.geometry()
    top, bottom = inner.top() - full.top(), full.bottom() - inner.bottom()  # the frame must lie on the screen too
    height = box.height() - top - bottom
    window.setGeometry(box.x(), box.y() + top, left, height)
    room = QRect(box.x() + left, box.y() + top, box.width() - left, height)
    QTimer.singleShot(0, other, lambda: other.setGeometry(room))  # when what is hidden takes no room any more
    QTimer.singleShot(0, window, window.arrange)


class SharedView(QObject):
    """Two pictures seen from one place: `second` takes over the view of `first`, section box included; from then on
    either follows the other. It ends with `second`, and rests when `first` is gone."""

    def __init__(self, first: Picture, second: Picture) -> None:
        super().__init__(second)
        self._first, self._second = first, second
        self.on = False
        self.toggle()

    def possible(self) -> bool:
        """Whether the other window is open still."""
        return isValid(self._first) and self._first.isVisible()

    def toggle(self) -> None:
        """Move together, from where the first one stands, or each alone."""
        self.on = not self.on and self.possible()
        for a, b in ((self._first, self._second), (self._second, self._first)):
            if self.on:
                a.moved.connect(b.look_from)
            elif isValid(self._first):
                a.moved.disconnect(b.look_from)
        if self.on:
            self._second.stage.fly_to(self._first.stage.camera(), animate=False)
