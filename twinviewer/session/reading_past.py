"""What the pasts that read beside the window have in common: their readers, and what is known of them."""

from twinviewer.model.errors import TwinError
from twinviewer.scene.scene import Scene
from twinviewer.session.archive import Archive
from twinviewer.session.stretch import MarkFinder, NotesReader, StretchReader


class ReadingPast:
    """States, alarms and notes of a recording, asked for by this thread and read in the archive's."""

    def __init__(self, scene: Scene, archive: Archive) -> None:
        self._stretches = StretchReader(scene, archive)
        self._notes = NotesReader(archive)
        self._finder = MarkFinder(archive)

    @property
    def version(self) -> int:
        """Another one whenever more is known."""
        self._stretches.take()
        return self._stretches.version

    @property
    def error(self) -> TwinError | None:
        """Why the recording could not be read."""
        return self._stretches.error

    @property
    def notes_read(self) -> bool:
        """Whether notes were ever read."""
        return self._notes.known

    def look_again(self) -> None:
        """Somebody just pinned a note."""
        self._notes.look_again()
