"""`twinviewer query`: values out of a recording, as a table, CSV or Parquet."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyarrow import Table

HELP = "read values of tags out of a recording"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument("recording", metavar="DIR", help="folder of the recording, or an address such as s3://…")
    parser.add_argument("--tags", default="*", metavar="PATTERN", help='names, for example "CNC-*.Power,*.State" (all)')
    parser.add_argument("--from", dest="begin", default="1h", metavar="TIME", help="ISO 8601 or a span back (1h)")
    parser.add_argument("--to", dest="end", default="now", metavar="TIME", help="ISO 8601, now, or a span back (now)")
    parser.add_argument("--every", metavar="SPAN", help="one row a step, for example 10s (every sample)")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="write FILE.csv or FILE.parquet")


def run(args: argparse.Namespace) -> int:
    """Exit code 0, or 1 where nothing was recorded then."""
    import time

    from twinviewer.history import query
    from twinviewer.history.recording import Recording
    from twinviewer.history.times import parse_range, parse_span_s

    from_ns, to_ns = parse_range(args.begin, args.end, time.time_ns())
    every_ns = int(parse_span_s(args.every) * 1e9) if args.every else None
    recording = Recording.open(args.recording)
    try:
        with query.answer(recording, args.tags, from_ns, to_ns, every_ns) as relation:
            if args.output is not None:
                count = query.write(relation, args.output)
                print(f"{count} rows in {args.output}", file=sys.stderr)
            else:
                count = _print(query.as_table(relation))
        if not count:
            print(f"twinviewer: nothing was recorded then. {recording.said_span()}", file=sys.stderr)
        return 0 if count else 1
    finally:
        recording.close()


def _print(table: "Table") -> int:
    """Lines of CSV on the standard output."""
    import csv

    from twinviewer.history.times import iso

    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(("time", "tag", "value", "quality"))
    for batch in table.to_batches(5000):
        times = batch.column(0).cast("int64").to_pylist()
        for time_ns, tag, value, quality in zip(times, *(c.to_pylist() for c in batch.columns[1:]), strict=True):
            out.writerow((iso(time_ns), tag, "" if value is None else value, quality))
    return len(table)
