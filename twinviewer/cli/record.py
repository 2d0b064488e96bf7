"""`twinviewer record`: keep everything that a plant says, without a window; windows can attach."""

import argparse
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from twinviewer.model.errors import DataError, RecordingError

if TYPE_CHECKING:
    from twinviewer.collector.link import CollectorLink
    from twinviewer.model.alarm import AlarmEvent
    from twinviewer.model.sample import SampleBatch
    from twinviewer.scene.scene import Scene

HELP = "record a live plant, or a made-up one in fast motion, into a folder"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    from twinviewer.cli._feed import add_feed_arguments

    parser.add_argument("scene", type=Path, metavar="SCENE", help="scene folder or geometry file")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="DIR", help="folder of the recording")
    add_feed_arguments(parser)
    parser.add_argument(
        "--for", dest="span", metavar="SPAN", help="stop after this time, for example 8h (until told to)"
    )
    parser.add_argument(
        "--simulate", metavar="SPAN", help="record so much life of a made-up plant, far quicker than real"
    )
    parser.add_argument(
        "--every", default="1s", metavar="SPAN", help="with --simulate: how often sensors are read (1s)"
    )
    parser.add_argument("--seed", type=int, default=1, help="with --simulate: same seed, same plant (1)")
    parser.add_argument(
        "--fault", action="append", default=[], metavar="ASSET:KIND@SECONDS", help="with --simulate: as for plant"
    )
    parser.add_argument(
        "--from", dest="begin", metavar="TIME", help="with --simulate: when it begins (so that it ends now)"
    )

    from twinviewer.collector.__main__ import add_retention_arguments

    add_retention_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Exit code 0 at the end, 1 where not one sample came.

    Where a collector already serves this scene and feed, that one is asked to record.
    """
    if bool(args.feed) == bool(args.simulate):
        raise RecordingError("say what to record", remedy="Give either --feed URL or --simulate SPAN.")
    return _simulated(args) if args.simulate else _live(args)


def _live(args: argparse.Namespace) -> int:
    from twinviewer.cli._feed import feed_options
    from twinviewer.collector.__main__ import EXIT_OTHER_RUNS, main, retention_of
    from twinviewer.collector.console import Console
    from twinviewer.history.times import parse_span_s

    retention_of(args)  # a limit that cannot be meant is refused before anything begins
    seconds = parse_span_s(args.span) if args.span else None
    argv = [str(args.scene), "--feed", args.feed, "--record", str(args.output), "--keep"]
    argv += ["--for", str(seconds)] if seconds is not None else []
    for name in ("keep_days", "keep_gb", "keep_minutes_days"):
        limit = getattr(args, name)
        argv += [f"--{name.replace('_', '-')}", str(limit)] if limit is not None else []
    console = Console(lambda line: print(line, file=sys.stderr, flush=True))
    code = main(argv, feed_options(args), console)
    if code == EXIT_OTHER_RUNS:
        return _asked(args, seconds)
    return code or (0 if console.samples else 1)


def _asked(args: argparse.Namespace, seconds: float | None) -> int:
    """Stay beside the collector that runs, which records for us as long as somebody is attached."""
    import signal
    import threading
    import time

    from twinviewer.cli._feed import feed_options
    from twinviewer.collector.link import attach
    from twinviewer.scene.scene import load_scene

    print("it is asked to record", file=sys.stderr)
    scene = load_scene(args.scene, geometry=False)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    end = time.monotonic() + seconds if seconds is not None else float("inf")
    link = attach(args.scene, scene, args.feed, feed_options(args), record=args.output)
    begun = False
    try:
        while time.monotonic() < end and not stop.wait(0.2):
            link.poll()
            _watch(link, args.output)
            if link.recording is not None and not begun:
                begun = True
                _keep(args)
            if begun and link.recorded.stopped:
                break  # a person ended it in a window, which was said
    finally:
        link.close()
    if not begun:
        raise RecordingError("nothing was recorded: the collector did not answer in time", str(args.output))
    return 0


def _watch(link: "CollectorLink", folder: Path) -> None:
    """Say what the collector says. Raises RecordingError where it does not record into our folder."""
    notices, link.notices[:] = list(link.notices), []
    for notice in notices:
        print(" ".join(word for word in (notice.text, notice.remedy) if word), file=sys.stderr)
        if notice.level == "error" and link.recording is None and notice.key == "":
            raise RecordingError("the collector that runs does not record", str(folder), notice.text)
    if link.recording is not None and link.recording.resolve() != folder.resolve():
        raise RecordingError("this plant is being recorded already", str(link.recording), "Look into that folder.")


def _keep(args: argparse.Namespace) -> None:
    from twinviewer.collector.__main__ import retention_of
    from twinviewer.history import retention

    wanted = retention_of(args)
    if wanted is not None:
        retention.save(args.output, wanted)


def _simulated(args: argparse.Namespace) -> int:
    import time

    from twinviewer.history.synth import record_offline
    from twinviewer.history.times import iso, parse_span_s, parse_time
    from twinviewer.plant.faults import parse_fault
    from twinviewer.scene.scene import load_scene

    seconds, step_s, now_ns = parse_span_s(args.simulate), parse_span_s(args.every), time.time_ns()
    if not 0 < step_s <= seconds:
        raise DataError(
            f"sensors cannot be read every {args.every} in {args.simulate}",
            remedy="Give a step above 0 that fits into the span.",
        )
    scene = load_scene(args.scene, geometry=False)
    start_ns = parse_time(args.begin, now_ns) if args.begin else now_ns - int(seconds * 1e9)
    count = record_offline(
        scene,
        args.output,
        seconds / 3600,
        args.seed,
        [parse_fault(text, scene) for text in args.fault],
        start_ns=start_ns,
        step_s=step_s,
        judge=judge_of(scene),
        progress=_progress,
    )
    print(f"\r{count} samples from {iso(start_ns)} on in {args.output}".ljust(78))
    return 0


def _progress(fraction: float, text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r{fraction:4.0%} {text}", end="", file=sys.stderr, flush=True)


def judge_of(scene: "Scene") -> "Callable[[SampleBatch], Iterable[AlarmEvent]]":
    """The alarm rules, fed with one batch after another as the collector feeds them."""
    from twinviewer.model.connection import Connection, Link
    from twinviewer.states.alarms import AlarmBook
    from twinviewer.states.evaluator import Evaluator
    from twinviewer.tags.table import TagTable

    table, evaluator, book = TagTable.in_memory(len(scene.tags)), Evaluator(scene), AlarmBook(scene)
    connected = Connection(Link.CONNECTED)

    def judge(batch: "SampleBatch") -> "Iterable[AlarmEvent]":
        table.write(batch)
        snapshot, states = evaluator.evaluate(table.read(), batch.received_ns, connected)
        return book.update(snapshot, states, batch.received_ns)

    return judge
