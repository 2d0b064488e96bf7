"""The control socket of a collector: who is attached, what they ask, what they are told."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from twinviewer.collector import protocol
from twinviewer.collector.commands import Commands
from twinviewer.collector.pipeline import Pipeline
from twinviewer.feeds.options import FeedOptions
from twinviewer.model.errors import TwinError
from twinviewer.model.notice import Notice

_GREETING_S = 5.0
_MOST_UNSENT_BYTES = 8_000_000  # a window that takes nothing any more is dropped

log = logging.getLogger(__name__)


class ControlServer:
    """Serves windows on 127.0.0.1. `windows` is how many are attached; `left(politely)` is called when one leaves.

    `recorded` is what every window is told when it comes, as are the `greetings`; `at_the_door` is how many have not
    yet proved that they may come in.
    """

    def __init__(self, pipeline: Pipeline, commands: Commands, token: str, left: Callable[[bool], None]) -> None:
        self._pipeline = pipeline
        self._commands = commands
        self._token = token
        self._left = left
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.at_the_door = 0
        self._server: asyncio.Server | None = None
        self.recorded = protocol.Recorded()
        self.greetings: list[Notice] = []
        pipeline.changed = self._tell_alarms
        pipeline.notify = self.tell

    @property
    def windows(self) -> int:
        """How many windows are attached."""
        return len(self._writers)

    async def start(self) -> int:
        """Listen; the port."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, limit=protocol.MOST_LINE_BYTES)
        return self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Tell everybody and hang up."""
        if self._server is not None:
            self._server.close()
        for writer in list(self._writers):
            writer.write(protocol.encode({"goodbye": True}))
            writer.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def tell(self, notice: Notice) -> None:
        """A notice to every window."""
        self._send_all(protocol.notice_message(notice))

    def say_recorded(self, recorded: protocol.Recorded) -> None:
        """How the recording stands from now on; told to every window, also to those that come later."""
        self.recorded = replace(recorded, stopped=False)  # who comes later may want another one
        self._send_all(protocol.recording_message(recorded))

    def _tell_alarms(self) -> None:
        self._send_all(self._alarms())

    def _alarms(self) -> dict[str, Any]:
        return protocol.alarms_message(self._pipeline.alarms, self._pipeline.flood, self._pipeline.alarms_10_min)

    def _send_all(self, message: dict[str, Any]) -> None:
        line = protocol.encode(message)
        for writer in list(self._writers):
            if writer.transport.get_write_buffer_size() > _MOST_UNSENT_BYTES:
                log.warning("a window takes nothing any more: dropped")
                writer.transport.abort()
            else:
                writer.write(line)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            hello = await self._first_words(reader, writer)
            if hello is not None:
                self._welcome(writer)
                await self._listen(reader, writer, hello.get("may_write") is True)
        except (OSError, TimeoutError, ValueError, TwinError, asyncio.IncompleteReadError):
            log.info("a window was cut off", exc_info=True)
        except asyncio.CancelledError:
            pass  # the collector ends; asyncio would write this down as an error
        finally:
            self._tasks.discard(task)
            writer.transport.abort()
            self._forget(writer, politely=False)

    async def _first_words(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> dict[str, Any] | None:
        """Greet, and count whoever knows the secret as a window."""
        self.at_the_door += 1
        try:
            hello = await asyncio.wait_for(self._greet(reader, writer), _GREETING_S)
            if hello is not None:
                self._writers.add(writer)
            return hello
        finally:
            self.at_the_door -= 1

    def _welcome(self, writer: asyncio.StreamWriter) -> None:
        writer.write(protocol.encode(self._alarms()))
        writer.write(protocol.encode(protocol.recording_message(self.recorded)))
        for notice in self.greetings:
            writer.write(protocol.encode(protocol.notice_message(notice)))

    async def _greet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> dict[str, Any] | None:
        """Both sides prove that they know the secret, which never crosses the line itself; what the window said of
        itself, None where it was turned away."""
        ours = protocol.nonce()
        writer.write(protocol.encode({"nonce": ours}))
        answer = protocol.decode(await reader.readline())
        theirs = str(answer.get("nonce", ""))
        if not protocol.proves(answer.get("proof"), self._token, "window", ours, theirs):
            log.warning("somebody without the secret was turned away")
            return None
        writer.write(protocol.encode({"proof": protocol.proof(self._token, "collector", ours, theirs)}))
        return answer

    async def _listen(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, may_write: bool) -> None:
        while line := await reader.readline():
            message = protocol.decode(line)
            name, arguments = str(message.get("command", "")), message.get("arguments", {})
            if name == "leave":
                self._forget(writer, politely=True)
                return
            if name == "options":  # not a command for the record: a password may be in it
                options = FeedOptions.from_json(protocol.unseal(arguments.get("sealed"), self._token))
                self._pipeline.offer(options, arguments.get("chosen") is True)
                continue
            with contextlib.suppress(ConnectionError):
                await self._carry_out(name, arguments if isinstance(arguments, dict) else {}, writer, may_write)

    def _forget(self, writer: asyncio.StreamWriter, politely: bool) -> None:
        if writer in self._writers:
            self._writers.discard(writer)
            self._left(politely)

    async def _carry_out(
        self, name: str, arguments: dict[str, Any], writer: asyncio.StreamWriter, may_write: bool
    ) -> None:
        try:
            notice = await self._commands.run(name, arguments, may_write)
        except TwinError as error:
            notice = Notice("error", error.text, error.remedy, error.where)
        except Exception as error:
            log.exception("command %s failed", name)
            notice = Notice("error", f"The command {name} failed: {type(error).__name__}: {error}")
        if notice is not None:
            writer.write(protocol.encode(protocol.notice_message(notice)))
