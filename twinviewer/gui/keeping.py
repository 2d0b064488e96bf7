"""What a person keeps of a window: camera places by scene, and named layouts."""

import dataclasses
from typing import TYPE_CHECKING

from twinviewer.gui import changing_commands as changing
from twinviewer.gui import layouts
from twinviewer.model.camera import CameraView
from twinviewer.settings import Layout

if TYPE_CHECKING:
    from twinviewer.gui.main_window import MainWindow


class Bookmarks:
    """Camera places: the scene's own, which cannot be changed here, and a person's."""

    def __init__(self, window: "MainWindow") -> None:
        self._window = window

    @property
    def _key(self) -> str:
        return str(self._window.session.scene.path)

    def all(self) -> list[CameraView]:
        """The camera places of the scene, then a person's own."""
        given = [CameraView(v.name, v.position, v.target, v.mode) for v in self._window.session.scene.views]
        return [*given, *self.own()]

    def own(self) -> tuple[CameraView, ...]:
        """The camera places that a person kept for this scene."""
        return self._window.host.settings.value.bookmarks.get(self._key, ())

    def add(self, name: str) -> None:
        """Keep where the picture is seen from, with colour mode and section box."""
        view = dataclasses.replace(self._window.picture.stage.camera(), name=name, mode=self._window.session.mode)
        self._keep((*(v for v in self.own() if v.name != name), view))

    def delete(self, name: str) -> None:
        """Forget one of one's own camera places."""
        self._keep(tuple(v for v in self.own() if v.name != name))

    def _keep(self, views: tuple[CameraView, ...]) -> None:
        settings = self._window.host.settings
        kept = {path: v for path, v in settings.value.bookmarks.items() if path != self._key}
        settings.change(bookmarks=kept | {self._key: views} if views else kept)
        changing.register_bookmarks(self._window)

    def go_to(self, view: CameraView) -> None:
        """Fly there; colour mode and section come along."""
        self._window.tools.go_to(view)


class Layouts:
    """Named layouts of the docks, and the one of the first start. Docks that a person closed stay closed."""

    def __init__(self, window: "MainWindow") -> None:
        self._window = window
        self._first = Layout()
        self._shown: bool | None = None
        self._closed: frozenset[str] = frozenset()  # docks that wait for a scene, and will not show with it

    def begin(self) -> None:
        """Take the layout as it is now for that of the first start."""
        self._first = layouts.capture(self._window, self._window.docks.tabs)

    def show_docks(self, there: bool) -> None:
        """Show the docks with the first scene, as they were left; hide them all where none is open."""
        if there == self._shown:
            return
        self._shown = there
        if not there:
            self._put_away()
            return
        for name, dock in self._window.docks.docks.items():
            dock.setVisible(name not in self._closed)

    def _put_away(self) -> None:
        docks = self._window.docks.docks
        self._closed = frozenset(name for name, dock in docks.items() if dock.isHidden())
        for dock in docks.values():
            dock.hide()

    def _restore(self, layout: Layout) -> bool:
        return layouts.restore(self._window, self._window.docks.tabs, layout)

    def save(self, name: str) -> None:
        """Keep the layout under a name."""
        settings = self._window.host.settings
        captured = layouts.capture(self._window, self._window.docks.tabs)
        settings.change(layouts={**settings.value.layouts, name: captured})
        changing.register_layouts(self._window)

    def use(self, name: str) -> None:
        """Bring a named layout back."""
        if not self._restore(self._window.host.settings.value.layouts[name]):
            remedy = "Save it anew under the same name."
            self._window.say("warning", f"The layout {name} does not fit this version.", remedy)

    def delete(self, name: str) -> None:
        """Forget a named layout."""
        settings = self._window.host.settings
        settings.change(layouts={k: v for k, v in settings.value.layouts.items() if k != name})
        changing.register_layouts(self._window)

    def reset(self) -> None:
        """Everything where it was at the first start."""
        self._restore(self._first)
        for dock in self._window.docks.docks.values():
            dock.setFloating(False)
            dock.show()
        self._window.arrange()

    def restore_kept(self) -> None:
        """The layout of the last session, unless started in safe mode."""
        host = self._window.host
        kept = host.settings.value.layout
        if host.safe_mode or not kept.docks or not self._restore(kept):
            self._window.arrange()
        elif not self._shown:
            self._put_away()
