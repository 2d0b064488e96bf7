"""`twinviewer capsule`: an incident as one file."""

import argparse
import sys
from pathlib import Path

from twinviewer.model.errors import DataError

HELP = "pack scene and recording of a stretch of time into one file that opens anywhere"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument("scene", type=Path, metavar="SCENE", help="scene folder or geometry file")
    parser.add_argument("--recording", required=True, metavar="DIR", help="folder of the recording")
    parser.add_argument(
        "--from", dest="begin", required=True, metavar="TIME", help="ISO 8601 or a span back such as 1h"
    )
    parser.add_argument("--to", dest="end", default="now", metavar="TIME", help="ISO 8601, now, or a span back (now)")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FILE.twin", help="where to write")


def run(args: argparse.Namespace) -> int:
    """Exit code 0."""
    import time

    from twinviewer.history.capsule import SUFFIX, make_capsule
    from twinviewer.history.recording import Recording
    from twinviewer.history.times import parse_range
    from twinviewer.scene.scene import load_scene

    if args.output.suffix.lower() != SUFFIX:
        raise DataError("a capsule's name ends in .twin", str(args.output), f"Write {args.output.stem}{SUFFIX}.")
    from_ns, to_ns = parse_range(args.begin, args.end, time.time_ns())
    scene = load_scene(args.scene, geometry=False)
    recording = Recording.open(args.recording, scene)
    try:
        count = make_capsule(scene, recording, from_ns, to_ns, args.output, _progress)
    finally:
        recording.close()
    size = args.output.stat().st_size / 1e6
    print(f"{count} samples in {args.output} ({size:.1f} MB)")
    return 0


def _progress(fraction: float, text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r{fraction:4.0%} {text}".ljust(60), end="", file=sys.stderr, flush=True)
