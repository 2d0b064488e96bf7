"""What a collector records: its recorder, begun and ended while it runs, and what every window hears of it."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from twinviewer.collector.pipeline import Pipeline
from twinviewer.collector.protocol import Recorded
from twinviewer.collector.server import ControlServer
from twinviewer.model.alarm import Alarm
from twinviewer.model.errors import RecordingError, TwinError
from twinviewer.model.notice import Notice
from twinviewer.scene.scene import Scene

if TYPE_CHECKING:
    from twinviewer.history.recorder import Recorder
    from twinviewer.history.retention import Retention

_AGAIN_S = 5.0
_TROUBLE = "recorder"  # the key of what a recorder says about itself

log = logging.getLogger(__name__)


class RecorderAtWork:
    """The recorder of one collector, which records into `folder` from the start where there is one.

    `recorder` is None while nothing is recorded; `trouble` tells the windows why nothing is, though it should be.
    With `or_go_on` that is no reason not to begin; with `only_there` no window may end it.
    """

    def __init__(self, scene: Scene, folder: Path | None, or_go_on: bool, only_there: bool) -> None:
        self.recorder: Recorder | None = None
        self.trouble: list[Notice] = []
        self._scene = scene
        self._folder = folder
        self._or_go_on = or_go_on
        self._only_there = only_there
        self._pipeline: Pipeline | None = None
        self._server: ControlServer | None = None

    def first(self, retention: "Retention | None") -> "Recorder | None":
        """Raises RecordingError where the folder cannot be recorded into, unless life goes on without."""
        if self._folder is None:
            return None
        try:
            self.recorder = _recorder(self._folder, self._scene, (), retention)
        except RecordingError as error:
            if not self._or_go_on:
                raise
            log.warning("not recording: %s", error)
            text = f"Nothing is recorded: {error.text}."
            self.trouble.append(Notice("error", text, error.remedy, error.where, "record"))
        return self.recorder

    def serve(self, pipeline: Pipeline, server: ControlServer) -> None:
        """Record this pipeline, and tell the windows of this server."""
        self._pipeline, self._server = pipeline, server
        server.greetings = self.trouble
        if self.recorder is not None:
            self._tell_of(self.recorder)

    async def begin_again(self) -> None:
        """The folder could not be used when this life began: see whether it can meanwhile."""
        pipeline, _ = self._served()
        while self._folder is not None and not pipeline.recorded:
            await asyncio.sleep(_AGAIN_S)
            with contextlib.suppress(TwinError):
                pipeline.notify(await self.begin(self._folder))

    async def begin(self, folder: Path) -> Notice:
        """Begin to record while running. Raises RecordingError."""
        pipeline, server = self._served()
        recorder = await asyncio.to_thread(_recorder, folder, self._scene, pipeline.alarms, None)
        if pipeline.recorded:
            await asyncio.to_thread(recorder.close)
            raise RecordingError("this plant is being recorded already", str(folder))
        self.recorder = recorder
        pipeline.record_into(recorder)
        server.greetings = []
        self._tell_of(recorder)
        return Notice("info", "Everything is recorded from now on.", "", str(folder), "record")

    async def stop(self, last_words: Callable[[], None]) -> Notice:
        """End the recording, after `last_words`; what waits is written. Raises RecordingError."""
        pipeline, server = self._served()
        recorder = self.recorder
        if recorder is None:
            raise RecordingError("this plant is not being recorded")
        if self._only_there:
            remedy = "End that command where it runs."
            text = "the command twinviewer record was started to record this plant"
            raise RecordingError(text, str(recorder.folder), remedy)
        last_words()
        self.recorder = None
        waiting = pipeline.record_no_more()
        server.say_recorded(Recorded(stopped=True))
        if waiting is not None:
            await asyncio.to_thread(waiting.close)
        await asyncio.to_thread(recorder.close)
        return _farewell(recorder)

    async def close(self) -> None:
        """Write what waits; the life ends."""
        if self.recorder is not None:
            await asyncio.to_thread(self.recorder.close)

    def _served(self) -> tuple[Pipeline, ControlServer]:
        assert self._pipeline is not None
        assert self._server is not None
        return self._pipeline, self._server

    def _tell_of(self, recorder: "Recorder") -> None:
        """The recorder's notices reach every window, and whether it is in trouble; they come from its own thread."""
        pipeline, server = self._served()
        loop = asyncio.get_running_loop()
        recorded = Recorded(str(recorder.folder.resolve()), time.time_ns())

        def take(notice: Notice) -> None:
            pipeline.notify(notice)
            if notice.key == _TROUBLE and recorder is self.recorder:
                trouble = notice.text if notice.level == "error" else ""
                server.say_recorded(replace(recorded, trouble=trouble))

        def tell(notice: Notice) -> None:
            loop.call_soon_threadsafe(take, notice)

        recorder.notify = tell
        server.say_recorded(recorded)


def _recorder(folder: Path, scene: Scene, standing: tuple[Alarm, ...], retention: "Retention | None") -> "Recorder":
    from twinviewer.history.recorder import Recorder  # pyarrow is loaded only where something is recorded

    return Recorder(folder, scene, standing=standing, retention=retention)


def _farewell(recorder: "Recorder") -> Notice:
    """That a recording ended, and what of it could not be written any more."""
    status, text, where = recorder.status, "The plant is no longer recorded.", str(recorder.folder)
    if not status.waiting and not status.lines:
        return Notice("info", text, "", where, "record")
    lost = f"{status.waiting:,} samples and {status.lines:,} alarms, actions or notes could not be written any more"
    return Notice("error", f"{text} {lost}: {status.trouble}.", "They are lost.", where, "record")
