"""Reads a scene before there is a window whose job could: while a second processor would have nothing to do."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from twinviewer.discovery import DEMO, shipped
from twinviewer.view.first_picture import is_likely

if TYPE_CHECKING:
    from twinviewer.scene.scene import Scene
    from twinviewer.view.layout import Layout

Progress = Callable[[float, str], None]


def begin(scene: Path | None, demo: bool = False) -> "Ahead | None":
    """Begin with the scene that will be opened, or with the demo's, where its first picture is kept: with nothing else
    to wait for, that can show as soon as there is a window. None where it is not worth while."""
    wanted = shipped("scenes") / DEMO if demo else scene
    path = wanted.resolve() if wanted is not None else None
    return Ahead(path) if path is not None and is_likely(path) else None


def read(path: Path, progress: Progress) -> "tuple[Scene, Layout | None]":
    """A scene and what can be worked out for its picture. Raises SceneError, and what `progress` raises."""
    from twinviewer.scene.scene import load_scene
    from twinviewer.view.prepare import prepare

    scene = load_scene(path, progress=progress)
    return scene, prepare(scene)


class Ahead:
    """Begins to `read` the scene at `path` when it is made; `take` waits for the end of that."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._tell: Progress = lambda _share, _text: None
        self._found: tuple[Scene, Layout | None] | None = None
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._read, name="scene-ahead", daemon=True)
        self._thread.start()

    def take(self, progress: Progress) -> "tuple[Scene, Layout | None]":
        """What was read; until then `progress` hears of it, and may end it by raising. Raises what reading raised."""
        self._tell = progress
        self._thread.join()
        if self._error is not None:
            raise self._error
        assert self._found is not None
        return self._found

    def _read(self) -> None:
        try:
            self._found = read(self.path, self._progress)
        except BaseException as error:  # it is whoever takes it who hears of it
            self._error = error

    def _progress(self, share: float, text: str) -> None:
        self._tell(share, text)  # who takes it may have come meanwhile
