"""What a person may ask of a collector: alarms, trust, notes, and writing a value, each with its own checks."""

import functools
import inspect
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from twinviewer.collector import on_server
from twinviewer.collector.pipeline import Pipeline
from twinviewer.feeds.source import Written, feed_of
from twinviewer.feeds.trust import TrustStore
from twinviewer.model.connection import without_secret
from twinviewer.model.errors import FeedError, TwinError
from twinviewer.model.notice import Notice


@dataclass(frozen=True, slots=True)
class WriteRequest:
    """A value that somebody proposed, and somebody approved."""

    tag: str
    value: float | str
    by: str
    reason: str
    approved_by: str


class Commands:
    """Carries out commands on a pipeline, in its loop. `run` returns what a person should be told, or None.

    What writes to the plant is done only where both the collector and the window that asks were started with leave.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        store: TrustStore,
        audit: Path,
        clock_ns: Callable[[], int] = time.time_ns,
        record: Callable[[Path], Awaitable[Notice]] | None = None,
        stop: Callable[[Callable[[], None]], Awaitable[Notice]] | None = None,
    ) -> None:
        self._pipeline = pipeline
        self._store = store
        self._audit = audit
        self._clock_ns = clock_ns
        self._recorder, self._stopper = record, stop
        self._known: dict[str, Callable[..., Awaitable[Notice | None]]] = {
            "shelve": self._shelve,
            "unshelve": self._unshelve,
            "trust": self._trust,
            "retry": self._retry,
            "note": self._note,
            "accept": self._accept,
            "record": self._record,
            "stop_recording": self._stop_recording,
        }
        self._writing: dict[str, Callable[..., Awaitable[Notice | None]]] = {
            "acknowledge": self._acknowledge,
            "write": self._write,
        }

    async def run(self, name: str, arguments: Mapping[str, Any], may_write: bool) -> Notice | None:
        """`may_write` is the leave of the window that asks. Raises TwinError where the command is not possible."""
        command = self._known.get(name)
        if name in self._writing:
            command = functools.partial(self._writing[name], may_write)
        if command is None:
            raise TwinError("the collector does not know this command", name, "Use the same version everywhere.")
        try:
            bound = inspect.signature(command).bind(**arguments)  # what it does not know is not recorded either
        except TypeError as error:
            raise TwinError(f"the command is not complete: {error}", name) from error
        said = {**bound.arguments, "by": str(bound.arguments.get("by", ""))}
        try:
            notice = await command(**bound.arguments)
        except TwinError as error:
            self._pipeline.acted(name, {**said, "refused": self._open(error.text)})
            raise
        except (TypeError, KeyError, ValueError) as error:
            raise TwinError(f"the command is not complete: {error}", name) from error
        self._pipeline.acted(name, {**said, "outcome": notice.text} if notice is not None else said)
        return notice

    async def _acknowledge(
        self, may_write: bool, /, key: str, by: str, reason: str = "", approved_by: str = ""
    ) -> Notice | None:
        condition = self._pipeline.book.condition(key)
        if condition is not None:
            where = condition.source or condition.name
            on_server.check_leave(self._pipeline, may_write, "acknowledging an alarm of the server", where)
            return await on_server.acknowledge(self._pipeline, self._audit, condition, by, reason, approved_by)
        self._pipeline.publish(self._pipeline.book.acknowledge(key, by, self._clock_ns(), reason))
        return None

    async def _shelve(self, key: str, by: str, reason: str, until_ns: int) -> None:
        self._pipeline.publish(self._pipeline.book.shelve(key, by, reason, until_ns, self._clock_ns()))

    async def _unshelve(self, key: str, by: str, reason: str = "") -> None:
        self._pipeline.publish(self._pipeline.book.unshelve(key, by, self._clock_ns()))

    async def _trust(self, fingerprint: str, by: str = "") -> Notice:
        path = self._store.trust(fingerprint)
        self._pipeline.try_now()
        return Notice("info", "The server's certificate is trusted from now on.", f"It is kept as {path}.", "", "trust")

    async def _retry(self, by: str = "") -> None:
        self._pipeline.try_now()

    async def _note(
        self, text: str, by: str, asset: str = "", time_ns: int = 0, corrects: str = "", withdrawn: bool = False
    ) -> None:
        if not self._pipeline.recorded:
            raise TwinError("nothing is recorded here, so a note would be lost", asset, "Start a recording first.")
        self._pipeline.note(text, by, asset, int(time_ns), corrects, bool(withdrawn))

    async def _accept(self, subject: str, by: str, reason: str = "") -> None:
        """Somebody accepted a proposal in a window (a plan, a scenario): nothing is done here, it is on record."""
        if not (subject.strip() and by.strip()):
            raise TwinError("something is accepted only when it is said what and by whom", subject)

    async def _record(self, folder: str, by: str) -> Notice:
        """Begin to record. Raises RecordingError where the folder cannot be used."""
        if self._recorder is None or self._pipeline.recorded:
            raise TwinError("this plant is being recorded already", folder)
        return await self._recorder(Path(folder))

    async def _stop_recording(self, by: str) -> Notice:
        """End the recording; that somebody did is the last thing on record. Raises RecordingError."""
        if self._stopper is None or not self._pipeline.recorded:
            raise TwinError("this plant is not being recorded")
        return await self._stopper(lambda: self._pipeline.acted("stop_recording", {"by": by}))

    async def _write(
        self, may_write: bool, /, tag: str, value: float | str, by: str, reason: str, approved_by: str
    ) -> Notice:
        request = WriteRequest(tag, value, by.strip(), reason.strip(), approved_by.strip())
        on_server.check_leave(self._pipeline, may_write, "setting a value", tag)
        self._check(request)
        found = self._pipeline.scene.tag(tag)
        feed = feed_of(self._pipeline.source.url)
        if not hasattr(feed, "write"):
            raise FeedError("this source cannot be written to", self._pipeline.source.url)
        on_server.append(self._audit, self._line(request, "begun"))
        try:
            written: Written = await feed.write(self._pipeline.source, found.address, value)
        except TwinError as error:
            error.text += on_server.append_end(self._audit, self._line(request, f"failed: {error}"))
            raise
        said = written.text or f"{written.value:g}"
        gap = on_server.append_end(self._audit, self._line(request, "done" if written.read_back else "differs", said))
        if not written.read_back:
            text = f"{tag}: wrote {value}, but {said} was read back{gap}."
            return Notice("error", text, "Look at the machine before anything else.", tag, f"write:{tag}")
        level = "warning" if gap else "info"
        return Notice(level, f"{tag}: wrote {value}, read back {said}{gap}.", "", tag, f"write:{tag}")

    def _check(self, request: WriteRequest) -> None:
        for word, text in (("who asks", request.by), ("why", request.reason), ("who approved", request.approved_by)):
            if not text:
                raise FeedError(f"a value is written only when it is said {word}", request.tag)
        try:
            allowed = self._pipeline.scene.tag(request.tag).settable
        except KeyError:
            raise FeedError("there is no such tag", request.tag) from None
        value = request.value
        if allowed is None:
            remedy = "Give the tag 'settable = [lowest, highest]' in scene.toml, if it may be set."
            raise FeedError("the scene lets nobody set this value", request.tag, remedy)
        if not (isinstance(value, (int, float)) and allowed[0] <= value <= allowed[1]):
            text = f"{value} is outside {allowed[0]:g} to {allowed[1]:g}, which the scene allows"
            raise FeedError(text, request.tag, "Choose a value inside, or widen 'settable' in the scene.")

    def _open(self, text: str) -> str:
        """A text as it may be kept: without what is secret in the address or the options."""
        source = self._pipeline.source
        text = text.replace(source.url, without_secret(source.url))
        return text.replace(source.options.password, "…") if source.options.password else text

    def _line(self, request: WriteRequest, what: str, read_back: str = "") -> dict[str, Any]:
        """A line of the audit log."""
        return {
            "what": self._open(what),
            "tag": request.tag,
            "node": str(self._pipeline.scene.tag(request.tag).address),
            "value": request.value,
            "read_back": read_back,
            "by": request.by,
            "reason": request.reason,
            "approved_by": request.approved_by,
            "url": without_secret(self._pipeline.source.url),
        }
