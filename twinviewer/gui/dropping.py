"""What is dragged onto a window is opened in it: a scene, a geometry file, a recording, an incident."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QMimeData, QObject
from PySide6.QtGui import QDropEvent

if TYPE_CHECKING:
    from twinviewer.gui.main_window import MainWindow

CAPSULE = ".twin"  # history.capsule.SUFFIX, without what it takes to write one
TABLE, RECORDING = "scene.toml", "manifest.json"


class Dropping(QObject):
    """Takes what is dropped anywhere on the window: one file or folder of this machine at a time."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 (Qt's name)
        kinds = (QEvent.Type.DragEnter, QEvent.Type.DragMove, QEvent.Type.Drop)
        if event.type() not in kinds or not isinstance(event, QDropEvent):
            return super().eventFilter(watched, event)
        path = dropped(event.mimeData())
        if path is None:
            return False
        event.acceptProposedAction()
        if event.type() == QEvent.Type.Drop:
            self.open(path)
        return True

    def open(self, path: Path) -> None:
        """Open it as what it is; what cannot be opened is said in the window, which keeps what it has."""
        window = self._window
        if path.suffix.lower() == CAPSULE:
            window.host.open_capsule(window, path)
        elif window.has_scene and (path / RECORDING).is_file():
            window.host.open_recording(window, str(path))
        else:
            window.host.open_scene(window, path.parent if path.name == TABLE else path)


def dropped(data: QMimeData) -> Path | None:
    """The one file or folder of this machine that is dragged, None for anything else."""
    places = [url.toLocalFile() for url in data.urls() if url.isLocalFile()]
    return Path(places[0]) if len(places) == 1 and len(data.urls()) == 1 else None
