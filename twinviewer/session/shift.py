"""Gives the indicators the part of the shift that they have not seen, out of the recording, beside the GUI."""

from typing import TYPE_CHECKING

from twinviewer.kpi.live import KpiTracker
from twinviewer.kpi.past import ShiftPast, nothing
from twinviewer.scene.scene import Scene
from twinviewer.session.archive import Archive

if TYPE_CHECKING:
    from twinviewer.history.recording import Recording


class ShiftReader:
    """Asks an archive for what one tracker wants, once; what cannot be read counts as nothing."""

    def __init__(self, scene: Scene, kpis: KpiTracker) -> None:
        self._scene, self._kpis = scene, kpis
        self._key = object()
        self._asked: tuple[int, int] | None = None

    def look(self, archive: Archive | None) -> None:
        """Take what was read, ask for what is wanted; never waits."""
        if archive is None:
            return
        answer = archive.answer(self._key)
        if answer is not None and self._asked is not None:
            self._kpis.take(answer.value if answer.error is None else nothing(self._asked[0]))
        wanted = self._kpis.wanted
        if wanted is None or (archive.asked(self._key) and wanted == self._asked):
            return
        self._asked = wanted
        scene, counted = self._scene, self._kpis.counted
        archive.ask(self._key, lambda recording: _read(recording, scene, wanted, counted))


def _read(recording: "Recording", scene: Scene, wanted: tuple[int, int], counted: tuple[int, ...]) -> ShiftPast:
    from twinviewer.kpi.reading import read_shift

    return read_shift(recording, scene, *wanted, counted)
