"""`twinviewer retain`: how long a recording is kept."""

import argparse
import time
from pathlib import Path

HELP = "say how long a recording is kept, and delete what is older"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    from twinviewer.collector.__main__ import add_retention_arguments

    parser.add_argument("recording", type=Path, metavar="DIR", help="folder of the recording")
    add_retention_arguments(parser)
    parser.add_argument("--for-ever", action="store_true", help="delete nothing any more")
    parser.add_argument("--dry-run", action="store_true", help="only say what would go")


def run(args: argparse.Namespace) -> int:
    """Exit code 0. Without limits it tells those in force. What is set holds for every recorder from now on."""
    from twinviewer.collector.__main__ import retention_of
    from twinviewer.history import retention
    from twinviewer.history.recording import Recording
    from twinviewer.model.errors import DataError, RecordingError

    wanted = retention_of(args)
    if args.for_ever and wanted is not None:
        raise DataError("for ever and a limit exclude each other", remedy="Give one of the two.")
    Recording.open(args.recording).close()  # nothing is deleted in a folder that is no recording
    change = wanted is not None or args.for_ever
    kept = wanted or (retention.Retention() if args.for_ever else retention.load(args.recording))
    try:
        found = retention.doomed(args.recording, kept, time.time_ns())
        if change and not args.dry_run:
            retention.save(args.recording, kept)
            found = retention.apply_retention(args.recording, kept, time.time_ns())
    except OSError as error:
        text = f"the recording cannot be changed: {error.strerror or error}"
        raise RecordingError(text, str(args.recording)) from error
    print(f"{kept}")
    done = "deleted" if change and not args.dry_run else "would be deleted"
    print(f"{done}: samples of {len(found.hours)} hours, {len(found.files)} files, {found.size / 1e6:.1f} MB")
    for name in found.hours if args.dry_run else ():
        print(f"  {name.partition('_')[0]}")
    return 0
