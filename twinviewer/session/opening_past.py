"""The past of a live plant that a person asked for, until its first moment was read beside the window."""

from typing import TYPE_CHECKING

from twinviewer.model.errors import RecordingError
from twinviewer.scene.scene import Scene
from twinviewer.session.archive import Archive

if TYPE_CHECKING:  # reading recordings takes a library that a window without one never loads
    from twinviewer.history.recording import Recording
    from twinviewer.session.moment import Moment
    from twinviewer.session.replay_beside import ReplayBeside

_FIRST = "first moment"


class OpeningPast:
    """Opens a recording that is still being made; of several moments that were asked for only the last counts."""

    def __init__(self, address: str, scene: Scene) -> None:
        self._archive = Archive(address, scene)

    def ask(self, time_ns: int) -> None:
        """Have this moment read, and wait a little for it."""
        self._archive.ask(_FIRST, lambda recording: _moment(recording, time_ns))
        self._archive.wait(_FIRST)

    def take(self) -> "ReplayBeside | None":
        """The past, once; None while it is being read. Raises TwinError, and is of no more use then."""
        answer = self._archive.answer(_FIRST)
        if answer is None:
            return None
        if answer.error is not None:
            self._archive.close()
            raise answer.error
        from twinviewer.session.replay_beside import ReplayBeside

        return ReplayBeside(self._archive, answer.value, follow=True)

    def close(self) -> None:
        """Nobody wants it any more."""
        self._archive.close()


def _moment(recording: "Recording", time_ns: int) -> "Moment":
    from twinviewer.session.moment import read_moment

    if not recording.span()[1]:
        raise RecordingError("The recording holds nothing yet.", recording.folder.address, "Wait a moment.")
    return read_moment(recording, time_ns)
