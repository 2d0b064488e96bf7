"""Wall mode: the picture, the tiles and the legend alone, in large letters, for a screen seen from afar."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

if TYPE_CHECKING:
    from twinviewer.gui.main_window import MainWindow

SCALE = 1.5


class Wall:
    """Hides everything around the picture and brings it back as it was."""

    def __init__(self, window: "MainWindow") -> None:
        self._window = window
        self._before: tuple[list[str], Qt.WindowState] | None = None

    @property
    def on(self) -> bool:
        """Whether the window is in wall mode."""
        return self._before is not None

    def toggle(self) -> None:
        """Go in or out."""
        if self.on:
            self._leave()
        else:
            self._enter()
        self._window.registry.refresh()

    def _enter(self) -> None:
        w = self._window
        shown = [name for name, dock in w.docks.docks.items() if not dock.isHidden()]
        self._before = (shown, w.windowState())
        for dock in w.docks.docks.values():
            dock.hide()
        self._set_bars(False)
        w.picture.set_scale(SCALE)
        w.showFullScreen()

    def _leave(self) -> None:
        w = self._window
        if self._before is None:
            return
        shown, state = self._before
        self._before = None
        self._set_bars(True)
        for name in shown:
            w.docks.docks[name].show()
        w.picture.set_scale(1.0)
        w.setWindowState(state)

    def _set_bars(self, shown: bool) -> None:
        w = self._window
        w.tool_bar.setVisible(shown)
        w.statusBar().setVisible(shown)
        # A hidden menu bar also loses its keys; without height it keeps them.
        w.menuBar().setMaximumHeight(16777215 if shown else 0)
