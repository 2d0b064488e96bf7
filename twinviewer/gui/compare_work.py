"""The pictures of two moments and of what differs, drawn in a worker process: the window goes on meanwhile."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtGui import QImage

from twinviewer.gui.comparing import Compared, Painter, compare_moments
from twinviewer.history.recording import Recording
from twinviewer.model.camera import CameraView
from twinviewer.scene.scene import Scene, load_scene

Progress = Callable[[float, str], None]


@dataclass(frozen=True)
class Look:
    """How the window shows the plant: theme, colour mode, where it is seen from, width ÷ height there; `size` of each
    picture in pixels."""

    theme: str
    mode: str
    view: CameraView
    aspect: float
    size: tuple[int, int]


def compare_job(scene: Scene, address: str, moments: tuple[int, int], *, progress: Progress) -> Compared:
    """What differs between two moments (UTC ns). Raises RecordingError. For a thread: it takes an open scene."""
    progress(-1.0, "reading")
    recording = Recording.open(address, scene)
    try:
        return compare_moments(recording, scene, *moments)
    finally:
        recording.close()


def draw_moments(
    path: Path, address: str, moments: tuple[int, int], look: Look, *, progress: Progress
) -> tuple[bytes, bytes, bytes]:
    """A, B and their difference as PNG. Raises SceneError, RecordingError. For a process of its own."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"  # letters need Qt, and nothing is shown
    from PySide6.QtWidgets import QApplication

    from twinviewer.panels._kit import style

    progress(0.0, "reading the scene")
    application = QApplication(["twinviewer"])
    style.install(application, look.theme)
    scene = load_scene(path)
    compared = compare_job(scene, address, moments, progress=lambda _f, text: progress(0.3, text))
    progress(0.4, "preparing the picture")
    painter = Painter(scene, look.theme, look.mode, look.view, look.aspect, look.size)
    try:
        progress(0.6, "drawing A")
        first = _png(painter.moment(compared.a))
        progress(0.75, "drawing B")
        second = _png(painter.moment(compared.b))
        progress(0.9, "drawing what changed")
        return first, second, _png(painter.difference(compared))
    finally:
        painter.close()


def _png(image: QImage) -> bytes:
    from PySide6.QtCore import QBuffer, QIODevice

    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG", 80)  # type: ignore[call-overload]
    return bytes(buffer.data().data())
