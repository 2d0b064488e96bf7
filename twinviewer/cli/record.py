"""`twinviewer record`: keep everything that a plant says, without a window; windows can attach."""

import argparse
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from twinviewer.model.errors import RecordingError

if TYPE_CHECKING:
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


def run(args: argparse.Namespace) -> int:
    """Exit code 0 at the end; 3 where another collector serves this scene and feed."""
    if bool(args.feed) == bool(args.simulate):
        raise RecordingError("say what to record", remedy="Give either --feed URL or --simulate SPAN.")
    return _simulated(args) if args.simulate else _live(args)


def _live(args: argparse.Namespace) -> int:
    from twinviewer.cli._feed import feed_options
    from twinviewer.collector.__main__ import main
    from twinviewer.history.times import parse_span_s

    argv = [str(args.scene), "--feed", args.feed, "--record", str(args.output), "--keep"]
    if args.span:
        argv += ["--for", str(parse_span_s(args.span))]
    return main(argv, feed_options(args))


def _simulated(args: argparse.Namespace) -> int:
    import time

    from twinviewer.history.synth import record_offline
    from twinviewer.history.times import iso, parse_span_s, parse_time
    from twinviewer.plant.faults import parse_fault
    from twinviewer.scene.scene import load_scene

    scene = load_scene(args.scene, geometry=False)
    seconds, now_ns = parse_span_s(args.simulate), time.time_ns()
    start_ns = parse_time(args.begin, now_ns) if args.begin else now_ns - int(seconds * 1e9)
    count = record_offline(
        scene,
        args.output,
        seconds / 3600,
        args.seed,
        [parse_fault(text, scene) for text in args.fault],
        start_ns=start_ns,
        step_s=parse_span_s(args.every),
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
