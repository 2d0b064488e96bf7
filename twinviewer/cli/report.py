"""`twinviewer report`: the figures of a shift out of a recording, as PDF or HTML."""

import argparse
import sys
from pathlib import Path

HELP = "write a shift report out of a recording, as PDF or HTML"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument("scene", type=Path, metavar="SCENE", help="scene folder or geometry file")
    parser.add_argument("--recording", required=True, metavar="DIR", help="folder of the recording")
    parser.add_argument("--from", dest="begin", default="8h", metavar="TIME", help="ISO 8601 or a span back (8h)")
    parser.add_argument("--to", dest="end", default="now", metavar="TIME", help="ISO 8601, now, or a span back (now)")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FILE", help="FILE.pdf or FILE.html")


def run(args: argparse.Namespace) -> int:
    """Exit code 0, or 1 where nothing was recorded then."""
    import time

    from twinviewer.gui.shift_report import check_name, write_shift_report
    from twinviewer.history.times import parse_range

    check_name(args.output)
    from_ns, to_ns = parse_range(args.begin, args.end, time.time_ns())
    report = write_shift_report(args.scene, args.recording, from_ns, to_ns, args.output, progress=_progress)
    print(f"{report.scene}: {report.recorded_s / 3600:.2f} h recorded, {report.alarms.raised} alarms, in {args.output}")
    return 0 if report.recorded_s else 1


def _progress(fraction: float, text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r{fraction:4.0%} {text}".ljust(40), end="", file=sys.stderr, flush=True)
