"""The options that choose what a command looks at: a recording, or a capsule instead of a scene."""

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING

from twinviewer.model.errors import RecordingError

if TYPE_CHECKING:
    from twinviewer.history.recording import Recording
    from twinviewer.scene.scene import Scene
    from twinviewer.session.replay import ReplaySource

CAPSULE = ".twin"


def add_recording_arguments(parser: argparse.ArgumentParser) -> None:
    """`--recording DIR` and `--at TIME`."""
    parser.add_argument("--recording", metavar="DIR", help="look at a recording instead of a live source")
    parser.add_argument(
        "--at",
        metavar="TIME",
        help="the moment: ISO 8601, now, or a span back such as 1h (a recording's end, a capsule's beginning)",
    )


class Chosen:
    """The scene's path and the recording that a command line asks for; `close` removes what a capsule unpacked."""

    def __init__(self, scene: Path | None, recording: str | None, at: str | None, feed: str | None = None) -> None:
        from twinviewer.history.times import parse_time

        self.scene = scene
        self.recording = recording
        self.at_ns = parse_time(at, time.time_ns()) if at else None
        self._asked_ns = self.at_ns
        self._capsule = None
        packed = scene is not None and scene.suffix.lower() == CAPSULE
        if feed and (recording or packed):  # before anything is unpacked, which nobody would remove
            raise RecordingError("a recording and a live feed exclude each other", remedy="Give one of the two.")
        if scene is not None and packed:
            from twinviewer.history.capsule import open_capsule

            if recording:
                raise RecordingError("a capsule has its own recording", str(scene), "Leave --recording out.")
            self._capsule = open_capsule(scene)
            self.scene, self.recording = self._capsule.scene, str(self._capsule.recording)
            self.at_ns = self.at_ns if self.at_ns is not None else self._capsule.from_ns
        if at and not self.recording:
            raise RecordingError("--at speaks of a recording", remedy="Give --recording DIR too.")

    def source(self, scene: "Scene") -> "ReplaySource":
        """The replay. Raises RecordingError."""
        from twinviewer.history.recording import Recording
        from twinviewer.session.replay import ReplaySource

        assert self.recording is not None
        packed = self._capsule is not None
        recording = Recording.open(self.recording, scene)
        if self._asked_ns is not None:
            check_moment(recording, self._asked_ns)
        return ReplaySource(recording, scene, self.at_ns, follow=not packed, passing=packed)

    def close(self) -> None:
        """Leave nothing behind."""
        if self._capsule is not None:
            self._capsule.close()


def check_moment(recording: "Recording", time_ns: int, *, gaps: bool = True) -> None:
    """Raises RecordingError for a moment before or after the recording; without `gaps` also for one within it of which
    nothing is known."""
    from twinviewer.history.layout import GAP_NS
    from twinviewer.history.times import iso

    first, last = recording.span()
    inside = first - GAP_NS <= time_ns <= last + GAP_NS
    if not inside or not (gaps or recording.recorded_at(max(time_ns, first))):
        text = f"nothing was recorded at {iso(time_ns)}"
        raise RecordingError(text, recording.folder.address, recording.said_span())


def chosen(args: argparse.Namespace) -> Chosen:
    """What these arguments ask for. Raises RecordingError, DataError."""
    return Chosen(args.scene, getattr(args, "recording", None), getattr(args, "at", None), getattr(args, "feed", None))
