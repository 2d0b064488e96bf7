"""`python -m twinviewer.collector SCENE --feed URL`: the collector process."""

import argparse
import asyncio
import contextlib
import logging
import logging.handlers
import os
import secrets
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from twinviewer.collector import places
from twinviewer.collector.commands import Commands
from twinviewer.collector.console import Console
from twinviewer.collector.pipeline import Pipeline
from twinviewer.collector.recording import RecorderAtWork
from twinviewer.collector.server import ControlServer
from twinviewer.feeds import arguments
from twinviewer.feeds.options import FeedOptions
from twinviewer.feeds.trust import standard_store
from twinviewer.model.connection import without_secret
from twinviewer.model.errors import TwinError
from twinviewer.scene.scene import Scene, load_scene
from twinviewer.stopping import set_on_signals
from twinviewer.tags.table import TagTable

if TYPE_CHECKING:
    from twinviewer.history.retention import Retention

EXIT_OTHER_RUNS = 3
_FIRST_WINDOW_S = 30.0
_LINGER_S = 5.0
_DOOR_S = 0.5

log = logging.getLogger("twinviewer.collector")


def main(argv: list[str] | None = None, options: FeedOptions | None = None, console: Console | None = None) -> int:
    """As `serve`, with the command line as a list of words."""
    parser = argparse.ArgumentParser(prog="twinviewer.collector", description=__doc__)
    add_arguments(parser)
    return serve(parser.parse_args(argv), options, console)


def serve(args: argparse.Namespace, options: FeedOptions | None = None, console: Console | None = None) -> int:
    """Exit code 0 at the end of a life, 2 when it cannot begin, 3 when another one serves this scene and feed.

    `console` is told of what is recorded, where somebody looks at one.
    """
    if options is None:
        options = FeedOptions.from_json(sys.stdin.read()) if args.options_stdin else arguments.options_of(args)
    try:
        scene = load_scene(args.scene, geometry=False)
        folder = places.runtime_folder(args.scene, scene.key, args.feed)
        lock = places.Lock(folder)
        if not lock.take():
            print("a collector for this scene and feed is already running", file=sys.stderr)
            return EXIT_OTHER_RUNS
        _start_log(folder.name)
        try:
            asyncio.run(_Life(scene, folder, args, options, console).run())
        finally:
            lock.release()
    except TwinError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What a collector can be told."""
    parser.add_argument("scene", type=Path, metavar="SCENE", help="scene folder or geometry file")
    parser.add_argument("--feed", required=True, metavar="URL", help="live source, for example opc.tcp://plc:4840")
    arguments.add_arguments(parser)
    parser.add_argument("--options-stdin", action="store_true", help="read the options of the feed as JSON")
    parser.add_argument("--record", type=Path, metavar="DIR", help="record everything into this folder")
    parser.add_argument("--or-go-on", action="store_true", help="serve without recording where it cannot be recorded")
    parser.add_argument("--for", dest="seconds", type=float, metavar="S", help="end by itself after so many seconds")
    parser.add_argument("--keep", action="store_true", help="stay when the last window leaves")
    add_retention_arguments(parser)
    parser.add_argument("--linger", type=float, default=_LINGER_S, metavar="S", help="stay this long after it")


def add_retention_arguments(parser: argparse.ArgumentParser) -> None:
    """How long a recording is kept, for all commands that can say it."""
    parser.add_argument("--keep-days", type=float, metavar="N", help="keep samples so many days (for ever)")
    parser.add_argument("--keep-gb", type=float, metavar="N", help="keep at most so many GB of samples (no limit)")
    parser.add_argument(
        "--keep-minutes-days", type=float, metavar="N", help="keep one-minute aggregates and alarms (for ever)"
    )


def retention_of(args: argparse.Namespace) -> "Retention | None":
    """What these arguments say, None where they say nothing. Raises DataError."""
    limits = (args.keep_days, args.keep_gb, args.keep_minutes_days)
    if limits == (None, None, None):
        return None
    from twinviewer.history.retention import Retention

    return Retention(*limits)


def _start_log(name: str) -> None:
    path = places.log_folder() / f"collector-{name}.log"
    handler = logging.handlers.RotatingFileHandler(path, maxBytes=2_000_000, backupCount=4, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s"))
    logging.getLogger().addHandler(handler)
    logging.getLogger().setLevel(logging.INFO)


class _Life:
    """One life of a collector, from its first table to its last window."""

    def __init__(
        self, scene: Scene, folder: Path, args: argparse.Namespace, options: FeedOptions, console: Console | None
    ) -> None:
        self._scene = scene
        self._folder = folder
        self._args = args
        self._options = options
        self._console = console
        self._end = asyncio.Event()
        self._leaving: asyncio.TimerHandle | None = None

    async def run(self) -> None:
        """Serve until told to stop, or until nobody looks any more."""
        set_on_signals(self._end)
        self._take_errand()
        args = self._args
        work = RecorderAtWork(self._scene, args.record, args.or_go_on, args.keep and args.record is not None)
        recorder = work.first(retention_of(args))
        for old in self._folder.glob("tags-*"):  # of a collector that was killed; we hold the lock
            _remove(old)
        path = self._folder / f"tags-{os.getpid()}-{secrets.token_hex(4)}"
        table = TagTable.create(path, len(self._scene.tags), self._scene.key)
        pipeline = Pipeline(self._scene, args.feed, self._options, recorder, table=table)
        token = secrets.token_hex(32)
        audit = places.log_folder() / "audit.jsonl"
        commands = Commands(pipeline, standard_store(), audit, record=work.begin, stop=work.stop)
        self._server = ControlServer(pipeline, commands, token, self._one_left)
        work.serve(pipeline, self._server)
        port = await self._server.start()
        feed = asyncio.create_task(pipeline.run())
        places.write_ready(self._folder, places.Ready(os.getpid(), port, token, str(path)))
        log.info("serving %s from %s on port %d", self._scene.name, without_secret(self._args.feed), port)
        self._leave_after(_FIRST_WINDOW_S)
        beside = [asyncio.create_task(work.begin_again())] if work.trouble else []
        if recorder is not None and self._console is not None:
            self._console.begun(pipeline, recorder.folder)
            beside.append(asyncio.create_task(self._console.watch(pipeline)))
        try:
            await self._until_end(feed)
        finally:
            places.remove_ready(self._folder)
            places.end_errand(self._folder)
            for task in beside:
                task.cancel()
            feed.cancel()
            await asyncio.gather(feed, return_exceptions=True)
            await self._server.close()
            await work.close()
            if work.recorder is not None and self._console is not None:
                status = work.recorder.status
                self._console.ended(status.written, status.waiting, work.recorder.folder)
            _remove(path)
            log.info("ended")

    async def _until_end(self, feed: asyncio.Task[None]) -> None:
        """Wait until told to stop, until the time is over, or until the feed fails, which is raised."""
        if self._args.seconds is not None:
            asyncio.get_running_loop().call_later(self._args.seconds, self._end.set)
        ended = asyncio.create_task(self._end.wait())
        await asyncio.wait([feed, ended], return_when=asyncio.FIRST_COMPLETED)
        ended.cancel()
        if feed.done():
            feed.result()

    def _take_errand(self) -> None:
        """One that was started on its own says why; one that follows it after a kill goes on with that."""
        args = self._args
        if args.keep:
            until_ns = time.time_ns() + int(args.seconds * 1e9) if args.seconds is not None else 0
            errand = places.Errand(str(args.record.resolve()) if args.record else "", until_ns)
        else:
            errand = places.read_errand(self._folder)
            if errand is None:
                return
            log.warning("going on after a collector that was killed: %s", errand)
            args.keep = args.or_go_on = True
            args.record = Path(errand.record) if errand.record else args.record
            if errand.until_ns:
                args.seconds = max(1.0, (errand.until_ns - time.time_ns()) / 1e9)
        places.write_errand(self._folder, errand)

    def _one_left(self, politely: bool) -> None:
        """A window that was closed needs us no more; one that vanished may come back at once."""
        if not self._server.windows:
            self._leave_after(0.0 if politely else self._args.linger)

    def _leave_after(self, seconds: float) -> None:
        if self._args.keep:
            return
        if self._leaving is not None:
            self._leaving.cancel()
        self._leaving = asyncio.get_running_loop().call_later(seconds, self._leave)

    def _leave(self) -> None:
        if self._server.at_the_door:  # the next window, perhaps: see whether it comes in
            self._leave_after(_DOOR_S)
        elif not self._server.windows:
            self._end.set()


def _remove(path: Path) -> None:
    """Take a file away; where a window still looks at it and the system does not let go, the next collector does."""
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main())
